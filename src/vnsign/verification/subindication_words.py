"""Sub-indications in words, as part of a sentence.

Source: ETSI EN 319 102-1 Tables 5, 6.
"""

from __future__ import annotations

from collections.abc import Mapping

from vnsign.report import SubIndication
from vnsign.verification.wording import Words, words

#: Why something did not pass, as part of a sentence.
SUBINDICATIONS: Mapping[SubIndication, Words] = {
    SubIndication.FORMAT_FAILURE: words("sai khuôn dạng", "wrong form"),
    SubIndication.HASH_FAILURE: words("không phải của dữ liệu này", "not over this data"),
    SubIndication.SIG_CRYPTO_FAILURE: words("giá trị chữ ký sai", "its signature value does not verify"),
    SubIndication.REVOKED: words("chứng thư đã bị thu hồi", "its certificate was revoked"),
    SubIndication.EXPIRED: words("chứng thư đã hết hạn", "its certificate had expired"),
    SubIndication.NOT_YET_VALID: words("chứng thư chưa có hiệu lực", "its certificate was not yet valid"),
    SubIndication.SIG_CONSTRAINTS_FAILURE: words("không đáp ứng chính sách kiểm tra", "it does not meet the policy"),
    SubIndication.CHAIN_CONSTRAINTS_FAILURE: words(
        "chứng thư không dùng cho mục đích này", "its certificate is not for this purpose"
    ),
    SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE: words(
        "đường dẫn chứng thư không hợp lệ", "its certificate path is not valid"
    ),
    SubIndication.CRYPTO_CONSTRAINTS_FAILURE: words(
        "thuật toán không còn được chấp nhận", "its algorithms are no longer accepted"
    ),
    SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE: words(
        "thuật toán không còn được chấp nhận", "its algorithms are no longer accepted"
    ),
    SubIndication.POLICY_PROCESSING_ERROR: words(
        "không áp dụng được chính sách kiểm tra", "the policy cannot be applied"
    ),
    SubIndication.SIGNATURE_POLICY_NOT_AVAILABLE: words(
        "không có chính sách ký", "the signature policy is not at hand"
    ),
    SubIndication.TIMESTAMP_ORDER_FAILURE: words(
        "thứ tự dấu thời gian mâu thuẫn", "the order of timestamps contradicts itself"
    ),
    SubIndication.NO_SIGNING_CERTIFICATE_FOUND: words("không tìm thấy chứng thư", "its certificate was not found"),
    SubIndication.NO_CERTIFICATE_CHAIN_FOUND: words(
        "không thuộc tổ chức cấp mà bạn tin cậy", "it is not from an authority you trust"
    ),
    SubIndication.NO_CERTIFICATE_CHAIN_FOUND_NO_POE: words(
        "tổ chức cấp không còn được tin cậy", "its authority is no longer trusted"
    ),
    SubIndication.REVOKED_NO_POE: words("chứng thư đã bị thu hồi", "its certificate was revoked"),
    SubIndication.REVOKED_CA_NO_POE: words(
        "chứng thư của tổ chức cấp đã bị thu hồi", "the certificate of its authority was revoked"
    ),
    SubIndication.OUT_OF_BOUNDS_NO_POE: words("chứng thư đã hết hạn", "its certificate has expired"),
    SubIndication.OUT_OF_BOUNDS_NOT_REVOKED: words("chứng thư đã hết hạn", "its certificate has expired"),
    SubIndication.REVOCATION_OUT_OF_BOUNDS_NO_POE: words(
        "bằng chứng thu hồi đã hết hạn", "the revocation evidence ran out"
    ),
    SubIndication.NO_POE: words("không chứng minh được thời gian", "it proves no time"),
    SubIndication.TRY_LATER: words("chưa kiểm tra được thu hồi", "its revocation could not be checked"),
    SubIndication.SIGNED_DATA_NOT_FOUND: words("không có dữ liệu đã ký", "what was signed is not at hand"),
}
