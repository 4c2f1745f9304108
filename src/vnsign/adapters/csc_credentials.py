"""Keys at a remote signing service, and what authorizes their use.

What it does not do: ask the service (see :mod:`vnsign.adapters.csc`).

Source: CSC API v1.0.4.0 §11.5 (authMode, PIN, OTP, SCAL); v2.0 §8.3.1, §11.5.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from cryptography import x509

from vnsign.adapters.csc_messages import Auth, AuthObject, CredentialInfo, Presence


class CscVersion(StrEnum):
    """Of the API: names of parameters differ."""

    V1 = "v1"
    V2 = "v2"


class AuthMode(StrEnum):
    """How use of a credential is authorized."""

    IMPLICIT = "implicit"
    EXPLICIT = "explicit"
    OAUTH = "oauth2code"


@dataclass(frozen=True, slots=True, kw_only=True)
class CscCredential:
    """A key at the service.

    Attributes:
        algorithms: Signature algorithms it offers, OIDs.
        is_hash_bound: An authorization holds for the hashes it was given for only (SCAL2).
        multisign: Most signatures one authorization is good for.
        wants: v1: what is typed (``PIN``, ``OTP``); v2: the authentication objects.
    """

    credential_id: str
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    algorithms: frozenset[str]
    mode: AuthMode
    is_hash_bound: bool
    multisign: int
    wants: Auth


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """An authorization (SAD) for some signatures; ``until`` is a reading of the monotonic clock, seconds."""

    sad: str = field(repr=False)
    until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What the user typed for one authentication object; None: it goes another way."""

    object_id: str
    value: str | None = field(repr=False)

    def as_object(self) -> dict[str, str]:
        """Return the authentication object of version 2."""
        return {"id": self.object_id} | ({"value": self.value} if self.value is not None else {})


def objects_of(info: CredentialInfo) -> Auth:
    """Return what version 1 says of PIN and one-time password as version 2 would."""
    objects = []
    if info.pin is not None and _presence(info.pin) != "false":
        objects.append(AuthObject(type="Password", id="PIN", label=info.pin.label))
    if info.otp is not None and _presence(info.otp) != "false":
        kind = "ChallengeResponse" if info.otp.type == "online" else "Password"
        objects.append(AuthObject(type=kind, id="OTP", label=info.otp.label, generator="totp"))
    is_choice = "optional" in {_presence(each) for each in (info.pin, info.otp) if each is not None}
    return Auth(mode=info.auth_mode, expression="PIN OR OTP" if is_choice else "", objects=objects)


def _presence(what: Presence) -> str:
    return str(what.presence).lower()
