"""What honest programs append to a signed document: permitted, or nothing at all; no false alarm.

Real programs write the increments: pypdf, pyHanko, this library. The signature is an approval, which permits them all.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pikepdf
import pypdf
import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.stamp import TextStampStyle

import vnsign
from tests.materials import Office, leader_signed, make_office, numbered, picture, prepared_pdf, sealed
from tests.rich_pdf import CHECK_BOX, SIGNATURE, TEXT_FIELD, rich_pdf
from tests.strangers import stranger
from vnsign.pdf.reading.opened import OpenedPdf
from vnsign.pdf.reading.structure import read_structure
from vnsign.verification.modifications import judge_changes

_HARMLESS = {vnsign.Modifications.NONE, vnsign.Modifications.PERMITTED}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One authority for the module."""
    return make_office(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def signed(office: Office) -> bytes:
    """The document with one of everything, approved."""
    return vnsign.sign_pdf(rich_pdf(), office.leader, field=SIGNATURE, image=picture(), check_status=False)


def by_pypdf(change: Callable[[pypdf.PdfWriter], None]) -> Callable[[bytes], bytes]:
    """Append what pypdf writes."""

    def evolve(pdf: bytes) -> bytes:
        writer, out = pypdf.PdfWriter(BytesIO(pdf), incremental=True), BytesIO()
        change(writer)
        writer.write(out)
        return out.getvalue()

    return evolve


def with_unsigned_field(pdf: bytes) -> bytes:
    """A field for somebody who signs later."""
    writer, out = IncrementalPdfFileWriter(BytesIO(pdf)), BytesIO()
    append_signature_field(writer, SigFieldSpec("SauNay", on_page=0, box=(400, 300, 500, 350)))
    writer.write(out)
    return out.getvalue()


def signed_again(box: tuple[int, int, int, int] | None) -> Callable[[bytes], bytes]:
    """A second signature in a field of its own, seen or not."""

    def evolve(pdf: bytes) -> bytes:
        writer = IncrementalPdfFileWriter(BytesIO(pdf))
        signer = PdfSigner(
            PdfSignatureMetadata(field_name="Hai"),
            stranger(),
            stamp_style=TextStampStyle(),
            new_field_spec=SigFieldSpec("Hai", on_page=0, box=box),
        )
        twice: bytes = signer.sign_pdf(writer).getvalue()
        return twice

    return evolve


def filled(name: str, value: str) -> Callable[[pypdf.PdfWriter], None]:
    """Fill one field as pypdf does."""

    def fill(writer: pypdf.PdfWriter) -> None:
        writer.update_page_form_field_values(writer.pages[0], {name: value}, auto_regenerate=False)

    return fill


EVOLUTIONS = {
    "a text filled by pypdf": by_pypdf(filled(TEXT_FIELD, "15000000")),
    "a box ticked by pypdf": by_pypdf(filled(CHECK_BOX, "/Yes")),
    "a title by pypdf": by_pypdf(lambda writer: writer.add_metadata({"/Title": "Ten moi"})),
    "an empty field by pyHanko": with_unsigned_field,
    "signed again by pyHanko, unseen": signed_again(None),
    "signed again by pyHanko, beside the text": signed_again((400, 300, 550, 350)),
}


@pytest.mark.parametrize("name", sorted(EVOLUTIONS))
def test_what_honest_programs_append_is_no_alarm(name: str, signed: bytes) -> None:
    """Filled, signed again, described: permitted after an approval."""
    evolved = EVOLUTIONS[name](signed)
    assert evolved.startswith(signed)

    assert judge_changes(OpenedPdf(evolved), read_structure(evolved).signatures[0]).modifications in _HARMLESS


def test_our_own_flow_is_no_alarm(office: Office) -> None:
    """Leader, number, seal, evidence: what the leader's certification permits."""
    whole = sealed(office, numbered(leader_signed(office)))

    for found in read_structure(whole).signatures:
        assert judge_changes(OpenedPdf(whole), found).modifications in _HARMLESS


@pytest.mark.parametrize(
    "identifier",
    [b"50 % of (#41)!", b"/Prev 12 /XRefStm", b"<</Prev 1>>((\\", b"% /Root 1 0 R >>", b"))trailer startx"],
)
def test_any_identifier_of_a_document_is_no_alarm(office: Office, identifier: bytes) -> None:
    """Its bytes are anybody's (half of the writers draw lots), and stand in each trailer as a string."""
    document = pikepdf.open(BytesIO(prepared_pdf()))
    document.trailer.ID = pikepdf.Array([pikepdf.String(identifier), pikepdf.String(identifier)])
    document.save(out := BytesIO())

    whole = sealed(office, numbered(leader_signed(office, out.getvalue())))
    report = vnsign.inspect_pdf(whole, trust=office.trust, clock=office.clock)

    assert pikepdf.String(identifier).unparse() in whole[whole.rindex(b"/ID") :]
    assert {found.modifications for found in report.signatures} <= _HARMLESS
