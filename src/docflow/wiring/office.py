"""One :class:`Office` over store, clock, randomness and verifier.

Example:
    >>> agency = Agency(code=parse_agency_code("H99"), name="Ủy ban nhân dân tỉnh An Bình", abbreviation="UBND",
    ...                 place="An Bình")
    >>> with Office.open("office", agency=agency) as office:  # doctest: +SKIP
    ...     office.draft(draft, actor="Nguyễn Văn A", document_id="d1")
    ...     office.approve("d1", actor="Trần Thị B")
    ...     office.leader_signed("d1", signed_pdf, actor="Lê Văn C")
    ...     issued = office.issue("d1", actor="Văn thư")      # issued.symbol, issued.place_and_date
    ...     office.sealed("d1", sealed_pdf, actor="Văn thư")

What it does not do: it signs no PDF; it sends when told to.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from docflow import office as use_cases
from docflow.audit import LogReport
from docflow.calendars import load_calendar
from docflow.errors import ErrorCode, UsageError
from docflow.model import Agency, Directory, Document, DocumentState, OfficeTerms, Staff, WorkingCalendar
from docflow.office import Desk, Post
from docflow.ports import Clock, OutboxRow, OutboxState, Randomness, Rights, Verifier
from docflow.signing import check_statement
from docflow.store import (
    CallerConnection,
    OfficeStore,
    SystemClock,
    SystemRandomness,
    open_store,
    open_to_read,
    read_plain_address,
)
from docflow.wiring.accesses import AccessOffice
from docflow.wiring.arguments import checked, checked_verbs
from docflow.wiring.clocks import CheckedClock
from docflow.wiring.dossiers import DossierOffice
from docflow.wiring.exchange import ExchangingOffice
from docflow.wiring.files import FileOffice
from docflow.wiring.groups import GroupOffice
from docflow.wiring.incoming import IncomingOffice
from docflow.wiring.numbering import NumberingOffice
from docflow.wiring.outgoing import OutgoingOffice
from docflow.wiring.prints import PrintingOffice
from docflow.wiring.reports import ReportingOffice

_OPEN_TRANSACTION = timedelta(hours=1)
_LONGEST_AGE = timedelta(days=36_525)
"""A file stored longer ago belongs to no transaction that is still open."""


@checked_verbs
class Office(
    OutgoingOffice,
    NumberingOffice,
    ExchangingOffice,
    IncomingOffice,
    DossierOffice,
    FileOffice,
    GroupOffice,
    AccessOffice,
    PrintingOffice,
    ReportingOffice,
):
    """One agency's office; safe for threads; other processes may open the same folder.

    Every verb is one transaction and can be repeated: the same request gets the same answer. Times are aware; dates are
    days in Asia/Ho_Chi_Minh. Each verb raises :class:`docflow.errors.DocflowError` and nothing else.
    """

    def __init__(self, store: OfficeStore, desk: Desk) -> None:
        self._store = store
        self._desk = desk

    @classmethod
    def open(
        cls,
        place: Path | str,
        *,
        agency: Agency,
        clock: Clock | None = None,
        randomness: Randomness | None = None,
        verifier: Verifier | None = None,
        post: Post | None = None,
        rights: Rights | None = None,
        staff: Staff | None = None,
        codes: Directory | None = None,
        calendar: WorkingCalendar | None = None,
        terms: OfficeTerms | None = None,
        origin: str | None = None,
        home: Path | str | None = None,
        single_process: bool = False,
        is_moved: bool = False,
    ) -> Self:
        """Open an agency's office in a folder or on a database server, or found it there.

        Args:
            place: Folder of the database, made if missing; or ``postgresql://user@server/database``. A folder that was
                the ``home`` of an office on a server says where that is.
            agency: Must be the same at every opening. Several agencies may share a database.
            home: Folder for the agency's files and its log key, made if missing; by default the folder of the database.
                An address, and a second agency in one database, need one; it remembers the address, without password.
            verifier: Asked before a signature is relied on; without one the rows say ``not_checked``.
            rights: The caller's own directory of who may do what; None: the roles recorded here, and while nobody
                holds one, everybody may do everything.
            staff: Posts and delegations; whoever signs must be among them. None: nobody is asked.
            codes: Agency codes with their successors, followed when a document is sent.
            post: Service key and peers, to exchange documents with other agencies.
            calendar: Working days and hours; :func:`docflow.load_calendar` if None.
            terms: The terms that the agency sets for itself; docflow's defaults if None.
            origin: Name of a new log (c2sp.org/tlog-checkpoint); ``docflow/<agency code>`` if None.
            single_process: Promise that no other process opens the folder; see docs/adr/0003.
            is_moved: The office's database was moved or restored at this address: the folder is to remember it.

        Raises:
            UsageError: ``BAD_ARGUMENT``; the folder belongs to another agency, or was founded with other particulars.
            StoreUnavailable: ``STORE_UNUSABLE``, ``STORE_UNREACHABLE``, ``STORE_BUSY``, ``SQLITE_TOO_OLD``. An office
                whose database or log key was lost is ``STORE_UNUSABLE`` and not founded again, nor is a copy of its
                database worked in: either would give its numbers once more.
        """
        random = randomness or SystemRandomness()
        store = open_store(
            place,
            agency=agency.code.text,
            home=home,
            origin=origin or f"docflow/{agency.code}",
            randomness=random,
            single_process=single_process,
            is_moved=is_moved,
        )
        desk = Desk(
            agency=agency,
            store=store,
            blobs=store.blobs,
            clock=CheckedClock(clock or SystemClock()),
            randomness=random,
            vkey=store.vkey,
            calendar=calendar or load_calendar(),
            terms=terms or OfficeTerms(),
            verifier=verifier,
            post=post,
            rights=rights,
            staff=staff,
            directory=codes,
        )
        try:
            use_cases.register_agency(desk)
            store.finish_founding()
            use_cases.erase_content(desk)
            if store.was_upgraded:
                use_cases.correct_outbox(desk)
        except BaseException:
            store.close()
            raise
        return cls(store, desk)

    # ---- inside an e-office's own transaction

    def lock(self) -> AbstractContextManager[None]:
        """Hold the store's lock while a transaction of the caller's lasts: take it before, release it after the commit.

        SQLite only; with a database server it does nothing. Inside it, other calls than those of :meth:`within` wait
        for the lock and give up.

        Raises:
            StoreUnavailable: ``STORE_BUSY``; others kept writing for too long.
        """
        return self._store.lock()

    def within(self, connection: CallerConnection) -> Self:
        """Return this office inside the caller's own SQLAlchemy transaction.

        What its verbs write is kept or undone with whatever else the caller writes on the connection. Files are stored
        at once; those left over after a rollback are removed by :meth:`sweep_blobs`. Once that transaction is over, or
        on SQLite the lock was let go, its verbs are refused (``BAD_ARGUMENT``): call this again in the next one.

        Example:
            >>> with office.lock(), engine.begin() as connection:  # doctest: +SKIP
            ...     connection.execute(insert(my_table).values(...))
            ...     office.within(connection).issue("d1", actor="Văn thư")

        Args:
            connection: To the office's database; on SQLite of the same driver, with ``synchronous`` at ``FULL``.

        Raises:
            UsageError: ``BAD_ARGUMENT``; another database, another driver, a transaction that failed, or SQLite without
                :meth:`lock`.
        """
        store = self._store.within(connection)
        return type(self)(store, replace(self._desk, store=store))

    def sweep_blobs(self, *, older_than: timedelta = timedelta(days=1)) -> int:
        """Remove files that no committed transaction names, as a rollback or a kill leaves them; returns how many.

        What was destroyed in a transaction of the caller's goes too, whatever its age, and is not counted.

        Args:
            older_than: At least an hour: younger files may belong to a transaction that is still open.

        Raises:
            UsageError: ``BAD_ARGUMENT``; less than an hour, or more than a century.
            StoreUnavailable: ``STORE_UNUSABLE``.
        """
        if not _OPEN_TRANSACTION <= older_than <= _LONGEST_AGE:
            raise UsageError(
                ErrorCode.BAD_ARGUMENT,
                "files younger than an hour may belong to a transaction that is still open; none is a century old",
                vi="Chỉ được dọn các tệp đã lưu quá một giờ, và không quá một trăm năm.",
            )
        use_cases.erase_content(self._desk)
        return len(self._store.sweep_blobs(before=SystemClock().now() - older_than))

    def close(self) -> None:
        """Release the store; a verb that is called afterwards is refused (``BAD_ARGUMENT``)."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def agency(self) -> Agency:
        """The agency whose office this is."""
        return self._desk.agency

    @property
    def vkey(self) -> str:
        """The verifier key of the log (c2sp.org/signed-note); give it to whoever checks proofs."""
        return str(self._desk.vkey)

    # ---- what is there

    def document(self, document_id: str) -> Document:
        """Return a document as it is now.

        Raises:
            UsageError: ``NOT_FOUND``.
        """
        document = self._store.find_document(document_id)
        if document is None:
            raise UsageError(
                ErrorCode.NOT_FOUND,
                f"no document {document_id[:120]!r} here",
                vi=f"Không có văn bản {document_id[:120]!r}.",
            )
        return document

    def documents(self, *, state: DocumentState | None = None) -> tuple[Document, ...]:
        """Return all documents, or those in one state, by time of drafting."""
        return self._store.reader.list_documents(state=state)

    def outbox(self, *, state: OutboxState | None = None, document_id: str | None = None) -> tuple[OutboxRow, ...]:
        """Return outbox rows, all or those in one state or of one document."""
        return self._store.reader.list_outbox(state=state, document_id=document_id)

    def blob(self, sha256: str) -> bytes:
        """Return a file by its SHA-256, e.g. ``office.blob(document.leader_pdf)``.

        Raises:
            UsageError: ``NOT_FOUND``; also what was destroyed and is needed by nobody.
            InputError: ``EVIDENCE_BROKEN``; the file was changed.
        """
        use_cases.refuse_erased(self._desk, sha256)
        return self._store.read_blob(sha256)

    # ---- the log

    def checkpoint(self) -> str:
        """Return the newest signed checkpoint: keep it elsewhere, and nobody can turn the log back behind it."""
        return self._store.reader.last_checkpoint()

    def inclusion_proof(self, document_id: str) -> str:
        """Return the proof (c2sp.org/tlog-proof) of the last thing that happened to a document.

        The proof opens that leaf: who gets it can read the rows that the step wrote.

        Raises:
            UsageError: ``NOT_FOUND``.
        """
        return self._store.reader.prove_document(document_id)

    def verify_log(self, checkpoint: str | None = None) -> LogReport:
        """Verify every leaf, row, register and file of the office; see :func:`docflow.store.verify_store`.

        Args:
            checkpoint: A signed checkpoint kept elsewhere; the log must contain it.
        """
        return self._store.reader.verify(checkpoint=checkpoint)

    def log_statement(self) -> bytes:
        """Return the text to be signed with the agency's service certificate to vouch for the log key."""
        return use_cases.build_log_statement(self._desk)

    def vouch(self, cms: bytes, *, actor: str) -> None:
        """Keep the signature (CMS, detached) that vouches for the log key; a second one changes nothing.

        It is made over :meth:`log_statement`.

        Does not check: whose signature it is; whoever relies on the log verifies it with the agency's certificate.

        Raises:
            InputError: ``MALFORMED_INPUT``; not a detached signature over the statement.
            UsageError: ``FORBIDDEN``; the actor is no administrator.
        Source: docs/spec/audit-log.md §7.
        """
        check_statement(cms, self.log_statement())
        use_cases.vouch_for_log(self._desk, cms, actor=actor)


@checked
def reopen_office(
    place: Path | str,
    *,
    home: Path | str | None = None,
    verifier: Verifier | None = None,
    post: Post | None = None,
    staff: Staff | None = None,
    codes: Directory | None = None,
    calendar: WorkingCalendar | None = None,
    terms: OfficeTerms | None = None,
) -> Office:
    """Open an office that was founded before: which agency's it is, its log says.

    Args:
        place: Folder of the office, or the address of a PostgreSQL database.
        home: Folder of files and log key; by default that of the database.
        verifier, post, staff, codes, calendar, terms: As for :meth:`Office.open`.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``; there is no office.
    """
    with open_to_read(place, home=home, is_older_taken=True) as reader:
        agency = reader.find_agency()
    return Office.open(
        place,
        agency=agency,
        home=home,
        verifier=verifier,
        post=post,
        staff=staff,
        codes=codes,
        calendar=calendar,
        terms=terms,
    )


@checked
def found_office(folder: Path | str, *, agency: Agency, database: str | None = None) -> Office:
    """Found an office in a folder, or open it there; its records in a PostgreSQL database, if one is named.

    Afterwards the folder alone is its place: it remembers the address, and each database to which the office was moved.

    Args:
        folder: Made if missing.
        agency: Must be the same at every opening.
        database: Address without password, ``postgresql://user@server/database``; libpq takes a password from
            PGPASSFILE, PGPASSWORD or a service. None: where the folder says, or in the folder.

    Raises:
        UsageError, StoreUnavailable: As for :meth:`Office.open`. ``BAD_ARGUMENT`` also for a password in the address.
    Source: docs/adr/0084.
    """
    if database is None:
        return Office.open(folder, agency=agency)
    return Office.open(read_plain_address(database), agency=agency, home=folder, is_moved=True)
