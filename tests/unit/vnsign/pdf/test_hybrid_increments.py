"""Hybrid increments: a table for old readers and a stream for new ones must not say two things.

Source: ISO 32000-2 §7.5.8.4.
"""

from __future__ import annotations

from io import BytesIO

import pikepdf
import pytest

from tests.forgery import next_number, number_of_catalog, stream
from tests.materials import plain_pdf
from vnsign.pdf.comparing.appended import oddity_of_appended


def hybrid(pdf: bytes, *, shift: int = 0, other: bool = False) -> bytes:
    """Append one object, listed in the table and in the stream beside it.

    Args:
        pdf: What it is appended to.
        shift: How far off the stream's offset lies.
        other: Whether the stream leads to a second copy of the object.
    """
    new = next_number(pdf)
    previous = int(pdf[pdf.rindex(b"startxref") + 9 :].split()[0])
    out = bytearray(pdf)
    at = len(out)
    out += b"%d 0 obj\n(mot)\nendobj\n" % new
    second = len(out)
    if other:
        out += b"%d 0 obj\n(hai)\nendobj\n" % new
    beside = len(out)
    rows = b"".join(
        b"\x01" + offset.to_bytes(4, "big") + b"\0" for offset in ((second if other else at) + shift, beside)
    )
    entries = b"/Type /XRef /W [1 4 1] /Size %d /Index [%d 2] /Root %d 0 R" % (new + 2, new, number_of_catalog(pdf))
    out += b"%d 0 obj\n%s\nendobj\n" % (new + 1, stream(rows, entries))
    table = len(out)
    out += b"xref\n%d 2\n%010d 00000 n \n%010d 00000 n \n" % (new, at, beside)
    out += b"trailer\n<< /Size %d /Root %d 0 R /Prev %d /XRefStm %d >>\n" % (
        *(new + 2, number_of_catalog(pdf), previous),
        beside,
    )
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % table)


def odd(pdf: bytes, before: bytes) -> str:
    """Return what is odd about what was appended."""
    with pikepdf.open(BytesIO(before)) as old:
        return oddity_of_appended(pdf, len(before), old=old)


def test_a_table_and_a_stream_that_agree_are_no_riddle() -> None:
    """Some writers list everything in both."""
    before = plain_pdf()

    assert odd(hybrid(before), before) == ""


@pytest.mark.parametrize(("shift", "other"), [(1, False), (0, True)])
def test_a_table_and_a_stream_that_disagree_are(shift: int, other: bool) -> None:  # noqa: FBT001
    """Old readers would see one object, new ones another."""
    before = plain_pdf()

    assert "disagree" in odd(hybrid(before, shift=shift, other=other), before)
