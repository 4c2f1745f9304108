"""What a step of an incoming document writes; each effect of the table is one function here.

Invariants:
    - An effect gets the document before it and returns the document after it; other rows go through the unit of work.
    - Every :class:`~docflow.model.IncomingEffect` has its function.

What it does not do: it checks nothing (:mod:`docflow.office.incoming.guards`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from msgspec.structs import replace

from docflow.errors import ErrorCode, InputError
from docflow.model import (
    Assignment,
    Direction,
    IncomingDocument,
    IncomingEffect,
    IncomingTask,
    Pause,
    TaskRole,
    Urgency,
    end_of_day,
    fold_issuer,
    fold_symbol,
    law_date,
    shift_due,
)
from docflow.office.incoming.parts import find_own_dues, find_whole_due
from docflow.office.incoming.received import judge_whole
from docflow.office.incoming.step import IncomingWork
from docflow.office.keeping import is_content_needed
from docflow.ports import Erasure


def _record_arrival(work: IncomingWork, document: IncomingDocument) -> IncomingDocument:
    keyed = replace(document, issuer_key=fold_issuer(document.sender_name), symbol_key=fold_symbol(document.symbol))
    return replace(keyed, duplicate_of=work.unit.find_lookalike(keyed))


def _record_check(work: IncomingWork, document: IncomingDocument) -> IncomingDocument:
    return replace(document, checked_at=work.step.at, note=work.step.reason or document.note)


def _record_file_checks(work: IncomingWork, document: IncomingDocument) -> IncomingDocument:
    """Say what the files say of the document; what was found in each is kept with the act."""
    return judge_whole(document, work.step.files) if work.step.files else document


def _take_number(work: IncomingWork, document: IncomingDocument) -> IncomingDocument:
    if work.counter is None:
        raise InputError(ErrorCode.EVIDENCE_BROKEN, "no register to number in", vi="Thiếu sổ đăng ký văn bản đến.")
    key = work.counter.key
    number = work.counter.last_number + 1
    return replace(document, register=key.register, year=key.year, number=number, registered_at=work.step.at)


def _record_reason(work: IncomingWork, document: IncomingDocument) -> IncomingDocument:
    return replace(document, note=work.step.reason)


def _record_submission(work: IncomingWork, document: IncomingDocument) -> IncomingDocument:
    return replace(document, submitted_to=work.step.receiver, submitted_at=work.step.at)


def _record_assignment(work: IncomingWork, document: IncomingDocument) -> IncomingDocument:
    step = work.step
    assignment = step.assignment or Assignment(lead="")
    due_at = find_whole_due(work, document, assignment.deadline)
    _give_tasks(work, document, assignment, due_at=due_at)
    return replace(
        document,
        assignee=assignment.lead,
        due_at=due_at,
        deadline=law_date(due_at) if due_at else None,
        assigned_at=step.at,
        note=step.reason or document.note,
    )


def _give_tasks(
    work: IncomingWork, document: IncomingDocument, assignment: Assignment, *, due_at: datetime | None
) -> None:
    """Withdraw what was given before, and give anew: the trail keeps both."""
    step = work.step
    before = _withdraw(work, document)
    own = find_own_dues(document, before, named=assignment.cooperating_deadlines, due_at=due_at)
    parts = [(TaskRole.LEAD, assignment.lead)]
    parts += [(TaskRole.COOPERATE, name) for name in assignment.cooperating]
    parts += [(TaskRole.INFORM, name) for name in assignment.informed]
    for position, (role, name) in enumerate(parts, start=len(before)):
        due = own.get(name, due_at) if role is TaskRole.COOPERATE else due_at
        work.unit.add_record(
            IncomingTask(
                agency=document.agency,
                incoming_id=document.id,
                position=position,
                role=role,
                name=name,
                due_at=None if role is TaskRole.INFORM else due,
                given_at=step.at,
                given_by=step.actor,
            )
        )


def _withdraw_tasks(work: IncomingWork, document: IncomingDocument) -> IncomingDocument:
    """Whoever had it has nothing to do with it any more: it has left."""
    _withdraw(work, document)
    return document


def _withdraw(work: IncomingWork, document: IncomingDocument) -> Sequence[IncomingTask]:
    """Withdraw every task that is not withdrawn; returns all that were ever given."""
    tasks = work.unit.list_records(IncomingTask, incoming_id=document.id)
    for task in tasks:
        if task.withdrawn_at is None:
            work.unit.change_record(replace(task, withdrawn_at=work.step.at))
    return tasks


def _stop_clock(work: IncomingWork, document: IncomingDocument) -> IncomingDocument:
    return replace(document, paused_at=work.step.at, note=work.step.reason)


def _start_clock(work: IncomingWork, document: IncomingDocument) -> IncomingDocument:
    began = document.paused_at or work.step.at
    pause = Pause(began_at=began, ended_at=work.step.at, reason=document.note)
    is_by_clock = document.urgency is not Urgency.THUONG
    shift = partial(shift_due, pauses=[pause], calendar=work.calendar, at=work.step.at, is_by_clock=is_by_clock)
    due_at = shift(document.due_at)
    # It stood for everybody who has it, also for who has a deadline of his own.
    for task in _running_tasks(work, document):
        work.unit.change_record(replace(task, due_at=shift(task.due_at)))
    return replace(
        document,
        due_at=due_at,
        deadline=law_date(due_at) if due_at else None,
        paused_at=None,
        note=work.step.reason or document.note,
    )


def _move_deadline(work: IncomingWork, document: IncomingDocument) -> IncomingDocument:
    """Move it for everybody who was due with it; who has a deadline of his own keeps that."""
    deadline = work.step.deadline
    due_at = end_of_day(deadline) if deadline else document.due_at
    for task in _running_tasks(work, document):
        if task.due_at == document.due_at:
            work.unit.change_record(replace(task, due_at=due_at))
    return replace(document, deadline=deadline, due_at=due_at, note=work.step.reason)


def _running_tasks(work: IncomingWork, document: IncomingDocument) -> Sequence[IncomingTask]:
    """Return what was given to somebody to do and was not withdrawn."""
    tasks = work.unit.list_records(IncomingTask, incoming_id=document.id)
    return [task for task in tasks if task.withdrawn_at is None and task.role is not TaskRole.INFORM]


def _record_answer(work: IncomingWork, document: IncomingDocument) -> IncomingDocument:
    return replace(document, answered_by=work.step.answer)


def _undo_answer(work: IncomingWork, document: IncomingDocument) -> IncomingDocument:
    """What was answered is handled again, with the deadline that it had."""
    return replace(document, answered_by=None, completed_at=None, note=work.step.reason)


def _remove_answer(work: IncomingWork, document: IncomingDocument) -> IncomingDocument:
    """What was completed before it was answered stays so: it was done without the answer."""
    return replace(document, answered_by=None, note=work.step.reason)


def _record_completion(work: IncomingWork, document: IncomingDocument) -> IncomingDocument:
    return replace(document, note=work.step.reason, completed_at=work.step.at)


def _record_forwarding(work: IncomingWork, document: IncomingDocument) -> IncomingDocument:
    return replace(document, forwarded_to=work.step.receiver, note=work.step.reason, completed_at=work.step.at)


def _record_replacement(work: IncomingWork, document: IncomingDocument) -> IncomingDocument:
    return replace(document, replaced_by=work.step.successor)


def _record_question(work: IncomingWork, document: IncomingDocument) -> IncomingDocument:
    return replace(document, take_back=work.step.reason or "–")


def _close_question(_work: IncomingWork, document: IncomingDocument) -> IncomingDocument:
    return replace(document, take_back=None)


def _erase_content(work: IncomingWork, document: IncomingDocument) -> IncomingDocument:
    """Destroy the files, keep the metadata of the take-back (NĐ 30/2020 Phụ lục VI Phần I mục III.8)."""
    for name in dict.fromkeys((document.message, document.pdf)):
        if name is not None and not is_content_needed(work.unit, name, besides={(Direction.INCOMING, document.id)}):
            work.unit.put_erasure(Erasure(sha256=name, incoming_id=document.id, erased_at=work.step.at))
    work.unit.forget_words(Direction.INCOMING, document.id)
    return document


INCOMING_EFFECTS: Mapping[IncomingEffect, Callable[[IncomingWork, IncomingDocument], IncomingDocument]] = {
    IncomingEffect.RECORD_ARRIVAL: _record_arrival,
    IncomingEffect.RECORD_CHECK: _record_check,
    IncomingEffect.RECORD_FILE_CHECKS: _record_file_checks,
    IncomingEffect.TAKE_ARRIVAL_NUMBER: _take_number,
    IncomingEffect.RECORD_REASON: _record_reason,
    IncomingEffect.RECORD_SUBMISSION: _record_submission,
    IncomingEffect.RECORD_INSTRUCTION: _record_reason,
    IncomingEffect.RECORD_ASSIGNMENT: _record_assignment,
    IncomingEffect.RECORD_PROGRESS: _record_reason,
    IncomingEffect.STOP_CLOCK: _stop_clock,
    IncomingEffect.START_CLOCK: _start_clock,
    IncomingEffect.MOVE_DEADLINE: _move_deadline,
    IncomingEffect.RECORD_ANSWER: _record_answer,
    IncomingEffect.UNDO_ANSWER: _undo_answer,
    IncomingEffect.REMOVE_ANSWER: _remove_answer,
    IncomingEffect.RECORD_COMPLETION: _record_completion,
    IncomingEffect.RECORD_FORWARDING: _record_forwarding,
    IncomingEffect.WITHDRAW_TASKS: _withdraw_tasks,
    IncomingEffect.RECORD_REPLACEMENT: _record_replacement,
    IncomingEffect.RECORD_QUESTION: _record_question,
    IncomingEffect.CLOSE_QUESTION: _close_question,
    IncomingEffect.ERASE_CONTENT: _erase_content,
}
"""Effect by name."""
