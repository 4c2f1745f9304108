"""Verifying a province takes longer than a server lets a transaction be silent."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from docflow import verify_log
from docflow.store.checking import examination, scratch
from docflow.store.engines import postgres
from tests.contract.offices import make_place
from tests.office_kit import seal_off


@pytest.mark.slow
def test_a_server_does_not_end_a_verification_that_compares_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing is read for longer than the server waits, it is asked something now and then."""
    with make_place("postgresql", tmp_path) as place:
        with place.open() as office:
            for number in range(3):
                seal_off(office, f"d{number}")
        monkeypatch.setitem(postgres.SETTINGS, "idle_in_transaction_session_timeout", "1s")
        monkeypatch.setattr(examination, "_SILENT_S", 0.2)
        monkeypatch.setattr(scratch, "_HELD", 10)

        def tick(stage: str, _done: int, _total: int | None) -> None:
            if stage == "rows compared":
                time.sleep(0.003)

        report = verify_log(place.database, home=place.home("H99"), tick=tick)
    assert report.is_intact
