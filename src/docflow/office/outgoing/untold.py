"""Who has a document that another replaces and does not get that other one: nobody tells them.

The message that says "replaced" (3) is the replacement itself, for its own addressees; there is no notice without it.

What it does not do: it sends nothing to anybody. Whoever is named is sent the replacement (``add_addressees``), or is
asked to give the old one back (``take_back``); what he has on paper is asked back by a letter.

Source: Nghị định 30/2020/NĐ-CP Điều 18 khoản 3; QCVN 102:2016/BTTTT (3, ReplacementInfoList); docs/adr/0068.
"""

from __future__ import annotations

from collections.abc import Iterator

from docflow.model import Document, DocumentState, LinkKind
from docflow.office.desk import Desk
from docflow.office.exchanging.successors import names_of
from docflow.office.outgoing.taking import find_document
from docflow.ports import OutboxRow, OutboxState

_NEVER_ISSUED = frozenset({DocumentState.CANCELLED, DocumentState.VOIDED})


def list_not_told(desk: Desk, document_id: str) -> tuple[OutboxRow, ...]:
    """Return the rows of those who have what a document replaces, or is to replace, and are not its addressees.

    Raises:
        UsageError: ``NOT_FOUND``.
    """
    return find_not_told(desk, find_document(desk, document_id))


def find_not_told(desk: Desk, document: Document) -> tuple[OutboxRow, ...]:
    """Return the same of a document at hand.

    Who gave the old one back has it no more. An agency that took over another's code is the same; without a code it is
    the name that counts.
    """
    if document.state in _NEVER_ISSUED:
        return ()
    held = tuple(_list_held(desk, document))
    if not held:
        return ()
    names, codes = _addressees(desk, document)
    return tuple(row for row in held if row.addressee_name not in names and codes.isdisjoint(_codes(desk, row)))


def _list_held(desk: Desk, document: Document) -> Iterator[OutboxRow]:
    """Yield what left of the documents that this one replaces, and did not come back; not what went to this agency."""
    for link in document.draft.links:
        replaced = desk.store.find_document(link.target) if link.kind is LinkKind.REPLACES else None
        if replaced is not None and replaced.replaced_by in {None, document.id}:
            for row in desk.store.list_outbox(document_id=replaced.id):
                if row.state is OutboxState.SENT and row.addressee_code != desk.agency.code.text:
                    yield row


def _addressees(desk: Desk, document: Document) -> tuple[frozenset[str], frozenset[str]]:
    """Return to whom a document goes, those added later too: names and every code that means one of them."""
    rows = [row for row in desk.store.list_outbox(document_id=document.id) if row.state is not OutboxState.CANCELLED]
    named = [(row.addressee_name, row.addressee_code) for row in rows]
    if document.number is None:
        named = [(item.name, item.code.text if item.code else None) for item in document.draft.addressees]
    codes = frozenset[str]().union(*(names_of(desk, code) for _, code in named if code))
    return frozenset(name for name, _ in named), codes


def _codes(desk: Desk, row: OutboxRow) -> frozenset[str]:
    return names_of(desk, row.addressee_code) if row.addressee_code else frozenset()
