"""A field's value as a person reads it.

Source: ISO 32000-2 §12.7.5 (field types).
"""

from __future__ import annotations

import pikepdf

from vnsign.pdf.reading.fields import Field

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


def texts_of(field: Field) -> tuple[str, ...]:
    """Return the texts by which a field's value may be shown: itself, and of a choice the name it is offered under."""
    value = text_of(field.value)
    return (value, *(name for offered, name in _options(field) if offered == value != name))


def keys_of_choice(field: Field) -> frozenset[str]:
    """Return what follows a choice: what is scrolled to, and which options are chosen if they are the value's.

    Source: ISO 32000-2 Table 234.
    """
    if field.type != "/Ch":
        return frozenset()
    options, chosen = _options(field), field.node.get("/I")
    if chosen is None:
        return frozenset({"/TI", "/I"})
    if not isinstance(chosen, pikepdf.Array) or not all(isinstance(i, int) and 0 <= i < len(options) for i in chosen):
        return frozenset({"/TI"})
    values = list(field.value) if isinstance(field.value, pikepdf.Array) else [field.value]
    is_value = sorted(options[int(str(i))][0] for i in chosen) == sorted(map(text_of, values))
    return frozenset({"/TI", "/I"} if is_value else {"/TI"})


def _options(field: Field) -> list[tuple[str, str]]:
    """What a choice offers: value and name of each. Source: ISO 32000-2 Table 234."""
    options: object = field.node.get("/Opt") if field.type == "/Ch" else None
    pairs = [
        list(option) if isinstance(option, pikepdf.Array) else [option]
        for option in (options if isinstance(options, pikepdf.Array) else ())
    ]
    return [(text_of(pair[0]), text_of(pair[-1])) for pair in pairs if pair]


def shortened(value: object) -> str:
    """Return a text or name for a report, cut where a person stops reading; an ellipsis for what is neither."""
    text = str(value) if isinstance(value, pikepdf.String | pikepdf.Name) else ("" if value is None else "…")
    return cut_text(text)


def cut_text(text: str) -> str:
    """Return a text for a report, cut where a person stops reading."""
    return text if len(text) <= _MAX_LETTERS else text[: _MAX_LETTERS - 1] + "…"
