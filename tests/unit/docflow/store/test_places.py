"""Stores that are not quite where or what a reader expects: write-protected, or another docflow's."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from docflow import RegisterKind, StoreUnavailable, read_register, read_report, reopen_office, verify_log
from docflow.cli import main
from docflow.errors import DocflowError, ErrorCode
from docflow.store import open_to_read
from docflow.store.migrations import HEAD
from tests.office_kit import open_office, seal_off


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A closed office with one document."""
    with open_office(tmp_path / "office") as office:
        seal_off(office, "d1")
    return tmp_path / "office"


def write_protect(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the folder say what a disc says; root may write in every other folder."""
    monkeypatch.setattr(os, "access", lambda *_: False)


def set_schema(folder: Path, revision: str) -> None:
    """Let another docflow have made the database."""
    with closing(sqlite3.connect(folder / "docflow.sqlite")) as database:
        database.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        database.commit()


def test_an_auditors_write_protected_copy_is_verified_printed_and_counted(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disc, a snapshot: nothing is laid beside the database, neither WAL nor shared memory."""
    write_protect(monkeypatch)
    with open_to_read(folder) as reader:
        assert reader.find_document("d1") is not None
        assert {path.name for path in folder.iterdir()} & {"docflow.sqlite-wal", "docflow.sqlite-shm"} == set()
    assert verify_log(folder).is_intact
    assert len(read_register(folder, RegisterKind.OUTGOING, 2026).lines) == 1
    assert read_report(folder, "2026").total.documents_out == 1


def test_commits_that_a_write_protected_copy_cannot_show_are_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy made while the office worked has its newest commits in the WAL: it must not pass for the whole."""
    (folder / "docflow.sqlite-wal").write_bytes(b"commits")
    write_protect(monkeypatch)
    with pytest.raises(StoreUnavailable, match="not copied back"):
        verify_log(folder)


@pytest.mark.parametrize("read", [verify_log, reopen_office, lambda place: read_report(place, "2026")])
def test_the_store_of_a_newer_docflow_is_refused_in_our_words(folder: Path, read: object) -> None:
    """It is not touched, and the reader is told which docflow to install."""
    set_schema(folder, "9999")
    with pytest.raises(StoreUnavailable, match="newer docflow") as caught:
        read(folder)  # type: ignore[operator]
    assert caught.value.code is ErrorCode.STORE_UNUSABLE


def test_the_store_of_an_older_docflow_is_read_after_it_was_brought_up(folder: Path) -> None:
    """Readers change nothing; they say who does."""
    set_schema(folder, "0001")
    with pytest.raises(StoreUnavailable, match=f"is not {HEAD}.*brings it up to date"):
        verify_log(folder)
    result = CliRunner().invoke(main, ["audit", "verify", str(folder)])
    assert (result.exit_code, "Traceback" in result.output) == (4, False)


@pytest.mark.parametrize("content", [None, b"", b"\0" * 68, b"no key", b"\xff\xfe"])
def test_a_public_key_that_is_gone_or_no_key_is_named_with_a_way_out(folder: Path, content: bytes | None) -> None:
    """What was said, a checkpoint of a wrong form, named no file; opening the office makes a lost one anew."""
    path = folder / "log.vkey"
    known = path.read_bytes()
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    for read in (verify_log, reopen_office):
        with pytest.raises(DocflowError, match=r"log\.vkey") as caught:
            read(folder)
        assert "log.vkey" in caught.value.vi
        assert caught.value.way_out is not None
    if content is None or not content.strip(b"\0"):
        open_office(folder).close()
        assert path.read_bytes() == known
        assert verify_log(folder).is_intact
