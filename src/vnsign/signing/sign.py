"""Writes one PAdES signature into a PDF: an increment with the signature dictionary, then the CMS into its gap.

Steps:
    (1) the field: an empty one that stands there, or a new one where new fields are allowed
    (2) the look: an image in the field's box, upright on a turned page
    (3) the signature dictionary, with DocMDP when certifying and FieldMDP when the field carries a lock
    (4) digest over the byte range, CMS (with its time-stamp token for B-T) into the gap

What it does not do: fetch revocation evidence (see extend), check the signer's certificate or look again at
earlier signatures (see vnsign.wiring).

Source: ETSI EN 319 142-1 §5.3, §6.3; ISO 32000-2 §12.8.2 (DocMDP, FieldMDP).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.form_tools import get_single_field_annot
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigMDPSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import PreparedByteRangeDigest, SignatureObject

from vnsign.errors import ErrorCode, InputError, UsageError
from vnsign.pdf import increment
from vnsign.pdf.appearance import ImageLook, image_content
from vnsign.pdf.geometry import Box, PageGeometry
from vnsign.ports import TimestampSource
from vnsign.signing.signer import TIMESTAMP_ROOM_BYTES, PreparedSigner

_NO_CHANGES, _FILL_IN = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureRequest:
    """What to write.

    Attributes:
        field: Name of an empty signature field, or of the new one to make; None picks ``Signature1``, ``Signature2`` …
        at: Claimed signing time (/M), aware; written with its own offset.
        box: Where a new field shows its image; None makes it invisible. Must be None for a field that stands there.
        image: What the field shows.
        certify: Make it the certification signature (DocMDP P=2: filling in and signing stay allowed).
        reason: /Reason, or None.
        location: /Location, or None.
    """

    field: str | None = None
    at: datetime
    box: Box | None = None
    image: ImageLook | None = None
    certify: bool = False
    reason: str | None = None
    location: str | None = None


def sign(
    pdf: bytes, signer: PreparedSigner, request: SignatureRequest, *, timestamps: TimestampSource | None = None
) -> bytes:
    """Return ``pdf`` with one more signature: B-T if ``timestamps`` is given, else B-B.

    Raises:
        InputError: NOT_A_PDF, MALFORMED_PDF, ENCRYPTED_PDF, SIGNING_FORBIDDEN.
        UsageError: FIELD_NOT_FOUND, FIELD_ALREADY_SIGNED, BAD_ARGUMENT, KEY_UNUSABLE.
        ServiceUnavailable: The time-stamping authority did not answer; nothing is returned.
    """
    if request.at.tzinfo is None:
        raise UsageError(ErrorCode.BAD_ARGUMENT, "the signing time must be aware (have a time zone)")
    room = TIMESTAMP_ROOM_BYTES if timestamps is not None else 0
    while True:
        prepared, output = _write_with_gap(pdf, signer, request, bytes_reserved=signer.template.upper_bound(max_timestamp_bytes=room))
        cms = signer.cms(prepared.document_digest, timestamps=timestamps)
        gap_bytes = (prepared.reserved_region_end - prepared.reserved_region_start - 2) // 2
        if len(cms) <= gap_bytes:
            return _fill_gap(output, cms, prepared)
        room = 2 * len(cms)  # the token is larger than the room kept for it: once more with room for it


def _write_with_gap(
    pdf: bytes, signer: PreparedSigner, request: SignatureRequest, *, bytes_reserved: int
) -> tuple[PreparedByteRangeDigest, bytes]:
    writer = increment.open_for_update(pdf)
    state = _choose_field(writer, request)
    with increment.translated("writing the signature"):
        embedder = PdfCMSEmbedder(new_field_spec=None if state.exists else increment.new_field(state.name, request.box))
        steps = embedder.write_cms(state.name, writer, existing_fields_only=state.exists)
        field = next(steps)
        if request.image is not None:
            _show_image(writer, field.get_object(), request.image)
        steps.send(
            SigObjSetup(
                sig_placeholder=SignatureObject(
                    timestamp=request.at,
                    name=signer.name,
                    reason=request.reason,
                    location=request.location,
                    subfilter=SigSeedSubFilter.PADES,
                    bytes_reserved=2 * bytes_reserved,
                ),
                mdp_setup=_mdp_setup(state, signer, certify=request.certify),
            )
        )
        prepared, output = steps.send(SigIOSetup(md_algorithm=signer.template.hash_name))
    return prepared, output.getvalue()


def _fill_gap(output: bytes, cms: bytes, prepared: PreparedByteRangeDigest) -> bytes:
    start = prepared.reserved_region_start + 1
    return b"".join((output[:start], cms.hex().encode("ascii"), output[start + 2 * len(cms) :]))


@dataclass(frozen=True, slots=True, kw_only=True)
class _ChosenField:
    name: str
    exists: bool
    state: increment.SignatureFieldState | None


def _choose_field(writer: IncrementalPdfFileWriter, request: SignatureRequest) -> _ChosenField:
    fields = {f.name: f for f in increment.signature_fields(writer)}
    signed = any(f.filled for f in fields.values())
    permission = increment.docmdp_permission(writer)
    if permission == _NO_CHANGES:
        raise InputError(
            ErrorCode.SIGNING_FORBIDDEN,
            "the document is certified and allows no further change (DocMDP P=1)",
            way_out="ask its author for a copy that allows signing",
        )
    if request.certify and (signed or permission is not None):
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            "only the first signature can certify a document, and this one is signed already",
            way_out="sign without certifying",
        )
    name = request.field or next(n for i in range(1, len(fields) + 2) if (n := f"Signature{i}") not in fields)
    state = fields.get(name)
    if state is not None:
        return _existing(state, request)
    if permission == _FILL_IN:
        empty = ", ".join(f.name for f in fields.values() if not f.filled) or "none"
        raise InputError(
            ErrorCode.SIGNING_FORBIDDEN,
            f"the document is certified: only its prepared fields may be signed, and there is no empty field {name!r}",
            way_out=f"name one of its empty signature fields ({empty})",
        )
    if "." in name:
        raise UsageError(ErrorCode.FIELD_NOT_FOUND, f"there is no signature field {name!r}, and a new one cannot have a dot in its name")
    return _ChosenField(name=name, exists=False, state=None)


def _existing(state: increment.SignatureFieldState, request: SignatureRequest) -> _ChosenField:
    if state.filled:
        raise UsageError(ErrorCode.FIELD_ALREADY_SIGNED, f"the field {state.name!r} is signed already")
    if request.box is not None:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"the field {state.name!r} has its place already",
            way_out="leave out the place, or name a new field",
        )
    return _ChosenField(name=state.name, exists=True, state=state)


def _mdp_setup(chosen: _ChosenField, signer: PreparedSigner, *, certify: bool) -> SigMDPSetup:
    lock = chosen.state.field_lock if chosen.state is not None else None
    permission = chosen.state.lock_permission if chosen.state is not None else None
    if certify:
        permission = MDPPerm.FILL_FORMS
    return SigMDPSetup(
        md_algorithm=signer.template.hash_name, certify=certify, field_lock=lock, docmdp_perms=permission
    )


def _show_image(writer: IncrementalPdfFileWriter, field: generic.DictionaryObject, look: ImageLook) -> None:
    widget = get_single_field_annot(field)
    x1, y1, x2, y2 = (float(v) for v in widget["/Rect"])
    width, height = abs(x2 - x1), abs(y2 - y1)
    if not width or not height:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT, "an invisible signature cannot show an image", way_out="give it a place on a page"
        )
    geometry = _geometry_of(writer, widget)
    reference = increment.form_xobject(
        writer,
        image_content(width=width, height=height, geometry=geometry),
        width=width,
        height=height,
        resources={"/XObject": {"/Im0": _image(writer, look)}},
    )
    widget[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): reference})
    writer.update_container(widget)


def _geometry_of(writer: IncrementalPdfFileWriter, widget: generic.DictionaryObject) -> PageGeometry:
    page: Any = increment.entry(widget, "/P")
    rotation = 0
    for _ in range(64):  # a page tree deeper than this is a loop
        if page is None or "/Rotate" in page:
            rotation = int(page["/Rotate"]) if page is not None else 0
            break
        page = increment.entry(page, "/Parent")
    return PageGeometry(visible=(0, 0, 0, 0), rotation=rotation % 360)


def _image(writer: IncrementalPdfFileWriter, look: ImageLook) -> generic.IndirectObject:
    base: dict[Any, Any] = {
        pdf_name("/Type"): pdf_name("/XObject"),
        pdf_name("/Subtype"): pdf_name("/Image"),
        pdf_name("/Width"): generic.NumberObject(look.width),
        pdf_name("/Height"): generic.NumberObject(look.height),
        pdf_name("/BitsPerComponent"): generic.NumberObject(8),
    }
    colour = dict(base) | {pdf_name("/ColorSpace"): pdf_name("/DeviceRGB")}
    if look.alpha is not None:
        mask = generic.StreamObject(dict(base) | {pdf_name("/ColorSpace"): pdf_name("/DeviceGray")}, stream_data=look.alpha)
        mask.compress()
        colour[pdf_name("/SMask")] = writer.add_object(mask)
    stream = generic.StreamObject(colour, stream_data=look.rgb)
    stream.compress()
    return writer.add_object(stream)
