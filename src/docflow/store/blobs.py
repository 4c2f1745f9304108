"""Blobs as files named by their content.

Invariants:
    - A name that :meth:`BlobFolder.put` returned is on the disk, whole, also after a power cut.
    - What :meth:`BlobFolder.get` returns has the name it was asked for.

What it does not do: a file that no transaction came to name, or that was never finished because its process was
killed, is harmless; it stays until somebody sweeps.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from docflow.durable import force_name, make_folder, sync_folder, write_whole
from docflow.errors import ErrorCode, InputError, StoreUnavailable, UsageError
from docflow.store.engines.errors import closed

_NAME = re.compile(r"[0-9a-f]{64}", re.ASCII)
_UNFINISHED = ".blob-"


class BlobFolder:
    """A folder of blobs; implements :class:`docflow.ports.BlobStore`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._named: set[Path] = set()
        self._is_closed = False

    def put(self, data: bytes) -> str:
        """Store bytes durably and return their SHA-256 in hex.

        Raises:
            StoreUnavailable: ``STORE_UNUSABLE``; the disk is full or not writable; nothing is left behind.
            UsageError: ``BAD_ARGUMENT``; the folder was closed.
        """
        if self._is_closed:
            raise closed(self._folder)
        name = hashlib.sha256(data).hexdigest()
        path = self.path_of(name)
        try:
            if path.is_file() and path.read_bytes() == data:
                # It is young again from now on: see list_older.
                os.utime(path)
            else:
                make_folder(path.parent)
                write_whole(path, data, prefix=_UNFINISHED)
            # Also for a file that was there: whoever renamed it may not have come to this line.
            sync_folder(path.parent)
            self._force_name(path.parent)
        except OSError as exc:
            raise StoreUnavailable(
                ErrorCode.STORE_UNUSABLE,
                f"{path}: cannot be written: {exc.strerror or exc}",
                vi=f"Không ghi được tệp {path}.",
                way_out="free some space or repair the permissions, then repeat the same call",
            ) from exc
        return name

    def _force_name(self, folder: Path) -> None:
        """Once for each folder, whoever made it: a process that was killed may not have come to it."""
        if folder not in self._named:
            sync_folder(self._folder)
            force_name(self._folder)
            self._named.add(folder)

    def close(self) -> None:
        """Take no more files: what belongs to no transaction would lie there until somebody sweeps."""
        self._is_closed = True

    def has(self, sha256: str) -> bool:
        """Return whether there is a file of that name; not whether its bytes are whole."""
        return self.path_of(sha256).is_file()

    def get(self, sha256: str) -> bytes:
        """Return the bytes of that name.

        Raises:
            UsageError: ``NOT_FOUND``.
            InputError: ``EVIDENCE_BROKEN``; the file holds other bytes.
            StoreUnavailable: ``STORE_UNUSABLE``; it cannot be read.
        """
        path = self.path_of(sha256)
        try:
            data = path.read_bytes()
        except FileNotFoundError as exc:
            raise UsageError(ErrorCode.NOT_FOUND, f"{path}: no such blob", vi=f"Không có tệp {path}.") from exc
        except OSError as exc:
            raise StoreUnavailable(
                ErrorCode.STORE_UNUSABLE, f"{path}: cannot be read: {exc.strerror}", vi=f"Không đọc được tệp {path}."
            ) from exc
        if hashlib.sha256(data).hexdigest() != sha256:
            raise InputError(
                ErrorCode.EVIDENCE_BROKEN,
                f"{path}: the bytes are not those that were stored",
                vi=f"Tệp {path} đã bị thay đổi.",
                way_out="run docflow audit verify, and restore the file from a backup",
            )
        return data

    def remove(self, sha256: str) -> None:
        """Destroy a file; one that is gone already is no error.

        Raises:
            StoreUnavailable: ``STORE_UNUSABLE``; it cannot be removed.
        """
        path = self.path_of(sha256)
        try:
            path.unlink()
            sync_folder(path.parent)
        except FileNotFoundError:
            return
        except OSError as exc:
            raise StoreUnavailable(
                ErrorCode.STORE_UNUSABLE, f"{path}: cannot be removed: {exc.strerror}", vi=f"Không xóa được tệp {path}."
            ) from exc

    def is_older(self, sha256: str, before: datetime) -> bool:
        """Return whether a file is there and was last stored before a time (aware)."""
        with suppress(FileNotFoundError):
            return self.path_of(sha256).stat().st_mtime < before.timestamp()
        return False

    def list_older(self, before: datetime) -> Iterator[str]:
        """Return the names of the files that were last stored before a time (aware).

        Raises:
            StoreUnavailable: ``STORE_UNUSABLE``; the folder cannot be read.
        """
        try:
            for path in sorted(self._folder.glob("??/*")):
                if _NAME.fullmatch(path.name) and path.stat().st_mtime < before.timestamp():
                    yield path.name
        except OSError as exc:
            raise StoreUnavailable(
                ErrorCode.STORE_UNUSABLE,
                f"{self._folder}: cannot be read: {exc.strerror}",
                vi=f"Không đọc được thư mục {self._folder}.",
            ) from exc

    def remove_unfinished(self, before: datetime) -> tuple[str, ...]:
        """Remove what processes that were killed while they stored a file left of it before a time (aware).

        Raises:
            StoreUnavailable: ``STORE_UNUSABLE``; one cannot be removed.
        """
        removed: list[str] = []
        try:
            for path in sorted(self._folder.glob(f"??/{_UNFINISHED}*")):
                if path.stat().st_mtime < before.timestamp():
                    path.unlink(missing_ok=True)
                    removed.append(path.name)
        except OSError as exc:
            raise StoreUnavailable(
                ErrorCode.STORE_UNUSABLE,
                f"{self._folder}: cannot be tidied: {exc.strerror}",
                vi=f"Không dọn được thư mục {self._folder}.",
            ) from exc
        return tuple(removed)

    def path_of(self, sha256: str) -> Path:
        """Return where the blob of that name is, or would be.

        Raises:
            UsageError: ``BAD_ARGUMENT``; not a SHA-256 in lower-case hex.
        """
        if not _NAME.fullmatch(sha256):
            raise UsageError(
                ErrorCode.BAD_ARGUMENT, f"not the name of a blob: {sha256[:80]!r}", vi="Tên tệp không hợp lệ."
            )
        return self._folder / sha256[:2] / sha256
