"""What a person can do about a finding, in Vietnamese and English.

Advice is given for what fails a signature or leaves it open; remarks need none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from vnsign.report import DocumentReport, FindingCode, Severity, Verdict
from vnsign.verification.messages import Language
from vnsign.verification.wording import Words, words

_ASK_AGAIN = words(
    "Đề nghị nơi gửi gửi lại bản gốc của văn bản; không dùng bản này.",
    "Ask the sender for the original document again; do not use this copy.",
)
_WRONG_COPY = words(
    "So sánh với bản lưu của cơ quan ban hành; nếu khác nhau, báo cho cơ quan đó.",
    "Compare with the copy the issuing agency keeps; if they differ, tell the agency.",
)
_SIGN_AGAIN = words("Đề nghị người ký ký lại văn bản.", "Ask the signer to sign the document again.")
_ADD_ANCHOR = words(
    "Nếu bạn tin cậy tổ chức cấp chứng thư này: lấy chứng thư gốc từ chính tổ chức đó, đối chiếu dấu vân tay "
    "SHA-256, rồi thêm bằng lệnh vnsign trust add.",
    "If you trust this authority: take its root certificate from the authority itself, compare the SHA-256 "
    "fingerprint, and add it with vnsign trust add.",
)
_GET_EVIDENCE = words(
    "Kiểm tra lại với --online, hoặc đặt danh sách thu hồi (.crl) vào thư mục tin cậy.",
    "Verify again with --online, or put the revocation list (.crl) into the trust folder.",
)
_PROVE_TIME = words(
    "Tìm bằng chứng khác về thời điểm ký (sổ văn bản, bản lưu), hoặc đề nghị ký lại kèm dấu thời gian.",
    "Look for other proof of the time of signing (register, archived copy), or ask for a signature with a timestamp.",
)
_OTHER_POLICY = words(
    "Chọn chính sách kiểm tra (--policy) và thư mục tin cậy của đúng hệ thống chứng thực: công vụ hay công cộng.",
    "Choose the policy (--policy) and the trust folder of the right scheme: official-use or public.",
)
_UNREADABLE = words("Đề nghị nơi gửi gửi lại tệp.", "Ask the sender for the file again.")

ADVICE: Mapping[FindingCode, Words] = {
    FindingCode.FILE_NOT_READABLE: words(
        "Kiểm tra đường dẫn và quyền đọc tệp.", "Check the path, and that you may read the file."
    ),
    FindingCode.NOT_A_PDF: words("Kiểm tra xem có chọn nhầm tệp không.", "Check whether this is the right file."),
    FindingCode.PDF_NOT_READABLE: _UNREADABLE,
    FindingCode.PDF_ENCRYPTED: words(
        "Đề nghị nơi gửi gửi bản không đặt mật khẩu.", "Ask the sender for a copy without a password."
    ),
    FindingCode.SIGNATURE_BROKEN: _ASK_AGAIN,
    FindingCode.BYTE_RANGE_INVALID: _ASK_AGAIN,
    FindingCode.CMS_NOT_READABLE: _ASK_AGAIN,
    FindingCode.SUBFILTER_UNSUPPORTED: _SIGN_AGAIN,
    FindingCode.DIGEST_MISMATCH: _ASK_AGAIN,
    FindingCode.SIGNATURE_VALUE_INVALID: _ASK_AGAIN,
    FindingCode.SIGNED_ATTRIBUTES_NOT_DER: _SIGN_AGAIN,
    FindingCode.ALGORITHM_NOT_ACCEPTED: _SIGN_AGAIN,
    FindingCode.SIGNER_CERTIFICATE_MISSING: _SIGN_AGAIN,
    FindingCode.SIGNER_CERTIFICATE_MISMATCH: _ASK_AGAIN,
    FindingCode.KEY_USAGE_UNSUITABLE: words(
        "Đề nghị người ký ký lại bằng chứng thư dùng để ký văn bản.",
        "Ask the signer to sign again with a certificate that is meant for documents.",
    ),
    FindingCode.NO_PATH_TO_ANCHOR: _ADD_ANCHOR,
    FindingCode.PATH_INVALID: _ADD_ANCHOR,
    FindingCode.CERTIFICATE_EXPIRED: _PROVE_TIME,
    FindingCode.CERTIFICATE_NOT_YET_VALID: _SIGN_AGAIN,
    FindingCode.CERTIFICATE_REVOKED: words(
        "Liên hệ người ký hoặc cơ quan ban hành để biết lý do thu hồi; không dùng văn bản khi chưa rõ.",
        "Ask the signer or the issuing agency why it was revoked; do not use the document before that is clear.",
    ),
    FindingCode.REVOCATION_NOT_CHECKED: _GET_EVIDENCE,
    FindingCode.TIMESTAMP_INVALID: _PROVE_TIME,
    FindingCode.TIMESTAMP_IMPRINT_MISMATCH: _PROVE_TIME,
    FindingCode.TIMESTAMP_NOT_TRUSTED: words(
        "Nếu tin cậy tổ chức cấp dấu thời gian: thêm chứng thư gốc của tổ chức đó bằng lệnh vnsign trust add.",
        "If you trust the timestamp authority: add its root certificate with vnsign trust add.",
    ),
    FindingCode.SIGNED_DATA_MISSING: _ASK_AGAIN,
    FindingCode.POLICY_NOT_APPLICABLE: _OTHER_POLICY,
    FindingCode.SUBFILTER_NOT_ACCEPTED: _SIGN_AGAIN,
    FindingCode.LEVEL_BELOW_POLICY: words(
        "Bổ sung dấu thời gian và bằng chứng bằng lệnh vnsign extend, hoặc đề nghị người ký ký lại ở mức yêu cầu.",
        "Add the timestamp and the evidence with vnsign extend, or ask the signer to sign at the level demanded.",
    ),
    FindingCode.ANCHOR_OF_ANOTHER_SCHEME: _OTHER_POLICY,
    FindingCode.ANCHOR_NO_LONGER_TRUSTED: _PROVE_TIME,
    FindingCode.CERTIFICATE_ON_HOLD: words(
        "Kiểm tra lại sau khi có danh sách thu hồi mới, hoặc hỏi tổ chức cấp chứng thư.",
        "Verify again when there is a newer revocation list, or ask the certificate's authority.",
    ),
    FindingCode.EVIDENCE_NOT_FETCHED: words(
        "Kiểm tra kết nối mạng rồi kiểm tra lại.", "Check the network, then verify again."
    ),
    FindingCode.TIMESTAMP_ORDER: _WRONG_COPY,
    FindingCode.TIMESTAMP_TOO_LATE: _PROVE_TIME,
    FindingCode.TIME_NOT_PROVEN: _PROVE_TIME,
    FindingCode.CONTENT_CHANGED: _WRONG_COPY,
    FindingCode.FIELD_CHANGED_AFTER_LOCK: _WRONG_COPY,
    FindingCode.FIELD_CHANGED: _WRONG_COPY,
    FindingCode.FIELD_ADDED: _WRONG_COPY,
    FindingCode.ANNOTATION_CHANGED: _WRONG_COPY,
    FindingCode.APPEARANCE_DIFFERS_FROM_VALUE: _WRONG_COPY,
    FindingCode.APPEARANCE_CHANGED_VALUE_KEPT: _WRONG_COPY,
    FindingCode.CHANGES_NOT_JUDGED: _WRONG_COPY,
}
_UNSIGNED = words(
    "Nếu văn bản phải có chữ ký số: đề nghị nơi gửi gửi bản đã ký.",
    "If the document should be signed: ask the sender for the signed copy.",
)
_MATTERS = frozenset({Severity.ERROR, Severity.UNDECIDED})


def advice_for(report: DocumentReport, language: Language) -> tuple[str, ...]:
    """Return what to do about a document, each thing once, the worst finding's first."""
    return tuple(dict.fromkeys(text[language] for text in _texts(report)))


def _texts(report: DocumentReport) -> Iterator[Words]:
    if report.verdict is Verdict.TOTAL_PASSED:
        return
    if report.verdict is Verdict.NO_SIGNATURE:
        yield _UNSIGNED
    findings = [f for f in report.all_findings() if f.severity in _MATTERS]
    for severity in (Severity.ERROR, Severity.UNDECIDED):
        yield from _known(f.code for f in findings if f.severity is severity)


def _known(codes: Iterable[FindingCode]) -> Iterator[Words]:
    return (ADVICE[code] for code in codes if code in ADVICE)
