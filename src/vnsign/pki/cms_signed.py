"""What a CMS SignedData with one signer says, whoever read it.

Source: RFC 5652 §5; RFC 5035 §4.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningCertificateReference:
    """An ESSCertID: the certificate the signer says he used, by hash. Source: RFC 5035 §4."""

    digest_algorithm: str
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCms:
    """One SignedData with one signer.

    Attributes:
        signer_infos: How many SignerInfo there are; PAdES allows exactly one, the first is read here.
        digest_algorithm: asn1crypto's name (``sha256``) or the dotted OID.
        signature_scheme: ``rsassa_pkcs1v15``, ``rsassa_pss``, ``ecdsa``, ``plain_ecdsa``, ``ed25519``, ``ed448``,
            ``dsa``, or the dotted OID when unknown.
        signature_digest: Digest inside the signature algorithm.
        signed_attributes: As signed, tagged SET OF; None if there are none.
        content_type: Type of the encapsulated content, dotted or named.
        content: Encapsulated bytes; None when detached.
        claimed_time: signing-time attribute, aware UTC.
        signer_certificate: DER of the certificate that the SignerInfo identifies, None if it is not embedded.
        certificates: DER of every embedded certificate.
        repeats_reference: A signing-certificate attribute stands there more than once (RFC 5035 §5.4 forbids it).
        timestamp_tokens: signature-time-stamp tokens, each a ContentInfo.
        content_timestamps: content-time-stamp tokens: over what was signed, made before it was.
        evidence_records: How many evidence records (RFC 4998) stand among the unsigned attributes.
        signature_policy: Policy under which the signer says he signed, dotted; empty if he names none.
    """

    signer_infos: int
    digest_algorithm: str
    signature_scheme: str
    signature_digest: str
    pss_salt_bytes: int
    pss_mgf_digest: str
    signature: bytes
    signed_attributes: bytes | None
    message_digest: bytes | None
    content_type: str
    attribute_content_type: str | None
    content: bytes | None
    claimed_time: datetime | None
    references: tuple[SigningCertificateReference, ...]
    repeats_reference: bool
    signer_certificate: bytes | None
    certificates: tuple[bytes, ...]
    crls: tuple[bytes, ...]
    ocsps: tuple[bytes, ...]
    timestamp_tokens: tuple[bytes, ...]
    content_timestamps: tuple[bytes, ...] = ()
    evidence_records: int = 0
    signature_policy: str = ""
