"""The folder of evidence: whole entries or none, whoever writes and whatever spoils them."""

from __future__ import annotations

import multiprocessing
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnsign.adapters.evidence_cache import CachedEvidence, EvidenceCache
from vnsign.errors import ErrorCode, UsageError

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def evidence(body: bytes = b"list", *, etag: str = '"1"') -> CachedEvidence:
    """Return something to keep."""
    return CachedEvidence(body=body, fetched_at=NOW, etag=etag, last_modified="Mon, 23 Nov 2026 08:00:00 GMT")


def only_file(folder: Path) -> Path:
    """Return the only entry."""
    (path,) = folder.iterdir()
    return path


def test_what_is_kept_is_found_by_another_cache_on_the_same_folder(tmp_path: Path) -> None:
    """Between runs and between processes."""
    EvidenceCache(tmp_path / "new" / "folder").put("crl http://ca.example/a.crl", evidence())

    again = EvidenceCache(tmp_path / "new" / "folder")

    assert again.get("crl http://ca.example/a.crl") == evidence()
    assert again.get("crl http://ca.example/b.crl") is None


@pytest.mark.parametrize("keep", [0, 1, 20, -1, -3])
def test_a_truncated_entry_is_none(keep: int, tmp_path: Path) -> None:
    """A disk that filled up, a copy that broke off."""
    cache = EvidenceCache(tmp_path)
    cache.put("k", evidence(bytes(1000)))
    path = only_file(tmp_path)
    path.write_bytes(path.read_bytes()[:keep])

    assert cache.get("k") is None


def test_every_flipped_byte_is_noticed(tmp_path: Path) -> None:
    """The entry is spoiled, or says the same."""
    cache = EvidenceCache(tmp_path)
    cache.put("k", evidence(b"body"))
    path = only_file(tmp_path)
    whole = path.read_bytes()
    for index in range(len(whole)):
        path.write_bytes(whole[:index] + bytes([whole[index] ^ 1]) + whole[index + 1 :])
        found = cache.get("k")
        assert found is None or found.body == b"body"


@given(data=st.binary(max_size=300))
def test_any_bytes_are_an_entry_or_none(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A folder that somebody else writes into."""
    folder = tmp_path_factory.mktemp("any", numbered=True)
    cache = EvidenceCache(folder)
    cache.put("k", evidence())
    only_file(folder).write_bytes(data)
    assert cache.get("k") is None


def test_an_entry_moved_to_another_name_is_none(tmp_path: Path) -> None:
    """The list of one address is not served for another's."""
    cache = EvidenceCache(tmp_path)
    cache.put("a", evidence())
    first = only_file(tmp_path)
    cache.put("b", evidence(b"other"))
    second = next(path for path in tmp_path.iterdir() if path != first)
    second.write_bytes(first.read_bytes())

    assert cache.get("b") is None


def test_the_folder_stays_within_its_bound_and_the_longest_unused_goes_first(tmp_path: Path) -> None:
    """Use counts, not age."""
    cache = EvidenceCache(tmp_path, max_bytes=5000)
    for number, key in enumerate("abc"):
        cache.put(key, evidence(bytes(1000)))
        path = max(tmp_path.iterdir(), key=lambda each: each.stat().st_mtime_ns)
        os.utime(path, (number, number))
    assert cache.get("a") is not None
    cache.put("d", evidence(bytes(1500)))

    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 5000
    assert [key for key in "abcd" if cache.get(key) is not None] == ["a", "c", "d"]


def test_what_is_larger_than_the_bound_is_not_kept(tmp_path: Path) -> None:
    """And pushes nothing out."""
    cache = EvidenceCache(tmp_path, max_bytes=2000)
    cache.put("a", evidence())
    cache.put("b", evidence(bytes(3000)))

    assert (cache.get("a"), cache.get("b")) == (evidence(), None)


def test_a_folder_that_cannot_be_made_is_said_at_once(tmp_path: Path) -> None:
    """Before anything is fetched for it."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UsageError) as caught:
        EvidenceCache(tmp_path / "file" / "folder")
    assert caught.value.code is ErrorCode.OUTPUT_NOT_WRITABLE


def test_a_folder_that_went_away_keeps_nothing_and_breaks_nothing(tmp_path: Path) -> None:
    """What cannot be kept is fetched again."""
    cache = EvidenceCache(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    cache.put("k", evidence())
    assert cache.get("k") is None


def _write_many(folder: Path, letter: int) -> None:
    cache = EvidenceCache(folder)
    for _ in range(40):
        cache.put("k", evidence(bytes([letter]) * 50_000))
        found = cache.get("k")
        assert found is None or len(set(found.body)) == 1


@pytest.mark.slow
def test_several_processes_write_one_entry_whole(tmp_path: Path) -> None:
    """The reader sees one writer's bytes, never a mixture; nothing is left over."""
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_write_many, args=(tmp_path, letter)) for letter in (1, 2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)

    assert [worker.exitcode for worker in workers] == [0, 0]
    found = EvidenceCache(tmp_path).get("k")
    assert found is not None
    assert set(found.body) in ({1}, {2})
    assert len(list(tmp_path.iterdir())) == 1
