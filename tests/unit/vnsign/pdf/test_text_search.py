"""Places found in the text: accents, split letters, turned and cropped pages, several and none."""

from __future__ import annotations

import pytest

from tests.documents_kit import CENTRE_X_MM, NAME, NAME_MM, POSITION, POSITION_MM, Paper, official_page
from tests.materials import plain_pdf
from vnsign.errors import ErrorCode, VnsignError
from vnsign.pdf.finding.text_lines import fold, read_pages
from vnsign.pdf.finding.text_search import Between, find_between, find_lines, find_signature_gap

BLOCK = Between(position=POSITION, name=NAME)


def refusal(pdf: bytes, between: Between) -> VnsignError:
    """Return the error that a search ends in."""
    with pytest.raises(VnsignError) as refused:
        find_signature_gap(pdf, between)
    return refused.value


@pytest.mark.parametrize("text", ["CHỦ TỊCH", "chu tich", "Chủ  Tịch", "CHU\u0309 TI\u0323CH", "ChủTịch"])
def test_accents_case_and_spaces_do_not_count(text: str) -> None:
    """Law reference §5.3: PDF writers split letters and accents."""
    assert fold(text) == "chutich"
    assert len(find_lines(official_page(), text)) == 1


def test_d_with_stroke_is_d() -> None:
    """It has no decomposition in Unicode."""
    assert fold("ĐẶNG đình") == "dangdinh"


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("crop_mm", [None, (20, 30, 10, 15)], ids=["whole", "cropped"])
def test_the_image_is_centred_between_position_and_name(
    rotation: int, crop_mm: tuple[float, float, float, float] | None
) -> None:
    """PL I II.7.d, within half a millimetre as seen, however the page is stored."""
    place = find_between(official_page(rotation=rotation, crop_mm=crop_mm), BLOCK, real_size_mm=(45, 22))

    left, top = (crop_mm[0], crop_mm[1]) if crop_mm is not None else (0, 0)
    assert place.page == 1
    assert place.size_mm == (45, 22)
    assert place.at_mm[0] + 22.5 == pytest.approx(CENTRE_X_MM - left, abs=0.5)
    assert place.at_mm[1] + 11 == pytest.approx((POSITION_MM + NAME_MM) / 2 - top, abs=0.5)


def test_decomposed_and_doubled_letters_are_found() -> None:
    """Accents as letters of their own, and bold made by drawing twice."""
    assert find_signature_gap(official_page(decomposed=True), BLOCK).position.page == 1
    twice = Paper()
    for shift in (0, 0.15):
        twice.centred(100 + shift, 100, POSITION).centred(100 + shift, 130, NAME)
    assert find_signature_gap(twice.pdf(), BLOCK).name.folded == "nguyenvanuy"


def test_letters_drawn_out_of_order_are_put_in_order() -> None:
    """The text in drawing order reads "TỊCH CHỦ"; as seen it does not."""
    pdf = Paper().write(112.5, 100, "TỊCH").write(100, 100, "CHỦ").centred(110, 130, NAME).pdf()

    assert [line.text for line in find_lines(pdf, POSITION)] == [POSITION]


def test_columns_on_one_height_are_lines_of_their_own() -> None:
    """What stands at the left, "Nơi nhận:", does not belong to the position at the right."""
    (page,) = read_pages(official_page(), page=1)

    assert "Nơi nhận:" in [line.text for line in page.lines]
    assert "TM. ỦY BAN NHÂN DÂN" in [line.text for line in page.lines]


def test_a_longer_line_is_not_the_line() -> None:
    """Somebody signing for the head ("KT. CHỦ TỊCH") has another position; the error shows it."""
    pdf = Paper().centred(100, 100, "KT. CHỦ TỊCH").centred(100, 130, NAME).pdf()

    error = refusal(pdf, BLOCK)

    assert error.code is ErrorCode.TEXT_NOT_FOUND
    assert "page 1 at" in str(error)
    assert "KT. CHỦ TỊCH" in str(error)
    assert find_signature_gap(pdf, Between(position="KT. CHỦ TỊCH", name=NAME)).position.page == 1


@pytest.mark.parametrize(
    "pdf",
    [
        plain_pdf(),
        Paper().centred(100, 100, POSITION).pdf(),
        Paper().centred(100, 130, POSITION).centred(100, 100, NAME).pdf(),
        Paper().centred(100, 40, POSITION).centred(100, 250, NAME).pdf(),
        Paper().centred(40, 100, POSITION).centred(160, 130, NAME).pdf(),
        Paper().centred(100, 100, POSITION).page().centred(100, 130, NAME).pdf(),
    ],
    ids=["none", "no name", "name above", "too far below", "too far beside", "on another page"],
)
def test_what_is_not_there_is_never_guessed(pdf: bytes) -> None:
    """An error instead of a place."""
    assert refusal(pdf, BLOCK).code is ErrorCode.TEXT_NOT_FOUND


def two_blocks() -> bytes:
    """Return two pages, each with a signature block."""
    paper = Paper().centred(100, 100, POSITION).centred(100, 130, NAME)
    return paper.page().centred(150, 200, POSITION).centred(150, 230, NAME).pdf()


def test_several_places_are_all_named() -> None:
    """Nothing is chosen for the caller."""
    error = refusal(two_blocks(), BLOCK)

    assert error.code is ErrorCode.TEXT_AMBIGUOUS
    assert "page 1 at" in error.message
    assert "page 2 at" in error.message


@pytest.mark.parametrize(
    ("between", "page"),
    [
        (Between(position=POSITION, name=NAME, page=2), 2),
        (Between(position=POSITION, name=NAME, occurrence=1), 1),
        (Between(position=POSITION, name=NAME, occurrence=-1), 2),
    ],
    ids=["page", "first", "last"],
)
def test_the_caller_chooses_among_several(between: Between, page: int) -> None:
    """By page or by number."""
    assert find_signature_gap(two_blocks(), between).position.page == page


@pytest.mark.parametrize(
    "between",
    [
        Between(position=POSITION, name=NAME, occurrence=3),
        Between(position=POSITION, name=NAME, occurrence=0),
        Between(position=POSITION, name=NAME, page=9),
        Between(position=" ", name=NAME),
    ],
)
def test_a_choice_that_is_none_is_refused(between: Between) -> None:
    """A third of two, a page that is not there, no text."""
    assert refusal(two_blocks(), between).code is ErrorCode.BAD_ARGUMENT


@pytest.mark.parametrize("pdf", [b"", b"x", b"%PDF-1.7", plain_pdf()[:300]])
def test_any_bytes_give_our_error(pdf: bytes) -> None:
    """Neither library's error comes out."""
    assert refusal(pdf, BLOCK).code in {ErrorCode.NOT_A_PDF, ErrorCode.MALFORMED_PDF}
