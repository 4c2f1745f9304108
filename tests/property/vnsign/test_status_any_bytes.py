"""Evidence of any bytes: a status, and never a better one than the whole evidence gave."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vnsign.pki.anchors import TrustAnchors
from vnsign.pki.path import PathFinder
from vnsign.pki.status import CertificateStatus, path_statuses, read_evidence

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
DAY = timedelta(days=1)
KEY = ec.generate_private_key(ec.SECP256R1())
# outside ASCII, so that the long way of comparing names is taken
CA_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Cơ quan chứng thực")])


def _certificate(name: x509.Name, serial: int, *, ca: bool) -> x509.Certificate:
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(CA_NAME).serial_number(serial)
    builder = builder.public_key(KEY.public_key()).not_valid_before(AT - DAY).not_valid_after(AT + DAY)
    return builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True).sign(
        KEY, hashes.SHA256()
    )


CA = _certificate(CA_NAME, 1, ca=True)
SIGNER = _certificate(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "signer")]), 77, ca=False)


def _list() -> bytes:
    builder = x509.CertificateRevocationListBuilder().issuer_name(CA_NAME).last_update(AT - DAY)
    entry = x509.RevokedCertificateBuilder().serial_number(77).revocation_date(AT - DAY)
    entry = entry.add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False)
    entry = entry.add_extension(x509.CertificateIssuer([x509.DirectoryName(CA_NAME)]), critical=True)
    point = x509.IssuingDistributionPoint(
        full_name=[x509.DirectoryName(CA_NAME)],
        relative_name=None,
        only_contains_user_certs=True,
        only_contains_ca_certs=False,
        only_some_reasons=None,
        indirect_crl=True,
        only_contains_attribute_certs=False,
    )
    builder = builder.next_update(AT + DAY).add_revoked_certificate(entry.build())
    builder = builder.add_extension(x509.CRLNumber(5), critical=False).add_extension(point, critical=True)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER)


def _answer() -> bytes:
    builder = ocsp.OCSPResponseBuilder().add_response(
        SIGNER, CA, hashes.SHA256(), ocsp.OCSPCertStatus.REVOKED, AT - DAY, AT + DAY, AT - DAY, None
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.NAME, CA).certificates([CA])
    return builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER)


LIST, ANSWER = _list(), _answer()


def _status(crl: bytes, answer: bytes) -> CertificateStatus:
    finder = PathFinder(trust=TrustAnchors(anchors=(CA,)))
    evidence = read_evidence(crls=[crl], ocsps=[answer])
    ((_, result),) = path_statuses((SIGNER, CA), evidence=evidence, at=AT, finder=finder)
    return result.status


def test_whole_evidence_shows_the_revocation() -> None:
    """The list alone and the answer alone: what the broken ones are compared with."""
    assert _status(LIST, b"") is CertificateStatus.REVOKED
    assert _status(b"", ANSWER) is CertificateStatus.REVOKED


@st.composite
def _broken(draw: st.DrawFn, original: bytes) -> bytes:
    changed = bytearray(original)
    for _ in range(draw(st.integers(1, 3))):
        at, value = draw(st.integers(0, len(changed) - 1)), draw(st.integers(0, 255))
        changed[at] = value
    return bytes(changed)


@pytest.mark.slow
@settings(max_examples=1000, suppress_health_check=list(HealthCheck), database=None)
@given(_broken(LIST), _broken(ANSWER))
def test_broken_evidence_never_turns_revoked_into_good(crl: bytes, answer: bytes) -> None:
    """Any bytes: an answer, no exception; revoked, or could not check."""
    assert _status(crl, answer) in {CertificateStatus.REVOKED, CertificateStatus.UNKNOWN}


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_any_bytes_are_no_evidence(crl: bytes, answer: bytes) -> None:
    """What is not evidence is as if it were not there."""
    assert _status(crl, answer) is CertificateStatus.UNKNOWN
