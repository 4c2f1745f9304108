"""Appends a signature dictionary with a gap for the CMS, and puts the CMS into it.

The look of a signature (an image in its field's box, upright on a turned page) is written in the same increment.

What it does not do: decide whether the field may be signed (see vnsign.signing.sign).

Source: ISO 32000-2 §12.8.1 (ByteRange), §12.8.2 (DocMDP, FieldMDP); ETSI EN 319 142-1 §5.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.form_tools import get_single_field_annot
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigMDPSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject

from vnsign.errors import ErrorCode, UsageError
from vnsign.pdf import increment
from vnsign.pdf.appearance import ImageLook, image_content
from vnsign.pdf.geometry import Box, PageGeometry


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureEntry:
    """What stands in the signature dictionary and its field.

    Attributes:
        field: Name of the field.
        state: The field as it stands, None for a new one.
        box: Place of a new field; None makes it invisible.
        image: What the field shows, or None.
        at: Claimed signing time (/M), aware; written with its own offset.
        certify: Write DocMDP P=2 and make it the document's certification.
    """

    field: str
    state: increment.SignatureFieldState | None
    box: Box | None
    image: ImageLook | None
    at: datetime
    name: str
    certify: bool
    reason: str | None
    location: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A PDF that waits for its CMS.

    Attributes:
        output: The whole file, the gap filled with zeros.
        digest: Over everything but the gap, by the hash asked for.
        start: Offset of the first hex digit of the gap.
        room_bytes: How many bytes of CMS fit.
    """

    output: bytes
    digest: bytes
    start: int
    room_bytes: int

    def filled(self, cms: bytes) -> bytes:
        """Return the signed file; ``cms`` must fit."""
        return b"".join(
            (self.output[: self.start], cms.hex().encode("ascii"), self.output[self.start + 2 * len(cms) :])
        )


def open_gap(writer: increment.IncrementWriter, entry: SignatureEntry, *, hash_name: str, room_bytes: int) -> Gap:
    """Write the increment with a gap of ``room_bytes``.

    Raises:
        InputError: MALFORMED_PDF.
        UsageError: BAD_ARGUMENT for an image in an invisible field.
    """
    exists = entry.state is not None
    with increment.translated("writing the signature"):
        embedder = PdfCMSEmbedder(new_field_spec=None if exists else _new_field(entry.field, entry.box))
        steps = embedder.write_cms(entry.field, writer, existing_fields_only=exists)
        field = next(steps)
        if entry.image is not None:
            _show_image(writer, field.get_object(), entry.image)
        steps.send(SigObjSetup(sig_placeholder=_dictionary(entry, room_bytes), mdp_setup=_mdp_setup(entry, hash_name)))
        prepared, output = steps.send(SigIOSetup(md_algorithm=hash_name))
    return Gap(
        output=output.getvalue(),
        digest=prepared.document_digest,
        start=prepared.reserved_region_start + 1,
        room_bytes=room_bytes,
    )


def _new_field(name: str, box: Box | None) -> SigFieldSpec:
    if box is None:
        return SigFieldSpec(sig_field_name=name)
    return SigFieldSpec(sig_field_name=name, on_page=box.page, box=box.rectangle)  # type: ignore[arg-type]  # takes floats


def _dictionary(entry: SignatureEntry, room_bytes: int) -> SignatureObject:
    return SignatureObject(
        timestamp=entry.at,
        name=entry.name,
        reason=entry.reason,
        location=entry.location,
        subfilter=SigSeedSubFilter.PADES,
        bytes_reserved=2 * room_bytes,
    )


def _mdp_setup(entry: SignatureEntry, hash_name: str) -> SigMDPSetup:
    lock = entry.state.field_lock if entry.state is not None else None
    permission = entry.state.lock_permission if entry.state is not None else None
    if entry.certify:
        permission = MDPPerm.FILL_FORMS
    return SigMDPSetup(md_algorithm=hash_name, certify=entry.certify, field_lock=lock, docmdp_perms=permission)


def _show_image(writer: increment.IncrementWriter, field: generic.DictionaryObject, look: ImageLook) -> None:
    widget = get_single_field_annot(field)
    x1, y1, x2, y2 = (float(v) for v in widget["/Rect"])
    width, height = abs(x2 - x1), abs(y2 - y1)
    if not width or not height:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT, "an invisible signature cannot show an image", way_out="give it a place on a page"
        )
    geometry = PageGeometry(visible=(0, 0, 0, 0), rotation=_rotation_of(widget))
    reference = increment.form_xobject(
        writer,
        image_content(width=width, height=height, geometry=geometry),
        width=width,
        height=height,
        resources={"/XObject": {"/Im0": _image(writer, look)}},
    )
    widget[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): reference})
    writer.update_container(widget)


def _rotation_of(widget: generic.DictionaryObject) -> int:
    page: Any = increment.entry(widget, "/P")
    for _ in range(64):  # a page tree deeper than this is a loop
        if page is None:
            break
        if "/Rotate" in page:
            return int(page["/Rotate"]) % 360
        page = increment.entry(page, "/Parent")
    return 0


def _image(writer: increment.IncrementWriter, look: ImageLook) -> generic.IndirectObject:
    base: dict[Any, Any] = {
        pdf_name("/Type"): pdf_name("/XObject"),
        pdf_name("/Subtype"): pdf_name("/Image"),
        pdf_name("/Width"): generic.NumberObject(look.width),
        pdf_name("/Height"): generic.NumberObject(look.height),
        pdf_name("/BitsPerComponent"): generic.NumberObject(8),
    }
    colour = dict(base) | {pdf_name("/ColorSpace"): pdf_name("/DeviceRGB")}
    if look.alpha is not None:
        mask = generic.StreamObject(
            dict(base) | {pdf_name("/ColorSpace"): pdf_name("/DeviceGray")}, stream_data=look.alpha
        )
        mask.compress()
        colour[pdf_name("/SMask")] = writer.add_object(mask)
    stream = generic.StreamObject(colour, stream_data=look.rgb)
    stream.compress()
    return writer.add_object(stream)
