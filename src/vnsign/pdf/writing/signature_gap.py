"""Appends a signature dictionary with a gap for the CMS.

The look of a signature (an image or text in its field's box, upright on a turned page) is written with it.

What it does not do: decide whether the field may be signed (see vnsign.signing.sign).

Source: ISO 32000-2 §12.8.1 (Table 255, ByteRange), §12.8.2 (DocMDP, FieldMDP); ETSI EN 319 142-1 §5.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pikepdf import Array, Dictionary, Name, Object, String

from vnsign.errors import ErrorCode, UsageError
from vnsign.pdf.dates import pdf_date
from vnsign.pdf.geometry import Box
from vnsign.pdf.reading.pages import geometry_of, rectangle_of
from vnsign.pdf.writing.drawing import Look, draw_look
from vnsign.pdf.writing.signature_fields import SignatureField, add_signature_field, mark_signed
from vnsign.pdf.writing.updating import Gap, PdfUpdate, translated

_FILL_IN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureEntry:
    """What stands in the signature dictionary and its field.

    Attributes:
        name: Name of the field.
        field: The field as it stands, None for a new one.
        box: Place of a new field; None makes it invisible.
        look: What the field shows, or None.
        at: Claimed signing time (/M), aware; written with its own offset.
        signer: Who signs, by name (/Name).
        certify: Write DocMDP P=2 and make it the document's certification.
    """

    name: str
    field: SignatureField | None
    box: Box | None
    look: Look | None
    at: datetime
    signer: str
    certify: bool
    reason: str | None
    location: str | None


def open_gap(update: PdfUpdate, entry: SignatureEntry, *, hash_name: str, room_bytes: int) -> Gap:
    """Write the increment with a gap of ``room_bytes``.

    Raises:
        InputError: MALFORMED_PDF.
        UsageError: BAD_ARGUMENT for a look in an invisible field, or a page that does not exist.
    """
    with translated("writing the signature"):
        if entry.field is None:
            node: Object = add_signature_field(update, entry.name, entry.box)
            widget: Object | None = node
            lock = None
        else:
            node, widget, lock = entry.field.node, entry.field.widget, entry.field.lock
            update.touch(node)
        if entry.look is not None:
            _show(update, widget, entry.look)
        signature = update.add(_dictionary(entry))
        references = _references(update, entry, lock=lock, signature=signature)
        if references:
            signature.Reference = Array(references)
        node.V = signature
        mark_signed(update)
        return update.finish_with_gap(signature, room_bytes=room_bytes, hash_name=hash_name)


def _dictionary(entry: SignatureEntry) -> Dictionary:
    dictionary = Dictionary(
        Type=Name.Sig,
        Filter=Name("/Adobe.PPKLite"),
        SubFilter=Name("/ETSI.CAdES.detached"),
        M=String(pdf_date(entry.at)),
        Name=String(entry.signer),
    )
    if entry.reason:
        dictionary.Reason = String(entry.reason)
    if entry.location:
        dictionary.Location = String(entry.location)
    return dictionary


def _references(update: PdfUpdate, entry: SignatureEntry, *, lock: Object | None, signature: Object) -> list[Object]:
    references: list[Object] = []
    if entry.certify:
        references.append(_reference("/DocMDP", Dictionary(Type=Name.TransformParams, V=Name("/1.2"), P=_FILL_IN)))
        permissions = update.root.get("/Perms")
        if not isinstance(permissions, Dictionary):
            update.root.Perms = Dictionary(DocMDP=signature)
            update.touch(update.root)
        else:
            permissions.DocMDP = signature
            update.touch(permissions if permissions.is_indirect else update.root)
    if lock is not None:
        parameters = Dictionary(Type=Name.TransformParams, V=Name("/1.2"), Action=lock.Action)
        for key in ("/Fields", "/P"):
            if key in lock:
                parameters[key] = lock[key]
        references.append(_reference("/FieldMDP", parameters))
        references[-1].Data = update.root
    return references


def _reference(method: str, parameters: Dictionary) -> Dictionary:
    return Dictionary(Type=Name.SigRef, TransformMethod=Name(method), TransformParams=parameters)


def _show(update: PdfUpdate, widget: Object | None, look: Look) -> None:
    if widget is None:
        raise UsageError(ErrorCode.BAD_ARGUMENT, "a signature field shown in several places cannot show an image")
    left, bottom, right, top = rectangle_of(widget)
    if left == right or bottom == top:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT, "an invisible signature cannot show an image", way_out="give it a place on a page"
        )
    widget.AP = Dictionary(
        N=draw_look(update, look, width=right - left, height=top - bottom, rotation=_rotation_of(widget))
    )
    update.touch(widget)


def _rotation_of(widget: Object) -> int:
    page = widget.get("/P")
    return geometry_of(page).rotation if isinstance(page, Dictionary) else 0
