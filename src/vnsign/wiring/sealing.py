"""The agency's signature: what its key may sign, proven before it signs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from vnsign.errors import ErrorCode, UsageError
from vnsign.pdf.looks.appearance import read_image
from vnsign.pdf.reading.fields import read_text_value
from vnsign.pdf.source import BytesSource, to_bytes
from vnsign.pdf.writing.corner import place_in_corner
from vnsign.pdf.writing.drawing import Look
from vnsign.pdf.writing.place import Place
from vnsign.pki.anchors import TrustAnchors
from vnsign.policy.decree30 import AGENCY_TEXT_FIELD, DATE_FIELD, MONTH_FIELD, NUMBER_FIELD
from vnsign.ports import Clock, RevocationSource
from vnsign.report import SignatureReport, Verdict
from vnsign.signing.levels import TargetLevel, target_level
from vnsign.signing.roles import SealedAttachment, SealedCopy, SealPurpose, names_an_organization, require_holder
from vnsign.signing.signer import Holder, PreparedSigner
from vnsign.wiring.arguments import checked, now_of
from vnsign.wiring.checking import shared_revocation_source
from vnsign.wiring.extending import extend_pdf
from vnsign.wiring.signing import SigningOptions, sign_source
from vnsign.wiring.timestamps import Tsa, timestamp_source
from vnsign.wiring.verifying import inspect_pdf


@checked
def seal_pdf(
    pdf: bytes,
    signer: PreparedSigner,
    *,
    field: str,
    trust: TrustAnchors,
    purpose: SealPurpose = SealPurpose.ISSUED_DOCUMENT,
    level: TargetLevel | str = TargetLevel.B_LT,
    tsa: Tsa,
    image: bytes | None = None,
    revocation: RevocationSource | None = None,
    check_status: bool = True,
    clock: Clock | None = None,
) -> bytes:
    """Put the agency's seal on a document that the authorised person has validly signed.

    Does not check: that this person may sign for the agency (docflow proves that from its records).

    Args:
        pdf: Signed by the authorised person, number and date filled in.
        signer: The agency, loaded with ``holder=Holder.AGENCY``.
        field: The prepared, empty seal field.
        trust: Anchors that the person's certificate must lead to.
        purpose: What the bytes must prove; attachments and copies have verbs of their own.
        level: See :func:`sign_pdf`. B-B, with a time that is only claimed, is made for who asks for it by name.
        tsa: See :func:`sign_pdf`.
        image: The seal.
        revocation: Where the status of certificates is asked for, both for judging the person's signature and for B-LT.
        check_status: See :func:`sign_pdf`.
        clock: See :func:`sign_pdf`.

    Raises:
        UsageError: SEAL_REFUSED naming why, and what :func:`sign_pdf` raises.
        InputError, ServiceUnavailable: As :func:`sign_pdf`.

    Source: NĐ 30/2020/NĐ-CP Điều 32.2; TT 01/2019/TT-BNV Điều 14.3.
    """
    if purpose is not SealPurpose.ISSUED_DOCUMENT:  # a caller without types passes a string
        raise UsageError(
            ErrorCode.SEAL_REFUSED,
            f"the agency's key does not sign for the purpose {purpose!r} without its proof",
            way_out="use seal_attachment_pdf or seal_copy_pdf",
        )
    require_holder(signer, Holder.AGENCY)
    source = revocation or shared_revocation_source()
    now = now_of(clock)
    _require_signed(pdf, by_other_than=signer.certificate, trust=trust, at=now, revocation=source)
    _require_numbered(pdf)
    target = target_level(level)
    first = TargetLevel.B_T if target in {TargetLevel.B_LT, TargetLevel.B_LTA} else target
    seal = _Seal(
        field=field, look=read_image(image) if image is not None else None, place=None, reason=None, level=first
    )
    means = _Means(tsa=tsa, revocation=source, check_status=check_status, now=now)
    sealed = _seal(pdf, signer, seal, means=means)
    if target is first:
        return sealed
    return extend_pdf(
        sealed, level=target, revocation=source, known=(*signer.chain, *trust.intermediates), tsa=tsa, clock=clock
    )


@checked
def seal_attachment_pdf(
    pdf: bytes,
    signer: PreparedSigner,
    *,
    attachment: SealedAttachment,
    trust: TrustAnchors | None = None,
    level: TargetLevel | str = TargetLevel.B_LT,
    tsa: Tsa,
    field: str = AGENCY_TEXT_FIELD,
    font: bytes | None = None,
    revocation: RevocationSource | None = None,
    check_status: bool = True,
    clock: Clock | None = None,
) -> bytes:
    """Sign an attachment or appendix in a file of its own as the agency: number, symbol and time, top right of page 1.

    If the main document is given, it must be validly signed and bear that number. Does not check: that the file is an
    attachment of that document, nor, when only its digest is given, the main document (the caller's records prove
    both).

    Args:
        pdf: The attachment.
        signer: See :func:`seal_pdf`.
        attachment: What it is attached to.
        trust: Anchors that the main document's signatures must lead to; needed with its bytes.
        level: See :func:`sign_pdf`.
        tsa: See :func:`sign_pdf`.
        field: Name of the new signature field, or of a prepared one, which then shows the text in its place.
        font: TrueType file for the text (a real Times New Roman, say); None: the bundled font of the same widths.
        revocation: See :func:`seal_pdf`.
        check_status: See :func:`sign_pdf`.
        clock: See :func:`sign_pdf`.

    Raises:
        UsageError: SEAL_REFUSED naming why, BAD_ARGUMENT, and what :func:`sign_pdf` raises.
        InputError, ServiceUnavailable: As :func:`sign_pdf`.

    Source: NĐ 30/2020/NĐ-CP Điều 32.2d; Phụ lục I Phần I mục II.8.b, III.1.d.
    """
    require_holder(signer, Holder.AGENCY)
    source = revocation or shared_revocation_source()
    now = now_of(clock)
    if attachment.main is not None:
        if trust is None:
            raise UsageError(ErrorCode.BAD_ARGUMENT, "to judge the main document, anchors are needed", way_out="trust=")
        _require_signed(attachment.main, by_other_than=signer.certificate, trust=trust, at=now, revocation=source)
        attachment.require_number(read_text_value(attachment.main, NUMBER_FIELD))
    look, place = place_in_corner(pdf, attachment.text(now), field=field, font=font)
    seal = _Seal(field=field, look=look, place=place, reason=attachment.reason, level=target_level(level))
    return _seal(pdf, signer, seal, means=_Means(tsa=tsa, revocation=source, check_status=check_status, now=now))


@checked
def seal_copy_pdf(
    pdf: bytes,
    signer: PreparedSigner,
    *,
    copy: SealedCopy,
    level: TargetLevel | str = TargetLevel.B_LT,
    tsa: Tsa,
    field: str = AGENCY_TEXT_FIELD,
    font: bytes | None = None,
    revocation: RevocationSource | None = None,
    check_status: bool = True,
    clock: Clock | None = None,
) -> bytes:
    """Sign an electronic copy that the agency made: form of copy, agency and time, top right of page 1.

    Does not check: that the copy is true to its original, that the agency made it, or how it was scanned (the decree
    asks for PDF, colour, 200 dpi, full size).

    Args:
        pdf: The copy.
        signer: See :func:`seal_pdf`.
        copy: Which copy it is.
        level: See :func:`sign_pdf`.
        tsa: See :func:`sign_pdf`.
        field: See :func:`seal_attachment_pdf`.
        font: See :func:`seal_attachment_pdf`.
        revocation: See :func:`seal_pdf`.
        check_status: See :func:`sign_pdf`.
        clock: See :func:`sign_pdf`.

    Raises:
        UsageError: SEAL_REFUSED for a copy that the decree does not know or a person's key, and what
            :func:`sign_pdf` raises.
        InputError, ServiceUnavailable: As :func:`sign_pdf`.

    Source: NĐ 30/2020/NĐ-CP Điều 25, 32.2d, 33.2; Phụ lục I Phần II mục I.3.
    """
    require_holder(signer, Holder.AGENCY)
    copy.require_allowed()
    now = now_of(clock)
    look, place = place_in_corner(pdf, copy.text(now, signer=signer.name), field=field, font=font)
    seal = _Seal(field=field, look=look, place=place, reason=copy.reason, level=target_level(level))
    source = revocation or shared_revocation_source()
    return _seal(pdf, signer, seal, means=_Means(tsa=tsa, revocation=source, check_status=check_status, now=now))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seal:
    field: str
    look: Look | None
    place: Place | None
    reason: str | None
    level: TargetLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class _Means:
    tsa: Tsa
    revocation: RevocationSource
    check_status: bool
    now: datetime


def _seal(pdf: bytes, signer: PreparedSigner, seal: _Seal, *, means: _Means) -> bytes:
    options = SigningOptions(
        field=seal.field,
        level=seal.level,
        timestamps=None if seal.level is TargetLevel.B_B else timestamp_source(means.tsa),
        look=seal.look,
        place=seal.place,
        certify=False,
        reason=seal.reason,
        location=None,
        revocation=means.revocation,
        check_status=means.check_status,
        now=means.now,
        holder=Holder.AGENCY,
    )
    return to_bytes(sign_source(BytesSource(pdf), signer, options))


def _require_signed(
    pdf: bytes, *, by_other_than: x509.Certificate, trust: TrustAnchors, at: datetime, revocation: RevocationSource
) -> None:
    """NĐ 30/2020 Điều 32.2: the agency's signature follows the authorised person's."""
    report = inspect_pdf(pdf, trust=trust, at=at, revocation=revocation)
    if report.verdict is not Verdict.TOTAL_PASSED:
        found: Sequence[str] = sorted({f.code.value for f in report.all_findings()}) or [report.verdict.value]
        raise UsageError(
            ErrorCode.SEAL_REFUSED,
            f"the agency's key signs only a document validly signed by the authorised person; found {', '.join(found)}",
            way_out="let the authorised person sign, and check the trust folder",
        )
    if all(_is_agencys(signature, own=by_other_than) for signature in report.signatures):
        raise UsageError(
            ErrorCode.SEAL_REFUSED,
            "nobody but an agency has signed the document",
            way_out="let the authorised person sign with a key of their own",
        )


def _is_agencys(signature: SignatureReport, *, own: x509.Certificate) -> bool:
    """Tell whether the signature is the sealing agency's, by this certificate or another, or names an organization."""
    if signature.signer_sha256 == own.fingerprint(hashes.SHA256()).hex():
        return True
    try:
        subject = x509.Name.from_rfc4514_string(signature.signer)
    except ValueError:  # a name that text does not hold: what it names is not known
        return False
    return subject == own.subject or names_an_organization(subject)


def _require_numbered(pdf: bytes) -> None:
    """The seal closes the prepared fields for good: a blank number or date would stay blank."""
    for field in (NUMBER_FIELD, DATE_FIELD, MONTH_FIELD):  # a year may be printed and have a field beside it
        value = read_text_value(pdf, field)
        if value is not None and not value.strip():
            what = "number" if field == NUMBER_FIELD else f"date (field {field!r})"
            raise UsageError(
                ErrorCode.SEAL_REFUSED, f"the document has no {what} yet", way_out="fill in number and date first"
            )
