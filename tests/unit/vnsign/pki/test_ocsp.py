"""OCSP, the responder's side: our answers before foreign judges, and requests that somebody got wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import core as asn1_core
from asn1crypto import ocsp as asn1_ocsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp

from tests.unit.vnsign.authority.making import NOW, certify, infrastructure, openssl, pem
from tests.unit.vnsign.pki.ocsp_making import (
    SHA1,
    ask,
    delegate,
    extension,
    leaf,
    nonce_extension,
    with_extensions,
)
from vnsign.errors import ErrorCode, UsageError
from vnsign.pki.credentials import Credential
from vnsign.pki.keys import KeyAlgorithm
from vnsign.pki.ocsp_answers import AnswerTerms, OcspResponder, StatusStatement, build_error
from vnsign.pki.ocsp_requests import MAX_CERTIFICATES, OcspError, parse_query
from vnsign.pki.status import CertificateStatus, certificate_status, read_evidence
from vnsign.policy.profiles import CertificateProfile

GOOD = StatusStatement()
REVOKED = StatusStatement(revoked_at=NOW - timedelta(days=1), reason=x509.ReasonFlags.key_compromise)


def responder(
    terms: AnswerTerms = AnswerTerms(),  # noqa: B008  (frozen)
    *,
    algorithm: KeyAlgorithm = KeyAlgorithm.P256,
    not_after: datetime = NOW + timedelta(days=30),
) -> OcspResponder:
    """Make one for the issuing authority."""
    issuer = infrastructure().issuing
    credential = delegate(issuer, algorithm=algorithm, not_after=not_after)
    return OcspResponder(credential, issuer=issuer.certificate, terms=terms)


def answer(
    request: bytes,
    statuses: dict[int, StatusStatement] | None = None,
    *,
    by: OcspResponder | None = None,
    at: datetime = NOW,
) -> ocsp.OCSPResponse:
    """Have a request answered, and read the answer with the library."""
    der = (by or responder()).respond(parse_query(request), statuses or {}, at=at)
    return ocsp.load_der_ocsp_response(der)


@pytest.mark.parametrize("algorithm", [hashes.SHA1(), hashes.SHA256(), hashes.SHA384(), hashes.SHA512()])  # noqa: S303
def test_good_revoked_and_unknown_are_told_apart(algorithm: hashes.HashAlgorithm) -> None:
    """RFC 6960 §2.2: who is on record, who was revoked, and who was never issued; by any hash of the issuer."""
    certificate = leaf()
    request = ask(certificate, algorithm=algorithm)
    good = answer(request, {certificate.serial_number: GOOD})
    assert good.certificate_status is ocsp.OCSPCertStatus.GOOD
    assert (good.serial_number, good.hash_algorithm.name) == (certificate.serial_number, algorithm.name)
    revoked = answer(request, {certificate.serial_number: REVOKED})
    assert revoked.certificate_status is ocsp.OCSPCertStatus.REVOKED
    assert (revoked.revocation_time_utc, revoked.revocation_reason) == (REVOKED.revoked_at, REVOKED.reason)
    assert answer(request).certificate_status is ocsp.OCSPCertStatus.UNKNOWN


def test_every_reason_is_written_and_unspecified_is_not() -> None:
    """RFC 5280 §5.3.1: the reason unspecified is left out; removeFromCRL is none of a revocation."""
    certificate = leaf()
    for reason in set(x509.ReasonFlags) - {x509.ReasonFlags.remove_from_crl}:
        told = answer(ask(certificate), {certificate.serial_number: replace(REVOKED, reason=reason)})
        assert told.revocation_reason is (None if reason is x509.ReasonFlags.unspecified else reason)


def test_an_answer_names_its_responder_and_its_times() -> None:
    """RFC 6960 §4.2.2: by the hash of the key, with the certificate; producedAt, thisUpdate, nextUpdate."""
    by = responder(AnswerTerms(lifetime=timedelta(hours=6)))
    certificate = leaf()
    told = answer(ask(certificate), {certificate.serial_number: GOOD}, by=by, at=NOW + timedelta(microseconds=999))
    assert told.responder_key_hash == x509.SubjectKeyIdentifier.from_public_key(by.certificate.public_key()).digest
    assert told.certificates == [by.certificate]
    assert (told.produced_at_utc, told.this_update_utc) == (NOW, NOW)
    assert told.next_update_utc == NOW + timedelta(hours=6)
    assert not list(told.single_extensions)
    assert not list(told.extensions)


def test_an_answer_does_not_outlive_its_responder() -> None:
    """Nobody could check it then."""
    by = responder(not_after=NOW + timedelta(hours=1))
    assert answer(ask(leaf()), by=by).next_update_utc == NOW + timedelta(hours=1)


def test_a_responder_not_in_force_says_internal_error() -> None:
    """RFC 6960 §2.3; unsigned, because nobody would believe the signature."""
    by = responder(not_after=NOW + timedelta(hours=1))
    for at in (NOW + timedelta(hours=1, seconds=1), NOW - timedelta(days=1)):
        assert answer(ask(leaf()), by=by, at=at).response_status is ocsp.OCSPResponseStatus.INTERNAL_ERROR


def test_archive_cutoff_stands_in_each_single_answer() -> None:
    """RFC 6960 §4.4.4: producedAt less the time status is kept."""
    by = responder(AnswerTerms(archive_cutoff=timedelta(days=3650)))
    one, two = leaf(), leaf()
    der = by.respond(parse_query(ask(one, two)), {one.serial_number: GOOD}, at=NOW)
    parsed = asn1_ocsp.OCSPResponse.load(der, strict=True).response_data
    for single in parsed["responses"]:
        assert single["single_extensions"][0]["extn_id"].native == "archive_cutoff"
        assert single["single_extensions"][0]["extn_value"].parsed.native == NOW - timedelta(days=3650)


def test_several_questions_are_answered_in_order() -> None:
    """RFC 6960 §4.2.1: one SingleResponse for each Request, with its CertID byte for byte."""
    one, two, stranger = leaf(), leaf(), leaf()
    request = ask(one, two, stranger)
    told = answer(request, {one.serial_number: GOOD, two.serial_number: REVOKED})
    expected = [ocsp.OCSPCertStatus.GOOD, ocsp.OCSPCertStatus.REVOKED, ocsp.OCSPCertStatus.UNKNOWN]
    assert [single.certificate_status for single in told.responses] == expected
    asked = [item["req_cert"].dump() for item in asn1_ocsp.OCSPRequest.load(request)["tbs_request"]["request_list"]]
    der = told.public_bytes(serialization.Encoding.DER)
    answered = [item["cert_id"].dump() for item in asn1_ocsp.OCSPResponse.load(der).response_data["responses"]]
    assert answered == asked


def test_another_issuer_is_unauthorized_alone_and_unknown_in_company() -> None:
    """RFC 6960 §2.3: a responder says nothing of issuers that did not delegate it, whatever the serial number."""
    by, certificate = responder(), leaf()
    statuses = {certificate.serial_number: GOOD}
    root = infrastructure().root.certificate
    alone = answer(ask(certificate, issuer=root), statuses, by=by)
    assert alone.response_status is ocsp.OCSPResponseStatus.UNAUTHORIZED
    request = asn1_ocsp.OCSPRequest.load(ask(certificate, certificate))
    request["tbs_request"]["request_list"][1]["req_cert"]["issuer_key_hash"] = bytes(20)
    told = answer(request.dump(), statuses, by=by)
    assert [single.certificate_status.name for single in told.responses] == ["GOOD", "UNKNOWN"]


def test_hashes_of_the_issuer_by_an_unknown_algorithm_are_nobodys() -> None:
    """MD5 and whatever comes: not served, no error of ours."""
    request = asn1_ocsp.OCSPRequest.load(ask(leaf()))
    request["tbs_request"]["request_list"][0]["req_cert"]["hash_algorithm"] = {"algorithm": "md5"}
    assert answer(request.dump()).response_status is ocsp.OCSPResponseStatus.UNAUTHORIZED


@pytest.mark.parametrize(
    "serial", [0, -1, -(2**159), 2**160, 2**20000], ids=["zero", "minus one", "negative", "21 octets", "2501 octets"]
)
def test_serial_numbers_nobody_has_are_unknown(serial: int) -> None:
    """RFC 5280 §4.1.2.2 forbids them; a question about them is still a question."""
    certificate = leaf()
    request = asn1_ocsp.OCSPRequest.load(ask(certificate))
    request["tbs_request"]["request_list"][0]["req_cert"]["serial_number"] = serial
    told = answer(request.dump(force=True), {certificate.serial_number: GOOD})
    assert told.certificate_status is ocsp.OCSPCertStatus.UNKNOWN
    assert told.serial_number == serial


@pytest.mark.parametrize("size", [1, 16, 32])
def test_a_nonce_is_given_back(size: int) -> None:
    """RFC 9654 §2.1: 16 to 32 bytes must be accepted, shorter ones may be."""
    told = answer(ask(leaf(), nonce=b"n" * size))
    assert told.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == b"n" * size


def test_a_long_nonce_is_ignored_or_given_back_as_set() -> None:
    """RFC 9654 §2.1: over 32 bytes a responder MAY ignore it."""
    request = ask(leaf(), nonce=b"n" * 128)
    assert not list(answer(request).extensions)
    told = answer(request, by=responder(AnswerTerms(max_nonce_bytes=128)))
    assert told.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == b"n" * 128


@pytest.mark.parametrize("size", [0, 129])
def test_a_nonce_of_no_or_too_many_bytes_is_malformed(size: int) -> None:
    """RFC 9654 §2.1: MUST be rejected with malformedRequest."""
    assert parse_query(ask(leaf(), nonce=b"n" * size)) is OcspError.MALFORMED_REQUEST


def test_a_nonce_that_is_no_octet_string_is_malformed() -> None:
    """RFC 9654 §2.1: Nonce ::= OCTET STRING."""
    request = with_extensions(ask(leaf()), nonce_extension(b"\x05\x00", raw=True))
    assert parse_query(request) is OcspError.MALFORMED_REQUEST


def test_two_nonces_are_malformed() -> None:
    """Which one would be given back?"""
    request = with_extensions(ask(leaf()), nonce_extension(b"1" * 16), nonce_extension(b"2" * 16))
    assert parse_query(request) is OcspError.MALFORMED_REQUEST


def test_unknown_extensions_are_ignored_unless_critical() -> None:
    """RFC 6960 §4.4: also those of a single request."""
    certificate = leaf()
    request = with_extensions(ask(certificate), extension("1.2.3.4"))
    assert answer(request, {certificate.serial_number: GOOD}).certificate_status is ocsp.OCSPCertStatus.GOOD
    critical = with_extensions(ask(certificate), extension("1.2.3.4", critical=True))
    assert parse_query(critical) is OcspError.MALFORMED_REQUEST
    for is_critical in (False, True):
        single = asn1_ocsp.OCSPRequest.load(ask(certificate))
        single["tbs_request"]["request_list"][0]["single_request_extensions"] = [
            {"extn_id": "1.2.3.4", "critical": is_critical, "extn_value": asn1_core.ParsableOctetString(b"\x05\x00")}
        ]
        assert (parse_query(single.dump()) is OcspError.MALFORMED_REQUEST) is is_critical


def test_a_critical_nonce_is_understood() -> None:
    """RFC 6960 §4.4.1."""
    critical = {**nonce_extension(b"n" * 16), "critical": True}
    assert parse_query(with_extensions(ask(leaf()), critical)) is not OcspError.MALFORMED_REQUEST


def test_a_signed_request_with_a_name_is_answered_like_any_other() -> None:
    """RFC 6960 §4.1.2: the responder need not look at the signature; here it does not."""
    request = asn1_ocsp.OCSPRequest.load(ask(leaf()))
    request["tbs_request"]["requestor_name"] = {"rfc822_name": "uoc@thu.gov.vn"}
    request["optional_signature"] = {"signature_algorithm": {"algorithm": "sha256_ecdsa"}, "signature": b"no"}
    assert answer(request.dump()).certificate_status is ocsp.OCSPCertStatus.UNKNOWN


def test_questions_are_counted() -> None:
    """None, and more than the limit, are malformed."""
    certificate = leaf()
    full = asn1_ocsp.OCSPRequest.load(ask(*[certificate] * MAX_CERTIFICATES))
    assert len(list(answer(full.dump()).responses)) == MAX_CERTIFICATES
    over = ask(*[certificate] * (MAX_CERTIFICATES + 1))
    assert parse_query(over) is OcspError.MALFORMED_REQUEST
    full["tbs_request"]["request_list"] = []
    assert parse_query(full.dump()) is OcspError.MALFORMED_REQUEST


def test_another_version_is_malformed() -> None:
    """RFC 6960 §4.1.1: v1 is the only one."""
    request = ask(leaf())
    assert request[4:6] == b"\x30\x51"
    grown = bytes((0x30, request[1] + 5, 0x30, request[3] + 5)) + bytes.fromhex("a003020101") + request[4:]
    assert request[:4] == bytes((0x30, len(request) - 2, 0x30, len(request) - 4))
    assert parse_query(grown) is OcspError.MALFORMED_REQUEST


@pytest.mark.parametrize(
    "request_bytes", [b"", b"\x30", b"\x30\x00", b"\x30\x80\x00\x00", b"\xff" * 64, b"\x30\x84\xff\xff\xff\xff"]
)
def test_what_is_no_request_is_malformed(request_bytes: bytes) -> None:
    """RFC 6960 §2.3; the answer is unsigned."""
    told = answer(request_bytes)
    assert told.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST
    assert told.public_bytes(serialization.Encoding.DER) == bytes.fromhex("30030a0101")


def test_each_error_has_its_number() -> None:
    """RFC 6960 §4.2.1."""
    for error, status in (
        (OcspError.MALFORMED_REQUEST, ocsp.OCSPResponseStatus.MALFORMED_REQUEST),
        (OcspError.INTERNAL_ERROR, ocsp.OCSPResponseStatus.INTERNAL_ERROR),
        (OcspError.TRY_LATER, ocsp.OCSPResponseStatus.TRY_LATER),
        (OcspError.UNAUTHORIZED, ocsp.OCSPResponseStatus.UNAUTHORIZED),
    ):
        assert ocsp.load_der_ocsp_response(build_error(error)).response_status is status


def test_a_certificate_that_was_not_delegated_answers_nothing() -> None:
    """RFC 6960 §4.2.2.2: issued by the authority in question, for OCSP signing; nocheck, or who would check it?"""
    issuing, root = infrastructure().issuing, infrastructure().root
    wrong: list[tuple[Credential, x509.Certificate]] = [
        (delegate(issuing), root.certificate),
        (delegate(root), issuing.certificate),
        (delegate(issuing, nocheck=False), issuing.certificate),
        (delegate(issuing, purposes=(x509.OID_TIME_STAMPING,)), issuing.certificate),
        (delegate(issuing, purposes=(x509.OID_OCSP_SIGNING, x509.OID_SERVER_AUTH)), issuing.certificate),
        (certify(CertificateProfile.SERVICE), issuing.certificate),
    ]
    for credential, issuer in wrong:
        with pytest.raises(UsageError) as caught:
            OcspResponder(credential, issuer=issuer)
        assert caught.value.code is ErrorCode.CERTIFICATE_NOT_USABLE


def test_the_name_of_a_certificate_is_what_clients_write() -> None:
    """What is signed ahead must be found again: CertID with SHA-1 and NULL parameters, and by SHA-256."""
    by, certificate = responder(), leaf()
    for algorithm, oid in ((SHA1, "1.3.14.3.2.26"), (hashes.SHA256(), "2.16.840.1.101.3.4.2.1")):
        query = parse_query(ask(certificate, algorithm=algorithm))
        assert by.query_for(certificate.serial_number, hash_oid=oid) == query


@pytest.mark.parametrize("algorithm", [KeyAlgorithm.P256, KeyAlgorithm.P384, KeyAlgorithm.RSA_2048])
def test_openssl_accepts_the_answers(algorithm: KeyAlgorithm, tmp_path: Path) -> None:
    """Openssl asks about three certificates with a nonce, and believes what it is told."""
    good, revoked, never = leaf(), leaf(), leaf()
    own = infrastructure()
    (tmp_path / "root.pem").write_bytes(pem(own.root.certificate))
    (tmp_path / "issuing.pem").write_bytes(pem(own.issuing.certificate))
    asked: list[str | Path] = []
    for name, certificate in (("good", good), ("revoked", revoked), ("never", never)):
        (tmp_path / name).write_bytes(pem(certificate))
        asked += ["-cert", tmp_path / name]
    request, reply = tmp_path / "request", tmp_path / "reply"
    made = openssl("ocsp", "-issuer", tmp_path / "issuing.pem", *asked, "-reqout", request)
    assert made.returncode == 0, made.stderr
    statuses = {good.serial_number: GOOD, revoked.serial_number: REVOKED}
    now = datetime.now(UTC)
    by = responder(algorithm=algorithm, not_after=now + timedelta(days=30))
    reply.write_bytes(by.respond(parse_query(request.read_bytes()), statuses, at=now))
    told = openssl(
        "ocsp", "-issuer", tmp_path / "issuing.pem", "-reqin", request, "-respin", reply, "-resp_text",
        "-CAfile", tmp_path / "root.pem", "-verify_other", tmp_path / "issuing.pem",
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert told.stderr.strip() == b"Response verify OK"
    lines = [line.strip() for line in told.stdout.decode().splitlines()]
    assert [line for line in lines if line.startswith("Cert Status")] == [
        "Cert Status: good",
        "Cert Status: revoked",
        "Cert Status: unknown",
    ]
    assert "Revocation Reason: keyCompromise (0x1)" in lines


def test_our_own_reader_believes_the_answers() -> None:
    """What the authority says is what verification hears."""
    by, certificate = responder(), leaf()
    request = parse_query(ask(certificate))
    for statement, expected in ((GOOD, CertificateStatus.GOOD), (REVOKED, CertificateStatus.REVOKED)):
        der = by.respond(request, {certificate.serial_number: statement}, at=NOW)
        evidence = read_evidence(crls=(), ocsps=[der])
        issuer = infrastructure().issuing.certificate
        assert certificate_status(certificate, issuer=issuer, evidence=evidence, at=NOW).status is expected
