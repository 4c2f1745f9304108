"""What a draft says, as plain values: for fingerprints, kept versions, the outbox, and its symbol."""

from __future__ import annotations

from collections.abc import Iterable

from docflow.audit import Json
from docflow.model import ADMINISTRATIVE, Addressee, Draft, build_symbol
from docflow.office.outgoing.step import Work
from docflow.office.registers.numbering import NumberPlace
from docflow.ports import OutboxRow, OutboxState


def describe_draft(draft: Draft) -> dict[str, Json]:
    """Return everything a draft says, as canonical JSON takes it."""
    said: dict[str, Json] = {
        "type": draft.type.value,
        "subject": draft.subject,
        "signer": [draft.signer_name, draft.signer_position],
        "addressees": describe_addressees(draft.addressees),
        "unit": draft.unit,
        "urgency": draft.urgency.value,
        "copies": draft.copies,
        "archive_receiver": draft.archive_receiver,
        "note": draft.note,
    }
    more: dict[str, Json] = {
        "competence": draft.competence.value if draft.competence else None,
        "due_date": draft.due_date.isoformat() if draft.due_date else None,
        "appointed_at": draft.appointed_at.isoformat() if draft.appointed_at else None,
        "language": draft.language if draft.language != "Tiếng Việt" else None,
        "page_count": draft.page_count,
        "links": [[link.kind.value, link.target] for link in draft.links] or None,
        "series": draft.series.text if draft.series != ADMINISTRATIVE else None,
    }
    # What is not said is left out: a draft of an earlier version of docflow keeps its fingerprint.
    return {**said, **{name: value for name, value in more.items() if value is not None}}


def print_symbol(work: Work, draft: Draft, place: NumberPlace) -> str:
    """Return the number and symbol that a draft gets at a place in its register."""
    return build_symbol(
        draft.type,
        place.number,
        agency=work.desk.agency,
        unit=draft.unit,
        year=place.counter.key.year,
        series=draft.series,
        suffix=place.suffix,
    )


def describe_addressees(addressees: Iterable[Addressee]) -> list[Json]:
    """Return addressees as pairs of code, or None, and name."""
    return [[item.code.text if item.code else None, item.name] for item in addressees]


def outbox_rows(
    document_id: str, addressees: Iterable[Addressee], *, first: int, state: OutboxState
) -> list[OutboxRow]:
    """Return the outbox rows of addressees, counted from ``first``."""
    return [
        OutboxRow(
            document_id=document_id,
            position=first + position,
            addressee_code=item.code.text if item.code else None,
            addressee_name=item.name,
            state=state,
        )
        for position, item in enumerate(addressees)
    ]
