"""Looks measured on the rendered page: place and size of seal and image, font, size and letters of the text."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image, ImageChops

import vnsign
from tests.documents_kit import (
    CENTRE_X_MM,
    HEIGHT_MM,
    NAME,
    NAME_MM,
    POSITION,
    POSITION_MM,
    WIDTH_MM,
    Paper,
    official_page,
    ring,
    solid,
)
from tests.materials import HandClock, Office, make_office
from tests.support import require_tool

pytestmark = pytest.mark.slow  # real services and pages: CI runs them

DPI = 200
PERSON_MM, SEAL_MM = (45.0, 22.0), (36.0, 36.0)
BLUE, RED = (20, 40, 200), (220, 20, 30)
PAGES = pytest.mark.parametrize(
    ("rotation", "crop_mm"),
    [
        pytest.param(0, None, id="A4"),
        pytest.param(90, None, id="turned 90"),
        pytest.param(180, None, id="turned 180", marks=pytest.mark.slow),
        pytest.param(270, None, id="turned 270", marks=pytest.mark.slow),
        pytest.param(0, (12, 25, 8, 10), id="cropped", marks=pytest.mark.slow),
        pytest.param(90, (12, 25, 8, 10), id="cropped and turned"),
    ],
)
Crop = tuple[float, float, float, float] | None


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One authority for the module, at 08:05:09 in Vietnam on 3 February 2026."""
    clock = HandClock(datetime(2026, 2, 3, 1, 5, 9, tzinfo=UTC))
    return make_office(tmp_path_factory.mktemp("authority"), clock=clock)


def render(pdf: bytes, folder: Path, *, dpi: int = DPI) -> Image.Image:
    """Return the first page as poppler shows it."""
    path = folder / "page.pdf"
    path.write_bytes(pdf)
    subprocess.run(
        [require_tool("pdftoppm"), "-cropbox", "-singlefile", "-r", str(dpi), "-png", path, folder / "page"], check=True
    )
    with Image.open(folder / "page.png") as picture:
        return picture.convert("RGB")


def extent_mm(picture: Image.Image, colour: tuple[int, int, int], *, dpi: int = DPI) -> tuple[float, ...]:
    """Return left, top, width, height in mm of what has nearly this colour."""
    plain = Image.new("RGB", picture.size, colour)
    distance = ImageChops.difference(picture, plain).convert("L").point(lambda v: 255 if v < 24 else 0)
    box = distance.getbbox()
    assert box is not None
    left, top, right, bottom = (v / dpi * 25.4 for v in box)
    return left, top, right - left, bottom - top


def issue(office: Office, *, rotation: int, crop_mm: Crop) -> bytes:
    """Return a document of a word processor: prepared, signed by the leader, numbered, sealed."""
    draft = official_page(rotation=rotation, crop_mm=crop_mm)
    person = vnsign.find_place(draft, position=POSITION, name=NAME, size_mm=PERSON_MM)
    prepared = vnsign.prepare_official_pdf(draft, persons=[person], seal_mm=SEAL_MM, find_blanks=rotation == 0)
    signed = vnsign.sign_pdf(
        prepared,
        office.leader,
        field="ChuKyNguoiKy",
        certify=True,
        level="B-T",
        tsa=office.tsa,
        image=solid(BLUE, size_mm=PERSON_MM),
        revocation=office.crls,
        clock=office.clock,
    )
    if rotation == 0:
        signed = vnsign.fill_pdf(signed, {"so": "15", "ngay": "03", "thang": "02"})
    return vnsign.seal_pdf(
        signed,
        office.seal,
        field="ConDauCoQuan",
        trust=office.trust,
        tsa=office.tsa,
        image=ring(RED, size_mm=SEAL_MM[0]),
        revocation=office.crls,
        clock=office.clock,
    )


@PAGES
def test_seal_and_image_stand_where_the_decree_says(
    office: Office, rotation: int, crop_mm: Crop, tmp_path: Path
) -> None:
    """PL I II.7.d, II.8.a: image centred between position and name; seal in real size over its left third; ± 1 mm.

    NĐ 30/2020 Điều 17.2: "Ký số của cơ quan, tổ chức được thực hiện theo quy định tại Phụ lục I Nghị định này."
    """
    picture = render(issue(office, rotation=rotation, crop_mm=crop_mm), tmp_path)

    cut_left, cut_top = (crop_mm[0], crop_mm[1]) if crop_mm is not None else (0, 0)
    x, y, width, height = extent_mm(picture, BLUE)
    seal_x, seal_y, seal_width, seal_height = extent_mm(picture, RED)
    assert (width, height) == pytest.approx(PERSON_MM, abs=1)
    assert x + width / 2 == pytest.approx(CENTRE_X_MM - cut_left, abs=1)
    assert y + height / 2 == pytest.approx((POSITION_MM + NAME_MM) / 2 - cut_top, abs=1)
    assert (seal_width, seal_height) == pytest.approx(SEAL_MM, abs=1)
    assert seal_y + seal_height / 2 == pytest.approx(y + height / 2, abs=1)
    assert 0.30 <= (seal_x + seal_width - x) / width <= 0.36


def test_the_seal_is_painted_over_the_signature(office: Office, tmp_path: Path) -> None:
    """Law reference §5.3: the hand signature first, the seal over it."""
    picture = render(issue(office, rotation=0, crop_mm=None), tmp_path)

    x, y, width, height = extent_mm(picture, RED)
    rightmost = picture.getpixel((round((x + width - 0.4) / 25.4 * DPI), round((y + height / 2) / 25.4 * DPI)))
    assert isinstance(rightmost, tuple)
    assert rightmost[0] > 150
    assert rightmost[2] < 120


def test_number_and_date_stand_in_the_blanks(office: Office, tmp_path: Path) -> None:
    """The filled page reads as if it had been printed so."""
    (tmp_path / "filled.pdf").write_bytes(issue(office, rotation=0, crop_mm=None))

    text = subprocess.run(
        [require_tool("pdftotext"), "-layout", tmp_path / "filled.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    words = " ".join(text.split())
    assert "Số: 15/QĐ-UBND" in words
    assert "An Bình, ngày 03 tháng 02 năm 2026" in words


@PAGES
def test_the_attachments_text_is_upright_black_times_of_size_ten(
    office: Office, rotation: int, crop_mm: Crop, tmp_path: Path
) -> None:
    """PL I II.8.b, compared with the same words set by another program in the top right corner."""
    blank = Paper(rotation=rotation, crop_mm=crop_mm).write(30, 150, " ").pdf()
    attachment = vnsign.SealedAttachment(number_symbol="15/QĐ-UBND", main_sha256="0" * 64)
    signed = vnsign.seal_attachment_pdf(
        blank,
        office.seal,
        attachment=attachment,
        level="B-T",
        tsa=office.tsa,
        revocation=office.crls,
        clock=office.clock,
    )
    words = "Số: 15/QĐ-UBND; 03/02/2026; 08:05:09 +07:00"
    cut_left, cut_top, cut_right, _ = crop_mm or (0, 0, 0, 0)
    look = vnsign.TextLook(lines=(words,))
    drop = look.typeface().ascent / 1000 * 10 / 72 * 25.4
    expected = Paper(crop_mm=crop_mm)
    expected.write(WIDTH_MM - cut_right - 15 - look.size_mm[0], cut_top + 8 + drop, words, size=10)

    (tmp_path / "expected").mkdir()
    shown, printed = render(signed, tmp_path), render(expected.pdf(), tmp_path / "expected")

    assert_same_ink(shown, printed)
    assert all(r == g == b for _, (r, g, b) in shown.getcolors(1 << 24) or [])  # type: ignore[misc]  # RGB
    fonts = subprocess.run(
        [require_tool("pdffonts"), tmp_path / "page.pdf"], capture_output=True, text=True, check=True
    ).stdout
    assert "VNSIGN+LiberationSerif" in fonts
    used = next(line for line in fonts.splitlines() if "VNSIGN+" in line)
    assert used.split()[-5:-2] == ["yes", "yes", "yes"]  # embedded, subset, ToUnicode
    assert shown.size == pytest.approx(
        ((WIDTH_MM - cut_left - cut_right) / 25.4 * DPI, (HEIGHT_MM - cut_top - (crop_mm or (0,) * 4)[3]) / 25.4 * DPI),
        abs=2,
    )


def assert_same_ink(one: Image.Image, other: Image.Image) -> None:
    """Compare the dark pixels of two pages: the same place within 0.3 mm, and nearly the same shapes."""

    def ink(picture: Image.Image) -> Image.Image:
        return picture.convert("L").point(lambda v: 255 if v < 128 else 0)

    first, second = ink(one), ink(other)
    boxes = first.getbbox(), second.getbbox()
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[0] == pytest.approx(boxes[1], abs=0.3 / 25.4 * DPI)
    cut = first.crop(boxes[0]), second.crop(boxes[1])
    size = (min(c.width for c in cut), min(c.height for c in cut))
    first, second = (c.crop((0, 0, *size)) for c in cut)
    both = sum(ImageChops.darker(first, second).histogram()[128:])
    either = sum(ImageChops.lighter(first, second).histogram()[128:])
    assert both / either > 0.7


def test_vietnamese_letters_are_all_there(office: Office, tmp_path: Path) -> None:
    """Every letter with its accents, in a copy's text, wrapped; read back by poppler and by its shapes."""
    agency = "Ủy ban nhân dân xã Đặng Thuỳ Trâm, Quảng Ngãi ỲỶỸỴ ỡợẵặ"
    copy = vnsign.SealedCopy(
        form=vnsign.CopyForm.TRICH_SAO, direction=vnsign.CopyDirection.ELECTRONIC_TO_ELECTRONIC, agency=agency
    )
    signed = vnsign.seal_copy_pdf(
        Paper().write(30, 150, " ").pdf(),
        office.seal,
        copy=copy,
        level="B-T",
        tsa=office.tsa,
        revocation=office.crls,
        clock=office.clock,
    )
    lines = (f"TRÍCH SAO; {agency};", "03/02/2026; 08:05:09 +07:00")
    look = vnsign.TextLook(lines=lines)
    ascent = look.typeface().ascent / 1000 * 10 / 72 * 25.4
    expected = Paper()
    for number, line in enumerate(lines):
        x = WIDTH_MM - 15 - vnsign.TextLook(lines=(line,)).size_mm[0]
        expected.write(x, 8 + ascent + number * 11.5 / 72 * 25.4, line, size=10)

    (tmp_path / "expected").mkdir()
    assert_same_ink(render(signed, tmp_path), render(expected.pdf(), tmp_path / "expected"))
    text = subprocess.run(
        [require_tool("pdftotext"), "-layout", tmp_path / "page.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    assert agency in text
