"""Revocation lists and status answers kept on disk between runs.

Invariants:
    - An entry is read whole and unspoiled or not at all: it carries the SHA-256 of its content, and takes its place in
      one step. Several processes may use one folder.
    - What is kept is worth nothing by itself: whoever uses it checks signatures and dates as if it had just come.
    - The folder does not grow beyond its bound; the entries longest unused go first.

What it does not do: judge whether an entry is recent enough (its user does), report that the disk is full (what
cannot be kept is fetched again), or store secrets.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from vnsign.adapters.files import write_whole
from vnsign.errors import ErrorCode, UsageError, VnsignError

MAX_CACHE_BYTES = 512 * 1024 * 1024
_SUFFIX = ".evidence"
_MAX_HEADER_BYTES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedEvidence:
    """One answer of a service.

    Attributes:
        body: List or answer as it came.
        fetched_at: When the service last said so, aware UTC.
        etag: As the service gave it, or empty.
        last_modified: The same.
    """

    body: bytes = field(repr=False)
    fetched_at: datetime
    etag: str = ""
    last_modified: str = ""


class EvidenceCache:
    """A folder of evidence. Safe for threads and processes."""

    def __init__(self, folder: str | os.PathLike[str], *, max_bytes: int = MAX_CACHE_BYTES) -> None:
        """Use a folder, made if absent.

        Raises:
            UsageError: ``OUTPUT_NOT_WRITABLE``: it is not there and cannot be made.
        """
        self._folder = Path(folder)
        self._max_bytes = max_bytes
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except (OSError, ValueError) as exc:
            raise UsageError(
                ErrorCode.OUTPUT_NOT_WRITABLE, f"the cache cannot be made: {exc}", file=str(folder)
            ) from exc

    def get(self, key: str) -> CachedEvidence | None:
        """Return what is kept under ``key``; None if nothing is, or it is spoiled."""
        path = self._path(key)
        try:
            with path.open("rb") as stream:
                header = json.loads(stream.readline(_MAX_HEADER_BYTES))
                body = stream.read(self._max_bytes + 1)
            if header["key"] != key or header["sha256"] != hashlib.sha256(body).hexdigest():
                return None
            fetched_at = datetime.fromisoformat(header["fetched_at"])
            found = CachedEvidence(
                body=body,
                fetched_at=fetched_at,
                etag=str(header["etag"]),
                last_modified=str(header["last_modified"]),
            )
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        with suppress(OSError):
            os.utime(path)
        return found if fetched_at.tzinfo is not None else None

    def put(self, key: str, evidence: CachedEvidence) -> None:
        """Keep something; if it cannot be kept, nothing happens."""
        header = {
            "key": key,
            "sha256": hashlib.sha256(evidence.body).hexdigest(),
            "fetched_at": evidence.fetched_at.isoformat(),
            "etag": evidence.etag,
            "last_modified": evidence.last_modified,
        }
        line = json.dumps(header).encode("ascii") + b"\n"
        size = len(line) + len(evidence.body)
        if len(line) > _MAX_HEADER_BYTES or size > self._max_bytes:
            return
        self._make_room(size)
        with suppress(VnsignError):
            write_whole(self._path(key), line + evidence.body)

    def _path(self, key: str) -> Path:
        return self._folder / (hashlib.sha256(key.encode()).hexdigest() + _SUFFIX)

    def _make_room(self, size: int) -> None:
        entries: list[tuple[float, int, Path]] = []
        for path in self._folder.glob(f"*{_SUFFIX}"):
            with suppress(OSError):  # another process may have taken it away
                state = path.stat()
                entries.append((state.st_mtime, state.st_size, path))
        total = size + sum(entry[1] for entry in entries)
        for _, length, path in sorted(entries):
            if total <= self._max_bytes:
                return
            with suppress(OSError):
                path.unlink()
            total -= length
