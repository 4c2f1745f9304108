"""The life of an incoming document: ONE table, as :data:`docflow.model.OUTGOING` is for outgoing ones.

Invariants:
    - An event not in the table for a state is refused with ``WRONG_STATE``; there is no other way between states.
    - For one state and one event there is one row; ``receipt`` says what an electronic sender hears.

The rows stand by phase: how a document comes in (:mod:`docflow.model.incoming_table_arrival`), how it is handled
(:mod:`docflow.model.incoming_table_handling`), what its sender does about it
(:mod:`docflow.model.incoming_table_sender`).

What it does not do: guards and effects are named here and carried out in :mod:`docflow.office.incoming`.

Source: Nghị định 30/2020/NĐ-CP Điều 18, 20–24; Quyết định 28/2018/QĐ-TTg Điều 5, 9, 10; Thông tư 01/2019/TT-BNV
Điều 5, 6; QCVN 102:2016/BTTTT.
"""

from __future__ import annotations

from docflow.model.incoming_states import IncomingEvent, IncomingState, IncomingTransition
from docflow.model.incoming_table_arrival import ARRIVAL
from docflow.model.incoming_table_handling import HANDLING
from docflow.model.incoming_table_sender import SENDER
from docflow.model.lifecycles import draw_life, refuse_step

INCOMING: tuple[IncomingTransition, ...] = (*ARRIVAL, *HANDLING, *SENDER)
"""Every transition of an incoming document."""


def find_incoming(state: IncomingState | None, event: IncomingEvent) -> IncomingTransition:
    """Return the one row for an event in a state; None is the state before the arrival.

    Raises:
        UsageError: ``WRONG_STATE``; the table has no such row.
    """
    for transition in INCOMING:
        if transition.source is state and transition.event is event:
            return transition
    raise refuse_step(event, state, what="an incoming document", vi="văn bản đến", page="incoming-states.md")


def draw_incoming_states() -> str:
    """Return the table and its diagram as a Markdown page (docs/reference/incoming-states.md)."""
    receipts = [f"`{row.receipt}`" if row.receipt else "–" for row in INCOMING]
    return draw_life(
        INCOMING,
        title="The life of an incoming document",
        source="docflow.model.incoming_table.INCOMING",
        more="Receipts are described in\n[the specification of receipts](../spec/receipts.md).",
        extra={"receipt": receipts},
    )
