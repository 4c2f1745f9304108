"""The use cases of outgoing documents from the draft to the seal, one public function per verb.

Invariants:
    - Each takes a :class:`Desk` and leaves one transaction, or none.
    - Blobs are stored, and verifiers asked, before the transaction begins: nobody waits for a lock while that happens.

What it does not do: it signs nothing and draws nothing; PDFs come in as bytes.

Source: Nghị định 30/2020/NĐ-CP Điều 10–18; docs/reference/states.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from docflow.audit import Json
from docflow.errors import DocflowError
from docflow.model import ANY_NUMBER, DocumentEvent, Draft, NumberWish, refuse_secret
from docflow.office.desk import Desk
from docflow.office.outgoing.describing import describe_draft
from docflow.office.outgoing.step import Step
from docflow.office.outgoing.taking import (
    NOT_CHECKED,
    Issued,
    Receipt,
    Sealed,
    digest,
    find_document,
    issue_work_of,
    make_step,
    read_issued,
    read_receipt,
    read_sealed,
    take_step,
)
from docflow.office.outgoing.untold import find_not_told
from docflow.ports import SignatureCheck

_ID_BYTES = 16


def draft_document(
    desk: Desk,
    draft: Draft,
    *,
    actor: str,
    document_id: str | None = None,
    pdf: bytes | None = None,
    idempotency_key: str | None = None,
) -> Receipt:
    """Take in a draft.

    Args:
        document_id: Chosen by the caller, so that a repeated batch finds its documents again; None makes one up.
        pdf: The composed document, if there is one already.

    Raises:
        UsageError: ``SECRET_DOCUMENT`` before anything is stored; ``ALREADY_EXISTS``, ``IDEMPOTENCY_CONFLICT``,
            ``BAD_ARGUMENT``.
    Source: Nghị định 30/2020/NĐ-CP Điều 10; Quyết định 28/2018/QĐ-TTg Điều 1 khoản 2.
    """
    refuse_secret(draft.secrecy)
    identifier = document_id if document_id is not None else desk.randomness.token(_ID_BYTES).hex()
    asked: dict[str, Json] = {"draft": describe_draft(draft), "document_id": document_id, "pdf": digest(pdf)}
    step = make_step(desk, DocumentEvent.DRAFT, identifier, actor=actor, asked=asked, key=idempotency_key, draft=draft)
    return read_receipt(take_step(desk, step, pdf=pdf))


def revise_draft(
    desk: Desk,
    document_id: str,
    draft: Draft,
    *,
    actor: str,
    version: int,
    pdf: bytes | None = None,
    idempotency_key: str | None = None,
) -> Receipt:
    """Put a new version of a draft in the place of ``version``, the newest; the earlier ones are kept.

    Raises:
        UsageError: ``WRONG_STATE``; another revision came first. ``SECRET_DOCUMENT``, ``NOT_FOUND``, ``BAD_ARGUMENT``,
            ``IDEMPOTENCY_CONFLICT``.
    Source: Nghị định 30/2020/NĐ-CP Điều 10, Phụ lục VI Phần I.
    """
    refuse_secret(draft.secrecy)
    asked: dict[str, Json] = {"draft": describe_draft(draft), "version": version, "pdf": digest(pdf)}
    step = make_step(
        desk,
        DocumentEvent.REVISE,
        document_id,
        actor=actor,
        asked=asked,
        key=idempotency_key,
        draft=draft,
        version=version,
    )
    return read_receipt(take_step(desk, step, pdf=pdf))


def comment_draft(
    desk: Desk, document_id: str, opinion: str, *, actor: str, idempotency_key: str | None = None
) -> Receipt:
    """Keep an opinion (góp ý) on the newest version of a draft.

    Raises:
        UsageError: ``BAD_ARGUMENT``, ``SECRET_DOCUMENT``, ``WRONG_STATE``, ``NOT_FOUND``.
    Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I.
    """
    asked: dict[str, Json] = {"opinion": opinion}
    step = make_step(
        desk, DocumentEvent.COMMENT, document_id, actor=actor, asked=asked, key=idempotency_key, words=opinion
    )
    return read_receipt(take_step(desk, step))


def attach_file(
    desk: Desk, document_id: str, pdf: bytes, *, name: str, actor: str, idempotency_key: str | None = None
) -> Receipt:
    """Let a PDF go with a document in a file of its own (văn bản kèm theo, phụ lục), which the agency signs.

    Raises:
        UsageError: ``BAD_ARGUMENT``, ``SECRET_DOCUMENT``, ``WRONG_STATE``, ``NOT_FOUND``.
    Source: Nghị định 30/2020/NĐ-CP Phụ lục I Phần I mục II.8.b, III.1.d.
    """
    asked: dict[str, Json] = {"pdf": digest(pdf), "name": name}
    step = make_step(desk, DocumentEvent.ATTACH, document_id, actor=actor, asked=asked, key=idempotency_key, name=name)
    return read_receipt(take_step(desk, step, pdf=pdf))


def detach_file(
    desk: Desk, document_id: str, *, position: int, actor: str, reason: str, idempotency_key: str | None = None
) -> Receipt:
    """Take off a file that was attached by mistake, while files may be attached; nothing shows or sends it any more.

    Its row stays with who took it off, when and why, and its bytes stay with the drafts, until the document is
    destroyed or whoever else holds them is. The same file may be attached again, and gets another position.

    Does not check: that whoever takes it off attached it; drafts are everybody's who drafts.

    Args:
        position: Of the file, as ``AttachedFile`` says.

    Raises:
        UsageError: ``BAD_ARGUMENT`` without a reason; ``NOT_FOUND``, no such document, no file there, or it was taken
            off before; ``WRONG_STATE``, ``SECRET_DOCUMENT``, ``IDEMPOTENCY_CONFLICT``.
    Source: Nghị định 30/2020/NĐ-CP Điều 10, Phụ lục VI Phần I mục III.1b.
    """
    asked: dict[str, Json] = {"position": position, "reason": reason}
    step = make_step(
        desk,
        DocumentEvent.DETACH,
        document_id,
        actor=actor,
        asked=asked,
        key=idempotency_key,
        words=reason,
        position=position,
    )
    return read_receipt(take_step(desk, step))


def return_draft(
    desk: Desk, document_id: str, *, actor: str, reason: str, idempotency_key: str | None = None
) -> Receipt:
    """Give a draft back to its drafter, also one that was approved or signed: it begins again with a revision.

    Raises:
        UsageError: ``BAD_ARGUMENT`` without a reason; ``WRONG_STATE``, ``NOT_FOUND``.
    Source: Nghị định 30/2020/NĐ-CP Điều 11, 12.
    """
    asked: dict[str, Json] = {"reason": reason}
    step = make_step(
        desk, DocumentEvent.RETURN, document_id, actor=actor, asked=asked, key=idempotency_key, words=reason
    )
    return read_receipt(take_step(desk, step))


def approve_document(
    desk: Desk, document_id: str, *, actor: str, remark: str = "", idempotency_key: str | None = None
) -> Receipt:
    """Record that content and form were approved.

    Raises:
        UsageError: ``WRONG_STATE``, ``NOT_FOUND``, ``IDEMPOTENCY_CONFLICT``.
    Source: Nghị định 30/2020/NĐ-CP Điều 11, 12.
    """
    asked: dict[str, Json] = {"remark": remark} if remark else {}
    step = make_step(
        desk, DocumentEvent.APPROVE, document_id, actor=actor, asked=asked, key=idempotency_key, words=remark
    )
    return read_receipt(take_step(desk, step))


def record_leader_signature(
    desk: Desk,
    document_id: str,
    pdf: bytes,
    *,
    actor: str,
    check: SignatureCheck | None = None,
    idempotency_key: str | None = None,
) -> Receipt:
    """Record the document as the authorised person signed it.

    Args:
        check: A verdict that the caller has already; None asks the desk's verifier, and without one the row says
            ``not_checked``.

    Raises:
        UsageError: ``SIGNATURE_REFUSED``, ``NOT_AUTHORISED``, ``WRONG_STATE``, ``NOT_FOUND``, ``IDEMPOTENCY_CONFLICT``.
    Source: Nghị định 30/2020/NĐ-CP Điều 13; Thông tư 01/2019/TT-BNV Điều 11 khoản 1.
    """
    if check is None and desk.verifier is not None:
        document = find_document(desk, document_id)
        check = desk.verifier.check_leader_signature(pdf, document=document, at=desk.clock.now())
    asked: dict[str, Json] = {"pdf": digest(pdf)}
    step = make_step(desk, DocumentEvent.LEADER_SIGN, document_id, actor=actor, asked=asked, key=idempotency_key)
    return read_receipt(take_step(desk, step, pdf=pdf, check=check or NOT_CHECKED))


def issue_document(
    desk: Desk,
    document_id: str,
    *,
    actor: str,
    on: date | None = None,
    wish: NumberWish = ANY_NUMBER,
    idempotency_key: str | None = None,
) -> Issued:
    """Give number and date: register, document, outbox, answer, leaf and checkpoint in one transaction.

    Args:
        on: The date in Asia/Ho_Chi_Minh; None is the clock's today. Never in the future, never before the leader
            signed. Without a permission not before the register's last date; and today, once the working day after the
            leader's signature is over. Its year is the register's.
        wish: Another number than the next, or a permission for a date out of order or for a late one dated back.

    Raises:
        UsageError: ``DATE_NOT_ALLOWED``, ``NUMBER_TAKEN``, ``NUMBER_NOT_NEXT``, ``PERMISSION_NEEDED``, ``WRONG_STATE``,
            ``NOT_FOUND``, ``IDEMPOTENCY_CONFLICT``.
    Source: Nghị định 30/2020/NĐ-CP Điều 15, 16; Thông tư 01/2019/TT-BNV Điều 20 khoản 1đ.
    """
    step = _issue_step(desk, document_id, actor=actor, on=on, wish=wish, key=idempotency_key)
    return read_issued(take_step(desk, step), place=desk.agency.place)


def issue_documents(
    desk: Desk, document_ids: Sequence[str], *, actor: str, on: date | None = None
) -> tuple[Issued | DocflowError, ...]:
    """Give many documents their numbers, in this order, with as few commits as possible.

    Each gets its number, or its error and then nothing is written for it; the numbers have no gap. Nothing is returned
    before it is on the disk. Killed on the way, the same call goes on where it stopped.

    Raises:
        StoreUnavailable: Never for one document: then it stands in the result.
    Source: As :func:`issue_document`.
    """
    steps = [_issue_step(desk, name, actor=actor, on=on, wish=ANY_NUMBER, key=None) for name in document_ids]
    return tuple(desk.store.transact_many(issue_work_of(desk, step) for step in steps))


def record_seal(
    desk: Desk,
    document_id: str,
    pdf: bytes,
    *,
    actor: str,
    check: SignatureCheck | None = None,
    idempotency_key: str | None = None,
) -> Sealed:
    """Record the document as the agency signed it, release its outbox rows, and let its links take effect.

    The file must begin, byte for byte, with the file the leader signed.

    Args:
        check: As for :func:`record_leader_signature`.

    Returns:
        Also who has what this document replaces and does not get it: nobody tells them (docs/adr/0068).

    Raises:
        UsageError: ``SIGNATURE_REFUSED``, ``WRONG_STATE``, ``NOT_FOUND``, ``IDEMPOTENCY_CONFLICT``.
    Source: Nghị định 30/2020/NĐ-CP Điều 17, 18 khoản 3, 32 khoản 2.
    """
    document = find_document(desk, document_id)
    if check is None and desk.verifier is not None:
        check = desk.verifier.check_seal(pdf, document=document, at=desk.clock.now())
    asked: dict[str, Json] = {"pdf": digest(pdf)}
    step = make_step(desk, DocumentEvent.SEAL, document_id, actor=actor, asked=asked, key=idempotency_key)
    outcome = take_step(desk, step, pdf=pdf, check=check or NOT_CHECKED, on_top_of=document.leader_pdf)
    return read_sealed(outcome, not_told=[row.addressee_name for row in find_not_told(desk, document)])


def record_attachment_seal(
    desk: Desk,
    document_id: str,
    pdf: bytes,
    *,
    position: int,
    actor: str,
    check: SignatureCheck | None = None,
    idempotency_key: str | None = None,
) -> Receipt:
    """Record an attached file as the agency signed it; when all are, the document may leave.

    The file must begin, byte for byte, with the file that was attached.

    Raises:
        UsageError: ``SIGNATURE_REFUSED``, ``WRONG_STATE``, ``NOT_FOUND``, ``IDEMPOTENCY_CONFLICT``.
    Source: Nghị định 30/2020/NĐ-CP Điều 32 khoản 2; Phụ lục I Phần I mục II.8.b.
    """
    attached = {item.position: item.pdf for item in desk.store.list_attachments(document_id)}
    if check is None and desk.verifier is not None:
        check = desk.verifier.check_agency_signature(pdf, name=f"{document_id}/{position}", at=desk.clock.now())
    asked: dict[str, Json] = {"pdf": digest(pdf), "position": position}
    step = make_step(
        desk,
        DocumentEvent.SEAL_ATTACHMENT,
        document_id,
        actor=actor,
        asked=asked,
        key=idempotency_key,
        position=position,
    )
    return read_receipt(take_step(desk, step, pdf=pdf, check=check or NOT_CHECKED, on_top_of=attached.get(position)))


def cancel_draft(
    desk: Desk, document_id: str, *, actor: str, reason: str, idempotency_key: str | None = None
) -> Receipt:
    """End a document that has no number yet; it stays on record with the reason.

    Raises:
        UsageError: ``BAD_ARGUMENT`` without a reason; ``WRONG_STATE``, ``NOT_FOUND``, ``IDEMPOTENCY_CONFLICT``.
    Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I.
    """
    asked: dict[str, Json] = {"reason": reason}
    step = make_step(
        desk, DocumentEvent.CANCEL, document_id, actor=actor, asked=asked, key=idempotency_key, words=reason
    )
    return read_receipt(take_step(desk, step))


def void_number(
    desk: Desk, document_id: str, *, actor: str, reason: str, idempotency_key: str | None = None
) -> Receipt:
    """Void the number of a document that will not be sealed; the number stays in the register with the reason.

    Raises:
        UsageError: ``BAD_ARGUMENT`` without a reason; ``WRONG_STATE``, ``NOT_FOUND``, ``IDEMPOTENCY_CONFLICT``.
    Source: Nghị định 30/2020/NĐ-CP Điều 15 khoản 1 (numbers run without gap).
    """
    asked: dict[str, Json] = {"reason": reason}
    step = make_step(desk, DocumentEvent.VOID, document_id, actor=actor, asked=asked, key=idempotency_key, words=reason)
    return read_receipt(take_step(desk, step))


def _issue_step(
    desk: Desk, document_id: str, *, actor: str, on: date | None, wish: NumberWish, key: str | None
) -> Step:
    asked: dict[str, Json] = {"on": on.isoformat() if on else None}
    if wish != ANY_NUMBER:
        permission = wish.permission.text if wish.permission else None
        asked["wish"] = {"number": wish.number, "sub_of": wish.sub_of, "permission": permission}
    return make_step(desk, DocumentEvent.ISSUE, document_id, actor=actor, asked=asked, key=key, on=on, wish=wish)
