"""Files of the plainest kind are read as the long way reads them; whatever could be read in two ways is not plain."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal

import pytest

import vnsign
from tests.forgery import append_increment
from tests.materials import Office, leader_signed, make_office, numbered, plain_pdf, sealed
from tests.mutation_kit import mutate
from tests.support import SHARED_DATA
from vnsign.errors import InputError
from vnsign.pdf.comparing.spelling import is_spelled
from vnsign.pdf.reading import opened
from vnsign.pdf.reading.plain.layout import read_plain
from vnsign.pdf.reading.plain.structure import read_plain_structure
from vnsign.pdf.reading.plain.syntax import NotPlain, parse_object
from vnsign.pdf.reading.structure import PdfStructure, read_structure


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An authority with its people."""
    return make_office(tmp_path_factory.mktemp("office") / "ca")


@pytest.fixture(scope="module")
def our_own(office: Office) -> list[bytes]:
    """Every stage of the recipe, and a plain signature."""
    signed = leader_signed(office)
    done = sealed(office, numbered(signed))
    archived = vnsign.extend_pdf(done, level="B-LTA", tsa=office.tsa, revocation=office.crls, clock=office.clock)
    plain = vnsign.sign_pdf(plain_pdf(), office.leader, check_status=False, clock=office.clock)
    return [plain, signed, done, archived]


def _plain(pdf: bytes) -> PdfStructure | None:
    """What the short way says, None if it says nothing."""
    file = read_plain(pdf)
    if file is not None:
        with suppress(NotPlain):
            return read_plain_structure(file)
    return None


def _slow(pdf: bytes, patch: pytest.MonkeyPatch) -> PdfStructure:
    with patch.context() as inner:
        inner.setattr(opened, "read_plain", lambda _data: None)
        return replace(read_structure(pdf), warnings=())


def test_our_own_files_are_plain_and_read_alike(our_own: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """Field by field: signatures with what they permit, and the security store."""
    for pdf in our_own:
        assert _plain(pdf) == _slow(pdf, monkeypatch)


def test_mutants_are_read_alike_or_not_at_all(our_own: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """What the short way takes for plain, the long way neither refuses nor reads otherwise."""
    dice = random.Random(20261128)
    taken = 0
    for case in range(80):
        pdf = mutate(dice, dice.choice(our_own), our_own)
        found = _plain(pdf)
        if found is not None:
            taken += 1
            assert found == _slow(pdf, monkeypatch), case
    assert taken > 10


@pytest.mark.slow
def test_the_corpora_and_their_mutants_are_read_alike_or_not_at_all(
    our_own: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every file at hand that is plain, and four thousand mutants."""
    corpora = [p.read_bytes() for p in sorted((SHARED_DATA / "pdf").rglob("*.pdf"))] if SHARED_DATA.exists() else []
    files = [*our_own, *(pdf for pdf in corpora if len(pdf) < 200_000 and read_plain(pdf) is not None)]
    dice = random.Random(7)
    mutants = (mutate(dice, dice.choice(files), files) for _ in range(4_000))
    for number, pdf in enumerate((*files, *mutants)):
        found = _plain(pdf)
        assert found is None or found == _slow(pdf, monkeypatch), number


#: As long as what stood there: every offset still leads where it led.
_ODD = {
    "a name spelled with a number sign": (b"/SubFilter /ETSI.CAdES.detached", b"/Sub#46ilter /ETSI.CAdES.detach"),
    "a dictionary that does not end": (b"/Type /Sig ", b"/Type <</S "),
    "a key twice": (b"/Filter /Adobe.PPKLite", b"/Type /A /Type /B     "),
    "a byte range in a string": (b"/ByteRange [", b"/ByteRange ("),
    "a certificate beside the signature": (b"/Name <", b"/Cert <"),
    "a freed object": (b"0000000000 65535 f", b"0000000015 00001 f"),
    "a page tree of no kind": (b"/Type /Pages", b"/Type /Pagex"),
    "a stream of another length": (b"/Length 1", b"/Length 2"),
    "a trailer with a stream beside it": (b"/Info 5 0 R", b"/XRefStm 99"),
    "an object of another number": (b"\n9 0 obj", b"\n8 0 obj"),
}


@pytest.mark.parametrize("name", _ODD)
def test_what_is_odd_is_not_plain(our_own: list[bytes], name: str) -> None:
    """Each of these is left to the long way."""
    there, instead = _ODD[name]
    assert there in our_own[0]
    assert len(there) == len(instead)
    assert _plain(our_own[0]) is not None
    assert _plain(our_own[0].replace(there, instead)) is None


@pytest.mark.parametrize("junk", [b"99 0 obj null endobj\n", b"/X ", b"% 99 0 obj << /V 10 0 R >> endobj\n"])
def test_bytes_between_what_the_tables_name_are_not_plain(our_own: list[bytes], junk: bytes) -> None:
    """A reader that rebuilds files may find an object there."""
    pdf = our_own[0]
    table, end = pdf.rfind(b"xref\n", 0, pdf.rfind(b"startxref")), pdf.rfind(b"startxref")
    changed = pdf[:table] + junk + pdf[table:end] + b"startxref\n%d\n%%%%EOF\n" % (table + len(junk))
    assert read_plain(pdf[:table] + pdf[table:end] + b"startxref\n%d\n%%%%EOF\n" % table) is not None
    assert read_plain(changed) is None


def test_a_revision_of_nothing_is_not_plain(our_own: list[bytes]) -> None:
    """A table without a section is one that some readers take for damage, and look for objects anywhere."""
    pdf = our_own[-1]
    trailer = pdf[pdf.rindex(b"trailer") : pdf.rindex(b"startxref")]
    at, old = len(pdf), pdf[pdf.rindex(b"startxref") + 9 :].split()[0]
    before = trailer[trailer.index(b"/Prev") :].split()[1].rstrip(b">")
    made = pdf + b"xref\n" + trailer.replace(before, old, 1) + b"startxref\n%d\n%%%%EOF\n" % at

    assert read_plain(pdf) is not None
    assert read_plain(made) is None


def test_a_signature_that_was_written_over_is_looked_for_the_long_way(our_own: list[bytes]) -> None:
    """It no longer stands in the last revision, and is a signature all the same."""
    pdf = our_own[0]
    number = next(s.object_id[0] for s in read_structure(pdf).signatures)
    emptied = append_increment(pdf, {number: b"<< /Type /Sig >>"})
    assert read_plain(emptied) is not None
    assert _plain(emptied) is None
    assert len(read_structure(emptied).signatures) >= 1


@pytest.mark.parametrize(
    "spelled",
    [
        *(b"[1 2", b"<< /A 1", b"<< /A >>", b"<< /A null >>", b"(a(b)c)", b"(\\q)", b"(a\rb)", b"12abc", b"1true"),
        *(b"/A#20", b"<12", b"<1g>", b"]", b">>", b"1 2", b"<< /A 1 /A 2 >>", b"<< 1 /A >>", b"{ }", b"/\xc3\xa9"),
        *(b"1-2", b"null", b"", b"[1-2]", b"[1.2.3]", b"1234567890123", b"[1234567890123]", b"05 0 R", b"5 00000 R"),
        *(b"[1 2 3 4 5 6 7 8 9x]", b"[1 2 3 4 5 6 7 8 9-1]", b"<< /A 1 >> %", b"[ 1 ] % 2"),
    ],
)
def test_an_object_spelled_in_any_odd_way_is_not_plain(spelled: bytes) -> None:
    """Readers differ in what they make of these."""
    with pytest.raises(NotPlain):
        parse_object(spelled, 0, len(spelled))


def test_objects_are_read_as_they_are_spelled() -> None:
    """Every kind of value."""
    spelled = b"<< /A [ 1 -2 .5 true ] % remark\n /B (x\\051\\n) /C <414> /D 12 0 R /E << /F /G >> >>"
    found = parse_object(spelled, 0, len(spelled))
    assert isinstance(found, dict)
    assert str(found["/A"]) == "[1, -2, Decimal('0.5'), True]"
    assert (found["/B"], found["/C"], found["/D"], found["/E"]) == (b"x)\n", b"A@", (12, 0), {"/F": "/G"})


def test_long_arrays_are_read_number_by_number() -> None:
    """Widths of a font, with a remark, a real number and a reference among them."""
    spelled = b"[ 1 2 3 4 5 6 7 8 9.5 % remark \n 10 11 12 13 14 15 16 17 18 ] "
    assert parse_object(spelled, 0, len(spelled)) == [*range(1, 9), Decimal("9.5"), *range(10, 19)]


def test_what_is_read_is_spelled_as_every_reader_understands_it() -> None:
    """The strict look at appended objects finds nothing to say about what is plain."""
    words = (
        *(
            b"1",
            b"-1",
            b"+1.",
            b".5",
            b"1-2",
            b"007",
            b"5 0 R",
            b"05 0 R",
            b"5 1 R",
            b"5  0 R",
            b"/A",
            b"/A.b",
            b"/",
            b"[",
            b"]",
        ),
        *(
            b"<<",
            b">>",
            b"(a\\)b)",
            b"(a)",
            b"<41>",
            b"<4 >",
            b"true",
            b"null",
            b"%c\n",
            b"%",
            b"R",
            b"\x00",
            b"\x0b",
            b"{",
        ),
    )
    dice = random.Random(5)
    taken = 0
    for _ in range(20_000):
        inner = dice.choice((b"", b" ")).join(dice.choices(words, k=dice.randrange(1, 6)))
        spelled = dice.choice((b"%s", b"[%s]", b"<< /A %s >>", b"<< /A [ %s ] >>")) % inner
        with suppress(NotPlain):
            parse_object(spelled, 0, len(spelled))
            taken += 1
            assert is_spelled(spelled), spelled
    assert taken > 1_000


def test_any_bytes_are_plain_or_not() -> None:
    """Nothing else comes out of bytes that are no PDF, or a piece of one."""
    pdf = plain_pdf()
    dice = random.Random(3)
    for piece in (b"", b"%PDF-1.7\n", *(pdf[: dice.randrange(len(pdf))] for _ in range(50))):
        _plain(piece)
        with suppress(InputError):
            read_structure(piece)
