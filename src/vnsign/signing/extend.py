"""Raises signatures to PAdES B-LT: the certificates and CRLs that prove them, gathered after the tokens they serve.

Never a lower level than asked: a certificate whose status cannot be proven is an error, not a gap.

What it does not do: verify the signatures (see verification), or add a document timestamp (B-LTA).

Source: ETSI EN 319 142-1 §5.4, §6.3 (B-LT); TT 41/2017/TT-BTTTT Điều 9 (what to keep with the document).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cryptography import x509

from vnsign.errors import ErrorCode, InputError
from vnsign.pdf import increment
from vnsign.pki.cms_certificates import certificates_in
from vnsign.pki.crl import unique_crls
from vnsign.ports import RevocationSource


def extend_to_lt(
    pdf: bytes,
    *,
    revocation: RevocationSource,
    known: Sequence[x509.Certificate] = (),
    only_newest: bool = False,
) -> bytes:
    """Append a DSS with the evidence for every signature and time-stamp token in ``pdf``.

    Args:
        pdf: Signed at B-T.
        revocation: Where CRLs come from; asked now, after the tokens were made.
        known: Certificates that the file may lack (issuing CAs, roots).
        only_newest: Gather for the newest signature alone: what others left in the file is theirs to prove.

    Raises:
        InputError: MALFORMED_PDF, MALFORMED_CMS, or CERTIFICATE_NOT_USABLE if a certificate's status cannot be proven.
        ServiceUnavailable: A CRL could not be fetched.
    """
    signatures = increment.signature_contents(pdf)
    embedded = [c for contents in signatures[-1 if only_newest else 0 :] for c in certificates_in(contents)]
    if not embedded:
        raise InputError(ErrorCode.MALFORMED_PDF, "there is no signature to extend", way_out="sign the document first")
    certificates = _with_issuers(dict.fromkeys(embedded), (*embedded, *known))
    crls = unique_crls(
        crl
        for certificate in certificates
        if certificate.issuer != certificate.subject
        for crl in _proof_of_status(certificate, revocation)
    )
    return increment.add_security_store(pdf, certificates=tuple(certificates), crls=crls)


def _with_issuers(
    certificates: dict[x509.Certificate, None], pool: Iterable[x509.Certificate]
) -> dict[x509.Certificate, None]:
    """Add issuers from ``pool`` until nothing new is found; the pool is finite, so this ends."""
    candidates = tuple(dict.fromkeys(pool))
    grown = True
    while grown:
        wanted = {c.issuer for c in certificates}
        new = [c for c in candidates if c.subject in wanted and c not in certificates]
        certificates.update(dict.fromkeys(new))
        grown = bool(new)
    return certificates


def _proof_of_status(
    certificate: x509.Certificate, revocation: RevocationSource
) -> Sequence[x509.CertificateRevocationList]:
    crls = revocation.crls_for(certificate)
    if not crls:
        raise InputError(
            ErrorCode.CERTIFICATE_NOT_USABLE,
            f"the certificate {certificate.subject.rfc4514_string()!r} names no CRL, so B-LT cannot be reached",
            way_out="sign at B-T",
        )
    return crls
