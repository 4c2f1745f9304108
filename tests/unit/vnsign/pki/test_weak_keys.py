"""Weak keys, really made: each is found by its weakness, and sound ones are not."""

from __future__ import annotations

import hashlib
import random
import sys

import gmpy2
import pytest
from badkeys.allkeys import block
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.unit.vnsign.pki.request_making import EXPONENT, close_primes, p256, roca, rsa2048, sparse_modulus
from vnsign.errors import ErrorCode, InputError
from vnsign.pki.keys import PublicKey
from vnsign.pki.weak_keys import MEANINGS, CompromisedKeys, KeyWeakness, find_weaknesses, parse_fingerprints


def rsa_key(modulus: int) -> rsa.RSAPublicKey:
    """Make a public key of any odd modulus."""
    return rsa.RSAPublicNumbers(e=EXPONENT, n=modulus).public_key()


def fingerprint(public_key: PublicKey) -> bytes:
    """SHA-256 of the SubjectPublicKeyInfo."""
    return hashlib.sha256(public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()


def blocklist(*numbers: int) -> bytes:
    """Make a blocklist as badkeys distributes it."""
    hashed = (hashlib.sha256(n.to_bytes((n.bit_length() + 7) // 8, "big")).digest()[:15] for n in numbers)
    return b"".join(sorted(digest + b"\x07" for digest in hashed))


def test_sound_keys_have_no_weakness() -> None:
    """A false alarm sends an official home without a certificate."""
    for key in (rsa2048().public_key(), p256().public_key(), ec.generate_private_key(ec.SECP384R1()).public_key()):
        assert find_weaknesses(key) == ()


def test_neighbouring_primes_are_found() -> None:
    """CVE-2022-26320: Fermat's method factors the modulus in a few steps."""
    assert find_weaknesses(close_primes().public_key()) == (KeyWeakness.CLOSE_PRIMES,)


def test_a_square_is_found() -> None:
    """The closest primes of all are the same prime twice."""
    p = rsa2048().private_numbers().p
    assert find_weaknesses(rsa_key(p * p)) == (KeyWeakness.CLOSE_PRIMES,)


def test_primes_of_the_infineon_library_are_found() -> None:
    """CVE-2017-15361: primes that are powers of 65537 modulo many small primes."""
    assert find_weaknesses(roca().public_key()) == (KeyWeakness.ROCA,)


@pytest.mark.parametrize("factor", [3, 251, 65521, 65537])
def test_a_small_factor_is_found(factor: int) -> None:
    """A damaged modulus: its remaining factor may be prime, and then the private key is known."""
    numbers = rsa2048().private_numbers()
    assert find_weaknesses(rsa_key(numbers.p * numbers.q * factor)) == (KeyWeakness.SMALL_FACTOR,)


def test_a_regular_modulus_is_found() -> None:
    """Bits in the same places of each 128: factored as a polynomial."""
    assert KeyWeakness.REGULAR_MODULUS in find_weaknesses(rsa_key(sparse_modulus()))


def test_a_prime_known_from_other_keys_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The greatest common divisor with the product of known primes; here the list knows one more."""
    numbers = rsa2048().private_numbers()
    modulus = numbers.public_numbers.n
    assert find_weaknesses(rsa_key(modulus)) == ()
    module = sys.modules["badkeys.rsakeys.sharedprimes"]
    monkeypatch.setitem(module._moduli, 2048, module._moduli[2048] * numbers.q)
    assert find_weaknesses(rsa_key(modulus)) == (KeyWeakness.SHARED_PRIME,)


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1()], ids=lambda curve: curve.name)
def test_private_scalars_that_everybody_tries_are_found(curve: ec.EllipticCurve) -> None:
    """1, 2, 255 and their negatives: what a broken generator gives."""
    order = curve.group_order
    for scalar in (1, 2, 255, order - 1, order - 200):
        key = ec.derive_private_key(scalar, curve).public_key()
        assert find_weaknesses(key) == (KeyWeakness.SMALL_SCALAR,)


def test_listed_keys_are_found() -> None:
    """By fingerprint of the key, or by badkeys' blocklist of moduli and points; neighbours in the list do not count."""
    dice = random.Random(166)
    others = [dice.getrandbits(2048) for _ in range(50)]
    for key, number in (
        (rsa2048().public_key(), rsa2048().public_key().public_numbers().n),
        (p256().public_key(), p256().public_key().public_numbers().x),
    ):
        listed = CompromisedKeys(blocklist=blocklist(*others, number))
        assert find_weaknesses(key, compromised=listed) == (KeyWeakness.COMPROMISED,)
        assert find_weaknesses(key, compromised=CompromisedKeys(blocklist=blocklist(*others))) == ()
        named = CompromisedKeys(fingerprints=frozenset({fingerprint(key)}))
        assert find_weaknesses(key, compromised=named) == (KeyWeakness.COMPROMISED,)


def test_a_blocklist_is_read_as_badkeys_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is theirs: first, last, middle and missing entries give the same answer as their search."""
    dice = random.Random(2008)
    numbers = [dice.getrandbits(2048) | 1 << 2047 | 1 for _ in range(40)]
    data = blocklist(*numbers[:31])
    monkeypatch.setattr(block, "_blmeta", {7: {"name": "debianssl"}})
    for number in numbers:
        digest = hashlib.sha256(number.to_bytes(256, "big")).digest()[:15]
        theirs = bool(block._checkbl(data, digest))
        assert (rsa_key(number) in CompromisedKeys(blocklist=data)) is theirs is (number in numbers[:31])


def test_a_blocklist_that_is_cut_off_is_refused() -> None:
    """Half a record means half a download."""
    with pytest.raises(InputError) as caught:
        CompromisedKeys(blocklist=blocklist(1, 2, 3)[:-1])
    assert caught.value.code is ErrorCode.NOT_READABLE


def test_fingerprints_are_read_from_a_text() -> None:
    """As sha256sum writes them, with comments."""
    text = b"# published in RFC 9500\n\n" + b"AB" * 32 + b"  key.der # why\n" + b"cd" * 32 + b"\r\n"
    assert parse_fingerprints(text) == {b"\xab" * 32, b"\xcd" * 32}


@pytest.mark.parametrize("line", [b"ab" * 31, b"xy" * 32, b"ab" * 33, "ă".encode() * 32])
def test_a_line_that_is_no_fingerprint_is_refused(line: bytes) -> None:
    """A list read in part would let keys through."""
    with pytest.raises(InputError, match="line 2") as caught:
        parse_fingerprints(b"ab" * 32 + b"\n" + line)
    assert caught.value.code is ErrorCode.NOT_READABLE


def test_every_weakness_is_explained() -> None:
    """The refusal says what to tell the applicant."""
    assert set(MEANINGS) == set(KeyWeakness)


def test_a_prime_modulus_is_harmless_to_the_search() -> None:
    """No detector runs away on numbers that are no RSA modulus at all."""
    prime = int(gmpy2.next_prime(1 << 2047))
    assert set(find_weaknesses(rsa_key(prime))) <= {KeyWeakness.REGULAR_MODULUS}
