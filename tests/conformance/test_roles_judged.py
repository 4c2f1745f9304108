"""Every role of Decree 30/2020 before foreign judges: each signature of each file, by RSA keys, which all of them know.

Source: NĐ 30/2020/NĐ-CP Điều 25, 32.2, 33.2; Phụ lục I Phần I mục II.7.d, II.8, Phần II mục I.3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import vnsign
from tests.documents_kit import NAME, POSITION, official_page
from tests.evidence_kit import Site, running_site
from tests.judges import TIMESTAMP, Said, java_says, make_nss, openssl_says, poppler_says, pyhanko_says, qpdf_says
from tests.materials import picture
from vnsign import CopyDirection, CopyForm, Holder, KeyAlgorithm, Signer

pytestmark = [pytest.mark.slow]

NUMBER = "15/QĐ-UBND"
RED = (200, 0, 0)
PERSONS, SEALS = ("ChuKyNguoiKy", "ChuKyNguoiKy2"), ("ConDauCoQuan", "ConDauCoQuan2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everybody who signs, with RSA keys."""

    site: Site
    leader: Signer
    deputy: Signer
    seal: Signer
    other_seal: Signer

    @classmethod
    def at(cls, site: Site) -> Desk:
        """Enrol them."""

        def signer(name: str, holder: Holder, *, organization: str = "UBND tỉnh An Bình") -> Signer:
            profile = vnsign.CertificateProfile.AGENCY_SEAL if holder is Holder.AGENCY else None
            enrolled = site.authority.enroll(
                profile or vnsign.CertificateProfile.OFFICIAL,
                vnsign.Subject(common_name=name, organization=organization),
                key_algorithm=KeyAlgorithm.RSA_2048,
            )
            return Signer.from_credential(enrolled, holder=holder)

        return cls(
            site=site,
            leader=signer("Nguyễn Văn Ổn", Holder.PERSON),
            deputy=signer("Lê Thị Ủy", Holder.PERSON),
            seal=signer("UBND tỉnh An Bình", Holder.AGENCY),
            other_seal=signer("Sở Nội vụ", Holder.AGENCY, organization="Sở Nội vụ"),
        )

    def person(self, pdf: bytes, signer: Signer, field: str, *, certify: bool = False) -> bytes:
        """Sign a prepared field as a person."""
        return vnsign.sign_pdf(
            pdf,
            signer,
            field=field,
            certify=certify,
            level="B-T",
            tsa=self.site.tsa,
            image=picture(),
            revocation=self.site.source(),
        )

    def agency(self, pdf: bytes, field: str = SEALS[0], level: str = "B-LT") -> bytes:
        """Seal a prepared field."""
        return vnsign.seal_pdf(
            pdf,
            self.seal if field == SEALS[0] else self.other_seal,
            field=field,
            trust=self.site.trust,
            level=level,
            tsa=self.site.tsa,
            image=picture(RED),
            revocation=self.site.source(),
        )


def prepared(persons: int = 1) -> bytes:
    """Return a page of a word processor with the fields of the recipe, for one leader or two."""
    page = official_page()
    first = vnsign.find_place(page, position=POSITION, name=NAME, size_mm=(45, 22))
    second = vnsign.Place(page=1, at_mm=(40.0, first.at_mm[1]), size_mm=(45, 22))
    return vnsign.prepare_official_pdf(page, persons=[first, second][:persons], seal_mm=(36, 36))


def numbered(pdf: bytes) -> bytes:
    """Fill in number and date."""
    return vnsign.fill_pdf(pdf, {"so": "15", "ngay": "03", "thang": "02"})


def led(desk: Desk) -> bytes:
    """The authorised person alone."""
    return desk.person(prepared(), desk.leader, PERSONS[0], certify=True)


def issued(desk: Desk) -> bytes:
    """Leader, number, seal."""
    return desk.agency(numbered(led(desk)))


def archived(desk: Desk) -> bytes:
    """Leader, number, seal, archive timestamp."""
    return desk.agency(numbered(led(desk)), level="B-LTA")


def attached(desk: Desk) -> bytes:
    """An attachment in a file of its own."""
    main = issued(desk)
    return vnsign.seal_attachment_pdf(
        official_page(),
        desk.seal,
        attachment=vnsign.SealedAttachment(number_symbol="15/QĐ-UBND", main=main),
        trust=desk.site.trust,
        tsa=desk.site.tsa,
        revocation=desk.site.source(),
    )


def copied(desk: Desk) -> bytes:
    """A copy of a paper document."""
    return vnsign.seal_copy_pdf(
        official_page(),
        desk.seal,
        copy=vnsign.SealedCopy(form=CopyForm.SAO_Y, direction=CopyDirection.PAPER_TO_ELECTRONIC),
        tsa=desk.site.tsa,
        revocation=desk.site.source(),
    )


def initialled(desk: Desk) -> bytes:
    """Initials certify, the leader approves, then number and seal."""
    fields = [
        vnsign.SignatureFieldSpec(
            name=name, label=name, box=vnsign.Box(page=0, x=x, y=y, width=w, height=h), locks=locks
        )
        for name, x, y, w, h, locks in (
            ("KyNhay", 60, 420, 60, 30, ()),
            (PERSONS[0], 340, 300, 128, 62, ()),
            (SEALS[0], 280, 280, 102, 102, ("KyNhay", PERSONS[0])),
        )
    ]
    number = vnsign.TextFieldSpec(name="so", label="Số", page=0, x=60, baseline=700, width=150, size=13)
    first = vnsign.prepare_pdf(official_page(), text_fields=[number], signature_fields=fields)
    both = desk.person(desk.person(first, desk.deputy, "KyNhay", certify=True), desk.leader, PERSONS[0])
    return desk.agency(vnsign.fill_pdf(both, {"so": NUMBER}))


def joint(desk: Desk) -> bytes:
    """Two leaders, the number, two seals."""
    one = desk.person(prepared(2), desk.leader, PERSONS[0], certify=True)
    both = numbered(desk.person(one, desk.deputy, PERSONS[1]))
    return desk.agency(desk.agency(both, SEALS[0], "B-T"), SEALS[1])


ROLES: dict[str, tuple[Callable[[Desk], bytes], int]] = {
    "leader": (led, 1),
    "seal": (issued, 2),
    "seal, archived": (archived, 2),
    "attachment": (attached, 1),
    "copy": (copied, 1),
    "initials": (initialled, 3),
    "joint": (joint, 4),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Court:
    """The files, and what Java said of them."""

    site: Site
    nss: Path
    files: dict[str, Path]
    java: dict[Path, list[Said]]


@pytest.fixture(scope="module")
def court(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Court]:
    """Make one file of each role; start Java once."""
    folder = tmp_path_factory.mktemp("roles")
    with running_site(folder / "ca") as site:
        desk, files = Desk.at(site), {}
        for number, (role, (make, _)) in enumerate(ROLES.items()):
            files[role] = folder / f"{number}.pdf"
            files[role].write_bytes(make(desk))
        nss = make_nss(folder / "nss", site.trust.anchors[0])
        yield Court(site=site, nss=nss, files=files, java=java_says([*files.values()], folder))


@pytest.mark.parametrize("role", ROLES)
def test_every_judge_accepts_every_signature_of_the_role(role: str, court: Court, tmp_path: Path) -> None:
    """PDFBox, iText 5, poppler, pyHanko, openssl cms -cades, and qpdf about the syntax."""
    path, root = court.files[role], court.site.trust.anchors[0]
    pdf = path.read_bytes()
    judged = [
        *court.java[path],
        *poppler_says(path, court.nss),
        *pyhanko_says(pdf, root),
        *openssl_says(pdf, root, tmp_path),
    ]
    for judge in ("pdfbox", "itext", "poppler", "pyhanko", "openssl"):
        said = [each for each in judged if each.judge == judge and "is not signed" not in each.words]
        signatures = [each for each in said if each.kind != TIMESTAMP]
        assert len(signatures) == ROLES[role][1], (judge, said)
        # pdfsig does not verify document timestamps (see test_judges)
        assert all(each.is_valid for each in said if each.kind != TIMESTAMP or judge != "poppler"), (judge, said)
    checked = qpdf_says(path)
    assert checked.is_valid, checked.words


@pytest.mark.parametrize("role", ROLES)
def test_every_role_ends_in_changes_that_were_permitted(role: str, court: Court) -> None:
    """design.md §3.1: nothing, or what the earlier signer left open."""
    report = vnsign.inspect_pdf(court.files[role].read_bytes(), trust=court.site.trust, revocation=court.site.source())
    assert report.verdict is vnsign.Verdict.TOTAL_PASSED
    allowed = {vnsign.Modifications.NONE, vnsign.Modifications.PERMITTED}
    assert {signature.modifications for signature in report.signatures} <= allowed
