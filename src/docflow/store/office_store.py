"""The store of one office: a folder with the database, the blobs and the log key.

Invariants:
    - A transaction that returned is on the disk with rows, leaf, tree and checkpoint; one that raised left nothing.
    - A store belongs to one agency and one log key, for ever.

What it does not do: it knows no use case (:mod:`docflow.office`); it holds no clock.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from docflow.audit import VerifierKey, parse_vkey
from docflow.errors import ErrorCode, StoreUnavailable, UsageError
from docflow.ports import LogKey, Randomness
from docflow.store import migrations, reading
from docflow.store.blobs import BlobFolder
from docflow.store.database import Database
from docflow.store.logkey import create_log_key, read_log_key
from docflow.store.reader import BLOB_FOLDER, DATABASE_NAME, KEY_NAME, VKEY_NAME, StoreReader
from docflow.store.unit import SqlUnitOfWork


class OfficeStore(StoreReader):
    """Implements :class:`docflow.ports.Store`; make it with :func:`open_store`."""

    def __init__(self, database: Database, *, blobs: BlobFolder, agency: str, log_key: LogKey, origin: str) -> None:
        self.vkey = VerifierKey(name=origin, public_key=log_key.public_key)
        super().__init__(database, blobs, vkey=self.vkey)
        self.database = database
        self.blobs = blobs
        self.reader = self
        self._agency = agency
        self._log_key = log_key

    @contextmanager
    def writing(self) -> Iterator[SqlUnitOfWork]:
        """Begin a write transaction; see :meth:`docflow.ports.Store.writing`."""
        with self.database.writing() as connection:
            unit = SqlUnitOfWork(connection, agency=self._agency)
            yield unit
            unit.finish(key=self.vkey, sign=self._log_key.sign)

    def erase_blobs(self) -> None:
        """Remove the files of every erasure from the disk.

        Raises:
            StoreUnavailable: ``STORE_UNUSABLE``; a file cannot be removed.
        """
        for name in self.list_erased():
            self.blobs.remove(name)

    def close(self) -> None:
        """Release every connection."""
        self.database.close()


def open_store(
    directory: Path, *, agency: str, origin: str, randomness: Randomness, single_process: bool = False
) -> OfficeStore:
    """Open the store in a folder, making what is missing.

    Args:
        agency: Code of the agency whose store this is.
        origin: Name of its log, used only when the store is made.
        single_process: See :func:`docflow.store.database.choose_driver`.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``, ``STORE_BUSY`` or ``SQLITE_TOO_OLD``.
        UsageError: ``BAD_ARGUMENT``; the folder belongs to another agency.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as exc:
        raise _unusable(directory, exc) from exc
    database = Database(directory / DATABASE_NAME, single_process=single_process)
    with database.locked():
        # Whoever holds the lock may migrate: Database.writing would wait for itself here.
        with database.migrating() as connection:
            if migrations.current_revision(connection) != migrations.HEAD:
                migrations.upgrade(connection)
            recorded = reading.find_agency(connection)
        if recorded and recorded[0].code.text != agency:
            raise UsageError(
                ErrorCode.BAD_ARGUMENT,
                f"{directory}: this is the store of {recorded[0].code}, not of {agency}",
                vi=f"Kho dữ liệu {directory} là của cơ quan {recorded[0].code}.",
                way_out="open it with that agency, or choose another folder",
            )
        key_path = directory / KEY_NAME
        is_new = recorded is None and not key_path.exists()
        log_key = create_log_key(key_path, randomness.token(32)) if is_new else read_log_key(key_path)
    name = parse_vkey(recorded[1]).name if recorded else origin
    store = OfficeStore(
        database, blobs=BlobFolder(directory / BLOB_FOLDER), agency=agency, log_key=log_key, origin=name
    )
    _check_vkey(directory, store, recorded[1] if recorded else None)
    return store


def _check_vkey(directory: Path, store: OfficeStore, recorded: str | None) -> None:
    """Hold key file, public key file and database together; the public file is remade if it is lost."""
    path = directory / VKEY_NAME
    text = str(store.vkey)
    if recorded is not None and recorded != text:
        raise StoreUnavailable(
            ErrorCode.STORE_UNUSABLE,
            f"{directory}: the log key is not the one this log was begun with",
            vi=f"Khóa nhật ký trong {directory} không phải khóa ban đầu.",
            way_out="restore log.key from a backup",
        )
    try:
        if not path.exists():
            temporary = path.with_name(f"{path.name}.{os.getpid()}")
            temporary.write_text(text + "\n", encoding="utf-8")
            temporary.replace(path)
    except OSError as exc:
        raise _unusable(path, exc) from exc


def _unusable(path: Path, exc: Exception) -> StoreUnavailable:
    reason = getattr(exc, "strerror", None) or str(exc)
    return StoreUnavailable(
        ErrorCode.STORE_UNUSABLE,
        f"{path}: {reason}",
        vi=f"Không mở được kho dữ liệu {path}.",
        way_out="check the path and its permissions",
    )
