"""What the documents of a file say in the decree's fields, for its export.

Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần II.
"""

from __future__ import annotations

from collections.abc import Sequence

from docflow.model import (
    LAW_TIME_ZONE,
    ContentsLine,
    Direction,
    IncomingAct,
    IncomingTask,
)
from docflow.model.metadata import FieldValue, describe_incoming, list_fields
from docflow.office.desk import Desk


def describe_lines(desk: Desk, lines: Sequence[ContentsLine]) -> tuple[dict[str, FieldValue], ...]:
    """Return what the document of each line says in the decree's fields; nothing of one that is lost."""
    return tuple(_describe(desk, line) for line in lines)


def _describe(desk: Desk, line: ContentsLine) -> dict[str, FieldValue]:
    if line.direction is Direction.OUTGOING:
        document = desk.store.find_document(line.document_id)
        return {} if document is None else list_fields(document, agency=desk.agency)
    incoming = desk.store.find_incoming(line.document_id)
    if incoming is None:
        return {}
    tasks = desk.store.list_records(IncomingTask, incoming_id=incoming.id)
    receivers = [incoming.assignee or "", *(task.name for task in tasks if task.withdrawn_at is None)]
    acts = desk.store.list_records(IncomingAct, incoming_id=incoming.id)
    return describe_incoming(
        incoming,
        receivers=[name for name in dict.fromkeys(receivers) if name],
        trace=[_say(act) for act in acts],
    )


def _say(act: IncomingAct) -> str:
    when = act.at.astimezone(LAW_TIME_ZONE)
    what = f"{when:%d/%m/%Y %H:%M} {act.event.vi} ({act.actor})"
    return f"{what}: {act.text}" if act.text else what
