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

from vnsign.errors import ErrorCode, InputError, UsageError
from vnsign.pdf import increment
from vnsign.pdf.appearance import ImageLook
from vnsign.pdf.geometry import Box
from vnsign.pdf.signature_gap import Gap, SignatureEntry, open_gap
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
        gap = _open_gap(pdf, signer, request, room_bytes=signer.template.upper_bound(max_timestamp_bytes=room))
        cms = signer.cms(gap.digest, timestamps=timestamps)
        if len(cms) <= gap.room_bytes:
            return gap.filled(cms)
        room = 2 * len(cms)  # the token is larger than the room kept for it: once more with room for it


def _open_gap(pdf: bytes, signer: PreparedSigner, request: SignatureRequest, *, room_bytes: int) -> Gap:
    writer = increment.open_for_update(pdf)
    chosen = _choose_field(writer, request)
    entry = SignatureEntry(
        field=chosen.name,
        state=chosen.state,
        box=request.box,
        image=request.image,
        at=request.at,
        name=signer.name,
        certify=request.certify,
        reason=request.reason,
        location=request.location,
    )
    return open_gap(writer, entry, hash_name=signer.template.hash_name, room_bytes=room_bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _ChosenField:
    name: str
    state: increment.SignatureFieldState | None


def _choose_field(writer: increment.IncrementWriter, request: SignatureRequest) -> _ChosenField:
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
        raise UsageError(
            ErrorCode.FIELD_NOT_FOUND,
            f"there is no signature field {name!r}, and a new one cannot have a dot in its name",
        )
    return _ChosenField(name=name, state=None)


def _existing(state: increment.SignatureFieldState, request: SignatureRequest) -> _ChosenField:
    if state.filled:
        raise UsageError(ErrorCode.FIELD_ALREADY_SIGNED, f"the field {state.name!r} is signed already")
    if request.box is not None:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"the field {state.name!r} has its place already",
            way_out="leave out the place, or name a new field",
        )
    return _ChosenField(name=state.name, state=state)
