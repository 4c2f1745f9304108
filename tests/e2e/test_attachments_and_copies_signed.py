"""Attachments and copies signed with real keys: only what the office's records prove, and it verifies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

import vnsign
from docflow import (
    AttachedFile,
    CopyDirection,
    CopyForm,
    CopyState,
    DocflowError,
    DocumentState,
    ErrorCode,
    Office,
    OutboxState,
)
from docflow.signing import SignatureChecker, seal_attachment, seal_copy
from tests import materials
from tests.office_kit import SeededRandomness, make_agency, make_copy_request, make_draft


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> materials.Office:
    """One authority for the module."""
    return materials.make_office(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def office(people: materials.Office, tmp_path: Path) -> Iterator[Office]:
    """An office that asks vnsign before it relies on a signature."""
    crls = tuple(x509.load_der_x509_crl(people.authority.crl(which)) for which in ("root", "issuing"))
    trust = vnsign.TrustStore(anchors=people.trust.anchors, intermediates=people.trust.intermediates, crls=crls)
    with Office.open(
        tmp_path / "office",
        agency=make_agency(),
        randomness=SeededRandomness(),
        verifier=SignatureChecker(trust=trust, online=False),
    ) as opened:
        yield opened


def means(people: materials.Office) -> dict[str, Any]:
    """Return authority and services of the module, without a network."""
    return {"tsa": people.tsa, "revocation": people.crls, "clock": people.clock}


def refused(action: Any) -> ErrorCode:  # noqa: ANN401 - a lambda of the test
    """Return why docflow refused."""
    with pytest.raises(DocflowError) as caught:
        action()
    return caught.value.code


@pytest.mark.slow
def test_an_attachment_is_signed_because_the_records_say_it_goes_with_the_document(
    office: Office, people: materials.Office
) -> None:
    """NĐ 30/2020 Điều 32.2: the agency signs a separate file of an issued document, and no other file."""
    appendix = materials.plain_pdf()
    office.draft(make_draft(), actor="A", document_id="d")
    office.attach("d", appendix, name="Phụ lục", actor="A")
    office.detach("d", position=0, actor="A", reason="nhầm tên")
    office.attach("d", appendix, name="Phụ lục I", actor="A")
    office.approve("d", actor="B")
    signed = materials.leader_signed(people)
    office.leader_signed("d", signed, actor="C")
    issued = office.issue("d", actor="V")
    taken_off, attached = office.attachments("d", with_detached=True)
    early = office.document("d")

    def seal(pdf: bytes, document: Any, recorded: AttachedFile = attached) -> bytes:  # noqa: ANN401 - a document
        return seal_attachment(pdf, people.seal, document=document, attachment=recorded, **means(people))

    assert refused(lambda: seal(appendix, early)) is ErrorCode.SIGNATURE_REFUSED
    main = vnsign.seal_pdf(
        vnsign.fill_pdf(signed, {"so": issued.symbol, "ngay": issued.place_and_date}),
        people.seal,
        field="ConDauCoQuan",
        trust=people.trust,
        **means(people),
    )
    office.sealed("d", main, actor="V")
    document = office.document("d")
    assert document.state is DocumentState.SEALED
    assert refused(lambda: seal(appendix + b"% other", document)) is ErrorCode.SIGNATURE_REFUSED
    assert refused(lambda: seal(appendix, document, taken_off)) is ErrorCode.SIGNATURE_REFUSED
    assert (
        refused(lambda: office.attachment_sealed("d", appendix, position=1, actor="V")) is ErrorCode.SIGNATURE_REFUSED
    )
    office.attachment_sealed("d", seal(appendix, document), position=1, actor="V")
    assert {row.state for row in office.outbox()} == {OutboxState.READY}
    # What vnsign saw stands in the log: the leader's certificate once, the agency's once for document and attachment.
    figures = office.report("2000..2100").total
    assert (figures.certificates, figures.certificates_of_people) == (2, 1)
    assert office.verify_report(office.report("2000..2100")).total == figures


@pytest.mark.slow
def test_a_scan_is_signed_because_the_records_say_it_is_a_copy(office: Office, people: materials.Office) -> None:
    """NĐ 30/2020 Điều 25, 32.2d: the agency signs the copy that it prepared, once, and no other file."""
    scan = b"%PDF-1.7" + materials.plain_pdf()[8:]
    request = make_copy_request(form=CopyForm.SAO_Y, direction=CopyDirection.PAPER_TO_ELECTRONIC, source=None)
    prepared = office.make_copy(request, actor="V", copy_id="c", pdf=scan)

    def seal(pdf: bytes) -> bytes:
        return seal_copy(pdf, people.seal, copy=office.copies()[0], agency=office.agency, **means(people))

    assert prepared.state is CopyState.PREPARED
    assert refused(lambda: seal(scan + b"% other")) is ErrorCode.SIGNATURE_REFUSED
    sealed = seal(scan)
    at = len(scan) + 100  # in what the seal added and covers; nearer to the end is evidence, in a place that varies
    damaged = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
    assert refused(lambda: office.copy_sealed("c", damaged, actor="V")) is ErrorCode.SIGNATURE_REFUSED
    assert office.copy_sealed("c", sealed, actor="V").state is CopyState.ISSUED
    assert refused(lambda: seal(scan)) is ErrorCode.SIGNATURE_REFUSED
