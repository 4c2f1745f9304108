"""What a remote signing service answers (CSC API, v1 and v2), read strictly.

Invariants:
    - Any bytes give a message or a :class:`ValueError` (of which msgspec's errors are a kind); the caller wraps it.

What it does not do: judge what is in it.

Source: CSC API v1.0.4.0 §11.1 to §11.9; v2.0 §8.3.1 (authentication objects), §11.1 to §11.10.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

_T = TypeVar("_T")


class Refusal(msgspec.Struct):
    """Body of an error."""

    error: str = ""
    error_description: str = ""


class Info(msgspec.Struct, kw_only=True):
    """``info``."""

    specs: str
    name: str = ""
    methods: list[str] = []


class Login(msgspec.Struct):
    """``auth/login``."""

    access_token: str


class CredentialList(msgspec.Struct):
    """``credentials/list``."""

    credential_ids: list[str] = msgspec.field(name="credentialIDs")


class Key(msgspec.Struct, kw_only=True):
    """``credentials/info``: the key."""

    status: str = "enabled"
    algo: list[str]


class Certificates(msgspec.Struct):
    """``credentials/info``: the certificates, base64 of DER, the signer's first."""

    certificates: list[str]


class Presence(msgspec.Struct):
    """v1: whether a PIN or one-time password is wanted, and whether the service sends it (``online``)."""

    presence: str | bool = "false"
    type: str = ""
    label: str = ""


class AuthObject(msgspec.Struct):
    """v2: one thing that authorizes."""

    type: str
    id: str
    label: str = ""
    generator: str = ""


class Auth(msgspec.Struct, kw_only=True):
    """v2: how the credential is authorized."""

    mode: str
    expression: str = ""
    objects: list[AuthObject] = []


class CredentialInfo(msgspec.Struct, kw_only=True):
    """``credentials/info``."""

    key: Key
    cert: Certificates
    auth_mode: str = msgspec.field(name="authMode", default="")
    auth: Auth | None = None
    pin: Presence | None = msgspec.field(name="PIN", default=None)
    otp: Presence | None = msgspec.field(name="OTP", default=None)
    scal: str | int = msgspec.field(name="SCAL", default="1")
    multisign: int = 1


class Authorization(msgspec.Struct, kw_only=True):
    """``credentials/authorize``, ``credentials/authorizeCheck``, ``credentials/extendTransaction``."""

    sad: str = msgspec.field(name="SAD", default="")
    handle: str = ""
    expires_in: float = msgspec.field(name="expiresIn", default=3600)


class Challenge(msgspec.Struct):
    """v2 ``credentials/getChallenge``."""

    challenge: str = ""


class Signatures(msgspec.Struct):
    """``signatures/signHash``: base64 values, in the order of the hashes."""

    signatures: list[str]


def decode(body: bytes, kind: type[_T]) -> _T:
    """Return the message.

    Raises:
        ValueError: It is no such message.
    """
    try:
        return msgspec.json.decode(body, type=kind, strict=False)
    except (msgspec.MsgspecError, RecursionError) as exc:
        raise ValueError(str(exc)) from exc
