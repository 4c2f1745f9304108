"""Damaged forms and fonts are our errors, never another exception."""

from __future__ import annotations

import random
from io import BytesIO

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Object

import vnsign
from tests.materials import plain_pdf

FORMS: dict[str, object] = {
    "a number": 7,
    "a list": Array([1]),
    "fields are a number": Dictionary(Fields=5),
    "fields are a dictionary": Dictionary(Fields=Dictionary()),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_preparing_a_damaged_form_is_refused(form: Object) -> None:
    """Fields added to it would be found by nobody."""
    with pytest.raises(vnsign.InputError) as error:
        vnsign.prepare_pdf(_with_form(form))
    assert error.value.code is vnsign.ErrorCode.MALFORMED_PDF


def test_a_signed_field_below_a_parent_is_seen_when_preparing() -> None:
    """Preparing writes the file anew, which breaks the signature wherever its field hangs."""
    with pikepdf.open(BytesIO(plain_pdf())) as pdf:
        kid = pdf.make_indirect(Dictionary(T="kid", V=Dictionary(Type=Name.Sig)))
        pdf.Root.AcroForm = Dictionary(Fields=Array([pdf.make_indirect(Dictionary(T="up", FT=Name.Sig, Kids=[kid]))]))
        out = BytesIO()
        pdf.save(out)
    with pytest.raises(vnsign.InputError) as error:
        vnsign.prepare_pdf(out.getvalue())
    assert error.value.code is vnsign.ErrorCode.SIGNING_FORBIDDEN


@pytest.mark.parametrize("seed", range(25))
def test_a_damaged_font_is_refused_or_used(seed: int) -> None:
    """Whatever fontTools lets out."""
    dice = random.Random(seed)
    font = bytearray(vnsign.bundled_font(vnsign.FontStyle.REGULAR).read_bytes())
    for _ in range(20):
        font[dice.randrange(4096)] = dice.randrange(256)
    field = vnsign.TextFieldSpec(
        name="so", label="Số", page=0, x=100, baseline=700, width=100, size=13, font=bytes(font), characters="15"
    )
    try:
        prepared = vnsign.prepare_pdf(plain_pdf(), text_fields=(field,))
    except vnsign.VnsignError:
        return
    assert prepared.startswith(b"%PDF-")


def _with_form(form: Object) -> bytes:
    with pikepdf.open(BytesIO(plain_pdf())) as pdf:
        pdf.Root.AcroForm = form
        out = BytesIO()
        pdf.save(out)
    return out.getvalue()


def test_nothing_is_placed_on_a_page_that_measures_in_units_of_its_own() -> None:
    """ISO 32000-2 §14.11.2, /UserUnit: a seal would have twice its size in one reader and its own in another."""
    with pikepdf.open(BytesIO(plain_pdf())) as pdf:
        pdf.pages[0].obj.UserUnit = 2
        out = BytesIO()
        pdf.save(out)
    place = vnsign.Place(page=1, at_mm=(20, 30), size_mm=(36, 36))
    with pytest.raises(vnsign.InputError, match="UserUnit"):
        vnsign.prepare_official_pdf(out.getvalue(), persons=[place], seal_mm=(36, 36), find_blanks=False)
    with pytest.raises(vnsign.InputError, match="UserUnit"):
        vnsign.preview_pdf(out.getvalue(), place)
