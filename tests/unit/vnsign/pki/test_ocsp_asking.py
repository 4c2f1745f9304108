"""OCSP from the client's side: what is sent, and which answers are taken."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.x509 import ocsp
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.vnsign.authority.making import NOW, infrastructure
from tests.unit.vnsign.pki.ocsp_making import delegate, leaf
from vnsign.errors import ErrorCode, VnsignError
from vnsign.pki.ocsp_answers import OcspResponder, StatusStatement
from vnsign.pki.ocsp_asking import OcspQuestion, build_request, parse_answer
from vnsign.pki.ocsp_requests import OcspQuery, parse_query

NONCE = bytes(range(32))


def question(nonce: bytes | None = NONCE) -> OcspQuestion:
    """Ask about somebody."""
    return OcspQuestion(certificate=leaf(), issuer=infrastructure().issuing.certificate, nonce=nonce)


GOOD = StatusStatement()


def answered(asked: OcspQuestion, statement: StatusStatement | None = GOOD) -> bytes:
    """Have our own responder answer."""
    responder = OcspResponder(delegate(), issuer=asked.issuer)
    known = {} if statement is None else {asked.certificate.serial_number: statement}
    return responder.respond(parse_query(build_request(asked)), known, at=NOW)


@pytest.mark.parametrize("nonce", [None, b"x", NONCE])
def test_a_request_is_read_by_our_own_responder(nonce: bytes | None) -> None:
    """RFC 6960 §4.1.1; RFC 9654 §2.1."""
    asked = question(nonce)
    read = parse_query(build_request(asked))

    assert isinstance(read, OcspQuery)
    assert [each.serial for each in read.certificates] == [asked.certificate.serial_number]
    assert read.nonce == nonce


def test_an_answer_to_the_question_is_taken() -> None:
    """Good or revoked: both are answers."""
    asked = question()
    good = parse_answer(answered(asked), asked, at=NOW)
    revoked = parse_answer(answered(asked, StatusStatement(revoked_at=NOW - timedelta(days=1))), asked, at=NOW)

    assert next(iter(good.responses)).certificate_status is ocsp.OCSPCertStatus.GOOD
    assert next(iter(revoked.responses)).certificate_status is ocsp.OCSPCertStatus.REVOKED


def test_unknown_is_no_answer() -> None:
    """RFC 6960 §2.2: another source may know."""
    asked = question()
    with pytest.raises(VnsignError) as caught:
        parse_answer(answered(asked, None), asked, at=NOW)
    assert caught.value.code is ErrorCode.CERTIFICATE_STATUS_UNKNOWN


@pytest.mark.parametrize(
    ("after", "taken"),
    [(timedelta(hours=1), True), (timedelta(days=1, minutes=4), True), (timedelta(days=1, minutes=6), False)],
)
def test_an_answer_counts_until_its_next_update(after: timedelta, taken: bool) -> None:  # noqa: FBT001 — a row
    """Clocks may differ by five minutes."""
    asked = question()
    reply = answered(asked)
    if taken:
        assert len(list(parse_answer(reply, asked, at=NOW + after).responses)) == 1
        return
    with pytest.raises(VnsignError) as caught:
        parse_answer(reply, asked, at=NOW + after)
    assert "too old" in caught.value.message


def test_the_answer_to_another_request_is_refused() -> None:
    """Replayed: right certificate, right key, in force, another nonce."""
    asked = question()
    earlier = answered(OcspQuestion(certificate=asked.certificate, issuer=asked.issuer, nonce=b"another"))
    with pytest.raises(VnsignError) as caught:
        parse_answer(earlier, asked, at=NOW)
    assert (caught.value.code, "nonce" in caught.value.message) == (ErrorCode.MALFORMED_OCSP, True)
    assert len(list(parse_answer(earlier, asked.without_nonce(), at=NOW).responses)) == 1


@given(data=st.binary(max_size=200))
def test_any_bytes_give_an_answer_or_our_error(data: bytes) -> None:
    """What a hostile responder sends."""
    with pytest.raises(VnsignError):
        parse_answer(data, question_once(), at=NOW)


@given(data=st.data())
def test_one_flipped_byte_is_no_answer_or_the_same(data: st.DataObject) -> None:
    """The signature covers what is said; what it does not cover changes nothing."""
    asked, reply = question_once(), reply_once()
    index = data.draw(st.integers(0, len(reply) - 1))
    changed = reply[:index] + bytes([reply[index] ^ data.draw(st.integers(1, 255))]) + reply[index + 1 :]
    try:
        answer = parse_answer(changed, asked, at=NOW)
    except VnsignError:
        return
    single = next(iter(answer.responses))
    assert (single.serial_number, single.certificate_status) == (
        asked.certificate.serial_number,
        ocsp.OCSPCertStatus.GOOD,
    )


_ONCE: list[tuple[OcspQuestion, bytes]] = []


def _once() -> tuple[OcspQuestion, bytes]:
    if not _ONCE:
        asked = question()
        _ONCE.append((asked, answered(asked)))
    return _ONCE[0]


def question_once() -> OcspQuestion:
    """Return the same question every time."""
    return _once()[0]


def reply_once() -> bytes:
    """Return the answer to it."""
    return _once()[1]


def test_a_responder_of_another_authority_is_not_believed() -> None:
    """RFC 6960 §4.2.2.2: delegated by the issuer of the certificate asked about, and by nobody else."""
    asked = question()
    root = infrastructure().root
    other = OcspQuestion(certificate=infrastructure().issuing.certificate, issuer=root.certificate, nonce=NONCE)
    responder = OcspResponder(delegate(root), issuer=root.certificate)
    serial = other.certificate.serial_number
    reply = responder.respond(parse_query(build_request(other)), {serial: StatusStatement()}, at=NOW)

    assert len(list(parse_answer(reply, other, at=NOW).responses)) == 1
    with pytest.raises(VnsignError):
        parse_answer(reply, asked, at=NOW)


def test_a_certificate_that_names_no_hash_anyone_knows_is_our_error() -> None:
    """An issuer of another kind altogether."""
    unrelated = delegate().certificate
    assert isinstance(unrelated, x509.Certificate)
    reply = answered(question())
    with pytest.raises(VnsignError):
        parse_answer(reply, OcspQuestion(certificate=unrelated, issuer=unrelated), at=NOW)
