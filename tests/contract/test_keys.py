"""Keys against repetition that callers choose, and the names that docflow gives to requests without one."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from docflow import DocflowError, ErrorCode
from docflow.store.tables import IDEMPOTENCY_ANSWER
from tests.contract.offices import Place
from tests.exchange_kit import RECEIVER
from tests.killing_kit import Bench, fill
from tests.office_kit import SetClock, make_draft, sign_off
from tests.work_kit import MONDAY, make_entry


@pytest.mark.parametrize("key", ["H99/issue/d1", "H99/receive_by_hand/den-1", "H99/assign/den-1/3"])
def test_nobody_takes_the_name_of_somebody_elses_act(place: Place, key: str) -> None:
    """An officer's draft under the name of the clerk's issue: refused; the clerk goes on without a key."""
    with place.open(clock=SetClock(MONDAY)) as office:
        sign_off(office, "d1")
        with pytest.raises(DocflowError) as caught:
            office.draft(make_draft(), actor="Chuyên viên", document_id="d2", idempotency_key=key)
        assert caught.value.code is ErrorCode.BAD_ARGUMENT
        assert office.issue("d1", actor="Văn thư").number == 1
        office.receive_by_hand(make_entry("1/STC"), actor="Văn thư", incoming_id="den-1")
    assert place.verify().is_intact


@pytest.mark.parametrize("key", ["H99/2026/15", "H99", "H99/issue", "/issue/d1", "sổ/issued/d1", "d1/H99/issue"])
def test_keys_that_only_look_alike_are_the_callers(place: Place, key: str) -> None:
    """An agency's code before a number of the caller's own is a good key."""
    with place.open() as office:
        done = [office.draft(make_draft(), actor="A", document_id="d1", idempotency_key=key) for _ in range(2)]
        assert [receipt.is_replay for receipt in done] == [False, True]


def test_every_name_that_docflow_gives_is_kept_from_callers(tmp_path: Path) -> None:
    """An office in which nearly everything was done once: none of the names it gave is taken as a caller's key."""
    bench = Bench(str(tmp_path / "home"), tmp_path)
    fill(bench)
    with bench.open() as office:
        with office._store.database.reading() as connection:
            query = sa.select(IDEMPOTENCY_ANSWER.c.key).where(IDEMPOTENCY_ANSWER.c.agency == RECEIVER)
            names = connection.execute(query).scalars().all()
        names = [name for name in names if name.startswith(f"{RECEIVER}/")]
        words = {name.split("/")[1] for name in names}
        assert len(words) > 15
        for name in names:
            with pytest.raises(DocflowError) as caught:
                office.draft(make_draft(), actor="A", document_id="new", idempotency_key=name)
            assert caught.value.code is ErrorCode.BAD_ARGUMENT
