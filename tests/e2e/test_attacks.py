"""Attacks that once got through, or could have: each shows a person something else than what was signed.

Where the forgery deceives the eye, a test of the forgery itself says so: another reader shows the forged text.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from cryptography.hazmat.primitives import hashes

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
    text_of_look,
)
from tests.materials import NUMBER, Office, leader_signed, make_office, numbered, sealed
from tests.support import more_in_ci

FORGED = b"BT /F1 20 Tf 100 600 Td (FORGED) Tj ET"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One authority for the module."""
    return make_office(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def by_leader(office: Office) -> bytes:
    """The document as the leader signed it, fields empty."""
    return leader_signed(office)


@pytest.fixture(scope="module")
def by_agency(office: Office, by_leader: bytes) -> bytes:
    """The genuine sealed document."""
    return sealed(office, numbered(by_leader))


def verdict_of(office: Office, pdf: bytes) -> vnsign.Verdict:
    """Return the verdict on the whole document."""
    return vnsign.inspect_pdf(pdf, trust=office.trust).verdict


REFUSED = {vnsign.Verdict.TOTAL_FAILED, vnsign.Verdict.INDETERMINATE}


# ------------------------------------------------------------------ looks of a filled field


def filled_by_hand(office: Office, by_leader: bytes, content: Callable[[bytes], bytes]) -> bytes:
    """Number the document honestly, but with a look whose content is changed, and add the evidence."""
    honest = numbered(by_leader)
    field, new = number_of_field(honest, NUMBER), next_number(honest)
    value = body_entry(honest, field, "/V")
    shown = look(honest, NUMBER, content(text_of_look(honest, NUMBER)))
    body = body_of(by_leader, field, V=value, AP=b"<< /N %d 0 R >>" % new)
    return vnsign.extend_pdf(append_increment(by_leader, {field: body, new: shown}), revocation=office.crls)


def test_the_look_forged_below_is_otherwise_honest(office: Office, by_leader: bytes) -> None:
    """The forgeries differ in one thing from a look that passes."""
    assert verdict_of(office, filled_by_hand(office, by_leader, lambda c: c)) is vnsign.Verdict.TOTAL_PASSED


def _first_move(content: bytes, move: bytes) -> bytes:
    return re.sub(rb"[\d.]+ [\d.]+ Td", move, content, count=1)


_STRING = rb"<([0-9A-Fa-f]{4})([0-9A-Fa-f]{4})([0-9A-Fa-f]*)> Tj"
LOOKS: dict[str, Callable[[bytes], bytes]] = {
    "two strings for one Tj": lambda c: c.replace(b"> Tj", b"> <00130016> Tj"),
    "two sizes for one Tf": lambda c: c.replace(b"13 Tf", b"13 /F0 0.1 Tf"),
    "two fonts for one Tf": lambda c: c.replace(b"13 Tf", b"13 /F1 13 Tf"),
    "two matrices for one Tm": lambda c: _first_move(c, b"1 0 0 1 0.01 0 0 0.01 0 2.81 Tm"),
    "an operand for BT": lambda c: c.replace(b"BT", b"1 BT"),
    "glyphs reordered by many small moves": lambda c: re.sub(
        _STRING, rb"[ -240 -240 <\1> 240 240 240 240 <\2> -240 -240 <\3> ] TJ", c
    ),
    "glyphs laid over each other": lambda c: re.sub(_STRING, rb"[ <\1> 240 240 <\2> <\3> ] TJ", c),
    "most of it moved out of the box": lambda c: re.sub(_STRING, rb"[ <\1>" + b" -240" * 60 + rb" <\2\3> ] TJ", c),
    "only the first digit in the box": lambda c: _first_move(c, b"143 2.81 Td"),
    "above the box": lambda c: _first_move(c, b"0 14.3 Td"),
    "font forgotten by Q": lambda c: c.replace(b"/F0 13 Tf", b"q /F0 13 Tf Q"),
    "font set before, and forgotten": lambda c: b"q /F0 13 Tf Q " + c.replace(b"/F0 13 Tf", b""),
    "Q too many": lambda c: b"Q Q " + c,
    "outside a text object": lambda c: c.replace(b"BT", b"").replace(b"ET", b""),
    "an open text object": lambda c: c.replace(b"ET", b""),
}


@pytest.mark.parametrize("attack", LOOKS)
def test_a_look_that_readers_show_in_different_ways_is_refused(attack: str, office: Office, by_leader: bytes) -> None:
    """What pikepdf reads from a look is believed only if every viewer draws just that."""
    assert verdict_of(office, filled_by_hand(office, by_leader, LOOKS[attack])) in REFUSED


FONTS = {
    "without glyphs of its own": b"/Subtype /Type3 /BaseFont /Helvetica",
    "with old style figures": b"/Subtype /Type1 /BaseFont /Helvetica /Encoding /MacExpertEncoding",
    "of symbols": b"/Subtype /Type1 /BaseFont /ZapfDingbats",
}


@pytest.mark.parametrize("font", FONTS)
def test_a_standard_font_that_shows_no_letters_is_refused(font: str, office: Office, by_leader: bytes) -> None:
    """A font is one of the standard 14 only as far as its entries say so too."""
    field, new = number_of_field(by_leader, NUMBER), next_number(by_leader)
    resources = b"<< /Font << /F0 << /Type /Font %s >> >> >>" % FONTS[font]
    shown = stream(
        b"/Tx BMC q BT 0 g /F0 13 Tf 0 2.81 Td (15) Tj ET Q EMC",
        b"/Type /XObject /Subtype /Form /BBox [0 0 150 14.39] /Resources " + resources,
    )
    body = body_of(by_leader, field, V=b"(15)", AP=b"<< /N %d 0 R >>" % new)
    pdf = vnsign.extend_pdf(append_increment(by_leader, {field: body, new: shown}), revocation=office.crls)

    assert verdict_of(office, pdf) in REFUSED


# ------------------------------------------------------------------ readers that find different revisions


def with_other_page(pdf: bytes) -> bytes:
    """An increment that puts other content on the page, well made."""
    page, new = number_of_page(pdf), next_number(pdf)
    return append_increment(pdf, {page: body_of(pdf, page, Contents=b"%d 0 R" % new), new: stream(FORGED)})


def with_a_longer_word(pdf: bytes) -> bytes:
    """The last ``startxref`` is none for a reader of words, and is one for a reader of letters."""
    forged, old = with_other_page(pdf), pdf[pdf.rindex(b"startxref") :]
    at = forged.rindex(b"startxref")
    return forged[:at] + old + b"startxrefs " + forged[at + 9 :].lstrip()


def with_generation_65535(pdf: bytes) -> bytes:
    """The table gives a generation that only some readers look at."""
    forged = with_other_page(pdf)
    number, at = number_of_page(pdf), forged.rindex(b"\nxref\n")
    table = re.sub(rb"(\n%d 1\n\d{10}) 00000 n" % number, rb"\1 65535 n", forged[at:])
    return forged[:at] + table


def with_an_entry_twice(pdf: bytes) -> bytes:
    """One table, two places for the page."""
    forged = with_other_page(pdf)
    number, at = number_of_page(pdf), forged.rindex(b"\nxref\n")
    offset = [m.start() + 1 for m in re.finditer(rb"\n%d 0 obj" % number, pdf)][-1]
    again = b"\nxref\n%d 1\n%010d 00000 n \n" % (number, offset)
    return forged[:at] + again + forged[at + 6 :]


def with_objects_of_no_table(pdf: bytes) -> bytes:
    """Objects that only a reader finds that rebuilds the file."""
    page, new = number_of_page(pdf), next_number(pdf)
    objects = b"%d 0 obj\n%s\nendobj\n" % (page, body_of(pdf, page, Contents=b"%d 0 R" % new))
    objects += b"%d 0 obj\n%s\nendobj\n" % (new, stream(FORGED))
    return append_increment(pdf + objects, {new + 1: b"(x)"})


def with_objects_and_an_end(pdf: bytes) -> bytes:
    """The same, with nothing but a trailer and an end."""
    page, new = number_of_page(pdf), next_number(pdf)
    objects = b"%d 0 obj\n%s\nendobj\n" % (page, body_of(pdf, page, Contents=b"%d 0 R" % new))
    objects += b"%d 0 obj\n%s\nendobj\n" % (new, stream(FORGED))
    trailer = b"trailer\n<< /Root %d 0 R /Size %d >>\n%%%%EOF\n" % (number_of_catalog(pdf), new + 1)
    return pdf + objects + trailer


REVISIONS: list[Callable[[bytes], bytes]] = [
    with_a_longer_word,
    with_generation_65535,
    with_an_entry_twice,
    with_objects_of_no_table,
    with_objects_and_an_end,
]


@pytest.mark.parametrize("forge", REVISIONS, ids=lambda f: f.__name__)
def test_appended_bytes_that_readers_understand_in_different_ways_are_refused(
    forge: Callable[[bytes], bytes], office: Office, by_agency: bytes
) -> None:
    """If one reader may see another revision, nobody knows what a person sees."""
    assert verdict_of(office, forge(by_agency)) in REFUSED


@pytest.mark.parametrize("forge", [with_a_longer_word, with_generation_65535], ids=lambda f: f.__name__)
def test_the_forgeries_deceive_one_reader_and_not_the_other(forge: Callable[[bytes], bytes], by_agency: bytes) -> None:
    """What makes these attacks work: the verifier's reader sees the old page, the viewer the new one."""
    forged = forge(by_agency)
    with pikepdf.open(BytesIO(forged)) as document:
        page = document.pages[0].obj.Contents.read_bytes()
    viewer = pypdfium2.PdfDocument(forged)
    try:
        seen = viewer[0].get_textpage().get_text_bounded()
    finally:
        viewer.close()

    assert b"FORGED" not in page
    assert "FORGED" in seen


# ------------------------------------------------------------------ fields that are more than signature fields


def with_document_timestamp(office: Office, pdf: bytes, widget: bytes) -> bytes:
    """Append a genuine document timestamp, made by hand, in a field of one's own making; anybody can have one."""
    form = int(body_entry(pdf, number_of_catalog(pdf), "/AcroForm").split()[0])
    page, field = number_of_page(pdf), next_number(pdf)

    def longer(number: int, key: str) -> bytes:
        return body_entry(pdf, number, key).strip().removesuffix(b"]") + b" %d 0 R ]" % field

    room = b"<" + b"0" * 8000 + b">"
    value = b"<< /Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161 /Contents %s " % room
    value += b"/ByteRange [0 %s %s %s] >>" % (b"1" * 10, b"2" * 10, b"3" * 10)
    out = append_increment(
        pdf,
        {
            form: body_of(pdf, form, Fields=longer(form, "/Fields")),
            page: body_of(pdf, page, Annots=longer(page, "/Annots")),
            field: b"<< /Type /Annot /FT /Sig /T (dts) /V %d 0 R /P %d 0 R %s >>" % (field + 1, page, widget),
            field + 1: value,
        },
    )
    begin = out.rindex(room)
    end = begin + len(room)
    for mark, number in ((b"1", begin), (b"2", end), (b"3", len(out) - end)):
        out = out.replace(mark * 10, b"%010d" % number)
    digest = hashes.Hash(hashes.SHA256())
    digest.update(out[:begin] + out[end:])
    token = office.tsa.timestamp(digest.finalize(), hashes.SHA256()).hex().encode()
    return out[: begin + 1] + token.ljust(8000, b"0") + out[end - 1 :]


def test_a_document_timestamp_made_by_hand_is_accepted(office: Office, by_agency: bytes) -> None:
    """B-LTA: the forgeries below differ from this in the field only."""
    pdf = with_document_timestamp(office, by_agency, b"/Subtype /Widget /F 132 /Rect [0 0 0 0]")

    assert verdict_of(office, pdf) is vnsign.Verdict.TOTAL_PASSED


TIMESTAMP_FIELDS = {
    "a text on the page": b"/Subtype /FreeText /F 4 /Rect [100 600 400 640] /Contents (FORGED) /DA (/Helv 20 Tf 0 g)",
    "an open note": b"/Subtype /Text /F 28 /Rect [100 600 100 600] /Contents (FORGED) /Open true",
    "a white box with a caption": b"/Subtype /Widget /F 4 /Rect [100 600 400 640] /MK << /BG [1] /CA (FORGED) >>",
    "a script": b"/Subtype /Widget /F 132 /Rect [0 0 0 0] /AA << /PO << /S /JavaScript /JS (app.beep\\(0\\)) >> >>",
    "a link": b"/Subtype /Widget /F 132 /Rect [0 0 0 0] /A << /S /URI /URI (http://example.org) >>",
}


@pytest.mark.parametrize("increments", [0, 25], ids=["asking pyHanko too", "too many revisions to ask pyHanko"])
@pytest.mark.parametrize("field", TIMESTAMP_FIELDS)
def test_a_document_timestamp_that_also_paints_or_acts_is_refused(
    field: str, increments: int, office: Office, by_agency: bytes
) -> None:
    """What follows a seal may be a timestamp; a timestamp's field is nothing else, whoever is asked."""
    pdf = with_document_timestamp(office, by_agency, TIMESTAMP_FIELDS[field])
    for _ in range(increments):
        pdf = append_increment(pdf, {next_number(pdf): b"(x)"})

    assert verdict_of(office, pdf) in REFUSED


# ------------------------------------------------------------------ flipped bits, cost


def test_a_flipped_bit_in_the_byte_range_never_passes(office: Office, by_agency: bytes) -> None:
    """Bytes all over what the seal covers, each time another bit: never exit 0, never 3."""
    covered = [int(v) for v in re.findall(rb"/ByteRange \[([\d ]+)\]", by_agency)[-1].split()]
    places = [i for i in range(0, covered[2] + covered[3], more_in_ci(7477, 997)) if i < covered[1] or i >= covered[2]]
    passed = []
    for nth, place in enumerate(places):
        flipped = bytearray(by_agency)
        flipped[place] ^= 1 << (nth % 8)
        verdict = verdict_of(office, bytes(flipped))
        if verdict not in {*REFUSED, vnsign.Verdict.UNREADABLE}:
            passed.append((place, nth % 8, verdict))

    assert not passed
    assert len(places) > 5


def test_hundreds_of_revisions_cost_no_seconds(office: Office, by_agency: bytes) -> None:
    """Three hundred empty revisions after the seal are judged, and quickly."""
    pdf, number = by_agency, next_number(by_agency)
    for nth in range(300):
        at = int(pdf[pdf.rindex(b"startxref") + 9 :].split()[0])
        table = b"%d 0 obj\n(x)\nendobj\n" % (number + nth)
        start = len(pdf) + len(table)
        table += b"xref\n%d 1\n%010d 00000 n \ntrailer\n" % (number + nth, len(pdf))
        root = b"<< /Size %d /Root %d 0 R /Prev %d >>\n" % (number + nth + 1, number_of_catalog(by_agency), at)
        pdf += table + root + b"startxref\n%d\n%%%%EOF\n" % start

    began = vnsign.SystemClock().now()
    assert verdict_of(office, pdf) is vnsign.Verdict.TOTAL_PASSED
    assert (vnsign.SystemClock().now() - began).total_seconds() < 3


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders here")
def test_a_pipe_in_the_trust_folder_is_not_waited_for(tmp_path: Path) -> None:
    """Whoever can put a file there must not be able to stop verification."""
    os.mkfifo(tmp_path / "root.pem")

    with pytest.raises(vnsign.InputError, match="not an ordinary file"):
        vnsign.TrustStore.from_folder(tmp_path)


@pytest.mark.parametrize("entry", [b"null", None])
def test_an_image_taken_away_after_signing_is_seen(office: Office, entry: bytes | None) -> None:
    """A seal's or a map's image made null, or its number freed: the page's own bytes stay as they were signed.

    An entry that leads to nothing is none, so the later revision does not even tell that the page once led there
    (ISO 32000-2 §7.3.9, §7.3.10); pyHanko lets it pass as well.
    """
    image, looks, resources = 30, 31, 32
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        out = BytesIO()
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    plain = out.getvalue()
    page = number_of_page(plain)
    drawn = append_increment(
        plain,
        {
            page: body_of(plain, page)[:-2] + b"/Resources %d 0 R >>" % resources,
            resources: b"<< /XObject %d 0 R >>" % looks,
            looks: b"<< /Im1 %d 0 R >>" % image,
            image: stream(b"0 0 9 9 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9]"),
        },
    )
    signed = vnsign.sign_pdf(drawn, office.leader, check_status=False, clock=office.clock)
    attacked = append_increment(signed, {image: entry or b"null"})
    if entry is None:
        in_use, free = b"%d 1\n%010d 00000 n \n", b"%d 1\n0000000000 00001 f \n" % image
        at = attacked.rindex(b"%d 0 obj" % image)
        attacked = attacked.replace(in_use % (image, at), free)
        assert free in attacked

    report = vnsign.inspect_pdf(attacked, trust=office.trust).signatures[0]

    assert report.modifications in {vnsign.Modifications.FORBIDDEN, vnsign.Modifications.SUSPICIOUS}
