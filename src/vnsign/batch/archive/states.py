"""What is found of one file when an archive is checked.

Invariants:
    - All values are picklable: they travel between processes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from vnsign.batch.archive.lock import LockEntry, entry_from_dict, entry_to_dict
from vnsign.report import Verdict


class FileState(StrEnum):
    """What became of a file since the lock. The value is stable."""

    NEW = "new"
    UNCHANGED = "unchanged"
    #: The locked content is there whole, and something was appended: a renewal, or a later signature.
    EXTENDED = "extended"
    #: The content is another: the file that was locked is not in the archive any more.
    CHANGED = "changed"
    MISSING = "missing"
    #: It cannot be read, so nothing is known of its content.
    UNREADABLE = "unreadable"


#: States in which the archive is not what was locked.
ALARMS = frozenset({FileState.CHANGED, FileState.MISSING})


@dataclass(frozen=True, slots=True, kw_only=True)
class FileTask:
    """One file to look at.

    Attributes:
        path: Relative to the archive, as its bytes are decoded by the system.
        known: Its line in the lock.
        is_there: It was found; False for a line whose file is missing.
        verify: It is verified even if its content is the same.
    """

    path: str
    known: LockEntry | None = None
    is_there: bool = True
    verify: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FileResult:
    """What was found.

    Attributes:
        entry: The file as it is now; None if it is missing or cannot be read.
        known: Its line in the lock.
        verified: Its signatures were verified now; otherwise the verdict is the lock's.
        reason: Why it cannot be read.
    """

    path: str
    state: FileState
    entry: LockEntry | None = None
    known: LockEntry | None = None
    verified: bool = False
    reason: str = ""

    @property
    def verdict(self) -> Verdict:
        """The verdict on what is there now."""
        return self.entry.verdict if self.entry is not None else Verdict.UNREADABLE

    def kept(self, *, accept: bool) -> LockEntry | None:
        """Return the line that goes into the new lock; an alarm stands until it is accepted."""
        if self.state in ALARMS and not accept:
            return self.known
        if self.state is FileState.UNREADABLE:
            return self.known
        return self.entry


def result_to_dict(result: FileResult) -> dict[str, Any]:
    """Return a result as plain data."""
    return {
        "path": result.path,
        "state": result.state.value,
        "entry": entry_to_dict(result.entry) if result.entry is not None else None,
        "known": entry_to_dict(result.known) if result.known is not None else None,
        "verified": result.verified,
        "reason": result.reason,
    }


def result_from_dict(plain: dict[str, Any]) -> FileResult:
    """Return the result that plain data tells.

    Raises:
        KeyError, TypeError, ValueError: It tells none.
    """
    entry, known = plain["entry"], plain["known"]
    return FileResult(
        path=plain["path"],
        state=FileState(plain["state"]),
        entry=entry_from_dict(entry) if entry is not None else None,
        known=entry_from_dict(known) if known is not None else None,
        verified=bool(plain["verified"]),
        reason=str(plain["reason"]),
    )
