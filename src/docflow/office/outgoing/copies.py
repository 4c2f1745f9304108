"""Copies that the agency makes: sao y, sao lục, trích sao, on paper and as files.

Invariants:
    - A copy on paper takes the next number of the one register of copies in the transaction that records it.
    - A file counts as a copy once the agency signed exactly what was prepared.

What it does not do: it compares no copy with its original; whoever makes it answers for that.

Source: Nghị định 30/2020/NĐ-CP Điều 25–27, 32 khoản 2, Phụ lục I Phần II.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from docflow.audit import Json, RegisterLink, format_time
from docflow.errors import ErrorCode, UsageError
from docflow.model import (
    COPY_REGISTER,
    Channel,
    CopyDirection,
    CopyEvent,
    CopyForm,
    CopyRequest,
    CopyState,
    Direction,
    Document,
    DocumentCopy,
    DocumentState,
    IncomingDocument,
    IncomingState,
    RegisterKey,
    Role,
    build_copy_symbol,
    check_document_id,
    check_prose,
    check_scan,
    find_copy_state,
    law_date,
    refuse_secret,
)
from docflow.office.certificates import keep_certificates
from docflow.office.clocks import is_out_of_order, refuse_before_log
from docflow.office.desk import Desk
from docflow.office.ledger import Request, check_actor, find_answer, keep_answer, name_request, record_event
from docflow.office.outgoing.guards import ACCEPTED_VERDICTS, MAX_WORDS
from docflow.office.outgoing.step import StoredPdf
from docflow.office.outgoing.taking import NOT_CHECKED, digest, storing_pdf
from docflow.office.registers.numbering import refuse_beyond
from docflow.office.rights import require_right
from docflow.ports import CopyEntry, RegisterCounter, SignatureCheck, SignedThing, UnitOfWork

_ID_BYTES = 16
_GONE = frozenset({IncomingState.REFUSED, IncomingState.TAKEN_BACK})
_PAPER = frozenset({Channel.PAPER, Channel.FAX})
_IN_FORCE = frozenset({DocumentState.SEALED, DocumentState.REPLACED})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Act:
    """Who does what to which copy, when, and what makes the request this request."""

    event: CopyEvent
    copy_id: str
    actor: str
    at: datetime
    request: Request


def make_copy(
    desk: Desk,
    request: CopyRequest,
    *,
    actor: str,
    copy_id: str | None = None,
    pdf: bytes | None = None,
    idempotency_key: str | None = None,
) -> DocumentCopy:
    """Record a copy: one on paper takes its number and date; a file waits for the agency's signature.

    Args:
        pdf: The file to be signed, needed for an electronic copy; of a copy on paper what was printed, if it is kept.

    Raises:
        UsageError: ``COPY_NOT_ALLOWED``; what is copied is not here, recalled, or of another kind.
            ``SECRET_DOCUMENT``, ``BAD_ARGUMENT``, ``FORBIDDEN``, ``DATE_NOT_ALLOWED``, ``IDEMPOTENCY_CONFLICT``.
    Source: Nghị định 30/2020/NĐ-CP Điều 25, 26; Phụ lục I Phần II.
    """
    refuse_secret(request.secrecy)
    event = CopyEvent.ISSUE if request.direction.is_to_paper else CopyEvent.PREPARE
    name = copy_id if copy_id is not None else desk.randomness.token(_ID_BYTES).hex()
    asked: dict[str, Json] = {"request": _describe(request), "pdf": digest(pdf)}
    act = _begin(desk, event, name, actor=actor, asked=asked, key=idempotency_key)
    if pdf is not None and not request.direction.is_to_paper:
        check_scan(pdf)
    if pdf is None and not request.direction.is_to_paper:
        raise UsageError(ErrorCode.BAD_ARGUMENT, "an electronic copy is a file", vi="Bản sao điện tử phải có tệp PDF.")
    if pdf is None:
        return desk.store.transact(lambda unit: _make(unit, desk, act, request=request, stored=None))
    with storing_pdf(desk, pdf, check=NOT_CHECKED) as stored:
        return desk.store.transact(lambda unit: _make(unit, desk, act, request=request, stored=stored))


def _make(unit: UnitOfWork, desk: Desk, act: _Act, *, request: CopyRequest, stored: StoredPdf | None) -> DocumentCopy:
    before, is_done = _open(unit, desk, act)
    if before is not None and is_done:
        return before
    state = find_copy_state(before.state if before else None, act.event)
    _require_source(unit, request)
    _require_content(unit, request)
    copy = _new_copy(desk, request, act, state=state)
    if stored is not None:
        unit.add_blob(stored.blob)
        copy = replace(copy, pdf=stored.blob.sha256)
    counter = _counter(unit, desk, act) if request.direction.is_to_paper else None
    if counter is not None:
        copy = _number(copy, counter, agency=desk.agency.abbreviation, act=act)
    unit.add_copy(copy)
    _close(unit, desk, act, copy=copy, counter=counter)
    return copy


def record_copy_seal(
    desk: Desk,
    copy_id: str,
    pdf: bytes,
    *,
    actor: str,
    check: SignatureCheck | None = None,
    idempotency_key: str | None = None,
) -> DocumentCopy:
    """Record an electronic copy as the agency signed it: the file begins, byte for byte, with the one prepared.

    What is copied must still be here and in force: until the agency signs there is no copy, and what was recalled,
    given back or destroyed since the file was prepared is copied no more.

    Raises:
        UsageError: ``SIGNATURE_REFUSED``, ``COPY_NOT_ALLOWED``, ``WRONG_STATE``, ``NOT_FOUND``, ``FORBIDDEN``,
            ``IDEMPOTENCY_CONFLICT``.
    Source: Nghị định 30/2020/NĐ-CP Điều 25, 32 khoản 2d; Phụ lục I Phần II mục I.3.
    """
    act = _begin(desk, CopyEvent.SEAL, copy_id, actor=actor, asked={"pdf": digest(pdf)}, key=idempotency_key)
    prepared = desk.store.find_copy(copy_id)
    if check is None and desk.verifier is not None:
        check = desk.verifier.check_agency_signature(pdf, name=copy_id, at=act.at)
    base = prepared.pdf if prepared is not None else None
    is_built_on = base is not None and pdf.startswith(desk.blobs.get(base))
    extends = base if is_built_on else None
    with storing_pdf(desk, pdf, check=check or NOT_CHECKED, extends=extends) as stored:
        return desk.store.transact(lambda unit: _seal(unit, desk, act, stored=stored))


def _seal(unit: UnitOfWork, desk: Desk, act: _Act, *, stored: StoredPdf) -> DocumentCopy:
    before, is_done = _open(unit, desk, act)
    if before is None:
        raise _not_found(act.copy_id)
    if is_done:
        return before
    state = find_copy_state(before.state, act.event)
    _require_source(unit, before)
    _require_content(unit, before)
    verdict = stored.check.verdict
    if stored.extends is None or stored.extends != before.pdf or verdict not in ACCEPTED_VERDICTS:
        reasons = "; ".join(stored.check.findings) or "it does not begin with the file that was prepared"
        raise UsageError(
            ErrorCode.SIGNATURE_REFUSED,
            f"the agency's signature on the copy was not accepted: {reasons}",
            vi="Chữ ký số của cơ quan trên bản sao không được chấp nhận.",
            way_out="sign the prepared file anew; nothing was recorded",
        )
    unit.add_blob(stored.blob)
    copy = replace(before, state=state, pdf=stored.blob.sha256, verdict=verdict, issued_on=law_date(act.at))
    unit.change_copy(copy)
    keep_certificates(
        unit,
        stored.check.certificates,
        agency=desk.agency.code.text,
        thing=SignedThing.COPY,
        subject=copy.id,
        at=act.at,
    )
    _close(unit, desk, act, copy=copy)
    return copy


def void_copy(desk: Desk, copy_id: str, *, actor: str, reason: str, idempotency_key: str | None = None) -> DocumentCopy:
    """Void a copy; its number stays in the register, with the reason.

    Raises:
        UsageError: ``BAD_ARGUMENT`` without a reason; ``WRONG_STATE``, ``NOT_FOUND``, ``FORBIDDEN``.
    """
    check_prose(reason, limit=MAX_WORDS, what="reason", vi="Lý do")
    act = _begin(desk, CopyEvent.VOID, copy_id, actor=actor, asked={"reason": reason}, key=idempotency_key)
    return desk.store.transact(lambda unit: _void(unit, desk, act, reason=reason))


def _void(unit: UnitOfWork, desk: Desk, act: _Act, *, reason: str) -> DocumentCopy:
    before, is_done = _open(unit, desk, act)
    if before is None:
        raise _not_found(act.copy_id)
    if is_done:
        return before
    copy = replace(before, state=find_copy_state(before.state, act.event), reason=reason)
    unit.change_copy(copy)
    _close(unit, desk, act, copy=copy)
    return copy


def _begin(desk: Desk, event: CopyEvent, copy_id: str, *, actor: str, asked: dict[str, Json], key: str | None) -> _Act:
    check_document_id(copy_id)
    check_actor(actor)
    at = desk.clock.now()
    format_time(at)  # refuses a clock without a time zone before anything is written
    name = f"{desk.agency.code}/copy_{event.value}/{copy_id}"
    asked = {"event": f"copy_{event.value}", "copy_id": copy_id, **asked}
    request = name_request(name, asked, actor=actor, key=key)
    return _Act(event=event, copy_id=copy_id, actor=actor, at=at, request=request)


def _open(unit: UnitOfWork, desk: Desk, act: _Act) -> tuple[DocumentCopy | None, bool]:
    """Return the copy as it stands, and whether this very request was carried out before."""
    subject = act.copy_id
    require_right(unit, desk, act.actor, role=Role.REGISTRY, event=f"copy_{act.event.value}", subject=subject)
    copy = unit.find_copy(act.copy_id)
    is_done = find_answer(unit, act.request) is not None
    if act.request.is_named and act.event is not CopyEvent.VOID and copy is not None:
        # What is void is sealed no more, whoever asks in whatever words.
        is_done = is_done and copy.state is not CopyState.VOIDED
    if not is_done:
        refuse_before_log(act.at, last=unit.last_time())
    return copy, is_done


def _close(
    unit: UnitOfWork, desk: Desk, act: _Act, *, copy: DocumentCopy, counter: RegisterCounter | None = None
) -> None:
    keep_answer(unit, act.request, {"copy_id": copy.id, "state": copy.state.value})
    link = None
    if counter is not None and copy.number is not None and copy.issued_on is not None:
        key = counter.key
        entry = CopyEntry(
            register=key.register, year=key.year, number=copy.number, copy_id=copy.id, issued_on=copy.issued_on
        )
        unit.add_copy_entry(entry)
        link = RegisterLink(register=key.register, year=key.year, number=copy.number, previous=counter.last_leaf_hash)
    leaf = record_event(
        unit,
        f"copy_{copy.state.value}",
        time=act.at,
        actor=act.actor,
        agency=desk.agency.code.text,
        subject=copy.id,
        randomness=desk.randomness,
        link=link,
    )
    if counter is not None and link is not None:
        day = max(filter(None, (copy.issued_on, counter.last_date)), default=None)
        unit.advance_counter(
            RegisterCounter(key=counter.key, last_number=link.number, last_date=day, last_leaf_hash=leaf.hash)
        )


def _counter(unit: UnitOfWork, desk: Desk, act: _Act) -> RegisterCounter:
    today = law_date(act.at)
    counter = unit.counter(RegisterKey(agency=desk.agency.code.text, register=COPY_REGISTER, year=today.year))
    last = counter.last_date
    if is_out_of_order(unit, counter.key.agency, act.at, last=last):
        raise UsageError(
            ErrorCode.DATE_NOT_ALLOWED,
            f"the last copy was numbered on {last}, after today, {today}",
            vi="Đồng hồ máy chạy lùi so với ngày của bản sao trước.",
            way_out="set the machine's clock",
        )
    refuse_beyond(counter)
    return counter


def _number(copy: DocumentCopy, counter: RegisterCounter, *, agency: str, act: _Act) -> DocumentCopy:
    number = counter.last_number + 1
    return replace(
        copy,
        register=counter.key.register,
        year=counter.key.year,
        number=number,
        symbol=build_copy_symbol(number, copy.form, agency=agency),
        issued_on=law_date(act.at),
    )


def _require_source(unit: UnitOfWork, wanted: CopyRequest | DocumentCopy) -> None:
    """What is copied is here and in force, and is paper, an electronic document or a sao y as the request says.

    Does not check: that of a document that came electronically there is paper too, where a copy is made of paper.
    """
    if wanted.source is None:
        is_right = wanted.direction.is_from_paper
    elif wanted.form is CopyForm.SAO_LUC:
        copy = unit.find_copy(wanted.source)
        is_right = (
            copy is not None
            and copy.state is CopyState.ISSUED
            and copy.form is CopyForm.SAO_Y
            and copy.direction.is_to_paper is wanted.direction.is_from_paper
        )
    else:
        source = _find_source(unit, wanted, wanted.source)
        is_right = source is not None and _is_here(source, wanted.direction)
    if not is_right:
        raise UsageError(
            ErrorCode.COPY_NOT_ALLOWED,
            "what is to be copied is not here, was recalled, or is of another kind",
            vi="Văn bản cần sao không có, đã thu hồi, hoặc không đúng loại (bản gốc, bản chính, bản sao y).",
            way_out="copy what is here and in force; make a copy void that was prepared before",
        )


def _find_source(
    unit: UnitOfWork, wanted: CopyRequest | DocumentCopy, source: str
) -> Document | IncomingDocument | None:
    """Return what is copied; paper is never our own, whose original is electronic.

    Raises:
        UsageError: ``BAD_ARGUMENT``; a document and an arrival have this id, and the request does not say which.
    """
    document = None if wanted.direction.is_from_paper else unit.find_document(source)
    incoming = unit.find_incoming(source)
    if document is None or incoming is None:
        return document or incoming
    if document.symbol != incoming.symbol and wanted.source_symbol in {document.symbol, incoming.symbol}:
        return document if wanted.source_symbol == document.symbol else incoming
    raise UsageError(
        ErrorCode.BAD_ARGUMENT,
        f"{source!r} is a document of this agency and an arrival: which of them is copied?",
        vi=f"Mã {source!r} vừa là văn bản đi vừa là văn bản đến; hãy ghi số, ký hiệu của văn bản cần sao.",
        way_out="give its number and symbol as source_symbol",
    )


def _is_here(source: Document | IncomingDocument, direction: CopyDirection) -> bool:
    if isinstance(source, Document):
        return source.state in _IN_FORCE
    is_paper = source.channel in _PAPER
    return source.state not in _GONE and (direction.is_from_paper or not is_paper)


def _require_content(unit: UnitOfWork, wanted: CopyRequest | DocumentCopy) -> None:
    """What was destroyed is copied no more; a sao y that the agency made keeps its own content."""
    if wanted.source is None or wanted.form is CopyForm.SAO_LUC:
        return
    is_ours = isinstance(_find_source(unit, wanted, wanted.source), Document)
    if unit.is_content_gone(Direction.OUTGOING if is_ours else Direction.INCOMING, wanted.source):
        raise UsageError(
            ErrorCode.COPY_NOT_ALLOWED,
            f"the content of {wanted.source!r} was destroyed",
            vi="Nội dung văn bản đã bị hủy, không sao được.",
            way_out="make a copy void that was prepared before",
        )


def _new_copy(desk: Desk, request: CopyRequest, act: _Act, *, state: CopyState) -> DocumentCopy:
    return DocumentCopy(
        id=act.copy_id,
        agency=desk.agency.code.text,
        state=state,
        form=request.form,
        direction=request.direction,
        source_kind=request.source_kind,
        source=request.source,
        source_symbol=request.source_symbol,
        source_issuer=request.source_issuer,
        subject=request.subject,
        signer_name=request.signer_name,
        signer_position=request.signer_position,
        receivers=request.receivers,
        made_at=act.at,
        made_by=act.actor,
    )


def _describe(request: CopyRequest) -> dict[str, Json]:
    return {
        "form": request.form.value,
        "direction": request.direction.value,
        "source": [request.source_kind.value, request.source, request.source_symbol, request.source_issuer],
        "subject": request.subject,
        "signer": [request.signer_name, request.signer_position],
        "receivers": request.receivers,
    }


def _not_found(copy_id: str) -> UsageError:
    return UsageError(ErrorCode.NOT_FOUND, f"no copy {copy_id[:120]!r} here", vi=f"Không có bản sao {copy_id[:120]!r}.")
