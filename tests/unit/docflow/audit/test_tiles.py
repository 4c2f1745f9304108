"""The tlog-tiles layout."""

from __future__ import annotations

import pytest

from docflow.audit import (
    Frontier,
    Tile,
    append_leaf,
    build_entry_bundle,
    build_hash_tile,
    hash_leaf,
    hash_node,
    tiles_of,
)
from docflow.errors import DocflowError


def test_a_tree_of_seventy_thousand_leaves_has_the_tiles_of_the_specification() -> None:
    """c2sp.org/tlog-tiles, Partial Tiles: 273 full and one of 112 at level 0; 1 full and one of 17; one of 1."""
    tiles = list(tiles_of(70_000))
    widths = {level: [tile.width for tile in tiles if tile.level == level] for level in (0, 1, 2, 3)}
    assert widths == {0: [256] * 273 + [112], 1: [256, 17], 2: [1], 3: []}


def test_a_tree_of_256_leaves_has_a_full_tile_and_a_partial_one_above() -> None:
    """c2sp.org/tlog-tiles, Partial Tiles."""
    assert [(tile.level, tile.width) for tile in tiles_of(256)] == [(0, 256), (1, 1)]
    assert list(tiles_of(0)) == []


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(level=0, index=0, width=256), "tile/0/000"),
        (Tile(level=0, index=1_234_067, width=256), "tile/0/x001/x234/067"),
        (Tile(level=1, index=1000, width=17), "tile/1/x001/000.p/17"),
    ],
)
def test_a_tile_has_the_path_of_the_specification(tile: Tile, path: str) -> None:
    """c2sp.org/tlog-tiles: zero-padded groups of three digits, all but the last with an x."""
    assert tile.path == path


def test_tiles_hold_the_hashes_of_their_level() -> None:
    """c2sp.org/tlog-tiles: level 0 has leaf hashes, level 1 the hash of each full tile below."""
    nodes, frontier = {}, Frontier()
    for number in range(260):
        frontier, grown = append_leaf(frontier, hash_leaf(str(number).encode()))
        nodes.update({(node.level, node.position): node.hash for node in grown})
    full, partial, above = (
        build_hash_tile(tile, read_node=lambda level, position: nodes[level, position]) for tile in tiles_of(260)
    )
    assert (len(full), len(partial), len(above)) == (8192, 4 * 32, 32)
    hashes = [full[at : at + 32] for at in range(0, 8192, 32)]
    while len(hashes) > 1:
        hashes = [hash_node(*hashes[at : at + 2]) for at in range(0, len(hashes), 2)]
    assert hashes == [above]


def test_entries_carry_their_length() -> None:
    """c2sp.org/tlog-tiles, Log entries: big-endian uint16 before each; a longer entry does not fit."""
    assert build_entry_bundle([b"ab", b""]) == b"\x00\x02ab\x00\x00"
    with pytest.raises(DocflowError):
        build_entry_bundle([bytes(2**16)])
