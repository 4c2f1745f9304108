"""``vnsign sign`` on many files: bad ones among them, killed and started again, memory, Ctrl-C, a full disk.

The smaller runs are CI's; the whole size (10,000 files, ten kills) is ``make soak``'s.
"""

from __future__ import annotations

import csv
import json
import os
import random
import resource
import signal
import subprocess
import time
from collections import Counter
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import pytest

import vnsign
from tests.batch_kit import (
    BAD_CODES,
    Desk,
    bad_documents,
    check_signed_once,
    document,
    group_lives,
    kill_group,
    make_desk,
    signatures_in,
    start_signing,
    wait_until,
    write_documents,
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """One leader for the module."""
    return make_desk(tmp_path_factory.mktemp("desk"))


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Wait for a command; return its exit code and what it said."""
    out, err = process.communicate(timeout=1800)
    assert "Traceback" not in err
    return process.returncode, out, err


def sign_with_bad_ones(tmp_path: Path, desk: Desk, *, good: int, of_each: int) -> None:
    """Sign a folder with bad documents; all good ones are signed, each bad one has its own clear error."""
    folder, out = tmp_path / "in", tmp_path / "out"
    bad = bad_documents(desk)
    write_documents(folder, good=good, bad=bad, of_each=of_each)

    code, said, errors = finish(
        start_signing(folder, out, desk, "--jobs", "2", "--lang", "en", "--summary", str(tmp_path / "sum.csv"))
    )

    assert code == 1
    assert check_signed_once(folder, out, desk) == good
    lines = [line for line in errors.splitlines() if line.startswith(str(folder))]
    assert len(lines) == len(BAD_CODES) * of_each
    for line in lines:
        kind = next(kind for kind in bad if f"-{kind}" in line)
        assert line.endswith(f"[{BAD_CODES[kind]}]")
    assert f"{good:,}  Signed\n" in said
    with (tmp_path / "sum.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert Counter(row["outcome"] for row in rows) == {"signed": good, "failed": len(lines)}
    assert Counter(row["code"] for row in rows if row["code"]) == Counter(
        code for kind, code in BAD_CODES.items() for _ in range(of_each)
    )


def kill_and_resume(tmp_path: Path, desk: Desk, *, good: int, of_each: int, kills: int) -> None:
    """Kill the whole group while it signs, start it again, and count what every document got."""
    folder, out = tmp_path / "in", tmp_path / "out"
    write_documents(folder, good=good, bad=bad_documents(desk), of_each=of_each)
    dice = random.Random(5)
    killed_after = []
    for kill in range(kills):
        process = start_signing(folder, out, desk, "--jobs", "2", heard=False)
        goal = _outputs(out) + dice.randrange(1, max(2, (good - _outputs(out)) // (kills - kill + 1)))
        wait_until(lambda goal=goal: _outputs(out) >= goal)  # type: ignore[misc]
        kill_group(process)
        killed_after.append(_outputs(out))
    assert killed_after[-1] < good, "the last kill came too late to prove anything"
    assert sorted(killed_after) == killed_after

    code, said, _ = finish(start_signing(folder, out, desk, "--jobs", "2", "--json"))

    summary = json.loads(said)["summary"]
    assert code == 1
    assert summary["signed"] + summary["signed_before"] == good
    assert summary["signed_before"] >= killed_after[-1]
    assert summary["failed"] == len(BAD_CODES) * of_each
    assert check_signed_once(folder, out, desk) == good
    again, said, _ = finish(start_signing(folder, out, desk, "--jobs", "2", "--json"))
    assert (again, json.loads(said)["summary"]["signed_before"]) == (1, good)
    assert _settled(out) == good


def _outputs(out: Path) -> int:
    return sum(1 for path in out.glob("*.pdf")) if out.exists() else 0


def _settled(out: Path) -> int:
    """Count the documents that the journal calls done; assert that none is called so twice."""
    lines = [json.loads(line) for line in (out / ".vnsign-journal.jsonl").read_text(encoding="ascii").splitlines()]
    done = Counter(entry[0] for line in lines for entry in line.get("done", ()))
    assert set(done.values()) == {1}
    return len(done)


@pytest.mark.slow
def test_bad_files_cost_no_good_one(tmp_path: Path, desk: Desk) -> None:
    """Truncated, no PDF, locked, certified against signing, empty: each named; all others signed; nothing besides."""
    sign_with_bad_ones(tmp_path, desk, good=190, of_each=2)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_ten_thousand_files_with_fifty_bad_ones(tmp_path: Path, desk: Desk) -> None:
    """The same at the size of a night's work."""
    sign_with_bad_ones(tmp_path, desk, good=9_950, of_each=10)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_killed_thrice_each_file_is_signed_exactly_once(tmp_path: Path, desk: Desk) -> None:
    """kill -9 of the whole group at any moment; the same command goes on."""
    kill_and_resume(tmp_path, desk, good=500, of_each=1, kills=3)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_killed_ten_times_among_ten_thousand(tmp_path: Path, desk: Desk) -> None:
    """The same at the size of a night's work."""
    kill_and_resume(tmp_path, desk, good=9_950, of_each=10, kills=10)


@pytest.mark.slow
def test_workers_end_with_the_process_that_started_them(tmp_path: Path, desk: Desk) -> None:
    """kill -9 of it alone: no worker signs on unseen, and the next run is not locked out."""
    folder, out = tmp_path / "in", tmp_path / "out"
    write_documents(folder, good=1500)
    process = start_signing(folder, out, desk, "--jobs", "2")
    wait_until(lambda: _outputs(out) > 20)
    process.kill()
    process.communicate()
    wait_until(lambda: not group_lives(process.pid), seconds=20)

    code, _, _ = finish(start_signing(folder, out, desk, "--jobs", "2"))

    assert code == 0
    assert check_signed_once(folder, out, desk) == 1500


@pytest.mark.slow
def test_ctrl_c_stops_cleanly_and_says_how_to_go_on(tmp_path: Path, desk: Desk) -> None:
    """Exit code 130; what was in work is finished and known; the summary is written and says it is not complete."""
    folder, out = tmp_path / "in", tmp_path / "out"
    write_documents(folder, good=1500)
    process = start_signing(folder, out, desk, "--jobs", "2", "--lang", "en", "--summary", str(tmp_path / "s.json"))
    wait_until(lambda: _outputs(out) > 20)
    os.killpg(process.pid, signal.SIGINT)

    code, _, errors = finish(process)

    assert code == 130
    assert "Run the same command again" in errors
    assert _outputs(out) == _settled(out) < 1500
    summary = json.loads((tmp_path / "s.json").read_text(encoding="utf-8"))["summary"]
    assert summary["complete"] is False
    assert finish(start_signing(folder, out, desk, "--jobs", "2"))[0] == 0
    assert check_signed_once(folder, out, desk) == 1500


@pytest.mark.slow
def test_two_runs_into_one_folder_are_refused(tmp_path: Path, desk: Desk) -> None:
    """The second says so and touches nothing."""
    folder, out = tmp_path / "in", tmp_path / "out"
    write_documents(folder, good=1500)
    first = start_signing(folder, out, desk, "--jobs", "1")
    wait_until(lambda: _outputs(out) > 0)
    code, _, errors = finish(start_signing(folder, out, desk))
    assert (code, "batch_running" in errors) == (1, True)
    kill_group(first)


@pytest.mark.slow
def test_a_full_disk_stops_the_run_once(tmp_path: Path, desk: Desk) -> None:
    """Every write fails, as a limit on the size of files makes it: one clear end, and nothing half-written."""
    folder, out = tmp_path / "in", tmp_path / "out"
    write_documents(folder, good=200)
    out.mkdir()
    pdf = document(1)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(pdf) + 100, len(pdf) + 100))

    process = start_signing(folder, out, desk, "--lang", "en", "--no-resume", before=limit)
    code, _, errors = finish(process)

    assert code == 1
    assert "stopped: 20 documents in a row" in errors
    assert "output_not_writable" in errors
    assert ".part" not in errors  # the file that the caller knows is named
    assert list(out.iterdir()) == []
    assert finish(start_signing(folder, out, desk))[0] == 0
    assert check_signed_once(folder, out, desk) == 200


@pytest.mark.slow
def test_folders_lists_and_names(tmp_path: Path, desk: Desk) -> None:
    """Folders keep their shape below --out, which is not searched; a list comes from a file or from standard input."""
    folder = tmp_path / "in"
    write_documents(folder, good=2)
    below = folder / "Sở Nội vụ"
    below.mkdir()
    (below / "công văn.PDF").write_bytes(document(3))
    (below / "note.txt").write_bytes(b"no PDF, not signed")
    out = folder / "signed"
    for _ in range(2):
        assert finish(start_signing(folder, out, desk))[0] == 0
    assert signatures_in(out / "Sở Nội vụ" / "công văn.PDF", desk) == 1
    assert sorted(p.name for p in out.rglob("*.*")) == sorted(
        [".vnsign-journal.jsonl", "công văn.PDF", *(p.name for p in folder.glob("*.pdf"))]
    )


@pytest.mark.slow
def test_a_list_of_files(tmp_path: Path, desk: Desk) -> None:
    """With the mark and the line ends of another system, an empty line, a file that is not there, one named twice."""
    folder, out = tmp_path / "in", tmp_path / "out"
    write_documents(folder, good=20)
    names = [str(path) for path in sorted(folder.iterdir())]
    listed = "\ufeff" + "\r\n".join([*names, "", str(folder / "nothing.pdf"), names[0], ""])
    (tmp_path / "list").write_text(listed, encoding="utf-8", newline="")
    process = start_signing(Path(), out, desk, "--files-from", str(tmp_path / "list"), "--jsonl", folders=False)

    code, said, _ = finish(process)

    rows = [json.loads(line) for line in said.splitlines()]
    assert code == 1
    assert rows[-1] == {"summary": {"signed": 20, "signed_before": 0, "failed": 2, "retried": 0, "complete": True}}
    assert Counter(row["code"] for row in rows[:-1]) == {None: 20, "not_readable": 1, "output_exists": 1}
    assert check_signed_once(folder, out, desk) == 20


@pytest.mark.slow
@pytest.mark.parametrize("executor", [None, ThreadPoolExecutor])
def test_any_executor_signs(executor: type[Executor] | None, tmp_path: Path, desk: Desk) -> None:
    """Processes by default; threads with a signer that is loaded already."""
    write_documents(tmp_path / "in", good=40)
    jobs = [vnsign.SignJob(source=path, target=tmp_path / "out" / path.name) for path in (tmp_path / "in").iterdir()]
    if executor is None:
        outcomes = list(vnsign.sign_many(jobs, desk.recipe(), workers=2, check_status=False, reason="Thử"))
    else:
        signer = vnsign.Signer.from_credential(desk.credential)
        with executor() as threads:
            outcomes = list(
                vnsign.sign_many(jobs, signer, executor=threads, workers=2, check_status=False, reason="Thử")
            )
    assert {outcome.state for outcome in outcomes} == {vnsign.JobState.SIGNED}
    assert check_signed_once(tmp_path / "in", tmp_path / "out", desk) == 40


def test_a_loaded_signer_is_not_sent_to_processes(tmp_path: Path, desk: Desk) -> None:
    """Said before anything is signed, with the way out."""
    signer = vnsign.Signer.from_credential(desk.credential)
    with pytest.raises(vnsign.UsageError) as refused:
        vnsign.sign_many([], signer, workers=2)
    assert refused.value.code is vnsign.ErrorCode.BAD_ARGUMENT
    assert list(tmp_path.iterdir()) == []


def test_a_job_has_its_own_field(tmp_path: Path, desk: Desk) -> None:
    """What a job says goes before what the run says."""
    (tmp_path / "a.pdf").write_bytes(document(1))
    job = vnsign.SignJob(source=tmp_path / "a.pdf", target=tmp_path / "out" / "a.pdf", field="Own")
    (outcome,) = vnsign.sign_many([job], desk.recipe(), workers=1, check_status=False, field="All")
    report = vnsign.inspect_pdf((tmp_path / "out" / "a.pdf").read_bytes(), trust=desk.office.trust)
    assert outcome.state is vnsign.JobState.SIGNED
    assert [signature.field for signature in report.signatures] == ["Own"]


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_memory_is_flat(tmp_path: Path, desk: Desk) -> None:
    """The peak of each process at 10,000 files is within a tenth of that at 1,000."""
    peaks = []
    for good in (1_000, 10_000):
        folder, out = tmp_path / f"in{good}", tmp_path / f"out{good}"
        write_documents(folder, good=good)
        process = start_signing(folder, out, desk, "--jobs", "2", heard=False)
        peak: dict[str, int] = {}
        while process.poll() is None:
            _measure(process.pid, peak)
            time.sleep(0.1)
        assert process.returncode == 0
        peaks.append((peak[str(process.pid)], max(peak.values())))
    print(f"peak RSS in kB, (first process, largest process): {peaks}")  # noqa: T201 — figures are for people
    for few, many in zip(*peaks, strict=True):
        assert many <= 1.1 * few


def _measure(group: int, peak: dict[str, int]) -> None:
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            if os.getpgid(int(status.parent.name)) != group:
                continue
            lines = status.read_text(encoding="utf-8").splitlines()
        except OSError:
            continue
        found = next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)
        peak[status.parent.name] = max(peak.get(status.parent.name, 0), found)
