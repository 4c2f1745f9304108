"""What can be read of a store, each answer from one snapshot.

What it does not do: it writes nothing and needs no log key.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from docflow.audit import LogReport, VerifierKey, format_proof
from docflow.errors import ErrorCode, StoreUnavailable, UsageError
from docflow.model import (
    Agency,
    Direction,
    Document,
    DocumentState,
    IncomingDocument,
    IncomingState,
    SearchHit,
    SearchQuery,
)
from docflow.office import RegisterBook, RegisterKind, Report
from docflow.ports import BlobHolder, InboxRow, OutboxRow, OutboxState, ParcelRow, ReceiptRow, RegisterEntry
from docflow.store import erasing, migrations
from docflow.store.blobs import BlobFolder
from docflow.store.checking.examination import Tick
from docflow.store.checking.verification import verify_store
from docflow.store.engines import founding
from docflow.store.engines.database import Database
from docflow.store.engines.errors import is_disk_full
from docflow.store.engines.places import BLOB_FOLDER, OfficeDatabase, name_database
from docflow.store.mapping.leaf_rows import identify_agency, is_empty
from docflow.store.reading import questions
from docflow.store.reading.access_reader import AccessReader
from docflow.store.reading.books import read_book
from docflow.store.reading.drafting_reader import DraftingReader
from docflow.store.reading.group_reader import GroupReading
from docflow.store.reading.received_reader import ReceivedReader
from docflow.store.reading.reports import ReportQuery, read_report, verify_report
from docflow.store.search.contents import list_unread, put_content, read_words
from docflow.store.search.indexing import forget, index_some, is_behind
from docflow.store.search.querying import find

_R = TypeVar("_R")


class _UndoneError(Exception):
    """Ends a transaction of which nothing is to be kept."""


class StoreReader(AccessReader, DraftingReader, GroupReading, ReceivedReader):
    """Reads a store; make it with :func:`open_to_read`, or take that of an open office."""

    def __init__(self, database: OfficeDatabase, blobs: BlobFolder, *, agency: str, vkey: VerifierKey) -> None:
        self._database = database
        self._blobs = blobs
        self._agency = agency
        self._vkey = vkey

    def find_agency(self) -> Agency:
        """Return the agency whose store this is.

        Raises:
            StoreUnavailable: ``STORE_UNUSABLE``; none was founded here.
        """
        agency = self.find_recorded()
        if agency is None:
            raise StoreUnavailable(
                ErrorCode.STORE_UNUSABLE,
                "no agency was founded in this store",
                vi="Kho dữ liệu chưa có cơ quan nào.",
                way_out="found it with docflow office found",
            )
        return agency

    def find_recorded(self) -> Agency | None:
        """Return the agency as it is recorded, or None before it is founded."""
        with self._database.reading() as connection:
            known = questions.find_agency(connection, self._agency)
        return known[0] if known else None

    def find_document(self, document_id: str) -> Document | None:
        """Return a document as it is now, or None."""
        with self._database.reading() as connection:
            return questions.find_document(connection, self._agency, document_id)

    def list_documents(self, *, state: DocumentState | None = None) -> tuple[Document, ...]:
        """Return all documents, or those in one state, by time of drafting."""
        with self._database.reading() as connection:
            return questions.list_documents(connection, self._agency, state=state)

    def list_outbox(self, *, state: OutboxState | None = None, document_id: str | None = None) -> tuple[OutboxRow, ...]:
        """Return outbox rows, all or those in one state or of one document."""
        with self._database.reading() as connection:
            return questions.list_outbox(connection, self._agency, state=state, document_id=document_id)

    def read_book(self, kind: RegisterKind, year: int, *, register: str | None = None) -> RegisterBook:
        """Return a year's register as a book; see :func:`docflow.store.reading.books.read_book`."""
        with self._database.reading() as connection:
            return read_book(connection, self._agency, kind=kind, year=year, register=register)

    def read_report(self, query: ReportQuery) -> Report:
        """Return a report; see :func:`docflow.store.reading.reports.read_report`."""
        with self._database.reading() as connection:
            return read_report(connection, self._agency, query, vkey=self._vkey)

    def verify_report(self, report: Report) -> Report:
        """Compute a report again from the log; see :func:`docflow.store.reading.reports.verify_report`."""
        with self._database.reading() as connection:
            return verify_report(connection, self._agency, report, vkey=self._vkey)

    def list_entries(self, year: int, *, register: str | None = None) -> tuple[RegisterEntry, ...]:
        """Return the lines of a year's outgoing registers, by register and number."""
        with self._database.reading() as connection:
            found = questions.list_register(connection, self._agency, year, register=register)
        return tuple(entry for entry, _ in found)

    def search(self, query: SearchQuery, *, reader: str | None = None) -> tuple[SearchHit, ...]:
        """Return what a query finds, newest first; what was written before the call is found.

        The index is brought up first: the call that comes after many documents takes longer. Where the disk has no
        room for that, it is brought up in memory, for this call alone.

        Args:
            reader: What he may not read, by roles and groups, is left out, as if it were not there; None: nothing is.
        """
        try:
            self._bring_up()
        except StoreUnavailable as exc:
            if not is_disk_full(exc):
                raise
            return self._search_in_memory(query, reader)
        with self._database.reading() as connection:
            return find(connection, self._agency, query, reader=reader)

    def _search_in_memory(self, query: SearchQuery, reader: str | None) -> tuple[SearchHit, ...]:
        """Bring the index up in a transaction that is undone: SQLite writes none of it before the commit.

        Raises:
            StoreUnavailable: ``STORE_UNUSABLE``; it is more than the cache of a connection holds, or a server's.
        """
        found: tuple[SearchHit, ...] = ()
        with suppress(_UndoneError), self._database.writing() as connection:
            while index_some(connection, self._agency):
                pass
            found = find(connection, self._agency, query, reader=reader)
            raise _UndoneError
        return found

    def index_contents(self, *, limit: int) -> int:
        """Read the text of files that the index does not know yet; return how many were read, 0 if all are known."""
        self._bring_up()
        with self._database.reading() as connection:
            unread = list_unread(connection, self._agency, limit=limit)
        read = [(file, read_words(self._blobs, file)) for file in unread]
        if read:
            with self._database.writing() as connection:
                for file, words in read:
                    put_content(connection, file, words, agency=self._agency)
        return len(read)

    def _bring_up(self) -> None:
        with self._database.reading() as connection:
            has_more = is_behind(connection, self._agency)
        while has_more:
            with self._database.writing() as connection:
                has_more = index_some(connection, self._agency)

    def rebuild_search(self) -> None:
        """Drop the index; the next search makes it anew from the log."""
        with self._database.writing() as connection:
            forget(connection, self._agency)

    def find_incoming(self, incoming_id: str) -> IncomingDocument | None:
        """Return an incoming document as it is now, or None."""
        with self._database.reading() as connection:
            return questions.find_incoming(connection, self._agency, incoming_id)

    def list_incoming(
        self, *, state: IncomingState | None = None, is_open: bool = False
    ) -> tuple[IncomingDocument, ...]:
        """Return all incoming documents, those in one state, or those that are open, by time of arrival."""
        with self._database.reading() as connection:
            return questions.list_incoming(connection, self._agency, state=state, is_open=is_open)

    def list_inbox(self) -> tuple[InboxRow, ...]:
        """Return what came from other agencies, in order of time."""
        with self._database.reading() as connection:
            return questions.list_inbox(connection, self._agency)

    def find_inbox(self, parcel: str) -> InboxRow | None:
        """Return what became of a parcel, or None if it never came."""
        with self._database.reading() as connection:
            return questions.find_inbox(connection, self._agency, parcel)

    def list_due_parcels(self, at: datetime) -> tuple[ParcelRow, ...]:
        """Return the parcels whose time has come, the oldest first."""
        with self._database.reading() as connection:
            return questions.list_due_parcels(connection, self._agency, at)

    def list_parcels(self, subject: str) -> tuple[ParcelRow, ...]:
        """Return the parcels that concern a document, the oldest first."""
        with self._database.reading() as connection:
            return questions.list_parcels(connection, self._agency, subject)

    def list_receipts(self, subject: str) -> tuple[ReceiptRow, ...]:
        """Return the receipts that concern a document, in order of recording."""
        with self._database.reading() as connection:
            return questions.list_receipts(connection, self._agency, subject)

    def find_receipt(self, receipt_id: str) -> ReceiptRow | None:
        """Return a receipt, or None."""
        with self._database.reading() as connection:
            return questions.find_receipt(connection, self._agency, receipt_id)

    def find_record(self, kind: type[_R], *key: str | int) -> _R | None:
        """Return the record with a key, the agency left out of it, or None."""
        with self._database.reading() as connection:
            return questions.find_record(connection, self._agency, kind, key=key)

    def list_records(self, kind: type[_R], /, **where: str | int | None) -> tuple[_R, ...]:
        """Return the records whose columns have the values given, in the order of their keys."""
        with self._database.reading() as connection:
            return questions.list_records(connection, self._agency, kind, where=where)

    def list_blob_holders(self, sha256: str) -> tuple[BlobHolder, ...]:
        """Return the documents and copies that have a file as their own, also those whose content is gone."""
        with self._database.reading() as connection:
            return erasing.list_holders(connection, self._agency, sha256)

    def is_content_gone(self, direction: Direction, document_id: str) -> bool:
        """Return whether a document was given back, or a destroyed file held it and none that is not destroyed does."""
        with self._database.reading() as connection:
            return erasing.is_content_gone(connection, self._agency, direction=direction, document_id=document_id)

    def was_erased(self, sha256: str) -> bool:
        """Return whether a file was destroyed at some time, also if it came again since or still lies on the disk."""
        with self._database.reading() as connection:
            return bool(erasing.list_erased(connection, self._agency, within=(sha256, sha256)))

    def list_erased(self) -> tuple[str, ...]:
        """Return the names of the files that are destroyed."""
        with self._database.reading() as connection:
            return erasing.list_erased(connection, self._agency)

    def read_blob(self, sha256: str) -> bytes:
        """Return one of the agency's files.

        Raises:
            UsageError: ``NOT_FOUND``; also a file that another agency has.
            InputError: ``EVIDENCE_BROKEN``; the file was changed.
        """
        with self._database.reading() as connection:
            is_ours = questions.has_blob(connection, self._agency, sha256)
        if not is_ours:
            raise UsageError(
                ErrorCode.NOT_FOUND, f"no such file here: {sha256[:80]!r}", vi=f"Không có tệp {sha256[:80]!r}."
            )
        return self._blobs.get(sha256)

    def last_checkpoint(self) -> str:
        """Return the newest signed checkpoint, or an empty text."""
        with self._database.reading() as connection:
            newest = questions.last_checkpoint(connection, self._agency)
        return newest[1] if newest else ""

    def prove_document(self, document_id: str) -> str:
        """Return the proof (c2sp.org/tlog-proof) of the last thing that happened to a document.

        Raises:
            UsageError: ``NOT_FOUND``.
        """
        with self._database.reading() as connection:
            leaves = questions.list_leaves(connection, self._agency, document_id)
            if not leaves:
                raise UsageError(
                    ErrorCode.NOT_FOUND,
                    f"no document {document_id[:120]!r} here",
                    vi=f"Không có văn bản {document_id[:120]!r}.",
                )
            return format_proof(
                questions.build_proof(connection, self._agency, index=leaves[-1][0], leaf=leaves[-1][1])
            )

    def verify(
        self, *, checkpoint: str | None = None, vkey: VerifierKey | None = None, tick: Tick | None = None
    ) -> LogReport:
        """Verify everything; see :func:`docflow.store.checking.verification.verify_store`."""
        with self._database.reading() as connection:
            return verify_store(
                connection, self._blobs, agency=self._agency, vkey=vkey or self._vkey, checkpoint=checkpoint, tick=tick
            )


@contextmanager
def open_to_read(
    place: Path | str,
    *,
    home: Path | str | None = None,
    is_older_taken: bool = False,
    is_verifying: bool = False,
) -> Iterator[StoreReader]:
    """Yield a reader of an agency's store; whose it is, the log key in its folder says.

    Args:
        place: Folder of the database, or the address of a PostgreSQL database.
        home: Folder of files and log key; by default that of the database.
        is_older_taken: A store of an older schema is not refused: whose it is can be read of any.
        is_verifying: A file in which no log is signed by the folder's key is not refused: it is for the verification to
            say so. Of a server's database that would show another agency's records, and so it would to anybody else.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``; there is no store here, it is damaged, or another docflow's.
        InputError: ``MALFORMED_INPUT``; its ``log.vkey`` holds something else than a verifier key.
        UsageError: ``BAD_ARGUMENT``; the address is none.
    """
    database, folder = name_database(place, home=home, to_read=True)
    try:
        vkey = founding.read_vkey(folder)
        if founding.is_gone(database):
            raise founding.lost(folder, database)
        with database.reading() as connection:
            if migrations.current_revision(connection) is None:
                raise founding.lost(folder, database)
            (migrations.refuse_newer if is_older_taken else migrations.refuse_other)(connection, database.name)
            is_any_key_taken = is_verifying and isinstance(database, Database)
            agency = identify_agency(connection, vkey, is_any_key_taken=is_any_key_taken)
            if not agency and (not is_any_key_taken or is_empty(connection)):
                raise founding.lost(folder, database)
        yield StoreReader(database, BlobFolder(folder / BLOB_FOLDER), agency=agency, vkey=vkey)
    finally:
        database.release()
