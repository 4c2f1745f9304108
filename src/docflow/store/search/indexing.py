"""Brings the index up to the log: what leaves wrote since the last time is indexed again.

Invariants:
    - Mark and words change in one transaction: after a crash the index is behind, never wrong.
    - A search pays for what came since the last one; issuing a document pays nothing.

What it does not do: it changes no row with evidence and needs no log key.
"""

from __future__ import annotations

import sqlalchemy as sa

from docflow.model import Direction
from docflow.store.mapping.leaf_rows import open_or_none
from docflow.store.search.texts import words_of_leaf
from docflow.store.tables import AUDIT_HEAD, AUDIT_LEAF, SEARCH_MARK, SEARCH_TEXT

LEAVES_AT_ONCE = 2000
"""So many leaves a transaction: whoever issues a document waits no longer than for these."""


def is_behind(connection: sa.Connection, agency: str) -> bool:
    """Return whether leaves came since the index was brought up."""
    return _size(connection, agency) > _mark(connection, agency)


def index_some(connection: sa.Connection, agency: str) -> bool:
    """Index the next leaves; return whether there are more. The connection is in a write transaction."""
    _lock_mark(connection, agency)
    start = _mark(connection, agency)
    query = (
        sa.select(AUDIT_LEAF.c.payload)
        .where(AUDIT_LEAF.c.agency == agency, AUDIT_LEAF.c.position >= start)
        .order_by(AUDIT_LEAF.c.position)
        .limit(LEAVES_AT_ONCE)
    )
    payloads = connection.execute(query).scalars().all()
    words: dict[tuple[Direction, str], str] = {}
    for payload in payloads:
        leaf = open_or_none(payload)
        if leaf is not None:
            words.update(words_of_leaf(leaf))
    _put_words(connection, agency, words)
    connection.execute(sa.update(SEARCH_MARK).where(SEARCH_MARK.c.agency == agency).values(size=start + len(payloads)))
    return len(payloads) == LEAVES_AT_ONCE


def _put_words(connection: sa.Connection, agency: str, words: dict[tuple[Direction, str], str]) -> None:
    for (direction, subject), text in words.items():
        where = sa.and_(
            SEARCH_TEXT.c.agency == agency,
            SEARCH_TEXT.c.direction == direction.value,
            SEARCH_TEXT.c.subject == subject,
        )
        if connection.execute(sa.update(SEARCH_TEXT).where(where).values(words=text)).rowcount == 0:
            row = {"agency": agency, "direction": direction.value, "subject": subject, "words": text}
            connection.execute(sa.insert(SEARCH_TEXT).values(**row, content="", content_of=""))


def forget(connection: sa.Connection, agency: str) -> None:
    """Drop an agency's index; the next search makes it anew."""
    connection.execute(sa.delete(SEARCH_TEXT).where(SEARCH_TEXT.c.agency == agency))
    connection.execute(sa.delete(SEARCH_MARK).where(SEARCH_MARK.c.agency == agency))


def _lock_mark(connection: sa.Connection, agency: str) -> None:
    locked = sa.select(SEARCH_MARK.c.size).where(SEARCH_MARK.c.agency == agency).with_for_update()
    if connection.execute(locked).first() is None:
        connection.execute(sa.insert(SEARCH_MARK).values(agency=agency, size=0))


def _mark(connection: sa.Connection, agency: str) -> int:
    found = connection.execute(sa.select(SEARCH_MARK.c.size).where(SEARCH_MARK.c.agency == agency)).scalar()
    return int(found or 0)


def _size(connection: sa.Connection, agency: str) -> int:
    found = connection.execute(sa.select(AUDIT_HEAD.c.size).where(AUDIT_HEAD.c.agency == agency)).scalar()
    return int(found or 0)
