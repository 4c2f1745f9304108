"""What one write transaction read and the next one need not read again.

Who may do what, what is frozen, and the heads of the registers change only together with a leaf. So as long as the head
of the log is the one that a transaction left behind, what that transaction knew still holds, whoever else writes.

Invariants:
    - The head is compared by size and hashes, read anew and locked in each transaction: equal hashes, equal leaves.

What it does not do: it sees no change that left no leaf. That is tampering: a register's head is written by
compare-and-swap all the same, and ``docflow audit verify`` shows the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from docflow.model import RegisterKey, RoleHolding
from docflow.ports import RegisterCounter

MAX_PEOPLE = 1000
"""Whose rights are remembered; more are forgotten together, and read again when they are asked for."""

LogHead = tuple[int, bytes]
"""Number of leaves and hashes of the full subtrees."""


class RegisterHead(msgspec.Struct, frozen=True, gc=False):
    """A register's head: the number that is in the database, and as it will be."""

    stored: int | None
    counter: RegisterCounter


@dataclass(frozen=True, slots=True)
class Remembered:
    """What held when the log had this head."""

    head: LogHead | None = None
    holdings: Mapping[str, tuple[RoleHolding, ...] | bool | None] = field(default_factory=dict)
    groups: Mapping[str, tuple[bool, bool] | None] = field(default_factory=dict)
    """Whether there are groups, and frozen ones."""
    registers: Mapping[RegisterKey, RegisterHead] = field(default_factory=dict)
    time: datetime | None = None
    """Of the newest leaf, if it was asked for."""


NOTHING = Remembered()
"""What is known of a log before its first transaction here, and after one that failed."""
