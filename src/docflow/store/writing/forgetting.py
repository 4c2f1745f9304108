"""What a file said goes out of the index with the file; the document is found by its metadata still.

Invariants:
    - The words of a destroyed file go in the transaction that destroys it, and never come back with a later look.

What it does not do: it overwrites no page of the database that is free afterwards; what a docflow before this one left
in the index goes when it is made anew (``rebuild_search``).

Source: Nghị định 30/2020/NĐ-CP Điều 18 khoản 4, Phụ lục VI Phần I mục III.8; Thông tư 01/2019/TT-BNV Điều 20 khoản 5.
"""

from __future__ import annotations

import sqlalchemy as sa

from docflow.model import Direction
from docflow.store.engines.prepared import Prepared
from docflow.store.tables import DOCUMENT, DRAFT_VERSION, INCOMING_DOCUMENT, SEARCH_TEXT
from docflow.store.writing.writer import owned

_SHA: sa.BindParameter[str] = sa.bindparam("sha")
_NAMED_IN: tuple[tuple[Direction, sa.Column[str], tuple[sa.Column[str], ...]], ...] = (
    (Direction.INCOMING, INCOMING_DOCUMENT.c.id, (INCOMING_DOCUMENT.c.pdf,)),
    (Direction.OUTGOING, DOCUMENT.c.id, (DOCUMENT.c.draft_pdf, DOCUMENT.c.leader_pdf, DOCUMENT.c.sealed_pdf)),
    (Direction.OUTGOING, DRAFT_VERSION.c.document_id, (DRAFT_VERSION.c.pdf,)),
)
"""Whose words a file's may be: the column of the document's name, and those that name the file."""


def _forget(direction: Direction, key: sa.Column[str], files: tuple[sa.Column[str], ...]) -> Prepared:
    holders = sa.select(key).where(owned(key.table), sa.or_(*(column == _SHA for column in files)))
    return Prepared(
        sa.update(SEARCH_TEXT)
        .where(
            owned(SEARCH_TEXT),
            SEARCH_TEXT.c.direction == sa.literal_column(f"'{direction.value}'"),
            SEARCH_TEXT.c.subject.in_(holders),
            SEARCH_TEXT.c.content_of == _SHA,
        )
        .values(content=sa.literal_column("''"))
    )


FORGET_WORDS = tuple(_forget(*named) for named in _NAMED_IN)
"""Statements that take the words of a file (``sha``) out of an agency's index (``owner``)."""
