"""What the files of documents say, so that they are found by it: read apart from every other work, a few at a time.

Invariants:
    - A file that cannot be read as a PDF with text is remembered as read: nobody tries it again and again.
    - A document whose file changed is read again.
    - What a document said whose content is gone does not come into the index, also if it was read a moment before, or
      another document has the same file.

What it does not do: it recognizes no scanned text; of a file it reads 500 pages at most.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from docflow.errors import DocflowError
from docflow.model import Direction, words_to_find
from docflow.store.blobs import BlobFolder
from docflow.store.erasing import is_content_gone
from docflow.store.tables import DOCUMENT, INCOMING_DOCUMENT, SEARCH_TEXT

MAX_PAGES = 500
_MAX_CHARACTERS = 5_000_000
_PDFIUM = threading.Lock()  # it keeps global state
_NEWEST: dict[Direction, tuple[sa.Table, sa.ColumnElement[Any]]] = {
    Direction.OUTGOING: (
        DOCUMENT,
        sa.func.coalesce(DOCUMENT.c.sealed_pdf, DOCUMENT.c.leader_pdf, DOCUMENT.c.draft_pdf),
    ),
    Direction.INCOMING: (INCOMING_DOCUMENT, INCOMING_DOCUMENT.c.pdf),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadFile:
    """A document whose newest file is not in the index."""

    row: int
    direction: Direction
    subject: str
    sha256: str


def list_unread(connection: sa.Connection, agency: str, *, limit: int) -> list[UnreadFile]:
    """Return the next documents whose newest file is not in the index."""
    found: list[UnreadFile] = []
    for direction, (table, newest) in _NEWEST.items():
        same = sa.and_(table.c.agency == SEARCH_TEXT.c.agency, table.c.id == SEARCH_TEXT.c.subject)
        query = (
            sa.select(SEARCH_TEXT.c.id, SEARCH_TEXT.c.subject, newest)
            .join_from(SEARCH_TEXT, table, same)
            .where(
                SEARCH_TEXT.c.agency == agency,
                SEARCH_TEXT.c.direction == direction.value,
                newest.is_not(None),
                newest != SEARCH_TEXT.c.content_of,
            )
            .order_by(SEARCH_TEXT.c.id)
            .limit(limit)
        )
        found += [
            UnreadFile(row=row, direction=direction, subject=subject, sha256=sha256)
            for row, subject, sha256 in connection.execute(query)
        ]
    return found[:limit]


def read_words(blobs: BlobFolder, file: UnreadFile) -> str:
    """Return the words of a file; none if it is gone, damaged or has no text."""
    try:
        data = blobs.get(file.sha256)
    except DocflowError:
        return ""
    return words_to_find(_text_of(data))


def put_content(connection: sa.Connection, file: UnreadFile, words: str, *, agency: str) -> None:
    """Keep what a file says, and which file that was; of a document whose content is gone only that."""
    is_gone = is_content_gone(connection, agency, direction=file.direction, document_id=file.subject)
    values = {"content": "" if is_gone else words, "content_of": file.sha256}
    connection.execute(sa.update(SEARCH_TEXT).where(SEARCH_TEXT.c.id == file.row).values(values))


def _text_of(data: bytes) -> str:
    import pypdfium2  # noqa: PLC0415 - a library of PDFs begins its work when it is imported; few commands read any

    texts: list[str] = []
    size = 0
    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(data)
            for index in range(min(len(document), MAX_PAGES)):
                texts.append(document[index].get_textpage().get_text_range())
                size += len(texts[-1])
                if size > _MAX_CHARACTERS:
                    break
        except (pypdfium2.PdfiumError, ValueError, IndexError):  # what it says of damaged files
            pass
    return " ".join(texts)
