"""The part of a write transaction that concerns number registers: their heads and their lines.

Invariants:
    - A head moves by one from where the transaction found it; the write that ends the transaction says so again.

What it does not do: it gives no number (:mod:`docflow.office.registers`).
"""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from msgspec.structs import replace

from docflow.model import RegisterKey
from docflow.ports import RegisterCounter, RegisterEntry
from docflow.store.engines.prepared import Prepared, Runner
from docflow.store.mapping import rows
from docflow.store.tables import REGISTER_COUNTER, REGISTER_ENTRY
from docflow.store.writing.exchange_unit import ExchangeUnit
from docflow.store.writing.remembered import RegisterHead
from docflow.store.writing.writer import INSERTS, by_key, lost, owned

_CHANGE_COUNTER = Prepared(
    sa.update(REGISTER_COUNTER)
    .where(by_key(REGISTER_COUNTER), REGISTER_COUNTER.c.last_number == sa.bindparam("k_last_number"))
    .values({name: sa.bindparam(name) for name in ("last_number", "last_date", "last_leaf_hash")})
)
_LINE_ABOVE = (
    sa.select(sa.func.min(REGISTER_ENTRY.c.number))
    .where(
        *(REGISTER_ENTRY.c[name] == REGISTER_COUNTER.c[name] for name in ("agency", "register", "year")),
        REGISTER_ENTRY.c.number > REGISTER_COUNTER.c.last_number,
    )
    .scalar_subquery()
)
_FIND_HEAD = Prepared(sa.select(REGISTER_COUNTER, _LINE_ABOVE.label("line_above")).where(by_key(REGISTER_COUNTER)))
_IN_REGISTER = (
    owned(REGISTER_ENTRY),
    REGISTER_ENTRY.c.register == sa.bindparam("register"),
    REGISTER_ENTRY.c.year == sa.bindparam("year"),
)
_FIND_ENTRY_OF = Prepared(
    sa.select(REGISTER_ENTRY).where(owned(REGISTER_ENTRY), REGISTER_ENTRY.c.document_id == sa.bindparam("document"))
)
_IN_ORDER = (*_IN_REGISTER, REGISTER_ENTRY.c.suffix == "", REGISTER_ENTRY.c.permission.is_(None))
_FIND_LAST_DAY = Prepared(
    sa.select(sa.func.max(REGISTER_ENTRY.c.issued_on).label("day")).where(
        *_IN_ORDER,
        REGISTER_ENTRY.c.number < sa.bindparam("number"),
        REGISTER_ENTRY.c.issued_on <= sa.bindparam("day"),
    )
)
_FIND_FIRST_DAY = Prepared(
    sa.select(sa.func.min(REGISTER_ENTRY.c.issued_on).label("day")).where(
        *_IN_ORDER,
        # A number that nobody took has no symbol yet, and its day is that of its reservation: nothing ends there.
        REGISTER_ENTRY.c.symbol != "",
        REGISTER_ENTRY.c.number > sa.bindparam("number"),
        REGISTER_ENTRY.c.issued_on >= sa.bindparam("day"),
    )
)
_FIND_LINE_ABOVE = Prepared(
    sa.select(sa.func.min(REGISTER_ENTRY.c.number).label("number")).where(
        *_IN_REGISTER, REGISTER_ENTRY.c.number > sa.bindparam("number")
    )
)
_FIND_SUFFIXES = Prepared(
    sa.select(REGISTER_ENTRY.c.suffix).where(*_IN_REGISTER, REGISTER_ENTRY.c.number == sa.bindparam("number"))
)


class RegisterUnit(ExchangeUnit):
    """Implements the registers' part of :class:`docflow.ports.UnitOfWork`."""

    def __init__(self, connection: sa.Connection, *, agency: str) -> None:
        super().__init__(connection, agency=agency)
        self._heads: dict[RegisterKey, RegisterHead] = {}

    def counter(self, key: RegisterKey) -> RegisterCounter:
        """Return a register's head, nobody else's until the transaction ends; a new register begins at 0."""
        return self._head(key).counter

    def advance_counter(self, counter: RegisterCounter) -> None:
        """Move a register's head on by one; the first move of a register may begin anywhere.

        Raises:
            StoreUnavailable: ``STORE_UNUSABLE``; it was somewhere else.
        """
        head = self._head(counter.key)
        if counter.last_number == counter.line_above:
            above = self._one(
                _FIND_LINE_ABOVE, register=counter.key.register, year=counter.key.year, number=counter.last_number
            )
            counter = replace(counter, line_above=above["number"] if above else None)
        if counter.last_number != head.counter.last_number + 1 and head.counter.last_leaf_hash is not None:
            raise lost(f"a register's head moved from {head.counter.last_number} to {counter.last_number}")
        self._keep(self._heads, counter.key, RegisterHead(head.stored, counter))

    def restart_counter(self, counter: RegisterCounter) -> None:
        """Let a register go on from another number than it was opened with; nothing was numbered since."""
        row = self._one(
            _FIND_LINE_ABOVE, register=counter.key.register, year=counter.key.year, number=counter.last_number
        )
        counter = replace(counter, line_above=row["number"] if row else None)
        self._keep(self._heads, counter.key, RegisterHead(self._head(counter.key).stored, counter))

    def add_entry(self, entry: RegisterEntry) -> None:
        """Add a line to a register."""
        self._insert(REGISTER_ENTRY, rows.write_entry(entry))

    def change_entry(self, entry: RegisterEntry) -> None:
        """Replace a line of a register."""
        self._update(REGISTER_ENTRY, rows.write_entry(entry))

    def find_entry(self, key: RegisterKey, number: int, *, suffix: str = "") -> RegisterEntry | None:
        """Return a line of a register, or None."""
        row = self._find_row(REGISTER_ENTRY, key.register, key.year, number, suffix)
        return None if row is None else rows.read_entry(row)

    def find_entry_of(self, document_id: str) -> RegisterEntry | None:
        """Return the line of a document, or None."""
        row = self._one(_FIND_ENTRY_OF, document=document_id)
        return None if row is None else rows.read_entry(row)

    def find_last_day(self, key: RegisterKey, *, below: int, until: date) -> date | None:
        """Return the last day, at most ``until``, of lower numbers without a permission, reserved ones too, or None."""
        return self._find_day(_FIND_LAST_DAY, key, number=below, day=until)

    def find_first_day(self, key: RegisterKey, *, above: int, since: date) -> date | None:
        """Return the first date, at least ``since``, of documents with higher numbers and no permission, or None."""
        return self._find_day(_FIND_FIRST_DAY, key, number=above, day=since)

    def _find_day(self, query: Prepared, key: RegisterKey, *, number: int, day: date) -> date | None:
        row = self._one(query, register=key.register, year=key.year, number=number, day=day.isoformat())
        return None if row is None or row["day"] is None else date.fromisoformat(row["day"])

    def list_suffixes(self, key: RegisterKey, number: int) -> tuple[str, ...]:
        """Return the suffixes under a number, the empty one of the number itself too."""
        found = self._all(_FIND_SUFFIXES, register=key.register, year=key.year, number=number)
        return tuple(str(row["suffix"]) for row in found)

    def _head(self, key: RegisterKey) -> RegisterHead:
        known = self._heads.get(key)
        if known is None:
            bound = {"k_agency": self._agency, "k_register": key.register, "k_year": key.year}
            row = self._runner.one(_FIND_HEAD, bound)
            stored = None if row is None else int(row["last_number"])
            known = self._heads[key] = RegisterHead(stored, rows.read_counter(key, row))
        return known

    def _finish_heads(self, runner: Runner) -> None:
        """Write the heads that moved, by compare-and-swap on the number that was read."""
        for key, head in self._heads.items():
            counter = head.counter
            if counter.last_number == (head.stored or 0):
                continue
            values = {
                "last_number": counter.last_number,
                "last_date": counter.last_date.isoformat() if counter.last_date else None,
                "last_leaf_hash": counter.last_leaf_hash,
            }
            name = {"agency": self._agency, "register": key.register, "year": key.year}
            if head.stored is None:
                runner.run(INSERTS[REGISTER_COUNTER.name], {**name, **values})
                continue
            bound = {f"k_{column}": value for column, value in name.items()}
            if runner.run(_CHANGE_COUNTER, {**bound, "k_last_number": head.stored, **values}) != 1:
                raise lost("a register's head was moved by somebody else")

    def _heads_after(self) -> dict[RegisterKey, RegisterHead]:
        """Return the heads as the next transaction finds them."""
        return {
            key: RegisterHead(head.counter.last_number or head.stored, head.counter)
            for key, head in self._heads.items()
        }
