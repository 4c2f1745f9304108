"""The verbs of incoming documents; :class:`docflow.wiring.office.Office` completes them."""

from __future__ import annotations

from datetime import date

from docflow import office as use_cases
from docflow.errors import ErrorCode, UsageError
from docflow.model import (
    Assignment,
    HandEntry,
    IncomingAct,
    IncomingDocument,
    IncomingEvent,
    IncomingState,
    IncomingTask,
)
from docflow.model.deadlines import check_hours_ahead
from docflow.office import Desk, IncomingAsk, IncomingStanding
from docflow.store import OfficeStore
from docflow.wiring.arguments import checked_verbs


@checked_verbs
class IncomingOffice:
    """What an office does with the documents that it gets, in the order of their life.

    Each verb is one transaction. The same request of the same person again changes nothing: what happens once is known
    by its document while it stands, what may be repeated is compared with what was done last, and ``idempotency_key``
    settles it for any other case.
    Every verb raises :class:`docflow.UsageError`: ``WRONG_STATE``, ``NOT_FOUND``, ``BAD_ARGUMENT``,
    ``DATE_NOT_ALLOWED``, ``CLOCK_TURNED_BACK``, ``IDEMPOTENCY_CONFLICT``; then nothing is written.
    """

    _store: OfficeStore
    _desk: Desk

    def receive_by_hand(
        self,
        entry: HandEntry,
        *,
        actor: str,
        scan: bytes | None = None,
        incoming_id: str | None = None,
        idempotency_key: str | None = None,
    ) -> IncomingDocument:
        """Take in a document from paper, e-mail or fax; see :func:`docflow.office.receive_by_hand`."""
        return use_cases.receive_by_hand(
            self._desk, entry, actor=actor, scan=scan, incoming_id=incoming_id, idempotency_key=idempotency_key
        )

    def check(
        self, incoming_id: str, *, actor: str, note: str = "", idempotency_key: str | None = None
    ) -> IncomingDocument:
        """Record that a document received by hand is whole, genuine and for this agency.

        Source: Nghị định 30/2020/NĐ-CP Điều 21 khoản 1.
        """
        return self._act(IncomingEvent.CHECK, incoming_id, actor=actor, text=note, idempotency_key=idempotency_key)

    def check_files(self, incoming_id: str, *, actor: str, idempotency_key: str | None = None) -> IncomingDocument:
        """Judge the signatures on every file that came with it; see :func:`docflow.office.check_received_files`.

        Source: Nghị định 30/2020/NĐ-CP Điều 21 khoản 2a, Phụ lục VI Phần I mục II.8.
        """
        return use_cases.check_received_files(self._desk, incoming_id, actor=actor, idempotency_key=idempotency_key)

    def accept(
        self, incoming_id: str, *, actor: str, reason: str = "", idempotency_key: str | None = None
    ) -> IncomingDocument:
        """Register a checked document: it takes the next số đến of the year (03).

        Args:
            reason: Why it is taken though a signature on one of its files is not valid; kept with the act. For no other
                document: nobody shall give one before he was told.

        Raises:
            UsageError: As every verb; ``SIGNATURE_REFUSED`` names such files if no reason is given.
        Source: Nghị định 30/2020/NĐ-CP Điều 21 khoản 2, Điều 22.
        """
        return self._act(IncomingEvent.ACCEPT, incoming_id, actor=actor, text=reason, idempotency_key=idempotency_key)

    def refuse(
        self, incoming_id: str, *, actor: str, reason: str, idempotency_key: str | None = None
    ) -> IncomingDocument:
        """Return a document to its sender with a reason (02), before it is assigned; its số đến stays in the book.

        Source: Nghị định 30/2020/NĐ-CP Điều 21 khoản 2b.
        """
        return self._act(IncomingEvent.REFUSE, incoming_id, actor=actor, text=reason, idempotency_key=idempotency_key)

    def submit(
        self, incoming_id: str, *, actor: str, to: str, note: str = "", idempotency_key: str | None = None
    ) -> IncomingDocument:
        """Submit a registered document to whoever decides who handles it (trình).

        Source: Nghị định 30/2020/NĐ-CP Điều 23 khoản 1.
        """
        return self._act(
            IncomingEvent.SUBMIT, incoming_id, actor=actor, receiver=to, text=note, idempotency_key=idempotency_key
        )

    def instruct(
        self, incoming_id: str, *, actor: str, instruction: str, idempotency_key: str | None = None
    ) -> IncomingDocument:
        """Record the leader's instruction (ý kiến chỉ đạo); there may be several.

        Source: Nghị định 30/2020/NĐ-CP Điều 23 khoản 2.
        """
        return self._act(
            IncomingEvent.INSTRUCT, incoming_id, actor=actor, text=instruction, idempotency_key=idempotency_key
        )

    def assign(
        self,
        incoming_id: str,
        *,
        actor: str,
        to: str,
        cooperating: tuple[str, ...] = (),
        informed: tuple[str, ...] = (),
        deadline: date | None = None,
        cooperating_deadlines: tuple[tuple[str, date], ...] = (),
        instruction: str = "",
        idempotency_key: str | None = None,
    ) -> IncomingDocument:
        """Hand a registered document to a unit or person in the lead, and to those who cooperate or are informed (04).

        Args:
            deadline: Day in Asia/Ho_Chi_Minh; it ends with the day. None: as the office's terms say.

        Source: Nghị định 30/2020/NĐ-CP Điều 23.
        """
        assignment = Assignment(
            lead=to,
            cooperating=cooperating,
            informed=informed,
            deadline=deadline,
            cooperating_deadlines=cooperating_deadlines,
        )
        return self._act(
            IncomingEvent.ASSIGN,
            incoming_id,
            actor=actor,
            text=instruction,
            assignment=assignment,
            idempotency_key=idempotency_key,
        )

    def reassign(
        self,
        incoming_id: str,
        *,
        actor: str,
        to: str,
        cooperating: tuple[str, ...] = (),
        informed: tuple[str, ...] = (),
        deadline: date | None = None,
        cooperating_deadlines: tuple[tuple[str, date], ...] = (),
        reason: str = "",
        idempotency_key: str | None = None,
    ) -> IncomingDocument:
        """Give the work to others, or pass it on within a unit; without a deadline the present one stays.

        Args:
            cooperating_deadlines: Another day for a cooperating unit, by its name; one that had its own keeps it if
                none is named, as far as it is not after the deadline of who leads.

        Source: Nghị định 30/2020/NĐ-CP Điều 23.
        """
        assignment = Assignment(
            lead=to,
            cooperating=cooperating,
            informed=informed,
            deadline=deadline,
            cooperating_deadlines=cooperating_deadlines,
        )
        return self._act(
            IncomingEvent.REASSIGN,
            incoming_id,
            actor=actor,
            text=reason,
            assignment=assignment,
            idempotency_key=idempotency_key,
        )

    def progress(
        self, incoming_id: str, *, actor: str, note: str = "", idempotency_key: str | None = None
    ) -> IncomingDocument:
        """Record that the document is being worked on (05), and how far.

        Source: Nghị định 30/2020/NĐ-CP Điều 24; Quyết định 28/2018/QĐ-TTg Điều 9 khoản 2.
        """
        return self._act(IncomingEvent.PROGRESS, incoming_id, actor=actor, text=note, idempotency_key=idempotency_key)

    def pause(
        self, incoming_id: str, *, actor: str, reason: str, idempotency_key: str | None = None
    ) -> IncomingDocument:
        """Stop the clock with a reason, e.g. while somebody else must add something."""
        return self._act(IncomingEvent.PAUSE, incoming_id, actor=actor, text=reason, idempotency_key=idempotency_key)

    def resume(
        self, incoming_id: str, *, actor: str, note: str = "", idempotency_key: str | None = None
    ) -> IncomingDocument:
        """Start the clock again: the deadline moves by the working time of the pause."""
        return self._act(IncomingEvent.RESUME, incoming_id, actor=actor, text=note, idempotency_key=idempotency_key)

    def extend(
        self, incoming_id: str, *, actor: str, deadline: date, reason: str, idempotency_key: str | None = None
    ) -> IncomingDocument:
        """Move the deadline to a later day, with a reason."""
        return self._act(
            IncomingEvent.EXTEND,
            incoming_id,
            actor=actor,
            text=reason,
            deadline=deadline,
            idempotency_key=idempotency_key,
        )

    def answer(
        self, incoming_id: str, *, actor: str, by: str, note: str = "", idempotency_key: str | None = None
    ) -> IncomingDocument:
        """Record that an outgoing document answers it (06); also after it was completed, while it has no answer.

        Args:
            by: Id of an outgoing document that has its number.

        Source: Nghị định 30/2020/NĐ-CP Điều 24, Phụ lục IV (sổ theo dõi giải quyết văn bản đến).
        """
        return self._act(
            IncomingEvent.ANSWER, incoming_id, actor=actor, text=note, answer=by, idempotency_key=idempotency_key
        )

    def complete(
        self, incoming_id: str, *, actor: str, note: str = "", idempotency_key: str | None = None
    ) -> IncomingDocument:
        """Record that the work is done without an answer (06); right after an instruction, the note says why.

        Source: Nghị định 30/2020/NĐ-CP Điều 24.
        """
        return self._act(IncomingEvent.COMPLETE, incoming_id, actor=actor, text=note, idempotency_key=idempotency_key)

    def forward(
        self, incoming_id: str, *, actor: str, to: str, reason: str, idempotency_key: str | None = None
    ) -> IncomingDocument:
        """Record that another agency handles it (chuyển tiếp); its sender is told (04) where it went.

        Does not send it: that is an outgoing document of its own (phiếu chuyển).
        """
        return self._act(
            IncomingEvent.FORWARD, incoming_id, actor=actor, text=reason, receiver=to, idempotency_key=idempotency_key
        )

    # ---- what is there

    def incoming_document(self, incoming_id: str) -> IncomingDocument:
        """Return an incoming document as it is now.

        Raises:
            UsageError: ``NOT_FOUND``.
        """
        document = self._store.find_incoming(incoming_id)
        if document is None:
            raise UsageError(
                ErrorCode.NOT_FOUND,
                f"no incoming document {incoming_id[:120]!r} here",
                vi=f"Không có văn bản đến {incoming_id[:120]!r}.",
            )
        return document

    def incoming(self, *, state: IncomingState | None = None) -> tuple[IncomingDocument, ...]:
        """Return all incoming documents, or those in one state, by time of arrival."""
        return self._store.list_incoming(state=state)

    def incoming_tasks(self, incoming_id: str) -> tuple[IncomingTask, ...]:
        """Return who was given what to do with a document, also what was withdrawn."""
        return self._store.list_records(IncomingTask, incoming_id=incoming_id)

    def incoming_acts(self, incoming_id: str) -> tuple[IncomingAct, ...]:
        """Return everything that was done with a document, and what was said, in order.

        Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần II (ý kiến phân phối, chỉ đạo, trạng thái).
        """
        return self._store.list_records(IncomingAct, incoming_id=incoming_id)

    def incoming_standings(self, *, within_hours: int | None = None) -> tuple[IncomingStanding, ...]:
        """Return how each incoming document stands to its next deadline now; see :class:`docflow.IncomingStanding`."""
        check_hours_ahead(within_hours)
        return use_cases.list_standings(self._desk, self._store.list_incoming(), within_hours=within_hours)

    def incoming_due(self, *, within_hours: int | None = None) -> tuple[IncomingStanding, ...]:
        """Return what is late, or due within so many working hours, the most urgent first.

        Source: Nghị định 30/2020/NĐ-CP Điều 24 (theo dõi, đôn đốc), Phụ lục VI Phần I.
        """
        check_hours_ahead(within_hours)
        listed = self._store.list_incoming(is_open=True)
        found = [
            one for one in use_cases.list_standings(self._desk, listed, within_hours=within_hours) if one.is_due_soon
        ]
        return tuple(sorted(found, key=lambda one: (one.due_at is None, one.due_at, one.document.id)))

    def _act(
        self,
        event: IncomingEvent,
        incoming_id: str,
        *,
        actor: str,
        text: str = "",
        assignment: Assignment | None = None,
        deadline: date | None = None,
        answer: str | None = None,
        receiver: str | None = None,
        idempotency_key: str | None = None,
    ) -> IncomingDocument:
        return use_cases.act_on_incoming(
            self._desk,
            IncomingAsk(
                event=event,
                incoming_id=incoming_id,
                actor=actor,
                text=text,
                assignment=assignment,
                deadline=deadline,
                answer=answer,
                receiver=receiver,
                idempotency_key=idempotency_key,
            ),
        )
