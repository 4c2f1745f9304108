"""Reading an office whose disk is full: what needs no room goes on, and the rest says what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from docflow import DocflowError, ErrorCode, Office, SearchQuery
from tests.office_kit import make_draft, open_office, sign_off
from tests.support import fill, small_file_system


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of four megabytes."""
    with small_file_system(tmp_path / "disk", megabytes=4) as folder:
        yield folder


def found(office: Office) -> list[str]:
    """Return what a search finds."""
    return sorted(hit.id for hit in office.search(SearchQuery(text="quy che")))


@pytest.mark.parametrize("count", [1, 40])
def test_a_search_finds_what_there_is_no_room_to_index(disk: Path, count: int) -> None:
    """Also what came since the last search; nothing of the index is kept, and it is made once there is room."""
    with open_office(disk / "office") as office:
        sign_off(office, "before")
        assert found(office) == ["before"]
        for number in range(count):
            office.draft(make_draft(), actor="A", document_id=f"d{number}")
        fill(disk / "filler", leave=0)
        every = sorted(["before", *(f"d{number}" for number in range(count))])
        assert found(office) == found(office) == every
        assert len(office.documents()) == count + 1
        with pytest.raises(DocflowError) as caught:
            office.draft(make_draft(), actor="A", document_id="late")
        assert caught.value.code is ErrorCode.STORE_UNUSABLE
        (disk / "filler").unlink()
        assert found(office) == every
        office.draft(make_draft(), actor="A", document_id="late")
        assert found(office) == sorted([*every, "late"])
        assert office.verify_log().is_intact


def test_an_office_that_cannot_be_read_on_a_full_disk_says_so(disk: Path) -> None:
    """SQLite needs room for the index of its WAL to begin to read; nobody is sent to his backup for that."""
    with open_office(disk / "office") as office:
        sign_off(office, "d1")
    fill(disk / "filler", leave=0)
    with pytest.raises(DocflowError) as caught, open_office(disk / "office") as office:
        office.documents()
    assert caught.value.code is ErrorCode.STORE_UNUSABLE
    assert "đĩa đã đầy" in caught.value.vi
    assert "make room" in str(caught.value)
    (disk / "filler").unlink()
    with open_office(disk / "office") as office:
        assert len(office.documents()) == 1
