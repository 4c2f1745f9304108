"""A desk with an authority of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.vnsign.authority.desk import Desk, new_authority
from tests.unit.vnsign.authority.making import PASSPHRASE, StoppedClock
from vnsign.authority import Authority
from vnsign.authority.database.store import DATABASE_NAME


@pytest.fixture(scope="session")
def founded_desk(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The database of a new authority, to be copied."""
    folder = tmp_path_factory.mktemp("founded-desk")
    new_authority(folder, StoppedClock())
    return (folder / DATABASE_NAME).read_bytes()


@pytest.fixture
def desk(founded_desk: bytes, tmp_path: Path) -> Desk:
    """An authority opened from that database, and people who work with it."""
    folder = tmp_path / "desk"
    folder.mkdir(mode=0o700)
    (folder / DATABASE_NAME).write_bytes(founded_desk)
    clock = StoppedClock()
    return Desk(Authority.open(folder, passphrase=PASSPHRASE, clock=clock), clock)
