"""The recipe of leader, number and seal, by vnsign.

Invariants:
    - Field names and the order of the recipe stand here and nowhere else in docflow.

What it does not do: keep documents, give numbers, or decide who may sign for an agency.

Source: TT 01/2019/TT-BNV Điều 11.1; NĐ 30/2020/NĐ-CP Điều 32.2; ETSI EN 319 142-1 §6.3.
"""

from __future__ import annotations

import hashlib

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
)
from docflow.model.layout import Box, ComposedDocument, FontFace, FontFamily, TextBox

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
        UsageError: SIGNATURE_REFUSED; the records do not say that this file goes with that issued document, or say
            that it was taken off.
        vnsign.VnsignError: As :func:`vnsign.seal_attachment_pdf`.
    Source: NĐ 30/2020/NĐ-CP Điều 32.2d; Phụ lục I Phần I mục II.8.b, III.1.d.
    """
    goes_with_it = attachment.document_id == document.id and attachment.detached_at is None
    is_recorded = goes_with_it and attachment.pdf == hashlib.sha256(pdf).hexdigest()
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
