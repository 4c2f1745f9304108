"""Keys in a PKCS#11 token (USB token, HSM): made there, used there, never taken out.

Invariants:
    - A key made here is sensitive, not extractable, signs and does nothing else; the token's own word for it is read
      back, and a key of another kind is destroyed.
    - A reference names token and key (RFC 7512) and holds no secret.

What it does not do: it initializes no tokens, sets no PINs and stores no certificates (the token's own tool does);
it removes no keys of an authority that was not founded to the end. M-of-N access is the token's own affair.

Example::

    keys = TokenKeys("/usr/lib/softhsm/libsofthsm2.so", token_label="CA", pin=pin)
    authority = Authority.create(folder, keys=keys, ...)

Source: OASIS PKCS #11 v2.40; RFC 7512; Nghị định 68/2024/NĐ-CP Điều 6 (devices that keep keys).
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_from_bytes, unquote, unquote_to_bytes

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from vnsign.adapters.pkcs11_keys import TokenECKey, TokenKey, TokenRSAKey
from vnsign.adapters.pkcs11_objects import check_as_asked, generate_pair, public_half, public_key_of, readable
from vnsign.adapters.pkcs11_token import Token
from vnsign.errors import ErrorCode, UsageError
from vnsign.pki.credentials import Credential
from vnsign.pki.keys import KeyAlgorithm

if TYPE_CHECKING:  # an optional dependency
    import pkcs11

_ID_BYTES = 16


class TokenKeys:
    """The keys of one token; a key vault for an authority, a credential for a signer. Safe for threads."""

    kind = "pkcs11"

    def __init__(self, module_path: str | os.PathLike[str], *, token_label: str, pin: str | None = None) -> None:
        """Remember how to reach the token; it is logged in to at the first use, or by :meth:`login`.

        Args:
            module_path: The PKCS#11 module of the token's maker.
            token_label: Label of the token.
            pin: User PIN, presented once; None leaves it to the token's own key pad.
        """
        self._token = Token(module_path, label=token_label, pin=pin)

    def __repr__(self) -> str:
        return f"TokenKeys({self.label!r})"

    @property
    def label(self) -> str:
        """Label of the token."""
        return self._token.label

    @property
    def source(self) -> str:
        """Maker, model and serial number of the token, where keys and their randomness come from."""
        return self._token.describe()

    def login(self) -> None:
        """Present the PIN now.

        Raises:
            UsageError: ``WRONG_PASSPHRASE``: refused; this object asks no more. ``KEY_UNAVAILABLE``: token or module is
                absent, the PIN is locked or would be by one more mistake.
        """
        with self._token.session():
            pass

    def close(self) -> None:
        """Log out; keys loaded before sign no more."""
        self._token.close()

    def generate(self, role: str, algorithm: KeyAlgorithm) -> tuple[TokenKey, bytes]:
        """Make a key inside the token; return it with its RFC 7512 URI.

        Raises:
            UsageError: ``KEY_UNAVAILABLE``: also if the token is full; ``KEY_UNUSABLE``: a kind of key it does not
                make, or makes otherwise than asked; ``WRONG_PASSPHRASE``.
        """
        label, key_id = f"vnsign {role}", secrets.token_bytes(_ID_BYTES)
        with self._token.session(is_writing=True) as session:
            pair = generate_pair(session, algorithm, label=label, key_id=key_id)
            check_as_asked(pair, token=self._token)
        return self._find(key_id=key_id), _reference(self.label, label=label, key_id=key_id)

    def load(self, reference: bytes, *, file: str) -> TokenKey:
        """Return a key that :meth:`generate` made.

        Raises:
            UsageError: ``KEY_UNAVAILABLE``: another token keeps it, or this one no longer; ``KEY_UNUSABLE``;
                ``WRONG_PASSPHRASE``.
        """
        token_label, key_id = _parse_reference(reference, file=file)
        if token_label != self.label:
            raise UsageError(
                ErrorCode.KEY_UNAVAILABLE,
                f"the key lies on the token {token_label!r}, not on {self.label!r}",
                file=file,
                way_out="insert that token and open with it",
            )
        return self._find(key_id=key_id)

    def credential(
        self,
        *,
        key_label: str | None = None,
        key_id: bytes | None = None,
        certificate: x509.Certificate | None = None,
        others: Sequence[x509.Certificate] = (),
    ) -> Credential:
        """Return a key of the token with its certificate, to sign any number of documents with.

        Args:
            key_label: Label of the key (CKA_LABEL).
            key_id: Its number (CKA_ID). Neither is needed if the token holds one private key only.
            certificate: The certificate, for tokens that keep none readable; None means the one on the token.
            others: Certificates that the token may lack; the key's own and those above it are taken from here too.

        Raises:
            UsageError: ``KEY_UNAVAILABLE``: no such key or certificate, or several; ``KEY_UNUSABLE``: the certificate
                is of another key; ``WRONG_PASSPHRASE``.
        """
        key = self._find(key_label=key_label, key_id=key_id)
        held = [*self._certificates(), *others]
        if certificate is None:
            own = [each for each in held if public_key_of(each) == key.public_key()]
            if not own:
                raise self._token.error(
                    ErrorCode.KEY_UNAVAILABLE, "there is no certificate of this key, on the token or beside it"
                )
            certificate = max(own, key=lambda each: each.not_valid_after_utc)
        return Credential(key=key, certificate=certificate, chain=_chain(certificate, held))

    def _find(self, *, key_id: bytes | None = None, key_label: str | None = None) -> TokenKey:
        import pkcs11  # noqa: PLC0415 — an optional dependency

        with self._token.session() as session:
            wanted: dict[pkcs11.Attribute, Any] = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY}
            if key_id is not None:
                wanted[pkcs11.Attribute.ID] = key_id
            if key_label is not None:
                wanted[pkcs11.Attribute.LABEL] = key_label
            found = list(session.get_objects(wanted))
            if len(found) != 1:
                raise self._token.error(
                    ErrorCode.KEY_UNAVAILABLE,
                    "the token holds several such keys" if found else "the token holds no such key",
                )
            key: Any = found[0]
            public_key = public_half(session, key)
            signer = _Signer(self._token, key)
            match public_key:
                case rsa.RSAPublicKey():
                    return TokenRSAKey(signer, public_key)
                case ec.EllipticCurvePublicKey():
                    return TokenECKey(signer, public_key)
                case _:
                    raise self._token.error(ErrorCode.KEY_UNUSABLE, "the key's public half is not on the token")

    def _certificates(self) -> list[x509.Certificate]:
        import pkcs11  # noqa: PLC0415 — an optional dependency

        with self._token.session() as session:
            objects = session.get_objects({pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE})
            values = [bytes(each[pkcs11.Attribute.VALUE]) for each in objects]
        return list(readable(values))


class TokenGroup:
    """Several tokens as one vault: the root's key lies on a token of its own, which goes back into the safe."""

    kind = TokenKeys.kind

    def __init__(self, daily: TokenKeys, *, by_role: Mapping[str, TokenKeys]) -> None:
        """Keep keys on ``daily``, but those of the roles in ``by_role`` (e.g. ``root``) on tokens of their own."""
        self._daily = daily
        self._by_role = dict(by_role)

    @property
    def source(self) -> str:
        """Maker, model and serial number of each token."""
        tokens = {keys.label: keys for keys in (self._daily, *self._by_role.values())}
        return "; ".join(keys.source for keys in tokens.values())

    def generate(self, role: str, algorithm: KeyAlgorithm) -> tuple[TokenKey, bytes]:
        """Make a key on the role's token; see :meth:`TokenKeys.generate`."""
        return self._by_role.get(role, self._daily).generate(role, algorithm)

    def load(self, reference: bytes, *, file: str) -> TokenKey:
        """Return a key from the token that the reference names; see :meth:`TokenKeys.load`."""
        token_label, _ = _parse_reference(reference, file=file)
        for keys in self._by_role.values():
            if keys.label == token_label:
                return keys.load(reference, file=file)
        return self._daily.load(reference, file=file)


class _Signer:
    """One key of a token."""

    def __init__(self, token: Token, key: pkcs11.PrivateKey) -> None:
        self._token = token
        self._key: Any = key  # the stubs do not say that it signs

    def sign(self, mechanism: str, data: bytes, *, pss: tuple[str, str, int] | None = None) -> bytes:
        import pkcs11  # noqa: PLC0415 — an optional dependency

        with self._token.session():
            parameter = None
            if pss is not None:
                hash_name, mask_name, salt = pss
                parameter = (getattr(pkcs11.Mechanism, hash_name), getattr(pkcs11.MGF, mask_name), salt)
            signature: bytes = self._key.sign(
                data, mechanism=getattr(pkcs11.Mechanism, mechanism), mechanism_param=parameter
            )
            return signature

    def error(self, code: ErrorCode, message: str) -> UsageError:
        return self._token.error(code, message)


def _chain(certificate: x509.Certificate, held: Sequence[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    chain: list[x509.Certificate] = []
    current = certificate
    while current.issuer != current.subject:
        above = next((each for each in held if each.subject == current.issuer and each not in chain), None)
        if above is None:
            break
        chain.append(above)
        current = above
    return tuple(chain)


def _reference(token_label: str, *, label: str, key_id: bytes) -> bytes:
    """Return an RFC 7512 URI."""
    parts = {"token": quote(token_label, safe=""), "object": quote(label, safe=""), "type": "private"}
    parts["id"] = quote_from_bytes(key_id, safe="")
    return ("pkcs11:" + ";".join(f"{name}={value}" for name, value in parts.items())).encode("ascii")


def _parse_reference(reference: bytes, *, file: str) -> tuple[str, bytes]:
    """Return label of the token and number of the key."""
    try:
        scheme, _, path = reference.decode("ascii").partition(":")
        parts = dict(part.split("=", 1) for part in path.split(";"))
        token_label, key_id = unquote(parts["token"], errors="strict"), unquote_to_bytes(parts["id"])
    except (ValueError, KeyError) as exc:
        raise UsageError(ErrorCode.KEY_UNUSABLE, "the reference to a key is damaged", file=file) from exc
    if scheme != "pkcs11" or not token_label or not key_id:
        raise UsageError(ErrorCode.KEY_UNUSABLE, "the reference to a key is damaged", file=file)
    return token_label, key_id
