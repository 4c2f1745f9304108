"""Roles of Decree 30: attachments, copies, initials, joint documents; judged by pyHanko and poppler."""

from __future__ import annotations

import asyncio
import hashlib
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

import vnsign
from tests.materials import (
    LEADER,
    HandClock,
    Office,
    leader_signed,
    make_office,
    numbered,
    picture,
    plain_pdf,
    prepared_pdf,
    sealed,
)
from tests.support import require_tool
from vnsign.pki.credentials import Credential

NUMBER = "15/QĐ-UBND"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One authority for the module, at 08:05:09 in Vietnam on 3 February 2026."""
    clock = HandClock(datetime(2026, 2, 3, 1, 5, 9, tzinfo=UTC))
    return make_office(tmp_path_factory.mktemp("authority"), clock=clock)


@pytest.fixture(scope="module")
def main_document(office: Office) -> bytes:
    """A whole issued document with the number above."""
    return sealed(office)


def seal_attachment(office: Office, pdf: bytes | None = None, **wanted: object) -> bytes:
    """Sign an attachment, with what matters in the test."""
    options = {
        "attachment": vnsign.SealedAttachment(number_symbol=NUMBER, main_sha256="0" * 64),
        "tsa": office.tsa,
        "revocation": office.crls,
        "clock": office.clock,
    } | wanted
    return vnsign.seal_attachment_pdf(pdf or plain_pdf(), office.seal, **options)  # type: ignore[arg-type]  # mixed words


def seal_copy(office: Office, form: vnsign.CopyForm, direction: vnsign.CopyDirection, **wanted: object) -> bytes:
    """Sign a copy, with what matters in the test."""
    copy = vnsign.SealedCopy(form=form, direction=direction)
    options = {"tsa": office.tsa, "revocation": office.crls, "clock": office.clock} | wanted
    return vnsign.seal_copy_pdf(plain_pdf(), office.seal, copy=copy, **options)  # type: ignore[arg-type]  # mixed words


def refusal(action: object) -> vnsign.ErrorCode:
    """Return the code of the error that an action ends in."""
    with pytest.raises(vnsign.VnsignError) as refused:
        action()  # type: ignore[operator]  # a lambda of the test
    return refused.value.code


def pyhanko_says(pdf: bytes, office: Office) -> list[PdfSignatureStatus]:
    """Return pyHanko's own status of each signature, at the office's time."""
    root = asn1_x509.Certificate.load(office.trust.anchors[0].public_bytes(Encoding.DER))
    return [
        asyncio.run(
            async_validate_pdf_signature(
                signature, signer_validation_context=ValidationContext(trust_roots=[root], moment=office.clock.now())
            )
        )
        for signature in PdfFileReader(BytesIO(pdf)).embedded_signatures
    ]


def seen_text(pdf: bytes, tmp_path: Path) -> str:
    """Return the text that poppler sees on the first page, looks of fields included."""
    path = tmp_path / "seen.pdf"
    path.write_bytes(pdf)
    return subprocess.run(
        [require_tool("pdftotext"), "-l", "1", "-layout", path, "-"], capture_output=True, text=True, check=True
    ).stdout


def test_an_attachment_shows_number_and_time_and_no_image(office: Office, main_document: bytes, tmp_path: Path) -> None:
    """PL I II.8.b: signed by the agency alone; the main document proves itself and its number."""
    attachment = vnsign.SealedAttachment(number_symbol=NUMBER, main=main_document)

    signed = seal_attachment(office, attachment=attachment, trust=office.trust)

    assert "Số: 15/QĐ-UBND; 03/02/2026; 08:05:09 +07:00" in seen_text(signed, tmp_path)
    assert b"/Subtype /Image" not in signed
    (status,) = pyhanko_says(signed, office)
    assert status.bottom_line
    report = vnsign.verify_pdf(signed, trust=office.trust, at=office.clock.now())
    assert report.signatures[0].level is vnsign.Level.PADES_B_LT
    (signature,) = PdfFileReader(BytesIO(signed)).embedded_signatures
    assert hashlib.sha256(main_document).hexdigest() in signature.sig_object["/Reason"]


def test_a_prepared_field_shows_the_text_in_its_own_place(office: Office, tmp_path: Path) -> None:
    """The field stood there: no second one is made."""
    box = vnsign.Box(page=0, x=100, y=500, width=300, height=30)
    prepared = vnsign.prepare_pdf(
        plain_pdf(), signature_fields=[vnsign.SignatureFieldSpec(name="Agency", label="Agency", box=box)]
    )

    signed = seal_attachment(office, prepared, field="Agency", level="B-T")

    assert NUMBER in seen_text(signed, tmp_path)
    assert [s.field for s in vnsign.inspect_pdf(signed, trust=office.trust).signatures] == ["Agency"]


def test_an_attachment_of_an_unsigned_document_is_refused(office: Office) -> None:
    """Điều 32.2: of a document that the authorised person has signed."""
    attachment = vnsign.SealedAttachment(number_symbol=NUMBER, main=plain_pdf())

    assert refusal(lambda: seal_attachment(office, attachment=attachment, trust=office.trust)) is (
        vnsign.ErrorCode.SEAL_REFUSED
    )
    assert refusal(lambda: seal_attachment(office, attachment=attachment)) is vnsign.ErrorCode.BAD_ARGUMENT


def test_an_attachment_with_another_number_is_refused(office: Office, main_document: bytes) -> None:
    """The main document bears 15/QĐ-UBND."""
    attachment = vnsign.SealedAttachment(number_symbol="16/QĐ-UBND", main=main_document)

    assert refusal(lambda: seal_attachment(office, attachment=attachment, trust=office.trust)) is (
        vnsign.ErrorCode.SEAL_REFUSED
    )


@pytest.mark.parametrize(
    "words",
    [
        {"number_symbol": " ", "main_sha256": "0" * 64},
        {"number_symbol": NUMBER},
        {"number_symbol": NUMBER, "main": b"x", "main_sha256": "0" * 64},
        {"number_symbol": NUMBER, "main_sha256": "0"},
    ],
    ids=["no number", "no document", "two documents", "no digest"],
)
def test_an_attachment_names_exactly_one_main_document(words: dict[str, str]) -> None:
    """By its bytes or by their digest."""
    assert refusal(lambda: vnsign.SealedAttachment(**words)) is vnsign.ErrorCode.BAD_ARGUMENT  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("form", "direction"),
    [
        (vnsign.CopyForm.SAO_Y, vnsign.CopyDirection.PAPER_TO_ELECTRONIC),
        (vnsign.CopyForm.TRICH_SAO, vnsign.CopyDirection.ELECTRONIC_TO_ELECTRONIC),
    ],
)
def test_a_copy_shows_form_agency_and_time(
    office: Office, form: vnsign.CopyForm, direction: vnsign.CopyDirection, tmp_path: Path
) -> None:
    """PL I Phần II I.3.

    NĐ 30/2020 Điều 25.4: "Thể thức và kỹ thuật trình bày bản sao y, sao lục, trích sao được thực hiện theo quy định
        tại Phụ lục I Nghị định này."
    """
    signed = seal_copy(office, form, direction)

    assert f"{form}; UBND tỉnh An Bình; 03/02/2026; 08:05:09 +07:00" in seen_text(signed, tmp_path)
    assert [s.bottom_line for s in pyhanko_says(signed, office)] == [True]


@pytest.mark.parametrize(
    ("form", "direction"),
    [
        (vnsign.CopyForm.SAO_Y, vnsign.CopyDirection.ELECTRONIC_TO_ELECTRONIC),
        (vnsign.CopyForm.SAO_LUC, vnsign.CopyDirection.ELECTRONIC_TO_ELECTRONIC),
        (vnsign.CopyForm.SAO_Y, vnsign.CopyDirection.ELECTRONIC_TO_PAPER),
    ],
)
def test_a_copy_that_the_decree_does_not_know_is_refused(
    office: Office, form: vnsign.CopyForm, direction: vnsign.CopyDirection
) -> None:
    """Điều 25: no whole copy from electronic to electronic; paper carries the wet seal."""
    assert refusal(lambda: seal_copy(office, form, direction)) is vnsign.ErrorCode.SEAL_REFUSED


def test_the_agencys_key_signs_only_through_the_seal_verbs(office: Office) -> None:
    """Neither a document nor a statement."""
    refused = [
        lambda: vnsign.sign_pdf(plain_pdf(), office.seal, check_status=False),
        lambda: vnsign.sign_statement(b"receipt", office.seal),
        lambda: vnsign.seal_pdf(
            numbered(leader_signed(office)),
            office.seal,
            field="x",
            trust=office.trust,
            tsa=office.tsa,
            purpose=vnsign.SealPurpose.COPY,
        ),
    ]

    assert {refusal(action) for action in refused} == {vnsign.ErrorCode.SEAL_REFUSED}


def test_a_persons_key_never_seals(office: Office) -> None:
    """All three verbs want the agency's."""
    person = replace(office, seal=office.leader)
    refused = [
        lambda: sealed(person),
        lambda: seal_attachment(person),
        lambda: seal_copy(person, vnsign.CopyForm.SAO_Y, vnsign.CopyDirection.PAPER_TO_ELECTRONIC),
    ]

    assert {refusal(action) for action in refused} == {vnsign.ErrorCode.SEAL_REFUSED}


def field(name: str, x: float, y: float, locks: tuple[str, ...] = ()) -> vnsign.SignatureFieldSpec:
    """Return a signature field of 128 × 62 points."""
    box = vnsign.Box(page=0, x=x, y=y, width=128, height=62)
    return vnsign.SignatureFieldSpec(name=name, label=name, box=box, locks=locks)


def number_field() -> vnsign.TextFieldSpec:
    """Return the text field of the number."""
    return vnsign.TextFieldSpec(name="so", label="Số", page=0, x=120, baseline=700, width=150, size=13)


def sign(office: Office, pdf: bytes, signer: vnsign.Signer, name: str, *, certify: bool = False) -> bytes:
    """Sign a prepared field at B-T as a person."""
    return vnsign.sign_pdf(
        pdf,
        signer,
        field=name,
        certify=certify,
        level="B-T",
        tsa=office.tsa,
        image=picture(),
        revocation=office.crls,
        clock=office.clock,
    )


def put_seal(office: Office, pdf: bytes, name: str, *, level: str = "B-LT") -> bytes:
    """Seal a prepared field."""
    return vnsign.seal_pdf(
        pdf,
        office.seal,
        field=name,
        level=level,
        trust=office.trust,
        tsa=office.tsa,
        image=picture((200, 0, 0)),
        revocation=office.crls,
        clock=office.clock,
    )


def test_initials_certify_and_the_leader_approves(office: Office) -> None:
    """Ký nháy before the leader: the first initials certify with P=2; number and seal follow as ever."""
    prepared = vnsign.prepare_pdf(
        plain_pdf(),
        text_fields=[number_field()],
        signature_fields=[
            field("KyNhay", 450, 300),
            field("ChuKyNguoiKy", 300, 200),
            field("ConDauCoQuan", 240, 190, ("KyNhay", "ChuKyNguoiKy")),
        ],
    )

    initialled = sign(office, prepared, office.deputy, "KyNhay", certify=True)
    approved = sign(office, initialled, office.leader, "ChuKyNguoiKy")
    signed = put_seal(office, vnsign.fill_pdf(approved, {"so": NUMBER}), "ConDauCoQuan")

    initials, leader, seal = pyhanko_says(signed, office)
    assert [initials.bottom_line, leader.bottom_line, seal.bottom_line] == [True] * 3
    assert leader.modification_level is ModificationLevel.FORM_FILLING
    assert seal.modification_level in {ModificationLevel.NONE, ModificationLevel.LTA_UPDATES}
    assert vnsign.verify_pdf(signed, trust=office.trust, at=office.clock.now()).verdict is vnsign.Verdict.TOTAL_PASSED


def test_a_joint_document_bears_several_leaders_and_seals(office: Office) -> None:
    """Liên tịch: two leaders, the number, two seals; the last seal locks both leaders' fields."""
    leaders = ("ChuKyNguoiKy", "ChuKyNguoiKy2")
    prepared = vnsign.prepare_pdf(
        plain_pdf(),
        text_fields=[number_field()],
        signature_fields=[
            field(leaders[0], 100, 200),
            field(leaders[1], 350, 200),
            field("ConDauCoQuan", 60, 190),
            field("ConDauCoQuan2", 310, 190, leaders),
        ],
    )

    one = sign(office, prepared, office.leader, leaders[0], certify=True)
    both = vnsign.fill_pdf(sign(office, one, office.deputy, leaders[1]), {"so": NUMBER})
    signed = put_seal(office, put_seal(office, both, "ConDauCoQuan", level="B-T"), "ConDauCoQuan2")

    statuses = pyhanko_says(signed, office)
    assert [s.bottom_line for s in statuses] == [True] * 4
    report = vnsign.verify_pdf(signed, trust=office.trust, at=office.clock.now())
    assert len(report.signatures) == 4
    assert {s.level for s in report.signatures} == {vnsign.Level.PADES_B_LT}
    changed = vnsign.VnsignError
    with pytest.raises(changed):
        vnsign.fill_pdf(signed, {"so": "99/QĐ-UBND"})


def test_the_agency_is_not_its_own_authorised_person(office: Office) -> None:
    """Two signatures by one certificate are not "a person, then the agency" (NĐ 30/2020 Điều 32.2)."""
    alone = replace(office, leader=office.deputy, seal=replace(office.deputy, holder=vnsign.Holder.AGENCY))

    with pytest.raises(vnsign.UsageError) as error:
        sealed(alone, numbered(leader_signed(alone)))

    assert error.value.code is vnsign.ErrorCode.SEAL_REFUSED


@pytest.mark.parametrize("name", ["UBND tỉnh An Bình", "ubnd  TỈNH an bình"])
def test_a_certificate_that_names_an_organization_does_not_sign_as_a_person(office: Office, name: str) -> None:
    """Whoever forgets to declare the agency's key is refused where the certificate itself tells (design.md §3)."""
    subject = vnsign.Subject(common_name=name, organization="UBND tỉnh An Bình")
    credential = office.authority.enroll(vnsign.CertificateProfile.AGENCY_SEAL, subject)

    with pytest.raises(vnsign.UsageError) as error:
        vnsign.sign_pdf(plain_pdf(), vnsign.Signer.from_credential(credential), check_status=False)

    assert error.value.code is vnsign.ErrorCode.SEAL_REFUSED
    assert "Holder.AGENCY" in str(error.value)


def test_a_document_without_its_number_is_not_sealed(office: Office) -> None:
    """The seal's lock closes the number's field: a document sealed without it could never get one."""
    with pytest.raises(vnsign.UsageError) as error:
        sealed(office, leader_signed(office))

    assert error.value.code is vnsign.ErrorCode.SEAL_REFUSED


@pytest.mark.parametrize(
    ("filled", "missing"),
    [({"so": "15/QĐ-UBND"}, "date"), ({"so": "  ", "ngay": "x"}, "number"), ({"ngay": "x"}, "number")],
)
def test_a_blank_number_or_date_is_not_sealed(filled: dict[str, str], missing: str, office: Office) -> None:
    """The seal's lock closes both fields: what is blank then stays blank (NĐ 30/2020 Điều 15, 32)."""
    with pytest.raises(vnsign.UsageError, match=f"no {missing}") as error:
        sealed(office, vnsign.fill_pdf(leader_signed(office), filled))

    assert error.value.code is vnsign.ErrorCode.SEAL_REFUSED


@pytest.mark.parametrize("name", ["UBND tỉnh An Bình", "Sở Y tế"], ids=["its other certificate", "another agency"])
def test_no_agency_is_the_authorised_person(name: str, office: Office) -> None:
    """Another program may sign with an agency's key first: no person has signed then (NĐ 30/2020 Điều 32.2)."""
    subject = vnsign.Subject(common_name=name, organization=name)
    credential = office.authority.enroll(vnsign.CertificateProfile.AGENCY_SEAL, subject)
    document = signed_elsewhere(prepared_pdf(), credential, office)

    with pytest.raises(vnsign.UsageError, match="nobody but an agency") as error:
        sealed(office, numbered(document))
    attached = vnsign.SealedAttachment(number_symbol=NUMBER, main=document)
    refused = refusal(lambda: seal_attachment(office, attachment=attached, trust=office.trust))

    assert error.value.code is refused is vnsign.ErrorCode.SEAL_REFUSED


def signed_elsewhere(pdf: bytes, credential: Credential, office: Office) -> bytes:
    """Return a PDF that pyHanko has signed, who asks nobody whose key it is."""
    signer = signers.SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(credential.certificate.public_bytes(Encoding.DER)),
        signing_key=asn1_keys.PrivateKeyInfo.load(
            credential.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        ),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
    )
    signer.cert_registry.register_multiple(
        [asn1_x509.Certificate.load(each.public_bytes(Encoding.DER)) for each in office.authority.certificates()]
    )
    meta = signers.PdfSignatureMetadata(
        field_name=LEADER, subfilter=fields.SigSeedSubFilter.PADES, signer_key_usage={"digital_signature"}
    )
    out = asyncio.run(signers.async_sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), meta, signer=signer))
    return bytes(out.getvalue())


def test_an_attachment_of_a_document_without_its_number_is_refused(office: Office) -> None:
    """What it shows is the number of its document, which has none yet."""
    attached = vnsign.SealedAttachment(number_symbol=NUMBER, main=leader_signed(office))

    code = refusal(lambda: seal_attachment(office, attachment=attached, trust=office.trust))

    assert code is vnsign.ErrorCode.SEAL_REFUSED
