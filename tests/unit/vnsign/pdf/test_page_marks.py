"""Where a page has content is measured for every kind of font, and within one budget for all pages."""

from __future__ import annotations

from collections.abc import Iterator

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from vnsign.pdf.comparing.font_reading import FontReader
from vnsign.pdf.comparing.page_marks import MarkKind, hides_words, is_marked, marks_of, new_budget

_FREE_PLACE = (10.0, 10.0, 20.0, 20.0)


@pytest.fixture
def pdf() -> Iterator[pikepdf.Pdf]:
    """An empty document."""
    with pikepdf.new() as document:
        yield document


def _page(pdf: pikepdf.Pdf, content: bytes, font: pikepdf.Object | None = None) -> pikepdf.Object:
    page = pdf.add_blank_page(page_size=(595, 842)).obj
    page.Contents = pdf.make_stream(content)
    page.Resources = Dictionary(Font=Dictionary(F1=font)) if font is not None else Dictionary()
    return page


def _composite(pdf: pikepdf.Pdf, *, encoding: str = "/Identity-H", maps: bytes = b"") -> pikepdf.Object:
    descendant = Dictionary(Type=Name.Font, Subtype=Name.CIDFontType2, FontDescriptor=Dictionary(), DW=1000)
    font = Dictionary(Type=Name.Font, Subtype=Name.Type0, Encoding=Name(encoding), ToUnicode=pdf.make_stream(maps))
    font.DescendantFonts = Array([pdf.make_indirect(descendant)])
    return pdf.make_indirect(font)


def test_a_font_that_draws_itself_is_measured_in_its_own_units(pdf: pikepdf.Pdf) -> None:
    """ISO 32000-2 §9.6.4: twenty glyphs, each as wide as the font is high, as TeX's bitmap fonts have them."""
    glyph = pdf.make_stream(b"40 0 0 0 40 30 d1 0 0 30 30 re f")
    font = Dictionary(Type=Name.Font, Subtype=Name.Type3, FirstChar=65, LastChar=65, Widths=Array([40]))
    font.FontMatrix, font.FontBBox = Array([0.025, 0, 0, 0.025, 0, 0]), Array([0, 0, 40, 80])
    font.CharProcs, font.Encoding = Dictionary(A=glyph), Dictionary(Differences=Array([65, Name.A]))
    marks = marks_of(_page(pdf, b"BT /F1 12 Tf 60 300 Td (AAAAAAAAAAAAAAAAAAAA) Tj ET", pdf.make_indirect(font)))

    assert is_marked(marks, (290, 301, 299, 310))
    assert is_marked(marks, (290, 318, 299, 320))
    assert not is_marked(marks, (305, 301, 320, 310))


def _drawing(pdf: pikepdf.Pdf, glyph: bytes) -> pikepdf.Object:
    """A font of one letter that says of itself that it is small."""
    font = Dictionary(Type=Name.Font, Subtype=Name.Type3, FirstChar=65, LastChar=65, Widths=Array([1]))
    font.FontMatrix, font.FontBBox = Array([0.001, 0, 0, 0.001, 0, 0]), Array([0, 0, 1, 1])
    font.CharProcs = Dictionary(A=pdf.make_stream(glyph))
    font.Encoding = Dictionary(Differences=Array([65, Name.A]))
    return pdf.make_indirect(font)


@pytest.mark.parametrize(
    "glyph",
    [
        b"1 0 0 0 1 1 d1 0 0 9000 9000 re f",
        b"1 0 d0 q 9000 0 0 9000 0 0 cm BI /W 1 /H 1 /IM true ID \x00 EI Q",
        b"1 0 0 0 1 1 d1 100 0 0 100 0 0 cm 0 0 m 90 90 l 9 w S",
        b"1 0 0 0 1 1 d1 0 0 m 9000 0 9000 9000 0 9000 c f",
        b"1 0 0 0 1 1 d1 9000 w 0 0 m 1 1 l S",
        b"1 0 d0 /Khac Do",
        b"1 0 d0 /Khac sh",
        b"1 0 d0 BT /F1 9000 Tf (A) Tj ET",
        b"not a glyph <<",
    ],
)
def test_a_font_that_draws_more_than_it_says_is_measured_by_what_it_draws(glyph: bytes, pdf: pikepdf.Pdf) -> None:
    """ISO 32000-2 §9.6.4: nothing is clipped to /FontBBox; what cannot be measured may be anywhere."""
    page = _page(pdf, b"BT /F1 10 Tf 300 300 Td (A) Tj ET", _drawing(pdf, glyph))
    honest = _page(pdf, b"BT /F1 10 Tf 300 300 Td (A) Tj ET", _drawing(pdf, b"1 0 0 0 1 1 d1 0 0 500 700 re f"))

    assert is_marked(marks_of(page), (360, 360, 380, 380))
    assert not is_marked(marks_of(honest), (360, 360, 380, 380))


def test_text_that_runs_downwards_may_be_anywhere(pdf: pikepdf.Pdf) -> None:
    """ISO 32000-2 §9.7.4.3: it is not measured, so no place is free."""
    across = _page(pdf, b"BT /F1 12 Tf 60 300 Td <00410042> Tj ET", _composite(pdf))
    down = _page(pdf, b"BT /F1 12 Tf 60 300 Td <00410042> Tj ET", _composite(pdf, encoding="/Identity-V"))

    assert not is_marked(marks_of(across), _FREE_PLACE)
    assert is_marked(marks_of(down), _FREE_PLACE)


def test_a_map_larger_than_a_font_is_not_read(pdf: pikepdf.Pdf) -> None:
    """A few hundred bytes would be millions of characters."""
    one = b"1 beginbfrange <0000> <ffff> <0000> endbfrange "

    with pytest.raises(ValueError, match="characters"):
        FontReader(_composite(pdf, maps=one * 9)).text(b"\x00A")


def test_pages_share_what_may_be_measured(pdf: pikepdf.Pdf) -> None:
    """One content stream on a thousand pages costs no more than on one; what is not measured is not free."""
    budget = [min(new_budget()[0], 5_000), 200]
    line = b"0 0 m 1 1 l S " * 50
    first, second, third = (marks_of(_page(pdf, content), budget) for content in (line, line, b"0 0 m 1 1 l S"))

    assert not is_marked(first, _FREE_PLACE)
    assert {mark.kind for mark in (*second, *third)} == {MarkKind.UNKNOWN}
    assert is_marked(third, _FREE_PLACE)


def test_text_by_a_direct_font_for_each_word_is_bounded(pdf: pikepdf.Pdf) -> None:
    """A font dictionary that is no object is read anew for each use."""
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Title=String("x"))
    marks = marks_of(_page(pdf, b"BT 60 300 Td " + b"/F1 5 Tf (a) Tj " * 600 + b"ET", font))

    assert is_marked(marks, _FREE_PLACE)


@pytest.mark.parametrize(
    ("drawn", "hides"),
    [
        # a letter turned into its outline
        (b"100 100 m 120 100 130 110 130 130 c 100 130 l f", True),
        (b"100 100 m 120 110 130 130 v 100 130 130 100 y f*", True),
        (b"0.5 g 100 100 m 120 100 130 110 130 130 c b", True),
        # a line to sign on, a frame with round corners, a ruled background
        (b"100 100 m 300 100 l S", False),
        (b"100 100 m 120 100 130 110 130 130 c s", False),
        (b"0.9 g 100 100 200 20 re f", False),
        (b"1 g 100 100 m 120 100 130 110 130 130 c f", False),
        # the next path is another
        (b"100 100 m 120 100 130 110 130 130 c n 100 100 200 20 re f", False),
    ],
)
def test_letters_without_a_font_are_words_too(drawn: bytes, hides: bool, pdf: pikepdf.Pdf) -> None:  # noqa: FBT001 — a row
    """What is printed by outlines can be hidden by the look of a later signature as well as text."""
    marks = marks_of(_page(pdf, drawn))

    assert hides_words(marks, (90, 90, 200, 140), page_area=595 * 842.0) is hides
