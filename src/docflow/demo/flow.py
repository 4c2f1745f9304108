"""One document from draft to sealed file, driven by the state it is in: killed anywhere, it goes on where it stood.

Source: docs/reference/states.md; TT 01/2019/TT-BNV Điều 11.1.
"""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import vnsign
from docflow import signing
from docflow.demo.authority import AgencyKeys
from docflow.demo.documents import DemoDocument
from docflow.demo.places import Places, write_whole
from docflow.errors import ErrorCode, UsageError
from docflow.model import Document, DocumentState
from docflow.printing import compose_document
from docflow.wiring import Office, Receipt

REGISTRY = "Văn thư cơ quan"


@dataclass(slots=True)
class Stopwatch:
    """Adds up how long each kind of step took, in seconds, and how often it was done."""

    seconds: dict[str, float] = field(default_factory=dict)
    times: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def measure(self, step: str) -> Iterator[None]:
        """Count one step."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[step] = self.seconds.get(step, 0.0) + time.perf_counter() - start
            self.times[step] = self.times.get(step, 0) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything one agency's documents need on their way.

    Attributes:
        signature_image: PNG of the leader's hand.
        seal_image: PNG of the agency's seal in its real size.
        tsa: URL of the time-stamping service.
    """

    office: Office
    keys: AgencyKeys
    signature_image: bytes
    seal_image: bytes
    trust: vnsign.TrustStore
    tsa: str
    places: Places
    watch: Stopwatch


def issue_document(desk: Desk, item: DemoDocument) -> Path:
    """Bring a document to its sealed file, from wherever it stands, and return the file.

    Raises:
        DocflowError, VnsignError: The first step that was refused.
    """
    while True:
        document = _find(desk, item.id)
        match document.state if document is not None else None:
            case None:
                _draft(desk, item)
            case DocumentState.DRAFTED:
                desk.office.approve(item.id, actor=item.draft.signer_name)
            case DocumentState.APPROVED:
                _sign(desk, item)
            case DocumentState.LEADER_SIGNED:
                with desk.watch.measure("number, row, leaf, outbox: one transaction"):
                    desk.office.issue(item.id, actor=REGISTRY)
            case DocumentState.NUMBERED:
                _seal(desk, item)
            case DocumentState.SEALED:
                return _export(desk, desk.office.document(item.id))
            case other:
                raise UsageError(
                    ErrorCode.WRONG_STATE,
                    f"document {item.id} was {other.value} by hand",
                    vi=f"Văn bản {item.id} ở trạng thái “{other.vi}”.",
                    way_out="name another folder with --out",
                )


def _find(desk: Desk, document_id: str) -> Document | None:
    return next((d for d in desk.office.documents() if d.id == document_id), None)


def _draft(desk: Desk, item: DemoDocument) -> Receipt:
    with desk.watch.measure("compose and prepare"):
        composed = compose_document(item.document, fonts=signing.bundled_fonts())
        prepared = signing.prepare_for_signing(composed)
        return desk.office.draft(item.draft, actor=item.drafter, document_id=item.id, pdf=prepared)


def _sign(desk: Desk, item: DemoDocument) -> Receipt:
    prepared = desk.office.blob(desk.office.document(item.id).draft_pdf or "")
    with desk.watch.measure("leader signs (B-T)"):
        signed = signing.sign_as_leader(prepared, desk.keys.leader, image=desk.signature_image, tsa=desk.tsa)
    with desk.watch.measure("check and record the leader's signature"):
        return desk.office.leader_signed(item.id, signed, actor=item.draft.signer_name)


def _seal(desk: Desk, item: DemoDocument) -> Receipt:
    issued = desk.office.issue(item.id, actor=REGISTRY)
    signed = desk.office.blob(desk.office.document(item.id).leader_pdf or "")
    with desk.watch.measure("write number and date"):
        numbered = signing.write_number(signed, number=issued.symbol, place_and_date=issued.place_and_date)
    with desk.watch.measure("agency seals, evidence added (B-LT)"):
        sealed = signing.seal(numbered, desk.keys.seal, image=desk.seal_image, tsa=desk.tsa, trust=desk.trust)
    with desk.watch.measure("check and record the seal"):
        return desk.office.sealed(item.id, sealed, actor=REGISTRY)


def _export(desk: Desk, document: Document) -> Path:
    path = desk.places.signed / file_name(document)
    if not path.exists():
        write_whole(path, desk.office.blob(document.sealed_pdf or ""))
    return path


def file_name(document: Document) -> str:
    """Return a file name without diacritics, such as ``H99_2026_15_QD-UBND.pdf``.

    Source: local practice (QĐ 161/2025/QĐ-UBND Ninh Bình): no diacritics, at most 50 characters.
    """
    number = f"{document.number or 0:02d}"
    folded = unicodedata.normalize("NFD", (document.symbol or "").partition("/")[2].replace("Đ", "D").replace("đ", "d"))
    symbol = "".join(c for c in folded if c.isascii() and (c.isalnum() or c == "-"))
    return f"{document.agency}_{document.year}_{number}_{symbol}.pdf"
