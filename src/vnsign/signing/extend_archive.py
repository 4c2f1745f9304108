"""Renews an archive: a new document timestamp before the last one's authority lapses.

Steps:
    (1) the last document timestamp can still be believed: its authority is in force, and its hash is good enough
    (2) fresh evidence of that authority's status: good then, and not revoked since
    (3) a new document timestamp over everything, then the evidence of its own authority

What it does not do: verify the signatures and the imprint of the last timestamp (vnsign.wiring.extending does, first).

Source: ETSI EN 319 142-1 §5.4.3 (each new document timestamp protects those before it); RFC 3161 §4.3.
"""

from __future__ import annotations

from datetime import datetime

from vnsign.errors import ErrorCode, InputError
from vnsign.pdf.reading.structure import PdfStructure, SignatureKind, read_structure
from vnsign.pdf.source import PdfSource, to_bytes
from vnsign.pki.timestamp_reading import parse_timestamp
from vnsign.policy.algorithms import AlgorithmStatus, judge_digest
from vnsign.signing.extend import Means, add_document_timestamp, add_evidence_of
from vnsign.signing.extend_reading import SignedRevision, read_document_timestamp


def archive_until(pdf: bytes) -> datetime | None:
    """Return when the certificate of the last document timestamp's authority ends; None if the file has none.

    Does not check: that it was not revoked, or that the timestamp verifies.

    Raises:
        InputError: MALFORMED_TIMESTAMP, MALFORMED_CERTIFICATE, NOT_A_PDF, MALFORMED_PDF, ENCRYPTED_PDF.
    """
    contents = _last_timestamp(read_structure(pdf))
    return None if contents is None else read_document_timestamp(contents).stamps[0].authority.not_valid_after_utc


def renew_archive(source: PdfSource, means: Means) -> PdfSource:
    """Append evidence of the last document timestamp's authority, and a new document timestamp.

    Raises:
        InputError: ARCHIVE_LAPSED; MALFORMED_PDF if the file has no document timestamp; and as
            :func:`vnsign.signing.extend.raise_all`.
        UsageError, ServiceUnavailable: The same.
    """
    contents = _last_timestamp(read_structure(to_bytes(source)))
    if contents is None:
        raise InputError(
            ErrorCode.MALFORMED_PDF,
            "there is no document timestamp to renew",
            way_out="raise the signatures to B-LTA first",
        )
    last = read_document_timestamp(contents)
    _require_alive(contents, last, means.now)
    renewed, stamp = add_document_timestamp(
        add_evidence_of(source, last, means, unrevoked_at=means.now), means.timestamps
    )
    return add_evidence_of(renewed, stamp, means)


def _last_timestamp(structure: PdfStructure) -> bytes | None:
    stamps = [s for s in structure.signatures if s.kind is SignatureKind.DOCUMENT_TIMESTAMP and s.problem is None]
    return max(stamps, key=lambda stamp: stamp.covered_end).contents if stamps else None


def _require_alive(contents: bytes, last: SignedRevision, now: datetime) -> None:
    until = last.stamps[0].authority.not_valid_after_utc
    if until < now:
        raise _lapsed(f"the certificate of its authority ended on {until:%Y-%m-%d}")
    token = parse_timestamp(contents)
    for name in (token.imprint_algorithm, token.cms.digest_algorithm):
        if judge_digest(name, at=now) is AlgorithmStatus.REFUSED:
            raise _lapsed(f"{name} proves nothing any more")


def _lapsed(reason: str) -> InputError:
    return InputError(
        ErrorCode.ARCHIVE_LAPSED,
        f"the last document timestamp can no longer be renewed: {reason}",
        way_out="prove the time by other records, such as the register and its log",
    )
