"""Looking again at the signatures on the files that came with a document: for whoever got it before he could check.

Invariants:
    - A look that finds what the last act found is the same look: it changes nothing, also without a key of the caller.

What it does not do: it answers nobody; whether the document is kept is for ``accept`` and ``refuse``.

Source: Nghị định 30/2020/NĐ-CP Điều 21 khoản 2a, Phụ lục VI Phần I mục II.8; docs/adr/0081.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from docflow.audit import Json, encode_canonical, format_time
from docflow.errors import ErrorCode, UsageError
from docflow.model import IncomingDocument, IncomingEvent, check_incoming_id, find_incoming
from docflow.office.answers import require_post
from docflow.office.desk import Desk
from docflow.office.exchanging.files import list_attachments
from docflow.office.incoming.engine import incoming_not_found, perform_incoming
from docflow.office.incoming.received import FileFound, describe_files
from docflow.office.incoming.step import IncomingStep
from docflow.office.ledger import check_actor, keep_answer
from docflow.office.repeats import find_repeatable
from docflow.ports import IncomingVerifier, UnitOfWork


def check_received_files(
    desk: Desk, incoming_id: str, *, actor: str, idempotency_key: str | None = None
) -> IncomingDocument:
    """Judge every signature on every file that came with a document, and keep what was found.

    What was found before stays on record. A signature that is broken now stops the registration of a document that
    has no số đến yet, until somebody says why it is taken nevertheless.

    Does not check: that a signer had authority to sign.

    Raises:
        UsageError: ``NOT_FOUND``, no such document, or its files are not here; ``WRONG_STATE``; ``FORBIDDEN``;
            ``BAD_ARGUMENT``, the office was opened without what judges signatures; ``IDEMPOTENCY_CONFLICT``.
        InputError: ``EVIDENCE_BROKEN``; the kept message was changed.
    Source: Nghị định 30/2020/NĐ-CP Điều 21 khoản 2a, Phụ lục VI Phần I mục II.8.
    """
    check_incoming_id(incoming_id)
    check_actor(actor)
    document = desk.store.find_incoming(incoming_id)
    if document is None:
        raise incoming_not_found(incoming_id)
    find_incoming(document.state, IncomingEvent.CHECK_FILES)
    verifier = _require_verifier(desk)
    attachments = list_attachments(desk, document)
    if not attachments:
        raise UsageError(
            ErrorCode.NOT_FOUND,
            f"the files that came with {incoming_id!r} are not here: it came by hand, or they were destroyed",
            vi="Không có tệp nào để kiểm tra: văn bản nhận trực tiếp, hoặc tệp đã bị hủy.",
        )
    at = desk.clock.now()
    format_time(at)  # refuses a clock without a time zone before anything is judged
    checks = verifier.check_files([(item.name, item.data) for item in attachments], at=at)
    step = IncomingStep(
        event=IncomingEvent.CHECK_FILES,
        incoming_id=incoming_id,
        actor=actor,
        at=at,
        files=describe_files(attachments, checks),
    )
    return desk.store.transact(lambda unit: _keep(unit, desk, step, key=idempotency_key))


def _keep(unit: UnitOfWork, desk: Desk, step: IncomingStep, *, key: str | None) -> IncomingDocument:
    before = unit.find_incoming(step.incoming_id)
    if before is None:
        raise incoming_not_found(step.incoming_id)
    asked: dict[str, Json] = {"event": step.event.value, "incoming_id": step.incoming_id, "actor": step.actor}
    if key is None:
        asked["found"] = _digest(step.files)
    name = f"{desk.agency.code}/{step.event.value}/{step.incoming_id}"
    request = find_repeatable(unit, name, asked, acts=before.act_count, key=key)
    if request is None:
        return before
    keep_answer(unit, request, {"incoming_id": step.incoming_id, "event": step.event.value})
    return perform_incoming(unit, desk, step)


def _digest(files: Sequence[FileFound]) -> str:
    """Return the SHA-256 of what was found; what a service said in its own words is left out."""
    found: list[Json] = [
        [
            file.position,
            file.sha256,
            file.check.verdict.value,
            list(file.check.reasons),
            [[one.verdict.value, list(one.reasons), _text(one.signed_at)] for one in file.check.signatures],
        ]
        for file in files
    ]
    return hashlib.sha256(encode_canonical(found)).hexdigest()


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else format_time(moment)


def _require_verifier(desk: Desk) -> IncomingVerifier:
    verifier = require_post(desk).documents
    if verifier is None:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            "this office was opened without what judges signatures on received files",
            vi="Chưa cấu hình chứng thư tin cậy để kiểm tra chữ ký số trên văn bản đến.",
            way_out="open it with Post(documents=…); on the command line put post.json with trust into its folder",
        )
    return verifier
