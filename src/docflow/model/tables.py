"""The state tables as data for front ends: the same rows the engine runs on.

What it does not do: it says what the tables allow, not whether a guard holds for one document.
"""

from __future__ import annotations

from docflow.model.dossier_states import DOSSIER
from docflow.model.file_states import FILE
from docflow.model.incoming_table import INCOMING
from docflow.model.lifecycles import LifeRow
from docflow.model.outgoing_states import OUTGOING
from docflow.model.rights import ROLES_FOR
from docflow.model.states import DocumentState, Role

TableRow = dict[str, str | list[str] | None]


def describe_state_tables() -> dict[str, list[TableRow]]:
    """Return every table: per row event, source (None: not there yet), target, guard, effects, evidence, who, clause.

    The values are those stored and logged; ``office_roles`` are the roles that may do it by default.
    """
    outgoing: list[TableRow] = [
        {**_describe(row), "event_vi": row.event.vi, "target_vi": row.target.vi} for row in OUTGOING
    ]
    incoming: list[TableRow] = [
        {**_describe(row), "receipt": row.receipt.value if row.receipt else None} for row in INCOMING
    ]
    return {
        "outgoing": outgoing,
        "incoming": incoming,
        "dossier": [_describe(row) for row in DOSSIER],
        "file": [_describe(row) for row in FILE],
    }


def _describe(row: LifeRow) -> TableRow:
    return {
        "event": row.event.value,
        "source": row.source.value if row.source else None,
        "target": row.target.value,
        "guard": row.guard.value,
        "effects": [effect.value for effect in row.effects],
        "evidence": row.evidence,
        "who": row.role.value,
        "who_vi": row.role.vi,
        "office_roles": _office_roles(row.role),
        "clause": row.clause,
    }


def next_events(state: DocumentState | None) -> tuple[str, ...]:
    """Return the events that the table has for a state of an outgoing document, in its order."""
    return tuple(row.event.value for row in OUTGOING if row.source is state)


def _office_roles(role: Role) -> list[str]:
    return sorted(item.value for item in ROLES_FOR.get(role, ()))
