"""What a CMS SignedData with one signer says, whoever read it.

Source: RFC 5652 §5; RFC 5035 §4.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

_LONG_FORM = 0x80


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


def in_der_order(set_of: bytes) -> bytes:
    """Return a SET OF with its members in the order that DER wants; one that is in order is the same object.

    Does not check: that the members themselves are DER. One whose lengths cannot be read stays as it is.

    Source: X.690 §11.6; RFC 5652 §5.3 (signed attributes must be DER), §5.4 (their DER encoding is digested).
    """
    members: list[bytes] = []
    at = start = _end_of_length(set_of, 0)
    while start and at < len(set_of):
        content = _end_of_length(set_of, at)
        end = content + _length_at(set_of, at) if content else 0
        if not at < end <= len(set_of):
            return set_of
        members.append(set_of[at:end])
        at = end
    ordered = sorted(members)
    return set_of if ordered == members else set_of[:start] + b"".join(ordered)


def _end_of_length(data: bytes, at: int) -> int:
    """Where an element's contents begin; 0 if its length is none of DER."""
    if at + 2 > len(data) or data[at + 1] == _LONG_FORM:
        return 0
    return at + 2 + (data[at + 1] - _LONG_FORM if data[at + 1] > _LONG_FORM else 0)


def _length_at(data: bytes, at: int) -> int:
    first = data[at + 1]
    return first if first < _LONG_FORM else int.from_bytes(data[at + 2 : at + 2 + first - _LONG_FORM], "big")
