"""The verbs of an office, over a real store."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest

from docflow import (
    DocflowError,
    Document,
    DocumentState,
    DocumentType,
    ErrorCode,
    FilePlan,
    Office,
    OutboxState,
    Receipt,
    RegisterKind,
    Secrecy,
    SignatureCheck,
    SignatureVerdict,
)
from tests.office_kit import (
    SetClock,
    leader_pdf,
    make_agency,
    make_draft,
    open_office,
    register_csv,
    seal_off,
    sign_off,
    sign_statement,
)

LONG_AGO = date(2026, 1, 4)


@pytest.fixture
def clock() -> SetClock:
    """Noon of a Monday in January."""
    return SetClock()


@pytest.fixture
def office(tmp_path: Path, clock: SetClock) -> Iterator[Office]:
    """Open an empty office."""
    with open_office(tmp_path / "office", clock=clock) as opened:
        yield opened


def refused(code: ErrorCode) -> pytest.RaisesExc[DocflowError]:
    """Expect docflow's refusal for this reason."""
    return pytest.RaisesExc(DocflowError, check=lambda error: error.code is code)


def test_a_document_lives_from_draft_to_seal(office: Office) -> None:
    """NĐ 30/2020 Điều 10–18: draft, approval, leader's signature, number and date, seal; then it may leave.

    NĐ 30/2020 Điều 15.3: "Đối với văn bản điện tử, việc cấp số, thời gian ban hành được thực hiện bằng chức năng của
        Hệ thống."
    """
    sign_off(office, "d1")
    issued = office.issue("d1", actor="Văn thư")
    assert (issued.number, issued.symbol, issued.issued_on) == (1, "01/QĐ-UBND", date(2026, 1, 5))
    assert issued.place_and_date == "An Bình, ngày 05 tháng 01 năm 2026"
    assert {row.state for row in office.outbox()} == {OutboxState.HELD}
    sealed = leader_pdf("d1") + b" number seal"
    assert office.sealed("d1", sealed, actor="Văn thư").state is DocumentState.SEALED
    assert {row.state for row in office.outbox()} == {OutboxState.READY}
    document = office.document("d1")
    assert document.sealed_pdf is not None
    assert office.blob(document.sealed_pdf) == sealed
    assert document.symbol == "01/QĐ-UBND"
    assert office.verify_log().is_intact


@pytest.mark.parametrize("secrecy", [Secrecy.MAT, Secrecy.TOI_MAT, Secrecy.TUYET_MAT])
def test_a_secret_document_is_refused_before_anything_is_stored(
    office: Office, tmp_path: Path, secrecy: Secrecy
) -> None:
    """QĐ 28/2018 Điều 1.2, NĐ 26/2020 Điều 4: no row, no leaf, no file of it."""
    before = office.checkpoint()
    with refused(ErrorCode.SECRET_DOCUMENT):
        office.draft(dataclasses.replace(make_draft(), secrecy=secrecy), actor="A", pdf=b"secret words")
    assert office.checkpoint() == before
    assert not any(path.is_file() for path in (tmp_path / "office" / "blobs").glob("**/*"))
    assert b"secret words" not in (tmp_path / "office" / "docflow.sqlite").read_bytes()


def test_every_step_gives_the_same_answer_again(office: Office) -> None:
    """A request that is repeated is answered as the first time, and nothing is written twice."""
    draft, signed = make_draft(), leader_pdf("d1")
    steps: list[Callable[[], Receipt]] = [
        lambda: office.draft(draft, actor="A", document_id="d1"),
        lambda: office.approve("d1", actor="B"),
        lambda: office.leader_signed("d1", signed, actor="C"),
        lambda: office.issue("d1", actor="V"),
        lambda: office.sealed("d1", signed + b"seal", actor="V"),
    ]
    answers = [step() for step in steps]
    checkpoint = office.checkpoint()
    again = [step() for step in steps]
    assert [msgspec.structs.replace(answer, is_replay=False) for answer in again] == answers
    assert all(answer.is_replay for answer in again)
    assert office.checkpoint() == checkpoint


def test_another_request_under_the_same_key_is_refused(office: Office) -> None:
    """An idempotency key stands for one request."""
    office.draft(make_draft(), actor="A", document_id="d1")
    with refused(ErrorCode.ALREADY_EXISTS):
        office.draft(make_draft("khác"), actor="A", document_id="d1")
    with refused(ErrorCode.ALREADY_EXISTS):
        office.draft(make_draft(), actor="A", document_id="d1", idempotency_key="another")
    office.approve("d1", actor="B", idempotency_key="k")
    with refused(ErrorCode.IDEMPOTENCY_CONFLICT):
        office.issue("d1", actor="V", idempotency_key="k")


def test_a_second_approval_is_that_persons_own_act(office: Office) -> None:
    """Who approves what is approved, or was given back, hears so: nobody is recorded who did nothing."""
    office.draft(make_draft(), actor="A", document_id="d1")
    office.approve("d1", actor="C")
    assert office.approve("d1", actor="C").is_replay
    before = office.checkpoint()
    with refused(ErrorCode.WRONG_STATE):
        office.approve("d1", actor="D")
    assert office.checkpoint() == before
    office.return_draft("d1", actor="C", reason="sửa")
    assert office.return_draft("d1", actor="C", reason="sửa").is_replay
    before = office.checkpoint()
    for who in ("C", "D"):
        with refused(ErrorCode.WRONG_STATE):
            office.approve("d1", actor=who)
    assert office.checkpoint() == before
    office.revise("d1", make_draft(), actor="A", version=1)
    assert not office.approve("d1", actor="D").is_replay


def test_what_has_ended_is_not_answered_from_memory(office: Office) -> None:
    """An act that was undone, or whose document was recalled, dropped or void, is not told as if it stood."""
    for name in ("recalled", "void", "dropped"):
        office.draft(make_draft(), actor="A", document_id=name)
        office.approve(name, actor="B")
        office.leader_signed(name, leader_pdf(name), actor="C")
        if name != "dropped":
            office.issue(name, actor="V")
    office.sealed("recalled", leader_pdf("recalled") + b" seal", actor="V")
    ends: list[Callable[[], Receipt]] = [
        lambda: office.recall("recalled", actor="V", reason="sai"),
        lambda: office.void("void", actor="V", reason="hỏng"),
        lambda: office.cancel("dropped", actor="A", reason="thừa"),
    ]
    for end in ends:
        end()
        assert end().is_replay
    before = office.checkpoint()
    acts: list[Callable[[], Receipt]] = [
        lambda: office.sealed("recalled", leader_pdf("recalled") + b" seal", actor="V"),
        lambda: office.issue("void", actor="V"),
        lambda: office.leader_signed("dropped", leader_pdf("dropped"), actor="C"),
        lambda: office.approve("dropped", actor="B"),
    ]
    for act in acts:
        with refused(ErrorCode.WRONG_STATE):
            act()
    with refused(ErrorCode.ALREADY_EXISTS):
        office.draft(make_draft(), actor="A", document_id="dropped")
    assert office.checkpoint() == before


def test_who_typed_no_key_is_told_of_none(office: Office) -> None:
    """The same act with other words or another file: the state it meets is said, in both languages."""
    office.draft(make_draft(), actor="A", document_id="d1")
    office.approve("d1", actor="B")
    office.leader_signed("d1", leader_pdf("d1"), actor="C")
    with refused(ErrorCode.WRONG_STATE):
        office.leader_signed("d1", leader_pdf("d1") + b" other", actor="C")
    office.issue("d1", actor="V")
    with refused(ErrorCode.WRONG_STATE):
        office.issue("d1", actor="V", on=date(2026, 1, 4))
    office.sealed("d1", leader_pdf("d1") + b" seal", actor="V")
    with refused(ErrorCode.WRONG_STATE):
        office.sealed("d1", leader_pdf("d1") + b" other seal", actor="V")
    office.recall("d1", actor="V", reason="sai")
    with pytest.raises(DocflowError) as caught:
        office.recall("d1", actor="V", reason="lý do khác")
    assert caught.value.code is ErrorCode.WRONG_STATE
    assert "đã thu hồi" in caught.value.vi
    plan = FilePlan(year=2026, notation="01.VP", title="Hồ sơ", retention_years=10, creator="B")
    office.plan_file(plan, actor="V")
    with refused(ErrorCode.ALREADY_EXISTS):
        office.plan_file(dataclasses.replace(plan, title="Tên khác"), actor="V")


def test_a_step_out_of_order_is_refused(office: Office) -> None:
    """No number before the leader's signature, no seal before the number, nothing after the end."""
    office.draft(make_draft(), actor="A", document_id="d1")
    steps: list[Callable[[], Receipt]] = [
        lambda: office.leader_signed("d1", b"%PDF x", actor="C"),
        lambda: office.issue("d1", actor="V"),
        lambda: office.sealed("d1", b"%PDF x", actor="V"),
        lambda: office.void("d1", actor="V", reason="r"),
    ]
    for step in steps:
        with pytest.raises(DocflowError) as caught:
            step()
        assert caught.value.code is ErrorCode.WRONG_STATE
    with refused(ErrorCode.NOT_FOUND):
        office.approve("nobody", actor="B")


def test_a_seal_that_is_not_on_the_leaders_file_is_refused(office: Office) -> None:
    """NĐ 30/2020 Điều 32.2: the agency signs only what the authorised person signed, byte for byte."""
    sign_off(office, "d1")
    office.issue("d1", actor="V")
    with refused(ErrorCode.SIGNATURE_REFUSED):
        office.sealed("d1", b"%PDF another file", actor="V")
    assert office.document("d1").state is DocumentState.NUMBERED


class TellingVerifier:
    """Tells what it is told to tell; the office's part is to obey."""

    def __init__(self, verdict: SignatureVerdict) -> None:
        self.verdict = verdict

    def check_leader_signature(self, pdf: bytes, *, document: Document, at: datetime) -> SignatureCheck:
        """Look that the office asks about what it was given; answer."""
        assert (pdf, document.id, at.tzinfo) == (leader_pdf("d1"), "d1", UTC)
        return SignatureCheck(verdict=self.verdict, findings=("đã bị thu hồi",))

    def check_seal(self, pdf: bytes, *, document: Document, at: datetime) -> SignatureCheck:
        """The same for the seal, which stands behind the leader's bytes."""
        return self.check_leader_signature(pdf[: len(leader_pdf("d1"))], document=document, at=at)

    def check_agency_signature(self, pdf: bytes, *, name: str, at: datetime) -> SignatureCheck:
        """Tell the verdict that was set."""
        del pdf, name, at
        return SignatureCheck(verdict=self.verdict)


@pytest.mark.parametrize("verdict", [SignatureVerdict.FAILED, SignatureVerdict.UNDECIDED])
def test_a_signature_that_does_not_pass_stops_the_document(tmp_path: Path, verdict: SignatureVerdict) -> None:
    """Could not check is never valid: neither number nor seal follows, and the file is not kept.

    NĐ 30/2020 Điều 13.7: "Đối với văn bản điện tử, người có thẩm quyền thực hiện ký số."
    """
    with open_office(tmp_path / "office", verifier=TellingVerifier(verdict)) as office:
        office.draft(make_draft(), actor="A", document_id="d1")
        office.approve("d1", actor="B")
        with pytest.raises(DocflowError, match="đã bị thu hồi") as caught:
            office.leader_signed("d1", leader_pdf("d1"), actor="C")
        assert caught.value.code is ErrorCode.SIGNATURE_REFUSED
        assert office.document("d1").state is DocumentState.APPROVED
        assert not any(path.is_file() for path in (tmp_path / "office" / "blobs").glob("**/*"))


def test_the_verdict_is_part_of_the_evidence(tmp_path: Path) -> None:
    """The row says whether a signature was checked when it was relied on."""
    with open_office(tmp_path / "office", verifier=TellingVerifier(SignatureVerdict.PASSED)) as office:
        seal_off(office, "d1")
        document = office.document("d1")
        assert (document.leader_verdict, document.seal_verdict) == (SignatureVerdict.PASSED, SignatureVerdict.PASSED)
    with open_office(tmp_path / "unchecked") as office:
        sign_off(office, "d1")
        assert office.document("d1").leader_verdict is SignatureVerdict.NOT_CHECKED


def test_what_is_no_pdf_is_taken_by_no_verb_also_without_a_verifier(office: Office) -> None:
    """ISO 32000-2 Annex I: the mark of a PDF stands in its first 1,024 bytes; without a verifier nobody else looks."""
    office.draft(make_draft(), actor="A", document_id="d0")
    sign_off(office, "d1")
    office.issue("d1", actor="V")
    before = office.checkpoint()
    for data in (b"hello", b"MZ", b"\0" * 1024 + b"%PDF-1.7"):
        verbs: list[Callable[[], object]] = [
            lambda data=data: office.draft(make_draft(), actor="A", document_id="new", pdf=data),  # type: ignore[misc]
            lambda data=data: office.revise("d0", make_draft(), actor="A", version=1, pdf=data),  # type: ignore[misc]
            lambda data=data: office.attach("d0", data, name="x.exe", actor="A"),  # type: ignore[misc]
            lambda data=data: office.leader_signed("d0", data, actor="C"),  # type: ignore[misc]
            lambda data=data: office.sealed("d1", data, actor="V"),  # type: ignore[misc]
        ]
        for verb in verbs:
            with refused(ErrorCode.BAD_ARGUMENT):
                verb()
    assert office.checkpoint() == before
    office.draft(make_draft(), actor="A", document_id="new", pdf=b"\n" * 1000 + b"%PDF-1.7")


def test_a_number_is_not_dated_back_nor_ahead(office: Office, clock: SetClock) -> None:
    """NĐ 30/2020 Điều 15: numbers follow the order of time: not before the last date or the signature, not ahead."""
    for name in ("d1", "d2", "d3"):
        sign_off(office, name)
    for day in (LONG_AGO, date(2026, 1, 6)):
        with refused(ErrorCode.DATE_NOT_ALLOWED):
            office.issue("d1", actor="V", on=day)
    clock.advance(days=1)
    office.issue("d1", actor="V")
    with refused(ErrorCode.DATE_NOT_ALLOWED):
        office.issue("d2", actor="V", on=date(2026, 1, 5))
    assert office.issue("d2", actor="V", on=date(2026, 1, 6)).number == 2
    clock.advance(days=2)
    assert office.issue("d3", actor="V").issued_on == date(2026, 1, 8)


def test_the_year_is_that_of_the_date_in_vietnam(office: Office, clock: SetClock) -> None:
    """NĐ 30/2020 Điều 15.1: from 01 on 1 January; 17:00 UTC on 31 December is next year in Hà Nội."""
    clock.time = datetime(2026, 12, 31, 16, 59, tzinfo=UTC)
    for name in ("d1", "d2"):
        sign_off(office, name)
    assert office.issue("d1", actor="V").symbol == "01/QĐ-UBND"
    clock.advance(minutes=1)
    issued = office.issue("d2", actor="V")
    assert (issued.year, issued.number, issued.issued_on) == (2027, 1, date(2027, 1, 1))
    assert register_csv(office).count("\r\n") == register_csv(office, year=2027).count("\r\n") == 2
    assert office.verify_log().is_intact


def test_a_replayed_issue_keeps_its_date_after_midnight(office: Office, clock: SetClock) -> None:
    """A batch that is repeated the next day finds the number and date it was given."""
    sign_off(office, "d1")
    first = office.issue("d1", actor="V")
    clock.advance(days=1)
    assert office.issue("d1", actor="V").issued_on == first.issued_on


def test_a_void_number_stays_in_the_register_with_its_reason(office: Office) -> None:
    """Numbers run without gap: a number that came to nothing is an entry, and is not given again."""
    sign_off(office, "d1")
    office.issue("d1", actor="V")
    with refused(ErrorCode.BAD_ARGUMENT):
        office.void("d1", actor="V", reason=" ")
    assert office.void("d1", actor="V", reason="in hỏng").state is DocumentState.VOIDED
    seal_off(office, "d2")
    assert office.document("d2").number == 2
    lines = list(csv.reader(io.StringIO(register_csv(office))))
    assert [line[0] for line in lines[1:]] == ["01/QĐ-UBND", "02/QĐ-UBND"]
    assert lines[1][9] == "Số hủy: in hỏng"
    assert {row.state for row in office.outbox() if row.document_id == "d1"} == {OutboxState.CANCELLED}
    assert office.verify_log().is_intact


def test_the_register_has_the_ten_columns_of_the_decree(office: Office) -> None:
    """NĐ 30/2020 PL IV, sổ đăng ký văn bản đi."""
    seal_off(office, "d1")
    header, line = csv.reader(io.StringIO(register_csv(office)))
    assert header == [column.title for column in RegisterKind.OUTGOING.columns]
    assert len(header) == 10
    assert line == [
        "01/QĐ-UBND",
        "05/01/2026",
        "Quyết định về việc ban hành Quy chế làm việc",
        "Nguyễn Văn An",
        "Sở Khoa học và Công nghệ; Các hộ dân thôn Đông",
        "Văn thư",
        "1",
        "",
        "",
        "",
    ]


def test_a_subject_cannot_become_a_formula_in_a_spreadsheet(office: Office) -> None:
    """A text of somebody else is a text."""
    draft = dataclasses.replace(make_draft(), signer_name="=1+1")
    office.draft(draft, actor="A", document_id="d1")
    office.approve("d1", actor="B")
    office.leader_signed("d1", b"%PDF x", actor="C")
    office.issue("d1", actor="V")
    assert "'=1+1" in register_csv(office)


def test_series_per_type_number_apart(tmp_path: Path) -> None:
    """NĐ 30/2020 Điều 15: where the head decided one series per type, each counts for itself."""
    from docflow import SeriesRule  # noqa: PLC0415 - one use

    agency = dataclasses.replace(make_agency(), series=SeriesRule.ONE_PER_TYPE)
    with Office.open(tmp_path / "office", agency=agency, clock=SetClock()) as office:
        symbols = []
        for name, kind in (("a", DocumentType.QUYET_DINH), ("b", DocumentType.CONG_VAN), ("c", DocumentType.CONG_VAN)):
            office.draft(make_draft(kind=kind), actor="A", document_id=name)
            office.approve(name, actor="B")
            office.leader_signed(name, leader_pdf(name), actor="C")
            symbols.append(office.issue(name, actor="V").symbol)
        assert symbols == ["01/QĐ-UBND", "01/UBND-VP", "02/UBND-VP"]
        assert office.verify_log().is_intact


@pytest.mark.parametrize("identifier", ["", "../x", "a/b", "a b", "x" * 101, "đ", ".hidden", "a\n"])
def test_a_document_id_that_could_be_a_path_is_refused(office: Office, identifier: str) -> None:
    """Ids end up in file names of others."""
    with refused(ErrorCode.BAD_ARGUMENT):
        office.draft(make_draft(), actor="A", document_id=identifier)


@pytest.mark.parametrize(
    "change",
    [
        {"subject": ""},
        {"subject": "x" * 501},
        {"subject": "hai\ndòng"},
        {"signer_name": "x" * 51},
        {"signer_position": " "},
        {"addressees": ()},
        {"copies": 0},
        {"unit": "a b"},
        {"type": DocumentType.CONG_VAN, "unit": None},
        {"note": "x" * 501},
    ],
)
def test_a_draft_outside_the_lengths_of_the_metadata_is_refused(change: dict[str, object]) -> None:
    """NĐ 30/2020 PL VI Phần II.

    NĐ 30/2020 Điều 16.1: "Việc đăng ký văn bản bảo đảm đầy đủ, chính xác các thông tin cần thiết của văn bản đi."
    """
    with refused(ErrorCode.BAD_ARGUMENT):
        dataclasses.replace(make_draft(), **change)  # type: ignore[arg-type]


def test_nobody_acts_without_a_name(office: Office) -> None:
    """Every leaf says who."""
    with refused(ErrorCode.BAD_ARGUMENT):
        office.draft(make_draft(), actor=" ")


def test_an_id_is_made_up_if_none_is_given(office: Office) -> None:
    """Two drafts without ids are two documents.

    NĐ 30/2020 PL VI Phần I mục III.1a: "Cho phép tạo lập văn bản mới"
    """
    names = {office.draft(make_draft(), actor="A").document_id for _ in range(3)}
    assert len(names) == 3
    assert {document.id for document in office.documents(state=DocumentState.DRAFTED)} == names


def test_a_clock_without_a_time_zone_is_refused(tmp_path: Path) -> None:
    """Law time cannot be told from a naive time."""
    naive = SetClock(time=datetime(2026, 1, 5, 12))  # noqa: DTZ001 - the mistake under test
    with refused(ErrorCode.BAD_ARGUMENT):
        open_office(tmp_path / "office", clock=naive)


def test_vouching_for_the_log_is_kept_once(office: Office) -> None:
    """The agency's signed statement names its log key; a second signature changes nothing."""
    statement = office.log_statement()
    assert office.vkey.encode() in statement
    office.vouch(sign_statement(statement), actor="Văn thư")
    checkpoint = office.checkpoint()
    office.vouch(sign_statement(statement), actor="Văn thư")
    assert office.checkpoint() == checkpoint
    assert office.verify_log().is_intact
