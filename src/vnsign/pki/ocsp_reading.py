"""What authentic OCSP answers say of one certificate.

Invariants:
    - An answer counts only if the certificate's issuer signed it, or a responder to whom that very issuer (name and
      key) gave a certificate for OCSP signing; a responder that some other authority vouches for counts for nothing.
    - The answer's own responderID names the one whose key verifies it.

What it does not do: trust a responder by configuration (RFC 6960 §4.2.2.2, 1.), fetch anything, or check a nonce:
evidence in files answers other people's questions.

Source: RFC 6960 §3.2, §4.2.2.2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from vnsign.pki.evidence import Statement
from vnsign.pki.name_matching import is_same_name
from vnsign.pki.signed_objects import is_answer_by, is_certificate_by

#: What follows from certificates alone: the same few responders answer for every signer.
_MAX_REMEMBERED = 1024


def answer_statements(
    certificate: x509.Certificate,
    answer: ocsp.OCSPResponse,
    *,
    issuer: x509.Certificate,
    is_revoked: Callable[[x509.Certificate], bool],
    is_issued_by: Callable[[x509.Certificate, x509.Certificate], bool] = is_certificate_by,
) -> Iterator[Statement]:
    """Yield what one answer says of a certificate; nothing if it is not authentic.

    Args:
        certificate: The certificate asked about.
        answer: A successful answer.
        issuer: The certificate's issuer in its path.
        is_revoked: Whether lists show a responder's certificate revoked; asked only of one without
            ``id-pkix-ocsp-nocheck``.
        is_issued_by: Whether the second's key signed the first; for a caller that remembers.

    Source: RFC 6960 §3.2.
    """
    try:
        singles = [single for single in answer.responses if _is_about(single, certificate, issuer=issuer)]
        if not singles:
            return
        signers = _responders(answer, issuer=issuer, is_revoked=is_revoked, is_issued_by=is_issued_by)
        if any(is_answer_by(answer, signer) for signer in signers):
            for single in singles:
                yield from _statement(single, answer)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return


def _is_about(single: ocsp.OCSPSingleResponse, certificate: x509.Certificate, *, issuer: x509.Certificate) -> bool:
    """RFC 6960 §3.2 step 1: the certificate identified is the one asked about."""
    if single.serial_number != certificate.serial_number or not is_same_name(certificate.issuer, issuer.subject):
        return False
    try:
        wanted = _issuer_hashes(certificate, issuer, type(single.hash_algorithm))
        return wanted == (single.issuer_name_hash, single.issuer_key_hash)
    except (ValueError, UnsupportedAlgorithm):
        # a hash nobody here knows: another of the answers may use one that is known
        return False


@lru_cache(maxsize=_MAX_REMEMBERED)
def _issuer_hashes(
    certificate: x509.Certificate, issuer: x509.Certificate, kind: type[hashes.HashAlgorithm]
) -> tuple[bytes, bytes]:
    """How a question after a certificate names its issuer. Source: RFC 6960 §4.1.1."""
    wanted = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, kind()).build()
    return wanted.issuer_name_hash, wanted.issuer_key_hash


def _responders(
    answer: ocsp.OCSPResponse,
    *,
    issuer: x509.Certificate,
    is_revoked: Callable[[x509.Certificate], bool],
    is_issued_by: Callable[[x509.Certificate, x509.Certificate], bool],
) -> Iterator[x509.Certificate]:
    """The issuer itself, or its delegate in force when it answered; of the name or key that the answer states."""
    if _is_named(answer, issuer):
        yield issuer
    produced = answer.produced_at_utc
    for candidate in map(_known, answer.certificates):
        if (
            _is_named(answer, candidate)
            and candidate.not_valid_before_utc <= produced <= candidate.not_valid_after_utc
            and _is_delegate(candidate, issuer)
            and is_issued_by(candidate, issuer)
            and (_is_never_checked(candidate) or not is_revoked(candidate))
        ):
            yield candidate


@lru_cache(maxsize=_MAX_REMEMBERED)
def _known(certificate: x509.Certificate) -> x509.Certificate:
    """The same object for equal certificates: it has its key and extensions read already."""
    return certificate


def _is_named(answer: ocsp.OCSPResponse, signer: x509.Certificate) -> bool:
    """RFC 6960 §4.2.1, ResponderID: by name, or by the SHA-1 of the public key."""
    if answer.responder_name is not None:
        return is_same_name(answer.responder_name, signer.subject)
    try:
        return answer.responder_key_hash == _key_hash(signer)
    except (ValueError, UnsupportedAlgorithm):
        return False


@lru_cache(maxsize=_MAX_REMEMBERED)
def _key_hash(signer: x509.Certificate) -> bytes:
    return x509.SubjectKeyIdentifier.from_public_key(signer.public_key()).digest


@lru_cache(maxsize=_MAX_REMEMBERED)
def _is_delegate(candidate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """RFC 6960 §4.2.2.2: issued directly by the authority identified in the question, for OCSP signing."""
    try:
        purposes = candidate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        return ExtendedKeyUsageOID.OCSP_SIGNING in purposes and is_same_name(candidate.issuer, issuer.subject)
    except (x509.ExtensionNotFound, ValueError):
        return False


@lru_cache(maxsize=_MAX_REMEMBERED)
def _is_never_checked(candidate: x509.Certificate) -> bool:
    """RFC 6960 §4.2.2.2.1: the authority promises that the responder may be believed as long as it is in force."""
    try:
        candidate.extensions.get_extension_for_class(x509.OCSPNoCheck)
    except (x509.ExtensionNotFound, ValueError):
        return False
    return True


def _statement(single: ocsp.OCSPSingleResponse, answer: ocsp.OCSPResponse) -> Iterator[Statement]:
    made_at = single.this_update_utc
    # without nextUpdate "newer information is available all the time": good for its own moment only
    until = single.next_update_utc or made_at
    if single.certificate_status is ocsp.OCSPCertStatus.GOOD:
        yield Statement(source="ocsp", made_at=made_at, until=until, evidence=answer)
    elif single.certificate_status is ocsp.OCSPCertStatus.REVOKED and single.revocation_time_utc is not None:
        reason = single.revocation_reason.value if single.revocation_reason else ""
        yield Statement(
            source="ocsp",
            made_at=made_at,
            until=until,
            revoked_at=single.revocation_time_utc,
            reason=reason,
            evidence=answer,
        )
