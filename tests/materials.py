"""Real material for tests: an authority, its signers, PDFs to sign. Keys are thrown away; nothing here is mocked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from PIL import Image, ImageDraw
from reportlab.pdfgen import canvas

import vnsign
from tests.rich_pdf import SIGNATURE, rich_pdf
from vnsign.pki.tsp import TimestampRequest, build_request, parse_reply

PASSPHRASE = b"only for tests"
NUMBER, DATE, LEADER, SEAL = "so", "ngay", "ChuKyNguoiKy", "ConDauCoQuan"


@dataclass(slots=True)
class HandClock:
    """A clock that moves only by hand."""

    moment: datetime

    def now(self) -> datetime:
        """Return the moment it was set to."""
        return self.moment


@dataclass(frozen=True, slots=True)
class DirectTsa:
    """The authority's TSA without HTTP: real tokens, no socket."""

    authority: vnsign.Authority

    def timestamp(self, imprint: bytes, hash_algorithm: hashes.HashAlgorithm) -> bytes:
        """Return a real token."""
        request = TimestampRequest(imprint=imprint, hash_name=hash_algorithm.name, nonce=7)
        return parse_reply(self.authority.answer_timestamp(build_request(request)), request).der


@dataclass(frozen=True, slots=True)
class DirectCrls:
    """The authority's CRLs without HTTP."""

    authority: vnsign.Authority

    def crls_for(self, certificate: x509.Certificate) -> Sequence[x509.CertificateRevocationList]:
        """Return the list of the certificate's issuer."""
        root, _ = self.authority.certificates()
        which = "root" if certificate.issuer == root.subject else "issuing"
        return (x509.load_der_x509_crl(self.authority.crl(which)),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """One authority with two persons and an agency.

    Attributes:
        deputy: Somebody who signs second.
        seal: The agency.
    """

    authority: vnsign.Authority
    leader: vnsign.Signer
    deputy: vnsign.Signer
    seal: vnsign.Signer
    trust: vnsign.TrustStore
    tsa: DirectTsa
    crls: DirectCrls
    clock: vnsign.Clock


def make_office(folder: Path, *, clock: vnsign.Clock | None = None) -> Office:
    """Return a new authority in ``folder`` and everybody's signers."""
    clock = clock or vnsign.SystemClock()
    authority = vnsign.Authority.create(
        folder,
        name="Thử",
        organization="Cơ quan thử",
        base_url="http://127.0.0.1:9",
        passphrase=PASSPHRASE,
        clock=clock,
    )

    def signer(profile: vnsign.CertificateProfile, name: str) -> vnsign.Signer:
        subject = vnsign.Subject(common_name=name, organization="UBND tỉnh An Bình")
        holder = vnsign.Holder.AGENCY if profile is vnsign.CertificateProfile.AGENCY_SEAL else vnsign.Holder.PERSON
        return vnsign.Signer.from_credential(authority.enroll(profile, subject), holder=holder)

    return Office(
        authority=authority,
        leader=signer(vnsign.CertificateProfile.OFFICIAL, "Nguyễn Văn Ủy"),
        deputy=signer(vnsign.CertificateProfile.OFFICIAL, "Trần Thị Bình"),
        seal=signer(vnsign.CertificateProfile.AGENCY_SEAL, "UBND tỉnh An Bình"),
        trust=vnsign.TrustStore(anchors=authority.certificates()[:1]),
        tsa=DirectTsa(authority),
        crls=DirectCrls(authority),
        clock=clock,
    )


def plain_pdf(*, pages: int = 1, rotation: int = 0, size: tuple[float, float] = (595.28, 841.89)) -> bytes:
    """Return an ordinary PDF that says on each page which one it is."""
    out = BytesIO()
    drawing = canvas.Canvas(out, pagesize=size, invariant=True)
    for page in range(1, pages + 1):
        drawing.setPageRotation(rotation)
        drawing.drawString(100, 700, f"So: page {page}")
        drawing.showPage()
    drawing.save()
    return out.getvalue()


@lru_cache
def picture(colour: tuple[int, int, int] = (0, 0, 200)) -> bytes:
    """Return a transparent PNG of 45 × 22 mm at 300 dpi with a stroke from bottom left to top right."""
    image = Image.new("RGBA", (531, 260), (0, 0, 0, 0))
    ImageDraw.Draw(image).line((10, 250, 520, 10), fill=(*colour, 255), width=14)
    out = BytesIO()
    image.save(out, "PNG", dpi=(300, 300))
    return out.getvalue()


def prepared_pdf() -> bytes:
    """Return a PDF with the fields of the recipe."""
    return vnsign.prepare_pdf(
        plain_pdf(),
        text_fields=(
            vnsign.TextFieldSpec(name=NUMBER, label="Số", page=0, x=120, baseline=700, width=150, size=13),
            vnsign.TextFieldSpec(
                name=DATE,
                label="Ngày",
                page=0,
                x=320,
                baseline=700,
                width=230,
                size=13,
                style=vnsign.FontStyle.ITALIC,
                alignment=vnsign.Alignment.CENTER,
            ),
        ),
        signature_fields=(
            vnsign.SignatureFieldSpec(
                name=LEADER, label="Người ký", box=vnsign.Box(page=0, x=300, y=200, width=128, height=62)
            ),
            vnsign.SignatureFieldSpec(
                name=SEAL, label="Con dấu", box=vnsign.Box(page=0, x=240, y=180, width=102, height=102), locks=(LEADER,)
            ),
        ),
    )


def leader_signed(office: Office, pdf: bytes | None = None) -> bytes:
    """Return the prepared PDF with the leader's certification signature at B-T."""
    return vnsign.sign_pdf(
        pdf or prepared_pdf(),
        office.leader,
        field=LEADER,
        certify=True,
        level="B-T",
        tsa=office.tsa,
        image=picture(),
        check_status=False,
        clock=office.clock,
    )


def numbered(pdf: bytes, *, number: str = "15/QĐ-UBND") -> bytes:
    """Return a leader-signed PDF with number and date filled in."""
    return vnsign.fill_pdf(pdf, {NUMBER: number, DATE: "An Bình, ngày 05 tháng 01 năm 2026"})


def sealed(office: Office, pdf: bytes | None = None) -> bytes:
    """Return the whole recipe: leader, number, seal, evidence (B-LT)."""
    return vnsign.seal_pdf(
        pdf or numbered(leader_signed(office)),
        office.seal,
        field=SEAL,
        trust=office.trust,
        tsa=office.tsa,
        image=picture((200, 0, 0)),
        revocation=office.crls,
        check_status=False,
        clock=office.clock,
    )


def archived(office: Office) -> bytes:
    """Return the whole recipe with a document timestamp (B-LTA)."""
    return vnsign.extend_pdf(sealed(office), level="B-LTA", tsa=office.tsa, revocation=office.crls, clock=office.clock)


def rich_signed(
    office: Office, pdf: bytes | None = None, *, certify: bool = False, image: bytes | None = None
) -> bytes:
    """Return the page of :mod:`tests.rich_pdf`, or another with its field, signed by the leader at B-LT."""
    return vnsign.sign_pdf(
        rich_pdf() if pdf is None else pdf,
        office.leader,
        field=SIGNATURE,
        certify=certify,
        level="B-LT",
        tsa=office.tsa,
        revocation=office.crls,
        image=image,
        check_status=False,
        clock=office.clock,
    )
