"""A filled field must show its value: looks that show something else, or might, are not believed."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest

from tests.forgery import append_increment, body_of, look, next_number, number_of_field, number_of_look, stream
from tests.materials import NUMBER, prepared_pdf
from vnsign.pdf.comparing.change_kinds import ChangeKind
from vnsign.pdf.comparing.changes import compare_revisions
from vnsign.pdf.comparing.look_colours import shade_of
from vnsign.pdf.comparing.text_rules import LookProblem

#: ``15`` in the prepared subset font, as glyph numbers.
FIFTEEN = b"<00120016>"
PLAIN = b"/Tx BMC q BT 0 g /F0 13 Tf 0 2.81 Td %s Tj ET Q EMC" % FIFTEEN


@pytest.fixture(scope="module")
def prepared() -> bytes:
    """A document with an empty number field."""
    return prepared_pdf()


def fill(pdf: bytes, content: bytes, *, value: bytes = b"(15)", entries: bytes = b"", **widget: bytes) -> bytes:
    """Fill the number by hand: any content, any further entries of stream and widget."""
    field, new = number_of_field(pdf, NUMBER), next_number(pdf)
    shown = look(pdf, NUMBER, content, entries=entries)
    body = body_of(pdf, field, V=value, AP=b"<< /N %d 0 R >>" % new, **widget)
    return append_increment(pdf, {field: body, new: shown})


def problem_of(before: bytes, after: bytes) -> str | None:
    """Return what is wrong with the look of the number, None if nothing."""
    with pikepdf.open(BytesIO(before)) as old, pikepdf.open(BytesIO(after)) as new:
        changes = compare_revisions(old, new)
    assert ChangeKind.FIELD_FILLED in {c.kind for c in changes}
    return next((c.values["problem"] for c in changes if c.kind is ChangeKind.LOOK_DIFFERS_FROM_VALUE), None)


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        PLAIN.replace(b"0 2.81 Td", b"1 0 0 1 0 2.81 Tm"),
        PLAIN.replace(b"<00120016> Tj", b"[ <0012> -20 <0016> ] TJ"),
        PLAIN.replace(b" q BT", b" q 0 0 150 14.4 re W n BT"),
        PLAIN.replace(b"0 g", b"0 0 0.4 rg"),
        PLAIN.replace(b"0 g", b"/DeviceGray cs 0 sc"),
        PLAIN.replace(b"0 g", b"0 sc"),
        PLAIN.replace(b"<00120016> Tj", b"<0012> Tj 6.5 0 Td <0016> Tj"),
        PLAIN.replace(b"0 g", b"/DeviceRGB cs 0 0 0.4 sc"),
    ],
)
def test_an_honest_look_is_believed(content: bytes, prepared: bytes) -> None:
    """The forms in which honest programs write one line of text (ISO 32000-2 §12.7.4.3)."""
    assert problem_of(prepared, fill(prepared, content)) is None


ATTACKS: dict[str, tuple[bytes, LookProblem]] = {
    "other digits": (PLAIN.replace(b"<00120016>", b"<00160012>"), LookProblem.OTHER_TEXT),
    "nothing shown": (b"/Tx BMC EMC", LookProblem.OTHER_TEXT),
    "white text": (PLAIN.replace(b"0 g", b"1 g"), LookProblem.MORE_THAN_TEXT),
    "white of a space named before": (PLAIN.replace(b"0 g", b"/DeviceGray cs 1 sc"), LookProblem.MORE_THAN_TEXT),
    # the words that the signer saw there
    "a background over words": (b"q 1 1 0.8 rg 0 0 150 14.4 re f Q " + PLAIN, LookProblem.MORE_THAN_TEXT),
    "a frame through words": (b"q 1 w 0.5 0.5 149 13.4 re S Q " + PLAIN, LookProblem.MORE_THAN_TEXT),
    "a dark background": (b"q 0.4 0.4 0.4 rg 0 0 150 14.4 re f Q " + PLAIN, LookProblem.MORE_THAN_TEXT),
    "a dark blue background": (b"q 0 0 1 rg 0 0 150 14.4 re f Q " + PLAIN, LookProblem.MORE_THAN_TEXT),
    "a background that was not named": (b"0 0 150 14.4 re f " + PLAIN, LookProblem.MORE_THAN_TEXT),
    "a colour kept from the background": (
        b"1 g 0 0 150 14.4 re f " + PLAIN.replace(b"0 g", b""),
        LookProblem.MORE_THAN_TEXT,
    ),
    "a frame over the digits": (b"9 w 0 0 150 14.4 re S " + PLAIN, LookProblem.MORE_THAN_TEXT),
    "a frame through the digits": (b"1 w 3 3 144 8.4 re S " + PLAIN, LookProblem.MORE_THAN_TEXT),
    "a rectangle that is a digit": (b"30 2 1 9 re S " + PLAIN, LookProblem.MORE_THAN_TEXT),
    "a frame painted last": (PLAIN + b" 1 w 0.5 0.5 149 13.4 re S", LookProblem.MORE_THAN_TEXT),
    "a word put before another": (
        PLAIN.replace(b"<00120016> Tj", b"<0016> Tj -6.5 0 Td <0012> Tj"),
        LookProblem.MORE_THAN_TEXT,
    ),
    "a word far away": (PLAIN.replace(b"<00120016> Tj", b"<0012> Tj 90 0 Td <0016> Tj"), LookProblem.MORE_THAN_TEXT),
    "a word a little above": (
        PLAIN.replace(b"<00120016> Tj", b"<0012> Tj 6.5 2 Td <0016> Tj"),
        LookProblem.MORE_THAN_TEXT,
    ),
    # shown as 51
    "many small steps back": (
        PLAIN.replace(b"<00120016> Tj", b"<0012> Tj 6 0 Td %s <0016> Tj" % (b"-1 0 Td " * 6)).replace(
            b" 0 2.8", b" 9 2.8"
        ),
        LookProblem.MORE_THAN_TEXT,
    ),
    "a step back after a move back": (
        PLAIN.replace(b"<00120016> Tj", b"[ <0012> 200 ] TJ 3 0 Td <0016> Tj"),
        LookProblem.MORE_THAN_TEXT,
    ),
    "half of a digit upon another": (
        PLAIN.replace(b"<00120016> Tj", b"[ <000F> 200 <0016> ] TJ"),
        LookProblem.MORE_THAN_TEXT,
    ),
    "small steps forward": (
        PLAIN.replace(b"<00120016> Tj", b"<0012> Tj 7 0 Td %s <0016> Tj" % (b"1 0 Td " * 9)),
        LookProblem.MORE_THAN_TEXT,
    ),
    "clipped to what two rectangles do not share": (
        PLAIN.replace(b"q BT", b"q 0 0 150 14.4 re 0 0 150 14.4 re W* n BT"),
        LookProblem.MORE_THAN_TEXT,
    ),
    "clipped to nothing": (PLAIN.replace(b"q BT", b"q W n BT"), LookProblem.MORE_THAN_TEXT),
    "a digit clipped away": (
        PLAIN.replace(b"q BT", b"q 4 0 146 14.4 re W n BT").replace(b"13 Tf", b"6 Tf"),
        LookProblem.BOX_CHANGED,
    ),
    "black upon a black frame": (
        b"3 w 0 0 150 14.4 re S 2 2 146 10.4 re S " + PLAIN.replace(b"13 Tf 0 2.81", b"4 Tf 9 0.2"),
        LookProblem.BOX_CHANGED,
    ),
    "a digit upon a black frame": (
        b"3 w 2 2 146 10.4 re S " + PLAIN.replace(b"13 Tf", b"5 Tf 0 2 Td").replace(b"0 2.81 Td", b""),
        LookProblem.BOX_CHANGED,
    ),
    "three times the yellow": (PLAIN.replace(b"0 g", b"0 0 3 0 k"), LookProblem.MORE_THAN_TEXT),
    "a space of its own": (PLAIN.replace(b"0 g", b"/CS0 cs"), LookProblem.MORE_THAN_TEXT),
    "a colour of no space": (PLAIN.replace(b"0 g", b"0 0 0 sc"), LookProblem.NOT_READABLE),
    "a colour of another space": (PLAIN.replace(b"0 g", b"/DeviceRGB cs 0 g 0 0 0 sc"), LookProblem.NOT_READABLE),
    "a space forgotten by Q": (
        PLAIN.replace(b"q BT 0 g", b"q /DeviceRGB cs Q q BT 0 0 0 sc"),
        LookProblem.NOT_READABLE,
    ),
    "invisible mode": (PLAIN.replace(b"BT", b"BT 3 Tr"), LookProblem.MORE_THAN_TEXT),
    "second text": (PLAIN + b" BT /F0 13 Tf 0 2.81 Td <0013> Tj ET", LookProblem.MORE_THAN_TEXT),
    "painted over": (PLAIN + b" 1 g 0 0 150 14 re f", LookProblem.MORE_THAN_TEXT),
    "an image": (PLAIN + b" /Im0 Do", LookProblem.MORE_THAN_TEXT),
    "an inline image": (PLAIN + b" BI /W 1 /H 1 /BPC 8 /CS /G ID \x00 EI", LookProblem.MORE_THAN_TEXT),
    "graphics state": (PLAIN.replace(b"0 g", b"/GS0 gs"), LookProblem.MORE_THAN_TEXT),
    "scaled down": (PLAIN.replace(b"0 g", b"0.001 0 0 0.001 0 0 cm"), LookProblem.MORE_THAN_TEXT),
    "mirrored": (PLAIN.replace(b"0 2.81 Td", b"-1 0 0 1 100 2.81 Tm"), LookProblem.MORE_THAN_TEXT),
    "outside the box": (PLAIN.replace(b"0 2.81 Td", b"0 -90 Td"), LookProblem.BOX_CHANGED),
    "clipped away": (PLAIN.replace(b"q BT", b"q 0 0 1 1 re W n BT"), LookProblem.MORE_THAN_TEXT),
    "reordered by a move": (
        PLAIN.replace(b"<00120016> Tj", b"[ 1000 <0012> 2000 <0016> ] TJ"),
        LookProblem.MORE_THAN_TEXT,
    ),
    "tiny": (PLAIN.replace(b"13 Tf", b"0.1 Tf"), LookProblem.MORE_THAN_TEXT),
    "huge": (PLAIN.replace(b"13 Tf", b"500 Tf"), LookProblem.MORE_THAN_TEXT),
    "stretched": (PLAIN.replace(b"0 g", b"1 Tz"), LookProblem.MORE_THAN_TEXT),
    "marked as a layer": (PLAIN.replace(b"/Tx BMC", b"/OC /L0 BDC"), LookProblem.MORE_THAN_TEXT),
    "unknown font": (PLAIN.replace(b"/F0", b"/F9"), LookProblem.NOT_READABLE),
    "not a content stream": (b"<<<< [[[ (", LookProblem.NOT_READABLE),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_look_that_may_show_something_else_is_not_believed(attack: str, prepared: bytes) -> None:
    """Each of these shows, or can be made to show, something other than the value."""
    content, problem = ATTACKS[attack]

    assert problem_of(prepared, fill(prepared, content)) == problem


@pytest.mark.parametrize(
    "entries",
    [b"/Matrix [2 0 0 2 0 0]", b"/OC << /Type /OCG /Name (x) >>", b"/Group << /S /Transparency >>", b"/Ref << >>"],
)
def test_an_appearance_stream_with_more_than_a_box_is_not_believed(entries: bytes, prepared: bytes) -> None:
    """Matrices, layers, groups and references change what is drawn."""
    assert problem_of(prepared, fill(prepared, PLAIN, entries=entries)) is not None


@pytest.mark.parametrize("name", [b"DefaultGray", b"DefaultRGB", b"DefaultCMYK", b"Default#47ray", b"DeviceGray"])
def test_a_colour_space_that_replaces_a_devices_is_not_believed(name: bytes, prepared: bytes) -> None:
    """``0 g`` is white where /DefaultGray says so: one reader shows nothing (ISO 32000-2 §8.6.5.6)."""
    white = b"[/Separation /X /DeviceGray << /FunctionType 2 /Domain [0 1] /C0 [1] /C1 [1] /N 1 >>]"
    field, new = number_of_field(prepared, NUMBER), next_number(prepared)
    font = body_of(prepared, number_of_look(prepared, NUMBER)).split(b"/Font")[1].split(b">>")[0]
    resources = b"<< /Font%s>> /ColorSpace << /%s %s >> >>" % (font, name, white)
    shown = stream(PLAIN, b"/Type /XObject /Subtype /Form /BBox [0 0 150 14.39] /Resources " + resources)
    body = body_of(prepared, field, V=b"(15)", AP=b"<< /N %d 0 R >>" % new)

    assert problem_of(prepared, append_increment(prepared, {field: body, new: shown})) == LookProblem.MORE_THAN_TEXT


def test_a_colour_out_of_range_is_the_nearest_within() -> None:
    """Readers clip the components: eight times the blue is a dark blue still, and no bright background."""
    assert shade_of("rg", (0, 0, 8)) == shade_of("rg", (0, 0, 1)) == (1, 0.11)
    assert shade_of("k", (0, 0, 3, 0)) == shade_of("k", (-1, 0, 1, 0))


def test_a_roll_over_look_is_not_believed(prepared: bytes) -> None:
    """A second look would be shown when the pointer rests on the field."""
    field, new = number_of_field(prepared, NUMBER), next_number(prepared)
    body = body_of(prepared, field, V=b"(15)", AP=b"<< /N %d 0 R /R %d 0 R >>" % (new, new))
    after = append_increment(prepared, {field: body, new: look(prepared, NUMBER, PLAIN)})

    assert problem_of(prepared, after) == LookProblem.MORE_THAN_TEXT


def _own_font(make: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    def filled(pdf: bytes) -> bytes:
        field, new = number_of_field(pdf, NUMBER), next_number(pdf)
        resources = b"<< /Font << /F0 %d 0 R >> >>" % (new + 1)
        shown = stream(
            b"/Tx BMC q BT 0 g /F0 13 Tf 0 2.81 Td (15) Tj ET Q EMC",
            b"/Type /XObject /Subtype /Form /BBox [0 0 150 14.39] /Resources " + resources,
        )
        body = body_of(pdf, field, V=b"(15)", AP=b"<< /N %d 0 R >>" % new)
        return append_increment(pdf, {field: body, new: shown, new + 1: make(pdf)})

    return filled


def test_a_standard_font_is_believed(prepared: bytes) -> None:
    """Fonts that viewers bring along need not be in the file."""
    after = _own_font(lambda _: b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>")(prepared)

    assert problem_of(prepared, after) is None


@pytest.mark.parametrize(
    "font",
    [
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding << /Differences [49 /seven] >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Widths [0] /FirstChar 49 /LastChar 49 >>",
        b"<< /Type /Font /Subtype /TrueType /BaseFont /Anything >>",
        b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1 1] /FontMatrix [1 0 0 1 0 0] /CharProcs << >> >>",
    ],
)
def test_a_font_nobody_signed_is_not_believed(font: bytes, prepared: bytes) -> None:
    """A font brought by the filler can draw a 7 for a 1, whatever its ToUnicode map says."""
    assert problem_of(prepared, _own_font(lambda _: font)(prepared)) == LookProblem.FONT_NOT_SIGNED


def test_a_lying_to_unicode_map_changes_nothing(prepared: bytes) -> None:
    """The program's own map decides: glyph 0x12 is a 1 however the map beside it calls it."""
    with pikepdf.open(BytesIO(prepared)) as document:
        font = document.Root.AcroForm.DR.Font["/F0"]
        number, to_unicode = font.objgen[0], font.ToUnicode.objgen[0]
        lying = font.ToUnicode.read_bytes().replace(b"<0012> <0031>", b"<0012> <0037>")
    assert number
    prepared = append_increment(prepared, {to_unicode: stream(lying)})

    assert problem_of(prepared, fill(prepared, PLAIN)) is None
    assert problem_of(prepared, fill(prepared, PLAIN, value=b"(75)")) == LookProblem.OTHER_TEXT
