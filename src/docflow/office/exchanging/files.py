"""The files that came with a document from another agency, read from the message that is kept.

What it does not do: it judges no signature on them; only that of the document itself was checked on arrival.

Source: Quyết định 28/2018/QĐ-TTg Điều 10 khoản 1, khoản 2 điểm g.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from docflow.edxml import Attachment, NewDocument, parse_message
from docflow.errors import ErrorCode, UsageError
from docflow.model import Destruction, IncomingDocument, IncomingState
from docflow.office.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedFile:
    """One file of a message.

    Attributes:
        position: From 0; the document itself is among them, as a rule the first.
        name: What the sender calls it: never a path.
        size: In bytes.
        sha256: Lower-case hex.
    """

    position: int
    name: str
    content_type: str
    description: str
    size: int
    sha256: str


def list_received_files(desk: Desk, document: IncomingDocument) -> tuple[ReceivedFile, ...]:
    """Return the files that came with a document; none for one that was typed by hand or destroyed."""
    return tuple(
        ReceivedFile(
            position=position,
            name=item.name,
            content_type=item.content_type,
            description=item.description,
            size=len(item.data),
            sha256=hashlib.sha256(item.data).hexdigest(),
        )
        for position, item in enumerate(_attachments(desk, document))
    )


def read_received_file(desk: Desk, document: IncomingDocument, position: int) -> bytes:
    """Return one of the files that came with a document.

    Raises:
        UsageError: ``NOT_FOUND``.
        InputError: ``EVIDENCE_BROKEN``; the kept message was changed.
    """
    files = _attachments(desk, document)
    if not 0 <= position < len(files):
        raise UsageError(
            ErrorCode.NOT_FOUND,
            f"{document.id} has {len(files)} files, none at {position}",
            vi=f"Văn bản có {len(files)} tệp, không có tệp thứ {position}.",
        )
    return files[position].data


def _attachments(desk: Desk, document: IncomingDocument) -> tuple[Attachment, ...]:
    if document.message is None or document.state is IncomingState.TAKEN_BACK:
        return ()
    if desk.store.find_record(Destruction, document.message) is not None:
        return ()
    message = parse_message(desk.blobs.get(document.message))
    return message.attachments if isinstance(message, NewDocument) else ()
