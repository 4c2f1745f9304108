"""Two agencies to test with: real stores, real Ed25519 service keys, a real folder between them.

The certificates are left out here, not the cryptography: tests/e2e/test_exchange_signed.py has both.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from docflow import (
    Addressee,
    Agency,
    Directory,
    DocumentType,
    Draft,
    FileCheck,
    FileDrop,
    FileVerdict,
    IncomingDocument,
    Link,
    Office,
    Post,
    Sealed,
    SignatureCheck,
    SignatureFound,
    SignatureVerdict,
    Urgency,
    parse_agency_code,
)
from docflow.ports import CertificateHolder, IncomingVerifier, SeenCertificate
from tests.office_kit import SeededRandomness, SetClock, leader_pdf

SENDER, RECEIVER = "H99", "H99.12"


def service_key(agency: str) -> Ed25519PrivateKey:
    """Return an agency's service key, the same in every process."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"service " + agency.encode()).digest())


@dataclass(frozen=True, slots=True)
class KeySigner:
    """A service key; ``as_agency`` chooses whose."""

    as_agency: str

    def sign(self, statement: bytes) -> bytes:
        """Return a real signature."""
        return service_key(self.as_agency).sign(statement)


@dataclass(slots=True)
class KeyPeers:
    """Verifies with the key of the agency; those in ``unreachable`` cannot be decided."""

    unreachable: set[str] = field(default_factory=set)

    def check(self, statement: bytes, signature: bytes, *, agency: str, at: datetime) -> SignatureCheck:
        """Judge for real."""
        del at
        if agency in self.unreachable:
            return SignatureCheck(verdict=SignatureVerdict.UNDECIDED, findings=("no list",))
        try:
            service_key(agency).public_key().verify(signature, statement)
        except InvalidSignature:
            return SignatureCheck(verdict=SignatureVerdict.FAILED, findings=("not his key",))
        return SignatureCheck(verdict=SignatureVerdict.PASSED)


@dataclass(slots=True)
class SetVerdicts:
    """A verifier of files whose verdicts are set, by name; the real one is in tests/e2e/test_received_files_signed.py.

    Attributes:
        usual: Of files that have no verdict of their own.
    """

    by_name: dict[str, FileVerdict] = field(default_factory=dict)
    usual: FileVerdict = FileVerdict.VALID

    def check_files(self, files: Sequence[tuple[str, bytes]], *, at: datetime) -> tuple[FileCheck, ...]:
        """Give the verdicts that are set."""
        del at
        return tuple(self._check(self.by_name.get(name, self.usual)) for name, _ in files)

    @staticmethod
    def _check(verdict: FileVerdict) -> FileCheck:
        reasons = () if verdict is FileVerdict.VALID else (f"set_to_{verdict.value}",)
        is_signed = verdict in {FileVerdict.VALID, FileVerdict.UNDECIDED, FileVerdict.FAILED}
        signature = SignatureFound(
            verdict=verdict,
            signer="Nguyễn Văn An",
            organization="UBND tỉnh An Bình",
            unit="Văn phòng",
            certificate=SeenCertificate(
                sha256=("ab" if verdict is FileVerdict.VALID else "cd") * 32,
                issuer="CN=A",
                serial="0a",
                holder=CertificateHolder.UNKNOWN,
                not_before=datetime(2025, 1, 1, tzinfo=UTC),
                not_after=datetime(2028, 1, 1, tzinfo=UTC),
            ),
            signed_at=datetime(2026, 1, 5, 2, 0, tzinfo=UTC),
            reasons=reasons,
        )
        return FileCheck(verdict=verdict, reasons=reasons, signatures=(signature,) if is_signed else ())


def make_named_agency(code: str) -> Agency:
    """Return an invented agency of that code."""
    return Agency(code=parse_agency_code(code), name=f"Cơ quan {code}", abbreviation="UBND", place="An Bình")


def open_exchanging(
    folder: Path,
    code: str,
    *,
    clock: SetClock,
    peers: KeyPeers | None = None,
    key_of: str | None = None,
    documents: IncomingVerifier | None = None,
    codes: Directory | None = None,
) -> Office:
    """Open an office that can exchange documents; ``key_of`` lets it sign with another's key."""
    post = Post(signer=KeySigner(key_of or code), peers=peers or KeyPeers(), documents=documents)
    return Office.open(
        folder / code,
        agency=make_named_agency(code),
        clock=clock,
        randomness=SeededRandomness(code.encode()),
        post=post,
        codes=codes,
    )


def seal_document(
    office: Office,
    document_id: str,
    *,
    to: tuple[str, ...] = (RECEIVER,),
    attached: tuple[bytes, str] | None = None,
    urgency: Urgency = Urgency.THUONG,
    links: tuple[Link, ...] = (),
) -> Sealed:
    """Bring a document to its end, ready to be sent once what is attached is sealed too."""
    draft = Draft(
        type=DocumentType.QUYET_DINH,
        subject=f"về việc {document_id}",
        signer_name="Nguyễn Văn An",
        signer_position="Chủ tịch",
        addressees=tuple(Addressee(name=f"Cơ quan {code}", code=parse_agency_code(code)) for code in to),
        urgency=urgency,
        links=links,
    )
    office.draft(draft, actor="A", document_id=document_id)
    if attached is not None:
        office.attach(document_id, attached[0], name=attached[1], actor="A")
    office.approve(document_id, actor="B")
    office.leader_signed(document_id, leader_pdf(document_id), actor="C")
    office.issue(document_id, actor="V")
    return office.sealed(document_id, leader_pdf(document_id) + b" seal", actor="V")


@dataclass(slots=True)
class TwoAgencies:
    """A sender, a receiver, the folder between them, one clock."""

    folder: Path
    clock: SetClock
    sender: Office
    receiver: Office
    drop: FileDrop

    def exchange(self, rounds: int = 4) -> None:
        """Let both send and collect until nothing moves."""
        for _ in range(rounds):
            for office in (self.sender, self.receiver):
                office.dispatch(self.drop)
                office.collect(self.drop)

    def arrived(self) -> IncomingDocument:
        """Return the receiver's only incoming document."""
        (document,) = self.receiver.incoming()
        return document

    def parcels_of(self, code: str, room: str = "new") -> list[Path]:
        """Return what lies in a room of an agency's folder."""
        place = self.folder / "drop" / code / room
        return sorted(place.iterdir()) if place.is_dir() else []

    def close(self) -> None:
        """Close both offices."""
        self.sender.close()
        self.receiver.close()


def open_two(folder: Path) -> TwoAgencies:
    """Open two agencies in a folder."""
    clock = SetClock()
    return TwoAgencies(
        folder=folder,
        clock=clock,
        sender=open_exchanging(folder, SENDER, clock=clock),
        receiver=open_exchanging(folder, RECEIVER, clock=clock),
        drop=FileDrop(folder / "drop"),
    )
