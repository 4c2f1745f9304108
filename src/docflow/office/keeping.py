"""Which content somebody still needs: asked before a file is destroyed, whether by its retention or by its sender.

Invariants:
    - A document's content is gone when it was given back, or a destroyed file held it and none that is not destroyed
      does: then nothing of it is handed out, whoever else holds the same bytes.
    - Bytes go with the last document whose content is not gone; a copy that the agency made keeps its own.

Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục III.8; Thông tư 01/2019/TT-BNV Điều 20 khoản 5.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from docflow.errors import ErrorCode, InputError, UsageError
from docflow.model import CaseFile, Direction, Document, FiledDocument, FileState, law_date
from docflow.office.desk import Desk
from docflow.ports import BlobHolder, ParcelKind, ParcelRow, Store, UnitOfWork

Records = UnitOfWork | Store
"""What is asked: a transaction that writes, or an answer from a snapshot."""


def erase_content(desk: Desk) -> None:
    """Remove from the disk what was destroyed; what somebody holds again stays."""
    desk.store.erase_blobs(lambda unit, sha256: is_content_needed(unit, sha256, besides=()))


def refuse_erased(desk: Desk, sha256: str) -> None:
    """Refuse to hand out what was destroyed: in a caller's transaction it is taken off the disk later.

    Raises:
        UsageError: ``NOT_FOUND``.
    Source: docs/adr/0053.
    """
    if desk.store.was_erased(sha256) and not is_content_needed(desk.store, sha256, besides=()):
        raise UsageError(
            ErrorCode.NOT_FOUND, f"this file was destroyed: {sha256[:80]!r}", vi="Tệp này đã bị hủy hoặc đã trả lại."
        )


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


def is_content_needed(records: Records, sha256: str, *, besides: Collection[tuple[Direction, str]]) -> bool:
    """Return whether a file is the content of a copy, or of a document not done with and not among ``besides``."""
    return bool(find_needing(records, sha256, besides=besides))


def find_needing(
    records: Records, sha256: str, *, besides: Collection[tuple[Direction, str]]
) -> tuple[BlobHolder, ...]:
    """Return the copies, and the documents not done with and not among ``besides``, whose content a file is."""
    return tuple(
        holder
        for holder in records.list_blob_holders(sha256)
        if holder.direction is None
        or ((holder.direction, holder.id) not in besides and not records.is_content_gone(holder.direction, holder.id))
    )


def list_content(records: Records, direction: Direction, document_id: str) -> tuple[str, ...]:
    """Return every file that holds the words of a document: each stage and version, annexes ever attached, messages."""
    if direction is Direction.INCOMING:
        incoming = records.find_incoming(document_id)
        names: tuple[str | None, ...] = () if incoming is None else (incoming.message, incoming.pdf)
    else:
        outgoing = records.find_document(document_id)
        stages = () if outgoing is None else (outgoing.draft_pdf, outgoing.leader_pdf, outgoing.sealed_pdf)
        versions = (version.pdf for version in records.list_versions(document_id))
        attached = records.list_attachments(document_id, with_detached=True)
        annexes = (name for item in attached for name in (item.pdf, item.sealed_pdf))
        sent = records.list_records(ParcelRow, subject=document_id)
        messages = (parcel.message for parcel in sent if parcel.kind is ParcelKind.DOCUMENT)
        names = (*stages, *versions, *annexes, *messages)
    return tuple(dict.fromkeys(name for name in names if name is not None))


def is_issued_gone(records: Records, document: Document, *, at: datetime) -> bool:
    """Return whether the content of an outgoing document is gone; asked only if that may be.

    Nothing is destroyed in the year in which it got its number: a file is kept for whole years after that of its
    closing.
    """
    if document.year is None or law_date(at).year <= document.year:
        return False
    return records.is_content_gone(Direction.OUTGOING, document.id)


def find_live_files(records: Records, direction: Direction, document_id: str) -> tuple[str, ...]:
    """Return the codes of the files that hold a document and are not destroyed, in order."""
    lines = records.list_records(FiledDocument, direction=direction.value, document_id=document_id)
    codes = sorted({line.file_code for line in lines if line.removed_at is None})
    found = (records.find_record(CaseFile, code) for code in codes)
    return tuple(file.code for file in found if file is not None and file.state is not FileState.DESTROYED)
