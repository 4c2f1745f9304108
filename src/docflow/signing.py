"""vnsign behind docflow's ports: the recipe of leader, number and seal, and the verdicts the office relies on.

Invariants:
    - Field names and the order of the recipe stand here and nowhere else in docflow.
    - "Could not check" is never "passed": an unreachable service or missing evidence gives UNDECIDED.

What it does not do: keep documents, give numbers, or decide who may sign for an agency.

Source: TT 01/2019/TT-BNV Điều 11.1; NĐ 30/2020/NĐ-CP Điều 32.2; ETSI EN 319 142-1 §6.3.
"""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import vnsign
from docflow.errors import ErrorCode, InputError, UsageError
from docflow.model import (
    Agency,
    AttachedFile,
    CopyForm,
    CopyState,
    Document,
    DocumentCopy,
    DocumentState,
    SignatureVerdict,
)
from docflow.model.layout import Box, ComposedDocument, FontFace, FontFamily, TextBox
from docflow.ports import SignatureCheck

__all__ = [
    "AGENCY_TEXT_FIELD",
    "DATE_FIELD",
    "LEADER_FIELD",
    "NUMBER_FIELD",
    "SEAL_FIELD",
    "PeerChecker",
    "ReceiptSigner",
    "SignatureChecker",
    "bundled_fonts",
    "certificate_sha256",
    "prepare_for_signing",
    "seal",
    "seal_attachment",
    "seal_copy",
    "sign_as_leader",
    "write_number",
]

NUMBER_FIELD = "so"
DATE_FIELD = "ngay"
LEADER_FIELD = "ChuKyNguoiKy"
SEAL_FIELD = "ConDauCoQuan"
AGENCY_TEXT_FIELD = "ChuKyCoQuan"

_STYLES = {
    FontFace.REGULAR: vnsign.FontStyle.REGULAR,
    FontFace.BOLD: vnsign.FontStyle.BOLD,
    FontFace.ITALIC: vnsign.FontStyle.ITALIC,
    FontFace.BOLD_ITALIC: vnsign.FontStyle.BOLD_ITALIC,
}


_FORMS = {
    CopyForm.SAO_Y: vnsign.CopyForm.SAO_Y,
    CopyForm.SAO_LUC: vnsign.CopyForm.SAO_LUC,
    CopyForm.TRICH_SAO: vnsign.CopyForm.TRICH_SAO,
}


def bundled_fonts() -> FontFamily:
    """Return the family bundled with vnsign (Liberation Serif, metric twin of Times New Roman)."""
    return FontFamily(
        regular=vnsign.bundled_font(vnsign.FontStyle.REGULAR),
        bold=vnsign.bundled_font(vnsign.FontStyle.BOLD),
        italic=vnsign.bundled_font(vnsign.FontStyle.ITALIC),
        bold_italic=vnsign.bundled_font(vnsign.FontStyle.BOLD_ITALIC),
    )


def prepare_for_signing(composed: ComposedDocument) -> bytes:
    """Return the composed document with every field of the recipe, before anyone signs.

    Raises:
        InputError: MALFORMED_INPUT if the PDF cannot carry them.
    """
    try:
        return vnsign.prepare_pdf(
            composed.pdf,
            text_fields=(
                _text_field(NUMBER_FIELD, "Số và ký hiệu văn bản", composed.number),
                _text_field(DATE_FIELD, "Địa danh và thời gian ban hành", composed.date),
            ),
            signature_fields=(
                vnsign.SignatureFieldSpec(
                    name=LEADER_FIELD, label="Chữ ký số của người có thẩm quyền", box=_box(composed.signature)
                ),
                vnsign.SignatureFieldSpec(
                    name=SEAL_FIELD, label="Chữ ký số của cơ quan", box=_box(composed.seal), locks=(LEADER_FIELD,)
                ),
            ),
        )
    except vnsign.VnsignError as exc:
        raise InputError(
            ErrorCode.MALFORMED_INPUT,
            f"the document cannot be prepared: {exc}",
            vi="Không chuẩn bị được văn bản để ký số.",
        ) from exc


def sign_as_leader(
    pdf: bytes, signer: vnsign.Signer, *, image: bytes, tsa: str, clock: vnsign.Clock | None = None
) -> bytes:
    """Return ``pdf`` with the authorised person's certification signature (P=2, PAdES B-T).

    Raises:
        vnsign.VnsignError: As :func:`vnsign.sign_pdf`.
    """
    return vnsign.sign_pdf(
        pdf, signer, field=LEADER_FIELD, certify=True, level=vnsign.TargetLevel.B_T, tsa=tsa, image=image, clock=clock
    )


def write_number(pdf: bytes, *, number: str, place_and_date: str) -> bytes:
    """Return ``pdf`` with number and date in the prepared fields: one increment, nothing else.

    Raises:
        vnsign.VnsignError: As :func:`vnsign.fill_pdf`.
    """
    return vnsign.fill_pdf(pdf, {NUMBER_FIELD: number, DATE_FIELD: place_and_date})


def seal(
    pdf: bytes,
    signer: vnsign.Signer,
    *,
    image: bytes,
    tsa: str,
    trust: vnsign.TrustStore,
    clock: vnsign.Clock | None = None,
) -> bytes:
    """Return ``pdf`` with the agency's seal and the evidence for both signatures: PAdES B-LT.

    Raises:
        vnsign.VnsignError: As :func:`vnsign.seal_pdf`; SEAL_REFUSED if the leader's signature does not verify.
    """
    return vnsign.seal_pdf(pdf, signer, field=SEAL_FIELD, trust=trust, tsa=tsa, image=image, clock=clock)


def seal_attachment(
    pdf: bytes,
    signer: vnsign.Signer,
    *,
    document: Document,
    attachment: AttachedFile,
    tsa: str,
    revocation: vnsign.HttpRevocationSource | None = None,
    clock: vnsign.Clock | None = None,
) -> bytes:
    """Return a file that goes with a document, signed by the agency: purpose (b), proved by the office's records.

    Raises:
        UsageError: SIGNATURE_REFUSED; the records do not say that this file goes with that issued document.
        vnsign.VnsignError: As :func:`vnsign.seal_attachment_pdf`.
    Source: NĐ 30/2020/NĐ-CP Điều 32.2d; Phụ lục I Phần I mục II.8.b, III.1.d.
    """
    is_recorded = attachment.document_id == document.id and attachment.pdf == hashlib.sha256(pdf).hexdigest()
    if not is_recorded or document.state is not DocumentState.SEALED or not document.sealed_pdf:
        raise _not_ours("this file is not attached to an issued document", vi="Tệp không phải văn bản kèm theo.")
    proved = vnsign.SealedAttachment(number_symbol=document.symbol or "", main_sha256=document.sealed_pdf)
    return vnsign.seal_attachment_pdf(
        pdf, signer, attachment=proved, tsa=tsa, field=AGENCY_TEXT_FIELD, revocation=revocation, clock=clock
    )


def seal_copy(
    pdf: bytes,
    signer: vnsign.Signer,
    *,
    copy: DocumentCopy,
    agency: Agency,
    tsa: str,
    revocation: vnsign.HttpRevocationSource | None = None,
    clock: vnsign.Clock | None = None,
) -> bytes:
    """Return a copy that the agency made, signed by it: purpose (c), proved by the office's records.

    Raises:
        UsageError: SIGNATURE_REFUSED; the records do not say that this file is a copy that waits to be signed.
        vnsign.VnsignError: As :func:`vnsign.seal_copy_pdf`.
    Source: NĐ 30/2020/NĐ-CP Điều 25, 32.2d, 33.2; Phụ lục I Phần II mục I.3.
    """
    is_recorded = copy.agency == agency.code.text and copy.pdf == hashlib.sha256(pdf).hexdigest()
    if not is_recorded or copy.state is not CopyState.PREPARED:
        raise _not_ours("this file is no copy that waits to be signed", vi="Tệp không phải bản sao đang chờ ký số.")
    proved = vnsign.SealedCopy(
        form=_FORMS[copy.form], direction=vnsign.CopyDirection(copy.direction.value), agency=agency.name
    )
    return vnsign.seal_copy_pdf(
        pdf, signer, copy=proved, tsa=tsa, field=AGENCY_TEXT_FIELD, revocation=revocation, clock=clock
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureChecker:
    """Implements :class:`docflow.ports.Verifier` by vnsign.

    Attributes:
        trust: Anchors of the scheme the agency accepts.
        online: Fetch the CRLs that certificates name; a file at B-LT brings its own evidence and needs no network.
    """

    trust: vnsign.TrustStore
    online: bool = True

    def check_leader_signature(self, pdf: bytes, *, document: Document, at: datetime) -> SignatureCheck:
        """Judge the authorised person's signature on a document that has no number yet."""
        return self._check(pdf, fields=(LEADER_FIELD,), name=document.id, at=at)

    def check_seal(self, pdf: bytes, *, document: Document, at: datetime) -> SignatureCheck:
        """Judge both signatures on a sealed document."""
        return self._check(pdf, fields=(LEADER_FIELD, SEAL_FIELD), name=document.id, at=at)

    def check_agency_signature(self, pdf: bytes, *, name: str, at: datetime) -> SignatureCheck:
        """Judge the agency's signature on an attachment in a file of its own, or on a copy."""
        return self._check(pdf, fields=(AGENCY_TEXT_FIELD,), name=name, at=at)

    def check_incoming(self, pdf: bytes, *, name: str, at: datetime) -> SignatureCheck:
        """Judge every signature on a received PDF; one without any fails."""
        return self._check(pdf, fields=(), name=name, at=at)

    def _check(self, pdf: bytes, *, fields: tuple[str, ...], name: str, at: datetime) -> SignatureCheck:
        revocation = vnsign.HttpRevocationSource() if self.online else None
        try:
            report = vnsign.inspect_pdf(pdf, trust=self.trust, at=at, file=name, revocation=revocation)
        except vnsign.ServiceUnavailable as exc:
            return SignatureCheck(verdict=SignatureVerdict.UNDECIDED, findings=(str(exc),))
        except vnsign.VnsignError as exc:
            return SignatureCheck(verdict=SignatureVerdict.FAILED, findings=(str(exc),))
        missing = [f"no signature in the field {f}" for f in fields if f not in {s.field for s in report.signatures}]
        findings = (*missing, *sorted({f.code.value for f in report.all_findings()}))
        if report.verdict is vnsign.Verdict.TOTAL_PASSED and not missing:
            return SignatureCheck(verdict=SignatureVerdict.PASSED)
        if report.verdict is vnsign.Verdict.INDETERMINATE:
            return SignatureCheck(verdict=SignatureVerdict.UNDECIDED, findings=findings)
        return SignatureCheck(verdict=SignatureVerdict.FAILED, findings=findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptSigner:
    """Implements :class:`docflow.ports.StatementSigner` by the agency's service certificate.

    Attributes:
        signer: The service key; never the seal key.
        tsa: URL of a time-stamping service, or None: a receipt states its time itself.
    """

    signer: vnsign.Signer
    tsa: str | None = None

    def sign(self, statement: bytes) -> bytes:
        """Return a detached CMS over a statement.

        Raises:
            vnsign.VnsignError: As :func:`vnsign.sign_statement`.
        """
        return vnsign.sign_statement(statement, self.signer, tsa=self.tsa)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerChecker:
    """Implements :class:`docflow.ports.PeerVerifier`: a chain to the anchors is not enough, it must be his certificate.

    Attributes:
        trust: Anchors of the scheme the agency accepts.
        directory: Agency code → SHA-256 (hex) of its service certificates.
        revocation: Where lists are fetched; None: only what the trust store holds.
    """

    trust: vnsign.TrustStore
    directory: Mapping[str, frozenset[str]]
    revocation: vnsign.HttpRevocationSource | None = None

    def check(self, statement: bytes, signature: bytes, *, agency: str, at: datetime) -> SignatureCheck:
        """Judge whether an agency's service key signed a statement."""
        try:
            report = vnsign.inspect_statement(signature, statement, trust=self.trust, at=at, revocation=self.revocation)
        except vnsign.ServiceUnavailable as exc:
            return SignatureCheck(verdict=SignatureVerdict.UNDECIDED, findings=(str(exc),))
        except vnsign.VnsignError as exc:
            return SignatureCheck(verdict=SignatureVerdict.FAILED, findings=(str(exc),))
        if report.signer_sha256 not in self.directory.get(agency, frozenset()):
            return SignatureCheck(
                verdict=SignatureVerdict.FAILED, findings=(f"not signed with a service certificate of {agency}",)
            )
        if report.indication is vnsign.Indication.TOTAL_PASSED:
            return SignatureCheck(verdict=SignatureVerdict.PASSED)
        is_open = report.indication is vnsign.Indication.INDETERMINATE
        return SignatureCheck(
            verdict=SignatureVerdict.UNDECIDED if is_open else SignatureVerdict.FAILED,
            findings=tuple(sorted({f.code.value for f in report.findings})),
        )


def certificate_sha256(signer: vnsign.Signer) -> str:
    """Return the SHA-256, in hex, by which a directory names a service certificate."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(vnsign.certificate_pem(signer.certificate).decode())).hexdigest()


def _not_ours(message: str, *, vi: str) -> UsageError:
    return UsageError(
        ErrorCode.SIGNATURE_REFUSED,
        f"{message}: the agency's key signs only what the records prove",
        vi=f"{vi} Khóa bí mật của cơ quan chỉ ký văn bản có hồ sơ chứng minh.",
        way_out="record it first, then sign the recorded file",
    )


def _text_field(name: str, label: str, box: TextBox) -> vnsign.TextFieldSpec:
    return vnsign.TextFieldSpec(
        name=name,
        label=label,
        page=box.page,
        x=box.x,
        baseline=box.y + box.baseline,
        width=box.width,
        size=box.font_size,
        style=_STYLES[box.face],
        alignment=vnsign.Alignment[box.alignment.name],
    )


def _box(box: Box) -> vnsign.Box:
    return vnsign.Box(page=box.page, x=box.x, y=box.y, width=box.width, height=box.height)
