"""What a database says, in our words.

Invariants:
    - No error of SQLAlchemy or of a driver leaves the room as such, and none of ours holds a password.

What it does not do: it tries nothing again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from vnsign.errors import ErrorCode, InputError, ServiceUnavailable, UsageError, VnsignError

#: SQLSTATE classes and codes of PostgreSQL (its manual, appendix A) that say "not now": connection, resources but a
#: full disk, shutdown, deadlock, lock timeout.
_NOT_NOW = ("08", "53", "57P0", "40", "55P03")
_DISK_FULL = "53100"
_NO_RIGHT = ("42501", "25006", "28")


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Let nothing out but our errors.

    Args:
        name: Of the database, without a password.

    Raises:
        ServiceUnavailable: ``SERVICE_UNREACHABLE``: in use by others for too long, or no server answers.
        UsageError: ``OUTPUT_NOT_WRITABLE``: full disk, no permission.
        InputError: ``NOT_READABLE``: no authority's database, or damaged.
    """
    try:
        yield
    except SQLAlchemyError as exc:
        raise _ours(name, exc) from exc
    except UnicodeError as exc:  # text in the file that is no UTF-8: the driver's own words included
        raise damaged(name, exc) from exc


def damaged(name: str | Path, exc: Exception) -> InputError:
    """Return the error that says a row is not what the authority wrote."""
    reason = str(exc) or type(exc).__name__
    return InputError(
        ErrorCode.NOT_READABLE, f"is damaged: {reason}", file=str(name), way_out="restore it from a backup"
    )


def not_found(place: str) -> UsageError:
    """Return the error that says there is no authority."""
    return UsageError(
        ErrorCode.AUTHORITY_NOT_FOUND,
        "no authority here",
        file=place,
        way_out="make one with Authority.create, or name its folder",
    )


def _ours(name: str, exc: SQLAlchemyError) -> VnsignError:
    origin = exc.orig if isinstance(exc, DBAPIError) else None
    reason = str(origin or exc).partition("\n")[0] or type(exc).__name__
    state = str(getattr(origin, "sqlstate", None) or "")
    if _is_not_now(exc, reason, state):
        return ServiceUnavailable(
            ErrorCode.SERVICE_UNREACHABLE, f"cannot be used now: {reason}", file=name, way_out="try again"
        )
    if state.startswith((_DISK_FULL, *_NO_RIGHT)) or (not state and isinstance(exc, OperationalError)):
        return UsageError(ErrorCode.OUTPUT_NOT_WRITABLE, f"cannot be used: {reason}", file=name)
    return InputError(ErrorCode.NOT_READABLE, f"is no authority's database: {reason}", file=name)


def _is_not_now(exc: SQLAlchemyError, reason: str, state: str) -> bool:
    if state:
        return state.startswith(_NOT_NOW) and state != _DISK_FULL
    if "locked" in reason or "busy" in reason:  # SQLite's words
        return isinstance(exc, OperationalError)
    # psycopg gives no state where it reached no server, or lost it.
    return isinstance(exc, OperationalError) and type(exc.orig).__module__.startswith("psycopg")
