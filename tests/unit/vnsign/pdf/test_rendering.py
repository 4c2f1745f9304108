"""Pages as pictures."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pikepdf
import pytest
from PIL import Image

from tests.documents_kit import Paper
from tests.materials import plain_pdf
from vnsign.errors import ErrorCode, VnsignError
from vnsign.pdf.finding.pdfium import pdfium_document
from vnsign.pdf.finding.rendering import Stamp, draw_stamps, render_page


def test_a_page_is_seen_in_its_size() -> None:
    """A4 at 72 dots per inch."""
    assert render_page(plain_pdf(), dpi=72).size == (596, 842)


def test_an_image_is_drawn_where_it_would_go() -> None:
    """Without a look only the frame."""
    shown = draw_stamps(
        Image.new("RGB", (254, 254), "white"), [Stamp(look=None, at_mm=(5, 10), size_mm=(10, 4))], dpi=254
    )

    with Image.open(BytesIO(shown)) as picture:
        assert picture.getpixel((50, 100)) != (255, 255, 255)
        assert picture.getpixel((100, 120)) == (255, 255, 255)


@pytest.mark.parametrize(("page", "dpi"), [(2, 72), (0, 72), (1, 60_000)])
def test_a_page_that_cannot_be_shown_is_refused(page: int, dpi: int) -> None:
    """There is none, or it would fill the memory."""
    with pytest.raises(VnsignError) as refused:
        render_page(plain_pdf(), page=page, dpi=dpi)

    assert refused.value.code is ErrorCode.BAD_ARGUMENT


def test_a_page_of_a_square_kilometre_is_refused() -> None:
    """The size is the file's word."""
    with pikepdf.open(BytesIO(plain_pdf())) as document:
        document.pages[0].MediaBox = pikepdf.Array([0, 0, 14_000_000, 14_000_000])
        out = BytesIO()
        document.save(out)

    with pytest.raises(VnsignError):
        render_page(out.getvalue())


def test_a_thread_waits_until_a_document_is_closed() -> None:
    """PDFium is not safe for threads."""
    pdf = plain_pdf()
    other = threading.Thread(target=render_page, args=(pdf,))
    with pdfium_document(pdf):
        other.start()
        other.join(0.3)
        assert other.is_alive()
    other.join(10)
    assert not other.is_alive()


def test_threads_see_what_each_sees_alone() -> None:
    """However many ask at once."""
    pages = [Paper().write(30, 40 + n, f"page {n}").pdf() for n in range(8)]
    alone = [render_page(page, dpi=40).tobytes() for page in pages]

    with ThreadPoolExecutor(4) as pool:
        together = [picture.tobytes() for picture in pool.map(lambda page: render_page(page, dpi=40), pages)]

    assert together == alone
