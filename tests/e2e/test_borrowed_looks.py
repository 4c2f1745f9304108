"""Forgeries that show something under another's name, or under a name prepared for it before signing.

Each was TOTAL_PASSED once, with the change permitted.
"""

from __future__ import annotations

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
    number_of_field,
    number_of_page,
    stream,
)
from tests.materials import LEADER, SEAL, Office, leader_signed, make_office, numbered, rich_signed
from tests.rich_pdf import CHECK_BOX, SIGNATURE, TEXT_FIELD, rich_pdf
from vnsign.pdf.comparing.second_opinion import Asking
from vnsign.pdf.reading.opened import OpenedPdf
from vnsign.pdf.reading.structure import read_structure
from vnsign.report import Modifications
from vnsign.verification.modifications import judge_changes

pytestmark = pytest.mark.slow

Forge = Callable[[bytes], bytes]
_DOUBTFUL = frozenset({Modifications.FORBIDDEN, Modifications.SUSPICIOUS, Modifications.UNKNOWN})
_FORM = b"/Type /XObject /Subtype /Form /BBox [0 0 250 20]"
_LOOK = stream(b"1 0 0 rg 0 0 250 20 re f", _FORM)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One authority for the module."""
    return make_office(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def genuine(office: Office) -> bytes:
    """The document with an approval signature."""
    return rich_signed(office)


def _changes(pdf: bytes) -> Modifications:
    return judge_changes(OpenedPdf(pdf), read_structure(pdf).signatures[0]).modifications


# ---------------------------------------------------------------- another's signature


def _value_of(pdf: bytes, field: str) -> int:
    return int(body_entry(pdf, number_of_field(pdf, field), "/V").split()[0])


def _listed(pdf: bytes, new: int) -> dict[int, bytes]:
    number = int(body_entry(pdf, number_of_page(pdf), "/Annots").split()[0])
    with pikepdf.open(BytesIO(pdf)) as document:
        array = document.get_object(number, 0).unparse(resolved=True).strip()
    return {number: array[:-1] + b" %d 0 R]" % new}


def _new_field_with(pdf: bytes, value: bytes, more: Mapping[int, bytes] | None = None) -> bytes:
    """A field in a blank place of the page, with a look, whose /V is ``value``."""
    new, form = next_number(pdf), int(body_entry(pdf, number_of_catalog(pdf), "/AcroForm").split()[0])
    fields = body_entry(pdf, form, "/Fields").strip()[:-1] + b" %d 0 R ]" % new
    entries = b"/Type /Annot /Subtype /Widget /FT /Sig /T (Dau) /F 4 /Rect [300 40 550 60]"
    bodies = {**_listed(pdf, new), form: body_of(pdf, form, Fields=fields), new + 1: _LOOK}
    bodies[new] = b"<< %s /AP << /N %d 0 R >> /V %s >>" % (entries, new + 1, value)
    return append_increment(pdf, {**bodies, **(more or {})})


def test_a_signature_vouches_for_no_second_field(genuine: bytes, office: Office) -> None:
    """Nobody signed in the new field: its value is the leader's signature again, whole or copied."""
    number, free = _value_of(genuine, SIGNATURE), next_number(genuine) + 2
    for forged in (
        _new_field_with(genuine, b"%d 0 R" % number),
        _new_field_with(genuine, b"%d 0 R" % free, {free: body_of(genuine, number)}),
    ):
        report = vnsign.inspect_pdf(forged, trust=office.trust)

        assert report.verdict is vnsign.Verdict.INDETERMINATE
        assert report.signatures[0].modifications is Modifications.SUSPICIOUS


@pytest.mark.parametrize("is_copied", [False, True])
def test_the_leaders_signature_is_not_the_agencys_seal(is_copied: bool, office: Office) -> None:  # noqa: FBT001
    """A prepared field to be sealed shows a red seal, and no agency signed."""
    pdf = numbered(leader_signed(office))
    field, number, new = number_of_field(pdf, SEAL), _value_of(pdf, LEADER), next_number(pdf)
    value = new + 1 if is_copied else number
    seal = stream(b"1 0 0 rg 0 0 102 102 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 102 102]")
    signed = body_of(pdf, field, V=b"%d 0 R" % value, AP=b"<< /N %d 0 R >>" % new)
    forged = append_increment(pdf, {field: signed, new: seal, new + 1: body_of(pdf, number)})

    assert _changes(pdf) is Modifications.PERMITTED
    assert _changes(forged) is Modifications.SUSPICIOUS


# ---------------------------------------------------------------- prepared before signing


def _with_box(*, rectangle: list[int], look: bytes) -> bytes:
    with pikepdf.open(BytesIO(rich_pdf())) as document:
        box = next(f for f in document.Root.AcroForm.Fields if str(f.T) == CHECK_BOX)
        box.Rect = pikepdf.Array(rectangle)
        width, height = rectangle[2] - rectangle[0], rectangle[3] - rectangle[1]
        for state in ("/Yes", "/Off"):
            box.AP.N[state].BBox = pikepdf.Array([0, 0, width, height])
        box.AP.N["/Yes"].write(look)
        out = BytesIO()
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
        return out.getvalue()


_BOXES: Mapping[str, bytes] = {
    "over the sum": _with_box(rectangle=[150, 715, 220, 735], look=b"1 g 0 0 70 20 re f"),
    "as large as a line": _with_box(rectangle=[60, 100, 300, 120], look=b"1 0 0 rg 0 0 240 20 re f"),
}


@pytest.mark.parametrize("certify", [False, True])
@pytest.mark.parametrize("name", sorted(_BOXES))
def test_a_box_to_tick_hides_nothing_and_is_no_picture(name: str, certify: bool, office: Office) -> None:  # noqa: FBT001
    """A shadow attack: the look that hides the sum was signed, and not shown; it needs a tick."""
    signed = rich_signed(office, _BOXES[name], certify=certify)
    number = number_of_field(signed, CHECK_BOX)
    forged = append_increment(signed, {number: body_of(signed, number, V=b"/Yes", AS=b"/Yes")})

    assert _changes(signed) is Modifications.NONE
    assert _changes(forged) is Modifications.SUSPICIOUS


# ---------------------------------------------------------------- beside the page


def test_annotations_handed_down_by_a_node_above_the_pages_are_no_metadata(genuine: bytes) -> None:
    """ISO 32000-2 Table 31 lets no page inherit /Annots; pdf.js does."""
    root, new = int(body_entry(genuine, number_of_catalog(genuine), "/Pages").split()[0]), next_number(genuine)
    stamp = b"<< /Type /Annot /Subtype /Stamp /F 4 /Rect [60 715 310 735] /AP << /N %d 0 R >> >>" % (new + 1)
    handed_down = body_of(genuine, root, Annots=b"[ %d 0 R ]" % new)

    assert _changes(append_increment(genuine, {root: handed_down, new: stamp, new + 1: _LOOK})) in _DOUBTFUL


def test_a_note_with_a_look_is_not_a_word_of_the_line(genuine: bytes) -> None:
    """In the margin before the sum: covers nothing, reads as its first word."""
    new = next_number(genuine)
    for rectangle in (b"0 715 60 735", b"310 715 340 735"):
        note = b"<< /Type /Annot /Subtype /Text /F 4 /Contents (x) /Rect [%s] /AP << /N %d 0 R >> >>"
        objects = {**_listed(genuine, new), new: note % (rectangle, new + 1), new + 1: _LOOK}

        assert _changes(append_increment(genuine, objects)) is Modifications.SUSPICIOUS


# ---------------------------------------------------------------- looks that viewers make


def _with_value(*, appearance: bytes | None) -> bytes:
    """The text field has its value before signing, and no look: each viewer makes one."""
    with pikepdf.open(BytesIO(rich_pdf())) as document:
        field = next(f for f in document.Root.AcroForm.Fields if str(f.T) == TEXT_FIELD)
        field.V = pikepdf.String("15.000.000")
        del field["/AP"]
        if appearance is None:
            del field["/DA"]
        else:
            field.DA = pikepdf.String(appearance)
        out = BytesIO()
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
        return out.getvalue()


def _form_with(pdf: bytes, more: Mapping[int, bytes] | None = None, **entries: bytes) -> bytes:
    form = int(body_entry(pdf, number_of_catalog(pdf), "/AcroForm").split()[0])
    return append_increment(pdf, {form: body_of(pdf, form, **entries), **(more or {})})


def test_a_look_that_viewers_make_is_not_made_otherwise_later(office: Office) -> None:
    """By a font that was missing, whose ones look like nines; or in white."""
    named = rich_signed(office, _with_value(appearance=b"/Helv 12 Tf 0 g"))
    unnamed = rich_signed(office, _with_value(appearance=None))
    new = next_number(named)
    evil = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Differences [49 /nine] >> >>"
    with pikepdf.open(BytesIO(named)) as document:
        known = document.Root.AcroForm.DR.Font["/F1"].objgen[0]
    fonts = b"<< /Font << /F1 %d 0 R /Helv %d 0 R >> >>" % (known, new)

    assert _changes(named) is _changes(unnamed) is Modifications.NONE
    assert _changes(_form_with(named, {new: evil}, DR=fonts)) is Modifications.SUSPICIOUS
    assert _changes(_form_with(unnamed, DA=b"(/F1 12 Tf 1 g)")) is Modifications.SUSPICIOUS


def test_no_node_comes_to_stand_above_signed_fields(genuine: bytes) -> None:
    """It hands down how a value is written: as a password, in white, to the right."""
    form, new = int(body_entry(genuine, number_of_catalog(genuine), "/AcroForm").split()[0]), next_number(genuine)
    node = b"<< /Kids %s /Ff 8192 /DA (/F1 12 Tf 1 g) >>" % body_entry(genuine, form, "/Fields")
    forged = _form_with(genuine, {new: node}, Fields=b"[ %d 0 R ]" % new)
    (signature,) = read_structure(forged).signatures
    judged = judge_changes(OpenedPdf(forged), signature, opinion=Asking.NEVER)

    assert judged.modifications is Modifications.SUSPICIOUS


# ---------------------------------------------------------------- dictionaries of two roles


def _drawing_from(prepare: Callable[[pikepdf.Pdf], pikepdf.Object], name: bytes) -> bytes:
    """Before signing a dictionary is made the list of the page's pictures too, and one is drawn that is not there."""
    with pikepdf.open(BytesIO(rich_pdf())) as document:
        page = document.pages[0].obj
        page.Resources.XObject = prepare(document)
        page.Contents = document.make_stream(page.Contents.read_bytes() + b" q /%s Do Q" % name)
        out = BytesIO()
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
        return out.getvalue()


def _with_metadata(document: pikepdf.Pdf) -> pikepdf.Object:
    document.Root.Metadata = document.make_stream(b"<x/>", Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML)
    return document.Root


def _box_of(document: pikepdf.Pdf) -> pikepdf.Object:
    return next(field for field in document.Root.AcroForm.Fields if str(field.T) == CHECK_BOX)


def _own_opinion(pdf: bytes) -> Modifications:
    return judge_changes(OpenedPdf(pdf), read_structure(pdf).signatures[0], opinion=Asking.NEVER).modifications


@pytest.mark.parametrize("certify", [False, True])
def test_an_entry_that_means_nothing_to_a_page_is_not_drawn_by_it(certify: bool, office: Office) -> None:  # noqa: FBT001
    """Both readers drew the picture that came later; the changes were none, by pyHanko's opinion too."""
    signed = rich_signed(office, _drawing_from(lambda document: document.pages[0].obj, b"X"), certify=certify)
    number, new = number_of_page(signed), next_number(signed)
    forged = append_increment(signed, {number: body_of(signed, number, X=b"%d 0 R" % new), new: _LOOK})

    assert _changes(signed) is _own_opinion(signed) is Modifications.NONE
    assert _changes(forged) is _own_opinion(forged) is Modifications.SUSPICIOUS


@pytest.mark.parametrize(
    ("had", "came"),
    [
        ({}, {"S": b"/JavaScript", "JS": b"(app.alert\\(1\\))"}),
        ({"S": "/JavaScript"}, {"JS": b"(app.alert\\(1\\))"}),
        ({"S": "/URI"}, {"URI": b"(https://example.org)"}),
    ],
)
def test_a_page_does_not_become_what_is_done_on_opening(
    had: dict[str, str], came: dict[str, bytes], office: Office
) -> None:
    """The same dictionary is a page and the document's action; what an action needs means nothing to a page."""
    with pikepdf.open(BytesIO(rich_pdf())) as document:
        page = document.pages[0].obj
        for key, name in had.items():
            page[f"/{key}"] = pikepdf.Name(name)
        document.Root.OpenAction = page
        document.save(out := BytesIO(), object_stream_mode=pikepdf.ObjectStreamMode.disable)
    signed = rich_signed(office, out.getvalue())
    number = number_of_page(signed)

    assert _own_opinion(signed) is Modifications.NONE
    forged = append_increment(signed, {number: body_of(signed, number, **came)})
    assert _own_opinion(forged) is _changes(forged) is Modifications.SUSPICIOUS


def test_neither_metadata_nor_a_value_is_drawn_by_a_page(office: Office) -> None:
    """The catalog's entry, or the field's, is the name of a picture."""
    described = rich_signed(office, _drawing_from(_with_metadata, b"Metadata"))
    ticked = rich_signed(office, _drawing_from(_box_of, b"V"))
    metadata = int(body_entry(described, number_of_catalog(described), "/Metadata").split()[0])
    box, new = number_of_field(ticked, CHECK_BOX), next_number(ticked)
    forged = append_increment(ticked, {box: body_of(ticked, box, V=b"%d 0 R" % new, AS=b"/Off"), new: _LOOK})

    assert _own_opinion(ticked) is Modifications.NONE
    assert _own_opinion(append_increment(described, {metadata: _LOOK})) is Modifications.SUSPICIOUS
    assert _own_opinion(forged) is Modifications.SUSPICIOUS
