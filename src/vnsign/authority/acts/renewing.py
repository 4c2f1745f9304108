"""The authority's own affairs after its founding: other settings, new keys for its services.

Invariants:
    - Root and issuing authority are never renewed in place: every certificate stands on them.
    - An own certificate that was renewed stays on record and in force until its end.

What it does not do: it takes no lock itself.
"""

from __future__ import annotations

from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import update

from vnsign.authority.acts.issuing import add_own
from vnsign.authority.database import reading
from vnsign.authority.database.ledger import Ledger
from vnsign.authority.database.tables import AUTHORITY
from vnsign.authority.keys.own_rules import OWN_RULES, RENEWABLE, OwnKey
from vnsign.authority.records import Act, CertificateRecord, JournalAct, OwnRole
from vnsign.authority.settings import AuthoritySettings, settings_to_json
from vnsign.errors import ErrorCode, UsageError
from vnsign.pki.keys import KeyAlgorithm, check_public_key


def check_renewable(role: str) -> OwnRole:
    """Return the role if its certificate can be renewed.

    Raises:
        UsageError: ``BAD_ARGUMENT``: no such role, or everything stands on it.
    """
    if role not in tuple(OwnRole):
        raise UsageError(
            ErrorCode.BAD_ARGUMENT, f"this authority has no {role!r}", way_out=f"use {', '.join(sorted(RENEWABLE))}"
        )
    own = OwnRole(role)
    if own not in RENEWABLE:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"the {own} certificate is not renewed in place: every certificate stands on it",
            way_out="found a new authority and issue from there; the old one publishes its lists to the end",
        )
    return own


def algorithm_of(certificate: x509.Certificate) -> KeyAlgorithm:
    """Return the kind of key of an own certificate: a renewed one has the same as its issuer."""
    key = check_public_key(certificate.public_key())
    if isinstance(key, rsa.RSAPublicKey):
        return KeyAlgorithm(f"rsa{key.key_size}")
    return KeyAlgorithm(f"p{key.curve.key_size}")


def record_renewal(
    ledger: Ledger, role: OwnRole, own: OwnKey, *, replaces: int | None, now: datetime, act: Act
) -> CertificateRecord:
    """Record a new own certificate.

    Raises:
        UsageError: ``ISSUE_REFUSED``: its issuer's certificate is revoked, or another process renewed it at the same
            time.
    """
    issuer = own.credential.chain[0].serial_number
    if reading.is_revoked(ledger.connection, issuer):
        raise UsageError(ErrorCode.ISSUE_REFUSED, f"the certificate of {OWN_RULES[role].issuer} is revoked")
    if replaces is not None and reading.read_successors(ledger.connection, replaces):
        raise UsageError(ErrorCode.ISSUE_REFUSED, f"another process renewed the {role} certificate at the same time")
    record = add_own(ledger, role, own, now=now, replaces=replaces)
    serial = own.credential.certificate.serial_number
    ledger.tell(JournalAct.OWN_RENEWED, at=now, act=act, role=role.value, serial=f"{serial:x}")
    return record


def record_settings(ledger: Ledger, settings: AuthoritySettings, *, now: datetime, act: Act) -> None:
    """Write other settings over the old ones; the journal keeps both."""
    text = settings_to_json(settings)
    ledger.connection.execute(update(AUTHORITY).values(settings=text))
    ledger.tell(JournalAct.SETTINGS_CHANGED, at=now, act=act, settings=text)
