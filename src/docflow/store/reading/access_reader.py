"""What can be read of accesses: their history, part by part, and how many there were, each from one snapshot.

Invariants:
    - No more rows are held than are asked for; counting is the database's work.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import sqlalchemy as sa

from docflow.errors import ErrorCode, UsageError
from docflow.model import (
    AccessBy,
    AccessCount,
    AccessCounts,
    AccessEntry,
    AccessKind,
    AccessPage,
    AccessQuery,
    AccessTarget,
)
from docflow.store.engines.places import OfficeDatabase
from docflow.store.mapping import rows
from docflow.store.tables import ACCESS_ENTRY as TABLE

_MONTH_CHARS, _DAY_CHARS = 7, 10
"""Of a time in +07:00: ``2026-11`` and ``2026-11-29``, day and month in Asia/Ho_Chi_Minh."""
_GROUPED_BY: Mapping[AccessBy, Mapping[str, sa.ColumnElement[str]]] = {
    AccessBy.TOTAL: {},
    AccessBy.SUBJECT: {"key": TABLE.c.subject, "target": TABLE.c.target},
    AccessBy.PERSON: {"key": TABLE.c.person},
    AccessBy.UNIT: {"key": TABLE.c.unit},
    AccessBy.DAY: {"key": sa.func.substr(TABLE.c.at, 1, _DAY_CHARS)},
    AccessBy.MONTH: {"key": sa.func.substr(TABLE.c.at, 1, _MONTH_CHARS)},
}
_IN_ORDER = frozenset({AccessBy.DAY, AccessBy.MONTH})


class AccessReader:
    """Reads accesses; :class:`docflow.store.reader.StoreReader` completes it."""

    _database: OfficeDatabase
    _agency: str

    def list_accesses(self, query: AccessQuery, *, before: int | None, limit: int) -> AccessPage:
        """Return part of the history of accesses, the newest first.

        Raises:
            UsageError: ``NOT_FOUND``; there is no access at the position ``before``.
        """
        with self._database.reading() as connection:
            latest = None if before is None else self._time_of(connection, before)
            asked = sa.select(TABLE).where(*self._where(query, latest=latest))
            if latest is not None:
                last = sa.tuple_(sa.literal(latest), sa.literal(before))
                asked = asked.where(sa.tuple_(TABLE.c.at, TABLE.c.position) < last)
            ordered = asked.order_by(TABLE.c.at.desc(), TABLE.c.position.desc())
            found = connection.execute(ordered.limit(limit + 1)).mappings().all()
        entries = tuple(rows.read_record(AccessEntry, row) for row in found[:limit])
        return AccessPage(entries=entries, before=entries[-1].position if len(found) > limit else None)

    def count_accesses(self, query: AccessQuery, *, by: AccessBy, limit: int, skip: int) -> AccessCounts:
        """Return how many accesses there were."""
        where, figures = self._where(query), _figures()
        groups = [column.label(name) for name, column in _GROUPED_BY[by].items()]
        order = groups if by in _IN_ORDER else [figures[-1].desc(), *groups]
        counted = sa.select(*groups, *figures).where(*where).group_by(*groups).order_by(*order)
        with self._database.reading() as connection:
            total = connection.execute(sa.select(*figures).where(*where)).mappings().one()
            found = connection.execute(counted.limit(limit + 1).offset(skip)).mappings().all() if groups else ()
        lines = tuple(_count(row) for row in found[:limit])
        return AccessCounts(by=by, lines=lines, total=_count(total), has_more=len(found) > limit)

    def _where(self, query: AccessQuery, *, latest: str | None = None) -> list[sa.ColumnElement[bool]]:
        """Return what must hold; ``latest``: a time that none lies after, so that a page is found by one bound."""
        given = {name: getattr(query, name) for name in ("target", "subject", "person", "unit", "kind")}
        where = [TABLE.c.agency == self._agency]
        where += [TABLE.c[name] == str(value) for name, value in given.items() if value is not None]
        if query.may_read is not None:
            where.append(TABLE.c.may_read == int(query.may_read))
        if query.since is not None:
            where.append(TABLE.c.at >= _moment(query.since, "00:00:00.000"))
        if query.target is AccessTarget.SYSTEM:
            where.append(TABLE.c.subject == "")  # so that the index of subjects is taken
        ends = [latest, None if query.until is None else _moment(query.until, "23:59:59.999")]
        until = min((end for end in ends if end is not None), default=None)
        if until is not None:
            where.append(TABLE.c.at <= until)
        return where

    def _time_of(self, connection: sa.Connection, position: int) -> str:
        query = sa.select(TABLE.c.at).where(TABLE.c.agency == self._agency, TABLE.c.position == position)
        found: str | None = connection.execute(query).scalar()
        if found is None:
            raise UsageError(
                ErrorCode.NOT_FOUND,
                f"no access at position {position}",
                vi=f"Không có lượt truy cập nào ở vị trí {position}.",
            )
        return found


def _figures() -> list[sa.ColumnElement[int]]:
    """Return the figures of a line, named as the fields of :class:`~docflow.model.AccessCount`."""
    names = {
        "entered": AccessKind.TRUY_CAP,
        "viewed": AccessKind.XEM,
        "downloaded": AccessKind.TAI,
        "printed": AccessKind.IN,
    }
    kinds = [
        sa.func.count(sa.case((TABLE.c.kind == kind.value, sa.literal_column("1")))).label(name)
        for name, kind in names.items()
    ]
    return [*kinds, sa.func.count().label("total")]


def _count(row: sa.RowMapping) -> AccessCount:
    target = row.get("target")
    return AccessCount(
        key=row.get("key", ""),
        target=None if target is None else AccessTarget(target),
        entered=row["entered"],
        viewed=row["viewed"],
        downloaded=row["downloaded"],
        printed=row["printed"],
        total=row["total"],
    )


def _moment(day: date, time: str) -> str:
    return f"{day.isoformat()}T{time}+07:00"
