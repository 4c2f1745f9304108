"""What was written is read back before it leaves: no signer finds out from somebody else that it does not verify."""

from __future__ import annotations

from io import BytesIO
from typing import BinaryIO

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
    if signed.had_signatures:
        after = to_bytes(signed.pdf)
        with OpenedPdf(after) as file:
            _require_read_back(signed, file.until(), BytesIO(after))
            harmed = _harmed(file)
        _require_unharmed(to_bytes(before), harmed)
        return
    with signed.pdf.open() as stream:
        try:
            pdf = pikepdf.open(stream, suppress_warnings=True, inherit_page_attributes=False)
        except pikepdf.PdfError as exc:
            raise _not_read_back() from exc
        with pdf:
            _require_read_back(signed, pdf, stream)


def _require_read_back(signed: Signed, pdf: pikepdf.Pdf, stream: BinaryIO) -> None:
    """A reader that starts at the file's end finds the signature, around exactly the bytes it covers."""
    try:
        field = read_form(pdf).fields[signed.field]
        start, first, second, last = (int(v) for v in field.value.ByteRange)  # type: ignore[attr-defined]
        contents = bytes(field.value.Contents)  # type: ignore[attr-defined]
    except (pikepdf.PdfError, KeyError, AttributeError, TypeError, ValueError) as exc:
        raise _not_read_back() from exc
    stream.seek(first)
    gap = stream.read(second - first)
    if (start, second + last) != (0, signed.pdf.size) or gap != b"<" + contents.hex().encode("ascii") + b">":
        raise _not_read_back()


def _not_read_back() -> InputError:
    return InputError(
        ErrorCode.MALFORMED_PDF,
        "the signed file could not be read back",
        way_out="export the PDF again with another program",
    )


def look_at_filled_fields(before: bytes, after: bytes) -> None:
    """Read back what was filled: no signature is worth less than before.

    Raises:
        InputError: SIGNING_FORBIDDEN.
    """
    with OpenedPdf(after) as file:
        harmed = _harmed(file)
    _require_unharmed(before, harmed)


def _require_unharmed(before: bytes, harmed: set[str]) -> None:
    """Of what was appended a verifier judges; the bytes before it are the same: nothing else can have changed."""
    if not harmed:
        return
    with OpenedPdf(before) as file:
        broken = sorted(harmed - _harmed(file))
    if broken:
        raise InputError(
            ErrorCode.SIGNING_FORBIDDEN,
            f"this would break the earlier signature in {', '.join(broken)}",
            way_out="show the image where nothing stands yet, use the prepared fields in their order, or a copy from "
            "before that signature",
        )


def _harmed(file: OpenedPdf) -> set[str]:
    """Return the fields of signatures after which something stands that they do not allow."""
    return {
        found.field
        for found in structure_of(file).signatures
        if found.problem is not None
        or judge_changes(file, found, opinion=Asking.NEVER).modifications
        in {Modifications.FORBIDDEN, Modifications.SUSPICIOUS}
    }
