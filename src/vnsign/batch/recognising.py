"""Whether a file is the signed copy of a document that an interrupted run left without a word in the journal.

Source: ISO 32000-2 §7.5.6 (an increment leaves the bytes before it as they are).
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from vnsign.adapters.files import FileSource
from vnsign.pki.anchors import TrustAnchors
from vnsign.verification import inspect

_BLOCK_BYTES = 1024 * 1024


def is_signed_copy(source: Path, target: Path, *, certificate_sha256: str, at: datetime) -> bool:
    """Return whether ``target`` is ``source`` with exactly one more signature, intact, by the certificate named.

    Does not check: options of the signature (level, place); the journal tells those of the run that made it. A file
    larger than verification reads is not recognised.

    Raises:
        InputError: NOT_READABLE: one of them cannot be read, or is no regular file.
        OSError: One of them cannot be read.
    """
    if not _begins_with(target, source):
        return False
    before = _by(certificate_sha256, source.read_bytes(), at)
    after = _by(certificate_sha256, target.read_bytes(), at)
    return after == before + 1


def _begins_with(target: Path, source: Path) -> bool:
    if FileSource.at(target).size <= FileSource.at(source).size:
        return False
    with source.open("rb") as one, target.open("rb") as other:
        while block := one.read(_BLOCK_BYTES):
            if other.read(len(block)) != block:
                return False
    return True


def _by(certificate_sha256: str, data: bytes, at: datetime) -> int:
    report = inspect(data, trust=TrustAnchors(), at=at)
    return sum(1 for s in report.signatures if s.signer_sha256 == certificate_sha256 and s.intact and s.valid)
