"""Tables of the authority's database (SQLite, STRICT).

Invariants:
    - A certificate is known by its serial number alone: no serial is used twice in one authority, whoever the issuer.
    - Rows of ``certificate`` are never deleted; only the two revocation columns are ever filled, once.
    - Times are seconds since 1970-01-01T00:00Z; serial numbers are lower-case hex (they exceed 64 bits).

What it does not do: no queries (see ``store``). The schema is made by ``create_all`` and carries its version; the
first change to it brings migrations.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text

SCHEMA_VERSION = 1

METADATA = MetaData()

AUTHORITY = Table(
    "authority",
    METADATA,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True, comment="one row"),
    Column("schema_version", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("organization", Text, nullable=False),
    Column("base_url", Text, nullable=False, comment="where CRLs, certificates and the TSA are served"),
    Column("key_salt", LargeBinary, nullable=False, comment="scrypt salt of the passphrase"),
    Column("key_cost", Integer, nullable=False, comment="scrypt N"),
    Column("created_at", Integer, nullable=False, comment="seconds since 1970 UTC"),
    sqlite_strict=True,
)

CERTIFICATE = Table(
    "certificate",
    METADATA,
    Column("serial", Text, primary_key=True, comment="hex"),
    Column("issuer", Text, nullable=False, comment="root or issuing: whose CRL speaks of it"),
    Column("profile", Text, nullable=False),
    Column("subject", Text, nullable=False, comment="RFC 4514"),
    Column("not_before", Integer, nullable=False, comment="seconds since 1970 UTC"),
    Column("not_after", Integer, nullable=False, comment="seconds since 1970 UTC"),
    Column("spki_sha256", LargeBinary, nullable=False, index=True, comment="hash of SubjectPublicKeyInfo"),
    Column("der", LargeBinary, nullable=False),
    Column("issued_at", Integer, nullable=False, comment="seconds since 1970 UTC"),
    Column("revoked_at", Integer, comment="seconds since 1970 UTC; null: not revoked"),
    Column("reason", Text, comment="RFC 5280 CRLReason"),
    CheckConstraint("(revoked_at IS NULL) = (reason IS NULL)", name="revocation_complete"),
    sqlite_strict=True,
)

# Each request for a list asks whether anything was revoked since the last one.
Index(
    "certificate_revoked",
    CERTIFICATE.c.issuer,
    CERTIFICATE.c.revoked_at,
    sqlite_where=CERTIFICATE.c.revoked_at.is_not(None),
)

#: The authority's own keys: encrypted PKCS#8, in the database so that key and certificate are one commit.
OWN_KEY = Table(
    "own_key",
    METADATA,
    Column("role", Text, primary_key=True, comment="root, issuing or tsa"),
    Column("serial", Text, ForeignKey("certificate.serial"), nullable=False),
    Column("pkcs8", LargeBinary, nullable=False, comment="encrypted PrivateKeyInfo, DER"),
    sqlite_strict=True,
)

CRL = Table(
    "crl",
    METADATA,
    Column("issuer", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("this_update", Integer, nullable=False, comment="seconds since 1970 UTC"),
    Column("next_update", Integer, nullable=False, comment="seconds since 1970 UTC"),
    Column("revoked_count", Integer, nullable=False, comment="entries on it"),
    Column("der", LargeBinary, nullable=False),
    sqlite_strict=True,
)
