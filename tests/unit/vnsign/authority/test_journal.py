"""The journal: chained, complete, and checkable by anybody with JSON and SHA-256."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, text, update

from tests.support import postgres_database
from vnsign.authority.database.journal_check import JournalProblem, check_journal
from vnsign.authority.database.store import AuthorityStore, create_schema, insert_authority
from vnsign.authority.database.tables import AUTHORITY, CRL, JOURNAL, REQUEST, REQUEST_EVENT
from vnsign.authority.records import Act, JournalAct
from vnsign.errors import ErrorCode, UsageError

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
CLERK = Act(by="Trần Thị Bình", why="theo công văn 12/CV-SNV")


def _request(number: int) -> dict[str, object]:
    return {
        "kind": "new",
        "form": "01",
        "agency": f"Sở số {number}",
        "document": "",
        "subscriber": "ab",
        "profile": "official",
        "csr": b"\x30\x00",
        "submitted_at": 1,
    }


@pytest.fixture
def store(tmp_path: Path) -> AuthorityStore:
    """A database with three acts."""
    store = AuthorityStore(tmp_path)
    store.create_file()
    with store.writing() as connection:
        create_schema(connection)
    with store.acting() as ledger:
        for number in (1, 2, 3):
            row = ledger.add(REQUEST, **_request(number))
            ledger.add(REQUEST_EVENT, request_id=row["id"], seq=1, state="submitted", at=1, by="Trần Thị Bình", why="")
            ledger.tell(JournalAct.REQUESTED, at=NOW, act=CLERK, form="01")
    return store


def problems(store: AuthorityStore, expect: tuple[int, bytes] | None = None) -> set[tuple[JournalProblem, str]]:
    """Return what the check finds."""
    with store.reading() as connection:
        report = check_journal(connection, expect=expect)
    return {(finding.problem, finding.where) for finding in report.findings}


def test_a_journal_nobody_touched_is_whole(store: AuthorityStore) -> None:
    """No findings, and the head is the last entry's hash."""
    with store.reading() as connection:
        report = check_journal(connection)
        last = connection.execute(select(JOURNAL.c.hash).where(JOURNAL.c.seq == 3)).scalar_one()
    assert (report.entries, report.head, report.findings) == (3, bytes(last), ())


def test_a_stranger_computes_the_same_chain(store: AuthorityStore) -> None:
    """The specification is enough: JSON with sorted keys, SHA-256, and nothing of this package."""
    previous = bytes(32)
    with store.reading() as connection:
        entries = connection.execute(
            text('SELECT seq, at, "by", why, act, details, hash FROM journal ORDER BY seq')
        ).all()
        rows = connection.execute(text("SELECT * FROM request")).mappings().all()
    for seq, at, by, why, act, details, found in entries:
        entry = {"act": act, "at": at, "by": by, "details": details, "seq": seq, "why": why}
        plain = json.dumps(entry, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        previous = hashlib.sha256(b"vnsign authority journal v1\x00" + previous + plain.encode()).digest()
        assert previous == found
    told = {(table, key): digest for *_, details, _ in entries for table, key, digest in json.loads(details)["rows"]}
    for row in rows:
        values = {name: value.hex() if isinstance(value, bytes) else value for name, value in row.items()}
        plain = json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        assert told["request", str(row["id"])] == hashlib.sha256(plain.encode()).hexdigest()


def drop_triggers(connection: Connection) -> None:
    """Clear the way for changes by hand."""
    for name in connection.execute(text("SELECT name FROM sqlite_schema WHERE type = 'trigger'")).scalars().all():
        connection.execute(text(f"DROP TRIGGER {name}"))


@pytest.mark.parametrize(
    ("statement", "problem", "where"),
    [
        ("UPDATE journal SET why = 'x' WHERE seq = 2", JournalProblem.WRONG_HASH, "entry 2"),
        ("UPDATE journal SET \"by\" = 'x' WHERE seq = 2", JournalProblem.WRONG_HASH, "entry 2"),
        ("UPDATE journal SET at = at + 1 WHERE seq = 2", JournalProblem.WRONG_HASH, "entry 2"),
        ("UPDATE journal SET act = 'revoked' WHERE seq = 2", JournalProblem.WRONG_HASH, "entry 2"),
        ("UPDATE journal SET details = '{}' WHERE seq = 2", JournalProblem.UNREADABLE, "entry 2"),
        ("UPDATE journal SET previous = hash WHERE seq = 2", JournalProblem.WRONG_HASH, "entry 2"),
        ("DELETE FROM journal WHERE seq = 2", JournalProblem.GAP, "entry 3"),
        ("DELETE FROM journal WHERE seq = 3", JournalProblem.ROW_NOT_TOLD, "request 3"),
        ("UPDATE request SET agency = 'x' WHERE id = 2", JournalProblem.ROW_CHANGED, "request 2"),
        ("UPDATE request SET csr = x'3001' WHERE id = 2", JournalProblem.ROW_CHANGED, "request 2"),
        ("UPDATE request SET not_after = 5 WHERE id = 2", JournalProblem.ROW_CHANGED, "request 2"),
        (
            "UPDATE request_event SET state = 'approved' WHERE request_id = 2",
            JournalProblem.ROW_CHANGED,
            "request_event 2/1",
        ),
        ("DELETE FROM request_event WHERE request_id = 2", JournalProblem.ROW_MISSING, "request_event 2/1"),
        (
            "INSERT INTO request_event VALUES (2, 2, 'approved', 1, 'x', '')",
            JournalProblem.ROW_NOT_TOLD,
            "request_event 2/2",
        ),
    ],
)
def test_what_was_changed_by_hand_is_named(
    store: AuthorityStore, statement: str, problem: JournalProblem, where: str
) -> None:
    """Entries and rows, changed, removed or added without the program."""
    with store.writing() as connection:
        drop_triggers(connection)
        connection.execute(text(statement))
    assert (problem, where) in problems(store)


@pytest.mark.parametrize("column", ["name", "organization", "base_url", "settings"])
def test_what_the_authority_is_called_and_how_it_is_set_is_what_the_journal_states(
    store: AuthorityStore, column: str
) -> None:
    """The one row that may change is held against the newest entry about it."""
    stated = {"name": "Thử", "organization": "Sở", "base_url": "http://ca.example", "settings": "{}"}
    with store.acting() as ledger:
        insert_authority(ledger.connection, **stated, key_salt=b"s", key_cost=16, created_at=1)
        ledger.tell(JournalAct.FOUNDED, at=NOW, act=CLERK, **{**stated, "settings": "older"})
        ledger.tell(JournalAct.SETTINGS_CHANGED, at=NOW, act=CLERK, settings="{}")
    assert problems(store) == set()
    with store.writing() as connection:
        connection.execute(update(AUTHORITY).values({column: "x"}))
    assert problems(store) == {(JournalProblem.ROW_CHANGED, "authority 1")}


@pytest.mark.parametrize("details", ["[]", "null", '{"rows":[[[],{},1]]}', '{"rows":7}', "[" * 100_000, "9" * 10_000])
def test_an_entry_nobody_wrote_is_a_finding(store: AuthorityStore, details: str) -> None:
    """Whoever owns the database can write anything into it; the check goes on."""
    with store.writing() as connection:
        drop_triggers(connection)
        connection.execute(text("UPDATE journal SET details = :details WHERE seq = 2"), {"details": details})
    assert problems(store) & {(problem, "entry 2") for problem in JournalProblem}


def test_a_chain_written_anew_is_found_by_a_head_kept_elsewhere(store: AuthorityStore) -> None:
    """Who owns the database can write it all anew; who kept a head sees it."""
    with store.reading() as connection:
        kept = bytes(connection.execute(select(JOURNAL.c.hash).where(JOURNAL.c.seq == 2)).scalar_one())
    assert problems(store, expect=(2, kept)) == set()
    assert problems(store, expect=(2, bytes(32))) == {(JournalProblem.HEAD_NOT_FOUND, "entry 2")}
    assert problems(store, expect=(9, kept)) == {(JournalProblem.HEAD_NOT_FOUND, "entry 9")}


def test_a_row_without_an_entry_is_refused(store: AuthorityStore) -> None:
    """The transaction that would leave it fails, and nothing of it stays."""
    with pytest.raises(RuntimeError, match="no journal entry tells"), store.acting() as ledger:
        ledger.add(REQUEST, **_request(4))
    with store.reading() as connection:
        assert len(connection.execute(select(REQUEST.c.id)).all()) == 3
    assert problems(store) == set()


def test_a_row_that_breaks_a_promise_leaves_the_rest_of_the_act(store: AuthorityStore) -> None:
    """A taken key is told to the caller; what was added before stays."""
    values = {"issuer": "root", "number": 1, "this_update": 1, "next_update": 2, "last_event": 0, "der": b""}
    with store.acting() as ledger:
        assert ledger.try_add(CRL, **values) is not None
        assert ledger.try_add(CRL, **values) is None
        ledger.tell(JournalAct.CRL_PUBLISHED, at=NOW, act=CLERK)
    assert problems(store) == set()


@pytest.mark.parametrize("broken", ["", "  ", "a\u202eb", "a\x00b", "a\nb", "a\u2029b", "x" * 2_001, "\ud800"])
def test_an_act_without_a_name_anybody_can_read_is_refused(store: AuthorityStore, broken: str) -> None:
    """Nobody, direction marks, NUL, half a character, a novel."""

    def act() -> None:
        with store.acting() as ledger:
            ledger.add(REQUEST, **_request(9))
            ledger.tell(JournalAct.REQUESTED, at=NOW, act=Act(by=broken))

    with pytest.raises(UsageError) as caught:
        act()
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
    assert problems(store) == set()


SWALLOW = "CREATE TRIGGER evil BEFORE INSERT ON {} BEGIN SELECT RAISE(IGNORE); END"


@pytest.mark.parametrize(
    ("statements", "where"),
    [
        (["DROP TRIGGER request_no_update"], "trigger request_no_update"),
        (
            [
                "DROP TRIGGER crl_no_delete",
                "CREATE TRIGGER crl_no_delete BEFORE DELETE ON crl WHEN 0 BEGIN SELECT RAISE(ABORT, 'no'); END",
            ],
            "trigger crl_no_delete",
        ),
        ([SWALLOW.format("status_event")], "trigger evil"),
        (["DROP INDEX status_event_revoked_once"], "index status_event_revoked_once"),
        (
            [
                "DROP INDEX status_event_revoked_once",
                "CREATE INDEX status_event_revoked_once ON status_event (serial) WHERE kind = 'revoked'",
            ],
            "index status_event_revoked_once",
        ),
        (["CREATE UNIQUE INDEX evil ON certificate (profile)"], "index evil"),
        (["ALTER TABLE crl ADD COLUMN more TEXT"], "table crl"),
    ],
)
def test_what_guards_the_record_is_looked_at(store: AuthorityStore, statements: list[str], where: str) -> None:
    """Triggers and indexes dropped, disarmed or planted, and a table of another form."""
    assert problems(store) == set()
    with store.writing() as connection:
        for statement in statements:
            connection.execute(text(statement))
    assert (JournalProblem.SCHEMA_CHANGED, where) in problems(store)


DISARM = "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$"


@pytest.fixture(scope="module")
def on_a_server() -> Iterator[AuthorityStore]:
    """Empty tables on a PostgreSQL server."""
    with postgres_database() as address:
        store = AuthorityStore(address)
        with store.writing() as connection:
            create_schema(connection)
        yield store
        store.close()


@pytest.mark.parametrize(
    ("statements", "where"),
    [
        ([], None),
        (["ALTER TABLE crl DISABLE TRIGGER crl_no_change"], "trigger crl_no_change"),
        (["DROP TRIGGER crl_no_truncate ON crl"], "trigger crl_no_truncate"),
        (
            [
                DISARM,
            ],
            "function refuse_change",
        ),
        (["CREATE RULE evil AS ON INSERT TO status_event DO INSTEAD NOTHING"], "rule evil"),
        (["DROP INDEX status_event_revoked_once"], "index status_event_revoked_once"),
    ],
)
def test_what_guards_the_record_on_a_server_is_looked_at(
    on_a_server: AuthorityStore, statements: list[str], where: str | None
) -> None:
    """The same with the means of PostgreSQL; each change is taken back."""
    expected = set() if where is None else {(JournalProblem.SCHEMA_CHANGED, where)}
    with on_a_server._engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
        report = check_journal(connection)
        connection.rollback()
    assert {(finding.problem, finding.where) for finding in report.findings} == expected


@pytest.mark.parametrize("table", ["request_event", "journal"])
def test_a_row_that_a_database_swallows_is_no_act(store: AuthorityStore, table: str) -> None:
    """A planted trigger: what was not taken is not told as done."""
    with store.writing() as connection:
        connection.execute(text(SWALLOW.format(table)))

    def act() -> None:
        with store.acting() as ledger:
            ledger.add(REQUEST_EVENT, request_id=1, seq=2, state="approved", at=1, by="x", why="")
            ledger.tell(JournalAct.APPROVED, at=NOW, act=CLERK)

    with pytest.raises(ValueError, match=table):
        act()


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("UPDATE journal SET why = CAST(x'ff' AS TEXT) WHERE seq = 2", (JournalProblem.UNREADABLE, "entry 2")),
        ("UPDATE journal SET details = CAST(x'ff' AS TEXT) WHERE seq = 2", (JournalProblem.UNREADABLE, "entry 2")),
        ("UPDATE request SET agency = CAST(x'ff' AS TEXT) WHERE id = 2", (JournalProblem.ROW_CHANGED, "request 2")),
    ],
)
def test_text_that_is_none_is_a_finding(
    store: AuthorityStore, statement: str, finding: tuple[JournalProblem, str]
) -> None:
    """The check goes on over bytes that are not UTF-8."""
    with store.writing() as connection:
        drop_triggers(connection)
        connection.execute(text(statement))
    assert finding in problems(store)
