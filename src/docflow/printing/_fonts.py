"""The four faces of one family, embedded; a letter that a face lacks is refused, or named: never drawn as a box."""

from __future__ import annotations

import hashlib
import io
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily
from reportlab.pdfbase.ttfonts import TTFont

from docflow.errors import ErrorCode, UsageError
from docflow.model.layout import FontFace, FontFamily
from docflow.model.wording import Legible, is_unseen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


_LETTERS = "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệfghiìỉĩíịjklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvwxyỳỷỹýỵz"
ALPHABET = f"{_LETTERS}{_LETTERS.upper()}0123456789 .,:;/()[]-–…+"
"""What every record may hold, and what names a character that cannot be drawn."""


def make_legible(text: str, faces: Mapping[FontFace, TTFont]) -> str:
    """Return :func:`make_visible` of a text; what a face has no glyph for is named too."""
    return unicodedata.normalize("NFC", text).translate(_legible_in(tuple(faces.values())))


@lru_cache(maxsize=4)
def _legible_in(faces: tuple[TTFont, ...]) -> Legible:
    return Legible(frozenset.intersection(*(frozenset(font.face.charToGlyph) for font in faces)))


def load_faces(fonts: FontFamily) -> Mapping[FontFace, TTFont]:
    """Read the four files and make them known to reportlab.

    Does not check: that the four files belong to one family.

    Raises:
        UsageError: A file cannot be read or is not a TrueType font.
    """
    faces = {face: _load(Path(getattr(fonts, face.value))) for face in FontFace}
    names = {face.value: font.fontName for face, font in faces.items()}
    registerFontFamily(
        names["regular"],
        normal=names["regular"],
        bold=names["bold"],
        italic=names["italic"],
        boldItalic=names["bold_italic"],
    )
    return faces


def check_coverage(texts: Iterable[str], *, faces: Mapping[FontFace, TTFont]) -> None:
    """Refuse a text with a character that cannot be seen or that some face cannot draw.

    Raises:
        UsageError: Names the first such character.
    """
    for character in sorted(set("".join(texts)) - {"\n"}):
        if is_unseen(character) or any(ord(character) not in font.face.charToGlyph for font in faces.values()):
            name = unicodedata.name(character, "unnamed")
            raise UsageError(
                ErrorCode.BAD_ARGUMENT,
                f"no glyph for U+{ord(character):04X} {name}",
                vi=f"Phông chữ không có ký tự U+{ord(character):04X} ({name}).",
                way_out="remove the character or pass a font that has it",
            )


def _load(path: Path) -> TTFont:
    try:
        return _register(path.read_bytes())
    except Exception as exc:  # a damaged font makes reportlab fail in many ways, struct.error and KeyError among them
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"cannot use the font {path.name}: {exc}",
            vi=f"Không dùng được tệp phông chữ {path.name}.",
            way_out="pass the path of a TrueType file",
        ) from exc


@lru_cache(maxsize=16)
def _register(data: bytes) -> TTFont:
    # reportlab finds fonts by name in one table per process: a name made from the bytes cannot collide.
    name = f"docflow-{hashlib.sha256(data).hexdigest()[:16]}"
    # asciiReadable would embed all of ASCII in each face, used or not: half of a file of one page.
    font = TTFont(name, io.BytesIO(data), validate=1, asciiReadable=False)
    registerFont(font)
    return font
