"""The PDF files below a folder in the order of the bytes of their paths, without gathering them.

Invariants:
    - The order is that of the whole paths, so that a walk and a sorted lock are read side by side.
    - Memory holds ``MAX_NAMES`` names of one folder at a time; more are sorted in temporary files.
    - Links to folders are not followed. What is named ``*.pdf`` and is no file is given too; a folder that cannot be
      listed is given as itself.
"""

from __future__ import annotations

import heapq
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from typing import BinaryIO

MAX_NAMES = 100_000
_PDF_SUFFIX = b".pdf"
_SEPARATOR = b"/"


def walk(folder: bytes) -> Iterator[bytes]:
    """Yield paths relative to ``folder``, ``/`` between their parts; the empty path for ``folder`` itself."""
    open_folders: list[tuple[bytes, Iterator[bytes]]] = [(b"", _sorted_names(folder))]
    while open_folders:
        place, names = open_folders[-1]
        try:
            name = next(names, None)
        except OSError:
            yield place.removesuffix(_SEPARATOR)
            name = None
        if name is None:
            open_folders.pop()
        elif name.endswith(_SEPARATOR):
            below = place + name
            open_folders.append((below, _sorted_names(os.path.join(folder, below))))  # noqa: PTH118 — bytes
        else:
            yield place + name


def _sorted_names(folder: bytes) -> Iterator[bytes]:
    """Yield PDFs and folders (these with a slash at the end, where it sorts them) of one folder.

    Raises:
        OSError: It cannot be listed; before the first name.
    """
    with ExitStack() as stack:
        entries = stack.enter_context(os.scandir(folder))
        coming = (name for entry in entries if (name := _name(entry)) is not None)
        runs: list[BinaryIO] = []
        while names := sorted(islice(coming, MAX_NAMES)):
            if not runs and len(names) < MAX_NAMES:
                yield from names
                return
            run = stack.enter_context(tempfile.TemporaryFile())
            run.writelines(name + b"\0" for name in names)
            run.seek(0)
            runs.append(run)
        yield from heapq.merge(*map(_names_in, runs))


def _name(entry: os.DirEntry[bytes]) -> bytes | None:
    if entry.is_dir(follow_symlinks=False):
        return entry.name + _SEPARATOR
    return entry.name if entry.name.lower().endswith(_PDF_SUFFIX) else None


def _names_in(run: BinaryIO) -> Iterator[bytes]:
    rest = b""
    while block := run.read(1 << 16):
        *whole, rest = (rest + block).split(b"\0")
        yield from whole
