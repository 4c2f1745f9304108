"""Files made so that a fast reader sees what another does not: each is left to the long way, or read as it reads it."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

import pytest

from vnsign.errors import InputError
from vnsign.pdf.reading import opened
from vnsign.pdf.reading.plain.layout import read_plain
from vnsign.pdf.reading.plain.structure import read_plain_structure
from vnsign.pdf.reading.plain.syntax import NotPlain, parse_object
from vnsign.pdf.reading.structure import PdfStructure, read_structure

_HEX = b"A1B2" * 150
_SPACE = b"[0 0000000001 0000000002 0000000003]"
_TRAILER = b"<< /Size 10 /Root 1 0 R >>"
_OBJECTS = {
    1: b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R] /SigFlags 3 >> /DSS 8 0 R >>",
    2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources << >> /Contents 4 0 R /Annots [6 0 R] >>",
    4: b"<< /Length 5 0 R >>\nstream\nq Q\nendstream",
    5: b"3",
    6: b"<< /FT /Sig /T (a) /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /V 7 0 R /P 3 0 R >>",
    7: b"<< /Type /Sig /Filter /A /SubFilter /ETSI.CAdES.detached /ByteRange "
    + _SPACE
    + b" /Contents <"
    + _HEX
    + b"> >>",
    8: b"<< /Certs [9 0 R] >>",
    9: b"<< /Length 4 >>\nstream\nabcd\nendstream",
}


def _file(objects: Mapping[int, bytes], trailer: bytes = _TRAILER, *, end: bytes = b"\nendobj\n") -> bytes:
    """The objects with a table that is right, and a byte range around the first long hexadecimal string."""
    out, at = b"%PDF-1.7\n", {}
    for number, body in objects.items():
        at[number] = len(out)
        out += b"%d 0 obj\n%s%s" % (number, body, end)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(at) + 1)
    out += b"".join(b"%010d 00000 n \n" % at[number] for number in sorted(at))
    out += b"trailer\n%s\nstartxref\n%d\n%%%%EOF\n" % (trailer, table)
    gap = out.find(_HEX) - 1
    after = gap + len(_HEX) + 2
    return out.replace(_SPACE, b"[0 %010d %010d %010d]" % (gap, after, len(out) - after))


def _plain(pdf: bytes) -> PdfStructure | None:
    file = read_plain(pdf)
    if file is not None:
        with suppress(NotPlain):
            return read_plain_structure(file)
    return None


def _slow(pdf: bytes, patch: pytest.MonkeyPatch) -> PdfStructure | None:
    with patch.context() as inner:
        inner.setattr(opened, "read_plain", lambda _data: None)
        try:
            return replace(read_structure(pdf), warnings=())
        except InputError:
            return None


def _with(number: int, there: bytes, instead: bytes) -> bytes:
    assert there in _OBJECTS[number]
    return _file({**_OBJECTS, number: _OBJECTS[number].replace(there, instead)})


def test_the_file_as_it_is_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise nothing below would mean anything."""
    pdf = _file(_OBJECTS)
    found = _plain(pdf)
    assert found is not None
    assert [s.problem for s in found.signatures] == [None]
    assert found == _slow(pdf, monkeypatch)


_IN_HEX = b"/Contents <" + _HEX + b">"


@pytest.mark.parametrize(
    "instead",
    [
        b"/Reason (" + _IN_HEX + b") /Contents <>",
        b"/Reason (" + _IN_HEX + b") /Contents ()",
        b"/Prop_Build << " + _IN_HEX + b" >> /Contents <>",
        b"%" + _IN_HEX + b"\n /Contents <>",
    ],
)
def test_contents_within_something_else_are_not_the_signature(instead: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """The byte range leaves out a string that the signature does not hold."""
    pdf = _with(7, _IN_HEX, instead)
    slow = _slow(pdf, monkeypatch)
    assert slow is not None
    assert [s.problem is None for s in slow.signatures] == [False]
    assert _plain(pdf) in {None, slow}


@pytest.mark.parametrize("value", [b"/V%c\n7 0 R", b"/V%c\r<< /Type /Sig /Contents <41> >>"])
def test_a_broken_signature_behind_a_remark_is_found(value: bytes) -> None:
    """It has no byte range that could be searched for: a field is what holds it."""
    objects = {**_OBJECTS, 7: b"<< /Type /Sig /Filter /A " + _IN_HEX + b" >>"}
    objects[6] = objects[6].replace(b"/V 7 0 R", value)
    assert len(read_structure(_file(objects)).signatures) == 1


@pytest.mark.parametrize(
    "trailer",
    [
        b"<< /X << /Root 1 0 R >> /Size 10 >>",
        b"<< /Size 10 % /Root 1 0 R \n >>",
        b"<< /Size 10 /X (/Root 1 0 R ) >>",
        b"/Size 10 /Root 1 0 R",
        b"<< /Size 10 /X /Root 1 0 R >>",
        b"<< /Size 10 /Root 1 0 R0 >>",
        b"<< /Size 10 0 R /Root 1 0 R >>",
        b"<< /Size 10 /Root 1 0 R >> << >>",
    ],
)
def test_a_trailer_is_read_as_the_dictionary_it_is(trailer: bytes) -> None:
    """A word found in it may belong to a part of it, or to nothing."""
    assert read_plain(_file(_OBJECTS)) is not None
    assert read_plain(_file(_OBJECTS, trailer)) is None


@pytest.mark.parametrize("entry", [b"% /Prev 9\n", b"/X << /Prev %d >>", b"/X (/Prev %d )"])
def test_an_earlier_table_that_is_not_named_is_not_read(entry: bytes) -> None:
    """Other readers do not see the objects before it."""
    first = _file(_OBJECTS)
    table = int(first.split()[-2])
    body = first + b"10 0 obj\n4\nendobj\n"
    named = entry.replace(b"%d", b"%d" % table).replace(b" 9\n", b" %d\n" % table)
    ending = b"xref\n10 1\n%010d 00000 n \ntrailer\n<< /Size 11 /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n"
    assert read_plain(body + ending % (len(first), b"/Prev %d" % table, len(body))) is not None
    assert read_plain(body + ending % (len(first), named, len(body))) is None


def test_a_table_that_promises_what_comes_later_is_not_plain() -> None:
    """The signed revision lacks the object; the whole file has it, and nothing seems to have changed."""
    first = _file(_OBJECTS)
    table, later = int(first.split()[-2]), first.find(b"5 0 obj")
    promised = first.replace(b"%010d 00000 n" % later, b"%010d 00000 n" % len(first))
    blanked = promised.replace(b"5 0 obj\n3\nendobj", b" " * 16)
    body = blanked + b"5 0 obj\n3\nendobj\n10 0 obj\n4\nendobj\n"
    ending = b"xref\n10 1\n%010d 00000 n \ntrailer\n<< /Size 11 /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n"
    assert read_plain(body + ending % (len(first) + 17, table, len(body))) is None


@pytest.mark.parametrize(
    ("number", "there", "instead"),
    [
        (2, b"/Type /Pages", b"/Type /Pages /x"),
        (2, b"/Kids", b"/Kids 9 0 R /Kids"),
        (3, b"/Type /Page", b"null /Type /Page"),
        (3, b"/Parent 2 0 R", b"/X << /Parent 2 0 R >>"),
        (3, b"/MediaBox [0 0 9 9]", b"/X << /MediaBox [0 0 9 9] >>"),
        (1, b"/Pages 2 0 R", b"/X << /Pages 2 0 R >>"),
        (4, b"/Length 5 0 R", b"/X << /Length 3 >> /Length%\n40"),
    ],
)
def test_a_page_tree_or_a_length_that_only_seems_so_is_not_plain(number: int, there: bytes, instead: bytes) -> None:
    """What belongs to another dictionary, or stands twice, is no entry of this one."""
    assert _plain(_with(number, there, instead)) is None


def test_an_object_ends_with_a_word() -> None:
    """Readers see one word in ``endobj6``."""
    assert read_plain(_file(_OBJECTS, end=b" endobj ")) is not None
    assert read_plain(_file(_OBJECTS, end=b" endobj")) is None


def test_an_array_may_hold_null() -> None:
    """Destinations often do; an entry that is null is left out by some readers, and is not plain."""
    assert parse_object(b"[/XYZ null 1]", 0, 13) == ["/XYZ", None, 1]
    with pytest.raises(NotPlain):
        parse_object(b"<< /A null >>", 0, 13)


# ---------------------------------------------------------------- mutants by grammar

_TOKEN = re.compile(rb"/[A-Za-z.0-9]+|\d+ 0 R|<<|>>|\[|\]|\([^)]*\)|\d+|<[0-9A-F]*>|\s+")
_INSERTED = (
    *(b"%c\n", b"% /V 7 0 R\n", b"\x00", b"\x0c", b"(x)", b"(\\))", b"(a\\(b)", b"(endobj)", b"(stream\n)", b" null "),
    *(b"#41", b"<41>", b"<4>", b"< 4 1>", b"<<", b">>", b"[", b"]", b"/V 7 0 R", b"/V%c\n7 0 R", b"/X << /V 7 0 R >>"),
    *(b"/X << /Length 3 >>", b"/Length%c\n3", b"/X (/Contents <41>)", b"/X << /Contents <41> >>", b"/FT /Tx", b"/X%"),
    *(b"/X [ << /FT /Sig /V 7 0 R >> ]", b"/FT%c\n/Sig", b"/Type /X", b"/ByteRange [0 1 2 3]", b"/X (/ByteRange)"),
    *(b"/ByteRange%c\n[0 1 2 3]", b"/DSS << >>", b"/X << /Pages 2 0 R >>", b"/Kids [3 0 R]", b"/Parent 1 0 R", b"\r"),
    *(b"00005 0 R", b"+5 0 R", b"5 00000 R", b"5 1 R", b"4 0 R", b"99 0 R", b"/T (b)", b"/T <feff0041>", b"\n", b" "),
    *(b"/Lock << /Action /All >>", b"/Encrypt << >>", b"/Perms << /DocMDP 7 0 R >>", b"1.5", b"--1", b"+1", b"1."),
    *(b"/", b"/X /", b"true", b"/X (\\053)", b"/VRI << >>", b"/Cert <41>", b"/Filter /FlateDecode", b"endobj", b"R"),
    *(b"/DecodeParms << >>", b"/M (D:2020)", b"stream\n", b"endstream\nendobj\n", b"}", b"/Contents }"),
)


def _variant(dice: random.Random) -> dict[int, bytes]:
    objects = dict(_OBJECTS)
    if dice.random() < 0.3:
        objects[7] = b"<< /Type /Sig /Filter /A /SubFilter /adbe.pkcs7.detached " + _IN_HEX + b" >>"
    if dice.random() < 0.2:
        objects[6] = objects[6].replace(b"/V 7 0 R ", b"")
    return objects


def _mutant(dice: random.Random) -> bytes:
    spelled = {**_variant(dice), 0: _TRAILER}
    words = [word for word in _TOKEN.findall(b"".join(_OBJECTS.values())) if _HEX not in word]
    for _ in range(dice.choice((1, 1, 1, 2, 2, 3))):
        number = dice.choice(list(spelled))
        places = list(_TOKEN.finditer(spelled[number]))
        if not places:
            continue
        found = dice.choice(places)
        before, after = spelled[number][: found.start()], spelled[number][found.end() :]
        blank = b" " * dice.randrange(2)
        match dice.randrange(9):
            case 0 | 1 | 2 | 3:
                spelled[number] = before + blank + dice.choice(_INSERTED) + blank + found.group() + after
            case 4:
                spelled[number] = before + after
            case 5 | 6:
                spelled[number] = before + dice.choice(words) + after
            case 7:
                spelled[number] = before + dice.choice(_INSERTED) + after
            case _:
                place = dice.randrange(len(after) + 1)
                spelled[number] = before + after[:place] + b" " + found.group() + after[place:]
    trailer = spelled.pop(0)
    return _file(spelled, trailer)


def _run(cases: int, seed: int, patch: pytest.MonkeyPatch) -> int:
    dice, taken = random.Random(seed), 0
    for case in range(cases):
        pdf = _mutant(dice)
        found = _plain(pdf)
        if found is not None:
            taken += 1
            assert found == _slow(pdf, patch), (seed, case)
    return taken


def test_mutants_by_grammar_are_read_alike_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every offset is right in them: what is odd is what the objects and the trailer say."""
    assert _run(250, 1, monkeypatch) > 10


@pytest.mark.slow
def test_forty_thousand_mutants_by_grammar(monkeypatch: pytest.MonkeyPatch) -> None:
    """As above."""
    assert _run(40_000, 2, monkeypatch) > 2_000
