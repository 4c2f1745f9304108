"""PDF bytes → every signature in them, the DSS, and where each signature's bytes lie.

Invariants:
    - Any bytes give a :class:`PdfStructure` or :class:`~vnsign.errors.InputError`.
    - A signature that is broken is still found: a signature field with any value, and every dictionary with
      /ByteRange and /Contents, whether or not the form leads to it; if none is found but the bytes speak of
      /ByteRange, that is a (broken) signature too.
    - The CMS is taken from the gap in the byte range, where the digest leaves it out, not from wherever a parser
      found a string; if the two differ the signature is broken.

What it does not do: verify or judge anything.

Source: ISO 32000-2 §12.7.5.5 (signature fields), §12.8.1 (signature dictionaries), §12.8.4.3 (DSS).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

import pikepdf

from vnsign.errors import ErrorCode, InputError
from vnsign.pdf.dates import parse_pdf_date
from vnsign.pdf.opening import open_pdf, warnings_of
from vnsign.pdf.reading.security_store import SecurityStore, read_store

_MAX_FIELD_DEPTH = 64
_BYTE_RANGE_LENGTH = 4
_TRAILER_WINDOW_BYTES = 32
_HEX_STRING = re.compile(rb"<([0-9A-Fa-f\x00\t\n\f\r ]*)>")
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


class LockAction(StrEnum):
    """Which fields a lock closes. Source: ISO 32000-2 Table 259."""

    ALL = "All"
    INCLUDE = "Include"
    EXCLUDE = "Exclude"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldLock:
    """A FieldMDP transform or a /Lock dictionary."""

    action: LockAction
    fields: tuple[str, ...]

    def closes(self, name: str) -> bool:
        """Tell whether the lock closes a field; naming a field closes those below it too."""
        named = any(name == field or name.startswith(field + ".") for field in self.fields)
        match self.action:
            case LockAction.ALL:
                return True
            case LockAction.INCLUDE:
                return named
            case LockAction.EXCLUDE:
                return not named


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


def read_structure(data: bytes) -> PdfStructure:
    """Find everything in a PDF that verification needs.

    Raises:
        InputError: ``NOT_A_PDF``, ``ENCRYPTED_PDF``, ``MALFORMED_PDF``.
    """
    try:
        with open_pdf(data) as pdf:
            found = tuple(_order(_find_signatures(pdf, data)))
            store = read_store(pdf)
            warnings = tuple(sorted(warnings_of(pdf)))
    except InputError:
        raise
    except Exception as exc:  # boundary: reading objects lazily meets the same damage as opening
        raise InputError(ErrorCode.MALFORMED_PDF, f"the PDF is damaged: {type(exc).__name__}") from exc
    if not found and b"/ByteRange" in data:
        found = (_unreadable(),)
    return PdfStructure(signatures=found, store=store, warnings=warnings)


def _unreadable() -> FoundSignature:
    """A signature of which only the traces are left."""
    return FoundSignature(
        field="",
        object_id=(0, 0),
        kind=SignatureKind.SIGNATURE,
        sub_filter="",
        problem=ByteRangeProblem.MISSING,
        byte_range=(),
        contents=b"",
        certificates=(),
        claimed_time=None,
        permissions=None,
        is_certification=False,
        locks=(),
    )


def _order(found: Iterator[FoundSignature]) -> list[FoundSignature]:
    return sorted(found, key=lambda s: (s.problem is not None, s.covered_end, s.field))


def _find_signatures(pdf: pikepdf.Pdf, data: bytes) -> Iterator[FoundSignature]:
    seen: set[tuple[int, int]] = set()
    loose: list[pikepdf.Object] = []
    for item in pdf.objects:
        if not isinstance(item, pikepdf.Dictionary):
            continue
        value = item.get("/V")
        if value is not None and (is_signature_dictionary(value) or _inherited(item, "/FT") == pikepdf.Name.Sig):
            number = value.objgen if isinstance(value, pikepdf.Dictionary) else (0, 0)
            if number == (0, 0) or number not in seen:
                seen.add(number)
                yield _read_signature(pdf, data, value=value, field=item)
        elif is_signature_dictionary(item):
            loose.append(item)
    for item in loose:
        if item.objgen not in seen:
            yield _read_signature(pdf, data, value=item, field=None)


def is_signature_dictionary(value: object) -> bool:
    """Tell whether a PDF object is a signature dictionary by its own entries."""
    return isinstance(value, pikepdf.Dictionary) and "/ByteRange" in value and "/Contents" in value


def _inherited(field: pikepdf.Object, key: str) -> pikepdf.Object | None:
    node: pikepdf.Object | None = field
    for _ in range(_MAX_FIELD_DEPTH):
        if not isinstance(node, pikepdf.Dictionary):
            return None
        if key in node:
            return node[key]
        node = node.get("/Parent")
    return None


def field_name(field: pikepdf.Object) -> str:
    """Return the fully qualified name. Source: ISO 32000-2 §12.7.4.2."""
    parts: list[str] = []
    node: pikepdf.Object | None = field
    for _ in range(_MAX_FIELD_DEPTH):
        if not isinstance(node, pikepdf.Dictionary):
            break
        if isinstance(node.get("/T"), pikepdf.String):
            parts.append(str(node["/T"]))
        node = node.get("/Parent")
    return ".".join(reversed(parts))


def _read_signature(
    pdf: pikepdf.Pdf, data: bytes, *, value: pikepdf.Object, field: pikepdf.Object | None
) -> FoundSignature:
    name = field_name(field) if field is not None else ""
    if not isinstance(value, pikepdf.Dictionary):
        return replace(_unreadable(), field=name)
    sub_filter = _name(value.get("/SubFilter"))
    is_timestamp = sub_filter == "/ETSI.RFC3161" or value.get("/Type") == pikepdf.Name("/DocTimeStamp")
    byte_range = _integers(value.get("/ByteRange"))
    contents = _string(value.get("/Contents"))
    problem, gap = _check_byte_range(data, byte_range)
    if problem is None and not pdf.is_encrypted and gap.rstrip(b"\0") != contents.rstrip(b"\0"):
        problem = ByteRangeProblem.NOT_AROUND_CONTENTS
    permissions, is_certification, locks = _restrictions(value, field)
    return FoundSignature(
        field=name,
        object_id=value.objgen,
        kind=SignatureKind.DOCUMENT_TIMESTAMP if is_timestamp else SignatureKind.SIGNATURE,
        sub_filter=sub_filter,
        problem=problem,
        byte_range=byte_range,
        contents=gap or contents,
        certificates=_certificates(value.get("/Cert")),
        claimed_time=parse_pdf_date(_string(value.get("/M")).decode("latin-1")),
        permissions=permissions,
        is_certification=is_certification,
        locks=locks,
    )


def _check_byte_range(data: bytes, byte_range: tuple[int, ...]) -> tuple[ByteRangeProblem | None, bytes]:
    """Return what is wrong, and the bytes written in the gap (decoded)."""
    if not byte_range:
        return ByteRangeProblem.MISSING, b""
    if not _is_well_formed(byte_range):
        return ByteRangeProblem.MALFORMED, b""
    _, first_end, second_start, second_length = byte_range
    if second_start + second_length > len(data):
        return ByteRangeProblem.OUTSIDE_FILE, b""
    hexadecimal = _HEX_STRING.fullmatch(data, first_end, second_start)
    if hexadecimal is None:
        return ByteRangeProblem.NOT_AROUND_CONTENTS, b""
    digits = hexadecimal.group(1).translate(None, _WHITE_SPACE)
    gap = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    end = second_start + second_length
    # ISO 32000-2 §12.8.1: the whole revision; anything less leaves room for a second meaning of the same bytes
    if not data[max(0, end - _TRAILER_WINDOW_BYTES) : end].rstrip(_WHITE_SPACE).endswith(b"%%EOF"):
        return ByteRangeProblem.NOT_WHOLE_REVISION, gap
    return None, gap


def _is_well_formed(byte_range: tuple[int, ...]) -> bool:
    return (
        len(byte_range) == _BYTE_RANGE_LENGTH
        and byte_range[0] == 0
        and min(byte_range) >= 0
        and byte_range[1] < byte_range[2]
    )


def _restrictions(
    value: pikepdf.Object, field: pikepdf.Object | None
) -> tuple[int | None, bool, tuple[FieldLock, ...]]:
    levels: list[int] = []
    locks: list[FieldLock] = []
    is_certification = False
    references = value.get("/Reference")
    for reference in references if isinstance(references, pikepdf.Array) else ():
        if not isinstance(reference, pikepdf.Dictionary):
            continue
        parameters = reference.get("/TransformParams")
        method = _name(reference.get("/TransformMethod"))
        if method == "/DocMDP":
            is_certification = True
            levels.append(_permission(parameters))
        elif method == "/FieldMDP":
            locks.append(_lock(parameters))
    own_lock = _inherited(field, "/Lock") if field is not None else None
    if isinstance(own_lock, pikepdf.Dictionary):
        locks.append(_lock(own_lock))
        if "/P" in own_lock:
            levels.append(_permission(own_lock))
    return (min(levels) if levels else None), is_certification, tuple(locks)


def _permission(parameters: pikepdf.Object | None) -> int:
    """ISO 32000-2 Table 257: 1 to 3, 2 by default; what cannot be read counts as the strictest."""
    if not isinstance(parameters, pikepdf.Dictionary):
        return 2
    value = parameters.get("/P", 2)
    return int(value) if isinstance(value, int) and int(value) in {1, 2, 3} else 1


def _lock(parameters: pikepdf.Object | None) -> FieldLock:
    if not isinstance(parameters, pikepdf.Dictionary):
        return FieldLock(action=LockAction.ALL, fields=())
    try:
        action = LockAction(_name(parameters.get("/Action")).removeprefix("/"))
    except ValueError:
        return FieldLock(action=LockAction.ALL, fields=())
    fields = parameters.get("/Fields")
    names = fields if isinstance(fields, pikepdf.Array) else ()
    return FieldLock(action=action, fields=tuple(str(name) for name in names if isinstance(name, pikepdf.String)))


def _name(value: object) -> str:
    return str(value) if isinstance(value, pikepdf.Name) else ""


def _string(value: object) -> bytes:
    return bytes(value) if isinstance(value, pikepdf.String) else b""


def _integers(value: object) -> tuple[int, ...]:
    if not isinstance(value, pikepdf.Array):
        return ()
    items: list[object] = list(value)
    numbers = [item for item in items if isinstance(item, int)]
    return tuple(numbers) if len(numbers) == len(items) else ()


def _certificates(value: object) -> tuple[bytes, ...]:
    if isinstance(value, pikepdf.Array):
        return tuple(_string(item) for item in value)
    return (_string(value),) if isinstance(value, pikepdf.String) else ()
