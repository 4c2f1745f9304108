"""A table from names to numbers that takes 16 to 43 bytes an entry, however long the names are.

Invariants:
    - Names are told apart by 8 bytes of their SHA-256: two of a million are taken for one with probability 3 · 10⁻⁸.
    - Numbers are from 0 to 2⁶⁴ - 1; entries are replaced, never removed.
"""

from __future__ import annotations

import hashlib
from array import array

_FIRST_SLOTS = 1024
_FULL = 3 / 4


class OffsetTable:
    """Name → number, by open addressing in two arrays."""

    def __init__(self) -> None:
        self._count = 0
        self._make(_FIRST_SLOTS)

    def __len__(self) -> int:
        return self._count

    def get(self, name: bytes) -> int | None:
        """Return the number of ``name``."""
        key = _key(name)
        slot = self._slot(key)
        return self._numbers[slot] if self._keys[slot] else None

    def put(self, name: bytes, number: int) -> bool:
        """Set the number of ``name``; return whether the name is new."""
        new = self._put(_key(name), number)
        if new and self._count > len(self._keys) * _FULL:
            self._grow()
        return new

    def _put(self, key: int, number: int) -> bool:
        slot = self._slot(key)
        new = not self._keys[slot]
        self._keys[slot] = key
        self._numbers[slot] = number
        self._count += new
        return new

    def _slot(self, key: int) -> int:
        slot = key % len(self._keys)
        while self._keys[slot] not in {0, key}:
            slot = (slot + 1) % len(self._keys)
        return slot

    def _make(self, slots: int) -> None:
        self._keys = array("Q", bytes(8 * slots))
        self._numbers = array("Q", bytes(8 * slots))

    def _grow(self) -> None:
        keys, numbers = self._keys, self._numbers
        self._count = 0
        self._make(2 * len(keys))
        for key, number in zip(keys, numbers, strict=True):
            if key:
                self._put(key, number)


def _key(name: bytes) -> int:
    return int.from_bytes(hashlib.sha256(name).digest()[:8], "big") or 1  # 0 marks a free slot
