from __future__ import annotations

import json
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import vnsign
from tests.batch_kit import CopyPlan
from vnsign.batch.jobs import JobError, JobOutcome, JobState, SignJob
from vnsign.batch.journal import Journal
from vnsign.batch.journal_lines import EntryKind, parse_line

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
PLAN = CopyPlan()


def open_journal(folder: Path, *, force: bool = False, plan: CopyPlan = PLAN) -> Journal:
    """Open the journal of ``folder``."""
    return Journal.open(folder / "journal", plan=plan, force=force, at=NOW)


def _line(value: object) -> bytes:
    return json.dumps(value).encode()


def job(folder: Path, name: str = "a.pdf") -> SignJob:
    """Return a job into ``folder``."""
    return SignJob(source=folder / "in" / name, target=folder / name)


def done(work: SignJob) -> JobOutcome:
    """Return the outcome of a signed job."""
    return JobOutcome(job=work, state=JobState.SIGNED, source_sha256="11", target_sha256="22")


def kind(journal: Journal, work: SignJob) -> EntryKind | None:
    """Return how far the journal says a job came."""
    entry = journal.known(work)
    return entry.kind if entry is not None else None


def test_what_was_written_is_known_to_the_next_run(tmp_path: Path) -> None:
    """Begun, done and failed jobs; others are unknown."""
    work = {name: job(tmp_path, name) for name in ("begun", "done", "failed", "new")}
    first = open_journal(tmp_path)
    first.begin([work["begun"], work["done"], work["failed"]])
    failure = JobError(code=vnsign.ErrorCode.NOT_A_PDF, message="not a PDF")
    first.settle([done(work["done"]), JobOutcome(job=work["failed"], state=JobState.FAILED, error=failure)])
    first.close()

    second = open_journal(tmp_path)

    assert {name: kind(second, each) for name, each in work.items()} == {
        "begun": EntryKind.TODO,
        "done": EntryKind.DONE,
        "failed": EntryKind.FAILED,
        "new": None,
    }
    assert second.run == 2
    second.close()


def test_a_torn_last_line_is_as_if_it_had_not_been_written(tmp_path: Path) -> None:
    """Cut at every byte of the last line: the lines before it count, and the next run's lines can be read."""
    journal = open_journal(tmp_path)
    journal.begin([job(tmp_path)])
    journal.close()
    whole = (tmp_path / "journal").read_bytes()
    last = whole.rindex(b"\n", 0, -1) + 1

    for end in range(last, len(whole)):
        (tmp_path / "journal").write_bytes(whole[:end])
        again = open_journal(tmp_path)
        assert again.known(job(tmp_path)) is None
        again.begin([job(tmp_path)])
        again.close()
        third = open_journal(tmp_path)
        assert kind(third, job(tmp_path)) is EntryKind.TODO
        third.close()


def test_a_journal_cut_at_any_byte_can_be_opened(tmp_path: Path) -> None:
    """A power cut while the first lines are written costs nothing either."""
    open_journal(tmp_path).close()
    whole = (tmp_path / "journal").read_bytes()
    for end in range(len(whole)):
        (tmp_path / "journal").write_bytes(whole[:end])
        open_journal(tmp_path).close()


@pytest.mark.parametrize(
    "content",
    [
        b"somebody's file\n",
        b'{"vnsign-journal":2}\n',
        b'{"vnsign-journal":1}\nnot JSON\n{"end":1}\n',
        b'{"vnsign-journal":1}\n{"todo":[["a"]],"run":1}\n',
        b'{"vnsign-journal":1}\n{"done":[["a","b",1,"d"]],"run":1}\n',
        b'{"vnsign-journal":1}\n' + b"[" * 100_000 + b"\n",
    ],
)
def test_what_is_no_journal_is_refused_and_kept(content: bytes, tmp_path: Path) -> None:
    """Nobody's file is written over, and a damaged line is not read past."""
    (tmp_path / "journal").write_bytes(content)
    with pytest.raises(vnsign.InputError) as refused:
        open_journal(tmp_path)
    assert refused.value.code is vnsign.ErrorCode.MALFORMED_JOURNAL
    assert (tmp_path / "journal").read_bytes() == content


def test_two_runs_at_once_are_refused(tmp_path: Path) -> None:
    """The lock is on the file and ends when it is closed."""
    first = open_journal(tmp_path)
    with pytest.raises(vnsign.UsageError) as refused:
        open_journal(tmp_path)
    assert refused.value.code is vnsign.ErrorCode.BATCH_RUNNING
    first.close()
    open_journal(tmp_path).close()


def test_a_folder_that_is_none_is_a_clear_error(tmp_path: Path) -> None:
    """The journal cannot be made: nothing is signed."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(vnsign.UsageError) as refused:
        open_journal(tmp_path / "file")
    assert refused.value.code is vnsign.ErrorCode.OUTPUT_NOT_WRITABLE


def test_names_that_are_no_unicode_are_kept(tmp_path: Path) -> None:
    """File names are bytes."""
    work = job(tmp_path, os.fsdecode(b"v\xe3n b\xb4n\n.pdf"))
    journal = open_journal(tmp_path)
    journal.begin([work])
    journal.close()
    again = open_journal(tmp_path)
    assert kind(again, work) is EntryKind.TODO
    again.close()


def test_a_folder_that_was_moved_keeps_its_journal(tmp_path: Path) -> None:
    """Targets below the journal's folder are named from it."""
    (tmp_path / "one").mkdir()
    journal = open_journal(tmp_path / "one")
    journal.begin([job(tmp_path / "one")])
    journal.close()
    (tmp_path / "one").rename(tmp_path / "two")
    again = open_journal(tmp_path / "two")
    assert kind(again, job(tmp_path / "two")) is EntryKind.TODO
    again.close()


def test_a_run_that_replaces_begins_anew_unless_it_goes_on(tmp_path: Path) -> None:
    """With force the past counts only if the run before did the same and was cut off."""
    first = open_journal(tmp_path)
    first.begin([job(tmp_path)])
    first.settle([done(job(tmp_path))])
    first.finish()
    first.close()

    forced = open_journal(tmp_path, force=True)
    assert forced.known(job(tmp_path)) is None
    forced.begin([job(tmp_path)])
    forced.settle([done(job(tmp_path))])
    forced.close()  # cut off: no finish

    going_on = open_journal(tmp_path, force=True)
    assert kind(going_on, job(tmp_path)) is EntryKind.DONE
    going_on.finish()
    going_on.close()

    anew = open_journal(tmp_path, force=True)
    assert anew.known(job(tmp_path)) is None
    anew.close()
    other = open_journal(tmp_path, force=True, plan=CopyPlan(identity="other"))
    assert other.known(job(tmp_path)) is None
    other.close()


@given(
    st.binary()
    | st.text().map(str.encode)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["todo", "done", "failed", "run", "end", "since", "force", "identity"]), inner
            )
        ),
    ).map(_line)
)
def test_any_line_gives_a_result_or_our_error(line: bytes) -> None:
    """A damaged disk gives no other exception."""
    with suppress(vnsign.InputError):
        parse_line(line)
