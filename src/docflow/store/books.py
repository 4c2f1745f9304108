"""A year's register read as a book, in one snapshot with the size of the log.

What it does not do: it divides and prints nothing (:mod:`docflow.office`, :mod:`docflow.printing`).

Source: Nghị định 30/2020/NĐ-CP Phụ lục IV.
"""

from __future__ import annotations

import sqlalchemy as sa

from docflow.office import RegisterBook, RegisterKind, RegisterLine, handling_line, incoming_line, outgoing_line
from docflow.store import reading


def read_book(
    connection: sa.Connection, agency: str, *, kind: RegisterKind, year: int, register: str | None = None
) -> RegisterBook:
    """Return a year's register; ``register`` names one series, None takes all.

    Args:
        connection: In a read transaction, so that lines and log size fit together.
    """
    known = reading.find_agency(connection, agency)
    newest = reading.last_checkpoint(connection, agency)
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
        found = reading.list_register(connection, agency, year, register=register)
        return tuple(outgoing_line(entry, document) for entry, document in found)
    arrived = reading.list_incoming_register(connection, agency, year, register=register)
    if kind is RegisterKind.INCOMING:
        return tuple(incoming_line(entry, document) for entry, document in arrived)
    answers = reading.list_answer_symbols(connection, agency)
    return tuple(handling_line(entry, document, answer=answers.get(document.id, "")) for entry, document in arrived)
