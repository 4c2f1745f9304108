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

from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier


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


# Names: seen in real certificates (C, L, O, OU, OU, CN, E for a person; C, O, L, CN for an agency). No rule was found
# that demands a place, a unit or an address, so these are optional for everybody. Citizen numbers and tax codes are in
# no official-use name that was seen, and everybody can read a certificate.
_NAME = frozenset({NameOID.COUNTRY_NAME, NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME})
_NAME_MORE = frozenset({NameOID.LOCALITY_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME})


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileRules:
    """One row of the table.

    Attributes:
        is_ca: basicConstraints cA.
        path_length: pathLenConstraint; None means no limit, and for an end entity not applicable.
        key_usage: Bits set; the extension is always critical (RFC 5280 §4.2.1.3: SHOULD).
        extended_key_usage: Purposes, critical when present; empty means no extension.
        max_years: Longest validity in calendar years (UTC).
        max_renewal_years: The same for the renewal of a certificate; None where there is no renewal by request.
        required_in_name: Attributes that the subject's name must have.
        optional_in_name: Those it may have; all others are refused. The official address is not among them: it is
            added by ``email_in_name``.
        email_in_name: The official address stands in the name too (emailAddress), as the Government's authority
            writes it; always in subjectAltName.
        no_check: The certificate's own status is not to be asked for (id-pkix-ocsp-nocheck), so it names no list.
    """

    is_ca: bool
    path_length: int | None
    key_usage: frozenset[KeyUsageBit]
    extended_key_usage: tuple[ObjectIdentifier, ...] = ()
    max_years: int
    max_renewal_years: int | None = None
    required_in_name: frozenset[ObjectIdentifier] = _NAME
    optional_in_name: frozenset[ObjectIdentifier] = _NAME_MORE
    email_in_name: bool = False
    no_check: bool = False


_CA_USAGE = frozenset({KeyUsageBit.KEY_CERT_SIGN, KeyUsageBit.CRL_SIGN})
_DOCUMENT_USAGE = frozenset({KeyUsageBit.NON_REPUDIATION})

# Validity: Nghị định 68/2024/NĐ-CP Điều 9 (provider 20 years, new subscriber at most 5, renewal at most 3). No article
# of the official-use rules was found for timestamping; 5 years is what Nghị định 23/2025/NĐ-CP sets on the public side.
# Keys and hashes are the same for every row: vnsign.pki.keys (Thông tư 15/2025/TT-BKHCN Phụ lục I).
# No subscriber has an extendedKeyUsage: none of the real document signers of 2014 had one, and RFC 5280 §4.2.1.12
# leaves a certificate without it free for what its keyUsage says.
PROFILES: Mapping[CertificateProfile, ProfileRules] = MappingProxyType(
    {
        CertificateProfile.ROOT: ProfileRules(is_ca=True, path_length=None, key_usage=_CA_USAGE, max_years=20),
        CertificateProfile.ISSUING_CA: ProfileRules(is_ca=True, path_length=0, key_usage=_CA_USAGE, max_years=20),
        CertificateProfile.OFFICIAL: ProfileRules(
            is_ca=False,
            path_length=None,
            key_usage=_DOCUMENT_USAGE,
            max_years=5,
            max_renewal_years=3,
            email_in_name=True,
        ),
        CertificateProfile.AGENCY_SEAL: ProfileRules(
            is_ca=False, path_length=None, key_usage=_DOCUMENT_USAGE, max_years=5, max_renewal_years=3
        ),
        CertificateProfile.SERVICE: ProfileRules(
            is_ca=False,
            path_length=None,
            key_usage=frozenset({KeyUsageBit.DIGITAL_SIGNATURE}),
            max_years=5,
            max_renewal_years=3,
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
            no_check=True,
        ),
    }
)
