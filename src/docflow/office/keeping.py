"""Which content somebody still needs: asked before a file is destroyed, whether by its retention or by its sender.

Invariants:
    - A document is done with when a destroyed file held it and none that is not destroyed does.
    - Content goes with the last document that is not done with it; a copy that the agency made keeps its own.

Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục III.8; Thông tư 01/2019/TT-BNV Điều 20 khoản 5.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from docflow.errors import InputError, UsageError
from docflow.model import CaseFile, Direction, FiledDocument, FileState
from docflow.office.desk import Desk
from docflow.ports import UnitOfWork


def erase_content(desk: Desk) -> None:
    """Remove from the disk what was destroyed; what somebody holds again stays."""
    desk.store.erase_blobs(lambda unit, sha256: is_content_needed(unit, sha256, besides=()))


@contextmanager
def storing(desk: Desk, data: bytes | None) -> Iterator[str | None]:
    """Store a file for what is done in the block, and return its name; if that is refused, no file is left.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``; the disk is full or not writable.
    """
    if data is None:
        yield None
        return
    was_there = desk.blobs.has(hashlib.sha256(data).hexdigest())
    name = desk.blobs.put(data)
    try:
        yield name
    except (InputError, UsageError):
        if not was_there:
            desk.store.drop_blob(name)
        raise


def is_content_needed(unit: UnitOfWork, sha256: str, *, besides: Collection[tuple[Direction, str]]) -> bool:
    """Return whether a file is the content of a copy, or of a document not done with and not among ``besides``."""
    for holder in unit.list_blob_holders(sha256):
        if holder.direction is None:
            return True
        if (holder.direction, holder.id) not in besides and not _is_done_with(unit, holder.direction, holder.id):
            return True
    return False


def is_content_destroyed(unit: UnitOfWork, direction: Direction, document_id: str) -> bool:
    """Return whether what a document said was here and was destroyed; of paper alone nothing was."""
    if direction is Direction.OUTGOING:
        outgoing = unit.find_document(document_id)
        newest = None if outgoing is None else outgoing.sealed_pdf or outgoing.leader_pdf
    else:
        incoming = unit.find_incoming(document_id)
        newest = None if incoming is None else incoming.pdf
    return newest is not None and unit.is_erased(newest)


def find_live_files(unit: UnitOfWork, direction: Direction, document_id: str) -> tuple[str, ...]:
    """Return the codes of the files that hold a document and are not destroyed, in order."""
    return tuple(file.code for file in _files_of(unit, direction, document_id) if not _is_destroyed(file))


def _is_done_with(unit: UnitOfWork, direction: Direction, document_id: str) -> bool:
    files = _files_of(unit, direction, document_id)
    return bool(files) and all(_is_destroyed(file) for file in files)


def _files_of(unit: UnitOfWork, direction: Direction, document_id: str) -> tuple[CaseFile, ...]:
    lines = unit.list_records(FiledDocument, direction=direction.value, document_id=document_id)
    codes = sorted({line.file_code for line in lines if line.removed_at is None})
    found = (unit.find_record(CaseFile, code) for code in codes)
    return tuple(file for file in found if file is not None)


def _is_destroyed(file: CaseFile) -> bool:
    return file.state is FileState.DESTROYED
