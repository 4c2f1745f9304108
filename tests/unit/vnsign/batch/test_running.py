"""The runner's own rules, with a plan that writes copies: the journal, the files and the processes are real."""

from __future__ import annotations

import itertools
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pytest

import vnsign
from tests.batch_kit import CopyPlan, make_jobs
from vnsign.batch.jobs import JobOutcome, JobState, SignJob
from vnsign.batch.journal import Journal
from vnsign.batch.pools import Here, make_processes
from vnsign.batch.publishing import staged_path
from vnsign.batch.running import STOP_AFTER, Run, RunSettings

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
_two_processes = partial(make_processes, 2, preload="tests.batch_kit")


def run(
    folder: Path,
    jobs: Iterable[SignJob],
    *,
    plan: CopyPlan | None = None,
    workers: int = 1,
    force: bool = False,
    make_executor: Callable[[], Executor] = Here,
    owned: bool = True,
    journal: bool = True,
) -> Iterator[JobOutcome]:
    """Run with a journal in ``folder``."""
    plan = plan or CopyPlan()
    account = Journal.open(folder / "journal", plan=plan, force=force, at=NOW) if journal else None
    settings = RunSettings(workers=workers, force=force, at=NOW, make_executor=make_executor, owned=owned)
    try:
        yield from Run(plan, settings, account).outcomes(jobs)
    finally:
        if account is not None:
            account.close()


def states(outcomes: Iterable[JobOutcome]) -> dict[str, str]:
    """Return what became of each source: a state, or the code of its error."""
    return {o.job.source.name: o.error.code.value if o.error else o.state.value for o in outcomes}


def left_over(folder: Path) -> list[str]:
    """Return the files of the output folder that are no outputs."""
    return [path.name for path in folder.iterdir() if path.suffix != ".pdf"]


def test_each_job_has_an_outcome_and_a_failure_costs_no_other(tmp_path: Path) -> None:
    """Also a defect of the signer is the failure of its file."""
    jobs = make_jobs(tmp_path, [b"one", b"fail", b"defect", b"two"])
    found = states(run(tmp_path, jobs))
    assert found == {
        "0.pdf": "signed",
        "1.pdf": "malformed_pdf",
        "2.pdf": "worker_failed",
        "3.pdf": "signed",
    }
    assert (tmp_path / "out" / "0.pdf").read_bytes() == b"one\nsigned"
    assert left_over(tmp_path / "out") == []


def test_run_again_nothing_is_signed_twice(tmp_path: Path) -> None:
    """What failed is tried again; what is done is looked at only."""
    jobs = make_jobs(tmp_path, [b"one", b"fail", b"two"])
    plan = CopyPlan(token="diary", diary=tmp_path / "diary")
    list(run(tmp_path, jobs, plan=plan))
    jobs[1].source.write_bytes(b"mended")

    found = states(run(tmp_path, jobs, plan=plan))

    assert found == {"0.pdf": "signed_before", "1.pdf": "signed", "2.pdf": "signed_before"}
    assert Counter((tmp_path / "diary").read_text().split()) == {"0.pdf": 1, "1.pdf": 2, "2.pdf": 1}


def test_with_force_everything_is_signed_anew(tmp_path: Path) -> None:
    """And after a run with force that ended, another one does so again."""
    jobs = make_jobs(tmp_path, [b"one", b"two"])
    for _ in range(3):
        assert set(states(run(tmp_path, jobs, force=True)).values()) == {"signed"}


def test_a_stopped_run_with_force_goes_on(tmp_path: Path) -> None:
    """What the stopped run signed is not signed once more."""
    jobs = make_jobs(tmp_path, [b"%d" % n for n in range(50)])
    list(run(tmp_path, jobs, force=True))
    stopped = run(tmp_path, jobs, force=True)
    next(stopped)
    stopped.close()  # type: ignore[attr-defined]  # a generator

    found = Counter(states(run(tmp_path, jobs, force=True)).values())

    assert found["signed_before"] >= 1
    assert found["signed"] >= 1


def test_other_peoples_files_stay(tmp_path: Path) -> None:
    """A target that no run of this journal began is never written, with or without a journal."""
    jobs = make_jobs(tmp_path, [b"one"])
    (tmp_path / "out").mkdir()
    jobs[0].target.write_bytes(b"mine")
    for journal in (True, False, True):
        assert states(run(tmp_path, jobs, journal=journal)) == {"0.pdf": "output_exists"}
    assert jobs[0].target.read_bytes() == b"mine"
    assert "todo" not in (tmp_path / "journal").read_text()


def test_a_document_that_changed_since_is_not_called_signed(tmp_path: Path) -> None:
    """Its signed copy is another document's."""
    jobs = make_jobs(tmp_path, [b"one"])
    list(run(tmp_path, jobs))
    jobs[0].source.write_bytes(b"changed")
    assert states(run(tmp_path, jobs)) == {"0.pdf": "output_exists"}
    assert jobs[0].target.read_bytes() == b"one\nsigned"


def test_a_signed_copy_that_is_gone_is_not_made_a_second_time(tmp_path: Path) -> None:
    """The journal says it was signed: two originals of one document would be worse than an error."""
    jobs = make_jobs(tmp_path, [b"one"])
    list(run(tmp_path, jobs))
    jobs[0].target.unlink()
    for _ in range(2):
        assert states(run(tmp_path, jobs)) == {"0.pdf": "output_missing"}
    assert states(run(tmp_path, jobs, force=True)) == {"0.pdf": "signed"}


def test_other_options_are_another_job(tmp_path: Path) -> None:
    """A copy signed with other options is not taken for what is asked now."""
    jobs = make_jobs(tmp_path, [b"one", b"two"])
    list(run(tmp_path, jobs))
    jobs[1].target.unlink()
    other = CopyPlan(token="other", identity="other")
    assert states(run(tmp_path, jobs, plan=other)) == {"0.pdf": "output_exists", "1.pdf": "signed"}


def test_two_documents_for_one_target(tmp_path: Path) -> None:
    """The second is refused, also with force."""
    first, second = make_jobs(tmp_path, [b"one", b"two"])
    both = [first, SignJob(source=second.source, target=first.target)]
    for force in (False, True):
        found = states(run(tmp_path, both, force=force))
        assert found["1.pdf"] == "output_exists"
        assert first.target.read_bytes() == b"one\nsigned"


def test_a_document_is_never_its_own_target(tmp_path: Path) -> None:
    """The original would be lost, were it replaced."""
    (job,) = make_jobs(tmp_path, [b"one"])
    onto_itself = SignJob(source=job.source, target=job.source)
    assert states(run(tmp_path, [onto_itself], force=True)) == {"0.pdf": "output_is_input"}
    assert job.source.read_bytes() == b"one"


def test_what_a_killed_run_left_unfinished_is_taken_away(tmp_path: Path) -> None:
    """The journal names the run, the run names the file."""
    (job,) = make_jobs(tmp_path, [b"one"])
    journal = Journal.open(tmp_path / "journal", plan=CopyPlan(), force=False, at=NOW)
    journal.begin([job])
    journal.close()
    (tmp_path / "out").mkdir()
    staged_path(job.target, run="1").write_bytes(b"on")

    outcomes = list(run(tmp_path, [job]))

    assert [(o.state, o.retried) for o in outcomes] == [(JobState.SIGNED, True)]
    assert left_over(tmp_path / "out") == []


def test_a_stranger_at_the_target_of_a_cut_off_job_is_not_taken_for_its_copy(tmp_path: Path) -> None:
    """Only a file that begins with the document and carries one intact signature more is."""
    (job,) = make_jobs(tmp_path, [b"one"])
    journal = Journal.open(tmp_path / "journal", plan=CopyPlan(), force=False, at=NOW)
    journal.begin([job])
    journal.close()
    (tmp_path / "out").mkdir()
    job.target.write_bytes(b"one and something that is no signature")
    assert states(run(tmp_path, [job])) == {"0.pdf": "output_exists"}


def test_a_caller_that_stops_asking_loses_nothing(tmp_path: Path) -> None:
    """What workers had begun is waited for and in the journal; the next run signs the rest."""
    jobs = make_jobs(tmp_path, [b"slow"] * 12)
    plan = CopyPlan(token="slow", diary=tmp_path / "diary")
    with ThreadPoolExecutor(3) as threads:
        first = run(tmp_path, jobs, plan=plan, workers=3, make_executor=lambda: threads, owned=False)
        next(first)
        first.close()  # type: ignore[attr-defined]  # a generator
        list(run(tmp_path, jobs, plan=plan, workers=3, make_executor=lambda: threads, owned=False))
    assert Counter((tmp_path / "diary").read_text().split()) == {f"{n}.pdf": 1 for n in range(12)}


def test_a_run_stops_when_nothing_can_be_written(tmp_path: Path) -> None:
    """A full disk is one error, not a hundred thousand; the run can go on when there is room."""
    jobs = make_jobs(tmp_path, [b"one"] + [b"full"] * 5 * STOP_AFTER)
    seen: list[JobOutcome] = []
    with pytest.raises(vnsign.UsageError) as stopped:
        seen.extend(run(tmp_path, jobs))
    assert stopped.value.code is vnsign.ErrorCode.OUTPUT_NOT_WRITABLE
    assert "run again" in str(stopped.value)
    for job in jobs:
        job.source.write_bytes(b"one")
    assert Counter(states(run(tmp_path, jobs)).values()) == {"signed_before": 1, "signed": 5 * STOP_AFTER}


def test_bad_documents_in_a_row_stop_nothing(tmp_path: Path) -> None:
    """Their errors are their own."""
    jobs = make_jobs(tmp_path, [b"fail"] * 3 * STOP_AFTER)
    assert set(states(run(tmp_path, jobs)).values()) == {"malformed_pdf"}


def test_a_key_that_cannot_be_loaded_is_said_of_each_document(tmp_path: Path) -> None:
    """A worker that cannot load it breaks nothing else."""
    jobs = make_jobs(tmp_path, [b"one", b"two"])
    plan = CopyPlan(token="unloadable", unloadable=True)
    assert set(states(run(tmp_path, jobs, plan=plan)).values()) == {"not_readable"}


def test_jobs_are_taken_as_there_is_room(tmp_path: Path) -> None:
    """A list without end is no trouble."""
    (job,) = make_jobs(tmp_path, [b"one"])
    taken = itertools.count()

    def endless() -> Iterator[SignJob]:
        for number in taken:
            yield SignJob(source=job.source, target=tmp_path / "out" / f"{number}.pdf")

    outcomes = run(tmp_path, endless())
    for _ in range(100):
        next(outcomes)
    outcomes.close()  # type: ignore[attr-defined]  # a generator
    assert next(taken) < 100 + 3 * 64


def test_a_copy_made_by_a_killed_run_is_recognised(tmp_path: Path) -> None:
    """It was published, but the journal does not know it: it counts, and is not made again."""
    (job,) = make_jobs(tmp_path, [b"one"])
    journal = Journal.open(tmp_path / "journal", plan=CopyPlan(), force=False, at=NOW)
    journal.begin([job])
    journal.close()
    (tmp_path / "out").mkdir()
    job.target.write_bytes(b"one\nsigned")
    for _ in range(2):
        assert states(run(tmp_path, [job], plan=CopyPlan(token="diary2", diary=tmp_path / "d"))) == {
            "0.pdf": "signed_before"
        }
    assert not (tmp_path / "d").exists()


@pytest.mark.slow
def test_processes_sign_and_ignore_the_order(tmp_path: Path) -> None:
    """Our own pool."""
    jobs = make_jobs(tmp_path, [b"%d" % n for n in range(200)])
    found = states(run(tmp_path, jobs, workers=2, make_executor=_two_processes))
    assert Counter(found.values()) == {"signed": 200}


@pytest.mark.slow
def test_a_document_that_kills_its_worker_costs_itself_alone(tmp_path: Path) -> None:
    """The pool is made anew, and the documents that were in flight are signed, each once."""
    jobs = make_jobs(tmp_path, [b"die" if n in {20, 33} else b"%d" % n for n in range(60)])
    found = states(run(tmp_path, jobs, workers=2, make_executor=_two_processes, journal=False))
    assert {name for name, state in found.items() if state == "worker_failed"} == {"20.pdf", "33.pdf"}
    assert Counter(found.values())["signed"] + Counter(found.values())["signed_before"] == 58
    assert left_over(tmp_path / "out") == []


@pytest.mark.slow
def test_a_callers_executor_that_breaks_stops_the_run(tmp_path: Path) -> None:
    """It is not ours to make anew; the journal knows where to go on."""
    jobs = make_jobs(tmp_path, [b"die"])
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        outcomes = run(tmp_path, jobs, make_executor=lambda: pool, owned=False)
        with pytest.raises(vnsign.UsageError) as broken:
            list(outcomes)
    assert broken.value.code is vnsign.ErrorCode.WORKER_FAILED


def test_an_executor_that_was_shut_down_is_our_error(tmp_path: Path) -> None:
    """No foreign exception leaves."""
    threads = ThreadPoolExecutor(1)
    threads.shutdown()
    jobs = make_jobs(tmp_path, [b"one"])
    with pytest.raises(vnsign.UsageError) as refused:
        list(run(tmp_path, jobs, make_executor=lambda: threads, owned=False))
    assert refused.value.code is vnsign.ErrorCode.WORKER_FAILED


def test_the_journal_is_written_before_and_after(tmp_path: Path) -> None:
    """While a document is signed its job is begun, on disk; when its outcome comes, it is done."""
    jobs = make_jobs(tmp_path, [b"begun", b"begun"])
    outcomes = run(tmp_path, jobs)
    assert next(outcomes).state is JobState.SIGNED
    assert '{"done":[["out/0.pdf"' in (tmp_path / "journal").read_text()
    assert next(outcomes).state is JobState.SIGNED


def test_somebody_who_was_quicker_keeps_his_file(tmp_path: Path) -> None:
    """A file that appears at the target while the document is signed is not written over."""
    (job,) = make_jobs(tmp_path, [b"raced"])
    assert states(run(tmp_path, [job])) == {"0.pdf": "output_exists"}
    assert job.target.read_bytes() == b"somebody was quicker"
    assert left_over(tmp_path / "out") == []


@pytest.mark.parametrize(("identity", "outcome"), [("copies", "signed_before"), ("higher level", "output_exists")])
def test_what_a_worker_of_a_killed_run_leaves_counts_only_if_it_signed_alike(
    identity: str, outcome: str, tmp_path: Path
) -> None:
    """Killed, and started again with other options: the file of the first is not told as what the second asks for."""
    (job,) = make_jobs(tmp_path, [b"outlived"])
    account = Journal.open(tmp_path / "journal", plan=CopyPlan(), force=False, at=NOW)
    account.begin([job])
    account.close()

    assert states(run(tmp_path, [job], plan=CopyPlan(token=identity, identity=identity))) == {"0.pdf": outcome}


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("place", "outcome"), [("source", "not_readable"), ("target", "output_exists")], ids=["source", "target"]
)
def test_a_pipe_in_place_of_a_known_file_is_not_waited_for(place: str, outcome: str, tmp_path: Path) -> None:
    """A pipe without a writer would let a resumed run wait for ever."""
    (job,) = make_jobs(tmp_path, [b"first"])
    assert states(run(tmp_path, [job])) == {"0.pdf": "signed"}
    path = job.source if place == "source" else job.target
    path.unlink()
    os.mkfifo(path)

    assert states(run(tmp_path, [job])) == {"0.pdf": outcome}


def test_a_copy_written_over_since_is_not_called_signed_before(tmp_path: Path) -> None:
    """The journal says that it is done, the file says something else: it is told, and left alone."""
    (job,) = make_jobs(tmp_path, [b"first"])
    assert states(run(tmp_path, [job])) == {"0.pdf": "signed"}
    job.target.write_bytes(b"something else")

    assert states(run(tmp_path, [job])) == {"0.pdf": "output_exists"}
    assert job.target.read_bytes() == b"something else"


def test_two_names_of_one_target_are_told_although_files_are_replaced(tmp_path: Path) -> None:
    """A link leads to the same folder: the second document would take the place of the first."""
    first, second = make_jobs(tmp_path, [b"first", b"second"])
    first.target.parent.mkdir(exist_ok=True)
    (tmp_path / "link").symlink_to(first.target.parent)
    again = SignJob(source=second.source, target=tmp_path / "link" / first.target.name)

    assert states(run(tmp_path, [first, again], force=True)) == {"0.pdf": "signed", "1.pdf": "output_exists"}
    assert first.target.read_bytes() == b"first\nsigned"
