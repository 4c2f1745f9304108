"""One official document from draft to proof: signed by a leader, numbered, sealed, verified. Writes into ./main-job."""

from datetime import UTC, datetime
from pathlib import Path

import docflow
import vnsign
from docflow import printing, signing
from docflow.demo.images import draw_seal, draw_signature  # stand-ins for the scanned images an agency has

OUT = Path("main-job")
AGENCY, LEADER = "ỦY BAN NHÂN DÂN TỈNH AN BÌNH", "Nguyễn Văn An"

# An authority of our own; CRL and time-stamping over HTTP on loopback.
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


def signer(profile: vnsign.CertificateProfile, name: str, holder: vnsign.Holder) -> vnsign.Signer:
    """Certify a key and make it ready to sign."""
    subject = vnsign.Subject(common_name=name, organization=AGENCY)
    return vnsign.Signer.from_credential(authority.enroll(profile, subject), holder=holder)


leader = signer(vnsign.CertificateProfile.OFFICIAL, LEADER, vnsign.Holder.PERSON)
stamp = signer(vnsign.CertificateProfile.AGENCY_SEAL, AGENCY, vnsign.Holder.AGENCY)  # signs only through the seal verbs

# The document in the layout of Decree 30, with prepared fields where number, date and signatures will stand.
fonts = signing.bundled_fonts()
document = printing.OfficialDocument(
    agency=AGENCY,
    symbol="QĐ-UBND",
    place="An Bình",
    type_name="QUYẾT ĐỊNH",
    subject="Ban hành Quy chế tiếp công dân",
    body=(printing.BodyParagraph(lead="Điều 1.", text="Ban hành kèm theo Quyết định này Quy chế tiếp công dân."),),
    positions=("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"),
    signer_name=LEADER,
    recipients=("Như Điều 1", "Lưu: VT"),
    drafted_at=datetime.now(UTC),
)
prepared = signing.prepare_for_signing(printing.compose_document(document, fonts=fonts))

agency = docflow.Agency(code=docflow.parse_agency_code("H99"), name=AGENCY, abbreviation="UBND", place="An Bình")
draft = docflow.Draft(
    type=docflow.DocumentType.QUYET_DINH,
    subject=document.subject,
    signer_name=LEADER,
    signer_position="Chủ tịch",
    addressees=(docflow.Addressee(name="Các sở, ban, ngành tỉnh"),),
)
checker = signing.SignatureChecker(trust=trust)
with vnsign.serve(vnsign.create_app(authority), listener=listener) as service:
    tsa = f"{service.base_url}/tsa"
    with docflow.Office.open(OUT / "office", agency=agency, verifier=checker) as office:
        office.draft(draft, actor="Trần Thị Bình", document_id="quy-che", pdf=prepared)
        office.approve("quy-che", actor="Lê Văn Cường")
        signed = signing.sign_as_leader(prepared, leader, image=draw_signature(LEADER), tsa=tsa)
        office.leader_signed("quy-che", signed, actor=LEADER)
        issued = office.issue("quy-che", actor="Văn thư")  # number, row, audit leaf, outbox: one transaction
        numbered = signing.write_number(signed, number=issued.symbol, place_and_date=issued.place_and_date)
        image = draw_seal(AGENCY, font=fonts.bold)
        sealed = signing.seal(numbered, stamp, image=image, tsa=tsa, trust=trust)
        office.sealed("quy-che", sealed, actor="Văn thư")
        (OUT / "sealed.pdf").write_bytes(sealed)
        (OUT / "proof.txt").write_text(office.inclusion_proof("quy-che"), encoding="utf-8")

# Anyone, offline, with nothing but the file and the anchors:
for signature in vnsign.verify_pdf(sealed, trust=trust, file="sealed.pdf").signatures:
    print(signature.signer, signature.indication, signature.level, signature.modifications)
print(issued.symbol, "|", issued.place_and_date)
