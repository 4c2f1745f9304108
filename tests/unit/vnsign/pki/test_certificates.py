"""Certificates say what their profile says, and no more."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.unit.vnsign.authority.making import BASE_URL, NOW, certify, infrastructure, openssl, pem
from vnsign.authority.keys.own_rules import publication_of
from vnsign.authority.records import Issuer
from vnsign.errors import ErrorCode, InputError, UsageError
from vnsign.pki.certificates import (
    CertificateContent,
    build_certificate,
    build_root_certificate,
    load_certificate,
    parse_oid,
)
from vnsign.pki.credentials import Credential
from vnsign.pki.keys import KeyAlgorithm, check_public_key, generate_private_key
from vnsign.pki.names import Subject
from vnsign.policy.profiles import CertificateProfile

SUBSCRIBERS = [CertificateProfile.OFFICIAL, CertificateProfile.AGENCY_SEAL, CertificateProfile.SERVICE]
ISSUED = [*SUBSCRIBERS, CertificateProfile.TSA, CertificateProfile.OCSP_RESPONDER]


def key_usage_of(certificate: x509.Certificate) -> set[str]:
    """Names as a foreign parser spells them."""
    parsed = asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
    return set(parsed.key_usage_value.native)


@pytest.mark.parametrize("profile", [CertificateProfile.OFFICIAL, CertificateProfile.AGENCY_SEAL])
def test_who_signs_documents_has_non_repudiation_and_nothing_else(profile: CertificateProfile) -> None:
    """RFC 5280 §4.2.1.3; a key that also answers challenges can be tricked into signing."""
    certificate = certify(profile).certificate
    assert key_usage_of(certificate) == {"non_repudiation"}
    assert certificate.extensions.get_extension_for_class(x509.KeyUsage).critical


def test_a_service_signs_but_does_not_bind_a_person() -> None:
    """Service certificates carry digitalSignature only."""
    assert key_usage_of(certify(CertificateProfile.SERVICE).certificate) == {"digital_signature"}


def test_a_tsa_certificate_is_for_timestamping_only_and_critically_so() -> None:
    """RFC 3161 §2.3."""
    extension = infrastructure().tsa.certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert extension.critical
    assert list(extension.value) == [ExtendedKeyUsageOID.TIME_STAMPING]


def test_authorities_sign_certificates_and_lists_and_the_issuing_one_certifies_no_further_authority() -> None:
    """RFC 5280 §4.2.1.9: pathLenConstraint 0."""
    own = infrastructure()
    for credential, path_length in ((own.root, None), (own.issuing, 0)):
        assert key_usage_of(credential.certificate) == {"key_cert_sign", "crl_sign"}
        constraints = credential.certificate.extensions.get_extension_for_class(x509.BasicConstraints)
        assert constraints.critical
        assert (constraints.value.ca, constraints.value.path_length) == (True, path_length)


@pytest.mark.parametrize("profile", SUBSCRIBERS)
def test_a_subscriber_is_no_authority_and_critically_so(profile: CertificateProfile) -> None:
    """RFC 5280 §4.2.1.9."""
    constraints = certify(profile).certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    assert constraints.critical
    assert not constraints.value.ca


@pytest.mark.parametrize("profile", SUBSCRIBERS)
def test_a_subscriber_gets_five_years_to_the_second(profile: CertificateProfile) -> None:
    """Nghị định 68/2024/NĐ-CP Điều 9; both ends belong to the validity (RFC 5280 §4.1.2.5)."""
    certificate = certify(profile).certificate
    assert certificate.not_valid_before_utc == NOW
    assert certificate.not_valid_after_utc == datetime(2031, 3, 2, 8, 30, 14, tzinfo=UTC)


def test_more_than_five_years_is_refused() -> None:
    """Nghị định 68/2024/NĐ-CP Điều 9."""
    with pytest.raises(UsageError) as caught:
        certify(CertificateProfile.OFFICIAL, not_after=NOW.replace(year=2031))
    assert caught.value.code is ErrorCode.ISSUE_REFUSED


def test_five_years_from_29_february_end_on_28_february() -> None:
    """A day that does not exist is not rounded up."""
    leap_day = datetime(2028, 2, 29, 12, tzinfo=UTC)
    certificate = certify(CertificateProfile.OFFICIAL, not_before=leap_day).certificate
    assert certificate.not_valid_after_utc == datetime(2033, 2, 28, 11, 59, 59, tzinfo=UTC)


def test_a_certificate_never_outlives_its_issuer() -> None:
    """A path that outlives its issuer cannot be validated."""
    late = NOW.replace(year=2044)
    certificate = certify(CertificateProfile.OFFICIAL, not_before=late).certificate
    assert certificate.not_valid_after_utc == infrastructure().issuing.certificate.not_valid_after_utc
    assert certificate.not_valid_after_utc < late.replace(year=2049)


@pytest.mark.parametrize("moment", [NOW - timedelta(days=1), NOW.replace(year=2050)])
def test_nothing_is_issued_outside_the_issuers_validity(moment: datetime) -> None:
    """Nor does a certificate precede its issuer."""
    with pytest.raises(UsageError) as caught:
        certify(CertificateProfile.OFFICIAL, not_before=moment)
    assert caught.value.code is ErrorCode.ISSUE_REFUSED


def test_a_time_without_a_zone_is_refused() -> None:
    """Times are aware."""
    with pytest.raises(UsageError) as caught:
        certify(CertificateProfile.OFFICIAL, not_before=NOW.replace(tzinfo=None))
    assert caught.value.code is ErrorCode.BAD_ARGUMENT


def test_a_subscriber_cannot_issue() -> None:
    """Only an authority's certificate stands above others."""
    with pytest.raises(UsageError) as caught:
        certify(CertificateProfile.OFFICIAL, issuer=certify(CertificateProfile.OFFICIAL))
    assert caught.value.code is ErrorCode.ISSUE_REFUSED


@pytest.mark.parametrize("profile", [CertificateProfile.ISSUING_CA, CertificateProfile.ROOT])
def test_the_issuing_authority_cannot_make_authorities(profile: CertificateProfile) -> None:
    """RFC 5280 §4.2.1.9: pathLenConstraint 0 is obeyed by the one who carries it."""
    with pytest.raises(UsageError) as caught:
        certify(profile)
    assert caught.value.code is ErrorCode.ISSUE_REFUSED


def test_every_certificate_below_the_root_points_at_its_list_and_its_issuer() -> None:
    """RFC 5280 §4.2.1.13 and §4.2.2.1; the root points nowhere."""
    own = infrastructure()
    for certificate, issuer, responder in (
        (certify(CertificateProfile.OFFICIAL).certificate, "issuing", "ocsp"),
        (own.issuing.certificate, "root", "ocsp/root"),
    ):
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
        assert [name.value for point in points for name in point.full_name or ()] == [f"{BASE_URL}/crl/{issuer}.crl"]
        urls = [item.access_location.value for item in access]
        assert urls == [f"{BASE_URL}/crt/{issuer}.crt", f"{BASE_URL}/{responder}"]
    with pytest.raises(x509.ExtensionNotFound):
        own.root.certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints)


@pytest.mark.parametrize(
    ("profile", "in_name"), [(CertificateProfile.OFFICIAL, ["uoc@thu.gov.vn"]), (CertificateProfile.AGENCY_SEAL, [])]
)
def test_the_email_stands_in_the_alternative_name_and_a_persons_name(
    profile: CertificateProfile, in_name: list[str]
) -> None:
    """RFC 5280 §4.1.2.6; real certificates of officials carry it in both, as an IA5String and the last part."""
    certificate = certify(profile).certificate
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.RFC822Name) == ["uoc@thu.gov.vn"]
    found = certificate.subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS)
    assert [attribute.value for attribute in found] == in_name
    ends = certificate.subject.public_bytes().endswith(b"\x16\x0euoc@thu.gov.vn")
    assert ends is bool(in_name)


def test_an_international_address_is_refused_as_such() -> None:
    """RFC 5280 §4.2.1.6: rfc822Name is an IA5String; the message says what the matter is."""
    with pytest.raises(UsageError, match="international address"):
        Subject(common_name="A", organization="B", email="a@thử.gov.vn")


@pytest.mark.parametrize("profile", SUBSCRIBERS)
@pytest.mark.parametrize("change", ["without CN", "without O", "with UID", "with an address of its own"])
def test_a_name_with_too_little_or_too_much_is_refused(profile: CertificateProfile, change: str) -> None:
    """Official-use names: C, L, O, OU, OU, CN; the address comes from where it was checked, not from the name."""
    parts = list(Subject(common_name="A", organization="B", units=("C",), locality="D").to_name())
    match change:
        case "without CN":
            parts = [part for part in parts if part.oid != NameOID.COMMON_NAME]
        case "without O":
            parts = [part for part in parts if part.oid != NameOID.ORGANIZATION_NAME]
        case "with UID":
            parts.append(x509.NameAttribute(NameOID.USER_ID, "CCCD:001234567890"))
        case _:
            parts.append(x509.NameAttribute(NameOID.EMAIL_ADDRESS, "other@thu.gov.vn"))
    content = CertificateContent(
        profile=profile,
        subject=x509.Name(parts),
        public_key=certify(profile).key.public_key(),
        serial=7,
        not_before=NOW,
    )
    with pytest.raises(UsageError) as caught:
        build_certificate(content, infrastructure().issuing, publication_of(BASE_URL, Issuer.ISSUING))
    assert caught.value.code is ErrorCode.ISSUE_REFUSED


def test_a_renewal_lasts_three_years_at_most() -> None:
    """Nghị định 68/2024/NĐ-CP Điều 9."""
    issuing = infrastructure().issuing

    def renew(profile: CertificateProfile) -> x509.Certificate:
        content = CertificateContent(
            profile=profile,
            subject=Subject(common_name="A", organization="B").to_name(),
            public_key=certify(CertificateProfile.OFFICIAL).key.public_key(),
            serial=7,
            not_before=NOW,
            is_renewal=True,
        )
        return build_certificate(content, issuing, publication_of(BASE_URL, Issuer.ISSUING))

    assert renew(CertificateProfile.OFFICIAL).not_valid_after_utc == NOW.replace(year=NOW.year + 3) - timedelta(
        seconds=1
    )
    with pytest.raises(UsageError) as caught:
        renew(CertificateProfile.TSA)
    assert caught.value.code is ErrorCode.ISSUE_REFUSED


def test_a_responder_is_not_asked_about_and_names_no_list() -> None:
    """RFC 6960 §4.2.2.2.1: id-pkix-ocsp-nocheck; the purpose is OCSP signing alone, critical."""
    extensions = certify(CertificateProfile.OCSP_RESPONDER).certificate.extensions
    assert extensions.get_extension_for_class(x509.OCSPNoCheck).critical is False
    purposes = extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert purposes.critical
    assert list(purposes.value) == [ExtendedKeyUsageOID.OCSP_SIGNING]
    with pytest.raises(x509.ExtensionNotFound):
        extensions.get_extension_for_class(x509.CRLDistributionPoints)


@pytest.mark.parametrize(
    "algorithm",
    [
        KeyAlgorithm.P256,
        KeyAlgorithm.P384,
        KeyAlgorithm.RSA_2048,
        pytest.param(KeyAlgorithm.RSA_3072, marks=pytest.mark.slow),
    ],
)
def test_openssl_accepts_every_profile_with_every_kind_of_key(algorithm: KeyAlgorithm, tmp_path: Path) -> None:
    """A foreign judge, in strict mode; the root's own signature too."""
    own = infrastructure(algorithm)
    key = generate_private_key(algorithm)
    leaves = [certify(profile, issuer=own.issuing, key=key).certificate for profile in ISSUED]
    (tmp_path / "root.pem").write_bytes(pem(own.root.certificate))
    (tmp_path / "issuing.pem").write_bytes(pem(own.issuing.certificate))
    files = [tmp_path / "root.pem", tmp_path / "issuing.pem", *(tmp_path / f"{profile}.pem" for profile in ISSUED)]
    for file, leaf in zip(files[2:], leaves, strict=True):
        file.write_bytes(pem(leaf))
    result = openssl(
        "verify", "-x509_strict", "-check_ss_sig", "-attime", str(int(NOW.timestamp()) + 60),
        "-CAfile", tmp_path / "root.pem", "-untrusted", tmp_path / "issuing.pem", *files,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr.decode()
    assert result.stdout.count(b": OK") == len(files)


@pytest.mark.parametrize(
    ("purpose", "accepted"),
    [
        ("smimesign", {*SUBSCRIBERS}),
        ("timestampsign", {CertificateProfile.TSA}),
        # No extendedKeyUsage, so nothing but its name keeps a service's certificate from a connection.
        ("sslserver", {CertificateProfile.SERVICE}),
    ],
)
def test_openssl_takes_a_certificate_for_its_purpose_only(
    purpose: str, accepted: set[CertificateProfile], tmp_path: Path
) -> None:
    """Key usage and purposes as a foreign reader understands them."""
    own = infrastructure()
    (tmp_path / "root.pem").write_bytes(pem(own.root.certificate))
    (tmp_path / "issuing.pem").write_bytes(pem(own.issuing.certificate))
    taken = set()
    for profile in ISSUED:
        (tmp_path / "leaf.pem").write_bytes(pem(certify(profile).certificate))
        result = openssl(
            "verify", "-purpose", purpose, "-attime", str(int(NOW.timestamp()) + 60),
            "-CAfile", tmp_path / "root.pem", "-untrusted", tmp_path / "issuing.pem", tmp_path / "leaf.pem",
        )  # fmt: skip
        if result.returncode == 0:
            taken.add(profile)
    assert taken == accepted


def test_names_are_utf8_in_the_order_of_the_official_use_authority() -> None:
    """C, L, O, OU, OU, CN; C is a PrintableString, the rest UTF8String, composed."""
    subject = Subject(
        common_name=unicodedata.normalize("NFD", "Nguyễn Văn Ước"),
        organization="Ủy ban nhân dân tỉnh Thử",
        units=("Sở Nội vụ", "Văn phòng"),
        locality="Hà Nội",
    )
    name = asn1_x509.Name.load(subject.to_name().public_bytes())
    pairs = [(pair["type"].native, pair["value"].name, pair["value"].native) for rdn in name.chosen for pair in rdn]
    assert pairs == [
        ("country_name", "printable_string", "VN"),
        ("locality_name", "utf8_string", "Hà Nội"),
        ("organization_name", "utf8_string", "Ủy ban nhân dân tỉnh Thử"),
        ("organizational_unit_name", "utf8_string", "Sở Nội vụ"),
        ("organizational_unit_name", "utf8_string", "Văn phòng"),
        ("common_name", "utf8_string", "Nguyễn Văn Ước"),
    ]


@pytest.mark.parametrize(
    "parts",
    [
        {"common_name": ""},
        {"common_name": "  "},
        {"common_name": "A" * 65},
        {"common_name": "Bộ\x00Nội vụ"},
        {"common_name": "\u202eụv iộN ộB"},
        {"common_name": "\ud800"},
        {"units": ("",)},
        {"country": "vn"},
        {"email": "không@thu.gov.vn"},
        {"email": "a b@thu.gov.vn"},
        {"email": "a@thu.gov.vn\n"},
        {"email": "a@b@thu.gov.vn"},
        {"email": '"a@thu.gov.vn, b"@thu.gov.vn'},
        {"email": "a..b@thu.gov.vn"},
        {"email": "a@thu..gov.vn"},
        {"email": "a@-thu.gov.vn"},
        {"email": "a@[127.0.0.1]"},
        {"email": "a" * 65 + "@thu.gov.vn"},
        {"email": "a@" + "thu." * 63 + "vn"},
    ],
)
def test_a_name_that_deceives_or_does_not_fit_is_refused(parts: dict[str, object]) -> None:
    """RFC 5280 Appendix A upper bounds; no control characters, no bidirectional overrides; RFC 5321 §4.1.2."""
    with pytest.raises(UsageError) as caught:
        Subject(**({"common_name": "A", "organization": "B"} | parts))  # type: ignore[arg-type]
    assert caught.value.code is ErrorCode.BAD_ARGUMENT


@pytest.mark.parametrize(
    "key",
    [rsa.generate_private_key(65537, 1024), ed25519.Ed25519PrivateKey.generate()],  # noqa: S505
    ids=["RSA-1024", "Ed25519"],
)
def test_a_weak_or_foreign_key_is_refused(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> None:
    """Thông tư 15/2025/TT-BKHCN: RSA from 2048 bits, ECDSA from 256."""
    with pytest.raises(UsageError) as caught:
        check_public_key(key.public_key())
    assert caught.value.code is ErrorCode.KEY_UNUSABLE


@pytest.mark.parametrize("exponent", [3, 2**16 - 1, 2**256 + 1])
def test_an_rsa_key_with_an_exponent_that_invites_forgery_is_refused(exponent: int) -> None:
    """FIPS 186-5 §A.1.1: odd, between 2^16 and 2^256. Even ones and 1 are refused by the library itself."""
    modulus = certify(CertificateProfile.SERVICE, algorithm=KeyAlgorithm.RSA_2048).key.public_key().public_numbers()
    assert isinstance(modulus, rsa.RSAPublicNumbers)
    with pytest.raises(UsageError) as caught:
        check_public_key(rsa.RSAPublicNumbers(exponent, modulus.n).public_key())
    assert caught.value.code is ErrorCode.KEY_UNUSABLE


@pytest.mark.parametrize("curve", [ec.SECP256K1(), ec.BrainpoolP256R1()], ids=["secp256k1", "brainpoolP256r1"])
def test_a_curve_that_few_readers_know_is_refused(curve: ec.EllipticCurve) -> None:
    """RFC 5480 §2.1.1.1 names the curves; large enough is not enough."""
    with pytest.raises(UsageError) as caught:
        check_public_key(ec.generate_private_key(curve).public_key())
    assert caught.value.code is ErrorCode.KEY_UNUSABLE


def test_a_credential_refuses_a_key_that_is_not_the_certificates() -> None:
    """A signature by another key is worthless, and found out too late."""
    with pytest.raises(UsageError) as caught:
        Credential(key=generate_private_key(), certificate=certify(CertificateProfile.OFFICIAL).certificate)
    assert caught.value.code is ErrorCode.KEY_UNUSABLE


def test_the_text_of_a_credential_shows_no_key() -> None:
    """Tracebacks and logs show repr."""
    assert "key" not in repr(certify(CertificateProfile.OFFICIAL))


def test_only_the_root_profile_signs_itself() -> None:
    """Every other certificate needs an issuer."""
    key = generate_private_key()
    content = CertificateContent(
        profile=CertificateProfile.OFFICIAL,
        subject=Subject(common_name="A", organization="B").to_name(),
        public_key=key.public_key(),
        serial=1,
        not_before=NOW,
    )
    with pytest.raises(UsageError) as caught:
        build_root_certificate(content, key)
    assert caught.value.code is ErrorCode.ISSUE_REFUSED


def test_certificates_are_read_as_der_and_as_pem() -> None:
    """Both forms give the same certificate."""
    certificate = infrastructure().root.certificate
    assert load_certificate(pem(certificate)) == load_certificate(certificate.public_bytes(Encoding.DER)) == certificate


@pytest.mark.parametrize("data", [b"", b"-----BEGIN CERTIFICATE-----\n", b"0\x82\x01", b"%PDF-1.7"])
def test_what_is_no_certificate_is_our_error(data: bytes) -> None:
    """Any bytes: a certificate or an InputError."""
    with pytest.raises(InputError) as caught:
        load_certificate(data)
    assert caught.value.code is ErrorCode.MALFORMED_CERTIFICATE


def test_a_certificate_of_an_unknown_version_is_our_error() -> None:
    """The library has an exception of its own for it."""
    der = infrastructure().root.certificate.public_bytes(Encoding.DER)
    with pytest.raises(InputError) as caught:
        load_certificate(der.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x09", 1))
    assert caught.value.code is ErrorCode.MALFORMED_CERTIFICATE


@pytest.mark.parametrize("text", ["", "1", "a.b", "1.2.", "9.9"])
def test_what_is_no_object_identifier_is_our_error(text: str) -> None:
    """A policy given by a caller may be anything."""
    with pytest.raises(UsageError) as caught:
        parse_oid(text)
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
