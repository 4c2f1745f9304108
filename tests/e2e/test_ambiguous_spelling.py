"""Forgeries whose appended bytes are spelled so that readers take them apart in different ways.

Each was TOTAL_PASSED once: for our reader nothing had changed. What a person saw is told beside each.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from io import BytesIO

import pikepdf
import pytest

import vnsign
from tests.forgery import (
    append_increment,
    body_entry,
    body_of,
    next_number,
    number_of_catalog,
    number_of_page,
    stream,
)
from tests.materials import Office, make_office, rich_signed
from tests.rich_pdf import rich_pdf
from vnsign.pdf.comparing.appended import oddity_of_appended
from vnsign.pdf.reading.opened import OpenedPdf
from vnsign.pdf.reading.structure import read_structure
from vnsign.report import Modifications
from vnsign.verification.modifications import judge_changes

pytestmark = pytest.mark.slow

Forge = Callable[[bytes], bytes]
_DOUBTFUL = frozenset({Modifications.FORBIDDEN, Modifications.SUSPICIOUS, Modifications.UNKNOWN})
_LOOK = stream(b"1 0 0 rg 0 0 250 20 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 250 20]")
_STAMP = b"<< /Type /Annot /Subtype /Stamp /F 4 /Rect [60 715 310 735] /AP << /N %d 0 R >> >>"
_OTHER_PAGE = stream(b"BT /F1 14 Tf 60 720 Td (Tong so tien: 95.000.000 dong) Tj ET")
_SHADOW = 900
_AS_IF_OBJECT_0 = "a cross-reference table begins with object 1 as if it were object 0"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One authority for the module."""
    return make_office(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def genuine(office: Office) -> dict[str, bytes]:
    """The document with an approval signature, and with a certification."""
    return {"approved": rich_signed(office), "certified": rich_signed(office, certify=True)}


# ---------------------------------------------------------------- forging


def _page(change: Callable[[bytes], bytes]) -> Forge:
    """The page written again, with another spelling."""

    def forge(pdf: bytes) -> bytes:
        number = number_of_page(pdf)
        return append_increment(pdf, {number: change(body_of(pdf, number))})

    return forge


def _annotation_of_generation_7(pdf: bytes) -> bytes:
    """MuPDF and PDFium ask for no generation and draw the stamp."""
    number = int(body_entry(pdf, number_of_page(pdf), "/Annots").split()[0])
    new = next_number(pdf)
    with pikepdf.open(BytesIO(pdf)) as document:
        listed = document.get_object(number, 0).unparse(resolved=True).strip()
    return append_increment(pdf, {number: listed[:-1] + b" %d 7 R]" % new, new: _STAMP % (new + 1), new + 1: _LOOK})


def _entry_of_generation_7(pdf: bytes) -> bytes:
    new = next_number(pdf)
    script = b"<< /O << /S /JavaScript /JS (app.alert(1)) >> >>"
    number = number_of_page(pdf)
    return append_increment(pdf, {number: body_of(pdf, number, AA=b"%d 7 R" % new), new: script})


def _older_behind(pdf: bytes) -> bytes:
    """Two revisions, the newer one's object first: a reader that rebuilds the table takes the last."""
    content = int(body_entry(pdf, number_of_page(pdf), "/Contents").split()[0])
    good, evil = body_of(pdf, content), _OTHER_PAGE
    catalog, size = number_of_catalog(pdf), next_number(pdf)
    out = bytearray(pdf)
    places = []
    for body in (good, evil):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (content, body)
    previous = int(pdf[pdf.rindex(b"startxref") + 9 :].split()[0])
    for place in reversed(places):
        table = len(out)
        out += b"xref\n%d 1\n%010d 00000 n \ntrailer\n<< /Size %d " % (content, place, size)
        out += b"/Root %d 0 R /Prev %d /ID [<00><00>] >>\nstartxref\n%d\n%%%%EOF\n" % (catalog, previous, table)
        previous = table
    return bytes(out)


def _plain_update(pdf: bytes) -> bytes:
    new = next_number(pdf)
    return append_increment(pdf, {new: b"<< /Nothing true >>"})


def _appended(change: Callable[[bytes], bytes]) -> Forge:
    """A harmless update, its table spelled in another way."""

    def forge(pdf: bytes) -> bytes:
        forged = _plain_update(pdf)
        changed = change(forged[len(pdf) :])
        moved = changed.index(b"xref\n") + len(pdf)
        head, tail = changed.rsplit(b"startxref", 1)
        return pdf + head + b"startxref" + re.sub(rb"\d+", b"%d" % moved, tail, count=1)

    return forge


_SPELLINGS: Mapping[str, Forge] = {
    "an annotation of another generation": _annotation_of_generation_7,
    "an entry of another generation": _entry_of_generation_7,
    # all three show an empty page
    "a vertical tab after a key": _page(lambda body: body.replace(b"/Contents ", b"/Contents\x0b")),
    # pdf.js takes the entry, not the inherited one
    "an entry that is null": _page(lambda body: body.replace(b"<< ", b"<< /Rotate null ", 1)),
    "an entry that leads to nothing": _page(lambda body: body.replace(b"<< ", b"<< /CropBox 8888 0 R ", 1)),
    "a remark within a reference": _page(lambda body: body.replace(b" 0 R", b" %1\n0 R", 1)),
    "a sign before a reference": _page(lambda body: re.sub(rb"(\d+ 0 R)", rb"+\1", body, count=1)),
    "an older object behind the newer one": _older_behind,
    "the last word too far from the end": _appended(
        lambda tail: tail.replace(b"startxref\n", b"startxref" + b" " * 1005)
    ),
    "a chain hidden by a remark": _appended(lambda tail: re.sub(rb"/Prev (\d+)", rb"%/Prev \1\n/#50rev \1", tail)),
}


@pytest.mark.parametrize("kind", ["approved", "certified"])
@pytest.mark.parametrize("name", sorted(_SPELLINGS))
def test_bytes_that_readers_take_apart_in_different_ways_do_not_pass(
    name: str, kind: str, genuine: dict[str, bytes], office: Office
) -> None:
    """For one reader nothing has changed; another shows something else."""
    report = vnsign.inspect_pdf(_SPELLINGS[name](genuine[kind]), trust=office.trust)

    assert report.verdict in {vnsign.Verdict.INDETERMINATE, vnsign.Verdict.TOTAL_FAILED}
    assert report.signatures[0].modifications in _DOUBTFUL


# ---------------------------------------------------------------- prepared before signing


def _refers_to_what_is_not_there(pdf: bytes) -> bytes:
    """The second page's annotations are an object of generation 7 that nobody has."""
    with pikepdf.open(BytesIO(pdf)) as document:
        page = document.pages[1].obj.objgen[0]
    return append_increment(pdf, {page: body_of(pdf, page, Annots=b"%d 7 R" % _SHADOW)})


def test_a_signed_reference_to_nothing_is_not_filled_later(office: Office) -> None:
    """MuPDF and PDFium draw the object that comes under this number, of whatever generation."""
    signed = rich_signed(office, _refers_to_what_is_not_there(rich_pdf()))
    evil = {_SHADOW: b"[ %d 0 R ]" % (_SHADOW + 1), _SHADOW + 1: _STAMP % (_SHADOW + 2), _SHADOW + 2: _LOOK}
    forged = append_increment(signed, evil)

    assert vnsign.inspect_pdf(signed, trust=office.trust).verdict is vnsign.Verdict.TOTAL_PASSED
    assert vnsign.inspect_pdf(forged, trust=office.trust).verdict is vnsign.Verdict.INDETERMINATE


def test_a_file_is_not_arranged_for_the_length_it_gets_later(office: Office) -> None:
    """Poppler and pdf.js read a file of the length /L says by the table at its beginning: another document's."""
    wanted = 90_000
    out = BytesIO()
    with pikepdf.open(BytesIO(rich_pdf())) as document:
        document.save(out, linearize=True)
    # one digit more in /L, one space less in the padding after the dictionary
    prepared = re.sub(rb"/L (\d{4}) ", b"/L %d " % wanted, out.getvalue(), count=1).replace(
        b"endobj\n ", b"endobj\n", 1
    )
    signed = rich_signed(office, prepared)
    new = next_number(signed)
    short = append_increment(signed, {new: stream(b"")})
    forged = append_increment(signed, {new: stream(b" " * (wanted - len(short) - 9))})
    forged += b"\n" * (wanted - len(forged))

    assert len(forged) == wanted
    assert judge_changes(OpenedPdf(forged), read_structure(forged).signatures[0]).modifications in _DOUBTFUL


def test_a_table_does_not_begin_with_object_1_as_if_it_were_object_0(genuine: dict[str, bytes]) -> None:
    """Poppler, MuPDF and pdf.js then count every object of the table one lower."""
    pdf = genuine["approved"]
    forged = _appended(lambda tail: tail.replace(b"xref\n", b"xref\n1 1\n0000000000 65535 f \n", 1))(pdf)

    with pikepdf.open(BytesIO(pdf)) as old:
        assert oddity_of_appended(forged, len(pdf), old=old) == _AS_IF_OBJECT_0
        assert not oddity_of_appended(_plain_update(pdf), len(pdf), old=old)


def test_what_is_spelled_plainly_is_no_alarm(genuine: dict[str, bytes]) -> None:
    """The page as it was, and something that nobody looks at."""
    for pdf in (_page(bytes)(genuine["approved"]), _plain_update(genuine["certified"])):
        changes = judge_changes(OpenedPdf(pdf), read_structure(pdf).signatures[0])

        assert changes.modifications is Modifications.NONE
