"""What the registry does with documents: use cases over ports, driven by the state table.

What it does not do: no I/O of its own; store, blobs, clock, randomness and verifier come in through the ports.
"""

from __future__ import annotations

from docflow.office.book import COLUMNS, write_register_csv
from docflow.office.desk import Desk, build_log_statement, register_agency, vouch_for_log
from docflow.office.steps import (
    Issued,
    Receipt,
    approve_document,
    draft_document,
    issue_document,
    record_leader_signature,
    record_seal,
    void_number,
)

__all__ = [
    "COLUMNS",
    "Desk",
    "Issued",
    "Receipt",
    "approve_document",
    "build_log_statement",
    "draft_document",
    "issue_document",
    "record_leader_signature",
    "record_seal",
    "register_agency",
    "void_number",
    "vouch_for_log",
    "write_register_csv",
]
