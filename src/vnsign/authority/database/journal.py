"""The hash-chained journal: who did what, when and why, in an order nobody can change unseen.

Invariants:
    - Each act is one entry, written in the transaction that does it.
    - An entry's hash covers the hash before it, so the newest hash (the head) stands for the whole history.
    - An entry names every row the act added, with the SHA-256 of the whole row: a row changed, added or removed behind
      the journal's back no longer fits it.

What it does not do: it does not stop somebody who owns the database from writing the whole chain anew. Keep heads
elsewhere (on paper, in another system, in a signed transcript) and have
:mod:`vnsign.authority.database.journal_check` look for one.

Source: docs/spec/authority-journal.md.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, select

from vnsign.authority.database.tables import JOURNAL
from vnsign.authority.records import Act, JournalAct, JournalEntry
from vnsign.errors import ErrorCode, UsageError
from vnsign.pki.text_preparation import mixed_scripts

DOMAIN = b"vnsign authority journal v1\0"
#: What stands before the first entry.
NO_HASH = bytes(32)
MAX_TEXT = 2_000
#: Categories of characters that no text holds: controls, formats, unassigned, line and paragraph separators.
_REFUSED = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
# Built once: building one of these takes longer than using it.
_HEAD = select(JOURNAL.c.seq, JOURNAL.c.hash).order_by(JOURNAL.c.seq.desc()).limit(1)
_INSERT = JOURNAL.insert()
#: Have the number of rows told also where the database returns what it made of them.
COUNTED: Mapping[str, bool] = {"preserve_rowcount": True}
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))

Detail = str | int | None
#: Canonical JSON is made of these.
Json = Detail | Sequence["Json"] | Mapping[str, "Json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A row that an act added.

    Attributes:
        key: Its primary key as text, parts joined by ``/``.
        sha256: Of the row in canonical form, lower-case hex.
    """

    table: str
    key: str
    sha256: str


def made(table: Table, row: Mapping[str, object]) -> Made:
    """Return what a journal entry says of a row.

    Args:
        table: Whose row it is.
        row: Every column; bytes count as lower-case hex.
    """
    plain = {str(name): _plain(row[str(name)]) for name in table.columns.keys()}  # noqa: SIM118 — not a dict
    key = "/".join(str(plain[column.name]) for column in table.primary_key)
    return Made(table=table.name, key=key, sha256=sha256_hex(canonical(plain).encode()))


def append(
    connection: Connection,
    *,
    at: datetime,
    act: Act,
    what: JournalAct,
    rows: Sequence[Made] = (),
    details: Mapping[str, Detail] | None = None,
) -> JournalEntry:
    """Write the next entry, inside the caller's write transaction; see :func:`compose`."""
    entry = compose(read_head(connection), at=at, act=act, what=what, rows=rows, details=details)
    if connection.execute(_INSERT, row_of(entry), execution_options=COUNTED).rowcount != 1:
        raise ValueError("the table journal did not take an entry")
    return entry


def compose(
    head: tuple[int, bytes],
    *,
    at: datetime,
    act: Act,
    what: JournalAct,
    rows: Sequence[Made] = (),
    details: Mapping[str, Detail] | None = None,
) -> JournalEntry:
    """Return the entry that follows ``head``; it is not written.

    Args:
        head: Number and hash of the entry before; 0 and ``NO_HASH`` if there is none.
        rows: What the act added; ``details`` are further words about it.

    Raises:
        UsageError: ``BAD_ARGUMENT``: nobody is named, or a text is too long or holds what no text holds.
    """
    seq, previous = head[0] + 1, head[1]
    by, why = clean_name(act.by), clean(act.why)
    if not by:
        raise UsageError(ErrorCode.BAD_ARGUMENT, "an act without somebody who does it", way_out="say who acts")
    moment = int(at.timestamp())
    text = canonical({**(details or {}), "rows": [[row.table, row.key, row.sha256] for row in rows]})
    digest = entry_hash(seq, moment, by=by, why=why, act=what.value, details=text, previous=previous)
    return JournalEntry(
        seq=seq,
        at=datetime.fromtimestamp(moment, UTC),
        by=by,
        why=why,
        act=what,
        details=text,
        previous=previous,
        hash=digest,
    )


def read_head(connection: Connection) -> tuple[int, bytes]:
    """Return number and hash of the newest entry; 0 and ``NO_HASH`` if there is none."""
    last = connection.execute(_HEAD).one_or_none()
    return (0, NO_HASH) if last is None else (last.seq, bytes(last.hash))


def row_of(entry: JournalEntry) -> dict[str, object]:
    """Return the row of an entry."""
    return {
        "seq": entry.seq,
        "at": int(entry.at.timestamp()),
        "by": entry.by,
        "why": entry.why,
        "act": entry.act.value,
        "details": entry.details,
        "previous": entry.previous,
        "hash": entry.hash,
    }


def entry_of(row: Row[*tuple[Any, ...]]) -> JournalEntry:
    """Return the entry of a row of the table.

    Raises:
        ValueError: (or TypeError, OverflowError) a row no version of this program wrote.
    """
    return JournalEntry(
        seq=row.seq,
        at=datetime.fromtimestamp(row.at, UTC),
        by=row.by,
        why=row.why,
        act=JournalAct(row.act),
        details=row.details,
        previous=bytes(row.previous),
        hash=bytes(row.hash),
    )


def entry_hash(seq: int, at: int, *, by: str, why: str, act: str, details: str, previous: bytes) -> bytes:
    """Return the SHA-256 of an entry. Source: docs/spec/authority-journal.md."""
    entry = canonical({"seq": seq, "at": at, "by": by, "why": why, "act": act, "details": details})
    return hashlib.sha256(DOMAIN + previous + entry.encode()).digest()


def canonical(value: Json) -> str:
    """Return JSON with sorted keys, no spaces, and every character but quotes, backslash and controls as itself."""
    return _ENCODER.encode(value)


def clean(text: str) -> str:
    """Return a text as the journal keeps it: NFC, no spaces around it.

    Raises:
        UsageError: ``BAD_ARGUMENT``: longer than ``MAX_TEXT`` characters, or with control characters but line feeds.
    """
    value = unicodedata.normalize("NFC", text).strip()
    if len(value) > MAX_TEXT:
        raise UsageError(ErrorCode.BAD_ARGUMENT, f"a text of {len(value)} characters; {MAX_TEXT} are the most")
    # Direction marks and NUL exist in such a text only to deceive its reader; lone surrogates cannot be written.
    if any(unicodedata.category(character) in _REFUSED and character != "\n" for character in value):
        raise UsageError(ErrorCode.BAD_ARGUMENT, f"{text!r} holds control characters")
    return value


def clean_line(text: str) -> str:
    """Return a text of one line as :func:`clean` does.

    Raises:
        UsageError: ``BAD_ARGUMENT``: also a line break: what is read line by line holds none that somebody made up.
    """
    value = clean(text)
    if "\n" in value:
        raise UsageError(ErrorCode.BAD_ARGUMENT, f"{text!r} has more than one line", way_out="write it on one line")
    return value


def clean_name(text: str) -> str:
    """Return the name of somebody who acts as :func:`clean_line` does.

    Does not check: that it is the name of whoever acts. The record keeps what the caller says.

    Raises:
        UsageError: ``BAD_ARGUMENT``: also letters of two scripts that pass for one another.
    Source: Unicode UTS #39 §5.1.
    """
    value = clean_line(text)
    scripts = mixed_scripts(value)
    if scripts:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"{value!a} mixes letters of {' and '.join(script.capitalize() for script in scripts)} that look alike",
            way_out="write a name in one script",
        )
    return value


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of what an entry tells of, lower-case hex."""
    return hashlib.sha256(data).hexdigest()


def _plain(value: object) -> Json:
    match value:
        case None | str() | int():
            return value
        case bytes() | memoryview():
            return bytes(value).hex()
        case _:
            raise TypeError(f"a row holds no {type(value).__name__}")
