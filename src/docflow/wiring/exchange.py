"""The verbs of an office towards other agencies; :class:`docflow.wiring.office.Office` completes them."""

from __future__ import annotations

from docflow import office as use_cases
from docflow.errors import ErrorCode, UsageError
from docflow.evidence import Knowledge
from docflow.model import (
    DocumentState,
    IncomingDocument,
    IncomingEvent,
    ReceivedCertificate,
    ReceivedFileCheck,
    ReceivedSignature,
    SearchHit,
    SearchQuery,
)
from docflow.model.deadlines import check_hours_ahead
from docflow.office import (
    Desk,
    Dispatched,
    IncomingAsk,
    OutgoingStanding,
    ReceivedFile,
    Reception,
    RegisterBook,
    RegisterKind,
)
from docflow.ports import InboxRow, OutboxRow, OutboxState, ParcelRow, ReceiptRow, Transport
from docflow.store import OfficeStore
from docflow.wiring.arguments import checked_verbs


@checked_verbs
class ExchangingOffice:
    """What an office does with other agencies; needs ``post=`` at :meth:`docflow.Office.open`."""

    _store: OfficeStore
    _desk: Desk

    def dispatch(self, transport: Transport) -> Dispatched:
        """Pack what is sealed, and send, repeat or give up what is due; see :func:`docflow.office.dispatch`."""
        return use_cases.dispatch(self._desk, transport)

    def collect(self, transport: Transport) -> tuple[Reception, ...]:
        """Take in what other agencies sent; see :func:`docflow.office.collect`."""
        return use_cases.collect(self._desk, transport)

    def unsent(self, *, within_hours: int | None = None) -> tuple[OutgoingStanding, ...]:
        """Return what the leader signed and has not wholly left, with its deadline, the most urgent first.

        Source: Nghị định 30/2020/NĐ-CP Điều 18 khoản 1; Quyết định 28/2018/QĐ-TTg Điều 6 khoản 2.
        """
        check_hours_ahead(within_hours)
        reader = self._store.reader
        rows = [row for state in (OutboxState.HELD, OutboxState.READY) for row in reader.list_outbox(state=state)]
        signed = reader.list_documents(state=DocumentState.LEADER_SIGNED)
        return use_cases.list_unsent(self._desk, signed, rows, within_hours=within_hours)

    def not_told(self, document_id: str) -> tuple[OutboxRow, ...]:
        """Return who has what a document replaces, or is to replace, and does not get it: nobody tells them.

        Send it to them too (:meth:`docflow.Office.add_addressees`), or ask the old one back (:meth:`take_back`).

        Raises:
            UsageError: ``NOT_FOUND``.
        Source: Nghị định 30/2020/NĐ-CP Điều 18 khoản 3; docs/adr/0068.
        """
        return use_cases.list_not_told(self._desk, document_id)

    # ---- taking back

    def take_back(
        self,
        document_id: str,
        *,
        actor: str,
        reason: str,
        addressee: str | None = None,
        idempotency_key: str | None = None,
    ) -> tuple[str, ...]:
        """Ask the addressees to give a sent document back (13); see :func:`docflow.office.ask_take_back`."""
        return use_cases.ask_take_back(
            self._desk,
            document_id,
            actor=actor,
            reason=reason,
            addressee=addressee,
            idempotency_key=idempotency_key,
        )

    def agree_take_back(self, incoming_id: str, *, actor: str) -> IncomingDocument:
        """Give a document back (15): its files are destroyed here, the record of the take-back stays.

        Raises:
            UsageError: ``WRONG_STATE``; nobody asked. ``NOT_FOUND``.
        Source: Nghị định 30/2020/NĐ-CP Điều 18 khoản 4b, Phụ lục VI Phần I mục III.8.
        """
        ask = IncomingAsk(event=IncomingEvent.AGREE_TAKE_BACK, incoming_id=incoming_id, actor=actor)
        return use_cases.act_on_incoming(self._desk, ask)

    def decline_take_back(self, incoming_id: str, *, actor: str, reason: str) -> IncomingDocument:
        """Keep a document that its sender asked back (16).

        Raises:
            UsageError: ``WRONG_STATE``; nobody asked. ``NOT_FOUND``, ``BAD_ARGUMENT`` without a reason.
        """
        ask = IncomingAsk(event=IncomingEvent.DECLINE_TAKE_BACK, incoming_id=incoming_id, actor=actor, text=reason)
        return use_cases.act_on_incoming(self._desk, ask)

    # ---- what is there

    def incoming_files(self, incoming_id: str) -> tuple[ReceivedFile, ...]:
        """Return the files that came with it and their verdicts; see :func:`docflow.office.list_received_files`.

        Raises:
            UsageError: ``NOT_FOUND``.
        Source: Quyết định 28/2018/QĐ-TTg Điều 10 khoản 1.
        """
        return use_cases.list_received_files(self._desk, self._incoming(incoming_id))

    def incoming_file(self, incoming_id: str, position: int) -> bytes:
        """Return one of the files that came with a document.

        Raises:
            UsageError: ``NOT_FOUND``.
            InputError: ``EVIDENCE_BROKEN``; the kept message was changed.
        """
        return use_cases.read_received_file(self._desk, self._incoming(incoming_id), position)

    def incoming_file_checks(self, incoming_id: str) -> tuple[ReceivedFileCheck, ...]:
        """Return what every look at the files of a document found in each, also if they were destroyed since.

        Source: Thông tư 01/2019/TT-BNV Điều 3 khoản 5 (metadata hold information on the digital signature).
        """
        return self._store.list_records(ReceivedFileCheck, incoming_id=incoming_id)

    def incoming_signatures(self, incoming_id: str) -> tuple[ReceivedSignature, ...]:
        """Return each signature that the looks at the files of a document found.

        Source: Thông tư 01/2019/TT-BNV Điều 3 khoản 5.
        """
        return self._store.list_records(ReceivedSignature, incoming_id=incoming_id)

    def received_certificates(self) -> tuple[ReceivedCertificate, ...]:
        """Return whose certificates stood behind the signatures on received files, by how many documents.

        Does not check: whether one is valid now; each was judged with its signature.

        Source: Thông tư 41/2017/TT-BTTTT Điều 9.
        """
        return self._store.list_received_certificates()

    def inbox(self) -> tuple[InboxRow, ...]:
        """Return what became of everything that other agencies sent."""
        return self._store.list_inbox()

    def knowledge(self, document_id: str) -> tuple[Knowledge, ...]:
        """Return what receipts prove of an outgoing document at each agency it went to, or of an incoming one here.

        Raises:
            UsageError: ``NOT_FOUND``.
        """
        return use_cases.know(self._desk, document_id)

    def receipts(self, document_id: str) -> tuple[ReceiptRow, ...]:
        """Return the receipts given and received for a document, in order of recording."""
        return self._store.list_receipts(document_id)

    def parcels(self, document_id: str) -> tuple[ParcelRow, ...]:
        """Return what was sent for a document, the oldest first."""
        return self._store.list_parcels(document_id)

    def search(self, query: SearchQuery, *, reader: str | None = None) -> tuple[SearchHit, ...]:
        """Return what a query finds among outgoing and incoming documents, newest first.

        Args:
            reader: Who asks; what he may not read is left out in the search itself, so that pages stay whole. None:
                nothing is left out.

        Raises:
            UsageError: ``BAD_ARGUMENT``; a reader where the caller's own directory decides, which no search can ask:
                search without, and ask :meth:`Office.list_readable`.
        Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I mục III.3b, III.6d.
        """
        if reader is not None:
            use_cases.check_searching(self._desk, reader)
        return self._store.search(query, reader=reader)

    def index_contents(self, *, limit: int = 100) -> int:
        """Read the text of files that searching does not know yet, so that documents are found by what they say.

        Scanned pages without text are not read. Call it until it returns 0, from time to time; nothing waits for it.

        Returns:
            How many files were read.
        """
        return self._store.index_contents(limit=limit)

    def rebuild_search(self) -> None:
        """Drop the index to search by; the next search makes it anew from the log."""
        self._store.rebuild_search()

    def register(self, kind: RegisterKind, year: int, *, series: str | None = None) -> RegisterBook:
        """Return a year's register with the columns of the decree; :func:`docflow.print_register` prints it.

        Args:
            series: One number series only, e.g. ``van_ban_di``; all of them if None.

        Source: Nghị định 30/2020/NĐ-CP Phụ lục IV.
        """
        return self._store.read_book(kind, year, register=series)

    def _incoming(self, incoming_id: str) -> IncomingDocument:
        document = self._store.find_incoming(incoming_id)
        if document is None:
            raise UsageError(
                ErrorCode.NOT_FOUND,
                f"no incoming document {incoming_id[:120]!r} here",
                vi=f"Không có văn bản đến {incoming_id[:120]!r}.",
            )
        return document
