"""Who signs: a key with its certificate, prepared once; and statements signed outside PDFs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from vnsign.adapters.csc import CscService
from vnsign.adapters.csc_key import AskForCode, CscKey
from vnsign.adapters.http import HttpTimestampSource
from vnsign.adapters.pem import read_certificates, read_pem
from vnsign.adapters.pkcs12 import read_pkcs12
from vnsign.errors import ErrorCode, UsageError
from vnsign.pki.credentials import Credential, chain_above
from vnsign.ports import TimestampSource
from vnsign.signing.roles import refuse_agency
from vnsign.signing.signer import Holder, PreparedSigner, prepare_signer
from vnsign.signing.signer import sign_statement as _sign_statement
from vnsign.wiring.arguments import checked


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer(PreparedSigner):
    """Somebody who signs: key, certificate and all that is constant about them, prepared once.

    Every way to make one takes ``hash_name`` (``sha256``, ``sha384``, ``sha512``; None: as strong as the key) and
    ``pss`` (RSA-PSS instead of RSA PKCS#1 v1.5) and ``holder`` (whose key it is: an agency's signs only through
    ``seal_pdf``, ``seal_attachment_pdf`` and ``seal_copy_pdf``, a person's never through them). The first signature
    value is checked with the certificate, so a key that is not the certificate's signs nothing.
    """

    @classmethod
    @checked
    def from_credential(
        cls,
        credential: Credential,
        *,
        hash_name: str | None = None,
        pss: bool = False,
        holder: Holder = Holder.PERSON,
    ) -> Self:
        """Prepare a signer from a key and its certificate in memory.

        Raises:
            UsageError: KEY_UNUSABLE; BAD_ARGUMENT: an unknown hash, or PSS with a key that is not RSA.
        """
        return cls._of(
            prepare_signer(
                credential.signing_key,
                credential.certificate,
                chain=credential.chain,
                hash_name=hash_name,
                pss=pss,
                holder=holder,
            )
        )

    @classmethod
    @checked
    def from_pkcs12(
        cls,
        path: str | os.PathLike[str],
        passphrase: bytes,
        *,
        hash_name: str | None = None,
        pss: bool = False,
        holder: Holder = Holder.PERSON,
    ) -> Self:
        """Prepare a signer from a PKCS#12 file (AES, or the RC2 and 3DES of older tools).

        Raises:
            UsageError: WRONG_PASSPHRASE, KEY_UNUSABLE, BAD_ARGUMENT.
            InputError: NOT_READABLE, MALFORMED_CERTIFICATE.
        """
        return cls.from_credential(read_pkcs12(path, passphrase), hash_name=hash_name, pss=pss, holder=holder)

    @classmethod
    @checked
    def from_pem(
        cls,
        key: str | os.PathLike[str],
        certificate: str | os.PathLike[str] | None = None,
        *,
        chain: Sequence[str | os.PathLike[str]] = (),
        passphrase: bytes | None = None,
        hash_name: str | None = None,
        pss: bool = False,
        holder: Holder = Holder.PERSON,
    ) -> Self:
        """Prepare a signer from PEM or DER files; see :func:`vnsign.adapters.pem.read_pem`.

        Raises:
            UsageError: WRONG_PASSPHRASE, KEY_UNUSABLE, BAD_ARGUMENT.
            InputError: NOT_READABLE, MALFORMED_CERTIFICATE.
        """
        return cls.from_credential(
            read_pem(key, certificate, chain=chain, passphrase=passphrase),
            hash_name=hash_name,
            pss=pss,
            holder=holder,
        )

    @classmethod
    @checked
    def from_pkcs11(
        cls,
        module: str | os.PathLike[str],
        *,
        token: str,
        pin: str | None,
        key_label: str | None = None,
        key_id: bytes | None = None,
        certificate: str | os.PathLike[str] | None = None,
        hash_name: str | None = None,
        pss: bool = False,
        holder: Holder = Holder.PERSON,
    ) -> Self:
        """Prepare a signer whose key stays in a PKCS#11 token; the PIN is presented once, for any number of documents.

        Args:
            module: The PKCS#11 module of the token's maker.
            token: Label of the token.
            pin: None leaves it to the token's own key pad.
            key_label: Which key, if the token holds several.
            key_id: The same, by number.
            certificate: File with the certificate and those above it, for tokens that do not keep them.
            hash_name: See above.
            pss: See above.
            holder: See above.

        Raises:
            UsageError: WRONG_PASSPHRASE, KEY_UNAVAILABLE, KEY_UNUSABLE, BAD_ARGUMENT.
            InputError: NOT_READABLE, MALFORMED_CERTIFICATE.
        """
        from vnsign.adapters.pkcs11 import TokenKeys  # noqa: PLC0415 — an optional dependency

        given = read_certificates(certificate) if certificate is not None else ()
        credential = TokenKeys(module, token_label=token, pin=pin).credential(
            key_label=key_label, key_id=key_id, others=given
        )
        return cls.from_credential(credential, hash_name=hash_name, pss=pss, holder=holder)

    @classmethod
    @checked
    def from_csc(
        cls,
        service: CscService | str,
        credential_id: str | None = None,
        *,
        token: str | None = None,
        credential_token: str | None = None,
        pin: str | None = None,
        otp: AskForCode | None = None,
        signatures: int = 1,
        hash_name: str | None = None,
        pss: bool = False,
        holder: Holder = Holder.PERSON,
    ) -> Self:
        """Prepare a signer whose key is at a remote signing service (CSC API v1 or v2).

        Args:
            service: The service, or the base URL of its API.
            credential_id: Which key; None if the user has one only.
            token: OAuth 2.0 access token, if ``service`` is a URL.
            credential_token: Access token with the scope ``credential``, for credentials authorized by OAuth 2.0.
            pin: If the credential wants one.
            otp: Asked for a one-time password at each authorization, if the credential wants one.
            signatures: How many documents one authorization is to serve; the service may allow fewer.
            hash_name: See above.
            pss: See above.
            holder: See above.

        Raises:
            UsageError: KEY_UNAVAILABLE: no such credential, or several; KEY_UNUSABLE, BAD_ARGUMENT.
            ServiceUnavailable: SERVICE_UNREACHABLE, SERVICE_REFUSED.
            InputError: MALFORMED_ANSWER.
        """
        at = CscService(service, token=token) if isinstance(service, str) else service
        credential = at.credential(credential_id or _only_one(at))
        key = CscKey(at, credential, pin=pin, otp=otp, signatures=signatures, credential_token=credential_token)
        chain = chain_above(credential.certificate, credential.chain)
        return cls._of(
            prepare_signer(key, credential.certificate, chain=chain, hash_name=hash_name, pss=pss, holder=holder)
        )

    @classmethod
    def _of(cls, ready: PreparedSigner) -> Self:
        return cls(
            key=ready.key,
            certificate=ready.certificate,
            chain=ready.chain,
            template=ready.template,
            holder=ready.holder,
        )


def _only_one(service: CscService) -> str:
    found = service.credentials()
    if len(found) != 1:
        raise UsageError(
            ErrorCode.KEY_UNAVAILABLE,
            f"{service!r} has {len(found)} credentials of this user",
            way_out=f"name one of them: {', '.join(found)[:200]}" if found else "have one issued",
        )
    return found[0]


@checked
def sign_statement(statement: bytes, signer: PreparedSigner, *, tsa: str | TimestampSource | None = None) -> bytes:
    """Return ``statement`` inside a signed CMS (DER): a signed message, not a PDF. See :mod:`vnsign.signing.signer`.

    Raises:
        UsageError: SEAL_REFUSED for an agency's key.
    """
    refuse_agency(signer)
    source = HttpTimestampSource(tsa) if isinstance(tsa, str) else tsa
    return _sign_statement(signer, statement, timestamps=source)
