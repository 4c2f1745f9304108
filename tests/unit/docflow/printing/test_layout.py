"""Where Decree 30/2020, Phụ lục I, puts the cells of a page."""

from __future__ import annotations

import pytest

from docflow.model.layout import Alignment, FontFace
from docflow.printing import compose_document
from tests.unit.docflow.printing.page_reader import MM, Line, Page, read_pages
from tests.unit.docflow.printing.samples import DECISION, FONTS, LETTER, SENTENCE, compose, paragraphs

NATIONAL_NAME = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"


@pytest.fixture(scope="module")
def decision() -> Page:
    """Page 1 of a decision."""
    return read_pages(compose(DECISION).pdf)[0]


@pytest.fixture(scope="module")
def letter() -> Page:
    """Page 1 of a công văn."""
    return read_pages(compose(LETTER).pdf)[0]


def _rule_below(page: Page, line: Line) -> tuple[float, float, float]:
    return max(
        (rule for rule in page.rules if rule[2] < line.baseline), key=lambda rule: rule[2] - abs(rule[0] - line.left)
    )


def test_page_is_a4(decision: Page) -> None:
    """Mục I.1: A4, 210 × 297 mm, upright."""
    assert (decision.width / MM, decision.height / MM) == pytest.approx((210, 297), abs=0.1)


def test_text_fills_the_margins_and_keeps_inside_them() -> None:
    """Mục I.4: top and bottom 20–25, left 30–35, right 15–20 mm; here 20, 20, 30, 15, within 1 mm."""
    pages = read_pages(compose(DECISION, body=paragraphs(*[SENTENCE * 5] * 20)).pdf)
    assert len(pages) > 2
    for number, page in enumerate(pages):
        body = [glyph for glyph in page.glyphs if not (number and glyph.top > page.height - 20 * MM)]
        assert min(glyph.left for glyph in body) / MM == pytest.approx(30, abs=1)
        assert max(glyph.right for glyph in body) / MM == pytest.approx(210 - 15, abs=1)
        assert max(glyph.top for glyph in body) / MM == pytest.approx(297 - 20, abs=1.5)
        assert min(glyph.bottom for glyph in body) / MM >= 20
    full = pages[1]
    assert min(glyph.bottom for glyph in full.glyphs) / MM < 20 + 3 * 6.2  # at most a widow's lines left free


def test_national_name_and_motto_stand_centred_at_the_right(decision: Page) -> None:
    """Mục II.1: both centred on each other, sizes 12–13 and 13–14, a rule as long as the motto under it."""
    name, motto = decision.find(NATIONAL_NAME), decision.find(MOTTO)
    assert name.middle == pytest.approx(motto.middle, abs=1)
    assert name.left > decision.width / 2 - 20 * MM
    assert 12 <= name.size <= 13
    assert 13 <= motto.size <= 14
    left, right, height = _rule_below(decision, motto)
    assert right - left == pytest.approx(motto.right - motto.left, abs=2)
    assert 0 < motto.baseline - height < 10


def test_agencies_stand_at_the_left_level_with_the_national_name(decision: Page) -> None:
    """Mục II.2: managing agency above issuing agency, a rule of 1/3 to 1/2 of the line under it, centred."""
    above, below = decision.find("ỦY BAN NHÂN DÂN"), decision.find("SỞ KHOA HỌC VÀ CÔNG NGHỆ")
    assert above.baseline == pytest.approx(decision.find(NATIONAL_NAME).baseline, abs=0.5)
    assert above.baseline > decision.find("TỈNH AN BÌNH").baseline > below.baseline
    assert above.middle == pytest.approx(below.middle, abs=1)
    assert below.right + 3 * MM < decision.find(NATIONAL_NAME).left
    left, right, _ = _rule_below(decision, below)
    assert 1 / 3 <= (right - left) / (below.right - below.left) <= 1 / 2
    assert (left + right) / 2 == pytest.approx(below.middle, abs=1)


def test_number_continues_the_printed_label() -> None:
    """Mục II.3: the number box begins a space after "Số:" and shares its baseline and size.

    NĐ 30/2020 PL I Phần I mục II.3d: "Số, ký hiệu của văn bản được trình bày tại ô số 3"
    """
    composed = compose(DECISION)
    label = read_pages(composed.pdf)[0].find("Số:")
    box = composed.number
    assert box.y + box.baseline == pytest.approx(label.baseline, abs=0.05)
    assert box.font_size == label.size == 13
    assert 2 < box.x - label.right < 5
    assert (box.alignment, box.face, box.page) == (Alignment.LEFT, FontFace.REGULAR, 0)


def test_number_and_date_share_a_line_and_no_place() -> None:
    """Mục II.4: the date stands on the number's line, italic, centred under Quốc hiệu."""
    composed = compose(DECISION)
    page = read_pages(composed.pdf)[0]
    number, date = composed.number, composed.date
    assert date.y + date.baseline == pytest.approx(number.y + number.baseline)
    assert date.x + date.width / 2 == pytest.approx(page.find(MOTTO).middle, abs=1)
    assert (date.alignment, date.face, date.page) == (Alignment.CENTER, FontFace.ITALIC, 0)
    assert date.x > number.x + number.width
    under = [g for g in page.glyphs if number.y <= g.baseline <= number.y + number.height and g.pen_x >= number.x]
    assert under == []


def test_a_long_place_keeps_inside_the_margin() -> None:
    """A date line wider than its column moves left, not over the margin."""
    date = compose(DECISION, place="Thành phố Hồ Chí Minh").date
    assert (date.x + date.width) / MM <= 210 - 15 + 0.01


def test_type_and_subject_stand_in_the_middle(decision: Page) -> None:
    """Mục II.5.a: type and subject centred, 13–14, a rule of 1/3 to 1/2 of the subject's line under it."""
    middle = (30 + 210 - 15) / 2 * MM
    title = next(line for line in decision.lines() if line.text == "QUYẾTĐỊNH")
    subject = decision.find("Về việc thành lập Tổ giúp việc")
    assert title.middle == pytest.approx(middle, abs=1)
    assert subject.middle == pytest.approx(middle, abs=1)
    assert title.baseline > subject.baseline
    left, right, _ = _rule_below(decision, subject)
    assert 1 / 3 <= (right - left) / (subject.right - subject.left) <= 1 / 2


def test_letter_gives_its_subject_under_the_number(letter: Page) -> None:
    """Mục II.5.b: a công văn has no type; "V/v …" stands under the number, centred in the agency's column, 12–13."""
    subject = letter.find("V/v rà soát văn bản đã ban hành")
    assert subject.baseline < letter.find("Số:").baseline
    assert subject.middle == pytest.approx(letter.find("SỞ KHOA HỌC VÀ CÔNG NGHỆ").middle, abs=1)
    assert 12 <= subject.size <= 13
    assert len(letter.rules) == 2


def test_several_addressees_stand_under_the_colon(letter: Page) -> None:
    """Mục II.9: one line each with a dash under the colon, ";" after each and "." after the last."""
    colon = next(glyph for glyph in letter.glyphs[letter_index(letter, "Kínhgửi") :] if glyph.text == ":")
    lines = [letter.find(text) for text in ("- Sở Nội vụ;", "- Sở Tài chính;", "- Ủy ban nhân dân các xã, phường.")]
    assert all(line.left == pytest.approx(colon.left, abs=2) for line in lines)


def letter_index(page: Page, words: str) -> int:
    """Return where the letters of ``words`` begin."""
    return "".join(glyph.text for glyph in page.glyphs).index(words)


def test_one_addressee_stands_on_the_line_of_kinh_gui() -> None:
    """Mục II.9: a single addressee follows "Kính gửi:" on the same line."""
    page = read_pages(compose(LETTER, addressees=("Sở Nội vụ",)).pdf)[0]
    assert page.find("Kính gửi: Sở Nội vụ").size == 14


def test_body_is_justified_with_an_indented_first_line() -> None:
    """Mục II.6: 13–14, both sides flush, first line in by 1 or 1.27 cm, lines 1 to 1.5 apart, paragraphs 6 pt."""
    page = read_pages(compose(LETTER, body=paragraphs(SENTENCE * 4, SENTENCE * 4)).pdf)[0]
    end = page.find("Nơi nhận:").baseline
    start = page.find("phường.").baseline
    body = [line for line in page.lines() if end < line.baseline < start]
    assert body[0].left / MM == pytest.approx(30 + 12.7, abs=1)
    assert body[1].left / MM == pytest.approx(30, abs=1)
    assert body[1].right / MM == pytest.approx(195, abs=1)
    assert {line.size for line in body} == {14}
    single = 14 * 1.15
    assert single <= body[0].baseline - body[1].baseline <= 1.5 * single


def test_recipients_stand_at_the_left_of_the_position(decision: Page) -> None:
    """Mục II.9: "Nơi nhận:" 12, list in 11, dashes, ";" and at the end "."; level with the position."""
    title, position = decision.find("Nơi nhận:"), decision.find("KT. GIÁM ĐỐC")
    assert title.size == 12
    assert title.left / MM == pytest.approx(30, abs=1)
    assert title.baseline == pytest.approx(position.baseline, abs=4)
    assert decision.find("- Như Điều 2;").size == decision.find("- Lưu: VT, VP.").size == 11


def test_signature_stands_between_position_and_name() -> None:
    """Mục II.7.d: the image is centred between the signer's position and the signer's name."""
    composed = compose(DECISION)
    page, box = read_pages(composed.pdf)[composed.signature.page], composed.signature
    position, name = page.find("PHÓ GIÁM ĐỐC"), page.find("Trần Thị Mẫu")
    assert box.x + box.width / 2 == pytest.approx(position.middle, abs=1)
    assert box.x + box.width / 2 == pytest.approx(name.middle, abs=1)
    capital = 14 * 0.655
    middle = (position.baseline + name.baseline + capital) / 2
    assert box.y + box.height / 2 == pytest.approx(middle, abs=1.5)
    assert name.baseline + capital < box.y
    assert box.y + box.height < position.baseline
    assert (box.width / MM, box.height / MM) == pytest.approx((45, 22))


@pytest.mark.parametrize("diameter", [20.0, 36.0, 42.0, 60.0])
@pytest.mark.parametrize("signature", [(45.0, 22.0), (60.0, 30.0), (30.0, 10.0)])
def test_seal_covers_a_third_of_the_signature_on_its_left(diameter: float, signature: tuple[float, float]) -> None:
    """Mục II.8.a: real size, over about a third of the signature's image, on its left, and inside the page."""
    composed = compose_document(DECISION, fonts=FONTS, seal_diameter_mm=diameter, signature_size_mm=signature)
    seal, image = composed.seal, composed.signature
    assert (seal.width / MM, seal.height / MM) == pytest.approx((diameter, diameter))
    covered = (min(seal.x + seal.width, image.x + image.width) - max(seal.x, image.x)) / image.width
    assert 0.30 <= covered <= 0.36
    assert seal.x <= image.x
    assert seal.y + seal.height / 2 == pytest.approx(image.y + image.height / 2)
    page = read_pages(composed.pdf)[seal.page]
    assert seal.x > 0
    assert seal.y > 0
    # It may touch the lines above and below, as a stamp on paper does; it may not hide them.
    assert seal.y + 3.1 * MM > page.find("Trần Thị Mẫu").baseline
    assert seal.y + seal.height - 3.1 * MM < page.find("PHÓ GIÁM ĐỐC").baseline


def test_page_number_stands_top_centre_from_page_two() -> None:
    """Mục I.7: centred in the top margin, 13–14, not shown on page 1."""
    pages = read_pages(compose(DECISION, body=paragraphs(*[SENTENCE * 5] * 20)).pdf)
    assert pages[0].lines()[0].baseline < pages[0].height - 20 * MM
    for number, page in enumerate(pages[1:], start=2):
        top = page.lines()[0]
        assert top.text == str(number)
        assert top.baseline > page.height - 20 * MM
        assert top.middle / MM == pytest.approx((30 + 195) / 2, abs=1)
        assert 13 <= top.size <= 14


def test_long_names_wrap_in_their_column() -> None:
    """A long agency and a subject of 500 characters wrap; nothing leaves its column or meets its neighbour."""
    subject = ("Về việc phê duyệt " + SENTENCE * 6)[:500]
    composed = compose(DECISION, agency="TRUNG TÂM ỨNG DỤNG TIẾN BỘ KHOA HỌC VÀ CHUYỂN GIAO CÔNG NGHỆ", subject=subject)
    page = read_pages(composed.pdf)[0]
    head = [g for g in page.glyphs if g.baseline > composed.number.y + 20]
    national_left = page.find(NATIONAL_NAME).left
    agency = [g for g in head if g.pen_x < national_left - 1]
    assert max(g.right for g in agency) < national_left - 3 * MM
    assert "".join(subject.split()) in "".join(g.text for g in page.glyphs)


def test_lines_of_a_wrapped_title_are_balanced() -> None:
    """A subject a little longer than a line gives two lines of about equal length, not a line and a word."""
    subject = "Về việc ban hành Quy chế quản lý và sử dụng con dấu, thiết bị lưu khóa bí mật tại cơ quan"
    page = read_pages(compose(DECISION, subject=subject).pdf)[0]
    start = page.find("Về việc ban hành").baseline
    first, second = [line for line in page.lines() if line.baseline <= start][:2]
    assert second.right - second.left > 0.7 * (first.right - first.left)
