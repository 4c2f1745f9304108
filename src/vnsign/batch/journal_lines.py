"""The lines of a journal: one JSON object each.

::

    {"vnsign-journal": 1}
    {"run": 1, "since": 1, "force": false, "identity": "…", "certificate": "…", "at": "2026-01-05T08:00:00+00:00"}
    {"todo": [["CV-15.pdf", "identity"], …], "run": 1}
    {"done": [["CV-15.pdf", "identity", "SHA-256 of the source", "SHA-256 of the target"], …], "run": 1}
    {"failed": [["CV-16.pdf", "identity", "encrypted_pdf"], …], "run": 1}
    {"end": 1}

Names are paths of targets, from the journal's folder where they lie below it.

Invariants:
    - :func:`parse_line` is total: any bytes give a line or :class:`~vnsign.errors.InputError`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from vnsign.errors import ErrorCode, InputError

FIRST_LINE = {"vnsign-journal": 1}
#: A line holds one chunk of at most some hundred names of at most 4096 bytes.
MAX_LINE_BYTES = 16 * 1024 * 1024


class EntryKind(StrEnum):
    """How far a job came."""

    TODO = "todo"
    DONE = "done"
    FAILED = "failed"


#: Strings in an entry of each kind, name and identity first.
_WIDTHS = {EntryKind.TODO: 2, EntryKind.DONE: 4, EntryKind.FAILED: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the journal says of one job; the digests are empty unless it is done."""

    kind: EntryKind
    run: int
    name: str
    identity: str
    source_sha256: str = ""
    target_sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHeader:
    """The beginning of a run.

    Attributes:
        since: The run whose work this one goes on with; itself, or 1 unless files are replaced.
        force: Files that stand at the targets are replaced.
    """

    run: int
    since: int
    force: bool
    identity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnd:
    """A run came to its end."""

    run: int


Line = RunHeader | RunEnd | tuple[Entry, ...]


def write_line(content: dict[str, Any]) -> bytes:
    """Return a line; names that are no Unicode survive as lone surrogates, escaped."""
    return json.dumps(content, separators=(",", ":")).encode("ascii") + b"\n"


def is_first_line(line: bytes) -> bool:
    """Return whether ``line`` begins a journal of this version."""
    return line == write_line(FIRST_LINE)


def parse_line(line: bytes) -> Line:
    """Return what a line after the first one says.

    Raises:
        InputError: MALFORMED_JOURNAL.
    """
    try:
        content = json.loads(line)
        return _line(content)
    except (ValueError, TypeError, KeyError, RecursionError) as exc:
        raise InputError(ErrorCode.MALFORMED_JOURNAL, f"a line of the journal cannot be read: {line[:60]!r}") from exc


def _line(content: dict[str, Any]) -> Line:
    for kind in EntryKind:
        if kind.value in content:
            return tuple(_entry(kind, _number(content["run"]), each) for each in content[kind.value])
    if "end" in content:
        return RunEnd(run=_number(content["end"]))
    force = content["force"]
    if not isinstance(force, bool):
        raise TypeError
    return RunHeader(
        run=_number(content["run"]),
        since=_number(content["since"]),
        force=force,
        identity=_text(content["identity"]),
    )


def _entry(kind: EntryKind, run: int, values: list[Any]) -> Entry:
    texts = [_text(value) for value in values]
    if len(texts) != _WIDTHS[kind]:
        raise ValueError
    if kind is not EntryKind.DONE:
        return Entry(kind=kind, run=run, name=texts[0], identity=texts[1])
    return Entry(kind=kind, run=run, name=texts[0], identity=texts[1], source_sha256=texts[2], target_sha256=texts[3])


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    return value
