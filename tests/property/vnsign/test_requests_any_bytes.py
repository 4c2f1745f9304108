"""Any bytes given as a request for a certificate give a result or our error, quickly."""

from __future__ import annotations

import time
from functools import cache

import pytest
from asn1crypto import keys as asn1_keys
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import example, given
from hypothesis import strategies as st

from tests.property.vnsign.test_tsp_any_bytes import mutated
from tests.unit.vnsign.pki.request_making import SUBJECT, make_request, p256, rsa2048, rsa_key_info, with_public_key
from vnsign.errors import InputError
from vnsign.pki.requests import CertificateRequest, check_request, parse_request
from vnsign.policy.profiles import CertificateProfile

SAN: list[x509.ExtensionType] = [x509.SubjectAlternativeName([x509.RFC822Name("uoc@thu.gov.vn")])]
KINDS = ("P-256", "RSA", "PEM")
_SECONDS = 1


@cache
def genuine(kind: str) -> bytes:
    """The bytes that are changed."""
    der = make_request(rsa2048() if kind == "RSA" else None, None, SAN)
    return x509.load_der_x509_csr(der).public_bytes(Encoding.PEM) if kind == "PEM" else der


def taken_in(data: bytes) -> CertificateRequest | None:
    """Read and check; the request if it is faultless."""
    try:
        request = parse_request(data)
        faults = check_request(request, subject=SUBJECT, profile=CertificateProfile.OFFICIAL)
    except InputError:
        return None
    return None if faults else request


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_a_changed_request_is_refused_or_says_the_same(kind: str, data: st.DataObject) -> None:
    """RFC 2986 §4.2: what is accepted after a change is still the same key and the same name."""
    begin = time.process_time()
    accepted = taken_in(data.draw(mutated(genuine(kind)) | st.binary(max_size=200)))
    if accepted is not None:
        original = parse_request(genuine(kind))
        assert (accepted.public_key, accepted.subject) == (original.public_key, original.subject)
    assert time.process_time() - begin < _SECONDS


@given(modulus=st.integers(-(2**300), 2**4100), exponent=st.integers(-10, 2**300))
@example(modulus=2**16384 - 1, exponent=2**256 - 1)
@example(modulus=2**16383 + 1, exponent=65537)
@example(modulus=2**2048 - 1, exponent=2**256 - 1)
@example(modulus=2**400_000 + 1, exponent=2**100_000 + 1)
def test_any_two_numbers_as_an_rsa_key_are_judged_quickly(modulus: int, exponent: int) -> None:
    """The signature is not this key's, so nothing may be accepted."""
    data = with_public_key(rsa_key_info(modulus, exponent))
    begin = time.process_time()
    assert taken_in(data) is None
    assert time.process_time() - begin < _SECONDS


@given(point=st.binary(max_size=100) | st.binary(min_size=65, max_size=65).map(lambda tail: b"\x04" + tail[1:]))
def test_any_bytes_as_a_point_are_judged(point: bytes) -> None:
    """Off the curve, too long, compressed, empty: refused, never a foreign error."""
    info = asn1_keys.PublicKeyInfo.load(
        p256().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    )
    info["public_key"] = asn1_keys.ECPointBitString(point)
    assert taken_in(with_public_key(info.dump())) is None


@pytest.mark.parametrize("kind", KINDS)
def test_the_genuine_request_is_accepted(kind: str) -> None:
    """What is changed above is right before."""
    assert taken_in(genuine(kind)) is not None
