"""The tables of the index to search by, and what each database needs beside them.

What it does not do: nothing here is evidence; the index is made from the log and the files.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from docflow.store.tables.columns import SHA256, integer_column, make_table, text_column

_MADE = "made from the log and the files; docflow search rebuild makes it anew"

SEARCH_TEXT = make_table(
    "search_text",
    integer_column("id", "row of the index", primary_key=True, proof=None, why_not=_MADE),
    text_column("agency", "agency.code, whose row this is", sa.ForeignKey("agency.code"), proof=None, why_not=_MADE),
    text_column("direction", "docflow.model.Direction", proof=None, why_not=_MADE),
    text_column("subject", "document.id or incoming_document.id", proof=None, why_not=_MADE),
    text_column("words", "words of subject, symbol and names, folded and as they are", proof=None, why_not=_MADE),
    text_column("content", "words of the file, the same; empty until it is read", proof=None, why_not=_MADE),
    text_column("content_of", SHA256 + " of that file; empty until it is read", proof=None, why_not=_MADE),
    sa.UniqueConstraint("agency", "direction", "subject", name="uq_search_text_subject"),
    comment="under which words each document is found",
)

SEARCH_MARK = make_table(
    "search_mark",
    text_column(
        "agency",
        "agency.code, whose row this is",
        sa.ForeignKey("agency.code"),
        primary_key=True,
        proof=None,
        why_not=_MADE,
    ),
    integer_column("size", "leaves that the index knows", proof=None, why_not=_MADE),
    comment="how far the index has come",
    with_rowid=False,
)

SEARCH_INDEX = "search_index"
"""SQLite: the full-text index over search_text."""
SEARCH_VECTOR = "array_to_tsvector(string_to_array(trim(words || ' ' || content), ' '))"
"""PostgreSQL: the expression that its full-text index is over; a word stands in it as it is, unparsed."""
_FTS5 = """CREATE VIRTUAL TABLE search_index USING fts5(
    words, content, content='search_text', content_rowid='id', tokenize='unicode61 remove_diacritics 0')"""
_TAKE_OUT = (
    "INSERT INTO search_index(search_index, rowid, words, content) VALUES ('delete', old.id, old.words, old.content);"
)
_PUT_IN = "INSERT INTO search_index(rowid, words, content) VALUES (new.id, new.words, new.content);"
SEARCH_DDL: Mapping[str, tuple[str, ...]] = {
    "sqlite": (
        _FTS5,
        f"CREATE TRIGGER search_text_added AFTER INSERT ON search_text BEGIN {_PUT_IN} END",
        f"CREATE TRIGGER search_text_removed AFTER DELETE ON search_text BEGIN {_TAKE_OUT} END",
        f"CREATE TRIGGER search_text_changed AFTER UPDATE ON search_text BEGIN {_TAKE_OUT} {_PUT_IN} END",
    ),
    "postgresql": (f"CREATE INDEX search_index ON search_text USING gin (({SEARCH_VECTOR}))",),
}
"""What each database needs beside the table, in its own words."""

for _dialect, _statements in SEARCH_DDL.items():
    for _statement in _statements:
        _ddl: Any = sa.DDL  # SQLAlchemy gives it no types
        sa.event.listen(SEARCH_TEXT, "after_create", _ddl(_statement).execute_if(dialect=_dialect))
