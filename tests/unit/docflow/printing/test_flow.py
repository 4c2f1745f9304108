"""Which lines share a page: no lonely lines, no lonely signature, nothing lost."""

from __future__ import annotations

import pytest

from docflow.errors import ErrorCode, UsageError
from docflow.printing import BodyParagraph, ParagraphKind
from tests.unit.docflow.printing.page_reader import MM, Page, read_pages
from tests.unit.docflow.printing.samples import DECISION, SENTENCE, compose, paragraphs

LINE = "Một dòng ngắn."
TWO_LINES = "Hai dòng: " + SENTENCE


def _body_lines(page: Page) -> list[str]:
    """Lines of the content on a page: of size 14, above the signature, below the page number."""
    tops = [line.baseline for line in page.lines() if "Nơinhận:" in line.text]
    end = tops[0] + 6 if tops else 0.0
    return [
        line.text
        for line in page.lines()
        if end < line.baseline < page.height - 20 * MM and line.size == 14 and line.text != "KT.GIÁMĐỐC"
    ]


@pytest.mark.parametrize("sentences", [1, 2, 3, 5])
@pytest.mark.parametrize("fill", range(20, 29))
def test_signature_block_is_whole_and_has_two_lines_of_content(fill: int, sentences: int) -> None:
    """However the text ends, position, room, name and recipients share a page with its last two lines."""
    composed = compose(DECISION, body=paragraphs(*[LINE] * fill, SENTENCE * sentences))
    page = read_pages(composed.pdf)[-1]
    assert composed.signature.page == composed.seal.page == composed.page_count - 1
    for words in ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "Trần Thị Mẫu", "Nơi nhận:", "- Lưu: VT, VP."):
        assert page.find(words).size <= 14
    assert len(_body_lines(page)) >= 2
    assert min(glyph.bottom for glyph in page.glyphs) >= 20 * MM


@pytest.mark.parametrize("fill", range(2, 22))
def test_no_paragraph_leaves_one_line_behind(fill: int) -> None:
    """A paragraph is cut only with two lines or more on each page."""
    marked = [f"Mở đầu số {number}. {SENTENCE * 3}Hết số {number}." for number in range(6)]
    pages = read_pages(compose(DECISION, body=paragraphs(*[LINE] * fill, *marked)).pdf)
    assert len(pages) > 1
    for page in pages[:-1]:
        assert not _body_lines(page)[-1].startswith("Mởđầusố")
    for page in pages[1:]:
        assert "Hếtsố" not in _body_lines(page)[0]


@pytest.mark.parametrize("fill", range(15, 33))
@pytest.mark.parametrize("text", [LINE, TWO_LINES, SENTENCE * 6])
def test_title_stays_with_its_text(fill: int, text: str) -> None:
    """A title is never the last line of a page, not even when its text goes over with the signature."""
    title = BodyParagraph(text="II. TỔ CHỨC THỰC HIỆN", kind=ParagraphKind.HEADING)
    pages = read_pages(compose(DECISION, body=(*paragraphs(*[LINE] * fill), title, *paragraphs(text))).pdf)
    for page in pages:
        lines = _body_lines(page)
        assert lines[-1:] != ["II.TỔCHỨCTHỰCHIỆN"]


@pytest.mark.parametrize("kind", list(ParagraphKind))
def test_nothing_is_lost_in_a_long_text(kind: ParagraphKind) -> None:
    """Paragraphs longer than a page, of any kind, titles too, arrive whole, in order and inside the margins."""
    words = " ".join(f"từ{number}" for number in range(1500))
    body = (BodyParagraph(text=words, kind=kind), BodyParagraph(text=LINE))
    pages = read_pages(compose(DECISION, body=body).pdf)
    letters = "".join(glyph.text for page in pages for glyph in page.glyphs if glyph.baseline < page.height - 20 * MM)
    assert words.replace(" ", "") in letters
    assert all(glyph.bottom >= 20 * MM for page in pages for glyph in page.glyphs)
    assert len(pages) > 2


def test_a_body_of_titles_only_is_set() -> None:
    """Titles without text are odd, not fatal: every one is printed once."""
    body = tuple(BodyParagraph(text=f"Mục {number}", kind=ParagraphKind.HEADING) for number in range(90))
    pages = read_pages(compose(DECISION, body=body).pdf)
    text = "".join(glyph.text for page in pages for glyph in page.glyphs if glyph.baseline < page.height - 20 * MM)
    assert all(text.count(f"Mục{number}Mục") == 1 for number in range(89))


def test_many_addressees_run_over_the_page() -> None:
    """A list of a hundred addressees goes on on the next page."""
    names = tuple(f"Ủy ban nhân dân xã số {number}" for number in range(100))
    composed = compose(DECISION, addressees=names)
    text = "".join(glyph.text for page in read_pages(composed.pdf) for glyph in page.glyphs)
    assert all(f"-Ủybannhândânxãsố{number}" in text for number in range(100))
    assert composed.page_count > 2


def test_recipients_longer_than_a_page_are_refused() -> None:
    """A list that cannot stand beside the signature belongs into an attachment."""
    with pytest.raises(UsageError) as refused:
        compose(DECISION, recipients=tuple(f"Nơi nhận {number}" for number in range(80)))
    assert refused.value.code is ErrorCode.BAD_ARGUMENT
    assert refused.value.way_out
