"""Any bytes to an OCSP responder give an answer, nothing else."""

from __future__ import annotations

from functools import cache

from cryptography.x509 import ocsp
from hypothesis import given
from hypothesis import strategies as st

from tests.property.vnsign.test_tsp_any_bytes import mutated
from tests.unit.vnsign.authority.making import NOW, infrastructure
from tests.unit.vnsign.pki.ocsp_making import ask, delegate, leaf
from vnsign.pki.ocsp_answers import OcspResponder, StatusStatement
from vnsign.pki.ocsp_requests import parse_query


@cache
def asked() -> tuple[int, bytes]:
    """A serial number, and a request about it and another, with a nonce."""
    certificate = leaf()
    return certificate.serial_number, ask(certificate, leaf(), nonce=b"n" * 32)


@cache
def responder() -> OcspResponder:
    """Our authority's, prepared once."""
    return OcspResponder(delegate(), issuer=infrastructure().issuing.certificate)


@given(st.data())
def test_any_bytes_to_the_responder_give_a_well_formed_answer(data: st.DataObject) -> None:
    """RFC 6960 §2.3: answers that a foreign parser reads, or an error; one answer for each question."""
    serial, genuine = asked()
    request = data.draw(st.binary(max_size=200) | mutated(genuine))
    der = responder().respond(parse_query(request), {serial: StatusStatement()}, at=NOW)
    told = ocsp.load_der_ocsp_response(der)
    if told.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        assert told.response_status.name in {"MALFORMED_REQUEST", "UNAUTHORIZED"}
        return
    answers = list(told.responses)
    assert 1 <= len(answers) <= 2
    for single in answers:
        if single.certificate_status is ocsp.OCSPCertStatus.GOOD:
            assert single.serial_number == serial
