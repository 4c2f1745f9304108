"""Who signs: a key with its certificate, prepared once; and statements signed outside PDFs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Self

from vnsign.adapters.http import HttpTimestampSource
from vnsign.adapters.pkcs12 import read_pkcs12
from vnsign.pki.credentials import Credential
from vnsign.ports import TimestampSource
from vnsign.signing.signer import PreparedSigner, prepare_signer
from vnsign.signing.signer import sign_statement as _sign_statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer(PreparedSigner):
    """Somebody who signs: key, certificate and all that is constant about them, prepared once."""

    @classmethod
    def from_credential(cls, credential: Credential) -> Self:
        """Prepare a signer from a key and its certificate in memory.

        Raises:
            UsageError: KEY_UNUSABLE.
        """
        ready = prepare_signer(credential.signing_key, credential.certificate, chain=credential.chain)
        return cls(key=ready.key, certificate=ready.certificate, chain=ready.chain, template=ready.template)

    @classmethod
    def from_pkcs12(cls, path: str | os.PathLike[str], passphrase: bytes) -> Self:
        """Prepare a signer from a PKCS#12 file.

        Raises:
            UsageError: WRONG_PASSPHRASE, KEY_UNUSABLE.
            InputError: NOT_READABLE, MALFORMED_CERTIFICATE.
        """
        return cls.from_credential(read_pkcs12(path, passphrase))


def sign_statement(statement: bytes, signer: PreparedSigner, *, tsa: str | TimestampSource | None = None) -> bytes:
    """Return ``statement`` inside a signed CMS (DER): a signed message, not a PDF. See :mod:`vnsign.signing.signer`."""
    source = HttpTimestampSource(tsa) if isinstance(tsa, str) else tsa
    return _sign_statement(signer, statement, timestamps=source)
