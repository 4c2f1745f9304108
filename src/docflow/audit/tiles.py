"""The layout of a log as files that any tlog-tiles client reads.

Invariants:
    - A full tile has 256 hashes; a partial tile has 1 to 255 and its width in its name; no empty tile exists.

What it does not do: it writes no files.

Source: c2sp.org/tlog-tiles.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from docflow.audit.merkle import NodeReader
from docflow.errors import ErrorCode, UsageError

TILE_HEIGHT = 8
"""c2sp.org/tlog-tiles: each tile spans eight levels."""
TILE_WIDTH = 1 << TILE_HEIGHT
"""Hashes in a full tile."""
MAX_ENTRY_BYTES = 2**16 - 1
"""Entry bundles carry a uint16 length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One tile of a tree of a given size."""

    level: int
    index: int
    width: int

    @property
    def path(self) -> str:
        """Path of the hash tile below the log's prefix."""
        return f"tile/{self.level}/{_encode_index(self.index)}{self._suffix}"

    @property
    def _suffix(self) -> str:
        return "" if self.width == TILE_WIDTH else f".p/{self.width}"


def tiles_of(size: int) -> Iterator[Tile]:
    """Yield every tile of a tree of ``size`` leaves, level by level.

    Source: c2sp.org/tlog-tiles, Merkle Tree, Partial Tiles.
    """
    level = 0
    hashes = size
    while hashes:
        for index in range((hashes + TILE_WIDTH - 1) // TILE_WIDTH):
            yield Tile(level=level, index=index, width=min(TILE_WIDTH, hashes - index * TILE_WIDTH))
        level, hashes = level + 1, hashes >> TILE_HEIGHT


def build_hash_tile(tile: Tile, *, read_node: NodeReader) -> bytes:
    """Return the bytes of a hash tile.

    Source: c2sp.org/tlog-tiles, Merkle Tree.
    """
    first = tile.index * TILE_WIDTH
    return b"".join(read_node(tile.level * TILE_HEIGHT, first + i) for i in range(tile.width))


def build_entry_bundle(entries: Sequence[bytes]) -> bytes:
    """Return the bytes of an entry bundle.

    Raises:
        UsageError: ``BAD_ARGUMENT``; an entry is longer than 65,535 bytes.
    Source: c2sp.org/tlog-tiles, Log entries.
    """
    if any(len(entry) > MAX_ENTRY_BYTES for entry in entries):
        raise UsageError(ErrorCode.BAD_ARGUMENT, "a log entry is too long for a bundle", vi="Mục nhật ký quá dài.")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def _encode_index(index: int) -> str:
    """Return the index in groups of three digits, all but the last with an ``x`` (c2sp.org/tlog-tiles)."""
    groups = [f"{index % 1000:03d}"]
    while index >= 1000:  # noqa: PLR2004 - three digits per path element
        index //= 1000
        groups.append(f"x{index % 1000:03d}")
    return "/".join(reversed(groups))
