"""PDFs as strangers write them: of objects as they are, with the cross-references that belong to them."""

from __future__ import annotations

from collections.abc import Iterable

CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"


def raw_pdf(objects: Iterable[bytes]) -> bytes:
    """Return a PDF of objects as they are, numbered from 1; the first is its catalog."""
    body, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    body += b"".join(b"%010d 00000 n \n" % place for place in places)
    body += b"trailer <</Root 1 0 R /Size %d>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, start)
    return bytes(body)


def page_pdf(words: str) -> bytes:
    """Return a page with words in plain letters."""
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    content = b"BT /F1 14 Tf 60 720 Td (%s) Tj ET" % words.encode("ascii")
    stream = b"<</Length %d>>\nstream\n%s\nendstream" % (len(content), content)
    page = PAGE[:-2] + b"/Contents 5 0 R/Resources<</Font<</F1 4 0 R>>>>>>"
    return raw_pdf([CATALOG, b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, font, stream])


def deep_pdf(count: int) -> bytes:
    """Return a page whose resources lead from one object to the next, so many times."""
    chain = [b"<</Next %d 0 R>>" % (number + 5) for number in range(count - 1)]
    page = PAGE[:-2] + b"/Resources<</Properties<</A 4 0 R>>>>>>"
    return raw_pdf([CATALOG, b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, *chain, b"<</End true>>"])
