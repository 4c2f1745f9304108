"""What an authority may decide for itself, with the defaults and their reasons.

What it does not do: it holds no rule of law; those stand in :mod:`vnsign.policy`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from vnsign.pki.tsa import DEFAULT_POLICY


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthoritySettings:
    """Settings of one authority; each change is an act in its journal.

    Attributes:
        policies: Certificate policy OIDs written into every subscriber's certificate, dotted.
        cps_url: Where the certification practice statement stands, or None.
        crl_lifetime: thisUpdate to nextUpdate of a complete list.
        crl_refresh: A complete list is made anew when it is this old: the rest of its life is the overlap.
        delta_lifetime: thisUpdate to nextUpdate of a delta list; None publishes none.
        ocsp_lifetime: thisUpdate to nextUpdate of an OCSP answer.
        archive_cutoff: How long after a certificate's end OCSP still tells of its revocation; None says nothing.
        max_nonce_bytes: Longest OCSP nonce that is echoed (RFC 9654 §2.1: 32 must be, 128 may be).
        allow_hold: Whether certificateHold and its release are possible. The law of official-use certificates knows
            no suspension, so they are not unless somebody asks for them.
        tsa_policy: Policy OID of timestamps, dotted.
        tsa_accuracy: Stated accuracy of timestamps; whole seconds, at least one.
        tsa_ordering: Whether timestamps claim to be ordered by their time alone (RFC 3161 §2.4.2).
        four_eyes: Whether a request must be approved by somebody else than the one who submitted it.
    """

    policies: tuple[str, ...] = ()
    cps_url: str | None = None
    crl_lifetime: timedelta = timedelta(days=7)
    crl_refresh: timedelta = timedelta(days=1)
    delta_lifetime: timedelta | None = timedelta(days=1)
    ocsp_lifetime: timedelta = timedelta(days=1)
    archive_cutoff: timedelta | None = None
    max_nonce_bytes: int = 32
    allow_hold: bool = False
    tsa_policy: str = DEFAULT_POLICY
    tsa_accuracy: timedelta = timedelta(seconds=1)
    tsa_ordering: bool = False
    four_eyes: bool = True
