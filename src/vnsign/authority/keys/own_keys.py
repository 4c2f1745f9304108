"""The authority's own certificates, and their keys when they are needed.

Invariants:
    - A key is asked of its vault when something is to be signed with it, not before: a root whose token lies in a safe
      does not stop daily work.
    - The certificate of a role that none replaced counts, also if another process had it renewed.
    - What the authority stands on is what it signed itself, whatever was done to the rows.

What it does not do: it makes no keys and renews nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography import x509
from sqlalchemy import Connection, select

from vnsign.authority.database.store import AnyRow
from vnsign.authority.database.tables import CERTIFICATE, OWN_KEY
from vnsign.authority.keys.keystore import KeyVault
from vnsign.authority.keys.own_rules import OWN_RULES, chain_above
from vnsign.authority.records import OwnRole
from vnsign.errors import ErrorCode, InputError, UsageError
from vnsign.pki.certificates import load_certificate
from vnsign.pki.credentials import Credential

_OWN_KEYS = select(
    OWN_KEY.c.role, OWN_KEY.c.kind, OWN_KEY.c.reference, CERTIFICATE.c.serial, CERTIFICATE.c.der, CERTIFICATE.c.replaces
).join_from(OWN_KEY, CERTIFICATE)
#: Responders came later: authorities of the first version have none until they are renewed.
_FOUNDED_ALWAYS = frozenset({OwnRole.ROOT, OwnRole.ISSUING, OwnRole.TSA})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """Where a key is kept, and its certificate."""

    serial: str
    certificate: x509.Certificate
    kind: str
    reference: bytes


class OwnKeys:
    """The own certificates of one authority. Safe for threads."""

    def __init__(self, vaults: Sequence[KeyVault], *, file: str) -> None:
        """Ask ``vaults`` for keys; nothing is read yet.

        Args:
            vaults: One of a kind.
            file: Name of the database, for messages.
        """
        self._vaults: Mapping[str, KeyVault] = {vault.kind: vault for vault in vaults}
        self._file = file
        self._kept: dict[OwnRole, _Kept] = {}
        self._loaded: dict[OwnRole, Credential] = {}
        self._lock = threading.Lock()

    def refresh(self, connection: Connection) -> None:
        """Take over what is on record now.

        Raises:
            InputError: ``NOT_READABLE``: a role is missing or its certificate is not the authority's;
                ``MALFORMED_CERTIFICATE``.
        """
        found = connection.execute(_OWN_KEYS).all()
        replaced = {key.replaces for key in found}
        newest = {OwnRole(key.role): key for key in found if key.serial not in replaced}
        if not newest.keys() >= _FOUNDED_ALWAYS:
            raise InputError(ErrorCode.NOT_READABLE, "the authority's own keys are not all there", file=self._file)
        with self._lock:
            if {role: own.serial for role, own in self._kept.items()} == {r: key.serial for r, key in newest.items()}:
                return
            kept = {role: _kept(newest[role], file=self._file) for role in OWN_RULES if role in newest}
            _check_own_path({role: own.certificate for role, own in kept.items()}, file=self._file)
            self._loaded = {
                role: own for role, own in self._loaded.items() if own.certificate == kept[role].certificate
            }
            self._kept = kept

    def has(self, role: OwnRole) -> bool:
        """Tell whether there is a certificate for a role: authorities of an older version answered no OCSP."""
        return role in self._kept

    def certificate(self, role: OwnRole) -> x509.Certificate:
        """Return the certificate of a role.

        Raises:
            UsageError: ``KEY_UNAVAILABLE``: there is none.
        """
        return self._own(role).certificate

    def chain(self, role: OwnRole) -> tuple[x509.Certificate, ...]:
        """Return the certificates above that of a role, issuer first."""
        return chain_above(role, {each: own.certificate for each, own in self._kept.items()})

    def credential(self, role: OwnRole) -> Credential:
        """Return the certificate of a role with its key, asked of the vault the first time.

        Raises:
            UsageError: ``KEY_UNAVAILABLE``, ``WRONG_PASSPHRASE``, ``KEY_UNUSABLE``.
        """
        with self._lock:
            loaded = self._loaded.get(role)
            if loaded is None:
                own = self._own(role)
                key = self._vault(own.kind, role).load(own.reference, file=self._file)
                loaded = Credential(key=key, certificate=own.certificate, chain=self.chain(role))
                self._loaded[role] = loaded
            return loaded

    def load_kept_here(self, kind: str) -> None:
        """Load every key of one kind: a wrong passphrase is found out at the beginning.

        Raises:
            UsageError: ``WRONG_PASSPHRASE``: no key opens.
            InputError: ``NOT_READABLE``: some do: the others are damaged.
        """
        roles = [role for role, own in self._kept.items() if own.kind == kind]
        closed: dict[OwnRole, UsageError] = {}
        for role in roles:
            try:
                self.credential(role)
            except UsageError as exc:
                if exc.code is not ErrorCode.WRONG_PASSPHRASE:
                    raise
                closed[role] = exc
        if closed and len(closed) == len(roles):
            raise closed[roles[0]]
        if closed:
            raise InputError(
                ErrorCode.NOT_READABLE,
                f"the passphrase is right, and the keys of {', '.join(closed)} do not open: they are damaged",
                file=self._file,
                way_out="restore it from a backup",
            )

    def _own(self, role: OwnRole) -> _Kept:
        own = self._kept.get(role)
        if own is None:
            raise UsageError(
                ErrorCode.KEY_UNAVAILABLE,
                f"this authority has no certificate for {role}",
                file=self._file,
                way_out=f"give it one: renew_own({role.value!r})",
            )
        return own

    def _vault(self, kind: str, role: OwnRole) -> KeyVault:
        vault = self._vaults.get(kind)
        if vault is None:
            raise UsageError(
                ErrorCode.KEY_UNAVAILABLE,
                f"the key of {role} is kept as {kind}, which was not opened",
                file=self._file,
                way_out="open the authority with the token that keeps it",
            )
        return vault


def _kept(row: AnyRow, *, file: str) -> _Kept:
    certificate = load_certificate(row.der, file=file)
    return _Kept(serial=row.serial, certificate=certificate, kind=row.kind, reference=bytes(row.reference))


def _check_own_path(certificates: Mapping[OwnRole, x509.Certificate], *, file: str) -> None:
    try:
        for role, certificate in certificates.items():
            certificate.verify_directly_issued_by(certificates[OwnRole(OWN_RULES[role].issuer)])
    except Exception as exc:  # boundary: a damaged certificate may fail in any way the library knows
        raise InputError(ErrorCode.NOT_READABLE, "the authority's own certificates are damaged", file=file) from exc
