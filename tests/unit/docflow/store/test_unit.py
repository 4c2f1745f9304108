"""One transaction: nothing without evidence, nothing half, and a log that an office itself wrote wrongly is found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from docflow import DocflowError, ErrorCode, LogFindingCode
from docflow.audit import AuditEvent, RegisterLink, build_payload, commit_payload
from docflow.model import OUTGOING_REGISTER, RegisterKey
from docflow.office.ledger import record_event
from docflow.ports import BlobRow, EntryKind, NewLeaf, RegisterCounter, RegisterEntry, UnitOfWork
from docflow.store import OfficeStore, open_store
from tests.office_kit import NOON, SeededRandomness, open_office, sign_off

KEY = RegisterKey(agency="H99", register=OUTGOING_REGISTER, year=2026)
DAY = date(2026, 1, 5)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[OfficeStore]:
    """The store of an office that gave number 1, with two more documents waiting."""
    with open_office(tmp_path / "office") as office:
        for name in ("d1", "d2", "d3"):
            sign_off(office, name)
        office.issue("d1", actor="V")
    opened = open_store(tmp_path / "office", agency="H99", origin="unused", randomness=SeededRandomness())
    yield opened
    opened.close()


def add_number(unit: UnitOfWork, document_id: str, *, number: int, previous: bytes | None) -> bytes:
    """Do what an office would do that counts wrongly: document, entry, leaf, and all of it signed."""
    document = unit.find_document(document_id)
    assert document is not None
    symbol = f"{number:02d}/QĐ-UBND"
    entry = RegisterEntry(
        key=KEY, number=number, kind=EntryKind.DOCUMENT, document_id=document_id, symbol=symbol, issued_on=DAY
    )
    unit.add_entry(entry)
    unit.change_document(
        replace(document, register=KEY.register, year=2026, number=number, symbol=symbol, issued_on=DAY)
    )
    event = AuditEvent(
        type="document_numbered",
        time=NOON,
        actor="V",
        agency="H99",
        subject=document_id,
        rows=unit.rows_written(),
        link=RegisterLink(register=KEY.register, year=2026, number=number, previous=previous),
    )
    leaf = commit_payload(build_payload(event), bytes(32))
    unit.add_leaf(
        NewLeaf(
            type=event.type,
            time=event.time,
            subject=event.subject,
            data=leaf.data,
            salt=leaf.salt,
            payload=leaf.payload,
            hash=leaf.hash,
        )
    )
    return leaf.hash


def test_a_number_that_was_jumped_over_is_found(store: OfficeStore) -> None:
    """Registers run 1..n: also an office that holds the key and signs what it does cannot leave a gap unseen."""
    with store.writing() as unit:
        add_number(unit, "d2", number=3, previous=unit.counter(KEY).last_leaf_hash)
    findings = store.reader.verify().findings
    broken = {finding.column for finding in findings if finding.code is LogFindingCode.REGISTER_BROKEN}
    assert broken == {None, "number"}, findings


def test_a_number_that_does_not_name_the_leaf_before_is_found(store: OfficeStore) -> None:
    """A number's leaf names the leaf before it in the same register: two histories cannot be joined."""
    with store.writing() as unit:
        add_number(unit, "d2", number=2, previous=bytes(32))
    findings = store.reader.verify().findings
    assert LogFindingCode.REGISTER_BROKEN in {finding.code for finding in findings}


def test_the_same_number_cannot_be_given_twice(store: OfficeStore) -> None:
    """A unique constraint stands behind the counter."""
    with pytest.raises(DocflowError) as caught, store.writing() as unit:
        add_number(unit, "d2", number=1, previous=None)
    assert caught.value.code is ErrorCode.STORE_UNUSABLE
    assert store.reader.verify().is_intact


def test_a_row_without_a_leaf_is_not_kept(store: OfficeStore) -> None:
    """Whoever forgets the evidence keeps nothing."""
    with pytest.raises(DocflowError, match="without an audit leaf"), store.writing() as unit:
        unit.add_blob(BlobRow(sha256=store.blobs.put(b"x"), size=1))
    report = store.reader.verify()
    assert report.is_intact


def test_a_counter_moves_by_one_from_where_it_was(store: OfficeStore) -> None:
    """Compare-and-swap: a head that was read long ago, or jumps, is not written."""
    for number in (1, 3):
        counter = RegisterCounter(key=KEY, last_number=number, last_date=DAY, last_leaf_hash=bytes(32))
        with pytest.raises(DocflowError) as caught, store.writing() as unit:
            unit.advance_counter(counter)
        assert caught.value.code is ErrorCode.STORE_UNUSABLE
    assert store.reader.verify().is_intact


def test_an_exception_undoes_everything(store: OfficeStore) -> None:
    """Rows, number, leaf and checkpoint are kept together or not at all."""
    before = store.reader.last_checkpoint()
    with pytest.raises(KeyboardInterrupt), store.writing() as unit:  # noqa: PT012 - interrupted after it wrote
        add_number(unit, "d2", number=2, previous=None)
        raise KeyboardInterrupt
    assert store.reader.last_checkpoint() == before
    assert store.reader.verify().is_intact


def test_two_events_in_one_transaction_share_a_checkpoint(store: OfficeStore) -> None:
    """What batches will do: two leaves, one signature, everything verified."""
    with store.writing() as unit:
        for number, name in ((2, "d2"), (3, "d3")):
            counter = unit.counter(KEY)
            leaf_hash = add_number(unit, name, number=number, previous=counter.last_leaf_hash)
            unit.advance_counter(replace(counter, last_number=number, last_leaf_hash=leaf_hash))
    report = store.reader.verify()
    assert report.is_intact, report.findings
    assert report.checkpoints == report.size - 1


def test_of_several_changes_of_one_row_the_last_one_holds(store: OfficeStore) -> None:
    """Each writes the columns that differ; in one transaction they are carried out in their order."""
    with store.writing() as unit:
        document = unit.find_document("d2")
        assert document is not None
        said: tuple[dict[str, Any], ...] = (
            {"approved_by": "X"},
            {"approved_by": "Y", "remark_count": 1},
            {"approved_by": "Z"},
            {},
        )
        for changes in said:
            document = replace(document, **changes)
            unit.change_document(document)
        record_event(
            unit, "document_approved", time=NOON, actor="V", agency="H99", subject="d2", randomness=SeededRandomness()
        )
    found = store.find_document("d2")
    assert found == document
    assert (found.approved_by, found.remark_count) == ("Z", 1)
    assert store.reader.verify().is_intact
