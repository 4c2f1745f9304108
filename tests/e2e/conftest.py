"""Whatever the end-to-end tests forge or sign: the short way to judge increments says what the long way says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.increments_kit import disagreement
from tests.province_kit import Province, make_province
from vnsign.pdf.comparing.change_kinds import Change
from vnsign.pdf.comparing.increments.plain_changes import changes_of_increments
from vnsign.pdf.reading.opened import OpenedPdf
from vnsign.verification import modifications


@pytest.fixture(autouse=True)
def _both_ways_of_judging_increments() -> Iterator[None]:
    """Compare in every test, in this process; a disagreement fails the test at its end."""
    found: list[str] = []

    def both(file: OpenedPdf, end: int) -> tuple[Change, ...] | None:
        changes = changes_of_increments(file, end)
        if changes is not None and (differs := disagreement(file, end, changes)):
            found.append(differs)
        return changes

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(modifications, "changes_of_increments", both)
        yield
    assert not found


@pytest.fixture
def province(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Province]:
    """An empty database on a server, and what people wrote."""
    monkeypatch.delenv("DOCFLOW_DATABASE", raising=False)
    with make_province(tmp_path) as made:
        yield made
