"""What agencies know of each other's documents, and the signed receipts that prove it. Pure.

What it does not do: it verifies no signature; a receipt here is what somebody wrote, until a peer verifier says who.
"""

from __future__ import annotations

from docflow.evidence.knowledge import Knowledge, find_last, learn
from docflow.evidence.statements import ReceiptStatement, build_receipt, parse_receipt

__all__ = ["Knowledge", "ReceiptStatement", "build_receipt", "find_last", "learn", "parse_receipt"]
