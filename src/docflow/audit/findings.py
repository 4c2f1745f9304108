"""What a verification of a store found: each finding names the table, the row and the column.

Invariants:
    - A report has no truth value: ask :attr:`LogReport.is_intact`.
    - An intact report has checked at least one leaf: an empty log proves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn


class LogFindingCode(StrEnum):
    """What is wrong; the value is stable: scripts may compare it."""

    VALUE_CHANGED = "value_changed"
    ROW_MISSING = "row_missing"
    ROW_UNKNOWN = "row_unknown"
    LEAF_NOT_OPENED = "leaf_not_opened"
    TREE_CHANGED = "tree_changed"
    CHECKPOINT_NOT_SIGNED = "checkpoint_not_signed"
    CHECKPOINT_CONTRADICTED = "checkpoint_contradicted"
    LOG_TURNED_BACK = "log_turned_back"
    LOG_EMPTY = "log_empty"
    KEY_CHANGED = "key_changed"
    REGISTER_BROKEN = "register_broken"
    SYMBOL_REPEATED = "symbol_repeated"
    BLOB_CHANGED = "blob_changed"
    BLOB_MISSING = "blob_missing"
    SCHEMA_CHANGED = "schema_changed"

    @property
    def vi(self) -> str:
        """The finding as a Vietnamese sentence."""
        return _SENTENCES[self]


_SENTENCES = {
    LogFindingCode.VALUE_CHANGED: "Giá trị đã bị sửa so với nhật ký.",
    LogFindingCode.ROW_MISSING: "Thiếu dòng dữ liệu mà nhật ký đã ghi.",
    LogFindingCode.ROW_UNKNOWN: "Có dòng dữ liệu mà nhật ký chưa từng ghi.",
    LogFindingCode.LEAF_NOT_OPENED: "Mục nhật ký không khớp với cam kết của nó.",
    LogFindingCode.TREE_CHANGED: "Cây Merkle không khớp với các mục nhật ký.",
    LogFindingCode.CHECKPOINT_NOT_SIGNED: "Điểm kiểm tra không mang chữ ký hợp lệ của nhật ký.",
    LogFindingCode.CHECKPOINT_CONTRADICTED: "Nhật ký trái với một điểm kiểm tra đã ký.",
    LogFindingCode.LOG_TURNED_BACK: "Nhật ký ngắn hơn điểm kiểm tra đã ký: dữ liệu cũ đã được khôi phục.",
    LogFindingCode.LOG_EMPTY: "Nhật ký trống, không chứng minh được gì.",
    LogFindingCode.KEY_CHANGED: "Khóa nhật ký đã bị thay.",
    LogFindingCode.REGISTER_BROKEN: "Sổ đăng ký bị ngắt quãng hoặc trùng số.",
    LogFindingCode.SYMBOL_REPEATED: "Hai văn bản trong một năm mang cùng số và ký hiệu.",
    LogFindingCode.BLOB_CHANGED: "Tệp văn bản đã bị sửa.",
    LogFindingCode.BLOB_MISSING: "Thiếu tệp văn bản.",
    LogFindingCode.SCHEMA_CHANGED: "Cấu trúc bảng dữ liệu không còn như khi tạo.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFinding:
    """One thing that is wrong.

    Attributes:
        table: Table, or ``blobs`` for the files, ``log.vkey`` for the key file, ``checkpoint`` for one from outside.
        key: The row's key as ``column=value, …``, or the file's name.
        column: The column, or None if the whole row is concerned.
    """

    code: LogFindingCode
    table: str
    key: str
    column: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogReport:
    """What was checked and what is wrong.

    Attributes:
        size: Leaves in the log.
        root: Root hash of the tree that the leaves make.
        rows: Rows of business tables compared with the log.
        numbers: Numbers found in registers, void ones included.
        checkpoints: Signed checkpoints verified.
        blobs: Files compared with their names.
        left_out: Findings that are not named: of one code, table and column the first thousand are.
        notes: What somebody may want to know and is nothing wrong: an index that was added.
    """

    agency: str
    vkey: str
    size: int
    root: bytes
    rows: int
    numbers: int
    checkpoints: int
    blobs: int
    findings: tuple[LogFinding, ...]
    left_out: int = 0
    notes: tuple[str, ...] = ()

    @property
    def is_intact(self) -> bool:
        """True if nothing is wrong and something was checked."""
        return not self.findings and self.size > 0

    def __bool__(self) -> NoReturn:
        raise TypeError("a report has no truth value; ask .is_intact")
