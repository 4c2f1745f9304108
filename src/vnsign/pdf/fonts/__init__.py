"""The bundled fonts: Liberation Serif 2.1, metric twin of Times New Roman, with every Vietnamese letter.

Source: NĐ 30/2020/NĐ-CP Phụ lục I (Times New Roman); SIL Open Font License 1.1 (LICENSE-OFL.txt).
"""

from __future__ import annotations

from enum import StrEnum
from importlib import resources
from pathlib import Path


class FontStyle(StrEnum):
    """The four faces of the family; the value is the end of the file's name."""

    REGULAR = "Regular"
    BOLD = "Bold"
    ITALIC = "Italic"
    BOLD_ITALIC = "BoldItalic"


def bundled_font(style: FontStyle = FontStyle.REGULAR) -> Path:
    """Return the path of the bundled TrueType file for ``style``."""
    # Installed as plain files (pyproject package-data, no zip import), so the traversable is a real path.
    return Path(str(resources.files(__name__) / f"LiberationSerif-{style.value}.ttf"))
