"""Where the records of an office are, if not in its folder: the address of a database server, in a file of one line.

The folder of an office is then still the one thing to name: whoever opens it finds the database.

Invariants:
    - The file holds no password: libpq takes one from PGPASSFILE, PGPASSWORD or a service, at every opening.
    - A founding writes it before the log key, so one that was killed goes on in the same database.

What it does not do: it opens nothing. Who may write the file decides where docflow connects, as he decides whose the
folder is: in a folder that came from others it is looked at before anything is run on it.

Source: docs/adr/0084.
"""

from __future__ import annotations

from pathlib import Path

from docflow.durable import sync_folder, write_whole
from docflow.errors import UsageError
from docflow.store.engines.errors import unusable
from docflow.store.engines.postgres import read_plain_address

ADDRESS_NAME = "database.address"
MAX_ADDRESS_BYTES = 4096


def find_address(folder: Path) -> str | None:
    """Return the address that a folder names, or None: then its records are in the folder itself.

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
    text = data.decode(errors="replace").strip()
    if len(data) > MAX_ADDRESS_BYTES or not text.isprintable():
        text = ""
    try:
        return read_plain_address(text)
    except UsageError as exc:
        raise UsageError(exc.code, f"{path}: {exc.message}", vi=f"{path}: {exc.vi}", way_out=exc.way_out) from exc


def remember_address(folder: Path, address: str, *, is_moved: bool = False) -> None:
    """Write where the records of an office are, if its folder does not say so yet.

    Args:
        address: Without password.
        is_moved: Also if the folder says something else.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``; it cannot be written.
    """
    path = folder / ADDRESS_NAME
    try:
        if path.exists() and (not is_moved or path.read_bytes().strip() == address.encode()):
            return
        write_whole(path, f"{address}\n".encode(), mode=0o644, prefix=f"{ADDRESS_NAME}.")
        sync_folder(folder)
    except OSError as exc:
        raise unusable(path, exc) from exc
