"""An index to search by, made from the log.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_FTS5 = """CREATE VIRTUAL TABLE search_index USING fts5(
    words, content, content='search_text', content_rowid='id', tokenize='unicode61 remove_diacritics 0')"""
_TAKE_OUT = (
    "INSERT INTO search_index(search_index, rowid, words, content) VALUES ('delete', old.id, old.words, old.content);"
)
_PUT_IN = "INSERT INTO search_index(rowid, words, content) VALUES (new.id, new.words, new.content);"
_VECTOR = "array_to_tsvector(string_to_array(trim(words || ' ' || content), ' '))"
_INDEX = {
    "sqlite": (
        _FTS5,
        f"CREATE TRIGGER search_text_added AFTER INSERT ON search_text BEGIN {_PUT_IN} END",
        f"CREATE TRIGGER search_text_removed AFTER DELETE ON search_text BEGIN {_TAKE_OUT} END",
        f"CREATE TRIGGER search_text_changed AFTER UPDATE ON search_text BEGIN {_TAKE_OUT} {_PUT_IN} END",
    ),
    "postgresql": (f"CREATE INDEX search_index ON search_text USING gin (({_VECTOR}))",),
}


def upgrade() -> None:
    """Add the tables of the index, and what each database searches them with."""
    op.create_table(
        "search_text",
        sa.Column("id", _INTEGER, nullable=False, comment="row of the index"),
        _text("agency", "agency.code, whose row this is"),
        _text("direction", "docflow.model.Direction"),
        _text("subject", "document.id or incoming_document.id"),
        _text("words", "words of subject, symbol and names, folded and as they are"),
        _text("content", "words of the file, the same; empty until it is read"),
        _text("content_of", "SHA-256, lower-case hex of that file; empty until it is read"),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_search_text_agency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_text")),
        sa.UniqueConstraint("agency", "direction", "subject", name="uq_search_text_subject"),
        comment="under which words each document is found",
        sqlite_strict=True,
    )
    op.create_table(
        "search_mark",
        _text("agency", "agency.code, whose row this is"),
        sa.Column("size", _INTEGER, nullable=False, comment="leaves that the index knows", autoincrement=False),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_search_mark_agency")),
        sa.PrimaryKeyConstraint("agency", name=op.f("pk_search_mark")),
        comment="how far the index has come",
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    for statement in _INDEX[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Drop the index; nothing that is evidence stood in it."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_index")
    op.drop_table("search_mark")
    op.drop_table("search_text")


def _text(name: str, comment: str) -> sa.Column[str]:
    return sa.Column(name, _TEXT, nullable=False, comment=comment)
