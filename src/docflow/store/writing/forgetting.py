"""What a document said goes out of the index with its content; it is found by its metadata still.

Invariants:
    - The words go in the transaction that destroys the content, also if another document has the same bytes and keeps
      them, and never come back with a later look.

What it does not do: it overwrites no page of the database that is free afterwards; what a docflow before this one left
in the index goes when it is made anew (``rebuild_search``).

Source: Nghị định 30/2020/NĐ-CP Điều 18 khoản 4, Phụ lục VI Phần I mục III.8; Thông tư 01/2019/TT-BNV Điều 20 khoản 5.
"""

from __future__ import annotations

import sqlalchemy as sa

from docflow.store.engines.prepared import Prepared
from docflow.store.tables import SEARCH_TEXT
from docflow.store.writing.writer import owned

FORGET_WORDS = Prepared(
    sa.update(SEARCH_TEXT)
    .where(
        owned(SEARCH_TEXT),
        SEARCH_TEXT.c.direction == sa.bindparam("way"),
        SEARCH_TEXT.c.subject == sa.bindparam("document"),
    )
    .values(content=sa.literal_column("''"))
)
"""Statement that takes what the files of a document (``way``, ``document``) say out of an agency's index."""
