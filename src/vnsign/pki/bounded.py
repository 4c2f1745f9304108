"""A dictionary that forgets its oldest entries, so that memory stays flat over a million files."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")
#: Entries; one has some kilobytes.
_MAX_ENTRIES = 4_096
#: Of lists and answers read; the largest public lists have some 30 MB.
_MAX_BYTES = 64 * 1024 * 1024
_MISSING: Any = object()


class Bounded(Generic[_Key, _Value]):
    """A dictionary that forgets its oldest entries."""

    def __init__(self, *, max_entries: int = _MAX_ENTRIES, max_weight: int = _MAX_BYTES) -> None:
        self._entries: dict[_Key, tuple[_Value, int]] = {}
        self._max_entries = max_entries
        self._max_weight = max_weight
        self._weight = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: _Key, default: _Value) -> _Value:
        """Return what is kept, or ``default``."""
        entry = self._entries.get(key)
        return default if entry is None else entry[0]

    def has_room_for(self, weight: int) -> bool:
        """Whether nothing would have to go for so much more."""
        return self._weight + weight <= self._max_weight

    def clear(self) -> None:
        """Forget everything."""
        self._entries, self._weight = {}, 0

    def put(self, key: _Key, value: _Value, *, weight: int = 0) -> _Value:
        """Keep a value, unless it alone is too heavy, and return it."""
        if weight <= self._max_weight:
            self._drop(key)
            self._entries[key] = (value, weight)
            self._weight += weight
            while len(self._entries) > self._max_entries or self._weight > self._max_weight:
                self._drop(next(iter(self._entries)))
        return value

    def remember(self, key: _Key, compute: Callable[[], _Value], *, weight: int = 0) -> _Value:
        """Return what is kept, else compute and keep it."""
        found = self.get(key, _MISSING)
        return self.put(key, compute(), weight=weight) if found is _MISSING else found

    def _drop(self, key: _Key) -> None:
        _, weight = self._entries.pop(key, (None, 0))
        self._weight -= weight
