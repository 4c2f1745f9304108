"""Which algorithms prove something, and until when.

Invariants:
    - One row per algorithm or key kind; an algorithm in no row is not accepted.
    - A row with an end date is accepted before it, with a warning: an archive does not turn red at once, but only a
      *proven* time counts (the caller passes the time that it can prove).

What it does not do: sign. What may be used for new signatures is stricter and stands in :mod:`vnsign.pki.keys`.

Source: Thông tư 15/2025/TT-BKHCN Phụ lục I (RSA from 2048 bits, ECDSA from 256 bits, SHA-2, SHA-3); end dates of what
is older: ETSI TS 119 312 and NIST SP 800-131A, widened for SHA-1 to the years in which the Government's own authority
still signed with it (seen until 2020).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType


class AlgorithmStatus(StrEnum):
    """What an algorithm is worth at a time."""

    ACCEPTED = "accepted"
    #: Past its best, but the time is proven to lie before its end.
    WEAK = "weak"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlgorithmRule:
    """One row.

    Attributes:
        ends: First moment (UTC) at which the algorithm proves nothing any more; None while it is accepted.
    """

    ends: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRule:
    """One row: keys of ``kind`` with at least ``min_bits`` are good until ``ends``."""

    kind: str
    min_bits: int
    ends: datetime | None = None


_SHA1_ENDS = datetime(2021, 1, 1, tzinfo=UTC)
_RSA_1024_ENDS = datetime(2014, 1, 1, tzinfo=UTC)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

DIGESTS: Mapping[str, AlgorithmRule] = MappingProxyType(
    {
        **dict.fromkeys(
            ("sha256", "sha384", "sha512", "sha512_224", "sha512_256", "sha3_256", "sha3_384", "sha3_512", "shake256"),
            AlgorithmRule(),
        ),
        "sha224": AlgorithmRule(ends=datetime(2026, 1, 1, tzinfo=UTC)),
        "sha3_224": AlgorithmRule(ends=datetime(2026, 1, 1, tzinfo=UTC)),
        "sha1": AlgorithmRule(ends=_SHA1_ENDS),
        "md5": AlgorithmRule(ends=_NEVER),
    }
)

#: Strongest first within a kind; the first row whose size is met counts.
KEYS: tuple[KeyRule, ...] = (
    KeyRule(kind="rsa", min_bits=2048),
    KeyRule(kind="rsa", min_bits=1024, ends=_RSA_1024_ENDS),
    KeyRule(kind="ec", min_bits=256),
    KeyRule(kind="ec", min_bits=224, ends=datetime(2016, 1, 1, tzinfo=UTC)),
    KeyRule(kind="ed25519", min_bits=256),
    KeyRule(kind="ed448", min_bits=448),
    KeyRule(kind="dsa", min_bits=2048, ends=datetime(2024, 1, 1, tzinfo=UTC)),
)


def _status(ends: datetime | None, at: datetime) -> AlgorithmStatus:
    if ends is None:
        return AlgorithmStatus.ACCEPTED
    return AlgorithmStatus.WEAK if at < ends else AlgorithmStatus.REFUSED


def judge_digest(name: str, *, at: datetime) -> AlgorithmStatus:
    """Return what a digest is worth when the data is proven to have existed at ``at`` (aware UTC)."""
    rule = DIGESTS.get(name)
    return _status(rule.ends, at) if rule else AlgorithmStatus.REFUSED


def judge_key(kind: str, bits: int, *, at: datetime) -> AlgorithmStatus:
    """Return what a key of ``bits`` bits is worth for a signature proven to have existed at ``at`` (aware UTC)."""
    for rule in KEYS:
        if rule.kind == kind and bits >= rule.min_bits:
            return _status(rule.ends, at)
    return AlgorithmStatus.REFUSED
