"""What does not fit into the memory lies on the disk, in a file that nobody finds, and comes back newest first."""

from __future__ import annotations

import os
import resource
import signal
import tempfile
from pathlib import Path

import pytest

from docflow import StoreUnavailable
from docflow.errors import ErrorCode
from docflow.store.checking import scratch
from docflow.store.checking.scratch import BUCKETS, Scratch


def everything(kept: Scratch[int]) -> dict[bytes, list[int]]:
    """Return what was put in, by key, the newest first."""
    found: dict[bytes, list[int]] = {}
    for bucket in range(BUCKETS):
        for key, value in kept.read(bucket):
            found.setdefault(key, []).append(value)
    return found


def fill(kept: Scratch[bytes]) -> None:
    """Put in more than the limit of the test allows."""
    for _ in range(1000):
        kept.add(b"key", bytes(100))


@pytest.mark.parametrize("held", [1, 7, 25, 1 << 16])
def test_each_key_gives_back_its_records_the_newest_first(held: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether in memory or on the disk, in one block or in many: nothing is lost, the order is kept."""
    monkeypatch.setattr(scratch, "_HELD", held)
    with Scratch(int) as kept:
        for number in range(100):
            kept.add(b"%d" % (number % 10), number)
        for _ in range(2):
            assert everything(kept) == {b"%d" % key: list(range(90 + key, -1, -10)) for key in range(10)}


def test_the_file_has_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is killed leaves nothing behind, for there is nothing to be left; memory alone needs no file."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(scratch, "_HELD", 10)
    with Scratch(int) as kept:
        for number in range(9):
            kept.add(b"key", number)
        assert kept._file is None
        for number in range(91):
            kept.add(b"key", number)
        assert kept._file is not None
        assert os.fstat(kept._file.fileno()).st_size > 100
        assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_named_with_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the disk takes no more, the error says which folder it is and how to take another one."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(scratch, "_HELD", 10)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, before[1]))
    try:
        with Scratch(bytes) as kept, pytest.raises(StoreUnavailable) as caught:
            fill(kept)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert caught.value.code is ErrorCode.STORE_UNUSABLE
    assert str(tmp_path) in caught.value.message
    assert str(tmp_path) in caught.value.vi
    assert "TMPDIR" in str(caught.value.way_out)
