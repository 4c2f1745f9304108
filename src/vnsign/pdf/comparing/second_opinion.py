"""pyHanko's difference analysis as a second opinion on what our own comparison let pass.

Two readers with different parsers must agree before a change after signing counts as harmless.

What it does not do: make a verdict better. An opinion that could not be had (pyHanko cannot read every real file, and
takes minutes for some) is no opinion; our own comparison stands alone then.
"""

from __future__ import annotations

import re
from collections import Counter
from enum import StrEnum

import pikepdf

from vnsign.pdf.comparing.opinions import NO_OPINION, SecondOpinion
from vnsign.pdf.opening import MAX_PDF_BYTES
from vnsign.pdf.reading.opened import OpenedPdf
from vnsign.pdf.reading.structure import FoundSignature


class Asking(StrEnum):
    """When pyHanko is asked for its opinion: never, about what is not plain, always."""

    NEVER = "never"
    WHERE_NEEDED = "where_needed"
    ALWAYS = "always"


#: DocMDP level that allows annotations.
_ANNOTATE = 3
#: pyHanko reads a stream's table of n objects anew for each of them: n² entries, about 3 µs each, for each revision.
MAX_TABLE_READS = 300_000
#: Each signature has every later revision compared: the square of this, about 10 ms each.
MAX_REVISIONS = 20
_COMPRESSED = 2
_REUSED = re.compile(r"Update clobbers or reuses Reference\(idnum=(\d+), generation=(\d+)\)")


def _is_affordable(pdf: pikepdf.Pdf, data: bytes) -> bool:
    """Tell whether pyHanko can read this file, for all its signatures, in a second or two."""
    if data.count(b"startxref") > MAX_REVISIONS:
        return False
    sizes = Counter(e.obj_stream_number for e in pdf.get_xref_table().values() if e.type == _COMPRESSED)
    return sum(size * size for size in sizes.values()) <= MAX_TABLE_READS


def ask_second_opinion(file: OpenedPdf, found: FoundSignature) -> SecondOpinion:
    """Return pyHanko's opinion on the revisions after a signature.

    Field locks are not put to it: it takes a DSS after a lock on all fields for a change of fields (a false alarm seen
    with version 0.38); our own comparison judges locks.

    Args:
        file: The whole file.
        found: A signature whose byte range is in order.
    """
    if found.object_id == (0, 0) or found.permissions == _ANNOTATE:
        # it finds no revision for a dictionary without a number, and was not made for annotations
        return NO_OPINION
    if len(file.data) > MAX_PDF_BYTES:
        return NO_OPINION
    data = file.data[:]
    if not _is_affordable(file.until(), data):
        return NO_OPINION
    from vnsign.pdf.comparing.pyhanko_differences import differ  # noqa: PLC0415 — a third of a second that few verdicts need

    opinion = differ(data, found)
    used = _REUSED.match(opinion.reason)
    if used is not None and (int(used[1]), int(used[2])) not in file.until(found.covered_end).get_xref_table():
        # the number of a cross-reference stream that does not list itself, so that no reader knew of an object
        return NO_OPINION
    return opinion
