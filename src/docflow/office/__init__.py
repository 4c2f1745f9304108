"""What the registry does with documents: use cases over ports, driven by the state table.

What it does not do: no I/O of its own; store, blobs, clock, randomness and verifier come in through the ports.
"""

from __future__ import annotations

from docflow.office.desk import Desk, Post, build_log_statement, register_agency, vouch_for_log
from docflow.office.exchanging.dispatching import Dispatched, ask_take_back, dispatch
from docflow.office.exchanging.knowing import know
from docflow.office.exchanging.receiving import Reception, collect
from docflow.office.incoming.steps import act_on_incoming
from docflow.office.outgoing.steps import (
    Issued,
    Receipt,
    approve_document,
    draft_document,
    issue_document,
    issue_documents,
    record_leader_signature,
    record_seal,
    void_number,
)
from docflow.office.registers.book import LINES_A_VOLUME, RegisterBook, RegisterKind, RegisterLine, divide_book
from docflow.office.registers.csv_form import write_book_csv
from docflow.office.registers.lines import handling_line, incoming_line, outgoing_line
from docflow.office.registers.reserving import Reserved, open_register, reserve_numbers, void_reserved_number

__all__ = [
    "LINES_A_VOLUME",
    "Desk",
    "Dispatched",
    "Issued",
    "Post",
    "Receipt",
    "Reception",
    "RegisterBook",
    "RegisterKind",
    "RegisterLine",
    "Reserved",
    "act_on_incoming",
    "approve_document",
    "ask_take_back",
    "build_log_statement",
    "collect",
    "dispatch",
    "divide_book",
    "draft_document",
    "handling_line",
    "incoming_line",
    "issue_document",
    "issue_documents",
    "know",
    "open_register",
    "outgoing_line",
    "record_leader_signature",
    "record_seal",
    "register_agency",
    "reserve_numbers",
    "void_number",
    "void_reserved_number",
    "vouch_for_log",
    "write_book_csv",
]
