"""Words for the closed sets of a report: levels, coverage, steps, certificates."""

from __future__ import annotations

from collections.abc import Mapping

from vnsign.report import (
    CertificateReport,
    CertificateRole,
    CertificateState,
    Coverage,
    EvidenceKind,
    LevelReason,
    Outcome,
    SignatureReport,
    Step,
)
from vnsign.verification.messages import Language, level_word
from vnsign.verification.wording import Words, words

LEVEL_REASONS: Mapping[LevelReason, Words] = {
    LevelReason.HIGHEST: words("mức cao nhất", "the highest level"),
    LevelReason.SIGNATURE_BROKEN: words("chữ ký hỏng", "the signature is broken"),
    LevelReason.NOT_A_PADES_SUB_FILTER: words("không phải kiểu chữ ký PAdES", "its type is not a PAdES one"),
    LevelReason.NO_SIGNING_CERTIFICATE_ATTRIBUTE: words(
        "chữ ký không gắn với chứng thư của người ký", "the signature does not name the signer's certificate"
    ),
    LevelReason.SIGNING_TIME_ATTRIBUTE: words(
        "thời điểm ký ghi trong CMS, không chỉ trong /M", "the signing time stands in the CMS, not only in /M"
    ),
    LevelReason.NO_TIMESTAMP: words("không có dấu thời gian", "there is no timestamp"),
    LevelReason.NO_EVIDENCE_FOR_SIGNER: words(
        "thiếu bằng chứng trạng thái chứng thư của người ký", "no evidence of the status of the signer's certificate"
    ),
    LevelReason.NO_EVIDENCE_FOR_PATH: words(
        "thiếu bằng chứng trạng thái một chứng thư trong đường dẫn", "no evidence for a certificate of the path"
    ),
    LevelReason.EVIDENCE_OUTSIDE_SECURITY_STORE: words(
        "bằng chứng không nằm trong kho DSS của tệp", "the evidence is not in the file's DSS"
    ),
    LevelReason.NO_DOCUMENT_TIMESTAMP_AFTER_EVIDENCE: words(
        "chưa có dấu thời gian trên văn bản sau bằng chứng", "no document timestamp covers the evidence"
    ),
}
COVERAGES: Mapping[Coverage, Words] = {
    Coverage.ENTIRE_FILE: words("toàn bộ tệp", "the whole file"),
    Coverage.ENTIRE_REVISION: words(
        "toàn bộ phiên bản đã ký; sau đó tệp được ghi thêm", "the whole signed revision; more was appended later"
    ),
    Coverage.CONTIGUOUS_FROM_START: words(
        "từ đầu tệp, chưa đến hết một phiên bản", "from the start, but not to the end of a revision"
    ),
    Coverage.ODD: words("không xác định được", "cannot be determined"),
}
STEPS: Mapping[Step, Words] = {
    Step.FORMAT: words("Khuôn dạng", "Format"),
    Step.SIGNING_CERTIFICATE: words("Nhận diện chứng thư người ký", "Identification of the signing certificate"),
    Step.CONTEXT: words("Bối cảnh kiểm tra", "Validation context"),
    Step.CERTIFICATE_PATH: words("Đường dẫn chứng thư", "Certificate path"),
    Step.CRYPTOGRAPHY: words("Kiểm tra mật mã", "Cryptographic verification"),
    Step.ACCEPTANCE: words("Chấp nhận theo chính sách", "Acceptance by the policy"),
    Step.TIMESTAMPS: words("Dấu thời gian", "Timestamps"),
    Step.PAST_VALIDATION: words("Xét tại thời điểm trong quá khứ", "Past validation"),
    Step.DOCUMENT_CHANGES: words("Thay đổi sau khi ký", "Changes after signing"),
}
OUTCOMES: Mapping[Outcome, Words] = {
    Outcome.PASSED: words("đạt", "passed"),
    Outcome.FAILED: words("KHÔNG đạt", "FAILED"),
    Outcome.INDETERMINATE: words("chưa kết luận được", "undecided"),
    Outcome.NOT_RUN: words("không xét", "not taken"),
}
ROLES: Mapping[CertificateRole, Words] = {
    CertificateRole.SIGNER: words("người ký", "signer"),
    CertificateRole.TIMESTAMP_AUTHORITY: words("cơ quan cấp dấu thời gian", "timestamp authority"),
    CertificateRole.AUTHORITY: words("cơ quan cấp chứng thư", "authority"),
    CertificateRole.ANCHOR: words("gốc tin cậy", "trust anchor"),
}
STATES: Mapping[CertificateState, Words] = {
    CertificateState.GOOD: words("không bị thu hồi", "not revoked"),
    CertificateState.REVOKED: words("ĐÃ BỊ THU HỒI", "REVOKED"),
    CertificateState.UNKNOWN: words("chưa kiểm tra được thu hồi", "revocation could not be checked"),
    CertificateState.NOT_REQUIRED: words("không phải kiểm tra thu hồi", "no revocation check required"),
    CertificateState.TRUSTED: words("bạn đã chọn tin cậy", "installed by you as trusted"),
}
EVIDENCE: Mapping[EvidenceKind, str] = {EvidenceKind.CRL: "CRL", EvidenceKind.OCSP: "OCSP"}
REVISIONS = words("Các phiên bản của tệp", "Revisions of the file")
PATH = words("Đường dẫn chứng thư", "Certificate path")
PROCEDURE = words("Các bước kiểm tra", "Steps of the validation")
COVERAGE = words("Phạm vi ký", "What it covers")
_NOT_YET = words("chưa đạt {level} vì {reason}", "not {level}: {reason}")


def level_words(report: SignatureReport, language: Language) -> str:
    """Return the level and why it is not the next one."""
    found = level_word(report.level, language)
    if report.level_reason is None or report.next_level is None:
        return found
    reason = LEVEL_REASONS[report.level_reason][language]
    return f"{found} ({_NOT_YET[language].format(level=report.next_level.value, reason=reason)})"


def state_words(certificate: CertificateReport, language: Language) -> str:
    """Return the status of a certificate and the evidence it stands on."""
    evidence = ", ".join(dict.fromkeys(EVIDENCE[e.kind] for e in certificate.evidence if e.is_decisive))
    return STATES[certificate.state][language] + (f" ({evidence})" if evidence else "")
