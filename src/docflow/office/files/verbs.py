"""The verbs of files: each a transaction of its own; the same request again changes nothing.

Invariants:
    - File, line, act and leaf are one transaction, or none of them is there.
    - What a file may do is in :data:`docflow.model.FILE` alone.

Source: docs/reference/file-states.md; Nghị định 30/2020/NĐ-CP Điều 28–31; Thông tư 01/2019/TT-BNV Điều 16, 20.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from docflow.audit import Json
from docflow.errors import ErrorCode, UsageError
from docflow.model import (
    AccessTarget,
    CaseFile,
    Direction,
    FileAct,
    FileEvent,
    FilePlan,
    FileState,
    check_line,
    check_prose,
    find_file_row,
    name_file,
)
from docflow.office.clocks import refuse_turned_back
from docflow.office.desk import Desk
from docflow.office.files.effects import FILE_EFFECTS
from docflow.office.files.guards import FILE_GUARDS
from docflow.office.files.step import FileMove, FileWork
from docflow.office.groups.freezing import TARGETS, refuse_frozen, refuse_frozen_contents
from docflow.office.keeping import erase_content
from docflow.office.ledger import Request, check_actor, find_answer, keep_answer, name_request, record_act
from docflow.office.repeats import find_repeatable
from docflow.office.rights import require_right
from docflow.ports import UnitOfWork

MAX_TEXT_CHARS = 4000
"""Longer reasons are refused."""
MAX_PARTY_CHARS = 200
"""Longer names of who takes or gives files are refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAsk:
    """What is asked of one file; see :class:`docflow.office.files.step.FileMove`."""

    event: FileEvent
    file_code: str
    actor: str
    text: str = ""
    document: tuple[Direction, str] | None = None
    receiver: str = ""
    idempotency_key: str | None = None


def plan_file(desk: Desk, plan: FilePlan, *, actor: str, idempotency_key: str | None = None) -> CaseFile:
    """Put a file into the year's list (danh mục hồ sơ).

    Does not check: that the head of the agency approved the list; see :func:`docflow.office.approve_file_list`.

    Raises:
        UsageError: ``ALREADY_EXISTS``; the notation is taken in this year. ``IDEMPOTENCY_CONFLICT``.
    Source: Nghị định 30/2020/NĐ-CP Điều 28, 29 khoản 2; Thông tư 01/2019/TT-BNV Điều 16 khoản 3.
    """
    check_actor(actor)
    code = name_file(desk.agency.code.text, plan)
    now = desk.clock.now()
    name = f"{desk.agency.code}/file/plan/{code}"
    request = name_request(name, _describe(plan), actor=actor, key=idempotency_key)
    move = FileMove(event=FileEvent.PLAN, file_code=code, actor=actor, at=now)
    planned = CaseFile(
        agency=desk.agency.code.text,
        code=code,
        state=FileState.PLANNED,
        year=plan.year,
        notation=plan.notation,
        title=plan.title,
        retention_years=plan.retention_years,
        creator=plan.creator,
        unit=plan.unit,
        rights=plan.rights,
        language=plan.language,
        description=plan.description,
        planned_at=now,
        planned_by=actor,
    )
    return desk.store.transact(lambda unit: _plan(unit, desk, move, request=request, planned=planned))


def _plan(unit: UnitOfWork, desk: Desk, move: FileMove, *, request: Request, planned: CaseFile) -> CaseFile:
    answered = find_answer(unit, request)
    there = unit.find_record(CaseFile, planned.code)
    if there is not None:
        if answered:
            return there
        raise UsageError(
            ErrorCode.ALREADY_EXISTS,
            f"the notation {planned.notation!r} is taken in {planned.year}",
            vi=f"Ký hiệu hồ sơ {planned.notation!r} đã dùng trong năm {planned.year}.",
        )
    keep_answer(unit, request, {"file_code": planned.code})
    return _perform(unit, desk, move, before=None, file=planned)


def act_on_file(desk: Desk, ask: FileAsk) -> CaseFile:
    """Carry out one verb in a transaction of its own.

    Raises:
        UsageError: ``FROZEN``, ``WRONG_STATE``, ``NOT_FOUND``, ``ALREADY_EXISTS``, ``BAD_ARGUMENT``,
            ``DATE_NOT_ALLOWED``, ``CLOCK_TURNED_BACK``, ``IDEMPOTENCY_CONFLICT``.
    """
    check_actor(ask.actor)
    check_prose(ask.text, limit=MAX_TEXT_CHARS, what="text", vi="Nội dung", is_optional=True)
    check_line(ask.receiver, limit=MAX_PARTY_CHARS, what="receiver", vi="Người nhận", is_optional=True)
    move = FileMove(
        event=ask.event,
        file_code=ask.file_code,
        actor=ask.actor,
        at=desk.clock.now(),
        text=ask.text,
        document=ask.document,
        receiver=ask.receiver,
    )
    file = desk.store.transact(lambda unit: _act(unit, desk, ask, move=move))
    if file.state is FileState.DESTROYED:
        erase_content(desk)
    return file


def _act(unit: UnitOfWork, desk: Desk, ask: FileAsk, *, move: FileMove) -> CaseFile:
    asked: dict[str, Json] = {
        "event": ask.event.value,
        "file_code": ask.file_code,
        "text": ask.text,
        "document": [ask.document[0].value, ask.document[1]] if ask.document else None,
        "receiver": ask.receiver,
        "actor": ask.actor,
    }
    name = f"{desk.agency.code}/file/{ask.event.value}/{ask.file_code}"
    before = find_file(unit.find_record(CaseFile, ask.file_code), ask.file_code)
    request = find_repeatable(unit, name, asked, acts=before.act_count, key=ask.idempotency_key)
    if request is None:
        return before
    keep_answer(unit, request, {"file_code": ask.file_code, "event": ask.event.value})
    return _perform(unit, desk, move, before=before, file=before)


def find_file(found: CaseFile | None, file_code: str) -> CaseFile:
    """Return the file found.

    Raises:
        UsageError: ``NOT_FOUND``.
    """
    if found is None:
        raise UsageError(
            ErrorCode.NOT_FOUND, f"no file {file_code[:120]!r} here", vi=f"Không có hồ sơ {file_code[:120]!r}."
        )
    return found


def _perform(unit: UnitOfWork, desk: Desk, move: FileMove, *, before: CaseFile | None, file: CaseFile) -> CaseFile:
    """(1) row of the table, actor, what is frozen; (2) clock; (3) guard; (4) effects; (5) file and act; (6) leaf."""
    transition = find_file_row(before.state if before else None, move.event)
    require_right(unit, desk, move.actor, role=transition.role, event=move.event.value, subject=move.file_code)
    _refuse_frozen(unit, move, before)
    refuse_turned_back(unit, desk.agency.code.text, move.at, last=file.acted_at)
    work = FileWork(unit=unit, move=move, terms=desk.terms)
    FILE_GUARDS[transition.guard](work, file)
    for effect in transition.effects:
        file = FILE_EFFECTS[effect](work, file)
    file = replace(file, state=transition.target, act_count=file.act_count + 1, acted_at=move.at)
    if before is None:
        unit.add_record(file)
    else:
        unit.change_record(file)
    act = FileAct(
        agency=file.agency,
        file_code=file.code,
        position=file.act_count - 1,
        event=move.event,
        at=move.at,
        actor=move.actor,
        text=move.text,
    )
    record_act(unit, act, transition.evidence, subject=file.code, randomness=desk.randomness)
    return file


def _refuse_frozen(unit: UnitOfWork, move: FileMove, before: CaseFile | None) -> None:
    """Of what is frozen no file changes, none takes it in or lets it go, and none is destroyed with it."""
    if before is not None:
        refuse_frozen(unit, AccessTarget.FILE, before.code)
    if move.document is not None:
        refuse_frozen(unit, TARGETS[move.document[0]], move.document[1])
    if move.event is FileEvent.CONFIRM_DESTRUCTION:
        refuse_frozen_contents(unit, move.file_code)


def _describe(plan: FilePlan) -> dict[str, Json]:
    return {
        "year": plan.year,
        "notation": plan.notation,
        "title": plan.title,
        "retention_years": plan.retention_years,
        "creator": plan.creator,
        "unit": plan.unit,
        "rights": plan.rights,
        "language": plan.language,
        "description": plan.description,
    }
