"""What can be read of a store, each answer from one snapshot.

What it does not do: it writes nothing and needs no log key.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from docflow.audit import LogReport, VerifierKey, format_proof, parse_vkey
from docflow.errors import ErrorCode, StoreUnavailable, UsageError
from docflow.model import Document, DocumentState
from docflow.ports import OutboxRow, OutboxState, RegisterEntry
from docflow.store import reading
from docflow.store.blobs import BlobFolder
from docflow.store.database import Database
from docflow.store.verification import verify_store

DATABASE_NAME = "docflow.sqlite"
KEY_NAME = "log.key"
VKEY_NAME = "log.vkey"
BLOB_FOLDER = "blobs"


class StoreReader:
    """Reads a store; make it with :func:`open_to_read`, or take that of an open office."""

    def __init__(self, database: Database, blobs: BlobFolder, *, vkey: VerifierKey) -> None:
        self._database = database
        self._blobs = blobs
        self._vkey = vkey

    def find_document(self, document_id: str) -> Document | None:
        """Return a document as it is now, or None."""
        with self._database.reading() as connection:
            return reading.find_document(connection, document_id)

    def list_documents(self, *, state: DocumentState | None = None) -> tuple[Document, ...]:
        """Return all documents, or those in one state, by time of drafting."""
        with self._database.reading() as connection:
            return reading.list_documents(connection, state=state)

    def list_outbox(self, *, state: OutboxState | None = None) -> tuple[OutboxRow, ...]:
        """Return outbox rows, all or those in one state."""
        with self._database.reading() as connection:
            return reading.list_outbox(connection, state=state)

    def list_register(self, year: int, *, register: str | None = None) -> tuple[tuple[RegisterEntry, Document], ...]:
        """Return the lines of a year's registers with their documents."""
        with self._database.reading() as connection:
            return reading.list_register(connection, year, register=register)

    def last_checkpoint(self) -> str:
        """Return the newest signed checkpoint, or an empty text."""
        with self._database.reading() as connection:
            newest = reading.last_checkpoint(connection)
        return newest[1] if newest else ""

    def prove_document(self, document_id: str) -> str:
        """Return the proof (c2sp.org/tlog-proof) of the last thing that happened to a document.

        Raises:
            UsageError: ``NOT_FOUND``.
        """
        with self._database.reading() as connection:
            leaves = reading.list_leaves(connection, document_id)
            if not leaves:
                raise UsageError(
                    ErrorCode.NOT_FOUND,
                    f"no document {document_id[:120]!r} here",
                    vi=f"Không có văn bản {document_id[:120]!r}.",
                )
            return format_proof(reading.build_proof(connection, *leaves[-1]))

    def verify(self, *, checkpoint: str | None = None, vkey: VerifierKey | None = None) -> LogReport:
        """Verify everything; see :func:`docflow.store.verification.verify_store`."""
        with self._database.reading() as connection:
            return verify_store(connection, self._blobs, vkey=vkey or self._vkey, checkpoint=checkpoint)


@contextmanager
def open_to_read(directory: Path) -> Iterator[StoreReader]:
    """Yield a reader of the store in a folder.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``; there is no store here, or it is damaged.
        InputError: ``MALFORMED_INPUT``; its ``log.vkey`` is no verifier key.
    """
    path = directory / DATABASE_NAME
    try:
        vkey = (directory / VKEY_NAME).read_text(encoding="utf-8").strip()
        path.open("rb").close()
    except (OSError, UnicodeDecodeError) as exc:
        reason = getattr(exc, "strerror", None) or str(exc)
        raise StoreUnavailable(
            ErrorCode.STORE_UNUSABLE,
            f"{directory}: not an office's folder: {reason}",
            vi=f"{directory} không phải thư mục dữ liệu của docflow.",
            way_out=f"name the folder that holds {DATABASE_NAME} and {VKEY_NAME}",
        ) from exc
    database = Database(path)
    try:
        yield StoreReader(database, BlobFolder(directory / BLOB_FOLDER), vkey=parse_vkey(vkey))
    finally:
        database.release()
