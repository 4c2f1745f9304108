"""Raising the level of signatures that stand in a file, and keeping an archive alive.

Source: ETSI EN 319 142-1 §5.4, §6.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509

from vnsign.errors import ErrorCode, InputError, SignatureRejected
from vnsign.pdf.source import BytesSource, to_bytes
from vnsign.pki.anchors import TrustAnchors
from vnsign.ports import Clock, RevocationSource
from vnsign.report import DocumentReport, Indication, Level, SignatureReport
from vnsign.signing.extend import Means, raise_all
from vnsign.signing.extend_archive import archive_until as _archive_until
from vnsign.signing.extend_archive import renew_archive
from vnsign.signing.levels import TargetLevel, target_level
from vnsign.verification import inspect
from vnsign.wiring.arguments import checked, now_of
from vnsign.wiring.checking import shared_revocation_source
from vnsign.wiring.timestamps import Tsa, timestamp_source

_NOBODY = TrustAnchors(anchors=())
_LEVELS = (Level.PADES_B_B, Level.PADES_B_T, Level.PADES_B_LT, Level.PADES_B_LTA)
_REACHED = dict(zip(TargetLevel, _LEVELS, strict=True))


@checked
def extend_pdf(
    pdf: bytes,
    *,
    level: TargetLevel | str = TargetLevel.B_LT,
    tsa: Tsa | None = None,
    revocation: RevocationSource | None = None,
    known: Sequence[x509.Certificate] = (),
    clock: Clock | None = None,
) -> bytes:
    """Raise every PAdES signature in ``pdf`` to ``level`` by appending; every byte of the input stays.

    A signature without a time gets a document timestamp. Signatures of other kinds (adbe.pkcs7…) get time and evidence
    too, but have no PAdES level.

    Does not check: that the signatures are valid or their signers trusted (:func:`vnsign.verify_pdf` does).

    Args:
        pdf: Signed by anybody.
        level: ``B-T``, ``B-LT`` or ``B-LTA``.
        tsa: URL of an RFC 3161 service, a source of your own, or several in order; needed for B-LTA, and where a
            signature has no time.
        revocation: Where evidence comes from; default: over HTTP from the addresses in the certificates.
        known: Certificates that the file may lack (authorities, roots).
        clock: Tells "now".

    Returns:
        The file; ``pdf`` itself if nothing had to be added.

    Raises:
        InputError: MALFORMED_PDF and others; CERTIFICATE_STATUS_UNKNOWN, LEVEL_NOT_REACHED.
        UsageError: BAD_ARGUMENT; CERTIFICATE_REVOKED.
        ServiceUnavailable: A service did not answer; nothing is returned.

    Source: ETSI EN 319 142-1 §6.3.
    """
    target = target_level(level)
    now = now_of(clock)
    wanted = _REACHED[target]
    before = _require_pades(inspect(pdf, trust=_NOBODY, at=now))
    if before and wanted is not Level.PADES_B_LT and all(_reaches(signature, wanted) for signature in before):
        return pdf
    raised = to_bytes(raise_all(BytesSource(pdf), target, _means(now, tsa=tsa, revocation=revocation, known=known)))
    _look_again(before, inspect(raised, trust=_NOBODY, at=now), wanted)
    return raised


@checked
def refresh_pdf(
    pdf: bytes,
    *,
    tsa: Tsa,
    revocation: RevocationSource | None = None,
    known: Sequence[x509.Certificate] = (),
    clock: Clock | None = None,
) -> bytes:
    """Renew the archive timestamp: evidence of the last one's authority, and a new one over everything.

    Do this before :func:`archive_until`; afterwards it is too late.

    Does not check: that the signers are trusted.

    Args:
        pdf: At B-LTA.
        tsa: As for :func:`extend_pdf`; another authority than the last one is welcome.
        revocation: As for :func:`extend_pdf`.
        known: As for :func:`extend_pdf`.
        clock: Tells "now".

    Raises:
        InputError: ARCHIVE_LAPSED; MALFORMED_PDF if there is no document timestamp; and as :func:`extend_pdf`.
        SignatureRejected: A signature or timestamp in the file is broken: renewing would not mend it.
        UsageError, ServiceUnavailable: As :func:`extend_pdf`.

    Source: ETSI EN 319 142-1 §5.4.3.
    """
    now = now_of(clock)
    report = inspect(pdf, trust=_NOBODY, at=now)
    before = _require_pades(report)
    failed = [s.indication for s in report.signatures] + [t.indication for t in report.timestamps]
    if Indication.TOTAL_FAILED in failed:
        raise SignatureRejected(report)
    renewed = to_bytes(renew_archive(BytesSource(pdf), _means(now, tsa=tsa, revocation=revocation, known=known)))
    _look_again(before, inspect(renewed, trust=_NOBODY, at=now), Level.PADES_B_T)
    return renewed


@checked
def archive_until(pdf: bytes) -> datetime | None:
    """Return when the archive timestamp must have been renewed, aware UTC; None if the file has none.

    It is the end of the certificate of the last document timestamp's authority.

    Raises:
        InputError: MALFORMED_TIMESTAMP, MALFORMED_CERTIFICATE, NOT_A_PDF, MALFORMED_PDF, ENCRYPTED_PDF.
    """
    return _archive_until(pdf)


def _means(
    now: datetime, *, tsa: Tsa | None, revocation: RevocationSource | None, known: Sequence[x509.Certificate]
) -> Means:
    return Means(
        now=now,
        revocation=revocation or shared_revocation_source(),
        timestamps=timestamp_source(tsa),
        known=tuple(known),
    )


def _require_pades(report: DocumentReport) -> tuple[SignatureReport, ...]:
    """The signatures that have a PAdES level; others can be given time and evidence but none of the levels."""
    found = tuple(signature for signature in report.signatures if signature.level in _LEVELS)
    if report.signatures and not found:
        raise InputError(
            ErrorCode.LEVEL_NOT_REACHED,
            "no signature in the file can be read as PAdES, so none can have a PAdES level",
            way_out="sign the document again, with PAdES",
        )
    return found


def _reaches(signature: SignatureReport, wanted: Level) -> bool:
    return signature.level in _LEVELS and _LEVELS.index(signature.level) >= _LEVELS.index(wanted)


def _look_again(before: Sequence[SignatureReport], report: DocumentReport, wanted: Level) -> None:
    """What was written is read back: each signature has the level asked for, and none is worth less than before."""
    after = {signature.field: signature for signature in report.signatures}
    short = [old.field for old in before if old.field not in after or not _reaches(after[old.field], wanted)]
    harmed = [old.field for old in before if old.field in after and _is_worse(old, after[old.field])]
    if short or harmed:
        raise InputError(
            ErrorCode.LEVEL_NOT_REACHED,
            f"the signature in {', '.join(dict.fromkeys(short + harmed))} does not reach {wanted.value} this way",
            way_out="sign the document again",
        )


def _is_worse(old: SignatureReport, new: SignatureReport) -> bool:
    return (old.intact and not new.intact) or (
        new.indication is Indication.TOTAL_FAILED and old.indication is not Indication.TOTAL_FAILED
    )
