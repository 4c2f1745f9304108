"""Words of the law for an official at the command line, in Vietnamese and English.

Sentences are for reading; programs take ``--json``.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from vnsign.authority.database.journal_check import JournalProblem
from vnsign.authority.records import Issuer, JournalAct, StatusKind
from vnsign.policy.lifecycle import RequestKind, RequestState, RevocationCase
from vnsign.policy.profiles import CertificateProfile
from vnsign.verification.messages import Language

_Words = Mapping[Language, str]


def _words(vi: str, en: str) -> _Words:
    return {Language.VI: vi, Language.EN: en}


PROFILES: Mapping[CertificateProfile, _Words] = {
    CertificateProfile.ROOT: _words("chứng thư gốc", "root"),
    CertificateProfile.ISSUING_CA: _words("cơ quan cấp chứng thư", "issuing authority"),
    CertificateProfile.OFFICIAL: _words("cá nhân", "official"),
    CertificateProfile.AGENCY_SEAL: _words("cơ quan, tổ chức", "agency"),
    CertificateProfile.SERVICE: _words("thiết bị, dịch vụ, phần mềm", "device, service or software"),
    CertificateProfile.TSA: _words("dịch vụ cấp dấu thời gian", "time-stamping service"),
    CertificateProfile.OCSP_RESPONDER: _words("dịch vụ kiểm tra trạng thái trực tuyến (OCSP)", "OCSP responder"),
}

KINDS: Mapping[RequestKind, _Words] = {
    RequestKind.NEW: _words("cấp mới", "new certificate"),
    RequestKind.RENEW: _words("gia hạn", "renewal"),
    RequestKind.CHANGE: _words("thay đổi nội dung thông tin", "change of information"),
    RequestKind.REVOKE: _words("thu hồi", "revocation"),
    RequestKind.RESTORE_DEVICE: _words("khôi phục thiết bị", "restoring a device"),
}

STATES: Mapping[RequestState, _Words] = {
    RequestState.SUBMITTED: _words("đã tiếp nhận, chờ duyệt", "submitted, waits for approval"),
    RequestState.APPROVED: _words("đã duyệt", "approved"),
    RequestState.REFUSED: _words("bị từ chối", "refused"),
    RequestState.WITHDRAWN: _words("đã rút", "withdrawn"),
    RequestState.DONE: _words("đã thực hiện", "done"),
}

# Nghị định 68/2024/NĐ-CP Điều 17, in the law's words.
CASES: Mapping[RevocationCase, _Words] = {
    RevocationCase.KEY_EXPOSED: _words("khóa bí mật bị lộ hoặc nghi bị lộ", "the private key is or may be exposed"),
    RevocationCase.DEVICE_DAMAGED: _words("thiết bị lưu khóa bị hỏng", "the key's device is damaged"),
    RevocationCase.DEVICE_LOST: _words("thiết bị lưu khóa bị mất", "the key's device is lost"),
    RevocationCase.AUTHORITIES_REQUEST: _words(
        "theo yêu cầu của cơ quan tiến hành tố tụng, cơ quan công an", "prosecuting or police bodies ask for it"
    ),
    RevocationCase.MANAGER_REQUEST: _words(
        "theo yêu cầu của cơ quan, tổ chức quản lý trực tiếp", "the agency in direct charge asks for it"
    ),
    RevocationCase.NEW_POST: _words(
        "cá nhân thay đổi vị trí công tác, thông tin không còn phù hợp", "new post, the certificate no longer fits"
    ),
    RevocationCase.LEFT_OFFICE: _words("cá nhân nghỉ hưu, thôi việc, từ trần", "retired, resigned or died"),
    RevocationCase.AGENCY_ENDED: _words(
        "cơ quan, tổ chức giải thể, chia, tách, sáp nhập", "the agency is dissolved, split or merged"
    ),
    RevocationCase.SERVICE_STOPPED: _words(
        "thiết bị, dịch vụ, phần mềm dừng hoạt động", "the device, service or software stops"
    ),
}

STATUS: Mapping[StatusKind, _Words] = {
    StatusKind.REVOKED: _words("đã thu hồi", "revoked"),
    StatusKind.HELD: _words("tạm giữ", "on hold"),
    StatusKind.RELEASED: _words("đã bỏ tạm giữ", "released"),
}

ISSUERS: Mapping[Issuer, _Words] = {
    Issuer.ROOT: _words("chứng thư gốc", "root"),
    Issuer.ISSUING: _words("cơ quan cấp chứng thư", "issuing authority"),
}

ACTS: Mapping[JournalAct, _Words] = {
    JournalAct.FOUNDED: _words("thành lập", "founded"),
    JournalAct.SETTINGS_CHANGED: _words("đổi thiết lập", "settings changed"),
    JournalAct.OWN_RENEWED: _words("đổi chứng thư của dịch vụ", "own certificate renewed"),
    JournalAct.REQUESTED: _words("tiếp nhận đề nghị", "requested"),
    JournalAct.APPROVED: _words("duyệt đề nghị", "approved"),
    JournalAct.REFUSED: _words("từ chối đề nghị", "refused"),
    JournalAct.WITHDRAWN: _words("rút đề nghị", "withdrawn"),
    JournalAct.ISSUED: _words("cấp chứng thư", "issued"),
    JournalAct.ENROLLED: _words("tự cấp", "enrolled"),
    JournalAct.RESTORED: _words("khôi phục thiết bị", "device restored"),
    JournalAct.REVOKED: _words("thu hồi", "revoked"),
    JournalAct.HELD: _words("tạm giữ", "held"),
    JournalAct.RELEASED: _words("bỏ tạm giữ", "released"),
    JournalAct.CRL_PUBLISHED: _words("công bố danh sách thu hồi", "list published"),
    JournalAct.CEREMONY: _words("lễ tạo khóa", "key ceremony"),
    JournalAct.UPGRADED: _words("nâng cấp cơ sở dữ liệu", "database upgraded"),
}


PROBLEMS: Mapping[JournalProblem, _Words] = {
    JournalProblem.GAP: _words("Thiếu mục", "An entry is missing"),
    JournalProblem.WRONG_HASH: _words("Mục bị sửa", "An entry was changed"),
    JournalProblem.UNREADABLE: _words("Mục không đọc được", "An entry cannot be read"),
    JournalProblem.HEAD_NOT_FOUND: _words("Không có mục đã ghi nhận trước đây", "The expected entry is not there"),
    JournalProblem.ROW_NOT_TOLD: _words("Nhật ký không nói đến", "The journal does not tell of"),
    JournalProblem.ROW_CHANGED: _words("Khác với nhật ký", "Not what the journal tells"),
    JournalProblem.ROW_MISSING: _words("Nhật ký có, dữ liệu không có", "Told by the journal, not on record"),
    JournalProblem.SCHEMA_CHANGED: _words("Cơ sở dữ liệu bị thay cấu trúc", "The database is not as it was made"),
}


class Label(StrEnum):
    """What stands before a value, or a sentence of the command line."""

    SERIAL = "serial"
    SUBJECT = "subject"
    PROFILE = "profile"
    ISSUER = "issuer"
    AGENCY = "agency"
    DOCUMENT = "document"
    VALID = "valid"
    STATUS = "status"
    GOOD = "good"
    EXPIRED = "expired"
    NOT_YET = "not yet"
    REASON = "reason"
    CASE = "case"
    SINCE = "since"
    INVALIDITY = "invalidity"
    REQUEST = "request"
    KIND = "kind"
    STATE = "state"
    HISTORY = "history"
    REPLACES = "replaces"
    SUBSCRIBER = "subscriber"
    KEY = "key"
    CERTIFICATE = "certificate"
    FINGERPRINT = "fingerprint"
    READ_ALOUD = "read aloud"
    WRITTEN = "written"
    NOTHING = "nothing"
    EMAIL = "email"
    ENTRIES = "entries"
    HEAD = "head"
    FINDINGS = "findings"
    JOURNAL_WHOLE = "journal whole"
    NOT_AFTER = "not after"
    SURE_REVOKE = "sure revoke"
    BATCH_SUMMARY = "batch summary"
    ALREADY = "already"
    ISSUED = "issued"
    FAILED = "failed"
    OLD_LIST = "old list"
    NO_KEY_LIST = "no key list"


LABELS: Mapping[Label, _Words] = {
    Label.NO_KEY_LIST: _words(
        "Lưu ý: không có danh sách khóa đã lộ (--compromised-keys hoặc VNSIGN_COMPROMISED_KEYS), nên khóa đã bị công "
        "bố, như khóa Debian năm 2008, không bị phát hiện",
        "Note: no list of compromised keys (--compromised-keys or VNSIGN_COMPROMISED_KEYS): published keys, such as "
        "Debian's of 2008, are not found",
    ),
    Label.SERIAL: _words("Số hiệu", "Serial number"),
    Label.SUBJECT: _words("Thuê bao", "Subject"),
    Label.PROFILE: _words("Loại", "Kind of subscriber"),
    Label.ISSUER: _words("Cơ quan cấp", "Issuer"),
    Label.AGENCY: _words("Cơ quan, tổ chức quản lý trực tiếp", "Agency in direct charge"),
    Label.DOCUMENT: _words("Văn bản", "Document"),
    Label.VALID: _words("Thời hạn", "Validity"),
    Label.STATUS: _words("Trạng thái", "Status"),
    Label.GOOD: _words("có hiệu lực", "good"),
    Label.EXPIRED: _words("hết hạn", "expired"),
    Label.NOT_YET: _words("chưa đến hạn dùng", "not valid yet"),
    Label.REASON: _words("Lý do (RFC 5280)", "Reason (RFC 5280)"),
    Label.CASE: _words("Trường hợp", "Case"),
    Label.SINCE: _words("từ", "since"),
    Label.INVALIDITY: _words("Khóa có thể đã lộ từ", "Key may have been exposed since"),
    Label.REQUEST: _words("Đề nghị", "Request"),
    Label.KIND: _words("Nội dung", "Asks for"),
    Label.STATE: _words("Tình trạng", "State"),
    Label.HISTORY: _words("Quá trình", "History"),
    Label.REPLACES: _words("Thay cho", "Replaces"),
    Label.SUBSCRIBER: _words("Mã thuê bao", "Subscriber"),
    Label.KEY: _words("Khóa công khai (SHA-256)", "Public key (SHA-256)"),
    Label.CERTIFICATE: _words("Chứng thư", "Certificate"),
    Label.FINGERPRINT: _words("Dấu vân tay SHA-256", "SHA-256 fingerprint"),
    Label.READ_ALOUD: _words("đọc", "read aloud"),
    Label.WRITTEN: _words("đã ghi", "written"),
    Label.NOTHING: _words("Không có gì.", "There is nothing."),
    Label.EMAIL: _words("Thư điện tử", "E-mail"),
    Label.ENTRIES: _words("mục", "entries"),
    Label.HEAD: _words("mục cuối", "head"),
    Label.FINDINGS: _words("Sai lệch", "Findings"),
    Label.JOURNAL_WHOLE: _words("Nhật ký nguyên vẹn", "The journal is whole"),
    Label.NOT_AFTER: _words("Hết hạn theo đề nghị", "End asked for"),
    Label.SURE_REVOKE: _words(
        "Thu hồi vĩnh viễn chứng thư {serial} của {subject}?", "Revoke certificate {serial} of {subject} for good?"
    ),
    Label.BATCH_SUMMARY: _words(
        "{issued} đã cấp, {already} đã có từ trước, {failed} lỗi", "{issued} issued, {already} already, {failed} failed"
    ),
    Label.ALREADY: _words("đã có từ trước", "already issued"),
    Label.ISSUED: _words("đã cấp", "issued"),
    Label.FAILED: _words("lỗi", "failed"),
    Label.OLD_LIST: _words(
        "Cảnh báo: không có khóa để ký; đây là danh sách cuối cùng còn hiệu lực, có thể thiếu các thay đổi sau đó.",
        "Warning: the key is not there; this is the last list in force, and what happened since is not on it.",
    ),
}

_DIGITS: Mapping[Language, str] = {
    Language.VI: "không một hai ba bốn năm sáu bảy tám chín a bê xê đê e ép",
    Language.EN: "zero one two three four five six seven eight nine alfa bravo charlie delta echo foxtrot",
}
_GROUP = 4


def say_hex(value: str, lang: Language) -> list[str]:
    """Return hexadecimal digits as lines for reading aloud: four digits, then their words."""
    words = _DIGITS[lang].split()
    groups = [value[start : start + _GROUP] for start in range(0, len(value), _GROUP)]
    return [f"{group.upper()}  {' '.join(words[int(digit, 16)] for digit in group)}" for group in groups]
