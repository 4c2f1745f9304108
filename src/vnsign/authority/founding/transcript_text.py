"""A transcript for people: printed, read aloud, signed by hand. Vietnamese and English.

What it does not do: it adds nothing to the transcript; the same transcript gives the same text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from textwrap import wrap
from zoneinfo import ZoneInfo

from vnsign.authority.founding.transcript import (
    CeremonyRole,
    NamedCertificate,
    StepKind,
    Transcript,
    sha256_hex,
    transcript_to_json,
)
from vnsign.verification.messages import Language

_VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
_Words = Mapping[Language, str]


def _words(vi: str, en: str) -> _Words:
    return {Language.VI: vi, Language.EN: en}


_ROLES: Mapping[CeremonyRole, _Words] = {
    CeremonyRole.LEADER: _words("người chủ trì", "leader"),
    CeremonyRole.OPERATOR: _words("người thực hiện", "operator"),
    CeremonyRole.CUSTODIAN: _words("người giữ một phần mật khẩu", "custodian of a part of the passphrase"),
    CeremonyRole.WITNESS: _words("người chứng kiến", "witness"),
}
_STEPS: Mapping[StepKind, _Words] = {
    StepKind.MET: _words("Có mặt", "Present"),
    StepKind.PARTS_GIVEN: _words("Số phần mật khẩu đã nhập", "Parts of the passphrase typed in"),
    StepKind.FOUNDED: _words("Tạo khóa, thành lập; SHA-256 chứng thư gốc", "Keys made, founded; SHA-256 of the root"),
    StepKind.SIGNER_ENROLLED: _words("Cấp chứng thư ký biên bản, số hiệu", "Signer of this transcript, serial number"),
    StepKind.ROOT_LIST_MADE: _words("Danh sách thu hồi của gốc, SHA-256", "Revocation list of the root, SHA-256"),
    StepKind.ISSUING_LIST_MADE: _words(
        "Danh sách thu hồi của cơ quan cấp, SHA-256", "Revocation list of the issuing authority, SHA-256"
    ),
    StepKind.JOURNAL_READ: _words("Đọc nhật ký, mục số", "Journal read, entry"),
}
_TITLE = _words("BIÊN BẢN LỄ TẠO KHÓA", "TRANSCRIPT OF A KEY CEREMONY")
_PLACE = _words("Địa điểm", "Place")
_TIME = _words("Thời gian", "Time")
_AUTHORITY = _words("Cơ quan chứng thực", "Authority")
_LOCATION = _words("Cơ sở dữ liệu", "Database")
_PARTS = _words(
    "Khóa nằm trong cơ sở dữ liệu, dưới mật khẩu nhiều phần (cần đủ cả); số phần",
    "The keys stand in the database, under a passphrase of parts, all needed; parts",
)
_TOKEN = _words("Khóa nằm trong thiết bị", "The keys stay in the token")
_RANDOM = _words("Nguồn ngẫu nhiên", "Randomness")
_TOOLS = _words("Phần mềm", "Programs")
_PEOPLE = _words("Người tham gia", "Participants")
_DONE = _words("Diễn biến", "What was done")
_CERTIFICATES = _words("Chứng thư và khóa (đọc to, so từng nhóm)", "Certificates and keys (compare group by group)")
_SIGNER = _words("Người ký biên bản (khóa dùng một lần, không lưu)", "Who signs this transcript (key not kept)")
_SERIAL = _words("số hiệu", "serial number")
_VALID = _words("hiệu lực", "valid")
_CERTIFICATE_HASH = _words("SHA-256 chứng thư", "SHA-256 of the certificate")
_KEY_HASH = _words("SHA-256 khóa công khai", "SHA-256 of the public key")
_JOURNAL = _words("Nhật ký đến lúc này", "Journal up to here")
_TRANSCRIPT_HASH = _words("SHA-256 của transcript.json", "SHA-256 of transcript.json")
_SIGNATURES = _words("Chữ ký của những người tham gia", "Signatures of the participants")


def transcript_text(transcript: Transcript, *, lang: Language) -> str:
    """Return the transcript as lines to print; times are those of Vietnam."""
    return "\n".join(_lines(transcript, lang)) + "\n"


def _lines(transcript: Transcript, lang: Language) -> Iterator[str]:
    yield _TITLE[lang]
    yield ""
    yield f"{_PLACE[lang]}: {transcript.place}"
    yield f"{_TIME[lang]}: {_local(transcript.started_at)} – {_local(transcript.ended_at)}"
    yield f"{_AUTHORITY[lang]}: {transcript.name} ({transcript.organization}), {transcript.base_url}"
    yield f"{_LOCATION[lang]}: {transcript.location}"
    if transcript.parts:
        yield f"{_PARTS[lang]}: {transcript.parts}"
        yield f"{_RANDOM[lang]}: {transcript.randomness}"
    else:
        yield f"{_TOKEN[lang]}: {transcript.randomness}"
    yield f"{_TOOLS[lang]}: " + ", ".join(f"{name} {version}" for name, version in transcript.tools)
    yield ""
    yield f"{_PEOPLE[lang]}:"
    for person in transcript.participants:
        yield "  " + ", ".join(filter(None, (person.name, person.organization, _ROLES[person.role][lang])))
    yield ""
    yield f"{_DONE[lang]}:"
    for step in transcript.steps:
        detail = f": {step.detail}" if step.detail else ""
        yield f"  {_local(step.at)}  {_STEPS[step.kind][lang]}{detail}"
    yield ""
    yield f"{_CERTIFICATES[lang]}:"
    for certificate in transcript.certificates:
        yield from _certificate(certificate, lang)
    yield f"{_SIGNER[lang]}:"
    yield from _certificate(transcript.signer, lang)
    yield ""
    yield f"{_JOURNAL[lang]}: {transcript.journal_seq}:{transcript.journal_hash}"
    yield f"{_TRANSCRIPT_HASH[lang]}:"
    yield from _groups(sha256_hex(transcript_to_json(transcript)))
    yield ""
    yield f"{_SIGNATURES[lang]}:"
    for person in transcript.participants:
        yield f"  {person.name}: {'.' * 40}"


def _certificate(certificate: NamedCertificate, lang: Language) -> Iterator[str]:
    yield f"  {certificate.subject}"
    yield f"    {certificate.key}; {_SERIAL[lang]} {certificate.serial}"
    yield f"    {_VALID[lang]}: {_local(certificate.not_before)} – {_local(certificate.not_after)}"
    yield f"    {_CERTIFICATE_HASH[lang]}:"
    yield from _groups(certificate.certificate_sha256)
    yield f"    {_KEY_HASH[lang]}:"
    yield from _groups(certificate.key_sha256)


def _groups(digest: str) -> Iterator[str]:
    """Thirty-two digits a line, in groups of four: what two people compare aloud."""
    for line in wrap(digest, 32):
        yield "      " + " ".join(wrap(line, 4))


def _local(at: datetime) -> str:
    return at.astimezone(_VIETNAM).strftime("%d/%m/%Y %H:%M:%S")
