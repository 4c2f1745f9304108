from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

import vnsign
from vnsign.batch.publishing import make_folder, publish, staged_path, write_staged


def test_a_file_gets_its_name_once(tmp_path: Path) -> None:
    """The second writer is told; the first one's file stays."""
    target = tmp_path / "a.pdf"
    for content, wins in ((b"first", True), (b"second", False)):
        staged = staged_path(target, run=content.decode())
        write_staged(staged, [content])
        if wins:
            publish(staged, target, replace=False)
            continue
        with pytest.raises(vnsign.UsageError) as refused:
            publish(staged, target, replace=False)
        assert refused.value.code is vnsign.ErrorCode.OUTPUT_EXISTS
    assert target.read_bytes() == b"first"
    assert target.stat().st_nlink == 1
    assert target.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("there", [False, True])
def test_a_file_system_without_links(there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    """FAT and some shares know no second name: a rename does it, but not over a file."""

    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    staged, target = tmp_path / "staged", tmp_path / "a.pdf"
    write_staged(staged, [b"new"])
    if there:
        target.write_bytes(b"old")
        with pytest.raises(vnsign.UsageError):
            publish(staged, target, replace=False)
        assert target.read_bytes() == b"old"
    publish(staged, target, replace=there)
    assert target.read_bytes() == b"new"
    assert not staged.exists()


def test_the_longest_name_has_a_staged_name(tmp_path: Path) -> None:
    """255 bytes is what a file system takes; Vietnamese letters take up to three each."""
    target = tmp_path / ("ể" * 83 + ".pdf")
    write_staged(staged_path(target, run="123456r"), [b"x"])


def test_a_place_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    """A file where a folder should be."""
    (tmp_path / "file").write_bytes(b"")
    acts: tuple[Callable[[], None], ...] = (
        lambda: make_folder(tmp_path / "file" / "below"),
        lambda: write_staged(tmp_path / "file" / "a.pdf", [b""]),
        lambda: publish(tmp_path / "nothing", tmp_path / "a.pdf", replace=True),
    )
    for act in acts:
        with pytest.raises(vnsign.UsageError) as refused:
            act()
        assert refused.value.code is vnsign.ErrorCode.OUTPUT_NOT_WRITABLE
