"""The lock of an archive: one line a file with its hash and verdict, sorted by path.

Invariants:
    - The lock holds no time of checking and nothing else that changes by itself: two locks of one state are the same
      bytes, and a difference between two is a difference of the archive.
    - Lines are read one after the other; a lock of millions needs no memory.
    - A lock that cannot be read, or is not sorted, is refused whole: nothing is checked against half of one.

What it does not do: guard itself. Whoever can write the lock can hide a change: keep it under version control, signed,
or on another machine.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vnsign.adapters.files import reason_of
from vnsign.errors import ErrorCode, InputError
from vnsign.report import Verdict

VERSION = 1
_MAX_LINE_BYTES = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class LockHeader:
    """The first line: by what the verdicts below were reached.

    Attributes:
        policy: Name of the validation policy.
        trust: SHA-256 over the fingerprints of all anchors, lower-case hex.
    """

    policy: str
    trust: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LockEntry:
    """One file as it was when it was checked.

    Attributes:
        path: Relative to the archive, ``/`` between its parts.
        sha256: Of the content, lower-case hex.
        size: In bytes.
        level: Lowest level among its signatures, empty without one.
        until: Moment (aware UTC) from which it proves nothing any more unless it is renewed; None if unknown.
        ends: What ends then.
    """

    path: str
    sha256: str
    size: int
    verdict: Verdict
    level: str = ""
    until: datetime | None = None
    ends: str = ""

    def key(self) -> bytes:
        """Return what lines are sorted by."""
        return os.fsencode(self.path)


def write_header(header: LockHeader) -> bytes:
    """Return the first line."""
    return _line({"vnsign-archive": VERSION, "policy": header.policy, "trust": header.trust})


def write_entry(entry: LockEntry) -> bytes:
    """Return the line of a file."""
    return _line(entry_to_dict(entry))


def entry_to_dict(entry: LockEntry) -> dict[str, Any]:
    """Return an entry as plain data."""
    until = entry.until.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if entry.until is not None else None
    return {
        "path": entry.path,
        "sha256": entry.sha256,
        "size": entry.size,
        "verdict": entry.verdict.value,
        "level": entry.level,
        "until": until,
        "ends": entry.ends,
    }


def entry_from_dict(plain: dict[str, Any]) -> LockEntry:
    """Return the entry that plain data tells.

    Raises:
        KeyError, TypeError, ValueError: It tells none.
    """
    until = plain["until"]
    entry = LockEntry(
        path=str(plain["path"]),
        sha256=bytes.fromhex(plain["sha256"]).hex(),
        size=int(plain["size"]),
        verdict=Verdict(plain["verdict"]),
        level=str(plain["level"]),
        until=datetime.fromisoformat(until) if until is not None else None,
        ends=str(plain["ends"]),
    )
    entry.key()
    return entry


class LockFile:
    """A lock on disk, or the lock that is not there yet."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def header(self) -> LockHeader | None:
        """Return the first line, None if there is no lock.

        Raises:
            InputError: NOT_READABLE, MALFORMED_LOCK.
        """
        return next((header for _, header in self._lines() if isinstance(header, LockHeader)), None)

    def entries(self) -> Iterator[LockEntry]:
        """Yield the files, sorted.

        Raises:
            InputError: NOT_READABLE, MALFORMED_LOCK.
        """
        before = b""
        for number, entry in self._lines():
            if isinstance(entry, LockEntry):
                key = entry.key()
                if key <= before:
                    raise self._refusal(number, "is not sorted, or names a file twice")
                before = key
                yield entry

    def sha256(self) -> str:
        """Return the digest of the whole lock, empty if there is none.

        Raises:
            InputError: NOT_READABLE.
        """
        if not self.path.exists():
            return ""
        try:
            with self.path.open("rb") as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as exc:
            raise InputError(ErrorCode.NOT_READABLE, f"cannot be read: {reason_of(exc)}", file=str(self.path)) from exc

    def _lines(self) -> Iterator[tuple[int, LockHeader | LockEntry]]:
        try:
            with self.path.open("rb") as stream:
                for number, line in enumerate(iter(lambda: stream.readline(_MAX_LINE_BYTES), b""), 1):
                    yield number, self._read(number, line)
        except FileNotFoundError:
            return
        except OSError as exc:
            raise InputError(ErrorCode.NOT_READABLE, f"cannot be read: {reason_of(exc)}", file=str(self.path)) from exc

    def _read(self, number: int, line: bytes) -> LockHeader | LockEntry:
        try:
            plain = json.loads(line) if line.endswith(b"\n") else {}
            if number > 1:
                return entry_from_dict(plain)
            if plain["vnsign-archive"] != VERSION:
                raise self._refusal(number, "is of another version")
            return LockHeader(policy=str(plain["policy"]), trust=str(plain["trust"]))
        except (KeyError, TypeError, ValueError, RecursionError) as exc:
            raise self._refusal(number, "cannot be read") from exc

    def _refusal(self, number: int, reason: str) -> InputError:
        return InputError(
            ErrorCode.MALFORMED_LOCK,
            f"line {number} {reason}",
            file=str(self.path),
            way_out="take it back from version control or a copy; without a lock the archive is checked anew",
        )


def _line(plain: dict[str, Any]) -> bytes:
    text = json.dumps(plain, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"
