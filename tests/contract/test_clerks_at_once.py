"""Two clerks in two processes on the same document, dossier, file and number, on every kind of store."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest

from docflow import Direction, IncomingState
from docflow.errors import DocflowError
from tests.contract.offices import Place
from tests.office_kit import SetClock
from tests.work_kit import MONDAY, make_entry, make_file, make_plan, register

pytestmark = pytest.mark.slow

_SAME: Sequence[tuple[str, str, dict[str, Any]]] = (
    ("accept", "thu", {}),
    ("submit", "thu", {"to": "Chủ tịch"}),
    ("assign", "thu", {"to": "Phòng {clerk}"}),
    ("start_dossier", "hs", {}),
    ("pass_on", "hs", {"step": 0}),
    ("add_to_file", "H99.2026.01.TCCB", {"direction": Direction.INCOMING, "document_id": "da-vao-so"}),
    ("close_file", "H99.2026.01.TCCB", {}),
)
"""Verb, of what, with what: each may take effect once."""


def work(place: Place, clerk: int) -> list[str]:
    """Do everything that the other clerk does too, and receive and number letters of one's own."""
    said = []
    with place.open(clock=SetClock(MONDAY)) as office:
        for number in range(10):
            register(office, f"rieng-{clerk}-{number}", symbol=f"{number}/C{clerk}")
        for verb, name, arguments in _SAME:
            given = {
                key: text.format(clerk=clerk) if isinstance(text, str) else text for key, text in arguments.items()
            }
            try:
                getattr(office, verb)(name, actor=f"Văn thư {clerk}", **given)
                said.append("done")
            except DocflowError as error:
                said.append(error.code.value)
    return said


def test_two_processes_give_each_number_once_and_do_each_thing_once(place: Place) -> None:
    """Numbers run 1..n without gap or repeat; of two who do the same, one does, the other hears the same or is told.

    NĐ 30/2020 PL VI Phần I mục III.1đ: "Cho phép tự động cấp số cho văn bản đi và số đến cho văn bản đến theo thứ tự
        và trình tự thời gian trong năm."
    """
    with place.open(clock=SetClock(MONDAY)) as office:
        office.receive_by_hand(make_entry("1/CHUNG"), actor="V", incoming_id="thu")
        office.check("thu", actor="V")
        register(office, "da-vao-so", symbol="2/CHUNG")
        office.open_dossier(make_plan(), dossier_id="hs", actor="Một cửa")
        make_file(office)
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        answers = [one.result(timeout=120) for one in [pool.submit(work, place, clerk) for clerk in range(2)]]
    allowed = {"done", "wrong_state", "already_exists", "idempotency_conflict"}
    for (verb, _, _), pair in zip(_SAME, zip(*answers, strict=True), strict=True):
        assert "done" in pair, (verb, pair)
        assert set(pair) <= allowed, (verb, pair)
    with place.open(clock=SetClock(MONDAY)) as office:
        numbers = sorted(item.number or 0 for item in office.incoming())
        assert numbers == list(range(1, 23))
        acts = [act.event for act in office.incoming_acts("thu")]
        assert len(acts) == len(set(acts))
        assert office.incoming_document("thu").state is IncomingState.ASSIGNED
        assert len(office.incoming_tasks("thu")) == 1
        assert office.dossier("hs").step == 1
        assert [line.document_id for line in office.file_contents("H99.2026.01.TCCB")] == ["da-vao-so"]
        assert office.verify_log().findings == ()
