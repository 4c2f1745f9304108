"""Signed by other programs, verified here: each with the verdict it deserves.

The signer's certificate, its authority and the authority's list are made here; every program signs the same file with
the same RSA key. A program that is not installed is skipped with its reason, and fails in CI; those that no package of
the system brings (endesive, @signpdf) are tried where they are found.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner, sign_pdf

from tests.forgery import append_increment, body_entry, body_of, next_number, number_of_catalog
from tests.judges import JARS
from tests.materials import plain_pdf
from tests.rich_pdf import SIGNATURE, rich_pdf
from tests.support import require_file, require_tool
from vnsign.pki.anchors import TrustAnchors
from vnsign.report import DocumentReport, FindingCode, Indication, SubIndication, Verdict
from vnsign.verification import inspect

pytestmark = pytest.mark.slow
_PASSWORD = "chi-de-thu"
_SIGNERS = Path(__file__).parents[1] / "java" / "Signers.java"
_NOW = datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class Bench:
    """Files that the programs read, and the trust that judges what they write."""

    folder: Path
    trust: TrustAnchors

    def path(self, name: str) -> str:
        """Return a file's path as a word for a command line."""
        return str(self.folder / name)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Keys, certificates and unsigned documents in files."""
    folder = tmp_path_factory.mktemp("bench")
    root_key, key = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    root_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Goc thu")])
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Nguoi ky thu")])
    builder = (
        x509.CertificateBuilder().not_valid_before(_NOW - timedelta(days=1)).not_valid_after(_NOW + timedelta(days=30))
    )
    root = (
        builder.subject_name(root_name)
        .issuer_name(root_name)
        .public_key(root_key.public_key())
        .serial_number(1)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_usage(issues=True), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    certificate = (
        builder.subject_name(name)
        .issuer_name(root_name)
        .public_key(key.public_key())
        .serial_number(2)
        .add_extension(_usage(issues=False), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    crl = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root_name)
        .last_update(_NOW - timedelta(hours=1))
        .next_update(_NOW + timedelta(days=9))
        .sign(root_key, hashes.SHA256())
    )
    bundle = pkcs12.serialize_key_and_certificates(
        b"nguoi ky", key, certificate, [root], BestAvailableEncryption(_PASSWORD.encode())
    )
    # what Java and node read
    old = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(2000)
    old = old.key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC).hmac_hash(hashes.SHA1())  # noqa: S303
    legacy = pkcs12.serialize_key_and_certificates(b"nguoi ky", key, certificate, [root], old.build(_PASSWORD.encode()))
    files = {
        "signer.p12": bundle,
        "legacy.p12": legacy,
        "signer.pem": certificate.public_bytes(Encoding.PEM),
        "signer.key": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        "root.pem": root.public_bytes(Encoding.PEM),
        "plain.pdf": plain_pdf(),
        "field.pdf": rich_pdf(),
        "password": _PASSWORD.encode(),
    }
    for file, data in files.items():
        (folder / file).write_bytes(data)
    return Bench(folder, TrustAnchors(anchors=(root,), crls=(crl,)))


def _usage(*, issues: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not issues,
        content_commitment=not issues,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=issues,
        crl_sign=issues,
        encipher_only=False,
        decipher_only=False,
    )


def run(*command: str) -> None:
    """Run a program of somebody else."""
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr.decode(errors="replace") + done.stdout.decode(errors="replace")


def judged(bench: Bench, pdf: bytes) -> DocumentReport:
    """Judge with the signer's root as the only anchor."""
    return inspect(pdf, trust=bench.trust, at=datetime.now(UTC))


def by_pyhanko(bench: Bench) -> bytes:
    """The pyHanko library, PAdES."""
    signer = SimpleSigner.load_pkcs12(bench.path("signer.p12"), passphrase=_PASSWORD.encode())
    metadata = PdfSignatureMetadata(field_name="Sig1", subfilter=SigSeedSubFilter.PADES)
    writer = IncrementalPdfFileWriter(BytesIO((bench.folder / "plain.pdf").read_bytes()))
    signed: bytes = sign_pdf(writer, metadata, signer).getvalue()
    return signed


def by_pdfsig(bench: Bench) -> bytes:
    """Poppler with NSS."""
    nss = f"sql:{bench.path('nss')}"
    (bench.folder / "nss").mkdir()
    certutil = require_tool("certutil")
    run(certutil, "-N", "-d", nss, "--empty-password")
    run(certutil, "-A", "-d", nss, "-n", "root", "-t", "CT,C,C", "-i", bench.path("root.pem"))
    run(require_tool("pk12util"), "-i", bench.path("signer.p12"), "-d", nss, "-W", _PASSWORD)
    pdfsig = require_tool("pdfsig")
    out = bench.path("pdfsig.pdf")
    run(
        pdfsig, "-nssdir", nss, "-nick", "nguoi ky", "-add-signature", "-digest", "SHA256", bench.path("plain.pdf"), out
    )
    return Path(out).read_bytes()


def by_openssl(bench: Bench) -> bytes:
    """A gap left by hand, filled by ``openssl cms -sign -cades``."""
    pdf = (bench.folder / "plain.pdf").read_bytes()
    catalog, new = number_of_catalog(pdf), next_number(pdf)
    gap = b"0" * 8192
    value = b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /M (D:%s) " % (
        _NOW.strftime("%Y%m%d%H%M%SZ").encode()
    )
    value += b"/ByteRange [0 %s] /Contents <%s> >>" % (b" " * 40, gap)
    field = b"<< /FT /Sig /T (mo) /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /F 132 /V %d 0 R >>" % new
    form = b"<< /SigFlags 3 /Fields [%d 0 R] >>" % (new + 1)
    made = append_increment(pdf, {catalog: body_of(pdf, catalog, AcroForm=form), new: value, new + 1: field})
    start = made.index(b"<" + gap)
    end = start + len(gap) + 2
    numbers = b"%d %d %d" % (start, end, len(made) - end)
    made = made.replace(b"/ByteRange [0 " + b" " * 40, b"/ByteRange [0 " + numbers.ljust(40), 1)
    (bench.folder / "tbs").write_bytes(made[:start] + made[end:])
    run(
        *(require_tool("openssl"), "cms", "-sign", "-binary", "-cades", "-md", "sha256", "-outform", "DER"),
        *("-signer", bench.path("signer.pem"), "-inkey", bench.path("signer.key"), "-nosmimecap"),
        *("-in", bench.path("tbs"), "-out", bench.path("p7")),
    )
    der = (bench.folder / "p7").read_bytes().hex().encode()
    return made[: start + 1] + der.ljust(len(gap), b"0") + made[end - 1 :]


def _by_java(bench: Bench, library: str) -> bytes:
    java = require_tool("javac").removesuffix("c")
    jars = ":".join(str(require_file(f"/usr/share/java/{name}.jar")) for name in JARS)
    out = bench.path(f"{library}.pdf")
    signer = (bench.path("legacy.p12"), _PASSWORD, bench.path("plain.pdf"), out)
    run(java, "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", jars, str(_SIGNERS), library, *signer)
    return Path(out).read_bytes()


def by_itext(bench: Bench) -> bytes:
    """iText 5, CAdES."""
    return _by_java(bench, "itext")


def by_pdfbox(bench: Bench) -> bytes:
    """PDFBox 2 with Bouncy Castle, PKCS#7."""
    return _by_java(bench, "pdfbox")


def by_endesive(bench: Bench) -> bytes:
    """endesive, in an environment of its own: VNSIGN_ENDESIVE names its Python."""
    script = (
        "import sys;from endesive import pdf;"
        "from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates as load;"
        "k,c,o=load(open(sys.argv[1],'rb').read(),sys.argv[2].encode());d=open(sys.argv[3],'rb').read();"
        "u={'sigflags':3,'contact':'a','location':'b','signingdate':sys.argv[5],'reason':'c'};"
        "open(sys.argv[4],'wb').write(d+pdf.cms.sign(d,u,k,c,o,'sha256'))"
    )
    python, out = _named("VNSIGN_ENDESIVE"), bench.path("endesive.pdf")
    date = _NOW.strftime("D:%Y%m%d%H%M%S+00'00'")
    run(python, "-c", script, bench.path("signer.p12"), _PASSWORD, bench.path("plain.pdf"), out, date)
    return Path(out).read_bytes()


def by_signpdf(bench: Bench) -> bytes:
    """@signpdf of npm: VNSIGN_SIGNPDF names the folder with its node_modules."""
    script = (
        "const fs=require('fs'),a=process.argv.slice(1),m=a[4]+'/node_modules/@signpdf/';"
        "const {P12Signer}=require(m+'signer-p12'),{plainAddPlaceholder}=require(m+'placeholder-plain');"
        "const signpdf=require(m+'signpdf').default,s=new P12Signer(fs.readFileSync(a[0]),{passphrase:a[1]});"
        "const pdfBuffer=fs.readFileSync(a[2]);"
        "const b=plainAddPlaceholder({pdfBuffer,reason:'r',contactInfo:'c',name:'n',location:'l'});"
        "signpdf.sign(b,s).then(o=>fs.writeFileSync(a[3],o));"
    )
    folder, out = _named("VNSIGN_SIGNPDF"), bench.path("signpdf.pdf")
    run(
        require_tool("node"),
        *("-e", script, bench.path("legacy.p12"), _PASSWORD, bench.path("plain.pdf"), out, folder),
    )
    return Path(out).read_bytes()


def _named(variable: str) -> str:
    value = os.environ.get(variable, "")
    if not value:
        pytest.skip(f"{variable} is not set: the program is no package of the system")
    return value


@pytest.mark.parametrize("sign", [by_pyhanko, by_pdfsig, by_openssl, by_itext, by_pdfbox, by_endesive, by_signpdf])
def test_what_others_sign_well_passes(sign: Callable[[Bench], bytes], bench: Bench) -> None:
    """With the right anchor and its list: TOTAL_PASSED."""
    report = judged(bench, sign(bench))

    assert report.verdict is Verdict.TOTAL_PASSED, list(report.all_findings())
    assert [(s.intact, s.valid) for s in report.signatures] == [(True, True)]


def test_mutool_s_sha1_does_not_pass(bench: Bench) -> None:
    """MuPDF signs with SHA-1: the value verifies, the algorithm is no longer accepted."""
    mutool = require_tool("mutool")
    with pikepdf.open(bench.folder / "field.pdf") as pdf:
        field = next(f.objgen[0] for f in pdf.Root.AcroForm.Fields if str(f.T) == SIGNATURE)
    out = bench.path("mutool.pdf")
    run(mutool, "sign", "-s", bench.path("signer.p12"), "-P", _PASSWORD, "-o", out, bench.path("field.pdf"), str(field))
    (signature,) = judged(bench, Path(out).read_bytes()).signatures

    assert signature.indication is not Indication.TOTAL_PASSED
    assert (signature.intact, signature.valid, signature.digest_algorithm) == (True, True, "sha1")
    assert FindingCode.ALGORITHM_NOT_ACCEPTED in {f.code for f in signature.findings}


def test_podofo_s_two_signers_in_one_signature_do_not_pass(bench: Bench) -> None:
    """PoDoFo 0.9 writes two SignerInfos; a PDF signature has one (ISO 32000-2 §12.8.3.3.1)."""
    podofo, out = require_tool("podofosign"), bench.path("podofo.pdf")
    key = ("-cert", bench.path("signer.pem"), "-pkey", bench.path("signer.key"))
    run(podofo, "-in", bench.path("plain.pdf"), "-out", out, *key)
    signed = Path(out).read_bytes()
    (signature,) = judged(bench, signed).signatures

    contents = bytes.fromhex(body_entry(signed, _value_number(signed), "/Contents").strip(b"<>").decode())
    signers = len(cms.ContentInfo.load(contents)["content"]["signer_infos"])
    if signers == 1:
        assert signature.indication is Indication.TOTAL_PASSED
    else:
        assert (signature.indication, signature.subindication) == (
            Indication.INDETERMINATE,
            SubIndication.FORMAT_FAILURE,
        )


def _value_number(pdf: bytes) -> int:
    with pikepdf.open(BytesIO(pdf)) as document:
        return int(next(f.V.objgen[0] for f in document.Root.AcroForm.Fields if "/V" in f))
