"""PDFs of every kind, signed by us and judged by others: versions, cross-references, protection, earlier signatures.

What is appended changes nothing: the input's bytes stay, its version, tags, metadata and protection too. Of PDF/A it
is shown that fonts are embedded and metadata and output intent untouched; conformance is not claimed.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

import vnsign
from tests.evidence_kit import Site, running_site
from tests.judges import Said, java_says, make_nss, openssl_says, poppler_says, pyhanko_says, qpdf_says
from tests.materials import (
    LEADER,
    PASSPHRASE,
    SEAL,
    DirectCrls,
    DirectTsa,
    Office,
    leader_signed,
    picture,
    plain_pdf,
    prepared_pdf,
)
from tests.support import require_tool
from vnsign import KeyAlgorithm, Signer

pytestmark = [pytest.mark.slow]

#: What a PDF/A export of LibreOffice is told: version A-2b, tagged.
_PDF_A = '{"SelectPdfVersion":{"type":"long","value":"2"},"UseTaggedPDF":{"type":"boolean","value":"true"}}'
_HTML = "<html lang=vi><body><h1>Ủy ban nhân dân</h1><p>Kính gửi: Sở Nội vụ</p></body></html>"


@dataclass(frozen=True, slots=True)
class Stage:
    """What is needed to make inputs."""

    office: Office
    folder: Path
    signer: Signer


def saved(pdf: bytes, **how: object) -> bytes:
    """Return a PDF as qpdf writes it."""
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as document:
        document.save(out, **how)  # type: ignore[arg-type]  # options of several types
    return out.getvalue()


def as_version(version: str, *, streams: bool) -> bytes:
    """Return a PDF of a version, with a cross-reference table or stream."""
    mode = pikepdf.ObjectStreamMode.generate if streams else pikepdf.ObjectStreamMode.disable
    return saved(plain_pdf(), force_version=version, object_stream_mode=mode)


def hybrid() -> bytes:
    """Return a PDF whose last section has a table and, for those who can, a stream with one object more.

    Source: ISO 32000-1 §7.5.8.4.
    """
    base = as_version("1.5", streams=False)
    with pikepdf.open(BytesIO(base)) as document:
        size = len(document.objects) + 1
        root = document.Root.objgen[0]
    before = int(base.rsplit(b"startxref", 1)[1].split()[0])
    hidden, holder, stream = size, size + 1, size + 2
    inner = b"%d 0 " % hidden
    content = inner + b"<</Type/Metadata2/Who(hidden)>>"
    objects = b"%d 0 obj\n<</Type/ObjStm/N 1/First %d/Length %d>>\nstream\n" % (holder, len(inner), len(content))
    first = len(base)
    objects += content + b"\nendstream\nendobj\n"
    second = first + len(objects)
    rows = bytes([2]) + holder.to_bytes(4, "big") + bytes([0])
    rows += bytes([1]) + first.to_bytes(4, "big") + bytes([0])
    objects += b"%d 0 obj\n<</Type/XRef/Size %d/W[1 4 1]/Index[%d 2]/Root %d 0 R/Length %d>>\nstream\n" % (
        stream,
        stream + 1,
        hidden,
        root,
        len(rows),
    )
    objects += rows + b"\nendstream\nendobj\n"
    table = first + len(objects)
    trailer = b"xref\n0 0\ntrailer\n<</Size %d/Root %d 0 R/Prev %d/XRefStm %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        stream + 1,
        root,
        before,
        second,
        table,
    )
    return base + objects + trailer


def with_one_field() -> bytes:
    """Return a PDF with an empty signature field."""
    box = vnsign.Box(page=0, x=300, y=200, width=128, height=62)
    return vnsign.prepare_pdf(
        plain_pdf(), signature_fields=(vnsign.SignatureFieldSpec(name=SEAL, label="Con dấu", box=box),)
    )


def encrypted(revision: int) -> bytes:
    """Return a PDF that anybody may open, restricted by its owner, that allows filling in and signing its fields."""
    allowed = pikepdf.Permissions(modify_other=False, modify_form=True, modify_annotation=False)
    how = pikepdf.Encryption(owner="owner", user="", allow=allowed, R=revision, aes=revision > 3, metadata=revision > 3)  # type: ignore[arg-type]
    return saved(with_one_field(), encryption=how)


def signed_by_pyhanko(stage: Stage, permission: fields.MDPPerm | None = None) -> bytes:
    """Return a PDF that another program signed, or certified, with another key."""
    credential = stage.office.authority.enroll(
        vnsign.CertificateProfile.OFFICIAL, vnsign.Subject(common_name="Khác", organization="UBND")
    )
    vnsign.write_pkcs12(stage.folder / "other.p12", credential, PASSPHRASE)
    signer = signers.SimpleSigner.load_pkcs12(stage.folder / "other.p12", passphrase=PASSPHRASE)
    meta = signers.PdfSignatureMetadata(
        field_name=LEADER,
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=permission is not None,
        docmdp_permissions=permission or fields.MDPPerm.FILL_FORMS,
    )
    out = BytesIO()
    base = prepared_pdf() if permission is not None else plain_pdf()
    signers.sign_pdf(IncrementalPdfFileWriter(BytesIO(base)), meta, signer=signer, output=out)
    return out.getvalue()


def exported(stage: Stage) -> bytes:
    """Return LibreOffice's PDF/A-2b, which is tagged."""
    (stage.folder / "a.html").write_text(_HTML, encoding="utf-8")
    command: list[str | Path] = [
        require_tool("soffice", "libreoffice"),
        f"-env:UserInstallation=file://{stage.folder}/profile",
        *("--headless", "--convert-to", f"pdf:writer_web_pdf_Export:{_PDF_A}", "--outdir", stage.folder),
        stage.folder / "a.html",
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=170)
    return (stage.folder / "a.pdf").read_bytes()


#: Name → how it is made.
INPUTS: dict[str, Callable[[Stage], bytes]] = {
    "PDF 1.4, table": lambda _: as_version("1.4", streams=False),
    "PDF 1.5, table": lambda _: as_version("1.5", streams=False),
    "PDF 1.5, stream": lambda _: as_version("1.5", streams=True),
    "PDF 1.6, stream": lambda _: as_version("1.6", streams=True),
    "PDF 1.7, table": lambda _: as_version("1.7", streams=False),
    "PDF 1.7, stream": lambda _: as_version("1.7", streams=True),
    "PDF 2.0, table": lambda _: as_version("2.0", streams=False),
    "PDF 2.0, stream": lambda _: as_version("2.0", streams=True),
    "hybrid": lambda _: hybrid(),
    "linearised, table": lambda _: saved(plain_pdf(pages=3), linearize=True),
    "linearised, stream": lambda _: saved(
        plain_pdf(pages=3), linearize=True, object_stream_mode=pikepdf.ObjectStreamMode.generate
    ),
    "signed by us": lambda stage: vnsign.sign_pdf(plain_pdf(), stage.office.leader, check_status=False),
    "signed by pyHanko": signed_by_pyhanko,
    "certified P=2": lambda stage: leader_signed(stage.office),
    "certified P=3": lambda stage: signed_by_pyhanko(stage, fields.MDPPerm.ANNOTATE),
    "tagged PDF/A-2b": exported,
    "encrypted RC4": lambda _: encrypted(3),
    "encrypted AES-128": lambda _: encrypted(4),
    "encrypted AES-256": lambda _: encrypted(6),
    "5,000 pages": lambda _: plain_pdf(pages=5000),
}
#: Input and judge → why it cannot judge. Strict.
CANNOT: dict[tuple[str, str], str] = {
    (
        "encrypted RC4",
        "itext",
    ): "iText 5 decrypts /Contents, which is not encrypted (ISO 32000-2 §7.6.2); pyHanko's too",
    ("encrypted AES-128", "itext"): "the same",
    ("encrypted AES-256", "itext"): "iText 5 knows no encryption of revision 6",
}


@dataclass(frozen=True, slots=True)
class Court:
    """Inputs, what became of them, and what Java says."""

    office: Office
    nss: Path
    inputs: dict[str, bytes]
    files: dict[str, Path]
    java: dict[Path, list[Said]]


@pytest.fixture(scope="module")
def court(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Court]:
    """Make and sign all inputs with an RSA key, which all judges know; start Java once."""
    folder = tmp_path_factory.mktemp("inputs")
    with running_site(folder / "ca") as site:
        yield _signed(_office(site), folder)


def _office(site: Site) -> Office:
    return Office(
        authority=site.authority,
        leader=site.leader,
        deputy=site.deputy,
        seal=site.seal,
        trust=site.trust,
        tsa=DirectTsa(site.authority),
        crls=DirectCrls(site.authority),
        clock=vnsign.SystemClock(),
    )


def _signed(office: Office, folder: Path) -> Court:
    subject = vnsign.Subject(common_name="Trần Thị Ổn", organization="UBND tỉnh An Bình")
    enrolled = office.authority.enroll(vnsign.CertificateProfile.OFFICIAL, subject, key_algorithm=KeyAlgorithm.RSA_2048)
    stage = Stage(office, folder, Signer.from_credential(enrolled))
    inputs, files = {}, {}
    for number, (name, make) in enumerate(INPUTS.items()):
        inputs[name] = make(stage)
        is_prepared = name.startswith(("certified", "encrypted"))  # of these only prepared fields may be signed
        place = None if is_prepared else vnsign.Place(page=1, at_mm=(20, 200))  # where nothing stands
        signed = vnsign.sign_pdf(
            inputs[name],
            stage.signer,
            field=SEAL if is_prepared else None,
            level="B-T",
            tsa=office.tsa,
            image=picture(),
            place=place,
            check_status=False,
        )
        files[name] = folder / f"{number}.pdf"
        files[name].write_bytes(signed)
    return Court(
        office, make_nss(folder / "nss", office.trust.anchors[0]), inputs, files, java_says([*files.values()], folder)
    )


@pytest.mark.parametrize("name", INPUTS)
def test_every_judge_accepts_our_signature_and_the_earlier_ones(name: str, court: Court, tmp_path: Path) -> None:
    """And the input's bytes stand before what was appended."""
    path, root = court.files[name], court.office.trust.anchors[0]
    pdf = path.read_bytes()
    assert pdf.startswith(court.inputs[name])
    judged = [
        *court.java[path],
        *poppler_says(path, court.nss),
        *pyhanko_says(pdf, root),
        *openssl_says(pdf, root, tmp_path),
    ]
    count = len(vnsign.inspect_pdf(pdf, trust=court.office.trust).signatures)
    assert count == (2 if name.startswith(("signed", "certified")) else 1)
    for judge in ("pdfbox", "itext", "poppler", "pyhanko", "openssl"):
        said = [each for each in judged if each.judge == judge]
        own, earlier = said[-1:], said[:-1]
        assert len(said) == count, (judge, said)
        assert own[0].is_valid is ((name, judge) not in CANNOT), own
        # the earlier signatures' keys are ECDSA, which iText 5 cannot judge (see test_judges)
        assert all(each.is_valid for each in earlier) or judge == "itext", earlier
    checked = qpdf_says(path)
    assert checked.is_valid, checked.words


def test_the_kinds_are_what_they_are_called(court: Court) -> None:
    """An input that is not of its kind would show nothing."""
    kinds = court.inputs
    for name, pdf in kinds.items():
        if name.startswith("PDF "):
            assert pdf.startswith(b"%PDF-" + name[4:7].encode())
            assert (b"/ObjStm" in pdf) is name.endswith("stream")
    assert b"/XRefStm" in kinds["hybrid"]
    with pikepdf.open(BytesIO(kinds["hybrid"])) as document:
        assert any("/Who" in each for each in document.objects if isinstance(each, pikepdf.Dictionary))
    assert all(b"/Linearized" in pdf for name, pdf in kinds.items() if name.startswith("linearised"))
    assert b"/P 3" in kinds["certified P=3"].replace(b"/P 3 0 R", b"")
    with pikepdf.open(BytesIO(kinds["5,000 pages"])) as document:
        assert len(document.pages) == 5000


@pytest.mark.parametrize("name", INPUTS)
def test_what_the_file_was_it_stays(name: str, court: Court) -> None:
    """Version, cross-references of its own kind, tags, metadata, output intents, protection."""
    before, after = court.inputs[name], court.files[name].read_bytes()
    added = after[len(before) :]
    uses_streams = b"/XRef" in before[before.rindex(b"startxref") - 2000 :] and b"trailer" not in before[-300:]
    assert (b"trailer" in added) is not uses_streams
    with pikepdf.open(BytesIO(before)) as old, pikepdf.open(BytesIO(after)) as new:
        assert new.pdf_version >= old.pdf_version
        assert len(new.pages) == len(old.pages)
        assert new.is_encrypted == old.is_encrypted
        for key in ("/MarkInfo", "/StructTreeRoot", "/Metadata", "/OutputIntents", "/Lang", "/Outlines"):
            assert (key in new.Root) == (key in old.Root)
        if "/Metadata" in old.Root:
            assert new.Root.Metadata.read_bytes() == old.Root.Metadata.read_bytes()
        if old.is_encrypted:
            assert int(new.trailer.Encrypt.P) == int(old.trailer.Encrypt.P)


def test_of_pdf_a_fonts_stay_embedded_and_nothing_active_is_added(court: Court) -> None:
    """ISO 19005-2 §6.2.11.4.1 (fonts), §6.5 (actions), §6.6 (metadata): as far as fonts and metadata show."""
    path = court.files["tagged PDF/A-2b"]
    listed = subprocess.run([require_tool("pdffonts"), path], capture_output=True, text=True, check=True).stdout
    rows = listed.splitlines()[2:]
    assert rows
    assert all(row.split()[-5] == "yes" for row in rows), listed
    added = path.read_bytes()[len(court.inputs["tagged PDF/A-2b"]) :]
    assert not [
        word for word in (b"/JavaScript", b"/JS", b"/Launch", b"/NeedAppearances", b"/Encrypt") if word in added
    ]
    with pikepdf.open(path) as document:
        assert b"<pdfaid:part>2</pdfaid:part>" in document.Root.Metadata.read_bytes()
        (widget,) = [each for each in document.pages[0].Annots if each.Subtype == "/Widget"]
        assert int(widget.F) & 0b111 == 0b100  # printed, neither hidden nor invisible (§6.3.2)
        assert "/AP" in widget


def test_an_earlier_signature_is_worth_what_it_was(court: Court) -> None:
    """Ours and another program's: still intact and valid, with nothing but permitted changes after it."""
    for name in ("signed by us", "signed by pyHanko", "certified P=2", "certified P=3"):
        earlier, own = vnsign.inspect_pdf(court.files[name].read_bytes(), trust=court.office.trust).signatures
        assert (earlier.intact, earlier.valid, own.intact, own.valid) == (True, True, True, True)
        assert earlier.modifications in {vnsign.Modifications.PERMITTED, vnsign.Modifications.NONE}, name
