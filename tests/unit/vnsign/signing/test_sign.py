"""Where a signature may be written, and what it always keeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import cms, core
from cryptography import x509
from cryptography.hazmat.primitives import hashes

import vnsign
from tests.forgery import append_increment, body_of
from tests.materials import (
    LEADER,
    NUMBER,
    SEAL,
    DirectTsa,
    HandClock,
    Office,
    leader_signed,
    make_office,
    picture,
    plain_pdf,
    prepared_pdf,
)
from vnsign.pdf.source import BytesSource
from vnsign.pdf.writing.document_timestamp import open_timestamp_gap
from vnsign.signing.sign import SignatureRequest, sign


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One authority for the module."""
    return make_office(tmp_path_factory.mktemp("authority"))


def refused(pdf: bytes, office: Office, **wanted: object) -> vnsign.ErrorCode:
    """Return the code with which signing is refused."""
    with pytest.raises(vnsign.VnsignError) as error:
        vnsign.sign_pdf(pdf, office.deputy, **({"check_status": False} | wanted))  # type: ignore[arg-type]  # keywords of many types
    return error.value.code


def test_signing_appends_and_names_new_fields_in_order(office: Office) -> None:
    """Signature1, Signature2; every byte before stays."""
    once = vnsign.sign_pdf(plain_pdf(), office.leader, revocation=office.crls)
    twice = vnsign.sign_pdf(once, office.deputy, revocation=office.crls)

    assert once.startswith(plain_pdf())
    assert twice.startswith(once)
    assert [s.field for s in vnsign.inspect_pdf(twice, trust=office.trust).signatures] == ["Signature1", "Signature2"]


def test_the_claimed_time_is_written_in_vietnam_time(office: Office) -> None:
    """PAdES: /M carries the claimed time, with its offset."""
    clock = HandClock(datetime(2026, 12, 31, 18, 30, tzinfo=UTC))
    signed = vnsign.sign_pdf(plain_pdf(), office.leader, check_status=False, clock=clock)

    assert b"D:20270101013000+07'00'" in signed.replace(b"\\072", b":").replace(b"\\053", b"+").replace(b"\\047", b"'")


def test_a_certified_document_signs_only_its_prepared_fields(office: Office) -> None:
    """DocMDP P=2: a field created after the leader would break his signature."""
    signed = leader_signed(office)

    assert refused(signed, office) is vnsign.ErrorCode.SIGNING_FORBIDDEN
    assert refused(signed, office, field="KhongCo") is vnsign.ErrorCode.SIGNING_FORBIDDEN
    assert vnsign.sign_pdf(signed, office.deputy, field=SEAL, revocation=office.crls).startswith(signed)


def test_only_the_first_signature_certifies(office: Office) -> None:
    """ISO 32000-2 §12.8.2.2: one certification, and it comes first."""
    assert refused(leader_signed(office), office, field=SEAL, certify=True) is vnsign.ErrorCode.BAD_ARGUMENT


def test_a_signed_field_is_not_signed_again(office: Office) -> None:
    """One field, one signature."""
    assert refused(leader_signed(office), office, field=LEADER) is vnsign.ErrorCode.FIELD_ALREADY_SIGNED


def test_after_the_seal_no_prepared_field_is_filled(office: Office) -> None:
    """The seal's lock is P=1; signing or filling after it would break it, and is refused."""
    sealed = vnsign.sign_pdf(leader_signed(office), office.deputy, field=SEAL, revocation=office.crls)

    with pytest.raises(vnsign.VnsignError) as error:
        vnsign.fill_pdf(sealed, {NUMBER: "15/QĐ-UBND"})

    assert error.value.code is vnsign.ErrorCode.SIGNING_FORBIDDEN


def test_a_document_certified_against_all_change_is_not_signed(office: Office) -> None:
    """DocMDP P=1 allows nothing more."""
    signed = leader_signed(office)
    closed = signed.replace(b"/P 2 /Type /TransformParams", b"/P 1 /Type /TransformParams")
    assert closed != signed

    assert refused(closed, office, field=SEAL) is vnsign.ErrorCode.SIGNING_FORBIDDEN


def test_a_place_that_is_none_of_the_field_is_refused(office: Office) -> None:
    """A prepared field has its place; an invisible one cannot show an image."""
    place = vnsign.Place(page=1, at_mm=(10, 10))

    assert refused(prepared_pdf(), office, field=SEAL, image=picture(), place=place) is vnsign.ErrorCode.BAD_ARGUMENT
    assert refused(plain_pdf(), office, image=picture()) is vnsign.ErrorCode.BAD_ARGUMENT
    assert refused(plain_pdf(), office, place=place) is vnsign.ErrorCode.BAD_ARGUMENT
    assert refused(plain_pdf(), office, image=picture(), place=vnsign.Place(page=2, at_mm=(1, 1))) is (
        vnsign.ErrorCode.BAD_ARGUMENT
    )


@pytest.mark.parametrize("image", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", picture()[:200]])
def test_bytes_that_are_no_image_are_refused(image: bytes, office: Office) -> None:
    """Any bytes give a result or our error."""
    assert refused(prepared_pdf(), office, field=SEAL, image=image) is vnsign.ErrorCode.MALFORMED_IMAGE


def test_a_level_is_reached_or_refused(office: Office) -> None:
    """Never silently a lower level than asked."""
    assert refused(plain_pdf(), office, level="B-T") is vnsign.ErrorCode.BAD_ARGUMENT
    assert refused(plain_pdf(), office, level="B-X") is vnsign.ErrorCode.BAD_ARGUMENT
    dead = "http://127.0.0.1:9/tsa"
    assert refused(plain_pdf(), office, level="B-T", tsa=dead) is vnsign.ErrorCode.SERVICE_UNREACHABLE


@pytest.mark.parametrize("days", [-30, 365 * 6])
def test_a_certificate_out_of_its_validity_does_not_sign(days: int, tmp_path: Path) -> None:
    """NĐ 68/2024 Điều 29.1, 31.1a."""
    begin = datetime(2026, 3, 2, 8, tzinfo=UTC)
    office = make_office(tmp_path, clock=HandClock(begin))

    code = refused(plain_pdf(), office, clock=HandClock(begin + timedelta(days=days)))

    assert code is vnsign.ErrorCode.CERTIFICATE_NOT_USABLE


@dataclass(frozen=True, slots=True)
class TalkativeTsa:
    """A real TSA whose tokens carry many certificates more than needed."""

    tsa: DirectTsa

    def timestamp(self, imprint: bytes, hash_algorithm: hashes.HashAlgorithm) -> bytes:
        """Return a token padded by a large unsigned attribute, as archive time-stamps have."""
        token = cms.ContentInfo.load(self.tsa.timestamp(imprint, hash_algorithm))
        token["content"]["signer_infos"][0]["unsigned_attrs"] = cms.CMSAttributes(
            [cms.CMSAttribute({"type": "1.3.6.1.4.1.99999.1", "values": [core.OctetString(bytes(20_000))]})]
        )
        padded: bytes = token.dump(force=True)
        return padded


def test_a_token_larger_than_its_room_still_fits(office: Office) -> None:
    """The gap grows with the token instead of failing at the customer's."""
    signed = vnsign.sign_pdf(
        plain_pdf(), office.leader, level="B-T", tsa=TalkativeTsa(office.tsa), revocation=office.crls
    )

    (signature,) = vnsign.inspect_pdf(signed, trust=office.trust).signatures
    assert (signature.intact, signature.valid) == (True, True)


def test_a_time_without_zone_is_refused(office: Office) -> None:
    """Times are aware."""
    with pytest.raises(vnsign.UsageError) as error:
        sign(BytesSource(plain_pdf()), office.leader, SignatureRequest(at=datetime(2026, 1, 1)))  # noqa: DTZ001 — the point

    assert error.value.code is vnsign.ErrorCode.BAD_ARGUMENT


def test_an_encrypted_document_that_allows_signing_is_signed_and_stays_encrypted(office: Office) -> None:
    """Opened without password by anybody, restricted by its owner: filling in and signing are allowed."""
    out = BytesIO()
    with pikepdf.open(BytesIO(prepared_pdf())) as document:
        allowed = pikepdf.Permissions(modify_other=False, modify_form=True, modify_annotation=False)
        document.save(out, encryption=pikepdf.Encryption(owner="owner", user="", allow=allowed))

    signed = vnsign.sign_pdf(out.getvalue(), office.leader, field=LEADER, revocation=office.crls)

    with pikepdf.open(BytesIO(signed)) as again:
        assert again.is_encrypted


def test_a_document_whose_permissions_forbid_signing_is_refused(office: Office) -> None:
    """ISO 32000-2 Table 22: bits 4, 6 and 9 all clear."""
    out = BytesIO()
    with pikepdf.open(BytesIO(plain_pdf())) as document:
        forbidden = pikepdf.Permissions(modify_other=False, modify_form=False, modify_annotation=False)
        document.save(out, encryption=pikepdf.Encryption(owner="owner", user="", allow=forbidden))

    assert refused(out.getvalue(), office) is vnsign.ErrorCode.SIGNING_FORBIDDEN


@pytest.mark.parametrize(
    ("allowed", "is_new_allowed"),
    [
        ({"modify_other": False, "modify_annotation": False}, False),
        ({"modify_other": False}, False),
        ({"modify_annotation": False}, False),
        ({}, True),
    ],
    ids=["fill in", "annotate", "modify", "all"],
)
@pytest.mark.parametrize("revision", [3, 6])
def test_a_new_field_needs_the_owners_leave_and_a_prepared_one_less(
    allowed: dict[str, bool], revision: int, office: Office, *, is_new_allowed: bool
) -> None:
    """ISO 32000-2 Table 22: creating a field needs bits 4 and 6; with bit 6 or 9 those there are may be signed."""
    out = BytesIO()
    with pikepdf.open(BytesIO(prepared_pdf())) as document:
        document.save(
            out,
            encryption=pikepdf.Encryption(
                owner="owner",
                user="",
                allow=pikepdf.Permissions(**allowed),
                R=revision,  # type: ignore[arg-type]  # a literal
                aes=revision > 3,
                metadata=revision > 3,
            ),
        )

    signed = vnsign.sign_pdf(out.getvalue(), office.leader, field=LEADER, check_status=False)

    assert [(s.intact, s.valid) for s in vnsign.inspect_pdf(signed, trust=office.trust).signatures] == [(True, True)]
    if is_new_allowed:
        vnsign.sign_pdf(out.getvalue(), office.leader, check_status=False)
    else:
        assert refused(out.getvalue(), office) is vnsign.ErrorCode.SIGNING_FORBIDDEN


def fill_only(pdf: bytes) -> bytes:
    """Return the PDF encrypted; its owner allows to fill in and sign the fields there are."""
    out = BytesIO()
    allowed = pikepdf.Permissions(modify_other=False, modify_form=True, modify_annotation=False)
    with pikepdf.open(BytesIO(pdf)) as document:
        document.save(out, encryption=pikepdf.Encryption(owner="owner", user="", allow=allowed))
    return out.getvalue()


def test_no_document_timestamp_where_the_owner_allows_no_new_field(office: Office) -> None:
    """ISO 32000-2 Table 22: a document timestamp is a new field; the levels below it need none."""
    signed = vnsign.sign_pdf(fill_only(prepared_pdf()), office.leader, field=LEADER, check_status=False)

    with pytest.raises(vnsign.InputError) as error:
        open_timestamp_gap(BytesSource(signed), hash_name="sha256", room_bytes=1000)

    assert error.value.code is vnsign.ErrorCode.SIGNING_FORBIDDEN


def test_evidence_that_is_not_to_be_had_stops_b_lt(office: Office) -> None:
    """A certificate without a CRL address cannot be proven: no file at a lower level appears."""

    class NoCrls:
        def crls_for(self, certificate: x509.Certificate) -> tuple[x509.CertificateRevocationList, ...]:  # noqa: ARG002
            return ()

    code = refused(plain_pdf(), office, level="B-LT", tsa=office.tsa, revocation=NoCrls())

    assert code is vnsign.ErrorCode.CERTIFICATE_NOT_USABLE


def test_a_real_token_over_something_else_stops_the_signature(office: Office) -> None:
    """A caller's own source of tokens is believed no more than a service."""

    class Elsewhere:
        def timestamp(self, imprint: bytes, hash_algorithm: hashes.HashAlgorithm) -> bytes:
            return office.tsa.timestamp(bytes(len(imprint)), hash_algorithm)

    with pytest.raises(vnsign.ServiceUnavailable, match="no token over this signature"):
        vnsign.sign_pdf(plain_pdf(), office.leader, level="B-T", tsa=Elsewhere(), check_status=False)


@pytest.mark.parametrize("form", [pikepdf.Array([]), pikepdf.Stream], ids=["array", "stream"])
def test_an_xfa_form_is_not_signed(form: object, office: Office) -> None:
    """Readers that know XFA show its XML, others the pages: nobody knows which of them the signer saw."""
    with pikepdf.open(BytesIO(plain_pdf())) as document:
        xfa = document.make_stream(b"<xdp/>") if form is pikepdf.Stream else form
        document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([]), XFA=xfa)
        out = BytesIO()
        document.save(out)

    assert refused(out.getvalue(), office) is vnsign.ErrorCode.SIGNING_FORBIDDEN


def test_a_signed_xfa_form_is_not_raised_to_a_level(office: Office) -> None:
    """Somebody else signed it: a time or evidence of ours would vouch for what nobody knows that he saw."""
    signed = vnsign.sign_pdf(plain_pdf(), office.leader, check_status=False)
    with pikepdf.open(BytesIO(signed)) as document:
        catalog, form = document.Root.objgen[0], document.Root.AcroForm.unparse(resolved=True)
    body = body_of(signed, catalog, AcroForm=form.replace(b"<<", b"<< /XFA [ ]", 1))
    pdf = append_increment(signed, {catalog: body})

    for level in ("B-T", "B-LT", "B-LTA"):
        with pytest.raises(vnsign.InputError) as refusal:
            vnsign.extend_pdf(pdf, level=level, tsa=office.tsa, revocation=office.crls)
        assert refusal.value.code is vnsign.ErrorCode.SIGNING_FORBIDDEN
