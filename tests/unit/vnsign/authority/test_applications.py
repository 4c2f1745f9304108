"""Applications read from words."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

import pytest

from vnsign.authority.batches.applications import (
    application_from_fields,
    fields_from_subject,
    parse_moment,
    parse_serial,
)
from vnsign.errors import ErrorCode, UsageError
from vnsign.policy.lifecycle import RequestKind, RevocationCase
from vnsign.policy.profiles import CertificateProfile

OFFICIAL = {
    "profile": "official",
    "agency": "Văn phòng UBND tỉnh",
    "document": "12/VP-CNTT",
    "cn": "Nguyễn Văn An",
    "o": "UBND tỉnh An Bình",
    "ou1": "Sở Nội vụ",
    "ou2": "Phòng Công chức",
    "l": "An Bình",
    "email": "an.nv@anbinh.gov.vn",
}


def test_every_field_of_a_new_certificate_is_read() -> None:
    """The fields of form 01 stand where the record has them."""
    read = application_from_fields({**OFFICIAL, "not_after": "2030-12-31"}, csr=b"csr")

    assert (read.kind, read.profile, read.csr) == (RequestKind.NEW, CertificateProfile.OFFICIAL, b"csr")
    assert (read.agency, read.document) == ("Văn phòng UBND tỉnh", "12/VP-CNTT")
    assert read.subject is not None
    assert read.subject.units == ("Sở Nội vụ", "Phòng Công chức")
    assert (read.subject.locality, read.subject.email) == ("An Bình", "an.nv@anbinh.gov.vn")
    assert read.not_after == datetime(2030, 12, 31, 16, 59, 59, tzinfo=UTC)
    assert (read.serial, read.case, read.invalidity_date) == (None, None, None)


def test_a_revocation_is_read() -> None:
    """Form 05: serial number, case, and since when."""
    fields = {
        "kind": "revoke",
        "agency": "A",
        "serial": "3F:A2",
        "case": "device_lost",
        "invalidity_date": "2026-03-01",
    }
    read = application_from_fields(fields)

    assert (read.kind, read.serial, read.case) == (RequestKind.REVOKE, 0x3FA2, RevocationCase.DEVICE_LOST)
    assert read.invalidity_date == datetime(2026, 2, 28, 17, tzinfo=UTC)
    assert (read.profile, read.subject) == (None, None)


def test_decomposed_text_becomes_composed() -> None:
    """A name typed on another system is the same name."""
    fields = {name: unicodedata.normalize("NFD", f"  {value} ") for name, value in OFFICIAL.items()}

    assert application_from_fields(fields) == application_from_fields(OFFICIAL)


def test_empty_fields_are_absent_fields() -> None:
    """A spreadsheet has a cell for every column."""
    assert application_from_fields({**OFFICIAL, "not_after": " ", "serial": ""}) == application_from_fields(OFFICIAL)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"phone": "1"}, "phone"),
        ({"kind": "steal"}, "kind: there is no 'steal' (use new, renew"),
        ({"profile": "root"}, "root"),
        ({"profile": "tsa"}, "tsa"),
        ({"profile": "boss"}, "use agency_seal, official, service"),
        ({"case": "bored"}, "key_exposed"),
        ({"serial": "-5"}, "'-5'"),
        ({"serial": "g"}, "'g'"),
        ({"serial": "f" * 41}, "40 hexadecimal digits"),
        ({"not_after": "31/12/2030"}, "2030-12-31"),
        ({"not_after": "9999-12-31T23:59:59-12:00"}, "'9999-12-31T23:59:59-12:00'"),
        ({"cn": "An"}, "no o"),
        ({"o": "UBND"}, "no cn"),
        ({"cn": "An", "o": "UBND", "ou2": "Phòng"}, "ou1"),
        ({"cn": "An\u202e", "o": "UBND"}, "control characters"),
        ({"cn": "An", "o": "UBND", "email": "an@"}, "an@"),
    ],
)
def test_what_cannot_be_read_is_named(fields: dict[str, str], named: str) -> None:
    """The error says which field, and what it may be."""
    with pytest.raises(UsageError) as caught:
        application_from_fields(fields)

    assert caught.value.code is ErrorCode.BAD_ARGUMENT
    assert named in str(caught.value)


@pytest.mark.parametrize("text", ["3fa2", "3FA2", "0x3fa2", "3f:a2", " 3f a2 "])
def test_a_serial_number_is_read_as_people_copy_it(text: str) -> None:
    """With or without colons, spaces, 0x."""
    assert parse_serial(text) == 0x3FA2


def test_a_time_without_offset_is_vietnamese() -> None:
    """And one with an offset is what it says; fractions of a second go."""
    assert parse_moment("2026-01-31T17:00:00") == datetime(2026, 1, 31, 10, tzinfo=UTC)
    assert parse_moment("2026-01-31T17:00:00.9Z") == datetime(2026, 1, 31, 17, tzinfo=UTC)
    assert parse_moment("2026-01-31T17:00:00", end_of_day=True) == datetime(2026, 1, 31, 10, tzinfo=UTC)


def test_a_subject_goes_to_fields_and_back() -> None:
    """The two directions agree."""
    subject = application_from_fields(OFFICIAL).subject
    assert subject is not None
    assert application_from_fields(fields_from_subject(subject)).subject == subject
