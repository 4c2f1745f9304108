"""Odd and old material is judged signature by signature: no exception, no "no signature", never too lenient."""

from __future__ import annotations

import pytest
from asn1crypto import cms as asn1_cms
from asn1crypto import core, parser
from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

import vnsign
from tests.judging_kit import BEGIN, HandMade, Key, OwnRoot, der_element, judge, only, place_for_cms, replaced_cms
from tests.materials import plain_pdf
from vnsign.pdf.reading.structure import read_structure
from vnsign.pki.anchors import TrustAnchors
from vnsign.pki.cms_signed import in_der_order
from vnsign.pki.signature_values import compute_digest
from vnsign.report import (
    EvidenceOrigin,
    FindingCode,
    Indication,
    Level,
    Outcome,
    Severity,
    Step,
    SubIndication,
    Verdict,
)

ROOT = OwnRoot()
EC = ec.generate_private_key(ec.SECP256R1())
RSA = rsa.generate_private_key(65537, 2048)
ED25519, ED448 = ed25519.Ed25519PrivateKey.generate(), ed448.Ed448PrivateKey.generate()
SHA3_256_RSA = "2.16.840.1.101.3.4.3.14"


def made(key: Key = EC, **how: object) -> HandMade:
    """Return a CMS by a signer of the root."""
    return HandMade(key=key, certificate=ROOT.issue(key), claimed=BEGIN, **how)  # type: ignore[arg-type]  # of several types


@pytest.mark.parametrize(
    ("key", "scheme", "digest"),
    [
        (RSA, "rsassa_pkcs1v15", "sha256"),
        (RSA, "rsassa_pss", "sha384"),
        (RSA, SHA3_256_RSA, "sha3_256"),
        (EC, "ecdsa", "sha512"),
        (EC, "plain_ecdsa", "sha256"),
        (ED25519, "ed25519", "sha512"),
        (ED448, "ed448", "shake256"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_algorithm_of_the_table_is_understood(key: Key, scheme: str, digest: str) -> None:
    """RFC 4055, RFC 8419, BSI TR-03111, NIST's SHA-3 signatures; one changed bit of content fails each."""
    pdf = made(key, scheme=scheme, digest=digest).pdf()

    assert judge(pdf, ROOT.trust()).verdict is Verdict.TOTAL_PASSED
    changed = (
        pdf.replace(b"So: page 1", b"So: page 2") if b"So: page 1" in pdf else pdf.replace(b"/Rect [0", b"/Rect [1")
    )
    assert only(judge(changed, ROOT.trust())).subindication is SubIndication.HASH_FAILURE


def test_attributes_in_another_order_than_der_wants_are_disputed() -> None:
    """RFC 5652 §5.3, §5.4: over what is digested programs do not agree (Bouncy Castle sorts, OpenSSL does not)."""
    report = only(judge(made(in_order=False).pdf(), ROOT.trust()))

    assert (report.intact, report.valid, report.indication) == (True, False, Indication.INDETERMINATE)
    assert FindingCode.SIGNED_ATTRIBUTES_NOT_DER in {finding.code for finding in report.findings}


def test_attributes_out_of_order_whose_der_was_signed_are_valid() -> None:
    """RFC 5652 §5.4: what is digested is their DER encoding, however they stand in the file."""
    pdf = made().pdf()
    (found,) = read_structure(pdf).signatures
    info = asn1_cms.ContentInfo.load(found.contents.rstrip(b"\0"))
    (signer,) = info["content"]["signer_infos"]
    attributes = [attribute.dump() for attribute in signer["signed_attrs"]]
    moved = found.contents.rstrip(b"\0").replace(b"".join(attributes), b"".join(reversed(attributes)))
    report = only(judge(replaced_cms(pdf, moved), ROOT.trust()))

    assert moved not in found.contents
    assert report.indication is Indication.TOTAL_PASSED


@pytest.mark.parametrize(
    "broken", [b"", b"\x31", b"\x31\x80\x00\x00", b"\x31\x03\x30\x05\x00", b"\x31\x04\x30\x85\x01\x01"]
)
def test_a_set_that_cannot_be_read_stays_as_it_is(broken: bytes) -> None:
    """Whoever digests it finds out."""
    assert in_der_order(broken) is broken


def test_a_signature_without_signed_attributes() -> None:
    """RFC 5652 §5.4: the value is over the bytes themselves; PAdES asks for more, the old kind does not."""
    old = made(has_attributes=False).pdf(sub_filter=b"/adbe.pkcs7.detached")
    new = made(has_attributes=False).pdf()

    signature = only(judge(old, ROOT.trust()))
    assert (signature.indication, signature.level) == (Indication.TOTAL_PASSED, Level.PKCS7_B)
    assert only(judge(new, ROOT.trust())).subindication is SubIndication.NO_SIGNING_CERTIFICATE_FOUND


def test_unsigned_attributes_that_are_no_asn1_spoil_nothing() -> None:
    """The Government's signatures of 2018–2020 carry raw text there."""
    raw = der_element(
        0x30, core.ObjectIdentifier("1.2.840.113549.1.9.16.2.10").dump() + der_element(0x31, b"not ASN.1")
    )

    assert judge(made(unsigned=(raw,)).pdf(), ROOT.trust()).verdict is Verdict.TOTAL_PASSED


def test_ber_with_indefinite_lengths_is_read_as_it_stands() -> None:
    """The same CMS with the outermost lengths left open; its attributes are hashed as they lie there."""
    definite = made().pdf()
    (found,) = read_structure(definite).signatures
    info = asn1_cms.ContentInfo.load(found.contents)
    kind, content = info["content_type"].dump(), info["content"].dump()
    ber = b"\x30\x80" + kind + b"\xa0\x80" + content[_header(content) :] + b"\x00\x00" + b"\x00\x00"

    assert judge(replaced_cms(definite, ber), ROOT.trust()).verdict is Verdict.TOTAL_PASSED


def _header(element: bytes) -> int:
    return 2 if element[1] < 0x80 else 2 + (element[1] & 0x7F)


def test_two_signer_infos_are_never_simply_valid() -> None:
    """Two readers may look at different ones."""
    definite = made().pdf()
    (found,) = read_structure(definite).signatures
    info = asn1_cms.ContentInfo.load(found.contents)
    infos = info["content"]["signer_infos"]
    info["content"]["signer_infos"] = asn1_cms.SignerInfos([infos[0], infos[0].copy()])
    signature = only(judge(replaced_cms(definite, info.dump()), ROOT.trust()))

    assert signature.indication is Indication.INDETERMINATE
    assert signature.subindication is SubIndication.FORMAT_FAILURE


@pytest.mark.parametrize("sub_filter", [b"/ETSI.CAdES.detached", b"/adbe.pkcs7.detached"])
@pytest.mark.parametrize("content_type", ["tst_info", "signed_data", "encrypted_data"])
def test_what_was_signed_as_something_else_is_no_signed_document(content_type: str, sub_filter: bytes) -> None:
    """A value made in another protocol over the same bytes is not moved into a document (EN 319 142-1 §6.3)."""
    signature = only(judge(made(content_type=content_type).pdf(sub_filter=sub_filter), ROOT.trust()))

    assert (signature.intact, signature.valid) == (True, True)
    assert (signature.indication, signature.subindication) == (Indication.INDETERMINATE, SubIndication.FORMAT_FAILURE)


def test_evidence_records_are_named_and_not_used() -> None:
    """RFC 4998: not supported, and the report says so."""
    record = der_element(
        0x30, core.ObjectIdentifier("1.2.840.113549.1.9.16.2.49").dump() + der_element(0x31, der_element(0x30, b""))
    )
    report = judge(made(unsigned=(record,)).pdf(), ROOT.trust())

    assert report.verdict is Verdict.TOTAL_PASSED
    assert FindingCode.EVIDENCE_RECORD_NOT_SUPPORTED in {f.code for f in report.all_findings()}


@pytest.mark.parametrize("place", ["adbe-revocationInfoArchival", "crls"])
def test_evidence_inside_the_cms_counts_and_is_named(place: str) -> None:
    """ISO 32000-2 §12.8.3.3.2, RFC 5652 §5.1: a list that the signer put into his signature."""
    crl = ROOT.crl().public_bytes(Encoding.DER)
    if place == "crls":
        plain = made().pdf()
        info = asn1_cms.ContentInfo.load(read_structure(plain).signatures[0].contents)
        info["content"]["crls"] = asn1_cms.RevocationInfoChoices([asn1_crl.CertificateList.load(crl)])
        pdf = replaced_cms(plain, info.dump())
    else:
        archival = der_element(0x30, der_element(0xA0, der_element(0x30, crl)))
        oid = core.ObjectIdentifier("1.2.840.113583.1.1.8").dump()
        pdf = made(signed=(der_element(0x30, oid + der_element(0x31, archival)),)).pdf()
    signature = only(judge(pdf, TrustAnchors(anchors=(ROOT.certificate(),))))

    assert signature.indication is Indication.TOTAL_PASSED
    (evidence,) = signature.chain[0].evidence
    assert (evidence.origins, evidence.is_decisive) == ((EvidenceOrigin.CMS,), True)


# ---------------------------------------------------------------- the deprecated kinds


def test_adbe_pkcs7_sha1_is_listed_and_judged() -> None:
    """ISO 32000-1 §12.8.3.3.1: the CMS signs the SHA-1 of the byte range, which it holds."""
    pdf = place_for_cms(plain_pdf(), sub_filter=b"/adbe.pkcs7.sha1")
    (found,) = read_structure(pdf).signatures
    covered = pdf[: found.byte_range[1]] + pdf[found.byte_range[2] :]
    digest = compute_digest("sha1", covered)
    info = asn1_cms.ContentInfo.load(made().cms(digest))
    info["content"]["encap_content_info"] = {"content_type": "data", "content": digest}
    signature = only(judge(replaced_cms(pdf, info.dump()), ROOT.trust()))
    other = only(judge(replaced_cms(pdf, info.dump()).replace(b"/Rect [0", b"/Rect [1"), ROOT.trust()))

    assert (signature.intact, signature.valid) == (True, True)
    assert signature.sub_filter == "adbe.pkcs7.sha1"
    assert (other.intact, other.subindication) == (False, SubIndication.HASH_FAILURE)


def test_adbe_x509_rsa_sha1_is_listed_and_judged() -> None:
    """ISO 32000-1 §12.8.3.2: a bare PKCS#1 value, the certificate beside it; SHA-1 needs proof of its time."""
    certificate = ROOT.issue(RSA)
    der = certificate.public_bytes(Encoding.DER)
    pdf = place_for_cms(plain_pdf(), sub_filter=b"/adbe.x509.rsa_sha1 /Cert <%s>" % der.hex().encode())
    (found,) = read_structure(pdf).signatures
    covered = pdf[: found.byte_range[1]] + pdf[found.byte_range[2] :]
    value = RSA.sign(covered, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 — what is judged
    signature = only(judge(replaced_cms(pdf, der_element(0x04, value)), ROOT.trust()))

    assert (signature.intact, signature.valid) == (True, True)
    assert signature.subindication is SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE


# ---------------------------------------------------------------- real certificates that break ASN.1


def test_a_negative_rsa_modulus_is_read_as_what_was_meant() -> None:
    """Estonian eID cards of 2011: the leading zero octet of the modulus is missing; the signature still verifies."""
    certificate = with_negative_modulus(ROOT.issue(RSA))
    assert x509.load_der_x509_certificate(certificate) is not None
    by = HandMade(key=RSA, certificate=x509.load_der_x509_certificate(certificate), scheme="rsassa_pkcs1v15")
    signature = only(judge(by.pdf(), ROOT.trust()))

    assert (signature.intact, signature.valid) == (True, True)
    assert signature.signer == "CN=Người thử"
    assert signature.indication is Indication.TOTAL_PASSED


def with_negative_modulus(certificate: x509.Certificate) -> bytes:
    """Return the certificate with its modulus encoded as a negative INTEGER, signed anew by the root."""
    asn1 = asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
    numbers = RSA.public_key().public_numbers()
    modulus = der_element(0x02, numbers.n.to_bytes(256, "big"))
    key = der_element(0x30, modulus + core.Integer(numbers.e).dump())
    algorithm = asn1["tbs_certificate"]["subject_public_key_info"]["algorithm"].dump()
    old = asn1["tbs_certificate"]["subject_public_key_info"].dump()
    tbs = asn1["tbs_certificate"].dump()
    inner = tbs[_header(tbs) :].replace(old, der_element(0x30, algorithm + der_element(0x03, b"\x00" + key)))
    tbs = der_element(0x30, inner)
    value = ROOT.key.sign(tbs, ec.ECDSA(hashes.SHA256()))
    return der_element(0x30, tbs + asn1["signature_algorithm"].dump() + der_element(0x03, b"\x00" + value))


@pytest.mark.parametrize(("after", "told"), [(b"", []), (b"\0\0x", ["3"]), (b"30820401", ["8"])])
def test_other_bytes_after_the_signature_are_told(after: bytes, told: list[str]) -> None:
    """Nobody signed them: a warning, and the verdict stays."""
    pdf = made().pdf()
    (found,) = read_structure(pdf).signatures
    cms = found.contents[: parser.peek(found.contents)]
    signature = only(judge(replaced_cms(pdf, cms + after), ROOT.trust()))

    findings = [f for f in signature.findings if f.code is FindingCode.CONTENTS_NOT_PADDED]
    assert [f.values["bytes"] for f in findings] == told
    assert {f.severity for f in findings} <= {Severity.WARNING}
    assert signature.indication is only(judge(pdf, ROOT.trust())).indication is Indication.TOTAL_PASSED


# ---------------------------------------------------------------- steps


def test_every_step_is_reported_also_for_what_is_broken() -> None:
    """Nine steps in order; what was not taken says so."""
    good = only(judge(made().pdf(), ROOT.trust()))
    broken = only(judge(replaced_cms(made().pdf(), b"\x30\x03\x02\x01\x00"), ROOT.trust()))

    for signature in (good, broken):
        assert [step.step for step in signature.steps] == list(Step)
        assert [step.step.number for step in signature.steps] == list(range(1, 10))
    assert {step.outcome for step in good.steps} == {Outcome.PASSED, Outcome.NOT_RUN}
    assert [step.outcome for step in broken.steps][:3] == [Outcome.FAILED, Outcome.NOT_RUN, Outcome.NOT_RUN]
    assert broken.subindication is SubIndication.FORMAT_FAILURE


def test_what_was_signed_may_be_missing() -> None:
    """A detached signature alone: SIGNED_DATA_NOT_FOUND, everything else is still judged."""
    report = vnsign.inspect_statement(made().cms(b"quyet dinh"), None, trust=ROOT.trust(), at=BEGIN)

    assert (report.indication, report.subindication) == (
        Indication.INDETERMINATE,
        SubIndication.SIGNED_DATA_NOT_FOUND,
    )
    assert (report.intact, report.valid) == (False, True)
