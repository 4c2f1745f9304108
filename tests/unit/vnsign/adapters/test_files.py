"""Files are written whole or not at all."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from vnsign.adapters.files import open_bytes, read_bytes, write_whole
from vnsign.errors import ErrorCode, InputError, UsageError


def test_content_and_mode_are_what_was_asked(tmp_path: Path) -> None:
    """A secret never stands on disk with wider permissions."""
    for mode in (0o644, 0o600):
        write_whole(tmp_path / "a", b"one", mode=mode)
        write_whole(tmp_path / "a", b"two", mode=mode)
        assert (tmp_path / "a").read_bytes() == b"two"
        assert (tmp_path / "a").stat().st_mode & 0o777 == mode
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("broken", ["fsync", "fchmod", "replace"])
def test_a_failed_write_keeps_the_old_content_and_leaves_nothing_behind(
    broken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Disk full at any step: OUTPUT_NOT_WRITABLE, the old file whole, no temporary file."""
    (tmp_path / "a").write_bytes(b"old")

    def fail(*_arguments: object, **_keywords: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path if broken == "replace" else os, broken, fail)
    with pytest.raises(UsageError) as caught:
        write_whole(tmp_path / "a", b"new")
    assert caught.value.code is ErrorCode.OUTPUT_NOT_WRITABLE
    assert caught.value.file == str(tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_the_content_is_on_disk_before_the_name_and_the_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """fsync, rename, fsync of the folder: in this order a power cut leaves old or new, never half."""
    steps: list[str] = []
    real_fsync, real_replace = os.fsync, Path.replace

    def fsync(descriptor: int) -> None:
        steps.append("folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "content")  # noqa: PTH112
        real_fsync(descriptor)

    def replace(path: Path, target: Path) -> Path:
        steps.append("rename")
        return real_replace(path, target)

    if not Path("/proc/self/fd").exists():
        pytest.skip("needs /proc to tell a folder's descriptor")
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    write_whole(tmp_path / "a", b"x")
    assert steps == ["content", "rename", "folder"]


@pytest.mark.parametrize("target", ["no/such/folder/a", "file/a", "a" * 300, "nul\0byte"])
def test_what_cannot_be_written_is_our_error(target: str, tmp_path: Path) -> None:
    """No folder, a file in the folder's place, a name too long."""
    (tmp_path / "file").touch()
    with pytest.raises(UsageError) as caught:
        write_whole(tmp_path / target, b"x")
    assert caught.value.code is ErrorCode.OUTPUT_NOT_WRITABLE
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_reading_stops_at_the_limit(tmp_path: Path) -> None:
    """At the limit it is read, one byte more is refused."""
    (tmp_path / "a").write_bytes(b"12345")
    assert read_bytes(tmp_path / "a", 5) == b"12345"
    with pytest.raises(InputError) as caught:
        read_bytes(tmp_path / "a", 4)
    assert caught.value.code is ErrorCode.NOT_READABLE


@pytest.mark.parametrize("name", ["none", ".", "nul\0byte"])
def test_what_cannot_be_read_is_our_error(name: str, tmp_path: Path) -> None:
    """No such file, a folder, no name at all."""
    with pytest.raises(InputError) as caught:
        read_bytes(f"{tmp_path}/{name}")
    assert caught.value.code is ErrorCode.NOT_READABLE


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """What it leads to is replaced, in its own folder."""
    (tmp_path / "there").mkdir()
    (tmp_path / "there/a").write_bytes(b"old")
    (tmp_path / "link").symlink_to("there/a")
    write_whole(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "there/a").read_bytes() == b"new"


def test_what_is_no_file_is_not_replaced(tmp_path: Path) -> None:
    """A pipe, a device, a link that leads to itself: refused, and left as it is."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    for place in (tmp_path / "pipe", tmp_path / "loop", Path("/dev/null"), tmp_path):
        before = place.lstat()
        with pytest.raises(UsageError) as caught:
            write_whole(place, b"new")
        assert caught.value.code is ErrorCode.OUTPUT_NOT_WRITABLE
        assert place.lstat().st_ino == before.st_ino
    assert sorted(path.name for path in tmp_path.iterdir()) == ["loop", "pipe"]


@pytest.mark.parametrize("content", [b"", b"x" * 10, bytes(range(256)) * 400], ids=["empty", "small", "larger"])
@pytest.mark.parametrize("in_memory", [1 << 20, 4], ids=["in memory", "on disk"])
def test_a_file_is_opened_with_all_its_bytes(tmp_path: Path, content: bytes, in_memory: int) -> None:
    """Read at once, or where somebody looks."""
    path = tmp_path / "file"
    path.write_bytes(content)
    with open_bytes(path, in_memory=in_memory) as data:
        assert isinstance(data, bytes) is (len(content) <= in_memory)
        assert data[:] == content
        assert len(data) == len(content)


def test_what_has_no_size_is_read_to_its_end(tmp_path: Path) -> None:
    """A pipe, piece by piece."""
    os.mkfifo(tmp_path / "pipe")
    content = os.urandom(300_000)
    writer = threading.Thread(target=lambda: (tmp_path / "pipe").write_bytes(content))
    writer.start()
    with open_bytes(tmp_path / "pipe") as data:
        assert data == content
    writer.join()


def test_what_cannot_be_opened_or_read_on_is_not_readable(tmp_path: Path) -> None:
    """A folder, no file, no name; a disk that fails while the file is looked at; other errors stay what they are."""
    (tmp_path / "file").write_bytes(b"x")
    before = sorted(Path("/proc/self/fd").iterdir())
    for path, reason in ((tmp_path, "Is a directory"), (tmp_path / "none", "No such file"), ("a\0b", "null")):
        with pytest.raises(InputError, match=reason), open_bytes(path):
            pytest.fail("opened")
    for error, expected in ((OSError(5, "Input/output error"), InputError), (KeyError("x"), KeyError)):
        with pytest.raises(expected), open_bytes(tmp_path / "file", in_memory=0):
            raise error
    assert sorted(Path("/proc/self/fd").iterdir()) == before
