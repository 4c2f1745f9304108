"""PDFs that strangers made: opened within limits, or refused.

Invariants:
    - Any bytes give an open PDF or our error; no file ends the process or fills the memory.

What it does not do: try passwords other than the empty one; obey what a file's encryption says about printing.

Source: docs/adr/0044, docs/adr/0087.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Sequence
from functools import cache

import pikepdf

from docflow.errors import ErrorCode, InputError

MAX_PRINTED_BYTES = 512 * 1024 * 1024
"""Larger files are not held in memory."""
MAX_PRINTED_PAGES = 5_000
"""More is a mistake, or a file made to keep a machine busy; ten reams of paper."""
_MAX_DEPTH = 1_500
"""Objects that lead to each other: the library copies them by calling itself, some hundred bytes of stack each."""
_MAX_LEVELS = 100
"""Of the tree of pages."""
_MAX_DECODED_BYTES = 256 * 1024 * 1024
_MAX_FILTERS = 4
_MAX_WARNINGS = 20_000


def open_strange_pdf(data: bytes) -> pikepdf.Pdf:
    """Open a PDF of unknown origin.

    What makes many pages of a small file, a page that is named 300,000 times, needs more repairs than the reader makes.

    Raises:
        InputError: ``MALFORMED_INPUT``; not a PDF, damaged, in need of a password, or too large.
    """
    if len(data) > MAX_PRINTED_BYTES:
        raise bad_pdf(f"it has more than {MAX_PRINTED_BYTES} bytes", vi="tệp quá lớn")
    _limit_reader()
    try:
        pdf = pikepdf.open(io.BytesIO(data), suppress_warnings=True, inherit_page_attributes=False)
    except pikepdf.PasswordError as exc:
        raise bad_pdf("it needs a password", vi="tệp cần mật khẩu để mở") from exc
    except Exception as exc:  # boundary: the library reports damage in several unrelated classes
        raise bad_pdf("it is no PDF, or damaged", vi="không phải tệp PDF, hoặc tệp hỏng") from exc
    try:
        count = len(pdf.pages)
    except Exception as exc:  # boundary: the same, while it looks for the pages
        pdf.close()
        raise bad_pdf("its pages cannot be found", vi="không đọc được các trang") from exc
    if not 1 <= count <= MAX_PRINTED_PAGES:
        pdf.close()
        raise bad_pdf(
            f"it has {count or 'no'} pages, and 1 to {MAX_PRINTED_PAGES} are printed",
            vi="không có trang, hoặc quá nhiều",
        )
    return pdf


def refuse_deep(pages: Sequence[pikepdf.Object]) -> None:
    """Refuse pages that the library cannot copy into another file: it would end the process.

    Args:
        pages: With all entries of their own: what they inherit is not looked at.

    Raises:
        InputError: ``MALFORMED_INPUT``; one object leads to the next more than a thousand times.
    """
    try:
        is_deep = _is_deeper(pages, _MAX_DEPTH)
    except Exception as exc:  # boundary: damage is found when an object is looked at
        raise bad_pdf("its objects cannot be read", vi="tệp hỏng") from exc
    if is_deep:
        raise bad_pdf("its objects are nested too deeply", vi="cấu trúc tệp quá sâu")


def _is_deeper(pages: Sequence[pikepdf.Object], limit: int) -> bool:
    """Return whether the library, which goes from object to object in this order, calls itself more often."""
    path: list[Iterator[object]] = [iter(pages)]
    seen: set[tuple[int, int]] = set()
    while path:
        try:
            found = next(path[-1])
        except StopIteration:
            path.pop()
            continue
        if not isinstance(found, pikepdf.Object):
            continue
        if found.is_indirect:
            if found.objgen in seen or (len(path) > 1 and _is_page(found)):
                continue
            seen.add(found.objgen)
        if len(path) > limit:
            return True
        path.append(_members(found))
    return False


def find_inherited(page: pikepdf.Object, key: str) -> object:
    """Return an entry of a page, or of the nodes of the tree above it; None if there is none.

    Source: ISO 32000-2 §7.7.3.4.
    """
    node: object = page
    for _ in range(_MAX_LEVELS):
        if not isinstance(node, pikepdf.Dictionary):
            return None
        if key in node:
            return node[key]
        node = node.get("/Parent")
    return None


def _members(found: pikepdf.Object) -> Iterator[object]:
    if isinstance(found, pikepdf.Array):
        return iter(found)
    if isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
        return iter([found.get(key) for key in sorted(found.keys())])
    return iter(())


def _is_page(found: pikepdf.Object) -> bool:
    """Return whether it is a page or a node of their tree, which are not copied with what points at them."""
    return isinstance(found, pikepdf.Dictionary) and found.get("/Type") in {pikepdf.Name.Page, pikepdf.Name.Pages}


def bad_pdf(reason: str, *, vi: str) -> InputError:
    """Return the error of a PDF that cannot be printed."""
    return InputError(
        ErrorCode.MALFORMED_INPUT, f"the PDF cannot be printed: {reason}", vi=f"Không in được tệp PDF: {vi}."
    )


@cache
def _limit_reader() -> None:
    """Set the library's own limits, once for the process: the same as vnsign's."""
    logging.getLogger("pikepdf").addHandler(logging.NullHandler())
    pikepdf.settings.set_qpdf_limits(
        doc_max_warnings=_MAX_WARNINGS,
        max_stream_filters=_MAX_FILTERS,
        flate_max_memory=_MAX_DECODED_BYTES,
        run_length_max_memory=_MAX_DECODED_BYTES,
        png_max_memory=_MAX_DECODED_BYTES,
        tiff_max_memory=_MAX_DECODED_BYTES,
        dct_max_memory=_MAX_DECODED_BYTES,
    )
