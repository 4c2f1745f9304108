"""What a signature's byte range covers.

What it does not do: judge what stands after it (:mod:`vnsign.verification.modifications`).

Source: ISO 32000-2 §12.8.1.
"""

from __future__ import annotations

from vnsign.pdf.reading.structure import ByteRangeProblem, FoundSignature
from vnsign.report import Coverage


def coverage_of(found: FoundSignature, *, covers_whole_file: bool) -> Coverage:
    """Name what a signature covers.

    Args:
        found: The signature.
        covers_whole_file: Nothing at all follows the bytes it covers.
    """
    if found.problem is None:
        return Coverage.ENTIRE_FILE if covers_whole_file else Coverage.ENTIRE_REVISION
    if found.problem is ByteRangeProblem.NOT_WHOLE_REVISION:
        return Coverage.CONTIGUOUS_FROM_START
    return Coverage.ODD
