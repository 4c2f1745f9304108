"""How a column of an office is described: its unit, whether it is evidence, and what would betray a change of it.

What it does not do: it names no table; :mod:`docflow.store.tables` and :mod:`docflow.store.tables.work` do.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import sqlalchemy as sa


class Proof(StrEnum):
    """What shows that a column was changed behind docflow's back."""

    ROWS = "rows"
    """The value is in the payload of the last leaf that wrote the row."""
    LEAF = "leaf"
    """Leaf, salt, payload and hash must reproduce each other."""
    TREE = "tree"
    """The value is recomputed from the leaves."""
    CHAIN = "chain"
    """The value is recomputed from the register's chain of leaves."""
    CHECKPOINT = "checkpoint"
    """The value is signed by the log key, and its root is recomputed from the leaves."""


METADATA = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)
_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Compared byte by byte on either database, whatever the server's language is."""
TIME = "time, RFC 3339 with +07:00 and milliseconds"
DAY = "day, YYYY-MM-DD, Asia/Ho_Chi_Minh"
SHA256 = "SHA-256, lower-case hex"
_OWNERS = {"agency": "code", "receipt": "office"}
"""Where the owner's column is not called agency: in receipt that is who gave it."""


def _column(
    name: str,
    kind: sa.types.TypeEngine[Any],
    unit: str,
    *constraints: sa.schema.SchemaItem,
    proof: Proof | None = Proof.ROWS,
    why_not: str = "",
    **options: Any,  # noqa: ANN401 - passed on to sqlalchemy.Column as they are
) -> sa.Column[Any]:
    options.setdefault("nullable", False)
    info = {"evidence": proof is not None, "proof": proof, "why_not": why_not}
    return sa.Column(name, kind, *constraints, comment=unit, info=info, **options)


def text_column(name: str, unit: str, *constraints: sa.schema.SchemaItem, **options: Any) -> sa.Column[Any]:  # noqa: ANN401
    """Return a column of text; ``unit`` says what stands in it."""
    return _column(name, _TEXT, unit, *constraints, **options)


def integer_column(name: str, unit: str, *constraints: sa.schema.SchemaItem, **options: Any) -> sa.Column[Any]:  # noqa: ANN401
    """Return a column of whole numbers."""
    return _column(name, _INTEGER, unit, *constraints, **options)


def bytes_column(name: str, unit: str, **options: Any) -> sa.Column[Any]:  # noqa: ANN401
    """Return a column of bytes."""
    return _column(name, sa.LargeBinary(), unit, **options)


def owner(name: str = "agency", *, proof: Proof = Proof.ROWS) -> sa.Column[Any]:
    """Return the column that says whose row it is: the first of the key."""
    unit = "agency.code, whose row this is"
    return text_column(name, unit, sa.ForeignKey("agency.code"), primary_key=True, proof=proof)


def refers(child: str, column: str, parent: str, *, owner: str = "agency") -> sa.ForeignKeyConstraint:
    """Refer to a row of the same agency."""
    table, key = parent.split(".")
    return sa.ForeignKeyConstraint(
        (owner, column), (f"{table}.{_OWNERS.get(table, 'agency')}", f"{table}.{key}"), name=f"fk_{child}_{column}"
    )


def make_table(name: str, *items: sa.schema.SchemaItem, comment: str, with_rowid: bool = True) -> sa.Table:
    """Return a table of every office, strict on SQLite."""
    return sa.Table(name, METADATA, *items, comment=comment, sqlite_strict=True, sqlite_with_rowid=with_rowid)


def index_files(table: str, *columns: str) -> tuple[sa.Index, ...]:
    """Return an index for each column that names a file: who else holds it is asked before it is destroyed."""
    return tuple(
        sa.Index(
            f"ix_{table}_{name}",
            "agency",
            name,
            sqlite_where=sa.text(f"{name} IS NOT NULL"),
            postgresql_where=sa.text(f"{name} IS NOT NULL"),
        )
        for name in columns
    )


def owner_column(table: sa.Table) -> str:
    """Return the column that says whose row it is."""
    return _OWNERS.get(table.name, "agency")
