"""Findings as sentences an official understands, in Vietnamese and English.

Sentences are for reading; programs compare codes. A sentence names what was seen through the finding's ``where`` and
``values``; whatever a template asks for and a finding lacks is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone

from vnsign.report import Finding, FindingCode, Level, Modifications, SubIndication, TimeSource, Verdict
from vnsign.verification.attribute_types import with_named_types
from vnsign.verification.details import (
    algorithm_name,
    vietnamese_change,
    vietnamese_detail,
    vietnamese_place,
    vietnamese_usage,
)
from vnsign.verification.subindication_words import SUBINDICATIONS
from vnsign.verification.wording import Language, Words, words

__all__ = [
    "FINDINGS",
    "LABELS",
    "LAW_TIME",
    "LEVEL_NONE",
    "MODIFICATIONS",
    "TIME_SOURCES",
    "VERDICTS",
    "Language",
    "clean",
    "in_law_time",
    "level_word",
    "sentence",
]
FINDINGS: Mapping[FindingCode, Words] = {
    FindingCode.FILE_NOT_READABLE: words("Không đọc được tệp ({reason}).", "The file cannot be read ({reason})."),
    FindingCode.NOT_A_PDF: words("Tệp không phải là PDF.", "The file is not a PDF."),
    FindingCode.PDF_NOT_READABLE: words("Tệp PDF hỏng, không đọc được.", "The PDF is damaged and cannot be read."),
    FindingCode.PDF_ENCRYPTED: words("Tệp PDF cần mật khẩu để mở.", "The PDF needs a password."),
    FindingCode.SIGNATURE_BROKEN: words(
        "Có chữ ký nhưng chữ ký hỏng ({reason}).", "There is a signature but it is broken ({reason})."
    ),
    FindingCode.BYTE_RANGE_INVALID: words(
        "Có chữ ký nhưng hỏng: vùng dữ liệu được ký (ByteRange) không hợp lệ ({problem}).",
        "There is a signature but it is broken: the signed range (ByteRange) is impossible ({problem}).",
    ),
    FindingCode.CMS_NOT_READABLE: words(
        "Có chữ ký nhưng hỏng: không đọc được dữ liệu chữ ký (CMS).",
        "There is a signature but it is broken: its data (CMS) cannot be read.",
    ),
    FindingCode.CONTENTS_NOT_PADDED: words(
        "Trong chỗ dành cho chữ ký, sau chữ ký, còn {bytes} byte dữ liệu khác không được ký; phần mềm không dùng đến.",
        "After the signature, in the room left for it, lie {bytes} bytes of other data that nobody signed.",
    ),
    FindingCode.SUBFILTER_UNSUPPORTED: words(
        "Kiểu chữ ký {sub_filter} không được hỗ trợ.", "The signature type {sub_filter} is not supported."
    ),
    FindingCode.DIGEST_MISMATCH: words(
        "Nội dung đã ký bị thay đổi: giá trị băm không khớp.",
        "The signed content was altered: the digest does not match.",
    ),
    FindingCode.SIGNATURE_VALUE_INVALID: words(
        "Giá trị chữ ký không đúng với khóa của người ký.",
        "The signature value does not verify with the signer's key.",
    ),
    FindingCode.SIGNED_ATTRIBUTES_NOT_DER: words(
        "Chữ ký được tạo sai quy cách mã hóa nên có phần mềm cho là đúng, có phần mềm cho là sai: chưa thể kết luận.",
        "The signed attributes are not in DER order: some programs verify the value, others do not.",
    ),
    FindingCode.ALGORITHM_NOT_ACCEPTED: words(
        "Thuật toán {algorithm} không được chấp nhận tại thời điểm xét ({where}).",
        "The algorithm {algorithm} is not accepted at the time that counts ({where}).",
    ),
    FindingCode.ALGORITHM_WEAK: words(
        "Thuật toán {algorithm} đã yếu; chữ ký có từ trước khi hết hạn sử dụng thuật toán ({where}).",
        "The algorithm {algorithm} is weak; its use dates from before its end ({where}).",
    ),
    FindingCode.SIGNER_CERTIFICATE_MISSING: words(
        "Không tìm thấy chứng thư chữ ký số của người ký.", "The signer's certificate was not found."
    ),
    FindingCode.SIGNER_CERTIFICATE_MISMATCH: words(
        "Chứng thư đi kèm không phải là chứng thư mà người ký đã khai ({reason}).",
        "The certificate is not the one the signer named ({reason}).",
    ),
    FindingCode.KEY_USAGE_UNSUITABLE: words(
        "Chứng thư của {where} không được cấp để dùng cho mục đích này; chứng thư dùng để: {key_usage}{purpose}.",
        "The certificate of {where} was not issued for this purpose ({key_usage}{purpose}).",
    ),
    FindingCode.NO_PATH_TO_ANCHOR: words(
        "Không tìm được đường dẫn tin cậy: chứng thư của {where} không thuộc tổ chức cấp mà bạn tin cậy.",
        "No path to a trusted authority: the certificate of {where} is not from one you trust.",
    ),
    FindingCode.PATH_INVALID: words(
        "Đường dẫn chứng thư của {where} không hợp lệ.", "The certificate path of {where} is not valid."
    ),
    FindingCode.CERTIFICATE_EXPIRED: words(
        "Chứng thư của {where} đã hết hạn ngày {not_after}; không chứng minh được chữ ký có từ trước đó.",
        "The certificate of {where} expired on {not_after}; nothing proves that the signature is older.",
    ),
    FindingCode.CERTIFICATE_NOT_YET_VALID: words(
        "Chữ ký có trước khi chứng thư của {where} có hiệu lực.",
        "The signature existed before the certificate of {where} was valid.",
    ),
    FindingCode.CERTIFICATE_REVOKED: words(
        "Chứng thư của {where} đã bị thu hồi lúc {revoked_at} (lý do: {reason}).",
        "The certificate of {where} was revoked at {revoked_at} (reason: {reason}).",
    ),
    FindingCode.REVOCATION_NOT_CHECKED: words(
        "Chưa kiểm tra được chứng thư của {where} có bị thu hồi hay không tại thời điểm {at} ({reason}).",
        "Could not check whether the certificate of {where} was revoked at {at} ({reason}).",
    ),
    FindingCode.TIMESTAMP_INVALID: words(
        "Dấu thời gian không hợp lệ ({reason}).", "The timestamp is not valid ({reason})."
    ),
    FindingCode.TIMESTAMP_IMPRINT_MISMATCH: words(
        "Dấu thời gian không phải của dữ liệu này.", "The timestamp is not over this data."
    ),
    FindingCode.TIMESTAMP_NOT_TRUSTED: words(
        "Dấu thời gian chưa tin cậy được ({reason}); thời gian ký chỉ là do người ký khai.",
        "The timestamp could not be trusted ({reason}); the time is only what the signer said.",
    ),
    FindingCode.TIME_ONLY_CLAIMED: words(
        "Thời gian ký do người ký tự khai, không có dấu thời gian chứng minh.",
        "The signing time is the signer's own statement; no timestamp proves it.",
    ),
    FindingCode.SIGNED_DATA_MISSING: words(
        "Không có dữ liệu đã ký nên không kiểm tra được tính toàn vẹn.",
        "What was signed is not at hand, so its integrity could not be checked.",
    ),
    FindingCode.POLICY_NOT_APPLICABLE: words(
        "Không áp dụng được chính sách kiểm tra ({reason}).", "The validation policy cannot be applied ({reason})."
    ),
    FindingCode.SUBFILTER_NOT_ACCEPTED: words(
        "Chính sách {policy} không chấp nhận kiểu chữ ký {sub_filter}.",
        "The policy {policy} does not accept the signature type {sub_filter}.",
    ),
    FindingCode.LEVEL_BELOW_POLICY: words(
        "Chữ ký ở mức {level}, chưa đạt mức {required} mà chính sách kiểm tra yêu cầu.",
        "The signature has the level {level}, below {required} that the policy asks for.",
    ),
    FindingCode.SIGNATURE_POLICY_NOT_APPLIED: words(
        "Chữ ký viện dẫn chính sách ký {signature_policy}; chính sách này không được áp dụng khi kiểm tra.",
        "The signature names the signature policy {signature_policy}, which was not applied.",
    ),
    FindingCode.EVIDENCE_RECORD_NOT_SUPPORTED: words(
        "Có {count} bản ghi bằng chứng lưu trữ (RFC 4998) mà phần mềm chưa hỗ trợ; không dùng khi kết luận.",
        "There are evidence records ({count}), which are not supported: they count for nothing here.",
    ),
    FindingCode.ANCHOR_OF_ANOTHER_SCHEME: words(
        "Chứng thư của {where} thuộc hệ thống chứng thực khác, không được chấp nhận theo chính sách {policy}.",
        "The certificate of {where} belongs to another scheme, which the policy {policy} does not accept.",
    ),
    FindingCode.ANCHOR_NO_LONGER_TRUSTED: words(
        "Chứng thư gốc {where} không còn được tin cậy từ {until}; không chứng minh được chữ ký có từ trước đó.",
        "The anchor {where} has not been trusted since {until}; nothing proves that the signature is older.",
    ),
    FindingCode.CERTIFICATE_EXPIRED_LATER: words(
        "Chứng thư của {where} nay đã hết hạn ({not_after}), nhưng còn hiệu lực khi ký ({at}).",
        "The certificate of {where} has expired by now ({not_after}), but was in force at signing ({at}).",
    ),
    FindingCode.CERTIFICATE_REVOKED_LATER: words(
        "Chứng thư của {where} bị thu hồi lúc {revoked_at}, sau khi ký ({at}); chữ ký đã có trước đó vẫn có giá trị.",
        "The certificate of {where} was revoked at {revoked_at}, after signing ({at}); the signature keeps its value.",
    ),
    FindingCode.CERTIFICATE_ON_HOLD: words(
        "Chứng thư của {where} đang bị tạm dừng từ {revoked_at}.",
        "The certificate of {where} has been on hold since {revoked_at}.",
    ),
    FindingCode.EVIDENCE_NOT_FETCHED: words(
        "Không tải được thông tin thu hồi ({reason}).", "Revocation evidence could not be fetched ({reason})."
    ),
    FindingCode.TIMESTAMP_ORDER: words(
        "Thứ tự các dấu thời gian mâu thuẫn: dấu đóng trước ({time}) lại muộn hơn dấu đóng sau ({later}).",
        "The timestamps contradict each other: the earlier one says {time}, the later one {later}.",
    ),
    FindingCode.TIMESTAMP_TOO_LATE: words(
        "Dấu thời gian ({time}) đóng quá muộn so với thời gian ký đã khai ({claimed}).",
        "The timestamp ({time}) was made too long after the claimed signing time ({claimed}).",
    ),
    FindingCode.TIME_NOT_PROVEN: words(
        "Chính sách {policy} yêu cầu dấu thời gian, nhưng không có dấu thời gian nào chứng minh thời điểm ký.",
        "The policy {policy} asks for a proven time, and no timestamp proves any.",
    ),
    FindingCode.CLAIMED_TIME_DIFFERS: words(
        "Thời gian ký đã khai ({claimed}) muộn hơn dấu thời gian ({time}).",
        "The claimed signing time ({claimed}) is later than the timestamp ({time}).",
    ),
    FindingCode.VALIDATION_INFORMATION_DATED: words(
        "Thông tin kiểm tra (VRI) của {where} ghi thời điểm {recorded_at} {timestamp}; chỉ để tham khảo.",
        "The validation information (VRI) of {where} is dated {recorded_at} {timestamp}; for information only.",
    ),
    FindingCode.CONTENT_CHANGED: words(
        "Nội dung văn bản bị thay đổi sau khi ký: {where} ({before} → {after} trang).",
        "The document's content was changed after signing: {where} ({before} → {after} pages).",
    ),
    FindingCode.FIELD_CHANGED_AFTER_LOCK: words(
        "Trường đã khóa bị thay đổi sau khi ký: {where} (“{before}” → “{after}”).",
        "A locked field was changed after signing: {where} (“{before}” → “{after}”).",
    ),
    FindingCode.FIELD_CHANGED: words(
        "Biểu mẫu bị thay đổi sau khi ký: {where} (“{before}” → “{after}”).",
        "The form was changed after signing: {where} (“{before}” → “{after}”).",
    ),
    FindingCode.FIELD_ADDED: words(
        "Có trường mới được thêm sau khi ký: {where} ({odd}).", "A field was added after signing: {where} ({odd})."
    ),
    FindingCode.ANNOTATION_CHANGED: words(
        "Chú thích được thêm, sửa hoặc xóa sau khi ký: {where} ({odd}).",
        "An annotation was added, changed or removed after signing: {where} ({odd}).",
    ),
    FindingCode.APPEARANCE_DIFFERS_FROM_VALUE: words(
        "Phần nhìn thấy không khớp với giá trị: {where} (giá trị “{value}”, nhìn thấy “{shown}”, {problem}).",
        "What is seen does not match the value: {where} (value “{value}”, shown “{shown}”, {problem}).",
    ),
    FindingCode.APPEARANCE_CHANGED_VALUE_KEPT: words(
        "Phần nhìn thấy bị thay đổi sau khi ký còn giá trị giữ nguyên: {where} (giá trị “{value}”).",
        "What is seen was changed after signing while the value was kept: {where} (value “{value}”).",
    ),
    FindingCode.CHANGES_NOT_JUDGED: words(
        "Chưa xét được hết các thay đổi sau khi ký ({reason}).",
        "The changes after signing could not be judged ({reason}).",
    ),
    FindingCode.FIELDS_FILLED: words(
        "Trường để sẵn được điền sau khi ký, được phép: {where} = “{after}”.",
        "A prepared field was filled after signing, as permitted: {where} = “{after}”.",
    ),
    FindingCode.SIGNATURES_ADDED: words(
        "Có chữ ký sau, được phép: {where} ({odd}).", "A later signature, as permitted: {where} ({odd})."
    ),
    FindingCode.NOT_WHOLE_DOCUMENT: words(
        "Chữ ký không bao gồm toàn bộ văn bản.", "The signature does not cover the whole document."
    ),
}
VERDICTS: Mapping[Verdict, Words] = {
    Verdict.TOTAL_PASSED: words("HỢP LỆ", "VALID"),
    Verdict.INDETERMINATE: words("CHƯA KẾT LUẬN ĐƯỢC", "UNDECIDED"),
    Verdict.TOTAL_FAILED: words("KHÔNG HỢP LỆ", "NOT VALID"),
    Verdict.NO_SIGNATURE: words("KHÔNG CÓ CHỮ KÝ", "NO SIGNATURE"),
    Verdict.UNREADABLE: words("KHÔNG ĐỌC ĐƯỢC", "UNREADABLE"),
}
MODIFICATIONS: Mapping[Modifications, Words] = {
    Modifications.NONE: words("không có", "none"),
    Modifications.PERMITTED: words("có, được phép", "some, all permitted"),
    Modifications.FORBIDDEN: words("có, KHÔNG được phép", "FORBIDDEN ones"),
    Modifications.SUSPICIOUS: words("có, đáng ngờ", "suspicious ones"),
    Modifications.UNKNOWN: words("không xét được", "could not be judged"),
}
TIME_SOURCES: Mapping[TimeSource, Words] = {
    TimeSource.CLAIMED: words("do người ký khai", "claimed by the signer"),
    TimeSource.SIGNATURE_TIMESTAMP: words("dấu thời gian trên chữ ký", "signature timestamp"),
    TimeSource.DOCUMENT_TIMESTAMP: words("dấu thời gian trên văn bản", "document timestamp"),
    TimeSource.VALIDATION_TIME: words("thời điểm kiểm tra", "time of validation"),
}
LABELS: Mapping[str, Words] = {
    "signature": words("Chữ ký", "Signature"),
    "timestamp": words("Dấu thời gian", "Timestamp"),
    "signer": words("Người ký", "Signer"),
    "authority": words("Cơ quan cấp dấu", "Authority"),
    "time": words("Thời gian", "Time"),
    "checks": words("Kiểm tra", "Checks"),
    "intact": words("nội dung nguyên vẹn", "content intact"),
    "not_intact": words("nội dung KHÔNG nguyên vẹn", "content NOT intact"),
    "valid": words("giá trị chữ ký đúng", "signature value verifies"),
    "not_valid": words("giá trị chữ ký SAI", "signature value does NOT verify"),
    "modifications": words("Thay đổi sau khi ký", "Changes after signing"),
    "level": words("Mức", "Level"),
    "unnamed": words("(không tên)", "(no name)"),
    "unknown": words("không rõ", "unknown"),
    "files": words("tệp", "file(s)"),
}
LEVEL_NONE: Words = words("không xác định", "none")


#: Asia/Ho_Chi_Minh has been UTC+7 without daylight saving time since 1975.
LAW_TIME = timezone(timedelta(hours=7))
_TIMES = frozenset(
    {
        "not_after",
        "not_before",
        "revoked_at",
        "at",
        "claimed",
        "time",
        "later",
        "until",
        "ends",
        "recorded_at",
        "timestamp",
    }
)
#: Values that are English, and what makes them Vietnamese.
_IN_ENGLISH: Mapping[str, Callable[[str], str]] = {
    "reason": vietnamese_detail,
    "problem": vietnamese_detail,
    "odd": vietnamese_detail,
    "key_usage": vietnamese_usage,
    "purpose": vietnamese_usage,
}
#: What a template leaves behind where a finding has nothing to say.
_EMPTY = (
    ("; chứng thư dùng để: .", "."),
    *(
        (part, "")
        for part in (
            " (“” → “”)",
            " (giá trị “”)",
            " (value “”)",
            ", nhìn thấy “”",
            ", shown “”",
            " ()",
            " ( → trang)",
            " ( → pages)",
            " (lý do: )",
            " (reason: )",
            ", )",
        )
    ),
    # last: what stood behind is gone by now
    *((" tại thời điểm.", "."), (" at.", ".")),
)


class _Lenient(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def sentence(finding: Finding, language: Language) -> str:
    """Return a finding as one sentence; control characters of a hostile file are taken out."""
    values = _Lenient({key: _readable(finding, key, language) for key in finding.values})
    where = clean(finding.where)
    place = vietnamese_place(where) if language is Language.VI else with_named_types(where)
    is_holder = "của {where}" in FINDINGS[finding.code][Language.VI]
    # a certificate may have an empty subject, or one that cannot be read
    values["where"] = LABELS["unnamed"][language] if is_holder and not place else place
    text = " ".join(FINDINGS[finding.code][language].format_map(values).split())
    for empty, instead in _EMPTY:
        text = text.replace(empty, instead)
    return text


def _readable(finding: Finding, key: str, language: Language) -> str:
    value = clean(finding.values[key])
    if key == "reason" and value in SubIndication.__members__:
        return SUBINDICATIONS[SubIndication(value)][language]
    if key == "algorithm":
        return algorithm_name(value)
    if key in _TIMES:
        return _time(value)
    if language is Language.VI and key in _IN_ENGLISH:
        return vietnamese_change(value) if finding.code is FindingCode.CHANGES_NOT_JUDGED else _IN_ENGLISH[key](value)
    return value


def _time(value: str) -> str:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    return in_law_time(moment).strftime("%d/%m/%Y %H:%M:%S")


def in_law_time(moment: datetime) -> datetime:
    """Return a moment in Vietnamese time; a certificate that never ends (RFC 5280 §4.1.2.5) ends at the end of time."""
    try:
        return moment.astimezone(LAW_TIME)
    except OverflowError:
        return datetime.max.replace(tzinfo=LAW_TIME)


def clean(text: str) -> str:
    """Replace what a terminal could obey or a reader could be misled by (control and bidirectional characters)."""
    return "".join(character if character.isprintable() else "�" for character in text)


def level_word(level: Level, language: Language) -> str:
    """Return a level for reading."""
    return LEVEL_NONE[language] if level is Level.NONE else level.value
