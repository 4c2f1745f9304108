"""OCSP, the client's side: a request, and the check of the answer.

Invariants:
    - :func:`parse_answer` returns an answer only if it is successful, about the certificate asked about, made by its
      issuer or by a responder of that issuer, in force, and with the nonce of the request if it has one.

What it does not do: no network, no clock, no nonce of its own (arguments); it does not check that a responder's
certificate without ``id-pkix-ocsp-nocheck`` is unrevoked, or that anybody is trusted.

Source: RFC 6960 §2.3, §3.2, §4.1, §4.2; RFC 9654 §2.1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from vnsign.errors import ErrorCode, InputError, ServiceUnavailable, VnsignError
from vnsign.pki.evidence_faults import answer_fault

#: How far the clocks of a responder and of its client may differ.
CLOCK_SKEW = timedelta(minutes=5)
#: An answer without nextUpdate says that newer information is always there (RFC 6960 §4.2.2.1): this old it is not new.
_MAX_AGE_WITHOUT_END = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class OcspQuestion:
    """What is asked.

    Attributes:
        certificate: The certificate asked about.
        issuer: Its issuer.
        nonce: Fresh random bytes, 1 to 32; None asks for any answer in force.
    """

    certificate: x509.Certificate
    issuer: x509.Certificate
    nonce: bytes | None = None

    def without_nonce(self) -> OcspQuestion:
        """Return the same question for an answer that was made for an earlier one."""
        return replace(self, nonce=None)


def build_request(question: OcspQuestion) -> bytes:
    """Return an OCSPRequest, DER. The issuer is named by SHA-1, the hash that every responder knows.

    Raises:
        InputError: ``MALFORMED_CERTIFICATE``: it cannot be asked about.
    Source: RFC 6960 §4.1.1; RFC 9654 §2.1.
    """
    try:
        builder = ocsp.OCSPRequestBuilder().add_certificate(
            question.certificate,
            question.issuer,
            hashes.SHA1(),  # noqa: S303  (names the issuer, protects nothing)
        )
        if question.nonce is not None:
            builder = builder.add_extension(x509.OCSPNonce(question.nonce), critical=False)
        return builder.build().public_bytes(Encoding.DER)
    except (ValueError, TypeError, UnsupportedAlgorithm) as exc:
        raise InputError(ErrorCode.MALFORMED_CERTIFICATE, f"its status cannot be asked for: {exc}") from exc


def parse_answer(reply: bytes, question: OcspQuestion, *, at: datetime) -> ocsp.OCSPResponse:
    """Return the answer to a question, good or revoked.

    Args:
        reply: What the responder sent.
        question: What it was asked.
        at: Now, aware UTC.

    Raises:
        ServiceUnavailable: ``SERVICE_REFUSED``: the responder says tryLater, unauthorized …
        InputError: ``MALFORMED_OCSP``, or ``CERTIFICATE_STATUS_UNKNOWN``: the responder does not know the certificate.
    Source: RFC 6960 §3.2 (acceptance requirements), §4.2.1.
    """
    try:
        answer = ocsp.load_der_ocsp_response(reply)
        if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            status = answer.response_status.name.lower()
            raise ServiceUnavailable(
                ErrorCode.SERVICE_REFUSED, f"the responder refused: {status}", way_out="try again later"
            )
        _check_nonce(answer, question.nonce)
        fault = answer_fault(question.certificate, answer, issuer=question.issuer)
        if fault is not None:
            raise InputError(fault.code, f"the answer {fault.text}")
        _check_times(answer, question, at=at)
    except VnsignError:
        raise
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion) as exc:
        raise InputError(ErrorCode.MALFORMED_OCSP, f"not an OCSP response: {exc}") from exc
    return answer


def _check_nonce(answer: ocsp.OCSPResponse, nonce: bytes | None) -> None:
    """A responder may leave the nonce out (RFC 9654 §2.1: pre-produced answers), but not give back another."""
    if nonce is None:
        return
    try:
        given = answer.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    except x509.ExtensionNotFound:
        return
    if given != nonce:
        raise _malformed("is one to another request: its nonce differs")


def _check_times(answer: ocsp.OCSPResponse, question: OcspQuestion, *, at: datetime) -> None:
    """RFC 6960 §3.2 steps 5 and 6; §4.2.2.1."""
    for single in answer.responses:
        if single.serial_number != question.certificate.serial_number:
            continue
        made, until = single.this_update_utc, single.next_update_utc
        if made > at + CLOCK_SKEW:
            raise _malformed(f"is from the future: made {made:%Y-%m-%d %H:%M:%S}Z")
        if (until if until is not None else made + _MAX_AGE_WITHOUT_END) < at - CLOCK_SKEW:
            raise _malformed(f"is too old: made {made:%Y-%m-%d %H:%M:%S}Z and in force no more")


def _malformed(text: str) -> InputError:
    return InputError(ErrorCode.MALFORMED_OCSP, f"the answer {text}")
