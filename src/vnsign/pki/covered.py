"""Bytes that a signature or a token covers, wherever they lie, hashed once for each algorithm.

What it does not do: decide which bytes those are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from vnsign.errors import InputError
from vnsign.pki.signature_values import digest_of


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Covered:
    """Bytes in pieces.

    Attributes:
        pieces: Yields them, in order, each time it is called.
    """

    pieces: Callable[[], Iterable[bytes | memoryview]]
    _digests: dict[str, bytes] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, data: bytes) -> Covered:
        """Return what consists of one piece."""
        return cls(pieces=lambda: (data,))

    def digest(self, name: str) -> bytes | None:
        """Return the digest of all of it; None for an algorithm that nobody here can compute."""
        if name not in self._digests:
            try:
                self._digests[name] = digest_of(name, self.pieces())
            except InputError:
                return None
        return self._digests[name]

    def whole(self) -> bytes:
        """Return all of it in memory, for the few algorithms that sign the bytes themselves."""
        return b"".join(self.pieces())
