"""Revisions of a document: take one out, and see what looks different since."""

from __future__ import annotations

from vnsign.errors import ErrorCode, UsageError
from vnsign.pdf.finding.differences import PageDifference
from vnsign.pdf.finding.differences import differing_pages as _differing_pages
from vnsign.pdf.reading.opened import OpenedPdf
from vnsign.pdf.reading.revisions import find_revision_ends
from vnsign.pdf.reading.structure import read_structure, structure_of
from vnsign.report import RevisionReport
from vnsign.verification.revisions import describe_revisions
from vnsign.wiring.arguments import checked


@checked
def extract_revision(pdf: bytes, revision: int | str) -> bytes:
    """Return an earlier state of a document, byte for byte: "give me what X signed".

    Does not check: that the signature is valid; ask :func:`inspect_pdf`.

    Args:
        pdf: The document.
        revision: Number of a revision, from 1 (as :class:`RevisionReport` counts), or the name of a signature field:
            then exactly what that signature covers, and its own value.

    Raises:
        UsageError: ``BAD_ARGUMENT``: there is no such revision; ``FIELD_NOT_FOUND``: no signature in such a field
            covers a revision.
        InputError: ``NOT_A_PDF``, ``MALFORMED_PDF``, ``ENCRYPTED_PDF``.

    Source: ISO 32000-2 §7.5.6, §12.8.1.
    """
    structure = read_structure(pdf)
    if isinstance(revision, str):
        ends = [s.covered_end for s in structure.signatures if s.field == revision and s.problem is None]
        if not ends:
            names = ", ".join(sorted({s.field for s in structure.signatures if s.problem is None})) or "none"
            raise UsageError(
                ErrorCode.FIELD_NOT_FOUND,
                f"no signature in a field {revision!r} covers a revision",
                way_out=f"signatures that cover one: {names}",
            )
        return pdf[: ends[0]]
    ends = list(find_revision_ends(pdf))
    if not 1 <= revision <= len(ends):
        raise UsageError(ErrorCode.BAD_ARGUMENT, f"there is no revision {revision}", way_out=f"there are {len(ends)}")
    return pdf[: ends[revision - 1]]


@checked
def list_revisions(pdf: bytes) -> tuple[RevisionReport, ...]:
    """Return every state the document has had, the oldest first, and what each brought; of an unsigned one, too.

    Does not check: whether any signature is valid; ask :func:`inspect_pdf`.

    Raises:
        InputError: ``NOT_A_PDF``, ``MALFORMED_PDF``, ``ENCRYPTED_PDF``.

    Source: ISO 32000-2 §7.5.6.
    """
    with OpenedPdf(pdf) as file:
        return describe_revisions(file, structure_of(file).signatures)


@checked
def differing_pages(pdf: bytes, *, since: int | str) -> tuple[PageDifference, ...]:
    """Return the pages that look different now from an earlier revision (drawn, at 72 dots per inch).

    Does not check: whether a difference is allowed (a number and a seal filled in are seen too).

    Args:
        pdf: The document.
        since: As for :func:`extract_revision`.

    Raises:
        UsageError, InputError: As :func:`extract_revision`.
    """
    return _differing_pages(extract_revision(pdf, since), pdf)
