"""Groups of documents and files, and whether somebody might read what he looked at.

Revision ID: 0012
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TIME = "time, RFC 3339 with +07:00 and milliseconds"
_ACT = "group_act.position of the act that says so"
_IS_FROZEN = sa.text("frozen_at IS NOT NULL")


def upgrade() -> None:
    """Add four tables and a column, empty: nothing was in a group, and nobody asked whether somebody might read."""
    op.add_column(
        "access_entry",
        sa.Column(
            "may_read",
            _INTEGER,
            nullable=True,
            comment="1 if the person might read it when it was reported, else 0; of the system none",
        ),
    )
    op.create_table(
        "document_group",
        _owner(),
        _text("id", "text chosen by the caller"),
        _text("name", "text, at most 200 characters"),
        _text("level", "text, level of information in the agency's own words, or empty"),
        _integer("is_for_named_only", "1 if nobody reads it by his role, else 0"),
        _text("made_at", _TIME),
        _text("made_by", "text, a person"),
        _text("frozen_at", _TIME + ", while it is frozen", nullable=True),
        _text("frozen_by", "text, a person, while it is frozen", nullable=True),
        _integer("act_count", "rows of group_act"),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_document_group_agency")),
        sa.PrimaryKeyConstraint("agency", "id", name=op.f("pk_document_group")),
        comment="groups of documents and files that are read by the same people, or frozen together",
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_document_group_frozen",
        "document_group",
        ["agency", "frozen_at"],
        sqlite_where=_IS_FROZEN,
        postgresql_where=_IS_FROZEN,
    )
    _create(
        "group_member",
        _text("group_id", "document_group.id"),
        _text("target", "docflow.model.AccessTarget"),
        _text("subject", "document.id, incoming_document.id or case_file.code"),
        _integer("is_member", "1 while it is in the group, 0 after it was taken out"),
        _integer("act", _ACT),
        key=("group_id", "target", "subject"),
        comment="which documents and files are in which group",
    )
    _create(
        "group_reader",
        _text("group_id", "document_group.id"),
        _text("person", "text, a person"),
        _integer("is_reader", "1 while he is a reader, 0 after that"),
        _integer("act", _ACT),
        key=("group_id", "person"),
        comment="who reads which group",
    )
    _create(
        "group_act",
        _text("group_id", "document_group.id"),
        _integer("position", "from 0"),
        _text("event", "docflow.model.GroupEvent"),
        _text("at", _TIME),
        _text("actor", "text, a person"),
        _text("text", "text: reason"),
        _text("confirmed_at", _TIME, nullable=True),
        _text("confirmed_by", "text, a person", nullable=True),
        key=("group_id", "position"),
        comment="what was done with a group; a change of who reads what is an alert until it is confirmed",
        with_rowid=False,
    )
    op.create_index("ix_group_member_subject", "group_member", ["agency", "target", "subject", "group_id"])
    op.create_index("ix_group_reader_person", "group_reader", ["agency", "person", "group_id"])


def downgrade() -> None:
    """There is no way back: what was recorded is evidence.

    Raises:
        NotImplementedError: Always.
    """
    raise NotImplementedError("the schema before has no place for groups: restore a backup")


def _create(
    name: str, *columns: sa.Column[str] | sa.Column[int], key: tuple[str, ...], comment: str, with_rowid: bool = True
) -> None:
    op.create_table(
        name,
        _owner(),
        *columns,
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f(f"fk_{name}_agency")),
        sa.ForeignKeyConstraint(
            ["agency", "group_id"],
            ["document_group.agency", "document_group.id"],
            name=op.f(f"fk_{name}_group_id"),
        ),
        sa.PrimaryKeyConstraint("agency", *key, name=op.f(f"pk_{name}")),
        comment=comment,
        sqlite_strict=True,
        sqlite_with_rowid=with_rowid,
    )


def _owner() -> sa.Column[str]:
    return _text("agency", "agency.code, whose row this is")


def _text(name: str, comment: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, _TEXT, nullable=nullable, comment=comment)


def _integer(name: str, comment: str) -> sa.Column[int]:
    return sa.Column(name, _INTEGER, nullable=False, comment=comment, autoincrement=False)
