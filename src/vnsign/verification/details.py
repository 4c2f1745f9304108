"""Details of findings in words: what was odd, for which reason, where. Vietnamese sentences are Vietnamese throughout.

Invariants:
    - English details are shown in English reports only. One that is not known here is left out of a Vietnamese
      sentence; programs and English readers still get it.
    - Names of a document (fields, keys of dictionaries, addresses) stay as they are.

What it does not do: look at anything but the text of a finding.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from vnsign.verification.attribute_types import with_named_types

_UNEXPECTED = "cấu trúc tệp bất thường, các phần mềm có thể hiển thị khác nhau"

#: What the whole text is → what it is in Vietnamese; ``{0}`` is what the first group took.
_DETAILS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        # files
        (r"cannot be read: No such file or directory", "không có tệp này"),
        (r"cannot be read: Permission denied", "không có quyền đọc"),
        (r"cannot be read: Is a directory", "đây là thư mục"),
        (r"cannot be read: Too many levels of symbolic links", "liên kết vòng"),
        (r"cannot be read: Input/output error", "lỗi đọc đĩa"),
        (r"cannot be read: File name too long", "tên tệp quá dài"),
        (r"cannot be read: it is not a regular file", "không phải là tệp thường"),
        (r"is larger than .*", "tệp quá lớn"),
        (r"the process that read it died", "tiến trình đọc tệp bị ngắt"),
        # byte ranges
        (r"missing", "không có"),
        (r"malformed", "sai khuôn dạng"),
        (r"outside_file", "vượt ra ngoài tệp"),
        (r"not_around_contents", "không bao quanh đúng chữ ký"),
        (r"not_whole_revision", "không phủ hết phần đã ký"),
        # signatures and tokens
        (r"content inside", "dữ liệu được ký nằm trong chữ ký, không nằm trong văn bản"),
        (r"(\d+) signers in one signature", "một chữ ký có {0} người ký"),
        (r"content-type", "loại nội dung ghi trong chữ ký không thống nhất"),
        (r"no signing-certificate attribute", "chữ ký không ghi chứng thư đã dùng"),
        (r"the PKCS#1 signature cannot be read", "không đọc được giá trị chữ ký"),
        (r"the timestamp cannot be read.*", "không đọc được dấu thời gian"),
        (r"the token holds no TSTInfo|the TSTInfo cannot be read.*", "không có nội dung dấu thời gian đọc được"),
        (r"the trust given is of the scheme (\S+), the policy is for (\S+)",
         "chứng thư tin cậy thuộc hệ thống {0}, chính sách dành cho {1}"),
        (r"evidence too old", "thông tin thu hồi quá cũ so với chính sách"),
        # why a certificate was revoked: RFC 5280 §5.3.1
        (r"unspecified", "không nêu"),
        (r"keyCompromise", "lộ khóa bí mật"),
        (r"cACompromise|aACompromise", "lộ khóa của tổ chức cấp"),
        (r"affiliationChanged", "thay đổi thông tin, đơn vị công tác"),
        (r"superseded", "đã được thay thế"),
        (r"cessationOfOperation", "ngừng hoạt động"),
        (r"certificateHold", "tạm dừng"),
        (r"privilegeWithdrawn", "bị rút quyền sử dụng"),
        # fetching
        (r"(\S+): no answer within .*", "{0} không trả lời"),
        (r"(\S+): HTTP (\d+).*", "{0} trả lời mã HTTP {1}"),
        (r"(https?://\S+): .*", "không lấy được từ {0}"),
        (r"a revocation list is named, but not by.*", "địa chỉ danh sách thu hồi không dùng được"),
        # looks of fields
        (r"box_changed", "khung hiển thị bị đổi"),
        (r"more_than_text", "hiển thị nhiều hơn một dòng chữ"),
        (r"font_not_signed", "dùng phông chữ chưa được ký"),
        (r"other_text", "hiển thị chữ khác"),
        (r"not_readable", "không đọc được phần hiển thị"),
        # annotations and signature fields
        (r"more than a remark(?:: (\S+))?", "không chỉ là ghi chú {0}"),
        (r"not always shown", "không phải lúc nào cũng hiển thị"),
        (r"drawn at a size of its own", "kích thước hiển thị không theo trang"),
        (r"no look of its own", "không có hình hiển thị riêng"),
        (r"looks that change", "hình hiển thị có thể thay đổi"),
        (r"no readable place", "không rõ vị trí"),
        (r"(?:covers )?content", "che nội dung của trang"),
        (r"(?:covers )?(?:another )?annotation", "che chú thích khác"),
        (r"in line with text", "nằm sát dòng chữ, dễ bị đọc như nội dung"),
        (r"order of annotations", "thứ tự chú thích bị đổi"),
        (r"not an annotation, but drawn by some readers", "không phải chú thích nhưng có phần mềm vẫn hiển thị"),
        (r"annotation without a number", "chú thích không có số hiệu"),
        (r"more than a signature field: (\S+)", "không chỉ là trường chữ ký {0}"),
        (r"look without a signature", "có hình hiển thị mà không có chữ ký"),
        (r"not a signature", "không phải chữ ký"),
        (r"another field's signature", "dùng lại chữ ký của trường khác"),
        (r"larger than a mark", "lớn hơn một dấu đánh dấu"),
        (r"timestamp with a look", "dấu thời gian có hình hiển thị"),
        # what followed a signature
        (r"the file had to be repaired to be read", "phải sửa tệp mới đọc được"),
        (r"level \S+", "phép so sánh thứ hai không chấp nhận thay đổi này"),
    )
)  # fmt: skip
#: Source: RFC 5280 §4.2.1.3, §4.2.1.12 (the names); anything else is shown by its number.
_USAGES: Mapping[str, str] = {
    "digital_signature": "ký số (digitalSignature)",
    "content_commitment": "chống chối bỏ (nonRepudiation)",
    "key_encipherment": "mã hóa khóa (keyEncipherment)",
    "data_encipherment": "mã hóa dữ liệu (dataEncipherment)",
    "key_agreement": "thỏa thuận khóa (keyAgreement)",
    "key_cert_sign": "ký chứng thư (keyCertSign)",
    "crl_sign": "ký danh sách thu hồi (cRLSign)",
    "serverAuth": "máy chủ web (serverAuth)",
    "clientAuth": "máy khách (clientAuth)",
    "codeSigning": "ký phần mềm (codeSigning)",
    "emailProtection": "thư điện tử (emailProtection)",
    "timeStamping": "cấp dấu thời gian (timeStamping)",
    "OCSPSigning": "trả lời trạng thái chứng thư (OCSPSigning)",
}
_PARTS: tuple[tuple[str, str], ...] = (
    ("page tree", "danh sách trang"),
    ("trailer", "phần cuối tệp"),
    ("page ", "trang "),
    ("field ", "trường "),
)
_ALGORITHMS = (
    (re.compile(r"sha3_(\d+)"), lambda m: f"SHA3-{m[1]}"),
    (re.compile(r"sha(\d+)(?:_(\d+))?"), lambda m: f"SHA-{m[1]}" + (f"/{m[2]}" if m[2] else "")),
    (re.compile(r"(rsa|dsa|ec)-(\d+)"), lambda m: f"{m[1].upper()} {m[2]} bit"),
    (re.compile(r"(shake\d+|md\d+)"), lambda m: m[1].upper()),
)


def vietnamese_detail(text: str) -> str:
    """Return a detail in Vietnamese; empty if it is not known."""
    for pattern, words in _DETAILS:
        if (found := pattern.fullmatch(text)) is not None:
            return words.format(*(group or "" for group in found.groups())).strip()
    return ""


def vietnamese_change(text: str) -> str:
    """Return why later changes could not be judged; there are too many ways to name each to a person."""
    return vietnamese_detail(text) or _UNEXPECTED


def vietnamese_usage(text: str) -> str:
    """Return what a key is for."""
    return ", ".join(_USAGES.get(name, name) for name in text.split(", "))


def vietnamese_place(where: str) -> str:
    """Return a place in a document; the subject of a certificate or the name of a field stays as it is."""
    for english, vietnamese in _PARTS:
        if where.startswith(english):
            place = vietnamese + where.removeprefix(english)
            return place.replace(" annotation ", ", chú thích ").replace(" widgets", " (khung hiển thị)")
    return (
        where.replace("/AcroForm removed", "/AcroForm (bị xóa)") if where.startswith("/") else with_named_types(where)
    )


def algorithm_name(text: str) -> str:
    """Return an algorithm as standards write it: ``SHA-1``, ``RSA 1024 bit``."""
    for pattern, name in _ALGORITHMS:
        if (found := pattern.fullmatch(text)) is not None:
            return name(found)
    return text
