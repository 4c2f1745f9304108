"""Preparing, signing, filling: the verbs that write PDFs."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TypedDict, Unpack

from vnsign.adapters.files import FileSource, write_whole
from vnsign.errors import ErrorCode, UsageError
from vnsign.pdf.finding.text_search import Between, find_between
from vnsign.pdf.geometry import Box
from vnsign.pdf.looks.appearance import read_image
from vnsign.pdf.source import BytesSource, PdfSource, chunks, to_bytes
from vnsign.pdf.writing.drawing import Look
from vnsign.pdf.writing.filling import fill
from vnsign.pdf.writing.place import Place, box_of
from vnsign.pdf.writing.prepare import SignatureFieldSpec, TextFieldSpec, prepare_fields
from vnsign.ports import Clock, RevocationSource, TimestampSource
from vnsign.signing.extend import Means, raise_newest
from vnsign.signing.levels import TargetLevel, target_level
from vnsign.signing.roles import require_holder
from vnsign.signing.sign import SignatureRequest, sign
from vnsign.signing.signer import Holder, PreparedSigner
from vnsign.wiring.arguments import checked, now_of
from vnsign.wiring.checking import require_usable, shared_revocation_source
from vnsign.wiring.second_look import look_at_filled_fields, look_at_new_signature
from vnsign.wiring.timestamps import Tsa, timestamp_source

#: Law time (Asia/Ho_Chi_Minh) has been UTC+7 without daylight saving since 1975; /M carries the offset itself.
VIETNAM_TIME = timezone(timedelta(hours=7), "+07")


@checked
def prepare_pdf(
    pdf: bytes, *, text_fields: Sequence[TextFieldSpec] = (), signature_fields: Sequence[SignatureFieldSpec] = ()
) -> bytes:
    """Write the fields of the recipe into a PDF before anyone signs it. See :mod:`vnsign.pdf.writing.prepare`."""
    return prepare_fields(pdf, text_fields=text_fields, signature_fields=signature_fields)


@checked
def fill_pdf(pdf: bytes, values: Mapping[str, str]) -> bytes:
    """Fill prepared text fields (number, date) after the first signature. See :mod:`vnsign.pdf.writing.filling`.

    Raises:
        UsageError: FIELD_NOT_FOUND, FIELD_ALREADY_FILLED, BAD_ARGUMENT.
        InputError: NOT_A_PDF, MALFORMED_PDF, ENCRYPTED_PDF, or SIGNING_FORBIDDEN if a signature closes the field.
    """
    filled = to_bytes(fill(BytesSource(pdf), values))
    look_at_filled_fields(pdf, filled)
    return filled


@checked
def sign_pdf(
    pdf: bytes,
    signer: PreparedSigner,
    *,
    field: str | None = None,
    level: TargetLevel | str = TargetLevel.B_B,
    tsa: Tsa | None = None,
    image: bytes | None = None,
    place: Place | Between | None = None,
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
        place: Where a new field shows the image, measured or between two lines of the text; None for a field
            that has its place, or an invisible signature.
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
            CERTIFICATE_REVOKED, KEY_UNUSABLE; SEAL_REFUSED for an agency's key (see :func:`seal_pdf`).
        InputError: NOT_A_PDF, MALFORMED_PDF, ENCRYPTED_PDF, SIGNING_FORBIDDEN, MALFORMED_IMAGE,
            CERTIFICATE_STATUS_UNKNOWN.
        ServiceUnavailable: TSA, CRL or OCSP not to be had; nothing is returned.

    Source: NĐ 68/2024/NĐ-CP Điều 29; ETSI EN 319 142-1 §6.3.
    """
    options = signing_options(
        field=field,
        level=level,
        tsa=tsa,
        image=image,
        place=place,
        certify=certify,
        reason=reason,
        location=location,
        revocation=revocation,
        check_status=check_status,
        clock=clock,
    )
    return to_bytes(sign_source(BytesSource(pdf), signer, options))


class SigningKeywords(TypedDict, total=False):
    """The keywords of :func:`sign_pdf`."""

    field: str | None
    level: TargetLevel | str
    tsa: Tsa | None
    image: bytes | None
    place: Place | Between | None
    certify: bool
    reason: str | None
    location: str | None
    revocation: RevocationSource | None
    check_status: bool
    clock: Clock | None


@checked
def sign_file(
    pdf: str | os.PathLike[str],
    out: str | os.PathLike[str],
    signer: PreparedSigner,
    **how: Unpack[SigningKeywords],
) -> None:
    """Sign the PDF in a file; ``out`` appears whole, signed, or not at all. See :func:`sign_pdf` for the keywords.

    The file is read in pieces: one of a gigabyte takes no more memory than a small one, if nobody signed it before
    (to judge earlier signatures all of it is read into memory).

    Does not check: that ``out`` is not there already (it is replaced), or that nobody changes ``pdf`` meanwhile.

    Raises:
        InputError: NOT_READABLE, and as :func:`sign_pdf`.
        UsageError: OUTPUT_NOT_WRITABLE, and as :func:`sign_pdf`.
        ServiceUnavailable: As :func:`sign_pdf`.
    """
    write_whole(out, chunks(sign_source(FileSource.at(pdf), signer, signing_options(**how))))


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningOptions:
    """How to sign, as :func:`sign_pdf` describes it.

    Attributes:
        holder: Whose key the verb may use.
    """

    field: str | None
    level: TargetLevel
    timestamps: TimestampSource | None
    look: Look | None
    place: Place | Between | Box | None
    certify: bool
    reason: str | None
    location: str | None
    revocation: RevocationSource
    check_status: bool
    now: datetime
    holder: Holder = Holder.PERSON


def signing_options(**how: Unpack[SigningKeywords]) -> SigningOptions:
    """Return what the keywords of :func:`sign_pdf` ask for.

    Raises:
        UsageError: BAD_ARGUMENT.
        InputError: MALFORMED_IMAGE.
    """
    level = target_level(how.get("level", TargetLevel.B_B))
    image = how.get("image")
    return SigningOptions(
        field=how.get("field"),
        level=level,
        timestamps=_timestamps(level, how.get("tsa")),
        look=read_image(image) if image is not None else None,
        place=how.get("place"),
        certify=how.get("certify", False),
        reason=how.get("reason"),
        location=how.get("location"),
        revocation=how.get("revocation") or shared_revocation_source(),
        check_status=how.get("check_status", True),
        now=now_of(how.get("clock")),
    )


def sign_source(source: PdfSource, signer: PreparedSigner, options: SigningOptions) -> PdfSource:
    """Sign a source as the options say; what every verb that signs a PDF comes down to.

    Raises:
        UsageError, InputError, ServiceUnavailable: As :func:`sign_pdf`.
    """
    require_holder(signer, options.holder)
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
    look_at_new_signature(source, signed)
    means = Means(now=options.now, revocation=options.revocation, timestamps=options.timestamps, known=signer.chain)
    return raise_newest(signed.pdf, signed.cms, target=options.level, means=means)


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


def _box(source: PdfSource, place: Place | Between | Box | None, look: Look | None) -> Box | None:
    if place is None or isinstance(place, Box):
        return place
    if look is None:
        raise UsageError(ErrorCode.BAD_ARGUMENT, "a place without an image shows nothing", way_out="give an image")
    if isinstance(place, Between):
        place = find_between(to_bytes(source), place, real_size_mm=look.size_mm)
    return box_of(source, place, look)
