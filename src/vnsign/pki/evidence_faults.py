"""Why evidence does not tell the status of a certificate, in words for whoever has to mend it.

Invariants:
    - What :mod:`vnsign.pki.status` counts has no fault here, and the other way round; the words decide nothing.

What it does not do: judge lists signed with another key than the issuer's (they tell nothing here).

Source: RFC 5280 §6.3.3; RFC 6960 §3.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509 import ocsp

from vnsign.errors import ErrorCode
from vnsign.pki.crl_reading import covered_reasons, read_list
from vnsign.pki.evidence import ALL_REASONS, RevocationEvidence
from vnsign.pki.name_matching import is_same_name
from vnsign.pki.ocsp_reading import answer_statements
from vnsign.pki.signed_objects import is_list_by

_TIME = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with a piece of evidence: a code, and words that follow "the answer" or "the list"."""

    code: ErrorCode
    text: str


def evidence_faults(
    certificate: x509.Certificate, *, issuer: x509.Certificate, evidence: RevocationEvidence, at: datetime
) -> list[str]:
    """Return one sentence for each list and answer that does not tell whether ``certificate`` is good at ``at``."""
    return list(_faults(certificate, issuer=issuer, evidence=evidence, at=at))


def _faults(
    certificate: x509.Certificate, *, issuer: x509.Certificate, evidence: RevocationEvidence, at: datetime
) -> Iterator[str]:
    for crl in evidence.crls:
        text = list_fault(certificate, crl, issuer=issuer, at=at)
        if text is not None:
            yield f"the revocation list {text}"
    for answer in evidence.ocsps:
        fault = answer_fault(certificate, answer, issuer=issuer)
        if fault is not None:
            yield f"the OCSP answer {fault.text}"
            continue
        for single in answer.responses:
            until = single.next_update_utc or single.this_update_utc
            if single.serial_number == certificate.serial_number and single.this_update_utc < at and until < at:
                yield f"the OCSP answer ran out at {until.strftime(_TIME)}Z"


def list_fault(
    certificate: x509.Certificate, crl: x509.CertificateRevocationList, *, issuer: x509.Certificate, at: datetime
) -> str | None:
    """Return why a list does not tell the status of a certificate at a time; None if it does."""
    if not is_same_name(crl.issuer, issuer.subject):
        return f"is that of another issuer, {crl.issuer.rfc4514_string()!r}"
    if not is_list_by(crl, issuer):
        return "is not signed with the issuer's key"
    return _scope_fault(certificate, crl) or _time_fault(certificate, crl, at=at)


def _scope_fault(certificate: x509.Certificate, crl: x509.CertificateRevocationList) -> str | None:
    read = read_list(crl)
    if read is None:
        return "has a critical extension that is not understood"
    try:
        covered = covered_reasons(read, certificate)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return "cannot be matched with the certificate: its extensions cannot be read"
    if read.base_number is not None:
        return None
    if covered < ALL_REASONS:
        return "does not speak of all reasons for which this certificate may be revoked"
    return None


def _time_fault(certificate: x509.Certificate, crl: x509.CertificateRevocationList, *, at: datetime) -> str | None:
    if crl.next_update_utc is not None and crl.next_update_utc < at and crl.last_update_utc < at:
        return f"ran out at {crl.next_update_utc.strftime(_TIME)}Z"
    if crl.last_update_utc > certificate.not_valid_after_utc:
        return "was made after the certificate expired, so it may have dropped it"
    return None


def answer_fault(certificate: x509.Certificate, answer: ocsp.OCSPResponse, *, issuer: x509.Certificate) -> Fault | None:
    """Return why an answer does not tell the status of a certificate, its times aside; None if it does."""
    said = [single for single in answer.responses if single.serial_number == certificate.serial_number]
    if not said:
        return Fault(code=ErrorCode.MALFORMED_OCSP, text="is about another certificate")
    if any(single.certificate_status is ocsp.OCSPCertStatus.UNKNOWN for single in said):
        return Fault(code=ErrorCode.CERTIFICATE_STATUS_UNKNOWN, text='is "unknown": the responder knows no such one')
    if not any(answer_statements(certificate, answer, issuer=issuer, is_revoked=lambda _responder: False)):
        return Fault(
            code=ErrorCode.MALFORMED_OCSP, text="is not signed by the certificate's issuer or by a responder of its"
        )
    return None
