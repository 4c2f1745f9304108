"""What a report counts, one fact a document or act, joined from rows as the tables or the log hold them.

Invariants:
    - The same rows give the same facts, whether the tables or the leaves of the log said them.

What it does not do: it reads nothing and counts nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from docflow.errors import ErrorCode, InputError
from docflow.model import Channel, IncomingState, Punctuality, judge_punctuality, law_date
from docflow.office.ledger import ACTOR
from docflow.ports import CertificateHolder, EntryKind, OutboxState, ParcelKind, SignedThing

ReportRow = Mapping[str, object]
"""The columns of a row that :data:`REPORT_COLUMNS` names."""

REPORT_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "register_entry": ("kind", "document_id", "issued_on"),
    "document": ("id", "unit", "sealed_at"),
    "outbox": ("document_id", "addressee_code", "state", "sent_how"),
    "parcel": ("kind", "subject", "recipient", "sent_at"),
    "incoming_entry": ("incoming_id", "registered_on"),
    "incoming_document": ("id", "state", "channel", "assignee", "due_at", "completed_at"),
    "role_holding": ("person", "is_held"),
    "signer_certificate": ("thing", "subject", "sha256", "holder", "seen_at"),
}
"""Tables and columns that a report needs; all of them are evidence."""

_ELECTRONIC = "electronic"
_ASKED_BY_SENDER = "take_back_asked"
"""The one event whose actor is another agency: docflow.model.incoming_table."""
ACCESSED = "accessed"
"""The event of accesses reported: its actor is who reports them (:mod:`docflow.office.accesses`)."""
_NOT_HANDLED = frozenset({IncomingState.REFUSED, IncomingState.TAKEN_BACK, IncomingState.FORWARDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingFact:
    """A numbered outgoing document.

    Attributes:
        is_interconnected: It left over the exchange to at least one agency.
        is_electronic: It is sealed, and left to every addressee but this agency electronically.
    """

    on: date
    unit: str
    is_interconnected: bool
    is_electronic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingFact:
    """A registered incoming document; ``punctuality`` is None for one that is not this agency's to handle."""

    on: date
    unit: str
    is_interconnected: bool
    punctuality: Punctuality | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActFact:
    """Somebody did something on a day."""

    on: date
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFact:
    """A certificate stood behind a signature of this agency, its own or one of its people's.

    Attributes:
        unit: The unit that drafted what was signed; empty for copies.
    """

    on: date
    unit: str
    sha256: str
    is_personal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFacts:
    """Everything that a report counts.

    Attributes:
        accounts: None if the office never recorded who holds a role.
        certificates: None if no verifier ever told whose signature passed.
    """

    outgoing: tuple[OutgoingFact, ...]
    incoming: tuple[IncomingFact, ...]
    acts: tuple[ActFact, ...]
    accounts: int | None
    certificates: tuple[CertificateFact, ...] | None


def is_account(actor: str, *, event: str) -> bool:
    """Return whether somebody of the office did this: no machine, front end, or sender who asks a document back."""
    return actor != ACTOR and event not in {_ASKED_BY_SENDER, ACCESSED}


def gather_facts(
    rows: Mapping[str, Iterable[ReportRow]], *, acts: Iterable[ActFact], at: datetime, own: str
) -> ReportFacts:
    """Return the facts of rows, by table.

    Args:
        at: When what is not done is judged.
        own: The agency's code; what it addresses to itself goes nowhere.

    Raises:
        InputError: ``EVIDENCE_BROKEN``; a row holds what docflow never writes.
    """
    try:
        return ReportFacts(
            outgoing=tuple(_outgoing(rows, own=own)),
            incoming=tuple(_incoming(rows, at=at)),
            acts=tuple(acts),
            accounts=_accounts(rows["role_holding"]),
            certificates=_certificates(rows["signer_certificate"], documents=rows["document"]),
        )
    except (ValueError, KeyError, TypeError) as exc:
        raise InputError(
            ErrorCode.EVIDENCE_BROKEN,
            f"a row holds what docflow never writes: {exc}",
            vi="Dữ liệu đã bị sửa, không lập được báo cáo.",
            way_out="run docflow audit verify",
        ) from exc


def _outgoing(rows: Mapping[str, Iterable[ReportRow]], *, own: str) -> Iterable[OutgoingFact]:
    documents = {row["id"]: row for row in rows["document"]}
    handed = {
        (row["subject"], row["recipient"])
        for row in rows["parcel"]
        if row["kind"] == ParcelKind.DOCUMENT and row["sent_at"]
    }
    exchanged = {subject for subject, _ in handed}
    electronic: dict[object, bool] = {}
    for row in rows["outbox"]:
        if row["state"] != OutboxState.CANCELLED and row["addressee_code"] != own:
            name = row["document_id"]
            # What was packed and never handed over has not left, whatever an earlier docflow wrote of it.
            is_so = row["sent_how"] == _ELECTRONIC and (name, row["addressee_code"]) in handed
            electronic[name] = electronic.get(name, True) and is_so
    for row in rows["register_entry"]:
        if row["kind"] == EntryKind.DOCUMENT:
            document = documents[row["document_id"]]
            yield OutgoingFact(
                on=date.fromisoformat(str(row["issued_on"])),
                unit=str(document["unit"] or ""),
                is_interconnected=document["id"] in exchanged,
                is_electronic=bool(document["sealed_at"]) and electronic.get(document["id"], False),
            )


def _incoming(rows: Mapping[str, Iterable[ReportRow]], *, at: datetime) -> Iterable[IncomingFact]:
    documents = {row["id"]: row for row in rows["incoming_document"]}
    for row in rows["incoming_entry"]:
        document = documents[row["incoming_id"]]
        yield IncomingFact(
            on=date.fromisoformat(str(row["registered_on"])),
            unit=str(document["assignee"] or ""),
            is_interconnected=document["channel"] == Channel.EXCHANGE,
            punctuality=_judge(document, at=at),
        )


def _judge(document: ReportRow, *, at: datetime) -> Punctuality | None:
    state = IncomingState(str(document["state"]))
    if state in _NOT_HANDLED:
        return None
    return judge_punctuality(
        _time(document["due_at"]),
        done_at=_time(document["completed_at"]),
        at=at,
        is_paused=state is IncomingState.PAUSED,
    )


def _accounts(rows: Iterable[ReportRow]) -> int | None:
    recorded = list(rows)
    return len({row["person"] for row in recorded if row["is_held"]}) if recorded else None


def _certificates(rows: Iterable[ReportRow], *, documents: Iterable[ReportRow]) -> tuple[CertificateFact, ...] | None:
    """Return the agency's own; those on documents of others are not in use here."""
    units = {row["id"]: str(row["unit"] or "") for row in documents}
    own = tuple(
        CertificateFact(
            on=law_date(datetime.fromisoformat(str(row["seen_at"]))),
            unit=units[row["subject"]] if row["thing"] == SignedThing.DOCUMENT else "",
            sha256=str(row["sha256"]),
            is_personal=row["holder"] == CertificateHolder.PERSON,
        )
        for row in rows
        if row["thing"] != SignedThing.INCOMING
    )
    return own or None


def _time(text: object) -> datetime | None:
    return None if text is None else datetime.fromisoformat(str(text))
