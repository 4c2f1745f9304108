"""Rows of many acts, written together: the record is the same as if they had been written one by one."""

from __future__ import annotations

import errno
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from tests.unit.vnsign.authority.desk import CHIEF, CLERK, SUBJECT, Desk, csr_of, new_authority
from tests.unit.vnsign.authority.making import NOW, StoppedClock
from vnsign.authority import Act
from vnsign.authority.acts.many import CHUNK
from vnsign.authority.database.ledger import Ledger
from vnsign.authority.database.page import Page
from vnsign.authority.database.store import AuthorityStore
from vnsign.authority.database.tables import REQUEST_EVENT
from vnsign.authority.records import IssueOutcome, JournalAct
from vnsign.errors import ErrorCode, UsageError, VnsignError
from vnsign.pki.keys import generate_private_key
from vnsign.policy.lifecycle import RequestKind, RequestState
from vnsign.policy.profiles import CertificateProfile

READ_BETWEEN = pytest.mark.parametrize("reads", [False, True], ids=["nobody reads", "somebody reads"])


def steps(connection: Connection) -> list[tuple[int, str]]:
    """Return the steps on record of request 1."""
    rows = connection.execute(select(REQUEST_EVENT.c.seq, REQUEST_EVENT.c.state).order_by(REQUEST_EVENT.c.seq))
    return [(row.seq, row.state) for row in rows]


def add_step(page: Page, seq: int, *, reads: bool = False, fails: bool = False) -> None:
    """One act: a step of request 1, told; perhaps read in between, perhaps failing at its end."""
    with page.act():
        ledger = Ledger(page._connection, page=page)
        if reads:
            steps(ledger.connection)
        ledger.add(REQUEST_EVENT, request_id=1, seq=seq, state=f"state {seq}", at=1, by="x", why="")
        if reads:
            assert (seq, f"state {seq}") in steps(ledger.connection)
        ledger.tell(JournalAct.APPROVED, at=NOW, act=Act(by="x"), request=seq)
        if fails:
            raise UsageError(ErrorCode.WRONG_STATE, "no")


def store_of(desk: Desk) -> AuthorityStore:
    """Return the desk's database, with request 1 in it."""
    desk.authority.request(desk.new(), act=CLERK)
    return desk.authority._store


@READ_BETWEEN
def test_acts_are_on_record_when_the_page_is_written(desk: Desk, *, reads: bool) -> None:
    """In order, each told by an entry of the chain."""
    store = store_of(desk)
    with store.writing() as connection:
        page = Page(connection)
        add_step(page, 2)
        add_step(page, 3, reads=reads)
        add_step(page, 4)
        page.write()
    with store.reading() as connection:
        assert [seq for seq, _ in steps(connection)] == [1, 2, 3, 4]
    desk.check_journal()


@READ_BETWEEN
@pytest.mark.parametrize("failing", [2, 3, 4])
def test_an_act_that_fails_leaves_nothing_and_takes_nothing_with_it(desk: Desk, failing: int, *, reads: bool) -> None:
    """Neither row nor entry, whether its rows were written already or not; the chain goes on where it was."""
    store = store_of(desk)
    with store.writing() as connection:
        page = Page(connection)
        for seq in (2, 3, 4):
            if seq == failing:
                with pytest.raises(UsageError):
                    add_step(page, seq, reads=reads, fails=True)
            else:
                add_step(page, seq)
        page.write()
    with store.reading() as connection:
        assert [seq for seq, _ in steps(connection)] == [seq for seq in (1, 2, 3, 4) if seq != failing]
    desk.check_journal()


def test_whoever_reads_sees_every_row_added_before(desk: Desk) -> None:
    """The rows of earlier acts too."""
    with store_of(desk).writing() as connection:
        page = Page(connection)
        add_step(page, 2)
        assert [seq for seq, _ in steps(connection)] == [1]
        assert [seq for seq, _ in steps(page.connection)] == [1, 2]


def test_a_row_that_the_tables_refuse_ends_the_transaction(desk: Desk) -> None:
    """What was told as done must be true: nothing of the chunk stays."""
    store = store_of(desk)
    journal = desk.authority.journal()
    with store._engine.connect() as connection:
        page = Page(connection)
        add_step(page, 2)
        add_step(page, 2)
        with pytest.raises(IntegrityError):
            page.write()
    assert desk.authority.journal() == journal


def test_many_acts_make_the_journal_that_single_ones_make(tmp_path: Path) -> None:
    """Entry by entry: the same acts in the same order with the same words."""
    desks = [Desk(new_authority(tmp_path / name, StoppedClock()), StoppedClock()) for name in ("one", "many")]
    applications = [desks[0].new() for _ in range(3)]
    one, many = (desk.authority for desk in desks)
    numbers = [one.request(application, act=CLERK).id for application in applications]
    for number in numbers:
        one.approve(number, act=CHIEF)
    for number in numbers:
        one.issue(number, act=CHIEF)
    list(many.request_all(applications, act=CLERK))
    list(many.approve_all(numbers, act=CHIEF))
    list(many.issue_all(numbers, act=CHIEF))
    told = [[(entry.seq, entry.act, entry.by, entry.why) for entry in each.journal()] for each in (one, many)]
    assert told[0] == told[1]
    for desk in desks:
        desk.check_journal()


def codes(outcomes: list[IssueOutcome]) -> list[ErrorCode | None]:
    """Return why each failed; None if it did not."""
    return [outcome.error.code if outcome.error else None for outcome in outcomes]


def test_a_chunk_of_every_kind_is_answered_as_one_by_one(desk: Desk) -> None:
    """New, renewed, changed, not approved, unknown and asked for twice, all in one chunk."""
    first, second = desk.issued(), desk.issued()
    new, renewed = desk.approved(desk.new()), desk.approved(desk.about(first, RequestKind.RENEW))
    changed, waiting = (
        desk.approved(desk.about(second, RequestKind.CHANGE)),
        desk.authority.request(desk.new(), act=CLERK),
    )
    last = desk.approved(desk.new())
    asked = [new.id, renewed.id, new.id, 999, waiting.id, changed.id, 2**70, last.id]
    outcomes = list(desk.authority.issue_all(asked, act=CHIEF))
    assert codes(outcomes) == [
        None,
        None,
        ErrorCode.WRONG_STATE,
        ErrorCode.BAD_ARGUMENT,
        ErrorCode.WRONG_STATE,
        None,
        ErrorCode.BAD_ARGUMENT,
        None,
    ]
    for outcome in outcomes:
        if outcome.record is not None:
            assert desk.found(outcome.record).certificate == outcome.record.certificate
    assert desk.found(second).revocation is not None
    assert desk.authority.requests(state=RequestState.SUBMITTED) == (waiting,)
    desk.check_journal()


def test_two_subscribers_with_one_key_are_found_in_one_chunk(desk: Desk) -> None:
    """Approved when nothing stood against them, by a record whose second request was added behind the desk's back."""
    key = generate_private_key()
    one = desk.approved(desk.new(csr=csr_of(key)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vnsign.authority.acts.requests.key_faults", lambda *_a, **_k: ())
        two = desk.approved(desk.new(csr=csr_of(key), subject=replace(SUBJECT, common_name="Người khác")))
    issued = desk.authority.issued()
    outcomes = list(desk.authority.issue_all([one.id, two.id], act=CHIEF))
    assert codes(outcomes) == [ErrorCode.REQUEST_REFUSED, ErrorCode.REQUEST_REFUSED]
    assert desk.authority.issued() == issued
    desk.check_journal()


def test_a_key_that_was_certified_without_a_request_is_found_in_a_chunk(desk: Desk) -> None:
    """Enrolled by the authority itself: no other request has it, a certificate has."""
    enrolled = desk.authority.enroll(CertificateProfile.SERVICE, SUBJECT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vnsign.authority.acts.requests.key_faults", lambda *_a, **_k: ())
        request = desk.approved(desk.new(csr=csr_of(enrolled.key)))
    assert codes(list(desk.authority.issue_all([request.id], act=CHIEF))) == [ErrorCode.REQUEST_REFUSED]


def test_a_row_that_may_be_refused_is_tried_at_once(desk: Desk) -> None:
    """Whether it breaks a promise of the tables must be known before the act goes on; the page goes on too."""
    store = store_of(desk)
    step = {"request_id": 1, "seq": 2, "state": "approved", "at": 1, "by": "x", "why": ""}
    with store.writing() as connection:
        page = Page(connection)
        with page.act():
            ledger = Ledger(connection, page=page)
            assert ledger.try_add(REQUEST_EVENT, **step) is not None
            assert ledger.try_add(REQUEST_EVENT, **step) is None
            ledger.tell(JournalAct.APPROVED, at=NOW, act=CHIEF)
        add_step(page, 3)
        page.write()
    desk.check_journal()


def test_serial_numbers_of_a_chunk_are_free_and_used_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawn together: one that is taken, or drawn twice, is drawn again."""
    taken = desk.issued().certificate.serial_number
    numbers = [desk.approved(desk.new()).id for _ in range(3)]
    drawn = iter([taken, 5, 5, 6, 7, 8])
    monkeypatch.setattr(x509, "random_serial_number", lambda: next(drawn))
    outcomes = list(desk.authority.issue_all(numbers, act=CHIEF))
    serials = {outcome.record.certificate.serial_number for outcome in outcomes if outcome.record}
    assert len(serials) == 3
    assert taken not in serials


def test_more_than_a_chunk_is_answered_in_order(desk: Desk) -> None:
    """Each chunk looks up for itself."""
    applications = [desk.new() for _ in range(CHUNK + 2)]
    numbers = [outcome.record.id for outcome in desk.authority.request_all(applications, act=CLERK) if outcome.record]
    assert [o.error for o in desk.authority.approve_all(numbers, act=CHIEF)] == [None] * len(applications)
    outcomes = list(desk.authority.issue_all(numbers, act=CHIEF))
    assert [outcome.request_id for outcome in outcomes] == numbers
    assert codes(outcomes) == [None] * len(applications)
    desk.check_journal()


def test_what_ended_a_transaction_is_told_not_what_followed(desk: Desk) -> None:
    """A full disk takes SQLite's whole transaction back: the savepoint is gone, and that is not the cause."""
    store = store_of(desk)

    def act() -> None:
        with store._engine.connect() as connection:
            page = Page(connection)
            with page.act():
                steps(page.connection)
                connection.exec_driver_sql("ROLLBACK")
                raise OSError(errno.ENOSPC, "full")

    with pytest.raises(OSError, match="full"):
        act()


def test_a_refusal_that_cannot_be_taken_back_ends_the_chunk(desk: Desk) -> None:
    """Else the next act would be written into a transaction that is none."""
    store = store_of(desk)

    def act() -> None:
        with store._engine.connect() as connection:
            page = Page(connection)
            with page.act():
                steps(page.connection)
                connection.exec_driver_sql("ROLLBACK")
                raise UsageError(ErrorCode.WRONG_STATE, "refused")

    with pytest.raises(SQLAlchemyError):
        act()


def test_rows_that_a_database_swallows_are_no_acts(desk: Desk) -> None:
    """A planted trigger, and rows written together."""
    change = "CREATE TRIGGER evil BEFORE INSERT ON request_event BEGIN SELECT RAISE(IGNORE); END"
    connection = sqlite3.connect(desk.authority.location)
    connection.execute(change)
    connection.close()
    applications = [desk.new()]
    with pytest.raises(VnsignError) as caught:
        list(desk.authority.request_all(applications, act=CLERK))
    assert caught.value.code is ErrorCode.NOT_READABLE
    assert desk.authority.requests() == ()
