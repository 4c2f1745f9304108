"""Number and date, written into their fields after the document was set, read like the words printed beside them."""

from __future__ import annotations

import io

import pikepdf
import pytest

from docflow.model.layout import ComposedDocument
from docflow.printing import OfficialDocument
from docflow.signing import prepare_for_signing, write_number
from tests.unit.docflow.printing.page_reader import MM, Page, read_pages
from tests.unit.docflow.printing.samples import DECISION, LETTER, compose

DATE = "An Bình, ngày 05 tháng 01 năm 2026"


def _filled(composed: ComposedDocument, *, number: str, place_and_date: str = DATE) -> Page:
    """Prepare and fill a set document; return page 1 as a reader sees it, the looks of the fields included."""
    pdf = write_number(prepare_for_signing(composed), number=number, place_and_date=place_and_date)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.flatten_annotations("screen")
        for page in opened.pages:
            del page.Annots  # the empty signature fields
        seen = io.BytesIO()
        opened.save(seen)
    return read_pages(seen.getvalue())[0]


def _pen_at(page: Page, words: str) -> float:
    """Return where the pen starts to write ``words``."""
    return page.glyphs["".join(glyph.text for glyph in page.glyphs).index(words)].pen_x


@pytest.mark.parametrize("document", [DECISION, LETTER], ids=["decision", "letter"])
@pytest.mark.parametrize("count", ["01", "15", "99999"])
def test_filled_number_reads_on_from_the_printed_label(document: OfficialDocument, count: str) -> None:
    """Mục II.3: one baseline (0.3 pt), one size, and one space between "Số:" and the number."""
    page = _filled(compose(document), number=f"{count}/{document.symbol}")
    label, number = page.find("Số:"), page.find(f"{count}/{document.symbol}")
    assert number.baseline == pytest.approx(label.baseline, abs=0.3)
    assert number.size == label.size == 13
    # S, ố, the colon and the space in thousandths of the type size, from the tables of Times New Roman
    assert _pen_at(page, number.text) - _pen_at(page, "Số:") == pytest.approx(
        13 * (556 + 500 + 278 + 250) / 1000, abs=0.3
    )


def test_filled_date_stands_on_the_line_of_the_number_under_the_motto() -> None:
    """Mục II.4: one baseline with the number (0.3 pt), centred under Quốc hiệu, not met by the number before it."""
    page = _filled(compose(DECISION), number=f"99999/{DECISION.symbol}")
    number, date = page.find(f"99999/{DECISION.symbol}"), page.find(DATE)
    assert date.baseline == pytest.approx(number.baseline, abs=0.3)
    assert date.middle == pytest.approx(page.find("Độc lập - Tự do - Hạnh phúc").middle, abs=1)
    assert date.size == 13
    assert number.right + 3 * MM < date.left


def test_widest_number_and_date_are_not_cut_off() -> None:
    """The boxes hold five digits, the longest date and letters with marks above and below, drawn full size."""
    symbol, date = "QyĐ-UBNDTHỘẪỊ", "Ẫộị Thuỵ, ngày 30 tháng 12 năm 2026"
    composed = compose(DECISION, symbol=symbol, place="Ẫộị Thuỵ")
    page = _filled(composed, number=f"99999/{symbol}", place_and_date=date)
    for text, box in ((f"99999/{symbol}", composed.number), (date, composed.date)):
        line = page.find(text)
        glyphs = [glyph for glyph in page.glyphs if abs(glyph.baseline - line.baseline) < 0.1]
        inside = [glyph for glyph in glyphs if line.left <= glyph.left and glyph.right <= line.right]
        assert line.size == 13
        assert box.x <= line.left
        assert line.right <= box.x + box.width
        assert box.y <= min(glyph.bottom for glyph in inside)
        assert max(glyph.top for glyph in inside) <= box.y + box.height
