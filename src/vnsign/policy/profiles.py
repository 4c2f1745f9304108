"""Certificate profiles of an agency-run authority, as data.

Invariants:
    - One row per profile; code that builds certificates reads the row and decides nothing itself.
    - Whoever signs documents (person, agency) has ``nonRepudiation`` and nothing else: a key that also answers
      authentication challenges can be tricked into signing a document.

What it does not do: it says nothing of validation. Certificates of other authorities follow other profiles and are
judged by the validation policy (law.md of the Government's authority shows keys with four usages).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier


class CertificateProfile(StrEnum):
    """What a certificate is for. Kinds of subscriber: Nghị định 68/2024/NĐ-CP Điều 10."""

    ROOT = "root"
    ISSUING_CA = "issuing_ca"
    #: cá nhân: the official who signs.
    OFFICIAL = "official"
    #: cơ quan, tổ chức: the agency's seal.
    AGENCY_SEAL = "agency_seal"
    #: thiết bị, dịch vụ, phần mềm.
    SERVICE = "service"
    TSA = "tsa"
    #: answers for an authority: whether its certificates are revoked
    OCSP_RESPONDER = "ocsp_responder"


class KeyUsageBit(StrEnum):
    """Names of KeyUsage bits as `cryptography` spells them. Source: RFC 5280 §4.2.1.3."""

    DIGITAL_SIGNATURE = "digital_signature"
    #: nonRepudiation in RFC 5280, contentCommitment in X.509.
    NON_REPUDIATION = "content_commitment"
    KEY_ENCIPHERMENT = "key_encipherment"
    DATA_ENCIPHERMENT = "data_encipherment"
    KEY_AGREEMENT = "key_agreement"
    KEY_CERT_SIGN = "key_cert_sign"
    CRL_SIGN = "crl_sign"
    ENCIPHER_ONLY = "encipher_only"
    DECIPHER_ONLY = "decipher_only"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileRules:
    """One row of the table.

    Attributes:
        is_ca: basicConstraints cA.
        path_length: pathLenConstraint; None means no limit, and for an end entity not applicable.
        key_usage: Bits set; the extension is always critical (RFC 5280 §4.2.1.3: SHOULD).
        extended_key_usage: Purposes, critical when present; empty means no extension.
        max_years: Longest validity in calendar years (UTC).
    """

    is_ca: bool
    path_length: int | None
    key_usage: frozenset[KeyUsageBit]
    extended_key_usage: tuple[ObjectIdentifier, ...] = ()
    max_years: int


_CA_USAGE = frozenset({KeyUsageBit.KEY_CERT_SIGN, KeyUsageBit.CRL_SIGN})
_DOCUMENT_USAGE = frozenset({KeyUsageBit.NON_REPUDIATION})

# Validity: Nghị định 68/2024/NĐ-CP Điều 9 (provider 20 years, new subscriber at most 5). No article of the
# official-use rules was found for timestamping; 5 years is what Nghị định 23/2025/NĐ-CP sets on the public side.
PROFILES: Mapping[CertificateProfile, ProfileRules] = MappingProxyType(
    {
        CertificateProfile.ROOT: ProfileRules(is_ca=True, path_length=None, key_usage=_CA_USAGE, max_years=20),
        CertificateProfile.ISSUING_CA: ProfileRules(is_ca=True, path_length=0, key_usage=_CA_USAGE, max_years=20),
        CertificateProfile.OFFICIAL: ProfileRules(
            is_ca=False, path_length=None, key_usage=_DOCUMENT_USAGE, max_years=5
        ),
        CertificateProfile.AGENCY_SEAL: ProfileRules(
            is_ca=False, path_length=None, key_usage=_DOCUMENT_USAGE, max_years=5
        ),
        CertificateProfile.SERVICE: ProfileRules(
            is_ca=False, path_length=None, key_usage=frozenset({KeyUsageBit.DIGITAL_SIGNATURE}), max_years=5
        ),
        # RFC 3161 §2.3: the only purpose, and critical.
        CertificateProfile.TSA: ProfileRules(
            is_ca=False,
            path_length=None,
            key_usage=frozenset({KeyUsageBit.DIGITAL_SIGNATURE}),
            extended_key_usage=(ExtendedKeyUsageOID.TIME_STAMPING,),
            max_years=5,
        ),
        # RFC 6960 §4.2.2.2: the purpose is OCSPSigning; its own status cannot be asked, so it lives shortly.
        CertificateProfile.OCSP_RESPONDER: ProfileRules(
            is_ca=False,
            path_length=None,
            key_usage=frozenset({KeyUsageBit.DIGITAL_SIGNATURE}),
            extended_key_usage=(ExtendedKeyUsageOID.OCSP_SIGNING,),
            max_years=1,
        ),
    }
)
