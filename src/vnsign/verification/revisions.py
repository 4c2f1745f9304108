"""The document's revisions, and what each brought.

What it does not do: look into compressed objects: a security store that an object stream hides is told as ``update``.

Source: ISO 32000-2 §7.5.6; ETSI EN 319 142-1 §5.4 (DSS and document timestamps as increments).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from vnsign.pdf.reading.opened import OpenedPdf, PdfBytes, find_all
from vnsign.pdf.reading.revisions import find_revision_ends
from vnsign.pdf.reading.structure import FoundSignature, SignatureKind
from vnsign.report import RevisionReport

_STORE = re.compile(rb"/(?:DSS|VRI)\b")
_STORE_WORDS = (b"/DSS", b"/VRI")
_WHITE_SPACE = b"\x00\t\n\f\r "


def describe_revisions(file: OpenedPdf, signatures: Sequence[FoundSignature]) -> tuple[RevisionReport, ...]:
    """Return every revision, the oldest first."""
    data, plain = file.data, file.plain
    ends = (None if plain is None else plain.revision_ends()) or find_revision_ends(data)
    # words are found faster than patterns, and from the end twice as fast as from the beginning
    speaks_of_store = not isinstance(data, bytes) or any(data.rfind(word) >= 0 for word in _STORE_WORDS)
    reports: list[RevisionReport] = []
    start = 0
    for number, end in enumerate(ends, 1):
        here = [s for s in signatures if s.problem is None and _covers(s, data, (start, end))]
        added = [] if number > 1 else ["content"]
        if any(s.kind is SignatureKind.SIGNATURE for s in here):
            added.append("signature")
        if any(s.kind is SignatureKind.DOCUMENT_TIMESTAMP for s in here):
            added.append("document_timestamp")
        if speaks_of_store and next(find_all(data, _STORE, (start, end)), None) is not None:
            added.append("security_store")
        reports.append(
            RevisionReport(
                number=number,
                start=start,
                end=end,
                added=tuple(added or ["update"]),
                signatures=tuple(s.field for s in here),
            )
        )
        start = end
    return tuple(reports)


def revision_of(found: FoundSignature, revisions: Sequence[RevisionReport]) -> int | None:
    """Return the number of the revision a signature covers wholly, None if there is none."""
    if found.problem is not None:
        return None
    for revision in revisions:
        if revision.start < found.covered_end <= revision.end:
            return revision.number if found.field in revision.signatures else None
    return None


def _covers(found: FoundSignature, data: PdfBytes, revision: tuple[int, int]) -> bool:
    start, end = revision
    return start < found.covered_end <= end and not data[found.covered_end : end].strip(_WHITE_SPACE)
