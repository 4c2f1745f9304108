"""Documents as a word processor makes them, for tests that look for places in their text."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from io import BytesIO

import pikepdf
from PIL import Image, ImageDraw
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

import vnsign

WIDTH_MM, HEIGHT_MM = 210.0, 297.0
POSITION, NAME = "CHỦ TỊCH", "Nguyễn Văn Ủy"
#: Centres of the two lines in official_page, in mm from the top left corner.
CENTRE_X_MM, POSITION_MM, NAME_MM = 150.0, 200.0, 240.0


@lru_cache(maxsize=1)
def _fonts() -> None:
    for style in vnsign.FontStyle:
        # reportlab lets fonts of one face share this setting: the same as docflow.printing
        pdfmetrics.registerFont(TTFont(f"Serif{style.value}", str(vnsign.bundled_font(style)), asciiReadable=False))


class Paper:
    """An A4 page drawn from the top left corner in mm."""

    def __init__(self, *, rotation: int = 0, crop_mm: tuple[float, float, float, float] | None = None) -> None:
        _fonts()
        self._out = BytesIO()
        self._canvas = canvas.Canvas(self._out, pagesize=(WIDTH_MM * mm, HEIGHT_MM * mm), invariant=True)
        self._rotation, self._crop = rotation, crop_mm

    def write(self, x: float, y: float, text: str, *, size: float = 13, style: str = "Regular") -> Paper:
        """Write a line, its baseline beginning at a place."""
        self._canvas.setFont(f"Serif{style}", size)
        self._canvas.drawString(x * mm, (HEIGHT_MM - y) * mm, text)
        return self

    def centred(self, x: float, y: float, text: str, *, size: float = 13, style: str = "Bold") -> Paper:
        """Write a line whose middle is at a place."""
        face = pdfmetrics.getFont(f"Serif{style}").face
        drop = (face.ascent + face.descent) / 2000 * size
        width = pdfmetrics.stringWidth(text, f"Serif{style}", size)
        return self.write(x - width / 2 / mm, y + drop / mm, text, size=size, style=style)

    def page(self) -> Paper:
        """Begin another page."""
        self._canvas.showPage()
        return self

    def pdf(self) -> bytes:
        """Return the PDF: stored as asked, seen upright, cut as seen."""
        self._canvas.save()
        with pikepdf.open(BytesIO(self._out.getvalue())) as document:
            for page in document.pages:
                _turn(document, page, self._rotation, self._crop)
            out = BytesIO()
            document.save(out, deterministic_id=True)
            return out.getvalue()


def _turn(
    document: pikepdf.Pdf, page: pikepdf.Page, rotation: int, crop_mm: tuple[float, float, float, float] | None
) -> None:
    """Turn the content one way and the page the other: it is seen as before, but stored on its side."""
    width, height = WIDTH_MM * mm, HEIGHT_MM * mm
    a, b, c, d, e, f = {
        90: (0, 1, -1, 0, height, 0),
        180: (-1, 0, 0, -1, width, height),
        270: (0, -1, 1, 0, 0, width),
    }.get(rotation, (1, 0, 0, 1, 0, 0))

    def stored(left: float, bottom: float, right: float, top: float) -> pikepdf.Array:
        xs, ys = zip(*((a * x + c * y + e, b * x + d * y + f) for x, y in ((left, bottom), (right, top))), strict=True)
        return pikepdf.Array([min(xs), min(ys), max(xs), max(ys)])

    page.contents_add(document.make_stream(f"q {a} {b} {c} {d} {e:.4f} {f:.4f} cm\n".encode()), prepend=True)
    page.contents_add(document.make_stream(b"\nQ\n"))
    page.Rotate = rotation
    page.MediaBox = stored(0, 0, width, height)
    if crop_mm is not None:
        left, top, right, bottom = crop_mm
        page.CropBox = stored(left * mm, bottom * mm, width - right * mm, height - top * mm)


def official_page(
    *, rotation: int = 0, crop_mm: tuple[float, float, float, float] | None = None, decomposed: bool = False
) -> bytes:
    """Return a decision's page: blanks for number and date, and a signature block with "TM. ỦY BAN NHÂN DÂN"."""

    def spelled(text: str) -> str:
        return unicodedata.normalize("NFD", text) if decomposed else text

    paper = Paper(rotation=rotation, crop_mm=crop_mm)
    paper.write(30, 40, "Số:             /QĐ-UBND")
    paper.write(110, 40, "An Bình, ngày        tháng        năm 2026", style="Italic")
    paper.write(30, 80, "Căn cứ Luật Tổ chức chính quyền địa phương; theo đề nghị của Chủ tịch Hội đồng;")
    paper.write(30, 194, "Nơi nhận:", size=12, style="BoldItalic")
    paper.centred(CENTRE_X_MM, 193, spelled("TM. ỦY BAN NHÂN DÂN"))
    paper.centred(CENTRE_X_MM, POSITION_MM, spelled(POSITION))
    paper.centred(CENTRE_X_MM, NAME_MM, spelled(NAME))
    return paper.pdf()


@lru_cache
def solid(colour: tuple[int, int, int], *, size_mm: tuple[float, float], dpi: int = 300) -> bytes:
    """Return a PNG filled with one colour, of a size by its resolution: its edges can be measured."""
    pixels = tuple(round(side / 25.4 * dpi) for side in size_mm)
    image = Image.new("RGBA", (pixels[0], pixels[1]), (*colour, 255))
    out = BytesIO()
    image.save(out, "PNG", dpi=(dpi, dpi))
    return out.getvalue()


@lru_cache
def ring(colour: tuple[int, int, int], *, size_mm: float, dpi: int = 300) -> bytes:
    """Return a round seal: a ring that touches the four edges, transparent inside."""
    side = round(size_mm / 25.4 * dpi)
    image = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((0, 0, side - 1, side - 1), outline=(*colour, 255), width=12)
    out = BytesIO()
    image.save(out, "PNG", dpi=(dpi, dpi))
    return out.getvalue()
