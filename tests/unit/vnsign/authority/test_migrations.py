"""The schema is what its migrations make, and a database of the first version goes on where it stopped."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from cryptography import x509
from sqlalchemy import inspect, text

from tests.support import postgres_database
from tests.unit.vnsign.authority.making import PASSPHRASE, StoppedClock, change_by_hand
from vnsign.authority import Act, Authority
from vnsign.authority.database.guards import changed_guards
from vnsign.authority.database.journal_check import JournalProblem
from vnsign.authority.database.migrations import HEAD, current_revision, upgrade
from vnsign.authority.database.sqlite import DATABASE_NAME
from vnsign.authority.database.store import AuthorityStore, create_schema
from vnsign.authority.database.tables import METADATA
from vnsign.authority.records import JournalAct, OwnRole
from vnsign.errors import ErrorCode, VnsignError
from vnsign.pki.crl import load_crl
from vnsign.pki.names import Subject
from vnsign.policy.profiles import CertificateProfile

FIRST_VERSION = (Path(__file__).parent / "first_version.sql").read_text(encoding="utf-8")
LATER = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
ACT = Act(by="Trần Thị Bình", why="biên bản 3")
SERIALS = {
    0x500342F106C00DE18DBF8169E038636F44B9D175: x509.ReasonFlags.key_compromise,
    0x4FA510087961A53D9ED983EA43D8B0CD63468DCA: x509.ReasonFlags.cessation_of_operation,
}
IN_FORCE = 0x5CD922F0879E0EA0337703FC6CD120290B942C8A


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """An empty PostgreSQL database."""
    with postgres_database() as address:
        yield address


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A folder with an authority that the first version made."""
    run(tmp_path, FIRST_VERSION)
    return tmp_path


def run(folder: Path, statements: str) -> None:
    """Run statements with another program."""
    connection = sqlite3.connect(folder / DATABASE_NAME)
    connection.executescript(statements)
    connection.close()


def open_later(folder: Path) -> Authority:
    """Open an authority a day after the first version's last act."""
    return Authority.open(folder, passphrase=PASSPHRASE, clock=StoppedClock(LATER))


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_new_authority_has_what_the_migrations_make(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Made at once or by every migration in turn: the same columns, keys, indexes, comments, guards and revision."""
    store = AuthorityStore(tmp_path if kind == "sqlite" else request.getfixturevalue("server"))
    store.create_file()
    with store.writing() as connection:
        upgrade(connection, at=LATER)
        migrated = schema_of(connection)
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, METADATA) == []
        more = " CASCADE" if kind == "postgres" else ""
        for name in (*(table.name for table in reversed(METADATA.sorted_tables)), "alembic_version"):
            connection.execute(text(f"DROP TABLE {name}{more}"))
        if kind == "postgres":
            connection.execute(text("DROP FUNCTION refuse_change"))
        create_schema(connection)
        assert schema_of(connection) == migrated
        assert changed_guards(connection) == ()
        assert current_revision(connection) == HEAD
    store.close()


_SQLITE_TRIGGERS = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
_POSTGRES_TRIGGERS = """SELECT tgname, pg_get_triggerdef(pg_trigger.oid), prosrc
    FROM pg_trigger JOIN pg_proc ON tgfoid = pg_proc.oid WHERE NOT tgisinternal"""


def schema_of(connection: Any) -> dict[str, object]:  # noqa: ANN401 — a connection or what inspects it
    """Return columns, keys and indexes of every table, and the triggers."""
    tables = inspect(connection)
    tables.clear_cache()
    triggers = _SQLITE_TRIGGERS if connection.dialect.name == "sqlite" else _POSTGRES_TRIGGERS
    return {"triggers": sorted(tuple(row) for row in connection.exec_driver_sql(triggers))} | {
        name: (
            [{**column, "type": str(column["type"])} for column in tables.get_columns(name)],
            tables.get_pk_constraint(name)["constrained_columns"],
            sorted(map(str, tables.get_foreign_keys(name))),
            sorted(
                (str(index["name"]), index["column_names"], bool(index["unique"]), where_of(index))
                for index in tables.get_indexes(name)
            ),
            [constraint["sqltext"] for constraint in tables.get_check_constraints(name)],
        )
        for name in (*METADATA.tables, "alembic_version")
    }


def where_of(index: Any) -> str:  # noqa: ANN401 — what the inspector returns
    """Return the condition of a partial index."""
    options = index.get("dialect_options", {})
    return " ".join(str(options[name]) for name in sorted(options) if name.endswith("_where"))


def test_an_authority_of_the_first_version_works_on(old: Path) -> None:
    """Certificates, revocations, lists and keys are there; it issues, revokes and publishes."""
    authority = open_later(old)
    assert len(authority.issued()) == 6
    revoked = {item.certificate.serial_number: item for item in authority.issued() if item.revocation is not None}
    assert {serial: item.revocation.reason for serial, item in revoked.items() if item.revocation} == SERIALS
    assert load_crl(authority.crl("root")).extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == 2
    assert {entry.serial_number for entry in load_crl(authority.crl("issuing"))} == set(SERIALS)
    certificate = authority.enroll(CertificateProfile.OFFICIAL, Subject(common_name="A", organization="B")).certificate
    authority.revoke(IN_FORCE, act=ACT)
    authority.revoke(certificate.serial_number, act=ACT)
    newest = load_crl(authority.crl("issuing"))
    assert {entry.serial_number for entry in newest} == {*SERIALS, IN_FORCE, certificate.serial_number}


def test_every_old_certificate_has_a_holder_of_its_own(old: Path) -> None:
    """Who holds it was not on record; nobody is taken for somebody else."""
    holders = [item.subscriber for item in open_later(old).issued()]
    assert len(set(holders)) == 6
    assert {role.value for role in (OwnRole.ROOT, OwnRole.ISSUING, OwnRole.TSA)} < set(holders)


def test_the_journal_begins_with_the_upgrade_and_tells_of_every_row(old: Path) -> None:
    """One entry, at the time it was done; what is changed by hand afterwards is found."""
    authority = open_later(old)
    (entry,) = authority.journal()
    assert (entry.seq, entry.act, entry.at, entry.by) == (1, JournalAct.UPGRADED, LATER, "vnsign")
    assert authority.verify_journal().findings == ()
    authority.revoke(IN_FORCE, act=ACT)
    assert authority.verify_journal().findings == ()
    change_by_hand(old, "UPDATE certificate SET issuer = 'root' WHERE profile = 'tsa'")
    assert [finding.problem for finding in authority.verify_journal().findings] == [JournalProblem.ROW_CHANGED]


def test_opening_again_changes_nothing(old: Path) -> None:
    """The second opening finds the newest schema."""
    open_later(old)
    before = (old / DATABASE_NAME).read_bytes()
    open_later(old)
    assert (old / DATABASE_NAME).read_bytes() == before


def test_an_upgrade_cut_short_leaves_the_old_database(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is one transaction: what fails after the tables were made leaves nothing."""

    def fail(*_: object, **__: object) -> None:
        raise ValueError("not today")

    before = (old / DATABASE_NAME).read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr("vnsign.authority.database.journal.entry_hash", fail)
        with pytest.raises(VnsignError) as caught:
            open_later(old)
    assert caught.value.code is ErrorCode.NOT_READABLE
    assert (old / DATABASE_NAME).read_bytes() == before
    assert len(open_later(old).issued()) == 6


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE alembic_version SET version_num = '0003'", ErrorCode.BAD_ARGUMENT),
        ("UPDATE alembic_version SET version_num = '0001'", ErrorCode.NOT_READABLE),
        ("DELETE FROM alembic_version", ErrorCode.BAD_ARGUMENT),
        ("DROP TABLE alembic_version", ErrorCode.BAD_ARGUMENT),
    ],
)
def test_a_schema_of_another_version_is_refused(old: Path, statement: str, code: ErrorCode) -> None:
    """A newer one, one that lies, none: nothing is written and the error says so."""
    open_later(old)
    run(old, statement)
    before = (old / DATABASE_NAME).read_bytes()
    with pytest.raises(VnsignError) as caught:
        open_later(old)
    assert caught.value.code is code
    assert (old / DATABASE_NAME).read_bytes() == before


def test_a_new_authority_has_the_newest_schema(tmp_path: Path) -> None:
    """Nothing is left to bring up to date."""
    store = AuthorityStore(tmp_path)
    store.create_file()
    with store.writing() as connection:
        assert current_revision(connection) is None
        create_schema(connection)
        assert current_revision(connection) == HEAD
