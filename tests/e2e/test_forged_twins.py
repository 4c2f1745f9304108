"""Forged twins of a sealed document: each differs in one thing, each is refused, and the report names that thing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.serialization import Encoding

import vnsign
from tests.forgery import (
    append_increment,
    body_entry,
    body_of,
    look,
    next_number,
    number_of_catalog,
    number_of_field,
    number_of_look,
    number_of_page,
    stream,
    text_of_look,
)
from tests.materials import LEADER, NUMBER, SEAL, Office, leader_signed, make_office, numbered, plain_pdf, sealed
from vnsign.cli.verify import verify
from vnsign.report import FindingCode

REFUSED = {1, 2}
Forge = Callable[[bytes], bytes]


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


@pytest.fixture(scope="module")
def trust_folder(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root in a folder, as ``--trust`` wants it."""
    folder = tmp_path_factory.mktemp("trust")
    (folder / "root.pem").write_bytes(office.authority.certificates()[0].public_bytes(Encoding.PEM))
    return folder


def seal_anyway(office: Office, pdf: bytes) -> bytes:
    """Seal without looking, as a careless office would: the forgery then lies between leader and seal."""
    return vnsign.sign_pdf(
        pdf,
        office.deputy,
        field=SEAL,
        level="B-LT",
        tsa=office.tsa,
        revocation=office.crls,
        check_status=False,
        clock=office.clock,
    )


def judge(pdf: bytes, trust_folder: Path, folder: Path) -> tuple[int, dict[str, object]]:
    """Run ``vnsign verify`` on the bytes; return its exit code and its JSON."""
    path = folder / "twin.pdf"
    path.write_bytes(pdf)
    result = CliRunner().invoke(verify, [str(path), "--trust", str(trust_folder), "--format", "json"])
    return result.exit_code, json.loads(result.stdout)["documents"][0]


def findings(document: dict[str, object]) -> Iterator[tuple[str, str]]:
    """Yield code and place of every finding of the signatures that is no remark."""
    for signature in document["signatures"]:  # type: ignore[attr-defined]
        for finding in signature["findings"]:
            if finding["severity"] in {"error", "undecided"}:
                yield finding["code"], finding["where"]


def test_the_genuine_document_is_accepted(by_agency: bytes, trust_folder: Path, tmp_path: Path) -> None:
    """The twins differ from a document that passes."""
    code, document = judge(by_agency, trust_folder, tmp_path)

    assert code == 0
    assert document["verdict"] == "TOTAL_PASSED"
    assert not list(findings(document))


# ---------------------------------------------------------------- forgeries: of a numbered or of a sealed document


def as_page_content(pdf: bytes) -> bytes:
    """Write another number over the page."""
    page, new = number_of_page(pdf), next_number(pdf)
    with_more = b"[ %s %d 0 R ]" % (body_entry(pdf, page, "/Contents"), new)
    drawn = stream(b"q BT /F1 13 Tf 120 700 Td (99/QD-UBND) Tj ET Q")
    return append_increment(pdf, {page: body_of(pdf, page, Contents=with_more), new: drawn})


def page_with_annotation(pdf: bytes, annotation: bytes) -> bytes:
    """Add an annotation to the first page."""
    page, new = number_of_page(pdf), next_number(pdf)
    annotations = body_entry(pdf, page, "/Annots").strip().removesuffix(b"]") + b" %d 0 R ]" % new
    return append_increment(pdf, {page: body_of(pdf, page, Annots=annotations), new: annotation})


def as_annotation(pdf: bytes) -> bytes:
    """Lay a FreeText annotation with another number over the page."""
    return page_with_annotation(
        pdf,
        b"<< /Type /Annot /Subtype /FreeText /F 4 /Rect [120 697 270 712] /DA (/Helv 13 Tf 0 g) "
        b"/Contents (99/QD-UBND) >>",
    )


def as_stamp_under_a_loose_widget(pdf: bytes) -> bytes:
    """A widget that belongs to no field is drawn all the same."""
    return page_with_annotation(
        pdf, b"<< /Type /Annot /Subtype /Widget /F 4 /Rect [120 697 270 712] /DA (/Helv 13 Tf 0 g) >>"
    )


def with_other_number(pdf: bytes) -> bytes:
    """Change value and look of the number, both well made."""
    field, new = number_of_field(pdf, NUMBER), next_number(pdf)
    return append_increment(
        pdf,
        {
            field: body_of(pdf, field, V=b"(35/Q)", AP=b"<< /N %d 0 R >>" % new),
            new: look(pdf, NUMBER, text_of_look(pdf, NUMBER).replace(b"00120016", b"00140016")),
        },
    )


def with_other_look(pdf: bytes) -> bytes:
    """Change the look of the number and keep the value: the change that pyHanko does not see."""
    field, new = number_of_field(pdf, NUMBER), next_number(pdf)
    other = look(pdf, NUMBER, text_of_look(pdf, NUMBER).replace(b"00120016", b"00160012"))
    return append_increment(pdf, {field: body_of(pdf, field, AP=b"<< /N %d 0 R >>" % new), new: other})


def with_look_overwritten(pdf: bytes) -> bytes:
    """The same, by overwriting the stream itself and leaving the field alone."""
    other = look(pdf, NUMBER, text_of_look(pdf, NUMBER).replace(b"00120016", b"00160012"))
    return append_increment(pdf, {number_of_look(pdf, NUMBER): other})


def with_font_that_lies(pdf: bytes) -> bytes:
    """Keep value and content, replace the font program behind the look."""
    with pikepdf.open(BytesIO(pdf)) as document:
        fonts = document.Root.AcroForm.DR.Font
        program = fonts["/F0"].DescendantFonts[0].FontDescriptor.FontFile2.objgen[0]
        other = fonts["/F1"].DescendantFonts[0].FontDescriptor.FontFile2.read_bytes()
    return append_increment(pdf, {program: stream(other, b"/Length1 %d" % len(other))})


def with_seal_look_replaced(pdf: bytes) -> bytes:
    """Replace the image in the leader's signature field."""
    blank = stream(b"", b"/Type /XObject /Subtype /Form /BBox [0 0 128 62] /Resources << >>")
    return append_increment(pdf, {number_of_look(pdf, LEADER): blank})


def with_hidden_number(pdf: bytes) -> bytes:
    """Set the Hidden flag of the number's widget."""
    field = number_of_field(pdf, NUMBER)
    return append_increment(pdf, {field: body_of(pdf, field, F=b"6")})


def with_moved_number(pdf: bytes) -> bytes:
    """Move the number's widget elsewhere."""
    field = number_of_field(pdf, NUMBER)
    return append_increment(pdf, {field: body_of(pdf, field, Rect=b"[ 20 20 170 34.39 ]")})


def with_need_appearances(pdf: bytes) -> bytes:
    """Make viewers draw the fields anew."""
    catalog = number_of_catalog(pdf)
    form = body_entry(pdf, catalog, "/AcroForm")
    number = int(form.split()[0])
    return append_increment(pdf, {number: body_of(pdf, number, NeedAppearances=b"true")})


def with_script(pdf: bytes) -> bytes:
    """Run something when the document is opened."""
    catalog = number_of_catalog(pdf)
    action = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
    return append_increment(pdf, {catalog: body_of(pdf, catalog, OpenAction=action)})


def with_optional_content(pdf: bytes) -> bytes:
    """Switch layers."""
    catalog = number_of_catalog(pdf)
    return append_increment(pdf, {catalog: body_of(pdf, catalog, OCProperties=b"<< /OCGs [] /D << >> >>")})


def with_another_catalog(pdf: bytes) -> bytes:
    """Leave every old object alone and point the trailer at a new catalog with other pages."""
    catalog, new = number_of_catalog(pdf), next_number(pdf)
    pages = b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (new + 2)
    page = b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] /Resources << >> >>" % (new + 1)
    replaced = body_of(pdf, catalog, Pages=b"%d 0 R" % (new + 1))
    return append_increment(pdf, {new: replaced, new + 1: pages, new + 2: page}, root=new)


def with_content_under_the_dss(pdf: bytes) -> bytes:
    """Overwrite the page's content stream in an increment that claims to be validation data."""
    page, catalog = number_of_page(pdf), number_of_catalog(pdf)
    content = int(body_entry(pdf, page, "/Contents").strip(b"[ ").split()[0])
    store = b"<< /Type /DSS /CRLs [ %d 0 R ] >>" % content
    return append_increment(
        pdf, {catalog: body_of(pdf, catalog, DSS=store), content: stream(b"BT /F1 12 Tf 9 9 Td (x) Tj ET")}
    )


def with_page_turned(pdf: bytes) -> bytes:
    """Turn the page."""
    page = number_of_page(pdf)
    return append_increment(pdf, {page: body_of(pdf, page, Rotate=b"180")})


def with_smaller_page(pdf: bytes) -> bytes:
    """Cut the seal off."""
    page = number_of_page(pdf)
    return append_increment(pdf, {page: body_of(pdf, page, CropBox=b"[0 400 595 842]")})


def with_leader_field_dropped(pdf: bytes) -> bytes:
    """Take the leader's field out of the form and off the page."""
    page, leader = number_of_page(pdf), number_of_field(pdf, LEADER)
    form = int(body_entry(pdf, number_of_catalog(pdf), "/AcroForm").split()[0])
    fields = body_entry(pdf, form, "/Fields").replace(b" %d 0 R" % leader, b"")
    annotations = body_entry(pdf, page, "/Annots").replace(b" %d 0 R" % leader, b"")
    return append_increment(
        pdf, {form: body_of(pdf, form, Fields=fields), page: body_of(pdf, page, Annots=annotations)}
    )


def with_field_added(pdf: bytes) -> bytes:
    """Add a text field with a number of its own."""
    new = next_number(pdf)
    form = int(body_entry(pdf, number_of_catalog(pdf), "/AcroForm").split()[0])
    fields = body_entry(pdf, form, "/Fields").strip().removesuffix(b"]") + b" %d 0 R ]" % new
    page = number_of_page(pdf)
    annotations = body_entry(pdf, page, "/Annots").strip().removesuffix(b"]") + b" %d 0 R ]" % new
    widget = (
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (so2) /V (99) /F 4 /Rect [120 697 270 712] /P %d 0 R "
        b"/DA (/F0 13 Tf 0 g) >>" % page
    )
    return append_increment(
        pdf,
        {form: body_of(pdf, form, Fields=fields), page: body_of(pdf, page, Annots=annotations), new: widget},
    )


BETWEEN_LEADER_AND_SEAL: dict[Forge, tuple[FindingCode, str]] = {
    as_page_content: (FindingCode.CONTENT_CHANGED, "page 1 /Contents"),
    as_annotation: (FindingCode.ANNOTATION_CHANGED, "page 1 annotation"),
    as_stamp_under_a_loose_widget: (FindingCode.ANNOTATION_CHANGED, "page 1 annotation"),
    with_other_look: (FindingCode.APPEARANCE_DIFFERS_FROM_VALUE, "field so"),
    with_look_overwritten: (FindingCode.APPEARANCE_DIFFERS_FROM_VALUE, "field so"),
    with_font_that_lies: (FindingCode.APPEARANCE_DIFFERS_FROM_VALUE, "field so"),
    with_seal_look_replaced: (FindingCode.APPEARANCE_CHANGED_VALUE_KEPT, "field ChuKyNguoiKy"),
    with_hidden_number: (FindingCode.FIELD_CHANGED, "field so /F"),
    with_moved_number: (FindingCode.FIELD_CHANGED, "field so /Rect"),
    with_script: (FindingCode.CONTENT_CHANGED, "/OpenAction"),
    with_optional_content: (FindingCode.CONTENT_CHANGED, "/OCProperties"),
    with_another_catalog: (FindingCode.CONTENT_CHANGED, "page tree"),
    with_page_turned: (FindingCode.CONTENT_CHANGED, "page 1 /Rotate"),
    with_smaller_page: (FindingCode.CONTENT_CHANGED, "page 1 /CropBox"),
    with_field_added: (FindingCode.FIELD_ADDED, "field so2"),
}
AFTER_THE_SEAL: dict[Forge, tuple[FindingCode, str]] = {
    **BETWEEN_LEADER_AND_SEAL,
    with_content_under_the_dss: (FindingCode.CONTENT_CHANGED, "page 1 /Contents"),
    with_need_appearances: (FindingCode.FIELD_CHANGED, "/AcroForm /NeedAppearances"),
    with_other_number: (FindingCode.FIELD_CHANGED, "field so"),
    with_other_look: (FindingCode.APPEARANCE_CHANGED_VALUE_KEPT, "field so"),
    with_look_overwritten: (FindingCode.APPEARANCE_CHANGED_VALUE_KEPT, "field so"),
    with_font_that_lies: (FindingCode.APPEARANCE_CHANGED_VALUE_KEPT, "field so"),
    with_seal_look_replaced: (FindingCode.FIELD_CHANGED_AFTER_LOCK, "field ChuKyNguoiKy"),
    with_leader_field_dropped: (FindingCode.FIELD_CHANGED, "field ChuKyNguoiKy"),
}


@pytest.mark.parametrize("forge", BETWEEN_LEADER_AND_SEAL, ids=lambda f: f.__name__)
def test_a_forgery_between_leader_and_seal_is_refused(
    forge: Forge, office: Office, by_leader: bytes, trust_folder: Path, tmp_path: Path
) -> None:
    """Exit 1 or 2, and the report says what was changed: the seal that came later does not heal it."""
    code, document = judge(seal_anyway(office, forge(numbered(by_leader))), trust_folder, tmp_path)

    wanted, where = BETWEEN_LEADER_AND_SEAL[forge]
    assert code in REFUSED
    assert any(c == wanted and w.startswith(where) for c, w in findings(document)), list(findings(document))


@pytest.mark.parametrize("forge", AFTER_THE_SEAL, ids=lambda f: f.__name__)
def test_a_forgery_after_the_seal_is_refused(
    forge: Forge, by_agency: bytes, trust_folder: Path, tmp_path: Path
) -> None:
    """The seal locks: whatever changes afterwards fails, and is named."""
    code, document = judge(forge(by_agency), trust_folder, tmp_path)

    wanted, where = AFTER_THE_SEAL[forge]
    assert code == 1
    assert any(c == wanted and w.startswith(where) for c, w in findings(document)), list(findings(document))


def with_seal_field_added(pdf: bytes) -> bytes:
    """Create the agency's field after the leader has certified."""
    page, new = number_of_page(pdf), next_number(pdf)
    form = int(body_entry(pdf, number_of_catalog(pdf), "/AcroForm").split()[0])
    fields = body_entry(pdf, form, "/Fields").strip().removesuffix(b"]") + b" %d 0 R ]" % new
    annotations = body_entry(pdf, page, "/Annots").strip().removesuffix(b"]") + b" %d 0 R ]" % new
    widget = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (%s) /F 4 /Rect [240 180 342 282] /P %d 0 R >>" % (
        SEAL.encode(),
        page,
    )
    return append_increment(
        pdf,
        {form: body_of(pdf, form, Fields=fields), page: body_of(pdf, page, Annots=annotations), new: widget},
    )


def test_a_seal_field_created_after_the_leader_is_refused(office: Office, trust_folder: Path, tmp_path: Path) -> None:
    """The fields must stand there before the certification (design §3.1)."""
    leader_only = vnsign.SignatureFieldSpec(
        name=LEADER, label="Người ký", box=vnsign.Box(page=0, x=300, y=200, width=128, height=62)
    )
    signed = leader_signed(office, vnsign.prepare_pdf(plain_pdf(), signature_fields=(leader_only,)))
    code, document = judge(seal_anyway(office, with_seal_field_added(signed)), trust_folder, tmp_path)

    assert code in REFUSED
    assert (FindingCode.FIELD_ADDED, f"field {SEAL}") in set(findings(document))
