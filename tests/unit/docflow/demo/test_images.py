"""The demo's hand and seal: real size, transparent, in the colours of the Decree."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw

from docflow.demo.images import draw_seal, draw_signature
from docflow.signing import bundled_fonts

pytestmark = pytest.mark.slow  # real services and pages: CI runs them

NAMES = ["Nguyễn Văn Ủy", "Trần Thị Ổn", "Đặng Thị Cứu", "A", ""]
AGENCIES = [
    "SỞ Y TẾ",
    "ỦY BAN NHÂN DÂN TỈNH AN BÌNH",
    "ĐOÀN ĐẠI BIỂU QUỐC HỘI VÀ HỘI ĐỒNG NHÂN DÂN THÀNH PHỐ AN BÌNH",
]


def _open(png: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(png))
    assert image.format == "PNG"
    assert image.mode == "RGBA"
    return image


def _size_mm(image: Image.Image) -> tuple[float, float]:
    dpi_x, dpi_y = image.info["dpi"]
    return image.width / dpi_x * 25.4, image.height / dpi_y * 25.4


def _colour(image: Image.Image) -> tuple[int, int, int]:
    red, green, blue = (
        max(value for value, count in enumerate(band.histogram()) if count) for band in image.split()[:3]
    )
    return red, green, blue


def _ink_between(image: Image.Image, inner: float, outer: float) -> float:
    """Return which share of a ring of the seal is inked; radii in parts of the diameter."""
    ring = Image.new("L", image.size, 0)
    pen, side = ImageDraw.Draw(ring), image.width
    for radius, fill in ((outer, 255), (inner, 0)):
        pen.ellipse((side * (0.5 - radius), side * (0.5 - radius), side * (0.5 + radius), side * (0.5 + radius)), fill)
    histogram = image.getchannel("A").histogram(ring)
    return sum(histogram[129:]) / sum(histogram)


@pytest.mark.parametrize("name", NAMES)
def test_signature_is_blue_and_transparent_and_45_by_22_mm(name: str) -> None:
    """NĐ 30/2020 PL I II.7.d: blue, .png, transparent; its real size stands in the file."""
    image = _open(draw_signature(name))
    assert _size_mm(image) == pytest.approx((45, 22), abs=0.1)
    red, green, blue = _colour(image)
    assert blue > 2 * max(red, green)
    alpha = image.getchannel("A")
    assert alpha.histogram()[0] > alpha.histogram()[255] > 0
    left, top, right, bottom = alpha.getbbox() or (0, 0, 0, 0)
    assert left > 0 < top
    assert right < image.width
    assert bottom < image.height
    assert right - left > image.width / 2
    assert sum(alpha.histogram()[128:]) / (image.width * image.height) < 0.15


def test_each_leader_has_a_hand_of_his_own() -> None:
    """The same name gives the same bytes, another name another picture."""
    assert draw_signature(NAMES[0]) == draw_signature(NAMES[0])
    assert len({draw_signature(name) for name in NAMES}) == len(NAMES)


@pytest.mark.parametrize("diameter", [30.0, 36.0, 42.0])
def test_seal_is_red_and_transparent_and_of_real_size(diameter: float) -> None:
    """NĐ 30/2020 PL I II.8.a: red, .png, transparent, the size of the seal itself."""
    image = _open(draw_seal(AGENCIES[1], font=bundled_fonts().bold, diameter_mm=diameter))
    assert _size_mm(image) == pytest.approx((diameter, diameter), abs=0.1)
    red, green, blue = _colour(image)
    assert red > 4 * max(green, blue)
    assert image.getchannel("A").getbbox() == (0, 0, *image.size)
    assert image.getchannel("A").getpixel((0, 0)) == 0


@pytest.mark.parametrize("agency", AGENCIES)
def test_name_stands_between_the_rings(agency: str) -> None:
    """The letters, tone marks too, keep off both rings, however long the name."""
    image = _open(draw_seal(agency, font=bundled_fonts().bold))
    assert _ink_between(image, 0.482, 0.494) > 0.99
    assert _ink_between(image, 0.448, 0.452) < 0.02
    assert _ink_between(image, 0.314, 0.32) < 0.05
    assert _ink_between(image, 0.36, 0.41) > 0.03


def test_line_breaks_and_decomposed_letters_give_the_same_seal() -> None:
    """A name typed as NFD, or broken into two lines for the letterhead, gives the same seal."""
    font = bundled_fonts().bold
    seals = {
        draw_seal(name, font=font)
        for name in ("ỦY BAN NHÂN DÂN\nTỈNH AN BÌNH", "U\u0309Y BAN NHA\u0302N DA\u0302N TI\u0309NH AN BI\u0300NH")
    }
    assert len(seals) == 1
