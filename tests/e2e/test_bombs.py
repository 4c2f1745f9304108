"""Files made to exhaust a verifier: each gets a verdict or an error of ours, soon, within bounded memory.

The sizes are those at which an earlier version, or the PDF library alone, took many seconds or a gigabyte.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache

import pytest

from tests.forgery import append_increment, body_of, next_number, number_of_catalog, number_of_page
from tests.materials import Office, leader_signed, make_office
from vnsign.pki.anchors import TrustAnchors
from vnsign.report import DocumentReport, Modifications, Verdict
from vnsign.verification import inspect

AT = datetime(2026, 6, 1, tzinfo=UTC)
SIGNATURE = b"<</Type/Sig/ByteRange[0 1 2 3]/Contents<30>>>"
PLAIN = {
    1: b"<</Type/Catalog/Pages 2 0 R/AcroForm 4 0 R>>",
    2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
    4: b"<</Fields[]>>",
}


def assembled(objects: Mapping[int, bytes], *, trailer: bytes = b"", tail: bytes = b"") -> bytes:
    """Return a PDF of these objects."""
    out, offsets = bytearray(b"%PDF-1.7\n"), {}
    for number, body in objects.items():
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start, size = len(out), max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        out += b"%010d 00000 n \n" % offsets[number] if number in offsets else b"0000000000 00000 f \n"
    out += b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, start)
    return bytes(out) + tail


def references(count: int, *, first: int = 10) -> bytes:
    """Return so many references, one after the other."""
    return b" ".join(b"%d 0 R" % number for number in range(first, first + count))


def many(count: int, body: bytes, *, first: int = 10) -> dict[int, bytes]:
    """Return so many objects; ``%d`` in the body is the number."""
    return {n: body % n if b"%d" in body else body for n in range(first, first + count)}


@lru_cache
def deflated_bomb(dictionary: bytes) -> bytes:
    """Return a stream that inflates to 300 MB."""
    inflater = zlib.compressobj(9)
    block = bytes(1 << 20)
    data = b"".join(inflater.compress(block) for _ in range(300)) + inflater.flush()
    return b"<<%s/Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (dictionary, len(data), data)


def bomb_for_a_table() -> bytes:
    """Return a file whose cross-reference stream is the bomb."""
    table = deflated_bomb(b"/Type/XRef/W[1 2 1]/Size 9/Root 1 0 R")
    return b"%%PDF-1.7\n5 0 obj\n%s\nendobj\nstartxref\n9\n%%%%EOF\n%%/ByteRange" % table


def chain_of_tables(count: int) -> bytes:
    """Return a file with so many empty revisions."""
    out = bytearray(assembled(PLAIN))
    previous = int(out[out.rindex(b"startxref") + 9 :].split()[0])
    for _ in range(count):
        start = len(out)
        out += b"xref\n0 0\ntrailer\n<</Size 9/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (previous, start)
        previous = start
    return bytes(out)


CYCLE = {
    5: b"<</T(a)/FT/Sig/V 6 0 R/Kids[5 0 R 7 0 R]/Parent 7 0 R>>",
    6: SIGNATURE,
    7: b"<</T(b)/Kids[5 0 R]/Parent 5 0 R>>",
}
BOMBS: Mapping[str, Callable[[], bytes]] = {
    "5 MB of startxref": lambda: assembled(PLAIN, tail=b"startxref\n" * 500_000),
    "5 MB of %%EOF": lambda: assembled(PLAIN, tail=b"%%EOF\n" * 800_000 + b"/ByteRange"),
    "5 MB of objects' heads": lambda: assembled(PLAIN, tail=b"1 0 obj\n" * 600_000),
    "5 MB of /ByteRange": lambda: assembled(PLAIN, tail=b"/ByteRange " * 450_000),
    "arrays in arrays": lambda: assembled({**PLAIN, 5: b"[" * 100_000 + b"]" * 100_000}),
    "dictionaries in dictionaries": lambda: assembled({**PLAIN, 5: b"<</A " * 50_000 + b"1" + b">>" * 50_000}),
    "a deflated object stream": lambda: assembled({**PLAIN, 5: deflated_bomb(b"/Type/ObjStm/N 1/First 9")}),
    "a deflated table": bomb_for_a_table,
    "fields without end": lambda: assembled(
        {**PLAIN, 4: b"<</Fields[%s]>>" % references(100_000), **many(100_000, b"<</FT/Tx/T(f%d)>>")}
    ),
    "ten thousand signatures": lambda: assembled(
        {**PLAIN, 4: b"<</Fields[%s]>>" % references(10_000), **many(10_000, b"<</FT/Sig/T(%%d)/V %s>>" % SIGNATURE)}
    ),
    "ten thousand loose signatures": lambda: assembled({**PLAIN, **many(10_000, SIGNATURE)}),
    "fields in a circle": lambda: assembled({**PLAIN, 4: b"<</Fields[5 0 R]>>", **CYCLE}),
    "pages in a circle": lambda: assembled({**PLAIN, 2: b"<</Type/Pages/Kids[2 0 R 3 0 R]/Count 9>>", 6: SIGNATURE}),
    "a table that continues itself": lambda: assembled(PLAIN, trailer=b"/Prev 9"),
    "ten thousand revisions": lambda: chain_of_tables(10_000),
    "a chain of 200,000 objects": lambda: assembled(
        {**PLAIN, **{n: b"[%d 0 R]" % (n - 1) for n in range(10, 200_000)}}
    ),
    "a CMS of nested lengths": lambda: assembled(
        {**PLAIN, 6: b"<</ByteRange[0 1 2 3]/Contents<%s>>>" % (b"3080" * 5000)}
    ),
    "a CMS of 3 MB": lambda: assembled({**PLAIN, 6: b"<</ByteRange[0 1 2 3]/Contents<%s>>>" % (b"30" * 3_000_000)}),
}


def judged(pdf: bytes) -> DocumentReport:
    """Inspect without trust."""
    return inspect(pdf, trust=TrustAnchors(), at=AT)


@pytest.mark.slow
@pytest.mark.timeout(150)
@pytest.mark.parametrize("name", sorted(BOMBS))
def test_a_bomb_gets_a_verdict(name: str) -> None:
    """A verdict or an error of ours; a broken signature is reported as one."""
    pdf = BOMBS[name]()
    report = judged(pdf)

    expected = {Verdict.TOTAL_FAILED, Verdict.UNREADABLE} if b"/ByteRange" in pdf else set(Verdict)
    assert report.verdict in expected
    assert report.verdict is not Verdict.TOTAL_PASSED


# ---------------------------------------------------------------- appended to a signature in order


def in_catalog(pdf: bytes, new: Mapping[int, bytes], **entries: bytes) -> bytes:
    """Append objects and entries of the catalog."""
    catalog = number_of_catalog(pdf)
    return append_increment(pdf, {catalog: body_of(pdf, catalog, **entries), **new})


def with_many_fields(pdf: bytes) -> bytes:
    """60,000 new text fields."""
    first = next_number(pdf)
    fields = b"<</Fields[%s]>>" % references(60_000, first=first)
    return in_catalog(pdf, many(60_000, b"<</FT/Tx/T(f%d)>>", first=first), AcroForm=fields)


def with_many_annotations(pdf: bytes) -> bytes:
    """20,000 new annotations."""
    first, page = next_number(pdf), number_of_page(pdf)
    annotations = b"[%s]" % references(20_000, first=first)
    notes = many(20_000, b"<</Type/Annot/Subtype/Text/Rect[1 1 2 2]>>", first=first)
    return append_increment(pdf, {page: body_of(pdf, page, Annots=annotations), **notes})


def with_one_annotation_often(pdf: bytes) -> bytes:
    """One annotation 200,000 times."""
    first, page = next_number(pdf), number_of_page(pdf)
    annotations = b"[%s]" % (b"%d 0 R " % first * 200_000)
    note = b"<</Type/Annot/Subtype/Text/Rect[1 1 2 2]>>"
    return append_increment(pdf, {page: body_of(pdf, page, Annots=annotations), first: note})


def with_one_page_often(pdf: bytes) -> bytes:
    """One page 300,000 times."""
    first = next_number(pdf)
    pages = b"<</Type/Pages/Kids[%s]>>" % (b"%d 0 R " % (first + 1) * 300_000)
    return in_catalog(pdf, {first: pages, first + 1: b"<</Type/Page>>"}, Pages=b"%d 0 R" % first)


def with_a_doubling_graph(pdf: bytes) -> bytes:
    """Objects that each name the next twice: 2 to the 5,000th ways."""
    first = next_number(pdf)
    graph = {n: b"[%d 0 R %d 0 R]" % (n + 1, n + 1) for n in range(first, first + 5_000)}
    return in_catalog(pdf, {**graph, first + 5_000: b"null"}, X=b"%d 0 R" % first)


def with_a_bushy_structure_tree(pdf: bytes) -> bytes:
    """A structure tree that names one element 100,000 times, and that one another 1,000 times."""
    first = next_number(pdf)
    tree = {
        first: b"<</K[%s]>>" % (b"%d 0 R " % (first + 1) * 100_000),
        first + 1: b"<</K[%s]>>" % (b"%d 0 R " % (first + 2) * 1_000),
        first + 2: b"<</K<</Type/OBJR/Obj 1 0 R>>>>",
    }
    return in_catalog(pdf, tree, StructTreeRoot=b"%d 0 R" % first)


def with_ends(pdf: bytes) -> bytes:
    """5 MB of startxref."""
    return pdf + b"startxref\n" * 500_000


def with_end_marks(pdf: bytes) -> bytes:
    """5 MB of end of file markers."""
    return pdf + b"%%EOF\n" * 800_000


def with_heads(pdf: bytes) -> bytes:
    """5 MB of objects' heads."""
    return pdf + b"9 0 obj\n" * 600_000


APPENDED = (
    with_many_fields,
    with_many_annotations,
    with_one_annotation_often,
    with_one_page_often,
    with_a_doubling_graph,
    with_a_bushy_structure_tree,
    with_ends,
    with_end_marks,
    with_heads,
)


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A document with a signature in order."""
    office: Office = make_office(tmp_path_factory.mktemp("authority"))
    return leader_signed(office)


@pytest.mark.slow
@pytest.mark.timeout(150)
@pytest.mark.parametrize("append", APPENDED)
def test_a_bomb_after_a_signature_is_no_harmless_change(append: Callable[[bytes], bytes], signed: bytes) -> None:
    """Too much to compare is not compared, and that is never "nothing changed"."""
    report = judged(append(signed))

    assert report.signatures[0].modifications not in {Modifications.NONE, Modifications.PERMITTED}
