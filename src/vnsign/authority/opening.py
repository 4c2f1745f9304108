"""An authority made, and found again.

Invariants:
    - An authority exists wholly or not at all: keys, certificates, settings and first journal entry are one commit.
    - Of two creations at once, one loses.

What it does not do: it keeps no passphrase; a token's PIN is the vault's affair.

Source: Nghị định 68/2024/NĐ-CP Điều 6, 9.
"""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from vnsign.authority.acts.issuing import add_own
from vnsign.authority.database import reading
from vnsign.authority.database import store as rows
from vnsign.authority.keys.keystore import SALT_BYTES, SCRYPT_COST, KeyVault, SoftwareKeys, derive_secret
from vnsign.authority.keys.own_keys import OwnKeys
from vnsign.authority.keys.own_rules import Identity, make_own_keys
from vnsign.authority.publishing.ordering import check_can_order
from vnsign.authority.records import Act, JournalAct
from vnsign.authority.settings import AuthoritySettings, check_settings, settings_to_json
from vnsign.errors import ErrorCode, UsageError
from vnsign.pki.keys import KeyAlgorithm
from vnsign.ports import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Founding:
    """What an authority is made of.

    Attributes:
        passphrase: Protects keys kept in software; unused if ``keys`` is given.
        keys: Where the own keys are made and kept; None means encrypted in the database.
        act: Who founds it.
    """

    name: str
    organization: str
    base_url: str
    passphrase: bytes
    key_algorithm: KeyAlgorithm
    settings: AuthoritySettings
    keys: KeyVault | None
    act: Act


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An authority's database with its keys."""

    store: rows.AuthorityStore
    own: OwnKeys
    identity: Identity
    #: where keys are made from now on
    vault: KeyVault


def create(location: str | os.PathLike[str], founding: Founding, *, clock: Clock) -> Opened:
    """Make a new authority.

    Raises:
        UsageError: ``AUTHORITY_EXISTS``; ``BAD_ARGUMENT``; ``OUTPUT_NOT_WRITABLE``; what the vault raises.
    """
    settings = check_settings(founding.settings)
    identity = Identity(
        name=founding.name,
        organization=founding.organization,
        base_url=checked_url(founding.base_url),
        delta=settings.delta_lifetime is not None,
    )
    store = rows.AuthorityStore(location)
    if settings.tsa_ordering:
        check_can_order(store.folder)
    store.create_file()
    with store.reading() as connection:
        _refuse_existing(store, initialized=rows.is_initialized(connection))
    salt = secrets.token_bytes(SALT_BYTES)
    vault = founding.keys or SoftwareKeys(derive_secret(founding.passphrase, salt=salt, cost=SCRYPT_COST))
    now = clock.now()
    made = make_own_keys(identity, keys=vault, now=now, algorithm=founding.key_algorithm)
    with store.acting() as ledger:
        # Looked at again under the lock: of two creations at once, one loses.
        _refuse_existing(store, initialized=rows.is_initialized(ledger.connection))
        rows.create_schema(ledger.connection)
        rows.insert_authority(
            ledger.connection,
            name=identity.name,
            organization=identity.organization,
            base_url=identity.base_url,
            settings=settings_to_json(settings),
            key_salt=salt,
            key_cost=SCRYPT_COST,
            created_at=int(now.timestamp()),
        )
        for role, key in made.items():
            add_own(ledger, role, key, now=now)
        ledger.tell(
            JournalAct.FOUNDED,
            at=now,
            act=founding.act,
            name=identity.name,
            organization=identity.organization,
            base_url=identity.base_url,
            settings=settings_to_json(settings),
        )
    own = OwnKeys([vault], file=store.name)
    with store.reading() as connection:
        own.refresh(connection)
    return Opened(store=store, own=own, identity=identity, vault=vault)


def open_existing(
    location: str | os.PathLike[str], *, passphrase: bytes, keys: KeyVault | None, clock: Clock
) -> Opened:
    """Open an authority; the database of an older version is brought up to date.

    Raises:
        UsageError: ``AUTHORITY_NOT_FOUND``, ``WRONG_PASSPHRASE``, ``BAD_ARGUMENT``: made by a newer version.
        InputError: ``NOT_READABLE``: no authority's database, or damaged.
    """
    store = rows.AuthorityStore(location)
    store.upgrade(at=clock.now())
    with store.reading() as connection:
        kept = rows.read_authority(connection)
        kinds = {key.kind for key in rows.read_own_keys(connection)}
    vaults: list[KeyVault] = [] if keys is None else [keys]
    if keys is None or SoftwareKeys.kind in kinds:
        vaults.append(SoftwareKeys(derive_secret(passphrase, salt=kept.key_salt, cost=kept.key_cost)))
    own = OwnKeys(vaults, file=store.name)
    try:
        with store.reading() as connection:
            own.refresh(connection)
    except reading.ROW_FAULTS as exc:
        raise rows.damaged(store.name, exc) from exc
    own.load_kept_here(SoftwareKeys.kind)
    identity = Identity(name=kept.name, organization=kept.organization, base_url=checked_url(kept.base_url))
    return Opened(store=store, own=own, identity=identity, vault=vaults[0])


def checked_url(base_url: str) -> str:
    """Return a URL without a slash at its end, if it can stand in a certificate.

    Raises:
        UsageError: ``BAD_ARGUMENT``.
    """
    try:
        parts = urlsplit(base_url)
        is_usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_usable = False
    # It is written into certificates as an IA5String, with a path behind it.
    if not is_usable or not re.fullmatch("[!-~]+", base_url) or "?" in base_url or "#" in base_url:
        raise UsageError(ErrorCode.BAD_ARGUMENT, f"{base_url!r} is not an ASCII http or https URL without query")
    return base_url.rstrip("/")


def _refuse_existing(store: rows.AuthorityStore, *, initialized: bool) -> None:
    if initialized:
        raise UsageError(
            ErrorCode.AUTHORITY_EXISTS,
            "an authority is already here",
            file=store.name,
            way_out="open it, or choose another place",
        )
