"""The transcript of a key ceremony: what it says, its one form, and how a signed one is checked.

Invariants:
    - One transcript has one form (:func:`transcript_to_json`); bytes of any other form are refused.
    - It names keys by their public halves and holds no secret: no key, no part of a passphrase, no PIN.

What it does not do: it cannot prove that the people it names were there: they sign the printed text by hand. It says
what the program did.

Source: docs/adr/0017-keys-of-an-authority.md. No rule of the official-use regulations on ceremonies was found.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from vnsign.errors import ErrorCode, InputError
from vnsign.pki.anchors import TrustAnchors
from vnsign.pki.names import Subject
from vnsign.report import Indication
from vnsign.verification.material import Circumstances
from vnsign.verification.statements import inspect_statement

FORMAT = "vnsign key ceremony v1"
#: Behind the authority's name, the name of who signs the transcript.
SIGNER_SUFFIX = "Key Ceremony"
MAX_TRANSCRIPT_BYTES = 1024 * 1024


class CeremonyRole(StrEnum):
    """What a participant is there for."""

    #: người chủ trì: decides, answers for it
    LEADER = "leader"
    #: người thực hiện: types
    OPERATOR = "operator"
    #: người giữ phần mật khẩu: knows one part of the passphrase, and no other
    CUSTODIAN = "custodian"
    #: người chứng kiến: watches, compares the fingerprints
    WITNESS = "witness"


class StepKind(StrEnum):
    """What was done, in this order."""

    MET = "met"
    PARTS_GIVEN = "parts_given"
    FOUNDED = "founded"
    SIGNER_ENROLLED = "signer_enrolled"
    ROOT_LIST_MADE = "root_list_made"
    ISSUING_LIST_MADE = "issuing_list_made"
    JOURNAL_READ = "journal_read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """Somebody present."""

    name: str
    role: CeremonyRole
    organization: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that was done. ``at`` is aware UTC, whole seconds; ``detail`` is a hash, a number, or empty."""

    at: datetime
    kind: StepKind
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedCertificate:
    """A certificate made in the ceremony. Hashes in lower-case hex.

    Attributes:
        key_sha256: Of the SubjectPublicKeyInfo.
        certificate_sha256: Of the whole certificate.
    """

    subject: str
    serial: str
    key: str
    key_sha256: str
    certificate_sha256: str
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What happened.

    Attributes:
        location: Where the authority's database is, without a password.
        parts: How many parts the passphrase has, all needed; 0 if a token keeps the keys.
        randomness: Where the keys came from: the token, or the library.
        tools: Names and versions of the programs.
        certificates: The authority's own, the root's first.
        signer: Who signs the transcript; its key is used for nothing else and not kept.
        journal_seq: Number of the journal's newest entry before the one that tells of this transcript.
        journal_hash: Its hash, lower-case hex.
    """

    format: str
    place: str
    started_at: datetime
    ended_at: datetime
    name: str
    organization: str
    base_url: str
    location: str
    parts: int
    randomness: str
    tools: tuple[tuple[str, str], ...]
    participants: tuple[Participant, ...]
    certificates: tuple[NamedCertificate, ...]
    signer: NamedCertificate
    steps: tuple[Step, ...]
    journal_seq: int
    journal_hash: str


def transcript_to_json(transcript: Transcript) -> bytes:
    """Return the one form of a transcript: JSON, keys sorted, two spaces, UTF-8, a line break at the end."""
    return msgspec.json.format(msgspec.json.encode(transcript, order="sorted"), indent=2) + b"\n"


def parse_transcript(data: bytes) -> Transcript:
    """Read a transcript.

    Does not check: any signature.

    Raises:
        InputError: ``NOT_READABLE``: not a transcript, or not in its one form.
    """
    if len(data) > MAX_TRANSCRIPT_BYTES:
        raise _not_readable(f"it is larger than {MAX_TRANSCRIPT_BYTES} bytes")
    try:
        transcript = msgspec.json.decode(data, type=Transcript)
        is_its_form = transcript.format == FORMAT and transcript_to_json(transcript) == data
    except (msgspec.MsgspecError, ValueError, RecursionError) as exc:
        raise _not_readable("it does not read as one") from exc
    if not is_its_form:
        raise _not_readable("it is of another version or was laid out anew")
    return transcript


def name_certificate(certificate: x509.Certificate) -> NamedCertificate:
    """Return what a transcript says of a certificate."""
    public_key = certificate.public_key()
    spki = public_key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    kind = type(public_key).__name__.removesuffix("PublicKey")
    return NamedCertificate(
        subject=certificate.subject.rfc4514_string(),
        serial=f"{certificate.serial_number:x}",
        key=f"{kind} {getattr(public_key, 'key_size', '')}".strip(),
        key_sha256=sha256_hex(spki),
        certificate_sha256=certificate.fingerprint(hashes.SHA256()).hex(),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
    )


def signer_subject(name: str, organization: str) -> Subject:
    """Return whom the certificate of a transcript's signer names.

    Raises:
        UsageError: ``BAD_ARGUMENT``: it cannot stand in a certificate.
    """
    return Subject(common_name=f"{name} {SIGNER_SUFFIX}", organization=organization)


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 in lower-case hex."""
    hasher = hashes.Hash(hashes.SHA256())
    hasher.update(data)
    return hasher.finalize().hex()


def verify_transcript(data: bytes, signature: bytes, *, trust: TrustAnchors, at: datetime | None = None) -> Transcript:
    """Return a transcript that its signer signed and that speaks of the root it is checked against.

    Does not check: that the people were there; that the authority was not founded a second time: its journal's entry
    ``ceremony`` holds the SHA-256 of the transcript, which is what to compare.

    Args:
        data: The transcript, as it was signed.
        signature: Detached CMS.
        trust: The root, known from elsewhere, and the lists that were made in the ceremony.
        at: Validation time, aware; None means the end of the ceremony, when those lists were fresh.

    Raises:
        InputError: ``NOT_READABLE``; ``SIGNATURE_REJECTED``: the signature does not verify, is somebody else's, or the
            transcript speaks of another root.
        UsageError: ``BAD_ARGUMENT``: ``at`` is not aware.
    """
    transcript = parse_transcript(data)
    circumstances = Circumstances(trust=trust, at=at or transcript.ended_at)
    report = inspect_statement(signature, data, circumstances=circumstances)
    if report.indication is not Indication.TOTAL_PASSED:
        findings = ", ".join(sorted({finding.code.value for finding in report.findings}))
        raise _rejected(f"its signature is not accepted: {report.indication.value} ({findings})")
    if report.signer_sha256 != transcript.signer.certificate_sha256:
        raise _rejected("it is signed by somebody else than it says")
    if transcript.signer.subject != signer_subject(transcript.name, transcript.organization).to_name().rfc4514_string():
        raise _rejected("its signer is not one made for a ceremony")
    roots = {anchor.fingerprint(hashes.SHA256()).hex() for anchor in trust.anchors}
    if not transcript.certificates or transcript.certificates[0].certificate_sha256 not in roots:
        raise _rejected("it speaks of another root")
    return transcript


def is_plain(text: str) -> bool:
    """Tell whether a text is in NFC and holds nothing that deceives its reader (controls, direction marks)."""
    visible = all(not unicodedata.category(character).startswith("C") for character in text)
    return visible and text == unicodedata.normalize("NFC", text).strip()


def _not_readable(why: str) -> InputError:
    return InputError(ErrorCode.NOT_READABLE, f"no transcript of a key ceremony: {why}")


def _rejected(why: str) -> InputError:
    return InputError(ErrorCode.SIGNATURE_REJECTED, f"the transcript is not accepted: {why}")
