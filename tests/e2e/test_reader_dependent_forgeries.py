"""Forgeries that show a person another page than our reader sees, or that lie in what our comparison passed over.

Each was TOTAL_PASSED once. The genuine document has full trust and all evidence; a forgery differs in one increment,
well made to the letter of its cross-reference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest

import vnsign
from tests.forgery import (
    append_increment,
    body_entry,
    body_of,
    look,
    next_number,
    number_of_catalog,
    number_of_field,
    number_of_page,
    stream,
)
from tests.materials import Office, make_office, picture, rich_signed
from tests.rich_pdf import CHECK_BOX, TEXT_FIELD
from vnsign.pdf.reading.opened import OpenedPdf
from vnsign.pdf.reading.structure import read_structure
from vnsign.verification.modifications import judge_changes

pytestmark = pytest.mark.slow

Forge = Callable[[bytes], bytes]
_DOUBTFUL = frozenset({vnsign.Modifications.FORBIDDEN, vnsign.Modifications.SUSPICIOUS, vnsign.Modifications.UNKNOWN})
_FORM = b"/Type /XObject /Subtype /Form /BBox [0 0 250 20]"
_OTHER_SUM = stream(b"1 g 0 0 250 20 re f", _FORM)
_OVER_THE_SUM = b"/Rect [60 715 310 735]"
_UNCLIPPED = stream(b"1 g -1000 -1000 3000 3000 re f", b"/Type /XObject /Subtype /Form")
_OTHER_PAGE = stream(b"BT /F1 14 Tf 60 720 Td (Tong so tien: 95.000.000 dong) Tj ET")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One authority for the module."""
    return make_office(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def genuine(office: Office) -> dict[str, bytes]:
    """The document with an approval signature, and with a certification."""
    return {
        name: rich_signed(office, certify=certify, image=picture())
        for name, certify in (("approved", False), ("certified", True))
    }


# ---------------------------------------------------------------- forging


def _listed(pdf: bytes, new: int) -> dict[int, bytes]:
    """The page's annotations and one more."""
    number = int(body_entry(pdf, number_of_page(pdf), "/Annots").split()[0])
    with pikepdf.open(BytesIO(pdf)) as document:
        array = document.get_object(number, 0).unparse(resolved=True).strip()
    return {number: array[:-1] + b" %d 0 R]" % new}


def _in_form(pdf: bytes, new: int) -> dict[int, bytes]:
    """The form and one more field."""
    form = int(body_entry(pdf, number_of_catalog(pdf), "/AcroForm").split()[0])
    fields = body_entry(pdf, form, "/Fields").strip()[:-1] + b" %d 0 R ]" % new
    return {form: body_of(pdf, form, Fields=fields)}


def _annotation(entries: bytes, *, drawing: bytes = _OTHER_SUM) -> Forge:
    def forge(pdf: bytes) -> bytes:
        new = next_number(pdf)
        body = b"<< /Type /Annot %s >>" % entries.replace(b"LOOK", b"<< /N %d 0 R >>" % (new + 1))
        return append_increment(pdf, {**_listed(pdf, new), new: body, new + 1: drawing})

    return forge


def _stream_as_annotation(pdf: bytes) -> bytes:
    """To MuPDF and PDFium a stream is a dictionary too."""
    new = next_number(pdf)
    stamp = stream(b"x", b"/Type /Annot /Subtype /Stamp /F 4 /AP << /N %d 0 R >> %s" % (new + 1, _OVER_THE_SUM))
    return append_increment(pdf, {**_listed(pdf, new), new: stamp, new + 1: _OTHER_SUM})


def _node_that_paints(pdf: bytes, value: bytes = b"") -> bytes:
    """A signature field whose widget is unseen, and whose own dictionary is listed on the page and has a look."""
    new = next_number(pdf)
    widget = b"/Type /Annot /Subtype /Widget"
    entries = b"/FT /Sig /T (x) /F 4 /Kids [%d 0 R] /AP << /N %d 0 R >>" % (new + 1, new + 2)
    objects = {
        **_listed(pdf, new),
        **_in_form(pdf, new),
        new: b"<< %s %s %s %s >>" % (widget, entries, _OVER_THE_SUM, value),
        new + 1: b"<< %s /Parent %d 0 R /Rect [0 0 0 0] /F 132 >>" % (widget, new),
        new + 2: _OTHER_SUM,
    }
    return append_increment(pdf, objects)


def _timestamp_that_paints(pdf: bytes) -> bytes:
    value = (
        b"<< /Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161 /Contents <00> /ByteRange [0 1 2 3] >>"
    )
    return _node_that_paints(pdf, b"/V " + value)


def _kids(change: Callable[[bytes], bytes]) -> Forge:
    def forge(pdf: bytes) -> bytes:
        root = int(body_entry(pdf, number_of_catalog(pdf), "/Pages").split()[0])
        return append_increment(pdf, {root: body_of(pdf, root, Kids=change(body_entry(pdf, root, "/Kids").strip()))})

    return forge


def _box(**entries: bytes) -> Forge:
    def forge(pdf: bytes) -> bytes:
        number = number_of_field(pdf, CHECK_BOX)
        return append_increment(pdf, {number: body_of(pdf, number, **entries)})

    return forge


def _page_in_object_stream(arrange: Callable[[int, bytes, bytes], tuple[bytes, bytes]], *, place: int) -> Forge:
    """The page in an object stream: ``arrange`` gives the stream's header and objects, the table names ``place``."""

    def forge(pdf: bytes) -> bytes:
        page, new = number_of_page(pdf), next_number(pdf)
        evil = body_of(pdf, page, Contents=b"%d 0 R" % (new + 2))
        head, objects = arrange(page, body_of(pdf, page), evil)
        entries = b"/Type /ObjStm /N %d /First %d" % (len(head.split()) // 2, len(head))
        bodies = {new: stream(head + objects, entries), new + 2: _OTHER_PAGE}
        return _with_table_stream(pdf, bodies, compressed={page: (new, place)}, own=new + 1)

    return forge


def _with_table_stream(
    pdf: bytes, bodies: Mapping[int, bytes], *, compressed: Mapping[int, tuple[int, int]], own: int
) -> bytes:
    out = bytearray(pdf)
    rows = {number: (2, *where) for number, where in compressed.items()}
    for number, body in bodies.items():
        rows[number] = (1, len(out), 0)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    rows[own] = (1, start, 0)
    order = sorted(rows)
    data = b"".join(bytes([rows[n][0]]) + rows[n][1].to_bytes(4, "big") + rows[n][2].to_bytes(2, "big") for n in order)
    with pikepdf.open(BytesIO(pdf)) as old:
        root, identifier = old.Root.objgen[0], old.trailer["/ID"].unparse()
    previous = int(pdf[pdf.rindex(b"startxref") + 9 :].split()[0])
    index = b" ".join(b"%d 1" % number for number in order)
    entries = b"/Type /XRef /W [1 4 2] /Index [%s] /Size %d /Root %d 0 R /Prev %d /ID %s"
    out += b"%d 0 obj\n" % own + stream(data, entries % (index, order[-1] + 1, root, previous, identifier))
    return bytes(out + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % start)


def _twice(page: int, one: bytes, other: bytes) -> tuple[bytes, bytes]:
    return b"%d 0 %d %d " % (page, page, len(one) + 1), one + b" " + other


def _other_number_at_the_place(page: int, good: bytes, evil: bytes) -> tuple[bytes, bytes]:
    return b"9999 0 %d %d " % (page, len(evil) + 1), evil + b" " + good


def _offsets_backward(page: int, good: bytes, evil: bytes) -> tuple[bytes, bytes]:
    """A reader that takes one object after the other reads the first as the page."""
    return b"%d %d 9999 0 " % (page, len(evil) + 1), evil + b" " + good


def _two_before_the_next(page: int, good: bytes, evil: bytes) -> tuple[bytes, bytes]:
    return b"9999 0 %d %d " % (page, len(evil) + 6), b"true " + evil + b" " + good


def _field(rectangle: bytes, drawing: bytes) -> Forge:
    """A new field to sign in, with a look."""

    def forge(pdf: bytes) -> bytes:
        new = next_number(pdf)
        entries = b"/Type /Annot /Subtype /Widget /FT /Sig /T (x) /F 4 /AP << /N %d 0 R >>" % (new + 1)
        objects = {**_listed(pdf, new), **_in_form(pdf, new), new: b"<< %s %s >>" % (entries, rectangle)}
        return append_increment(pdf, {**objects, new + 1: drawing})

    return forge


def _text_field(pdf: bytes) -> bytes:
    """Programs read the stream, a person sees an empty look."""
    number, new = number_of_field(pdf, TEXT_FIELD), next_number(pdf)
    filled = body_of(pdf, number, V=b"%d 0 R" % (new + 1), AP=b"<< /N %d 0 R >>" % new)
    return append_increment(pdf, {number: filled, new: look(pdf, TEXT_FIELD, b""), new + 1: stream(b"95.000.000")})


_CONTINUED = stream(b"BT /F1 14 Tf 2 5 Td (,95 ty) Tj ET", _FORM)
FORGERIES: Mapping[str, Forge] = {
    "a stream listed as an annotation": _stream_as_annotation,
    "a field that paints beside its widget": _node_that_paints,
    "a timestamp's field that paints beside its widget": _timestamp_that_paints,
    "a null before the pages": _kids(lambda kids: b"[ null" + kids[1:]),
    "a page listed twice": _kids(lambda kids: kids[:-1] + b" ".join(kids[1:].split()[:3]) + b" ]"),
    "a box ticked while its value stays": _box(AS=b"/Yes"),
    "a box ticked while its value says another": _box(V=b"/No", AS=b"/Yes"),
    "a box whose value alone is set": _box(V=b"/Yes"),
    "the page twice in an object stream, ours last": _page_in_object_stream(
        lambda page, good, evil: _twice(page, evil, good), place=0
    ),
    "the page twice in an object stream, ours by place": _page_in_object_stream(
        lambda page, good, evil: _twice(page, evil, good), place=1
    ),
    "another number at the page's place": _page_in_object_stream(_other_number_at_the_place, place=0),
    "offsets that run backward": _page_in_object_stream(_offsets_backward, place=0),
    "two objects before the next offset": _page_in_object_stream(_two_before_the_next, place=1),
    "a remark that continues the line": _annotation(
        b"/Subtype /FreeText /F 4 /Contents (x) /Rect [300 715 550 735] /AP LOOK", drawing=_CONTINUED
    ),
    "a note whose sign stands on the sum": _annotation(b"/Subtype /Text /F 4 /Contents (x) /Rect [160 736 160 736]"),
    "a remark at five numbers": _annotation(b"/Subtype /Stamp /F 4 /Rect [60 715 310 735 1] /AP LOOK"),
    "a remark at a name": _annotation(b"/Subtype /Stamp /F 4 /Rect [60 715 310 /x] /AP LOOK"),
    "a remark at nothing": _annotation(b"/Subtype /Stamp /F 4 /Rect [60 715 null 735] /AP LOOK"),
    "a remark without a box to clip it": _annotation(
        b"/Subtype /Stamp /F 4 /Rect [500 40 550 60] /AP LOOK", drawing=_UNCLIPPED
    ),
    "a field at five numbers": _field(b"/Rect [60 715 310 735 1]", _OTHER_SUM),
    "a field without a box to clip it": _field(b"/Rect [500 40 500 40]", _UNCLIPPED),
    "a field without a size": _field(b"/Rect [60 720 60 720]", _OTHER_SUM),
    "a highlight elsewhere than its rectangle": _annotation(
        b"/Subtype /Highlight /F 4 /Rect [500 40 520 60] /QuadPoints [60 735 310 735 60 715 310 715] /AP LOOK",
        drawing=stream(b"", _FORM),
    ),
    "a value that is a stream": _text_field,
    "a note that grows as the page shrinks": _annotation(
        b"/Subtype /Text /F 28 /Contents (x) /Rect [300 40 550 60] /AP LOOK"
    ),
}


@pytest.mark.parametrize("kind", ["approved", "certified"])
@pytest.mark.parametrize("name", sorted(FORGERIES))
def test_a_forgery_that_readers_show_in_different_ways_does_not_pass(
    name: str, kind: str, genuine: dict[str, bytes], office: Office
) -> None:
    """Whatever one reader shows of it, nobody may take it for what was signed."""
    report = vnsign.inspect_pdf(FORGERIES[name](genuine[kind]), trust=office.trust)

    assert report.verdict in {vnsign.Verdict.INDETERMINATE, vnsign.Verdict.TOTAL_FAILED}
    assert report.signatures[0].modifications in _DOUBTFUL


@pytest.mark.parametrize("name", sorted(FORGERIES))
def test_nor_where_annotations_are_allowed(name: str, genuine: dict[str, bytes]) -> None:
    """DocMDP P=3 allows remarks, not these."""
    forged = FORGERIES[name](genuine["approved"])
    found = replace(read_structure(forged).signatures[0], permissions=3)

    assert judge_changes(OpenedPdf(forged), found).modifications in _DOUBTFUL


def _alone(page: int, good: bytes, _evil: bytes) -> tuple[bytes, bytes]:
    return b"%d 0 " % page, good


def _before_another(page: int, good: bytes, _evil: bytes) -> tuple[bytes, bytes]:
    return b"%d 0 9999 %d " % (page, len(good) + 1), good + b"\n[ 1 (5 0 R) ] "


@pytest.mark.parametrize("arrange", [_alone, _before_another])
def test_an_honest_object_stream_is_no_alarm(
    arrange: Callable[[int, bytes, bytes], tuple[bytes, bytes]], genuine: dict[str, bytes]
) -> None:
    """A page written again as it was, where both of its names agree."""
    pdf = _page_in_object_stream(arrange, place=0)(genuine["approved"])
    changes = judge_changes(OpenedPdf(pdf), read_structure(pdf).signatures[0])

    assert changes.modifications is vnsign.Modifications.NONE


def test_an_unseen_field_with_an_empty_look_is_no_alarm(genuine: dict[str, bytes]) -> None:
    """As Acrobat and iText make them: a look with a size, that holds others, that hold nothing."""
    pdf = _field(b"/Rect [0 0 0 0]", stream(b"q 1 0 0 1 0 0 cm Q % DSBlank\n", _FORM))(genuine["certified"])
    changes = judge_changes(OpenedPdf(pdf), read_structure(pdf).signatures[0])

    assert changes.modifications is vnsign.Modifications.PERMITTED


def test_a_box_ticked_with_its_value_is_filled(genuine: dict[str, bytes]) -> None:
    """Look and value say the same."""
    pdf = _box(V=b"/Yes", AS=b"/Yes")(genuine["certified"])
    changes = judge_changes(OpenedPdf(pdf), read_structure(pdf).signatures[0])

    assert changes.modifications is vnsign.Modifications.PERMITTED
