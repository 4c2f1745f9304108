"""Status of a certificate at a time, from lists and answers that are real, old, forged or about something else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from vnsign.pki.status import CertificateStatus, StatusResult, certificate_status, read_evidence

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
DAY = timedelta(days=1)
SERIAL = 77
GOOD, REVOKED, UNKNOWN = CertificateStatus.GOOD, CertificateStatus.REVOKED, CertificateStatus.UNKNOWN
Extension = tuple[x509.ExtensionType, bool]


@cache
def key(owner: str) -> ec.EllipticCurvePrivateKey:
    """Return the key of somebody."""
    assert owner
    return ec.generate_private_key(ec.SECP256R1())


def name(common_name: str) -> x509.Name:
    """Return a name."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def certificate(
    owner: str,
    *,
    serial: int,
    issuer: str = "ca",
    extensions: Iterable[Extension] = (),
    not_after: datetime | None = None,
) -> x509.Certificate:
    """Return a certificate of ``owner`` signed with the key of ``issuer``."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(owner))
        .issuer_name(name(issuer))
        .public_key(key(owner).public_key())
        .serial_number(serial)
        .not_valid_before(AT - 365 * DAY)
        .not_valid_after(not_after or AT + 365 * DAY)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(key(issuer), hashes.SHA256())


CA = certificate("ca", serial=1, extensions=[(x509.BasicConstraints(ca=True, path_length=0), True)])
POINT = x509.UniformResourceIdentifier("http://crl.example/1.crl")
SIGNER = certificate(
    "signer",
    serial=SERIAL,
    extensions=[
        (x509.CRLDistributionPoints([x509.DistributionPoint([POINT], None, None, None)]), False),
    ],
)


def crl(
    *,
    revoked_at: datetime | None = None,
    start: datetime = AT - DAY,
    end: datetime = AT + DAY,
    signed_by: str = "ca",
    extensions: Iterable[Extension] = (),
) -> bytes:
    """Return a list of the CA, with the signer on it or not."""
    builder = x509.CertificateRevocationListBuilder().issuer_name(name("ca")).last_update(start).next_update(end)
    if revoked_at is not None:
        entry = x509.RevokedCertificateBuilder().serial_number(SERIAL).revocation_date(revoked_at)
        builder = builder.add_revoked_certificate(entry.build())
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(key(signed_by), hashes.SHA256()).public_bytes(Encoding.DER)


def answer(
    *,
    revoked_at: datetime | None = None,
    start: datetime = AT - DAY,
    end: datetime | None = AT + DAY,
    responder: x509.Certificate | None = None,
    signed_by: str = "ca",
    about: x509.Certificate = SIGNER,
) -> bytes:
    """Return an OCSP answer about the signer."""
    status = ocsp.OCSPCertStatus.REVOKED if revoked_at else ocsp.OCSPCertStatus.GOOD
    builder = ocsp.OCSPResponseBuilder().add_response(about, CA, hashes.SHA256(), status, start, end, revoked_at, None)
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.NAME, responder or CA)
    if responder is not None:
        builder = builder.certificates([responder])
    return builder.sign(key(signed_by), hashes.SHA256()).public_bytes(Encoding.DER)


def status(*, crls: Iterable[bytes] = (), ocsps: Iterable[bytes] = (), at: datetime = AT) -> StatusResult:
    """Return the signer's status."""
    evidence = read_evidence(crls=tuple(crls), ocsps=tuple(ocsps))
    return certificate_status(SIGNER, issuer=CA, evidence=evidence, at=at)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (AT - DAY, AT + DAY, GOOD),
        (AT + DAY, AT + 2 * DAY, GOOD),
        (AT - 2 * DAY, AT - DAY, UNKNOWN),
        (AT + 400 * DAY, AT + 500 * DAY, UNKNOWN),
    ],
)
def test_a_list_counts_if_in_force_then_or_younger(start: datetime, end: datetime, expected: CertificateStatus) -> None:
    """In force, made later, run out before, made after the certificate expired (and may have dropped it)."""
    assert status(crls=[crl(start=start, end=end)]).status is expected


@pytest.mark.parametrize(
    ("revoked_at", "expected"), [(AT - DAY, REVOKED), (AT, REVOKED), (AT + timedelta(seconds=1), GOOD)]
)
def test_revocation_counts_from_its_moment(revoked_at: datetime, expected: CertificateStatus) -> None:
    """Before or at the time asked about it is revoked; a later revocation says that it was good until then."""
    for result in (status(crls=[crl(revoked_at=revoked_at)]), status(ocsps=[answer(revoked_at=revoked_at)])):
        assert result.status is expected
        assert result.revoked_at == revoked_at


def test_one_revocation_outweighs_all_else() -> None:
    """Old lists, good answers: none takes a revocation back."""
    result = status(crls=[crl(), crl(revoked_at=AT - DAY, end=AT - DAY, start=AT - 2 * DAY), crl()], ocsps=[answer()])

    assert result.status is REVOKED


IGNORED: dict[str, bytes] = {
    "signed by another key": crl(signed_by="stranger"),
    "delta": crl(extensions=[(x509.DeltaCRLIndicator(1), True)]),
    "for authorities only": crl(
        extensions=[
            (
                x509.IssuingDistributionPoint(
                    full_name=None,
                    relative_name=None,
                    only_contains_user_certs=False,
                    only_contains_ca_certs=True,
                    only_some_reasons=None,
                    indirect_crl=False,
                    only_contains_attribute_certs=False,
                ),
                True,
            )
        ]
    ),
    "of another distribution point": crl(
        extensions=[
            (
                x509.IssuingDistributionPoint(
                    full_name=[x509.UniformResourceIdentifier("http://crl.example/2.crl")],
                    relative_name=None,
                    only_contains_user_certs=False,
                    only_contains_ca_certs=False,
                    only_some_reasons=None,
                    indirect_crl=False,
                    only_contains_attribute_certs=False,
                ),
                True,
            )
        ]
    ),
    "with something critical and unknown": crl(
        extensions=[(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True)]
    ),
    "not a list": b"junk",
}


@pytest.mark.parametrize("kind", IGNORED)
def test_a_list_that_does_not_plainly_speak_of_it_proves_nothing(kind: str) -> None:
    """Ignored, so that the answer is "could not check"."""
    assert status(crls=[IGNORED[kind]]).status is UNKNOWN


def test_a_list_of_the_named_distribution_point_counts() -> None:
    """The point in the list is one of the certificate's."""
    point = x509.IssuingDistributionPoint(
        full_name=[POINT],
        relative_name=None,
        only_contains_user_certs=True,
        only_contains_ca_certs=False,
        only_some_reasons=None,
        indirect_crl=False,
        only_contains_attribute_certs=False,
    )

    assert status(crls=[crl(extensions=[(point, True)])]).status is GOOD


# ---------------------------------------------------------------- OCSP

FOR_MAIL = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False)
FOR_OCSP = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), False)


def test_the_issuer_s_answer_counts() -> None:
    """Signed with the CA's own key."""
    assert status(ocsps=[answer()]).status is GOOD


def test_a_delegate_s_answer_counts() -> None:
    """A certificate the CA issued for OCSP signing (RFC 6960 §4.2.2.2)."""
    delegate = certificate("responder", serial=5, extensions=[FOR_OCSP])

    assert status(ocsps=[answer(responder=delegate, signed_by="responder")]).status is GOOD


def with_broken_signature(der: bytes) -> bytes:
    """Flip a bit of the signature, which stands at the end."""
    return der[:-1] + bytes([der[-1] ^ 1])


FORGED_ANSWERS: dict[str, bytes] = {
    "signed by nobody": with_broken_signature(answer()),
    "a delegate without a purpose": answer(responder=certificate("responder", serial=5), signed_by="responder"),
    "a delegate not for OCSP": answer(
        responder=certificate("responder", serial=5, extensions=[FOR_MAIL]), signed_by="responder"
    ),
    "a delegate of another CA": answer(
        responder=certificate("responder", serial=5, issuer="other", extensions=[FOR_OCSP]), signed_by="responder"
    ),
    "a delegate that had expired": answer(
        responder=certificate("responder", serial=5, extensions=[FOR_OCSP], not_after=AT - 300 * DAY),
        signed_by="responder",
    ),
    "about another certificate": answer(about=certificate("signer", serial=78)),
    "run out": answer(start=AT - 3 * DAY, end=AT - DAY),
    "good for its moment only": answer(start=AT - DAY, end=None),
    "not an answer": b"junk",
}


@pytest.mark.parametrize("kind", FORGED_ANSWERS)
def test_an_answer_that_is_not_the_ca_s_proves_nothing(kind: str) -> None:
    """Ignored, so that the answer is "could not check"."""
    assert status(ocsps=[FORGED_ANSWERS[kind]]).status is UNKNOWN
