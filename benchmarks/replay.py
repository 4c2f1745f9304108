"""One district's published history, done again by real verbs: `python -m benchmarks.replay --scale 1 10`.

A district published: 559 accounts, 40,970 documents in, 1,414 out, 982 of them interconnected. Here that many people
get roles and act, that many documents are received, checked, registered, assigned and completed, drafted, approved,
signed, numbered and sealed, and those interconnected are packed, signed with a service key and put into a drop. What
is printed is the office's own report, computed from the tables and again from the log alone; a figure that is not the
one published ends the run with 1. Signatures of leader and seal are stand-ins: vnsign is measured elsewhere.

``--share 0.01`` takes a hundredth of the history, ``--scale 10`` ten of them, in one office. While it runs, each
twentieth part is a line on stderr: so many documents, what each of them cost, the size of the database.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from docflow import (
    Addressee,
    Agency,
    Channel,
    DocflowError,
    DocumentType,
    Draft,
    FileDrop,
    HandEntry,
    Office,
    OfficeRole,
    Post,
    Report,
    ReportForm,
    SignatureCheck,
    SignatureVerdict,
    parse_agency_code,
    write_report,
)
from docflow.store import Database

_YEAR = 2026
_AGENCY = Agency(code=parse_agency_code("H99.1"), name="UBND huyện An Bình", abbreviation="UBND", place="An Bình")
_ISSUERS = 40
AT_ONCE = 250
"""Documents in one transaction of the caller's: a night's transfer from another system."""
_PARTS = 20
"""Lines of progress of a long part."""
_FIRST = datetime(_YEAR, 1, 5, 1, 0, tzinfo=UTC)
_DAYS = 350
_ISSUED, _DEADLINE = date(_YEAR, 1, 2), date(_YEAR, 12, 31)


@dataclass(frozen=True, slots=True)
class History:
    """What was published, or a part or a multiple of it."""

    accounts: int = 559
    documents_in: int = 40_970
    documents_out: int = 1_414
    interconnected: int = 982

    def times(self, factor: float) -> History:
        """Return so much of it; the people stay as many, but fewer for a part."""
        counts = (self.documents_in, self.documents_out, self.interconnected)
        part = [max(1, round(count * factor)) for count in counts]
        return History(max(4, round(self.accounts * min(1.0, factor))), *part)

    @property
    def documents(self) -> int:
        """All of them."""
        return self.documents_in + self.documents_out


DISTRICT = History()


@dataclass(slots=True)
class Clock:
    """Goes through the working year with the documents."""

    time: datetime = _FIRST

    def now(self) -> datetime:
        """Return the time."""
        return self.time


@dataclass(frozen=True, slots=True)
class ServiceKey:
    """Signs what leaves, for real; nobody answers here."""

    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    def sign(self, statement: bytes) -> bytes:
        """Return a signature."""
        return self.key.sign(statement)

    def check(self, statement: bytes, signature: bytes, *, agency: str, at: datetime) -> SignatureCheck:
        """Nobody is known."""
        del statement, signature, agency, at
        return SignatureCheck(verdict=SignatureVerdict.UNDECIDED)


@dataclass(frozen=True, slots=True)
class People:
    """Who holds which role; everybody acts in turn."""

    count: int

    @property
    def leaders(self) -> int:
        """How many lead: one in fifty, at least one; as many clerks keep the registers."""
        return max(1, self.count // 50)

    def leader(self, turn: int) -> str:
        """Return a leader."""
        return f"Lãnh đạo {turn % self.leaders:03d}"

    def clerk(self, turn: int) -> str:
        """Return a clerk of the registry."""
        return f"Văn thư {turn % self.leaders:03d}"

    def officer(self, turn: int) -> str:
        """Return an officer."""
        return f"Chuyên viên {turn % (self.count - 2 * self.leaders - 1):03d}"

    def unit(self, turn: int) -> str:
        """Return the unit that an officer belongs to."""
        return f"Phòng {turn % 12 + 1:02d}"

    def enrol(self, office: Office) -> None:
        """Give everybody a role: one administrator, then the others."""
        office.grant("Quản trị", OfficeRole.QUAN_TRI, actor="Quản trị")
        officers = self.count - 2 * self.leaders - 1
        for names, role, count in (
            (self.leader, OfficeRole.LANH_DAO, self.leaders),
            (self.clerk, OfficeRole.VAN_THU, self.leaders),
            (self.officer, OfficeRole.CHUYEN_VIEN, officers),
        ):
            for turn in range(count):
                office.grant(names(turn), role, actor="Quản trị")


def receive(office: Office, turn: int, people: People) -> None:
    """Bring one incoming document through its life: on paper, by hand."""
    name, clerk, officer = f"den-{turn:08d}", people.clerk(turn), people.officer(turn)
    entry = HandEntry(
        channel=Channel.PAPER,
        issuer=f"Cơ quan số {turn % _ISSUERS}",
        type_name="Công văn",
        symbol=f"{turn // _ISSUERS + 1}/CQ{turn % _ISSUERS}-VP",
        subject=f"V/v báo cáo tình hình thực hiện nhiệm vụ, lần {turn}",
        issued_on=_ISSUED,
    )
    office.receive_by_hand(entry, actor=clerk, incoming_id=name)
    office.check(name, actor=clerk)
    office.accept(name, actor=clerk)
    office.assign(name, actor=people.leader(turn), to=people.unit(turn), deadline=_DEADLINE)
    office.progress(name, actor=officer, note="đang xử lý")
    office.complete(name, actor=officer, note="đã báo cáo")


def draw_up(office: Office, turn: int, people: People, *, is_interconnected: bool) -> str:
    """Bring one outgoing document to its number."""
    name = f"di-{turn:08d}"
    draft = Draft(
        type=DocumentType.QUYET_DINH,
        subject=f"về việc giao nhiệm vụ, lần {turn}",
        signer_name="Nguyễn Văn An",
        signer_position="Chủ tịch",
        addressees=(
            Addressee(name="Sở Nội vụ tỉnh An Bình", code=parse_agency_code("H99.20") if is_interconnected else None),
        ),
        unit=people.unit(turn).replace("Phòng ", "P"),
    )
    office.draft(draft, actor=people.officer(turn), document_id=name)
    office.approve(name, actor=people.leader(turn))
    signed = b"%PDF signed " + name.encode()
    office.leader_signed(name, signed, actor=people.leader(turn))
    office.issue(name, actor=people.clerk(turn))
    office.sealed(name, signed + b" number, date, seal", actor=people.clerk(turn))
    return name


def replay(folder: Path, history: History, *, at_once: int = AT_ONCE) -> tuple[Report, dict[str, float]]:
    """Do it all in a new office, so many documents at once; return its report, and CPU seconds of each part."""
    clock, key, people = Clock(), ServiceKey(), People(history.accounts)
    spent: dict[str, float] = {}
    with Office.open(folder / "office", agency=_AGENCY, clock=clock, post=Post(signer=key, peers=key)) as office:
        with _timed(spent, "roles"):
            people.enrol(office)
        with _timed(spent, "in"):
            _in_transactions(
                office, folder, clock, history.documents_in, lambda o, turn: receive(o, turn, people), at_once=at_once
            )
        with _timed(spent, "out"):

            def issue(inside: Office, turn: int) -> None:
                draw_up(inside, turn, people, is_interconnected=turn < history.interconnected)

            clock.time = _FIRST + timedelta(days=_DAYS)
            _in_transactions(office, folder, clock, history.documents_out, issue, at_once=at_once, is_moving=False)
        with _timed(spent, "exchange"):
            office.dispatch(FileDrop(folder / "drop"))
        with _timed(spent, "report"):
            report = office.report(str(_YEAR))
        with _timed(spent, "report from the log"):
            office.verify_report(report)
    return report, spent


def _in_transactions(
    office: Office,
    folder: Path,
    clock: Clock,
    count: int,
    work: Callable[[Office, int], object],
    *,
    at_once: int,
    is_moving: bool = True,
) -> None:
    """Do something for each document, many in one transaction of the caller's."""
    path = folder / "office" / "docflow.sqlite"
    engine = Database(path).engine
    begun, spoken, since = clock.time, 0, time.process_time()
    for start in range(0, count, at_once):
        if is_moving:
            clock.time = begun + timedelta(days=_DAYS * start / count)
        done = min(start + at_once, count)
        with office.lock(), engine.begin() as connection:
            inside = office.within(connection)
            for turn in range(start, done):
                work(inside, turn)
        if done - spoken >= count / _PARTS or done == count:
            cost = 1e3 * (time.process_time() - since) / (done - spoken)
            size = path.stat().st_size / 1e6
            print(f"{done:>12,} of {count:,}: {cost:.2f} ms CPU each, {size:,.0f} MB", file=sys.stderr, flush=True)
            spoken, since = done, time.process_time()
    engine.dispose()


@contextmanager
def _timed(spent: dict[str, float], name: str) -> Iterator[None]:
    began = time.process_time()
    yield
    spent[name] = time.process_time() - began


def differences(report: Report, history: History) -> list[str]:
    """Return which figures are not those of the history."""
    total = report.total
    wanted = {
        "accounts": (history.accounts, total.accounts),
        "active accounts": (history.accounts, total.active_accounts),
        "documents in": (history.documents_in, total.documents_in),
        "documents out": (history.documents_out, total.documents_out),
        "interconnected": (history.interconnected, total.interconnected_in + total.interconnected_out),
    }
    return [f"{name}: {there} instead of {here}" for name, (here, there) in wanted.items() if here != there]


def main() -> None:
    """Replay the history at each scale and print what it costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, nargs="+", default=[1.0], help="how many times the history")
    parser.add_argument("--share", type=float, default=1.0, help="a part of the history, e.g. 0.01")
    parser.add_argument("--at-once", type=int, default=AT_ONCE, help="documents in one transaction (250)")
    parser.add_argument("--keep", type=Path, help="keep the offices in this folder")
    asked = parser.parse_args()
    costs: list[float] = []
    for scale in asked.scale:
        history = DISTRICT.times(scale * asked.share)
        folder = (asked.keep or Path(tempfile.mkdtemp(prefix="docflow-replay-"))) / f"{scale:g}"
        folder.mkdir(parents=True)
        try:
            report, spent = replay(folder, history, at_once=asked.at_once)
        except DocflowError as exc:
            sys.exit(str(exc))
        finally:
            if asked.keep is None:
                shutil.rmtree(folder.parent, ignore_errors=True)
        print(write_report(report, ReportForm.TEXT).decode())
        wrong = differences(report, history)
        if wrong:
            sys.exit("not the history: " + "; ".join(wrong))
        work = spent["in"] + spent["out"] + spent["exchange"]
        costs.append(work / history.documents)
        parts = ", ".join(f"{name} {seconds:.1f}" for name, seconds in spent.items())
        print(f"| {scale:g}× | {history.documents:,} documents | {1e3 * costs[-1]:.2f} ms CPU each | {parts} s CPU |")
        print(f"ratio to the first (goal ≤ 1.2): {costs[-1] / costs[0]:.2f}\n", flush=True)


if __name__ == "__main__":
    main()
