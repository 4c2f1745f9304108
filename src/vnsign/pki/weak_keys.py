"""Public keys that look sound and are not: their private half can be computed, or is published.

Invariants:
    - Nothing here is slow for a key that :mod:`vnsign.pki.request_keys` lets through: under 10 ms at 16,384 bits.
    - The mathematics of RSA weaknesses is badkeys' (ADR 0015), loaded when the first RSA key is looked at.

What it does not do: it cannot prove a key strong. It downloads nothing: lists of compromised keys are given by the
caller, and without one only what can be computed from the key itself is found.

Source: CVE-2017-15361 (ROCA); CVE-2022-26320 (close primes); CVE-2008-0166 (Debian, by list only); RFC 9500 (published
test keys, by list only).
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from vnsign.errors import ErrorCode, InputError
from vnsign.pki.keys import PublicKey

#: Private scalars below this, and their negatives, are tried by whoever tries anything.
_SMALL_SCALARS = 256
_RECORD_BYTES = 16
_HASH_BYTES = 15


class KeyWeakness(StrEnum):
    """Why a key must not be certified."""

    SMALL_FACTOR = "small_factor"
    CLOSE_PRIMES = "close_primes"
    ROCA = "roca"
    SHARED_PRIME = "shared_prime"
    REGULAR_MODULUS = "regular_modulus"
    SMALL_SCALAR = "small_scalar"
    COMPROMISED = "compromised"


#: What each means to the person who has to make another key.
MEANINGS: Mapping[KeyWeakness, str] = MappingProxyType(
    {
        KeyWeakness.SMALL_FACTOR: "the modulus has a prime factor below 65,538: the key is damaged",
        KeyWeakness.CLOSE_PRIMES: "the two primes are so close together that the modulus is factored at once (Fermat)",
        KeyWeakness.ROCA: "the primes were made by the faulty Infineon library (ROCA, CVE-2017-15361)",
        KeyWeakness.SHARED_PRIME: "a prime of the modulus is known from other people's keys",
        KeyWeakness.REGULAR_MODULUS: "the modulus has a regular pattern by which it is factored",
        KeyWeakness.SMALL_SCALAR: "the private key is a number that everybody tries",
        KeyWeakness.COMPROMISED: "the key stands on the list of compromised keys",
    }
)


class Records(Protocol):
    """Bytes that may be cut: ``bytes``, or a file mapped into memory."""

    def __len__(self) -> int:
        """Return the length in bytes."""
        ...

    def __getitem__(self, part: slice, /) -> bytes:
        """Return a part."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CompromisedKeys:
    """Keys whose private half is known to strangers.

    Attributes:
        fingerprints: SHA-256 of the SubjectPublicKeyInfo, DER.
        blocklist: A blocklist of badkeys: sorted records of 16 bytes, the first 15 of the SHA-256 of the modulus (or
            of the point's x) and one for the list it came from. It covers Debian's weak keys of CVE-2008-0166.
    """

    fingerprints: frozenset[bytes] = frozenset()
    blocklist: Records = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        if len(self.blocklist) % _RECORD_BYTES:
            raise InputError(
                ErrorCode.NOT_READABLE,
                f"a blocklist of {len(self.blocklist)} bytes is cut off",
                way_out="its records have 16 bytes; fetch it again with: badkeys --update-bl",
            )

    def __contains__(self, public_key: PublicKey) -> bool:
        spki = public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return hashlib.sha256(spki).digest() in self.fingerprints or self._is_blocked(public_key)

    def _is_blocked(self, public_key: PublicKey) -> bool:
        number = _number_of(public_key)
        wanted = hashlib.sha256(number.to_bytes((number.bit_length() + 7) // 8, "big")).digest()[:_HASH_BYTES]
        count = len(self.blocklist) // _RECORD_BYTES
        place = bisect_left(range(count), wanted, key=self._hash_at)
        return place < count and self._hash_at(place) == wanted

    def _hash_at(self, index: int) -> bytes:
        start = index * _RECORD_BYTES
        return self.blocklist[start : start + _HASH_BYTES]


#: No list: only what the key itself gives away is found.
NO_LIST = CompromisedKeys()


def parse_fingerprints(data: bytes, *, file: str | None = None) -> frozenset[bytes]:
    """Return the fingerprints of a text: one a line, 64 hexadecimal digits; ``#`` begins a comment.

    Args:
        data: SHA-256 of SubjectPublicKeyInfo, as ``openssl pkey -pubout -outform DER | sha256sum`` writes it.

    Raises:
        InputError: ``NOT_READABLE``: a line that is no fingerprint; a list read in part would let keys through.
    """
    fingerprints = set()
    for number, line in enumerate(data.splitlines(), start=1):
        words = line.partition(b"#")[0].split()
        if not words:
            continue
        try:
            fingerprint = bytes.fromhex(words[0].decode("ascii"))
        except ValueError:
            fingerprint = b""
        if len(fingerprint) != hashlib.sha256().digest_size:
            raise InputError(ErrorCode.NOT_READABLE, f"line {number} is no SHA-256 fingerprint", file=file)
        fingerprints.add(fingerprint)
    return frozenset(fingerprints)


def find_weaknesses(public_key: PublicKey, *, compromised: CompromisedKeys = NO_LIST) -> tuple[KeyWeakness, ...]:
    """Return what makes a key worthless; empty if nothing was found.

    Does not check: kind and size (see :mod:`vnsign.pki.request_keys`).
    """
    return tuple(_weaknesses(public_key, compromised))


def _weaknesses(public_key: PublicKey, compromised: CompromisedKeys) -> Iterator[KeyWeakness]:
    number = _number_of(public_key)
    if isinstance(public_key, rsa.RSAPublicKey):
        yield from (weakness for weakness, detect in _detectors().items() if detect(number))
    elif number in _small_points(public_key.curve.name):
        yield KeyWeakness.SMALL_SCALAR
    if public_key in compromised:
        yield KeyWeakness.COMPROMISED


def _number_of(public_key: PublicKey) -> int:
    if isinstance(public_key, rsa.RSAPublicKey):
        return public_key.public_numbers().n
    return public_key.public_numbers().x


@cache
def _detectors() -> Mapping[KeyWeakness, Callable[[int], object]]:
    # Imported late: 50 ms, and an authority that certifies elliptic curves never needs it. Its check of blocklists
    # ends the process when there is none, so only the arithmetic is taken.
    from badkeys import rsakeys  # noqa: PLC0415

    return MappingProxyType(
        {
            KeyWeakness.SMALL_FACTOR: rsakeys.smallfactors,
            KeyWeakness.CLOSE_PRIMES: rsakeys.fermat,
            KeyWeakness.ROCA: rsakeys.roca,
            KeyWeakness.SHARED_PRIME: rsakeys.sharedprimes,
            KeyWeakness.REGULAR_MODULUS: rsakeys.rsapoly,
        }
    )


@cache
def _small_points(curve: str) -> frozenset[int]:
    # k and -k have the same x.
    curves: dict[str, ec.EllipticCurve] = {"secp256r1": ec.SECP256R1(), "secp384r1": ec.SECP384R1()}
    if curve not in curves:
        return frozenset()
    scalars = range(1, _SMALL_SCALARS)
    return frozenset(ec.derive_private_key(k, curves[curve]).public_key().public_numbers().x for k in scalars)
