"""Fields of ordinary forms, filled as iText, PDFBox and pypdf fill them: several lines, combs, choices.

Source: ISO 32000-2 §12.7.5.3 (text fields), §12.7.5.4 (choice fields).
"""

from __future__ import annotations

from io import BytesIO

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from tests.forgery import append_increment, body_of, next_number, number_of_field, number_of_page, stream
from tests.materials import plain_pdf
from vnsign.pdf.comparing.changes import compare_revisions

_LINES, _COMB, _CHOICE = "dong", "o", "chon"
_FLAGS = {_LINES: 1 << 12, _COMB: 1 << 24, _CHOICE: 1 << 17}
_FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
_TWO_LINES = b"(mot hai)"


@pytest.fixture(scope="module")
def form() -> bytes:
    """A form with three empty fields, 200 points wide and 60 high."""
    with pikepdf.open(BytesIO(plain_pdf())) as pdf:
        common = {"/Type": Name.Annot, "/Subtype": Name.Widget, "/P": pdf.pages[0].obj, "/F": 4}
        fields = [
            pdf.make_indirect(
                Dictionary(
                    {
                        **common,
                        "/FT": Name.Ch if name == _CHOICE else Name.Tx,
                        "/T": String(name),
                        "/Ff": flags,
                        "/Rect": Array([100, y, 300, y + 60]),
                        "/DA": String("/Helv 12 Tf 0 g"),
                    }
                )
            )
            for y, (name, flags) in zip((100, 200, 300), _FLAGS.items(), strict=True)
        ]
        fields[2].Opt = Array([Array([String("1"), String("mot")]), Array([String("2"), String("hai")])])
        pdf.pages[0].obj.Annots = Array(fields)
        pdf.Root.AcroForm = Dictionary(Fields=Array(fields))
        pdf.save(out := BytesIO())
        return out.getvalue()


def changes_of(
    form: bytes, name: str, content: bytes, *, value: bytes, frame: bytes = b"", **entries: bytes
) -> set[str]:
    """Fill a field by hand; return what is wrong with it."""
    field, new = number_of_field(form, name), next_number(form)
    box = b"/Type /XObject /Subtype /Form /BBox [0 0 200 60] /Resources << /Font << /Helv %s >> >>" % _FONT
    look = stream(frame + b" /Tx BMC q 1 1 198 58 re W n BT /Helv 12 Tf 0 g %s ET Q EMC" % content, box)
    body = body_of(form, field, V=value, AP=b"<< /N %d 0 R >>" % new, **entries)
    filled = append_increment(form, {field: body, new: look})
    with pikepdf.open(BytesIO(form)) as before, pikepdf.open(BytesIO(filled)) as after:
        return {c.values.get("problem", c.where) for c in compare_revisions(before, after)} - {f"field {name}"}


@pytest.mark.parametrize(
    ("name", "content", "value"),
    [
        (_LINES, b"2 44 Td (mot ) Tj 23.34 0 Td (hai) Tj", _TWO_LINES),
        (_LINES, b"2 44 Td (mot ) Tj 0 -13.87 Td (hai) Tj", _TWO_LINES),
        (_LINES, b"1 0 0 1 2 44 Tm (mot)Tj 0 g 1 0 0 1 2 30.13 Tm 0 g (hai)Tj 0 g", _TWO_LINES),
        (_LINES, b"2 44 Td (mot) Tj 0 -13.87 Td (hai) Tj", b"(mot\\rhai)"),
        (_COMB, b"8 20 Td (1) Tj 20 0 Td (5) Tj 40 0 Td (0) Tj", b"(150)"),
        (_COMB, b"1 0 0 1 8 20 Tm (1)Tj 1 0 0 1 28 20 Tm (5)Tj", b"(15)"),
        (_CHOICE, b"2 24 Td (hai) Tj", b"(2)"),
        (_CHOICE, b"2 24 Td (2) Tj", b"(2)"),
    ],
)
def test_what_honest_programs_draw_is_believed(name: str, content: bytes, value: bytes, form: bytes) -> None:
    """Words and lines each in its place, letters of a comb apart, a choice by its name."""
    assert changes_of(form, name, content, value=value) == set()


@pytest.mark.parametrize(
    ("name", "content", "value"),
    [
        (_LINES, b"2 30 Td (hai) Tj 0 13.87 Td (mot ) Tj", b"(hai mot)"),
        (_LINES, b"2 44 Td (mot) Tj 0 -4 Td (hai) Tj", _TWO_LINES),
        (_LINES, b"2 44 Td (mot ) Tj 0 0 Td (hai) Tj", _TWO_LINES),
        (_LINES, b"2 44 Td (mot ) Tj 23.34 -1 Td (hai) Tj", _TWO_LINES),
        (_LINES, b"2 44 Td (mot) Tj 0 -50 Td (hai) Tj", _TWO_LINES),
        (_LINES, b"2 44 Td (mot) Tj 0 -13.87 Td (hai) Tj 0 -13.87 Td (ba) Tj", _TWO_LINES),
        (_LINES, b"2 44 Td 0 -13.87 Td (mot hai) Tj", _TWO_LINES),
        (_LINES, b"8 20 Td (1) Tj 20 0 Td (5) Tj", b"(15)"),
        (_COMB, b"48 20 Td (1) Tj -20 0 Td (5) Tj", b"(15)"),
        (_COMB, b"8 20 Td (1) Tj 195 0 Td (5) Tj", b"(15)"),
        (_CHOICE, b"2 24 Td (mot) Tj", b"(2)"),
        (_CHOICE, b"2 24 Td (ba) Tj", b"(2)"),
    ],
)
def test_what_may_be_read_in_another_order_or_as_another_value_is_not(
    name: str, content: bytes, value: bytes, form: bytes
) -> None:
    """Upwards, over each other, out of the box, more than the value, letters apart where there is no comb."""
    assert changes_of(form, name, content, value=value) & {"more_than_text", "box_changed", "other_text"}


@pytest.mark.parametrize(
    ("indices", "is_believed"),
    [(b"[1]", True), (b"[0]", False), (b"[0 1]", False), (b"[7]", False), (b"[-1]", False), (b"/Khac", False)],
)
def test_the_options_that_are_chosen_are_the_values(indices: bytes, is_believed: bool, form: bytes) -> None:  # noqa: FBT001 — a row
    """Some viewers go by /I, some by /V: both must say the same (ISO 32000-2 Table 234)."""
    found = changes_of(form, _CHOICE, b"2 24 Td (hai) Tj", value=b"(2)", I=indices, TI=b"1")

    assert found == (set() if is_believed else {f"field {_CHOICE} /I"})


_LINE = b"q 0.2 G 1 w 0.5 0.5 199 59 re S Q"
_FRAMES = (
    b"q 1 1 0.8 rg 0 0 200 60 re f 0.2 G 1 w 0.5 0.5 199 59 re S Q",
    b"/DeviceRGB cs 1 1 1 sc 0 0 200 60 re f /DeviceRGB CS 0 0 1 SC 0.5 0.5 199 59 re s",
    b"/DeviceCMYK cs 0 0 0.2 0 sc 0 0 200 60 re f",
)


@pytest.mark.parametrize("frame", _FRAMES)
def test_a_frame_of_the_fields_own_is_believed(frame: bytes, form: bytes) -> None:
    """Background and border of /MK, as iText and PDFBox draw them."""
    assert changes_of(form, _LINES, b"2 44 Td (mot) Tj", value=b"(mot)", frame=frame) == set()


@pytest.mark.parametrize(
    "drawn",
    [
        b"BT /F1 12 Tf 110 110 Td (95) Tj ET",
        b"110 110 m 130 150 l S",
        b"q 9 0 0 9 110 110 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x00 EI Q",
    ],
)
@pytest.mark.parametrize(
    ("signed", "frame", "is_believed"),
    [
        (None, _FRAMES[0], False),
        (None, _LINE, False),
        (_LINE, _FRAMES[0], False),
        (_LINE, _LINE, True),
        (_FRAMES[0], _FRAMES[0], True),
        (_FRAMES[0], _LINE, True),
    ],
)
def test_a_frame_hides_nothing_that_the_signer_saw(
    drawn: bytes,
    signed: bytes | None,
    frame: bytes,
    is_believed: bool,  # noqa: FBT001 — a row
    form: bytes,
) -> None:
    """A field laid over a number, or over lines that draw one, and filled with another (a shadow attack: replace)."""
    page, field, new = number_of_page(form), number_of_field(form, _LINES), next_number(form)
    fonts = b"<< /Font << /F1 %s >> >>" % _FONT
    objects = {page: body_of(form, page, Contents=b"%d 0 R" % new, Resources=fonts), new: stream(drawn)}
    if signed is not None:
        box = b"/Type /XObject /Subtype /Form /BBox [0 0 200 60]"
        objects |= {field: body_of(form, field, AP=b"<< /N %d 0 R >>" % (new + 1)), new + 1: stream(signed, box)}
    form = append_increment(form, objects)

    found = changes_of(form, _LINES, b"2 44 Td (mot) Tj", value=b"(mot)", frame=frame)
    assert found == (set() if is_believed else {"more_than_text"})
