"""The lock of an archive: any bytes are a lock or our error, and what is written is read."""

from __future__ import annotations

import os
from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnsign.batch.archive.lock import LockEntry, LockFile, LockHeader, write_entry, write_header
from vnsign.errors import ErrorCode, InputError
from vnsign.report import Verdict

HEADER = LockHeader(policy="vn-official", trust="ab" * 32)
TIMES = st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(microsecond=0))
ENTRIES = st.builds(
    LockEntry,
    path=st.binary(min_size=1, max_size=60).map(os.fsdecode),
    sha256=st.binary(min_size=32, max_size=32).map(bytes.hex),
    size=st.integers(0, 2**40),
    verdict=st.sampled_from(Verdict),
    level=st.sampled_from(["", "PAdES-B-LT"]),
    until=st.none() | TIMES.filter(lambda moment: moment.year >= 1000),
    ends=st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
)


def entry(path: str) -> LockEntry:
    """Return the line of a file."""
    return LockEntry(path=path, sha256="cd" * 32, size=1, verdict=Verdict.TOTAL_PASSED)


@given(st.lists(ENTRIES, unique_by=LockEntry.key, max_size=5).map(lambda found: sorted(found, key=LockEntry.key)))
def test_what_is_written_is_read(entries: list[LockEntry]) -> None:
    """Names of any bytes, line ends among them; a line each."""
    with TemporaryDirectory() as folder:
        lock = LockFile(Path(folder, "archive.lock"))
        lines = [write_header(HEADER), *map(write_entry, entries)]
        lock.path.write_bytes(b"".join(lines))

        assert all(line.count(b"\n") == 1 for line in lines)
        assert (lock.header(), list(lock.entries())) == (HEADER, entries)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_lock_or_our_error(tail: bytes) -> None:
    """Nothing is checked against half of a lock."""
    with TemporaryDirectory() as folder:
        lock = LockFile(Path(folder, "archive.lock"))
        lock.path.write_bytes(write_header(HEADER) + write_entry(entry("a.pdf")) + tail)
        if not tail:
            assert list(lock.entries()) == [entry("a.pdf")]
            return
        with pytest.raises(InputError) as refused:
            list(lock.entries())
        assert refused.value.code is ErrorCode.MALFORMED_LOCK


def test_a_lock_that_is_not_there_is_empty(tmp_path: Path) -> None:
    """The first check makes it."""
    lock = LockFile(tmp_path / "absent")

    assert (lock.header(), list(lock.entries()), lock.sha256()) == (None, [], "")


@pytest.mark.parametrize(
    "content",
    [
        write_entry(entry("a.pdf")),
        b'{"vnsign-archive": 2, "policy": "", "trust": ""}\n',
        write_header(HEADER) + write_entry(entry("b.pdf")) + write_entry(entry("a.pdf")),
        write_header(HEADER) + write_entry(entry("a.pdf")) * 2,
        write_header(HEADER) + write_entry(entry("a.pdf")).rstrip(),
        write_header(HEADER) + b"[" * 100_000,
    ],
)
def test_a_lock_that_is_none_is_refused_with_the_line(content: bytes, tmp_path: Path) -> None:
    """No header, another version, unsorted, doubled, cut off, nested without end."""
    lock = LockFile(tmp_path / "archive.lock")
    lock.path.write_bytes(content)

    with pytest.raises(InputError) as refused:
        list(lock.entries())

    assert refused.value.code is ErrorCode.MALFORMED_LOCK
    assert "line " in refused.value.message
