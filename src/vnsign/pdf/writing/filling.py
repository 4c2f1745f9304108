"""Fills prepared text fields after the first signature: /V and a look of its own for each, nothing else.

Source: TT 01/2019/TT-BNV Điều 11.1, 20.1đ; ISO 32000-2 §12.7.4.3; §12.8.2.2 (P=2 allows filling in forms).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from pikepdf import Array, Dictionary, Name, Object, String

from vnsign.errors import ErrorCode, UsageError
from vnsign.pdf.looks.prepared_text import read_prepared_text
from vnsign.pdf.reading.fields import read_form
from vnsign.pdf.source import AppendedSource, PdfSource
from vnsign.pdf.writing.updating import PdfUpdate, open_for_update, translated


def fill(source: PdfSource, values: Mapping[str, str]) -> AppendedSource:
    """Return the PDF with one increment that fills the named text fields.

    Letters in pieces (a vowel and its accents apart, as some systems write them) are put together, as fonts have them.

    Does not check: that no signature forbids it (sealed fields are refused by their value: a filled field is never
    filled again).

    Raises:
        UsageError: FIELD_NOT_FOUND, FIELD_ALREADY_FILLED, or BAD_ARGUMENT if a text does not fit.
        InputError: NOT_A_PDF, MALFORMED_PDF, ENCRYPTED_PDF.
    """
    if not values:
        return AppendedSource(source, b"")
    with open_for_update(source) as update:
        with translated("reading the form fields"):
            fields = {name: f for name, f in read_form(update.pdf).fields.items() if f.type == "/Tx"}
        for name, value in values.items():
            if name not in fields:
                raise UsageError(
                    ErrorCode.FIELD_NOT_FOUND,
                    f"there is no text field {name!r}",
                    way_out="prepare the document with it first",
                )
            if str(fields[name].value or ""):
                raise UsageError(
                    ErrorCode.FIELD_ALREADY_FILLED, f"the field {name!r} already holds {str(fields[name].value)!r}"
                )
            with translated(f"filling the field {name!r}"):
                _fill_one(update, fields[name].node, unicodedata.normalize("NFC", value))
        return update.finish()


def _fill_one(update: PdfUpdate, field: Object, value: str) -> None:
    prepared = read_prepared_text(field)
    look = update.stream(
        prepared.content(value),
        Dictionary(
            Type=Name.XObject,
            Subtype=Name.Form,
            BBox=Array([0, 0, round(prepared.width, 2), round(prepared.height, 2)]),
            Resources=Dictionary(Font=Dictionary({f"/{prepared.font_name}": prepared.font})),
        ),
    )
    field.V = String(value)
    field.AP = Dictionary(N=look)
    update.touch(field)
