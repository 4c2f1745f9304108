"""A key at a remote signing service, as a :class:`vnsign.ports.SigningKey`.

Invariants:
    - The document is hashed here; only the digest of its signed attributes leaves.
    - Every value is checked with the certificate before it is returned.
    - One authorization serves as many signatures as it was asked for, and never more.

What it does not do: it remembers no one-time password; each is asked for when it is needed.

Source: CSC API v1.0.4.0 §11.6 to §11.9; v2.0 §11.6 to §11.10; RFC 4055 §3.1 (PSS).
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Sequence
from threading import Lock

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from vnsign.adapters.csc import CscService
from vnsign.adapters.csc_credentials import AuthMode, CscCredential, CscVersion, Permit, Typed
from vnsign.errors import ErrorCode, UsageError, VnsignError
from vnsign.pki.cms import signing_public_key
from vnsign.pki.keys import check_value
from vnsign.pki.pss import pss_parameters

_HASHES = {"sha256": "2.16.840.1.101.3.4.2.1", "sha384": "2.16.840.1.101.3.4.2.2", "sha512": "2.16.840.1.101.3.4.2.3"}
_RSA = {"sha256": "1.2.840.113549.1.1.11", "sha384": "1.2.840.113549.1.1.12", "sha512": "1.2.840.113549.1.1.13"}
_ECDSA = {"sha256": "1.2.840.10045.4.3.2", "sha384": "1.2.840.10045.4.3.3", "sha512": "1.2.840.10045.4.3.4"}
_ANY_RSA, _PSS = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10"
#: An authorization that ends within this time is not begun with, seconds.
_MARGIN_S = 5.0

#: Returns a one-time password or the response to a challenge; it is given the words to show.
AskForCode = Callable[[str], str]


class CscKey:
    """A key at a service. Safe for threads, which wait for each other."""

    def __init__(
        self,
        service: CscService,
        credential: CscCredential,
        *,
        pin: str | None = None,
        otp: AskForCode | None = None,
        signatures: int = 1,
        credential_token: str | None = None,
    ) -> None:
        """Remember how to sign; nothing is sent yet.

        Args:
            service: Where the key is.
            credential: The key.
            pin: If the credential wants one.
            otp: Asked for a one-time password at each authorization, if the credential wants one.
            signatures: How many documents one authorization is asked for; at most what the service allows, and 1 if
                it binds authorizations to hashes (SCAL2), which :meth:`sign_many` knows in advance.
            credential_token: OAuth 2.0 access token with the scope ``credential``, for credentials of that kind.
        """
        self._service = service
        self._credential = credential
        self._public_key = signing_public_key(credential.certificate)
        self._pin = pin
        self._otp = otp
        self._at_once = 1 if credential.is_hash_bound else max(1, min(signatures, credential.multisign))
        self._credential_token = credential_token
        self._permit: Permit | None = None
        self._left = 0
        self._lock = Lock()

    def __repr__(self) -> str:
        return f"CscKey({self._credential.credential_id!r} at {self._service!r})"

    def sign(self, data: bytes, hash_algorithm: hashes.HashAlgorithm, *, pss: bool = False) -> bytes:
        """Return the raw signature over ``data``, checked.

        Raises:
            UsageError: ``WRONG_PASSPHRASE``, ``KEY_UNAVAILABLE``; ``KEY_UNUSABLE``: the service does not sign so, or
                returned no signature by this key.
            ServiceUnavailable, InputError: From the service.
        """
        return self.sign_many([data], hash_algorithm, pss=pss)[0]

    def sign_many(
        self, data: Sequence[bytes], hash_algorithm: hashes.HashAlgorithm, *, pss: bool = False
    ) -> list[bytes]:
        """Return a raw signature over each of ``data``, with one authorization for as many as the service allows.

        Raises:
            UsageError, ServiceUnavailable, InputError: As :meth:`sign`; then none is returned.
        """
        algorithm = self._algorithm(hash_algorithm, pss=pss)
        most = self._credential.multisign
        made: list[bytes] = []
        with self._lock:
            for start in range(0, len(data), most):
                part = data[start : start + most]
                digests = [_digest(each, hash_algorithm) for each in part]
                try:
                    permit = self._permission(digests, hash_algorithm)
                    values = self._service.sign_hashes(self._credential, digests, permit=permit, algorithm=algorithm)
                except VnsignError:
                    self._permit = None  # whether it is spent is not known
                    raise
                made += map(self._as_der, values)
        for each, value in zip(data, made, strict=True):
            check_value(self._public_key, value, each, hash_algorithm=hash_algorithm, pss=pss)
        return made

    def _permission(self, digests: Sequence[bytes], hash_algorithm: hashes.HashAlgorithm) -> str | None:
        if self._credential.mode is AuthMode.OAUTH:
            if self._credential_token is None and self._service.version is CscVersion.V1:
                raise UsageError(
                    ErrorCode.KEY_UNAVAILABLE,
                    f"{self!r} wants an access token with the scope 'credential'",
                    way_out="get one from the service's authorization server",
                )
            return self._credential_token
        if (
            self._permit is not None
            and self._left >= len(digests)
            and time.monotonic() + _MARGIN_S < self._permit.until
        ):
            if "credentials/extendTransaction" in self._service.methods:
                self._permit = self._service.extend(self._credential, self._permit)
        else:
            self._left = max(self._at_once, len(digests))
            self._permit = self._service.authorize(
                self._credential,
                count=self._left,
                digests=digests if self._left == len(digests) else (),
                hash_oid=_HASHES[hash_algorithm.name],
                typed=self._typed(),
            )
        self._left -= len(digests)
        return self._permit.sad

    def _typed(self) -> list[Typed]:
        wants = self._credential.wants
        is_choice = "OR" in wants.expression.upper().split()  # XOR is another word, and choice too
        is_choice = is_choice or "XOR" in wants.expression.upper().split()
        typed = []
        for each in wants.objects:
            if each.type.endswith("OOB"):
                typed.append(Typed(object_id=each.id, value=None))
                continue
            is_code = each.type == "ChallengeResponse" or bool(each.generator)
            if (self._otp if is_code else self._pin) is None:
                if is_choice:
                    continue
                raise UsageError(
                    ErrorCode.WRONG_PASSPHRASE, f"{self!r} wants {each.label or each.id!r}", way_out="give it"
                )
            typed.append(Typed(object_id=each.id, value=self._code(each.type, each.id, each.label, is_code=is_code)))
        return typed

    def _code(self, kind: str, object_id: str, label: str, *, is_code: bool) -> str | None:
        if not is_code or self._otp is None:
            return self._pin
        challenge = self._service.challenge(self._credential, object_id) if kind == "ChallengeResponse" else ""
        return self._otp(challenge or label or "One-time password")

    def _algorithm(self, hash_algorithm: hashes.HashAlgorithm, *, pss: bool) -> dict[str, str]:
        name, offered = hash_algorithm.name, self._credential.algorithms
        hash_oid = _HASHES.get(name, "")
        if isinstance(self._public_key, ec.EllipticCurvePublicKey):
            choices = [{"signAlgo": _ECDSA.get(name, "")}]
        elif pss:
            parameters = base64.b64encode(pss_parameters(hash_algorithm)).decode()
            choices = [{"signAlgo": _PSS, "signAlgoParams": parameters, "hashAlgo": hash_oid}]
        else:
            choices = [{"signAlgo": _RSA.get(name, "")}, {"signAlgo": _ANY_RSA, "hashAlgo": hash_oid}]
        chosen = next((each for each in choices if each["signAlgo"] in offered), None)
        if chosen is None:
            raise UsageError(
                ErrorCode.KEY_UNUSABLE,
                f"{self!r} does not sign with {name}{' and PSS' if pss else ''}",
                way_out=f"it offers {', '.join(sorted(offered))[:200]}",
            )
        return chosen

    def _as_der(self, value: bytes) -> bytes:
        """Some services return r and s side by side; which it is shows in the check that follows."""
        if isinstance(self._public_key, rsa.RSAPublicKey):
            return value
        size = (self._public_key.key_size + 7) // 8
        if len(value) != 2 * size:
            return value
        return encode_dss_signature(int.from_bytes(value[:size], "big"), int.from_bytes(value[size:], "big"))


def _digest(data: bytes, hash_algorithm: hashes.HashAlgorithm) -> bytes:
    hasher = hashes.Hash(hash_algorithm)
    hasher.update(data)
    return hasher.finalize()
