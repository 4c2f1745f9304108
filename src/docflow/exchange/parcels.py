"""The identity of a parcel: its content, so that a repetition is recognised whoever repeats it."""

from __future__ import annotations

import hashlib

from docflow.ports import Parts


def name_parcel(parts: Parts) -> str:
    """Return the SHA-256, in hex, of all parts: each as its length in 8 bytes and its bytes, an absent one as 2^64 - 1.

    Source: docs/spec/receipts.md §5.
    """
    digest = hashlib.sha256()
    for part in (parts.message, parts.message_cms, parts.receipt, parts.receipt_cms):
        digest.update(b"\xff" * 8 if part is None else len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
