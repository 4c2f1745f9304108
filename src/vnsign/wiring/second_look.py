"""What was written is read back before it leaves: no signer finds out from somebody else that it does not verify."""

from __future__ import annotations

import pikepdf

from vnsign.errors import ErrorCode, InputError
from vnsign.pdf.comparing.second_opinion import Asking
from vnsign.pdf.reading.fields import read_form
from vnsign.pdf.reading.opened import OpenedPdf
from vnsign.pdf.reading.structure import structure_of
from vnsign.pdf.source import PdfSource, to_bytes
from vnsign.report import Modifications
from vnsign.signing.sign import Signed
from vnsign.verification.modifications import judge_changes


def look_at_new_signature(before: PdfSource, signed: Signed) -> None:
    """Read back what was signed: the field holds the new signature, and no earlier one is worth less than before.

    Does not check: the signature value; each signer's first one is, and every one that a token or service made.

    Raises:
        InputError: MALFORMED_PDF, SIGNING_FORBIDDEN.
    """
    if not _is_read_back(signed):
        raise InputError(
            ErrorCode.MALFORMED_PDF,
            "the signed file could not be read back",
            way_out="export the PDF again with another program",
        )
    if signed.had_signatures:
        _require_unharmed(to_bytes(before), to_bytes(signed.pdf))


def _is_read_back(signed: Signed) -> bool:
    """Tell whether a reader that starts at the file's end finds the signature, around exactly the bytes it covers."""
    with signed.pdf.open() as stream:
        try:
            with pikepdf.open(stream, suppress_warnings=True) as pdf:
                field = read_form(pdf).fields[signed.field]
                start, first, second, last = (int(v) for v in field.value.ByteRange)  # type: ignore[attr-defined]
                contents = bytes(field.value.Contents)  # type: ignore[attr-defined]
        except (pikepdf.PdfError, KeyError, AttributeError, TypeError, ValueError):
            return False
        stream.seek(first)
        gap = stream.read(second - first)
    return (start, second + last) == (0, signed.pdf.size) and gap == b"<" + contents.hex().encode("ascii") + b">"


def look_at_filled_fields(before: bytes, after: bytes) -> None:
    """Read back what was filled: no signature is worth less than before.

    Raises:
        InputError: SIGNING_FORBIDDEN.
    """
    _require_unharmed(before, after)


def _require_unharmed(before: bytes, after: bytes) -> None:
    """Judge what was appended as a verifier will; the bytes before it are the same: nothing else can have changed."""
    harmed = _harmed(after)
    broken = sorted(harmed - _harmed(before)) if harmed else []
    if broken:
        raise InputError(
            ErrorCode.SIGNING_FORBIDDEN,
            f"this would break the earlier signature in {', '.join(broken)}",
            way_out="show the image where nothing stands yet, use the prepared fields in their order, or a copy from "
            "before that signature",
        )


def _harmed(pdf: bytes) -> set[str]:
    """Return the fields of signatures after which something stands that they do not allow."""
    with OpenedPdf(pdf) as file:
        return {
            found.field
            for found in structure_of(file).signatures
            if found.problem is not None
            or judge_changes(file, found, opinion=Asking.NEVER).modifications
            in {Modifications.FORBIDDEN, Modifications.SUSPICIOUS}
        }
