"""The errors of docflow: one root, one code per reason, three families by who failed.

Invariants:
    - Every error that leaves this package is a :class:`DocflowError`.
    - Callers and tests compare :attr:`DocflowError.code`; officials read :attr:`DocflowError.vi`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class ErrorCode(StrEnum):
    """Why docflow refused. The value is stable: scripts may compare it."""

    # ours
    BAD_ARGUMENT = "bad_argument"
    NOT_FOUND = "not_found"
    ALREADY_EXISTS = "already_exists"
    WRONG_STATE = "wrong_state"
    IDEMPOTENCY_CONFLICT = "idempotency_conflict"
    SECRET_DOCUMENT = "secret_document"
    DATE_NOT_ALLOWED = "date_not_allowed"
    NUMBER_TAKEN = "number_taken"
    NUMBER_NOT_NEXT = "number_not_next"
    PERMISSION_NEEDED = "permission_needed"
    FORBIDDEN = "forbidden"
    FROZEN = "frozen"
    NOT_AUTHORISED = "not_authorised"
    COPY_NOT_ALLOWED = "copy_not_allowed"
    CODE_CLOSED = "code_closed"
    CLOCK_TURNED_BACK = "clock_turned_back"
    # theirs
    MALFORMED_INPUT = "malformed_input"
    SIGNATURE_REFUSED = "signature_refused"
    EVIDENCE_BROKEN = "evidence_broken"
    # the store or the machine
    STORE_BUSY = "store_busy"
    STORE_UNUSABLE = "store_unusable"
    STORE_UNREACHABLE = "store_unreachable"
    SQLITE_TOO_OLD = "sqlite_too_old"

    @property
    def way_out_vi(self) -> str:
        """What an official can do about it."""
        return _WAYS_OUT[self]


_WAYS_OUT: Mapping[ErrorCode, str] = {
    ErrorCode.BAD_ARGUMENT: "Hãy sửa nội dung đã nhập rồi làm lại.",
    ErrorCode.NOT_FOUND: "Hãy kiểm tra lại mã hoặc số đã nhập.",
    ErrorCode.ALREADY_EXISTS: "Hãy dùng mã khác, hoặc mở mục đã có.",
    ErrorCode.WRONG_STATE: "Hãy xem trạng thái hiện tại và thực hiện đúng thứ tự các bước.",
    ErrorCode.IDEMPOTENCY_CONFLICT: "Hãy dùng khóa mới cho yêu cầu mới.",
    ErrorCode.SECRET_DOCUMENT: "Hãy xử lý ngoài hệ thống theo luật bí mật nhà nước; không mật thì viết lại cho rõ.",
    ErrorCode.DATE_NOT_ALLOWED: "Hãy chọn ngày khác, hoặc xin lãnh đạo cho phép.",
    ErrorCode.NUMBER_TAKEN: "Hãy để hệ thống cấp số tiếp theo.",
    ErrorCode.NUMBER_NOT_NEXT: "Hãy để hệ thống cấp số tiếp theo.",
    ErrorCode.PERMISSION_NEEDED: "Hãy ghi rõ người cho phép và lý do.",
    ErrorCode.FORBIDDEN: "Hãy đề nghị quản trị giao vai trò cần thiết.",
    ErrorCode.FROZEN: "Hãy đề nghị lãnh đạo hoặc quản trị bỏ đóng băng nhóm, có ghi lý do.",
    ErrorCode.NOT_AUTHORISED: "Hãy trình người có thẩm quyền ký.",
    ErrorCode.COPY_NOT_ALLOWED: "Hãy chọn hình thức sao khác (Nghị định 30/2020/NĐ-CP Điều 25).",
    ErrorCode.CODE_CLOSED: "Hãy dùng mã định danh của cơ quan kế thừa.",
    ErrorCode.CLOCK_TURNED_BACK: (
        "Hãy chỉnh lại đồng hồ máy rồi làm lại; nếu nay đã đúng mà trước đó chạy nhanh, người quản trị ghi nhận việc"
        " chỉnh đồng hồ."
    ),
    ErrorCode.MALFORMED_INPUT: "Hãy kiểm tra lại tệp hoặc mã đã nhận.",
    ErrorCode.SIGNATURE_REFUSED: "Hãy ký lại; chưa ghi gì.",
    ErrorCode.EVIDENCE_BROKEN: "Hãy chạy docflow audit verify và báo người quản trị.",
    ErrorCode.STORE_BUSY: "Hãy thử lại sau ít phút.",
    ErrorCode.STORE_UNUSABLE: "Hãy kiểm tra đường dẫn và quyền truy cập, hoặc khôi phục bản sao lưu.",
    ErrorCode.STORE_UNREACHABLE: "Hãy kiểm tra máy chủ, tên cơ sở dữ liệu, tài khoản và mật khẩu rồi làm lại.",
    ErrorCode.SQLITE_TOO_OLD: "Hãy cài pysqlite3.",
}


class DocflowError(Exception):
    """The root of every error docflow raises.

    Attributes:
        code: Stable reason.
        vi: One Vietnamese sentence for the official at the screen.
        way_out: What the caller can do about it, or None.
    """

    def __init__(self, code: ErrorCode, message: str, *, vi: str, way_out: str | None = None) -> None:
        self.code = code
        self.message = message
        self.vi = vi
        self.way_out = way_out
        super().__init__(message)

    def __str__(self) -> str:
        way_out = f" ({self.way_out})" if self.way_out else ""
        return f"{self.message}{way_out} [{self.code.value}]"


class UsageError(DocflowError):
    """Ours: the caller asked for what the rules or the state of the document do not allow."""


class InputError(DocflowError):
    """Theirs: bytes or records that somebody gave us are malformed or not genuine."""


class StoreUnavailable(DocflowError):
    """The database or the disk did not do what it promised; try again or repair it."""
