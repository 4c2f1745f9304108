"""An application read from words: the columns of a list, the fields of a JSON file, the options of a command.

Invariants:
    - Any mapping of text gives an :class:`~vnsign.authority.records.Application` or our error naming the field.
    - Text is NFC and without spaces around it; an empty field is the same as an absent one.

What it does not do: it opens no file (who calls reads the request for a certificate), and it does not judge the
application; the authority does.

Source: Nghị định 68/2024/NĐ-CP, Mẫu 01–06 (what the forms ask for).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import TypeVar

from vnsign.authority.records import Application
from vnsign.errors import ErrorCode, UsageError
from vnsign.pki.names import Subject
from vnsign.policy.lifecycle import NEW_FORMS, RequestKind, RevocationCase
from vnsign.policy.profiles import CertificateProfile

#: A time without an offset is Vietnamese time (Asia/Ho_Chi_Minh: UTC+7 without daylight saving since 1975).
VIETNAM_TIME = timezone(timedelta(hours=7), "+07")

#: Fields of an application, and what they mean; ``csr`` names a file.
FIELDS: Mapping[str, str] = {
    "kind": "new (default), renew, change, revoke, restore_device",
    "profile": "official, agency_seal, service; for a new certificate",
    "agency": "the agency in direct charge, which makes the request",
    "document": "number and symbol of its letter",
    "cn": "common name: the person, the agency, the device or service",
    "o": "organization",
    "ou1": "organizational unit, the outer one",
    "ou2": "organizational unit inside ou1",
    "l": "locality: province or city",
    "email": "official e-mail address",
    "c": "country, two letters [VN]",
    "csr": "file with the request for a certificate (PKCS#10)",
    "serial": "certificate concerned, hexadecimal; for all but a new certificate",
    "not_after": "earlier end of validity: a date (its last second in Vietnam) or an ISO 8601 time",
    "case": "case of revocation",
    "invalidity_date": "since when the key may have been in other hands: a date or an ISO 8601 time",
}
_SUBJECT_FIELDS = ("cn", "o", "ou1", "ou2", "l", "email", "c")
#: Profiles a subscriber can ask for.
REQUESTABLE = tuple(sorted(profile.value for profile in NEW_FORMS))
#: A serial number has at most 20 octets (RFC 5280 §4.1.2.2).
_SERIAL = re.compile("[0-9a-f]{1,40}")

_E = TypeVar("_E", bound=StrEnum)


def clean_text(text: str) -> str:
    """Return ``text`` in NFC without spaces around it."""
    return unicodedata.normalize("NFC", text).strip()


def application_from_fields(fields: Mapping[str, str], *, csr: bytes | None = None) -> Application:
    """Return the application that ``fields`` describe.

    Does not check: that the fields a kind of request needs are there, and superfluous ones are not: the authority does.

    Args:
        fields: Names as in :data:`FIELDS`; values as text.
        csr: Content of the file that the field ``csr`` names, or of a request made here.

    Raises:
        UsageError: ``BAD_ARGUMENT``: an unknown field, or a value that cannot be read; the field is named.
    """
    unknown = sorted(set(fields) - set(FIELDS))
    if unknown:
        raise _bad(f"there is no field {', '.join(unknown)}", f"use {', '.join(FIELDS)}")
    given = {name: text for name, value in fields.items() if (text := clean_text(value))}
    profile = given.get("profile")
    return Application(
        kind=_member("kind", given.get("kind", RequestKind.NEW).replace("-", "_"), RequestKind),
        agency=given.get("agency", ""),
        document=given.get("document", ""),
        profile=_profile(profile) if profile is not None else None,
        subject=_subject(given),
        csr=csr,
        serial=parse_serial(given["serial"]) if "serial" in given else None,
        not_after=parse_moment(given["not_after"], end_of_day=True) if "not_after" in given else None,
        case=_member("case", given["case"].replace("-", "_"), RevocationCase) if "case" in given else None,
        invalidity_date=parse_moment(given["invalidity_date"]) if "invalidity_date" in given else None,
    )


def parse_serial(text: str) -> int:
    """Read a serial number as people copy it: hexadecimal, with or without ``0x``, colons and spaces.

    Raises:
        UsageError: ``BAD_ARGUMENT``.
    """
    digits = re.sub(r"[:\s]", "", clean_text(text).lower()).removeprefix("0x")
    if not _SERIAL.fullmatch(digits):
        raise _bad(f"{text!r} is not a serial number", "give up to 40 hexadecimal digits, as `vnsign ca list` shows")
    return int(digits, 16)


def parse_moment(text: str, *, end_of_day: bool = False) -> datetime:
    """Read an ISO 8601 date or time as UTC in whole seconds; without an offset it is Vietnamese.

    Args:
        text: A date such as ``2030-12-31``, or a time such as ``2026-01-31T17:00:00+07:00``.
        end_of_day: A date alone means its last second instead of its first.

    Raises:
        UsageError: ``BAD_ARGUMENT``.
    """
    try:
        moment = datetime.fromisoformat(clean_text(text))
        aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=VIETNAM_TIME)
        if end_of_day and re.fullmatch(r"\d{4}-?\d{2}-?\d{2}", clean_text(text)):
            aware += timedelta(days=1, seconds=-1)
        return aware.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        raise _bad(f"{text!r} is no date and no time", "write 2030-12-31 or 2026-01-31T17:00:00+07:00") from None


def fields_from_subject(subject: Subject) -> dict[str, str]:
    """Return a subject as the fields it is read from; the way back from :func:`application_from_fields`."""
    values = {
        "cn": subject.common_name,
        "o": subject.organization,
        "l": subject.locality or "",
        "email": subject.email or "",
        "c": subject.country,
    }
    values |= {f"ou{number}": unit for number, unit in enumerate(subject.units, 1)}
    return {name: value for name, value in values.items() if value}


def _subject(given: Mapping[str, str]) -> Subject | None:
    if not any(name in given for name in _SUBJECT_FIELDS):
        return None
    missing = [name for name in ("cn", "o") if name not in given]
    if missing:
        raise _bad(f"the subject has no {' and no '.join(missing)}", "give cn and o, or no part of a subject at all")
    return Subject(
        common_name=given["cn"],
        organization=given["o"],
        units=_units(given),
        locality=given.get("l"),
        email=given.get("email"),
        country=given.get("c", "VN").upper(),
    )


def _units(given: Mapping[str, str]) -> tuple[str, ...]:
    if "ou2" in given and "ou1" not in given:
        raise _bad("ou2 stands without ou1", "the outer unit is ou1")
    return tuple(given[name] for name in ("ou1", "ou2") if name in given)


def _profile(text: str) -> CertificateProfile:
    profile = _member("profile", text.replace("-", "_"), CertificateProfile, allowed=REQUESTABLE)
    if profile not in NEW_FORMS:
        raise _bad(f"nobody can ask for a certificate of the profile {text}", f"use {', '.join(REQUESTABLE)}")
    return profile


def _member(name: str, text: str, kind: type[_E], *, allowed: Sequence[str] | None = None) -> _E:
    try:
        return kind(text.lower())
    except ValueError:
        raise _bad(f"{name}: there is no {text!r}", f"use {', '.join(allowed or kind)}") from None


def _bad(message: str, way_out: str) -> UsageError:
    return UsageError(ErrorCode.BAD_ARGUMENT, message, way_out=way_out)
