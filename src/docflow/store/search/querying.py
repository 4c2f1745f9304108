"""Questions to the index and to the rows of documents, the same on SQLite and PostgreSQL.

What it does not do: it brings no index up (:mod:`docflow.store.search.indexing`).

Source: sqlite.org/fts5.html §3; PostgreSQL manual §12.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY

from docflow.model import Direction, DocumentType, SearchHit, SearchQuery, normal_text, split_words
from docflow.store.tables import AGENCY, DOCUMENT, INCOMING_DOCUMENT, SEARCH_INDEX, SEARCH_TEXT, SEARCH_VECTOR

_VECTOR: sa.ColumnElement[Any] = sa.literal_column(SEARCH_VECTOR)


def find(connection: sa.Connection, agency: str, query: SearchQuery) -> tuple[SearchHit, ...]:
    """Return what a query finds, newest first, then by name. The connection is in a read transaction."""
    hits: list[SearchHit] = []
    if query.direction is not Direction.INCOMING and query.issuer in {None, agency}:
        hits += _outgoing(connection, agency, query)
    if query.direction is not Direction.OUTGOING:
        hits += _incoming(connection, agency, query)
    hits.sort(key=lambda hit: (hit.issued_on or date.max, hit.id), reverse=True)
    return tuple(hits[query.skip : query.skip + query.limit])


def _outgoing(connection: sa.Connection, agency: str, query: SearchQuery) -> list[SearchHit]:
    table = DOCUMENT
    name = sa.select(AGENCY.c.name).where(AGENCY.c.code == agency).scalar_subquery()
    found = _select(
        connection, agency, query, table=table, direction=Direction.OUTGOING, more=[name.label("from_name")]
    )
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


def _incoming(connection: sa.Connection, agency: str, query: SearchQuery) -> list[SearchHit]:
    table = INCOMING_DOCUMENT
    found = _select(connection, agency, query, table=table, direction=Direction.INCOMING)
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
    table: sa.Table,
    direction: Direction,
    more: list[sa.ColumnElement[Any]] | None = None,
) -> list[sa.RowMapping]:
    statement = sa.select(table, *(more or [])).where(table.c.agency == agency)
    given = (
        (query.number, table.c.number == query.number),
        (query.symbol, table.c.symbol == normal_text(query.symbol or "")),
        (query.issued_from, table.c.issued_on >= str(query.issued_from)),
        (query.issued_to, table.c.issued_on <= str(query.issued_to)),
    )
    statement = statement.where(*(condition for value, condition in given if value is not None))
    if direction is Direction.INCOMING and query.issuer is not None:
        statement = statement.where(table.c.sender == query.issuer)
    if query.text.strip():
        statement = statement.where(table.c.id.in_(_subjects(connection, agency, query.text, direction=direction)))
    newest = sa.func.coalesce(table.c.issued_on, "9999").desc()
    statement = statement.order_by(newest, table.c.id.desc()).limit(query.skip + query.limit)
    return list(connection.execute(statement).mappings())


def _subjects(connection: sa.Connection, agency: str, text: str, *, direction: Direction) -> sa.Select[Any]:
    subjects = sa.select(SEARCH_TEXT.c.subject).where(
        SEARCH_TEXT.c.agency == agency, SEARCH_TEXT.c.direction == direction.value
    )
    if connection.dialect.name == "postgresql":
        wanted = " & ".join(f"'{word}'{':*' if is_open else ''}" for word, is_open in _words(text))
        return subjects.where(_VECTOR.op("@@")(sa.cast(wanted, TSQUERY)))
    wanted = " AND ".join(f'"{word}"{" *" if is_open else ""}' for word, is_open in _words(text))
    index = sa.table(SEARCH_INDEX, sa.column("rowid"))
    matching = sa.select(index.c.rowid).where(sa.literal_column(SEARCH_INDEX).op("MATCH")(wanted))
    return subjects.where(SEARCH_TEXT.c.id.in_(matching))


def _words(text: str) -> list[tuple[str, bool]]:
    """Return the words to look for, each as it stands in the index, and whether its ending is open."""
    found = []
    for part in text.split():
        words = split_words(part)
        found += [(word, part.endswith("*") and place == len(words)) for place, word in enumerate(words, start=1)]
    return found


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
