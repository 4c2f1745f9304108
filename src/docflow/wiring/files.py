"""The verbs of files; :class:`docflow.wiring.office.Office` completes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from docflow import office as use_cases
from docflow import printing
from docflow.model import CaseFile, ContentsLine, Direction, FileAct, FileEvent, FileListApproval, FilePlan, FileState
from docflow.model.layout import FontFamily
from docflow.office import Desk, DestructionWarning, FileAsk, FileDuty
from docflow.signing import bundled_fonts
from docflow.store import OfficeStore
from docflow.wiring.arguments import checked_verbs


@checked_verbs
class FileOffice:
    """What an office does with files (hồ sơ), in the order of their life.

    Each verb is one transaction; what was done last and is asked again in the same words changes nothing. Every verb
    raises :class:`docflow.UsageError`: ``WRONG_STATE``, ``NOT_FOUND``, ``ALREADY_EXISTS``, ``BAD_ARGUMENT``,
    ``DATE_NOT_ALLOWED``, ``CLOCK_TURNED_BACK``, ``IDEMPOTENCY_CONFLICT``, ``FROZEN``; then nothing is written.
    """

    _store: OfficeStore
    _desk: Desk

    def plan_file(self, plan: FilePlan, *, actor: str, idempotency_key: str | None = None) -> CaseFile:
        """Put a file into the year's list (danh mục hồ sơ); see :func:`docflow.office.plan_file`."""
        return use_cases.plan_file(self._desk, plan, actor=actor, idempotency_key=idempotency_key)

    def approve_file_list(self, year: int, *, actor: str, document_id: str | None = None) -> FileListApproval:
        """Record that the head of the agency approved the year's list; see :func:`docflow.office.approve_file_list`."""
        return use_cases.approve_file_list(self._desk, year, actor=actor, document_id=document_id)

    def open_file(self, code: str, *, actor: str, idempotency_key: str | None = None) -> CaseFile:
        """Open a file of the list (mở hồ sơ).

        Source: Nghị định 30/2020/NĐ-CP Điều 29 khoản 2.
        """
        return self._handle(FileEvent.OPEN, code, actor=actor, idempotency_key=idempotency_key)

    def add_to_file(
        self, code: str, *, direction: Direction, document_id: str, actor: str, idempotency_key: str | None = None
    ) -> CaseFile:
        """Put a numbered document into an open file; it may stand in several files, and is kept once.

        Source: Nghị định 30/2020/NĐ-CP Điều 29 khoản 3, Phụ lục VI Phần I.
        """
        return self._handle(
            FileEvent.ADD, code, actor=actor, document=(direction, document_id), idempotency_key=idempotency_key
        )

    def remove_from_file(
        self,
        code: str,
        *,
        direction: Direction,
        document_id: str,
        actor: str,
        reason: str,
        idempotency_key: str | None = None,
    ) -> CaseFile:
        """Take a document out of an open file, with a reason; the document stays, and its ordinal is not given again.

        Source: Nghị định 30/2020/NĐ-CP Điều 29 khoản 4b.
        """
        return self._handle(
            FileEvent.REMOVE,
            code,
            actor=actor,
            text=reason,
            document=(direction, document_id),
            idempotency_key=idempotency_key,
        )

    def close_file(self, code: str, *, actor: str, idempotency_key: str | None = None) -> CaseFile:
        """Close a file when its work is done (kết thúc hồ sơ); its retention and the term of hand-over begin.

        Source: Nghị định 30/2020/NĐ-CP Điều 29 khoản 4, Điều 30 khoản 2.
        """
        return self._handle(FileEvent.CLOSE, code, actor=actor, idempotency_key=idempotency_key)

    def reopen_file(self, code: str, *, actor: str, reason: str, idempotency_key: str | None = None) -> CaseFile:
        """Open a closed file again, with a reason."""
        return self._handle(FileEvent.REOPEN, code, actor=actor, text=reason, idempotency_key=idempotency_key)

    def announce_hand_over(self, code: str, *, actor: str, idempotency_key: str | None = None) -> CaseFile:
        """Record that the archive gave notice of its list: the file is due 30 days later.

        Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I.
        """
        return self._handle(FileEvent.ANNOUNCE, code, actor=actor, idempotency_key=idempotency_key)

    def hand_over_file(self, code: str, *, actor: str, to: str, idempotency_key: str | None = None) -> CaseFile:
        """Hand a file over to the archive (nộp lưu).

        Args:
            to: Who takes it there.

        Source: Nghị định 30/2020/NĐ-CP Điều 30 khoản 3.
        """
        return self._handle(FileEvent.HAND_OVER, code, actor=actor, receiver=to, idempotency_key=idempotency_key)

    def propose_destruction(
        self, code: str, *, actor: str, reason: str, idempotency_key: str | None = None
    ) -> CaseFile:
        """Propose to destroy a file whose retention ends, with a reason; never one that is kept for ever.

        Source: Thông tư 01/2019/TT-BNV Điều 20 khoản 5.
        """
        return self._handle(
            FileEvent.PROPOSE_DESTRUCTION, code, actor=actor, text=reason, idempotency_key=idempotency_key
        )

    def withdraw_destruction(
        self, code: str, *, actor: str, reason: str, idempotency_key: str | None = None
    ) -> CaseFile:
        """Take the proposal back, with a reason: the file stands where it stood, closed or with the archive."""
        return self._handle(
            FileEvent.WITHDRAW_DESTRUCTION, code, actor=actor, text=reason, idempotency_key=idempotency_key
        )

    def confirm_destruction(self, code: str, *, actor: str, idempotency_key: str | None = None) -> CaseFile:
        """Destroy the content of a file: somebody else confirms it, 30 days after the proposal, after the retention.

        What another file holds stays; metadata, acts and log stay; see :meth:`destruction_warning` first.

        Source: Thông tư 01/2019/TT-BNV Điều 20 khoản 5.
        """
        return self._handle(FileEvent.CONFIRM_DESTRUCTION, code, actor=actor, idempotency_key=idempotency_key)

    # ---- what is there

    def file(self, code: str) -> CaseFile:
        """Return a file as it is now.

        Raises:
            UsageError: ``NOT_FOUND``.
        """
        return use_cases.find_file(self._store.find_record(CaseFile, code), code)

    def files(
        self, *, year: int | None = None, state: FileState | None = None, creator: str | None = None
    ) -> tuple[CaseFile, ...]:
        """Return the list of files (danh mục hồ sơ), of one year, in one state or of one person, by code.

        Args:
            creator: Người lập hồ sơ, as the year's list names him.

        Source: Nghị định 30/2020/NĐ-CP Điều 28, Phụ lục V, Phụ lục VI Phần I mục III.4đ.
        """
        where: dict[str, str | int | None] = {}
        if year is not None:
            where["year"] = year
        if creator is not None:
            where["creator"] = creator
        if state is not None:
            where["state"] = state.value
        return self._store.list_records(CaseFile, **where)

    def file_list_approvals(self, *, year: int) -> tuple[FileListApproval, ...]:
        """Return the approvals of a year's list, the first one first."""
        return self._store.list_records(FileListApproval, year=year)

    def file_contents(self, code: str, *, reader: str | None = None) -> tuple[ContentsLine, ...]:
        """Return the table of contents of a file (mục lục văn bản); see :func:`docflow.office.list_contents`.

        Args:
            reader: Who asks; of a document that he may not read only the ordinal is told. None: everything is.

        Raises:
            UsageError: ``NOT_FOUND``; ``FORBIDDEN``, he may not read the file.
        """
        return use_cases.list_contents(self._desk, code, reader=reader)

    def file_acts(self, code: str) -> tuple[FileAct, ...]:
        """Return everything that was done with a file, and what was said, in order."""
        return self._store.list_records(FileAct, file_code=code)

    def files_to_hand_over(self, *, on: date | None = None) -> tuple[FileDuty, ...]:
        """Return the files that go to the archive; see :func:`docflow.office.list_to_hand_over`."""
        return use_cases.list_to_hand_over(self._desk, on=on)

    def files_past_retention(self, *, on: date | None = None) -> tuple[FileDuty, ...]:
        """Return the files whose retention ends within 30 days; see :func:`docflow.office.list_past_retention`."""
        return use_cases.list_past_retention(self._desk, on=on)

    def destruction_warning(self, code: str) -> DestructionWarning:
        """Return what a destruction would leave; see :func:`docflow.office.warn_of_destruction`."""
        return use_cases.warn_of_destruction(self._desk, code)

    def export_file_pdf(self, code: str, *, reader: str | None = None, fonts: FontFamily | None = None) -> bytes:
        """Return a file as one PDF in order of time: table of contents, pages to read, each document attached as it is.

        Args:
            reader: For whom, as for :meth:`file_contents`.
            fonts: The fonts that come with vnsign if None.

        Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I.
        """
        gathered = use_cases.gather_file(self._desk, code, reader=reader)
        return printing.print_file(*gathered, fonts=fonts or bundled_fonts())

    def export_file_xml(self, code: str, *, reader: str | None = None) -> bytes:
        """Return the metadata of a file and its documents as XML, in order of time.

        Args:
            reader: For whom, as for :meth:`file_contents`.

        Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I, Phần II.
        """
        file, lines, contents = use_cases.gather_file(self._desk, code, reader=reader)
        fields = use_cases.describe_lines(self._desk, lines)
        return printing.write_file_xml(file, lines, fields=fields, contents=contents)

    def hand_over_minutes(self, codes: Sequence[str], *, giver: str, fonts: FontFamily | None = None) -> bytes:
        """Return the minutes of a hand-over (biên bản giao nhận) and its list of files as PDF; each file once.

        Raises:
            UsageError: ``BAD_ARGUMENT``; no file is named, or no giver in one line of 200 characters. ``WRONG_STATE``;
                one was not handed over. ``NOT_FOUND``.
        Source: Nghị định 30/2020/NĐ-CP Điều 30 khoản 3, Phụ lục V mục III, V.
        """
        agency = self._desk.agency
        handed_over = [self._hand_over_line(code) for code in dict.fromkeys(codes)]
        use_cases.check_minutes([item.file for item in handed_over], giver=giver)
        return printing.print_hand_over(
            handed_over, agency=agency.name, place=agency.place, giver=giver, fonts=fonts or bundled_fonts()
        )

    def export_file_list(self, year: int, *, fonts: FontFamily | None = None) -> bytes:
        """Return a year's list of files (danh mục hồ sơ) as PDF, with the decision by which it was last promulgated.

        Source: Nghị định 30/2020/NĐ-CP Điều 28, Phụ lục V mục II.
        """
        agency = self._desk.agency.name
        named = [item.document_id for item in self.file_list_approvals(year=year) if item.document_id is not None]
        document = self._store.find_document(named[-1]) if named else None
        decision = ""
        if document is not None and document.issued_on is not None:
            decision = f"{document.draft.type.vi} số {document.symbol} ngày {document.issued_on:%d/%m/%Y} của {agency}"
        files = self.files(year=year)
        return printing.print_file_list(
            files, agency=agency, year=year, decision=decision, fonts=fonts or bundled_fonts()
        )

    def _hand_over_line(self, code: str) -> printing.HandedOver:
        lines = self.file_contents(code)
        days = [line.day for line in lines if line.day is not None]
        contents = {line.content for line in lines if line.content is not None}
        return printing.HandedOver(
            file=self.file(code), days=(min(days), max(days)) if days else None, contents=len(contents)
        )

    def _handle(
        self,
        event: FileEvent,
        code: str,
        *,
        actor: str,
        text: str = "",
        document: tuple[Direction, str] | None = None,
        receiver: str = "",
        idempotency_key: str | None = None,
    ) -> CaseFile:
        ask = FileAsk(
            event=event,
            file_code=code,
            actor=actor,
            text=text,
            document=document,
            receiver=receiver,
            idempotency_key=idempotency_key,
        )
        return use_cases.act_on_file(self._desk, ask)
