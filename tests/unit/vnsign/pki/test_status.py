"""Status of a certificate at a time, from lists and answers that are real, old, forged or about something else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
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
    key_of: str = "",
    extensions: Iterable[Extension] = (),
    not_after: datetime | None = None,
) -> x509.Certificate:
    """Return a certificate of ``owner`` signed with the key of ``issuer``."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(owner))
        .issuer_name(name(issuer))
        .public_key(key(key_of or owner).public_key())
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
    asked_with: hashes.HashAlgorithm | None = None,
    brings: x509.Certificate | None = None,
    by_key: bool = False,
) -> bytes:
    """Return an OCSP answer about the signer."""
    status = ocsp.OCSPCertStatus.REVOKED if revoked_at else ocsp.OCSPCertStatus.GOOD
    asked = asked_with or hashes.SHA256()
    builder = ocsp.OCSPResponseBuilder().add_response(about, CA, asked, status, start, end, revoked_at, None)
    encoding = ocsp.OCSPResponderEncoding.HASH if by_key else ocsp.OCSPResponderEncoding.NAME
    builder = builder.responder_id(encoding, responder or CA)
    if brings is not None or responder is not None:
        builder = builder.certificates([c for c in (brings or responder,) if c is not None])
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


DELEGATE = certificate("responder", serial=5, extensions=[FOR_OCSP])
NEVER_CHECKED = certificate("responder", serial=5, extensions=[FOR_OCSP, (x509.OCSPNoCheck(), False)])


@pytest.mark.parametrize("by_key", [False, True], ids=["by name", "by key"])
def test_a_delegate_s_answer_counts(by_key: bool) -> None:  # noqa: FBT001 — a pytest parameter
    """A certificate the CA issued for OCSP signing (RFC 6960 §4.2.2.2), named by the answer in either way."""
    assert status(ocsps=[answer(responder=DELEGATE, signed_by="responder", by_key=by_key)]).status is GOOD


def test_the_answer_names_who_signed_it() -> None:
    """RFC 6960 §4.2.1 (ResponderID): signed by the issuer or its delegate, and naming the other."""
    for signer, certified in (("responder", DELEGATE), ("ca", CA)):
        somebody = certificate("somebody", serial=6, key_of=signer)
        assert status(ocsps=[answer(responder=somebody, brings=certified, signed_by=signer)]).status is UNKNOWN
        assert status(ocsps=[answer(responder=certified, brings=certified, signed_by=signer)]).status is GOOD


def test_a_revoked_delegate_is_not_believed_unless_never_to_be_checked() -> None:
    """RFC 6960 §4.2.2.2.1: id-pkix-ocsp-nocheck is the authority's promise for the responder's lifetime."""
    builder = x509.CertificateRevocationListBuilder().issuer_name(name("ca")).last_update(AT - DAY)
    entry = x509.RevokedCertificateBuilder().serial_number(5).revocation_date(AT - 2 * DAY).build()
    point = x509.IssuingDistributionPoint(
        full_name=None,
        relative_name=None,
        only_contains_user_certs=True,
        only_contains_ca_certs=False,
        only_some_reasons=frozenset({x509.ReasonFlags.key_compromise}),
        indirect_crl=False,
        only_contains_attribute_certs=False,
    )
    builder = builder.next_update(AT + DAY).add_revoked_certificate(entry).add_extension(point, critical=True)
    revoked = builder.sign(key("ca"), hashes.SHA256()).public_bytes(Encoding.DER)
    told = answer(responder=DELEGATE, signed_by="responder")
    promised = answer(responder=NEVER_CHECKED, signed_by="responder")

    assert status(ocsps=[told]).status is GOOD
    assert status(crls=[revoked], ocsps=[told]).status is UNKNOWN
    assert status(crls=[revoked], ocsps=[promised]).status is GOOD


@pytest.mark.parametrize(
    "asked_with",
    [hashes.SHA1(), hashes.SHA256(), hashes.SHA384(), hashes.SHA512()],  # noqa: S303 — as most clients still ask
    ids=lambda h: h.name,
)
def test_the_question_may_be_hashed_in_any_way(asked_with: hashes.HashAlgorithm) -> None:
    """RFC 6960 §4.1.1: the hashes of a CertID identify, they prove nothing."""
    assert status(ocsps=[answer(asked_with=asked_with)]).status is GOOD


def test_an_answer_signed_with_pss_counts() -> None:
    """RFC 4055: padding and hash stand in the parameters."""
    rsa_key = rsa.generate_private_key(65537, 2048)
    ca = _self_signed(rsa_key)
    builder = (
        x509.CertificateBuilder().subject_name(name("signer")).issuer_name(name("ca")).serial_number(SERIAL)
    ).public_key(rsa_key.public_key())
    about = builder.not_valid_before(AT - DAY).not_valid_after(AT + DAY).sign(rsa_key, hashes.SHA256())
    made = ocsp.OCSPResponseBuilder().add_response(
        about, ca, hashes.SHA256(), ocsp.OCSPCertStatus.GOOD, AT - DAY, AT + DAY, None, None
    )
    signed = made.responder_id(ocsp.OCSPResponderEncoding.HASH, ca).sign(rsa_key, hashes.SHA256())
    whole = asn1_ocsp.OCSPResponse.load(signed.public_bytes(Encoding.DER))
    basic = whole["response_bytes"]["response"].parsed
    basic["signature_algorithm"] = {
        "algorithm": "rsassa_pss",
        "parameters": {"hash_algorithm": {"algorithm": "sha256"}, "salt_length": 32},
    }
    basic["signature_algorithm"]["parameters"]["mask_gen_algorithm"]["parameters"] = {"algorithm": "sha256"}
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), salt_length=32)
    basic["signature"] = rsa_key.sign(basic["tbs_response_data"].dump(), pss, hashes.SHA256())
    whole["response_bytes"]["response"] = basic
    evidence = read_evidence(crls=(), ocsps=[whole.dump(force=True)])

    assert len(evidence.ocsps) == 1
    assert certificate_status(about, issuer=ca, evidence=evidence, at=AT).status is GOOD


@pytest.mark.parametrize(("year", "expected"), [(2020, GOOD), (2022, UNKNOWN)])
def test_a_list_signed_with_sha_1_counted_while_sha_1_did(year: int, expected: CertificateStatus) -> None:
    """EN 319 102-1 §5.2.8: evidence is judged by the table of algorithms like everything else."""
    rsa_key = rsa.generate_private_key(65537, 2048)
    then = datetime(year, 6, 1, tzinfo=UTC)
    builder = x509.CertificateRevocationListBuilder().issuer_name(name("ca"))
    made = builder.last_update(then - DAY).next_update(then + DAY).sign(rsa_key, hashes.SHA256())
    whole = asn1_crl.CertificateList.load(made.public_bytes(Encoding.DER))
    whole["tbs_cert_list"]["signature"] = whole["signature_algorithm"] = {"algorithm": "sha1_rsa"}
    tbs = whole["tbs_cert_list"].dump(force=True)
    whole["signature"] = rsa_key.sign(tbs, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 — what the test is about
    evidence = read_evidence(crls=[whole.dump(force=True)], ocsps=())

    assert len(evidence.crls) == 1
    assert certificate_status(SIGNER, issuer=_self_signed(rsa_key), evidence=evidence, at=then).status is expected


def _self_signed(rsa_key: rsa.RSAPrivateKey) -> x509.Certificate:
    builder = x509.CertificateBuilder().subject_name(name("ca")).issuer_name(name("ca")).serial_number(1)
    builder = builder.public_key(rsa_key.public_key()).not_valid_before(AT - DAY).not_valid_after(AT + DAY)
    return builder.sign(rsa_key, hashes.SHA256())


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
