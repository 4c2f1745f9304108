"""An object that a later revision takes away changes everything that led to it.

An entry that leads to nothing is none (ISO 32000-2 §7.3.9, §7.3.10), so the later revision alone does not tell who used
to lead to it.
"""

from __future__ import annotations

from io import BytesIO

import pikepdf
import pytest

from tests.forgery import append_increment
from vnsign.pdf.comparing.change_kinds import ChangeKind
from vnsign.pdf.comparing.changes import compare_revisions

_IMAGE, _LOOKS, _RESOURCES = 20, 21, 22


def drawn() -> bytes:
    """Return a page whose resources, three objects deep, hold an image."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        out = BytesIO()
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    with pikepdf.open(BytesIO(out.getvalue())) as pdf:
        page = pdf.pages[0].obj.objgen[0]
        parent = pdf.pages[0].obj["/Parent"].objgen[0]
    return append_increment(
        out.getvalue(),
        {
            page: b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 99 99] /Resources %d 0 R >>" % (parent, _RESOURCES),
            _RESOURCES: b"<< /XObject %d 0 R >>" % _LOOKS,
            _LOOKS: b"<< /Im1 %d 0 R >>" % _IMAGE,
            _IMAGE: b"<< /Length 0 /Subtype /Form /BBox [0 0 9 9] >>\nstream\n\nendstream",
        },
    )


@pytest.mark.parametrize("gone", [_IMAGE, _LOOKS, _RESOURCES])
def test_what_leads_to_an_object_that_is_gone_has_changed(gone: int) -> None:
    """The bytes of the page are the same, what it draws is not."""
    before = drawn()
    after = append_increment(before, {gone: b"null"})
    with pikepdf.open(BytesIO(before)) as old, pikepdf.open(BytesIO(after)) as new:
        assert [change.kind for change in compare_revisions(old, new)] == [ChangeKind.PAGE_CHANGED]
