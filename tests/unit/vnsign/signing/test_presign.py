"""Who may sign now: what is asked before the key is used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import NoReturn

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

import vnsign
from tests.unit.vnsign.authority.making import NOW
from vnsign.errors import ErrorCode
from vnsign.pki.evidence import RevocationEvidence
from vnsign.signing.presign import check_status, check_usage

DAY = timedelta(days=1)


class Silence:
    """A source that must not be asked for evidence."""

    def crls_for(self, certificate: x509.Certificate) -> NoReturn:
        """Fail the test."""
        pytest.fail(f"asked for the lists of {certificate.subject}")

    def evidence_for(self, certificate: x509.Certificate, *, issuer: x509.Certificate) -> NoReturn:
        """Fail the test."""
        pytest.fail(f"asked for the status of {certificate.subject} under {issuer.subject}")

    def issuers_for(self, certificate: x509.Certificate) -> Sequence[x509.Certificate]:
        """Know nobody."""
        del certificate
        return ()

    def renewed(self) -> Silence:
        """Return itself."""
        return self


class Nothing(Silence):
    """A source for certificates that name no service."""

    def evidence_for(  # type: ignore[override]  # it does return
        self, certificate: x509.Certificate, *, issuer: x509.Certificate
    ) -> RevocationEvidence:
        """Return no evidence, as for a certificate that names no service."""
        del certificate, issuer
        return RevocationEvidence()


Key = ec.EllipticCurvePrivateKey


def certified(
    name: str, issuer: tuple[str, Key], *extensions: x509.ExtensionType, days: int = 10
) -> tuple[x509.Certificate, Key]:
    """Certify a new key for so many days."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, issuer[0])]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW)
        .not_valid_after(NOW + days * DAY)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(issuer[1], hashes.SHA256()), key


@pytest.fixture(scope="module")
def chain() -> tuple[x509.Certificate, x509.Certificate, x509.Certificate]:
    """A leaf for ten days under an authority for three, under a root for ten."""
    root_key = ec.generate_private_key(ec.SECP256R1())
    root, _ = certified("Root", ("Root", root_key))
    authority, authority_key = certified("CA", ("Root", root_key), days=3)
    leaf, _ = certified("Leaf", ("CA", authority_key))
    return leaf, authority, root


def refusal(certificate: x509.Certificate, above: Sequence[x509.Certificate], *, day: int) -> vnsign.VnsignError:
    """Return the error of the check on that day."""
    with pytest.raises(vnsign.VnsignError) as caught:
        check_status(certificate, above, at=NOW + day * DAY, source=Silence())
    return caught.value


def test_an_authority_out_of_its_validity_takes_its_signers_along(
    chain: tuple[x509.Certificate, x509.Certificate, x509.Certificate],
) -> None:
    """NĐ 68/2024 Điều 32: every certificate on the path; said before any service is asked."""
    leaf, *above = chain
    check_status(leaf, above, at=NOW + DAY, source=Nothing())
    error = refusal(leaf, above, day=5)
    assert (error.code, "CN=CA" in error.message) == (ErrorCode.CERTIFICATE_NOT_USABLE, True)


def test_a_certificate_that_names_no_service_passes() -> None:
    """Nobody can check it: verification says so, and signing is the caller's affair."""
    key = ec.generate_private_key(ec.SECP256R1())
    leaf, _ = certified("Leaf", ("Nobody", key))
    check_status(leaf, (), at=NOW + DAY, source=Silence())


def test_a_certificate_that_names_a_service_needs_its_issuer() -> None:
    """Without the issuer no answer can be believed."""
    key = ec.generate_private_key(ec.SECP256R1())
    where = [x509.UniformResourceIdentifier("http://ca.example/a.crl")]
    points = x509.CRLDistributionPoints([x509.DistributionPoint(where, None, None, None)])
    leaf, _ = certified("Leaf", ("Nobody", key), points)
    assert refusal(leaf, (), day=1).code is ErrorCode.CERTIFICATE_STATUS_UNKNOWN


def test_an_issuer_by_name_only_is_none() -> None:
    """The certificate at hand has the issuer's name and another key."""
    key, other = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    where = [x509.UniformResourceIdentifier("http://ca.example/a.crl")]
    points = x509.CRLDistributionPoints([x509.DistributionPoint(where, None, None, None)])
    leaf, _ = certified("Leaf", ("CA", key), points)
    namesake, _ = certified("CA", ("CA", other))
    assert refusal(leaf, (namesake,), day=1).code is ErrorCode.CERTIFICATE_STATUS_UNKNOWN


@pytest.mark.parametrize(("day", "passes"), [(-1, False), (0, True), (10, True), (11, False)])
def test_validity_is_that_of_the_moment(day: int, passes: bool) -> None:  # noqa: FBT001 — a row
    """NĐ 68/2024 Điều 31a, both ends included."""
    leaf, _ = certified("Leaf", ("CA", ec.generate_private_key(ec.SECP256R1())))
    if passes:
        check_usage(leaf, at=NOW + day * DAY)
        return
    with pytest.raises(vnsign.UsageError) as caught:
        check_usage(leaf, at=NOW + day * DAY)
    assert caught.value.code is ErrorCode.CERTIFICATE_NOT_USABLE


def usage(*bits: str) -> x509.KeyUsage:
    """Return a KeyUsage with these bits."""
    names = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{name: name in bits for name in names})


@pytest.mark.parametrize(
    ("extension", "passes"),
    [
        (usage("content_commitment"), True),
        (usage("digital_signature", "key_encipherment"), True),
        (usage("key_encipherment"), False),
        (usage("key_cert_sign", "crl_sign"), False),
        (x509.ExtendedKeyUsage([x509.OID_TIME_STAMPING]), False),
        (x509.ExtendedKeyUsage([x509.OID_OCSP_SIGNING]), False),
        (x509.ExtendedKeyUsage([x509.OID_TIME_STAMPING, x509.OID_EMAIL_PROTECTION]), True),
    ],
)
def test_only_a_certificate_for_signing_signs(extension: x509.ExtensionType, passes: bool) -> None:  # noqa: FBT001 — a row
    """RFC 5280 §4.2.1.3, §4.2.1.12: the rules by which verification judges."""
    leaf, _ = certified("Leaf", ("CA", ec.generate_private_key(ec.SECP256R1())), extension)
    if passes:
        check_usage(leaf, at=NOW)
        return
    with pytest.raises(vnsign.UsageError) as caught:
        check_usage(leaf, at=NOW)
    assert caught.value.code is ErrorCode.CERTIFICATE_NOT_USABLE
