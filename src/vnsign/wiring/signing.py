"""Preparing, signing, filling: the verbs that write PDFs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from vnsign.adapters.clock import SystemClock
from vnsign.errors import ErrorCode, UsageError
from vnsign.pdf.appearance import ImageLook, read_image
from vnsign.pdf.filling import fill
from vnsign.pdf.geometry import Box
from vnsign.pdf.place import Place, box_of
from vnsign.pdf.prepare import SignatureFieldSpec, TextFieldSpec, prepare_fields
from vnsign.pdf.source import BytesSource, PdfSource, to_bytes
from vnsign.ports import Clock, RevocationSource, TimestampSource
from vnsign.signing.extend import Means, raise_newest
from vnsign.signing.levels import TargetLevel, target_level
from vnsign.signing.sign import SignatureRequest, sign
from vnsign.signing.signer import PreparedSigner
from vnsign.wiring.checking import require_usable, shared_revocation_source
from vnsign.wiring.second_look import look_at_filled_fields, look_at_new_signature
from vnsign.wiring.timestamps import Tsa, timestamp_source

#: Law time (Asia/Ho_Chi_Minh) has been UTC+7 without daylight saving since 1975; /M carries the offset itself.
VIETNAM_TIME = timezone(timedelta(hours=7), "+07")


def prepare_pdf(
    pdf: bytes, *, text_fields: Sequence[TextFieldSpec] = (), signature_fields: Sequence[SignatureFieldSpec] = ()
) -> bytes:
    """Write the fields of the recipe into a PDF before anyone signs it. See :mod:`vnsign.pdf.prepare`."""
    return prepare_fields(pdf, text_fields=text_fields, signature_fields=signature_fields)


def fill_pdf(pdf: bytes, values: Mapping[str, str], *, clock: Clock | None = None) -> bytes:
    """Fill prepared text fields (number, date) after the first signature. See :mod:`vnsign.pdf.filling`.

    Raises:
        UsageError: FIELD_NOT_FOUND, FIELD_ALREADY_FILLED, BAD_ARGUMENT.
        InputError: NOT_A_PDF, MALFORMED_PDF, ENCRYPTED_PDF, or SIGNING_FORBIDDEN if a signature closes the field.
    """
    filled = to_bytes(fill(BytesSource(pdf), values))
    look_at_filled_fields(pdf, filled, (clock or SystemClock()).now())
    return filled


def sign_pdf(
    pdf: bytes,
    signer: PreparedSigner,
    *,
    field: str | None = None,
    level: TargetLevel | str = TargetLevel.B_B,
    tsa: Tsa | None = None,
    image: bytes | None = None,
    place: Place | None = None,
    certify: bool = False,
    reason: str | None = None,
    location: str | None = None,
    revocation: RevocationSource | None = None,
    check_status: bool = True,
    clock: Clock | None = None,
) -> bytes:
    """Sign a PDF; every byte of the input stays, the signature is appended.

    Checks that the certificate is in its validity, for signing and not revoked and, when the PDF was signed already,
    that no earlier signature is worth less afterwards. Does not check: that the signer has authority to sign.

    Args:
        pdf: Any PDF 1.x or 2.0, at most 2 GB.
        signer: Who signs.
        field: An empty signature field to use, or the name of the new one; None makes ``Signature1`` or the next.
        level: ``B-B``, ``B-T``, ``B-LT`` or ``B-LTA``; never silently less.
        tsa: URL of an RFC 3161 service, a source of your own, or several in order; needed from B-T.
        image: PNG or JPEG to show in the field.
        place: Where a new field shows the image; None for a field that has its place, or an invisible signature.
        certify: Make it the certification signature: filling in and signing prepared fields stay allowed (P=2).
        reason: Shown by viewers, not judged.
        location: Shown by viewers, not judged.
        revocation: Where the status of certificates is asked for; default: over HTTP, from the addresses in them.
        check_status: Refuse a revoked certificate, and one whose services do not tell; the answer counts for ten
            minutes. A certificate that names no service is let pass.
        clock: Gives the claimed signing time; written in Vietnam time.

    Returns:
        The signed PDF.

    Raises:
        UsageError: BAD_ARGUMENT, FIELD_NOT_FOUND, FIELD_ALREADY_SIGNED, CERTIFICATE_NOT_USABLE,
            CERTIFICATE_REVOKED, KEY_UNUSABLE.
        InputError: NOT_A_PDF, MALFORMED_PDF, ENCRYPTED_PDF, SIGNING_FORBIDDEN, MALFORMED_IMAGE,
            CERTIFICATE_STATUS_UNKNOWN.
        ServiceUnavailable: TSA, CRL or OCSP not to be had; nothing is returned.

    Source: NĐ 68/2024/NĐ-CP Điều 29; ETSI EN 319 142-1 §6.3.
    """
    options = _Options(
        field=field,
        level=target_level(level),
        timestamps=_timestamps(target_level(level), tsa),
        look=read_image(image) if image is not None else None,
        place=place,
        certify=certify,
        reason=reason,
        location=location,
        revocation=revocation or shared_revocation_source(),
        check_status=check_status,
        now=(clock or SystemClock()).now(),
    )
    return to_bytes(_sign(BytesSource(pdf), signer, options))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    """How to sign, as :func:`sign_pdf` describes it."""

    field: str | None
    level: TargetLevel
    timestamps: TimestampSource | None
    look: ImageLook | None
    place: Place | None
    certify: bool
    reason: str | None
    location: str | None
    revocation: RevocationSource
    check_status: bool
    now: datetime


def _sign(source: PdfSource, signer: PreparedSigner, options: _Options) -> PdfSource:
    require_usable(signer, at=options.now, source=options.revocation if options.check_status else None)
    request = SignatureRequest(
        field=options.field,
        at=options.now.astimezone(VIETNAM_TIME),
        box=_box(source, options.place, options.look),
        look=options.look,
        certify=options.certify,
        reason=options.reason,
        location=options.location,
    )
    signed = sign(source, signer, request, timestamps=options.timestamps)
    look_at_new_signature(source, signed, options.now)
    means = Means(now=options.now, revocation=options.revocation, timestamps=options.timestamps, known=signer.chain)
    return raise_newest(signed.pdf, signed.cms, options.level, means)


def _timestamps(target: TargetLevel, tsa: Tsa | None) -> TimestampSource | None:
    if target is TargetLevel.B_B:
        return None
    if tsa is None:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"level {target.value} needs a time-stamping authority",
            way_out="give its URL as tsa",
        )
    return timestamp_source(tsa)


def _box(source: PdfSource, place: Place | None, look: ImageLook | None) -> Box | None:
    if place is None:
        return None
    if look is None:
        raise UsageError(ErrorCode.BAD_ARGUMENT, "a place without an image shows nothing", way_out="give an image")
    return box_of(source, place, look)
