"""The embedded database: driver, pragmas, one lock for whoever writes or checkpoints.

Invariants:
    - WAL, ``synchronous=FULL``, foreign keys on, no automatic checkpoint; read back after every connect.
    - A write transaction, a checkpoint and a migration each hold the lock file: of all processes one at a time. Whoever
      only reads neither takes it nor waits for it, from opening to closing.

What it does not do: it knows no table; it does not run on a network file system, where file locks are not reliable.

Source: sqlite.org/wal.html; SQLite before 3.51.3 may corrupt a WAL that two connections reset at once.
"""

from __future__ import annotations

import fcntl
import importlib
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import sqlalchemy as sa

from docflow.errors import ErrorCode, StoreUnavailable, UsageError
from docflow.store.engines.errors import busy, closed, driver_errors, translated_errors

SAFE_SQLITE = (3, 51, 3)
"""The first version without the WAL-reset bug."""

PRAGMAS: dict[str, str | int] = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: a commit that returned survives a power cut
    "foreign_keys": 1,
    "wal_autocheckpoint": 0,  # whoever checkpoints holds the lock file
    "trusted_schema": 0,
    "cache_size": -32_768,  # KiB; a group of commits touches more than the 2 MiB that SQLite keeps by itself
}
"""What every connection is set to."""

CHECKPOINT_COMMITS = 256
"""After so many commits of this process the WAL is copied back."""

CHECKPOINT_BYTES = 64 << 20
"""Or when it grew by so much since it was last copied back: commits of a thousand documents are large."""

LOCK_WAIT_S = 60.0
"""How long a writer waits for others before it gives up."""

_BUSY_TIMEOUT_S = 30.0
_FIRST_PAUSE_S = 0.0005
_LONGEST_PAUSE_S = 0.01


class Database:
    """One SQLite file and its lock; safe for threads, refused in a forked child.

    Args:
        is_frozen: Nobody can write where the file lies: it is read as it is, without a lock or a WAL beside it.
    """

    def __init__(self, path: Path, *, single_process: bool = False, is_frozen: bool = False) -> None:
        self.path = path
        self.name = str(path)
        self._lock_path = path.with_suffix(".lock")
        self._mutex = threading.Lock()
        self._pid = os.getpid()
        self._is_closed = False
        self._commits = 0
        self._wal_path = path.with_name(f"{path.name}-wal")
        self._wal_copied = 0
        self._was_locked = False
        self._holder: int | None = None
        self._writing: sa.Connection | None = None
        self.engine = _create_engine(path, driver=choose_driver(single_process=single_process), is_frozen=is_frozen)
        self._writer = self.engine.execution_options(docflow_write=True)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Yield a connection in a read transaction: one snapshot until the block ends.

        Raises:
            StoreUnavailable: ``STORE_UNUSABLE``; the file is no database, or damaged.
        """
        self._refuse_use()
        with translated_errors(self.path), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Yield a connection in a write transaction, the lock held until it is committed.

        Raises:
            StoreUnavailable: ``STORE_BUSY`` or ``STORE_UNUSABLE``; if committing failed, whether it took effect is
                unknown: repeat the call with the same idempotency key.
        """
        with self.locked(), translated_errors(self.path):
            connection = self._writing_connection()
            raw = connection.connection
            raw.cursor().execute("BEGIN IMMEDIATE")
            try:
                yield connection
                raw.commit()
            except BaseException:
                self._drop_writing_connection()
                raise
            if connection.in_transaction():
                connection.commit()
            self._copy_back_if_due()

    @contextmanager
    def migrating(self) -> Iterator[sa.Connection]:
        """Yield a connection in a write transaction to a caller who holds :meth:`locked`.

        Raises:
            StoreUnavailable: ``STORE_UNUSABLE``.
        """
        with translated_errors(self.path), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the store's lock: no other thread and no other process writes or checkpoints.

        Raises:
            StoreUnavailable: ``STORE_BUSY``; after :data:`LOCK_WAIT_S` seconds.
        """
        self._refuse_use()
        deadline = time.monotonic() + LOCK_WAIT_S
        if not self._mutex.acquire(timeout=LOCK_WAIT_S):
            raise busy(self._lock_path)
        try:
            # Opened anew each time: a descriptor that a child process inherited would share the lock.
            descriptor = _open_lock(self._lock_path)
            try:
                _lock_file(descriptor, self._lock_path, deadline)
                self._refuse_use()
                self._was_locked = True
                self._holder = threading.get_ident()
                yield
            finally:
                self._holder = None
                os.close(descriptor)
        finally:
            self._mutex.release()

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Hold the lock for a transaction of the caller's, and copy back what he committed.

        Raises:
            StoreUnavailable: ``STORE_BUSY``.
        """
        with self.locked():
            yield
            self._copy_back_if_due()

    def is_locked_here(self) -> bool:
        """Return whether this thread holds the lock."""
        return self._holder == threading.get_ident()

    def close(self) -> None:
        """Close every connection, the WAL copied back if this process wrote; from now on nothing is read or written.

        Raises:
            StoreUnavailable: ``STORE_BUSY``; another thread goes on writing for too long. ``STORE_UNUSABLE``.
        """
        if os.getpid() != self._pid or self._is_closed:
            return
        if not self._mutex.acquire(timeout=LOCK_WAIT_S):
            raise busy(self._lock_path)
        try:
            self._is_closed = True
            with translated_errors(self.path):
                self._drop_writing_connection()
                if self._was_locked:
                    self._copy_back_at_last()
                self.engine.dispose()
        finally:
            self._mutex.release()

    def release(self) -> None:
        """Close every connection of one who only read; nothing is copied back."""
        self.engine.dispose()

    def _writing_connection(self) -> sa.Connection:
        """Return the one connection that writes, kept from one transaction to the next; the lock is held.

        Its transactions are begun and ended on the driver's connection: SQLAlchemy's way there takes as long as the
        rest of a small transaction.
        """
        if self._writing is None:
            self._writing = self.engine.connect().execution_options(docflow_begun=True)
        return self._writing

    def _drop_writing_connection(self) -> None:
        kept, self._writing = self._writing, None
        if kept is not None:
            with suppress(*driver_errors(), sa.exc.SQLAlchemyError):
                kept.connection.rollback()
            kept.invalidate()
            kept.close()

    def _copy_back_if_due(self) -> None:
        """Copy the WAL back after so many commits or so many bytes; the lock is held.

        Failing is no error of whoever committed: what he wrote is on the disk, and is copied back another time.
        """
        self._commits += 1
        size = self._wal_size()
        # By its size it is also cut: a file that is written over from its beginning does not tell how far.
        self._wal_copied = min(self._wal_copied, size)
        is_large = size - self._wal_copied > CHECKPOINT_BYTES
        if is_large or self._commits % CHECKPOINT_COMMITS == 0:
            with suppress(*driver_errors(), sa.exc.SQLAlchemyError):
                self._checkpoint("TRUNCATE" if is_large else "PASSIVE", wait_s=0)
            self._wal_copied = self._wal_size()

    def _copy_back_at_last(self) -> None:
        """Copy the WAL back unless another process writes, which then does it: what was done is on the disk."""
        descriptor = _open_lock(self._lock_path)
        try:
            if _is_taken(descriptor):
                self._checkpoint("TRUNCATE")
        finally:
            os.close(descriptor)

    def _wal_size(self) -> int:
        try:
            return self._wal_path.stat().st_size
        except OSError:
            return 0  # nothing was written yet

    def _checkpoint(self, mode: str, *, wait_s: float = _BUSY_TIMEOUT_S) -> None:
        """Copy the WAL back, as far as those who read allow; wait for them so long before it is left uncut."""
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {wait_s * 1000:.0f}")
            try:
                connection.exec_driver_sql(f"PRAGMA wal_checkpoint({mode})")
            finally:
                connection.exec_driver_sql(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_S * 1000:.0f}")

    def _refuse_use(self) -> None:
        if self._is_closed:
            raise closed(self.name)
        if os.getpid() != self._pid:
            raise UsageError(
                ErrorCode.BAD_ARGUMENT,
                f"{self.path}: opened before the process forked; SQLite connections do not survive a fork",
                vi="Cơ sở dữ liệu đã mở trước khi tách tiến trình.",
                way_out="open the office again in the new process",
            )


def choose_driver(*, single_process: bool = False) -> ModuleType:
    """Return pysqlite3, or the standard library's sqlite3 if its SQLite is new enough.

    Args:
        single_process: The caller promises that no other process opens the store; then an older SQLite is taken too,
            because the lock keeps this process' threads from resetting the WAL at once.

    Raises:
        StoreUnavailable: ``SQLITE_TOO_OLD``.
    """
    for name in ("pysqlite3", "sqlite3"):
        try:
            driver = importlib.import_module(name)
        except ImportError:
            continue
        if driver.sqlite_version_info >= SAFE_SQLITE or single_process:
            return driver
    raise StoreUnavailable(
        ErrorCode.SQLITE_TOO_OLD,
        f"SQLite is older than {'.'.join(map(str, SAFE_SQLITE))} and may corrupt a database that two processes write",
        vi="Phiên bản SQLite quá cũ, có thể làm hỏng dữ liệu.",
        way_out="install pysqlite3, or pass single_process=True if no other process opens this store",
    )


def is_frozen(path: Path) -> bool:
    """Return whether a file lies where nobody can write: an auditor's copy on a disc, a snapshot.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``; commits stand in a WAL beside it that cannot be read there.
    """
    if os.access(path.parent, os.W_OK):
        return False
    wal = path.with_name(f"{path.name}-wal")
    if wal.exists() and wal.stat().st_size:
        raise StoreUnavailable(
            ErrorCode.STORE_UNUSABLE,
            f"{path.parent}: write-protected, and {wal.name} holds commits that were not copied back",
            vi=f"Thư mục {path.parent} chỉ cho đọc, còn dữ liệu chưa nhập lại trong {wal.name}.",
            way_out="copy the folder to where it can be written, and read it there",
        )
    return True


def _create_engine(path: Path, *, driver: ModuleType, is_frozen: bool) -> sa.Engine:
    query = {"immutable": "1", "uri": "true"} if is_frozen else {}
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=path.absolute().as_uri() if is_frozen else str(path), query=query),
        module=driver,
        connect_args={
            "timeout": _BUSY_TIMEOUT_S,
            "check_same_thread": False,
            # The driver's default is full after a migration; what comes later would be parsed at every call.
            "cached_statements": 1024,
        },
    )
    if not is_frozen:
        sa.event.listen(engine, "connect", _set_pragmas)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _set_pragmas(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection has no common type
    # The driver's own transaction control begins too late (at the first write) and commits by itself.
    connection.isolation_level = None
    cursor = connection.cursor()
    for name, value in PRAGMAS.items():
        cursor.execute(f"PRAGMA {name} = {value}")
        if name != "journal_mode" and cursor.execute(f"PRAGMA {name}").fetchone()[0] != value:
            cursor.close()
            raise sa.exc.DatabaseError(f"PRAGMA {name}", None, RuntimeError(f"SQLite did not take {name}={value}"))
    cursor.close()


def _begin(connection: sa.Connection) -> None:
    options = connection.get_execution_options()
    if options.get("docflow_begun", False):
        return
    is_write = options.get("docflow_write", False)
    # IMMEDIATE: a transaction that reads first and writes later would otherwise fail when another one wrote between.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")


def _open_lock(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as exc:
        raise StoreUnavailable(
            ErrorCode.STORE_UNUSABLE,
            f"{path}: cannot be opened: {exc.strerror}",
            vi=f"Không mở được {path}.",
            way_out="work where the folder can be written; a write-protected copy can be verified, printed and counted",
        ) from exc


def _lock_file(descriptor: int, path: Path, deadline: float) -> None:
    pause = _FIRST_PAUSE_S
    while not _is_taken(descriptor):
        if time.monotonic() > deadline:
            raise busy(path)
        time.sleep(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE_S)


def _is_taken(descriptor: int) -> bool:
    """Take the lock if nobody has it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
