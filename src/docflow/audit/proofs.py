"""One file that proves that a leaf stands in a log: c2sp.org/tlog-proof.

Invariants:
    - ``format_proof(parse_proof(text)) == text`` for every text that is taken.
    - No signature covers the extra data: it is used only after it reproduced the leaf (docs/spec/audit-log.md §5).

Source: c2sp.org/tlog-proof; RFC 6962 §2.1.1.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from docflow.audit.merkle import HASH_BYTES, verify_inclusion
from docflow.audit.notes import MAX_TREE_SIZE, Checkpoint, VerifierKey, verify_checkpoint
from docflow.errors import ErrorCode, InputError

MAX_PROOF_BYTES = 16_000_000
"""A proof carries one payload; a transaction's rows are far below this."""

_HEADER = "c2sp.org/tlog-proof@v1"
_MAX_PATH = 63


@dataclass(frozen=True, slots=True, kw_only=True)
class InclusionProof:
    """A leaf's place, its path and the signed checkpoint; not yet believed."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None


def format_proof(proof: InclusionProof) -> str:
    """Return the proof as text, file extension ``.tlog-proof``.

    Source: c2sp.org/tlog-proof.
    """
    extra = [] if proof.extra is None else [f"extra {base64.b64encode(proof.extra).decode()}"]
    path = [base64.b64encode(item).decode() for item in proof.path]
    return "\n".join([_HEADER, *extra, f"index {proof.index}", *path, "", proof.checkpoint])


def parse_proof(text: str) -> InclusionProof:
    """Parse a proof; nothing in it is believed yet.

    Raises:
        InputError: ``MALFORMED_INPUT``.
    Source: c2sp.org/tlog-proof.
    """
    head, _, checkpoint = text[:MAX_PROOF_BYTES].partition("\n\n")
    lines = head.split("\n")
    try:
        if lines.pop(0) != _HEADER:
            raise _malformed()
        extra = _base64(lines.pop(0).removeprefix("extra ")) if lines[0].startswith("extra ") else None
        index = _index(lines.pop(0))
        path = tuple(_base64(line) for line in lines)
    except (IndexError, binascii.Error, ValueError) as exc:
        raise _malformed() from exc
    proof = InclusionProof(index=index, path=path, checkpoint=checkpoint, extra=extra)
    if len(path) > _MAX_PATH or any(len(item) != HASH_BYTES for item in path) or format_proof(proof) != text:
        raise _malformed()
    return proof


def verify_proof(proof: InclusionProof, leaf_hash: bytes, *, key: VerifierKey) -> Checkpoint:
    """Verify that the leaf stands in the log of this key; return the checkpoint that says so.

    Does not check: what the leaf means; see :func:`docflow.audit.verify_opened_leaf`.

    Raises:
        InputError: ``EVIDENCE_BROKEN`` or ``MALFORMED_INPUT``.
    Source: c2sp.org/tlog-proof; RFC 9162 §2.1.3.2.
    """
    checkpoint = verify_checkpoint(proof.checkpoint, key)
    verify_inclusion(leaf_hash, proof.index, checkpoint.size, path=proof.path, root=checkpoint.root)
    return checkpoint


def _index(line: str) -> int:
    text = line.removeprefix("index ")
    if text == line or not (text.isascii() and text.isdigit()) or len(text) > len(str(MAX_TREE_SIZE)):
        raise _malformed()
    return int(text)


def _base64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _malformed() -> InputError:
    return InputError(ErrorCode.MALFORMED_INPUT, "malformed inclusion proof", vi="Tệp bằng chứng không đúng dạng.")
