"""What ``vnsign sign`` says, in Vietnamese and in English.

Reasons in Vietnamese are a table by code, for the person who has the documents; the English ones are the errors' own.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from vnsign.batch.jobs import JobOutcome
from vnsign.errors import ErrorCode
from vnsign.verification.messages import Language, clean


class Label(StrEnum):
    """A piece of text of this command."""

    PROGRESS = "progress"
    SIGNED = "signed"
    SIGNED_BEFORE = "signed_before"
    FAILED = "failed"
    RETRIED = "retried"
    SIGNED_BEFORE_LINE = "signed_before_line"
    INTERRUPTED = "interrupted"
    RESUME = "resume"
    WRITTEN = "written"


LABELS: Mapping[Label, Mapping[Language, str]] = {
    Label.PROGRESS: {Language.VI: "Đang ký", Language.EN: "Signing"},
    Label.SIGNED: {Language.VI: "Đã ký", Language.EN: "Signed"},
    Label.SIGNED_BEFORE: {Language.VI: "Đã ký từ lần chạy trước", Language.EN: "Signed by an earlier run"},
    Label.FAILED: {Language.VI: "Không ký được", Language.EN: "Not signed"},
    Label.RETRIED: {
        Language.VI: "Ký lại sau khi bị ngắt giữa chừng",
        Language.EN: "Signed again after being cut off",
    },
    Label.SIGNED_BEFORE_LINE: {Language.VI: "đã ký từ lần chạy trước", Language.EN: "signed by an earlier run"},
    Label.INTERRUPTED: {Language.VI: "Đã dừng trước khi ký hết.", Language.EN: "Stopped before all were signed."},
    Label.RESUME: {
        Language.VI: "Chạy lại đúng lệnh này để ký tiếp; tệp đã ký không bị ký lần nữa.",
        Language.EN: "Run the same command again to go on; what is signed is not signed again.",
    },
    Label.WRITTEN: {Language.VI: "Kết quả ghi ở", Language.EN: "Written to"},
}

#: Reason, and what to do.
_REASONS: Mapping[ErrorCode, tuple[str, str]] = {
    ErrorCode.BAD_ARGUMENT: ("yêu cầu ký không hợp lệ", "xem chi tiết với --lang en"),
    ErrorCode.KEY_UNUSABLE: ("khóa không dùng để ký được", "kiểm tra tệp khóa và chứng thư số"),
    ErrorCode.KEY_UNAVAILABLE: ("không dùng được khóa lúc này", "kiểm tra thiết bị lưu khóa"),
    ErrorCode.CERTIFICATE_NOT_USABLE: (
        "chứng thư số không còn hoặc chưa có hiệu lực, hoặc không dùng để ký",
        "xin cấp hoặc gia hạn chứng thư số",
    ),
    ErrorCode.CERTIFICATE_REVOKED: ("chứng thư số đã bị thu hồi", "xin cấp chứng thư số mới"),
    ErrorCode.CERTIFICATE_STATUS_UNKNOWN: (
        "không biết chứng thư số còn hiệu lực hay đã bị thu hồi",
        "kiểm tra đường truyền rồi chạy lại; nếu được phép ký không hỏi, dùng --no-status-check",
    ),
    ErrorCode.FIELD_NOT_FOUND: ("không có ô chữ ký mang tên đã cho", "xem tên ô chữ ký trong tệp"),
    ErrorCode.FIELD_ALREADY_SIGNED: ("ô chữ ký đã được ký", "chọn ô khác"),
    ErrorCode.TEXT_NOT_FOUND: (
        "không tìm thấy dòng chức vụ hoặc họ tên trong văn bản",
        "kiểm tra --find-position, --find-name, hoặc chỉ vị trí bằng --at",
    ),
    ErrorCode.TEXT_AMBIGUOUS: (
        "tìm thấy nhiều chỗ ký trong văn bản",
        "chọn bằng --occurrence hoặc --page, hoặc chỉ vị trí bằng --at",
    ),
    ErrorCode.OUTPUT_EXISTS: ("tệp kết quả đã có sẵn, giữ nguyên", "dùng --force để thay"),
    ErrorCode.OUTPUT_MISSING: (
        "đã ký từ trước nhưng tệp kết quả không còn ở đó",
        "đưa tệp về chỗ cũ, hoặc dùng --force để ký lại",
    ),
    ErrorCode.OUTPUT_NOT_WRITABLE: (
        "không ghi được tệp kết quả",
        "kiểm tra thư mục, quyền ghi và chỗ trống trên đĩa",
    ),
    ErrorCode.WORKER_FAILED: ("việc ký tệp này bị đổ vỡ", "ký riêng tệp này; nếu vẫn lỗi, báo cho người phát triển"),
    ErrorCode.NOT_READABLE: ("không đọc được tệp", "kiểm tra tên tệp và quyền đọc"),
    ErrorCode.NOT_A_PDF: ("không phải tệp PDF", "kiểm tra lại tệp"),
    ErrorCode.MALFORMED_PDF: ("tệp PDF bị hỏng", "xuất lại tệp từ phần mềm đã tạo ra nó"),
    ErrorCode.ENCRYPTED_PDF: ("tệp PDF có mật khẩu", "gỡ mật khẩu trước khi ký"),
    ErrorCode.SIGNING_FORBIDDEN: ("tệp PDF không cho phép ký thêm", "xin người lập bản cho phép ký"),
    ErrorCode.MALFORMED_IMAGE: ("ảnh chữ ký hoặc con dấu bị hỏng", "dùng ảnh PNG hoặc JPEG khác"),
    ErrorCode.MALFORMED_TIMESTAMP: (
        "dịch vụ dấu thời gian trả lời sai",
        "thử lại, hoặc dùng dịch vụ khác với --tsa",
    ),
    ErrorCode.MALFORMED_CRL: ("danh sách thu hồi nhận được bị hỏng", "chạy lại sau"),
    ErrorCode.MALFORMED_OCSP: ("câu trả lời về trạng thái chứng thư số bị hỏng", "chạy lại sau"),
    ErrorCode.LEVEL_NOT_REACHED: (
        "không đạt được mức chữ ký đã yêu cầu nên không ghi tệp nào",
        "chạy lại sau, hoặc yêu cầu mức thấp hơn",
    ),
    ErrorCode.ARCHIVE_LAPSED: (
        "dấu thời gian lưu trữ đã quá hạn, không gia hạn được nữa",
        "chứng minh thời gian bằng sổ đăng ký và nhật ký",
    ),
    ErrorCode.SIGNATURE_REJECTED: ("chữ ký hoặc dấu thời gian trong tệp không còn đúng", "xem bằng vnsign verify"),
    ErrorCode.SEAL_REFUSED: ("khóa của cơ quan không được ký tệp này", "xem NĐ 30/2020 Điều 32"),
    ErrorCode.SERVICE_UNREACHABLE: (
        "không kết nối được dịch vụ dấu thời gian hoặc trạng thái chứng thư số",
        "kiểm tra đường truyền rồi chạy lại",
    ),
    ErrorCode.SERVICE_REFUSED: (
        "dịch vụ dấu thời gian hoặc trạng thái chứng thư số từ chối",
        "hỏi đơn vị cung cấp dịch vụ",
    ),
}


def error_line(outcome: JobOutcome, lang: Language) -> str:
    """Return file, reason, way out and code in one line that a terminal cannot be misled by."""
    error = outcome.error
    if error is None:
        return ""
    if lang is Language.EN or error.code not in _REASONS:
        return clean(outcome.error_text())
    return clean(f"{outcome.job.source}: {reason_line(error.code, lang)} [{error.code.value}]")


def reason_line(code: ErrorCode, lang: Language) -> str:
    """Return reason and way out of a code in Vietnamese; in English the code alone, its reasons differ."""
    if lang is Language.EN or code not in _REASONS:
        return code.value.replace("_", " ")
    reason, way_out = _REASONS[code]
    return f"{reason} ({way_out})"
