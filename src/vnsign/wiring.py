"""The composition root: pure rooms, adapters and settings joined into the verbs a caller uses.

Each function takes and returns bytes, is synchronous, keeps no state and may be called inside a running asyncio
loop. Defaults are the real clock and HTTP; tests and callers pass their own.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from vnsign.adapters.clock import SystemClock
from vnsign.adapters.http import HttpRevocationSource, HttpTimestampSource
from vnsign.adapters.pkcs12 import read_pkcs12, write_pkcs12
from vnsign.adapters.trust_folder import read_trust_folder
from vnsign.authority import Authority
from vnsign.errors import ErrorCode, InputError, ServiceUnavailable, SignatureRejected, UsageError, VnsignError
from vnsign.pdf import increment
from vnsign.pdf.appearance import Alignment, ImageLook, read_image
from vnsign.pdf.filling import fill
from vnsign.pdf.fonts import FontStyle, bundled_font
from vnsign.pdf.geometry import Box
from vnsign.pdf.place import Place, box_of
from vnsign.pdf.prepare import SignatureFieldSpec, TextFieldSpec, prepare_fields
from vnsign.pki.anchors import TrustAnchors
from vnsign.pki.cms_certificates import certificates_in
from vnsign.pki.credentials import Credential
from vnsign.pki.crl import unique_crls
from vnsign.pki.names import Subject
from vnsign.policy.profiles import CertificateProfile
from vnsign.ports import Clock, RevocationSource, TimestampSource
from vnsign.report import (
    DocumentReport,
    Finding,
    FindingCode,
    Indication,
    Level,
    Modifications,
    SignatureReport,
    SubIndication,
    TimeSource,
    TimestampReport,
    Verdict,
)
from vnsign.signing.extend import extend_to_lt
from vnsign.signing.levels import TargetLevel
from vnsign.signing.sign import SignatureRequest, sign
from vnsign.signing.signer import PreparedSigner, prepare_signer
from vnsign.signing.signer import sign_statement as _sign_statement
from vnsign.verification import inspect
from vnsign.web import create_app, listen, serve

__all__ = [
    "Alignment",
    "Authority",
    "Box",
    "CertificateProfile",
    "Clock",
    "Credential",
    "DocumentReport",
    "ErrorCode",
    "Finding",
    "FindingCode",
    "FontStyle",
    "HttpRevocationSource",
    "HttpTimestampSource",
    "Indication",
    "InputError",
    "Level",
    "Modifications",
    "Place",
    "SealPurpose",
    "ServiceUnavailable",
    "SignatureFieldSpec",
    "SignatureRejected",
    "SignatureReport",
    "Signer",
    "SubIndication",
    "Subject",
    "SystemClock",
    "TargetLevel",
    "TextFieldSpec",
    "TimeSource",
    "TimestampReport",
    "TrustStore",
    "UsageError",
    "Verdict",
    "VnsignError",
    "bundled_font",
    "certificate_pem",
    "create_app",
    "extend_pdf",
    "fill_pdf",
    "inspect_pdf",
    "listen",
    "prepare_pdf",
    "read_pkcs12",
    "seal_pdf",
    "serve",
    "sign_pdf",
    "sign_statement",
    "verify_pdf",
    "write_pkcs12",
]

#: Law time (Asia/Ho_Chi_Minh) has been UTC+7 without daylight saving since 1975; /M carries the offset itself.
VIETNAM_TIME = timezone(timedelta(hours=7), "+07")


class SealPurpose(StrEnum):
    """Why the agency's key may sign. Source: NĐ 30/2020/NĐ-CP Điều 32.2."""

    #: A document validly signed by the authorised person, proved from the bytes.
    ISSUED_DOCUMENT = "issued_document"


class TrustStore(TrustAnchors):
    """Trust anchors, and what goes with them, of one scheme; never mixed with another scheme's."""

    __slots__ = ()

    @classmethod
    def from_folder(cls, folder: str | Path) -> Self:
        """Read a folder of certificates (self-signed ones become anchors) and CRLs.

        Raises:
            InputError: NOT_READABLE, MALFORMED_CERTIFICATE, MALFORMED_CRL.
        """
        found = read_trust_folder(folder)
        return cls(anchors=found.anchors, intermediates=found.intermediates, crls=found.crls)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer(PreparedSigner):
    """Somebody who signs: key, certificate and all that is constant about them, prepared once."""

    @classmethod
    def from_credential(cls, credential: Credential) -> Self:
        """Prepare a signer from a key and its certificate in memory.

        Raises:
            UsageError: KEY_UNUSABLE.
        """
        ready = prepare_signer(credential.signing_key, credential.certificate, chain=credential.chain)
        return cls(key=ready.key, certificate=ready.certificate, chain=ready.chain, template=ready.template)

    @classmethod
    def from_pkcs12(cls, path: str | os.PathLike[str], passphrase: bytes) -> Self:
        """Prepare a signer from a PKCS#12 file.

        Raises:
            UsageError: WRONG_PASSPHRASE, KEY_UNUSABLE.
            InputError: NOT_READABLE, MALFORMED_CERTIFICATE.
        """
        return cls.from_credential(read_pkcs12(path, passphrase))


def prepare_pdf(
    pdf: bytes, *, text_fields: Sequence[TextFieldSpec] = (), signature_fields: Sequence[SignatureFieldSpec] = ()
) -> bytes:
    """Write the fields of the recipe into a PDF before anyone signs it. See :mod:`vnsign.pdf.prepare`."""
    return prepare_fields(pdf, text_fields=text_fields, signature_fields=signature_fields)


def fill_pdf(pdf: bytes, values: Mapping[str, str]) -> bytes:
    """Fill prepared text fields (number, date) after the first signature. See :mod:`vnsign.pdf.filling`."""
    return fill(pdf, values)


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
    target = _target(level)
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
    _look_again(pdf, signed, now)
    if target is not TargetLevel.B_LT:
        return signed
    source = revocation or HttpRevocationSource()
    return extend_to_lt(signed, revocation=source, known=signer.chain, only_newest=True)


def seal_pdf(
    pdf: bytes,
    signer: PreparedSigner,
    *,
    field: str,
    trust: TrustAnchors,
    purpose: SealPurpose = SealPurpose.ISSUED_DOCUMENT,
    level: TargetLevel | str = TargetLevel.B_LT,
    tsa: str | TimestampSource,
    image: bytes | None = None,
    revocation: RevocationSource | None = None,
    clock: Clock | None = None,
) -> bytes:
    """Put the agency's seal on a document that the authorised person has validly signed.

    Does not check: that this person may sign for the agency (docflow proves that from its records).

    Args:
        pdf: Signed by the authorised person, number and date filled in.
        signer: The agency.
        field: The prepared, empty seal field.
        trust: Anchors that the person's certificate must lead to.
        purpose: What the bytes must prove.
        level: See :func:`sign_pdf`.
        tsa: URL of an RFC 3161 service, or a source of your own.
        image: The seal.
        revocation: Where CRLs come from, both for judging the person's signature and for B-LT.
        clock: See :func:`sign_pdf`.

    Raises:
        UsageError: SEAL_REFUSED naming why, and what :func:`sign_pdf` raises.
        InputError, ServiceUnavailable: As :func:`sign_pdf`.

    Source: NĐ 30/2020/NĐ-CP Điều 32.2; TT 01/2019/TT-BNV Điều 14.3.
    """
    if purpose is not SealPurpose.ISSUED_DOCUMENT:  # a caller without types passes a string
        raise UsageError(ErrorCode.SEAL_REFUSED, f"the agency's key does not sign for the purpose {purpose!r}")
    source = revocation or HttpRevocationSource()
    now = (clock or SystemClock()).now()
    report = inspect_pdf(pdf, trust=trust, at=now, revocation=source)
    if report.verdict is not Verdict.TOTAL_PASSED:
        found = ", ".join(sorted({f.code.value for f in report.all_findings()})) or report.verdict.value
        raise UsageError(
            ErrorCode.SEAL_REFUSED,
            f"the agency's key signs only a document validly signed by the authorised person; found {found}",
            way_out="let the authorised person sign, and check the trust folder",
        )
    target = _target(level)
    first = TargetLevel.B_T if target is TargetLevel.B_LT else target
    sealed = sign_pdf(pdf, signer, field=field, level=first, tsa=tsa, image=image, clock=clock)
    if target is not TargetLevel.B_LT:
        return sealed
    return extend_pdf(sealed, revocation=source, known=(*signer.chain, *trust.intermediates))


def extend_pdf(
    pdf: bytes, *, revocation: RevocationSource | None = None, known: Sequence[x509.Certificate] = ()
) -> bytes:
    """Raise every B-T signature in ``pdf`` to B-LT. See :mod:`vnsign.signing.extend`."""
    return extend_to_lt(pdf, revocation=revocation or HttpRevocationSource(), known=known)


def inspect_pdf(
    pdf: bytes,
    *,
    trust: TrustAnchors,
    at: datetime | None = None,
    file: str = "",
    revocation: RevocationSource | None = None,
    clock: Clock | None = None,
) -> DocumentReport:
    """Say what the signatures of ``pdf`` are worth: a report for any bytes.

    Does not check: that a signer had authority to sign.

    Args:
        pdf: Any bytes.
        trust: Anchors of one scheme; an empty store gives INDETERMINATE.
        at: Time to judge at, aware; None is now. A proven signing time inside the file is still preferred.
        file: Name to put into the report.
        revocation: Asked for the CRLs that the file's certificates name; None stays offline: no packet leaves.
        clock: Tells "now".

    Raises:
        UsageError: BAD_ARGUMENT if ``at`` is not aware.
        ServiceUnavailable: ``revocation`` was given and could not be reached.

    Source: ETSI EN 319 102-1 §5; NĐ 68/2024/NĐ-CP Điều 31.
    """
    moment = at or (clock or SystemClock()).now()
    if moment.tzinfo is None:
        raise UsageError(ErrorCode.BAD_ARGUMENT, "the validation time must be aware (have a time zone)")
    known = trust if revocation is None else _with_fresh_crls(pdf, trust, revocation)
    return inspect(pdf, trust=known, at=moment, file=file)


def verify_pdf(
    pdf: bytes,
    *,
    trust: TrustAnchors,
    at: datetime | None = None,
    file: str = "",
    revocation: RevocationSource | None = None,
    clock: Clock | None = None,
) -> DocumentReport:
    """Return the report only if every signature passed. See :func:`inspect_pdf`.

    Raises:
        SignatureRejected: Any other verdict, also "could not be decided" and "there is no signature"; it carries
            the report.
        UsageError: BAD_ARGUMENT.
    """
    report = inspect_pdf(pdf, trust=trust, at=at, file=file, revocation=revocation, clock=clock)
    if report.verdict is not Verdict.TOTAL_PASSED:
        raise SignatureRejected(report)
    return report


def sign_statement(statement: bytes, signer: PreparedSigner, *, tsa: str | TimestampSource | None = None) -> bytes:
    """Return ``statement`` inside a signed CMS (DER): a signed message, not a PDF. See :mod:`vnsign.signing.signer`."""
    source = HttpTimestampSource(tsa) if isinstance(tsa, str) else tsa
    return _sign_statement(signer, statement, timestamps=source)


def certificate_pem(certificate: x509.Certificate) -> bytes:
    """Return a certificate as PEM, as trust folders and other programs read it."""
    return certificate.public_bytes(Encoding.PEM)


def _target(level: TargetLevel | str) -> TargetLevel:
    try:
        return TargetLevel(level)
    except ValueError:
        allowed = ", ".join(TargetLevel)
        raise UsageError(
            ErrorCode.BAD_ARGUMENT, f"there is no level {level!r}", way_out=f"use one of {allowed}"
        ) from None


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


def _with_fresh_crls(pdf: bytes, trust: TrustAnchors, source: RevocationSource) -> TrustAnchors:
    embedded = {c for contents in increment.signature_contents(pdf) for c in certificates_in(contents)}
    subjects = [c for c in (*embedded, *trust.intermediates) if c.issuer != c.subject]
    crls = [crl for certificate in subjects for crl in source.crls_for(certificate)]
    return TrustAnchors(
        anchors=trust.anchors, intermediates=trust.intermediates, crls=unique_crls((*trust.crls, *crls))
    )


def _look_again(before: bytes, after: bytes, now: datetime) -> None:
    """Read back what was written: the new signature verifies, and no earlier one is worth less than before."""
    nobody = TrustAnchors(anchors=())
    report = inspect(after, trust=nobody, at=now)
    newest = report.signatures[-1] if report.signatures else None
    if newest is None or not (newest.intact and newest.valid):
        raise InputError(
            ErrorCode.MALFORMED_PDF,
            "the signed file could not be read back",
            way_out="export the PDF again with another program",
        )
    harmed = [s.field for s in report.signatures if _is_harmed(s)]
    if not harmed:
        return
    already = {s.field for s in inspect(before, trust=nobody, at=now).signatures if _is_harmed(s)}
    broken = [field for field in harmed if field not in already]
    if broken:
        raise InputError(
            ErrorCode.SIGNING_FORBIDDEN,
            f"signing would break the earlier signature in {', '.join(broken)}",
            way_out="sign one of the prepared fields, or a copy from before that signature",
        )


def _is_harmed(signature: SignatureReport) -> bool:
    return (
        not signature.intact
        or signature.indication is Indication.TOTAL_FAILED
        or signature.modifications in {Modifications.FORBIDDEN, Modifications.SUSPICIOUS}
    )
