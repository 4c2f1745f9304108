"""Errors in the words of the person at the screen: Vietnamese by code, English as the errors say themselves.

Invariants:
    - Every code has a reason and a way out in Vietnamese.
    - Where the words for a code leave open which option, service or key it is, the error's own English detail
      follows: a reader is never sent to another language to learn it.
"""

from __future__ import annotations

from collections.abc import Mapping

from vnsign.errors import ErrorCode, VnsignError
from vnsign.verification.messages import Language

#: Reason, and what to do.
_REASONS: Mapping[ErrorCode, tuple[str, str]] = {
    ErrorCode.BAD_ARGUMENT: ("yêu cầu không hợp lệ", "xem lại các tùy chọn đã nhập"),
    ErrorCode.WRONG_PASSPHRASE: (
        "mật khẩu hoặc mã PIN không đúng, hoặc còn thiếu",
        "nhập lại; chú ý bộ gõ tiếng Việt và phím Caps Lock; nhập sai mã PIN nhiều lần thì thiết bị bị khóa",
    ),
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
    ErrorCode.FIELD_ALREADY_FILLED: ("ô đã được điền", "mỗi ô chỉ điền một lần; lập lại văn bản nếu cần sửa"),
    ErrorCode.OUTPUT_IS_INPUT: (
        "tệp kết quả sẽ ghi đè lên chính tệp cần ký",
        "chọn thư mục khác cho --out",
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
    ErrorCode.BATCH_RUNNING: ("một lượt chạy khác đang ghi vào cùng chỗ này", "chờ lượt chạy đó xong rồi chạy lại"),
    ErrorCode.WORKER_FAILED: ("việc ký tệp này bị đổ vỡ", "ký riêng tệp này; nếu vẫn lỗi, báo cho người phát triển"),
    ErrorCode.NOT_READABLE: ("không đọc được tệp", "kiểm tra tên tệp và quyền đọc"),
    ErrorCode.NOT_A_PDF: ("không phải tệp PDF", "kiểm tra lại tệp"),
    ErrorCode.MALFORMED_PDF: ("tệp PDF bị hỏng", "xuất lại tệp từ phần mềm đã tạo ra nó"),
    ErrorCode.ENCRYPTED_PDF: ("tệp PDF có mật khẩu", "gỡ mật khẩu trước khi ký"),
    ErrorCode.SIGNING_FORBIDDEN: ("tệp PDF không cho phép ký thêm", "xin người lập bản cho phép ký"),
    ErrorCode.MALFORMED_IMAGE: (
        "ảnh chữ ký hoặc con dấu bị hỏng hoặc trong suốt hoàn toàn",
        "dùng ảnh PNG hoặc JPEG khác",
    ),
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
    ErrorCode.AUTHORITY_EXISTS: ("ở đó đã có một cơ quan cấp chứng thư số", "chọn chỗ khác"),
    ErrorCode.AUTHORITY_NOT_FOUND: ("ở đó không có cơ quan cấp chứng thư số", "kiểm tra --ca"),
    ErrorCode.ISSUE_REFUSED: ("không cấp được chứng thư số", "xem lý do rồi sửa đề nghị"),
    ErrorCode.WRONG_STATE: ("trạng thái hiện tại không cho phép việc này", "xem trạng thái rồi làm đúng thứ tự"),
    ErrorCode.MALFORMED_CERTIFICATE: ("chứng thư số bị hỏng hoặc không phải chứng thư số", "kiểm tra tệp chứng thư số"),
    ErrorCode.MALFORMED_CMS: ("dữ liệu chữ ký (CMS) bị hỏng", "xin lại tệp từ người ký"),
    ErrorCode.MALFORMED_REQUEST: ("đề nghị cấp chứng thư số (CSR) bị hỏng", "lập lại đề nghị"),
    ErrorCode.REQUEST_REFUSED: ("đề nghị cấp chứng thư số không được nhận", "xem lý do rồi lập lại đề nghị"),
    ErrorCode.MALFORMED_BATCH: ("danh sách CSV không đúng mẫu", "sửa danh sách rồi chạy lại"),
    ErrorCode.MALFORMED_JOURNAL: ("nhật ký bị hỏng", "giữ nguyên tệp và báo người quản trị"),
    ErrorCode.MALFORMED_LOCK: ("tệp khóa của kho lưu trữ bị hỏng", "khôi phục tệp khóa từ bản sao lưu"),
    ErrorCode.MALFORMED_ANSWER: ("dịch vụ ký từ xa trả lời sai", "thử lại; nếu vẫn lỗi, hỏi đơn vị cung cấp dịch vụ"),
    ErrorCode.MALFORMED_POLICY: ("tệp chính sách kiểm tra chữ ký không đúng mẫu", "sửa tệp; xem docs/reference"),
}

#: Their words say all there is to say.
_SAID: frozenset[ErrorCode] = frozenset(
    {
        ErrorCode.WRONG_PASSPHRASE,
        ErrorCode.CERTIFICATE_REVOKED,
        ErrorCode.FIELD_ALREADY_SIGNED,
        ErrorCode.OUTPUT_IS_INPUT,
        ErrorCode.OUTPUT_EXISTS,
        ErrorCode.OUTPUT_MISSING,
        ErrorCode.NOT_A_PDF,
        ErrorCode.ENCRYPTED_PDF,
        ErrorCode.TEXT_NOT_FOUND,
        ErrorCode.TEXT_AMBIGUOUS,
    }
)


def reason_line(code: ErrorCode, lang: Language) -> str:
    """Return reason and way out of a code in Vietnamese; in English the code alone, its reasons differ."""
    if lang is Language.EN:
        return code.value.replace("_", " ")
    reason, way_out = _REASONS[code]
    return f"{reason} ({way_out})"


def error_sentence(error: VnsignError, lang: Language) -> str:
    """Return file, reason, way out and code in one line."""
    if lang is Language.EN:
        return str(error)
    where = f"{error.file}: " if error.file else ""
    way_out = f" ({error.way_out})" if error.way_out else ""
    detail = "" if error.code in _SAID else f": {error.message}{way_out}"
    return f"{where}{reason_line(error.code, lang)}{detail} [{error.code.value}]"
