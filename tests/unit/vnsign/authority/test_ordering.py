"""Times of which each is later than the one before."""

from __future__ import annotations

import fcntl
import multiprocessing
import stat
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from tests.unit.vnsign.authority.making import NOW
from vnsign.authority.publishing.ordering import FILE_NAME, MAX_AHEAD, RisingTime
from vnsign.errors import ErrorCode, ServiceUnavailable, UsageError

MICROSECOND = timedelta(microseconds=1)


def take(folder: Path, count: int) -> list[datetime]:
    """Take so many times at one moment, as one process does."""
    rising = RisingTime(folder)
    return [rising.next_after(NOW) for _ in range(count)]


def test_the_clock_counts_while_it_goes_on(tmp_path: Path) -> None:
    """Nothing is added where nothing has to be."""
    rising = RisingTime(tmp_path)
    for seconds in (0, 1, 60):
        assert rising.next_after(NOW + timedelta(seconds=seconds)) == NOW + timedelta(seconds=seconds)


def test_a_clock_that_stands_still_is_helped_on(tmp_path: Path) -> None:
    """By microseconds, also after a restart, and when it was set back a little."""
    assert take(tmp_path, 3) == [NOW, NOW + MICROSECOND, NOW + 2 * MICROSECOND]
    assert take(tmp_path, 1) == [NOW + 3 * MICROSECOND]
    assert RisingTime(tmp_path).next_after(NOW - MAX_AHEAD / 2) == NOW + 4 * MICROSECOND


@pytest.mark.slow
def test_processes_and_threads_never_take_the_same_time(tmp_path: Path) -> None:
    """Each takes rising ones, and none twice."""
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        taken = list(pool.map(partial(take, tmp_path), [200, 200]))
    rising = RisingTime(tmp_path)
    with ThreadPoolExecutor(4) as threads:
        taken.append(sorted(threads.map(lambda _: rising.next_after(NOW), range(200))))
    assert all(times == sorted(times) for times in taken)
    everything = [time for times in taken for time in times]
    assert len(set(everything)) == len(everything) == 600


def test_a_time_is_not_taken_while_another_process_takes_one(tmp_path: Path) -> None:
    """The file is locked from reading to writing: who comes meanwhile waits."""
    rising = RisingTime(tmp_path)
    rising.next_after(NOW)
    with (tmp_path / FILE_NAME).open("rb") as file, ThreadPoolExecutor(1) as thread:
        fcntl.flock(file, fcntl.LOCK_EX)
        taken = thread.submit(rising.next_after, NOW)
        with pytest.raises(TimeoutError):
            taken.result(timeout=0.1)
        fcntl.flock(file, fcntl.LOCK_UN)
        assert taken.result(timeout=5) == NOW + MICROSECOND


def test_a_clock_set_back_far_gets_no_time(tmp_path: Path) -> None:
    """A person has to look at it."""
    rising = RisingTime(tmp_path)
    rising.next_after(NOW)
    with pytest.raises(ServiceUnavailable) as caught:
        rising.next_after(NOW - MAX_AHEAD - MICROSECOND)
    assert caught.value.code is ErrorCode.SERVICE_REFUSED


@pytest.mark.parametrize("damage", [b"\xff" * 8, b"\x7f" * 8, b"\x00\x06" + b"\xff" * 6])
def test_a_damaged_file_is_our_error(damage: bytes, tmp_path: Path) -> None:
    """It says a time far ahead, and none is given."""
    (tmp_path / FILE_NAME).write_bytes(damage)
    with pytest.raises(ServiceUnavailable):
        RisingTime(tmp_path).next_after(NOW)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda _folder: RisingTime(None), ErrorCode.BAD_ARGUMENT),
        (lambda folder: RisingTime(folder / "nowhere"), ErrorCode.OUTPUT_NOT_WRITABLE),
    ],
    ids=["no folder", "no such folder"],
)
def test_without_a_folder_nothing_is_ordered(
    make: Callable[[Path], RisingTime], code: ErrorCode, tmp_path: Path
) -> None:
    """On a shared database there is none."""
    with pytest.raises(UsageError) as caught:
        make(tmp_path).next_after(datetime.now(UTC))
    assert caught.value.code is code


def test_the_file_is_its_owners(tmp_path: Path) -> None:
    """Like everything else in the folder."""
    take(tmp_path, 1)
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600
