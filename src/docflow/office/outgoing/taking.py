"""How a verb becomes a step, and the step an answer: the same for every verb of outgoing documents.

Invariants:
    - Who acts and on what is checked before a file is stored: a request that is refused for that leaves nothing.

What it does not do: it decides nothing; :mod:`docflow.office.outgoing.engine` does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date

import msgspec
from msgspec.structs import replace

from docflow.audit import Json, format_time
from docflow.errors import DocflowError, ErrorCode, InputError, UsageError
from docflow.model import (
    ANY_NUMBER,
    Addressee,
    Document,
    DocumentEvent,
    DocumentState,
    Draft,
    NumberWish,
    SignatureVerdict,
    build_place_and_date,
    check_document_id,
    check_line,
    check_pdf,
    check_prose,
)
from docflow.office.desk import Desk
from docflow.office.keeping import storing
from docflow.office.ledger import MAX_ACTOR_CHARS, check_actor
from docflow.office.outgoing.engine import Outcome, perform
from docflow.office.outgoing.guards import ACCEPTED_VERDICTS, MAX_WORDS
from docflow.office.outgoing.step import Step, StoredPdf
from docflow.ports import BlobRow, Piece, SignatureCheck, UnitOfWork

MAX_PDF_BYTES = 1024**3
"""Larger files are refused."""

NOT_CHECKED = SignatureCheck(verdict=SignatureVerdict.NOT_CHECKED)
"""What is said of a signature that nobody was asked about."""


class Receipt(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The answer to a step; the same request gets the same answer again, then ``is_replay`` is True."""

    document_id: str
    state: DocumentState
    is_replay: bool


class Sealed(Receipt, frozen=True, kw_only=True, gc=False):
    """A document that the agency signed.

    Attributes:
        not_told: Names of those who have what it replaces and are not its addressees: see ``Office.not_told``.
    """

    not_told: tuple[str, ...] = ()


class Issued(Receipt, frozen=True, kw_only=True, gc=False):
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


def make_step(
    desk: Desk,
    event: DocumentEvent,
    document_id: str,
    *,
    actor: str,
    asked: Mapping[str, Json],
    key: str | None,
    draft: Draft | None = None,
    on: date | None = None,
    words: str = "",
    version: int | None = None,
    position: int | None = None,
    how: str = "",
    signed_for: str = "",
    addressees: tuple[Addressee, ...] = (),
    name: str = "",
    wish: NumberWish = ANY_NUMBER,
) -> Step:
    """Return a step at the clock's time.

    Raises:
        UsageError: ``BAD_ARGUMENT``; the document's id or the actor's name cannot be one.
    """
    check_document_id(document_id)
    check_actor(actor)
    # Before a file is stored, and before a fingerprint is taken of what cannot be one.
    if words != "":
        check_prose(words, limit=MAX_WORDS, what="reason or opinion", vi="Lý do hoặc ý kiến", is_optional=True)
    for text, what, vi in ((how, "way it is sent", "Hình thức chuyển"), (signed_for, "receiver", "Người ký nhận")):
        if text != "":
            check_line(text, limit=MAX_ACTOR_CHARS, what=what, vi=vi, is_optional=True)
    if name != "" or event is DocumentEvent.ATTACH:
        is_named = event is DocumentEvent.ATTACH
        check_line(name, limit=MAX_ACTOR_CHARS, what="file's name", vi="Tên tệp", is_optional=not is_named)
    now = desk.clock.now()
    format_time(now)  # refuses a clock without a time zone before anything is written
    return Step(
        event=event,
        document_id=document_id,
        actor=actor,
        at=now,
        asked=asked,
        key=key,
        draft=draft,
        on=on,
        words=words,
        version=version,
        position=position,
        how=how,
        signed_for=signed_for,
        addressees=addressees,
        name=name,
        wish=wish,
    )


def take_step(
    desk: Desk,
    step: Step,
    *,
    pdf: bytes | None = None,
    check: SignatureCheck = NOT_CHECKED,
    on_top_of: str | None = None,
) -> Outcome:
    """Store the file, then carry out the step in a transaction of its own.

    Args:
        on_top_of: SHA-256 of the recorded file that this one must begin with, or None.
    """
    if pdf is None:
        return desk.store.transact(work_of(desk, step))
    is_built_on = on_top_of is not None and pdf.startswith(desk.blobs.get(on_top_of))
    with storing_pdf(desk, pdf, check=check, extends=on_top_of if is_built_on else None) as stored:
        return desk.store.transact(work_of(desk, replace(step, pdf=stored)))


class _Perform(msgspec.Struct, frozen=True, gc=False):
    """A step to be carried out: no closure, because thousands may wait at once, and each has some six parts."""

    desk: Desk
    step: Step

    def __call__(self, unit: UnitOfWork) -> Outcome:
        return perform(unit, self.step, desk=self.desk)


class _Issue(msgspec.Struct, frozen=True, gc=False):
    """The same of a step that gives a number, with the number as its result."""

    desk: Desk
    step: Step

    def __call__(self, unit: UnitOfWork) -> Issued:
        return read_issued(perform(unit, self.step, desk=self.desk), place=self.desk.agency.place)


def work_of(desk: Desk, step: Step) -> Piece[Outcome]:
    """Return a step as a piece of work for a transaction."""
    return Piece(_Perform(desk, step), document=step.document_id, answer=_key_of(desk, step))


def issue_work_of(desk: Desk, step: Step) -> Piece[Issued | DocflowError]:
    """Return a step that gives a number as a piece of work for a transaction, which returns the number."""
    return Piece(_Issue(desk, step), document=step.document_id, answer=_key_of(desk, step))


def _key_of(desk: Desk, step: Step) -> str:
    """The key of a document's first version: if it is another one, the answer is looked for when it is asked for."""
    return step.key or f"{desk.agency.code}/{step.event.value}/{step.document_id}"


def find_document(desk: Desk, document_id: str) -> Document:
    """Return a document.

    Raises:
        UsageError: ``NOT_FOUND``.
    """
    document = desk.store.find_document(document_id)
    if document is None:
        raise UsageError(
            ErrorCode.NOT_FOUND,
            f"no document {document_id[:120]!r} here",
            vi=f"Không có văn bản {document_id[:120]!r}.",
        )
    return document


@contextmanager
def storing_pdf(desk: Desk, pdf: bytes, *, check: SignatureCheck, extends: str | None = None) -> Iterator[StoredPdf]:
    """Store a file for the step in the block, unless its signature is refused: the guard refuses it there.

    Raises:
        UsageError: ``BAD_ARGUMENT``; it is empty, too large, or does not begin as a PDF.
    """
    if not pdf or len(pdf) > MAX_PDF_BYTES:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"a PDF has 1 to {MAX_PDF_BYTES} bytes, not {len(pdf)}",
            vi="Tệp PDF rỗng hoặc quá lớn.",
        )
    check_pdf(pdf)
    with storing(desk, pdf if check.verdict in ACCEPTED_VERDICTS else None):
        blob = BlobRow(sha256=hashlib.sha256(pdf).hexdigest(), size=len(pdf))
        yield StoredPdf(blob=blob, check=check, extends=extends)


def digest(pdf: bytes | None) -> str | None:
    """Return the SHA-256 of a file in hex, or None."""
    return None if pdf is None else hashlib.sha256(pdf).hexdigest()


def read_receipt(outcome: Outcome) -> Receipt:
    """Return what a step came to.

    Raises:
        InputError: ``EVIDENCE_BROKEN``; the stored answer is not one that docflow wrote.
    """
    answer = outcome.answer
    return Receipt(document_id=str(answer["document_id"]), state=_state(answer), is_replay=outcome.is_replay)


def read_sealed(outcome: Outcome, *, not_told: Sequence[str]) -> Sealed:
    """Return what sealing came to; see :func:`read_receipt`."""
    receipt = read_receipt(outcome)
    return Sealed(
        document_id=receipt.document_id,
        state=receipt.state,
        is_replay=receipt.is_replay,
        not_told=tuple(dict.fromkeys(not_told)),
    )


def read_issued(outcome: Outcome, *, place: str) -> Issued:
    """Return the number that was given.

    Raises:
        InputError: ``EVIDENCE_BROKEN``; the stored answer is not one that docflow wrote.
    """
    answer = outcome.answer
    number, year = answer["number"], answer["year"]
    if not isinstance(number, int) or not isinstance(year, int):
        raise _broken_answer()
    day = date.fromisoformat(str(answer["issued_on"]))
    return Issued(
        document_id=str(answer["document_id"]),
        state=_state(answer),
        is_replay=outcome.is_replay,
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
