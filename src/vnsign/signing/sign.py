"""Writes one PAdES signature into a PDF: an increment with the signature dictionary, then the CMS into its gap.

Steps:
    (1) the field: an empty one that stands there, if what it requires is obeyed, or a new one where they are allowed
    (2) the look: an image in the field's box, upright on a turned page
    (3) the signature dictionary, with DocMDP when certifying and FieldMDP when the field carries a lock
    (4) digest over the byte range, CMS (with its time-stamp token for B-T) into the gap

What it does not do: fetch revocation evidence (see extend), check the signer's certificate or look again at
earlier signatures (see vnsign.wiring).

Source: ETSI EN 319 142-1 §5.3, §6.3; ISO 32000-2 §12.8.2 (DocMDP, FieldMDP).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from vnsign.errors import ErrorCode, InputError, UsageError
from vnsign.pdf.geometry import Box
from vnsign.pdf.reading.seed_values import read_seed_values
from vnsign.pdf.source import AppendedSource, PdfSource, chunks
from vnsign.pdf.writing.drawing import Look
from vnsign.pdf.writing.signature_fields import SignatureField, docmdp_permission, signature_fields
from vnsign.pdf.writing.signature_gap import SignatureEntry, open_gap
from vnsign.pdf.writing.updating import Gap, PdfUpdate, open_for_update, require_field_permission, translated
from vnsign.ports import TimestampSource
from vnsign.signing.one_content import require_one_content
from vnsign.signing.seed_values import Intention, require_obedience
from vnsign.signing.signer import TIMESTAMP_ROOM_BYTES, PreparedSigner

_NO_CHANGES, _FILL_IN = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureRequest:
    """What to write.

    Attributes:
        field: Name of an empty signature field, or of the new one to make; None picks ``Signature1``, ``Signature2`` …
        at: Claimed signing time (/M), aware; written with its own offset.
        box: Where a new field shows its image; None makes it invisible. Must be None for a field that stands there.
        look: What the field shows.
        certify: Make it the certification signature (DocMDP P=2: filling in and signing stay allowed).
        reason: /Reason, or None.
        location: /Location, or None.
    """

    field: str | None = None
    at: datetime
    box: Box | None = None
    look: Look | None = None
    certify: bool = False
    reason: str | None = None
    location: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A PDF with one more signature.

    Attributes:
        pdf: All of it.
        field: Name of the field that was signed.
        had_signatures: Others had signed before, or left traces of it.
        cms: The signature.
    """

    pdf: AppendedSource
    field: str
    had_signatures: bool
    cms: bytes


def sign(
    source: PdfSource, signer: PreparedSigner, request: SignatureRequest, *, timestamps: TimestampSource | None = None
) -> Signed:
    """Add a signature: B-T if ``timestamps`` is given, else B-B.

    Raises:
        InputError: NOT_A_PDF, MALFORMED_PDF, ENCRYPTED_PDF, SIGNING_FORBIDDEN.
        UsageError: FIELD_NOT_FOUND, FIELD_ALREADY_SIGNED, BAD_ARGUMENT, KEY_UNUSABLE.
        ServiceUnavailable: The time-stamping authority did not answer; nothing is returned.
    """
    if request.at.tzinfo is None:
        raise UsageError(ErrorCode.BAD_ARGUMENT, "the signing time must be aware (have a time zone)")
    room = TIMESTAMP_ROOM_BYTES if timestamps is not None else 0
    while True:
        room_bytes = signer.template.upper_bound(max_timestamp_bytes=room)
        opened = _open_gap(source, signer, request, room_bytes=room_bytes, is_timestamped=timestamps is not None)
        cms = signer.cms(opened.gap.digest, timestamps=timestamps)
        if len(cms) <= opened.gap.room_bytes:
            return Signed(pdf=opened.gap.filled(cms), field=opened.field, had_signatures=opened.had_signatures, cms=cms)
        room = 2 * len(cms)  # the token is larger than the room kept for it: once more with room for it


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    gap: Gap
    field: str
    had_signatures: bool


def _open_gap(
    source: PdfSource, signer: PreparedSigner, request: SignatureRequest, *, room_bytes: int, is_timestamped: bool
) -> _Opened:
    with open_for_update(source) as update:
        require_one_content(update.pdf)
        fields = signature_fields(update.pdf)
        name, field = _choose_field(update, fields, request)
        if field is not None:
            _require_obedience(field, signer, request, is_timestamped=is_timestamped)
        entry = SignatureEntry(
            name=name,
            field=field,
            box=request.box,
            look=request.look,
            at=request.at,
            signer=signer.name,
            certify=request.certify,
            reason=request.reason,
            location=request.location,
        )
        had_signatures = any(f.filled for f in fields.values()) or _mentions_signature(source)
        gap = open_gap(update, entry, hash_name=signer.template.hash_name, room_bytes=room_bytes)
    return _Opened(gap=gap, field=name, had_signatures=had_signatures)


def _mentions_signature(source: PdfSource) -> bool:
    """Tell whether a signature that no field leads to may stand in the file."""
    return any(b"/ByteRange" in piece for piece in chunks(source))


def _choose_field(
    update: PdfUpdate, fields: Mapping[str, SignatureField], request: SignatureRequest
) -> tuple[str, SignatureField | None]:
    signed = any(f.filled for f in fields.values())
    permission = docmdp_permission(update.pdf)
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
        _require_usable(state, request)
        return name, state
    if permission == _FILL_IN:
        empty = ", ".join(f.name for f in fields.values() if not f.filled) or "none"
        raise InputError(
            ErrorCode.SIGNING_FORBIDDEN,
            f"the document is certified: only its prepared fields may be signed, and there is no empty field {name!r}",
            way_out=f"name one of its empty signature fields ({empty})",
        )
    if "." in name:
        raise UsageError(
            ErrorCode.FIELD_NOT_FOUND,
            f"there is no signature field {name!r}, and a new one cannot have a dot in its name",
        )
    require_field_permission(update.pdf)
    return name, None


def _require_obedience(
    field: SignatureField, signer: PreparedSigner, request: SignatureRequest, *, is_timestamped: bool
) -> None:
    with translated("reading what the signature field requires"):
        seed = read_seed_values(field.node)
    if seed is None:
        return
    intention = Intention(
        certificate=signer.certificate,
        chain=signer.chain,
        hash_name=signer.template.hash_name,
        certify=request.certify,
        reason=request.reason,
        timestamp=is_timestamped,
    )
    require_obedience(field.name, seed, intention)


def _require_usable(state: SignatureField, request: SignatureRequest) -> None:
    if state.filled:
        raise UsageError(ErrorCode.FIELD_ALREADY_SIGNED, f"the field {state.name!r} is signed already")
    if request.box is not None:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"the field {state.name!r} has its place already",
            way_out="leave out the place, or name a new field",
        )
