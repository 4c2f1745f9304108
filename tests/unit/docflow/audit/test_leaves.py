"""Leaves: the format that must never change, and how they are opened."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from docflow.audit import (
    AuditEvent,
    RegisterLink,
    build_payload,
    commit_payload,
    encode_opening,
    format_time,
    open_payload,
    parse_canonical,
    parse_opening,
    verify_opened_leaf,
)
from docflow.errors import DocflowError, ErrorCode
from docflow.ports import WrittenRow

EVENT = AuditEvent(
    type="document_numbered",
    time=datetime(2026, 1, 5, 1, 2, 3, 456_000, tzinfo=UTC),
    actor="Văn thư",
    agency="H99",
    subject="d1",
    rows=(
        WrittenRow(
            key=msgspec.convert({"id": "d1"}, msgspec.defstruct("key", ["id"])),
            table="t",
            values=msgspec.convert(
                {"n": 1, "text": "Quyết định", "none": None}, msgspec.defstruct("values", ["n", "none", "text"])
            ),
        ),
    ),
    link=RegisterLink(register="van_ban_di", year=2026, number=2, previous=bytes(32)),
)
PAYLOAD = (
    '{"actor":"Văn thư","agency":"H99","link":{"number":2,"previous_in_register":"'
    + "00" * 32
    + '","register":"van_ban_di","year":2026},"rows":[{"key":{"id":"d1"},"table":"t","values":'
    '{"n":1,"none":null,"text":"Quyết định"}}],"subject":"d1","time":"2026-01-05T08:02:03.456+07:00",'
    '"type":"document_numbered","v":1}'
).encode()
SALT = bytes(range(32))


def test_the_bytes_of_payload_and_leaf_are_those_of_the_specification() -> None:
    """docs/spec/audit-log.md §2, §3, version 1: written out here, so that nobody changes them unseen."""
    assert build_payload(EVENT) == PAYLOAD
    leaf = commit_payload(PAYLOAD, SALT)
    commitment = hashlib.sha256(SALT + PAYLOAD).hexdigest()
    assert leaf.data == f'{{"commitment":"{commitment}","v":1}}'.encode()
    assert leaf.hash == hashlib.sha256(b"\x00" + leaf.data).digest()
    parse_canonical(leaf.data)


def test_a_leaf_is_opened_by_its_salt_and_payload_alone() -> None:
    """Another salt or payload does not open it, also if bytes are shifted from one to the other."""
    leaf = commit_payload(PAYLOAD, SALT)
    opened = verify_opened_leaf(leaf.data, salt=SALT, payload=PAYLOAD)
    assert (opened.type, opened.subject, opened.link) == (EVENT.type, "d1", EVENT.link)
    for salt, payload in (
        (bytes(32), PAYLOAD),
        (SALT, PAYLOAD.replace(b"H99", b"H98")),
        (SALT + PAYLOAD[:1], PAYLOAD[1:]),
        (SALT[:31], SALT[31:] + PAYLOAD),
    ):
        with pytest.raises(DocflowError) as caught:
            verify_opened_leaf(leaf.data, salt=salt, payload=payload)
        assert caught.value.code is ErrorCode.EVIDENCE_BROKEN


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"v":1', b'"v":2'),
        (b'"v":1', b'"v":1.0'),
        (b'"n":1', b'"n":1.5'),
        (b'"n":1', b'"n":9007199254740992'),
        (b'"n":1', b'"n":[1]'),
        (b'"n":1', b'"n":true'),
        (b'"year":2026', b'"year":"2026"'),
        (b'"subject":"d1"', b'"subject":1'),
        (b'"rows":[', b'"rows": ['),
        (b'"table":"t",', b""),
        (b'{"actor"', b'{"a":1,"actor"'),
        ("Quyết".encode(), b"Quy\xff"),
        ("Quyết".encode(), b"\\u0041"),
        (b"00" * 32, b"00" * 31),
        (b"00" * 32, b"0A" + b"00" * 31),
        (b"}", b""),
    ],
)
def test_a_payload_in_any_other_form_is_refused(old: bytes, new: bytes) -> None:
    """Canonical form only: one event, one text."""
    assert old in PAYLOAD
    with pytest.raises(DocflowError) as caught:
        open_payload(PAYLOAD.replace(old, new))
    assert caught.value.code is ErrorCode.MALFORMED_INPUT


def test_an_opening_is_read_back_and_nothing_else_is_taken() -> None:
    """docs/spec/audit-log.md §5: the extra line of a proof."""
    leaf = commit_payload(PAYLOAD, SALT)
    data = encode_opening(leaf)
    assert parse_opening(data) == leaf
    for wrong in (b"", b"{}", data[:-1], data.replace(b'"v":1', b'"v":2'), data.replace(b'"salt":"A', b'"salt":"')):
        with pytest.raises(DocflowError):
            parse_opening(wrong)


def test_time_is_logged_in_law_time_with_milliseconds() -> None:
    """RFC 3339, +07:00; a time without a zone is refused."""
    assert format_time(datetime(2025, 12, 31, 17, tzinfo=UTC)) == "2026-01-01T00:00:00.000+07:00"
    with pytest.raises(DocflowError):
        format_time(datetime(2026, 1, 1))  # noqa: DTZ001 - the mistake under test


def test_a_salt_of_another_length_is_refused() -> None:
    """A short salt would not hide; a variable one would not bind."""
    with pytest.raises(DocflowError):
        commit_payload(PAYLOAD, bytes(31))


def test_an_hour_that_comes_twice_is_logged_as_two_times() -> None:
    """Where clocks are put back, Python calls both times equal: what was logged of one is not taken for the other."""
    first = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    second = first.replace(fold=1)
    assert first == second
    assert format_time(first) == "2026-10-25T07:30:00.000+07:00"
    assert format_time(second) == "2026-10-25T08:30:00.000+07:00"
