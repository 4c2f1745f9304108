"""The tables of groups: what is in them, who reads it, and what was done with them.

Invariants:
    - Each row is one frozen record of :mod:`docflow.model` whose fields are named as the columns.
    - All of it is evidence.
    - No row is deleted: who is no reader any more, and what is no member, stays with a 0.

What it does not do: it creates nothing; :mod:`docflow.store.migrations` does.

Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục III.3b, IV.1a, IV.1g; docs/adr/0086.
"""

from __future__ import annotations

import sqlalchemy as sa

from docflow.store.tables.columns import TIME, integer_column, make_table, owner, refers, text_column

_ACT = "group_act.position of the act that says so"

DOCUMENT_GROUP = make_table(
    "document_group",
    owner(),
    text_column("id", "text chosen by the caller", primary_key=True),
    text_column("name", "text, at most 200 characters"),
    text_column("level", "text, level of information in the agency's own words, or empty"),
    integer_column("is_for_named_only", "1 if nobody reads it by his role, else 0"),
    text_column("made_at", TIME),
    text_column("made_by", "text, a person"),
    text_column("frozen_at", TIME + ", while it is frozen", nullable=True),
    text_column("frozen_by", "text, a person, while it is frozen", nullable=True),
    integer_column("act_count", "rows of group_act"),
    # Asked by every step of every document, as long as nobody remembers that nothing is frozen.
    sa.Index(
        "ix_document_group_frozen",
        "agency",
        "frozen_at",
        sqlite_where=sa.text("frozen_at IS NOT NULL"),
        postgresql_where=sa.text("frozen_at IS NOT NULL"),
    ),
    comment="groups of documents and files that are read by the same people, or frozen together",
    with_rowid=False,
)

GROUP_MEMBER = make_table(
    "group_member",
    owner(),
    text_column("group_id", "document_group.id", primary_key=True),
    text_column("target", "docflow.model.AccessTarget", primary_key=True),
    text_column("subject", "document.id, incoming_document.id or case_file.code", primary_key=True),
    integer_column("is_member", "1 while it is in the group, 0 after it was taken out"),
    integer_column("act", _ACT),
    refers("group_member", "group_id", "document_group.id"),
    sa.Index("ix_group_member_subject", "agency", "target", "subject", "group_id"),
    comment="which documents and files are in which group",
)

GROUP_READER = make_table(
    "group_reader",
    owner(),
    text_column("group_id", "document_group.id", primary_key=True),
    text_column("person", "text, a person", primary_key=True),
    integer_column("is_reader", "1 while he is a reader, 0 after that"),
    integer_column("act", _ACT),
    refers("group_reader", "group_id", "document_group.id"),
    sa.Index("ix_group_reader_person", "agency", "person", "group_id"),
    comment="who reads which group",
)

GROUP_ACT = make_table(
    "group_act",
    owner(),
    text_column("group_id", "document_group.id", primary_key=True),
    integer_column("position", "from 0", primary_key=True, autoincrement=False),
    text_column("event", "docflow.model.GroupEvent"),
    text_column("at", TIME),
    text_column("actor", "text, a person"),
    text_column("text", "text: reason"),
    text_column("confirmed_at", TIME, nullable=True),
    text_column("confirmed_by", "text, a person", nullable=True),
    refers("group_act", "group_id", "document_group.id"),
    comment="what was done with a group; a change of who reads what is an alert until it is confirmed",
    with_rowid=False,
)
