"""The authority's keys under a passphrase: only that passphrase opens them, at a price."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from tests.unit.vnsign.authority.making import openssl
from vnsign.authority.keys.keystore import SCRYPT_COST, SoftwareKeys, derive_secret
from vnsign.errors import ErrorCode, VnsignError
from vnsign.pki.keys import KeyAlgorithm

SECRET = derive_secret(b"passphrase", salt=bytes(16), cost=2)


@pytest.mark.parametrize("algorithm", [KeyAlgorithm.P256, KeyAlgorithm.P384, KeyAlgorithm.RSA_2048])
def test_a_reference_is_the_key_encrypted(algorithm: KeyAlgorithm) -> None:
    """What is generated is found again, and stands in no byte of the reference."""
    keys = SoftwareKeys(SECRET)
    key, reference = keys.generate("root", algorithm)
    again = keys.load(reference, file="a")
    assert again.private_numbers() == key.private_numbers()
    plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    assert plain[-32:] not in reference
    assert keys.kind == "pkcs8"
    assert "OpenSSL" in keys.source


def test_openssl_finds_aes_256_and_opens_it() -> None:
    """Standard encrypted PKCS#8 (RFC 5958, RFC 8018): no form of our own keeps an authority's keys."""
    _, reference = SoftwareKeys(SECRET).generate("root", KeyAlgorithm.P256)
    opened = openssl("pkey", "-inform", "DER", "-passin", f"pass:{SECRET.decode()}", "-text", "-noout", stdin=reference)
    assert b"prime256v1" in opened.stdout
    assert b"aes-256-cbc" in openssl("asn1parse", "-inform", "DER", stdin=reference).stdout


@pytest.mark.parametrize("secret", [b"", b"other", SECRET[:-1], SECRET.upper()])
def test_another_secret_opens_nothing(secret: bytes) -> None:
    """The message names the file and no secret."""
    _, reference = SoftwareKeys(SECRET).generate("root", KeyAlgorithm.P256)
    with pytest.raises(VnsignError) as caught:
        SoftwareKeys(secret).load(reference, file="authority.sqlite")
    assert (caught.value.code, caught.value.file) == (ErrorCode.WRONG_PASSPHRASE, "authority.sqlite")


def test_a_damaged_reference_is_our_error() -> None:
    """Cut off at any place, or any byte flipped."""
    keys = SoftwareKeys(SECRET)
    _, reference = keys.generate("root", KeyAlgorithm.P256)
    damaged = [reference[:size] for size in range(0, len(reference), 20)]
    damaged += [
        reference[:at] + bytes([reference[at] ^ 1]) + reference[at + 1 :] for at in range(110, len(reference), 9)
    ]
    for each in damaged:
        with pytest.raises(VnsignError) as caught:
            keys.load(each, file="a")
        assert caught.value.code is ErrorCode.WRONG_PASSPHRASE


def test_a_key_of_another_kind_is_unusable() -> None:
    """Ed25519 signs none of the authority's certificates."""
    key = ed25519.Ed25519PrivateKey.generate()
    reference = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(SECRET))
    with pytest.raises(VnsignError) as caught:
        SoftwareKeys(SECRET).load(reference, file="a")
    assert caught.value.code is ErrorCode.KEY_UNUSABLE


def test_each_key_has_a_salt_of_its_own() -> None:
    """The same key under the same secret never looks the same."""
    keys = SoftwareKeys(SECRET)
    key, reference = keys.generate("root", KeyAlgorithm.P256)
    again = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(SECRET))
    assert again != reference
    assert load_der_private_key(again, SECRET) is not None


def test_the_secret_depends_on_passphrase_salt_and_cost() -> None:
    """RFC 7914 §12 gives no vector for r = 8, p = 3; determinism and difference are what is promised."""
    made = {
        derive_secret(passphrase, salt=salt, cost=cost)
        for passphrase in (b"a", b"b")
        for salt in (bytes(16), bytes(15) + b"1")
        for cost in (2, 4)
    }
    assert len(made) == 8
    assert derive_secret(b"a", salt=bytes(16), cost=2) in made
    assert SCRYPT_COST == 2**15  # OWASP, with r = 8 and p = 3


@pytest.mark.parametrize("cost", [-2, 0, 1, 3, 2**15 + 1, 2**21, 2**62])
def test_a_cost_that_nobody_chose_is_refused(cost: int) -> None:
    """From a damaged row: no gigabytes are taken for it."""
    with pytest.raises(VnsignError) as caught:
        derive_secret(b"a", salt=bytes(16), cost=cost)
    assert caught.value.code is ErrorCode.NOT_READABLE


def test_an_empty_passphrase_is_refused() -> None:
    """Keys are not kept in the open."""
    with pytest.raises(VnsignError) as caught:
        derive_secret(b"", salt=bytes(16), cost=2)
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
