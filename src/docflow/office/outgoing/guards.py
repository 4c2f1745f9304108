"""What must hold before a document goes on; each guard of the state table is one function here.

Invariants:
    - A guard changes nothing: it returns, or raises the reason.
    - Every :class:`~docflow.model.Guard` has its function.

What it does not do: it verifies no signature; it judges the verdict that a verifier gave.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from docflow.errors import ErrorCode, UsageError
from docflow.model import Document, Guard, SignatureVerdict, law_date, refuse_secret
from docflow.office.outgoing.step import Work
from docflow.ports import SignatureCheck

ACCEPTED_VERDICTS = frozenset({SignatureVerdict.PASSED, SignatureVerdict.NOT_CHECKED})
"""NOT_CHECKED passes: an office without a verifier says so in the row, and the row is evidence."""


def _guard_nothing(_work: Work, _document: Document) -> None:
    return


def _guard_open(_work: Work, document: Document) -> None:
    refuse_secret(document.draft.secrecy)


def _guard_leader_signature(work: Work, _document: Document) -> None:
    _accept(work, "leader's signature", vi="Chữ ký số của người có thẩm quyền")


def _guard_date(work: Work, document: Document) -> None:
    """A number's date is not in the future, in the order of numbers, not before the leader signed; or permitted.

    Source: NĐ 30/2020 Điều 15 (numbers in order of time), Điều 18 khoản 1; TT 01/2019 Điều 20 khoản 1đ.
    """
    today = law_date(work.step.at)
    place = work.place
    signed = law_date(document.leader_signed_at) if document.leader_signed_at else None
    is_permitted = work.step.wish.permission is not None
    floors = [] if is_permitted else [day for day in (place.earliest if place else None, signed) if day is not None]
    ceilings = [today] if is_permitted or place is None or place.latest is None else [today, place.latest]
    if work.day > min(ceilings) or any(work.day < floor for floor in floors):
        earliest, latest = max(floors, default=min(ceilings)), min(ceilings)
        raise UsageError(
            ErrorCode.DATE_NOT_ALLOWED,
            f"the date {work.day} is not between {earliest} and {latest}; today is {today}",
            vi=f"Ngày ban hành {work.day:%d/%m/%Y} không nằm trong khoảng {earliest:%d/%m/%Y} – {latest:%d/%m/%Y}.",
            way_out="issue it with today's date: numbers follow the order of time",
        )


def _guard_seal(work: Work, document: Document) -> None:
    """The agency signs only what the authorised person signed: the sealed file begins with his file, byte for byte.

    Source: NĐ 30/2020 Điều 32 khoản 2.
    """
    if work.step.pdf is None or work.step.pdf.extends is None or work.step.pdf.extends != document.leader_pdf:
        raise UsageError(
            ErrorCode.SIGNATURE_REFUSED,
            "the sealed file does not begin with the file that the leader signed",
            vi="Tệp đóng dấu không bắt đầu bằng đúng tệp mà người có thẩm quyền đã ký.",
            way_out="write number, date and seal as incremental updates of the recorded file",
        )
    _accept(work, "agency's signature", vi="Chữ ký số của cơ quan")


def _guard_reason(work: Work, _document: Document) -> None:
    if not (work.step.reason or "").strip():
        raise UsageError(ErrorCode.BAD_ARGUMENT, "a void number needs a reason", vi="Hủy số phải ghi rõ lý do.")


def _accept(work: Work, what: str, *, vi: str) -> None:
    check = work.step.pdf.check if work.step.pdf else SignatureCheck(verdict=SignatureVerdict.FAILED)
    if check.verdict not in ACCEPTED_VERDICTS:
        reasons = "; ".join(check.findings) or check.verdict.value
        raise UsageError(
            ErrorCode.SIGNATURE_REFUSED,
            f"the {what} was not accepted: {reasons}",
            vi=f"{vi} không được chấp nhận: {reasons}.",
            way_out="have it signed again; nothing was recorded",
        )


GUARDS: Mapping[Guard, Callable[[Work, Document], None]] = {
    Guard.NONE: _guard_nothing,
    Guard.IS_OPEN: _guard_open,
    Guard.LEADER_SIGNATURE_ACCEPTED: _guard_leader_signature,
    Guard.DATE_ALLOWED: _guard_date,
    Guard.SEAL_ON_LEADER_SIGNED: _guard_seal,
    Guard.REASON_GIVEN: _guard_reason,
}
"""Guard by name."""
