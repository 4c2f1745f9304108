"""The demo's public-key infrastructure: one authority, its services on loopback, and everyone's keys on disk.

Invariant: every step may be killed and repeated; what is there is used, what is missing is made.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import vnsign
from docflow.demo.places import Places, write_whole

ORGANIZATION = "CƠ QUAN CHỨNG THỰC SỐ THỬ NGHIỆM"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyPeople:
    """Whom the demo's authority certifies for one agency.

    Attributes:
        code: Agency code; begins the names of its key files.
        agency: Name of the agency.
        locality: Province.
        leader: The person who signs.
        unit: The leader's unit.
    """

    code: str
    agency: str
    locality: str
    leader: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyKeys:
    """The three signers of one agency: the leader, the seal, and the service that signs machine statements."""

    leader: vnsign.Signer
    seal: vnsign.Signer
    service: vnsign.Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningAuthority:
    """The authority while its CRL and TSA answer over HTTP."""

    authority: vnsign.Authority
    passphrase: bytes
    places: Places

    @property
    def tsa_url(self) -> str:
        """Address of the RFC 3161 service."""
        return self.authority.tsa_url

    def keys_of(self, people: AgencyPeople) -> AgencyKeys:
        """Return an agency's signers; keys that are not there yet are made and certified."""
        seal_subject = vnsign.Subject(common_name=people.agency, organization=people.agency, locality=people.locality)
        leader_subject = vnsign.Subject(
            common_name=people.leader, organization=people.agency, units=(people.unit,), locality=people.locality
        )
        service_subject = vnsign.Subject(
            common_name=f"Hệ thống quản lý văn bản {people.code}", organization=people.agency, locality=people.locality
        )
        return AgencyKeys(
            leader=self._signer(f"{people.code}-leader", vnsign.CertificateProfile.OFFICIAL, leader_subject),
            seal=self._signer(f"{people.code}-seal", vnsign.CertificateProfile.AGENCY_SEAL, seal_subject),
            service=self._signer(f"{people.code}-service", vnsign.CertificateProfile.SERVICE, service_subject),
        )

    def _signer(self, name: str, profile: vnsign.CertificateProfile, subject: vnsign.Subject) -> vnsign.Signer:
        path = self.places.keys / f"{name}.p12"
        if not path.exists():
            vnsign.write_pkcs12(path, self.authority.enroll(profile, subject), self.passphrase)
        is_seal = profile is vnsign.CertificateProfile.AGENCY_SEAL
        holder = vnsign.Holder.AGENCY if is_seal else vnsign.Holder.PERSON
        return vnsign.Signer.from_pkcs12(path, self.passphrase, holder=holder)


@contextmanager
def running_authority(places: Places, clock: vnsign.Clock) -> Iterator[RunningAuthority]:
    """Open the authority (made at the first run) and serve its CRL and TSA until the block is left.

    Raises:
        VnsignError: The port written into the certificates is taken by another program.
    """
    passphrase = _passphrase(places)
    try:
        authority = vnsign.Authority.open(places.authority, passphrase=passphrase, clock=clock)
        listener = vnsign.listen(port=urlsplit(authority.base_url).port or 0)
    except vnsign.UsageError as exc:
        if exc.code is not vnsign.ErrorCode.AUTHORITY_NOT_FOUND:
            raise
        listener = vnsign.listen()
        authority = vnsign.Authority.create(
            places.authority,
            name="vnsign demo",
            organization=ORGANIZATION,
            base_url=listener.base_url,
            passphrase=passphrase,
            clock=clock,
        )
    root, _ = authority.certificates()
    write_whole(places.trust / "root.crt", vnsign.certificate_pem(root))
    with vnsign.serve(vnsign.create_app(authority), listener=listener):
        yield RunningAuthority(authority=authority, passphrase=passphrase, places=places)


def _passphrase(places: Places) -> bytes:
    path = places.keys / "passphrase"
    if not path.exists():
        write_whole(path, secrets.token_hex(16).encode("ascii"), mode=0o600)
    return path.read_bytes()
