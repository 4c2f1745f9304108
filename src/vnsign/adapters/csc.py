"""A remote signing service (ký số từ xa) by the API of the Cloud Signature Consortium, versions 1 and 2.

Invariants:
    - Every failure names the address and the reason; an answer that is odd in any way is an InputError.
    - A signature value is checked with the certificate before it is used (see :mod:`vnsign.adapters.csc_key`).

What it does not do: OAuth (the access token is given), asynchronous signing (``operationMode`` A), signDoc.

Source: CSC API v1.0.4.0 §11; CSC API v2.0 §8.3, §11.
"""

from __future__ import annotations

import base64
import binascii
import ssl
import time
from collections.abc import Sequence
from typing import Any, TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from vnsign.adapters.csc_credentials import AuthMode, CscCredential, CscVersion, Permit, Typed, objects_of
from vnsign.adapters.csc_messages import (
    Authorization,
    Challenge,
    CredentialInfo,
    CredentialList,
    Info,
    Login,
    Signatures,
    decode,
)
from vnsign.adapters.csc_transport import DEFAULT_TIMEOUT_S, CscTransport
from vnsign.errors import ErrorCode, UsageError

#: How long a person may take to confirm on a telephone (HTTP 202).
AUTHORIZE_TIMEOUT_S = 180.0
_POLL_S = 1.0
_ACCEPTED, _NO_CONTENT = 202, 204
_T = TypeVar("_T")


class CscService:
    """One service, entered by one user. Safe for threads."""

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Ask the service what it can do.

        Args:
            url: Base of the API, such as ``https://service.example.gov.vn/csc/v2``.
            token: OAuth 2.0 access token; None for services that know the caller otherwise (TLS, :meth:`login`).
            timeout_s: Longest wait for one answer, seconds.
            tls: Authorities to trust and a client certificate to show; None trusts the system's.

        Raises:
            UsageError: ``BAD_ARGUMENT``: the URL is none, or not protected by TLS.
            ServiceUnavailable: ``SERVICE_UNREACHABLE``, ``SERVICE_REFUSED``.
            InputError: ``MALFORMED_ANSWER``: also for a version other than 1 and 2.
        """
        self._http = CscTransport(url, timeout_s=timeout_s, tls=tls)
        self._bearer = f"Bearer {_sendable(token, 'access token')}" if token else None
        info = self._ask("info", {}, Info)
        if not info.specs.startswith(("1.", "2.")):
            raise self._http.malformed("info", f"version {info.specs[:20]!r} of the API is not known here")
        self.version = CscVersion.V1 if info.specs.startswith("1.") else CscVersion.V2
        self.methods = frozenset(info.methods)

    def __repr__(self) -> str:
        return f"CscService({self._http.url!r})"

    def login(self, user: str, password: str) -> None:
        """Enter with a user name and password (HTTP Basic over TLS).

        Raises:
            UsageError: ``WRONG_PASSPHRASE``; ``BAD_ARGUMENT``: a colon in the user name.
            ServiceUnavailable, InputError: As in all methods.
        """
        if ":" in user:
            raise UsageError(ErrorCode.BAD_ARGUMENT, "a user name has no colon in it (RFC 7617 §2)")
        pair = base64.b64encode(f"{user}:{password}".encode()).decode()
        answer = self._http.post("auth/login", {}, authorization=f"Basic {pair}")
        token = self._decoded("auth/login", answer.body, Login).access_token
        self._bearer = f"Bearer {_sendable(token, 'access token')}"

    def credentials(self) -> tuple[str, ...]:
        """Return the names of the user's credentials."""
        return tuple(self._ask("credentials/list", {}, CredentialList).credential_ids)

    def credential(self, credential_id: str) -> CscCredential:
        """Return one credential with its certificates.

        Raises:
            UsageError: ``KEY_UNAVAILABLE``: the service has disabled the key.
            ServiceUnavailable, InputError: As in all methods.
        """
        method = "credentials/info"
        asked = {"credentialID": credential_id, "certificates": "chain", "certInfo": False, "authInfo": True}
        info = self._ask(method, asked, CredentialInfo)
        if info.key.status != "enabled":
            raise UsageError(
                ErrorCode.KEY_UNAVAILABLE,
                f"{self._http.url}: the key of {credential_id!r} is {info.key.status}",
                way_out="ask the service to enable it",
            )
        certificates = self._certificates(method, info.cert.certificates)
        try:
            mode = AuthMode(info.auth.mode if info.auth is not None else info.auth_mode)
        except ValueError:
            raise self._http.malformed(method, "the way to authorize the credential is not known here") from None
        if info.multisign < 1:
            raise self._http.malformed(method, "no signature is allowed at once")
        return CscCredential(
            credential_id=credential_id,
            certificate=certificates[0],
            chain=tuple(certificates[1:]),
            algorithms=frozenset(info.key.algo),
            mode=mode,
            is_hash_bound=str(info.scal) == "2",
            multisign=info.multisign,
            wants=info.auth or objects_of(info),
        )

    def challenge(self, credential: CscCredential, object_id: str) -> str:
        """Have a one-time password or challenge sent; return the challenge, empty if it goes another way.

        Source: v1 ``credentials/sendOTP``; v2 ``credentials/getChallenge``.
        """
        if self.version is CscVersion.V1:
            self._http.post(
                "credentials/sendOTP", {"credentialID": credential.credential_id}, authorization=self._bearer
            )
            return ""
        method = "credentials/getChallenge"
        asked = {"credentialID": credential.credential_id, "authObjectID": object_id}
        answer = self._http.post(method, asked, authorization=self._bearer)
        return "" if answer.status == _NO_CONTENT else self._decoded(method, answer.body, Challenge).challenge

    def authorize(
        self, credential: CscCredential, *, count: int, digests: Sequence[bytes], hash_oid: str, typed: Sequence[Typed]
    ) -> Permit:
        """Authorize ``count`` signatures.

        Args:
            credential: The key.
            count: How many signatures.
            digests: That are to be signed; may be empty unless ``is_hash_bound``.
            hash_oid: Of the digests.
            typed: What the user typed.

        Raises:
            UsageError: ``WRONG_PASSPHRASE``.
            ServiceUnavailable, InputError: As in all methods.
        """
        body: dict[str, Any] = {"credentialID": credential.credential_id, "numSignatures": count}
        if self.version is CscVersion.V1:
            body |= {"hash": _base64(digests)} if digests else {}
            body |= {each.object_id: each.value for each in typed}
        else:
            body |= {"hashes": _base64(digests), "hashAlgorithmOID": hash_oid} if digests else {}
            body |= {"authData": [each.as_object() for each in typed]} if typed else {}
        return self._permit("credentials/authorize", body)

    def extend(self, credential: CscCredential, permit: Permit) -> Permit:
        """Return the authorization for the next signature of a transaction of several.

        Source: ``credentials/extendTransaction``, to be called between two calls of signHash.
        """
        body = {"credentialID": credential.credential_id, "SAD": permit.sad}
        return self._permit("credentials/extendTransaction", body)

    def sign_hashes(
        self, credential: CscCredential, digests: Sequence[bytes], *, permit: str | None, algorithm: dict[str, str]
    ) -> list[bytes]:
        """Return one raw value for each digest, as the service gave them: not checked here.

        Args:
            credential: The key.
            digests: To sign.
            permit: Authorization (SAD), or None where the access token is one.
            algorithm: ``signAlgo``, ``signAlgoParams``, ``hashAlgo``, as version 1 names them.
        """
        method = "signatures/signHash"
        body: dict[str, Any] = {"credentialID": credential.credential_id, **algorithm}
        body |= {"SAD": permit} if permit is not None else {}
        if self.version is CscVersion.V1:
            body["hash"] = _base64(digests)
        else:
            body["hashes"] = _base64(digests)
            if "hashAlgo" in body:
                body["hashAlgorithmOID"] = body.pop("hashAlgo")
        answers = self._ask(method, body, Signatures).signatures
        if len(answers) != len(digests):
            raise self._http.malformed(method, f"{len(answers)} signatures for {len(digests)} hashes")
        return [self._decoded_base64(method, each) for each in answers]

    def _permit(self, method: str, body: dict[str, Any]) -> Permit:
        deadline = time.monotonic() + AUTHORIZE_TIMEOUT_S
        while True:
            answer = self._http.post(method, body, authorization=self._bearer)
            found = self._decoded(method, answer.body, Authorization)
            if answer.status != _ACCEPTED:
                break
            if time.monotonic() > deadline:
                raise self._http.unreachable(method, f"not confirmed within {AUTHORIZE_TIMEOUT_S:g} s")
            time.sleep(_POLL_S)
            method, body = "credentials/authorizeCheck", {"handle": found.handle}
        if not found.sad:
            raise self._http.malformed(method, "the answer holds no authorization (SAD)")
        return Permit(sad=found.sad, until=time.monotonic() + found.expires_in)

    def _certificates(self, method: str, encoded: Sequence[str]) -> list[x509.Certificate]:
        if not encoded:
            raise self._http.malformed(method, "the answer holds no certificate")
        try:
            return [x509.load_der_x509_certificate(self._decoded_base64(method, each)) for each in encoded]
        except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion) as exc:
            raise self._http.malformed(method, "a certificate cannot be read") from exc

    def _decoded_base64(self, method: str, text: str) -> bytes:
        try:
            return base64.b64decode(text, validate=True)
        except (ValueError, binascii.Error) as exc:
            raise self._http.malformed(method, "the answer is not base64 where it should be") from exc

    def _ask(self, method: str, body: dict[str, Any], kind: type[_T]) -> _T:
        return self._decoded(method, self._http.post(method, body, authorization=self._bearer).body, kind)

    def _decoded(self, method: str, body: bytes, kind: type[_T]) -> _T:
        try:
            return decode(body, kind)
        except ValueError as exc:
            raise self._http.malformed(method, f"the answer is not what the API says: {exc}") from exc


def _sendable(secret: str, what: str) -> str:
    # A line break in it would end up in an error of the HTTP library, with the secret.
    if not (secret.isascii() and secret.isprintable()):
        raise UsageError(ErrorCode.BAD_ARGUMENT, f"the {what} has characters that cannot be sent")
    return secret


def _base64(digests: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(each).decode() for each in digests]
