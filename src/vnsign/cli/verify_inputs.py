"""Which files ``vnsign verify`` looks at.

Invariants:
    - Nothing is gathered but the paths typed: files are found as they are asked for, be they a million.
    - What is named is looked at, whatever it is; in folders everything named ``*.pdf`` is, also what turns out to be
      no file (a pipe, a broken link): it gets a report, and is not passed over.
    - A path that is not there gets a report as unreadable, as one named in a list does: the others are still verified.
    - A folder that cannot be listed is reported like a file that cannot be read.
    - A file is looked at once, also when it is named twice or lies below a folder that is named too.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vnsign.batch.archive.walking import walk
from vnsign.cli.usage_words import misuse

STANDARD_INPUT = "-"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyInputs:
    """Paths as typed: files, folders, ``-`` for a list on standard input."""

    paths: Sequence[Path]
    recursive: bool

    def require_sense(self) -> None:
        """Refuse folders without --recursive, and folders without PDFs.

        Raises:
            click.UsageError: In words.
        """
        for path in self.paths:
            if _is_list(path):
                if sys.stdin is None or sys.stdin.isatty():
                    raise misuse(
                        "- reads names from standard input, which is closed or a terminal",
                        vi="- đọc tên tệp từ đầu vào chuẩn, mà đầu vào đã đóng hoặc đang là bàn phím",
                    )
                continue
            if path.is_dir():
                if not self.recursive:
                    raise misuse(f"{path} is a folder: add --recursive", vi=f"{path} là thư mục: thêm --recursive")
                if next(_below(path), None) is None:
                    # to verify nothing and say "all valid" would be a lie
                    raise misuse(f"there is no PDF file in {path}", vi=f"không có tệp PDF nào trong {path}")

    def files(self) -> Iterator[Path]:
        """Yield what is to be looked at, in the order typed, folders in the order of paths."""
        seen: set[Path] = set()
        for path in self.paths:
            if _is_list(path):
                yield from _listed()
                continue
            real = Path(os.path.realpath(path))
            if real in seen or any(folder in seen for folder in real.parents):
                continue
            if not path.is_dir():
                seen.add(real)
                yield path
                continue
            yield from (file for file in _below(path) if not seen or Path(os.path.realpath(file)) not in seen)
            seen.add(real)

    def count(self) -> int | None:
        """Return about how many there are, or None if that cannot be known before."""
        if any(map(_is_list, self.paths)):
            return None
        return sum(1 for _ in self.files())

    def is_single(self) -> bool:
        """Tell whether there is just one file."""
        return len(self.paths) == 1 and not _is_list(self.paths[0]) and not self.paths[0].is_dir()


def _is_list(path: Path) -> bool:
    return str(path) == STANDARD_INPUT


def _below(folder: Path) -> Iterator[Path]:
    return (folder / os.fsdecode(path) for path in walk(os.fsencode(folder)))


def _listed() -> Iterator[Path]:
    """Yield the paths on standard input; empty ones count for nothing.

    One a line; or each ended by a NUL byte (``find -print0``), if there is one in the first block, and then a name may
    hold line ends.
    """
    stream = sys.stdin.buffer
    rest = stream.read(_BLOCK).removeprefix(_BYTE_ORDER_MARK)
    by_nul = b"\0" in rest
    while chunk := stream.read(_BLOCK):
        *whole, rest = (rest + chunk).split(b"\0" if by_nul else b"\n")
        yield from _paths(whole, by_nul=by_nul)
    yield from _paths(rest.split(b"\0" if by_nul else b"\n"), by_nul=by_nul)


def _paths(names: Iterable[bytes], *, by_nul: bool) -> Iterator[Path]:
    for name in names:
        path = name if by_nul else name.rstrip(b"\r")
        if path.strip():
            yield Path(os.fsdecode(path))
