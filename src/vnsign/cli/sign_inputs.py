"""Which documents ``vnsign sign`` signs, and where each signed copy goes.

Invariants:
    - Nothing is gathered: paths are found as they are asked for, be they a million.
    - The folder of the signed files is never searched: a signed copy is not signed again.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from vnsign.batch.jobs import SignJob
from vnsign.cli.usage_words import misuse
from vnsign.errors import ErrorCode, InputError

STANDARD_INPUT = "-"
_PDF_SUFFIX = ".pdf"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Files and folders named, a list of files, and the folder for the signed copies."""

    paths: Sequence[Path]
    recursive: bool
    list_file: str | None
    folder: Path

    def require_sense(self) -> None:
        """Refuse nothing to sign, folders without --recursive, and two files of one name.

        Raises:
            click.UsageError: In words.
        """
        if not self.paths and self.list_file is None:
            raise misuse(
                "name files to sign, or a list of them with --files-from",
                vi="hãy cho tên tệp cần ký, hoặc danh sách tệp bằng --files-from",
            )
        if self.list_file == STANDARD_INPUT and sys.stdin.isatty():
            raise misuse(
                "--files-from - reads names from standard input; it is a terminal",
                vi="--files-from - đọc tên tệp từ đầu vào chuẩn, mà đầu vào đang là bàn phím",
            )
        folders = [path for path in self.paths if path.is_dir()]
        if folders and not self.recursive:
            raise misuse(f"{folders[0]} is a folder: add --recursive", vi=f"{folders[0]} là thư mục: thêm --recursive")
        for folder in folders:
            if next(self._below(folder), None) is None:
                # to sign nothing and say "all signed" would be a lie
                raise misuse(f"there is no PDF file in {folder}", vi=f"không có tệp PDF nào trong {folder}")
        names = [path.name for path in self.paths if not path.is_dir()]
        repeated = {name for name in names if names.count(name) > 1} if len(names) <= _FEW else set[str]()
        if repeated:
            raise misuse(
                f"two inputs are named {min(repeated)}: one would overwrite the other in --out",
                vi=f"hai tệp cùng tên {min(repeated)}: tệp sau sẽ ghi đè tệp trước trong --out",
            )

    def jobs(self) -> Iterator[SignJob]:
        """Yield the jobs.

        Raises:
            InputError: NOT_READABLE: the list.
        """
        for path in self.paths:
            if path.is_dir():
                for file in self._below(path):
                    yield SignJob(source=file, target=self.folder / file.relative_to(path))
            else:
                yield self._job(path)
        if self.list_file is not None:
            yield from map(self._job, _listed(self.list_file))

    def count(self) -> int | None:
        """Return how many documents there are, or None if that cannot be known before."""
        if self.list_file == STANDARD_INPUT:
            return None
        listed = sum(1 for _ in _listed(self.list_file)) if self.list_file is not None else 0
        return listed + sum(sum(1 for _ in self._below(p)) if p.is_dir() else 1 for p in self.paths)

    def _job(self, path: Path) -> SignJob:
        return SignJob(source=path, target=self.folder / path.name)

    def _below(self, folder: Path) -> Iterator[Path]:
        for here, below, names in os.walk(folder):
            place = Path(here)
            below[:] = sorted(name for name in below if not _is_same(place / name, self.folder))
            if not _is_same(place, self.folder):
                yield from (place / name for name in sorted(names) if name.lower().endswith(_PDF_SUFFIX))


#: More names than anybody types are compared while they are signed.
_FEW = 1000


def _is_same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return False


def _listed(name: str) -> Iterator[Path]:
    """Yield the paths in a list, one a line; empty lines count for nothing."""
    try:
        with _opened(name) as stream:
            for number, line in enumerate(stream):
                text = line.removeprefix(_BYTE_ORDER_MARK if number == 0 else b"").rstrip(b"\r\n")
                if text.strip():
                    yield Path(os.fsdecode(text))
    except (OSError, ValueError) as exc:
        reason = (exc.strerror if isinstance(exc, OSError) else None) or str(exc)
        raise InputError(ErrorCode.NOT_READABLE, f"the list cannot be read: {reason}", file=name) from exc


def _opened(name: str) -> BinaryIO | nullcontext[BinaryIO]:
    return nullcontext(sys.stdin.buffer) if name == STANDARD_INPUT else Path(name).open("rb")
