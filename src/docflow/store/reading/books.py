"""A year's register read as a book, in one snapshot with the size of the log.

What it does not do: it divides and prints nothing (:mod:`docflow.office`, :mod:`docflow.printing`).

Source: Nghị định 30/2020/NĐ-CP Phụ lục IV.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

import sqlalchemy as sa

from docflow.model import COPY_REGISTER, INCOMING_REGISTER, CopyForm, DocumentCopy, IncomingEvent, IncomingTask
from docflow.office import (
    RegisterBook,
    RegisterKind,
    RegisterLine,
    copy_line,
    handling_line,
    incoming_line,
    incoming_number_line,
    outgoing_line,
)
from docflow.ports import CopyEntry, EntryKind, RegisterEntry
from docflow.store.mapping import rows
from docflow.store.reading import questions
from docflow.store.tables import COPY_ENTRY, DOCUMENT_COPY, INCOMING_ACT, INCOMING_ENTRY

_Record = TypeVar("_Record")
_FROM_BEFORE = (EntryKind.CORRECTED, EntryKind.OPENING)
"""What a register goes on from, as it was written: what was mistyped first. It stands before the first number."""
_OF_THE_REGISTRY = tuple(
    event.value
    for event in (
        IncomingEvent.RECEIVE_BY_HAND,
        IncomingEvent.CHECK,
        IncomingEvent.ARRIVE,
        IncomingEvent.ACCEPT,
        IncomingEvent.REFUSE,
        IncomingEvent.FORWARD,
        IncomingEvent.AGREE_TAKE_BACK,
    )
)


def read_book(
    connection: sa.Connection, agency: str, *, kind: RegisterKind, year: int, register: str | None = None
) -> RegisterBook:
    """Return a year's register; ``register`` names one series, None takes all.

    Args:
        connection: In a read transaction, so that lines and log size fit together.
    """
    known = questions.find_agency(connection, agency)
    newest = questions.last_checkpoint(connection, agency)
    return RegisterBook(
        kind=kind,
        agency=known[0].name if known else "",
        year=year,
        lines=_lines(connection, agency, kind=kind, year=year, register=register),
        log_size=newest[0] if newest else 0,
    )


def _lines(
    connection: sa.Connection, agency: str, *, kind: RegisterKind, year: int, register: str | None
) -> tuple[RegisterLine, ...]:
    if kind is RegisterKind.OUTGOING:
        sent = _grouped(questions.list_outbox(connection, agency), by="document_id")
        found = sorted(
            questions.list_register(connection, agency, year, register=register),
            key=lambda one: (one[0].key.register, *_place(one[0])),
        )
        changes = questions.list_changes(connection, agency)
        lines = [
            outgoing_line(
                entry, doc, sent=sent.get(doc.id, ()) if doc else (), changes=changes.get(doc.id, ()) if doc else ()
            )
            for entry, doc in found
            if entry.key.register != INCOMING_REGISTER
        ]
        copies = tuple(_copies(connection, agency, year=year, register=register))
        # What the register of copies goes on from stands before its first copy; a mistyped number until a copy has it.
        given = {line.number for line in copies}
        copied = [line for line in lines if line.series == COPY_REGISTER and line.number not in given]
        lines = [line for line in lines if line.series != COPY_REGISTER]
        return (*lines, *copied, *copies)
    arrived = questions.list_incoming_register(connection, agency, year, register=register)
    tasks = _grouped(questions.list_records(connection, agency, IncomingTask, where={}), by="incoming_id")
    if kind is RegisterKind.INCOMING:
        notes = _registry_notes(connection, agency, year=year)
        lines = [
            incoming_line(entry, doc, tasks=tasks.get(doc.id, ()), notes=notes.get(doc.id, ()))
            for entry, doc in arrived
        ]
        given = {line.number for line in lines}
        others = _without_document(connection, agency, year=year, register=register)
        lines += [line for line in others if line.number not in given]
        return tuple(sorted(lines, key=lambda line: int(line.number) if line.is_counted else 0))
    answers = questions.list_answer_symbols(connection, agency)
    return tuple(
        handling_line(entry, doc, answers=answers.get(doc.id, ()), tasks=tasks.get(doc.id, ()))
        for entry, doc in arrived
    )


def _registry_notes(connection: sa.Connection, agency: str, *, year: int) -> dict[str, list[str]]:
    """Return what the registry wrote of a year's arrivals, in order: their cells keep it whatever is done with them."""
    acts, entries = INCOMING_ACT.c, INCOMING_ENTRY.c
    registered = sa.select(entries.incoming_id).where(entries.agency == agency, entries.year == year)
    query = (
        sa.select(acts.incoming_id, acts.text)
        .where(acts.agency == agency, acts.event.in_(_OF_THE_REGISTRY), acts.text != "")
        .where(acts.incoming_id.in_(registered))
        .order_by(acts.incoming_id, acts.position)
    )
    notes: dict[str, list[str]] = {}
    for name, text in connection.execute(query):
        notes.setdefault(name, []).append(text)
    return notes


def _without_document(
    connection: sa.Connection, agency: str, *, year: int, register: str | None
) -> Iterator[RegisterLine]:
    """Yield the số đến that no document has: the last one of the book before, and what was once reserved.

    A mistyped last number is among them, also after the register came to that number itself.
    """
    if register in {None, INCOMING_REGISTER}:
        found = questions.list_register(connection, agency, year, register=INCOMING_REGISTER)
        for entry in sorted((entry for entry, _ in found), key=_place):
            yield incoming_number_line(entry)


def _place(entry: RegisterEntry) -> tuple[int, int, str]:
    if entry.kind in _FROM_BEFORE:
        return _FROM_BEFORE.index(entry.kind) - len(_FROM_BEFORE), entry.number, entry.suffix
    return 0, entry.number, entry.suffix


def _copies(connection: sa.Connection, agency: str, *, year: int, register: str | None) -> Iterator[RegisterLine]:
    """Yield the numbers of copies: a series of its own, after all others."""
    query = (
        sa.select(DOCUMENT_COPY, COPY_ENTRY.c.copy_id)
        .join_from(
            COPY_ENTRY,
            DOCUMENT_COPY,
            sa.and_(COPY_ENTRY.c.agency == DOCUMENT_COPY.c.agency, COPY_ENTRY.c.copy_id == DOCUMENT_COPY.c.id),
        )
        .where(COPY_ENTRY.c.agency == agency, COPY_ENTRY.c.year == year)
        .order_by(COPY_ENTRY.c.register, COPY_ENTRY.c.number)
    )
    if register is not None:
        query = query.where(COPY_ENTRY.c.register == register)
    for row in connection.execute(query).mappings():
        copy = rows.read_record(DocumentCopy, {name: value for name, value in row.items() if name != "copy_id"})
        if copy.number is not None and copy.issued_on is not None:
            entry = CopyEntry(
                register=copy.register or "", year=year, number=copy.number, copy_id=copy.id, issued_on=copy.issued_on
            )
            yield copy_line(entry, copy, source_symbol=_symbol_of(connection, agency, copy))


def _symbol_of(connection: sa.Connection, agency: str, copy: DocumentCopy) -> str:
    """Return number and symbol of what was copied: the copy says where it stands, and ids alone do not.

    A sao y that is a file has no number of its own: then it is the symbol of what that was made of.
    """
    if copy.source_symbol or copy.source is None:
        return copy.source_symbol
    if copy.form is CopyForm.SAO_LUC:
        where = (DOCUMENT_COPY.c.agency == agency, DOCUMENT_COPY.c.id == copy.source)
        row = connection.execute(sa.select(DOCUMENT_COPY).where(*where)).mappings().first()
        copied = None if row is None else rows.read_record(DocumentCopy, row)
        return (copied.symbol or _symbol_of(connection, agency, copied)) if copied is not None else ""
    own = None if copy.direction.is_from_paper else questions.find_document(connection, agency, copy.source)
    document = own or questions.find_incoming(connection, agency, copy.source)
    return (document.symbol if document else None) or ""


def _grouped(records: Iterable[_Record], *, by: str) -> dict[str, list[_Record]]:
    grouped: dict[str, list[_Record]] = {}
    for record in records:
        grouped.setdefault(getattr(record, by), []).append(record)
    return grouped
