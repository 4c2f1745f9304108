"""What docflow asks of its database: one write transaction at a time, and answers from a snapshot."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Generic, Protocol, TypeVar

import msgspec

from docflow.errors import DocflowError
from docflow.model import (
    AccessBy,
    AccessCounts,
    AccessEntry,
    AccessPage,
    AccessQuery,
    AccessTarget,
    Agency,
    AttachedFile,
    Direction,
    Document,
    DocumentCopy,
    DraftVersion,
    IncomingDocument,
    OfficeRole,
    RegisterKey,
    Remark,
    RoleHolding,
)
from docflow.model.groups import DocumentGroup, GroupItem, GroupOf, Readership
from docflow.ports.records import RecordReader, RecordWriter
from docflow.ports.values import (
    BlobHolder,
    BlobRow,
    CopyEntry,
    Erasure,
    InboxRow,
    IncomingEntry,
    LinkRow,
    LogStatement,
    NewLeaf,
    OutboxRow,
    OutboxState,
    ParcelRow,
    ReceiptRow,
    RegisterCounter,
    RegisterEntry,
    StoredAnswer,
    WrittenRow,
)

_T = TypeVar("_T")


class Piece(msgspec.Struct, Generic[_T], frozen=True, gc=False):
    """A piece of work in a write transaction.

    Attributes:
        run: May be run again after a transaction was undone, so it changes nothing but the unit.
        document, answer: A document and an idempotency key that it asks for first: many are read at once.
    """

    run: Callable[[UnitOfWork], _T]
    document: str | None = None
    answer: str | None = None


class UnitOfWork(RecordWriter, Protocol):
    """One write transaction: everything written through it is kept together or not at all.

    Every write of a row with evidence is remembered and comes back from :meth:`rows_written`.
    """

    def find_answer(self, key: str) -> StoredAnswer | None:
        """Return the answer an idempotency key got, or None."""

    def add_answer(self, answer: StoredAnswer) -> None:
        """Keep an answer."""

    def find_agency(self) -> Agency | None:
        """Return the agency of this store as recorded, or None."""

    def add_agency(self, agency: Agency, *, vkey: str) -> None:
        """Record the agency with the public key of its log."""

    def find_document(self, document_id: str) -> Document | None:
        """Return a document, or None."""

    def add_document(self, document: Document) -> None:
        """Add a document."""

    def change_document(self, document: Document) -> None:
        """Replace a document."""

    def add_version(self, version: DraftVersion) -> None:
        """Keep a version of a draft."""

    def add_remark(self, remark: Remark) -> None:
        """Keep what somebody said of a document."""

    def add_attachment(self, attachment: AttachedFile) -> None:
        """Add a file that goes with a document."""

    def change_attachment(self, attachment: AttachedFile) -> None:
        """Replace a file that goes with a document."""

    def list_versions(self, document_id: str) -> Sequence[DraftVersion]:
        """Return the versions of a draft."""

    def list_attachments(self, document_id: str, *, with_detached: bool = False) -> Sequence[AttachedFile]:
        """Return the files that go with a document, by position; also those that were taken off if asked for."""

    def add_link(self, link: LinkRow) -> None:
        """Record a link that takes effect."""

    def find_copy(self, copy_id: str) -> DocumentCopy | None:
        """Return a copy, or None."""

    def add_copy(self, copy: DocumentCopy) -> None:
        """Add a copy."""

    def change_copy(self, copy: DocumentCopy) -> None:
        """Replace a copy."""

    def add_copy_entry(self, entry: CopyEntry) -> None:
        """Add a line to the register of copies."""

    def list_holdings(self) -> Sequence[RoleHolding]:
        """Return who holds or held which role, by person and role."""

    def list_holdings_of(self, person: str) -> Sequence[RoleHolding]:
        """Return which roles somebody holds or held."""

    def has_holdings(self) -> bool:
        """Return whether anybody holds or held a role."""

    def find_holding(self, person: str, role: OfficeRole) -> RoleHolding | None:
        """Return whether somebody holds or held a role, or None."""

    def put_holding(self, holding: RoleHolding) -> None:
        """Record that somebody holds a role, or no longer."""

    def counter(self, key: RegisterKey) -> RegisterCounter:
        """Return a register's head, nobody else's until the transaction ends; a new register begins at 0."""

    def advance_counter(self, counter: RegisterCounter) -> None:
        """Move a register's head on by one; the first move of a register may begin anywhere."""

    def restart_counter(self, counter: RegisterCounter) -> None:
        """Let a register go on from another number than it was opened with; nothing was numbered since."""

    def add_entry(self, entry: RegisterEntry) -> None:
        """Add a line to a register."""

    def change_entry(self, entry: RegisterEntry) -> None:
        """Replace a line of a register."""

    def find_entry(self, key: RegisterKey, number: int, *, suffix: str = "") -> RegisterEntry | None:
        """Return a line of a register, or None."""

    def find_entry_of(self, document_id: str) -> RegisterEntry | None:
        """Return the line of a document, or None."""

    def find_last_day(self, key: RegisterKey, *, below: int, until: date) -> date | None:
        """Return the last day, at most ``until``, of lower numbers without a permission, reserved ones too, or None."""

    def find_first_day(self, key: RegisterKey, *, above: int, since: date) -> date | None:
        """Return the first date, at least ``since``, of documents with higher numbers and no permission, or None."""

    def list_suffixes(self, key: RegisterKey, number: int) -> Sequence[str]:
        """Return the suffixes under a number, the empty one of the number itself too."""

    def add_outbox(self, outbox: Sequence[OutboxRow]) -> None:
        """Add outbox rows."""

    def add_blob(self, blob: BlobRow) -> None:
        """Name a blob; naming it again changes nothing."""

    def find_statement(self, vkey: str) -> LogStatement | None:
        """Return the statement that vouches for a log key, or None."""

    def add_statement(self, statement: LogStatement) -> None:
        """Keep a statement that vouches for the log key."""

    def change_outbox_row(self, row: OutboxRow) -> None:
        """Replace one outbox row."""

    def list_outbox(self, document_id: str) -> Sequence[OutboxRow]:
        """Return the outbox rows of a document by position."""

    def last_checkpoint(self) -> str:
        """Return the newest signed checkpoint, that of the transaction before; empty if there is none."""

    def find_inbox(self, parcel: str) -> InboxRow | None:
        """Return what became of a parcel, or None if it never came."""

    def put_inbox(self, row: InboxRow) -> None:
        """Record what became of a parcel, or replace what an earlier look at it gave."""

    def find_incoming(self, incoming_id: str) -> IncomingDocument | None:
        """Return an incoming document, or None."""

    def list_answered(self, document_id: str) -> Sequence[str]:
        """Return the ids of the completed incoming documents that an outgoing one answers, in order."""

    def find_lookalike(self, document: IncomingDocument) -> str | None:
        """Return the first other document with this one's identifier, or its issuer, symbol and year."""

    def add_incoming(self, document: IncomingDocument) -> None:
        """Add an incoming document."""

    def change_incoming(self, document: IncomingDocument) -> None:
        """Replace an incoming document."""

    def add_incoming_entry(self, entry: IncomingEntry) -> None:
        """Add a line to the incoming register."""

    def list_blob_holders(self, sha256: str) -> Sequence[BlobHolder]:
        """Return the documents and copies that have a file as their own, also those whose content is gone."""

    def put_erasure(self, erasure: Erasure) -> None:
        """Record that a file is destroyed, or, if it came again since, that it is destroyed again."""

    def is_content_gone(self, direction: Direction, document_id: str) -> bool:
        """Return whether a document was given back, or a destroyed file held it and none that is not destroyed does."""

    def forget_words(self, direction: Direction, document_id: str) -> None:
        """Take what the files of a document say out of the index to search by; no evidence, no leaf."""

    def find_receipt(self, receipt_id: str) -> ReceiptRow | None:
        """Return a receipt, or None."""

    def add_receipt(self, receipt: ReceiptRow) -> None:
        """Add a receipt."""

    def add_parcel(self, parcel: ParcelRow) -> None:
        """Add a parcel to be sent."""

    def find_parcels(self, *, message: str, recipient: str) -> Sequence[ParcelRow]:
        """Return the parcels that carry a message to an agency."""

    def find_parcel(self, parcel: str, recipient: str) -> ParcelRow | None:
        """Return a parcel, or None."""

    def change_parcel(self, parcel: ParcelRow) -> None:
        """Replace a parcel; what is evidence in it needs a leaf."""

    def schedule_parcel(self, parcel: ParcelRow) -> None:
        """Set attempts and time of the next attempt; no evidence, no leaf."""

    def next_access(self) -> int:
        """Return the position of the next access."""

    def find_accesses(self, access_ids: Sequence[str]) -> Sequence[AccessEntry]:
        """Return the accesses recorded under these ids, also in this transaction."""

    def add_accesses(self, entries: Sequence[AccessEntry]) -> None:
        """Add accesses whose positions follow one another from :meth:`next_access`."""

    def has_groups(self) -> bool:
        """Return whether there is any group."""

    def find_freezing(self, target: AccessTarget, subject: str) -> DocumentGroup | None:
        """Return the first group that is frozen and holds something, or None."""

    def list_groups_of(self, target: AccessTarget, subjects: Collection[str]) -> Sequence[GroupOf]:
        """Return the groups that some documents or files are in."""

    def add_group(self, group: DocumentGroup) -> None:
        """Add a group."""

    def change_group(self, group: DocumentGroup) -> None:
        """Replace a group."""

    def repeat_answers(self, in_reply_to: str, *, at: datetime) -> None:
        """Let every parcel that answers a parcel be sent once more; no evidence, no leaf."""

    def last_time(self) -> datetime | None:
        """Return the time of the newest leaf, or None if there is none, or none that can be read."""

    def rows_written(self) -> Sequence[WrittenRow]:
        """Return the rows with evidence written since the last leaf, each once, as they are now."""

    def add_leaf(self, leaf: NewLeaf) -> None:
        """Hand in a leaf; the tree and the checkpoint are written when the transaction ends."""


class Store(RecordReader, Protocol):
    """The records of one agency; another agency's, in the same database, cannot be seen through it."""

    def find_recorded(self) -> Agency | None:
        """Return the agency as it is recorded, or None before it is founded."""

    def find_document(self, document_id: str) -> Document | None:
        """Return a document as it is now, or None."""

    def list_attachments(self, document_id: str, *, with_detached: bool = False) -> Sequence[AttachedFile]:
        """Return the files that go with a document, by position; also those that were taken off if asked for."""

    def list_remarks(self, document_id: str) -> Sequence[Remark]:
        """Return what was said of a document, by position."""

    def list_versions(self, document_id: str) -> Sequence[DraftVersion]:
        """Return the versions of a draft."""

    def list_links(self, *, document_id: str | None = None, target: str | None = None) -> Sequence[LinkRow]:
        """Return the links of a document, or those that lead to one."""

    def list_copies(self) -> Sequence[DocumentCopy]:
        """Return all copies by time of making."""

    def list_holdings(self) -> Sequence[RoleHolding]:
        """Return who holds or held which role, by person and role."""

    def find_copy(self, copy_id: str) -> DocumentCopy | None:
        """Return a copy as it is now, or None."""

    def find_incoming(self, incoming_id: str) -> IncomingDocument | None:
        """Return an incoming document as it is now, or None."""

    def list_outbox(self, *, state: OutboxState | None = None, document_id: str | None = None) -> Sequence[OutboxRow]:
        """Return outbox rows, all or those in one state or of one document."""

    def list_due_parcels(self, at: datetime) -> Sequence[ParcelRow]:
        """Return the parcels whose time has come, the oldest first."""

    def list_parcels(self, subject: str) -> Sequence[ParcelRow]:
        """Return the parcels that concern a document, the oldest first."""

    def list_receipts(self, subject: str) -> Sequence[ReceiptRow]:
        """Return the receipts that concern a document, in order of recording."""

    def find_receipt(self, receipt_id: str) -> ReceiptRow | None:
        """Return a receipt, or None."""

    def find_inbox(self, parcel: str) -> InboxRow | None:
        """Return what became of a parcel, or None if it never came."""

    def list_accesses(self, query: AccessQuery, *, before: int | None, limit: int) -> AccessPage:
        """Return part of the history of accesses, the newest first."""

    def count_accesses(self, query: AccessQuery, *, by: AccessBy, limit: int, skip: int) -> AccessCounts:
        """Return how many accesses there were."""

    def read_readership(self, person: str, items: Collection[GroupItem]) -> Readership:
        """Return what decides which of some documents and files a person reads."""

    def find_freezing(self, target: AccessTarget, subject: str) -> DocumentGroup | None:
        """Return the first group that is frozen and holds something, or None."""

    def list_blob_holders(self, sha256: str) -> Sequence[BlobHolder]:
        """Return the documents and copies that have a file as their own, also those whose content is gone."""

    def is_content_gone(self, direction: Direction, document_id: str) -> bool:
        """Return whether a document was given back, or a destroyed file held it and none that is not destroyed does."""

    def was_erased(self, sha256: str) -> bool:
        """Return whether a file was destroyed at some time, also if it came again since or still lies on the disk."""

    def erase_blobs(self, is_needed: Callable[[UnitOfWork, str], bool]) -> None:
        """Remove the files of every erasure from the disk, but those that are needed, while nobody else writes.

        In a transaction of the caller's nothing is removed: he may undo it.
        """

    def drop_blob(self, sha256: str) -> None:
        """Remove a file that was stored for a transaction that was refused, unless another one named it."""

    def transact(self, work: Callable[[UnitOfWork], _T] | Piece[_T]) -> _T:
        """Carry out a piece of work in a write transaction and return what it returns, once it is on the disk.

        Pieces that several threads hand in at once share one durable commit; one that raises leaves nothing and takes
        no other with it.

        Raises:
            docflow.errors.StoreUnavailable: ``STORE_BUSY``, ``STORE_UNUSABLE``.
        """

    def transact_many(self, pieces: Iterable[Piece[_T]]) -> Sequence[_T | DocflowError]:
        """Carry out many pieces of work with as few commits as possible; each gives its result or its error."""
