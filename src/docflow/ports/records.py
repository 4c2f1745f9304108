"""Rows that are kept as they are: a frozen record a row, found by its key or by some of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

R = TypeVar("R")


class RecordReader(Protocol):
    """Answers from the records of one agency; a kind that the store does not keep is a mistake of the program."""

    def find_record(self, kind: type[R], *key: str | int) -> R | None:
        """Return the record with a key, the agency left out of it, or None."""

    def list_records(self, kind: type[R], /, **where: str | int | None) -> Sequence[R]:
        """Return the records whose columns have the values given, in the order of their keys."""


class RecordWriter(RecordReader, Protocol):
    """Writes records in a transaction; each is evidence and needs a leaf."""

    def add_record(self, record: object) -> None:
        """Add a record."""

    def change_record(self, record: object) -> None:
        """Replace the record with the same key."""
