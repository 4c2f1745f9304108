"""What a signature is worth: one case per way in which it can be worth less."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms as asn1_cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

import vnsign
from tests.judging_kit import BEGIN, HOUR, World, codes, make_world, only
from tests.materials import HandClock, make_office, plain_pdf
from vnsign.pdf.reading.structure import read_structure
from vnsign.pdf.source import BytesSource, to_bytes
from vnsign.pki.anchors import TrustAnchors
from vnsign.pki.cms_reading import parse_signed_data
from vnsign.report import (
    FindingCode,
    Indication,
    Level,
    Modifications,
    Severity,
    SubIndication,
    TimeSource,
    Verdict,
)
from vnsign.signing.sign import SignatureRequest, sign
from vnsign.verification import inspect


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> World:
    """One authority for the tests that revoke nothing."""
    return make_world(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def world(shared: World) -> World:
    """The shared authority, its clock set back."""
    shared.clock.moment = BEGIN + 2 * HOUR
    return shared


@pytest.fixture
def fresh(tmp_path: Path) -> World:
    """An authority of one's own, to revoke in."""
    return make_world(tmp_path / "authority")


# ---------------------------------------------------------------- time and status


def test_b_b_is_judged_at_the_validation_time(world: World) -> None:
    """No timestamp: the claimed time is shown, and the report says that it is only claimed."""
    signature = only(world.inspect(world.sign(level="B-B"), crls=world.crls()))

    assert signature.indication is Indication.TOTAL_PASSED
    assert (signature.level, signature.time_source) == (Level.PADES_B_B, TimeSource.CLAIMED)
    assert FindingCode.TIME_ONLY_CLAIMED in codes(signature, Severity.INFO)


def test_b_t_is_judged_at_the_timestamp(world: World) -> None:
    """A proven time beats a claimed one (EN 319 102-1 §5.5.4)."""
    signed = world.sign()
    world.clock.moment += HOUR
    signature = only(world.inspect(signed, crls=world.crls()))

    assert signature.indication is Indication.TOTAL_PASSED
    assert signature.time_source is TimeSource.SIGNATURE_TIMESTAMP
    assert signature.signing_time == BEGIN + 2 * HOUR
    assert signature.level is Level.PADES_B_T


def test_without_revocation_evidence_nothing_is_valid(world: World) -> None:
    """What could not be checked is never good."""
    signature = only(world.inspect(world.sign()))

    assert (signature.indication, signature.subindication) == (Indication.INDETERMINATE, SubIndication.TRY_LATER)
    assert codes(signature, Severity.UNDECIDED) == {FindingCode.REVOCATION_NOT_CHECKED}


def test_b_lt_keeps_its_verdict_after_next_update(world: World) -> None:
    """Judged at the timestamp with the evidence in the file, long after that evidence ran out."""
    signed = world.sign(level="B-LT")
    signature = only(world.inspect(signed, at=BEGIN + timedelta(days=3 * 365)))

    assert signature.indication is Indication.TOTAL_PASSED
    assert signature.level is Level.PADES_B_LT


def test_b_b_has_no_proof_once_the_certificate_expired(world: World) -> None:
    """Expired at the validation time and no proof of an earlier one: OUT_OF_BOUNDS_NO_POE."""
    signed = world.sign(level="B-B")
    signature = only(world.inspect(signed, crls=world.crls(), at=BEGIN + timedelta(days=6 * 365)))

    assert signature.indication is Indication.INDETERMINATE
    assert signature.subindication is SubIndication.OUT_OF_BOUNDS_NO_POE


def test_a_timestamp_proves_nothing_once_its_authority_expired(world: World) -> None:
    """Without a later document timestamp the TSA's own certificate must still be in force (§5.6.2)."""
    signed = world.sign(level="B-LT")
    report = world.inspect(signed, at=BEGIN + timedelta(days=6 * 365))

    assert report.verdict is Verdict.INDETERMINATE


def test_revoked_after_signing_stays_valid(fresh: World) -> None:
    """Status counts at signing time (NĐ 68/2024 Điều 31)."""
    signed = fresh.sign()
    fresh.clock.moment += 2 * HOUR
    fresh.office.authority.revoke(
        fresh.office.leader.certificate.serial_number,
        at=fresh.clock.now() - HOUR,
        act=vnsign.Act(by="Văn thư", why="báo mất"),
    )

    assert only(fresh.inspect(signed, crls=fresh.crls())).indication is Indication.TOTAL_PASSED


def test_revoked_before_signing_is_rejected(fresh: World) -> None:
    """The signer himself says that he signed after the revocation: TOTAL_FAILED, REVOKED."""
    fresh.office.authority.revoke(
        fresh.office.leader.certificate.serial_number, at=BEGIN + HOUR, act=vnsign.Act(by="Văn thư", why="báo mất")
    )
    signature = only(fresh.inspect(fresh.sign(), crls=fresh.crls()))

    assert (signature.indication, signature.subindication) == (Indication.TOTAL_FAILED, SubIndication.REVOKED)
    assert FindingCode.CERTIFICATE_REVOKED in codes(signature, Severity.ERROR)


def test_revoked_without_a_proven_time_is_undecided(fresh: World) -> None:
    """Signed by his own account before the revocation, but nothing proves it: REVOKED_NO_POE."""
    signed = fresh.sign(level="B-B")
    fresh.clock.moment += 2 * HOUR
    fresh.office.authority.revoke(
        fresh.office.leader.certificate.serial_number,
        at=fresh.clock.now() - HOUR,
        act=vnsign.Act(by="Văn thư", why="báo mất"),
    )
    signature = only(fresh.inspect(signed, crls=fresh.crls()))

    assert signature.indication is Indication.INDETERMINATE
    assert signature.subindication is SubIndication.REVOKED_NO_POE


def test_an_older_list_cannot_hide_a_revocation(fresh: World) -> None:
    """All authentic evidence counts together: a forger may add lists, never take one away."""
    before = fresh.crls()
    fresh.office.authority.revoke(
        fresh.office.leader.certificate.serial_number, at=BEGIN + HOUR, act=vnsign.Act(by="Văn thư", why="báo mất")
    )
    signed = fresh.sign()

    for crls in ((*before, *fresh.crls()), (*fresh.crls(), *before)):
        assert only(fresh.inspect(signed, crls=crls)).indication is Indication.TOTAL_FAILED


def test_a_list_that_ran_out_before_signing_proves_nothing(world: World) -> None:
    """Evidence must be in force at the signing time or younger."""
    stale = world.crls()
    world.clock.moment = BEGIN + timedelta(days=200)
    signature = only(world.inspect(world.sign(), crls=stale))

    assert FindingCode.REVOCATION_NOT_CHECKED in codes(signature, Severity.UNDECIDED)


def test_a_list_signed_by_somebody_else_is_no_evidence(world: World, tmp_path: Path) -> None:
    """The same names, another key."""
    twin = make_office(tmp_path / "twin", clock=world.clock)
    forged = World(twin, world.clock).crls()
    signature = only(world.inspect(world.sign(), crls=forged))

    assert FindingCode.REVOCATION_NOT_CHECKED in codes(signature, Severity.UNDECIDED)


# ---------------------------------------------------------------- trust


def test_a_root_of_the_same_name_is_nobody(world: World, tmp_path: Path) -> None:
    """Anchors are compared by fingerprint, never by name."""
    twin = make_office(tmp_path / "twin", clock=world.clock)
    report = inspect(
        world.sign(), trust=TrustAnchors(anchors=twin.trust.anchors, crls=world.crls()), at=world.clock.now()
    )

    assert only(report).indication is Indication.INDETERMINATE


def test_an_empty_trust_folder_decides_nothing(world: World) -> None:
    """NO_CERTIFICATE_CHAIN_FOUND, although everything else is in order."""
    signature = only(inspect(world.sign(level="B-LT"), trust=TrustAnchors(), at=world.clock.now()))

    assert signature.subindication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND
    assert signature.intact
    assert signature.valid
    assert signature.modifications is Modifications.NONE


def test_a_time_without_a_zone_is_refused() -> None:
    """Times are aware."""
    with pytest.raises(vnsign.UsageError):
        inspect(b"", trust=TrustAnchors(), at=datetime(2026, 1, 1))  # noqa: DTZ001 — what is refused


# ---------------------------------------------------------------- certificates that must not sign


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """A signer under a root of its own that is trusted, with a list in force."""

    signer: vnsign.Signer
    trust: TrustAnchors


def foreign(*extensions: tuple[x509.ExtensionType, bool], serial: int = 2, key: Key | None = None) -> Foreign:
    """Return a signer whose certificate has just these extensions."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Gốc thử")])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Người thử")])
    start, end = BEGIN - timedelta(days=1), BEGIN + timedelta(days=300)
    base = x509.CertificateBuilder().not_valid_before(start).not_valid_after(end).issuer_name(name)
    root = base.subject_name(name).public_key(ROOT_KEY.public_key()).serial_number(1)
    leaf = base.subject_name(subject).public_key(key.public_key()).serial_number(serial)
    for extension, critical in extensions:
        leaf = leaf.add_extension(extension, critical=critical)
    crl = x509.CertificateRevocationListBuilder().issuer_name(name).last_update(start).next_update(end)
    credential = vnsign.Credential(key=key, certificate=leaf.sign(ROOT_KEY, hashes.SHA256()))
    constraints = x509.BasicConstraints(ca=True, path_length=None)
    return Foreign(
        signer=vnsign.Signer.from_credential(credential),
        trust=TrustAnchors(
            anchors=(root.add_extension(constraints, critical=True).sign(ROOT_KEY, hashes.SHA256()),),
            crls=(crl.sign(ROOT_KEY, hashes.SHA256()),),
        ),
    )


Key = ec.EllipticCurvePrivateKey
ROOT_KEY = ec.generate_private_key(ec.SECP256R1())
CLOCK = HandClock(BEGIN)


def key_usage(*bits: str) -> tuple[x509.KeyUsage, bool]:
    """Return a critical KeyUsage with the named bits."""
    names = (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
        *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    )
    return x509.KeyUsage(**{name: name in bits for name in names}), True


@pytest.mark.parametrize(
    "extensions",
    [
        (),
        (key_usage("content_commitment"),),
        (key_usage("digital_signature", "key_encipherment"),),
        (key_usage("digital_signature"), (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False)),
        ((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.TIME_STAMPING]), False),),
    ],
)
def test_certificates_of_persons_and_agencies_may_sign(extensions: tuple[tuple[x509.ExtensionType, bool], ...]) -> None:
    """nonRepudiation alone is enough, digitalSignature too, and ExtendedKeyUsage cannot be required."""
    who = foreign(*extensions)
    signed = vnsign.sign_pdf(plain_pdf(), who.signer, clock=CLOCK)

    assert inspect(signed, trust=who.trust, at=BEGIN).verdict is Verdict.TOTAL_PASSED


@pytest.mark.parametrize(
    "extensions",
    [
        (key_usage("key_encipherment"),),
        (key_usage("key_cert_sign", "crl_sign"),),
        (key_usage("digital_signature"), (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)),
        (key_usage("digital_signature"), (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), False)),
    ],
)
def test_certificates_for_other_things_may_not_sign(extensions: tuple[tuple[x509.ExtensionType, bool], ...]) -> None:
    """A time-stamping authority's certificate is no document signer's, nor is a CA's."""
    who = foreign(*extensions)
    signed = to_bytes(sign(BytesSource(plain_pdf()), who.signer, SignatureRequest(at=BEGIN)).pdf)
    signature = only(inspect(signed, trust=who.trust, at=BEGIN))

    assert signature.indication is Indication.INDETERMINATE
    assert FindingCode.KEY_USAGE_UNSUITABLE in codes(signature, Severity.UNDECIDED)


def test_a_renewed_certificate_with_the_same_key_is_another_certificate() -> None:
    """The signer named his certificate by hash; one with the same key put in its place is found out (RFC 5035)."""
    key = ec.generate_private_key(ec.SECP256R1())
    old, new = foreign(serial=2, key=key), foreign(serial=3, key=key)
    template = replace(new.signer.template, constant_attributes=old.signer.template.constant_attributes)
    signature = only(
        inspect(
            vnsign.sign_pdf(plain_pdf(), replace(new.signer, template=template), clock=CLOCK),
            trust=new.trust,
            at=BEGIN,
        )
    )

    assert signature.valid
    assert signature.subindication is SubIndication.NO_SIGNING_CERTIFICATE_FOUND
    assert FindingCode.SIGNER_CERTIFICATE_MISMATCH in codes(signature, Severity.UNDECIDED)


# ---------------------------------------------------------------- the CMS tampered with where no signature covers it


def with_cms(pdf: bytes, change: Callable[[Any], None]) -> bytes:
    """Change the CMS of the only signature, in its gap."""
    (found,) = read_structure(pdf).signatures
    content = asn1_cms.ContentInfo.load(found.contents)
    change(content["content"])
    start, end = found.byte_range[1] + 1, found.byte_range[2] - 1
    hexadecimal: bytes = content.dump().hex().encode()
    return pdf[:start] + hexadecimal.ljust(end - start, b"0") + pdf[end:]


def test_the_timestamp_of_another_signature_is_found_out(world: World) -> None:
    """The imprint is over another signature value: not valid, and the signature is not passed over in silence."""
    (token,) = parse_signed_data(read_structure(world.sign()).signatures[0].contents).timestamp_tokens
    attribute = {"type": "signature_time_stamp_token", "values": [asn1_cms.ContentInfo.load(token)]}

    def swap(signed_data: Any) -> None:  # noqa: ANN401 — asn1crypto ships no types
        signed_data["signer_infos"][0]["unsigned_attrs"] = asn1_cms.CMSAttributes([attribute])

    report = world.inspect(with_cms(world.sign(), swap), crls=world.crls())

    assert only(report).indication is Indication.INDETERMINATE
    assert only(report).time_source is TimeSource.CLAIMED
    assert report.timestamps[0].subindication is SubIndication.HASH_FAILURE


def test_a_signature_without_its_certificate_cannot_be_judged(world: World) -> None:
    """NO_SIGNING_CERTIFICATE_FOUND."""

    def strip(signed_data: Any) -> None:  # noqa: ANN401 — asn1crypto ships no types
        signed_data["certificates"] = []

    signature = only(world.inspect(with_cms(world.sign(level="B-B"), strip), crls=world.crls()))

    assert signature.subindication is SubIndication.NO_SIGNING_CERTIFICATE_FOUND


def test_a_changed_signature_value_fails(world: World) -> None:
    """SIG_CRYPTO_FAILURE: the digest still matches."""

    def bend(signed_data: Any) -> None:  # noqa: ANN401 — asn1crypto ships no types
        info = signed_data["signer_infos"][0]
        value = bytearray(info["signature"].native)
        value[-1] ^= 1
        info["signature"] = bytes(value)

    signature = only(world.inspect(with_cms(world.sign(level="B-B"), bend), crls=world.crls()))

    assert (signature.intact, signature.valid) == (True, False)
    assert signature.subindication is SubIndication.SIG_CRYPTO_FAILURE


def test_two_signers_in_one_cms_are_not_decided(world: World) -> None:
    """PAdES allows one; two readers could look at different ones."""

    def double(signed_data: Any) -> None:  # noqa: ANN401 — asn1crypto ships no types
        info = signed_data["signer_infos"][0]
        signed_data["signer_infos"] = [info, info.copy()]

    signature = only(world.inspect(with_cms(world.sign(level="B-B"), double), crls=world.crls()))

    assert signature.indication is not Indication.TOTAL_PASSED
    assert FindingCode.SIGNATURE_BROKEN in codes(signature)


# ---------------------------------------------------------------- broken signatures are signatures


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (b"/ByteRange", b"/ByteRanje", "missing"),
        (b"/ByteRange [0 ", b"/ByteRange [1 ", "malformed"),
        (b"/ByteRange [0 ", b"/ByteRange [a ", "missing"),
    ],
)
def test_a_broken_byte_range_is_a_failed_signature(old: bytes, new: bytes, problem: str, world: World) -> None:
    """Never "no signature", never an exception."""
    signed = world.sign(level="B-B")
    assert old in signed
    report = world.inspect(signed.replace(old, new), crls=world.crls())

    assert report.verdict is Verdict.TOTAL_FAILED
    (finding,) = [f for f in only(report).findings if f.code is FindingCode.BYTE_RANGE_INVALID]
    assert finding.values["problem"] == problem


def test_bytes_after_the_end_are_suspicious(world: World) -> None:
    """Something appended that no revision speaks of: what a reader makes of it depends on the reader."""
    signed = world.sign(level="B-B")
    signature = only(world.inspect(signed + b"5 0 obj\n(other)\nendobj\n", crls=world.crls()))

    assert signature.modifications is Modifications.SUSPICIOUS
    assert signature.indication is Indication.INDETERMINATE


def test_white_space_after_the_end_is_harmless(world: World) -> None:
    """Some mail programs add a line end."""
    report = world.inspect(world.sign(level="B-B") + b"\r\n", crls=world.crls())

    assert report.verdict is Verdict.TOTAL_PASSED
    assert not only(report).covers_whole_document


@pytest.mark.parametrize(
    ("data", "verdict", "code"),
    [
        (b"", Verdict.UNREADABLE, FindingCode.NOT_A_PDF),
        ("Kính gửi".encode(), Verdict.UNREADABLE, FindingCode.NOT_A_PDF),
        (b"%PDF-1.7\n", Verdict.UNREADABLE, FindingCode.PDF_NOT_READABLE),
    ],
)
def test_what_is_no_pdf_is_unreadable(data: bytes, verdict: Verdict, code: FindingCode) -> None:
    """A report for any bytes."""
    report = inspect(data, trust=TrustAnchors(), at=BEGIN, file="x")

    assert (report.file, report.verdict) == ("x", verdict)
    assert [f.code for f in report.findings] == [code]


def test_an_unsigned_pdf_has_no_signature() -> None:
    """NO_SIGNATURE is not valid."""
    assert inspect(plain_pdf(), trust=TrustAnchors(), at=BEGIN).verdict is Verdict.NO_SIGNATURE


def test_a_byte_range_that_stops_before_the_end_of_its_revision_is_broken(world: World) -> None:
    """Well signed, but what it leaves out at the end could be anything: never valid."""
    signed = world.sign(level="B-B")
    (found,) = read_structure(signed).signatures
    length = found.byte_range[3]
    old, new = b" %d]" % length, b" %d]" % (length - 8)
    assert signed.count(old) == 1
    shorter = signed.replace(old, new.rjust(len(old)))
    hasher = hashes.Hash(hashes.SHA256())
    hasher.update(shorter[: found.byte_range[1]] + shorter[found.byte_range[2] : -8])
    cms = world.office.leader.cms(hasher.finalize()).hex().encode()
    start, end = found.byte_range[1] + 1, found.byte_range[2] - 1
    signature = only(world.inspect(shorter[:start] + cms.ljust(end - start, b"0") + shorter[end:], crls=world.crls()))

    assert signature.indication is Indication.TOTAL_FAILED
    assert [f.values["problem"] for f in signature.findings if f.code is FindingCode.BYTE_RANGE_INVALID] == [
        "not_whole_revision"
    ]


def test_the_trace_of_a_signature_is_a_broken_signature() -> None:
    """A file in which only the word is left had a signature once: never "no signature"."""
    report = inspect(plain_pdf() + b"% /ByteRange [0 1 2 3]\n%%EOF\n", trust=TrustAnchors(), at=BEGIN)

    assert report.verdict is Verdict.TOTAL_FAILED


def test_a_certificate_with_the_same_serial_number_is_not_the_signer_s(world: World) -> None:
    """Issuer and serial number together identify a certificate (RFC 5652 §5.3)."""

    def strip(signed_data: Any) -> None:  # noqa: ANN401 — asn1crypto ships no types
        signed_data["certificates"] = []

    bare = read_structure(with_cms(world.sign(level="B-B"), strip)).signatures[0].contents
    own = world.office.leader.certificate
    other = foreign(serial=own.serial_number).signer.certificate
    ders = [c.public_bytes(Encoding.DER) for c in (other, own)]

    assert parse_signed_data(bare, extra_certificates=ders[:1]).signer_certificate is None
    assert parse_signed_data(bare, extra_certificates=ders).signer_certificate == ders[1]
