"""Numbers that no object had may be given with any generation: poppler does, and so does who uses a freed one again.

Source: ISO 32000-2 §7.3.10, §7.5.4 (a number that is used again comes with the generation of its free entry).
"""

from __future__ import annotations

from io import BytesIO

import pikepdf
import pytest

import vnsign
from tests.forgery import append_increment, body_of, next_number, number_of_catalog, number_of_page
from tests.materials import Office, make_office
from tests.rich_pdf import SIGNATURE, rich_pdf
from vnsign.pdf.reading.opened import OpenedPdf
from vnsign.pdf.reading.structure import read_structure
from vnsign.report import Modifications
from vnsign.verification.modifications import judge_changes

_FREE = 77


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One authority for the module."""
    return make_office(tmp_path_factory.mktemp("authority"))


def signed(office: Office, page_entry: bytes = b"") -> bytes:
    """A signed document; its page may have an entry more that draws nothing."""
    pdf = rich_pdf()
    if page_entry:
        pdf = append_increment(pdf, {number_of_page(pdf): body_of(pdf, number_of_page(pdf), Rieng=page_entry)})
    return vnsign.sign_pdf(pdf, office.leader, field=SIGNATURE, check_status=False)


def with_object(pdf: bytes, number: int, *, generation: int, title: bytes = b"(ten)") -> bytes:
    """Describe the document in an object of that number and generation."""
    catalog = number_of_catalog(pdf)
    reference = b"%d %d R" % (number, generation)
    made = append_increment(
        pdf, {number: b"<< /Title %s >>" % title, catalog: body_of(pdf, catalog, Metadata=reference)}
    )
    head, tail = made[: len(pdf)], made[len(pdf) :]
    tail = tail.replace(b"%d 0 obj" % number, b"%d %d obj" % (number, generation))
    at = tail.index(b"\n%d 1\n" % number) + len(b"\n%d 1\n0000000000 " % number)
    return head + tail[:at] + b"%05d" % generation + tail[at + 5 :]


def judged(pdf: bytes) -> Modifications:
    """Return what became of the first signature's document."""
    return judge_changes(OpenedPdf(pdf), read_structure(pdf).signatures[0]).modifications


@pytest.mark.parametrize("generation", [0, 1, 7])
def test_a_new_number_with_any_generation_is_no_alarm(generation: int, office: Office) -> None:
    """Poppler gives the looks of a new field generation 1."""
    pdf = signed(office)

    assert judged(with_object(pdf, next_number(pdf), generation=generation)) is Modifications.NONE


@pytest.mark.parametrize("spelled", [b"[ %d 0 R ]", b"[ %d 2 R ]"])
def test_a_number_that_was_referred_to_comes_with_no_other_generation(spelled: bytes, office: Office) -> None:
    """A reader that does not ask for the generation shows what came under a reference to nothing."""
    pdf = signed(office, spelled % _FREE)
    with pikepdf.open(BytesIO(pdf)) as document:
        assert (_FREE, 0) not in document.get_xref_table()

    assert judged(with_object(pdf, _FREE, generation=1)) is Modifications.SUSPICIOUS


def test_a_number_that_an_object_had_keeps_its_generation(office: Office) -> None:
    """The old object and the new one would both be object 77 to somebody."""
    pdf = append_increment(signed(office), {_FREE: b"null"})
    catalog = number_of_catalog(pdf)
    again = vnsign.sign_pdf(
        append_increment(pdf, {catalog: body_of(pdf, catalog, Rieng=b"<< >>")}), office.deputy, check_status=False
    )

    found = read_structure(with_object(again, _FREE, generation=1)).signatures
    assert judge_changes(OpenedPdf(with_object(again, _FREE, generation=1)), found[-1]).modifications in {
        Modifications.SUSPICIOUS,
        Modifications.UNKNOWN,
    }
