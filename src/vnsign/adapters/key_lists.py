"""Lists of compromised keys, from a file.

Invariants:
    - A list is taken whole or refused: half a list would let keys through.
    - A blocklist is mapped into memory, not read: opening it costs nothing, and only the pages looked at are loaded.

What it does not do: it downloads nothing. ``badkeys --update-bl`` fetches the blocklist of badkeys.
"""

from __future__ import annotations

import mmap
import os
from pathlib import Path

from vnsign.adapters.files import read_bytes
from vnsign.errors import ErrorCode, InputError
from vnsign.pki.weak_keys import CompromisedKeys, parse_fingerprints

#: Two million fingerprints with their comments.
MAX_LIST_BYTES = 256 * 1024**2
_BLOCKLIST_SUFFIX = ".dat"


def load_compromised_keys(path: str | os.PathLike[str]) -> CompromisedKeys:
    """Open a list of keys that strangers hold: badkeys' ``blocklist.dat``, or a text of fingerprints.

    Args:
        path: A file whose name ends in ``.dat`` is a blocklist; any other is a text, one SHA-256 of a
            SubjectPublicKeyInfo a line, in hexadecimal.

    Raises:
        InputError: ``NOT_READABLE``: no such file, cut off, or a line that is no fingerprint.
    """
    if Path(path).suffix == _BLOCKLIST_SUFFIX:
        return CompromisedKeys(blocklist=_map(path))
    return CompromisedKeys(fingerprints=parse_fingerprints(read_bytes(path, MAX_LIST_BYTES), file=str(path)))


def _map(path: str | os.PathLike[str]) -> mmap.mmap:
    try:
        # The map outlives the file object.
        with Path(path).open("rb") as stream:
            return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as exc:  # ValueError: an empty file, or a zero byte in the name
        raise InputError(ErrorCode.NOT_READABLE, f"cannot be read: {exc}", file=str(path)) from exc
