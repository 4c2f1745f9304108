"""Where the records of an office are, if not in its folder: in a file, the address of a database server.

The folder of an office is then still the one thing to name: whoever opens it finds the database. A second line of the
file says which database that was, in the server's own numbers: a copy has the same address once a name, a search path
or a backup put in its place leads there.

Invariants:
    - The file holds no password: libpq takes one from PGPASSFILE, PGPASSWORD or a service, at every opening.
    - A founding writes it before it connects, so one that was killed goes on in the same database.

What it does not do: it opens nothing. Who may write the file decides where docflow connects, as he decides whose the
folder is: in a folder that came from others it is looked at before anything is run on it.

Source: docs/adr/0084.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from docflow.durable import sync_folder, write_whole
from docflow.errors import UsageError
from docflow.store.engines.errors import unusable
from docflow.store.engines.postgres import read_plain_address

ADDRESS_NAME = "database.address"
MAX_ADDRESS_BYTES = 4096


_IDENTITY = re.compile(r"(\d{1,20}|-)/\d{1,10}/\d{1,10}")


class Remembered(NamedTuple):
    """What a folder says of its database."""

    address: str
    identity: str | None
    """As :func:`docflow.store.engines.postgres.read_identity` gave it; None: nobody was there yet."""


def find_address(folder: Path) -> str | None:
    """Return the address that a folder names, or None: then its records are in the folder itself.

    Raises:
        StoreUnavailable, UsageError: As :func:`find_remembered`.
    """
    remembered = find_remembered(folder)
    return remembered.address if remembered else None


def find_remembered(folder: Path) -> Remembered | None:
    """Return what a folder says of its database, or None: then its records are in the folder itself.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``; the file cannot be read.
        UsageError: ``BAD_ARGUMENT``; it holds something else than an address without a password.
    """
    path = folder / ADDRESS_NAME
    try:
        with path.open("rb") as file:
            data = file.read(MAX_ADDRESS_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as exc:
        raise unusable(path, exc) from exc
    text, _, identity = data.decode(errors="replace").strip().partition("\n")
    if len(data) > MAX_ADDRESS_BYTES or not text.isprintable() or (identity and not _IDENTITY.fullmatch(identity)):
        text = ""
    try:
        return Remembered(read_plain_address(text), identity or None)
    except UsageError as exc:
        raise UsageError(exc.code, f"{path}: {exc.message}", vi=f"{path}: {exc.vi}", way_out=exc.way_out) from exc


def remember_address(folder: Path, address: str, *, identity: str | None = None, is_moved: bool = False) -> None:
    """Write where the records of an office are, if its folder does not say so yet.

    Of the address that the folder names already, it learns which database that is.

    Args:
        address: Without password.
        identity: Which database answered there.
        is_moved: Also if the folder says something else.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``; it cannot be written.
        UsageError: ``BAD_ARGUMENT``; what stands there is no address, and the office was not moved.
    """
    path = folder / ADDRESS_NAME
    known = None if is_moved else find_remembered(folder)
    if known is not None and (identity is None or known != (address, None)):
        return
    data = "".join(f"{line}\n" for line in (address, identity) if line).encode()
    try:
        if path.exists() and path.read_bytes() == data:
            return
        write_whole(path, data, mode=0o644, prefix=f"{ADDRESS_NAME}.")
        sync_folder(folder)
    except OSError as exc:
        raise unusable(path, exc) from exc
