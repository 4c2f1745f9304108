"""Fills prepared text fields after the first signature: /V and a look of its own for each, nothing else.

Source: TT 01/2019/TT-BNV Điều 11.1, 20.1đ; ISO 32000-2 §12.7.4.3; §12.8.2.2 (P=2 allows filling in forms).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string

from vnsign.errors import ErrorCode, UsageError
from vnsign.pdf import increment
from vnsign.pdf.prepared_text import read_prepared_text


def fill(pdf: bytes, values: Mapping[str, str]) -> bytes:
    """Return ``pdf`` with one increment that fills the named text fields.

    Does not check: that no signature forbids it (sealed fields are refused by their value: a filled field is never
    filled again).

    Raises:
        UsageError: FIELD_NOT_FOUND, FIELD_ALREADY_FILLED, or BAD_ARGUMENT if a text does not fit or an
            earlier lock closes the field.
        InputError: NOT_A_PDF, MALFORMED_PDF, ENCRYPTED_PDF.
    """
    writer = increment.open_for_update(pdf)
    with increment.translated("reading the form fields"):
        fields = {str(increment.entry(f, "/T", "")): f for f in _fields(writer)}
    for name, value in values.items():
        if name not in fields:
            raise UsageError(
                ErrorCode.FIELD_NOT_FOUND,
                f"there is no text field {name!r}",
                way_out="prepare the document with it first",
            )
        if increment.entry(fields[name], "/V"):
            raise UsageError(ErrorCode.FIELD_ALREADY_FILLED, f"the field {name!r} already holds {fields[name]['/V']!r}")
        with increment.translated(f"filling the field {name!r}"):
            _fill_one(writer, fields[name], value)
    return increment.write(writer)


def _fields(writer: increment.IncrementWriter) -> list[Any]:
    form = increment.entry(writer.root, "/AcroForm", {})
    return [f for f in increment.items(form, "/Fields") if increment.entry(f, "/FT") == "/Tx"]


def _fill_one(writer: increment.IncrementWriter, field: Any, value: str) -> None:
    prepared = read_prepared_text(field)
    look = increment.form_xobject(
        writer,
        prepared.content(value),
        width=prepared.width,
        height=prepared.height,
        resources={"/Font": {f"/{prepared.font_name}": prepared.font_reference}},
    )
    field[pdf_name("/V")] = pdf_string(value)
    field[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): look})
    writer.update_container(field)
