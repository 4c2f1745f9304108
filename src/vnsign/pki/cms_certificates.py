"""The certificates a CMS SignedData brings along, its time-stamp tokens' included: what a DSS must prove.

What it does not do: decide which of them signed, or trust any of them.

Source: RFC 5652 §5.1; RFC 3161 Appendix A.
"""

from __future__ import annotations

from cryptography import x509

from vnsign.pki.certificates import load_certificate
from vnsign.pki.cms_reading import parse_signed_data


def certificates_in(contents: bytes) -> tuple[x509.Certificate, ...]:
    """Return every X.509 certificate embedded in ``contents`` (trailing zero padding allowed), without repeats.

    Raises:
        InputError: MALFORMED_CMS, MALFORMED_CERTIFICATE.
    """
    signed = parse_signed_data(contents)
    found = [load_certificate(der) for der in signed.certificates]
    for token in signed.timestamp_tokens:
        found.extend(certificates_in(token))
    return tuple(dict.fromkeys(found))
