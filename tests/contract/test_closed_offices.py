"""An office that was closed does nothing more; an address must say which database it means."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from docflow import Office
from docflow.errors import ErrorCode, UsageError
from tests.contract.offices import Place
from tests.office_kit import make_agency, make_draft, sign_off

VERBS: tuple[Callable[[Office], object], ...] = (
    lambda office: office.draft(make_draft(), actor="A", document_id="d2", pdf=b"%PDF of a closed office"),
    lambda office: office.issue("d1", actor="V"),
    lambda office: office.documents(),
    lambda office: office.document("d1"),
    lambda office: office.verify_log(),
    lambda office: office.checkpoint(),
)


def test_a_closed_office_refuses_every_verb(place: Place) -> None:
    """Whoever closed it takes its folder away, or makes a backup; no file is left behind either."""
    with place.open() as office:
        sign_off(office, "d1")
        office.close()
        files = set(place.home("H99").rglob("*"))
        for verb in VERBS:
            with pytest.raises(UsageError, match="was closed") as caught:
                verb(office)
            assert caught.value.code is ErrorCode.BAD_ARGUMENT
            assert "đã đóng" in caught.value.vi
        assert set(place.home("H99").rglob("*")) == files
    with place.open() as office:
        assert [document.id for document in office.documents()] == ["d1"]
        assert office.issue("d1", actor="V").number == 1
    assert place.verify().is_intact


@pytest.mark.parametrize(
    "address", ["postgresql://", "postgresql://root@127.0.0.1:5432", "postgresql://root@127.0.0.1/"]
)
def test_an_address_without_a_database_is_refused(tmp_path: Path, address: str) -> None:
    """The server would take the one that is named as the user, and an office was founded there."""
    with pytest.raises(UsageError, match="without a name") as caught:
        Office.open(address, agency=make_agency(), home=tmp_path / "home")
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
    assert "chưa nêu tên" in caught.value.vi
    assert not (tmp_path / "home").exists()
