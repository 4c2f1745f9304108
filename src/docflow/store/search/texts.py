"""Under which words a row of the log is found.

What it does not do: it reads no file; what a PDF says comes from :mod:`docflow.store.search.contents`.
"""

from __future__ import annotations

from docflow.audit import OpenedLeaf
from docflow.model import Direction, DocumentType, words_to_find
from docflow.store.tables import DOCUMENT, INCOMING_DOCUMENT

_COLUMNS = {
    str(DOCUMENT.name): (
        Direction.OUTGOING,
        ("subject", "symbol", "signer_name", "signer_position", "addressees", "note"),
    ),
    str(INCOMING_DOCUMENT.name): (
        Direction.INCOMING,
        ("type_name", "subject", "symbol", "sender_name", "signer_name", "signer_position", "note"),
    ),
}
_TYPES = {kind.value: kind.vi for kind in DocumentType}
"""What an outgoing document is called, by the code of its type."""


def words_of_leaf(leaf: OpenedLeaf) -> dict[tuple[Direction, str], str]:
    """Return the words of each document that a leaf wrote, by direction and name."""
    found: dict[tuple[Direction, str], str] = {}
    for row in leaf.rows:
        if row.table in _COLUMNS:
            direction, columns = _COLUMNS[row.table]
            texts = [
                _TYPES.get(str(row.values.get("type")), ""),
                *(str(row.values.get(name) or "") for name in columns),
            ]
            found[direction, str(row.key.get("id"))] = words_to_find(" ".join(texts))
    return found
