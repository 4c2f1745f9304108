"""What an office works with, and the first leaf of its log.

What it does not do: it lets nobody vouch for the log (:mod:`docflow.office.vouching`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from docflow.audit import VerifierKey
from docflow.errors import ErrorCode, UsageError
from docflow.exchange import ResendPolicy
from docflow.model import Agency, Directory, OfficeTerms, Staff, WorkingCalendar
from docflow.office.ledger import record_event
from docflow.ports import (
    BlobStore,
    Clock,
    IncomingVerifier,
    PeerVerifier,
    Randomness,
    Rights,
    StatementSigner,
    Store,
    UnitOfWork,
    Verifier,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What an office needs to deal with other agencies.

    Attributes:
        signer: The agency's service key; never the seal key (Nghị định 30/2020/NĐ-CP Điều 32 khoản 2).
        peers: Knows which service keys are whose.
        documents: Judges the signatures on received PDFs; without one the rows say ``not_checked``.
        policy: When to send again, when to give up.
    """

    signer: StatementSigner
    peers: PeerVerifier
    documents: IncomingVerifier | None = None
    policy: ResendPolicy = field(default_factory=ResendPolicy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything an office works with.

    Attributes:
        rights: Says who may do what; None: the roles recorded here (:mod:`docflow.office.rights`).
        staff: Posts and delegations, held against whoever signs; None: nobody is asked.
        directory: Codes with their successors; None: every code is taken as it stands.
    """

    agency: Agency
    store: Store
    blobs: BlobStore
    clock: Clock
    randomness: Randomness
    vkey: VerifierKey
    calendar: WorkingCalendar
    terms: OfficeTerms = field(default_factory=OfficeTerms)
    verifier: Verifier | None = None
    post: Post | None = None
    rights: Rights | None = None
    staff: Staff | None = None
    directory: Directory | None = None


def register_agency(desk: Desk) -> None:
    """Record the agency and the public key of its log as the first leaf; again: nothing.

    Raises:
        UsageError: ``BAD_ARGUMENT``; it was recorded with another name, abbreviation, place or series.
    """
    code = desk.agency.code.text

    def register(unit: UnitOfWork) -> None:
        recorded = unit.find_agency()
        if recorded is not None:
            if recorded != desk.agency:
                raise _other_particulars(recorded, desk.agency)
            return
        unit.add_agency(desk.agency, vkey=str(desk.vkey))
        record_event(
            unit,
            "agency_registered",
            time=desk.clock.now(),
            actor="docflow",
            agency=code,
            subject=code,
            randomness=desk.randomness,
        )

    if desk.store.find_recorded() != desk.agency:
        desk.store.transact(register)


def _other_particulars(recorded: Agency, given: Agency) -> UsageError:
    """Name what differs, as it is recorded."""
    names = {"name": "tên", "abbreviation": "chữ viết tắt", "place": "địa danh", "series": "cách đánh số"}
    here, there = asdict(recorded), asdict(given)
    differing = [name for name in names if here[name] != there[name]]
    said = ", ".join(f"{name} {str(here[name])!r}" for name in differing)
    said_vi = ", ".join(f"{names[name]} {str(here[name])!r}" for name in differing)
    return UsageError(
        ErrorCode.BAD_ARGUMENT,
        f"agency {recorded.code} is recorded here with other particulars: {said}",
        vi=f"Cơ quan {recorded.code} đã ghi với thông tin khác: {said_vi}.",
        way_out="open the office with the recorded particulars",
    )
