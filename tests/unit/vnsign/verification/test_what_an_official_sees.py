"""Each way in which a certificate, a time or an algorithm lets a signature down: indication, and a Vietnamese sentence.

Everything is real: an authority that revokes, lists, OCSP answers and timestamps it signs.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

import vnsign
from tests.evidence_kit import made_answer
from tests.forgery import append_increment, body_of, next_number, number_of_catalog, stream
from tests.judging_kit import (
    BEGIN,
    CA,
    DAY,
    HOUR,
    HandMade,
    OwnRoot,
    World,
    judge,
    make_world,
    only,
    stamp_of,
    step_of,
)
from tests.materials import plain_pdf
from vnsign.authority.records import OwnRole
from vnsign.pdf.reading.structure import read_structure
from vnsign.pdf.source import BytesSource, to_bytes
from vnsign.pki.evidence import RevocationEvidence
from vnsign.pki.ocsp_asking import OcspQuestion, build_request
from vnsign.pki.signature_values import compute_digest
from vnsign.report import (
    CertificateState,
    DocumentReport,
    EvidenceOrigin,
    FindingCode,
    Indication,
    Outcome,
    Severity,
    SignatureReport,
    Step,
    SubIndication,
    TimeSource,
)
from vnsign.signing.sign import SignatureRequest, sign
from vnsign.verification.messages import Language, sentence


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


def said(report: DocumentReport, code: FindingCode) -> str:
    """Return what an official reads about one finding; its codes do not appear in it."""
    found = next(f for f in report.all_findings() if f.code is code)
    text = sentence(found, Language.VI)
    assert "_" not in text
    return text


def result(signature: SignatureReport) -> tuple[Indication, SubIndication | None]:
    """Return both indications."""
    return signature.indication, signature.subindication


# ---------------------------------------------------------------- revoked


def test_revoked_before_signing(fresh: World) -> None:
    """Signed, by the signer's own account and by the timestamp, after the revocation: TOTAL_FAILED, REVOKED."""
    fresh.revoke_leader(BEGIN + HOUR)
    report = fresh.inspect(fresh.sign(), crls=fresh.crls())

    assert result(only(report)) == (Indication.TOTAL_FAILED, SubIndication.REVOKED)
    text = said(report, FindingCode.CERTIFICATE_REVOKED)
    assert "Nguyễn Văn Ủy" in text
    assert "đã bị thu hồi lúc 02/03/2026 16:00:00" in text
    leader = only(report).chain[0]
    assert (leader.state, leader.revoked_at) == (CertificateState.REVOKED, BEGIN + HOUR)


def test_revoked_before_the_timestamp_but_claimed_to_be_older(fresh: World) -> None:
    """The timestamp is younger than the revocation; the signature may still be older: REVOKED_NO_POE."""
    fresh.revoke_leader(BEGIN + HOUR)
    fresh.clock.moment = BEGIN + HOUR / 2
    unstamped = fresh.sign(level="B-B")
    fresh.clock.moment = BEGIN + 2 * HOUR
    later = vnsign.extend_pdf(unstamped, level="B-T", tsa=fresh.office.tsa, clock=fresh.clock)
    report = fresh.inspect(later, crls=fresh.crls())

    assert result(only(report)) == (Indication.INDETERMINATE, SubIndication.REVOKED_NO_POE)


def test_revoked_after_signing(fresh: World) -> None:
    """NĐ 68/2024 Điều 31: the status at signing counts; the report says that it was revoked since."""
    signed = fresh.sign()
    fresh.clock.moment += 2 * HOUR
    fresh.revoke_leader(fresh.clock.now() - HOUR)
    report = fresh.inspect(signed, crls=fresh.crls())
    signature = only(report)

    assert signature.indication is Indication.TOTAL_PASSED
    assert signature.judged_at_source is TimeSource.SIGNATURE_TIMESTAMP
    assert signature.chain[0].state is CertificateState.GOOD
    assert signature.chain[0].revoked_at == BEGIN + 3 * HOUR
    text = said(report, FindingCode.CERTIFICATE_REVOKED_LATER)
    assert "bị thu hồi lúc 02/03/2026 18:00:00, sau khi ký (02/03/2026 17:00:00)" in text
    past = step_of(signature, Step.PAST_VALIDATION)
    assert past.outcome is Outcome.PASSED
    assert {check.name for check in past.checks} >= {"proof_of_existence", "revoked_since"}


def test_a_revoked_authority_is_told_apart_from_a_revoked_signer() -> None:
    """REVOKED_CA_NO_POE: undecided whatever the signer says of his own time (EN 319 102-1 §5.2.6.4)."""
    root, middle = OwnRoot(), OwnRoot(name="Cấp dưới")
    ca = root.issue(middle.key, CA, serial=7, subject="Cấp dưới")
    key = ec.generate_private_key(ec.SECP256R1())
    made = HandMade(key=key, certificate=middle.issue(key), chain=(ca,), claimed=BEGIN)
    lists = (root.crl(revoked=[(7, BEGIN - HOUR)]), middle.crl())
    signature = only(judge(made.pdf(), root.trust(*lists)))

    assert result(signature) == (Indication.INDETERMINATE, SubIndication.REVOKED_CA_NO_POE)


def test_a_certificate_on_hold_is_neither_good_nor_revoked() -> None:
    """EN 319 102-1 §5.2.6.4 step 4 c: TRY_LATER."""
    root, key = OwnRoot(), ec.generate_private_key(ec.SECP256R1())
    made = HandMade(key=key, certificate=root.issue(key), claimed=BEGIN)
    report = judge(made.pdf(), root.trust(root.crl(revoked=[(2, BEGIN - HOUR)], on_hold=True)))

    assert result(only(report)) == (Indication.INDETERMINATE, SubIndication.TRY_LATER)
    assert "đang bị tạm dừng từ 02/03/2026 14:00:00" in said(report, FindingCode.CERTIFICATE_ON_HOLD)


# ---------------------------------------------------------------- expired, not yet valid


def test_expired_without_proof_of_an_earlier_time(world: World) -> None:
    """OUT_OF_BOUNDS_NO_POE: nothing tells whether it was made in time, nor whether it was revoked until then."""
    report = world.inspect(world.sign(level="B-B"), crls=world.crls(), at=BEGIN + timedelta(days=6 * 365))

    assert result(only(report)) == (Indication.INDETERMINATE, SubIndication.OUT_OF_BOUNDS_NO_POE)
    text = said(report, FindingCode.CERTIFICATE_EXPIRED)
    assert "đã hết hạn ngày" in text
    assert "không chứng minh được chữ ký có từ trước đó" in text


def test_expired_and_known_not_to_have_been_revoked() -> None:
    """OUT_OF_BOUNDS_NOT_REVOKED: a list in force at its end says so."""
    root, key = OwnRoot(end=BEGIN + 3000 * DAY), ec.generate_private_key(ec.SECP256R1())
    certificate = root.issue(key, end=BEGIN + 30 * DAY)
    trust = root.trust(root.crl(made=BEGIN + 29 * DAY, until=BEGIN + 60 * DAY))
    signature = only(judge(HandMade(key=key, certificate=certificate, claimed=BEGIN).pdf(), trust, at=BEGIN + 90 * DAY))

    assert result(signature) == (Indication.INDETERMINATE, SubIndication.OUT_OF_BOUNDS_NOT_REVOKED)


def test_signed_after_the_certificate_expired() -> None:
    """By the signer's own account: TOTAL_FAILED, EXPIRED."""
    root, key = OwnRoot(), ec.generate_private_key(ec.SECP256R1())
    certificate = root.issue(key, end=BEGIN - HOUR)
    report = judge(HandMade(key=key, certificate=certificate, claimed=BEGIN).pdf(), root.trust())

    assert result(only(report)) == (Indication.TOTAL_FAILED, SubIndication.EXPIRED)


def test_expired_since_but_proven_to_be_older(world: World) -> None:
    """With evidence and a timestamp of its time the verdict stays, and the report says that it has expired since."""
    report = world.inspect(world.sign(level="B-LT"), at=world.office.leader.certificate.not_valid_after_utc + HOUR)
    signature = only(report)

    assert FindingCode.CERTIFICATE_EXPIRED not in {f.code for f in signature.findings}
    assert "nay đã hết hạn" in said(report, FindingCode.CERTIFICATE_EXPIRED_LATER)


def test_proven_to_be_older_than_its_certificate(world: World) -> None:
    """TOTAL_FAILED, NOT_YET_VALID."""
    root, key = OwnRoot(), ec.generate_private_key(ec.SECP256R1())
    certificate = root.issue(key, start=BEGIN + 3 * HOUR)
    trust = vnsign.TrustStore(
        anchors=(root.certificate(), *world.trust().anchors),
        intermediates=world.trust().intermediates,
        crls=(root.crl(), *world.crls()),
    )
    made = HandMade(key=key, certificate=certificate, stamp=stamp_of(world))
    signature = only(judge(made.pdf(), trust, at=BEGIN + 4 * HOUR))

    assert result(signature) == (Indication.TOTAL_FAILED, SubIndication.NOT_YET_VALID)


# ---------------------------------------------------------------- usage, status


def test_wrong_usage(world: World) -> None:
    """A time-stamping certificate signs no documents: CHAIN_CONSTRAINTS_FAILURE."""
    tsa = vnsign.Signer.from_credential(world.office.authority._own.credential(OwnRole.TSA))
    signed = to_bytes(sign(BytesSource(plain_pdf()), tsa, SignatureRequest(at=world.clock.now())).pdf)
    report = world.inspect(signed, crls=world.crls())

    assert result(only(report)) == (Indication.INDETERMINATE, SubIndication.CHAIN_CONSTRAINTS_FAILURE)
    assert "không được cấp để dùng cho mục đích này; chứng thư dùng để: cấp dấu thời gian (timeStamping)" in said(
        report, FindingCode.KEY_USAGE_UNSUITABLE
    )


def test_unknown_status(world: World) -> None:
    """No evidence: TRY_LATER, and "could not check" in so many words."""
    report = world.inspect(world.sign())

    assert result(only(report)) == (Indication.INDETERMINATE, SubIndication.TRY_LATER)
    text = said(report, FindingCode.REVOCATION_NOT_CHECKED)
    assert "Chưa kiểm tra được chứng thư" in text
    assert only(report).chain[0].state is CertificateState.UNKNOWN


def test_an_answer_by_ocsp_is_as_good_as_a_list(world: World) -> None:
    """NĐ 68/2024 Điều 31.1.c: by CRL or OCSP; the report says which, how old it is, and where it lay."""
    signed = world.sign(level="B-B")
    issuing = world.office.authority._own.credential(OwnRole.ISSUING)
    root_list = world.crls()[:1]

    def answers(status: ocsp.OCSPCertStatus) -> RevocationEvidence:
        leader = world.office.leader.certificate
        question = OcspQuestion(certificate=leader, issuer=issuing.certificate, nonce=b"n" * 32)
        answer = made_answer(
            build_request(question),
            leader,
            issuing,
            issuer=issuing.certificate,
            status=status,
            age=datetime.now(UTC) - world.clock.now(),
        )
        return RevocationEvidence(crls=root_list, ocsps=(ocsp.load_der_ocsp_response(answer),))

    good = only(world.inspect(signed, side=answers(ocsp.OCSPCertStatus.GOOD)))
    revoked = only(world.inspect(signed, side=answers(ocsp.OCSPCertStatus.REVOKED)))

    assert good.indication is Indication.TOTAL_PASSED
    (evidence,) = good.chain[0].evidence
    assert (evidence.kind, evidence.origins) == ("ocsp", (EvidenceOrigin.SIDE_STORE,))
    assert revoked.subindication is SubIndication.REVOKED


# ---------------------------------------------------------------- time


def test_a_forged_timestamp(world: World, tmp_path: Path) -> None:
    """A token by somebody with the authority's names and another key proves nothing, and is not passed over."""
    twin = make_world(tmp_path / "twin")
    root, key = OwnRoot(), ec.generate_private_key(ec.SECP256R1())
    made = HandMade(key=key, certificate=root.issue(key), claimed=BEGIN, stamp=stamp_of(twin))
    trust = vnsign.TrustStore(anchors=(root.certificate(), *world.trust().anchors), crls=(root.crl(), *world.crls()))
    report = judge(made.pdf(), trust, at=BEGIN + 3 * HOUR)

    assert only(report).time_source is TimeSource.CLAIMED
    assert report.timestamps[0].indication is Indication.INDETERMINATE
    text = said(report, FindingCode.TIMESTAMP_NOT_TRUSTED)
    assert "Dấu thời gian chưa tin cậy được (không thuộc tổ chức cấp mà bạn tin cậy)" in text


def test_a_timestamp_altered_by_one_bit(world: World) -> None:
    """Its own signature no longer verifies: the signature is left open, never silently valid."""
    key, root = ec.generate_private_key(ec.SECP256R1()), OwnRoot()

    def forged(value: bytes) -> bytes:
        token = bytearray(stamp_of(world)(value))
        token[token.index(b"20260302") + 3] ^= 1
        return bytes(token)

    made = HandMade(key=key, certificate=root.issue(key), claimed=BEGIN, stamp=forged)
    report = judge(made.pdf(), root.trust(), at=BEGIN + 3 * HOUR)

    assert only(report).indication is Indication.INDETERMINATE
    assert "Dấu thời gian không hợp lệ" in said(report, FindingCode.TIMESTAMP_INVALID)


def test_timestamps_in_an_impossible_order(world: World) -> None:
    """What was signed cannot have been stamped after the signature over it: TIMESTAMP_ORDER_FAILURE."""
    root, key = OwnRoot(), ec.generate_private_key(ec.SECP256R1())

    def at(moment: timedelta) -> None:
        world.clock.moment = BEGIN + moment

    def content(data: bytes) -> bytes:
        at(5 * HOUR)
        return stamp_of(world)(data)

    def own(value: bytes) -> bytes:
        at(2 * HOUR)
        return stamp_of(world)(value)

    trust = vnsign.TrustStore(
        anchors=(root.certificate(), *world.trust().anchors),
        intermediates=world.trust().intermediates,
        crls=(root.crl(), *world.crls()),
    )
    made = HandMade(key=key, certificate=root.issue(key), content_stamp=content, stamp=own)
    at(6 * HOUR)
    pdf = made.pdf()
    report = judge(pdf, trust, at=BEGIN + 7 * HOUR)

    assert result(only(report)) == (Indication.INDETERMINATE, SubIndication.TIMESTAMP_ORDER_FAILURE)
    assert {t.kind for t in report.timestamps} == {"content", "signature"}
    assert "mâu thuẫn" in said(report, FindingCode.TIMESTAMP_ORDER)


def test_local_time_written_as_utc_is_remarked_and_never_used(world: World) -> None:
    """Seven hours after the timestamp: a known fault of tools; the proven time is shown and judged by."""
    root, key = OwnRoot(), ec.generate_private_key(ec.SECP256R1())
    trust = vnsign.TrustStore(
        anchors=(root.certificate(), *world.trust().anchors),
        intermediates=world.trust().intermediates,
        crls=(root.crl(), *world.crls()),
    )
    made = HandMade(key=key, certificate=root.issue(key), claimed=BEGIN + 9 * HOUR, stamp=stamp_of(world))
    report = judge(made.pdf(), trust, at=BEGIN + 3 * HOUR)

    assert only(report).indication is Indication.TOTAL_PASSED
    assert only(report).signing_time == BEGIN + 2 * HOUR
    (remark,) = [f for f in only(report).findings if f.code is FindingCode.CLAIMED_TIME_DIFFERS]
    assert remark.values["quirk"] == "local time as UTC"
    assert "muộn hơn dấu thời gian" in said(report, FindingCode.CLAIMED_TIME_DIFFERS)


def test_a_content_timestamp_proves_that_the_signature_is_younger(world: World) -> None:
    """EN 319 102-1 §5.3.4 step 4: stamped before it was signed, and that after the revocation: REVOKED."""
    root, key = OwnRoot(), ec.generate_private_key(ec.SECP256R1())
    trust = vnsign.TrustStore(
        anchors=(root.certificate(), *world.trust().anchors),
        intermediates=world.trust().intermediates,
        crls=(root.crl(made=BEGIN + 3 * HOUR, revoked=[(2, BEGIN + HOUR)]), *world.crls()),
    )
    made = HandMade(key=key, certificate=root.issue(key), content_stamp=stamp_of(world), claimed=BEGIN)
    signature = only(judge(made.pdf(), trust, at=BEGIN + 4 * HOUR))

    assert result(signature) == (Indication.TOTAL_FAILED, SubIndication.REVOKED)


# ---------------------------------------------------------------- algorithms


@pytest.mark.parametrize(
    ("digest", "bits", "named"), [("sha1", 2048, "SHA-1"), ("sha256", 1024, "RSA 1024 bit")], ids=["SHA-1", "RSA-1024"]
)
def test_a_weak_algorithm(digest: str, bits: int, named: str) -> None:
    """Made after its end by the signer's own account no proof can help; else a proof of its time would."""
    root, key = OwnRoot(), rsa.generate_private_key(65537, bits)
    made = HandMade(key=key, certificate=root.issue(key), digest=digest, scheme="rsassa_pkcs1v15", claimed=BEGIN)
    report = judge(made.pdf(), root.trust())
    silent = HandMade(key=key, certificate=made.certificate, digest=digest, scheme="rsassa_pkcs1v15")

    assert result(only(report)) == (Indication.INDETERMINATE, SubIndication.CRYPTO_CONSTRAINTS_FAILURE)
    assert f"Thuật toán {named} không được chấp nhận" in said(report, FindingCode.ALGORITHM_NOT_ACCEPTED)
    open_ = only(judge(silent.pdf(), root.trust()))
    assert result(open_) == (Indication.INDETERMINATE, SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE)


def test_a_weak_algorithm_proven_to_be_of_its_time(tmp_path: Path) -> None:
    """An archive does not turn red: SHA-1 stamped in 2015 passes with a warning."""
    begin = BEGIN.replace(year=2015)
    world = make_world(tmp_path / "authority", begin=begin)
    root, key = OwnRoot(start=begin - DAY, end=begin + 3000 * DAY), rsa.generate_private_key(65537, 2048)
    trust = vnsign.TrustStore(
        anchors=(root.certificate(), *world.trust().anchors),
        intermediates=world.trust().intermediates,
        crls=(root.crl(), *world.crls()),
    )
    made = HandMade(
        key=key,
        certificate=root.issue(key),
        digest="sha1",
        scheme="rsassa_pkcs1v15",
        claimed=begin,
        stamp=stamp_of(world),
    )
    report = judge(made.pdf(), trust, at=begin + 3 * HOUR)

    assert only(report).indication is Indication.TOTAL_PASSED
    assert "Thuật toán SHA-1 đã yếu" in said(report, FindingCode.ALGORITHM_WEAK)
    assert [f.severity for f in only(report).findings if f.code is FindingCode.ALGORITHM_WEAK] == [Severity.WARNING]


# ---------------------------------------------------------------- keeping a verdict


def test_a_b_lt_file_keeps_its_verdict_forty_days_after_its_evidence_ran_out(world: World) -> None:
    """Judged at the timestamp with the evidence in the file; the report names that evidence and where it lay."""
    signed = world.sign(level="B-LT")
    ran_out = max(
        evidence.next_update
        for certificate in only(world.inspect(signed)).chain
        for evidence in certificate.evidence
        if evidence.next_update is not None and certificate.role == "signer"
    )
    signature = only(world.inspect(signed, at=ran_out + 40 * DAY))

    assert signature.indication is Indication.TOTAL_PASSED
    assert all(EvidenceOrigin.SECURITY_STORE in e.origins for c in signature.chain for e in c.evidence if e.is_decisive)


def test_validation_information_of_one_signature_is_read_with_its_times(world: World) -> None:
    """ETSI EN 319 142-1 §5.4.2: /VRI brings evidence; /TU and /TS are told, and prove nothing."""
    made = world.sign(level="B-B")
    (found,) = read_structure(made).signatures
    key = compute_digest("sha1", found.contents).hex().upper().encode()
    first = next_number(made)
    catalog = number_of_catalog(made)
    lists = [crl.public_bytes(Encoding.DER) for crl in world.crls()]
    token = stamp_of(world)(b"anything")
    entry = b"/CRL [%d 0 R %d 0 R] /TU (D:20260302170000+07'00') /TS %d 0 R" % (first, first + 1, first + 2)
    dated = append_increment(
        made,
        {
            catalog: body_of(made, catalog, DSS=b"<< /VRI << /%s << %s >> >> >>" % (key, entry)),
            first: stream(lists[0]),
            first + 1: stream(lists[1]),
            first + 2: stream(token),
        },
    )
    report = world.inspect(dated)

    assert only(report).indication is Indication.TOTAL_PASSED
    assert only(report).time_source is TimeSource.CLAIMED
    assert {e.origins for c in only(report).chain for e in c.evidence if e.is_decisive} == {
        (EvidenceOrigin.VALIDATION_RELATED_INFORMATION,)
    }
    (remark,) = report.findings
    assert remark.values == {"recorded_at": "2026-03-02T10:00:00+00:00", "timestamp": "2026-03-02T10:00:00+00:00"}
    assert "02/03/2026 17:00:00" in said(report, FindingCode.VALIDATION_INFORMATION_DATED)
