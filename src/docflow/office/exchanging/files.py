"""The files that came with a document from another agency, read from the message that is kept, with their verdicts.

What it does not do: it judges nothing; what stands here was found on arrival, or by whoever looked again.

Source: Quyết định 28/2018/QĐ-TTg Điều 10 khoản 1, khoản 2 điểm g; Thông tư 01/2019/TT-BNV Điều 3 khoản 5.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from docflow.edxml import Attachment, NewDocument, parse_message
from docflow.errors import ErrorCode, UsageError
from docflow.model import (
    Direction,
    FileVerdict,
    IncomingAct,
    IncomingDocument,
    ReceivedFileCheck,
    ReceivedSignature,
)
from docflow.office.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedFile:
    """One file of a message.

    Attributes:
        position: From 0; the document itself is among them, as a rule the first.
        name: What the sender calls it: never a path.
        size: In bytes.
        sha256: Lower-case hex.
        is_main: It is the document itself.
        verdict: What its signatures are worth, as the last look at it found; ``NOT_CHECKED`` if nobody looked.
        reasons: Codes of vnsign's findings, or docflow's own.
        signature_count: Signatures in it, also those that are not kept one by one.
        signatures: In the order in which they were made.
        checked_at, checked_by: When, aware, and by whom; None and empty if nobody looked.
    """

    position: int
    name: str
    content_type: str
    description: str
    size: int
    sha256: str
    is_main: bool = False
    verdict: FileVerdict = FileVerdict.NOT_CHECKED
    reasons: tuple[str, ...] = ()
    signature_count: int = 0
    signatures: tuple[ReceivedSignature, ...] = ()
    checked_at: datetime | None = None
    checked_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _LastLook:
    """What the last look at the files of a document found, by position, and the act that was it."""

    act: IncomingAct | None
    checks: Mapping[int, ReceivedFileCheck]
    signatures: Mapping[int, tuple[ReceivedSignature, ...]]


def list_received_files(desk: Desk, document: IncomingDocument) -> tuple[ReceivedFile, ...]:
    """Return the files that came with a document, each with what the last look at it found.

    None for one that was typed by hand or destroyed; what was found then stays on record.
    """
    attachments = list_attachments(desk, document)
    digests = [hashlib.sha256(item.data).hexdigest() for item in attachments]
    main = digests.index(document.pdf) if document.pdf in digests else None
    look = _find_last_look(desk, document) if attachments else None
    return tuple(
        _describe(item, position, sha256=sha256, is_main=position == main, look=look)
        for position, (item, sha256) in enumerate(zip(attachments, digests, strict=True))
    )


def _describe(item: Attachment, position: int, *, sha256: str, is_main: bool, look: _LastLook | None) -> ReceivedFile:
    check = look.checks.get(position) if look else None
    act = look.act if look and check else None
    return ReceivedFile(
        position=position,
        name=item.name,
        content_type=item.content_type,
        description=item.description,
        size=len(item.data),
        sha256=sha256,
        is_main=is_main,
        verdict=check.verdict if check else FileVerdict.NOT_CHECKED,
        reasons=tuple(check.reasons.split()) if check else (),
        signature_count=check.signature_count if check else 0,
        signatures=look.signatures.get(position, ()) if look else (),
        checked_at=act.at if act else None,
        checked_by=act.actor if act else "",
    )


def _find_last_look(desk: Desk, document: IncomingDocument) -> _LastLook | None:
    checks = desk.store.list_records(ReceivedFileCheck, incoming_id=document.id)
    if not checks:
        return None
    last = max(check.act for check in checks)
    signatures: dict[int, tuple[ReceivedSignature, ...]] = {}
    for one in desk.store.list_records(ReceivedSignature, incoming_id=document.id, act=last):
        signatures[one.position] = (*signatures.get(one.position, ()), one)
    return _LastLook(
        act=desk.store.find_record(IncomingAct, document.id, last),
        checks={check.position: check for check in checks if check.act == last},
        signatures=signatures,
    )


def read_received_file(desk: Desk, document: IncomingDocument, position: int) -> bytes:
    """Return one of the files that came with a document.

    Raises:
        UsageError: ``NOT_FOUND``.
        InputError: ``EVIDENCE_BROKEN``; the kept message was changed.
    """
    files = list_attachments(desk, document)
    if not 0 <= position < len(files):
        raise UsageError(
            ErrorCode.NOT_FOUND,
            f"{document.id} has {len(files)} files, none at {position}",
            vi=f"Văn bản có {len(files)} tệp, không có tệp thứ {position}.",
        )
    return files[position].data


def list_attachments(desk: Desk, document: IncomingDocument) -> tuple[Attachment, ...]:
    """Return the files of the message that brought a document; none if it came by hand or was destroyed.

    Raises:
        InputError: ``EVIDENCE_BROKEN``; the kept message was changed.
    """
    if document.message is None or desk.store.is_content_gone(Direction.INCOMING, document.id):
        return ()
    message = parse_message(desk.blobs.get(document.message))
    return message.attachments if isinstance(message, NewDocument) else ()
