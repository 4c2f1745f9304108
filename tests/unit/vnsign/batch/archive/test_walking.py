"""The walk through an archive: in the order of bytes, whatever is in it, without gathering it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vnsign.batch.archive import walking
from vnsign.batch.archive.walking import walk

NAMES = ("a.pdf", "a/b.PDF", "a/c/d.pdf", "a-b/x.pdf", "a0.pdf", "é.pdf", "b/.pdf", "z/notes.txt")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files of all kinds of names, and what is none."""
    for name in NAMES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.pdf")).touch()
    (tmp_path / "folder.pdf").mkdir()
    (tmp_path / "folder.pdf/inside.pdf").touch()
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "dangling.pdf").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe.pdf")
    return tmp_path


def test_paths_come_in_the_order_of_their_bytes(folder: Path) -> None:
    """So that they can be read beside a sorted lock: folders sort with the slash that follows them."""
    found = list(walk(os.fsencode(folder)))

    assert found == sorted(found)
    assert {b"\xff.pdf", b"pipe.pdf", b"dangling.pdf", b"folder.pdf/inside.pdf"} <= set(found)
    assert len(found) == len(NAMES) - 1 + 4


@pytest.mark.parametrize("names", [1, 2, 3])
def test_a_folder_of_more_names_than_memory_holds_is_sorted_on_disk(
    names: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same walk, with only so many names in memory."""
    expected = list(walk(os.fsencode(folder)))
    monkeypatch.setattr(walking, "MAX_NAMES", names)

    assert list(walk(os.fsencode(folder))) == expected


def test_a_folder_that_vanished_is_told(tmp_path: Path) -> None:
    """As the empty path: the archive itself cannot be listed."""
    assert list(walk(os.fsencode(tmp_path / "absent"))) == [b""]


def test_a_deep_folder_is_walked_to_its_end(tmp_path: Path) -> None:
    """Not so deep that what cleans up after tests could not follow."""
    deep = tmp_path.joinpath(*["d"] * 100)
    deep.mkdir(parents=True)
    (deep / "x.pdf").touch()

    assert list(walk(os.fsencode(tmp_path))) == [b"d/" * 100 + b"x.pdf"]
