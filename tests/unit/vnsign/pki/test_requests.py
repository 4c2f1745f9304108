"""Requests for certificates: what is read, and each reason for which one is refused."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from asn1crypto import csr as asn1_csr
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.unit.vnsign.pki.request_making import (
    SUBJECT,
    certtool_request,
    close_primes,
    make_request,
    openssl_request,
    p256,
    roca,
    rsa2048,
    with_public_key,
)
from vnsign.errors import ErrorCode, InputError
from vnsign.pki.names import Subject
from vnsign.pki.requests import (
    MAX_REQUEST_BYTES,
    RequestFault,
    RequestProblem,
    RequestRefused,
    check_request,
    parse_key,
    parse_request,
)
from vnsign.policy.profiles import CertificateProfile

KEY_USAGE = {
    "digital_signature": False,
    "content_commitment": True,
    "key_encipherment": False,
    "data_encipherment": False,
    "key_agreement": False,
    "key_cert_sign": False,
    "crl_sign": False,
    "encipher_only": False,
    "decipher_only": False,
}


def faults_of(
    data: bytes, *, subject: Subject = SUBJECT, profile: CertificateProfile = CertificateProfile.OFFICIAL
) -> tuple[RequestFault, ...]:
    """Read and check."""
    return check_request(parse_request(data), subject=subject, profile=profile)


def problems_of(data: bytes, *, subject: Subject = SUBJECT) -> list[RequestProblem]:
    """Read, check, keep the codes."""
    return [fault.problem for fault in faults_of(data, subject=subject)]


def name_of(*parts: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    """Write a name of one type after the other."""
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in parts])


def as_pem(der: bytes) -> bytes:
    """Write a request as PEM."""
    return x509.load_der_x509_csr(der).public_bytes(Encoding.PEM)


# ---------------------------------------------------------------- reading


FOREIGN: dict[str, Callable[[Path], bytes]] = {
    "openssl RSA": lambda folder: openssl_request(folder, "-reqexts", "san"),
    "openssl RSA-PSS": lambda folder: openssl_request(
        folder, "-sha384", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:-1"
    ),
    "openssl P-256": lambda folder: openssl_request(
        folder, "-reqexts", "san", key=("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
    ),
    "openssl P-384, DER": lambda folder: openssl_request(
        folder, "-outform", "DER", key=("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384")
    ),
    "openssl, text first": lambda folder: openssl_request(folder, "-text"),
    "openssl, NEW label": lambda folder: openssl_request(folder, "-newhdr"),
    "certtool RSA": lambda folder: certtool_request(folder, "--rsa", "--bits", "2048"),
    "certtool P-256": lambda folder: certtool_request(folder, "--ecdsa", "--curve", "secp256r1"),
    "cryptography P-256": lambda _: make_request(),
    "cryptography RSA, SHA-512": lambda _: make_request(rsa2048(), hash_algorithm=hashes.SHA512()),
}


@pytest.mark.parametrize("maker", FOREIGN)
def test_requests_of_other_programs_are_read_and_found_faultless(maker: str, tmp_path: Path) -> None:
    """RFC 2986 §4: with all the attributes that people's programs add."""
    assert faults_of(FOREIGN[maker](tmp_path)) == ()


def test_der_and_pem_are_the_same_request() -> None:
    """RFC 7468 §7: the text form changes nothing."""
    der = make_request()
    assert parse_request(as_pem(der)) == parse_request(der)
    assert parse_request(as_pem(der)).der == der


def test_a_request_tells_its_key_its_subject_and_its_addresses() -> None:
    """Addresses stand in subjectAltName or, in older programs, in the name."""
    name = x509.Name([*SUBJECT.to_name(), x509.NameAttribute(NameOID.EMAIL_ADDRESS, "b@thu.gov.vn")])
    request = parse_request(make_request(None, name, [x509.SubjectAlternativeName([x509.RFC822Name("a@thu.gov.vn")])]))
    assert request.public_key == p256().public_key()
    assert request.subject == name
    assert request.emails == ("a@thu.gov.vn", "b@thu.gov.vn")


def test_the_key_of_a_request_on_record_is_read_alone() -> None:
    """The same key, and the same errors for what is no request."""
    assert parse_key(make_request()) == p256().public_key()
    for damaged in (b"", make_request()[:-1], as_pem(make_request())):
        with pytest.raises(InputError) as caught:
            parse_key(damaged)
        assert caught.value.code is ErrorCode.MALFORMED_REQUEST


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x30",
        b"\x30\x80\x00\x00",
        b"-----BEGIN CERTIFICATE REQUEST-----",
        b"-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----\n",
        make_request()[:-1],
        make_request() + b"\x00",
        as_pem(make_request()) * 2,
        as_pem(make_request()) + b"and more",
        as_pem(make_request()).replace(b"CERTIFICATE REQUEST", b"CERTIFICATE"),
        bytes(MAX_REQUEST_BYTES),
    ],
    ids=[
        "nothing",
        "one byte",
        "indefinite length",
        "begin only",
        "empty block",
        "cut off",
        "trailing byte",
        "two blocks",
        "text after",
        "another label",
        "zeros",
    ],
)
def test_what_is_no_single_request_is_malformed(data: bytes) -> None:
    """One request and nothing else: what is not read cannot be approved."""
    with pytest.raises(InputError) as caught:
        parse_request(data, file="request.pem")
    assert caught.value.code is ErrorCode.MALFORMED_REQUEST
    assert caught.value.file == "request.pem"


def test_a_request_of_ten_megabytes_is_refused_unread() -> None:
    """The limit is named; even a wellformed beginning is not looked at."""
    with pytest.raises(InputError, match="10000000 bytes; at most 65536") as caught:
        parse_request(make_request().ljust(10_000_000, b"\x00"))
    assert caught.value.code is ErrorCode.MALFORMED_REQUEST


def test_two_lists_of_extensions_are_malformed() -> None:
    """RFC 2985 §5.4.2: one; of two, another program may read the one that this one does not."""
    harmless, power = x509.BasicConstraints(ca=False, path_length=None), x509.BasicConstraints(ca=True, path_length=0)
    request = asn1_csr.CertificationRequest.load(make_request(None, None, [harmless]))
    other = asn1_csr.CertificationRequest.load(make_request(None, None, [power]))
    attributes = request["certification_request_info"]["attributes"]
    attributes.append(other["certification_request_info"]["attributes"][0])
    with pytest.raises(InputError) as caught:
        parse_request(request.dump(force=True))
    assert caught.value.code is ErrorCode.MALFORMED_REQUEST


def test_the_same_extension_twice_is_malformed() -> None:
    """RFC 5280 §4.2: not more than one instance; of two answers nobody knows which is meant."""
    request = asn1_csr.CertificationRequest.load(
        make_request(None, None, [x509.SubjectAlternativeName([x509.RFC822Name("a@thu.gov.vn")])])
    )
    asked = request["certification_request_info"]["attributes"][0]["values"][0]
    asked.append(asked[0])
    with pytest.raises(InputError) as caught:
        parse_request(request.dump(force=True))
    assert caught.value.code is ErrorCode.MALFORMED_REQUEST


# ---------------------------------------------------------------- possession


def test_a_signature_of_another_key_proves_nothing() -> None:
    """RFC 2986 §4.2: the request is signed with the private half of the key in it."""
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    spki = other.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert problems_of(with_public_key(spki)) == [RequestProblem.NO_POSSESSION]


def test_a_subject_exchanged_after_signing_is_found() -> None:
    """The signature covers the name; otherwise anybody could take over a request."""
    der = make_request().replace("Phòng Ứng".encode(), "Phòng Ung".encode().ljust(len("Phòng Ứng".encode())))
    assert RequestProblem.NO_POSSESSION in problems_of(der)


def test_an_unknown_signature_algorithm_proves_nothing() -> None:
    """What cannot be verified is not believed."""
    ecdsa_sha256, unknown = bytes.fromhex("06082a8648ce3d040302"), bytes.fromhex("06082a8648ce3d04037f")
    assert problems_of(make_request().replace(ecdsa_sha256, unknown)) == [RequestProblem.NO_POSSESSION]


@pytest.mark.parametrize("digest", ["-sha1", "-md5", "-sha224"])
def test_a_weak_hash_is_refused(digest: str, tmp_path: Path) -> None:
    """TT 15/2025 PL I: SHA-256 or better, in the proof of possession too."""
    assert problems_of(openssl_request(tmp_path, digest)) == [RequestProblem.WEAK_SIGNATURE_HASH]


# ---------------------------------------------------------------- weak keys


@pytest.mark.parametrize(
    ("key", "meaning"),
    [(close_primes, "Fermat"), (roca, "CVE-2017-15361"), (lambda: ec.derive_private_key(1, ec.SECP256R1()), "tries")],
    ids=["close primes", "ROCA", "scalar 1"],
)
def test_a_key_that_anybody_can_compute_is_refused(key: Callable[[], ec.EllipticCurvePrivateKey], meaning: str) -> None:
    """The request is genuine and its signature verifies; the key is worthless all the same."""
    (fault,) = faults_of(make_request(key()))
    assert fault.problem is RequestProblem.WEAK_KEY
    assert meaning in fault.detail


# ---------------------------------------------------------------- subject


def test_an_empty_subject_leaves_the_name_to_the_application() -> None:
    """RFC 2986 §4.1 allows it; the application names the subject anyway."""
    assert problems_of(make_request(None, x509.Name([]))) == []


def test_case_spaces_and_composition_do_not_make_another_name() -> None:
    """RFC 5280 §7.1; RFC 4518: the same letters, typed another way."""
    parts = [
        (attribute.oid, unicodedata.normalize("NFD", f"  {str(attribute.value).upper()} ".replace(" ", "  ")))
        for attribute in SUBJECT.to_name()
        if attribute.oid != NameOID.COUNTRY_NAME
    ]
    assert problems_of(make_request(None, name_of((NameOID.COUNTRY_NAME, "VN"), *parts))) == []


def test_the_order_of_types_is_the_profiles_to_choose() -> None:
    """The Government's authority itself writes C, O, L, CN; the certificate is written from the application."""
    country, locality, organization, outer, inner, name = SUBJECT.to_name()
    assert problems_of(make_request(None, x509.Name([name, outer, inner, organization, locality, country]))) == []
    assert problems_of(make_request(None, x509.Name([country, organization, locality, inner, outer, name]))) == [
        RequestProblem.SUBJECT_MISMATCH  # the order of units means something
    ]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"common_name": "Nguyễn Văn Uoc"}, "CN is 'Nguyễn Văn Ước' in the request, 'Nguyễn Văn Uoc'"),
        ({"organization": "Bộ Thử"}, "O is"),
        ({"units": ("Phòng Ứng dụng", "Sở Thử nghiệm")}, "OU is"),
        ({"units": ("Sở Thử nghiệm",)}, "OU is"),
        ({"units": ()}, "OU is 'Sở Thử nghiệm', 'Phòng Ứng dụng' in the request, absent in the application"),
        ({"locality": None}, "L is 'Hà Nội' in the request, absent"),
        ({"country": "LA"}, "C is 'VN' in the request, 'LA'"),
    ],
)
def test_a_name_that_differs_is_refused_and_the_difference_named(change: dict[str, str], named: str) -> None:
    """Every type counts, the order of units and diacritics too."""
    parts = {"common_name": SUBJECT.common_name, "organization": SUBJECT.organization, "units": SUBJECT.units}
    subject = Subject(**{**parts, "locality": SUBJECT.locality, "email": SUBJECT.email, **change})  # type: ignore[arg-type]
    (fault,) = faults_of(make_request(), subject=subject)
    assert fault.problem is RequestProblem.SUBJECT_MISMATCH
    assert named in fault.detail


def test_a_type_that_the_application_does_not_know_is_a_difference() -> None:
    """A title that nobody applied for is not passed over in silence."""
    name = x509.Name([*SUBJECT.to_name(), x509.NameAttribute(NameOID.TITLE, "Chủ tịch")])
    (fault,) = faults_of(make_request(None, name))
    assert "in the request, absent in the application" in fault.detail


def test_what_a_stranger_wrote_cannot_deceive_whoever_reads_the_message() -> None:
    """Control characters and marks that turn the direction of reading are escaped; length is limited."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "\x1b[2J\u202eABC" + "x" * 50)])
    (fault,) = faults_of(make_request(None, name))
    assert "\x1b" not in fault.detail
    assert "\u202e" not in fault.detail
    assert "\\u202e" in fault.detail


# ---------------------------------------------------------------- addresses


def san(*names: x509.GeneralName) -> list[x509.ExtensionType]:
    """Ask for alternative names."""
    return [x509.SubjectAlternativeName(names)]


def test_the_host_of_an_address_is_compared_without_case() -> None:
    """RFC 5280 §7.5."""
    assert problems_of(make_request(None, None, san(x509.RFC822Name("uoc@THU.gov.vn")))) == []


@pytest.mark.parametrize("address", ["Uoc@thu.gov.vn", "other@thu.gov.vn", "uoc@thu.gov.vn.example"])
def test_an_address_nobody_applied_for_is_refused(address: str) -> None:
    """RFC 5280 §7.5: what stands before the @ is compared exactly."""
    (fault,) = faults_of(make_request(None, None, san(x509.RFC822Name(address))))
    assert fault.problem is RequestProblem.EMAIL_MISMATCH
    assert address in fault.detail


def test_an_address_in_the_name_is_compared_as_an_address() -> None:
    """Programs that write emailAddress into the name ask for the same thing."""
    other = x509.Name([*SUBJECT.to_name(), x509.NameAttribute(NameOID.EMAIL_ADDRESS, "x@thu.gov.vn")])
    assert problems_of(make_request(None, other)) == [RequestProblem.EMAIL_MISMATCH]


def test_an_address_is_refused_when_the_application_has_none() -> None:
    """A certificate without an address stays without one."""
    plain = Subject(common_name="Máy chủ", organization="Sở Thử nghiệm")
    data = make_request(None, plain.to_name(), san(x509.RFC822Name("a@thu.gov.vn")))
    assert problems_of(data, subject=plain) == [RequestProblem.EMAIL_MISMATCH]


# ---------------------------------------------------------------- extensions


@pytest.mark.parametrize(
    ("extension", "power"),
    [
        (x509.BasicConstraints(ca=True, path_length=None), "be a certification authority"),
        (x509.KeyUsage(**{**KEY_USAGE, "key_cert_sign": True}), "sign certificates"),
        (x509.KeyUsage(**{**KEY_USAGE, "crl_sign": True}), "sign revocation lists"),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), "answer for the status"),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), "give time-stamps"),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]), "serve any purpose"),
    ],
)
def test_power_over_others_is_refused(extension: x509.ExtensionType, power: str) -> None:
    """An official's or agency's certificate certifies nobody; who asks for it gets a reason, not silence."""
    (fault,) = faults_of(make_request(None, None, [extension]))
    assert fault.problem is RequestProblem.EXTENSION_REFUSED
    assert power in fault.detail


def test_a_purpose_that_the_profile_has_may_be_asked_for() -> None:
    """The time-stamping certificate is for time-stamping."""
    data = make_request(None, None, [x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])])
    assert faults_of(data, profile=CertificateProfile.TSA) == ()


def test_other_wishes_are_left_to_the_profile() -> None:
    """The profile decides what a certificate says: usages and names asked for are neither copied nor a fault."""
    wishes: Sequence[x509.ExtensionType] = [
        x509.BasicConstraints(ca=False, path_length=None),
        x509.KeyUsage(**{**KEY_USAGE, "digital_signature": True, "key_encipherment": True}),
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION]),
        x509.SubjectAlternativeName([x509.DNSName("thu.gov.vn"), x509.OtherName(NameOID.TITLE, b"\x05\x00")]),
        x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2"), b"\x05\x00"),
    ]
    assert problems_of(make_request(None, None, wishes)) == []


# ---------------------------------------------------------------- the refusal


def test_a_refusal_names_every_reason() -> None:
    """All faults at once, each with its code and in words: nobody comes back three times."""
    name = x509.Name([*SUBJECT.to_name(), x509.NameAttribute(NameOID.EMAIL_ADDRESS, "x@thu.gov.vn")])
    data = make_request(
        ec.derive_private_key(2, ec.SECP256R1()),
        x509.Name([*list(name)[:3], *list(name)[4:]]),
        [x509.BasicConstraints(ca=True, path_length=None)],
    )
    damaged = data[:-1] + bytes([data[-1] ^ 1])
    faults = faults_of(damaged)
    refused = RequestRefused(faults, file="a.csr")
    assert refused.code is ErrorCode.REQUEST_REFUSED
    assert refused.problems == (
        RequestProblem.NO_POSSESSION,
        RequestProblem.WEAK_KEY,
        RequestProblem.SUBJECT_MISMATCH,
        RequestProblem.EMAIL_MISMATCH,
        RequestProblem.EXTENSION_REFUSED,
    )
    for fault in faults:
        assert fault.detail in str(refused)
        assert f"[{fault.problem}]" in str(refused)
