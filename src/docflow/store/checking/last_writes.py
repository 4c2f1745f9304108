"""Which rows are not as the last leaf that wrote them says: leaves and rows by key, on the disk, compared in the end.

A leaf leaves behind its position and a digest of the values that it gives a row; a row leaves behind the digest of its
values. Where the digests differ, and only there, leaf and row are read again to see what differs.

Invariants:
    - Equal digests, equal values: SHA-256 over a form that tells a text from a number.
    - A value whose kind no leaf holds has no digest: such a row is always read again.

What it does not do: it reads no table and names nothing (:mod:`docflow.store.checking.record_check`).

Source: docs/spec/audit-log.md §2; docs/adr/0082.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa

from docflow.audit import OpenedLeaf
from docflow.ports import LoggedRow
from docflow.store.checking.scratch import BUCKETS, Scratch
from docflow.store.mapping.leaf_rows import Key, key_of, value_filled_in
from docflow.store.mapping.logged import logged_columns, logged_row

_ENCODE = msgspec.msgpack.Encoder().encode
_DECODE_KEY = msgspec.msgpack.Decoder(tuple[str, tuple[str | int | None, ...]]).decode
_PLAIN = frozenset({str, int, type(None)})
_NO_DIGEST = b""
_SETTLED = None

_Written = tuple[int | None, bytes]
"""Position of the leaf, None for a row itself; digest of the values."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that is not as logged.

    Attributes:
        position: Of the last leaf that wrote it; None if none did.
        is_there: False for a row that only the leaf knows.
    """

    table: str
    key: Key
    position: int | None
    is_there: bool


class LastWrites:
    """What leaves and tables say of each row; leaves in the order of the log, and all before the first row."""

    def __init__(self, scratch: Scratch[_Written]) -> None:
        self._scratch = scratch

    def note_leaf(self, opened: OpenedLeaf, position: int) -> None:
        """Keep what a leaf says of rows."""
        for logged in opened.rows:
            key = _encode_key(logged.table, key_of(logged, opened.agency))
            self._scratch.add(key, (position, _digest_logged(logged)))

    def note_row(self, table: sa.Table, row: Mapping[str, Any], *, agency: str) -> None:
        """Keep what stands in a table."""
        logged = logged_row(table, row)
        key = _encode_key(logged.table, key_of(logged, agency))
        self._scratch.add(key, (None, _digest(logged.values.values())))

    def differences(self) -> Iterator[Difference | None]:
        """Yield what is not as logged, in no order; None after each bucket, to show how far it has come."""
        for bucket in range(BUCKETS):
            yield from self._compare(bucket)
            yield None

    def _compare(self, bucket: int) -> Iterator[Difference]:
        """Compare rows with leaves: rows come first, then leaves from the newest on, of which only one counts."""
        rows: dict[bytes, bytes | None] = {}
        for key, (position, digest) in self._scratch.read(bucket):
            if position is None:
                rows[key] = digest
            elif key not in rows:
                rows[key] = _SETTLED
                yield Difference(*_DECODE_KEY(key), position, is_there=False)
            elif rows[key] is not _SETTLED:
                if rows[key] != digest or digest == _NO_DIGEST:
                    yield Difference(*_DECODE_KEY(key), position, is_there=True)
                rows[key] = _SETTLED
        for key, left in rows.items():
            if left is not _SETTLED:
                yield Difference(*_DECODE_KEY(key), None, is_there=True)


def _digest_logged(logged: LoggedRow) -> bytes:
    """Return the digest of a row as it is if the leaf is right: what a later schema added is filled in.

    What is filled in follows from the leaf's own values, which are the row's where nothing else differs.
    """
    values = logged.values
    try:
        return _digest(
            values[name] if name in values else value_filled_in(logged.table, name, values)
            for name in logged_columns(logged.table)
        )
    except KeyError:
        return _NO_DIGEST


def _encode_key(table: str, key: Key) -> bytes:
    # A key of another kind is no leaf's; its row is named all the same.
    return _ENCODE((table, [part if type(part) in _PLAIN else repr(part) for part in key]))


def _digest(values: Iterable[object]) -> bytes:
    found = tuple(values)
    if not _PLAIN.issuperset(map(type, found)):
        return _NO_DIGEST
    return hashlib.sha256(_ENCODE(found)).digest()
