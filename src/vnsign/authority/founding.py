"""What an authority is founded with: its three keys and certificates, and who issues what.

Invariants:
    - Root certifies the issuing authority; the issuing authority certifies everyone else, the TSA included.

What it does not do: it opens no transaction and decides no policy.

Source: Nghị định 68/2024/NĐ-CP Điều 9; RFC 5280 §6.1 (paths); RFC 3161 §2.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from cryptography import x509
from sqlalchemy import Connection

from vnsign.authority import store as rows
from vnsign.authority.keystore import encrypt_key
from vnsign.authority.records import Issuer
from vnsign.pki.certificates import CertificateContent, Publication, build_certificate, build_root_certificate
from vnsign.pki.credentials import Credential
from vnsign.pki.keys import KeyAlgorithm, PrivateKey, generate_private_key
from vnsign.pki.names import Subject
from vnsign.policy.profiles import CertificateProfile

#: How far other computers' clocks may lag behind without refusing what was just issued.
CLOCK_SKEW = timedelta(minutes=5)
TSA_ROLE = "tsa"


def make_own_credentials(
    name: str, organization: str, *, base_url: str, now: datetime, algorithm: KeyAlgorithm
) -> dict[str, Credential]:
    """Make the three key pairs and their certificates; nothing is recorded yet.

    Raises:
        UsageError: ``BAD_ARGUMENT``: the names cannot stand in a certificate.
    """

    def content(profile: CertificateProfile, suffix: str, key: PrivateKey) -> CertificateContent:
        return CertificateContent(
            profile=profile,
            subject=Subject(common_name=f"{name} {suffix}", organization=organization).to_name(),
            public_key=key.public_key(),
            serial=x509.random_serial_number(),
            not_before=now - CLOCK_SKEW,
        )

    root_key, issuing_key, tsa_key = (generate_private_key(algorithm) for _ in range(3))
    root_certificate = build_root_certificate(content(CertificateProfile.ROOT, "Root CA", root_key), root_key)
    root = Credential(key=root_key, certificate=root_certificate)
    issuing_certificate = build_certificate(
        content(CertificateProfile.ISSUING_CA, "Issuing CA", issuing_key), root, publication_of(base_url, Issuer.ROOT)
    )
    issuing = Credential(key=issuing_key, certificate=issuing_certificate, chain=(root_certificate,))
    tsa_certificate = build_certificate(
        content(CertificateProfile.TSA, "TSA", tsa_key), issuing, publication_of(base_url, Issuer.ISSUING)
    )
    tsa = Credential(key=tsa_key, certificate=tsa_certificate, chain=(issuing_certificate, root_certificate))
    return {Issuer.ROOT: root, Issuer.ISSUING: issuing, TSA_ROLE: tsa}


def insert_own(connection: Connection, role: str, credential: Credential, *, secret: bytes, now: datetime) -> None:
    """Record an own certificate together with its encrypted key."""
    issuer, profile = {
        Issuer.ROOT: (Issuer.ROOT, CertificateProfile.ROOT),
        Issuer.ISSUING: (Issuer.ROOT, CertificateProfile.ISSUING_CA),
        TSA_ROLE: (Issuer.ISSUING, CertificateProfile.TSA),
    }[role]
    certificate = credential.certificate
    rows.insert_certificate(
        connection, certificate, issuer=issuer, profile=profile, issued_at=int(now.timestamp()), subscriber=role
    )
    reference = encrypt_key(credential.key, secret)
    rows.insert_own_key(connection, role, serial=certificate.serial_number, kind="pkcs8", reference=reference)


def chain_above(role: str, certificates: Mapping[str, x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """Return the certificates above an own one, issuer first."""
    root, issuing = certificates[Issuer.ROOT], certificates[Issuer.ISSUING]
    match role:
        case Issuer.ROOT:
            return ()
        case Issuer.ISSUING:
            return (root,)
        case _:
            return (issuing, root)


def publication_of(base_url: str, issuer: Issuer) -> Publication:
    """Return where an issuer publishes under ``base_url``."""
    return Publication(crl_url=f"{base_url}/crl/{issuer}.crl", issuer_url=f"{base_url}/crt/{issuer}.crt")
