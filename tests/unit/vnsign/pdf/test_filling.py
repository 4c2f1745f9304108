"""Prepared fields are filled once, with the look that belongs to the value, and nothing else changes."""

from __future__ import annotations

import unicodedata
from io import BytesIO

import pikepdf
import pytest
from pypdf import PdfReader

from tests.materials import DATE, LEADER, NUMBER, SEAL, plain_pdf, prepared_pdf
from vnsign.errors import ErrorCode, InputError, UsageError
from vnsign.pdf.geometry import Box
from vnsign.pdf.source import BytesSource, to_bytes
from vnsign.pdf.writing import filling
from vnsign.pdf.writing.prepare import SignatureFieldSpec, TextFieldSpec, prepare_fields


def fill(pdf: bytes, values: dict[str, str]) -> bytes:
    """Fill bytes in memory."""
    return to_bytes(filling.fill(BytesSource(pdf), values))


def test_a_prepared_document_holds_every_field_of_the_recipe() -> None:
    """Text fields with a look of their own and no NeedAppearances; the seal's field locks the leader's."""
    with pikepdf.open(BytesIO(prepared_pdf())) as document:
        form = document.Root.AcroForm
        fields = {str(f.T): f for f in form.Fields}

        assert set(fields) == {NUMBER, DATE, LEADER, SEAL}
        assert "/NeedAppearances" not in form
        assert "/N" in fields[NUMBER].AP
        assert [str(n) for n in fields[SEAL].Lock.Fields] == [LEADER]
        assert (str(fields[SEAL].Lock.Action), int(fields[SEAL].Lock.P)) == ("/Include", 1)


def test_filling_appends_and_touches_no_byte_before_it() -> None:
    """An increment is an increment."""
    prepared = prepared_pdf()

    filled = fill(prepared, {NUMBER: "15/QĐ-UBND", DATE: "An Bình, ngày 05 tháng 01 năm 2026"})

    assert filled.startswith(prepared)
    assert PdfReader(BytesIO(filled)).get_form_text_fields()[NUMBER] == "15/QĐ-UBND"


def test_filling_changes_the_two_fields_and_nothing_else() -> None:
    """Objects rewritten: the field; objects new: its look. No catalog, no page, no information dictionary."""
    prepared = prepared_pdf()
    filled = fill(prepared, {NUMBER: "15/QĐ-UBND"})

    with pikepdf.open(BytesIO(prepared)) as before, pikepdf.open(BytesIO(filled)) as after:
        old, new = before.get_xref_table(), after.get_xref_table()
        moved = [n for n in new if n not in old or old[n].offset != new[n].offset]
        changed = [after.get_object(n) for n in moved]
        kinds = sorted(str(o.get("/Subtype", "")) for o in changed)

    assert kinds == ["/Form", "/Widget"]


def test_a_filled_field_is_never_filled_again() -> None:
    """A number once given stays."""
    filled = fill(prepared_pdf(), {NUMBER: "15/QĐ-UBND"})

    with pytest.raises(UsageError) as refused:
        fill(filled, {NUMBER: "16/QĐ-UBND"})

    assert refused.value.code is ErrorCode.FIELD_ALREADY_FILLED


def test_letters_in_pieces_are_put_together() -> None:
    """A system that writes Đ, ộ, ủ decomposed (NFD) gets the same number as any other."""
    whole = fill(prepared_pdf(), {DATE: "Độc Ủy, ngày 05 tháng 01 năm 2026"})

    assert fill(prepared_pdf(), {DATE: unicodedata.normalize("NFD", "Độc Ủy, ngày 05 tháng 01 năm 2026")}) == whole


def test_a_field_that_is_not_there_is_named() -> None:
    """The error says which."""
    with pytest.raises(UsageError, match="khong-co") as refused:
        fill(prepared_pdf(), {"khong-co": "1"})

    assert refused.value.code is ErrorCode.FIELD_NOT_FOUND


def test_a_text_too_wide_for_its_field_is_refused() -> None:
    """Never a number that runs over its neighbour."""
    with pytest.raises(UsageError, match="wide") as refused:
        fill(prepared_pdf(), {NUMBER: "1" * 60})

    assert refused.value.code is ErrorCode.BAD_ARGUMENT


def test_a_signed_document_is_not_prepared() -> None:
    """Preparing rewrites the file; a signature would not survive it."""
    field = SignatureFieldSpec(name="a", label="a", box=Box(page=0, x=0, y=0, width=9, height=9))
    with pikepdf.open(BytesIO(prepare_fields(plain_pdf(), text_fields=(), signature_fields=(field,)))) as document:
        document.Root.AcroForm.Fields[0].V = pikepdf.Dictionary(Type=pikepdf.Name.Sig)
        out = BytesIO()
        document.save(out)

    with pytest.raises(InputError) as refused:
        prepare_fields(out.getvalue(), text_fields=(), signature_fields=())

    assert refused.value.code is ErrorCode.SIGNING_FORBIDDEN


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", ErrorCode.NOT_A_PDF), (b"hello", ErrorCode.NOT_A_PDF), (b"%PDF-1.7\n", ErrorCode.MALFORMED_PDF)],
)
def test_bytes_that_are_no_pdf_get_our_error(data: bytes, code: ErrorCode) -> None:
    """Any bytes give a result or our error."""
    with pytest.raises(InputError) as refused:
        prepare_fields(data, text_fields=(), signature_fields=())

    assert refused.value.code is code


def test_a_page_that_does_not_exist_is_refused() -> None:
    """Pages are counted from one for people."""
    spec = TextFieldSpec(name="so", label="Số", page=3, x=0, baseline=10, width=50, size=13)

    with pytest.raises(UsageError, match="page 4") as refused:
        prepare_fields(plain_pdf(), text_fields=(spec,), signature_fields=())

    assert refused.value.code is ErrorCode.BAD_ARGUMENT
