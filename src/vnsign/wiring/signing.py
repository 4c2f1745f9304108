"""Preparing, signing, filling: the verbs that write PDFs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone

from cryptography import x509

from vnsign.adapters.clock import SystemClock
from vnsign.adapters.http import HttpRevocationSource, HttpTimestampSource
from vnsign.errors import ErrorCode, UsageError
from vnsign.pdf.appearance import ImageLook, read_image
from vnsign.pdf.filling import fill
from vnsign.pdf.geometry import Box
from vnsign.pdf.place import Place, box_of
from vnsign.pdf.prepare import SignatureFieldSpec, TextFieldSpec, prepare_fields
from vnsign.ports import Clock, RevocationSource, TimestampSource
from vnsign.signing.extend import extend_to_lt
from vnsign.signing.levels import TargetLevel, target_level
from vnsign.signing.sign import SignatureRequest, sign
from vnsign.signing.signer import PreparedSigner
from vnsign.wiring.second_look import look_at_filled_fields, look_at_new_signature

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
    filled = fill(pdf, values)
    look_at_filled_fields(pdf, filled, (clock or SystemClock()).now())
    return filled


def sign_pdf(
    pdf: bytes,
    signer: PreparedSigner,
    *,
    field: str | None = None,
    level: TargetLevel | str = TargetLevel.B_B,
    tsa: str | TimestampSource | None = None,
    image: bytes | None = None,
    place: Place | None = None,
    certify: bool = False,
    reason: str | None = None,
    location: str | None = None,
    revocation: RevocationSource | None = None,
    clock: Clock | None = None,
) -> bytes:
    """Sign a PDF; every byte of the input stays, the signature is appended.

    Checks that the certificate is in its validity and, when the PDF was signed already, that no earlier signature
    is worth less afterwards. Does not check: that the signer has authority to sign, or the certificate's status
    (level B-LT gathers the evidence; verification judges it).

    Args:
        pdf: Any PDF 1.x or 2.0, at most 2 GB.
        signer: Who signs.
        field: An empty signature field to use, or the name of the new one; None makes ``Signature1`` or the next.
        level: ``B-B``, ``B-T`` or ``B-LT``; never silently less.
        tsa: URL of an RFC 3161 service (or a source of your own); needed from B-T.
        image: PNG or JPEG to show in the field.
        place: Where a new field shows the image; None for a field that has its place, or an invisible signature.
        certify: Make it the certification signature: filling in and signing prepared fields stay allowed (P=2).
        reason: Shown by viewers, not judged.
        location: Shown by viewers, not judged.
        revocation: Where CRLs come from for B-LT; default: over HTTP from the addresses in the certificates.
        clock: Gives the claimed signing time; written in Vietnam time.

    Returns:
        The signed PDF.

    Raises:
        UsageError: BAD_ARGUMENT, FIELD_NOT_FOUND, FIELD_ALREADY_SIGNED, CERTIFICATE_NOT_USABLE, KEY_UNUSABLE.
        InputError: NOT_A_PDF, MALFORMED_PDF, ENCRYPTED_PDF, SIGNING_FORBIDDEN, MALFORMED_IMAGE.
        ServiceUnavailable: TSA or CRL not to be had; nothing is returned.

    Source: NĐ 68/2024/NĐ-CP Điều 29; ETSI EN 319 142-1 §6.3.
    """
    target = target_level(level)
    now = (clock or SystemClock()).now()
    _require_in_validity(signer.certificate, now)
    timestamps = _timestamps(target, tsa)
    look = read_image(image) if image is not None else None
    request = SignatureRequest(
        field=field,
        at=now.astimezone(VIETNAM_TIME),
        box=_box(pdf, place, look),
        image=look,
        certify=certify,
        reason=reason,
        location=location,
    )
    signed = sign(pdf, signer, request, timestamps=timestamps)
    look_at_new_signature(pdf, signed, now)
    if target is not TargetLevel.B_LT:
        return signed
    source = revocation or HttpRevocationSource()
    return extend_to_lt(signed, revocation=source, known=signer.chain, only_newest=True)


def _timestamps(target: TargetLevel, tsa: str | TimestampSource | None) -> TimestampSource | None:
    if target is TargetLevel.B_B:
        return None
    if tsa is None:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"level {target.value} needs a time-stamping authority",
            way_out="give its URL as tsa",
        )
    return HttpTimestampSource(tsa) if isinstance(tsa, str) else tsa


def _box(pdf: bytes, place: Place | None, look: ImageLook | None) -> Box | None:
    if place is None:
        return None
    if look is None:
        raise UsageError(ErrorCode.BAD_ARGUMENT, "a place without an image shows nothing", way_out="give an image")
    return box_of(pdf, place, look)


def _require_in_validity(certificate: x509.Certificate, now: datetime) -> None:
    """NĐ 68/2024 Điều 29.1, 31.1a: a signature is made only while the certificate is in its validity."""
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise UsageError(
            ErrorCode.CERTIFICATE_NOT_USABLE,
            f"the certificate of {certificate.subject.rfc4514_string()!r} is valid from "
            f"{certificate.not_valid_before_utc:%Y-%m-%d} to {certificate.not_valid_after_utc:%Y-%m-%d}, "
            f"not on {now:%Y-%m-%d}",
            way_out="renew the certificate",
        )
