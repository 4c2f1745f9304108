"""One thing found: its code, how much it weighs, which clause asks for it, where, and what was seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from vnsign.report.indications import Severity


class FindingCode(StrEnum):
    """One reason a signature is worth less than TOTAL_PASSED, or a remark. The value is stable."""

    # the file
    FILE_NOT_READABLE = "file_not_readable"
    # format
    NOT_A_PDF = "not_a_pdf"
    PDF_NOT_READABLE = "pdf_not_readable"
    PDF_ENCRYPTED = "pdf_encrypted"
    SIGNATURE_BROKEN = "signature_broken"
    BYTE_RANGE_INVALID = "byte_range_invalid"
    CMS_NOT_READABLE = "cms_not_readable"
    CONTENTS_NOT_PADDED = "contents_not_padded"
    SUBFILTER_UNSUPPORTED = "subfilter_unsupported"
    SIGNED_DATA_MISSING = "signed_data_missing"
    # what the policy asks
    POLICY_NOT_APPLICABLE = "policy_not_applicable"
    SUBFILTER_NOT_ACCEPTED = "subfilter_not_accepted"
    LEVEL_BELOW_POLICY = "level_below_policy"
    SIGNATURE_POLICY_NOT_APPLIED = "signature_policy_not_applied"
    EVIDENCE_RECORD_NOT_SUPPORTED = "evidence_record_not_supported"
    # cryptography
    DIGEST_MISMATCH = "digest_mismatch"
    SIGNATURE_VALUE_INVALID = "signature_value_invalid"
    SIGNED_ATTRIBUTES_NOT_DER = "signed_attributes_not_der"
    ALGORITHM_NOT_ACCEPTED = "algorithm_not_accepted"
    ALGORITHM_WEAK = "algorithm_weak"
    # certificate and path
    SIGNER_CERTIFICATE_MISSING = "signer_certificate_missing"
    SIGNER_CERTIFICATE_MISMATCH = "signer_certificate_mismatch"
    KEY_USAGE_UNSUITABLE = "key_usage_unsuitable"
    NO_PATH_TO_ANCHOR = "no_path_to_anchor"
    ANCHOR_OF_ANOTHER_SCHEME = "anchor_of_another_scheme"
    ANCHOR_NO_LONGER_TRUSTED = "anchor_no_longer_trusted"
    PATH_INVALID = "path_invalid"
    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_NOT_YET_VALID = "certificate_not_yet_valid"
    CERTIFICATE_REVOKED = "certificate_revoked"
    CERTIFICATE_EXPIRED_LATER = "certificate_expired_later"
    CERTIFICATE_REVOKED_LATER = "certificate_revoked_later"
    CERTIFICATE_ON_HOLD = "certificate_on_hold"
    REVOCATION_NOT_CHECKED = "revocation_not_checked"
    EVIDENCE_NOT_FETCHED = "evidence_not_fetched"
    # time
    TIMESTAMP_INVALID = "timestamp_invalid"
    TIMESTAMP_IMPRINT_MISMATCH = "timestamp_imprint_mismatch"
    TIMESTAMP_NOT_TRUSTED = "timestamp_not_trusted"
    TIMESTAMP_ORDER = "timestamp_order"
    TIMESTAMP_TOO_LATE = "timestamp_too_late"
    TIME_ONLY_CLAIMED = "time_only_claimed"
    TIME_NOT_PROVEN = "time_not_proven"
    CLAIMED_TIME_DIFFERS = "claimed_time_differs"
    VALIDATION_INFORMATION_DATED = "validation_information_dated"
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
