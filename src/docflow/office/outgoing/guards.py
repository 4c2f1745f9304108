"""What must hold before a document goes on; each guard of the state table is one function here.

Invariants:
    - A guard changes nothing: it returns, or raises the reason.
    - Every :class:`~docflow.model.Guard` has its function.

What it does not do: it verifies no signature; it judges the verdict that a verifier gave.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from msgspec.structs import replace

from docflow.errors import ErrorCode, UsageError
from docflow.model import (
    Document,
    DocumentState,
    Draft,
    Guard,
    LinkKind,
    SignatureVerdict,
    check_deadline,
    check_line,
    check_prose,
    find_former_register,
    law_date,
    refuse_secret,
    register_for,
    require_power,
)
from docflow.office.clocks import find_correction
from docflow.office.keeping import is_issued_gone
from docflow.office.outgoing.describing import print_symbol
from docflow.office.outgoing.step import Work
from docflow.office.registers.numbering import find_limits
from docflow.ports import OutboxState, SignatureCheck

ACCEPTED_VERDICTS = frozenset({SignatureVerdict.PASSED, SignatureVerdict.NOT_CHECKED})
"""NOT_CHECKED passes: an office without a verifier says so in the row, and the row is evidence."""

MAX_WORDS = 5000
"""Longer opinions and reasons are refused."""


def _guard_nothing(_work: Work, _document: Document) -> None:
    return


def _guard_draft(work: Work, document: Document) -> None:
    """A draft is not secret, has a register, its deadline is one, and its links lead to what is issued or came in.

    Source: QĐ 28/2018 Điều 1 khoản 2; NĐ 30/2020 Điều 15 khoản 1, Điều 18 khoản 3 (replaced by one of equal form).
    """
    draft = work.step.draft or document.draft
    refuse_secret(draft.secrecy)
    register_for(draft.type, agency=work.desk.agency, series=draft.series)
    if draft.due_date is not None:
        check_deadline(draft.due_date)
    _require_each_once([(item.code.text if item.code else None, item.name) for item in draft.addressees])
    _check_links(work, draft)


def _guard_version(work: Work, document: Document) -> None:
    """A revision is based on the newest version: what another wrote meanwhile is not lost."""
    if work.step.version != document.version:
        raise UsageError(
            ErrorCode.WRONG_STATE,
            f"the newest version is {document.version}, not {work.step.version}",
            vi=f"Dự thảo đã có phiên bản {document.version}.",
            way_out="read the newest version, and revise that one",
        )
    _guard_draft(work, document)


def _guard_words(work: Work, _document: Document) -> None:
    check_prose(work.step.words, limit=MAX_WORDS, what="opinion", vi="Ý kiến")


def _guard_file(work: Work, _document: Document) -> None:
    """A file that goes with a document is a file; its name was looked at before it was stored."""
    if work.step.pdf is None:
        raise UsageError(ErrorCode.BAD_ARGUMENT, "there is no file", vi="Chưa có tệp.")


def _guard_detachment(work: Work, document: Document) -> None:
    """What is taken off goes with the document; who reads the drafts later finds the reason."""
    _guard_reason(work, document)
    if work.step.position not in {item.position for item in work.unit.list_attachments(document.id)}:
        raise UsageError(
            ErrorCode.NOT_FOUND,
            "no file with this position goes with the document, or it was taken off before",
            vi="Không có văn bản kèm theo ở vị trí này, hoặc đã được gỡ trước đó.",
            way_out="read office.attachments() for the positions",
        )


def _guard_leader_signature(work: Work, document: Document) -> None:
    """The signature is accepted, and whoever signs may: in that capacity, on that day, for that type.

    Source: NĐ 30/2020 Điều 13.
    """
    _accept(work, "leader's signature", vi="Chữ ký số của người có thẩm quyền")
    if work.desk.staff is not None:
        require_power(
            work.desk.staff,
            document.draft.signer_name,
            competence=document.draft.competence,
            day=law_date(work.step.at),
            kind=document.draft.type,
        )


def _guard_number(work: Work, document: Document) -> None:
    """A number's date is not in the future and not before the leader signed, whoever permits it.

    Else a permission is needed for a date out of the order of numbers, and for one before today when the term is over
    in which the decree wants the number given: the working day after the signature. Dates that the machine's clock gave
    while it ran ahead hold nobody up once its correction is recorded; what was signed then counts as signed on its day.

    Source: NĐ 30/2020 Điều 15 khoản 2 (after the signature, at latest the next working day; numbers in order of time),
    Điều 18 khoản 1; TT 01/2019 Điều 20 khoản 1đ.
    """
    today, signed = law_date(work.step.at), _day_signed(work, document)
    _require_between(work, signed, today)
    if work.step.wish.permission is None and work.place is not None:
        first, last = find_limits(work.unit, work.place, day=work.day, now=work.step.at)
        _require_between(work, first or signed, last or today)
        if work.day < today and today > work.desk.calendar.next_working_day(signed):
            _require_between(work, today, today)
    _require_new_symbol(work, document.draft)
    _check_links(work, document.draft)


def _require_new_symbol(work: Work, draft: Draft) -> None:
    """A symbol stands for one document of a year, also where an older docflow numbered thư công for themselves.

    Source: NĐ 30/2020 Điều 15 khoản 1.
    """
    former = find_former_register(draft.type, agency=work.desk.agency, series=draft.series)
    if former is None or work.place is None:
        return
    place, symbol = work.place, print_symbol(work, draft, work.place)
    there = work.unit.find_entry(replace(place.counter.key, register=former), place.number, suffix=place.suffix)
    if there is not None and there.symbol == symbol:
        raise UsageError(
            ErrorCode.NUMBER_TAKEN,
            f"{symbol} is the symbol of a document in the register {former} already",
            vi=f"Trong năm đã có thư công mang {symbol}; hãy giữ trước số này, hủy số đó rồi cấp số sau.",
            way_out="reserve the number, void it, and issue the document with the next one",
        )


def _day_signed(work: Work, document: Document) -> date:
    """Return on which day the leader signed; the day of the clock's correction, if the clock ran ahead then."""
    at = document.leader_signed_at or work.step.at
    set_right = find_correction(work.unit, document.agency, at, now=work.step.at) if at > work.step.at else None
    return law_date(set_right or at)


def _require_between(work: Work, earliest: date, latest: date) -> None:
    if not earliest <= work.day <= latest:
        today = law_date(work.step.at)
        raise UsageError(
            ErrorCode.DATE_NOT_ALLOWED,
            f"the date {work.day} is not between {earliest} and {latest}; today is {today}",
            vi=f"Ngày ban hành {work.day:%d/%m/%Y} không nằm trong khoảng {earliest:%d/%m/%Y} – {latest:%d/%m/%Y}.",
            way_out="issue it with today's date: numbers follow the order of time",
        )


def _guard_seal(work: Work, document: Document) -> None:
    """The agency signs only what the authorised person signed: the sealed file begins with his file, byte for byte.

    What it replaces has not been replaced by another since it got its number: two in force would contradict each other.

    Source: NĐ 30/2020 Điều 18 khoản 3, Điều 32 khoản 2.
    """
    _require_content(work, document, vi="không ký số, đóng dấu nữa")
    _require_replaceable(work, document.draft)
    if work.step.pdf is None or work.step.pdf.extends is None or work.step.pdf.extends != document.leader_pdf:
        raise UsageError(
            ErrorCode.SIGNATURE_REFUSED,
            "the sealed file does not begin with the file that the leader signed",
            vi="Tệp đóng dấu không bắt đầu bằng đúng tệp mà người có thẩm quyền đã ký.",
            way_out="write number, date and seal as incremental updates of the recorded file",
        )
    _accept(work, "agency's signature", vi="Chữ ký số của cơ quan")


def _require_replaceable(work: Work, draft: Draft) -> None:
    for link in draft.links:
        target = work.unit.find_document(link.target) if link.kind is LinkKind.REPLACES else None
        if target is not None and target.state is not DocumentState.SEALED:
            raise UsageError(
                ErrorCode.WRONG_STATE,
                f"{target.symbol} cannot be replaced any more: it is {target.state.value}",
                vi=f"Văn bản {target.symbol} không thay thế được nữa: đang ở trạng thái “{target.state.vi}”.",
                way_out="void the number of this document; draft another that links to what is in force",
            )


def _guard_attachment_seal(work: Work, document: Document) -> None:
    """The agency signs a file that was attached before the document was approved, and no other.

    Source: NĐ 30/2020 Điều 32 khoản 2; Phụ lục I Phần I mục II.8.b.
    """
    _require_content(work, document, vi="không ký số văn bản kèm theo nữa")
    found = {item.position: item for item in work.unit.list_attachments(document.id)}
    attached = found.get(-1 if work.step.position is None else work.step.position)
    if attached is None or attached.sealed_pdf is not None:
        raise UsageError(
            ErrorCode.NOT_FOUND,
            "no such attachment waits for the agency's signature",
            vi="Không có văn bản kèm theo nào đang chờ ký số.",
        )
    if work.step.pdf is None or work.step.pdf.extends != attached.pdf:
        raise UsageError(
            ErrorCode.SIGNATURE_REFUSED,
            "the signed file does not begin with the file that was attached",
            vi="Tệp ký số không bắt đầu bằng đúng tệp đã kèm theo.",
        )
    _accept(work, "agency's signature", vi="Chữ ký số của cơ quan")


def _guard_addressee(work: Work, document: Document) -> None:
    """What is handed over waits for this addressee: the document has left for nobody else under his name."""
    row = next((item for item in work.unit.list_outbox(document.id) if item.position == work.step.position), None)
    if row is None or row.state is not OutboxState.READY:
        raise UsageError(
            ErrorCode.WRONG_STATE,
            "nothing waits for this addressee",
            vi="Không có văn bản chờ chuyển cho nơi nhận này.",
            way_out="read office.outbox()",
        )
    check_line(work.step.how, limit=200, what="way it is sent", vi="Hình thức chuyển")
    check_line(work.step.signed_for, limit=200, what="name of the receiver", vi="Người ký nhận", is_optional=True)


def _guard_addressees(work: Work, document: Document) -> None:
    """Addressees are added, each once, while there is something to send them; whoever has the document keeps it."""
    _guard_reason(work, document)
    _require_content(work, document, vi="không thể gửi thêm")
    known = {(row.addressee_code, row.addressee_name) for row in work.unit.list_outbox(document.id)}
    added = [(item.code.text if item.code else None, item.name) for item in work.step.addressees]
    if not added:
        raise UsageError(ErrorCode.BAD_ARGUMENT, "name whom to add", vi="Phải ghi rõ nơi nhận bổ sung.")
    _require_each_once([*known, *added])


def _require_content(work: Work, document: Document, *, vi: str) -> None:
    """Nothing is done with content that was destroyed, and none comes in its place: no file would hold it."""
    if is_issued_gone(work.unit, document, at=work.step.at):
        raise UsageError(
            ErrorCode.WRONG_STATE,
            f"the content of document {document.id!r} was destroyed",
            vi=f"Nội dung văn bản đã bị hủy theo thời hạn bảo quản, {vi}.",
        )


def _require_each_once(addressees: Sequence[tuple[str | None, str]]) -> None:
    """An agency, or whoever has no code, is named once: it gets one document, and one answer counts for it."""
    codes = [code for code, _ in addressees if code is not None]
    if len(set(addressees)) < len(addressees) or len(set(codes)) < len(codes):
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            "name each addressee once, and add only those who do not have the document yet",
            vi="Mỗi nơi nhận chỉ ghi một lần; nơi nhận bổ sung phải là nơi chưa có trong văn bản.",
        )


def _guard_replacement(work: Work, document: Document) -> None:
    """A document is replaced by another one of this agency that was sealed and says so, of equal form.

    Source: NĐ 30/2020 Điều 18 khoản 3.
    """
    successor = work.unit.find_document(work.step.successor or "")
    links = successor.draft.links if successor else ()
    is_linked = any(link.kind is LinkKind.REPLACES and link.target == document.id for link in links)
    if successor is None or successor.state is not DocumentState.SEALED or not is_linked:
        raise UsageError(
            ErrorCode.WRONG_STATE,
            "it is replaced by an issued document that says so",
            vi="Văn bản chỉ bị thay thế bởi văn bản đã phát hành có ghi rõ việc thay thế.",
        )


def _guard_reason(work: Work, _document: Document) -> None:
    check_prose(work.step.words, limit=MAX_WORDS, what="reason", vi="Lý do")


def _check_links(work: Work, draft: Draft) -> None:
    for link in draft.links:
        target = work.unit.find_document(link.target)
        if link.kind in {LinkKind.ANSWERS, LinkKind.REFERS}:
            incoming = work.unit.find_incoming(link.target)
            if link.kind is LinkKind.REFERS and target is not None and incoming is not None:
                raise _ambiguous(link.target)
            if target is not None or incoming is not None:
                continue
        is_equal = target is not None and (link.kind is not LinkKind.REPLACES or target.draft.type is draft.type)
        if target is None or target.state is not DocumentState.SEALED or not is_equal:
            raise UsageError(
                ErrorCode.BAD_ARGUMENT,
                f"{link.target!r} cannot be linked as {link.kind.value}: not here, not in force, or of another type",
                vi=f"Không liên kết được với văn bản {link.target!r}: không có, hết hiệu lực hoặc khác hình thức.",
                way_out="replace a document by one of the same type; correct an issued one by công văn",
            )


def _ambiguous(target: str) -> UsageError:
    return UsageError(
        ErrorCode.BAD_ARGUMENT,
        f"{target!r} is a document of this agency and an arrival: a link would not say which of them is meant",
        vi=f"Mã {target!r} vừa là văn bản đi vừa là văn bản đến; liên kết không nói rõ văn bản nào.",
        way_out="name it in the note; a link that answers means the arrival, one that replaces or corrects never does",
    )


def _accept(work: Work, what: str, *, vi: str) -> None:
    check = work.step.pdf.check if work.step.pdf else SignatureCheck(verdict=SignatureVerdict.FAILED)
    if check.verdict not in ACCEPTED_VERDICTS:
        reasons = "; ".join(check.findings) or check.verdict.value
        raise UsageError(
            ErrorCode.SIGNATURE_REFUSED,
            f"the {what} was not accepted: {reasons}",
            vi=f"{vi} không được chấp nhận: {reasons}.",
            way_out="have it signed again; nothing was recorded",
        )


GUARDS: Mapping[Guard, Callable[[Work, Document], None]] = {
    Guard.NONE: _guard_nothing,
    Guard.DRAFT_ALLOWED: _guard_draft,
    Guard.BASED_ON_NEWEST_VERSION: _guard_version,
    Guard.WORDS_GIVEN: _guard_words,
    Guard.FILE_GIVEN: _guard_file,
    Guard.FILE_ATTACHED_AND_REASON_GIVEN: _guard_detachment,
    Guard.LEADER_SIGNATURE_ACCEPTED: _guard_leader_signature,
    Guard.NUMBER_ALLOWED: _guard_number,
    Guard.SEAL_ON_LEADER_SIGNED: _guard_seal,
    Guard.ATTACHMENT_SEAL_ACCEPTED: _guard_attachment_seal,
    Guard.ADDRESSEE_WAITS: _guard_addressee,
    Guard.NEW_ADDRESSEES_GIVEN: _guard_addressees,
    Guard.REPLACEMENT_SEALED: _guard_replacement,
    Guard.REASON_GIVEN: _guard_reason,
}
"""Guard by name."""
