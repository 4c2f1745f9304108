"""The how-to pages about signing, verifying and keeping: every command of theirs, as written, on real files."""

from __future__ import annotations

import io
import re
import shlex
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

import vnsign
from tests.documents_kit import official_page, ring, solid
from tests.materials import plain_pdf
from tests.support import REPOSITORY
from vnsign.cli import main

HOWTO = REPOSITORY / "docs" / "howto"
PHRASE = b"only for tests"
#: What the pages name and only the reader has: the address of a service, the fingerprint of a root.
TSA, FINGERPRINT = "http://tsa.example.gov.vn", "f04ba4b459a7c9a1b971ad9b1cb833e695a80c79aea63b174b66a70edfe2fdb8"

pytestmark = pytest.mark.slow


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """A folder with a key, letters and a root, services on loopback, and what stands for names of the pages."""
    folder = tmp_path
    listener = vnsign.listen()
    authority = vnsign.Authority.create(
        folder / "authority",
        name="Thử",
        organization="Thử",
        base_url=listener.base_url,
        passphrase=b"authority",
        clock=vnsign.SystemClock(),
    )
    for name, profile, common_name in (
        ("leader", vnsign.CertificateProfile.OFFICIAL, "Nguyễn Văn An"),
        ("agency", vnsign.CertificateProfile.AGENCY_SEAL, "UBND tỉnh An Bình"),
    ):
        subject = vnsign.Subject(common_name=common_name, organization="UBND tỉnh An Bình")
        vnsign.write_pkcs12(folder / f"{name}.p12", authority.enroll(profile, subject), PHRASE)
    root, issuing = (certificate.public_bytes(Encoding.DER) for certificate in authority.certificates())
    (folder / "root.cer").write_bytes(root)
    (folder / "trust").mkdir()
    (folder / "trust" / "root.cer").write_bytes(root)
    (folder / "trust" / "issuing.cer").write_bytes(issuing)
    (folder / "outbox" / "phong").mkdir(parents=True)
    (folder / "passphrase").write_bytes(PHRASE + b"\n")
    (folder / "list.txt").write_text("decision.pdf\n", encoding="utf-8")
    (folder / "draft.pdf").write_bytes(official_page())
    (folder / "sign.png").write_bytes(solid((20, 40, 200), size_mm=(45, 22)))
    (folder / "seal.png").write_bytes(ring((220, 20, 30), size_mm=36))
    for file in ("decision.pdf", "annex.pdf", "scan.pdf", "outbox/a.pdf", "outbox/phong/b.pdf"):
        (folder / file).write_bytes(plain_pdf())
    tsa = f"{listener.base_url}/tsa"
    with vnsign.serve(vnsign.create_app(authority), listener=listener):
        leader = vnsign.Signer.from_pkcs12(folder / "leader.p12", PHRASE)
        letter = vnsign.sign_pdf(plain_pdf(), leader, level="B-LT", tsa=tsa)
        (folder / "letter.pdf").write_bytes(letter)
        yield folder, {TSA: tsa, FINGERPRINT: sha256(root).hexdigest()}


def console_lines(page: Path) -> list[str]:
    """Return what the console blocks of a page have the reader type."""
    blocks = re.findall(r"^```console\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]


@pytest.mark.parametrize("language", ["", ".vi"])
@pytest.mark.parametrize(
    "pages", [("keep-for-years", "verify", "watch-an-archive"), ("place-a-signature",), ("sign-a-batch",)], ids=" ".join
)
def test_the_commands_of_a_page_run(
    pages: tuple[str, ...],
    language: str,
    desk: tuple[Path, dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In their order, with the files that the pages name; each ends with 0."""
    folder, ours = desk
    monkeypatch.chdir(folder)
    monkeypatch.setenv("VNSIGN_PASSPHRASE", PHRASE.decode())
    lines = [line for page in pages for line in console_lines(HOWTO / f"{page}{language}.md")]
    assert len(lines) >= 3
    for line in lines:
        words = [ours.get(word, word) for word in shlex.split(line)]
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"letter.pdf\n")))  # for a list of files
        with pytest.raises(SystemExit) as ended:
            main(words[1:])
        assert ended.value.code == 0, (line, capsys.readouterr())
