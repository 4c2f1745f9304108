"""A record that is only added to: requests, status events, and the journal that tells of each row.

What the first schema kept is carried over: a revocation becomes an event, a key gets its kind, and the first entry of
the journal tells of all that was found. Of each old certificate the holder is not on record: each is its own
subscriber. When a revocation was recorded is not on record either: it counts as recorded when it counts. What the
old lists knew is not on record: each counts as knowing nothing, so the next list is made anew.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from vnsign.authority.database.journal import NO_HASH, canonical, entry_hash, made

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_APPEND_ONLY = ("request", "request_event", "certificate", "status_event", "own_key", "crl", "journal")
_STATED = ("name", "organization", "base_url", "settings")
_OLD = ("own_key", "crl", "certificate", "authority")

_Rows = list[dict[str, Any]]


def upgrade() -> None:
    """Read the old tables, make the new ones, and write what was read."""
    bind = op.get_bind()
    old = {name: _read_all(bind, name) for name in _OLD}
    for name in _OLD:
        op.drop_table(name)
    _create_tables()
    if old["authority"]:
        _carry_over(bind, old)
    _forbid_changes(bind)


def _read_all(bind: sa.Connection, name: str) -> _Rows:
    everything = sa.select(sa.text("*")).select_from(sa.table(name))
    return [dict(row) for row in bind.execute(everything).mappings()]


def _create_tables() -> None:
    op.create_table(
        "authority",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False, comment="one row"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("organization", sa.Text(), nullable=False),
        sa.Column(
            "base_url", sa.Text(), nullable=False, comment="where CRLs, certificates, OCSP and the TSA are served"
        ),
        sa.Column(
            "settings", sa.Text(), nullable=False, comment="AuthoritySettings as JSON; each change is a journal entry"
        ),
        sa.Column("key_salt", sa.LargeBinary(), nullable=False, comment="scrypt salt of the passphrase"),
        sa.Column("key_cost", sa.Integer(), nullable=False, comment="scrypt N"),
        sa.Column("created_at", _INTEGER, nullable=False, comment="seconds since 1970 UTC"),
        sa.CheckConstraint("id = 1"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_table(
        "certificate",
        sa.Column("serial", sa.Text(), nullable=False, comment="hex"),
        sa.Column("issuer", sa.Text(), nullable=False, comment="root or issuing: whose CRL speaks of it"),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("subscriber", sa.Text(), nullable=False, comment="who holds it; hex"),
        sa.Column("subject", sa.Text(), nullable=False, comment="RFC 4514"),
        sa.Column("not_before", _INTEGER, nullable=False, comment="seconds since 1970 UTC"),
        sa.Column("not_after", _INTEGER, nullable=False, comment="seconds since 1970 UTC"),
        sa.Column("spki_sha256", sa.LargeBinary(), nullable=False, comment="hash of SubjectPublicKeyInfo"),
        sa.Column("der", sa.LargeBinary(), nullable=False),
        sa.Column("issued_at", _INTEGER, nullable=False, comment="seconds since 1970 UTC"),
        sa.Column(
            "request_id",
            sa.Integer(),
            nullable=True,
            comment="request it answers; null: enrolled by the authority itself",
        ),
        sa.Column("replaces", sa.Text(), nullable=True, comment="predecessor in a renewal or change, hex"),
        sa.ForeignKeyConstraint(["replaces"], ["certificate.serial"]),
        sa.PrimaryKeyConstraint("serial"),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_certificate_replaces"), "certificate", ["replaces"], unique=False)
    op.create_index(op.f("ix_certificate_spki_sha256"), "certificate", ["spki_sha256"], unique=False)
    op.create_index(op.f("ix_certificate_subscriber"), "certificate", ["subscriber"], unique=False)
    op.create_table(
        "crl",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column(
            "number",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="complete and delta lists share one sequence",
        ),
        sa.Column("base_number", sa.Integer(), nullable=True, comment="null: a complete list"),
        sa.Column("this_update", _INTEGER, nullable=False, comment="seconds since 1970 UTC"),
        sa.Column("next_update", _INTEGER, nullable=False, comment="seconds since 1970 UTC"),
        sa.Column("last_event", sa.Integer(), nullable=False, comment="highest status_event.id it knows; 0: none"),
        sa.Column("der", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "number"),
        sqlite_strict=True,
    )
    op.create_table(
        "journal",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False, comment="1, 2, 3 … without gap"),
        sa.Column("at", _INTEGER, nullable=False, comment="seconds since 1970 UTC"),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False, comment="JournalAct"),
        sa.Column(
            "details", sa.Text(), nullable=False, comment="canonical JSON: what was done, with hashes of what was made"
        ),
        sa.Column(
            "previous", sa.LargeBinary(), nullable=False, comment="hash of the entry before, 32 zero bytes in the first"
        ),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="SHA-256 over the domain, previous and this entry"),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_strict=True,
    )
    op.create_table(
        "own_key",
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False, comment="OwnRole; the row last issued counts"),
        sa.Column("kind", sa.Text(), nullable=False, comment="pkcs8 or pkcs11"),
        sa.Column(
            "reference",
            sa.LargeBinary(),
            nullable=False,
            comment="encrypted PrivateKeyInfo, DER, or where the token keeps it",
        ),
        sa.ForeignKeyConstraint(["serial"], ["certificate.serial"]),
        sa.PrimaryKeyConstraint("serial"),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_own_key_role"), "own_key", ["role"], unique=False)
    op.create_table(
        "request",
        sa.Column("id", sa.Integer(), nullable=False, comment="1, 2, 3 …"),
        sa.Column("kind", sa.Text(), nullable=False, comment="RequestKind"),
        sa.Column("form", sa.Text(), nullable=False, comment="Mẫu 01–06"),
        sa.Column("agency", sa.Text(), nullable=False, comment="cơ quan, tổ chức quản lý trực tiếp"),
        sa.Column("document", sa.Text(), nullable=False, comment="number and symbol of the agency's letter, or empty"),
        sa.Column("subscriber", sa.Text(), nullable=False, comment="who holds the certificates; hex"),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column(
            "subject", sa.Text(), nullable=True, comment="Subject as JSON; null where the old certificate's stands"
        ),
        sa.Column(
            "csr", sa.LargeBinary(), nullable=True, comment="PKCS#10, DER; null: same key, or no certificate asked for"
        ),
        sa.Column(
            "spki_sha256", sa.LargeBinary(), nullable=True, comment="hash of the requested key's SubjectPublicKeyInfo"
        ),
        sa.Column("serial", sa.Text(), nullable=True, comment="certificate concerned, hex"),
        sa.Column("not_after", _INTEGER, nullable=True, comment="seconds since 1970 UTC"),
        sa.Column("case", sa.Text(), nullable=True, comment="RevocationCase"),
        sa.Column("invalidity_date", _INTEGER, nullable=True, comment="seconds since 1970 UTC"),
        sa.Column("submitted_at", _INTEGER, nullable=False, comment="seconds since 1970 UTC"),
        sa.ForeignKeyConstraint(["serial"], ["certificate.serial"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_request_serial"), "request", ["serial"], unique=False)
    op.create_index(op.f("ix_request_spki_sha256"), "request", ["spki_sha256"], unique=False)
    op.create_table(
        "status_event",
        sa.Column("id", sa.Integer(), nullable=False, comment="rises over the whole authority"),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False, comment="of the certificate: whose CRL speaks of it"),
        sa.Column("kind", sa.Text(), nullable=False, comment="revoked, held or released"),
        sa.Column("at", _INTEGER, nullable=False, comment="from when it counts, seconds since 1970 UTC"),
        sa.Column("reason", sa.Text(), nullable=False, comment="RFC 5280 CRLReason"),
        sa.Column("case", sa.Text(), nullable=True, comment="RevocationCase"),
        sa.Column("invalidity_date", _INTEGER, nullable=True, comment="seconds since 1970 UTC"),
        sa.Column("recorded_at", _INTEGER, nullable=False, comment="seconds since 1970 UTC"),
        sa.ForeignKeyConstraint(["serial"], ["certificate.serial"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_status_event_serial"), "status_event", ["serial"], unique=False)
    op.create_index("status_event_issuer", "status_event", ["issuer", "id"], unique=False)
    op.create_index(
        "status_event_revoked_once",
        "status_event",
        ["serial"],
        unique=True,
        sqlite_where=sa.text("kind = 'revoked'"),
        postgresql_where=sa.text("kind = 'revoked'"),
    )
    op.create_table(
        "request_event",
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False, comment="1: submitted"),
        sa.Column("state", sa.Text(), nullable=False, comment="RequestState"),
        sa.Column("at", _INTEGER, nullable=False, comment="seconds since 1970 UTC"),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"]),
        sa.PrimaryKeyConstraint("request_id", "seq"),
        sqlite_strict=True,
    )


def _carry_over(bind: sa.Connection, old: Mapping[str, _Rows]) -> None:
    metadata = sa.MetaData()
    metadata.reflect(bind)
    told: list[list[str]] = []

    def add(name: str, rows: Iterable[Mapping[str, Any]]) -> None:
        table = metadata.tables[name]
        for row in rows:
            bind.execute(table.insert().values(**row))
            item = made(table, row)
            told.append([item.table, item.key, item.sha256])

    authority = _without(old["authority"][0], "schema_version") | {"settings": "{}"}
    bind.execute(metadata.tables["authority"].insert().values(authority))
    roles = {row["serial"]: row["role"] for row in old["own_key"]}
    add("certificate", (_certificate(row, roles) for row in _by_issue(old["certificate"])))
    revoked = sorted((row["revoked_at"], row["serial"], row) for row in old["certificate"] if row["reason"] is not None)
    add("status_event", (_revocation(number, row) for number, (_, _, row) in enumerate(revoked, 1)))
    add("own_key", (_own_key(row) for row in old["own_key"]))
    add("crl", (_without(row, "revoked_count") | {"base_number": None, "last_event": 0} for row in old["crl"]))
    entry: dict[str, Any] = {
        "seq": 1,
        "at": int(context.config.attributes["at"].timestamp()),
        "by": "vnsign",
        "why": "database of the first version",
        "act": "upgraded",
        "details": canonical({name: authority[name] for name in _STATED} | {"schema": revision, "rows": told}),
    }
    digest = entry_hash(**entry, previous=NO_HASH)
    bind.execute(metadata.tables["journal"].insert().values(**entry, previous=NO_HASH, hash=digest))


def _by_issue(certificates: _Rows) -> _Rows:
    return sorted(certificates, key=lambda row: (row["issued_at"], row["serial"]))


def _certificate(row: Mapping[str, Any], roles: Mapping[str, str]) -> dict[str, Any]:
    nobody_else = hashlib.sha256(f"subscriber of {row['serial']}".encode()).hexdigest()[:32]
    return _without(row, "revoked_at", "reason") | {
        "subscriber": roles.get(row["serial"], nobody_else),
        "request_id": None,
        "replaces": None,
    }


def _revocation(number: int, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": number,
        "serial": row["serial"],
        "issuer": row["issuer"],
        "kind": "revoked",
        "at": row["revoked_at"],
        "reason": row["reason"],
        "case": None,
        "invalidity_date": None,
        "recorded_at": row["revoked_at"],
    }


def _own_key(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"serial": row["serial"], "role": row["role"], "kind": "pkcs8", "reference": row["pkcs8"]}


def _without(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def _forbid_changes(bind: sa.Connection) -> None:
    is_sqlite = bind.dialect.name == "sqlite"
    if not is_sqlite:
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$"
        )
    for table in _APPEND_ONLY:
        if is_sqlite:
            refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}")
            op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}")
        else:
            refuse = "EXECUTE FUNCTION refuse_change()"
            op.execute(f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {refuse}")
            op.execute(f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}")


def downgrade() -> None:
    """Refuse: the old schema has no place for a history.

    Raises:
        NotImplementedError: Always.
    """
    raise NotImplementedError("the first schema has no place for a history: restore a backup")
