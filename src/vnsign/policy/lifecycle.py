"""Requests about certificates: their forms, their states, and the law's cases of revocation, as tables.

Invariants:
    - One row per form, per state and per case; code reads the row and decides nothing itself.

What it does not do: it does not say who may approve, and it knows no suspension (the law has none).

Source: Nghị định 68/2024/NĐ-CP Điều 10–22 and its Mẫu 01–06; RFC 5280 §5.3.1 (reasons).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from cryptography.x509 import ReasonFlags

from vnsign.policy.profiles import CertificateProfile


class Form(StrEnum):
    """The printed form a request stands for. Source: Nghị định 68/2024/NĐ-CP, annex."""

    INDIVIDUAL = "01"
    AGENCY = "02"
    SERVICE = "03"
    RENEW_OR_CHANGE = "04"
    REVOKE = "05"
    RESTORE_DEVICE = "06"


class RequestKind(StrEnum):
    """What is asked for."""

    #: cấp mới
    NEW = "new"
    #: gia hạn
    RENEW = "renew"
    #: thay đổi nội dung thông tin
    CHANGE = "change"
    #: thu hồi
    REVOKE = "revoke"
    #: khôi phục thiết bị: the device is unlocked elsewhere; the authority keeps the record
    RESTORE_DEVICE = "restore_device"


class RequestState(StrEnum):
    """Where a request stands."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    #: the certificate is issued or revoked, the device restored
    DONE = "done"


#: From each state, where a request may go.
TRANSITIONS: Mapping[RequestState, frozenset[RequestState]] = MappingProxyType(
    {
        RequestState.SUBMITTED: frozenset({RequestState.APPROVED, RequestState.REFUSED, RequestState.WITHDRAWN}),
        RequestState.APPROVED: frozenset({RequestState.DONE, RequestState.REFUSED, RequestState.WITHDRAWN}),
        RequestState.REFUSED: frozenset(),
        RequestState.WITHDRAWN: frozenset(),
        RequestState.DONE: frozenset(),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRule:
    """Which fields of an application a kind of request needs, and which it may have besides.

    The agency in direct charge is always needed and the number of its letter always possible.
    """

    needed: frozenset[str]
    possible: frozenset[str] = frozenset()


#: Fields by kind of request. Source: Nghị định 68/2024/NĐ-CP Điều 10 (who asks), Mẫu 01–06 (what the forms ask for).
FIELD_RULES: Mapping[RequestKind, FieldRule] = MappingProxyType(
    {
        RequestKind.NEW: FieldRule(needed=frozenset({"profile", "subject", "csr"}), possible=frozenset({"not_after"})),
        RequestKind.RENEW: FieldRule(needed=frozenset({"serial"}), possible=frozenset({"csr", "not_after"})),
        # The end of validity stays: a change is no renewal.
        RequestKind.CHANGE: FieldRule(needed=frozenset({"serial", "subject"}), possible=frozenset({"csr"})),
        RequestKind.REVOKE: FieldRule(needed=frozenset({"serial", "case"}), possible=frozenset({"invalidity_date"})),
        RequestKind.RESTORE_DEVICE: FieldRule(needed=frozenset({"serial"})),
    }
)

#: Requests that end with a certificate.
CERTIFYING: frozenset[RequestKind] = frozenset({RequestKind.NEW, RequestKind.RENEW, RequestKind.CHANGE})

#: Form of a request for a new certificate, by kind of subscriber. Source: Nghị định 68/2024/NĐ-CP Điều 11.
NEW_FORMS: Mapping[CertificateProfile, Form] = MappingProxyType(
    {
        CertificateProfile.OFFICIAL: Form.INDIVIDUAL,
        CertificateProfile.AGENCY_SEAL: Form.AGENCY,
        CertificateProfile.SERVICE: Form.SERVICE,
    }
)

_OTHER_FORMS: Mapping[RequestKind, Form] = MappingProxyType(
    {
        RequestKind.RENEW: Form.RENEW_OR_CHANGE,
        RequestKind.CHANGE: Form.RENEW_OR_CHANGE,
        RequestKind.REVOKE: Form.REVOKE,
        RequestKind.RESTORE_DEVICE: Form.RESTORE_DEVICE,
    }
)


def form_of(kind: RequestKind, profile: CertificateProfile) -> Form | None:
    """Return the form of a request, or None if subscribers of this profile make none."""
    if profile not in NEW_FORMS:
        return None
    return NEW_FORMS[profile] if kind is RequestKind.NEW else _OTHER_FORMS[kind]


class RevocationCase(StrEnum):
    """Why the law has a certificate revoked. Source: Nghị định 68/2024/NĐ-CP Điều 17."""

    #: khóa bí mật bị lộ hoặc nghi bị lộ
    KEY_EXPOSED = "key_exposed"
    #: thiết bị bị hỏng
    DEVICE_DAMAGED = "device_damaged"
    #: thiết bị bị mất
    DEVICE_LOST = "device_lost"
    #: yêu cầu của cơ quan tiến hành tố tụng, cơ quan công an
    AUTHORITIES_REQUEST = "authorities_request"
    #: yêu cầu của cơ quan, tổ chức quản lý trực tiếp
    MANAGER_REQUEST = "manager_request"
    #: cá nhân thay đổi vị trí công tác, thông tin không còn phù hợp
    NEW_POST = "new_post"
    #: cá nhân nghỉ hưu, thôi việc, từ trần
    LEFT_OFFICE = "left_office"
    #: cơ quan, tổ chức giải thể, chia, tách, sáp nhập
    AGENCY_ENDED = "agency_ended"
    #: thiết bị, dịch vụ, phần mềm dừng hoạt động
    SERVICE_STOPPED = "service_stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationRule:
    """One row.

    Attributes:
        reason: What the list and OCSP say.
        profiles: Kinds of subscriber the case applies to.
        invalidity_date: A date since when the key may have been in other hands belongs to the entry.
        without_request: The authority may act before, or without, a request of the agency in direct charge: a key in
            other hands signs until the certificate is revoked; prosecuting and police bodies are no agency in charge.
    """

    reason: ReasonFlags
    profiles: frozenset[CertificateProfile]
    invalidity_date: bool = False
    without_request: bool = False


#: Why a certificate ends when its information was changed and another says so: "the subject's name or other
#: information in the certificate has been modified but there is no cause to suspect that the private key has been
#: compromised" (Rec. ITU-T X.509, reason code extension).
REASON_OF_CHANGE = ReasonFlags.affiliation_changed
#: Reasons that speak of the key and so end every certificate of that key.
KEY_REASONS = frozenset({ReasonFlags.key_compromise, ReasonFlags.ca_compromise, ReasonFlags.aa_compromise})

_EVERYONE = frozenset(NEW_FORMS)
_ONLY_OFFICIALS = frozenset({CertificateProfile.OFFICIAL})

# The law names the cases, RFC 5280 the reasons; which reason a case gets is this project's reading.
REVOCATIONS: Mapping[RevocationCase, RevocationRule] = MappingProxyType(
    {
        RevocationCase.KEY_EXPOSED: RevocationRule(
            reason=ReasonFlags.key_compromise, profiles=_EVERYONE, invalidity_date=True, without_request=True
        ),
        RevocationCase.DEVICE_LOST: RevocationRule(
            reason=ReasonFlags.key_compromise, profiles=_EVERYONE, invalidity_date=True, without_request=True
        ),
        # A damaged device has given nothing away; the certificate is replaced by one on a new device.
        RevocationCase.DEVICE_DAMAGED: RevocationRule(reason=ReasonFlags.superseded, profiles=_EVERYONE),
        RevocationCase.AUTHORITIES_REQUEST: RevocationRule(
            reason=ReasonFlags.privilege_withdrawn, profiles=_EVERYONE, without_request=True
        ),
        RevocationCase.MANAGER_REQUEST: RevocationRule(reason=ReasonFlags.privilege_withdrawn, profiles=_EVERYONE),
        RevocationCase.NEW_POST: RevocationRule(reason=ReasonFlags.affiliation_changed, profiles=_ONLY_OFFICIALS),
        RevocationCase.LEFT_OFFICE: RevocationRule(reason=ReasonFlags.cessation_of_operation, profiles=_ONLY_OFFICIALS),
        RevocationCase.AGENCY_ENDED: RevocationRule(
            reason=ReasonFlags.cessation_of_operation, profiles=frozenset({CertificateProfile.AGENCY_SEAL})
        ),
        RevocationCase.SERVICE_STOPPED: RevocationRule(
            reason=ReasonFlags.cessation_of_operation, profiles=frozenset({CertificateProfile.SERVICE})
        ),
    }
)
