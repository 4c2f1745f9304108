"""A field's value as a person reads it.

Source: ISO 32000-2 §12.7.5 (field types).
"""

from __future__ import annotations

import pikepdf

_MAX_LETTERS = 80


def is_blank(value: object) -> bool:
    """Tell whether nothing is filled in."""
    if value is None:
        return True
    if isinstance(value, pikepdf.String):
        return not str(value)
    return isinstance(value, pikepdf.Name) and str(value) == "/Off"


def text_of(value: object) -> str:
    """Return a text field's value; of what is no text, what no look of one line shows."""
    if value is None:
        return ""
    return str(value) if isinstance(value, pikepdf.String) else "\n"


def shortened(value: object) -> str:
    """Return a text or name for a report, cut where a person stops reading; an ellipsis for what is neither."""
    text = str(value) if isinstance(value, pikepdf.String | pikepdf.Name) else ("" if value is None else "…")
    return cut_text(text)


def cut_text(text: str) -> str:
    """Return a text for a report, cut where a person stops reading."""
    return text if len(text) <= _MAX_LETTERS else text[: _MAX_LETTERS - 1] + "…"
