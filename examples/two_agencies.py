"""A sealed document reaches another agency and comes back as knowledge. Writes into ./two-agencies."""

from datetime import UTC, datetime
from pathlib import Path

import docflow
import vnsign
from docflow import printing, signing
from docflow.demo.images import draw_seal, draw_signature  # stand-ins for the scanned images an agency has

OUT = Path("two-agencies")
PROVINCE, DEPARTMENT = "ỦY BAN NHÂN DÂN TỈNH AN BÌNH", "SỞ KHOA HỌC VÀ CÔNG NGHỆ"
LEADER = "Nguyễn Văn An"

listener = vnsign.listen()
authority = vnsign.Authority.create(
    OUT / "authority",
    name="An Bình",
    organization="CƠ QUAN CHỨNG THỰC SỐ THỬ NGHIỆM",
    base_url=listener.base_url,
    passphrase=b"correct horse battery staple",
    clock=vnsign.SystemClock(),
)
trust = vnsign.TrustStore(anchors=authority.certificates()[:1])


def signer(profile: vnsign.CertificateProfile, name: str, organization: str) -> vnsign.Signer:
    """Certify a key and make it ready to sign."""
    subject = vnsign.Subject(common_name=name, organization=organization)
    holder = vnsign.Holder.AGENCY if profile is vnsign.CertificateProfile.AGENCY_SEAL else vnsign.Holder.PERSON
    return vnsign.Signer.from_credential(authority.enroll(profile, subject), holder=holder)


leader = signer(vnsign.CertificateProfile.OFFICIAL, LEADER, PROVINCE)
stamp = signer(vnsign.CertificateProfile.AGENCY_SEAL, PROVINCE, PROVINCE)
services = {  # receipts are signed by service keys; each side knows the other's certificate
    "H99": signer(vnsign.CertificateProfile.SERVICE, "Hệ thống H99", PROVINCE),
    "H99.12": signer(vnsign.CertificateProfile.SERVICE, "Hệ thống H99.12", DEPARTMENT),
}
directory = {code: frozenset({signing.certificate_sha256(key)}) for code, key in services.items()}


def open_office(code: str, name: str, abbreviation: str) -> docflow.Office:
    """Open an agency's office with everything it needs to deal with others."""
    return docflow.Office.open(
        OUT / code,
        agency=docflow.Agency(
            code=docflow.parse_agency_code(code), name=name, abbreviation=abbreviation, place="An Bình"
        ),
        verifier=signing.SignatureChecker(trust=trust),
        post=docflow.Post(
            signer=signing.ReceiptSigner(signer=services[code]),
            peers=signing.PeerChecker(trust=trust, directory=directory, revocation=vnsign.HttpRevocationSource()),
            documents=signing.SignatureChecker(trust=trust, online=False),  # B-LT brings its own evidence
        ),
    )


def issue(office: docflow.Office, tsa: str) -> None:
    """Bring one document from draft to seal; examples/main_job.py explains each step."""
    fonts, subject = signing.bundled_fonts(), "Thực hiện gửi, nhận văn bản điện tử"
    body = (printing.BodyParagraph(text="Đề nghị cơ quan nghiên cứu, thực hiện."),)
    paper = printing.OfficialDocument(
        agency=PROVINCE, symbol="TB-UBND", place="An Bình", type_name="THÔNG BÁO", subject=subject, body=body,
        positions=("CHỦ TỊCH",), signer_name=LEADER, recipients=("Sở KH&CN", "Lưu: VT"), drafted_at=datetime.now(UTC),
    )  # fmt: skip
    prepared = signing.prepare_for_signing(printing.compose_document(paper, fonts=fonts))
    to = docflow.Addressee(name="Sở Khoa học và Công nghệ", code=docflow.parse_agency_code("H99.12"))
    draft = docflow.Draft(
        type=docflow.DocumentType.THONG_BAO, subject=subject, signer_name=LEADER, signer_position="Chủ tịch",
        addressees=(to,),
    )  # fmt: skip
    office.draft(draft, actor="Trần Thị Bình", document_id="tb", pdf=prepared)
    office.approve("tb", actor="Lê Văn Cường")
    signed = signing.sign_as_leader(prepared, leader, image=draw_signature(LEADER), tsa=tsa)
    office.leader_signed("tb", signed, actor=LEADER)
    issued = office.issue("tb", actor="Văn thư")
    numbered = signing.write_number(signed, number=issued.symbol, place_and_date=issued.place_and_date)
    image = draw_seal(PROVINCE, font=fonts.bold)
    office.sealed("tb", signing.seal(numbered, stamp, image=image, tsa=tsa, trust=trust), actor="Văn thư")


drop = docflow.FileDrop(OUT / "drop")
with (
    vnsign.serve(vnsign.create_app(authority), listener=listener) as service,
    open_office("H99", PROVINCE, "UBND") as province,
    open_office("H99.12", DEPARTMENT, "SKHCN") as department,
):
    issue(province, f"{service.base_url}/tsa")
    province.dispatch(drop)
    department.collect(drop)  # integrity, sender, signatures; then a receipt: arrived (01)
    (incoming,) = department.incoming()
    department.accept(incoming.id, actor="Văn thư")  # số đến (03)
    department.assign(incoming.id, actor="Giám đốc", to="Văn phòng Sở")  # (04)
    department.progress(incoming.id, actor="Chuyên viên")  # (05)
    department.complete(incoming.id, actor="Chuyên viên")  # (06)
    department.dispatch(drop)
    province.collect(drop)
    for known in province.knowledge("tb"):
        print(known.addressee, known.stage, sorted(known.facts))
