"""Questions to the index and to the rows of documents, the same on SQLite and PostgreSQL.

What it does not do: it brings no index up (:mod:`docflow.store.search.indexing`).

Source: sqlite.org/fts5.html §3; PostgreSQL manual §12.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from datetime import date
from itertools import islice
from typing import Any

import sqlalchemy as sa

from docflow.model import AccessTarget, Direction, DocumentType, SearchHit, SearchQuery, normal_text
from docflow.model.folding import ask_for_words, holds_words
from docflow.store.reading.group_reader import may_be_read, read_readership
from docflow.store.tables import AGENCY, DOCUMENT, INCOMING_DOCUMENT, SEARCH_INDEX, SEARCH_TEXT, SEARCH_VECTOR

_AT_ONCE = 500
"""Rows fetched together, where it is not known how many must be looked at."""
_VECTOR: sa.ColumnElement[Any] = sa.literal_column(SEARCH_VECTOR)
_TABLES: Mapping[Direction, sa.Table] = {Direction.OUTGOING: DOCUMENT, Direction.INCOMING: INCOMING_DOCUMENT}
_Condition = sa.ColumnElement[bool]


class _TsQuery(sa.types.UserDefinedType[str]):
    """PostgreSQL's type; SQLAlchemy's own would have every office on SQLite import that dialect and its drivers."""

    cache_ok = True

    def get_col_spec(self, **_kw: object) -> str:
        """Return its name."""
        return "TSQUERY"


def find(
    connection: sa.Connection, agency: str, query: SearchQuery, *, reader: str | None = None
) -> tuple[SearchHit, ...]:
    """Return what a query finds, newest first, then by name. The connection is in a read transaction.

    Args:
        reader: Only what he may read is found; None: all of it.
    """
    readable: Mapping[Direction, _Condition] = {}
    if reader is not None:
        readership = read_readership(connection, agency, reader)
        if not readership.is_user:
            return ()
        readable = {
            way: may_be_read(
                agency,
                reader,
                target=AccessTarget(way.value),
                subject=table.c.id,
                reads_by_role=readership.reads_by_role,
            )
            for way, table in _TABLES.items()
        }
    hits: list[SearchHit] = []
    if query.direction is not Direction.INCOMING and _is_own(connection, agency, query):
        hits += _outgoing(connection, agency, query, only=readable.get(Direction.OUTGOING))
    if query.direction is not Direction.OUTGOING:
        hits += _incoming(connection, agency, query, only=readable.get(Direction.INCOMING))
    hits.sort(key=lambda hit: (hit.issued_on or date.max, hit.id), reverse=True)
    return tuple(hits[query.skip : query.skip + query.limit])


def _is_own(connection: sa.Connection, agency: str, query: SearchQuery) -> bool:
    """Return whether the agency itself is among those who are asked for: its outgoing documents are its own."""
    if query.issuer is None or query.issuer_code is not None:
        return query.issuer in {None, agency}
    name = connection.execute(sa.select(AGENCY.c.name).where(AGENCY.c.code == agency)).scalar()
    return holds_words(str(name or ""), ask_for_words(query.issuer))


def _outgoing(
    connection: sa.Connection, agency: str, query: SearchQuery, *, only: _Condition | None
) -> list[SearchHit]:
    name = sa.select(AGENCY.c.name).where(AGENCY.c.code == agency).scalar_subquery()
    more: list[sa.ColumnElement[Any]] = [name.label("from_name")]
    found = _select(connection, agency, query, direction=Direction.OUTGOING, only=only, more=more)
    return [
        SearchHit(
            direction=Direction.OUTGOING,
            id=row["id"],
            issuer=agency,
            issuer_name=row["from_name"] or "",
            type_name=DocumentType(row["type"]).vi,
            symbol=row["symbol"] or "",
            issued_on=_day(row["issued_on"]),
            subject=row["subject"],
            state=row["state"],
            signer_name=row["signer_name"],
            signer_position=row["signer_position"],
        )
        for row in found
    ]


def _incoming(
    connection: sa.Connection, agency: str, query: SearchQuery, *, only: _Condition | None
) -> list[SearchHit]:
    found = _select(connection, agency, query, direction=Direction.INCOMING, only=only)
    return [
        SearchHit(
            direction=Direction.INCOMING,
            id=row["id"],
            issuer=row["sender"] or "",
            issuer_name=row["sender_name"],
            type_name=row["type_name"],
            symbol=row["symbol"],
            issued_on=_day(row["issued_on"]),
            subject=row["subject"],
            state=row["state"],
            signer_name=row["signer_name"],
            signer_position=row["signer_position"],
        )
        for row in found
    ]


def _select(
    connection: sa.Connection,
    agency: str,
    query: SearchQuery,
    *,
    direction: Direction,
    only: _Condition | None,
    more: list[sa.ColumnElement[Any]] | None = None,
) -> list[sa.RowMapping]:
    table = _TABLES[direction]
    statement = sa.select(table, *(more or [])).where(table.c.agency == agency)
    given = (
        (query.number, table.c.number == query.number),
        (query.symbol, table.c.symbol == normal_text(query.symbol or "")),
        (query.issued_from, table.c.issued_on >= str(query.issued_from)),
        (query.issued_to, table.c.issued_on <= str(query.issued_to)),
    )
    statement = statement.where(*(condition for value, condition in given if value is not None))
    if query.text.strip():
        statement = statement.where(table.c.id.in_(_subjects(connection, agency, query.text, direction=direction)))
    if only is not None:
        # Before it is cut into pages: none is short, and none betrays what was left out.
        statement = statement.where(only)
    newest = sa.func.coalesce(table.c.issued_on, "9999").desc()
    statement = statement.order_by(newest, table.c.id.desc())
    if direction is Direction.INCOMING and query.issuer is not None:
        return _of_issuer(connection, agency, query, statement=statement, table=table)
    return list(connection.execute(statement.limit(query.skip + query.limit)).mappings())


def _of_issuer(
    connection: sa.Connection, agency: str, query: SearchQuery, *, statement: sa.Select[Any], table: sa.Table
) -> list[sa.RowMapping]:
    """Return what an issuer sent; a document whose words are those of a name, elsewhere than in it, is passed over."""
    asked_for, wanted = query.issuer or "", query.skip + query.limit
    if query.issuer_code is not None:
        return list(connection.execute(statement.where(table.c.sender == asked_for).limit(wanted)).mappings())
    words = ask_for_words(asked_for)
    statement = statement.where(table.c.id.in_(_subjects(connection, agency, asked_for, direction=Direction.INCOMING)))
    rows = connection.execute(statement.execution_options(yield_per=_AT_ONCE)).mappings()
    with closing(rows):
        return list(islice((row for row in rows if holds_words(row["sender_name"], words)), wanted))


def _subjects(connection: sa.Connection, agency: str, text: str, *, direction: Direction) -> sa.Select[Any]:
    subjects = sa.select(SEARCH_TEXT.c.subject).where(
        SEARCH_TEXT.c.agency == agency, SEARCH_TEXT.c.direction == direction.value
    )
    if connection.dialect.name == "postgresql":
        wanted = " & ".join(f"'{word}'{':*' if is_open else ''}" for word, is_open in ask_for_words(text))
        return subjects.where(_VECTOR.op("@@")(sa.cast(wanted, _TsQuery())))
    wanted = " AND ".join(f'"{word}"{" *" if is_open else ""}' for word, is_open in ask_for_words(text))
    index = sa.table(SEARCH_INDEX, sa.column("rowid"))
    matching = sa.select(index.c.rowid).where(sa.literal_column(SEARCH_INDEX).op("MATCH")(wanted))
    return subjects.where(SEARCH_TEXT.c.id.in_(matching))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
