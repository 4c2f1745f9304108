"""The store of one office: a database, a folder with the blobs and the log key.

Invariants:
    - A transaction that returned is on the disk with rows, leaf, tree and checkpoint; one that raised left nothing.
    - A store belongs to one agency and one log key, for ever; of other agencies in its database it shows nothing.

What it does not do: it knows no use case (:mod:`docflow.office`); it holds no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import datetime
from pathlib import Path
from typing import TypeVar, cast

import sqlalchemy as sa

from docflow.audit import VerifierKey, parse_vkey
from docflow.errors import DocflowError, ErrorCode, StoreUnavailable, UsageError
from docflow.model import Agency
from docflow.ports import LogKey, Piece, Randomness, UnitOfWork
from docflow.store import migrations
from docflow.store.blobs import BlobFolder
from docflow.store.engines import founding
from docflow.store.engines.addresses import remember_address
from docflow.store.engines.database import Database, is_frozen
from docflow.store.engines.errors import is_missing_table
from docflow.store.engines.places import (
    BLOB_FOLDER,
    KEY_NAME,
    OfficeDatabase,
    force_names,
    make_folders,
    name_database,
)
from docflow.store.engines.postgres import PostgresDatabase
from docflow.store.logkey import FileLogKey, create_log_key, read_log_key
from docflow.store.reader import StoreReader
from docflow.store.reading import questions
from docflow.store.writing.groups import MAX_TRIES, GroupCommit, Ticket, run_pieces
from docflow.store.writing.joined import CallerDatabase
from docflow.store.writing.remembered import NOTHING
from docflow.store.writing.unit import SqlUnitOfWork

_T = TypeVar("_T")
_Recorded = tuple[Agency, str]
"""An agency and the verifier key of its log."""


class OfficeStore(StoreReader):
    """Implements :class:`docflow.ports.Store`; make it with :func:`open_store`."""

    def __init__(
        self,
        database: OfficeDatabase,
        *,
        home: Path,
        blobs: BlobFolder,
        agency: str,
        log_key: LogKey,
        origin: str,
        is_joined: bool = False,
    ) -> None:
        self.vkey = VerifierKey(name=origin, public_key=log_key.public_key)
        super().__init__(database, blobs, agency=agency, vkey=self.vkey)
        self.database = database
        self.blobs = blobs
        self._home = home
        self.reader = self
        self._log_key = log_key
        self._remembered = NOTHING
        self._is_joined = is_joined
        self.was_upgraded = False
        # A caller's transaction cannot be begun anew.
        self._group = GroupCommit(self._run, tries=1 if is_joined else MAX_TRIES)

    def finish_founding(self) -> None:
        """Write ``log.vkey`` if it is missing, once the agency is recorded; a database lost later is not made anew.

        Raises:
            StoreUnavailable: ``STORE_UNUSABLE``; it cannot be written.
        """
        founding.write_vkey(self._home, self.vkey)

    @contextmanager
    def writing(self) -> Iterator[SqlUnitOfWork]:
        """Begin a write transaction: committed with tree and checkpoint when the block ends, undone on an exception.

        Use cases hand their work to :meth:`transact`, which shares commits and tries again what the server undid.

        Raises:
            StoreUnavailable: ``STORE_BUSY``; others kept writing for too long.
        """
        remembered, self._remembered = self._remembered, NOTHING
        with self.database.writing() as connection:
            unit = SqlUnitOfWork(connection, agency=self._agency, has_file=self.blobs.has, remembered=remembered)
            yield unit
            unit.finish(key=self.vkey, sign=self._log_key.sign)
        self._remembered = unit.remember()

    def transact(self, work: Callable[[UnitOfWork], _T] | Piece[_T]) -> _T:
        """Carry out a piece of work; see :meth:`docflow.ports.Store.transact`."""
        return cast("_T", self._group.transact(work if isinstance(work, Piece) else Piece(work)))

    def transact_many(self, pieces: Iterable[Piece[_T]]) -> list[_T | DocflowError]:
        """Carry out many pieces of work; see :meth:`docflow.ports.Store.transact_many`."""
        done = self._group.transact_many(pieces)
        for item in done:
            if isinstance(item, Exception) and not isinstance(item, DocflowError):
                raise item
        return done

    def erase_blobs(self, is_needed: Callable[[UnitOfWork, str], bool]) -> None:
        """Remove the files of every erasure from the disk; see :meth:`docflow.ports.Store.erase_blobs`.

        Whoever stored one of them again meanwhile either has named it, and then it is needed, or finds out when he
        names it that it is gone: :meth:`SqlUnitOfWork.add_blob`.

        Raises:
            StoreUnavailable: ``STORE_UNUSABLE``; a file cannot be removed.
        """
        left = [name for name in self.list_erased() if self.blobs.has(name)]
        if left and not self._is_joined:
            with self.writing() as unit:
                for name in left:
                    if not is_needed(unit, name):
                        self.blobs.remove(name)

    def drop_blob(self, sha256: str) -> None:
        """Remove a file that nobody named; see :meth:`docflow.ports.Store.drop_blob`."""
        if not self._is_joined:
            with self.writing() as unit:
                if not unit.has_blob(sha256):
                    self.blobs.remove(sha256)

    def within(self, connection: sa.Connection) -> OfficeStore:
        """Return this store on the caller's connection, in the caller's transaction.

        How it shares that transaction: :mod:`docflow.store.writing.joined`.

        Raises:
            UsageError: ``BAD_ARGUMENT``; another database's connection, one that commits by itself, or SQLite without
                :meth:`lock`.
        """
        database = CallerDatabase(connection, database=self.database)
        try:
            with database.reading():
                recorded = questions.find_agency(connection, self._agency)
                if isinstance(self.database, PostgresDatabase) and not self.database.is_reached_by(connection):
                    recorded = None
        except StoreUnavailable as exc:
            if not is_missing_table(exc):
                raise
            recorded = None
        if recorded is None or recorded[1] != str(self.vkey):
            raise UsageError(
                ErrorCode.BAD_ARGUMENT,
                "this connection does not lead to the office's database",
                vi="Kết nối này không dẫn đến cơ sở dữ liệu của văn phòng.",
                way_out="connect to the database with which the office was opened",
            )
        return OfficeStore(
            database,
            home=self._home,
            blobs=self.blobs,
            agency=self._agency,
            log_key=self._log_key,
            origin=self.vkey.name,
            is_joined=True,
        )

    def lock(self) -> AbstractContextManager[None]:
        """Hold the lock of a SQLite store for a transaction of the caller's; on a server there is nothing to hold.

        Raises:
            StoreUnavailable: ``STORE_BUSY``.
        """
        return self.database.lent() if isinstance(self.database, Database) else nullcontext()

    def sweep_blobs(self, *, before: datetime) -> tuple[str, ...]:
        """Remove files that no committed transaction came to name, or that were never finished; return their names.

        Args:
            before: Files touched since stay: they may belong to a transaction that is still open.

        Raises:
            StoreUnavailable: ``STORE_UNUSABLE``; a file cannot be removed.
        """
        left = list(self.blobs.remove_unfinished(before))
        for name in self.blobs.list_older(before):
            with self.writing() as unit:
                # Asked again while nobody else writes: it may have been stored anew, or named, a moment ago.
                if not unit.has_blob(name) and self.blobs.is_older(name, before):
                    self.blobs.remove(name)
                    left.append(name)
        return tuple(left)

    def close(self) -> None:
        """Release every connection; from now on nothing is read or written."""
        self.database.close()
        if not self._is_joined:
            self.blobs.close()

    def _run(self, tickets: Sequence[Ticket]) -> None:
        with self.writing() as unit:
            run_pieces(unit, tickets)


def open_store(
    place: Path | str,
    *,
    agency: str,
    origin: str,
    randomness: Randomness,
    home: Path | str | None = None,
    single_process: bool = False,
    is_moved: bool = False,
) -> OfficeStore:
    """Open the store of an agency, making what is missing.

    Args:
        place: Folder of the database, or the address of a PostgreSQL database.
        agency: Code of the agency whose store this is.
        origin: Name of its log, used only when the store is made.
        home: Folder of files and log key; by default that of the database.
        single_process: See :func:`docflow.store.engines.database.choose_driver`.
        is_moved: The records were moved to the server named: the folder is to remember it.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``, ``STORE_BUSY`` or ``SQLITE_TOO_OLD``; a lost database or a lost key is
            ``STORE_UNUSABLE``: neither is made anew (:mod:`docflow.store.engines.founding`). So is a copy.
        UsageError: ``BAD_ARGUMENT``; the folder belongs to another agency, or the address is none.
    """
    database, folder = name_database(place, home=home, single_process=single_process)
    has_begun = False
    try:
        make_folders(database, folder)
        if isinstance(database, PostgresDatabase):
            has_begun = founding.begin(folder, database, is_named=is_moved)
        return _open(database, folder, agency=agency, origin=origin, randomness=randomness, is_moved=is_moved)
    except BaseException as exc:
        database.release()
        if has_begun and isinstance(exc, Exception):
            founding.give_up(folder)
        raise


def _open(
    database: Database | PostgresDatabase,
    folder: Path,
    *,
    agency: str,
    origin: str,
    randomness: Randomness,
    is_moved: bool,
) -> OfficeStore:
    recorded, was_upgraded = _find_founded(database, folder, agency), False
    if recorded is not None:
        log_key = read_log_key(folder / KEY_NAME)
    else:
        with database.locked():
            log_key, recorded, was_upgraded = _prepare(database, folder, agency=agency, randomness=randomness)
    name = parse_vkey(recorded[1]).name if recorded else origin
    blobs = BlobFolder(folder / BLOB_FOLDER)
    store = OfficeStore(database, home=folder, blobs=blobs, agency=agency, log_key=log_key, origin=name)
    store.was_upgraded = was_upgraded
    if recorded is not None:
        founding.refuse_other_key(folder, store.vkey, recorded=recorded[1])
        if isinstance(database, PostgresDatabase) and not is_moved:
            founding.refuse_copy(folder, database)
        # A folder that nobody can write is still opened, unless it is to remember what it was told.
        with nullcontext() if is_moved else suppress(StoreUnavailable):
            _remember(folder, database, is_moved=is_moved)
    return store


def _find_founded(database: Database | PostgresDatabase, folder: Path, agency: str) -> _Recorded | None:
    """Return an agency as recorded if nothing is to be made or brought up to date: to read, nobody waits.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``; a newer docflow's, or damaged.
    """
    if founding.is_gone(database) or not founding.was_founded(folder) or not (folder / KEY_NAME).exists():
        return None
    if isinstance(database, Database) and is_frozen(database.path):
        return None
    with database.reading() as connection:
        if migrations.refuse_newer(connection, database.name) != migrations.HEAD:
            return None
        if isinstance(database, PostgresDatabase):
            database.identify(connection)
        return questions.find_agency(connection, agency)


def _prepare(
    database: Database | PostgresDatabase, folder: Path, *, agency: str, randomness: Randomness
) -> tuple[FileLogKey, _Recorded | None, bool]:
    """Make what is missing and bring up what is older, the lock held; return the log's key and the agency as recorded.

    The third is whether the tables were an older docflow's.
    """
    key_path = folder / KEY_NAME
    is_old = founding.was_founded(folder)
    if is_old and founding.is_gone(database):
        raise founding.lost(folder, database)
    # Whoever holds the lock may migrate: Database.writing would wait for itself here.
    with database.migrating() as connection:
        revision = migrations.current_revision(connection)
        recorded, others = _read_agencies(connection, database, agency)
        if isinstance(database, PostgresDatabase):
            database.identify(connection)
        if recorded is None and key_path.exists():
            founding.refuse_foreign_home(folder, others, read_log_key(key_path))
        if recorded is None and (is_old or founding.is_elsewhere(folder, database)):
            raise founding.lost(folder, database)
    if recorded is not None and not is_old and not key_path.exists() and isinstance(database, PostgresDatabase):
        raise founding.founded_elsewhere(folder, recorded[0], database)
    if recorded is None:
        force_names(database, folder)
        _remember(folder, database)  # before the key: whoever is killed now is followed to the same database
    is_new = recorded is None and not key_path.exists()
    log_key = create_log_key(key_path, randomness.token(32)) if is_new else read_log_key(key_path)
    return log_key, recorded, revision not in {None, migrations.HEAD}


def _remember(folder: Path, database: OfficeDatabase, *, is_moved: bool = False) -> None:
    if isinstance(database, PostgresDatabase):
        remember_address(folder, database.name, identity=database.identity, is_moved=is_moved)


def _read_agencies(
    connection: sa.Connection, database: OfficeDatabase, agency: str
) -> tuple[_Recorded | None, Sequence[_Recorded]]:
    """Return an agency as recorded, and all, after the tables were made or brought up to date."""
    revision = migrations.refuse_newer(connection, database.name)
    if revision is None:
        migrations.make(connection)
    elif revision != migrations.HEAD:
        migrations.upgrade(connection)
    return questions.find_agency(connection, agency), questions.list_agencies(connection)
