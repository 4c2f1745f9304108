"""Where a signature belongs, found in the text: between the line of the position and the line of the name.

Nothing is guessed: a text that stands nowhere, or in several places, is an error that names what was seen.

What it does not do: read scans (they have no text), or tell whose document it is.

Source: NĐ 30/2020/NĐ-CP Phụ lục I Phần I mục II.7.d (centred between position and name).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vnsign.errors import ErrorCode, InputError, UsageError
from vnsign.pdf.finding.text_lines import PageText, TextLine, fold, read_pages
from vnsign.pdf.writing.place import Place
from vnsign.policy.decree30 import centre_between

#: A name stands under its position: so far below at most, and so far beside.
MAX_DISTANCE_MM, MAX_OFFSET_MM = 100.0, 50.0
_SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureGap:
    """Two lines with room for a signature between them."""

    position: TextLine
    name: TextLine


def find_lines(pdf: bytes, text: str, *, page: int | None = None) -> tuple[TextLine, ...]:
    """Return every line that is ``text``, in reading order; accents, case and spaces do not count.

    Raises:
        UsageError: BAD_ARGUMENT for an empty text or a page that does not exist.
        InputError: NOT_A_PDF, MALFORMED_PDF, ENCRYPTED_PDF.
    """
    wanted = _folded(text)
    pages = read_pages(pdf, mentioning=(text,), page=page)
    return tuple(line for found in pages for line in found.lines if line.folded == wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """A place told by the lines it stands between: a name, and above it the nearest line with the position.

    Attributes:
        position: The whole line of the position, e.g. ``CHỦ TỊCH`` or ``KT. CHỦ TỊCH``.
        name: The whole line of the name.
        page: Look at this page only, 1 for the first.
        occurrence: Which one, 1 for the first, -1 for the last, if there are several.
        size_mm: Width and height of the image; None takes its real size.
    """

    position: str
    name: str
    page: int | None = None
    occurrence: int | None = None
    size_mm: tuple[float, float] | None = None


def find_between(pdf: bytes, between: Between, *, real_size_mm: tuple[float, float]) -> Place:
    """Return where an image goes: centred between the two lines.

    Args:
        pdf: Any PDF with text.
        between: The lines.
        real_size_mm: Size of the image, if ``between`` names none.

    Raises:
        InputError: TEXT_NOT_FOUND, TEXT_AMBIGUOUS, and as :func:`find_lines`.
        UsageError: BAD_ARGUMENT.
    """
    gap = find_signature_gap(pdf, between)
    size_mm = between.size_mm or real_size_mm
    at_mm = centre_between(gap.position.centre, gap.name.centre, size_mm=size_mm)
    return Place(page=gap.position.page, at_mm=at_mm, size_mm=size_mm)


def find_signature_gap(pdf: bytes, between: Between) -> SignatureGap:
    """Return the two lines.

    Raises:
        InputError: TEXT_NOT_FOUND, TEXT_AMBIGUOUS, and as :func:`find_lines`.
        UsageError: BAD_ARGUMENT.
    """
    position, name, occurrence = between.position, between.name, between.occurrence
    wanted = (_folded(position), _folded(name))
    pages = read_pages(pdf, mentioning=(position, name), page=between.page)
    gaps = [gap for found in pages for gap in _gaps(found, *wanted)]
    if not gaps:
        raise _nothing(pages, position=position, name=name)
    if occurrence is None and len(gaps) > 1:
        raise _several([gap.position for gap in gaps], f"{position!r} above {name!r}")
    if occurrence is None:
        return gaps[0]
    index = occurrence - 1 if occurrence > 0 else occurrence
    if occurrence == 0 or not -len(gaps) <= index < len(gaps):
        raise UsageError(ErrorCode.BAD_ARGUMENT, f"there are {len(gaps)} such places, not a number {occurrence}")
    return gaps[index]


def _folded(text: str) -> str:
    folded = fold(text)
    if not folded:
        raise UsageError(ErrorCode.BAD_ARGUMENT, "there is no text to look for")
    return folded


def _gaps(page: PageText, position: str, name: str) -> Iterator[SignatureGap]:
    positions = [line for line in page.lines if line.folded == position]
    for line in page.lines:
        above = [p for p in positions if _stands_above(p, line)] if line.folded == name else []
        if above:
            nearest = max(above, key=lambda p: p.centre[1])
            yield SignatureGap(position=nearest, name=line)


def _stands_above(position: TextLine, name: TextLine) -> bool:
    (x, y), (name_x, name_y) = position.centre, name.centre
    return 0 < name_y - y <= MAX_DISTANCE_MM and abs(name_x - x) <= MAX_OFFSET_MM


def _nothing(pages: Sequence[PageText], *, position: str, name: str) -> InputError:
    seen = []
    for text in (position, name):
        folded = fold(text)
        lines = [line for page in pages for line in page.lines if folded in line.folded]
        places = ", ".join(f"{line.where} ({line.text!r})" for line in lines[:_SHOWN])
        seen.append(f"{text!r} stands {places or 'nowhere'}")
    return InputError(
        ErrorCode.TEXT_NOT_FOUND,
        f"no line {position!r} stands above a line {name!r}: {'; '.join(seen)}",
        way_out="give both lines whole, as they stand in the document, or the place in mm; a scan has no text",
    )


def _several(lines: Sequence[TextLine], what: str) -> InputError:
    places = "; ".join(f"{number}: {line.where}" for number, line in enumerate(lines[:_SHOWN], start=1))
    return InputError(
        ErrorCode.TEXT_AMBIGUOUS,
        f"{what} stands in {len(lines)} places ({places})",
        way_out="name the page, or which one of them (-1 for the last)",
    )
