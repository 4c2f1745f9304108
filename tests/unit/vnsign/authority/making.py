"""A small public key infrastructure for tests: real keys, real bytes, a clock that stands still."""

from __future__ import annotations

import sqlite3
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.support import require_tool
from vnsign.authority.database.sqlite import DATABASE_NAME
from vnsign.authority.keys.keystore import SoftwareKeys
from vnsign.authority.keys.own_rules import Identity, make_own_keys, publication_of
from vnsign.authority.records import Issuer, OwnRole
from vnsign.pki.certificates import CertificateContent, build_certificate
from vnsign.pki.credentials import Credential
from vnsign.pki.keys import KeyAlgorithm, PrivateKey, generate_private_key
from vnsign.pki.names import Subject
from vnsign.policy.profiles import CertificateProfile

NOW = datetime(2026, 3, 2, 8, 30, 15, tzinfo=UTC)
BASE_URL = "http://ca.example:8080"
PASSPHRASE = "mật khẩu thử".encode()


@dataclass
class StoppedClock:
    """A clock that is set by hand."""

    time: datetime = NOW

    def now(self) -> datetime:
        """Return the time that was set."""
        return self.time

    def advance(self, **delta: float) -> None:
        """Set it later, by the keywords of timedelta."""
        self.time += timedelta(**delta)


@dataclass(frozen=True, slots=True, kw_only=True)
class Infrastructure:
    """Root, issuing authority and TSA without a database."""

    root: Credential
    issuing: Credential
    tsa: Credential


def infrastructure(algorithm: KeyAlgorithm = KeyAlgorithm.P256) -> Infrastructure:
    """Return the same infrastructure for every test of one algorithm."""
    return _infrastructure(algorithm)


@cache
def _infrastructure(algorithm: KeyAlgorithm) -> Infrastructure:
    identity = Identity(name="Thử nghiệm", organization="Sở Thử nghiệm", base_url=BASE_URL)
    own = make_own_keys(identity, keys=SoftwareKeys(b"unused"), now=NOW, algorithm=algorithm)
    root, issuing, tsa = (own[role].credential for role in (OwnRole.ROOT, OwnRole.ISSUING, OwnRole.TSA))
    return Infrastructure(root=root, issuing=issuing, tsa=tsa)


def certify(
    profile: CertificateProfile,
    subject: Subject | None = None,
    *,
    algorithm: KeyAlgorithm = KeyAlgorithm.P256,
    not_before: datetime = NOW,
    not_after: datetime | None = None,
    issuer: Credential | None = None,
    key: PrivateKey | None = None,
) -> Credential:
    """Make a key, unless one is given, and have the issuing authority certify it."""
    subject = subject or Subject(common_name="Nguyễn Văn Ước", organization="Sở Thử nghiệm", email="uoc@thu.gov.vn")
    issuer = issuer or infrastructure().issuing
    key = key or generate_private_key(algorithm)
    content = CertificateContent(
        profile=profile,
        subject=subject.to_name(),
        public_key=key.public_key(),
        serial=x509.random_serial_number(),
        not_before=not_before,
        not_after=not_after,
        email=subject.email,
    )
    certificate = build_certificate(content, issuer, publication_of(BASE_URL, Issuer.ISSUING))
    return Credential(key=key, certificate=certificate, chain=(issuer.certificate, *issuer.chain))


def pem(*items: x509.Certificate | x509.CertificateRevocationList) -> bytes:
    """Return all items as PEM, one after the other."""
    return b"".join(item.public_bytes(Encoding.PEM) for item in items)


def openssl(*arguments: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run openssl, a foreign judge; the caller looks at the exit code."""
    command = [require_tool("openssl"), *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, check=False)


def change_by_hand(folder: Path, *statements: str) -> None:
    """Change an authority's database as who owns the file can, past the triggers, as vnsign never does."""
    connection = sqlite3.connect(folder / DATABASE_NAME, isolation_level=None)
    triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(statement)
    for _, sql in triggers:
        table = sql.partition(" ON ")[2].split()[0]
        if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (table,)).fetchone():
            connection.execute(sql)
    connection.close()
