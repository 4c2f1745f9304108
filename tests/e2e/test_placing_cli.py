"""A document of a word processor by the command line alone: prepare, preview, sign, fill, seal, verify."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.serialization import Encoding
from PIL import Image

import vnsign
from tests.documents_kit import NAME, POSITION, Paper, official_page, ring, solid
from tests.evidence_kit import Site, running_site
from tests.materials import PASSPHRASE
from vnsign.cli.group import cli

BLUE, RED = (20, 40, 200), (220, 20, 30)
FIND = ("--find-position", POSITION, "--find-name", NAME)


def run(*arguments: str | Path) -> Result:
    """Run ``vnsign``; errors of vnsign stay in ``exception``."""
    return CliRunner().invoke(cli, list(map(str, arguments)), env={"VNSIGN_PASSPHRASE": PASSPHRASE.decode()})


def code(result: Result) -> vnsign.ErrorCode | None:
    """Return the code of the error that ended a command."""
    return result.exception.code if isinstance(result.exception, vnsign.VnsignError) else None


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One running authority for the module."""
    with running_site(tmp_path_factory.mktemp("authority")) as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path, site: Site) -> Path:
    """Return a folder with a draft, two keys, two images and the root."""
    subjects = {
        "leader": (vnsign.CertificateProfile.OFFICIAL, NAME),
        "agency": (vnsign.CertificateProfile.AGENCY_SEAL, "UBND tỉnh An Bình"),
    }
    for name, (profile, subject) in subjects.items():
        credential = site.authority.enroll(profile, vnsign.Subject(common_name=subject, organization="UBND"))
        vnsign.write_pkcs12(tmp_path / f"{name}.p12", credential, PASSPHRASE)
    (tmp_path / "trust").mkdir()
    (tmp_path / "trust" / "root.pem").write_bytes(site.authority.certificates()[0].public_bytes(Encoding.PEM))
    (tmp_path / "draft.pdf").write_bytes(official_page())
    (tmp_path / "sign.png").write_bytes(solid(BLUE, size_mm=(45, 22)))
    (tmp_path / "seal.png").write_bytes(ring(RED, size_mm=36))
    return tmp_path


def prepare(desk: Path, *arguments: str | Path) -> Result:
    """Prepare the draft."""
    return run("prepare", desk / "draft.pdf", "-o", desk / "ready.pdf", *arguments)


def issue(desk: Path, site: Site) -> Result:
    """Take the draft through every step; the result of the last."""
    find = ("--position", POSITION, "--name", NAME, "--image", desk / "sign.png", "--seal", desk / "seal.png")
    assert prepare(desk, *find).exit_code == 0
    signed = run(
        *("sign", desk / "ready.pdf", "--p12", desk / "leader.p12", "--out", desk / "signed", "--certify"),
        *("--field", "ChuKyNguoiKy", "--image", desk / "sign.png", "--level", "B-T", "--tsa", site.tsa),
    )
    assert signed.exit_code == 0, signed.output
    values = ("--set", "so=15", "--set", "ngay=03", "--set", "thang=02")
    assert run("fill", desk / "signed" / "ready.pdf", "-o", desk / "numbered.pdf", *values).exit_code == 0
    return run(
        *("seal", desk / "numbered.pdf", "-o", desk / "sealed.pdf", "--p12", desk / "agency.p12"),
        *("--tsa", site.tsa, "--trust", desk / "trust", "--image", desk / "seal.png"),
    )


def test_prepare_says_which_fields_it_made(desk: Path) -> None:
    """Number, date, person, seal, with their places: what is missing is seen before anybody signs."""
    find = ("--position", POSITION, "--name", NAME, "--image", desk / "sign.png")
    told = prepare(desk, *find, "--seal", desk / "seal.png")
    assert told.exit_code == 0, told.output
    lines = [line.split(":")[0].strip() for line in told.output.splitlines()[1:]]
    assert lines == ["so", "ngay", "thang", "ChuKyNguoiKy", "ConDauCoQuan"]
    assert "con dấu của cơ quan, trang 1, " in told.output

    shown = prepare(desk, *find, "--no-seal", "--no-blanks", "--force", "--json")
    (field,) = json.loads(shown.output)["fields"]
    assert (field["name"], field["kind"], field["page"]) == ("ChuKyNguoiKy", "person", 1)
    assert field["at_mm"] == pytest.approx(vnsign_place(desk / "ready.pdf", "ChuKyNguoiKy"), abs=0.1)


@pytest.mark.slow
def test_a_document_of_a_word_processor_goes_the_whole_way(desk: Path, site: Site) -> None:
    """Prepared, signed, numbered, sealed; an attachment and a copy as well; all valid."""
    sealed = issue(desk, site)
    assert sealed.exit_code == 0, sealed.output
    (desk / "annex.pdf").write_bytes(Paper().write(30, 60, "Phụ lục").pdf())
    annex = run(
        *("seal", desk / "annex.pdf", "-o", desk / "annex-sealed.pdf", "--p12", desk / "agency.p12"),
        *("--tsa", site.tsa, "--trust", desk / "trust"),
        *("--attachment-of", desk / "sealed.pdf", "--number", "15/QĐ-UBND"),
    )
    copy = run(
        *("seal", desk / "annex.pdf", "-o", desk / "copy.pdf", "--p12", desk / "agency.p12", "--tsa", site.tsa),
        *("--copy", "trich-sao", "--copy-of", "electronic"),
    )

    assert (annex.exit_code, copy.exit_code) == (0, 0), annex.output + copy.output
    for name, count in (("sealed.pdf", 2), ("annex-sealed.pdf", 1), ("copy.pdf", 1)):
        report = vnsign.verify_pdf((desk / name).read_bytes(), trust=site.trust)
        assert len(report.signatures) == count
        assert {s.level for s in report.signatures} == {vnsign.Level.PADES_B_LT}


def test_sign_finds_the_place_in_the_text(desk: Path) -> None:
    """Without preparing: a new field where position and name stand."""
    result = run(
        *("sign", desk / "draft.pdf", "--p12", desk / "leader.p12", "--out", desk / "signed", "--no-status-check"),
        *("--image", desk / "sign.png", *FIND),
    )

    assert result.exit_code == 0, result.output
    (desk / "p.pdf").write_bytes((desk / "signed" / "draft.pdf").read_bytes())
    preview = run("preview", desk / "p.pdf", "-o", desk / "p.png", "--field", "Signature1")
    assert "127.5,209." in preview.output


@pytest.mark.parametrize("where", [("--at", "127.5,209"), FIND], ids=["measured", "found"])
def test_preview_shows_image_and_seal(desk: Path, where: tuple[str, ...]) -> None:
    """A picture of the page, nothing signed."""
    picture = desk / "page.png"

    result = run(
        *("preview", desk / "draft.pdf", "-o", picture, "--image", desk / "sign.png", "--seal", desk / "seal.png"),
        *("--dpi", "100", *where),
    )

    assert result.exit_code == 0, result.output
    with Image.open(picture) as page:
        assert page.size == (827, 1170)
        blue = page.getpixel((round(165 / 25.4 * 100), round(220 / 25.4 * 100)))
        assert blue == BLUE
    again = run("preview", desk / "draft.pdf", "-o", picture, "--size", "45,22", *where)
    assert code(again) is vnsign.ErrorCode.OUTPUT_EXISTS


def test_places_are_given_in_millimetres(desk: Path) -> None:
    """For documents whose text says nothing, a scan."""
    (desk / "draft.pdf").write_bytes(Paper().write(30, 40, " ").pdf())

    result = prepare(
        desk,
        *("--signature-at", "120,200", "--signature-at", "40,200", "--signature-size", "45,22", "--seal-size", "36,36"),
        *("--number-at", "40,40,40", "--date-at", "110,40,70"),
    )

    assert result.exit_code == 0, result.output
    fields = {
        name: vnsign_place(desk / "ready.pdf", name)
        for name in ("so", "ngay", "ChuKyNguoiKy", "ChuKyNguoiKy2", "ConDauCoQuan", "ConDauCoQuan2")
    }
    assert fields["ChuKyNguoiKy2"] == pytest.approx((40, 200), abs=0.1)
    assert fields["ConDauCoQuan"] == pytest.approx((120 + 15 - 36, 200 + 11 - 18), abs=0.1)
    assert fields["so"][0] == pytest.approx(40, abs=0.1)
    assert locks(desk / "ready.pdf") == {"ConDauCoQuan2": ["ChuKyNguoiKy", "ChuKyNguoiKy2"]}


def locks(path: Path) -> dict[str, list[str]]:
    """Return which fields each field's signature locks."""
    with pikepdf.open(path) as document:
        fields = [f for f in document.Root.AcroForm.Fields if "/Lock" in f]
        return {str(f.T): [str(name) for name in f.Lock.Fields] for f in fields}


def vnsign_place(path: Path, field: str) -> tuple[float, float]:
    """Return where a field stands, by the preview's own words."""
    result = run("preview", path, "-o", path.with_suffix(f".{field}.png"), "--field", field, "--dpi", "20")
    assert result.exit_code == 0, result.output
    x, y = result.output.split("page 1, ")[1].split(" mm")[0].split(",")
    return float(x), float(y)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--position", POSITION, "--name", "Nobody"), vnsign.ErrorCode.TEXT_NOT_FOUND),
        (("--signature-at", "200,290"), vnsign.ErrorCode.BAD_ARGUMENT),
    ],
)
def test_prepare_says_why_not(desk: Path, arguments: tuple[str, ...], expected: vnsign.ErrorCode) -> None:
    """And writes nothing."""
    result = prepare(desk, *arguments, "--signature-size", "45,22", "--no-seal")

    assert code(result) is expected
    assert not (desk / "ready.pdf").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("prepare", "--position", "x", "--signature-size", "1,1", "--no-seal"),
        ("prepare", "--signature-size", "1,1", "--no-seal"),
        ("prepare", "--signature-at", "1,1", "--no-seal"),
        ("prepare", "--signature-at", "1,1", "--signature-size", "1,1"),
        ("prepare", "--signature-at", "1;1", "--signature-size", "1,1", "--no-seal"),
        ("prepare", "--signature-at", "1,nan", "--signature-size", "1,1", "--no-seal"),
        ("preview", "--at", "1,1"),
        ("preview", "--size", "1,1"),
        ("preview", "--size", "1,1", "--find-position", "x"),
        ("preview", "--size", "1,1", "--find-name", "x", "--at", "1,1"),
        ("fill", "--set", "so"),
        ("seal", "--p12", "k", "--tsa", "t"),
        ("seal", "--p12", "k", "--tsa", "t", "--copy", "sao-y"),
        ("seal", "--p12", "k", "--tsa", "t", "--attachment-of", "m"),
        ("seal", "--p12", "k", "--tsa", "t", "--copy", "sao-y", "--copy-of", "paper", "--image", "i"),
        (
            *("seal", "--p12", "k", "--tsa", "t", "--copy", "sao-y", "--copy-of", "paper"),
            *("--attachment-of", "m", "--number", "1"),
        ),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_told_before_anything_is_read(desk: Path, arguments: tuple[str, ...]) -> None:
    """Click's exit code 2; the program's own is 64."""
    command, *rest = arguments

    assert run(command, desk / "draft.pdf", "-o", desk / "out", *rest).exit_code == 2
    assert not (desk / "out").exists()


def test_a_whole_electronic_copy_of_an_electronic_document_is_refused(desk: Path, site: Site) -> None:
    """Điều 25: send the original."""
    result = run(
        *("seal", desk / "draft.pdf", "-o", desk / "copy.pdf", "--p12", desk / "agency.p12", "--tsa", site.tsa),
        *("--copy", "sao-y", "--copy-of", "electronic"),
    )

    assert code(result) is vnsign.ErrorCode.SEAL_REFUSED
    assert not (desk / "copy.pdf").exists()
