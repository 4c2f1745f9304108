"""Records as text and as JSON.

Invariants:
    - Numbers of certificates are lower-case hexadecimal everywhere, times ISO 8601.
    - JSON holds every fact of a record; text holds what an official asks about.
    - A value is one line of text: what would break it, or not be seen, is escaped.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import click
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from vnsign.authority.batches.applications import VIETNAM_TIME
from vnsign.authority.records import Application, CertificateRecord, JournalEntry, RequestRecord, StatusChange
from vnsign.cli.ca.words import CASES, ISSUERS, KINDS, LABELS, PROFILES, STATES, STATUS, Label
from vnsign.verification.messages import Language

#: What a spreadsheet computes begins with one of these.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def print_json(value: object) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def one_line(text: str) -> str:
    """Return a text as it is shown: what would begin a line, or turn the direction of reading, is escaped."""
    return "".join(c if c.isprintable() or unicodedata.category(c) == "Zs" else _escaped(c) for c in text)


def spreadsheet_text(value: object) -> str:
    """Return a cell that no spreadsheet takes for a formula; None is an empty one.

    Source: OWASP, CSV Injection.
    """
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def hex_serial(serial: int | None) -> str | None:
    """Return a serial number as it stands in lists and in file names."""
    return None if serial is None else f"{serial:x}"


def common_name(name: x509.Name) -> str:
    """Return the name people call a subject by."""
    found = name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(found[0].value) if found else name.rfc4514_string()


def name_text(name: x509.Name) -> str:
    """Return a name as RFC 4514 writes it; the e-mail address as ``E``, which it knows by number only."""
    return name.rfc4514_string({x509.NameOID.EMAIL_ADDRESS: "E"})


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of a certificate, hexadecimal."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def status_of(record: CertificateRecord, now: datetime) -> str:
    """Return ``revoked``, ``held``, ``expired``, ``not_yet_valid`` or ``good``; the worst that is so."""
    if record.revocation is not None:
        return record.revocation.kind.value
    if now > record.certificate.not_valid_after_utc:
        return "expired"
    return "not_yet_valid" if now < record.certificate.not_valid_before_utc else "good"


def local(moment: datetime) -> str:
    """Return a time as an official reads it."""
    return f"{moment.astimezone(VIETNAM_TIME):%d/%m/%Y %H:%M:%S}"


# ---------------------------------------------------------------- JSON


def certificate_json(record: CertificateRecord, now: datetime) -> dict[str, Any]:
    """Return all facts of a certificate's record."""
    certificate = record.certificate
    return {
        "serial": hex_serial(certificate.serial_number),
        "subject": name_text(certificate.subject),
        "common_name": common_name(certificate.subject),
        "profile": record.profile.value,
        "issuer": record.issuer.value,
        "subscriber": record.subscriber,
        "not_before": certificate.not_valid_before_utc.isoformat(),
        "not_after": certificate.not_valid_after_utc.isoformat(),
        "status": status_of(record, now),
        "issued_at": record.issued_at.isoformat(),
        "request": record.request_id,
        "replaces": hex_serial(record.replaces),
        "sha256": fingerprint(certificate),
        "key_sha256": _key_hash(certificate),
        "changes": [_change_json(change) for change in record.changes],
    }


def request_json(record: RequestRecord) -> dict[str, Any]:
    """Return all facts of a request's record."""
    return {
        "id": record.id,
        "form": record.form.value,
        "state": record.state.value,
        "profile": record.profile.value,
        "subscriber": record.subscriber,
        "application": _application_json(record.application),
        "steps": [
            {"state": step.state.value, "at": step.at.isoformat(), "by": step.by, "why": step.why}
            for step in record.steps
        ],
    }


def entry_json(entry: JournalEntry) -> dict[str, Any]:
    """Return all facts of a journal entry."""
    return {
        "seq": entry.seq,
        "at": entry.at.isoformat(),
        "by": entry.by,
        "why": entry.why,
        "act": entry.act.value,
        "details": json.loads(entry.details),
        "previous": entry.previous.hex(),
        "hash": entry.hash.hex(),
    }


def _application_json(application: Application) -> dict[str, Any]:
    subject = application.subject
    return {
        "kind": application.kind.value,
        "agency": application.agency,
        "document": application.document,
        "profile": application.profile.value if application.profile else None,
        "subject": name_text(subject.to_name()) if subject else None,
        "email": subject.email if subject else None,
        "has_csr": application.csr is not None,
        "serial": hex_serial(application.serial),
        "not_after": _iso(application.not_after),
        "case": application.case.value if application.case else None,
        "invalidity_date": _iso(application.invalidity_date),
    }


def _change_json(change: StatusChange) -> dict[str, Any]:
    return {
        "kind": change.kind.value,
        "at": change.at.isoformat(),
        "reason": change.reason.value,
        "case": change.case.value if change.case else None,
        "invalidity_date": _iso(change.invalidity_date),
        "recorded_at": change.recorded_at.isoformat(),
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _key_hash(certificate: x509.Certificate) -> str:
    spki = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    digest = hashes.Hash(hashes.SHA256())
    digest.update(spki)
    return digest.finalize().hex()


# ---------------------------------------------------------------- text


def certificate_text(record: CertificateRecord, now: datetime, *, lang: Language) -> str:
    """Return a certificate's record for an official."""
    certificate = record.certificate
    valid = f"{local(certificate.not_valid_before_utc)} – {local(certificate.not_valid_after_utc)}"
    rows: dict[Label, str | None] = {
        Label.SERIAL: hex_serial(certificate.serial_number),
        Label.SUBJECT: name_text(certificate.subject),
        Label.PROFILE: PROFILES[record.profile][lang],
        Label.ISSUER: ISSUERS[record.issuer][lang],
        Label.VALID: valid,
        Label.STATUS: status_text(record, now, lang=lang),
        Label.REQUEST: str(record.request_id) if record.request_id is not None else None,
        Label.REPLACES: hex_serial(record.replaces),
        Label.SUBSCRIBER: record.subscriber,
        Label.FINGERPRINT: fingerprint(certificate),
        Label.KEY: _key_hash(certificate),
    }
    history = [_change_text(change, lang) for change in record.changes]
    return "\n".join(_lines(rows, lang, history))


def request_text(record: RequestRecord, *, lang: Language) -> str:
    """Return a request's record for an official."""
    application = record.application
    subject = application.subject
    rows: dict[Label, str | None] = {
        Label.REQUEST: f"{record.id} (Mẫu {record.form})",
        Label.KIND: KINDS[application.kind][lang],
        Label.PROFILE: PROFILES[record.profile][lang],
        Label.AGENCY: application.agency,
        Label.DOCUMENT: application.document or None,
        Label.SUBJECT: name_text(subject.to_name()) if subject else None,
        Label.EMAIL: subject.email if subject else None,
        Label.SERIAL: hex_serial(application.serial),
        Label.NOT_AFTER: local(application.not_after) if application.not_after else None,
        Label.CASE: CASES[application.case][lang] if application.case else None,
        Label.INVALIDITY: local(application.invalidity_date) if application.invalidity_date else None,
        Label.STATE: STATES[record.state][lang],
        Label.SUBSCRIBER: record.subscriber,
    }
    history = [
        f"{local(step.at)}  {STATES[step.state][lang]}  {step.by}{f': {step.why}' if step.why else ''}"
        for step in record.steps
    ]
    return "\n".join(_lines(rows, lang, history))


def status_text(record: CertificateRecord, now: datetime, *, lang: Language) -> str:
    """Return whether a certificate is good, in words."""
    change = record.revocation
    if change is not None:
        return f"{STATUS[change.kind][lang]} {LABELS[Label.SINCE][lang]} {local(change.at)}"
    words = {"expired": Label.EXPIRED, "not_yet_valid": Label.NOT_YET, "good": Label.GOOD}
    return LABELS[words[status_of(record, now)]][lang]


def table(rows: Iterable[tuple[str, ...]]) -> str:
    """Return rows as columns of text, two spaces apart."""
    found = [tuple(map(one_line, row)) for row in rows]
    widths = [max(len(row[column]) for row in found) for column in range(len(found[0]))] if found else []
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(r, widths, strict=True)).rstrip() for r in found
    )


def _change_text(change: StatusChange, lang: Language) -> str:
    why = CASES[change.case][lang] if change.case else change.reason.value
    since = f"; {LABELS[Label.INVALIDITY][lang]} {local(change.invalidity_date)}" if change.invalidity_date else ""
    return f"{local(change.at)}  {STATUS[change.kind][lang]}: {why}{since}"


def _lines(rows: Mapping[Label, str | None], lang: Language, history: list[str]) -> Iterator[str]:
    for label, value in rows.items():
        if value:
            yield f"{LABELS[label][lang]}: {one_line(value)}"
    if history:
        yield f"{LABELS[Label.HISTORY][lang]}:"
        yield from (f"  {one_line(line)}" for line in history)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
