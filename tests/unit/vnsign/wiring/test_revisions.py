"""Revisions taken out of a document, and pages that look different since."""

from __future__ import annotations

from io import BytesIO

import pikepdf
import pytest

import vnsign
from tests.materials import LEADER, SEAL, Office, leader_signed, make_office, numbered, plain_pdf, prepared_pdf, sealed
from vnsign.pdf.finding.differences import differing_pages
from vnsign.pdf.reading.revisions import find_revision_ends


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One authority for the module."""
    return make_office(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def flow(office: Office) -> tuple[bytes, bytes, bytes, bytes]:
    """Prepared, signed by the leader, numbered, sealed with evidence."""
    prepared = prepared_pdf()
    signed = leader_signed(office, prepared)
    filled = numbered(signed)
    return prepared, signed, filled, sealed(office, filled)


def test_every_revision_comes_out_byte_for_byte(flow: tuple[bytes, ...]) -> None:
    """What was written first is what comes out: prepared, signed, numbered, sealed."""
    *earlier, document = flow
    found = [vnsign.extract_revision(document, number) for number in range(1, 6)]

    assert found[:3] == earlier
    assert found[-1] == document


def test_what_somebody_signed_comes_out_by_the_name_of_his_field(flow: tuple[bytes, ...]) -> None:
    """The leader never saw the number; the agency did."""
    assert vnsign.extract_revision(flow[-1], LEADER) == flow[1]
    seal = vnsign.extract_revision(flow[-1], SEAL)
    assert seal.startswith(flow[2])
    assert vnsign.extract_revision(seal, LEADER) == flow[1]


def test_a_report_counts_the_same_revisions(office: Office, flow: tuple[bytes, ...]) -> None:
    """Number, end, what each brought, and which revision each signature covers."""
    report = vnsign.inspect_pdf(flow[-1], trust=office.trust)

    assert [revision.added for revision in report.revisions] == [
        ("content",),
        ("signature",),
        ("update",),
        ("signature",),
        ("security_store",),
    ]
    assert [revision.end for revision in report.revisions] == [
        len(vnsign.extract_revision(flow[-1], number)) for number in range(1, 6)
    ]
    assert [(s.field, s.revision) for s in report.signatures] == [(LEADER, 2), (SEAL, 4)]


@pytest.mark.parametrize("revision", [0, 6, -1, "KhongCo"])
def test_there_is_no_such_revision(flow: tuple[bytes, ...], revision: int | str) -> None:
    """An error that names what there is."""
    with pytest.raises(vnsign.UsageError) as refused:
        vnsign.extract_revision(flow[-1], revision)

    assert refused.value.way_out


def test_a_pdf_inside_a_pdf_is_no_revision(office: Office) -> None:
    """An attachment has cross-reference tables of its own; no reader of the outer file follows them."""
    outer = BytesIO()
    with pikepdf.open(BytesIO(plain_pdf())) as document:
        stream = document.make_stream(numbered(leader_signed(office)))
        document.Root.Attached = stream
        document.save(outer, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)

    assert find_revision_ends(outer.getvalue()) == (len(outer.getvalue()),)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"startxref\n0\n%%EOF", b"startxref\n9999999\n%%EOF\n" * 3])
def test_any_bytes_have_one_last_revision(data: bytes) -> None:
    """A damaged chain leaves what everybody sees: the whole file."""
    assert find_revision_ends(data)[-1] == len(data)


def test_pages_that_look_different_are_named(flow: tuple[bytes, ...]) -> None:
    """The number, the date and the seal appear on the only page; where, in millimetres."""
    (difference,) = vnsign.differing_pages(flow[-1], since=LEADER)
    left, top, right, bottom = difference.area_mm

    assert difference.page == 1
    assert 0 < difference.share < 1
    assert 0 <= left < right <= 210.1
    assert 0 <= top < bottom <= 297.1
    assert vnsign.differing_pages(flow[-1], since=SEAL) == ()


def test_a_page_added_later_is_different_as_a_whole() -> None:
    """Two revisions with different numbers of pages."""
    longer = BytesIO()
    with pikepdf.open(BytesIO(plain_pdf(pages=2))) as document:
        document.save(longer)
    (difference,) = differing_pages(plain_pdf(), longer.getvalue())
    assert (difference.page, difference.share) == (2, 1.0)
