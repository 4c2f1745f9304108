"""An office to test with: a real store on disk, a clock that is set, seeded dice; no cryptography is replaced."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7

from docflow import (
    Addressee,
    Agency,
    CopyDirection,
    CopyForm,
    CopyRequest,
    DocumentType,
    Draft,
    Office,
    RegisterForm,
    RegisterKind,
    SourceKind,
    parse_agency_code,
    print_register,
)
from docflow.ports import Verifier
from docflow.wiring.clocks import CheckedClock

NOON = datetime(2026, 1, 5, 5, 0, tzinfo=UTC)
"""12:00 on 5 January 2026 in Hà Nội."""


@dataclass(slots=True)
class SetClock:
    """A clock that stands until it is set."""

    time: datetime = NOON

    def now(self) -> datetime:
        """Return the time that was set."""
        return self.time

    def advance(self, **delta: float) -> None:
        """Move on by a timedelta's arguments."""
        self.time += timedelta(**delta)


def clock_of(office: Office) -> SetClock:
    """Return the clock that an office was opened with."""
    checked = office._desk.clock
    assert isinstance(checked, CheckedClock)
    assert isinstance(checked.clock, SetClock)
    return checked.clock


@dataclass(slots=True)
class SeededRandomness:
    """Different bytes at every call, the same in every run."""

    seed: bytes = b"docflow"
    calls: int = field(default=0)

    def token(self, length: int) -> bytes:
        """Return the next bytes."""
        self.calls += 1
        return hashlib.shake_256(self.seed + self.calls.to_bytes(8, "big")).digest(length)


def make_agency(code: str = "H99") -> Agency:
    """Return an invented agency."""
    return Agency(
        code=parse_agency_code(code), name="Ủy ban nhân dân tỉnh An Bình", abbreviation="UBND", place="An Bình"
    )


def make_draft(
    subject: str = "về việc ban hành Quy chế làm việc", *, kind: DocumentType = DocumentType.QUYET_DINH
) -> Draft:
    """Return a draft with an electronic and a paper addressee."""
    return Draft(
        type=kind,
        subject=subject,
        signer_name="Nguyễn Văn An",
        signer_position="Chủ tịch",
        addressees=(
            Addressee(name="Sở Khoa học và Công nghệ", code=parse_agency_code("H99.12")),
            Addressee(name="Các hộ dân thôn Đông"),
        ),
        unit="VP",
    )


def make_copy_request(
    *,
    form: CopyForm = CopyForm.SAO_Y,
    direction: CopyDirection = CopyDirection.ELECTRONIC_TO_PAPER,
    source: str | None = "sealed-1",
    kind: SourceKind | None = None,
) -> CopyRequest:
    """Return a copy to be made; without a source, of paper that stands in no register here."""
    from_paper = direction in {CopyDirection.PAPER_TO_PAPER, CopyDirection.PAPER_TO_ELECTRONIC}
    return CopyRequest(
        form=form,
        direction=direction,
        source_kind=kind or (SourceKind.BAN_CHINH if from_paper else SourceKind.BAN_GOC),
        source=source,
        source_symbol="" if source else "07/QĐ-BNV",
        source_issuer="" if source else "Bộ Nội vụ",
        subject="về việc ban hành Quy chế làm việc",
        signer_name="Phạm Văn Dũng",
        signer_position="Chánh Văn phòng",
        receivers="Các phòng",
    )


def open_office(directory: Path, *, clock: SetClock | None = None, verifier: Verifier | None = None) -> Office:
    """Open an office whose dice depend on the folder's name alone."""
    return Office.open(
        directory,
        agency=make_agency(),
        clock=clock or SetClock(),
        randomness=SeededRandomness(directory.name.encode()),
        verifier=verifier,
    )


def sign_statement(statement: bytes, *, is_detached: bool = True) -> bytes:
    """Return a CMS over a statement, by a new key with a certificate that nobody else issued."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name.from_rfc4514_string("CN=Hệ thống")
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOON)
        .not_valid_after(NOON + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    options = [pkcs7.PKCS7Options.Binary, *[pkcs7.PKCS7Options.DetachedSignature] * is_detached]
    builder = pkcs7.PKCS7SignatureBuilder().set_data(statement).add_signer(certificate, key, hashes.SHA256())
    return builder.sign(serialization.Encoding.DER, options)


def sign_off(office: Office, document_id: str) -> None:
    """Bring a document to the state in which it may get its number."""
    office.draft(
        make_draft(), actor="Trần Thị Bình", document_id=document_id, pdf=b"%PDF draft " + document_id.encode()
    )
    office.approve(document_id, actor="Lê Văn Cường")
    office.leader_signed(document_id, leader_pdf(document_id), actor="Nguyễn Văn An")


def seal_off(office: Office, document_id: str) -> None:
    """Bring a document to its end."""
    sign_off(office, document_id)
    office.issue(document_id, actor="Văn thư")
    office.sealed(document_id, leader_pdf(document_id) + b" number seal", actor="Văn thư")


def leader_pdf(document_id: str) -> bytes:
    """Return what the leader is taken to have signed."""
    return b"%PDF signed " + document_id.encode()


def register_csv(office: Office, kind: RegisterKind = RegisterKind.OUTGOING, *, year: int = 2026) -> str:
    """Return a year's register as CSV."""
    return print_register(office.register(kind, year), RegisterForm.CSV).decode("utf-8-sig")
