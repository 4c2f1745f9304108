"""What was found of the signatures on the files that came with a document: verdicts, and the rows that keep them.

Invariants:
    - "Could not check" is no verdict on a signature: it is never :attr:`FileVerdict.VALID`, and never
      :attr:`FileVerdict.NOT_SIGNED`.

What it does not do: it judges nothing and holds no bytes; it does not say whether a signer had authority to sign.

Source: Nghị định 30/2020/NĐ-CP Điều 21 khoản 2a; Quyết định 28/2018/QĐ-TTg Điều 10 khoản 1; Thông tư 01/2019/TT-BNV
Điều 3 khoản 5, Điều 5.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

import msgspec

from docflow.model.documents import SignatureVerdict
from docflow.model.wording import make_visible


class FileVerdict(StrEnum):
    """What the signatures in one file are worth, the worst first; the value is stable and stored."""

    FAILED = "failed"
    """A signature is broken, or does not hold."""
    UNDECIDED = "undecided"
    """There is a signature, and it could not be decided what it is worth; another look may."""
    NOT_CHECKABLE = "not_checkable"
    """No PDF, or one that cannot be opened or is cut off: what it bears is not known."""
    NOT_SIGNED = "not_signed"
    """A whole PDF without a signature."""
    NOT_CHECKED = "not_checked"
    """Nobody looked; never stored."""
    VALID = "valid"
    """Every signature passed."""

    @property
    def vi(self) -> str:
        """What an official reads."""
        return _VERDICT_NAMES[self]


_VERDICT_NAMES = {
    FileVerdict.FAILED: "chữ ký số không hợp lệ",
    FileVerdict.UNDECIDED: "chưa kết luận được",
    FileVerdict.NOT_CHECKABLE: "không kiểm tra được",
    FileVerdict.NOT_SIGNED: "không có chữ ký số",
    FileVerdict.NOT_CHECKED: "chưa kiểm tra",
    FileVerdict.VALID: "chữ ký số hợp lệ",
}

CUT_OFF = "pdf_cut_off"
"""The reason of a PDF that has no end, or more after it."""

SIGNATURE_VERDICTS: Mapping[FileVerdict, SignatureVerdict] = {
    FileVerdict.FAILED: SignatureVerdict.FAILED,
    FileVerdict.UNDECIDED: SignatureVerdict.UNDECIDED,
    FileVerdict.NOT_CHECKABLE: SignatureVerdict.FAILED,
    FileVerdict.NOT_SIGNED: SignatureVerdict.FAILED,
    FileVerdict.NOT_CHECKED: SignatureVerdict.NOT_CHECKED,
    FileVerdict.VALID: SignatureVerdict.PASSED,
}
"""What the verdict on the file of the document itself says of the document: it must be a PDF, and signed.

Source: Quyết định 28/2018/QĐ-TTg Điều 4 (signed, it stands for paper).
"""


class ReceivedFileCheck(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one look at one file of an incoming document found.

    Attributes:
        act: Position of the act (:class:`~docflow.model.IncomingAct`) that looked: who and when stand there.
        position: Of the file in the message, from 0.
        name: As the sender calls it, fit to be shown (:func:`show_text`), at most 200 characters: never a path.
        sha256: Of the file, lower-case hex.
        reasons: Codes of vnsign's findings, or docflow's own, with a space between them.
        signature_count: Signatures in the file; the first of them are kept one by one.
    """

    agency: str
    incoming_id: str
    act: int
    position: int
    name: str
    sha256: str
    verdict: FileVerdict
    reasons: str
    signature_count: int


class ReceivedSignature(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One signature of a file, as one look at it found it; ``act`` and ``position`` as :class:`ReceivedFileCheck`.

    Attributes:
        number: From 0, in the order in which they were made.
        signer, organization, unit: CN, O and OU of the certificate, each empty if it has none: what the certificate
            says, which is proved only if the verdict is ``VALID``.
        certificate: SHA-256 (hex) of the signer's certificate; empty if there is none.
        issuer: RFC 4514 text, at most 500 characters.
        serial: Lower-case hex.
        valid_from, valid_until: Of the certificate, aware; None if there is none.
        signed_at: When, as a trusted timestamp proves it; None if none does, or the signature failed.
        reasons: As in :class:`ReceivedFileCheck`.
    """

    agency: str
    incoming_id: str
    act: int
    position: int
    number: int
    verdict: FileVerdict
    signer: str
    organization: str
    unit: str
    certificate: str
    issuer: str
    serial: str
    valid_from: datetime | None
    valid_until: datetime | None
    signed_at: datetime | None
    reasons: str


class ReceivedCertificate(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A certificate behind signatures on received files that passed; what it says as :class:`ReceivedSignature`.

    Attributes:
        documents: Incoming documents on a file of which a signature by it passed.
        first_arrived_at, last_arrived_at: When the first and the last of them came, aware.

    Source: Thông tư 41/2017/TT-BTTTT Điều 9 (the certificates that belong to the signatures on incoming documents).
    """

    certificate: str
    signer: str
    organization: str
    unit: str
    issuer: str
    serial: str
    valid_from: datetime | None
    valid_until: datetime | None
    documents: int
    first_arrived_at: datetime
    last_arrived_at: datetime


def find_worst_verdict(verdicts: Iterable[FileVerdict]) -> FileVerdict:
    """Return the worst of some verdicts; ``NOT_CHECKED`` of none."""
    found = set(verdicts)
    return next((verdict for verdict in FileVerdict if verdict in found), FileVerdict.NOT_CHECKED)


def show_text(text: str, limit: int) -> str:
    """Return what a stranger wrote on one line of at most ``limit`` characters, as :func:`make_visible` shows it."""
    safe = make_visible(text[: limit + 1]).replace("\n", " ")
    return safe if len(safe) <= limit else f"{safe[: limit - 1]}…"
