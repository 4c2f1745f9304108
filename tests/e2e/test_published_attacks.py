"""Every published attack on signed PDFs, forged over a document with one of everything: none passes.

The genuine document is TOTAL_PASSED and unmodified, with a trusted signer and all evidence; each forgery differs
from it in one thing. The signature is an approval, which leaves most freedom, and a certification with P=2.
"""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.stamp import TextStampStyle

import vnsign
from tests.forgery import append_increment, body_entry, body_of, next_number, number_of_catalog, number_of_page, stream
from tests.materials import Office, make_office, picture, rich_signed
from tests.published_attacks import INCREMENTAL_SAVINGS, SWAPS, UNIVERSAL_FORGERIES, WRAPPINGS, Forge
from tests.strangers import stranger
from vnsign.pdf.reading.opened import OpenedPdf
from vnsign.pdf.reading.structure import read_structure
from vnsign.verification.modifications import judge_changes

pytestmark = pytest.mark.slow  # two hundred forgeries

_DOUBTFUL = frozenset({vnsign.Modifications.FORBIDDEN, vnsign.Modifications.SUSPICIOUS, vnsign.Modifications.UNKNOWN})


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


def judged(pdf: bytes, office: Office) -> vnsign.DocumentReport:
    """Judge with full trust."""
    return vnsign.inspect_pdf(pdf, trust=office.trust)


@pytest.mark.parametrize("kind", ["approved", "certified"])
def test_the_genuine_document_passes(kind: str, genuine: dict[str, bytes], office: Office) -> None:
    """What the forgeries below differ from."""
    report = judged(genuine[kind], office)

    assert report.verdict is vnsign.Verdict.TOTAL_PASSED
    assert [s.modifications for s in report.signatures] == [vnsign.Modifications.NONE]


@pytest.mark.parametrize("name", sorted(UNIVERSAL_FORGERIES))
def test_a_broken_signature_dictionary_is_a_broken_signature(
    name: str, genuine: dict[str, bytes], office: Office
) -> None:
    """USF: whatever is missing or odd, the signature is found, and has failed."""
    report = judged(UNIVERSAL_FORGERIES[name](genuine["approved"]), office)

    assert report.verdict is vnsign.Verdict.TOTAL_FAILED
    assert report.signatures


@pytest.mark.parametrize("kind", ["approved", "certified"])
@pytest.mark.parametrize("name", sorted(INCREMENTAL_SAVINGS))
def test_bytes_appended_after_the_signature_do_not_pass(
    name: str, kind: str, genuine: dict[str, bytes], office: Office
) -> None:
    """ISA: well made, or so that only some readers see them."""
    report = judged(INCREMENTAL_SAVINGS[name](genuine[kind]), office)

    assert report.verdict in {vnsign.Verdict.INDETERMINATE, vnsign.Verdict.TOTAL_FAILED}
    assert report.signatures[0].modifications in _DOUBTFUL


@pytest.mark.parametrize("name", sorted(WRAPPINGS))
def test_a_signed_part_moved_elsewhere_does_not_pass(name: str, genuine: dict[str, bytes], office: Office) -> None:
    """SWA: the byte range must lie around /Contents and reach the end of its revision."""
    report = judged(WRAPPINGS[name](genuine["approved"]), office)

    assert report.verdict is vnsign.Verdict.TOTAL_FAILED
    assert report.signatures


@pytest.mark.parametrize("kind", ["approved", "certified"])
@pytest.mark.parametrize("name", sorted(SWAPS))
def test_what_the_page_draws_with_may_not_be_swapped(
    name: str, kind: str, genuine: dict[str, bytes], office: Office
) -> None:
    """Shadow attacks and their like: hide, replace, hide and replace."""
    report = judged(SWAPS[name](genuine[kind]), office)

    assert report.verdict in {vnsign.Verdict.INDETERMINATE, vnsign.Verdict.TOTAL_FAILED}
    assert report.signatures[0].modifications in _DOUBTFUL


# ---------------------------------------------------------------- certification attacks


def with_annotation(entries: bytes) -> Forge:
    """Add an annotation with a look that says something else."""

    def forge(pdf: bytes) -> bytes:
        page, new = number_of_page(pdf), next_number(pdf)
        array = int(body_entry(pdf, page, "/Annots").split()[0])
        known = body_of_array(pdf, array)
        look = stream(b"1 g 0 0 250 20 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 250 20]")
        annotation = b"<< /Type /Annot /F 4 /AP << /N %d 0 R >> %s >>" % (new + 1, entries)
        return append_increment(pdf, {array: known[:-1] + b" %d 0 R]" % new, new: annotation, new + 1: look})

    return forge


def body_of_array(pdf: bytes, number: int) -> bytes:
    """Return an array's body."""
    with pikepdf.open(BytesIO(pdf)) as document:
        return document.get_object(number, 0).unparse(resolved=True).strip()


OVER_THE_SUM = b"/Rect [60 715 310 735]"
EVIL_ANNOTATIONS = {
    f"{subtype} over the sum": with_annotation(b"/Subtype /%s %s" % (subtype.encode(), OVER_THE_SUM))
    for subtype in ("FreeText", "Stamp", "Square", "Ink", "Line", "Polygon", "Highlight", "StrikeOut", "Caret", "Text")
} | {
    f"{subtype} anywhere": with_annotation(b"/Subtype /%s /Rect [350 600 500 620]" % subtype.encode())
    for subtype in ("Redact", "Link", "Watermark", "Screen", "RichMedia", "3D", "FileAttachment", "Widget", "Movie")
}


@pytest.mark.parametrize("permissions", [None, 1, 2, 3])
@pytest.mark.parametrize("name", sorted(EVIL_ANNOTATIONS))
def test_an_evil_annotation_is_not_taken_for_a_remark(
    name: str, permissions: int | None, genuine: dict[str, bytes]
) -> None:
    """EAA: over content, or of a kind that does more, whatever the certification permits."""
    pdf = EVIL_ANNOTATIONS[name](genuine["approved"])
    found = replace(read_structure(pdf).signatures[0], permissions=permissions)

    assert judge_changes(OpenedPdf(pdf), found).modifications in _DOUBTFUL


@pytest.mark.parametrize("kind", ["approved", "certified"])
def test_a_sneaky_signature_over_content_is_not_permitted(kind: str, genuine: dict[str, bytes]) -> None:
    """SSA: somebody signs after the certifier, and his look says another sum. He needs a signature, not our trust."""
    forged = sign_over_the_sum(genuine[kind])
    found, his = read_structure(forged).signatures
    assert his.field == "la"

    for permissions in (found.permissions, 1, 2, 3):
        assert judge_changes(OpenedPdf(forged), replace(found, permissions=permissions)).modifications in _DOUBTFUL


def sign_over_the_sum(pdf: bytes) -> bytes:
    """Prepare the field by hand, and have pyHanko fill it: our own signer refuses."""
    page, new = number_of_page(pdf), next_number(pdf)
    form = int(body_entry(pdf, number_of_catalog(pdf), "/AcroForm").split()[0])
    array = int(body_entry(pdf, page, "/Annots").split()[0])
    fields = body_entry(pdf, form, "/Fields").strip()[:-1] + b" %d 0 R ]" % new
    widget = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (la) /F 4 /P %d 0 R %s >>" % (page, OVER_THE_SUM)
    annotations = body_of_array(pdf, array)[:-1] + b" %d 0 R]" % new
    prepared = append_increment(pdf, {form: body_of(pdf, form, Fields=fields), array: annotations, new: widget})
    writer = IncrementalPdfFileWriter(BytesIO(prepared))
    look = TextStampStyle(stamp_text="Tong so tien: 95.000.000 dong")
    signer = PdfSigner(PdfSignatureMetadata(field_name="la"), stranger(), stamp_style=look)
    signed: bytes = signer.sign_pdf(writer, existing_fields_only=True).getvalue()
    return signed
