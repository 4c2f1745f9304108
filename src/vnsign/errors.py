"""The errors of vnsign: one root, one code per reason, three families by who failed.

Invariants:
    - Every error that leaves this package is a :class:`VnsignError`; `tests/unit/test_errors.py` walks the package.
    - Callers and tests compare :attr:`VnsignError.code`, never text.
    - The message names the file (when there is one), the reason and the way out.

What it does not do: a signature that fails is not an error but a :class:`~vnsign.report.DocumentReport`;
only :func:`vnsign.verify_pdf` turns such a report into :class:`SignatureRejected`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vnsign.report import DocumentReport


class ErrorCode(StrEnum):
    """Why vnsign refused. The value is stable: scripts may compare it."""

    # ours: the caller asked for something that cannot be done
    BAD_ARGUMENT = "bad_argument"
    WRONG_PASSPHRASE = "wrong_passphrase"
    KEY_UNUSABLE = "key_unusable"
    KEY_UNAVAILABLE = "key_unavailable"
    CERTIFICATE_NOT_USABLE = "certificate_not_usable"
    CERTIFICATE_REVOKED = "certificate_revoked"
    CERTIFICATE_STATUS_UNKNOWN = "certificate_status_unknown"
    FIELD_NOT_FOUND = "field_not_found"
    FIELD_ALREADY_SIGNED = "field_already_signed"
    FIELD_ALREADY_FILLED = "field_already_filled"
    OUTPUT_EXISTS = "output_exists"
    OUTPUT_IS_INPUT = "output_is_input"
    OUTPUT_MISSING = "output_missing"
    OUTPUT_NOT_WRITABLE = "output_not_writable"
    BATCH_RUNNING = "batch_running"
    WORKER_FAILED = "worker_failed"
    AUTHORITY_EXISTS = "authority_exists"
    AUTHORITY_NOT_FOUND = "authority_not_found"
    ISSUE_REFUSED = "issue_refused"
    WRONG_STATE = "wrong_state"
    SEAL_REFUSED = "seal_refused"
    # theirs: the bytes somebody gave us
    NOT_READABLE = "not_readable"
    NOT_A_PDF = "not_a_pdf"
    MALFORMED_PDF = "malformed_pdf"
    ENCRYPTED_PDF = "encrypted_pdf"
    SIGNING_FORBIDDEN = "signing_forbidden"
    MALFORMED_CERTIFICATE = "malformed_certificate"
    MALFORMED_CMS = "malformed_cms"
    MALFORMED_TIMESTAMP = "malformed_timestamp"
    MALFORMED_CRL = "malformed_crl"
    MALFORMED_OCSP = "malformed_ocsp"
    MALFORMED_REQUEST = "malformed_request"
    REQUEST_REFUSED = "request_refused"
    MALFORMED_BATCH = "malformed_batch"
    MALFORMED_JOURNAL = "malformed_journal"
    MALFORMED_LOCK = "malformed_lock"
    MALFORMED_IMAGE = "malformed_image"
    TEXT_NOT_FOUND = "text_not_found"
    TEXT_AMBIGUOUS = "text_ambiguous"
    MALFORMED_ANSWER = "malformed_answer"
    MALFORMED_POLICY = "malformed_policy"
    SIGNATURE_REJECTED = "signature_rejected"
    LEVEL_NOT_REACHED = "level_not_reached"
    ARCHIVE_LAPSED = "archive_lapsed"
    # transport: nobody is to blame yet; try again or elsewhere
    SERVICE_UNREACHABLE = "service_unreachable"
    SERVICE_REFUSED = "service_refused"


class VnsignError(Exception):
    """The root of every error vnsign raises.

    Attributes:
        code: Stable reason.
        file: Name of the file concerned, or None.
        way_out: What the caller can do about it, or None.
    """

    def __init__(self, code: ErrorCode, message: str, *, file: str | None = None, way_out: str | None = None) -> None:
        self.code = code
        self.message = message
        self.file = file
        self.way_out = way_out
        super().__init__(message)

    def __str__(self) -> str:
        where = f"{self.file}: " if self.file else ""
        way_out = f" ({self.way_out})" if self.way_out else ""
        return f"{where}{self.message}{way_out} [{self.code.value}]"


class UsageError(VnsignError):
    """Ours: the caller asked for what cannot be done."""


class InputError(VnsignError):
    """Theirs: a document, certificate, token or request is malformed or forbids what was asked."""


class SignatureRejected(InputError):
    """A PDF whose signatures did not all pass; carries the whole report.

    Attributes:
        report: The report of every signature found, each finding with its code.
    """

    def __init__(self, report: DocumentReport) -> None:
        self.report = report
        reasons = ", ".join(sorted({f.code.value for f in report.all_findings()})) or report.verdict.value
        super().__init__(
            ErrorCode.SIGNATURE_REJECTED,
            f"not every signature passed: {report.verdict.value} ({reasons})",
            file=report.file,
            way_out="read .report, or call inspect_pdf to get it without an exception",
        )


class ServiceUnavailable(VnsignError):
    """Transport: a TSA, OCSP or CRL service did not answer, or answered that it will not."""
