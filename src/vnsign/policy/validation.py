"""What a signature must have before it counts: validation policies as data.

Invariants:
    - A policy says whose anchors may vouch (its scheme); an anchor of another scheme never does.
    - A policy can only ask for more than the arithmetic: no policy makes a broken signature pass.

Source: ETSI EN 319 102-1 §5.1.4 (validation constraints), §5.2.6 (X.509 validation constraints); RFC 5280 §4.2.1.3,
§4.2.1.12; RFC 3161 §2.3; NĐ 68/2024/NĐ-CP Điều 31; certificates of the Government's authority (nonRepudiation alone,
or digitalSignature among others, EKU absent).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from vnsign.policy.algorithms import EUROPEAN_ALGORITHMS, VIETNAMESE_ALGORITHMS, AlgorithmTable
from vnsign.policy.known_anchors import Scheme
from vnsign.report import Level

#: SubFilters read. Source: ISO 32000-2 Table 260; ETSI EN 319 142-1 §6.3; ICP-Brasil DOC-ICP-15.03.
DETACHED_SUB_FILTERS = frozenset({"/adbe.pkcs7.detached", "/ETSI.CAdES.detached", "/PBAD.PAdES"})
PADES_SUB_FILTERS = frozenset({"/ETSI.CAdES.detached"})
SHA1_DIGEST_SUB_FILTER = "/adbe.pkcs7.sha1"
BARE_RSA_SUB_FILTER = "/adbe.x509.rsa_sha1"
TIMESTAMP_SUB_FILTER = "/ETSI.RFC3161"
ALL_SUB_FILTERS = DETACHED_SUB_FILTERS | {SHA1_DIGEST_SUB_FILTER, BARE_RSA_SUB_FILTER}

#: A document signer's KeyUsage must have one of these when the extension is there at all.
SIGNER_KEY_USAGES = frozenset({"digital_signature", "content_commitment"})

#: Purposes that make a certificate no document signer's when nothing else stands beside them.
FOREIGN_PURPOSES: frozenset[ObjectIdentifier] = frozenset(
    {ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.OCSP_SIGNING, ExtendedKeyUsageOID.SERVER_AUTH}
)

#: Which digest an EdDSA signature must go with. Source: RFC 8419 §2.3, §3.1.
EDDSA_DIGESTS = {"ed25519": "sha512", "ed448": "shake256"}


class StatusDemand(StrEnum):
    """For which certificates of a path the status must be known. Source: NĐ 68/2024/NĐ-CP Điều 31.1.c, Điều 32."""

    #: Every certificate but the anchor.
    WHOLE_PATH = "whole_path"
    #: The signer's (or the time-stamping authority's) own certificate.
    END_ENTITY = "end_entity"
    #: None: a revocation that is known still counts.
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorRule:
    """An anchor that a policy names.

    Attributes:
        sha256: Of the certificate's DER, lower-case hex.
        until: First moment (aware UTC) at which it vouches for nothing new; None while it is trusted.
    """

    sha256: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationPolicy:
    """One policy.

    Attributes:
        name: Stands in reports.
        scheme: Whose anchors may vouch; None takes every anchor of the trust given.
        anchors: If not empty, only these anchors of the trust given may vouch.
        algorithms: Digests and keys with their end dates.
        sub_filters: Accepted kinds of signature, as in /SubFilter.
        required_level: A signature below it does not pass; None accepts every level.
        accepts_claimed_time: A signature whose time nobody but its signer states may pass.
        signer_status: Whose status must be known in the signer's path.
        authority_status: Whose status must be known in a time-stamping authority's path.
        max_evidence_age: Evidence made longer than this before the time that counts is too old; None asks only that
            it was still in force then.
        max_timestamp_delay: A timestamp later than this after the claimed time does not pass; None allows any.
        signer_key_usages: One of them must be in the signer's KeyUsage when the extension is there.
        requires_key_usage: The extension must be there.
        required_purposes: One of them (dotted) must be in the signer's ExtendedKeyUsage; empty asks for none.
        refused_purposes: Purposes (dotted) that make no document signer when nothing else stands beside them.
        certificate_policies: One of them (dotted) must hold for the signer's path; empty asks for none.
    """

    name: str
    scheme: Scheme | None = None
    anchors: tuple[AnchorRule, ...] = ()
    algorithms: AlgorithmTable = VIETNAMESE_ALGORITHMS
    sub_filters: frozenset[str] = ALL_SUB_FILTERS
    required_level: Level | None = None
    accepts_claimed_time: bool = True
    signer_status: StatusDemand = StatusDemand.WHOLE_PATH
    authority_status: StatusDemand = StatusDemand.WHOLE_PATH
    max_evidence_age: timedelta | None = None
    max_timestamp_delay: timedelta | None = None
    signer_key_usages: frozenset[str] = SIGNER_KEY_USAGES
    requires_key_usage: bool = False
    required_purposes: frozenset[str] = frozenset()
    refused_purposes: frozenset[str] = frozenset(oid.dotted_string for oid in FOREIGN_PURPOSES)
    certificate_policies: frozenset[str] = frozenset()


#: Every anchor of the trust given; what counts when no policy is named.
DEFAULT_POLICY = ValidationPolicy(name="default")

#: Công vụ: the law asks for no timestamp (NĐ 68/2024 Điều 29.4 "where law requires"), so a claimed time may do.
_VN_OFFICIAL = ValidationPolicy(name="vn-official", scheme=Scheme.OFFICIAL_USE)

_VN_PUBLIC = ValidationPolicy(name="vn-public", scheme=Scheme.PUBLIC)

#: By the European catalogue of algorithms; certificates of the European profiles always have KeyUsage.
_EU = ValidationPolicy(
    name="eu",
    scheme=Scheme.EUROPEAN,
    algorithms=EUROPEAN_ALGORITHMS,
    sub_filters=PADES_SUB_FILTERS | {"/adbe.pkcs7.detached"},
    requires_key_usage=True,
)

POLICIES: Mapping[str, ValidationPolicy] = MappingProxyType(
    {policy.name: policy for policy in (DEFAULT_POLICY, _VN_OFFICIAL, _VN_PUBLIC, _EU)}
)
