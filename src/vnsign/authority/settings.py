"""What an authority may decide for itself, with the defaults and their reasons.

Invariants:
    - Settings that are on record passed :func:`check_settings`; what is read back is what was written.

What it does not do: it holds no rule of law; those stand in :mod:`vnsign.policy`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta

import msgspec

from vnsign.errors import ErrorCode, UsageError, VnsignError
from vnsign.pki.certificates import parse_oid
from vnsign.pki.tsa import DEFAULT_POLICY

#: How far other computers' clocks may lag behind without refusing what was just issued.
CLOCK_SKEW = timedelta(minutes=5)
#: Lists are dated back by ``CLOCK_SKEW``: made anew at a smaller age, each reader would have one made.
_SHORTEST_REFRESH = 2 * CLOCK_SKEW
#: A delta list is made anew when half of its life is over.
DELTA_REFRESH = 2
_ONE_SECOND = timedelta(seconds=1)
_YEAR = timedelta(days=366)
#: Whoever steals a key profits from a list or answer as long as it is good; the cutoff only looks back.
_LONGEST: Mapping[str, timedelta] = {
    "crl_lifetime": _YEAR,
    "crl_refresh": _YEAR,
    "delta_lifetime": _YEAR,
    "ocsp_lifetime": _YEAR,
    "archive_cutoff": 50 * _YEAR,
    "tsa_accuracy": timedelta(days=1),
}
#: RFC 9654 §2.1: a responder must take 32 octets and may refuse more than 128.
_NONCE_BYTES = range(32, 129)
_URL = re.compile(r"https?://[!-~]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthoritySettings:
    """Settings of one authority; each change is an act in its journal.

    Attributes:
        policies: Certificate policy OIDs written into every subscriber's certificate, dotted.
        cps_url: Where the certification practice statement stands, or None.
        crl_lifetime: thisUpdate to nextUpdate of a complete list.
        crl_refresh: A complete list is made anew when it is this old, at least ten minutes: the rest of its life is the
            overlap.
        delta_lifetime: thisUpdate to nextUpdate of a delta list, at least twenty minutes; None publishes none.
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


def check_settings(settings: AuthoritySettings) -> AuthoritySettings:
    """Return the settings if an authority can live by them.

    Raises:
        UsageError: ``BAD_ARGUMENT``, naming every setting that is wrong.
    """
    try:
        msgspec.convert(msgspec.to_builtins(settings), AuthoritySettings)
    except (ValueError, TypeError, OverflowError) as exc:
        faults: tuple[str, ...] = (str(exc),)
    else:
        faults = (*_duration_faults(settings), *_text_faults(settings))
    if faults:
        raise UsageError(ErrorCode.BAD_ARGUMENT, f"these settings are refused: {'; '.join(faults)}")
    return settings


def settings_to_json(settings: AuthoritySettings) -> str:
    """Return settings as canonical JSON; durations as ISO 8601 writes them."""
    return msgspec.json.encode(settings, order="sorted").decode()


def settings_from_json(text: str) -> AuthoritySettings:
    """Return settings that :func:`settings_to_json` wrote; what is not said there has its default.

    Raises:
        ValueError: Nobody wrote this.
        UsageError: ``BAD_ARGUMENT``: the values cannot be.
    """
    return check_settings(msgspec.json.decode(text, type=AuthoritySettings))


def _duration_faults(settings: AuthoritySettings) -> Iterator[str]:
    for field in fields(settings):
        value = getattr(settings, field.name)
        if isinstance(value, timedelta) and (value.microseconds or not _ONE_SECOND <= value <= _LONGEST[field.name]):
            yield f"{field.name} is not in whole seconds between one second and {_LONGEST[field.name].days} days"
    if settings.crl_refresh < _SHORTEST_REFRESH:
        yield f"crl_refresh is shorter than {_minutes(_SHORTEST_REFRESH)}: every reader would have a list made"
    if settings.crl_refresh >= settings.crl_lifetime:
        yield "crl_refresh leaves no overlap: it is not shorter than crl_lifetime"
    if settings.delta_lifetime is not None:
        if settings.delta_lifetime > settings.crl_lifetime:
            yield "delta_lifetime is longer than crl_lifetime"
        shortest = DELTA_REFRESH * _SHORTEST_REFRESH
        if settings.delta_lifetime < shortest:
            yield f"delta_lifetime is shorter than {_minutes(shortest)}: every reader would have a list made"


def _text_faults(settings: AuthoritySettings) -> Iterator[str]:
    if settings.max_nonce_bytes not in _NONCE_BYTES:
        yield f"max_nonce_bytes is not between {_NONCE_BYTES.start} and {_NONCE_BYTES.stop - 1}"
    if settings.cps_url is not None and not _URL.fullmatch(settings.cps_url):
        yield "cps_url is no ASCII http or https URL"
    if len(set(settings.policies)) != len(settings.policies):
        yield "policies name one twice"
    for policy in (*settings.policies, settings.tsa_policy):
        try:
            parse_oid(policy)
        except VnsignError as exc:
            yield exc.message


def _minutes(duration: timedelta) -> str:
    return f"{duration // timedelta(minutes=1)} minutes"
