"""Keys in requests: kinds, sizes and forms that are not certified."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from asn1crypto import core as asn1_core
from asn1crypto import keys as asn1_keys
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa, x25519
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.unit.vnsign.pki.request_making import (
    EXPONENT,
    p256,
    rsa2048,
    rsa_key_info,
    with_public_key,
)
from vnsign.errors import ErrorCode, InputError
from vnsign.pki.request_keys import MAX_RSA_BITS
from vnsign.pki.requests import RequestProblem, RequestRefused, parse_request

N = rsa2048().public_key().public_numbers().n


def spki(public_key: PublicKeyTypes) -> bytes:
    """Encode a key."""
    return public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def point(encoded: bytes) -> bytes:
    """Encode a P-256 key of any bytes as its point."""
    info = asn1_keys.PublicKeyInfo.load(spki(p256().public_key()))
    info["public_key"] = asn1_keys.ECPointBitString(encoded)
    written: bytes = info.dump()
    return written


def rsa_1024() -> rsa.RSAPublicKey:
    """Make a key that was usual until 2013."""
    return rsa.generate_private_key(public_exponent=EXPONENT, key_size=1024).public_key()  # noqa: S505  (weak on purpose)


def dsa_1024() -> dsa.DSAPublicKey:
    """Make a key that was usual until 2013."""
    return dsa.generate_private_key(key_size=1024).public_key()  # noqa: S505  (weak on purpose)


def explicit_curve() -> bytes:
    """Encode a P-256 key whose curve is spelled out: with another base point, any signature can be forged."""
    x = p256().public_key().public_numbers().x
    curve = asn1_keys.SpecifiedECDomain(
        {
            "version": "ecdpVer1",
            "field_id": {"field_type": "prime_field", "parameters": asn1_core.Integer(2**256 - 189)},
            "curve": {"a": b"\x00" * 32, "b": b"\x07".rjust(32, b"\x00")},
            "base": asn1_keys.ECPoint(b"\x02" + x.to_bytes(32, "big")),
            "order": 2**256 - 189,
        }
    )
    info = asn1_keys.PublicKeyInfo.load(spki(p256().public_key()))
    info["algorithm"]["parameters"] = asn1_keys.ECDomainParameters(name="specified", value=curve)
    written: bytes = info.dump(force=True)
    return written


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "RSA-1024": (lambda: spki(rsa_1024()), "1024 bits; 2048 to 16384"),
    "RSA-2047": (lambda: rsa_key_info(N >> 1 | 1), "2047 bits"),
    "RSA too large": (lambda: rsa_key_info(1 << MAX_RSA_BITS | 1), "16385 bits; 2048 to 16384"),
    "RSA of half a megabit": (lambda: rsa_key_info(1 << 500_000 | 1), "500001 bits"),
    "even modulus": (lambda: rsa_key_info(N - 1), "not a positive odd number"),
    "negative modulus": (lambda: rsa_key_info(-N), "not a positive odd number"),
    "modulus 0": (lambda: rsa_key_info(0), "not a positive odd number"),
    "exponent 0": (lambda: rsa_key_info(N, 0), "exponent 0 "),
    "exponent of one bit": (lambda: rsa_key_info(N, 1), "exponent 1 "),
    "exponent 3": (lambda: rsa_key_info(N, 3), "exponent 3 "),
    "exponent 2^16": (lambda: rsa_key_info(N, 2**16), "exponent 65536 "),
    "exponent even": (lambda: rsa_key_info(N, 65538), "of 17 bits is not an odd number"),
    "exponent negative": (lambda: rsa_key_info(N, -65537), "is not an odd number"),
    "exponent of 257 bits": (lambda: rsa_key_info(N, 2**256 + 1), "of 257 bits"),
    "exponent above the modulus": (lambda: rsa_key_info(N, N + 2), "of 2048 bits"),
    "P-192": (lambda: spki(ec.generate_private_key(ec.SECP192R1()).public_key()), "not P-256 or P-384"),
    "P-224": (lambda: spki(ec.generate_private_key(ec.SECP224R1()).public_key()), "not P-256 or P-384"),
    "P-521": (lambda: spki(ec.generate_private_key(ec.SECP521R1()).public_key()), "not P-256 or P-384"),
    "secp256k1": (lambda: spki(ec.generate_private_key(ec.SECP256K1()).public_key()), "not P-256 or P-384"),
    "explicit curve": (explicit_curve, "spelled out"),
    "point off the curve": (lambda: point(b"\x04" + bytes(63) + b"\x01"), "no point on the curve"),
    "point at infinity": (lambda: point(b"\x00"), "no point on the curve"),
    "point of another curve": (lambda: point(b"\x04" + bytes(96)), "no point on the curve"),
    "no point": (lambda: point(b""), "no point on the curve"),
    "DSA": (lambda: spki(dsa_1024()), "1.2.840.10040.4.1 is not certified"),
    "Ed25519": (lambda: spki(ed25519.Ed25519PrivateKey.generate().public_key()), "1.3.101.112 is not certified"),
    "Ed448": (lambda: spki(ed448.Ed448PrivateKey.generate().public_key()), "1.3.101.113 is not certified"),
    "X25519": (lambda: spki(x25519.X25519PrivateKey.generate().public_key()), "1.3.101.110 is not certified"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_keys_that_are_not_certified_are_refused_with_the_reason(name: str) -> None:
    """TT 15/2025 PL I (RSA from 2048 bits, ECDSA from 256); FIPS 186-5 §A.1.1 (exponent); RFC 5480 §2.1.1 (curve)."""
    make_info, reason = REFUSED[name]
    with pytest.raises(RequestRefused) as caught:
        parse_request(with_public_key(make_info()))
    assert caught.value.problems == (RequestProblem.KEY_UNUSABLE,)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [(b"\x02\x03\x01\x00\x01", b"\x04\x03\x01\x00\x01"), (b"\x01\x01\x05\x00", b"\x01\x01\x04\x00")],
    ids=["exponent no INTEGER", "parameters not NULL"],
)
def test_a_key_that_is_not_encoded_as_its_kind_asks_is_malformed(right: bytes, wrong: bytes) -> None:
    """RFC 3279 §2.3.1: two INTEGERs, parameters NULL."""
    data = with_public_key(rsa_key_info(N))
    assert data.count(right) == 1
    with pytest.raises(InputError) as caught:
        parse_request(data.replace(right, wrong))
    assert caught.value.code is ErrorCode.MALFORMED_REQUEST


def test_a_compressed_point_is_the_same_key() -> None:
    """RFC 5480 §2.2: one key, one encoding afterwards; two would let a key be certified twice unseen."""
    compressed = p256().public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    assert parse_request(with_public_key(point(compressed))).public_key == p256().public_key()


@pytest.mark.parametrize("bits", [2048, 3072, 4096, MAX_RSA_BITS])
def test_the_largest_allowed_keys_are_read(bits: int) -> None:
    """Up to what OpenSSL computes with."""
    modulus = N | 1 << (bits - 1)
    public_key = parse_request(with_public_key(rsa_key_info(modulus))).public_key
    assert isinstance(public_key, rsa.RSAPublicKey)
    assert public_key.key_size == bits


def test_a_modulus_of_half_a_megabit_costs_nothing() -> None:
    """Refused by its length, before anything is computed with it."""
    data = with_public_key(rsa_key_info(1 << 500_000 | 1))
    begin = time.process_time()
    with pytest.raises(RequestRefused):
        parse_request(data)
    assert time.process_time() - begin < 1
