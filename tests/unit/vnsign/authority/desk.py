"""A quick authority with a desk for agencies' requests: real keys, real requests, a clock that stands still."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from tests.unit.vnsign.authority.making import PASSPHRASE, StoppedClock
from vnsign.authority import Act, Application, Authority, AuthoritySettings, CertificateRecord, RequestRecord
from vnsign.pki.keys import KeyAlgorithm, PrivateKey, generate_private_key
from vnsign.pki.names import Subject
from vnsign.policy.lifecycle import RequestKind, RevocationCase
from vnsign.policy.profiles import CertificateProfile

AGENCY = "Văn phòng UBND tỉnh An Bình"
SUBJECT = Subject(
    common_name="Trần Thị Bình",
    organization="Ủy ban nhân dân tỉnh An Bình",
    units=("Sở Nội vụ", "Văn phòng"),
    locality="An Bình",
    email="binh.tt@anbinh.gov.vn",
)
CLERK, CHIEF = Act(by="Trần Thị Cúc", why="theo công văn"), Act(by="Lê Văn Cường", why="đủ điều kiện")


def csr_of(key: PrivateKey, subject: Subject | None = None) -> bytes:
    """Return a request for a certificate, DER; without a subject if none is given."""
    name = x509.Name([]) if subject is None else subject.to_name()
    builder = x509.CertificateSigningRequestBuilder().subject_name(name)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def new_authority(folder: Path, clock: StoppedClock, **settings: Any) -> Authority:  # noqa: ANN401 — any setting
    """Make an authority that opens quickly."""
    with pytest.MonkeyPatch.context() as patch:
        # The cost is kept with the keys: a low one here makes every opening quick.
        patch.setattr("vnsign.authority.opening.SCRYPT_COST", 16)
        return Authority.create(
            folder,
            name="Thử",
            organization="Sở Nội vụ",
            base_url="http://ca.example",
            passphrase=PASSPHRASE,
            clock=clock,
            settings=AuthoritySettings(**settings),
        )


@dataclass(slots=True)
class Desk:
    """Requests made and decided by two people."""

    authority: Authority
    clock: StoppedClock
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    def new(self, **changes: Any) -> Application:  # noqa: ANN401 — any field
        """Return an application for a new certificate with a key of its own."""
        subject = changes.get("subject", replace(SUBJECT, common_name=f"Trần Thị Bình {next(self.numbers)}"))
        given: dict[str, Any] = {
            "kind": RequestKind.NEW,
            "agency": AGENCY,
            "profile": CertificateProfile.OFFICIAL,
            "subject": subject,
            "csr": csr_of(generate_private_key(KeyAlgorithm.P256), subject),
        }
        return Application(**(given | changes))

    def about(
        self,
        record: CertificateRecord | int,
        kind: RequestKind,
        **changes: Any,  # noqa: ANN401 — any field
    ) -> Application:
        """Return an application about a certificate."""
        serial = record if isinstance(record, int) else record.certificate.serial_number
        if kind is RequestKind.CHANGE:
            changes = {"subject": replace(SUBJECT, organization="Sở Tài chính")} | changes
        if kind is RequestKind.REVOKE:
            changes = {"case": RevocationCase.MANAGER_REQUEST} | changes
        given: dict[str, Any] = {"kind": kind, "agency": AGENCY, "serial": serial}
        return Application(**(given | changes))

    def approved(self, application: Application) -> RequestRecord:
        """Have an application submitted and approved."""
        request = self.authority.request(application, act=CLERK)
        return self.authority.approve(request.id, act=CHIEF)

    def issued(self, application: Application | None = None) -> CertificateRecord:
        """Have an application submitted, approved and answered."""
        return self.authority.issue(self.approved(application or self.new()).id, act=CHIEF)

    def revoked(
        self, record: CertificateRecord, case: RevocationCase = RevocationCase.MANAGER_REQUEST
    ) -> CertificateRecord:
        """Have a certificate revoked on its agency's request."""
        request = self.approved(self.about(record, RequestKind.REVOKE, case=case))
        serial = record.certificate.serial_number
        return self.authority.revoke(serial, case=case, request_id=request.id, act=CHIEF)

    def found(self, record: CertificateRecord) -> CertificateRecord:
        """Return a certificate as it is on record now."""
        found = self.authority.find(record.certificate.serial_number)
        assert found is not None
        return found

    def check_journal(self) -> None:
        """The journal is whole and the record is what it says."""
        assert self.authority.verify_journal().findings == ()
