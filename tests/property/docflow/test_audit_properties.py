"""Properties of the log: every proof verifies, every change is refused, every parser is total and canonical."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from docflow.audit import (
    EMPTY_ROOT,
    Frontier,
    InclusionProof,
    Json,
    append_leaf,
    commit_payload,
    encode_canonical,
    format_proof,
    hash_leaf,
    hash_node,
    open_payload,
    parse_canonical,
    parse_checkpoint_text,
    parse_frontier,
    parse_note,
    parse_opening,
    parse_proof,
    parse_vkey,
    prove_consistency,
    prove_inclusion,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from docflow.errors import DocflowError

LEAVES = st.lists(st.binary(max_size=8), min_size=1, max_size=80, unique=True)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(max_codepoint=127), max_size=5), inner, max_size=4)
    ),
    max_leaves=20,
)


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.sampled_from([2**53 - 1, 2**53, -(2**53) + 1, -(2**53)])
    | st.text(st.characters(), max_size=5)
    | st.floats()
    | st.binary(max_size=3)
    | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(st.characters(), max_size=3) | st.integers(0, 3), inner, max_size=4)
    ),
    max_leaves=12,
)
"""Also what has no canonical form."""


def is_canonical(value: object) -> bool:
    """Say by docs/spec/audit-log.md §2, a value at a time, whether it has a canonical form."""
    match value:
        case str():
            return not any("\ud800" <= char <= "\udfff" for char in value)
        case None | bool():
            return True
        case int():
            return abs(value) < 2**53
        case dict():
            return all(isinstance(key, str) and key.isascii() and is_canonical(item) for key, item in value.items())
        case list() | tuple():
            return all(map(is_canonical, value))
        case _:
            return False


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 9162 §2.1.1 as it stands there."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return hash_leaf(leaves[0])
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hash_node(naive_root(leaves[:split]), naive_root(leaves[split:]))


def grow(leaves: list[bytes]) -> tuple[Frontier, Callable[[int, int], bytes]]:
    """Append leaf by leaf; return the frontier and a reader of all nodes."""
    frontier, nodes = Frontier(), {}
    for leaf in leaves:
        frontier, grown = append_leaf(frontier, hash_leaf(leaf))
        nodes.update({(node.level, node.position): node.hash for node in grown})
    return frontier, lambda level, position: nodes[level, position]


@given(LEAVES)
def test_appending_gives_the_root_of_the_definition(leaves: list[bytes]) -> None:
    """RFC 9162 §2.1.1; and a frontier is read back as it was written."""
    frontier, _ = grow(leaves)
    assert root_of(frontier) == naive_root(leaves)
    assert parse_frontier(frontier.size, frontier.to_bytes()) == frontier


@given(LEAVES, st.data())
def test_every_leaf_is_proven_and_no_other(leaves: list[bytes], data: st.DataObject) -> None:
    """RFC 9162 §2.1.3: the proof verifies; with a bit flipped, an item more or less, another index it does not."""
    size = len(leaves)
    index = data.draw(st.integers(0, size - 1))
    frontier, read = grow(leaves)
    root, leaf_hash = root_of(frontier), hash_leaf(leaves[index])
    path = prove_inclusion(index, size, read_node=read)
    verify_inclusion(leaf_hash, index, size, path=path, root=root)
    wrong = [(hash_leaf(leaves[index] + b"!"), index, size, path), (leaf_hash, index, size, (*path, bytes(32)))]
    wrong += [(leaf_hash, other, size, path) for other in {index - 1, index + 1, size}]
    if path:
        at = data.draw(st.integers(0, len(path) - 1))
        flipped = bytes([path[at][0] ^ 1]) + path[at][1:]
        wrong += [(leaf_hash, index, size, path[:-1]), (leaf_hash, index, size, (*path[:at], flipped, *path[at + 1 :]))]
    for case_leaf, case_index, case_size, case_path in wrong:
        with pytest.raises(DocflowError):
            verify_inclusion(case_leaf, case_index, case_size, path=case_path, root=root)


@given(LEAVES, st.data())
def test_a_log_is_proven_to_grow_and_not_to_change(leaves: list[bytes], data: st.DataObject) -> None:
    """RFC 9162 §2.1.4: consistent with each of its own prefixes; never with a prefix that differs in one leaf."""
    new = len(leaves)
    old = data.draw(st.integers(1, new))
    frontier, read = grow(leaves)
    old_root, new_root = naive_root(leaves[:old]), root_of(frontier)
    path = prove_consistency(old, new, read_node=read)
    verify_consistency(old, new, old_root=old_root, new_root=new_root, path=path)
    at = data.draw(st.integers(0, old - 1))
    changed = naive_root([*leaves[:at], leaves[at] + b"!", *leaves[at + 1 : old]])
    cases = [
        (changed, new_root, path),
        (old_root, hash_leaf(b"!not a leaf"), path),
        (old_root, new_root, (*path, bytes(32))),
    ]
    if path:
        cases += [(old_root, new_root, path[:-1]), (old_root, new_root, (hash_leaf(b"!not a leaf"), *path[1:]))]
    for case_old, case_new, case_path in cases:
        with pytest.raises(DocflowError):
            verify_consistency(old, new, old_root=case_old, new_root=case_new, path=case_path)


@given(JSON)
def test_canonical_json_is_read_back(value: object) -> None:
    """RFC 8785: one value, one text."""
    data = encode_canonical(value)  # type: ignore[arg-type]
    assert parse_canonical(data) == value
    assert encode_canonical(parse_canonical(data)) == data


@given(st.binary(max_size=200))
def test_any_bytes_are_canonical_json_or_refused(data: bytes) -> None:
    """What is taken is written back as the same bytes; the rest is our error."""
    with contextlib.suppress(DocflowError):
        assert encode_canonical(parse_canonical(data)) == data
    for parse in (open_payload, parse_opening):
        with contextlib.suppress(DocflowError):
            parse(data)


_LINES = st.lists(
    st.one_of(
        st.sampled_from(["", "o", "1", "0", "A" * 43 + "=", "— name AAAAAAAA", "c2sp.org/tlog-proof@v1", "index 0"]),
        st.text(max_size=12),
    ),
    max_size=9,
).map("\n".join)


@given(_LINES)
def test_any_text_is_a_note_a_proof_a_key_or_refused(text: str) -> None:
    """Parsers are total, and what they take they write back."""
    for parse in (parse_note, parse_vkey, parse_checkpoint_text):
        with contextlib.suppress(DocflowError):
            assert str(parse(text)) == text
    with contextlib.suppress(DocflowError):
        assert format_proof(parse_proof(text)) == text


@given(
    st.integers(0, 2**63 - 1),
    st.lists(st.binary(min_size=32, max_size=32), max_size=63),
    st.none() | st.binary(max_size=50),
)
def test_a_proof_is_read_back_as_it_was_written(index: int, path: list[bytes], extra: bytes | None) -> None:
    """c2sp.org/tlog-proof."""
    proof = InclusionProof(
        index=index, path=tuple(path), checkpoint="o\n1\n" + "A" * 43 + "=\n\n— o AAAA\n", extra=extra
    )
    assert parse_proof(format_proof(proof)) == proof


@given(st.binary(max_size=64), st.binary(min_size=32, max_size=32), st.binary(max_size=64))
def test_two_payloads_never_share_a_leaf(payload: bytes, salt: bytes, other: bytes) -> None:
    """The commitment binds: under one salt another payload gives another leaf."""
    same = payload == other
    assert (commit_payload(payload, salt).data == commit_payload(other, salt).data) is same


@given(ANYTHING)
@example({"a": 2**53})
@example([1, -(2**53)])
@example({"a": {"\u00e9": 1}})
def test_what_has_a_canonical_form_is_written_as_the_standard_library_would(value: Json) -> None:
    """RFC 8785 §3.2: keys in order, no spaces, no escapes but those needed; everything else is refused."""
    if is_canonical(value):
        told = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        assert encode_canonical(value) == told.encode()
    else:
        with pytest.raises(DocflowError):
            encode_canonical(value)
