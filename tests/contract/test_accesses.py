"""Accesses as a front end reports them: recorded once, listed page by page, counted, proved; on every kind of store."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from docflow import (
    Access,
    AccessBy,
    AccessCounts,
    AccessEntry,
    AccessKind,
    AccessQuery,
    AccessTarget,
    DocflowError,
    ErrorCode,
    Office,
    OfficeRole,
)
from docflow.office.accesses import record_in
from docflow.ports import Piece, UnitOfWork
from docflow.store.tables import ACCESS_ENTRY as TABLE
from docflow.store.writing.access_unit import _FIND
from tests.contract.offices import Place
from tests.contract.test_own_transaction import engine_of
from tests.office_kit import NOON, SetClock, make_draft, seal_off
from tests.work_kit import make_file, register

PORTAL = "Cổng điều hành"
D1 = AccessQuery(target=AccessTarget.OUTGOING, subject="d1")


def seen(subject: str = "d1", **changes: object) -> Access:
    """Return that somebody looked at a document."""
    fields: dict[str, object] = {
        "person": "Bình",
        "kind": AccessKind.XEM,
        "target": AccessTarget.OUTGOING,
        "subject": subject,
        **changes,
    }
    return Access(**fields)  # type: ignore[arg-type]


def entered(person: str = "Bình", **changes: object) -> Access:
    """Return that somebody entered the system."""
    return seen("", person=person, kind=AccessKind.TRUY_CAP, target=AccessTarget.SYSTEM, **changes)


def keep(office: Office, *accesses: Access) -> tuple[AccessEntry, ...]:
    """Report accesses that must all be taken."""
    done = office.record_accesses(accesses, actor=PORTAL)
    assert all(isinstance(one, AccessEntry) for one in done), done
    return tuple(one for one in done if isinstance(one, AccessEntry))


def codes(done: tuple[AccessEntry | DocflowError, ...]) -> list[ErrorCode | int]:
    """Return the place or the code of the error of each access."""
    return [one.code if isinstance(one, DocflowError) else one.position for one in done]


def places(office: Office, query: AccessQuery = AccessQuery(), **asked: int) -> list[int]:  # noqa: B008 - frozen
    """Return the places of a page of the history."""
    return [entry.position for entry in office.access_history(query, reader=PORTAL, **asked).entries]


def refused(code: ErrorCode, attempt: Callable[[], object], *, office: Office) -> None:
    """Expect a refusal in both languages that leaves nothing."""
    before = office.checkpoint()
    with pytest.raises(DocflowError) as caught:
        attempt()
    assert caught.value.code is code
    assert caught.value.vi
    assert office.checkpoint() == before


def figures(found: AccessCounts) -> dict[str, tuple[int, ...]]:
    """Return what was counted, line by line: entered, viewed, downloaded, printed, all."""
    return {
        " ".join(filter(None, (line.target, line.key))): (
            line.entered,
            line.viewed,
            line.downloaded,
            line.printed,
            line.total,
        )
        for line in found.lines
    }


def fill(office: Office, clock: SetClock) -> str:
    """Leave accesses of two days by two people; return the code of the file among what they looked at."""
    seal_off(office, "d1")
    office.draft(make_draft(), actor="A", document_id="d2")
    register(office, "den-1", issued_on=None)
    file = make_file(office).code
    keep(
        office,
        entered(unit="VP"),
        seen(unit="VP"),
        seen(unit="VP", kind=AccessKind.TAI),
        seen("den-1", target=AccessTarget.INCOMING, person="Cường"),
    )
    clock.time = NOON + timedelta(days=1)
    keep(
        office,
        entered(unit="VP"),
        entered("Cường"),
        seen(person="Cường", kind=AccessKind.IN, address="10.1.2.3"),
        seen("d2", unit="VP"),
        seen(file, target=AccessTarget.FILE, person="Cường", access_id="cuối"),
    )
    return file


def test_each_access_is_kept_with_who_what_when_and_from_where(place: Place) -> None:
    """By document, file, person, unit, kind and period, the newest first; drafts too.

    NĐ 30/2020 PL VI Phần I mục III.5a: "lịch sử truy cập và xem văn bản"
    NĐ 30/2020 PL VI Phần I mục III.6l: "Lưu lịch sử truy cập và sử dụng văn bản, tài liệu."
    """
    clock = SetClock()
    with place.open(clock=clock) as office:
        file = fill(office, clock)
        newest, _, printed = office.access_history(reader=PORTAL, limit=3).entries
        assert (newest.target, newest.subject, newest.access_id) == (AccessTarget.FILE, file, "cuối")
        assert (printed.person, printed.kind, printed.target, printed.subject, printed.unit, printed.address) == (
            ("Cường", AccessKind.IN, AccessTarget.OUTGOING, "d1", "", "10.1.2.3")
        )
        assert (printed.at, printed.reported_by, printed.agency) == (NOON + timedelta(days=1), PORTAL, "H99")
        asked = {
            "one document": (D1, [6, 2, 1]),
            "incoming": (AccessQuery(target=AccessTarget.INCOMING), [3]),
            "one file": (AccessQuery(target=AccessTarget.FILE, subject=file), [8]),
            "the system": (AccessQuery(target=AccessTarget.SYSTEM), [5, 4, 0]),
            "a person": (AccessQuery(person="Cường"), [8, 6, 5, 3]),
            "a unit": (AccessQuery(unit="VP"), [7, 4, 2, 1, 0]),
            "unit not known": (AccessQuery(unit=""), [8, 6, 5, 3]),
            "a kind": (AccessQuery(kind=AccessKind.TAI), [2]),
            "a day": (AccessQuery(since=date(2026, 1, 5), until=date(2026, 1, 5)), [3, 2, 1, 0]),
            "all of it": (AccessQuery(person="Bình", unit="VP", since=date(2026, 1, 6)), [7, 4]),
            "nothing": (AccessQuery(target=AccessTarget.INCOMING, subject="d1"), []),
        }
        assert {name: places(office, query) for name, (query, _) in asked.items()} == {
            name: expected for name, (_, expected) in asked.items()
        }
    assert place.verify().is_intact


def test_accesses_are_counted_for_each_document_person_unit_and_day(place: Place) -> None:
    """Figures by kind and together; the most accessed first, days and months in their order, page by page.

    NĐ 30/2020 PL VI Phần I mục II.3: "thống kê số lượt truy cập văn bản, hồ sơ, hệ thống"
    NĐ 30/2020 PL VI Phần I mục III.6a: "số lượt truy cập vào từng hồ sơ, văn bản, tài liệu"
    """
    clock = SetClock()
    with place.open(clock=clock) as office:
        file = fill(office, clock)
        count = partial(office.access_counts, reader=PORTAL)
        subjects = figures(count(by=AccessBy.SUBJECT))
        assert list(subjects)[:2] == ["he_thong", "di d1"]
        assert subjects == {
            "di d1": (0, 1, 1, 1, 3),
            "he_thong": (3, 0, 0, 0, 3),
            f"ho_so {file}": (0, 1, 0, 0, 1),
            "di d2": (0, 1, 0, 0, 1),
            "den den-1": (0, 1, 0, 0, 1),
        }
        assert figures(count(by=AccessBy.PERSON)) == {"Bình": (2, 2, 1, 0, 5), "Cường": (1, 2, 0, 1, 4)}
        assert figures(count(by=AccessBy.UNIT)) == {"VP": (2, 2, 1, 0, 5), "": (1, 2, 0, 1, 4)}
        days = count(by=AccessBy.DAY)
        assert list(figures(days)) == ["2026-01-05", "2026-01-06"]
        assert figures(days) == {"2026-01-05": (1, 2, 1, 0, 4), "2026-01-06": (2, 2, 0, 1, 5)}
        assert figures(count(by=AccessBy.MONTH)) == {"2026-01": (3, 4, 1, 1, 9)}
        assert (count(D1).lines, count(D1).total.total) == ((), 3)
        pages = [count(by=AccessBy.SUBJECT, limit=2, skip=skip) for skip in (0, 2, 4)]
        assert [line for page in pages for line in page.lines] == list(count(by=AccessBy.SUBJECT).lines)
        assert [(page.has_more, page.total.total) for page in pages] == [(True, 9), (True, 9), (False, 9)]
        nobody = count(AccessQuery(person="Ai đó"), by=AccessBy.DAY)
        assert (nobody.lines, nobody.total.total, nobody.has_more) == ((), 0, False)


def test_visits_are_counted_when_somebody_who_manages_asks(place: Place) -> None:
    """Leaders and administrators ask; whoever holds a role at all is recorded, and reads nobody's history.

    NĐ 30/2020 PL VI Phần I mục III.6b: "Cho phép thống kê số lượt truy cập vào Hệ thống theo yêu cầu của người quản
        lý, quản trị."
    """
    people = {
        "Quản": OfficeRole.QUAN_TRI,
        "Lãnh": OfficeRole.LANH_DAO,
        "Văn": OfficeRole.VAN_THU,
        "Chi": OfficeRole.CHUYEN_VIEN,
    }
    visits = AccessQuery(target=AccessTarget.SYSTEM)
    with place.open() as office:
        forbidden = partial(refused, ErrorCode.FORBIDDEN, office=office)
        for person, role in people.items():
            office.grant(person, role, actor="Quản")
        for person in people:
            office.record_access(entered(person), actor=person)
        office.withdraw("Chi", OfficeRole.CHUYEN_VIEN, actor="Quản")
        for person in ("Chi", "Người lạ"):
            forbidden(partial(office.record_access, entered(person), actor="Văn"))
            forbidden(partial(office.record_access, entered("Văn"), actor=person))
        assert codes(office.record_accesses([entered("Chi"), entered("Văn"), entered("Lạ")], actor="Văn")) == [
            ErrorCode.FORBIDDEN,
            4,
            ErrorCode.FORBIDDEN,
        ]
        for person in ("Văn", "Chi", "Người lạ"):
            forbidden(partial(office.access_counts, visits, reader=person))
            forbidden(partial(office.access_history, visits, reader=person))
        for person in ("Quản", "Lãnh"):
            assert office.access_counts(visits, reader=person).total.entered == 5
            assert len(office.access_history(visits, reader=person).entries) == 5


def test_reported_together_they_leave_one_leaf_and_each_gets_its_place_or_its_error(place: Place) -> None:
    """What is unknown is refused by itself, with its code; nothing is left of it, and none of nothing."""
    with place.open() as office:
        seal_off(office, "d1")
        register(office, "den-1", issued_on=None)
        before = office.verify_log()
        done = office.record_accesses(
            [
                seen(),
                seen("không-có"),
                seen("den-1"),
                seen("d1", target=AccessTarget.INCOMING),
                seen("d1", target=AccessTarget.FILE),
                entered(),
            ],
            actor=PORTAL,
        )
        assert codes(done) == [0, *[ErrorCode.NOT_FOUND] * 4, 1]
        assert all(one.vi for one in done if isinstance(one, DocflowError))
        after = office.verify_log()
        assert (after.size - before.size, after.checkpoints - before.checkpoints) == (1, 1)
        assert after.rows - before.rows == 2
        refused(ErrorCode.NOT_FOUND, lambda: office.record_access(seen("không-có"), actor=PORTAL), office=office)
        newest = office.checkpoint()
        assert office.record_accesses([], actor=PORTAL) == ()
        assert codes(office.record_accesses([seen("không-có")], actor=PORTAL)) == [ErrorCode.NOT_FOUND]
        assert office.checkpoint() == newest
        assert places(office) == [1, 0]
    assert place.verify().is_intact


def test_an_access_reported_again_under_its_id_is_recorded_once(place: Place) -> None:
    """Once more, by another process, twice together, much later, after his role is gone; without an id each counts."""
    clock = SetClock()
    with place.open(clock=clock) as office:
        seal_off(office, "d1")
        first = office.record_access(seen(access_id="a"), actor=PORTAL)
        newest = office.checkpoint()
        clock.advance(hours=5)
        assert office.record_access(seen(access_id="a"), actor="Cổng khác") == first
        assert office.checkpoint() == newest
        twice = keep(office, seen(access_id="b"), seen(access_id="a"), seen(access_id="b"))
        assert [one.position for one in twice] == [1, 0, 1]
        for other in (
            {"person": "Cường"},
            {"kind": AccessKind.IN},
            {"unit": "VP"},
            {"address": "10.1.2.3"},
            {"subject": "d2"},
            {"target": AccessTarget.INCOMING},
        ):
            attempt = partial(office.record_access, seen(**{"access_id": "a", **other}), actor=PORTAL)
            refused(ErrorCode.IDEMPOTENCY_CONFLICT, attempt, office=office)
        both = office.record_accesses([seen(access_id="c"), seen(access_id="c", person="Cường")], actor=PORTAL)
        assert codes(both) == [2, ErrorCode.IDEMPOTENCY_CONFLICT]
        assert [one.position for one in keep(office, seen(), seen())] == [3, 4]
        office.grant("Quản", OfficeRole.QUAN_TRI, actor="Quản")
        assert office.record_access(seen(access_id="a"), actor="Quản") == first
    with place.open(clock=clock) as again:
        assert again.record_access(seen(access_id="a"), actor="Quản") == first
        many = [seen(person="Quản", access_id=f"n{number}") for number in range(600)]
        assert codes(again.record_accesses(many, actor="Quản")) == list(range(5, 605))
        assert codes(again.record_accesses(many[::-1], actor="Quản")) == list(range(604, 4, -1))
        assert again.access_counts(D1, reader="Quản").total.viewed == 605
    assert place.verify().is_intact


def test_what_waits_in_the_callers_transaction_is_seen_by_who_reads_in_it(place: Place) -> None:
    """Recorded twice in one transaction, an access stands once in its history, its figures, and after its commit."""
    with place.open() as office:
        seal_off(office, "d1")
        engine = engine_of(place)
        with office.lock(), engine.begin() as connection:
            inside = office.within(connection)
            first = inside.record_access(seen(access_id="a"), actor=PORTAL)
            assert inside.record_access(seen(access_id="a"), actor=PORTAL) == first
            assert codes(inside.record_accesses([seen(access_id="a"), seen()], actor=PORTAL)) == [0, 1]
            assert places(inside) == [1, 0]
            assert inside.access_counts(D1, reader=PORTAL).total.viewed == 2
        assert places(office) == [1, 0]
        with office.lock(), engine.connect() as connection:
            inside = office.within(connection)
            assert inside.record_access(seen(access_id="b"), actor=PORTAL).position == 2
            connection.rollback()
        assert office.record_access(seen(access_id="b", person="Cường"), actor=PORTAL).position == 2
        engine.dispose()
    assert place.verify().is_intact


def test_what_waits_in_a_shared_commit_is_seen_by_the_next_piece_and_what_was_undone_is_not(place: Place) -> None:
    """The same access by several at once is recorded once; the id and the place of a piece that failed are free."""
    with place.open() as office:
        seal_off(office, "d1")
        desk = office._desk

        def report(*accesses: Access) -> Piece[object]:
            return Piece(lambda unit: record_in(unit, desk, accesses, actor=PORTAL, now=NOON))

        def spoil(unit: UnitOfWork) -> object:
            record_in(unit, desk, (seen(access_id="b"), seen(access_id="c")), actor=PORTAL, now=NOON)
            raise DocflowError(ErrorCode.WRONG_STATE, "spoilt", vi="hỏng")

        def spoil_late(unit: UnitOfWork) -> object:
            record_in(unit, desk, (seen(access_id="c"),), actor=PORTAL, now=NOON)
            unit.flush()  # type: ignore[attr-defined]
            raise DocflowError(ErrorCode.WRONG_STATE, "spoilt", vi="hỏng")

        before = office.verify_log()
        pieces = [
            report(seen(access_id="a")),
            report(seen(access_id="a")),
            Piece(spoil),
            report(seen(access_id="a", person="Cường"), seen(access_id="b", person="Cường")),
            Piece(spoil_late),
            report(seen(access_id="c", person="Dung"), seen(access_id="b", person="Cường")),
        ]
        done = office._store.transact_many(pieces)
        assert [one.code if isinstance(one, DocflowError) else codes(one) for one in done] == [  # type: ignore[arg-type]
            [0],
            [0],
            ErrorCode.WRONG_STATE,
            [ErrorCode.IDEMPOTENCY_CONFLICT, 1],
            ErrorCode.WRONG_STATE,
            [2, 1],
        ]
        after = office.verify_log()
        assert (after.size - before.size, after.checkpoints - before.checkpoints) == (3, 1)
        people = [entry.person for entry in office.access_history(D1, reader=PORTAL).entries]
        assert people == ["Dung", "Cường", "Bình"]
    assert place.verify().is_intact


def test_front_ends_that_report_the_same_at_once_are_all_given_one_place(place: Place) -> None:
    """Two front ends with a buffer each, several threads, each buffer handed in twice: every access once, no gap."""
    with place.open() as one, place.open() as other:
        seal_off(one, "d1")
        buffers = [[seen(access_id=f"{start + number}") for number in range(10)] for start in range(0, 50, 5)] * 2
        with ThreadPoolExecutor(8) as clerks:
            given = list(
                clerks.map(lambda pair: keep(pair[0], *pair[1]), zip(cycle((one, other)), buffers, strict=False))
            )
        found = {(entry.access_id, entry.position) for entries in given for entry in entries}
        assert sorted(position for _, position in found) == list(range(55))
        assert len({access_id for access_id, _ in found}) == 55
        assert one.access_counts(D1, reader=PORTAL).total.viewed == 55
    assert place.verify().is_intact


def test_every_access_stands_on_one_page(place: Place) -> None:
    """Also of those reported in one moment; what comes meanwhile shifts no page; of a period and of one person too."""
    clock = SetClock()
    with place.open(clock=clock) as office:
        seal_off(office, "d1")
        for person in ("Bình", "Cường", "Bình"):
            keep(office, *[seen(person=person)] * 7)
            clock.advance(minutes=1)
        for query, expected in (
            (AccessQuery(), list(range(20, -1, -1))),
            (AccessQuery(person="Bình"), [*range(20, 13, -1), *range(6, -1, -1)]),
            (AccessQuery(since=date(2026, 1, 5), until=date(2026, 1, 5)), list(range(20, -1, -1))),
        ):
            for limit in (1, 5, 7, 21, 1000):
                read, before = list[int](), None
                while True:
                    page = office.access_history(query, reader=PORTAL, before=before, limit=limit)
                    read += [entry.position for entry in page.entries]
                    before = page.before
                    if before is None:
                        break
                    assert len(page.entries) == limit
                    assert len(read) < len(expected)
                assert read == expected
        page = office.access_history(reader=PORTAL, limit=3)
        keep(office, seen())
        assert places(office, before=page.before or 0, limit=2) == [17, 16]
        with pytest.raises(DocflowError) as caught:
            office.access_history(reader=PORTAL, before=22)
        assert caught.value.code is ErrorCode.NOT_FOUND


def test_a_day_ends_at_midnight_in_ha_noi(place: Place) -> None:
    """Whatever zone the machine's clock has; the last and the first millisecond belong to their days."""
    clock = SetClock(datetime(2026, 1, 31, 16, 59, 59, 999_000, tzinfo=UTC))
    with place.open(clock=clock) as office:
        seal_off(office, "d1")
        keep(office, seen())
        clock.time = datetime(2026, 1, 31, 17, 0, tzinfo=UTC)
        keep(office, seen())
        assert places(office, AccessQuery(until=date(2026, 1, 31))) == [0]
        assert places(office, AccessQuery(since=date(2026, 2, 1))) == [1]
        assert places(office, AccessQuery(until=date.max, since=date.min)) == [1, 0]
        assert list(figures(office.access_counts(reader=PORTAL, by=AccessBy.DAY))) == ["2026-01-31", "2026-02-01"]
        assert list(figures(office.access_counts(reader=PORTAL, by=AccessBy.MONTH))) == ["2026-01", "2026-02"]
        clock.advance(hours=-1)
        refused(ErrorCode.CLOCK_TURNED_BACK, lambda: office.record_access(seen(), actor=PORTAL), office=office)


def test_the_proof_of_a_document_tells_nobody_who_looked_at_it(place: Place) -> None:
    """It opens the last step of the document, and nothing opens the leaf of an access; a report counts no looking."""
    with place.open() as office:
        seal_off(office, "d1")
        (before, report) = office.inclusion_proof("d1").split("\n\n")[0], office.report("2026")
        keep(office, seen(), entered())
        proof = office.inclusion_proof("d1")
        assert proof.split("\n\n")[0].splitlines()[1] == before.splitlines()[1]
        refused(ErrorCode.NOT_FOUND, partial(office.inclusion_proof, "H99/access"), office=office)
        after = office.report("2026")
        assert after.total == report.total
        assert office.verify_report(after) == after


BAD: dict[str, Callable[[], object]] = {
    "nobody": lambda: seen(person=""),
    "a person of two lines": lambda: seen(person="A\nB"),
    "a long unit": lambda: seen(unit="x" * 201),
    "an address that turns": lambda: seen(address="a\u202eb"),
    "no subject": lambda: seen(""),
    "an empty id": lambda: seen(access_id=""),
    "a long id": lambda: seen(access_id="x" * 101),
    "a document entered": lambda: seen(kind=AccessKind.TRUY_CAP),
    "the system viewed": lambda: seen("", target=AccessTarget.SYSTEM),
    "a part of the system": lambda: seen(kind=AccessKind.TRUY_CAP, target=AccessTarget.SYSTEM),
    "no kind": lambda: seen(kind="đọc"),
    "no target": lambda: seen(target=[]),
    "a subject of anything": lambda: AccessQuery(subject="d1"),
    "a subject of the system": lambda: AccessQuery(target=AccessTarget.SYSTEM, subject="d1"),
    "a period turned round": lambda: AccessQuery(since=date(2026, 2, 1), until=date(2026, 1, 1)),
}


@pytest.mark.parametrize("attempt", BAD.values(), ids=BAD)
def test_what_is_no_access_and_no_question_is_refused(attempt: Callable[[], object]) -> None:
    """With a code and a Vietnamese sentence, before anything is asked of a store."""
    with pytest.raises(DocflowError) as caught:
        attempt()
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
    assert caught.value.vi


def test_more_than_a_front_end_may_hold_back_or_a_person_can_read_is_refused(place: Place) -> None:
    """A thousand are taken at once, a thousand given; also what stands behind them is looked at."""
    with place.open() as office:
        seal_off(office, "d1")
        bad = partial(refused, ErrorCode.BAD_ARGUMENT, office=office)
        bad(partial(office.record_accesses, [seen()] * 1001, actor=PORTAL))
        bad(partial(office.record_accesses, [*[seen()] * 200, "d1"], actor=PORTAL))  # type: ignore[list-item]
        bad(partial(office.record_accesses, [], actor=""))
        for limit in (0, 1001, 10**30):
            bad(partial(office.access_history, reader=PORTAL, limit=limit))
            bad(partial(office.access_counts, reader=PORTAL, limit=limit))
        for number in (-1, 10**30):
            bad(partial(office.access_history, reader=PORTAL, before=number))
            bad(partial(office.access_counts, reader=PORTAL, skip=number))
        bad(partial(office.access_history, reader=""))
        assert len(keep(office, *[seen()] * 1000)) == 1000
        assert len(places(office, limit=1000)) == 1000


def test_no_question_about_one_document_person_period_or_id_reads_all_accesses(tmp_path: Path) -> None:
    """SQLite keeps no statistics of an office: which index it takes must not hang on what it guesses."""
    place = Place("sqlite", str(tmp_path / "database"), tmp_path)
    with place.open() as office:
        store = office._store
        questions: dict[str, tuple[AccessQuery, str]] = {
            "a document": (D1, "ix_access_entry_subject (agency=? AND target=? AND subject=?"),
            "a person": (AccessQuery(person="A"), "ix_access_entry_person (agency=? AND person=?"),
            "a period": (AccessQuery(since=date(2026, 1, 1)), "ix_access_entry_at (agency=? AND at>?"),
            "visits": (AccessQuery(target=AccessTarget.SYSTEM), "ix_access_entry_subject (agency=? AND target=?"),
        }
        with store.database.reading() as connection:

            def plan(query: sa.Select[Any]) -> str:
                compiled = query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
                found = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")
                return " ".join(str(row[3]) for row in found)

            for name, (query, index) in questions.items():
                listed = sa.select(TABLE).where(*store._where(query))
                assert index in plan(listed.order_by(TABLE.c.at.desc(), TABLE.c.position.desc()).limit(9)), name
                assert index in plan(sa.select(sa.func.count()).select_from(TABLE).where(*store._where(query))), name
            text, bind = _FIND.for_dialect(connection.dialect)
            values = bind({"owner": "H99", **{f"id_{place}": "a" for place in range(256)}})
            (row,) = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)
            assert "uq_access_entry_access_id (agency=? AND access_id=?)" in row[3]
