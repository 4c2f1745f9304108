"""Raises signatures to a higher PAdES level by appending: time, evidence, time over the evidence.

Steps:
    (1) B-T: a document timestamp, if a signature has neither a token of its own nor a document timestamp after it
    (2) B-LT: certificates and evidence of everybody who signed or stamped, asked for after the tokens they serve
    (3) B-LTA: a document timestamp over all of it, then the evidence of its own authority

Invariants:
    - Never a lower level than asked: what cannot be proven is an error, not a gap.
    - Every byte of the input stays: a token is never put into an earlier signature, although its gap may have room
      (whoever has a copy of the file, or its hash on record, would no longer recognise it).

What it does not do: verify the signatures (see verification), or say which level they had (vnsign.wiring.extending).

Source: ETSI EN 319 142-1 §5.4, §6.3; TT 41/2017/TT-BTTTT Điều 9 (what to keep with the document).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from vnsign.errors import ErrorCode, UsageError
from vnsign.pdf.opening import open_pdf
from vnsign.pdf.reading.security_store import SecurityStore
from vnsign.pdf.reading.structure import SignatureKind, read_structure
from vnsign.pdf.source import PdfSource, to_bytes
from vnsign.pdf.writing.document_timestamp import open_timestamp_gap
from vnsign.pdf.writing.security_store import add_security_store
from vnsign.pki.evidence import RevocationEvidence, read_evidence
from vnsign.ports import RevocationSource, TimestampSource
from vnsign.signing.extend_reading import SignedRevision, read_document_timestamp, read_revisions, read_signature
from vnsign.signing.levels import TargetLevel
from vnsign.signing.one_content import require_one_content
from vnsign.signing.proofs import ProofGatherer, Subject, evidence_source
from vnsign.signing.signer import TIMESTAMP_ROOM_BYTES

_HASH = hashes.SHA256()


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What raising a level needs.

    Attributes:
        now: The present moment, aware UTC.
        revocation: Where evidence comes from.
        timestamps: The time-stamping authority; needed for B-LTA, and where a signature has no time.
        known: Certificates that the file may lack (authorities, roots).
    """

    now: datetime
    revocation: RevocationSource
    timestamps: TimestampSource | None = None
    known: Sequence[x509.Certificate] = ()


def raise_newest(source: PdfSource, contents: bytes, *, target: TargetLevel, means: Means) -> PdfSource:
    """Raise the signature just made at B-T: what others left in the file is theirs to prove.

    Args:
        source: Signed, the newest signature last.
        contents: The CMS of the newest signature.
        target: B-LT or B-LTA; for less nothing is done.
        means: Services and certificates.

    Raises:
        As :func:`raise_all`.
    """
    if not target.has_evidence:
        return source
    signed = read_signature(contents)
    raised = _with_evidence(source, [(signed, None)], means=means)
    return _with_archive_timestamp(raised, means) if target is TargetLevel.B_LTA else raised


def raise_all(source: PdfSource, target: TargetLevel, means: Means) -> PdfSource:
    """Raise every signature of a file to ``target``.

    Raises:
        InputError: MALFORMED_PDF, MALFORMED_CMS, MALFORMED_TIMESTAMP …; SIGNING_FORBIDDEN: a form of two contents;
            CERTIFICATE_STATUS_UNKNOWN or CERTIFICATE_NOT_USABLE if a certificate's status cannot be proven.
        UsageError: BAD_ARGUMENT without a time-stamping authority where one is needed; CERTIFICATE_REVOKED.
        ServiceUnavailable: A service did not answer; nothing is returned.
    """
    if target is TargetLevel.B_B:
        return source
    data = to_bytes(source)
    structure = read_structure(data)
    with open_pdf(data) as pdf:
        require_one_content(pdf)
    revisions = list(read_revisions(structure))
    ends = [(found.covered_end, read) for found, read in revisions if found.kind is SignatureKind.DOCUMENT_TIMESTAMP]
    signed = [(read, _time_after(found.covered_end, ends)) for found, read in revisions]
    if any(read.signer is not None and not read.stamps and proven is None for read, proven in signed):
        source, stamp = add_document_timestamp(source, means.timestamps)
        time = stamp.stamps[0].time
        signed = [*((read, proven or time) for read, proven in signed), (stamp, None)]
    if not target.has_evidence:
        return source
    at_hand = read_evidence(crls=structure.store.crls, ocsps=structure.store.ocsps)
    raised = _with_evidence(source, signed, means=means, at_hand=at_hand)
    return _with_archive_timestamp(raised, means) if target is TargetLevel.B_LTA else raised


def add_document_timestamp(source: PdfSource, timestamps: TimestampSource | None) -> tuple[PdfSource, SignedRevision]:
    """Append a document timestamp; return the file and what was appended.

    Raises:
        UsageError: BAD_ARGUMENT without an authority.
        InputError: MALFORMED_PDF …; MALFORMED_TIMESTAMP.
        ServiceUnavailable: From the authority.
    Source: ETSI EN 319 142-1 §5.4.3.
    """
    if timestamps is None:
        raise UsageError(ErrorCode.BAD_ARGUMENT, "this needs a time-stamping authority", way_out="give its URL as tsa")
    room = TIMESTAMP_ROOM_BYTES
    while True:
        gap = open_timestamp_gap(source, hash_name=_HASH.name, room_bytes=room)
        token = timestamps.timestamp(gap.digest, _HASH)
        if len(token) <= gap.room_bytes:
            return gap.filled(token), read_document_timestamp(token)
        room = 2 * len(token)


def add_evidence_of(
    source: PdfSource, stamp: SignedRevision, means: Means, *, unrevoked_at: datetime | None = None
) -> PdfSource:
    """Append the evidence of one document timestamp's authority, good at its time.

    Args:
        source: The file.
        stamp: The timestamp.
        means: Services and certificates.
        unrevoked_at: A later moment at which the authority must not be known to be revoked either.

    Raises:
        As :func:`raise_all`.
    """
    gatherer = _gatherer(stamp.certificates, RevocationEvidence(), means)
    for subject in stamp.subjects(None, now=means.now):
        gatherer.prove(replace(subject, unrevoked_at=unrevoked_at))
    return _with_gathered(source, gatherer)


def _with_archive_timestamp(source: PdfSource, means: Means) -> PdfSource:
    stamped, stamp = add_document_timestamp(source, means.timestamps)
    return add_evidence_of(stamped, stamp, means)


def _time_after(end: int, stamps: Sequence[tuple[int, SignedRevision]]) -> datetime | None:
    times = [stamp.time for covered, read in stamps if covered > end for stamp in read.stamps]
    return min(times, default=None)


def _with_evidence(
    source: PdfSource,
    signed: Sequence[tuple[SignedRevision, datetime | None]],
    *,
    means: Means,
    at_hand: RevocationEvidence = RevocationEvidence(),  # noqa: B008 — frozen
) -> PdfSource:
    pool = [certificate for read, _ in signed for certificate in read.certificates]
    gatherer = _gatherer(pool, at_hand, means)
    for subject in dict.fromkeys(_subjects(signed, now=means.now)):
        gatherer.prove(subject)
    return _with_gathered(source, gatherer)


def _subjects(signed: Sequence[tuple[SignedRevision, datetime | None]], *, now: datetime) -> list[Subject]:
    return [subject for read, proven in signed for subject in read.subjects(proven, now=now)]


def _gatherer(pool: Sequence[x509.Certificate], at_hand: RevocationEvidence, means: Means) -> ProofGatherer:
    """Begin to gather: whatever is fetched is asked for from now on, after the tokens it serves."""
    return ProofGatherer(
        source=evidence_source(means.revocation).renewed(),
        now=means.now,
        pool=[*dict.fromkeys((*pool, *means.known))],
        at_hand=at_hand,
    )


def _with_gathered(source: PdfSource, gatherer: ProofGatherer) -> PdfSource:
    found = gatherer.gathered()
    store = SecurityStore(
        certificates=tuple(certificate.public_bytes(Encoding.DER) for certificate in gatherer.certificates),
        crls=tuple(crl.public_bytes(Encoding.DER) for crl in found.crls),
        ocsps=tuple(answer.public_bytes(Encoding.DER) for answer in found.ocsps),
    )
    return add_security_store(source, store)
