"""What a database or its driver says, in our words.

Invariants:
    - No error of SQLAlchemy or of a driver leaves the room as such; none of ours shows a password.

What it does not do: it tries nothing again.

Source: PostgreSQL manual, appendix A (SQLSTATE); sqlite.org/rescode.html.
"""

from __future__ import annotations

import importlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import sqlalchemy as sa

from docflow.errors import DocflowError, ErrorCode, StoreUnavailable, UsageError

_BUSY = ("53300", "55P03", "57014", "40001", "40P01", "25P03")
"""Too many connections, lock or statement took too long, serialization failure, deadlock, idle for too long."""
_NO_NUL = "cannot contain NUL"
"""How psycopg refuses a text with NUL before it is sent."""
_TOO_LARGE = "22003"
"""Numeric value out of range."""
_FORBIDDEN = "42501"
"""Insufficient privilege."""
_NO_TABLE = ("42P01", "no such table")
"""How PostgreSQL and SQLite say so: undefined table."""
_FULL = ("53100", "disk is full")
"""The same of a disk without room."""
_LOST = ("57P0", "08")
"""Session ended, server shut down or crashed, starting up, database dropped; connection exceptions."""
_NO_WRITES = (("25006", ""), ("0A000", "during recovery"))
"""Read-only transaction; what a standby does not support, as it says."""
_FAILED = "disk I/O error"
"""What SQLite says of every write that failed, and of a full disk where it makes the index of its WAL (``-shm``)."""
_BESIDE_BYTES = 32 << 10
"""That index begins with so much (sqlite.org/walformat.html §2)."""
_AGAIN = ("40001", "40P01")
"""The transaction was undone because of another one; the same again may well succeed (PostgreSQL manual §13.5)."""


class TryAgain(StoreUnavailable):
    """A transaction that the server undid in favour of another one: nothing was kept, and it may be repeated."""


@cache
def driver_errors() -> tuple[type[Exception], ...]:
    """Return the roots of the errors that drivers raise by themselves."""
    found: list[type[Exception]] = []
    for name in ("pysqlite3", "sqlite3", "psycopg"):
        try:
            found.append(importlib.import_module(name).Error)
        except ImportError:
            continue
    return tuple(found)


@contextmanager
def translated_errors(place: Path | str) -> Iterator[None]:
    """Let no error of SQLAlchemy or of a driver out of the room.

    Args:
        place: File, or address without password.

    Raises:
        StoreUnavailable: ``STORE_BUSY``, ``STORE_UNREACHABLE`` (the connection was lost) or ``STORE_UNUSABLE``.
        UsageError: ``BAD_ARGUMENT``; something looked up is no text or number that a database can hold.
    """
    known: tuple[type[Exception], ...] = (sa.exc.SQLAlchemyError, *driver_errors())
    try:
        yield
    except UnicodeEncodeError as exc:
        raise _no_text() from exc
    except OverflowError as exc:
        raise _no_number() from exc
    except known as exc:
        raise (_no_text() if _NO_NUL in str(exc) else _ours(place, exc)) from exc


@contextmanager
def connecting_errors(place: str) -> Iterator[None]:
    """Let no error of SQLAlchemy or of a driver out of the room while a connection to a server is made.

    Raises:
        StoreUnavailable: ``STORE_UNREACHABLE``.
    """
    known: tuple[type[Exception], ...] = (sa.exc.SQLAlchemyError, *driver_errors())
    try:
        yield
    except known as exc:
        raise StoreUnavailable(
            ErrorCode.STORE_UNREACHABLE,
            f"{place}: {_first_line(getattr(exc, 'orig', None) or exc)}",
            vi=f"Không kết nối được cơ sở dữ liệu {place}.",
            way_out="see that the server runs, has this database and lets this user in; libpq takes a password from"
            " ~/.pgpass, PGPASSFILE, PGPASSWORD or a service",
        ) from exc


def busy(place: Path | str, *, reason: str = "another process has been writing for too long") -> StoreUnavailable:
    """Return the error of a store that others kept for too long."""
    return StoreUnavailable(
        ErrorCode.STORE_BUSY,
        f"{place}: {reason}",
        vi="Cơ sở dữ liệu đang bận.",
        way_out="try again; if it stays so, look for a hanging process that has the store open",
    )


def closed(place: Path | str) -> UsageError:
    """Return the error of a store that was closed and is used all the same."""
    return UsageError(
        ErrorCode.BAD_ARGUMENT,
        f"{place}: the office was closed",
        vi="Văn phòng đã đóng, không làm gì được nữa.",
        way_out="open it again",
    )


def is_missing_table(exc: StoreUnavailable) -> bool:
    """Return whether an error of :func:`translated_errors` came of a table that is not there."""
    origin = getattr(exc.__cause__, "orig", None)
    return getattr(origin, "sqlstate", None) == _NO_TABLE[0] or _NO_TABLE[1] in str(origin)


def is_disk_full(exc: StoreUnavailable) -> bool:
    """Return whether an error of :func:`translated_errors` came of a disk without room."""
    origin = getattr(exc.__cause__, "orig", None) or exc.__cause__
    return getattr(origin, "sqlstate", None) == _FULL[0] or _FULL[1] in str(origin)


def _no_text() -> UsageError:
    return UsageError(
        ErrorCode.BAD_ARGUMENT,
        "no text that a database can hold: half a surrogate pair, or NUL",
        vi="Có ký tự không được phép.",
        way_out="look for what stands in the office's own lists",
    )


def _no_number() -> UsageError:
    return UsageError(
        ErrorCode.BAD_ARGUMENT,
        "a number larger than a database can hold",
        vi="Số quá lớn.",
        way_out="give the number that stands in the register or the list",
    )


def _lost(place: Path | str, reason: str) -> StoreUnavailable:
    """Return the error of a connection that ended in the middle: the server may have committed and not said so."""
    return StoreUnavailable(
        ErrorCode.STORE_UNREACHABLE,
        f"{place}: the connection was lost: {reason}; whether anything took effect is unknown",
        vi=f"Mất kết nối với cơ sở dữ liệu {place} khi đang làm, chưa biết việc đã được ghi hay chưa. Khi máy chủ hoạt"
        " động lại, hãy làm lại đúng yêu cầu đó.",
        way_out="once the server answers, the same call again: what was done is not done twice",
    )


def _takes_no_writes(place: Path | str, reason: str) -> StoreUnavailable:
    return StoreUnavailable(
        ErrorCode.STORE_UNREACHABLE,
        f"{place}: {reason}: a standby, or a server that was set to take no writes",
        vi=f"Máy chủ {place} hiện chỉ cho đọc (máy chủ dự phòng, hoặc đang khóa ghi); chưa ghi gì.",
        way_out="name the server that takes writes, and repeat the same call",
    )


def _is_lost(origin: BaseException, state: str) -> bool:
    """Return whether a connection ended; where psycopg notices that itself, there is no code of the server's."""
    is_of_server = type(origin).__module__.startswith("psycopg") and type(origin).__name__ == "OperationalError"
    return state.startswith(_LOST) or (is_of_server and not state)


def _ours(place: Path | str, exc: Exception) -> DocflowError:
    origin = getattr(exc, "orig", None) or exc
    state = str(getattr(origin, "sqlstate", None) or "")
    reason = _first_line(origin)
    if state == _TOO_LARGE:
        return _no_number()
    if _is_lost(origin, state):
        return _lost(place, reason)
    return _unavailable(place, state, reason)


def _unavailable(place: Path | str, state: str, reason: str) -> StoreUnavailable:
    if any(state == code and words in reason for code, words in _NO_WRITES):
        return _takes_no_writes(place, reason)
    if state in _AGAIN:
        return TryAgain(
            ErrorCode.STORE_BUSY,
            f"{place}: {reason}",
            vi="Giao dịch bị hủy vì trùng với giao dịch khác, chưa ghi gì.",
            way_out="repeat the same call",
        )
    if state in _BUSY or (not state and ("locked" in reason or "busy" in reason)):
        return busy(place, reason=reason)
    if not state and reason == _FAILED and _has_no_room(place):
        reason = f"{_FULL[1]}: {reason}"
    if _FULL[0] == state or (not state and _FULL[1] in reason):
        return StoreUnavailable(
            ErrorCode.STORE_UNUSABLE,
            f"{place}: {reason}",
            vi=f"Không dùng được cơ sở dữ liệu {place}: đĩa đã đầy.",
            way_out="make room on the disk and repeat the same call",
        )
    again = "repeat the same call; if it fails again, run docflow audit verify and restore a backup"
    grant = "let the owner grant it, e.g. GRANT USAGE, CREATE ON SCHEMA public TO …, and all rights on the tables in it"
    return StoreUnavailable(
        ErrorCode.STORE_UNUSABLE,
        f"{place}: {reason}",
        vi=f"Không dùng được cơ sở dữ liệu {place}.",
        way_out=grant if state == _FORBIDDEN else again,
    )


def _has_no_room(place: Path | str) -> bool:
    """Return whether a file lies where what SQLite keeps beside it, to read it too, finds no room."""
    try:
        return shutil.disk_usage(Path(place).parent).free < _BESIDE_BYTES
    except OSError:
        return False


def _first_line(exc: BaseException) -> str:
    return next(iter(str(exc).splitlines()), type(exc).__name__)


def unusable(path: Path, exc: Exception) -> StoreUnavailable:
    """Return the error of a place that cannot be opened."""
    reason = getattr(exc, "strerror", None) or str(exc)
    return StoreUnavailable(
        ErrorCode.STORE_UNUSABLE,
        f"{path}: {reason}",
        vi=f"Không mở được kho dữ liệu {path}.",
        way_out="check the path and its permissions",
    )
