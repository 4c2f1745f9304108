"""How to load a signer again, elsewhere: a key cannot be sent to a worker process, but the way to it can.

Invariants:
    - A recipe holds a passphrase, PIN or token in memory only: no representation shows it. It is pickled to processes
      of the same user, never to disk.

What it does not do: it asks nobody for a passphrase (see vnsign.cli.key_options), and reads no file before ``load``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import assert_never

from vnsign.adapters.csc import CscService
from vnsign.adapters.csc_key import AskForCode
from vnsign.signing.signer import Holder
from vnsign.wiring.signers import Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class Pkcs12Source:
    """A PKCS#12 file."""

    path: Path
    passphrase: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PemSource:
    """PEM or DER files; see :meth:`Signer.from_pem`."""

    key: Path
    certificate: Path | None = None
    chain: tuple[Path, ...] = ()
    passphrase: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pkcs11Source:
    """A key in a token; see :meth:`Signer.from_pkcs11`. The PIN is presented once in each process."""

    module: Path
    token: str
    pin: str | None = field(default=None, repr=False)
    key_label: str | None = None
    key_id: bytes | None = None
    certificate: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CscSource:
    """A key at a remote signing service; see :meth:`Signer.from_csc`.

    Attributes:
        otp: A function of a module, so that it can be pickled; it asks in the process that signs.
    """

    url: str
    credential_id: str | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    credential_token: str | None = field(default=None, repr=False)
    pin: str | None = field(default=None, repr=False)
    otp: AskForCode | None = None
    signatures: int = 1


KeySource = Pkcs12Source | PemSource | Pkcs11Source | CscSource


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerRecipe:
    """Where the key is and how it signs; may be pickled.

    Attributes:
        source: Where the key is.
        hash_name: ``sha256``, ``sha384``, ``sha512``; None: as strong as the key.
        pss: RSA-PSS instead of RSA PKCS#1 v1.5.
        holder: Whose key it is; see :class:`Signer`.
    """

    source: KeySource
    hash_name: str | None = None
    pss: bool = False
    holder: Holder = Holder.PERSON

    def load(self) -> Signer:
        """Return the signer, loaded now.

        Raises:
            UsageError: WRONG_PASSPHRASE, KEY_UNUSABLE, KEY_UNAVAILABLE, BAD_ARGUMENT.
            InputError: NOT_READABLE, MALFORMED_CERTIFICATE, MALFORMED_ANSWER.
            ServiceUnavailable: SERVICE_UNREACHABLE, SERVICE_REFUSED.
        """
        match self.source:
            case Pkcs12Source() as source:
                return Signer.from_pkcs12(
                    source.path, source.passphrase, hash_name=self.hash_name, pss=self.pss, holder=self.holder
                )
            case PemSource() as source:
                return Signer.from_pem(
                    source.key,
                    source.certificate,
                    chain=source.chain,
                    passphrase=source.passphrase,
                    hash_name=self.hash_name,
                    pss=self.pss,
                    holder=self.holder,
                )
            case Pkcs11Source() as source:
                return Signer.from_pkcs11(
                    source.module,
                    token=source.token,
                    pin=source.pin,
                    key_label=source.key_label,
                    key_id=source.key_id,
                    certificate=source.certificate,
                    hash_name=self.hash_name,
                    pss=self.pss,
                    holder=self.holder,
                )
            case CscSource() as source:
                return _from_csc(source, self)
            case _:
                assert_never(self.source)


def _from_csc(source: CscSource, recipe: SignerRecipe) -> Signer:
    service = CscService(source.url, token=source.token)
    if source.user is not None:
        service.login(source.user, source.password or "")
    return Signer.from_csc(
        service,
        source.credential_id,
        credential_token=source.credential_token,
        pin=source.pin,
        otp=source.otp,
        signatures=source.signatures,
        hash_name=recipe.hash_name,
        pss=recipe.pss,
        holder=recipe.holder,
    )
