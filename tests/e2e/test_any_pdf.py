"""``vnsign sign`` on what users really have: other people's PDFs, LibreOffice's, Chromium's."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import pytest

import vnsign
from tests.materials import PASSPHRASE, Office, make_office, picture, plain_pdf
from tests.support import SHARED_DATA, require_data, require_tool
from vnsign.cli import main

VIETNAMESE = "Cộng hòa xã hội chủ nghĩa Việt Nam – Ủy ban nhân dân"
#: Corpus files that may not, or cannot, be signed, with the reason. Strict: every other file must be signed.
REFUSED = {
    "dss/AD-RB.pdf": "signing_forbidden",  # its last signature locks all fields, with P=1
    "dss/EmptyPage-corrupted.pdf": "malformed_pdf",
    "dss/EmptyPage-corrupted2.pdf": "malformed_pdf",
    "dss/dss-1188__Test.pdf": "signing_forbidden",
    "dss/dss-1376__DSS1376-rev_n-1.pdf": "signing_forbidden",
    "dss/dss-2236__annotation-and-visible-change.pdf": "signing_forbidden",
    "dss/dss-2554__certified-no-change-permitted.pdf": "signing_forbidden",
    "dss/dss-2554__fieldmdp-include.pdf": "signing_forbidden",
    "dss/pades-enveloping-other-pdf.pdf": "signing_forbidden",
    "dss/pades_infinite_loop.pdf": "malformed_pdf",
    "dss/pades_opposite_infinite_loop.pdf": "malformed_pdf",
    "dss/pdf-signed-corrupted.pdf": "malformed_pdf",
    # its owner allows signing the field that is there (the next test does), and no new one
    "dss/protected__edition_protected_signing_allowed_with_field.pdf": "signing_forbidden",
    "dss/protected__open_protected.pdf": "encrypted_pdf",
    "pdfcpu/sample1.pdf": "signing_forbidden",
    "pdfcpu/sample2.pdf": "signing_forbidden",
    "pdfcpu/usageRights.pdf": "signing_forbidden",  # XFA
    "pyhanko/certified-with-indirect-refs-in-dir.pdf": "signing_forbidden",
    "pyhanko/robustness/broken-objstream1.pdf": "malformed_pdf",
    "pyhanko/robustness/broken-objstream2.pdf": "malformed_pdf",
    "pyhanko/robustness/broken-objstream3.pdf": "malformed_pdf",
    "pyhanko/robustness/broken-objstream6.pdf": "malformed_pdf",
    "pyhanko/robustness/circular-page-tree.pdf": "malformed_pdf",
    "pyhanko/robustness/circular-xref-chain.pdf": "malformed_pdf",
    "pyhanko/robustness/malformed-encrypt-dict1.pdf": "encrypted_pdf",
    "pyhanko/robustness/malformed-encrypt-dict2.pdf": "malformed_pdf",
    "pyhanko/robustness/minimal-aes256-malformed-oe.pdf": "malformed_pdf",
    "pyhanko/robustness/minimal-aes256-malformed-perms.pdf": "malformed_pdf",
    "pyhanko/robustness/minimal-badxref.pdf": "malformed_pdf",
    "pyhanko/robustness/minimal-startxref-hopeless.pdf": "malformed_pdf",
    "pyhanko/robustness/minimal-startxref-hopeless3.pdf": "malformed_pdf",
    # an offset that is wrong by some bytes: readers that repair it do not all repair it alike
    "pyhanko/robustness/minimal-startxref-obo2.pdf": "malformed_pdf",
    "pyhanko/robustness/minimal-startxref-obo4.pdf": "malformed_pdf",
    "pyhanko/robustness/minimal-startxref-obo5.pdf": "malformed_pdf",
    "pyhanko/robustness/minimal-startxref-obo6.pdf": "malformed_pdf",
    "pyhanko/signed-encrypted-pubkey-with-catalog-ref.pdf": "encrypted_pdf",
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One authority for the module."""
    return make_office(tmp_path_factory.mktemp("authority"))


def judge(pdf: bytes, office: Office, name: str) -> vnsign.SignatureReport:
    """Return what vnsign says of the newest signature."""
    crls = tuple(office.crls.crls_for(c)[0] for c in (office.leader.certificate, office.authority.certificates()[1]))
    trust = vnsign.TrustStore(anchors=office.trust.anchors, crls=crls)
    report = vnsign.inspect_pdf(pdf, trust=trust, file=name)
    return next(s for s in report.signatures if s.signer == office.leader.certificate.subject.rfc4514_string())


def corpus() -> list[str]:
    """Return the corpus files, empty where the data is not there."""
    root = SHARED_DATA / "pdf"
    return sorted(str(p.relative_to(root)) for p in root.rglob("*.pdf")) if root.exists() else []


@pytest.mark.slow
@pytest.mark.parametrize("name", corpus())
def test_every_corpus_file_is_signed_or_refused_for_its_reason(name: str, office: Office) -> None:
    """A signed file's new signature is intact, valid and trusted, whatever the file held before."""
    pdf = (require_data("pdf") / name).read_bytes()
    if name in REFUSED:
        with pytest.raises(vnsign.InputError) as refused:
            vnsign.sign_pdf(pdf, office.leader, tsa=office.tsa, level="B-T", check_status=False)
        assert refused.value.code == REFUSED[name]
        return

    signed = vnsign.sign_pdf(pdf, office.leader, tsa=office.tsa, level="B-T", check_status=False)

    found = judge(signed, office, name)
    assert signed.startswith(pdf)
    assert (found.intact, found.valid, found.indication) == (True, True, vnsign.Indication.TOTAL_PASSED)


@pytest.mark.slow
def test_a_field_that_the_owner_prepared_is_signed(office: Office) -> None:
    """The corpus file says it in its name: edition protected, signing allowed with the field."""
    name = "protected__edition_protected_signing_allowed_with_field.pdf"
    pdf = (require_data("pdf") / "dss" / name).read_bytes()

    signed = vnsign.sign_pdf(pdf, office.leader, field="Signature1", tsa=office.tsa, level="B-T", check_status=False)

    assert judge(signed, office, name).indication is vnsign.Indication.TOTAL_PASSED


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_an_image_stands_upright_on_a_turned_page(rotation: int, office: Office) -> None:
    """Rendered: the stroke still rises from left to right, 20 mm from the left and 30 mm from the top as seen."""
    signed = vnsign.sign_pdf(
        plain_pdf(rotation=rotation),
        office.leader,
        image=picture(),
        place=vnsign.Place(page=1, at_mm=(20, 30)),
        check_status=False,
    )

    document = pypdfium2.PdfDocument(signed)
    document.init_forms()
    page = document[0].render(scale=72 / 25.4 / 72 * 25.4, may_draw_forms=True).to_pil().convert("RGB")
    blue = [
        (x, y)
        for x in range(page.width)
        for y in range(page.height)
        if (p := page.getpixel((x, y)))[2] > 120 and p[0] < 120  # RGB
    ]
    document.close()
    left, right = min(x for x, _ in blue), max(x for x, _ in blue)
    mm = 25.4 / 72
    low = [y for x, y in blue if x < left + 5]
    high = [y for x, y in blue if x > right - 5]
    assert left * mm == pytest.approx(20.5, abs=1.5)
    assert min(y for _, y in blue) * mm == pytest.approx(30.5, abs=1.5)
    assert (right - left) * mm == pytest.approx(44, abs=2)
    assert min(low) > max(high)


@dataclass(frozen=True, slots=True)
class Result:
    """How a command ended."""

    exit_code: int
    stdout: str
    stderr: str


Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in this process, its passphrase in the environment."""

    def call(*arguments: str, passphrase: str = PASSPHRASE.decode()) -> Result:
        monkeypatch.setenv("VNSIGN_PASSPHRASE", passphrase)
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        said = capsys.readouterr()
        return Result(int(ended.value.code or 0), said.out, said.err)

    return call


@pytest.fixture
def p12(office: Office, tmp_path: Path) -> Path:
    """Return the leader's PKCS#12 file."""
    path = tmp_path / "leader.p12"
    subject = vnsign.Subject(common_name="Lê Thị Ổn", organization="UBND tỉnh An Bình")
    credential = office.authority.enroll(vnsign.CertificateProfile.OFFICIAL, subject)
    vnsign.write_pkcs12(path, credential, PASSPHRASE)
    return path


def test_the_command_signs_many_files_and_names_the_bad_ones(run: Run, p12: Path, tmp_path: Path) -> None:
    """Good files are written whole; a bad one is named with its reason, and the exit code is 1."""
    (tmp_path / "a.pdf").write_bytes(plain_pdf())
    (tmp_path / "b.pdf").write_bytes(b"not a pdf")
    (tmp_path / "c.pdf").write_bytes(plain_pdf(pages=2))

    files = [str(tmp_path / f"{n}.pdf") for n in "abc"]
    result = run("sign", *files, "--p12", str(p12), "--out", str(tmp_path / "out"), "--json", "--no-status-check")

    outcome = json.loads(result.stdout)
    assert result.exit_code == 1
    assert outcome["summary"] == {"signed": 2, "signed_before": 0, "failed": 1, "retried": 0, "complete": True}
    assert [d["code"] for d in outcome["documents"]] == [None, "not_a_pdf", None]
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [".vnsign-journal.jsonl", "a.pdf", "c.pdf"]


def test_a_file_that_is_there_is_not_replaced_without_force(run: Run, p12: Path, tmp_path: Path) -> None:
    """Nobody loses a signed file to a repeated command."""
    (tmp_path / "a.pdf").write_bytes(plain_pdf())
    arguments = (
        "sign",
        str(tmp_path / "a.pdf"),
        "--p12",
        str(p12),
        "--out",
        str(tmp_path / "out"),
        "--no-status-check",
    )

    assert run(*arguments).exit_code == 0
    again = run(*arguments)

    assert again.exit_code == 1
    assert "output_exists" in again.stderr
    assert run(*arguments, "--force").exit_code == 0


@pytest.mark.parametrize(
    "extra", [("--level", "B-T"), ("--at", "1,2"), ("--level", "B-X"), ("--size", "1"), ("--unknown",)]
)
def test_wrong_usage_exits_with_64(extra: tuple[str, ...], run: Run, p12: Path, tmp_path: Path) -> None:
    """64 is wrong usage, so that a script can tell it from a bad file."""
    (tmp_path / "a.pdf").write_bytes(plain_pdf())

    result = run("sign", str(tmp_path / "a.pdf"), "--p12", str(p12), "--out", str(tmp_path), *extra)

    assert result.exit_code == 64


def test_a_wrong_passphrase_is_one_clear_line(run: Run, p12: Path, tmp_path: Path) -> None:
    """No traceback, no file."""
    (tmp_path / "a.pdf").write_bytes(plain_pdf())
    arguments = ("sign", str(tmp_path / "a.pdf"), "--p12", str(p12), "--out", str(tmp_path / "out"))

    result = run(*arguments, passphrase="wrong")

    assert result.exit_code == 1
    assert "wrong_passphrase" in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_pdf_from_libreoffice_is_signed_and_verified(run: Run, p12: Path, office: Office, tmp_path: Path) -> None:
    """What most offices really have."""
    (tmp_path / "congvan.html").write_text(f"<html><body><h1>{VIETNAMESE}</h1></body></html>", encoding="utf-8")
    tool = require_tool("soffice", "libreoffice")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run(
        [
            tool,
            profile,
            "--headless",
            "--convert-to",
            "pdf:writer_web_pdf_Export",
            "--outdir",
            tmp_path,
            tmp_path / "congvan.html",
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )

    _sign_on_page_and_verify(run, tmp_path / "congvan.pdf", p12, office)


@pytest.mark.slow
def test_a_pdf_from_chromium_is_signed_and_verified(run: Run, p12: Path, office: Office, tmp_path: Path) -> None:
    """Print to PDF from a web application."""
    page = tmp_path / "trang.html"
    page.write_text(f"<html lang=vi><meta charset=utf-8><h1>{VIETNAMESE}</h1></html>", encoding="utf-8")
    subprocess.run(
        [
            require_tool("chromium", "chromium-browser", "google-chrome"),
            *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
            *("--disable-component-update", "--disable-sync", f"--user-data-dir={tmp_path}/profile"),
            f"--print-to-pdf={tmp_path / 'trang.pdf'}",
            page.as_uri(),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )

    _sign_on_page_and_verify(run, tmp_path / "trang.pdf", p12, office)


def _sign_on_page_and_verify(run: Run, path: Path, p12: Path, office: Office) -> None:
    image = path.with_suffix(".png")
    image.write_bytes(picture())
    out = path.parent / "out"
    placed = ("--image", str(image), "--page", "1", "--at", "120,40", "--size", "45,22")
    result = run("sign", str(path), "--p12", str(p12), "--out", str(out), "--no-status-check", *placed)
    assert result.exit_code == 0, result.stderr

    report = vnsign.inspect_pdf((out / path.name).read_bytes(), trust=office.trust, revocation=office.crls)

    (signature,) = report.signatures
    assert (signature.intact, signature.valid) == (True, True)
    assert signature.modifications is vnsign.Modifications.NONE
