"""An office beside the machine's own rate of durable commits: `python -m benchmarks.office`.

Issued is: state and guard checked, number, date and symbol given, register line, document, outbox, idempotency answer,
audit leaf, tree and signed checkpoint written; answered after it is on the disk. The machine's raw rate is measured in
the same round: one row, one durable commit, the same driver and the same pragmas. Goals: one at a time ≥ 60 % of the
raw rate; with group commit ≥ 10,000 documents/s; cost per document in a large office ≤ 1.2 × that in a small one.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import sqlalchemy as sa

from docflow import Addressee, Agency, DocflowError, DocumentType, Draft, Office, SignatureVerdict, parse_agency_code
from docflow.model import Document, DocumentState
from docflow.office.ledger import record_event
from docflow.ports import BlobRow, UnitOfWork
from docflow.store import Database, SystemRandomness

_AGENCY = Agency(code=parse_agency_code("H99"), name="UBND tỉnh An Bình", abbreviation="UBND", place="An Bình")
_DRAFT = Draft(
    type=DocumentType.QUYET_DINH,
    subject="về việc ban hành Quy chế làm việc của Ủy ban nhân dân",
    signer_name="Nguyễn Văn An",
    signer_position="Chủ tịch",
    addressees=(Addressee(name="Sở Khoa học và Công nghệ", code=parse_agency_code("H99.12")),),
)
_AT_ONCE = 2000


@dataclass(slots=True)
class Clock:
    """Stands still: the machine's clock is not what is measured."""

    time: datetime = datetime(2026, 1, 5, 5, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """Return the time."""
        return self.time


@dataclass(frozen=True, slots=True)
class Measured:
    """Something done ``count`` times: wall time and CPU time in seconds."""

    count: int
    wall: float
    cpu: float

    @property
    def rate(self) -> float:
        """Times a second."""
        return self.count / self.wall


@contextmanager
def open_office(place: str, home: Path) -> Iterator[Office]:
    """Open the office that is measured."""
    with Office.open(place, agency=_AGENCY, home=home, clock=Clock()) as office:
        yield office


def make_ready(office: Office, names: Sequence[str], *, state: DocumentState = DocumentState.LEADER_SIGNED) -> None:
    """Put documents where they wait for their number, each with a leaf; all share one file."""
    desk, at = office._desk, Clock().now()
    blob = BlobRow(sha256=desk.blobs.put(b"%PDF signed"), size=len(b"%PDF signed"))

    def put(unit: UnitOfWork, name: str) -> None:
        unit.add_blob(blob)
        document = Document(
            id=name,
            agency=_AGENCY.code.text,
            state=state,
            draft=_DRAFT,
            drafted_at=at,
            drafted_by="A",
            approved_at=at,
            approved_by="B",
            leader_pdf=blob.sha256,
            leader_signed_at=at,
            leader_verdict=SignatureVerdict.NOT_CHECKED,
        )
        unit.add_document(document)
        record_event(
            unit,
            "document_leader_signed",
            time=at,
            actor="C",
            agency=_AGENCY.code.text,
            subject=name,
            randomness=desk.randomness,
        )

    for start in range(0, len(names), _AT_ONCE):
        with office._store.writing() as unit:
            for name in names[start : start + _AT_ONCE]:
                put(unit, name)


def measure(count: int, work: Callable[[], object]) -> Measured:
    """Do something and look at both clocks."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Measured(count, time.perf_counter() - wall, time.process_time() - cpu)


def raw_commits(place: str, folder: Path, count: int) -> Measured:
    """One row, one durable commit: what the machine and the driver can do at best."""
    if "://" in place:
        engine = sa.create_engine(place.replace("postgresql://", "postgresql+psycopg://"))
    else:
        engine = Database(folder / "raw.sqlite").engine
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS raw_row")
        connection.exec_driver_sql("CREATE TABLE raw_row (id INTEGER PRIMARY KEY, text TEXT)")
    with engine.connect() as connection:
        raw = connection.connection
        cursor = raw.cursor()
        mark = "%s" if "://" in place else "?"
        begin = () if "://" in place else ("BEGIN IMMEDIATE",)

        def work() -> None:
            for number in range(count):
                for text in begin:
                    cursor.execute(text)
                cursor.execute(f"INSERT INTO raw_row VALUES ({mark}, {mark})", (number, "x" * 100))  # noqa: S608 - the driver's own mark
                raw.commit() if "://" in place else cursor.execute("COMMIT")

        measured = measure(count, work)
    engine.dispose()
    return measured


def one_at_a_time(office: Office, names: Sequence[str]) -> Measured:
    """One call, one commit, one answer."""

    def work() -> None:
        for name in names:
            office.issue(name, actor="V")

    return measure(len(names), work)


def in_one_call(office: Office, names: Sequence[str]) -> Measured:
    """``issue_many``."""

    def work() -> None:
        for done in office.issue_many(names, actor="V"):
            if isinstance(done, DocflowError):
                raise done

    return measure(len(names), work)


def from_threads(office: Office, names: Sequence[str], threads: int) -> Measured:
    """Clerks who do not know of each other: each waits for his own answer."""

    def work() -> None:
        clerks = [
            threading.Thread(target=lambda part=names[at::threads]: [office.issue(name, actor="V") for name in part])
            for at in range(threads)
        ]
        for clerk in clerks:
            clerk.start()
        for clerk in clerks:
            clerk.join()

    return measure(len(names), work)


def run_round(place: str, *, count: int, group: int) -> dict[str, Measured]:
    """Measure everything once in a new office."""
    folder = Path(tempfile.mkdtemp(prefix="docflow-bench-"))
    place = place or str(folder / "office")
    try:
        with open_office(place, folder / "home") as office:
            tag = SystemRandomness().token(4).hex()
            names = [f"{tag}-{number}" for number in range(2 * count + group)]
            make_ready(office, names)
            measured = {"raw": raw_commits(place, folder, count)}
            measured["one"] = one_at_a_time(office, names[:count])
            measured["raw again"] = raw_commits(place, folder, count)
            measured["threads"] = from_threads(office, names[count : 2 * count], 32)
            measured["many"] = in_one_call(office, names[2 * count :])
            return measured
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def compare_sizes(*, small: int, large: int, count: int) -> None:
    """Print the cost of a document in a small office and in a large one, one at a time and in one call."""
    folder = Path(tempfile.mkdtemp(prefix="docflow-bench-"))
    try:
        with open_office(str(folder / "office"), folder / "home") as office:
            costs: dict[int, tuple[Measured, Measured]] = {}
            filled = 0
            for size in (small, large):
                names = [f"{number:08d}" for number in range(filled, size)]
                for start in range(0, len(names), 50_000):
                    part = names[start : start + 50_000]
                    make_ready(office, part)
                    in_one_call(office, part)
                filled = size
                fresh = [f"n{size}-{number}" for number in range(2 * count)]
                make_ready(office, fresh)
                costs[size] = one_at_a_time(office, fresh[:count]), in_one_call(office, fresh[count:])
                one, many = costs[size]
                print(
                    f"{size:>9,} documents: one at a time {1e6 * one.wall / count:7.0f} µs wall, "
                    f"{1e6 * one.cpu / count:6.0f} µs CPU; in one call {1e6 * many.wall / count:6.0f} µs wall, "
                    f"{1e6 * many.cpu / count:5.0f} µs CPU",
                    flush=True,
                )
            ratios = [
                f"{getattr(costs[large][which], clock) / getattr(costs[small][which], clock):.2f}"
                for which in (0, 1)
                for clock in ("wall", "cpu")
            ]
            print(f"ratio {large:,} : {small:,} (goal ≤ 1.2): one by one {ratios[0]} wall, {ratios[1]} CPU; ", end="")
            print(f"in one call {ratios[2]} wall, {ratios[3]} CPU")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--count", type=int, default=1000, help="documents issued one at a time, each round")
    parser.add_argument("--group", type=int, default=20_000, help="documents issued in one call, each round")
    parser.add_argument("--postgres", default="", help="address of an empty database; SQLite if left out")
    parser.add_argument("--sizes", type=int, nargs=2, metavar=("SMALL", "LARGE"), help="compare two sizes of an office")
    asked = parser.parse_args()
    if asked.sizes:
        compare_sizes(small=asked.sizes[0], large=asked.sizes[1], count=asked.count)
        return
    rounds = [run_round(asked.postgres, count=asked.count, group=asked.group) for _ in range(asked.rounds)]
    print("| | documents/s, median | min – max | µs CPU each | × raw |\n|---|---:|---:|---:|---:|")
    for name in rounds[0]:
        rates = [one[name].rate for one in rounds]
        cpu = median([1e6 * one[name].cpu / one[name].count for one in rounds])
        ratio = median([one[name].rate / ((one["raw"].rate + one["raw again"].rate) / 2) for one in rounds])
        print(f"| {name} | {median(rates):,.0f} | {min(rates):,.0f} – {max(rates):,.0f} | {cpu:.0f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
