"""Files and names that survive a power cut: what is written whole, and what is forced to disk.

Invariants:
    - After :func:`write_whole` a file holds what it held before or all of the new content; what failed is gone.

What it does not do: it takes no locks, and turns no OSError into an error of ours: whoever calls knows what it means.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, data: bytes, *, mode: int = 0o600, prefix: str = ".docflow-") -> None:
    """Write a temporary file beside a file, force it to disk and give it the name.

    Does not do: force the name itself to disk; :func:`sync_folder` does, once for many files.

    Args:
        prefix: Of the temporary file's name: what a process that was killed left behind is known by it.

    Raises:
        OSError: The disk is full, or the folder cannot be written.
    """
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=prefix)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        # KeyboardInterrupt as well: whatever stops us, no half-written file stays.
        Path(temporary).unlink(missing_ok=True)
        raise


def make_folder(folder: Path, *, mode: int = 0o777) -> None:
    """Make a folder and those above it that are missing; their names survive a power cut.

    Does not check: that one which is there was forced to disk by whoever made it; see :func:`force_name`.

    Raises:
        OSError: It cannot be made.
    """
    missing = [path for path in (folder, *folder.parents) if not path.is_dir()]
    folder.mkdir(mode=mode, parents=True, exist_ok=True)
    for path in reversed(missing):
        sync_folder(path.parent)


def force_name(path: Path) -> None:
    """Make the name of a file or folder survive a power cut, whoever made it.

    Does not do: it forces nothing where the folder above may not be read by this user; that one is not ours.

    Raises:
        OSError: The folder above cannot be written.
    """
    with suppress(PermissionError):
        sync_folder(path.absolute().parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut.

    Raises:
        OSError: The folder cannot be opened or written.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
