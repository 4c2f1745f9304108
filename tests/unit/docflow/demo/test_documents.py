"""The invented documents of the demo: enough of them, all different, all fit to be issued."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest

from docflow.demo.documents import DemoAgency, DemoDocument, demo_agencies
from docflow.model import DocumentType, build_number_and_symbol, check_document_id, number_document, parse_agency_code
from docflow.printing import ParagraphKind, compose_document
from docflow.signing import bundled_fonts

DAY = date(2026, 3, 2)
AGENCIES = demo_agencies(DAY)
DOCUMENTS = [(agency, item) for agency in AGENCIES for item in agency.documents]
each_document = pytest.mark.parametrize(("agency", "item"), DOCUMENTS, ids=[item.id for _, item in DOCUMENTS])
each_agency = pytest.mark.parametrize("agency", AGENCIES, ids=["province", "department"])


def _words(item: DemoDocument) -> tuple[str, ...]:
    paragraphs = [f"{block.lead} {block.text}" for block in item.document.body]
    return (item.document.subject, *paragraphs, *item.document.recipients, *item.document.addressees)


def test_there_are_forty_different_documents() -> None:
    """Twenty documents an agency, no id, subject or body twice."""
    assert [len(agency.documents) for agency in AGENCIES] == [20, 20]
    items = [item for _, item in DOCUMENTS]
    for key in ([i.id for i in items], [i.document.subject for i in items], [i.document.body for i in items]):
        assert len(set(key)) == 40


def test_only_the_creation_date_depends_on_the_day() -> None:
    """A demo continued in another year finds its documents: ids, drafts and texts are the same."""
    for agency, later in zip(AGENCIES, demo_agencies(date(2031, 12, 31)), strict=True):
        assert (agency.agency, agency.people) == (later.agency, later.people)
        for one, other in zip(agency.documents, later.documents, strict=True):
            assert (one.id, one.draft, one.drafter, _words(one)) == (
                other.id,
                other.draft,
                other.drafter,
                _words(other),
            )


@each_document
def test_id_text_and_symbol_are_what_docflow_accepts(agency: DemoAgency, item: DemoDocument) -> None:
    """The id is allowed, the text is NFC, and paper and draft agree on symbol, subject and signer."""
    check_document_id(item.id)
    assert all(unicodedata.is_normalized("NFC", text) for text in _words(item))
    number = number_document(item.draft.type, 15, agency=agency.agency, unit=item.draft.unit)
    assert build_number_and_symbol(number) == f"15/{item.document.symbol}"
    assert (item.draft.subject, item.draft.signer_name) == (item.document.subject, item.document.signer_name)


@each_document
def test_document_goes_to_the_other_agency_and_to_others(agency: DemoAgency, item: DemoDocument) -> None:
    """The other agency is addressed by its code, somebody else without one; the last copy is filed."""
    codes = {addressee.code for addressee in item.draft.addressees}
    other = next(one.agency.code for one in AGENCIES if one is not agency)
    assert codes == {other, None}
    assert item.document.recipients[-1].startswith("Lưu: VT, ")


@each_document
def test_decision_has_bases_articles_and_its_word(agency: DemoAgency, item: DemoDocument) -> None:
    """A decision gives its bases in italic, says QUYẾT ĐỊNH and is divided into articles; nothing else does."""
    body = item.document.body
    is_decision = item.draft.type is DocumentType.QUYET_DINH
    assert any(block.kind is ParagraphKind.BASIS for block in body) is is_decision
    assert any(block.text == "QUYẾT ĐỊNH:" and block.kind is ParagraphKind.CENTRED for block in body) is is_decision
    assert [block.lead for block in body if block.lead] == (["Điều 1.", "Điều 2.", "Điều 3."] if is_decision else [])
    assert body[-1].text.endswith("./.")
    assert agency.people.leader == item.document.signer_name


@each_agency
def test_agency_shows_what_a_layout_must_bear(agency: DemoAgency) -> None:
    """Each agency has three công văn, a very long subject and a document of two pages."""
    drafts = [item.draft for item in agency.documents]
    assert sum(draft.type is DocumentType.CONG_VAN for draft in drafts) >= 3
    assert any(300 <= len(draft.subject) <= 450 for draft in drafts)
    pages = [compose_document(item.document, fonts=bundled_fonts()).page_count for item in agency.documents]
    assert 2 in pages
    assert set(pages) <= {1, 2}


def test_agencies_are_the_invented_ones() -> None:
    """Codes of a province that does not exist, and of its department."""
    assert [agency.agency.code for agency in AGENCIES] == [parse_agency_code("H99"), parse_agency_code("H99.12")]
    assert [agency.people.code for agency in AGENCIES] == ["H99", "H99.12"]
