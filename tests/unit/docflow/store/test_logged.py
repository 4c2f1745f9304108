"""What a leaf says of a row: the same bytes by the short way as by the long one, and only what has a canonical form."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from docflow.audit import encode_canonical
from docflow.errors import ErrorCode, InputError
from docflow.store import METADATA
from docflow.store.mapping.logged import logged_row, written_row

TABLES = METADATA.sorted_tables


def make_row(table: sa.Table) -> dict[str, Any]:
    """A row with texts that need escaping, the largest integer, and nothing; with a column no leaf tells of."""
    values = ('Đ"\\\n\u0001', 2**53 - 1, None, "", -(2**53 - 1))
    return {str(column.name): values[place % 5] for place, column in enumerate(table.columns)} | {"k_agency": "H99"}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_row_stands_in_a_leaf_as_its_canonical_form(table: sa.Table) -> None:
    """docs/spec/audit-log.md §2: members in alphabetical order, nothing more and nothing less."""
    row = make_row(table)
    said = logged_row(table, row)
    written = msgspec.json.encode(written_row(table, row))
    assert written == encode_canonical({"table": said.table, "key": dict(said.key), "values": dict(said.values)})


@pytest.mark.parametrize("value", [2**53, -(2**53), 0.5, 1.0, b"x", True, ["x"]])
def test_what_has_no_canonical_form_comes_into_no_leaf(value: object) -> None:
    """RFC 7493 §2.2; a fraction, bytes or a list is nothing that a column of evidence holds."""
    table = METADATA.tables["document"]
    with pytest.raises(InputError) as caught:
        written_row(table, make_row(table) | {"copies": value})
    assert caught.value.code is ErrorCode.MALFORMED_INPUT


def test_half_a_surrogate_pair_comes_into_no_leaf() -> None:
    """No bytes stand for it: the payload is refused when it is written."""
    table = METADATA.tables["document"]
    written = written_row(table, make_row(table) | {"subject": "a\ud800"})
    with pytest.raises(UnicodeEncodeError):
        msgspec.json.encode(written)
