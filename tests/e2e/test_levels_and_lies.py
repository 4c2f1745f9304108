"""Services that are down, slow or lie: the error says which and what, and no file at a lower level appears.

Every lie is told by a real server, in real bytes, signed with real keys, some of them the right ones.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import ocsp
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

import vnsign
from tests.evidence_kit import DAY, Asked, Site, issuing, made_answer, made_list, running_site, stranger
from tests.materials import HandClock, plain_pdf
from vnsign import ErrorCode, HttpTimestampSource
from vnsign.adapters import http_transport
from vnsign.authority.records import OwnRole
from vnsign.pki.tsa import FailInfo, build_rejection

pytestmark = pytest.mark.slow  # real services and pages: CI runs them

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between tries are not what is tested."""
    monkeypatch.setattr(http_transport, "_RETRY_PAUSES_S", (0.001, 0.001))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One running authority for the module."""
    with running_site(tmp_path_factory.mktemp("site") / "ca") as running:
        yield running


@pytest.fixture
def site(shared: Site) -> Iterator[Site]:
    """The authority, honest again after each test."""
    shared.lies.clear()
    shared.asked.clear()
    yield shared
    shared.lies.clear()
    assert shared.tripped == []


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Site]:
    """An authority of one's own, to revoke in."""
    with running_site(tmp_path / "ca") as running:
        yield running


def refusal(act: Callable[[], object]) -> vnsign.VnsignError:
    """Return the error that ``act`` ends with."""
    with pytest.raises(vnsign.VnsignError) as caught:
        act()
    return caught.value


# ---------------------------------------------------------------- time-stamping authorities


def other_nonce(asked: Asked) -> bytes:
    """A real token of the right authority over the right hash, for another request."""
    request = tsp.TimeStampReq.load(asked.body)
    request["nonce"] = 12345
    return SITE[0].authority.answer_timestamp(request.dump())


def other_imprint(asked: Asked) -> bytes:
    """A real token over another document."""
    request = tsp.TimeStampReq.load(asked.body)
    request["message_imprint"]["hashed_message"] = bytes(32)
    return SITE[0].authority.answer_timestamp(request.dump())


def other_hash(asked: Asked) -> bytes:
    """A real token over a hash of another kind."""
    request = tsp.TimeStampReq.load(asked.body)
    request["message_imprint"] = {"hash_algorithm": {"algorithm": "sha512"}, "hashed_message": bytes(64)}
    return SITE[0].authority.answer_timestamp(request.dump())


def by_a_signer(asked: Asked) -> bytes:
    """A token made with a certificate that is not for time-stamping."""
    key, name = rsa.generate_private_key(65537, 2048), SITE[0].authority.tsa.certificate.subject
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - DAY)
        .not_valid_after(datetime.now(UTC) + DAY)
        .sign(key, hashes.SHA256())
    )
    foreign = DummyTimeStamper(
        asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER)),
        asn1_keys.PrivateKeyInfo.load(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())),
    )
    return bytes(asyncio.run(foreign.async_request_tsa_response(tsp.TimeStampReq.load(asked.body))).dump())


def broken_signature(asked: Asked) -> bytes:
    """The right token with one bit of its signature flipped."""
    return asked.answered[:-5] + bytes([asked.answered[-5] ^ 1]) + asked.answered[-4:]


SITE: list[Site] = []
TSA_LIES: dict[str, tuple[Callable[[Asked], bytes | int | None], ErrorCode, str]] = {
    "hangs up": (lambda _: None, ErrorCode.SERVICE_UNREACHABLE, ""),
    "busy": (lambda _: 503, ErrorCode.SERVICE_UNREACHABLE, "503"),
    "forbids": (lambda _: 403, ErrorCode.SERVICE_REFUSED, "403"),
    "garbage": (lambda _: b"<html>Login</html>", ErrorCode.MALFORMED_TIMESTAMP, ""),
    "nothing": (lambda _: b"", ErrorCode.MALFORMED_TIMESTAMP, ""),
    "rejects": (lambda _: build_rejection(FailInfo.SYSTEM_FAILURE, "disk full"), ErrorCode.SERVICE_REFUSED, "disk"),
    "wrong nonce": (other_nonce, ErrorCode.MALFORMED_TIMESTAMP, "nonce"),
    "wrong imprint": (other_imprint, ErrorCode.MALFORMED_TIMESTAMP, "imprint"),
    "other hash": (other_hash, ErrorCode.MALFORMED_TIMESTAMP, ""),
    "wrong purpose": (by_a_signer, ErrorCode.MALFORMED_TIMESTAMP, ""),
    "broken signature": (broken_signature, ErrorCode.MALFORMED_TIMESTAMP, ""),
    "200 MB": (lambda _: bytes(200_000_000), ErrorCode.SERVICE_REFUSED, "larger"),
}


@pytest.mark.parametrize("level", ["B-T", pytest.param("B-LTA", marks=pytest.mark.slow)])
@pytest.mark.parametrize("lie", TSA_LIES)
def test_a_token_that_is_not_right_stops_the_signature(lie: str, level: str, site: Site) -> None:
    """The address of the authority and the reason are in the error."""
    SITE[:] = [site]
    site.lies["tsa"], code, words = TSA_LIES[lie]

    error = refusal(lambda: site.sign(plain_pdf(), level))

    assert error.code is code
    assert site.tsa in error.message
    assert words in error.message


def test_an_authority_that_lies_about_the_archive_only_stops_it_too(site: Site) -> None:
    """The first token is right, the second is not: nothing at B-LT is left over."""
    seen: list[Asked] = []

    def second_wrong(asked: Asked) -> bytes:
        seen.append(asked)
        return asked.answered if len(seen) == 1 else b"no"

    site.lies["tsa"] = second_wrong
    assert refusal(lambda: site.sign(plain_pdf(), "B-LTA")).code is ErrorCode.MALFORMED_TIMESTAMP
    assert len(seen) == 2


def test_a_slow_authority_ends_at_the_time_limit(site: Site) -> None:
    """Said as what it is; asked once, for a second request would not make it faster."""

    def slow(asked: Asked) -> bytes:
        time.sleep(1.5)
        return asked.answered

    site.lies["tsa"] = slow
    begun = time.monotonic()
    error = refusal(lambda: site.sign(plain_pdf(), "B-T", tsa=HttpTimestampSource(site.tsa, timeout_s=0.3)))

    assert time.monotonic() - begun < 1.5
    assert (error.code, "no answer within 0.3 s" in error.message) == (ErrorCode.SERVICE_UNREACHABLE, True)
    assert site.kinds().count("tsa") == 1


def test_several_authorities_are_tried_in_order(site: Site) -> None:
    """One is dead, one lies, the third is right; afterwards the third is asked first."""
    dead, lying = "http://127.0.0.1:9/tsa", site.tsa + "?lying"
    site.lies["tsa?lying"] = lambda _: b"no"
    source = vnsign.FallbackTimestampSource([dead, lying, site.tsa])

    signed = site.sign(plain_pdf(), "B-T", tsa=source)
    assert site.report(signed).signatures[0].level is vnsign.Level.PADES_B_T
    first = [each.path for each in site.asked if "tsa" in each.path]
    site.asked.clear()
    site.sign(plain_pdf(), "B-T", tsa=source)
    second = [each.path for each in site.asked if "tsa" in each.path]

    assert (first, second) == (["/tsa?lying", "/tsa"], ["/tsa"])


def test_the_error_says_what_each_authority_said(site: Site) -> None:
    """Nobody has to guess which of them to call."""
    site.lies["tsa"] = lambda _: 403
    error = refusal(lambda: site.sign(plain_pdf(), "B-T", tsa=["http://127.0.0.1:9/tsa", site.tsa]))

    assert error.code is ErrorCode.SERVICE_UNREACHABLE
    assert "http://127.0.0.1:9/tsa" in error.message
    assert f"{site.tsa}: HTTP 403" in error.message


def test_an_empty_list_of_authorities_is_refused(site: Site) -> None:
    """It is not the same as none being needed."""
    assert refusal(lambda: site.sign(plain_pdf(), "B-T", tsa=[])).code is ErrorCode.BAD_ARGUMENT


# ---------------------------------------------------------------- OCSP


def leader_of(site: Site) -> x509.Certificate:
    """Return the signer's certificate."""
    return site.leader.certificate


def about_leader(**terms: object) -> Callable[[Asked], bytes]:
    """Answer every question with one about the leader, signed by his issuer unless another is named."""

    def answer(asked: Asked) -> bytes:
        site = SITE[0]
        authority = issuing(site)
        wanted: dict[str, object] = {"issuer": authority.certificate} | terms
        responder = wanted.pop("responder", authority)
        certificate = wanted.pop("certificate", leader_of(site))
        return made_answer(asked.body, certificate, responder, **wanted)  # type: ignore[arg-type]  # terms of several types

    return answer


OCSP_LIES: dict[str, tuple[Callable[[Asked], bytes | int | None], ErrorCode, str]] = {
    "unknown": (about_leader(status=ocsp.OCSPCertStatus.UNKNOWN), ErrorCode.CERTIFICATE_STATUS_UNKNOWN, "unknown"),
    "try later": (lambda _: b"\x30\x03\x0a\x01\x03", ErrorCode.SERVICE_REFUSED, "try_later"),
    "unauthorized": (lambda _: b"\x30\x03\x0a\x01\x06", ErrorCode.SERVICE_REFUSED, "unauthorized"),
    "expired": (about_leader(age=3 * DAY), ErrorCode.MALFORMED_OCSP, "too old"),
    "old without end": (about_leader(age=3 * DAY, life=None), ErrorCode.MALFORMED_OCSP, "too old"),
    "from the future": (about_leader(age=-HOUR), ErrorCode.MALFORMED_OCSP, "future"),
    "wrong key": (
        lambda asked: about_leader(responder=stranger())(asked),  # noqa: PLW0108 — made when asked for
        ErrorCode.MALFORMED_OCSP,
        "not signed by the certificate's issuer",
    ),
    "another nonce": (about_leader(nonce=b"another one's"), ErrorCode.MALFORMED_OCSP, "nonce"),
    "another certificate": (
        lambda asked: about_leader(certificate=SITE[0].deputy.certificate)(asked),  # noqa: PLW0108 — when there is one
        ErrorCode.MALFORMED_OCSP,
        "another certificate",
    ),
    "garbage": (lambda _: b"<html>", ErrorCode.MALFORMED_OCSP, "not an OCSP response"),
    "hangs up": (lambda _: None, ErrorCode.SERVICE_UNREACHABLE, ""),
    "missing": (lambda _: 404, ErrorCode.SERVICE_REFUSED, "404"),
    "200 MB": (lambda _: bytes(200_000_000), ErrorCode.SERVICE_REFUSED, "larger"),
}


@pytest.mark.parametrize("lie", OCSP_LIES)
def test_an_answer_that_tells_nothing_stops_b_lt(lie: str, site: Site) -> None:
    """No list either: the error says what the responder did, and then what became of the list."""
    SITE[:] = [site]
    site.lies["ocsp"], code, words = OCSP_LIES[lie]
    site.lies["crl"] = lambda _: 404

    error = refusal(lambda: site.sign(plain_pdf(), "B-LT", check_status=False))

    assert error.code is code
    assert words in error.message
    assert "/ocsp" in error.message
    assert "/crl/issuing.crl: HTTP 404" in error.message


@pytest.mark.parametrize(
    "lie", [lie if lie in {"unknown", "missing"} else pytest.param(lie, marks=pytest.mark.slow) for lie in OCSP_LIES]
)
def test_the_list_serves_where_the_answer_tells_nothing(lie: str, site: Site) -> None:
    """NĐ 68/2024 Điều 31: by CRL or OCSP; RFC 6960 §2.2."""
    SITE[:] = [site]
    site.lies["ocsp"] = OCSP_LIES[lie][0]

    signed = site.sign(plain_pdf(), "B-LT")

    assert site.report(signed).verdict is vnsign.Verdict.TOTAL_PASSED


def test_an_answer_without_a_nonce_is_taken(site: Site) -> None:
    """RFC 9654 §2.1: a responder may answer with what it made before; it must be in force."""
    kept: list[bytes] = []

    def earlier(asked: Asked) -> bytes:
        request = ocsp.load_der_ocsp_request(asked.body)
        builder = ocsp.OCSPRequestBuilder().add_certificate_by_hash(
            request.issuer_name_hash, request.issuer_key_hash, request.serial_number, request.hash_algorithm
        )
        which = "root" if "root" in asked.path else "issuing"
        kept.append(site.authority.answer_ocsp(which, builder.build().public_bytes(Encoding.DER)))
        return kept[-1]

    site.lies["ocsp"] = earlier
    signed = site.sign(plain_pdf(), "B-LT")

    assert kept
    assert site.report(signed).verdict is vnsign.Verdict.TOTAL_PASSED


# ---------------------------------------------------------------- lists


CRL_LIES: dict[str, tuple[Callable[[Asked], bytes | int | None], ErrorCode, str]] = {
    "expired": (lambda _: made_list(issuing(SITE[0]), age=3 * DAY), ErrorCode.CERTIFICATE_STATUS_UNKNOWN, "ran out at"),
    "other issuer": (
        lambda asked: SITE[0].authority.crl("root") if "issuing" in asked.path else asked.answered,
        ErrorCode.CERTIFICATE_STATUS_UNKNOWN,
        "another issuer",
    ),
    "wrong key": (
        lambda _: made_list(stranger()),
        ErrorCode.CERTIFICATE_STATUS_UNKNOWN,
        "not signed with the issuer's key",
    ),
    "truncated": (lambda asked: asked.answered[:-20], ErrorCode.MALFORMED_CRL, "not a revocation list"),
    "garbage": (lambda _: b"<html>", ErrorCode.MALFORMED_CRL, "not a revocation list"),
    "hangs up": (lambda _: None, ErrorCode.SERVICE_UNREACHABLE, ""),
    "missing": (lambda _: 404, ErrorCode.SERVICE_REFUSED, "404"),
    "200 MB": (lambda _: bytes(200_000_000), ErrorCode.SERVICE_REFUSED, "larger"),
    "no delta": (
        lambda asked: 404 if "delta" in asked.path else asked.answered,
        ErrorCode.SERVICE_REFUSED,
        "delta.crl: HTTP 404",
    ),
}


@pytest.mark.parametrize("lie", CRL_LIES)
def test_a_list_that_tells_nothing_stops_b_lt(lie: str, site: Site) -> None:
    """By lists first; the responder is gone."""
    SITE[:] = [site]
    site.lies["crl"], code, words = CRL_LIES[lie]
    site.lies["ocsp"] = lambda _: 404

    error = refusal(lambda: site.sign(plain_pdf(), "B-LT", check_status=False, revocation=site.source(prefer="crl")))

    assert words in error.message
    assert error.code in {code, ErrorCode.SERVICE_REFUSED}
    assert "Nguyễn Văn Ủy" in error.message


@pytest.mark.parametrize("prefer", ["ocsp", "crl"])
def test_a_signer_revoked_in_between_gets_no_evidence(prefer: str, fresh: Site) -> None:
    """Good when asked before, revoked before the token was made: the error says so, by whichever method."""
    SITE[:] = [fresh]
    if prefer == "ocsp":
        fresh.lies["ocsp"] = about_leader(status=ocsp.OCSPCertStatus.REVOKED, age=HOUR)
    else:
        fresh.lies["crl"] = lambda asked: (
            asked.answered
            if "root" in asked.path
            else made_list(issuing(fresh), age=HOUR, serials=(leader_of(fresh).serial_number,))
        )

    source = fresh.source(prefer=prefer)
    error = refusal(lambda: fresh.sign(plain_pdf(), "B-LT", check_status=False, revocation=source))

    assert error.code is ErrorCode.CERTIFICATE_REVOKED


def test_revoked_after_the_token_is_evidence_like_any_other(fresh: Site) -> None:
    """Signed and stamped while he was in office: the file can still be completed, and stays valid."""
    signed = fresh.sign(plain_pdf(), "B-T")
    time.sleep(1.1)
    fresh.revoke(fresh.leader)

    extended = vnsign.extend_pdf(signed, revocation=fresh.source(prefer="crl"), known=fresh.authority.certificates())

    assert fresh.report(extended).verdict is vnsign.Verdict.TOTAL_PASSED


# ---------------------------------------------------------------- the check before signing


def test_a_revoked_signer_does_not_sign(fresh: Site) -> None:
    """NĐ 68/2024 Điều 29.1, 31.1c: said before the key or any other service is used."""
    fresh.revoke(fresh.leader)

    error = refusal(lambda: fresh.sign(plain_pdf(), "B-T"))

    assert error.code is ErrorCode.CERTIFICATE_REVOKED
    assert set(fresh.kinds()) == {"ocsp"}
    assert fresh.sign(plain_pdf(), "B-B", check_status=False).startswith(plain_pdf())


def test_a_status_that_cannot_be_had_stops_even_b_b(site: Site) -> None:
    """The way out names the switch; a batch hears it without waiting again."""
    site.lies |= {"ocsp": lambda _: 503, "crl": lambda _: None}
    source = site.source()

    error = refusal(lambda: site.sign(plain_pdf(), "B-B", revocation=source))
    first = len(site.kinds())
    again = refusal(lambda: site.sign(plain_pdf(), "B-B", revocation=source))

    assert (error.code, again.code) == (ErrorCode.CERTIFICATE_STATUS_UNKNOWN,) * 2
    assert "check_status=False" in str(error)
    assert "--no-status-check" in str(error)
    assert (first > 0, len(site.kinds())) == (True, 0)
    assert site.sign(plain_pdf(), "B-B", revocation=source, check_status=False)


def test_a_failed_check_is_forgotten_soon(site: Site) -> None:
    """Half a minute later the service is asked again."""
    site.lies |= {"ocsp": lambda _: 503, "crl": lambda _: None}
    source, clock = site.source(), HandClock(datetime.now(UTC))
    refusal(lambda: site.sign(plain_pdf(), "B-B", revocation=source, clock=clock))
    site.lies.clear()
    clock.moment += timedelta(seconds=31)

    assert site.sign(plain_pdf(), "B-B", revocation=source, clock=clock)


def test_an_authority_that_was_revoked_takes_its_signers_along(fresh: Site) -> None:
    """NĐ 68/2024 Điều 32: every certificate on the path."""
    authority = fresh.authority.certificates()[1]
    SITE[:] = [fresh]
    root = fresh.authority._own.credential(OwnRole.ROOT)

    def revoked(asked: Asked) -> bytes:
        if "root" not in asked.path:
            return asked.answered
        return made_answer(
            asked.body, authority, root, issuer=root.certificate, status=ocsp.OCSPCertStatus.REVOKED, age=HOUR
        )

    fresh.lies["ocsp"] = revoked
    assert refusal(lambda: fresh.sign(plain_pdf(), "B-B")).code is ErrorCode.CERTIFICATE_REVOKED


def test_a_certificate_for_other_things_does_not_sign(site: Site) -> None:
    """A time-stamping authority's own certificate."""
    signer = vnsign.Signer.from_credential(site.authority.tsa)
    error = refusal(lambda: vnsign.sign_pdf(plain_pdf(), signer, revocation=site.source()))

    assert (error.code, "extendedKeyUsage" in error.message) == (ErrorCode.CERTIFICATE_NOT_USABLE, True)


def test_an_issuer_that_is_not_at_hand_is_fetched_where_the_certificate_points(site: Site) -> None:
    """AuthorityInfoAccess, caIssuers (RFC 5280 §4.2.2.1): a PKCS#12 file without chain is enough."""
    credential = site.authority.enroll(
        vnsign.CertificateProfile.OFFICIAL, vnsign.Subject(common_name="Lê Văn Lẻ", organization="UBND")
    )
    alone = vnsign.Signer.from_credential(vnsign.Credential(key=credential.key, certificate=credential.certificate))
    site.kinds()

    signed = vnsign.sign_pdf(plain_pdf(), alone, level="B-LT", tsa=site.tsa, revocation=site.source())

    assert "crt" in site.kinds()
    assert site.report(signed).verdict is vnsign.Verdict.TOTAL_PASSED


def test_without_the_issuer_nothing_can_be_believed(site: Site) -> None:
    """Not at hand, not to be fetched."""
    site.lies["crt"] = lambda _: 404
    alone = vnsign.Signer.from_credential(
        site.authority.enroll(
            vnsign.CertificateProfile.OFFICIAL, vnsign.Subject(common_name="Lê Văn Lẻ", organization="UBND")
        )
    )
    alone = vnsign.Signer(key=alone.key, certificate=alone.certificate, chain=(), template=alone.template)

    error = refusal(lambda: vnsign.sign_pdf(plain_pdf(), alone, revocation=site.source()))

    assert (error.code, "not at hand" in error.message) == (ErrorCode.CERTIFICATE_STATUS_UNKNOWN, True)
