"""Tables of the authority's database (SQLite STRICT, PostgreSQL).

Invariants:
    - A certificate is known by its serial number alone: no serial is used twice in one authority, whoever the issuer.
    - ``certificate``, ``status_event``, ``request``, ``request_event``, ``own_key``, ``crl`` and ``journal`` are
      append-only: triggers refuse UPDATE and DELETE. What changes is told by the newest event.
    - Times are seconds since 1970-01-01T00:00Z; serial numbers are lower-case hex (they exceed 64 bits).

What it does not do: no queries (see ``store``), no history of the schema (see ``migrations``).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

METADATA = MetaData()
_INT = BigInteger().with_variant(Integer(), "sqlite")
_TIME = "seconds since 1970 UTC"

AUTHORITY = Table(
    "authority",
    METADATA,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True, autoincrement=False, comment="one row"),
    Column("name", Text, nullable=False),
    Column("organization", Text, nullable=False),
    Column("base_url", Text, nullable=False, comment="where CRLs, certificates, OCSP and the TSA are served"),
    Column("settings", Text, nullable=False, comment="AuthoritySettings as JSON; each change is a journal entry"),
    Column("key_salt", LargeBinary, nullable=False, comment="scrypt salt of the passphrase"),
    Column("key_cost", Integer, nullable=False, comment="scrypt N"),
    Column("created_at", _INT, nullable=False, comment=_TIME),
    sqlite_strict=True,
)

REQUEST = Table(
    "request",
    METADATA,
    Column("id", Integer, primary_key=True, comment="1, 2, 3 …"),
    Column("kind", Text, nullable=False, comment="RequestKind"),
    Column("form", Text, nullable=False, comment="Mẫu 01–06"),
    Column("agency", Text, nullable=False, comment="cơ quan, tổ chức quản lý trực tiếp"),
    Column("document", Text, nullable=False, comment="number and symbol of the agency's letter, or empty"),
    Column("subscriber", Text, nullable=False, comment="who holds the certificates; hex"),
    Column("profile", Text, nullable=False),
    Column("subject", Text, comment="Subject as JSON; null where the old certificate's stands"),
    Column("csr", LargeBinary, comment="PKCS#10, DER; null: same key, or no certificate asked for"),
    Column("spki_sha256", LargeBinary, index=True, comment="hash of the requested key's SubjectPublicKeyInfo"),
    Column("serial", Text, ForeignKey("certificate.serial"), index=True, comment="certificate concerned, hex"),
    Column("not_after", _INT, comment=_TIME),
    Column("case", Text, comment="RevocationCase"),
    Column("invalidity_date", _INT, comment=_TIME),
    Column("submitted_at", _INT, nullable=False, comment=_TIME),
    sqlite_strict=True,
)

REQUEST_EVENT = Table(
    "request_event",
    METADATA,
    Column("request_id", Integer, ForeignKey("request.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False, comment="1: submitted"),
    Column("state", Text, nullable=False, comment="RequestState"),
    Column("at", _INT, nullable=False, comment=_TIME),
    Column("by", Text, nullable=False),
    Column("why", Text, nullable=False),
    sqlite_strict=True,
)

CERTIFICATE = Table(
    "certificate",
    METADATA,
    Column("serial", Text, primary_key=True, comment="hex"),
    Column("issuer", Text, nullable=False, comment="root or issuing: whose CRL speaks of it"),
    Column("profile", Text, nullable=False),
    Column("subscriber", Text, nullable=False, index=True, comment="who holds it; hex"),
    Column("subject", Text, nullable=False, comment="RFC 4514"),
    Column("not_before", _INT, nullable=False, comment=_TIME),
    Column("not_after", _INT, nullable=False, comment=_TIME),
    Column("spki_sha256", LargeBinary, nullable=False, index=True, comment="hash of SubjectPublicKeyInfo"),
    Column("der", LargeBinary, nullable=False),
    Column("issued_at", _INT, nullable=False, comment=_TIME),
    Column("request_id", Integer, comment="request it answers; null: enrolled by the authority itself"),
    Column(
        "replaces",
        Text,
        ForeignKey("certificate.serial"),
        index=True,
        comment="predecessor in a renewal or change, hex",
    ),
    sqlite_strict=True,
)

STATUS_EVENT = Table(
    "status_event",
    METADATA,
    Column("id", Integer, primary_key=True, comment="rises over the whole authority"),
    Column("serial", Text, ForeignKey("certificate.serial"), nullable=False, index=True),
    Column("issuer", Text, nullable=False, comment="of the certificate: whose CRL speaks of it"),
    Column("kind", Text, nullable=False, comment="revoked, held or released"),
    Column("at", _INT, nullable=False, comment="from when it counts, " + _TIME),
    Column("reason", Text, nullable=False, comment="RFC 5280 CRLReason"),
    Column("case", Text, comment="RevocationCase"),
    Column("invalidity_date", _INT, comment=_TIME),
    Column("recorded_at", _INT, nullable=False, comment=_TIME),
    sqlite_strict=True,
)

# Each request for a list asks whether anything happened since the last one.
Index("status_event_issuer", STATUS_EVENT.c.issuer, STATUS_EVENT.c.id)
# A revocation is for good: of two at once, one fails.
Index(
    "status_event_revoked_once",
    STATUS_EVENT.c.serial,
    unique=True,
    sqlite_where=STATUS_EVENT.c.kind == "revoked",
    postgresql_where=STATUS_EVENT.c.kind == "revoked",
)

OWN_KEY = Table(
    "own_key",
    METADATA,
    Column("serial", Text, ForeignKey("certificate.serial"), primary_key=True),
    Column("role", Text, nullable=False, index=True, comment="OwnRole; the row last issued counts"),
    Column("kind", Text, nullable=False, comment="pkcs8 or pkcs11"),
    Column(
        "reference", LargeBinary, nullable=False, comment="encrypted PrivateKeyInfo, DER, or where the token keeps it"
    ),
    sqlite_strict=True,
)

CRL = Table(
    "crl",
    METADATA,
    Column("issuer", Text, primary_key=True),
    Column(
        "number", Integer, primary_key=True, autoincrement=False, comment="complete and delta lists share one sequence"
    ),
    Column("base_number", Integer, comment="null: a complete list"),
    Column("this_update", _INT, nullable=False, comment=_TIME),
    Column("next_update", _INT, nullable=False, comment=_TIME),
    Column("last_event", Integer, nullable=False, comment="highest status_event.id it knows; 0: none"),
    Column("der", LargeBinary, nullable=False),
    sqlite_strict=True,
)

JOURNAL = Table(
    "journal",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False, comment="1, 2, 3 … without gap"),
    Column("at", _INT, nullable=False, comment=_TIME),
    Column("by", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("act", Text, nullable=False, comment="JournalAct"),
    Column("details", Text, nullable=False, comment="canonical JSON: what was done, with hashes of what was made"),
    Column("previous", LargeBinary, nullable=False, comment="hash of the entry before, 32 zero bytes in the first"),
    Column("hash", LargeBinary, nullable=False, comment="SHA-256 over the domain, previous and this entry"),
    sqlite_strict=True,
)
