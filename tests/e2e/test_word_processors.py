"""A decision written in LibreOffice and one printed from a browser go the whole way, and the page is measured.

Word itself cannot be run here; what a PDF of Word looks like to us (text in many pieces, subset fonts, tags) these two
share.

Source: NĐ 30/2020/NĐ-CP Phụ lục I Phần I mục II.3, II.4, II.7.d, II.8.a; TT 01/2019/TT-BNV Điều 11.1.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

import vnsign
from tests.documents_kit import ring, solid
from tests.e2e.test_looks_measured import BLUE, DPI, PERSON_MM, RED, SEAL_MM, extent_mm, render
from tests.materials import Office, make_office
from tests.support import require_tool

pytestmark = [pytest.mark.slow]

POSITION, NAME = "KT. CHỦ TỊCH", "Trần Thị Ổn"
BLANK = "&nbsp;" * 12
PAGE = f"""<!doctype html><html lang=vi><meta charset=utf-8><style>
@page {{ size: A4; margin: 20mm 15mm 20mm 30mm }} body {{ font-family: "Liberation Serif"; font-size: 13pt }}
</style><body>
<table width=100%><tr><td width=45% align=center>ỦY BAN NHÂN DÂN<br>TỈNH AN BÌNH<br>Số:{BLANK}/QĐ-UBND</td>
<td align=center><b>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM<br>Độc lập - Tự do - Hạnh phúc</b><br>
<i>An Bình, ngày{BLANK}tháng{BLANK}năm 2026</i></td></tr></table>
<p align=center><b>QUYẾT ĐỊNH</b><br>Về việc ban hành Quy chế tiếp công dân</p>
<p>Căn cứ Luật Tổ chức chính quyền địa phương; theo đề nghị của Chủ tịch Hội đồng; xét quy chế, kế hoạch và đề án;</p>
<table width=100%><tr><td width=50% valign=top><b><i>Nơi nhận:</i></b><br>- Như Điều 3;<br>- Lưu: VT.</td>
<td align=center valign=top><b>{POSITION}<br>PHÓ CHỦ TỊCH</b><br><br><br><br><br><br><br><b>{NAME}</b></td></tr></table>
</body></html>"""


def by_libreoffice(folder: Path) -> bytes:
    """Write it as a text document, export that."""
    tool = require_tool("soffice", "libreoffice")
    (folder / "a.html").write_text(PAGE, encoding="utf-8")
    for source, kind in (("a.html", "odt:writer8"), ("a.odt", "pdf:writer_pdf_Export")):
        command = [
            tool,
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--writer",
            "--convert-to",
            kind,
        ]
        subprocess.run([*command, "--outdir", folder, folder / source], check=True, capture_output=True, timeout=150)
    return (folder / "a.pdf").read_bytes()


def by_chromium(folder: Path) -> bytes:
    """Print it."""
    (folder / "a.html").write_text(PAGE, encoding="utf-8")
    command: list[str] = [
        require_tool("chromium", "chromium-browser", "google-chrome"),
        *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
        *(
            "--disable-component-update",
            "--disable-sync",
            f"--user-data-dir={folder}/profile",
            "--no-pdf-header-footer",
        ),
        f"--print-to-pdf={folder / 'a.pdf'}",
        (folder / "a.html").as_uri(),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=150)
    return (folder / "a.pdf").read_bytes()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One authority for the module."""
    return make_office(tmp_path_factory.mktemp("authority"))


def issue(office: Office, draft: bytes) -> bytes:
    """Prepare, sign, number, seal."""
    person = vnsign.find_place(draft, position="PHÓ CHỦ TỊCH", name=NAME, size_mm=PERSON_MM)
    prepared = vnsign.prepare_official_pdf(draft, persons=[person], seal_mm=SEAL_MM)
    signed = vnsign.sign_pdf(
        prepared,
        office.leader,
        field="ChuKyNguoiKy",
        certify=True,
        level="B-T",
        tsa=office.tsa,
        image=solid(BLUE, size_mm=PERSON_MM),
        revocation=office.crls,
    )
    return vnsign.seal_pdf(
        vnsign.fill_pdf(signed, {"so": "15", "ngay": "03", "thang": "02"}),
        office.seal,
        field="ConDauCoQuan",
        trust=office.trust,
        tsa=office.tsa,
        image=ring(RED, size_mm=SEAL_MM[0]),
        revocation=office.crls,
    )


def lines_mm(pdf: bytes, folder: Path) -> dict[str, tuple[float, float]]:
    """Return the centre of each line, in mm from the top left corner, as poppler finds it."""
    (folder / "lines.pdf").write_bytes(pdf)
    command = [require_tool("pdftotext"), "-bbox-layout", str(folder / "lines.pdf"), "-"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = {}
    for box, inside in re.findall(r"<line ([^>]*)>(.*?)</line>", said, re.DOTALL):
        x1, y1, x2, y2 = (float(value) / 72 * 25.4 for value in re.findall(r'="([\d.]+)"', box))
        found[" ".join(re.findall(r">([^<]+)</word>", inside))] = ((x1 + x2) / 2, (y1 + y2) / 2)
    return found


def colour_at(picture: Image.Image, x_mm: float, y_mm: float) -> tuple[int, ...]:
    """Return the colour of a pixel."""
    pixel = picture.getpixel((round(x_mm / 25.4 * DPI), round(y_mm / 25.4 * DPI)))
    assert isinstance(pixel, tuple)
    return pixel


@pytest.mark.parametrize("make", [by_libreoffice, by_chromium], ids=lambda make: make.__name__)
def test_a_decision_goes_the_whole_way_and_looks_as_the_decree_says(
    make: Callable[[Path], bytes], office: Office, tmp_path: Path
) -> None:
    """Image centred between position and name, blue; seal red, in real size over its left third; number reads on."""
    draft = make(tmp_path)
    lines = lines_mm(draft, tmp_path)
    issued = issue(office, draft)
    picture = render(issued, tmp_path)

    x, y, width, height = extent_mm(picture, BLUE)
    seal_x, _, seal_width, seal_height = extent_mm(picture, RED)
    above, below = lines["PHÓ CHỦ TỊCH"], lines[NAME]
    assert (width, height) == pytest.approx(PERSON_MM, abs=1)
    assert x + width / 2 == pytest.approx((above[0] + below[0]) / 2, abs=1.5)
    assert y + height / 2 == pytest.approx((above[1] + below[1]) / 2, abs=1.5)
    assert (seal_width, seal_height) == pytest.approx(SEAL_MM, abs=1)
    assert 0.30 <= (seal_x + seal_width - x) / width <= 0.36
    assert colour_at(picture, x + width - 3, y + height / 2) == pytest.approx(BLUE, abs=4)
    assert colour_at(picture, seal_x + 0.4, y + height / 2) == pytest.approx(RED, abs=30)

    report = vnsign.inspect_pdf(issued, trust=office.trust, revocation=office.crls)
    assert report.verdict is vnsign.Verdict.TOTAL_PASSED
    said = " ".join(lines_mm(issued, tmp_path))
    assert re.search(r"15 ?/QĐ-UBND", said), said
    assert {"03", "02"} <= set(said.split()), said
