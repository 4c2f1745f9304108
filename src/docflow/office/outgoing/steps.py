"""The use cases of outgoing documents, one public function per verb.

Invariants:
    - Each takes a :class:`Desk` and leaves one transaction, or none.
    - Blobs are stored, and verifiers asked, before the transaction begins: nobody waits for a lock while that happens.

What it does not do: it signs nothing and draws nothing; PDFs come in as bytes.

Source: Nghị định 30/2020/NĐ-CP Điều 10–18; docs/reference/states.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from docflow.audit import Json, format_time
from docflow.errors import DocflowError, ErrorCode, InputError, UsageError
from docflow.model import (
    ANY_NUMBER,
    Document,
    DocumentEvent,
    DocumentState,
    Draft,
    NumberWish,
    SignatureVerdict,
    build_place_and_date,
    check_document_id,
    refuse_secret,
)
from docflow.office.desk import Desk
from docflow.office.ledger import make_request
from docflow.office.outgoing.engine import Outcome, perform
from docflow.office.outgoing.guards import ACCEPTED_VERDICTS
from docflow.office.outgoing.step import Step, StoredPdf
from docflow.ports import BlobRow, SignatureCheck, UnitOfWork

MAX_PDF_BYTES = 1024**3
"""Larger files are refused."""

_ID_BYTES = 16
_NOT_CHECKED = SignatureCheck(verdict=SignatureVerdict.NOT_CHECKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The answer to a step; the same request gets the same answer again, then ``is_replay`` is True."""

    document_id: str
    state: DocumentState
    is_replay: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued(Receipt):
    """A number given.

    Attributes:
        symbol: Number and symbol for the field after ``Số:``, e.g. ``15/QĐ-UBND``.
        place_and_date: The whole line, e.g. ``Hà Nội, ngày 05 tháng 01 năm 2026``.
        issued_on: The date, in Asia/Ho_Chi_Minh.
    """

    register: str
    year: int
    number: int
    symbol: str
    issued_on: date
    place_and_date: str


def draft_document(
    desk: Desk,
    draft: Draft,
    *,
    actor: str,
    document_id: str | None = None,
    pdf: bytes | None = None,
    idempotency_key: str | None = None,
) -> Receipt:
    """Take in a draft.

    Args:
        document_id: Chosen by the caller, so that a repeated batch finds its documents again; None makes one up.
        pdf: The composed document, if there is one already.

    Raises:
        UsageError: ``SECRET_DOCUMENT`` before anything is stored; ``ALREADY_EXISTS``, ``IDEMPOTENCY_CONFLICT``,
            ``BAD_ARGUMENT``.
    Source: Nghị định 30/2020/NĐ-CP Điều 10; Quyết định 28/2018/QĐ-TTg Điều 1 khoản 2.
    """
    refuse_secret(draft.secrecy)
    identifier = document_id if document_id is not None else desk.randomness.token(_ID_BYTES).hex()
    asked: dict[str, Json] = {"draft": _describe(draft), "document_id": document_id, "pdf": _digest(pdf)}
    stored = _store_pdf(desk, pdf, check=_NOT_CHECKED) if pdf is not None else None
    step = _step(
        desk, DocumentEvent.DRAFT, identifier, actor=actor, asked=asked, key=idempotency_key, draft=draft, pdf=stored
    )
    return _receipt(*_perform(desk, step))


def approve_document(desk: Desk, document_id: str, *, actor: str, idempotency_key: str | None = None) -> Receipt:
    """Record that content and form were approved.

    Raises:
        UsageError: ``WRONG_STATE``, ``NOT_FOUND``, ``IDEMPOTENCY_CONFLICT``.
    Source: Nghị định 30/2020/NĐ-CP Điều 11, 12.
    """
    step = _step(desk, DocumentEvent.APPROVE, document_id, actor=actor, asked={}, key=idempotency_key)
    return _receipt(*_perform(desk, step))


def record_leader_signature(
    desk: Desk,
    document_id: str,
    pdf: bytes,
    *,
    actor: str,
    check: SignatureCheck | None = None,
    idempotency_key: str | None = None,
) -> Receipt:
    """Record the document as the authorised person signed it.

    Args:
        check: A verdict that the caller has already; None asks the desk's verifier, and without one the row says
            ``not_checked``.

    Raises:
        UsageError: ``SIGNATURE_REFUSED``, ``WRONG_STATE``, ``NOT_FOUND``, ``IDEMPOTENCY_CONFLICT``.
    Source: Nghị định 30/2020/NĐ-CP Điều 13; Thông tư 01/2019/TT-BNV Điều 11 khoản 1.
    """
    now = desk.clock.now()
    if check is None and desk.verifier is not None:
        check = desk.verifier.check_leader_signature(pdf, document=_find(desk, document_id), at=now)
    stored = _store_pdf(desk, pdf, check=check or _NOT_CHECKED)
    asked: dict[str, Json] = {"pdf": stored.blob.sha256}
    step = _step(
        desk, DocumentEvent.LEADER_SIGN, document_id, actor=actor, asked=asked, key=idempotency_key, pdf=stored
    )
    return _receipt(*_perform(desk, step))


def issue_document(
    desk: Desk,
    document_id: str,
    *,
    actor: str,
    on: date | None = None,
    wish: NumberWish = ANY_NUMBER,
    idempotency_key: str | None = None,
) -> Issued:
    """Give number and date: register, document, outbox, answer, leaf and checkpoint in one transaction.

    Args:
        on: The date in Asia/Ho_Chi_Minh; None is the clock's today. Not in the future, not before the register's last
            date, not before the leader signed; its year is the register's.
        wish: Another number than the next, or a permission for a date out of order.

    Raises:
        UsageError: ``DATE_NOT_ALLOWED``, ``NUMBER_TAKEN``, ``NUMBER_NOT_NEXT``, ``PERMISSION_NEEDED``, ``WRONG_STATE``,
            ``NOT_FOUND``, ``IDEMPOTENCY_CONFLICT``.
    Source: Nghị định 30/2020/NĐ-CP Điều 15, 16; Thông tư 01/2019/TT-BNV Điều 20 khoản 1đ.
    """
    step = _issue_step(desk, document_id, actor=actor, on=on, wish=wish, key=idempotency_key)
    return _issued(*_perform(desk, step), place=desk.agency.place)


def issue_documents(
    desk: Desk, document_ids: Sequence[str], *, actor: str, on: date | None = None
) -> tuple[Issued | DocflowError, ...]:
    """Give many documents their numbers, in this order, with as few commits as possible.

    Each gets its number, or its error and then nothing is written for it; the numbers have no gap. Nothing is returned
    before it is on the disk. Killed on the way, the same call goes on where it stopped.

    Raises:
        StoreUnavailable: Never for one document: then it stands in the result.
    Source: As :func:`issue_document`.
    """
    steps = [_issue_step(desk, name, actor=actor, on=on, wish=ANY_NUMBER, key=None) for name in document_ids]
    works = [_work_of(desk, step) for step in steps]
    return tuple(
        done
        if isinstance(done, DocflowError)
        else _issued(done.answer, is_replay=done.is_replay, place=desk.agency.place)
        for done in desk.store.transact_many(works)
    )


def record_seal(
    desk: Desk,
    document_id: str,
    pdf: bytes,
    *,
    actor: str,
    check: SignatureCheck | None = None,
    idempotency_key: str | None = None,
) -> Receipt:
    """Record the document as the agency signed it, and release its outbox rows.

    The file must begin, byte for byte, with the file the leader signed.

    Args:
        check: As for :func:`record_leader_signature`.

    Raises:
        UsageError: ``SIGNATURE_REFUSED``, ``WRONG_STATE``, ``NOT_FOUND``, ``IDEMPOTENCY_CONFLICT``.
    Source: Nghị định 30/2020/NĐ-CP Điều 17, 32 khoản 2.
    """
    now = desk.clock.now()
    document = _find(desk, document_id)
    if check is None and desk.verifier is not None:
        check = desk.verifier.check_seal(pdf, document=document, at=now)
    extends = None
    if document.leader_pdf is not None and pdf.startswith(desk.blobs.get(document.leader_pdf)):
        extends = document.leader_pdf
    stored = _store_pdf(desk, pdf, check=check or _NOT_CHECKED, extends=extends)
    asked: dict[str, Json] = {"pdf": stored.blob.sha256}
    step = _step(desk, DocumentEvent.SEAL, document_id, actor=actor, asked=asked, key=idempotency_key, pdf=stored)
    return _receipt(*_perform(desk, step))


def void_number(
    desk: Desk, document_id: str, *, actor: str, reason: str, idempotency_key: str | None = None
) -> Receipt:
    """Void the number of a document that will not be sealed; the number stays in the register with the reason.

    Raises:
        UsageError: ``BAD_ARGUMENT`` without a reason; ``WRONG_STATE``, ``NOT_FOUND``, ``IDEMPOTENCY_CONFLICT``.
    Source: Nghị định 30/2020/NĐ-CP Điều 15 khoản 1 (numbers run without gap).
    """
    asked: dict[str, Json] = {"reason": reason}
    step = _step(desk, DocumentEvent.VOID, document_id, actor=actor, asked=asked, key=idempotency_key, reason=reason)
    return _receipt(*_perform(desk, step))


def _step(
    desk: Desk,
    event: DocumentEvent,
    document_id: str,
    *,
    actor: str,
    asked: Mapping[str, Json],
    key: str | None,
    draft: Draft | None = None,
    pdf: StoredPdf | None = None,
    on: date | None = None,
    reason: str | None = None,
    wish: NumberWish = ANY_NUMBER,
) -> Step:
    check_document_id(document_id)
    # The agency is part of the default key: several agencies may come to share one database.
    default = f"{desk.agency.code}/{event.value}/{document_id}"
    request = make_request(key or default, {"event": event.value, "document_id": document_id, **asked})
    return Step(
        event=event,
        document_id=document_id,
        request=request,
        actor=actor,
        at=_now(desk),
        draft=draft,
        pdf=pdf,
        on=on,
        reason=reason,
        wish=wish,
    )


def _issue_step(
    desk: Desk, document_id: str, *, actor: str, on: date | None, wish: NumberWish, key: str | None
) -> Step:
    asked: dict[str, Json] = {"on": on.isoformat() if on else None}
    if wish != ANY_NUMBER:
        permission = wish.permission.text if wish.permission else None
        asked["wish"] = {"number": wish.number, "sub_of": wish.sub_of, "permission": permission}
    return _step(desk, DocumentEvent.ISSUE, document_id, actor=actor, asked=asked, key=key, on=on, wish=wish)


def _work_of(desk: Desk, step: Step) -> Callable[[UnitOfWork], Outcome]:
    return lambda unit: perform(unit, step, agency=desk.agency, randomness=desk.randomness)


def _perform(desk: Desk, step: Step) -> tuple[Mapping[str, Json], bool]:
    outcome = desk.store.transact(_work_of(desk, step))
    return outcome.answer, outcome.is_replay


def _find(desk: Desk, document_id: str) -> Document:
    document = desk.store.find_document(document_id)
    if document is None:
        raise UsageError(
            ErrorCode.NOT_FOUND, f"no document {document_id!r} here", vi=f"Không có văn bản {document_id!r}."
        )
    return document


def _store_pdf(desk: Desk, pdf: bytes, *, check: SignatureCheck, extends: str | None = None) -> StoredPdf:
    if not pdf or len(pdf) > MAX_PDF_BYTES:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"a PDF has 1 to {MAX_PDF_BYTES} bytes, not {len(pdf)}",
            vi="Tệp PDF rỗng hoặc quá lớn.",
        )
    # A file whose signature is refused is not kept; the guard refuses it a few lines on.
    is_kept = check.verdict in ACCEPTED_VERDICTS
    name = desk.blobs.put(pdf) if is_kept else hashlib.sha256(pdf).hexdigest()
    return StoredPdf(blob=BlobRow(sha256=name, size=len(pdf)), check=check, extends=extends)


def _receipt(answer: Mapping[str, Json], is_replay: bool) -> Receipt:  # noqa: FBT001 - a pair from _perform
    return Receipt(document_id=str(answer["document_id"]), state=_state(answer), is_replay=is_replay)


def _issued(answer: Mapping[str, Json], is_replay: bool, *, place: str) -> Issued:  # noqa: FBT001 - as above
    number, year = answer["number"], answer["year"]
    if not isinstance(number, int) or not isinstance(year, int):
        raise _broken_answer()
    day = date.fromisoformat(str(answer["issued_on"]))
    return Issued(
        document_id=str(answer["document_id"]),
        state=_state(answer),
        is_replay=is_replay,
        register=str(answer["register"]),
        year=year,
        number=number,
        symbol=str(answer["symbol"]),
        issued_on=day,
        place_and_date=build_place_and_date(place, day),
    )


def _state(answer: Mapping[str, Json]) -> DocumentState:
    try:
        return DocumentState(str(answer["state"]))
    except (KeyError, ValueError) as exc:
        raise _broken_answer() from exc


def _broken_answer() -> InputError:
    return InputError(
        ErrorCode.EVIDENCE_BROKEN,
        "a stored answer is not one that docflow wrote",
        vi="Dữ liệu trả lời đã bị sửa.",
        way_out="run docflow audit verify",
    )


def _describe(draft: Draft) -> dict[str, Json]:
    return {
        "type": draft.type.value,
        "subject": draft.subject,
        "signer": [draft.signer_name, draft.signer_position],
        "addressees": [[item.code.text if item.code else None, item.name] for item in draft.addressees],
        "unit": draft.unit,
        "urgency": draft.urgency.value,
        "copies": draft.copies,
        "archive_receiver": draft.archive_receiver,
        "note": draft.note,
    }


def _digest(pdf: bytes | None) -> str | None:
    return None if pdf is None else hashlib.sha256(pdf).hexdigest()


def _now(desk: Desk) -> datetime:
    now = desk.clock.now()
    format_time(now)  # refuses a clock without a time zone before anything is written
    return now
