"""Folders that are new: their names are forced to disk before anything is said to be done.

What it does not show: that a disk whose power fails keeps what was forced to it; the calls are real, and watched.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from docflow import FileDrop
from docflow.ports import Parts
from tests.office_kit import make_agency, open_office, sign_off

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks /proc which folder a descriptor is of")


@pytest.fixture
def forced(monkeypatch: pytest.MonkeyPatch) -> set[Path]:
    """Return what is forced to disk from now on."""
    seen: set[Path] = set()
    whole = os.fsync

    def watched(descriptor: int) -> None:
        whole(descriptor)
        seen.add(Path(f"/proc/self/fd/{descriptor}").readlink())

    monkeypatch.setattr(os, "fsync", watched)
    return seen


def test_the_folders_of_a_new_office_are_forced_to_disk(tmp_path: Path, forced: set[Path]) -> None:
    """Else a founded office could be gone with its log key: found by rebuilding a disk from the calls of a process."""
    folder = tmp_path / "a" / "b" / "office"
    with open_office(folder) as office:
        assert forced >= {tmp_path, tmp_path / "a", tmp_path / "a" / "b"}
        sign_off(office, "d1")
    assert forced >= {folder, folder / "blobs"}
    assert all(path.parent in forced for path in (folder / "blobs").rglob("*"))


def test_folders_that_somebody_else_made_are_forced_to_disk_too(tmp_path: Path, forced: set[Path]) -> None:
    """A process that was killed made them and may not have come to it."""
    folder, drop, code = tmp_path / "office", tmp_path / "there" / "drop", make_agency().code.text
    (folder / "blobs").mkdir(parents=True)
    for name in (f"{number:02x}" for number in range(256)):
        (folder / "blobs" / name).mkdir()
    folder.chmod(0o700)
    (drop / code / "new" / "p").mkdir(parents=True)
    with open_office(folder) as office:
        assert tmp_path in forced
        sign_off(office, "d1")
    assert forced >= {folder, folder / "blobs"}
    FileDrop(drop).send(
        Parts(message=b"<m/>", message_cms=b"s", receipt=None, receipt_cms=None), name="p", recipient=code
    )
    assert forced >= {tmp_path / "there", drop, drop / code, drop / code / "new"}


def test_a_public_key_that_a_power_cut_left_empty_is_made_anew(tmp_path: Path, forced: set[Path]) -> None:
    """The name may outlive a power cut without the bytes, unless they were forced before it."""
    place = tmp_path / "log.vkey"
    with open_office(tmp_path) as office:
        known = office.vkey
    assert any(path.name.startswith("log.vkey") for path in forced)
    for left in (b"", b"\0" * 68):
        place.write_bytes(left)
        with open_office(tmp_path):
            assert place.read_text() == f"{known}\n"


def test_the_folders_of_a_new_drop_are_forced_to_disk(tmp_path: Path, forced: set[Path]) -> None:
    """Else a parcel that was told as sent could be gone with the folder it lay in."""
    drop, code = tmp_path / "a" / "drop", make_agency().code.text
    FileDrop(drop).send(
        Parts(message=b"<m/>", message_cms=b"s", receipt=None, receipt_cms=None), name="p", recipient=code
    )
    assert forced >= {tmp_path, tmp_path / "a", drop, drop / code, drop / code / "new"}
    (delivery,) = FileDrop(drop).fetch(code)
    FileDrop(drop).settle(code, delivery, is_refused=False)
    assert (drop / code / "done").is_dir()
