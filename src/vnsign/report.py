"""What a verification says: frozen results in the words of ETSI EN 319 102-1 and of this project's design.

Invariants:
    - A report is data: nothing here judges.
    - A report has no truth value: ``if report:`` raises, because "could not check" is neither yes nor no.
    - Callers compare enum members, never text.

Source: ETSI EN 319 102-1 clause 5.1.3 (indications and sub-indications); ISO 32000-2 clause 12.8.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NoReturn


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
    TIMESTAMP_ORDER_FAILURE = "TIMESTAMP_ORDER_FAILURE"
    NO_SIGNING_CERTIFICATE_FOUND = "NO_SIGNING_CERTIFICATE_FOUND"
    NO_CERTIFICATE_CHAIN_FOUND = "NO_CERTIFICATE_CHAIN_FOUND"
    REVOKED_NO_POE = "REVOKED_NO_POE"
    OUT_OF_BOUNDS_NO_POE = "OUT_OF_BOUNDS_NO_POE"
    OUT_OF_BOUNDS_NOT_REVOKED = "OUT_OF_BOUNDS_NOT_REVOKED"
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


class Level(StrEnum):
    """Level found in the file. Source: ETSI EN 319 142-1 clause 6; ISO 32000-2 for the PKCS7 ones."""

    PADES_B_B = "PAdES-B-B"
    PADES_B_T = "PAdES-B-T"
    PADES_B_LT = "PAdES-B-LT"
    PADES_B_LTA = "PAdES-B-LTA"
    PKCS7_B = "PKCS7-B"
    PKCS7_T = "PKCS7-T"
    NONE = "none"


class TimeSource(StrEnum):
    """Where the time used for the verdict came from. A proven time beats a claimed one."""

    CLAIMED = "claimed"
    SIGNATURE_TIMESTAMP = "signature_timestamp"
    DOCUMENT_TIMESTAMP = "document_timestamp"
    VALIDATION_TIME = "validation_time"


class FindingCode(StrEnum):
    """One reason a signature is worth less than TOTAL_PASSED, or a remark. The value is stable."""

    # format
    NOT_A_PDF = "not_a_pdf"
    PDF_NOT_READABLE = "pdf_not_readable"
    PDF_ENCRYPTED = "pdf_encrypted"
    SIGNATURE_BROKEN = "signature_broken"
    BYTE_RANGE_INVALID = "byte_range_invalid"
    CMS_NOT_READABLE = "cms_not_readable"
    SUBFILTER_UNSUPPORTED = "subfilter_unsupported"
    # cryptography
    DIGEST_MISMATCH = "digest_mismatch"
    SIGNATURE_VALUE_INVALID = "signature_value_invalid"
    ALGORITHM_NOT_ACCEPTED = "algorithm_not_accepted"
    ALGORITHM_WEAK = "algorithm_weak"
    # certificate and path
    SIGNER_CERTIFICATE_MISSING = "signer_certificate_missing"
    SIGNER_CERTIFICATE_MISMATCH = "signer_certificate_mismatch"
    KEY_USAGE_UNSUITABLE = "key_usage_unsuitable"
    NO_PATH_TO_ANCHOR = "no_path_to_anchor"
    PATH_INVALID = "path_invalid"
    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_NOT_YET_VALID = "certificate_not_yet_valid"
    CERTIFICATE_REVOKED = "certificate_revoked"
    REVOCATION_NOT_CHECKED = "revocation_not_checked"
    # time
    TIMESTAMP_INVALID = "timestamp_invalid"
    TIMESTAMP_IMPRINT_MISMATCH = "timestamp_imprint_mismatch"
    TIMESTAMP_NOT_TRUSTED = "timestamp_not_trusted"
    TIME_ONLY_CLAIMED = "time_only_claimed"
    # the document after the signature
    CONTENT_CHANGED = "content_changed"
    FIELD_CHANGED_AFTER_LOCK = "field_changed_after_lock"
    FIELD_CHANGED = "field_changed"
    FIELD_ADDED = "field_added"
    ANNOTATION_CHANGED = "annotation_changed"
    APPEARANCE_DIFFERS_FROM_VALUE = "appearance_differs_from_value"
    APPEARANCE_CHANGED_VALUE_KEPT = "appearance_changed_value_kept"
    CHANGES_NOT_JUDGED = "changes_not_judged"
    FIELDS_FILLED = "fields_filled"
    SIGNATURES_ADDED = "signatures_added"
    NOT_WHOLE_DOCUMENT = "not_whole_document"


class Severity(StrEnum):
    """How much a finding weighs: ERROR fails, UNDECIDED leaves it open, WARNING and INFO do not change the verdict."""

    ERROR = "error"
    UNDECIDED = "undecided"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found.

    Attributes:
        code: Stable code; compare this.
        severity: Whether it changes the verdict.
        clause: The clause that asks for the check, e.g. ``EN 319 102-1 §5.2.7``.
        where: Field, object, page or certificate concerned, e.g. ``field so`` or ``object 14 0``.
        values: What was seen, as short strings.
    """

    code: FindingCode
    severity: Severity
    clause: str
    where: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


def _no_truth_value(name: str) -> NoReturn:
    message = f"{name} has no truth value: compare .verdict or .indication"
    raise TypeError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampReport:
    """One RFC 3161 token: a signature timestamp, or a document timestamp.

    Attributes:
        kind: ``signature`` or ``document``.
        field: Field of the signature it stamps, or of the document timestamp.
        time: genTime, aware UTC, None if the token is not readable.
    """

    kind: str
    field: str
    indication: Indication
    subindication: SubIndication | None
    time: datetime | None
    authority: str
    findings: tuple[Finding, ...] = ()

    def __bool__(self) -> NoReturn:
        _no_truth_value("TimestampReport")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureReport:
    """One signature.

    Attributes:
        intact: The digest over the byte range equals the signed digest.
        valid: The signature value verifies with the signer's key.
        covers_whole_document: Nothing at all follows what was signed.
        modifications: What the revisions after it did.
        signing_time: Best signature time, aware UTC; None if there is none.
        signer: Subject as RFC 4514 text, empty if the certificate is missing.
        signer_sha256: SHA-256 of the signer's certificate, lower-case hex; empty if it is missing.
    """

    field: str
    indication: Indication
    subindication: SubIndication | None
    intact: bool
    valid: bool
    covers_whole_document: bool
    modifications: Modifications
    level: Level
    signing_time: datetime | None
    time_source: TimeSource | None
    signer: str
    findings: tuple[Finding, ...] = ()
    signer_sha256: str = ""

    def __bool__(self) -> NoReturn:
        _no_truth_value("SignatureReport")


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentReport:
    """Everything found in one file. Signatures stand in the order they were made."""

    file: str
    verdict: Verdict
    signatures: tuple[SignatureReport, ...] = ()
    timestamps: tuple[TimestampReport, ...] = ()
    findings: tuple[Finding, ...] = ()

    def __bool__(self) -> NoReturn:
        _no_truth_value("DocumentReport")

    def all_findings(self) -> Iterator[Finding]:
        """Yield the findings of the file, then of each signature, then of each timestamp."""
        yield from self.findings
        for signature in self.signatures:
            yield from signature.findings
        for timestamp in self.timestamps:
            yield from timestamp.findings
