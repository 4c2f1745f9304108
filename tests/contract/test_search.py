"""Searching, the same on every database."""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date

import pytest

from docflow import Direction, DocflowError, ErrorCode, Office, RegisterKind, SearchQuery, parse_agency_code
from tests.contract.offices import Place
from tests.materials import plain_pdf
from tests.office_kit import leader_pdf, make_agency, make_draft
from tests.work_kit import make_entry

SUBJECTS = {
    "a": "về việc ban hành Quy chế tiếp công dân",
    "b": "phê duyệt kế hoạch đầu tư đường giao thông",
    "c": "về quyết toán ngân sách năm 2025",
}


@pytest.fixture
def office(place: Place) -> Iterator[Office]:
    """An office with three drafts."""
    with place.open() as office:
        for name, subject in SUBJECTS.items():
            office.draft(make_draft(subject), actor="Trần Thị Bình", document_id=name)
        yield office


def found(office: Office, text: str, **more: object) -> set[str]:
    """Return the names of what is found."""
    return {hit.id for hit in office.search(SearchQuery(text=text, **more))}  # type: ignore[arg-type]


WORDS: dict[str, set[str]] = {
    "quy che": {"a"},
    "QUY CHẾ": {"a"},
    unicodedata.normalize("NFD", "quy chế"): {"a"},
    "duong": {"b"},
    "đường": {"b"},
    "đuong": set(),
    "quyet": {"a", "b", "c"},  # all are decisions
    "quyet toan": {"c"},
    "quyết định tiếp công dân": {"a"},
    "quyệt": set(),
    "ban che cong": {"a"},
    "ban ngân": set(),
    "ngan*": {"c"},
    "ke hoach đầu*": {"b"},
    "2025": {"c"},
    "ve": {"a", "c"},
    "": {"a", "b", "c"},
}


def test_both_places_of_the_tone_mark_are_one_word(office: Office) -> None:
    """*Hòa* and *hoà*, *thủy* and *thuỷ*, *khỏe* and *khoẻ*: each finds what was written in the other way."""
    pairs = {"hòa giải": "hoà giải", "thuỷ lợi": "thủy lợi", "sức khoẻ": "sức khỏe", "HOẢ TỐC": "hỏa tốc"}
    for number, (written, asked) in enumerate(pairs.items()):
        office.draft(make_draft(f"về {written}"), actor="A", document_id=f"tone-{number}")
        assert found(office, written) == found(office, asked) == {f"tone-{number}"}
    assert found(office, "hóa giải") == set()


def test_words_are_found_with_and_without_their_diacritics(office: Office) -> None:
    """A word with diacritics is meant with them; one without finds both."""
    assert {text: found(office, text) for text in WORDS} == WORDS


def test_the_words_of_an_engine_are_only_words(office: Office) -> None:
    """What FTS5 and tsquery take for operators is text here; a search never fails on it."""
    for text in ('a" b', "a OR b", "NEAR(a)", "words:a", "a' | 'b", "^a", "-a", "a%", "a\\b", "a\0b", "a & !b", "a:*"):
        assert found(office, text) <= set(SUBJECTS)


def test_what_was_written_last_is_found_at_once(office: Office) -> None:
    """The index is brought up before the answer, and again after it."""
    assert found(office, "hạ tầng") == set()
    office.draft(make_draft("về hạ tầng số"), actor="Trần Thị Bình", document_id="d")
    assert found(office, "hạ tầng") == {"d"}


def test_a_number_a_symbol_and_a_date_are_found(office: Office) -> None:
    """By number, by number and symbol in either form of Unicode, by day."""
    office.approve("a", actor="Lê Văn Cường")
    office.leader_signed("a", leader_pdf("a"), actor="Nguyễn Văn An")
    symbol = office.issue("a", actor="Văn thư").symbol
    day = office.document("a").issued_on

    assert found(office, "", number=1) == {"a"}
    assert found(office, "", symbol=unicodedata.normalize("NFD", symbol)) == {"a"}
    assert found(office, "", symbol=symbol.lower()) == set()
    assert found(office, "qd ubnd") == {"a"}
    assert found(office, "", issued_from=day, issued_to=day) == {"a"}
    assert found(office, "", issued_from=date(2027, 1, 1)) == set()
    assert found(office, "", direction=Direction.INCOMING) == set()
    assert found(office, "", issuer="H99") == set(SUBJECTS)
    assert found(office, "", issuer="H98") == set()


ISSUERS = {
    "tai-chinh": "Sở Tài chính tỉnh An Bình",
    "noi-vu": "Sở Nội vụ tỉnh An Bình",
    "hoa-binh": "Ủy ban nhân dân xã Hoà Bình",
    "cong-ty": "Công ty TNHH Đại Tái & Chính",
}


def test_an_issuer_is_found_by_the_name_under_which_it_was_registered(office: Office) -> None:
    """What came by hand has a name and no code; with and without diacritics, as every other text.

    NĐ 30/2020 PL VI Phần I mục III.6d: "Cho phép tìm kiếm văn bản, hồ sơ đối với tất cả các trường thông tin đầu vào
        của văn bản, hồ sơ và nội dung của văn bản, tài liệu."
    """
    for number, (name, issuer) in enumerate(ISSUERS.items()):
        subject = "V/v phối hợp với Sở Tài chính và Ủy ban nhân dân xã"
        entry = make_entry(f"{number}/X", issuer=issuer, subject=subject, issued_on=date(2026, 1, 2))
        office.receive_by_hand(entry, actor="Văn thư", incoming_id=name)
    coded = make_entry("9/X", issuer="Sở Y tế", issuer_code=parse_agency_code("H99.30"), issued_on=None)
    office.receive_by_hand(coded, actor="Văn thư", incoming_id="y-te")

    asked: dict[str, set[str]] = {
        "so tai chinh": {"tai-chinh"},
        "SỞ TÀI CHÍNH": {"tai-chinh"},
        unicodedata.normalize("NFD", "Tài chính"): {"tai-chinh"},
        "tai chinh": {"tai-chinh", "cong-ty"},
        "tái": {"cong-ty"},
        "tỉnh sở": {"tai-chinh", "noi-vu"},
        "noi*": {"noi-vu"},
        "hòa bình": {"hoa-binh"},
        "y te": {"y-te"},
        "H99.30": {"y-te"},
        "H99.31": set(),
        "dai": {"cong-ty"},
        "cục thuế": set(),
    }
    incoming = {"direction": Direction.INCOMING}
    assert {text: found(office, "", issuer=text, **incoming) for text in asked} == asked
    assert found(office, "phối hợp", issuer="so noi vu") == found(office, "", issuer="so noi vu") == {"noi-vu"}
    # its own documents are the agency's, by its name too
    assert found(office, "", issuer="uy ban nhan dan") == {*SUBJECTS, "hoa-binh"}
    assert found(office, "", issuer="Ủy ban nhân dân tỉnh", direction=Direction.OUTGOING) == set(SUBJECTS)
    newest = [hit.id for hit in office.search(SearchQuery(issuer="tinh an binh", direction=Direction.INCOMING))]
    for skip, one in enumerate(newest):
        query = SearchQuery(issuer="tinh an binh", direction=Direction.INCOMING, skip=skip, limit=1)
        assert [hit.id for hit in office.search(query)] == [one]


@pytest.mark.parametrize("issuer", ["", " ", "?", "*", "từ " * 33])
def test_an_issuer_without_a_word_is_refused(issuer: str) -> None:
    """It would be everybody, or nobody."""
    with pytest.raises(DocflowError) as caught:
        SearchQuery(issuer=issuer)
    assert caught.value.code is ErrorCode.BAD_ARGUMENT


def test_another_agency_finds_nothing_of_it(place: Place, office: Office) -> None:
    """Several agencies, one database."""
    with place.open("H98", agency=make_agency("H98")) as other:
        assert found(other, "quy che") == set()
        assert found(other, "") == set()
        other.draft(make_draft("về Quy chế"), actor="Trần Thị Bình", document_id="x")
        assert found(other, "quy che") == {"x"}
    assert found(office, "quy che") == {"a"}


def test_an_index_that_was_dropped_comes_back(office: Office) -> None:
    """It is made from the log and nothing else."""
    assert found(office, "quy che") == {"a"}
    office.rebuild_search()
    assert found(office, "quy che") == {"a"}
    assert office.verify_log().is_intact


def test_a_number_that_no_database_can_hold_is_our_error(office: Office) -> None:
    """Years, numbers and sizes typed by hand: BAD_ARGUMENT on every kind of store, never the driver's error."""
    asks: tuple[Callable[[], object], ...] = (
        lambda: office.search(SearchQuery(number=10**30)),
        lambda: office.files(year=10**30),
        lambda: office.entries(10**30),
        lambda: office.register(RegisterKind.OUTGOING, 10**30),
        lambda: office.report("2026", as_of=10**30),
        lambda: office.void_reserved("van_ban_di", 10**30, number=1, actor="A", reason="B"),
    )
    for ask in asks:
        with pytest.raises(DocflowError) as error:
            ask()
        assert error.value.code is ErrorCode.BAD_ARGUMENT


def test_the_newest_stand_first_and_no_more_than_asked_for(office: Office) -> None:
    """A person reads the first page.

    NĐ 30/2020 PL VI Phần I mục III.6g: "Cho phép hiển thị thứ tự kết quả tìm kiếm."
    """
    hits = office.search(SearchQuery(limit=2))

    assert len(hits) == 2
    everything = office.search(SearchQuery())
    assert everything[:2] == hits
    assert office.search(SearchQuery(limit=2, skip=2)) == everything[2:4]
    assert office.search(SearchQuery(skip=3)) == ()


@pytest.mark.parametrize(
    "change",
    [
        {"limit": 0},
        {"limit": 1001},
        {"skip": -1},
        {"skip": 1_000_001},
        {"issued_from": date(2026, 2, 1), "issued_to": date(2026, 1, 1)},
        {"text": "?!"},
        {"text": "a " * 33},
    ],
)
def test_a_question_without_sense_is_refused(change: dict[str, object]) -> None:
    """With a code and a Vietnamese sentence."""
    with pytest.raises(DocflowError) as error:
        dataclasses.replace(SearchQuery(), **change)  # type: ignore[arg-type]
    assert error.value.code is ErrorCode.BAD_ARGUMENT
    assert error.value.vi


def test_a_document_is_found_by_the_post_of_who_signed(office: Office) -> None:
    """In both directions, and a hit says who that was."""
    entry = make_entry(issued_on=None, signer_position="Phó Giám đốc Sở")
    office.receive_by_hand(entry, actor="Văn thư", incoming_id="thu")

    (hit,) = office.search(SearchQuery(text="pho giam doc"))
    assert (hit.id, hit.signer_name, hit.signer_position) == ("thu", "Nguyễn Văn An", "Phó Giám đốc Sở")
    assert found(office, "chủ tịch") == set(SUBJECTS)
    assert {hit.signer_position for hit in office.search(SearchQuery(text="chủ tịch"))} == {"Chủ tịch"}


def test_a_document_is_found_by_what_its_file_says(place: Place) -> None:
    """Also after the file was replaced; a file that begins as a PDF and is none is tried once.

    NĐ 30/2020 PL VI Phần I mục III.6d: "Cho phép tìm kiếm văn bản, hồ sơ đối với tất cả các trường thông tin đầu vào
        của văn bản, hồ sơ và nội dung của văn bản, tài liệu."
    """
    with place.open() as office:
        draft = make_draft("về tiếp công dân")
        office.draft(draft, actor="Trần Thị Bình", document_id="a", pdf=plain_pdf())
        office.draft(draft, actor="Trần Thị Bình", document_id="b", pdf=b"%PDF and nothing else")

        assert found(office, "page") == set()
        assert office.index_contents() == 2
        assert found(office, "page cong dan") == {"a"}
        assert office.index_contents() == 0
