"""A form holds everything of a certificate but for whom it is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from vnsign.pki.certificate_forms import form_of
from vnsign.pki.signature_values import load_certificate

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
DAY = timedelta(days=1)
Extension = tuple[x509.ExtensionType, bool]
AUTHORITY = ec.generate_private_key(ec.SECP256R1())


@cache
def key(owner: str) -> ec.EllipticCurvePrivateKey:
    """Return the key of somebody."""
    assert owner
    return ec.generate_private_key(ec.SECP256R1())


def name(common_name: str) -> x509.Name:
    """Return a name."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def own(owner: str) -> list[Extension]:
    """Return what tells whose a certificate is."""
    return [
        (x509.SubjectKeyIdentifier.from_public_key(key(owner).public_key()), False),
        (x509.SubjectAlternativeName([x509.RFC822Name(f"{owner}@example.gov.vn")]), False),
    ]


COMMON: list[Extension] = [
    (x509.BasicConstraints(ca=False, path_length=None), True),
    (x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier("1.2.3.4"), None)]), False),
]


def certificate(
    owner: str, extensions: Iterable[Extension], *, serial: int = 7, issuer: str = "ca", days: int = 1
) -> x509.Certificate:
    """Return a certificate."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(owner))
        .issuer_name(name(issuer))
        .public_key(key(owner).public_key())
        .serial_number(serial)
        .not_valid_before(AT - days * DAY)
        .not_valid_after(AT + days * DAY)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(AUTHORITY, hashes.SHA256())


def test_certificates_of_one_series_have_one_form() -> None:
    """Number, times, subject, key, its identifier and alternative names are everybody's own."""
    form = form_of(certificate("an", [*COMMON, *own("an")]))

    assert form is not None
    assert form_of(certificate("binh", [*COMMON, *own("binh")], serial=1 << 100, days=9)) == form


@pytest.mark.parametrize(
    "other",
    [
        certificate("an", [*COMMON, *own("an")], issuer="other"),
        certificate("an", [*COMMON, own("an")[0]]),
        certificate("an", [*own("an"), *COMMON]),
        certificate("an", [*COMMON, own("an")[0], (own("an")[1][0], True)]),
        certificate("an", [*COMMON, *own("an"), (x509.InhibitAnyPolicy(0), True)]),
        certificate("an", [(x509.BasicConstraints(ca=True, path_length=None), True), COMMON[1], *own("an")]),
        certificate("an", []),
    ],
    ids=["issuer", "one less", "order", "critical", "one more", "value", "none"],
)
def test_what_is_not_the_owners_makes_another_form(other: x509.Certificate) -> None:
    """Extensions with their order, criticality and values; the issuer."""
    assert form_of(other) != form_of(certificate("an", [*COMMON, *own("an")]))


def test_the_kind_of_key_and_the_algorithm_of_the_signature_belong_to_the_form() -> None:
    """The key itself does not."""
    builder = x509.CertificateBuilder().subject_name(name("an")).issuer_name(name("ca")).serial_number(7)
    builder = builder.not_valid_before(AT).not_valid_after(AT + DAY).add_extension(*COMMON[0])
    rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    p384 = ec.generate_private_key(ec.SECP384R1())
    forms = {
        form_of(builder.public_key(each.public_key()).sign(AUTHORITY, digest))
        for each in (key("an"), key("binh"), rsa_key, p384)
        for digest in (hashes.SHA256(), hashes.SHA384())
    }

    assert len(forms) == 6


def _spans(whole: bytes, parts: Iterable[bytes]) -> set[int]:
    found: set[int] = set()
    for part in parts:
        assert whole.count(part) == 1
        found.update(range(whole.index(part), whole.index(part) + len(part)))
    return found


@pytest.mark.filterwarnings("ignore:Parsed a serial number which wasn't positive")
def test_a_changed_byte_anywhere_else_changes_the_form() -> None:
    """Every byte, two changes each: only the owner's own parts may differ within a form."""
    one = certificate("an", [*COMMON, *own("an")], serial=0x123456789ABCDEF)
    whole, form = one.public_bytes(Encoding.DER), form_of(one)
    identifier = own("an")[0][0]
    assert isinstance(identifier, x509.SubjectKeyIdentifier)
    point = key("an").public_key().public_numbers()
    free = _spans(
        whole,
        [
            *(moment.strftime("%y%m%d%H%M%SZ").encode() for moment in (AT - DAY, AT + DAY)),
            one.subject.public_bytes(),
            bytes.fromhex("0123456789abcdef"),
            point.x.to_bytes(32, "big"),
            point.y.to_bytes(32, "big"),
            identifier.digest,
            b"an@example.gov.vn",
            one.signature,
        ],
    )
    alike = set()
    for at in range(len(whole)):
        for flip in (0x01, 0x80):
            changed = load_certificate(whole[:at] + bytes((whole[at] ^ flip,)) + whole[at + 1 :])
            if changed is not None and form_of(changed) == form:
                alike.add(at)

    # kinds and lengths of the owner's own parts
    near = {at + step for at in free for step in (-6, -5, -4, -3, -2, -1, 0)}
    assert alike <= near
    assert len(alike & free) > len(free) // 2
