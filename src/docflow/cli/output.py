"""What a command gives out: a file that is written whole or not at all, or standard output.

Invariants:
    - After :func:`give_out` a file holds what it held before or all of the new content, also after a power cut.
    - A failed write leaves nothing behind. A link stays a link; what is there and no regular file is left alone.

What it does not do: it takes no locks; of two writers of one file the last one wins, whole.
"""

from __future__ import annotations

import errno
import io
import os
import stat
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from docflow.cli.usage_words import misuse
from docflow.durable import write_whole

OUT: Mapping[str, Any] = {
    "type": click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    "metavar": "FILE",
    "help": "File to write [default: standard output].",
}
"""What the option ``--out`` of every command is; :func:`give_out` takes its value."""

_NEW_MODE = 0o666
_REASONS: Mapping[int | None, str] = {
    errno.EACCES: "không có quyền ghi",
    errno.EBADF: "đã đóng",
    errno.EDQUOT: "hết dung lượng được cấp",
    errno.ENOENT: "không có thư mục này",
    errno.ENOSPC: "hết chỗ trên đĩa",
    errno.ENOTDIR: "không có thư mục này",
    errno.EPERM: "không có quyền ghi",
    errno.EPIPE: "bên nhận đã đóng",
    errno.EROFS: "chỉ cho đọc",
}


class _NotWritten(click.ClickException):
    """An output that could not be written; the program ends with 1."""

    def __init__(self, path: str | None, exc: OSError | ValueError) -> None:
        reason = (exc.strerror if isinstance(exc, OSError) else None) or str(exc)
        told = _REASONS.get(exc.errno if isinstance(exc, OSError) else None)
        self.vi = f"Không ghi được {path or 'ra đầu ra chuẩn'}{f': {told}' if told else ''}."
        super().__init__(f"{path or 'standard output'}: cannot be written: {reason}")


def not_written(exc: OSError | ValueError, path: str | None = None) -> click.ClickException:
    """Return the error of an output, to be raised: of a file, or of standard output."""
    return _NotWritten(path, exc)


class _Closed(io.RawIOBase):
    """Standard output that the caller closed: Python has none then, and what is printed would be lost unseen."""

    is_told = False

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:  # noqa: ANN401 - any buffer
        if not self.is_told:
            self.is_told = True
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        return len(data)  # what is still buffered when the interpreter ends


def prepare_output() -> None:
    """Let no character be refused by the output's encoding, and nothing be lost unseen where the output is closed."""
    if sys.stdout is None:
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(_Closed()), encoding="utf-8")
    elif isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")


def forget_output() -> None:
    """Give up standard output: what is still buffered would fail once more when the interpreter ends."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def refuse_to_garble(out: Path | None, *, what: str = "a file", vi: str = "Tệp") -> None:
    """Refuse to print on a terminal what is no text.

    Raises:
        click.UsageError: No file is named, and standard output is a terminal.
    """
    if _file_of(out) is None and sys.stdout.isatty():
        raise misuse(
            f"{what} would garble the terminal: give --out FILE",
            vi=f"{vi} không hiển thị được trên màn hình: hãy thêm --out TỆP.",
        )


def give_out(data: bytes, out: Path | None) -> None:
    """Write content to a file, or to standard output where none, or ``-``, is named.

    Raises:
        click.ClickException: No folder, no permission, a full disk, a device; nothing is left behind.
        OSError: Standard output is closed or full.
    """
    path = _file_of(out)
    if path is None:
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
        return
    try:
        target = Path(os.path.realpath(path))
        write_whole(target, data, mode=_mode_of(target), prefix=f".{target.name[:60]}.")
    except (OSError, ValueError) as exc:
        raise not_written(exc, str(path)) from exc


def _file_of(out: Path | None) -> Path | None:
    return None if out is None or str(out) == "-" else out


def _mode_of(target: Path) -> int:
    """Return the permissions of a file that is there, or those of a new one."""
    try:
        status = target.stat()
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return _NEW_MODE & ~mask
    if not stat.S_ISREG(status.st_mode):
        raise ValueError("it is there and no regular file")
    return stat.S_IMODE(status.st_mode)
