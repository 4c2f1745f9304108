"""The certificates a CMS SignedData brings along, its time-stamp tokens' included: what a DSS must prove.

What it does not do: decide which of them signed, or trust any of them.

Source: RFC 5652 §5.1; RFC 3161 Appendix A.
"""

from __future__ import annotations

from asn1crypto import cms
from cryptography import x509

from vnsign.errors import ErrorCode, InputError
from vnsign.pki.certificates import load_certificate


def certificates_in(contents: bytes) -> tuple[x509.Certificate, ...]:
    """Return every X.509 certificate embedded in ``contents`` (trailing zero padding allowed), without repeats.

    Raises:
        InputError: MALFORMED_CMS, MALFORMED_CERTIFICATE.
    """
    try:
        signed_data = cms.ContentInfo.load(contents)["content"]
        found = [c.chosen.dump() for c in signed_data["certificates"] if c.name == "certificate"]
        tokens = [
            token.dump()
            for signer in signed_data["signer_infos"]
            for attribute in signer["unsigned_attrs"]
            if attribute["type"].native == "signature_time_stamp_token"
            for token in attribute["values"]
        ]
    except (ValueError, TypeError, KeyError, AttributeError) as exc:  # what asn1crypto raises on damaged bytes
        raise InputError(ErrorCode.MALFORMED_CMS, f"a signature's CMS cannot be read: {exc}") from exc
    certificates = [load_certificate(der) for der in found]
    for token in tokens:
        certificates.extend(certificates_in(token))
    return tuple(dict.fromkeys(certificates))
