"""Where an office keeps what it has: a database, and a folder for the files and the log key.

Invariants:
    - A folder holds the files and the key of one agency; several agencies may share a database, each with its folder.

What it does not do: it opens no transaction.
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from docflow.durable import force_name, make_folder
from docflow.errors import ErrorCode, UsageError
from docflow.store.engines.addresses import find_address
from docflow.store.engines.database import Database, is_frozen
from docflow.store.engines.errors import unusable
from docflow.store.engines.postgres import PostgresDatabase, is_server_address

DATABASE_NAME = "docflow.sqlite"
KEY_NAME = "log.key"
VKEY_NAME = "log.vkey"
BLOB_FOLDER = "blobs"


class OfficeDatabase(Protocol):
    """What a store asks of a database."""

    name: str

    def reading(self) -> AbstractContextManager[sa.Connection]:
        """Yield a connection in a read transaction."""

    def writing(self) -> AbstractContextManager[sa.Connection]:
        """Yield a connection in a write transaction."""

    def close(self) -> None:
        """Close every connection."""


def name_database(
    place: Path | str, *, home: Path | str | None, single_process: bool = False, to_read: bool = False
) -> tuple[Database | PostgresDatabase, Path]:
    """Return the database at a place, nothing opened yet, and the folder of the office's files and key.

    Args:
        place: A folder, or ``postgresql://user@server/database``. A folder that names a server
            (:mod:`docflow.store.engines.addresses`) stands for the database there.
        home: Folder of files and log key; by default the folder that holds the database.
        to_read: Nothing will be written: a write-protected folder will do.

    Raises:
        UsageError: ``BAD_ARGUMENT``; an address of something else, or a server without ``home``.
        StoreUnavailable: ``SQLITE_TOO_OLD``; ``STORE_UNUSABLE``, see
            :func:`docflow.store.engines.database.is_frozen`, or the folder cannot be read.
    """
    if not is_server_address(str(place)):
        folder = Path(place)
        address = find_address(folder)
        if address is not None:
            return PostgresDatabase(address), Path(home or folder)
        path = folder / DATABASE_NAME
        frozen = to_read and path.exists() and is_frozen(path)
        return Database(path, single_process=single_process, is_frozen=frozen), Path(home or folder)
    if home is None:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            "an office on a database server needs a folder for its files and its log key",
            vi="Văn phòng dùng máy chủ cơ sở dữ liệu phải có thư mục chứa tệp và khóa nhật ký.",
            way_out="pass home=… as well",
        )
    return PostgresDatabase(str(place)), Path(home)


def is_kept_in(folder: Path) -> bool:
    """Return whether the records of an office are in a folder itself; False also if it cannot be looked at."""
    return os.path.exists(folder / DATABASE_NAME)  # noqa: PTH110 - Path.exists raises where the folder may not be read


def force_names(database: Database | PostgresDatabase, home: Path) -> None:
    """Force the names of the folders to disk, whoever made them: a process that was killed may not have come to it.

    Does not check: the names of the folders above them.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``.
    """
    for folder in _folders(database, home):
        try:
            force_name(folder)
        except OSError as exc:
            raise unusable(folder, exc) from exc


def make_folders(database: Database | PostgresDatabase, home: Path) -> None:
    """Make the folders that are missing, open to their owner only; their names survive a power cut.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``.
    """
    for folder in _folders(database, home):
        try:
            make_folder(folder, mode=0o700)
        except OSError as exc:
            raise unusable(folder, exc) from exc


def _folders(database: Database | PostgresDatabase, home: Path) -> tuple[Path, ...]:
    return (database.path.parent, home) if isinstance(database, Database) else (home,)
