"""What a signature dictionary says, and where its bytes lie.

Source: ISO 32000-2 §12.7.5.5 (signature fields), §12.8.1 (signature dictionaries), §12.8.4.3 (DSS).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from vnsign.pdf.reading.restrictions import FieldLock
from vnsign.pdf.reading.security_store import SecurityStore

#: Where a byte range ends, the end of file marker is no further away.
TRAILER_WINDOW_BYTES = 32
_WHITE_SPACE = b"\x00\t\n\f\r "


class SignatureKind(StrEnum):
    """What a signature dictionary is."""

    SIGNATURE = "signature"
    DOCUMENT_TIMESTAMP = "document_timestamp"


class ByteRangeProblem(StrEnum):
    """Why a byte range proves nothing."""

    MISSING = "missing"
    MALFORMED = "malformed"
    OUTSIDE_FILE = "outside_file"
    NOT_AROUND_CONTENTS = "not_around_contents"
    NOT_WHOLE_REVISION = "not_whole_revision"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSignature:
    """One signature dictionary.

    Attributes:
        field: Fully qualified field name; empty if no field holds it.
        object_id: Object and generation number of the dictionary, (0, 0) if it is not an indirect object.
        problem: Why its byte range proves nothing; None if it is in order.
        byte_range: As written; empty if unreadable.
        contents: The CMS with its padding.
        certificates: /Cert of the old SubFilters, DER.
        claimed_time: /M, aware; None if absent or unreadable.
        permissions: DocMDP /P of a certification signature or of the field's lock, the stricter; None if none.
        is_certification: Whether the signature itself carries a DocMDP transform.
        locks: FieldMDP transforms and the field's /Lock.
    """

    field: str
    object_id: tuple[int, int]
    kind: SignatureKind
    sub_filter: str
    problem: ByteRangeProblem | None
    byte_range: tuple[int, ...]
    contents: bytes
    certificates: tuple[bytes, ...]
    claimed_time: datetime | None
    permissions: int | None
    is_certification: bool
    locks: tuple[FieldLock, ...]

    @property
    def covered_end(self) -> int:
        """First byte after what the signature covers; 0 if its byte range is not in order."""
        return self.byte_range[2] + self.byte_range[3] if self.problem is None else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfStructure:
    """What was found, signatures in the order in which they were made.

    Attributes:
        warnings: What the reader had to repair; a file in order has none.
    """

    signatures: tuple[FoundSignature, ...]
    store: SecurityStore
    warnings: tuple[str, ...]


def ordered(found: Iterable[FoundSignature]) -> tuple[FoundSignature, ...]:
    """Return signatures in the order in which they were made, those that prove nothing last."""
    return tuple(sorted(found, key=lambda s: (s.problem is not None, s.covered_end, s.field)))


def is_whole_revision(before: bytes) -> bool:
    """Tell whether the bytes before the end of a byte range are the end of a revision.

    Anything less leaves room for a second meaning of the same bytes. Source: ISO 32000-2 §12.8.1.
    """
    return before[-TRAILER_WINDOW_BYTES:].rstrip(_WHITE_SPACE).endswith(b"%%EOF")
