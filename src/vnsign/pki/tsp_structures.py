"""ASN.1 structures of RFC 3161 and of the CMS around a token, read and written by compiled code (strict DER).

Invariants:
    - Field names are those of the standards, in snake case.
    - What stays opaque here (``TLV``) is written back byte for byte.

What it does not do: it judges nothing.

Source: RFC 3161 §2.4; RFC 5652 §3, §5; RFC 5035 §3.
"""

from __future__ import annotations

from typing import Annotated

from cryptography import x509
from cryptography.hazmat import asn1

ID_SIGNED_DATA = x509.ObjectIdentifier("1.2.840.113549.1.7.2")
ID_CONTENT_TYPE = x509.ObjectIdentifier("1.2.840.113549.1.9.3")
ID_MESSAGE_DIGEST = x509.ObjectIdentifier("1.2.840.113549.1.9.4")
ID_CT_TST_INFO = x509.ObjectIdentifier("1.2.840.113549.1.9.16.1.4")
ID_SIGNING_CERTIFICATE = x509.ObjectIdentifier("1.2.840.113549.1.9.16.2.12")
ID_SIGNING_CERTIFICATE_V2 = x509.ObjectIdentifier("1.2.840.113549.1.9.16.2.47")


@asn1.sequence
class AlgorithmIdentifier:
    """RFC 5280 §4.1.1.2, with absent or NULL parameters only."""

    algorithm: x509.ObjectIdentifier
    parameters: asn1.Null | None


@asn1.sequence
class MessageImprint:
    """RFC 3161 §2.4.1. The algorithm is kept as it came: some write NULL parameters, some none."""

    hash_algorithm: asn1.TLV
    hashed_message: bytes


@asn1.sequence
class TimeStampReq:
    """RFC 3161 §2.4.1."""

    version: int
    message_imprint: MessageImprint
    req_policy: x509.ObjectIdentifier | None
    nonce: int | None
    cert_req: Annotated[bool, asn1.Default(value=False)]
    extensions: Annotated[list[asn1.TLV] | None, asn1.Implicit(0)]


@asn1.sequence
class PkiStatusInfo:
    """RFC 3161 §2.4.2."""

    status: int
    status_string: list[str] | None
    fail_info: asn1.BitString | None


@asn1.sequence
class GrantedResp:
    """TimeStampResp with a token: RFC 3161 §2.4.2."""

    status: PkiStatusInfo
    time_stamp_token: asn1.TLV


@asn1.sequence
class RejectedResp:
    """TimeStampResp without a token: RFC 3161 §2.4.2."""

    status: PkiStatusInfo


@asn1.sequence
class Accuracy:
    """RFC 3161 §2.4.2."""

    seconds: int | None
    millis: Annotated[int | None, asn1.Implicit(0)]
    micros: Annotated[int | None, asn1.Implicit(1)]


@asn1.sequence
class TstInfo:
    """RFC 3161 §2.4.2. ``tsa`` holds the one GeneralName inside its explicit tag."""

    version: int
    policy: x509.ObjectIdentifier
    message_imprint: MessageImprint
    serial_number: int
    gen_time: asn1.GeneralizedTime
    accuracy: Accuracy | None
    ordering: Annotated[bool, asn1.Default(value=False)]
    nonce: int | None
    tsa: Annotated[list[asn1.TLV] | None, asn1.Implicit(0)]
    extensions: Annotated[list[asn1.TLV] | None, asn1.Implicit(1)]


@asn1.sequence
class Attribute:
    """RFC 5652 §5.3."""

    type: x509.ObjectIdentifier
    values: asn1.SetOf[asn1.TLV]


@asn1.sequence
class SignerInfo:
    """RFC 5652 §5.3."""

    version: int
    sid: asn1.TLV
    digest_algorithm: asn1.TLV
    signed_attrs: Annotated[asn1.SetOf[Attribute] | None, asn1.Implicit(0)]
    signature_algorithm: asn1.TLV
    signature: bytes
    unsigned_attrs: Annotated[asn1.SetOf[Attribute] | None, asn1.Implicit(1)]


@asn1.sequence
class EncapsulatedContentInfo:
    """RFC 5652 §5.2."""

    content_type: x509.ObjectIdentifier
    content: Annotated[bytes | None, asn1.Explicit(0)]


@asn1.sequence
class SignedData:
    """RFC 5652 §5.1."""

    version: int
    digest_algorithms: asn1.SetOf[asn1.TLV]
    encap_content_info: EncapsulatedContentInfo
    certificates: Annotated[asn1.SetOf[asn1.TLV] | None, asn1.Implicit(0)]
    crls: Annotated[asn1.SetOf[asn1.TLV] | None, asn1.Implicit(1)]
    signer_infos: asn1.SetOf[SignerInfo]


@asn1.sequence
class ContentInfo:
    """RFC 5652 §3, holding SignedData."""

    content_type: x509.ObjectIdentifier
    content: Annotated[SignedData, asn1.Explicit(0)]


@asn1.sequence
class IssuerSerial:
    """RFC 5035 §5; the hash names the certificate already, so this is read and not used."""

    issuer: asn1.TLV
    serial_number: int


@asn1.sequence
class EssCertId:
    """RFC 5035 §5.4.1: a certificate named by its SHA-1 hash."""

    cert_hash: bytes
    issuer_serial: IssuerSerial | None


@asn1.sequence
class SigningCertificate:
    """RFC 5035 §5.4.1; policies do not concern us."""

    certs: list[EssCertId]
    policies: list[asn1.TLV] | None


@asn1.sequence
class EssCertIdV2:
    """RFC 5035 §4; an absent algorithm means SHA-256."""

    hash_algorithm: AlgorithmIdentifier | None
    cert_hash: bytes
    issuer_serial: IssuerSerial | None


@asn1.sequence
class SigningCertificateV2:
    """RFC 5035 §3; policies do not concern us."""

    certs: list[EssCertIdV2]
    policies: list[asn1.TLV] | None
