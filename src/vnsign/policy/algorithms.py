"""Which algorithms prove something, and until when.

Invariants:
    - One row per algorithm or key kind; an algorithm in no row is not accepted.
    - A row with an end date is accepted before it, with a warning: an archive does not turn red at once, but only a
      *proven* time counts (the caller passes the time that it can prove).

What it does not do: sign. What may be used for new signatures is stricter and stands in :mod:`vnsign.pki.keys`.

Source: Thông tư 15/2025/TT-BKHCN Phụ lục I (RSA from 2048 bits, ECDSA from 256 bits, SHA-2, SHA-3); end dates of what
is older: ETSI TS 119 312 and NIST SP 800-131A, widened for SHA-1 to the years in which the Government's own authority
still signed with it (seen until 2020). The European table: ETSI TS 119 312 V1.5.1, as its machine-readable catalogue
(ETSI TS 119 322) gives it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum


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
        warns: It is weak already: accepted before its end, but with a warning.
    """

    ends: datetime | None = None
    warns: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRule:
    """One row: keys of ``kind`` with at least ``min_bits`` are good until ``ends``; see :class:`AlgorithmRule`."""

    kind: str
    min_bits: int
    ends: datetime | None = None
    warns: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AlgorithmTable:
    """Digests and keys that a policy accepts.

    Attributes:
        digests: By name (``sha256``, ``sha3_256``, ``shake256``, …); a digest that is not there is refused.
        keys: Strongest first within a kind (``rsa``, ``ec``, ``ed25519``, ``ed448``, ``dsa``): the first row whose size
            is met counts.
    """

    digests: Mapping[str, AlgorithmRule] = field(default_factory=dict)
    keys: tuple[KeyRule, ...] = ()

    def digest_rule(self, name: str) -> AlgorithmRule:
        """Return the row of a digest; for one that was never accepted, a row that ended in 1970."""
        return self.digests.get(name, _REFUSED)

    def key_rule(self, kind: str, bits: int) -> AlgorithmRule | KeyRule:
        """Return the row of a key; for one that was never accepted, a row that ended in 1970."""
        return next((rule for rule in self.keys if rule.kind == kind and bits >= rule.min_bits), _REFUSED)

    def ends(self) -> frozenset[datetime]:
        """Return every moment at which something ends."""
        ends = (*(rule.ends for rule in self.digests.values()), *(rule.ends for rule in self.keys))
        return frozenset(end for end in ends if end is not None)

    def judge_digest(self, name: str, *, at: datetime) -> AlgorithmStatus:
        """Return what a digest is worth when the data is proven to have existed at ``at`` (aware UTC)."""
        return _status(self.digest_rule(name), at)

    def judge_key(self, kind: str, bits: int, *, at: datetime) -> AlgorithmStatus:
        """Return what a key is worth for a signature proven to have existed at ``at`` (aware UTC)."""
        return _status(self.key_rule(kind, bits), at)


def _day(year: int, month: int = 1) -> datetime:
    return datetime(year, month, 1, tzinfo=UTC)


_NEVER = _day(1970)
_REFUSED = AlgorithmRule(ends=_NEVER)
_GOOD_DIGESTS = (
    *("sha256", "sha384", "sha512", "sha512_224", "sha512_256", "sha3_256", "sha3_384", "sha3_512", "shake256"),
)

VIETNAMESE_ALGORITHMS = AlgorithmTable(
    digests={
        **dict.fromkeys(_GOOD_DIGESTS, AlgorithmRule()),
        "sha224": AlgorithmRule(ends=_day(2026)),
        "sha3_224": AlgorithmRule(ends=_day(2026)),
        "sha1": AlgorithmRule(ends=_day(2021)),
        "md5": AlgorithmRule(ends=_NEVER),
    },
    keys=(
        KeyRule(kind="rsa", min_bits=2048),
        KeyRule(kind="rsa", min_bits=1024, ends=_day(2014)),
        KeyRule(kind="ec", min_bits=256),
        KeyRule(kind="ec", min_bits=224, ends=_day(2016)),
        KeyRule(kind="ed25519", min_bits=256),
        KeyRule(kind="ed448", min_bits=448),
        KeyRule(kind="dsa", min_bits=2048, ends=_day(2024)),
    ),
)

#: Where the catalogue ends RSA by its padding, the earlier date stands here: keys are judged by their size.
EUROPEAN_ALGORITHMS = AlgorithmTable(
    digests={
        **dict.fromkeys(_GOOD_DIGESTS, AlgorithmRule()),
        "sha224": AlgorithmRule(ends=_day(2029), warns=False),
        "sha1": AlgorithmRule(ends=_day(2012, 8)),
        "md5": AlgorithmRule(ends=_day(2004, 8)),
    },
    keys=(
        KeyRule(kind="rsa", min_bits=1900, ends=_day(2029), warns=False),
        KeyRule(kind="rsa", min_bits=1024, ends=_day(2019, 10)),
        KeyRule(kind="rsa", min_bits=786, ends=_day(2010, 8)),
        KeyRule(kind="ec", min_bits=256),
        KeyRule(kind="ed25519", min_bits=256),
        KeyRule(kind="ed448", min_bits=448),
    ),
)


def _status(rule: AlgorithmRule | KeyRule, at: datetime) -> AlgorithmStatus:
    if rule.ends is None:
        return AlgorithmStatus.ACCEPTED
    if at >= rule.ends:
        return AlgorithmStatus.REFUSED
    return AlgorithmStatus.WEAK if rule.warns else AlgorithmStatus.ACCEPTED


def judge_digest(name: str, *, at: datetime) -> AlgorithmStatus:
    """Return what a digest is worth by the Vietnamese table when the data is proven to have existed at ``at`` (UTC)."""
    return VIETNAMESE_ALGORITHMS.judge_digest(name, at=at)
