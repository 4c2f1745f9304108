"""The closed words of a report: what a signature is worth, why, and what was found around it.

Source: ETSI EN 319 102-1 clause 5.1.3 (indications and sub-indications); ISO 32000-2 clause 12.8.
"""

from __future__ import annotations

from enum import StrEnum


class Indication(StrEnum):
    """Main status of one signature. Source: ETSI EN 319 102-1 Table 5."""

    TOTAL_PASSED = "TOTAL_PASSED"
    INDETERMINATE = "INDETERMINATE"
    TOTAL_FAILED = "TOTAL_FAILED"


class SubIndication(StrEnum):
    """Why an indication is not TOTAL_PASSED. Source: ETSI EN 319 102-1 Table 6."""

    FORMAT_FAILURE = "FORMAT_FAILURE"
    HASH_FAILURE = "HASH_FAILURE"
    SIG_CRYPTO_FAILURE = "SIG_CRYPTO_FAILURE"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"
    NOT_YET_VALID = "NOT_YET_VALID"
    SIG_CONSTRAINTS_FAILURE = "SIG_CONSTRAINTS_FAILURE"
    CHAIN_CONSTRAINTS_FAILURE = "CHAIN_CONSTRAINTS_FAILURE"
    CERTIFICATE_CHAIN_GENERAL_FAILURE = "CERTIFICATE_CHAIN_GENERAL_FAILURE"
    CRYPTO_CONSTRAINTS_FAILURE = "CRYPTO_CONSTRAINTS_FAILURE"
    CRYPTO_CONSTRAINTS_FAILURE_NO_POE = "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
    POLICY_PROCESSING_ERROR = "POLICY_PROCESSING_ERROR"
    SIGNATURE_POLICY_NOT_AVAILABLE = "SIGNATURE_POLICY_NOT_AVAILABLE"
    TIMESTAMP_ORDER_FAILURE = "TIMESTAMP_ORDER_FAILURE"
    NO_SIGNING_CERTIFICATE_FOUND = "NO_SIGNING_CERTIFICATE_FOUND"
    NO_CERTIFICATE_CHAIN_FOUND = "NO_CERTIFICATE_CHAIN_FOUND"
    NO_CERTIFICATE_CHAIN_FOUND_NO_POE = "NO_CERTIFICATE_CHAIN_FOUND_NO_POE"
    REVOKED_NO_POE = "REVOKED_NO_POE"
    REVOKED_CA_NO_POE = "REVOKED_CA_NO_POE"
    OUT_OF_BOUNDS_NO_POE = "OUT_OF_BOUNDS_NO_POE"
    OUT_OF_BOUNDS_NOT_REVOKED = "OUT_OF_BOUNDS_NOT_REVOKED"
    REVOCATION_OUT_OF_BOUNDS_NO_POE = "REVOCATION_OUT_OF_BOUNDS_NO_POE"
    NO_POE = "NO_POE"
    TRY_LATER = "TRY_LATER"
    SIGNED_DATA_NOT_FOUND = "SIGNED_DATA_NOT_FOUND"


class Verdict(StrEnum):
    """Worst of a document's signatures, or why there is none to judge."""

    TOTAL_PASSED = "TOTAL_PASSED"
    INDETERMINATE = "INDETERMINATE"
    TOTAL_FAILED = "TOTAL_FAILED"
    NO_SIGNATURE = "NO_SIGNATURE"
    UNREADABLE = "UNREADABLE"


class Modifications(StrEnum):
    """What happened to the document after a signature (design §3.1)."""

    NONE = "none"
    PERMITTED = "permitted"
    FORBIDDEN = "forbidden"
    SUSPICIOUS = "suspicious"
    #: The revisions after the signature could not be compared: never read as "none".
    UNKNOWN = "unknown"


class Coverage(StrEnum):
    """What a signature's byte range covers. Source: ISO 32000-2 §12.8.1."""

    #: The whole file as it is, but for the signature value itself.
    ENTIRE_FILE = "entire_file"
    #: A whole earlier revision; bytes were appended after it.
    ENTIRE_REVISION = "entire_revision"
    #: From the first byte on, around the signature value, but not to the end of a revision.
    CONTIGUOUS_FROM_START = "contiguous_from_start"
    #: Anything else: missing, outside the file, not around the signature value.
    ODD = "odd"


class Level(StrEnum):
    """Level found in the file. Source: ETSI EN 319 142-1 clause 6; ISO 32000-2 for the PKCS7 ones."""

    PADES_B_B = "PAdES-B-B"
    PADES_B_T = "PAdES-B-T"
    PADES_B_LT = "PAdES-B-LT"
    PADES_B_LTA = "PAdES-B-LTA"
    PKCS7_B = "PKCS7-B"
    PKCS7_T = "PKCS7-T"
    PKCS7_LT = "PKCS7-LT"
    PKCS7_LTA = "PKCS7-LTA"
    #: PAdES beside the baseline (ETSI EN 319 142-2): a basic signature, and one with evidence and time.
    PADES_E_BES = "PAdES-E-BES"
    PADES_E_LTV = "PAdES-E-LTV"
    NONE = "none"


class LevelReason(StrEnum):
    """Why a level is not the next one. The value is stable."""

    #: B-LTA: there is none above it.
    HIGHEST = "highest"
    SIGNATURE_BROKEN = "signature_broken"
    NOT_A_PADES_SUB_FILTER = "not_a_pades_sub_filter"
    NO_SIGNING_CERTIFICATE_ATTRIBUTE = "no_signing_certificate_attribute"
    #: The baseline wants the signer's time in /M only.
    SIGNING_TIME_ATTRIBUTE = "signing_time_attribute"
    NO_TIMESTAMP = "no_timestamp"
    NO_EVIDENCE_FOR_SIGNER = "no_evidence_for_signer"
    NO_EVIDENCE_FOR_PATH = "no_evidence_for_path"
    EVIDENCE_OUTSIDE_SECURITY_STORE = "evidence_outside_security_store"
    NO_DOCUMENT_TIMESTAMP_AFTER_EVIDENCE = "no_document_timestamp_after_evidence"


class TimeSource(StrEnum):
    """Where the time used for the verdict came from. A proven time beats a claimed one."""

    CLAIMED = "claimed"
    SIGNATURE_TIMESTAMP = "signature_timestamp"
    DOCUMENT_TIMESTAMP = "document_timestamp"
    VALIDATION_TIME = "validation_time"


class Severity(StrEnum):
    """How much a finding weighs: ERROR fails, UNDECIDED leaves it open, WARNING and INFO do not change the verdict."""

    ERROR = "error"
    UNDECIDED = "undecided"
    WARNING = "warning"
    INFO = "info"
