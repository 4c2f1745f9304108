"""ASN.1 structures of OCSP, read and written by compiled code (strict DER).

Invariants:
    - Field names are those of the standard, in snake case.
    - What stays opaque here (``TLV``) is written back byte for byte.

What it does not do: it judges nothing. ``Implicit`` over a list stands for an explicit tag around one opaque value:
the compiled code has no optional ``TLV``.

Source: RFC 6960 §4.1.1, §4.2.1 and Appendix B.1.
"""

from __future__ import annotations

from typing import Annotated

from cryptography import x509
from cryptography.hazmat import asn1

ID_PKIX_OCSP_BASIC = x509.ObjectIdentifier("1.3.6.1.5.5.7.48.1.1")
ID_PKIX_OCSP_NONCE = x509.ObjectIdentifier("1.3.6.1.5.5.7.48.1.2")
ID_PKIX_OCSP_ARCHIVE_CUTOFF = x509.ObjectIdentifier("1.3.6.1.5.5.7.48.1.6")


@asn1.sequence
class CertId:
    """Which certificate is asked about. The algorithm is kept as it came: some write NULL parameters, some none."""

    hash_algorithm: asn1.TLV
    issuer_name_hash: bytes
    issuer_key_hash: bytes
    serial_number: int


@asn1.sequence
class Extension:
    """RFC 5280 §4.1."""

    extn_id: x509.ObjectIdentifier
    critical: Annotated[bool, asn1.Default(value=False)]
    extn_value: bytes


@asn1.sequence
class Request:
    """One question; ``req_cert`` is a :class:`CertId`, kept as it came."""

    req_cert: asn1.TLV
    single_request_extensions: Annotated[list[Extension] | None, asn1.Explicit(0)]


@asn1.sequence
class TbsRequest:
    """The questions."""

    version: Annotated[int, asn1.Explicit(0), asn1.Default(value=0)]
    requestor_name: Annotated[list[asn1.TLV] | None, asn1.Implicit(1)]
    request_list: list[Request]
    request_extensions: Annotated[list[Extension] | None, asn1.Explicit(2)]


@asn1.sequence
class OcspRequest:
    """What a client sends; the signature is not looked at."""

    tbs_request: TbsRequest
    optional_signature: Annotated[list[asn1.TLV] | None, asn1.Implicit(0)]


@asn1.sequence
class RevokedInfo:
    """When and why; ``revocation_reason`` holds the one ENUMERATED inside its explicit tag."""

    revocation_time: asn1.GeneralizedTime
    revocation_reason: Annotated[list[asn1.TLV] | None, asn1.Implicit(0)]


@asn1.sequence
class SingleResponse:
    """One answer; ``cert_status`` is one of the three choices, tag included."""

    cert_id: asn1.TLV
    cert_status: asn1.TLV
    this_update: asn1.GeneralizedTime
    next_update: Annotated[asn1.GeneralizedTime | None, asn1.Explicit(0)]
    single_extensions: Annotated[list[Extension] | None, asn1.Explicit(1)]


@asn1.sequence
class ResponseData:
    """What is signed; ``responder_id`` is one of the two choices, tag included."""

    responder_id: asn1.TLV
    produced_at: asn1.GeneralizedTime
    responses: list[SingleResponse]
    response_extensions: Annotated[list[Extension] | None, asn1.Explicit(1)]


@asn1.sequence
class BasicOcspResponse:
    """Signed answers with the responder's certificate."""

    tbs_response_data: asn1.TLV
    signature_algorithm: asn1.TLV
    signature: asn1.BitString
    certs: Annotated[list[asn1.TLV] | None, asn1.Explicit(0)]


@asn1.sequence
class ResponseBytes:
    """The type of the answer and the answer."""

    response_type: x509.ObjectIdentifier
    response: bytes


@asn1.sequence
class OcspResponse:
    """What a responder sends; ``response_status`` is an ENUMERATED."""

    response_status: asn1.TLV
    response_bytes: Annotated[ResponseBytes | None, asn1.Explicit(0)]
