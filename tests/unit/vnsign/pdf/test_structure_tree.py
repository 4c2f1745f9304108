"""A structure tree may gain what new widgets need; what it said before stays said, in its order."""

from __future__ import annotations

from io import BytesIO

import pikepdf
import pytest

from tests.forgery import append_increment, next_number, number_of_catalog
from vnsign.pdf.comparing.change_kinds import ChangeKind
from vnsign.pdf.comparing.changes import compare_revisions

_ROOT, _PARAGRAPH, _OTHER, _WIDGET = 10, 11, 12, 13


def tagged() -> bytes:
    """Return a PDF with two paragraphs and a widget."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        out = BytesIO()
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    plain = out.getvalue()
    catalog = number_of_catalog(plain)
    assert next_number(plain) <= _ROOT
    return append_increment(
        plain,
        {
            catalog: b"<< /Type /Catalog /Pages 2 0 R /StructTreeRoot %d 0 R >>" % _ROOT,
            _ROOT: b"<< /Type /StructTreeRoot /K [ %d 0 R %d 0 R ] >>" % (_PARAGRAPH, _OTHER),
            _PARAGRAPH: b"<< /S /P /P %d 0 R /K [ 0 1 ] /ActualText (15) >>" % _ROOT,
            _OTHER: b"<< /S /P /P %d 0 R /K 2 >>" % _ROOT,
            _WIDGET: b"<< /Type /Annot /Subtype /Widget /FT /Sig /Rect [ 0 0 0 0 ] >>",
        },
    )


FORM = b"<< /S /Form /P 10 0 R /K << /Type /OBJR /Obj 13 0 R >> >>"


def kinds(changed: dict[int, bytes]) -> list[ChangeKind]:
    """Compare the tagged document with itself and an increment."""
    before = tagged()
    after = append_increment(before, changed)
    with pikepdf.open(BytesIO(before)) as old, pikepdf.open(BytesIO(after)) as new:
        return [change.kind for change in compare_revisions(old, new)]


@pytest.mark.parametrize(
    "changed",
    [
        {_ROOT: b"<< /Type /StructTreeRoot /K [ 11 0 R 12 0 R 14 0 R ] >>", 14: FORM},
        {_ROOT: b"<< /Type /StructTreeRoot /K [ 14 0 R 11 0 R 12 0 R ] /ParentTreeNextKey 3 >>", 14: FORM},
        {_OTHER: b"<< /S /P /P 10 0 R /K [ 2 14 0 R ] >>", 14: FORM.replace(b"/P 10", b"/P 12")},
    ],
)
def test_a_widget_s_element_may_be_added(changed: dict[int, bytes]) -> None:
    """At the end, before, or within: nothing else is said."""
    assert kinds(changed) == [ChangeKind.STRUCTURE_EXTENDED]


@pytest.mark.parametrize(
    "changed",
    [
        {_PARAGRAPH: b"<< /S /P /P 10 0 R /K [ 0 1 ] /ActualText (95) >>"},
        {_PARAGRAPH: b"<< /S /P /P 10 0 R /K [ 1 0 ] /ActualText (15) >>"},
        {_PARAGRAPH: b"<< /S /P /P 10 0 R /K [ 0 ] /ActualText (15) >>"},
        {_PARAGRAPH: b"<< /S /Artifact /P 10 0 R /K [ 0 1 ] /ActualText (15) >>"},
        {_ROOT: b"<< /Type /StructTreeRoot /K [ 12 0 R 11 0 R ] >>"},
        {_ROOT: b"<< /Type /StructTreeRoot /K [ 11 0 R ] >>"},
        {_ROOT: b"<< /Type /StructTreeRoot >>"},
        {_ROOT: b"<< /Type /StructTreeRoot /K [ 11 0 R 12 0 R 14 0 R ] >>", 14: b"<< /S /P /P 10 0 R /K 0 >>"},
        {
            _ROOT: b"<< /Type /StructTreeRoot /K [ 11 0 R 12 0 R 14 0 R ] >>",
            14: FORM.replace(b"/S /Form", b"/S /Form /ActualText (95)"),
        },
        {_ROOT: b"<< /Type /StructTreeRoot /K [ 11 0 R 12 0 R 14 0 R ] >>", 14: b"<< /S /P /P 10 0 R >>"},
        {_ROOT: b"null"},
    ],
)
def test_what_was_said_may_not_be_said_otherwise(changed: dict[int, bytes]) -> None:
    """Other text, other order, elements gone, new ones with content: a change of the catalog."""
    assert kinds(changed) == [ChangeKind.CATALOG_CHANGED]
