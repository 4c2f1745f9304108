"""What iText, PDFBox and poppler append to a signed document: no alarm (ISO 32000-2 §12.8.2.2).

Real programs write the increments; one that is not installed is skipped with its reason, and fails in CI.
"""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12

import vnsign
from tests.forgery import append_increment, body_of, next_number, number_of_field, stream
from tests.judges import JARS
from tests.materials import Office, make_office
from tests.rich_pdf import CHECK_BOX, SIGNATURE, TEXT_FIELD, rich_pdf
from tests.support import require_file, require_tool
from vnsign.pdf.reading.opened import OpenedPdf
from vnsign.pdf.reading.structure import read_structure
from vnsign.verification.modifications import judge_changes

pytestmark = pytest.mark.slow
_PASSWORD, _SECOND = "chi-de-thu", "KyHai"
_EVOLVERS = Path(__file__).parents[1] / "java" / "Evolvers.java"
_EVOLUTIONS = [f"{program}-{act}" for program in ("itext", "pdfbox") for act in ("text", "box", "sign")]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One authority for the module."""
    return make_office(tmp_path_factory.mktemp("authority"))


def with_second_field() -> bytes:
    """The document with one of everything, and a place for a second signature."""
    with pikepdf.open(BytesIO(rich_pdf())) as pdf:
        page = pdf.pages[0].obj
        field = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Widget,
                FT=pikepdf.Name.Sig,
                T=pikepdf.String(_SECOND),
                Rect=pikepdf.Array([350, 100, 500, 160]),
                P=page,
                F=4,
            )
        )
        pdf.Root.AcroForm.Fields.append(field)
        page.Annots.append(field)
        pdf.save(out := BytesIO(), object_stream_mode=pikepdf.ObjectStreamMode.disable)
        return out.getvalue()


@pytest.fixture(scope="module")
def bench(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The signed document and somebody's key."""
    folder = tmp_path_factory.mktemp("bench")
    signed = vnsign.sign_pdf(with_second_field(), office.leader, field=SIGNATURE, check_status=False)
    (folder / "signed.pdf").write_bytes(signed)
    key, now = rsa.generate_private_key(65537, 2048), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Nguoi la")])
    certificate = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key(), serial_number=7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=99))
        .sign(key, hashes.SHA256())
    )
    # what Java and NSS both read
    old = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(2000)
    old = old.key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC).hmac_hash(hashes.SHA1())  # noqa: S303
    bundle = pkcs12.serialize_key_and_certificates(b"nguoi la", key, certificate, None, old.build(_PASSWORD.encode()))
    (folder / "key.p12").write_bytes(bundle)
    return folder


@pytest.fixture(scope="module")
def by_java(bench: Path) -> Path:
    """What the Java programs made of it."""
    java = require_tool("javac").removesuffix("c")
    jars = ":".join(str(require_file(f"/usr/share/java/{name}.jar")) for name in JARS)
    names = (TEXT_FIELD, CHECK_BOX, _SECOND)
    words = (_EVOLVERS, bench / "key.p12", _PASSWORD, bench / "signed.pdf", bench, *names)
    run(java, "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", jars, *words)
    return bench


def run(*command: str | Path) -> None:
    """Run a program of somebody else."""
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr.decode(errors="replace") + done.stdout.decode(errors="replace")


def judged(bench: Path, evolved: bytes) -> vnsign.Modifications:
    """Return what followed the first signature."""
    assert evolved.startswith((bench / "signed.pdf").read_bytes())
    return judge_changes(OpenedPdf(evolved), read_structure(evolved).signatures[0]).modifications


@pytest.mark.parametrize("name", _EVOLUTIONS)
def test_what_java_programs_append_is_permitted(name: str, by_java: Path) -> None:
    """A text filled, a box ticked (iText draws its mark anew), a field signed (PDFBox takes its place away)."""
    assert judged(by_java, (by_java / f"{name}.pdf").read_bytes()) is vnsign.Modifications.PERMITTED


def test_a_second_signature_by_poppler_is_permitted(bench: Path) -> None:
    """It gives looks of its new field generation 1, and nothing refers to them."""
    nss, out = bench / "nss", bench / "pdfsig.pdf"
    nss.mkdir()
    run(require_tool("certutil"), "-N", "-d", f"sql:{nss}", "--empty-password")
    run(require_tool("pk12util"), "-i", bench / "key.p12", "-d", f"sql:{nss}", "-W", _PASSWORD)
    pdfsig = (require_tool("pdfsig"), "-nssdir", f"sql:{nss}", "-nick", "nguoi la", "-add-signature")
    run(*pdfsig, bench / "signed.pdf", out)

    assert judged(bench, out.read_bytes()) is vnsign.Modifications.PERMITTED


@pytest.mark.parametrize(
    "content",
    [
        b"BT /ZaDb 18 Tf 2 2 Td (6) Tj ET",
        b"BT /ZaDb 18 Tf 2 2 Td (44) Tj ET",
        b"BT /ZaDb 18 Tf 2 2 Td (4) Tj ET 1 g 0 0 20 20 re f",
        b"1 g BT /ZaDb 18 Tf 2 2 Td (4) Tj ET",
        b"BT /F1 18 Tf 2 2 Td (4) Tj ET",
        b"",
    ],
)
def test_what_is_no_mark_is_no_honest_tick(content: bytes, bench: Path) -> None:
    """Another sign, two, one painted over, in white, in another font, none."""
    pdf = (bench / "signed.pdf").read_bytes()
    field, new = number_of_field(pdf, CHECK_BOX), next_number(pdf)
    with pikepdf.open(BytesIO(pdf)) as document:
        off = document.get_object(field, 0).AP.N.Off.objgen[0]
    fonts = (
        b"/Resources << /Font << /ZaDb << /Type /Font /Subtype /Type1 /BaseFont /ZapfDingbats >> "
        b"/F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    )
    look = stream(content, b"/Type /XObject /Subtype /Form /BBox [0 0 20 20] " + fonts)
    states = b"<< /N << /Yes %d 0 R /Off %d 0 R >> >>" % (new, off)
    body = body_of(pdf, field, V=b"/Yes", AS=b"/Yes", AP=states)

    assert judged(bench, append_increment(pdf, {field: body, new: look})) is vnsign.Modifications.SUSPICIOUS
