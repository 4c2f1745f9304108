"""A replacement (3) takes effect where the replaced document is: it is marked, and its trail says by what.

Invariants:
    - Only the sender of a document replaces it, also under a code that it took over.
    - A replacement that comes before what it replaces is remembered, and takes effect when that comes.

What it does not do: it ends no work; whoever handles the replaced document sees it and decides.

Source: Nghị định 30/2020/NĐ-CP Điều 18 khoản 3; QCVN 102:2016/BTTTT (3, ReplacementInfoList); docs/adr/0068.
"""

from __future__ import annotations

from docflow.edxml import NewDocument, ReplacementInfo
from docflow.model import IncomingDocument, IncomingEvent, IncomingReplacement, name_incoming
from docflow.office.desk import Desk
from docflow.office.exchanging.noticing import perform_if_held
from docflow.office.exchanging.recording import Arrived, log
from docflow.office.exchanging.successors import names_of
from docflow.office.incoming.step import IncomingStep
from docflow.ports import UnitOfWork


def replace_older(
    unit: UnitOfWork, desk: Desk, document: IncomingDocument, *, message: NewDocument, arrived: Arrived
) -> None:
    """Mark what an arrived document replaces, and the document itself if its replacement is here already."""
    said = [
        IncomingReplacement(
            agency=document.agency,
            replaced=_find_name(unit, desk, info, sender=document.sender),
            incoming_id=document.id,
            said_at=arrived.at,
        )
        for info in message.business.replacements
        if _is_for_us(desk, info) and info.document_id != document.document_id
    ]
    for one in {item.replaced: item for item in said}.values():
        unit.add_record(one)
        if unit.find_incoming(one.replaced) is None or not _mark(unit, desk, one, arrived=arrived):
            log(unit, desk, "replacement_noted", arrived=arrived, subject=document.id)
    for one in unit.list_records(IncomingReplacement, replaced=document.id):
        _mark(unit, desk, one, arrived=arrived)


def _find_name(unit: UnitOfWork, desk: Desk, info: ReplacementInfo, *, sender: str) -> str:
    """Return the name here of a document, which may have come from the sender under another of its codes."""
    own = name_incoming(sender, info.document_id)
    names = (own, *(name_incoming(code, info.document_id) for code in sorted(names_of(desk, sender))))
    return next((name for name in names if unit.find_incoming(name) is not None), own)


def _is_for_us(desk: Desk, info: ReplacementInfo) -> bool:
    """Without a list it is said to everybody who has the document."""
    return not info.organ_ids or not names_of(desk, desk.agency.code.text).isdisjoint(info.organ_ids)


def _mark(unit: UnitOfWork, desk: Desk, said: IncomingReplacement, *, arrived: Arrived) -> bool:
    successor = unit.find_incoming(said.incoming_id)
    step = IncomingStep(
        event=IncomingEvent.REPLACE,
        incoming_id=said.replaced,
        actor=arrived.sender or "",
        at=arrived.at,
        reason=f"Được thay thế bởi văn bản {successor.symbol}" if successor else "",
        successor=said.incoming_id,
    )
    return perform_if_held(unit, desk, step)
