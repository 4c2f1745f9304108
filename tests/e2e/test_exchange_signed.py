"""Two agencies with real certificates: sealed PDFs, service keys, revocation; the forgeries are real bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from cryptography import x509

import vnsign
from docflow import (
    Addressee,
    DocumentType,
    Draft,
    FileDrop,
    InboxOutcome,
    IncomingState,
    Office,
    Post,
    ReceiptKind,
    SignatureVerdict,
    parse_agency_code,
)
from docflow.edxml import NewDocument, build_message, parse_message
from docflow.evidence import parse_receipt
from docflow.exchange import name_parcel
from docflow.ports import CertificateHolder, Parts, SignerCertificate
from docflow.signing import PeerChecker, ReceiptSigner, SignatureChecker, certificate_sha256
from tests import materials
from tests.exchange_kit import make_named_agency

SENDER, RECEIVER = "H99", "H99.12"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Two offices with certificates of one authority."""

    people: materials.Office
    sender: Office
    receiver: Office
    drop: FileDrop
    keys: dict[str, vnsign.Signer]


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> materials.Office:
    """One authority for the module."""
    return materials.make_office(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def sealed(people: materials.Office) -> bytes:
    """The whole recipe on one PDF."""
    return materials.sealed(people)


def _trust_with_lists(people: materials.Office) -> vnsign.TrustStore:
    crls: tuple[x509.CertificateRevocationList, ...] = tuple(
        x509.load_der_x509_crl(people.authority.crl(which)) for which in ("root", "issuing")
    )
    return vnsign.TrustStore(anchors=people.trust.anchors, intermediates=people.trust.intermediates, crls=crls)


@pytest.fixture
def signed(people: materials.Office, tmp_path: Path) -> Iterator[Signed]:
    """Two new offices."""
    keys = {}
    for code in (SENDER, RECEIVER, "H99.13"):
        subject = vnsign.Subject(common_name=f"Dịch vụ {code}", organization=f"Cơ quan {code}")
        keys[code] = vnsign.Signer.from_credential(people.authority.enroll(vnsign.CertificateProfile.SERVICE, subject))
    trust = _trust_with_lists(people)
    directory = {code: frozenset({certificate_sha256(key)}) for code, key in keys.items()}
    checker = SignatureChecker(trust=trust, online=False)
    offices = {
        code: Office.open(
            tmp_path / code,
            agency=make_named_agency(code),
            post=Post(
                signer=ReceiptSigner(signer=keys[code]),
                peers=PeerChecker(trust=trust, directory=directory),
                documents=checker,
            ),
        )
        for code in (SENDER, RECEIVER)
    }
    yield Signed(
        people=people,
        sender=offices[SENDER],
        receiver=offices[RECEIVER],
        drop=FileDrop(tmp_path / "drop"),
        keys=keys,
    )
    for office in offices.values():
        office.close()


def send(signed: Signed, pdf: bytes) -> Parts:
    """Bring a sealed PDF through the sender's office and return its parcel, taken out of the drop."""
    draft = Draft(
        type=DocumentType.QUYET_DINH,
        subject="về việc thử",
        signer_name="Nguyễn Văn Ủy",
        signer_position="Chủ tịch",
        addressees=(Addressee(name="Sở thử", code=parse_agency_code(RECEIVER)),),
    )
    signed.sender.draft(draft, actor="A", document_id="d")
    signed.sender.approve("d", actor="B")
    signed.sender.leader_signed("d", pdf[:1000], actor="C")
    signed.sender.issue("d", actor="V")
    signed.sender.sealed("d", pdf, actor="V")
    signed.sender.dispatch(signed.drop)
    (delivery,) = signed.drop.fetch(RECEIVER)
    signed.drop.settle(RECEIVER, delivery, is_refused=False)
    assert delivery.parts is not None
    return delivery.parts


def lay(signed: Signed, parts: Parts, recipient: str = RECEIVER) -> None:
    """Lay a parcel into somebody's folder."""
    signed.drop.send(parts, name=name_parcel(parts), recipient=recipient)


def exchange(signed: Signed) -> None:
    """Let both work until nothing moves."""
    for _ in range(3):
        for office in (signed.sender, signed.receiver):
            office.dispatch(signed.drop)
            office.collect(signed.drop)
    assert signed.sender.verify_log().findings == signed.receiver.verify_log().findings == ()


def test_a_sealed_document_arrives_with_its_signatures_passed(signed: Signed, sealed: bytes) -> None:
    """Service certificates, sealed PDF, CAdES receipts: all verified by vnsign, both sides agree.

    NĐ 30/2020 PL VI Phần I mục II.8: "Cho phép ký số, kiểm tra, xác thực chữ ký số theo quy định của pháp luật."
    """
    lay(signed, send(signed, sealed))
    exchange(signed)
    (document,) = signed.receiver.incoming()
    assert document.verdict is SignatureVerdict.PASSED
    # The certificates of others are kept, but are not in use here.
    kept = signed.receiver._store.list_records(SignerCertificate, subject=document.id)
    judged = vnsign.inspect_pdf(sealed, trust=_trust_with_lists(signed.people))
    assert {item.sha256 for item in kept} == {signature.signer_sha256 for signature in judged.signatures}
    assert {item.holder for item in kept} == {CertificateHolder.UNKNOWN}
    assert signed.receiver.report("2000..2100").total.certificates is None
    signed.receiver.accept(document.id, actor="V")
    exchange(signed)
    assert signed.sender.knowledge("d")[0].stage is IncomingState.REGISTERED
    receipts = [r for r in signed.sender.receipts("d") if r.agency == RECEIVER]
    trust = _trust_with_lists(signed.people)
    for receipt in receipts:
        report = vnsign.inspect_statement(signed.sender.blob(receipt.cms), receipt.statement.encode(), trust=trust)
        assert report.indication is vnsign.Indication.TOTAL_PASSED
        assert report.signer_sha256 == certificate_sha256(signed.keys[RECEIVER])


def test_a_tampered_pdf_in_an_intact_envelope_goes_back(signed: Signed, sealed: bytes) -> None:
    """One byte of the signed range flipped, the envelope signed by its sender: 02 with the reason, nothing kept.

    NĐ 30/2020 Điều 21.2a: "Văn thư cơ quan phải kiểm tra tính xác thực và toàn vẹn của văn bản điện tử và thực hiện
        tiếp nhận trên Hệ thống."
    """
    at = sealed.index(b"/Contents") - 200
    lay(signed, send(signed, sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]))
    assert [r.outcome for r in signed.receiver.collect(signed.drop)] == [InboxOutcome.REFUSED]
    assert signed.receiver.incoming() == ()
    exchange(signed)
    (known,) = signed.sender.knowledge("d")
    assert known.facts == {ReceiptKind.REFUSED}
    details = [parse_receipt(r.statement.encode()).detail for r in signed.sender.receipts("d")]
    assert any("Chữ ký số trên văn bản không hợp lệ" in detail for detail in details)


def test_a_pdf_without_signature_goes_back(signed: Signed) -> None:
    """QĐ 28/2018 Đ.4: unsigned is for information only; here it is returned."""
    lay(signed, send(signed, materials.plain_pdf()))
    assert [r.outcome for r in signed.receiver.collect(signed.drop)] == [InboxOutcome.REFUSED]


def test_a_service_certificate_of_another_agency_does_not_speak_for_this_one(signed: Signed, sealed: bytes) -> None:
    """A chain to the anchor is not enough: the directory says whose the certificate is; a receipt alike."""
    parts = send(signed, sealed)
    other = signed.keys["H99.13"]
    lay(signed, replace(parts, message_cms=vnsign.sign_statement(parts.message or b"", other)))
    assert [r.outcome for r in signed.receiver.collect(signed.drop)] == [InboxOutcome.NOT_AUTHENTIC]
    lay(signed, parts)
    signed.receiver.collect(signed.drop)
    signed.receiver.dispatch(signed.drop)
    for delivery in signed.drop.fetch(SENDER):
        assert delivery.parts is not None
        signed.drop.settle(SENDER, delivery, is_refused=False)
        forged = vnsign.sign_statement(delivery.parts.receipt or b"", other)
        lay(signed, Parts(receipt=delivery.parts.receipt, receipt_cms=forged), recipient=SENDER)
    assert {r.outcome for r in signed.sender.collect(signed.drop)} == {InboxOutcome.NOT_AUTHENTIC}
    assert signed.sender.knowledge("d")[0].facts == frozenset()


def test_one_changed_byte_of_the_message_is_not_authentic(signed: Signed, sealed: bytes) -> None:
    """Corrupted on the way but still readable: refused; the intact repetition is accepted.

    QĐ 28/2018 Điều 6.1: "Văn bản điện tử phải được bảo đảm tính xác thực về nguồn gốc, sự toàn vẹn, an toàn thông
        tin, dữ liệu trong quá trình gửi, nhận, xử lý và lưu trữ."
    """
    parts = send(signed, sealed)
    broken = (parts.message or b"").replace("về việc thử".encode(), "về việc thừ".encode())
    assert isinstance(parse_message(broken), NewDocument)
    lay(signed, replace(parts, message=broken))
    assert [r.outcome for r in signed.receiver.collect(signed.drop)] == [InboxOutcome.NOT_AUTHENTIC]
    lay(signed, parts)
    exchange(signed)
    assert signed.sender.knowledge("d")[0].facts == {ReceiptKind.ARRIVED}


def test_without_revocation_lists_nothing_is_decided(signed: Signed, sealed: bytes) -> None:
    """Could not check is neither accepted nor refused: it waits in the drop."""
    lay(signed, send(signed, sealed))
    post = Post(
        signer=ReceiptSigner(signer=signed.keys[RECEIVER]),
        peers=PeerChecker(
            trust=signed.people.trust, directory={SENDER: frozenset({certificate_sha256(signed.keys[SENDER])})}
        ),
        documents=SignatureChecker(trust=signed.people.trust, online=False),
    )
    blind = Office(signed.receiver._store, replace(signed.receiver._desk, post=post))
    assert [r.outcome for r in blind.collect(signed.drop)] == [InboxOutcome.UNDECIDED]
    assert blind.incoming() == ()
    exchange(signed)
    assert signed.sender.knowledge("d")[0].facts == {ReceiptKind.ARRIVED}


@pytest.mark.slow
def test_a_message_built_again_is_another_message(signed: Signed, sealed: bytes) -> None:
    """Identity is the bytes: a rebuilt message with another subject, signed by its sender, is a conflict."""
    parts = send(signed, sealed)
    lay(signed, parts)
    signed.receiver.collect(signed.drop)
    message = parse_message(parts.message or b"")
    assert isinstance(message, NewDocument)
    data = build_message(replace(message, subject="về việc khác"))
    lay(signed, Parts(message=data, message_cms=vnsign.sign_statement(data, signed.keys[SENDER])))
    assert [r.outcome for r in signed.receiver.collect(signed.drop)] == [InboxOutcome.CONFLICT]
