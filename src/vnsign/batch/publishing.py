"""How a signed file gets its name: complete, flushed, and never over another file unless asked to.

Invariants:
    - A target appears in one step, whole; of two writers without ``replace`` one wins and the other is told.
    - The staged file stands beside its target under a name of its run, so that the next run can take it away.

What it does not do: flush the folder; :func:`sync_folder` does, once for many files.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from vnsign.adapters.files import reason_of, sync_folder
from vnsign.errors import ErrorCode, UsageError

_NAME_CHARACTERS = 40
#: What file systems without hard links answer (FAT, some network shares).
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV})


def staged_path(target: Path, *, run: str) -> Path:
    """Return where the file for ``target`` stands while the run named ``run`` makes it."""
    digest = hashlib.sha256(os.fsencode(target.name)).hexdigest()[:12]
    return target.with_name(f".{target.name[:_NAME_CHARACTERS]}.{digest}.{run}.part")


def write_staged(path: Path, pieces: Iterable[bytes], *, target: Path | None = None) -> None:
    """Write a new file, readable by its owner only; the pieces are not gathered. :func:`publish` flushes it to disk.

    Raises:
        UsageError: OUTPUT_NOT_WRITABLE, naming the target that it is for.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.writelines(pieces)
    except OSError as exc:
        raise not_writable(target or path, exc) from exc


def publish(staged: Path, target: Path, *, replace: bool) -> None:
    """Flush a staged file to disk, then give it its name; the staged name is gone.

    Raises:
        UsageError: ``OUTPUT_EXISTS``: somebody was there before; OUTPUT_NOT_WRITABLE.
    """
    try:
        _flush(staged)
        if replace:
            staged.replace(target)
            return
        try:
            os.link(staged, target)
        except OSError as exc:
            if exc.errno not in _NO_LINKS:
                raise
            if os.path.lexists(target):
                raise FileExistsError from exc
            staged.replace(target)
            return
        staged.unlink()
    except FileExistsError as exc:
        raise output_exists(target) from exc
    except OSError as exc:
        raise not_writable(target, exc) from exc


def make_folder(folder: Path) -> None:
    """Make a folder for targets, and those above it.

    Raises:
        UsageError: OUTPUT_NOT_WRITABLE.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        sync_folder(folder.parent)
    except (OSError, ValueError) as exc:
        raise not_writable(folder, exc) from exc


def _flush(staged: Path) -> None:
    descriptor = os.open(staged, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fchmod(descriptor, 0o644)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def output_exists(target: Path, reason: str = "is there already") -> UsageError:
    """Return the error of a target that will not be touched."""
    return UsageError(ErrorCode.OUTPUT_EXISTS, f"{target} {reason}", way_out="use force to replace it")


def not_writable(path: Path, exc: OSError | ValueError) -> UsageError:
    """Return the error of a target that cannot be written."""
    return UsageError(
        ErrorCode.OUTPUT_NOT_WRITABLE,
        f"{path} cannot be written: {reason_of(exc)}",
        way_out="check that the folder exists, may be written, and has room",
    )
