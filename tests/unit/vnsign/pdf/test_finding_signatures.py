"""Every signature in a file is found, once, however it is written down: broken is never absent."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.forgery import (
    append_increment,
    body_entry,
    body_of,
    next_number,
    number_of_catalog,
    number_of_field,
    number_of_page,
)
from tests.materials import LEADER, SEAL, Office, leader_signed, make_office
from vnsign.pdf.reading.structure import SignatureKind, read_structure


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One authority for the module."""
    return make_office(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def signed(office: Office) -> bytes:
    """A document with one signature in order."""
    return leader_signed(office)


def signature_number(pdf: bytes) -> int:
    """Return the object number of the leader's signature dictionary."""
    return int(body_entry(pdf, number_of_field(pdf, LEADER), "/V").split()[0])


def form_number(pdf: bytes) -> int:
    """Return the object number of the form."""
    return int(body_entry(pdf, number_of_catalog(pdf), "/AcroForm").split()[0])


def written_in_its_field(pdf: bytes) -> bytes:
    """The signature dictionary directly in /V."""
    field, number = number_of_field(pdf, LEADER), signature_number(pdf)
    return append_increment(pdf, {field: body_of(pdf, field, V=body_of(pdf, number)), number: b"null"})


def field_written_in_the_form(pdf: bytes) -> bytes:
    """The field directly in /Fields."""
    field, form = number_of_field(pdf, LEADER), form_number(pdf)
    inner = body_of(pdf, field, Kids=b"[ %d 0 R ]" % field, AP=None, Rect=None, Subtype=None, Type=None)
    widget = body_of(pdf, field, FT=None, T=None, V=None)
    return append_increment(pdf, {form: body_of(pdf, form, Fields=b"[ %s ]" % inner), field: widget})


def in_two_fields(pdf: bytes) -> bytes:
    """A second field with the same value."""
    field, number = number_of_field(pdf, SEAL), signature_number(pdf)
    return append_increment(pdf, {field: body_of(pdf, field, V=b"%d 0 R" % number)})


def copied_into_a_second_field(pdf: bytes) -> bytes:
    """A second field with a copy of the value."""
    field, new = number_of_field(pdf, SEAL), next_number(pdf)
    copy = body_of(pdf, signature_number(pdf))
    return append_increment(pdf, {field: body_of(pdf, field, V=b"%d 0 R" % new), new: copy})


def contents_elsewhere(pdf: bytes) -> bytes:
    """/Contents by reference."""
    number, new = signature_number(pdf), next_number(pdf)
    contents = body_entry(pdf, number, "/Contents")
    return append_increment(pdf, {number: body_of(pdf, number, Contents=b"%d 0 R" % new), new: contents})


def byte_range_elsewhere(pdf: bytes) -> bytes:
    """/ByteRange by reference."""
    number, new = signature_number(pdf), next_number(pdf)
    written = body_entry(pdf, number, "/ByteRange")
    return append_increment(pdf, {number: body_of(pdf, number, ByteRange=b"%d 0 R" % new), new: written})


def without_type(pdf: bytes) -> bytes:
    """/Type is optional."""
    number = signature_number(pdf)
    return append_increment(pdf, {number: body_of(pdf, number, Type=None)})


def without_form(pdf: bytes) -> bytes:
    """The form is gone, the page's widget stays."""
    catalog = number_of_catalog(pdf)
    return append_increment(pdf, {catalog: body_of(pdf, catalog, AcroForm=None)})


def field_removed(pdf: bytes) -> bytes:
    """The field, its widget and its value are gone from the last revision."""
    form, page, field = form_number(pdf), number_of_page(pdf), number_of_field(pdf, LEADER)
    gone = {field: b"null", signature_number(pdf): b"null"}
    fields, annotations = (
        re.sub(rb"\b%d 0 R" % field, b"", body_entry(pdf, number, key))
        for number, key in ((form, "/Fields"), (page, "/Annots"))
    )
    return append_increment(
        pdf, {**gone, form: body_of(pdf, form, Fields=fields), page: body_of(pdf, page, Annots=annotations)}
    )


def value_cleared(pdf: bytes) -> bytes:
    """The field is empty again."""
    field = number_of_field(pdf, LEADER)
    return append_increment(pdf, {field: body_of(pdf, field, V=None), signature_number(pdf): b"null"})


def followed_by_ruins(pdf: bytes) -> bytes:
    """A revision was appended that nobody can read."""
    return pdf + b"1 0 obj\n<< /Kaputt\nxref\n0 1\ntrailer\n<< /Root 99999 0 R >>\nstartxref\n7\n%%EOF\n"


WAYS = (
    written_in_its_field,
    field_written_in_the_form,
    in_two_fields,
    copied_into_a_second_field,
    contents_elsewhere,
    byte_range_elsewhere,
    without_type,
    without_form,
    field_removed,
    value_cleared,
    followed_by_ruins,
)


@pytest.mark.parametrize("write", WAYS)
def test_a_signature_is_found_once_however_it_is_written(write: Callable[[bytes], bytes], signed: bytes) -> None:
    """One signature, with the bytes it covers; never none, never two."""
    (genuine,) = read_structure(signed).signatures
    found = [s for s in read_structure(write(signed)).signatures if s.field != SEAL or s.problem is None]

    assert [(s.problem, s.byte_range) for s in found] == [(None, genuine.byte_range)]


@pytest.mark.parametrize("value", [b"null", b"<< >>", b"(khong)", b"[]", b"<< /Type /Sig >>"])
def test_a_value_that_is_no_signature_is_a_broken_one(value: bytes, signed: bytes) -> None:
    """Whoever fills a signature field has signed, well or badly; null fills nothing."""
    field = number_of_field(signed, SEAL)
    found = read_structure(append_increment(signed, {field: body_of(signed, field, V=value)})).signatures

    assert [s.field for s in found] == ([LEADER] if value == b"null" else [LEADER, SEAL])


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        (b"/Type /Sig /SubFilter /ETSI.RFC3161", SignatureKind.DOCUMENT_TIMESTAMP),
        (b"/SubFilter /ETSI.RFC3161", SignatureKind.DOCUMENT_TIMESTAMP),
        (b"/Type /DocTimeStamp", SignatureKind.DOCUMENT_TIMESTAMP),
        (b"/Type /Sig /SubFilter /adbe.x509.rsa_sha1", SignatureKind.SIGNATURE),
        (b"/Type /Sig /SubFilter /khac", SignatureKind.SIGNATURE),
        (b"/Type /Sig", SignatureKind.SIGNATURE),
    ],
)
def test_a_timestamp_is_one_by_what_it_holds(written: bytes, kind: SignatureKind, signed: bytes) -> None:
    """Older programs write /Sig, or no type, for what is a document timestamp."""
    field, new = number_of_field(signed, SEAL), next_number(signed)
    value = b"<< %s /ByteRange [0 1 2 3] /Contents <30> >>" % written
    pdf = append_increment(signed, {field: body_of(signed, field, V=b"%d 0 R" % new), new: value})

    assert [s.kind for s in read_structure(pdf).signatures if s.field == SEAL] == [kind]


def test_usage_rights_are_found_where_they_stand(signed: bytes) -> None:
    """/UR3 directly in /Perms: a signature, if not one that a person made."""
    catalog = number_of_catalog(signed)
    rights = b"<< /UR3 << /Type /Sig /ByteRange [0 1 2 3] /Contents <30> >> >>"
    pdf = append_increment(signed, {catalog: body_of(signed, catalog, Perms=rights)})

    assert [s.field for s in read_structure(pdf).signatures] == [LEADER, ""]
