"""Signature fields of an open PDF, its certification, and new fields where they may be.

Source: ISO 32000-2 §12.7.5.5 (signature fields, /Lock), §12.8.2.2 (DocMDP).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, String

from vnsign.errors import ErrorCode, InputError
from vnsign.pdf.geometry import Box
from vnsign.pdf.reading.entries import entry_of
from vnsign.pdf.reading.fields import read_form
from vnsign.pdf.writing.updating import PdfUpdate, translated

#: Print and Locked: it shows on paper and a viewer does not move it (Table 167).
_WIDGET_FLAGS = 4 | 128
_SIGNATURES_EXIST_APPEND_ONLY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureField:
    """A signature field as it stands in the file.

    Attributes:
        name: Fully qualified name.
        filled: It holds a signature.
        node: The field's dictionary.
        widget: Its only widget, or None if it has several (or none).
        lock: What signing it locks (/Lock), or None.
    """

    name: str
    filled: bool
    node: Object
    widget: Object | None
    lock: Object | None


def signature_fields(pdf: pikepdf.Pdf) -> Mapping[str, SignatureField]:
    """Return every signature field reachable from the form, in form order."""
    with translated("reading the signature fields"):
        return {
            name: SignatureField(
                name=name,
                filled=field.value is not None,
                node=field.node,
                widget=field.widgets[0] if len(field.widgets) == 1 else None,
                lock=lock if isinstance(lock := entry_of(field.node, "/Lock"), Dictionary) else None,
            )
            for name, field in read_form(pdf).fields.items()
            if field.type == "/Sig"
        }


def docmdp_permission(pdf: pikepdf.Pdf) -> int | None:
    """Return P of the certification signature, or None if the document is not certified."""
    with translated("reading the certification"):
        permissions = entry_of(pdf.Root, "/Perms")
        certification = permissions.get("/DocMDP") if isinstance(permissions, Dictionary) else None
        if not isinstance(certification, Dictionary):
            return None
        references = certification.get("/Reference")
        for reference in references if isinstance(references, Array) else ():
            if isinstance(reference, Dictionary) and reference.get("/TransformMethod") == Name.DocMDP:
                parameters = reference.get("/TransformParams")
                return int(parameters.get("/P", 2)) if isinstance(parameters, Dictionary) else 2
        return 2


def add_signature_field(update: PdfUpdate, name: str, box: Box | None) -> Object:
    """Add an empty field to the form and its page; without a box it is invisible, on the first page.

    Raises:
        UsageError: BAD_ARGUMENT if there is no such page.
        InputError: MALFORMED_PDF.
    """
    page = update.page(box.page if box is not None else 0)
    with translated("adding the signature field"):
        field = update.add(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Widget,
                FT=Name.Sig,
                T=String(name),
                F=_WIDGET_FLAGS,
                Rect=Array(box.rectangle if box is not None else (0, 0, 0, 0)),
                P=page,
            )
        )
        update.append_to(page, "/Annots", field)
        form = update.root.get("/AcroForm")
        if not isinstance(form, Dictionary):
            form = Dictionary(Fields=Array([]))
            update.root.AcroForm = form
            form = update.root.AcroForm
        if form.is_indirect:
            update.touch(form)
        else:
            update.touch(update.root)
        fields = form.get("/Fields")
        if fields is not None and not isinstance(fields, Array):
            raise InputError(ErrorCode.MALFORMED_PDF, "the form's list of fields is not a list")
        if fields is None:
            form.Fields = Array([field])
        else:
            fields.append(field)
            if fields.is_indirect:
                update.touch(fields)
    return field


def mark_signed(update: PdfUpdate) -> None:
    """Say in the form that signatures exist and that changes must be appended."""
    form = update.root.get("/AcroForm")
    if isinstance(form, Dictionary) and form.get("/SigFlags") != _SIGNATURES_EXIST_APPEND_ONLY:
        form.SigFlags = _SIGNATURES_EXIST_APPEND_ONLY
        update.touch(form if form.is_indirect else update.root)
