"""Audit leaves: what is committed to, and how a commitment is opened.

Invariants:
    - A leaf says nothing about its event: it is a commitment under 32 random bytes, so the log can be shown to anyone.
    - A payload that opens a leaf is the only one: another payload or salt gives another commitment.
    - The payload carries every evidence column of every row that the transaction wrote.

What it does not do: it makes no salt (randomness is an argument) and keeps nothing.

Source: docs/spec/audit-log.md §2, §3 (final from version 1).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

import msgspec

from docflow.audit.canonical import Json, PlainInteger, encode_canonical, encode_checked, parse_canonical
from docflow.audit.merkle import hash_leaf
from docflow.errors import ErrorCode, InputError, UsageError
from docflow.model import LAW_TIME_ZONE
from docflow.ports import LoggedRow, WrittenRow

FORMAT_VERSION = 1
"""The version of leaf and payload written here."""

SALT_BYTES = 32
"""docs/spec/audit-log.md §3: with a fixed length, salt and payload cannot be shifted into each other."""


class RegisterLink(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The place of a number in its register's chain; ``previous`` is the leaf hash of the number before, None for 1."""

    register: str
    year: int
    number: int
    previous: bytes | None


class AuditEvent(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What happened, in one transaction."""

    type: str
    time: datetime
    actor: str
    agency: str
    subject: str
    rows: Sequence[WrittenRow]
    link: RegisterLink | None = None


class Leaf(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A committed event with what opens it; ``hash`` is the leaf hash in the tree."""

    data: bytes
    salt: bytes
    payload: bytes
    hash: bytes


class OpenedLeaf(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A payload as parsed from bytes that were logged."""

    type: str
    time: str
    actor: str
    agency: str
    subject: str
    rows: tuple[LoggedRow, ...]
    link: RegisterLink | None


class _LinkMember(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """``link`` in the payload."""

    number: PlainInteger
    previous_in_register: str | None
    register: str
    year: PlainInteger


class _Payload(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Members of a payload, for the encoder."""

    actor: str
    agency: str
    link: _LinkMember | None
    rows: Sequence[WrittenRow]
    subject: str
    time: str
    type: str
    v: int


def format_time(moment: datetime) -> str:
    """Return an aware time as RFC 3339 in +07:00 with milliseconds, e.g. ``2026-01-05T08:00:00.000+07:00``.

    Raises:
        UsageError: ``BAD_ARGUMENT``; the time has no zone.
    """
    if moment.tzinfo is None:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT, "a time without a time zone cannot be logged", vi="Thời gian phải có múi giờ."
        )
    return _format_time(moment, moment.fold)


@lru_cache(maxsize=256)
def _format_time(moment: datetime, _fold: int) -> str:
    """Keep what was said last; the two times of an hour that a zone repeats are equal, and told apart by their fold."""
    return moment.astimezone(LAW_TIME_ZONE).isoformat(timespec="milliseconds")


def build_payload(event: AuditEvent) -> bytes:
    """Return the payload of an event.

    Raises:
        UsageError, InputError: A time without zone, or a value without canonical form.
    Source: docs/spec/audit-log.md §2.
    """
    link = event.link
    return encode_checked(
        {
            "v": FORMAT_VERSION,
            "type": event.type,
            "time": format_time(event.time),
            "actor": event.actor,
            "agency": event.agency,
            "subject": event.subject,
            "link": None
            if link is None
            else {
                "register": link.register,
                "year": link.year,
                "number": link.number,
                "previous_in_register": None if link.previous is None else link.previous.hex(),
            },
            "rows": event.rows,
        },
        _Payload,
    )


def commit_payload(payload: bytes, salt: bytes) -> Leaf:
    """Return the leaf that commits to a payload.

    Raises:
        UsageError: ``BAD_ARGUMENT``; the salt has not 32 bytes.
    Source: docs/spec/audit-log.md §3.
    """
    if len(salt) != SALT_BYTES:
        raise UsageError(ErrorCode.BAD_ARGUMENT, "a salt has 32 bytes", vi="Muối phải dài 32 byte.")
    commitment = hashlib.sha256(salt + payload).hexdigest()
    # Written out because nothing in it needs escaping: the same bytes as encode_canonical gives, many times faster.
    data = b'{"commitment":"%s","v":%d}' % (commitment.encode(), FORMAT_VERSION)
    return Leaf(data=data, salt=salt, payload=payload, hash=hash_leaf(data))


def open_payload(payload: bytes) -> OpenedLeaf:
    """Parse a payload.

    Does not check: that it opens any leaf; see :func:`verify_opened_leaf`.

    Raises:
        InputError: ``MALFORMED_INPUT``; not canonical, another version, a missing, surplus or wrongly typed member.
    Source: docs/spec/audit-log.md §2.
    """
    value = parse_canonical(payload)
    members = {"v", "type", "time", "actor", "agency", "subject", "link", "rows"}
    if not isinstance(value, dict) or set(value) != members or value["v"] != FORMAT_VERSION:
        raise _malformed()
    rows = value["rows"]
    if not isinstance(rows, list):
        raise _malformed()
    return OpenedLeaf(
        type=_text(value["type"]),
        time=_text(value["time"]),
        actor=_text(value["actor"]),
        agency=_text(value["agency"]),
        subject=_text(value["subject"]),
        rows=tuple(_row(row) for row in rows),
        link=_link(value["link"]),
    )


def verify_opened_leaf(leaf_data: bytes, *, salt: bytes, payload: bytes) -> OpenedLeaf:
    """Return the event that a leaf commits to.

    Raises:
        InputError: ``EVIDENCE_BROKEN``; salt and payload do not open this leaf. ``MALFORMED_INPUT``; it is no event.
    Source: docs/spec/audit-log.md §3.
    """
    if len(salt) != SALT_BYTES or commit_payload(payload, salt).data != leaf_data:
        raise InputError(
            ErrorCode.EVIDENCE_BROKEN,
            "salt and payload do not open the leaf",
            vi="Nội dung không khớp với mục nhật ký đã cam kết.",
        )
    return open_payload(payload)


def encode_opening(leaf: Leaf) -> bytes:
    """Return what opens a leaf, for the ``extra`` line of a proof: canonical JSON with base64 salt and payload.

    Source: docs/spec/audit-log.md §5.
    """
    return encode_canonical(
        {
            "v": FORMAT_VERSION,
            "salt": base64.b64encode(leaf.salt).decode(),
            "payload": base64.b64encode(leaf.payload).decode(),
        }
    )


def parse_opening(data: bytes) -> Leaf:
    """Return the leaf that an opening makes; the caller looks for its hash in the log.

    Raises:
        InputError: ``MALFORMED_INPUT``.
    Source: docs/spec/audit-log.md §5.
    """
    value = parse_canonical(data)
    if not isinstance(value, dict) or set(value) != {"v", "salt", "payload"} or value["v"] != FORMAT_VERSION:
        raise _malformed()
    try:
        salt = base64.b64decode(_text(value["salt"]), validate=True)
        payload = base64.b64decode(_text(value["payload"]), validate=True)
    except ValueError as exc:
        raise _malformed() from exc
    if len(salt) != SALT_BYTES:
        raise _malformed()
    leaf = commit_payload(payload, salt)
    if encode_opening(leaf) != data:
        raise _malformed()
    return leaf


def _row(value: Json) -> LoggedRow:
    if not isinstance(value, dict) or set(value) != {"table", "key", "values"}:
        raise _malformed()
    return LoggedRow(table=_text(value["table"]), key=_scalars(value["key"]), values=_scalars(value["values"]))


def _scalars(value: Json) -> dict[str, str | int | None]:
    if not isinstance(value, dict):
        raise _malformed()
    scalars: dict[str, str | int | None] = {}
    for name, item in value.items():
        if item is not None and type(item) is not str and type(item) is not int:
            raise _malformed()
        scalars[name] = item
    return scalars


def _link(value: Json) -> RegisterLink | None:
    if value is None:
        return None
    if not isinstance(value, dict) or set(value) != {"register", "year", "number", "previous_in_register"}:
        raise _malformed()
    year, number, previous = value["year"], value["number"], value["previous_in_register"]
    if type(year) is not int or type(number) is not int:
        raise _malformed()
    return RegisterLink(
        register=_text(value["register"]),
        year=year,
        number=number,
        previous=None if previous is None else _hash(_text(previous)),
    )


def _hash(text: str) -> bytes:
    try:
        data = bytes.fromhex(text)
    except ValueError as exc:
        raise _malformed() from exc
    if len(data) != SALT_BYTES or data.hex() != text:
        raise _malformed()
    return data


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise _malformed()
    return value


def _malformed() -> InputError:
    return InputError(ErrorCode.MALFORMED_INPUT, "malformed audit payload", vi="Mục nhật ký không đúng dạng.")
