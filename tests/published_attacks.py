"""The published attacks on signed PDFs, as generators over any document of :mod:`tests.rich_pdf` that was signed.

Universal signature forgery, incremental saving and signature wrapping (Mladenov et al., "1 Trillion Dollar Refund",
2019); shadow attacks hide, replace, hide-and-replace ("Shadow Attacks", 2021); evil annotation and sneaky signature
("Breaking the Specification: PDF Certification", 2021). Written from the papers; no code of theirs is here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from tests.forgery import (
    append_increment,
    body_entry,
    body_of,
    next_number,
    number_of_catalog,
    number_of_field,
    number_of_page,
    stream,
)
from tests.rich_pdf import CHECK_BOX, TEXT_FIELD

Forge = Callable[[bytes], bytes]
_BYTE_RANGE = re.compile(rb"/ByteRange\s*\[[^\]]*\]")
_CONTENTS = re.compile(rb"/Contents\s*<[0-9A-Fa-f]*>")
_OTHER_PAGE = b"BT /F1 14 Tf 60 720 Td (Tong so tien: 95.000.000 dong) Tj ET"


def _same_length(pattern: re.Pattern[bytes], replacement: bytes) -> Forge:
    """Overwrite the first match, padded, so that no offset moves; cut where the replacement is shorter."""

    def forge(pdf: bytes) -> bytes:
        found = pattern.search(pdf)
        assert found is not None
        return pdf[: found.start()] + replacement.ljust(found.end() - found.start()) + pdf[found.end() :]

    return forge


def _second_entry(entry: bytes) -> Forge:
    """Put another entry after /Contents, where the gap's padding was."""

    def forge(pdf: bytes) -> bytes:
        found = _CONTENTS.search(pdf)
        assert found is not None
        end = b">" + entry
        return pdf[: found.end() - len(end) - 2] + end + b"  " + pdf[found.end() :]

    return forge


#: USF: the signature's dictionary itself is broken so that a lenient verifier has nothing to check.
UNIVERSAL_FORGERIES: Mapping[str, Forge] = {
    "no /ByteRange": _same_length(_BYTE_RANGE, b""),
    "/ByteRange null": _same_length(_BYTE_RANGE, b"/ByteRange null"),
    "/ByteRange empty": _same_length(_BYTE_RANGE, b"/ByteRange []"),
    "/ByteRange zeros": _same_length(_BYTE_RANGE, b"/ByteRange [0 0 0 0]"),
    "/ByteRange negative start": _same_length(_BYTE_RANGE, b"/ByteRange [-1 9 99 9]"),
    "/ByteRange negative length": _same_length(_BYTE_RANGE, b"/ByteRange [0 -1 -2 -3]"),
    "/ByteRange of reals": _same_length(_BYTE_RANGE, b"/ByteRange [0 .5 1.5 2.5]"),
    "/ByteRange of strings": _same_length(_BYTE_RANGE, b"/ByteRange [(0)(1)(2)(3)]"),
    "/ByteRange of names": _same_length(_BYTE_RANGE, b"/ByteRange [/a /b /c /d]"),
    "/ByteRange of three": _same_length(_BYTE_RANGE, b"/ByteRange [0 100 200]"),
    "/ByteRange of two": _same_length(_BYTE_RANGE, b"/ByteRange [0 99999]"),
    "/ByteRange a number": _same_length(_BYTE_RANGE, b"/ByteRange 1"),
    "/ByteRange huge": _same_length(_BYTE_RANGE, b"/ByteRange [0 9 9999999999 9]"),
    "/ByteRange reversed": _same_length(_BYTE_RANGE, b"/ByteRange [900 9 0 9]"),
    "/ByteRange over its gap": _same_length(_BYTE_RANGE, b"/ByteRange [0 900 10 90]"),
    "no /Contents": _same_length(_CONTENTS, b""),
    "/Contents null": _same_length(_CONTENTS, b"/Contents null"),
    "/Contents empty": _same_length(_CONTENTS, b"/Contents <>"),
    "/Contents zeros": _same_length(_CONTENTS, b"/Contents <0000>"),
    "/Contents a name": _same_length(_CONTENTS, b"/Contents /none"),
    "/Contents a number": _same_length(_CONTENTS, b"/Contents 0"),
    "/Contents literal": _same_length(_CONTENTS, b"/Contents (0)"),
    "/Contents of itself": _same_length(_CONTENTS, b"/Contents 1 0 R"),
    "second /ByteRange": _second_entry(b" /ByteRange [0 9 19 9]"),
    "second /Contents": _second_entry(b" /Contents <00>"),
    "second /SubFilter": _second_entry(b" /SubFilter /none"),
    "closed early": _second_entry(b" >> endobj"),
}


# ---------------------------------------------------------------- incremental saving


def _content_number(pdf: bytes) -> int:
    return int(body_entry(pdf, number_of_page(pdf), "/Contents").split()[0])


def _changed_page(pdf: bytes) -> dict[int, bytes]:
    return {_content_number(pdf): stream(_OTHER_PAGE)}


def _loose(pdf: bytes, objects: Mapping[int, bytes]) -> bytes:
    return pdf + b"\n" + b"".join(b"%d 0 obj\n%s\nendobj\n" % item for item in objects.items())


def _last_startxref(pdf: bytes) -> int:
    return int(pdf[pdf.rindex(b"startxref") + 9 :].split()[0])


def _well_made(pdf: bytes) -> bytes:
    return append_increment(pdf, _changed_page(pdf))


def _without_table(pdf: bytes) -> bytes:
    return _loose(pdf, _changed_page(pdf))


def _without_table_with_end(pdf: bytes) -> bytes:
    return _without_table(pdf) + b"startxref\n%d\n%%%%EOF\n" % _last_startxref(pdf)


def _without_table_with_trailer(pdf: bytes) -> bytes:
    catalog = number_of_catalog(pdf)
    trailer = b"trailer\n<< /Root %d 0 R /Size 500 /Prev %d >>\n" % (catalog, _last_startxref(pdf))
    return _without_table(pdf) + trailer + b"startxref\n%d\n%%%%EOF\n" % _last_startxref(pdf)


def _table_in_a_remark(pdf: bytes) -> bytes:
    forged = _well_made(pdf)
    return forged[: len(pdf)] + forged[len(pdf) :].replace(b"xref\n", b"%xref\n", 1)


def _with_signature_copied(pdf: bytes) -> bytes:
    """ISA with the signature object repeated, so that it seems to belong to the last revision."""
    number = int(body_entry(pdf, number_of_field(pdf, "KyDuyet"), "/V").split()[0])
    return append_increment(pdf, {**_changed_page(pdf), number: body_of(pdf, number)})


def _end_without_a_table(pdf: bytes) -> bytes:
    return _without_table(pdf) + b"startxref\n0\n%%EOF\n"


def _end_beyond_the_file(pdf: bytes) -> bytes:
    return _without_table(pdf) + b"startxref\n99999999\n%%EOF\n"


def _previous_is_itself(pdf: bytes) -> bytes:
    forged = _well_made(pdf)
    own = _last_startxref(forged)
    return forged.replace(b"/Prev %d" % _last_startxref(pdf), b"/Prev %d" % own)


def _no_previous(pdf: bytes) -> bytes:
    forged = _well_made(pdf)
    before, marker, after = forged.rpartition(b"/Prev ")
    return before + b"/Xrev " + after if marker else forged


def _freed_page_content(pdf: bytes) -> bytes:
    forged = append_increment(pdf, {_content_number(pdf): b"null"})
    return forged[: len(pdf)] + forged[len(pdf) :].replace(b" 00000 n ", b" 00001 f ")


def _other_content_object(pdf: bytes) -> bytes:
    page, new = number_of_page(pdf), next_number(pdf)
    return append_increment(pdf, {page: body_of(pdf, page, Contents=b"%d 0 R" % new), new: stream(_OTHER_PAGE)})


def _other_catalog(pdf: bytes) -> bytes:
    """Another /Root with pages of its own and the same form."""
    catalog, new = number_of_catalog(pdf), next_number(pdf)
    old_page = number_of_page(pdf)
    page = body_of(pdf, old_page, Contents=b"%d 0 R" % (new + 3), Parent=b"%d 0 R" % (new + 1))
    objects = {
        new: body_of(pdf, catalog, Pages=b"%d 0 R" % (new + 1)),
        new + 1: b"<< /Type /Pages /Count 1 /Kids [%d 0 R] >>" % (new + 2),
        new + 2: page,
        new + 3: stream(_OTHER_PAGE),
    }
    return append_increment(pdf, objects, root=new)


def _appended_after_a_second_head(pdf: bytes) -> bytes:
    """A whole document behind the signed one, as if files were joined."""
    return pdf + b"%PDF-1.7\n" + _well_made(pdf)[len(pdf) :]


INCREMENTAL_SAVINGS: Mapping[str, Forge] = {
    "well made": _well_made,
    "without a table": _without_table,
    "without a table, with an end": _without_table_with_end,
    "without a table, with a trailer": _without_table_with_trailer,
    "the table in a remark": _table_in_a_remark,
    "the signature repeated": _with_signature_copied,
    "an end at 0": _end_without_a_table,
    "an end beyond the file": _end_beyond_the_file,
    "a table that continues itself": _previous_is_itself,
    "a table that continues nothing": _no_previous,
    "content freed": _freed_page_content,
    "another content object": _other_content_object,
    "another catalog": _other_catalog,
    "behind a second head": _appended_after_a_second_head,
    "a word after the end": lambda pdf: pdf + b"/ByteRange [0 1 2 3]",
}


# ---------------------------------------------------------------- signature wrapping


def _wrapped(pdf: bytes, *, at_end: bool) -> bytes:
    """Move the second signed part behind other content, and name its new place in a second /ByteRange."""
    contents = _CONTENTS.search(pdf)
    written = _BYTE_RANGE.search(pdf)
    assert contents is not None
    assert written is not None
    _, first, second, length = (int(n) for n in re.findall(rb"-?\d+", written.group()))
    tail, rest = pdf[second : second + length], pdf[second + length :]
    evil = b"\n".join(b"%d 0 obj\n%s\nendobj" % item for item in _changed_page(pdf).items())
    digits = pdf[first:second][: -len(b">")].rstrip(b"0") + b"0>"
    gap = digits + b" /ByteRange [0 %d %010d %d]" % (first, 0, length) + b"\n>>\nendobj\n" + evil + b"\n9999 0 obj\n<<"
    gap = gap.replace(b"%010d" % 0, b"%010d" % (first + len(gap)))
    return pdf[:first] + gap + tail + (rest if at_end else b"")


WRAPPINGS: Mapping[str, Forge] = {
    "moved, the rest kept": lambda pdf: _wrapped(pdf, at_end=True),
    "moved, the rest dropped": lambda pdf: _wrapped(pdf, at_end=False),
    "a larger gap": lambda pdf: _CONTENTS.sub(lambda m: m.group()[:-1] + b"00" * 50 + b">", pdf, count=1),
    "content before the head": lambda pdf: b"1 0 obj\n(thua)\nendobj\n" + pdf,
}


# ---------------------------------------------------------------- shadow attacks and what else an increment may swap


def _resource(category: bytes, name: bytes, body: bytes) -> Forge:
    """Overwrite an indirect resource of the page: the page's own dictionary stays the same."""

    def forge(pdf: bytes) -> bytes:
        resources = body_entry(pdf, number_of_page(pdf), "/Resources")
        found = re.search(rb"/" + category + rb" << /" + name + rb" (\d+) 0 R", resources)
        assert found is not None
        return append_increment(pdf, {int(found.group(1)): body})

    return forge


def _catalog(**entries: bytes | None) -> Forge:
    def forge(pdf: bytes) -> bytes:
        catalog = number_of_catalog(pdf)
        return append_increment(pdf, {catalog: body_of(pdf, catalog, **entries)})

    return forge


def _form(**entries: bytes) -> Forge:
    def forge(pdf: bytes) -> bytes:
        number = int(body_entry(pdf, number_of_catalog(pdf), "/AcroForm").split()[0])
        return append_increment(pdf, {number: body_of(pdf, number, **entries)})

    return forge


def _field(name: str, **entries: bytes) -> Forge:
    def forge(pdf: bytes) -> bytes:
        number, new = number_of_field(pdf, name), next_number(pdf)
        look = stream(b"BT /F1 12 Tf 2 5 Td (95.000.000) Tj ET", b"/Type /XObject /Subtype /Form /BBox [0 0 200 20]")
        filled = {key: value.replace(b"LOOK", b"%d 0 R" % new) for key, value in entries.items()}
        return append_increment(pdf, {number: body_of(pdf, number, **filled), new: look})

    return forge


def _indirect(key: str, **entries: bytes) -> Forge:
    """Overwrite entries of an object that the catalog refers to."""

    def forge(pdf: bytes) -> bytes:
        number = int(body_entry(pdf, number_of_catalog(pdf), key).split()[0])
        return append_increment(pdf, {number: body_of(pdf, number, **entries)})

    return forge


def _page(**entries: bytes) -> Forge:
    def forge(pdf: bytes) -> bytes:
        page = number_of_page(pdf)
        return append_increment(pdf, {page: body_of(pdf, page, **entries)})

    return forge


def _pages(**entries: bytes) -> Forge:
    def forge(pdf: bytes) -> bytes:
        number = int(body_entry(pdf, number_of_catalog(pdf), "/Pages").split()[0])
        return append_increment(pdf, {number: body_of(pdf, number, **entries)})

    return forge


_BLIND_FONT = b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1 1] /FontMatrix [1 0 0 1 0 0] /CharProcs << >> >>"
_SCRIPT = b"<< /S /JavaScript /JS (this.getField\\('so_tien'\\).value = '95') >>"
SWAPS: Mapping[str, Forge] = {
    "hide: the picture over the text is emptied": _resource(
        b"XObject", b"Hinh1", stream(b"", b"/Type /XObject /Subtype /Form /BBox [0 0 100 40]")
    ),
    "hide: the font shows nothing": _resource(b"Font", b"F1", _BLIND_FONT),
    "replace: the font shows other letters": _resource(
        b"Font",
        b"F1",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Differences [49 /nine] >> >>",
    ),
    "replace: the colour space": _resource(b"ColorSpace", b"CS1", b"[/CalGray << /WhitePoint [0.1 1 0.1] >>]"),
    "replace: the graphics state": _resource(b"ExtGState", b"GS1", b"<< /Type /ExtGState /CA 0 /ca 0 >>"),
    "replace: the look of a field": _field(TEXT_FIELD, AP=b"<< /N LOOK >>"),
    "replace: look and value differ": _field(TEXT_FIELD, V=b"(15.000.000)", AP=b"<< /N LOOK >>"),
    "replace: the looks of a box": _field(CHECK_BOX, AP=b"<< /N << /Yes LOOK /Off LOOK >> >>"),
    "hide and replace: another page tree": _other_catalog,
    "hide and replace: the page's kids swapped": _pages(Kids=b"[]", Count=b"0"),
    "a layer switched": _indirect("/OCProperties", D=b"<< /BaseState /OFF >>"),
    "files swapped": _indirect("/Names", EmbeddedFiles=b"<< /Names [] >>"),
    "a script by name": _indirect("/Names", JavaScript=b"<< /Names [(a) %s] >>" % _SCRIPT),
    "a script on opening": _catalog(OpenAction=_SCRIPT),
    "a script on a page": _page(AA=b"<< /O %s >>" % _SCRIPT),
    "another layer dictionary": _catalog(OCProperties=b"<< /OCGs [] /D << >> >>"),
    "viewer preferences": _catalog(ViewerPreferences=b"<< /HideToolbar true >>"),
    "looks made anew": _form(NeedAppearances=b"true"),
    "a form in XML": _form(XFA=b"[(template) (<template/>)]"),
    "a calculation": _form(CO=b"[]"),
    "usage rights": _catalog(Perms=b"<< /UR3 << /Type /Sig >> >>"),
    "a field's action": _field(TEXT_FIELD, AA=b"<< /K %s >>" % _SCRIPT),
    "a field hidden": _field(TEXT_FIELD, F=b"2"),
    "a field moved": _field(TEXT_FIELD, Rect=b"[60 715 260 735]"),
    "a page turned": _page(Rotate=b"180"),
    "a page cut": _page(CropBox=b"[0 0 595 700]"),
    "a unit changed": _page(UserUnit=b"10"),
    "other resources": _page(Resources=b"<< >>"),
    "no annotations": _page(Annots=b"[]"),
    "no form": _catalog(AcroForm=None),
    "form by another catalog entry": _catalog(AcroForm=b"<< /Fields [] >>"),
}
