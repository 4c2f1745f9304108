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
from binascii import unhexlify
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pikepdf

from vnsign.errors import ErrorCode, InputError
from vnsign.pdf.dates import parse_pdf_date
from vnsign.pdf.reading.opened import OpenedPdf, PdfBytes, occurrences
from vnsign.pdf.reading.plain.structure import read_plain_structure
from vnsign.pdf.reading.plain.syntax import NotPlain
from vnsign.pdf.reading.restrictions import MAX_FIELD_DEPTH, inherited, name_of, read_restrictions
from vnsign.pdf.reading.security_store import SecurityStore, read_store
from vnsign.pdf.reading.signature_dictionaries import (
    TRAILER_WINDOW_BYTES,
    ByteRangeProblem,
    FoundSignature,
    PdfStructure,
    SignatureKind,
    is_whole_revision,
    ordered,
)

__all__ = [
    "ByteRangeProblem",
    "FoundSignature",
    "PdfStructure",
    "SignatureKind",
    "field_name",
    "is_signature_dictionary",
    "read_structure",
    "structure_of",
]

#: What bytes appended to a signed file can do to it.
_MAY_COME_LATER = frozenset({ErrorCode.MALFORMED_PDF, ErrorCode.ENCRYPTED_PDF})
_MAX_NESTING = 8
_DIRECT = (0, 0)
_BYTE_RANGE_LENGTH = 4
#: An end of file marker and the line end after it, both within what a signature covers.
_REVISION_END = re.compile(rb"%%EOF(?:\r\n|\r|\n)?")
_MAX_EARLIER_REVISIONS = 20
_MAX_EARLIER_BYTES = 256 * 1024 * 1024
_WHITE_SPACE = b"\x00\t\n\f\r "


def read_structure(data: bytes) -> PdfStructure:
    """Find everything in a PDF that verification needs. See :func:`structure_of`."""
    with OpenedPdf(data) as file:
        return structure_of(file)


def structure_of(file: OpenedPdf) -> PdfStructure:
    """Find everything in a PDF that verification needs.

    Raises:
        InputError: ``NOT_A_PDF``, ``ENCRYPTED_PDF``, ``MALFORMED_PDF``.
    """
    if (plain := file.plain) is not None:
        with suppress(NotPlain):
            return read_plain_structure(plain)
    mentioned = occurrences(file.data, b"/ByteRange")
    try:
        structure = _read(file, mentioned)
    except InputError as exc:
        # what was appended may be unreadable, or say that a password is needed; the revisions before it are not
        if exc.code not in _MAY_COME_LATER or not (earlier := _earlier_signatures(file, known=())):
            raise
        return PdfStructure(signatures=earlier, store=SecurityStore(), warnings=(exc.message,))
    found = structure.signatures
    if mentioned > len(found):
        found = ordered((*found, *_earlier_signatures(file, known=found)))
    if not found and mentioned:
        found = (_unreadable(),)
    return replace(structure, signatures=found)


def _read(file: OpenedPdf, mentioned: int) -> PdfStructure:
    try:
        found = ordered(_once_each(_find_signatures(file.until(), file.data, mentioned)))
        return PdfStructure(signatures=found, store=read_store(file.until()), warnings=tuple(sorted(file.warnings())))
    except InputError:
        raise
    except Exception as exc:  # boundary: reading objects lazily meets the same damage as opening
        raise InputError(ErrorCode.MALFORMED_PDF, f"the PDF is damaged: {type(exc).__name__}") from exc


def _earlier_signatures(file: OpenedPdf, *, known: tuple[FoundSignature, ...]) -> tuple[FoundSignature, ...]:
    """Return signatures of earlier revisions that the last one does not lead to any more.

    Only those in order: what only looks like one (in a PDF within a PDF) covers no revision of this file.
    """
    data = file.buffer()
    ends = [match.end() for match in _REVISION_END.finditer(data)]
    seen = {signature.byte_range for signature in known}
    found: list[FoundSignature] = []
    budget = _MAX_EARLIER_BYTES
    first = data.find(b"/ByteRange")
    for end in reversed(ends[-_MAX_EARLIER_REVISIONS:]):
        budget -= end
        if end == len(data) or not 0 <= first < end or budget < 0:
            continue
        try:
            with OpenedPdf(data[:end]) as before:
                earlier = _read(before, occurrences(before.data, b"/ByteRange"))
        except InputError:
            continue
        for signature in earlier.signatures:
            if signature.problem is None and signature.byte_range not in seen:
                seen.add(signature.byte_range)
                found.append(signature)
    return ordered(found)


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


def _once_each(found: Iterator[FoundSignature]) -> Iterator[FoundSignature]:
    """Two dictionaries around the same bytes are one signature; the one that a field holds has a name."""
    by_range: dict[tuple[int, ...], FoundSignature] = {}
    for signature in found:
        if signature.problem is not None:
            yield signature
        elif signature.byte_range not in by_range or not by_range[signature.byte_range].field:
            by_range[signature.byte_range] = signature
    yield from by_range.values()


def _find_signatures(pdf: pikepdf.Pdf, data: PdfBytes, mentioned: int) -> Iterator[FoundSignature]:
    seen: set[tuple[int, int]] = set()
    loose: list[pikepdf.Object] = []
    for item in pdf.objects:
        if not isinstance(item, pikepdf.Dictionary):
            continue
        if _holds_signature(item):
            number = _number(item["/V"])
            if number == _DIRECT or number not in seen:
                seen.add(number)
                yield _read_signature(pdf, data, value=item["/V"], field=item)
        elif is_signature_dictionary(item):
            loose.append(item)
    orphans = {item.objgen for item in loose} - seen
    if orphans or mentioned > len(seen):
        yield from _nested_signatures(pdf, data, seen)
    for item in loose:
        if item.objgen in orphans and item.objgen not in seen:
            yield _read_signature(pdf, data, value=item, field=None)


def _nested_signatures(pdf: pikepdf.Pdf, data: PdfBytes, seen: set[tuple[int, int]]) -> Iterator[FoundSignature]:
    """Dictionaries written inside others: fields within /Fields or /Annots, signatures within /Perms."""
    for item in pdf.objects:
        for inner in _nested(item, depth=0):
            if _holds_signature(inner) and _number(inner["/V"]) not in seen - {_DIRECT}:
                seen.add(_number(inner["/V"]))
                yield _read_signature(pdf, data, value=inner["/V"], field=inner)
            elif is_signature_dictionary(inner) and "/V" not in item:
                yield _read_signature(pdf, data, value=inner, field=None)


def _holds_signature(item: pikepdf.Object) -> bool:
    value = item.get("/V")
    return value is not None and (is_signature_dictionary(value) or inherited(item, "/FT") == pikepdf.Name.Sig)


def _number(value: object) -> tuple[int, int]:
    return value.objgen if isinstance(value, pikepdf.Dictionary) else _DIRECT


def _nested(item: object, *, depth: int) -> Iterator[pikepdf.Object]:
    """Dictionaries written inside an object, not those it refers to."""
    if depth > _MAX_NESTING:
        return
    direct: list[object] = []
    if isinstance(item, pikepdf.Array):
        direct = list(item)
    elif isinstance(item, pikepdf.Dictionary):
        direct = [item[key] for key in item.keys()]  # noqa: SIM118 — a PDF dictionary iterates like this only
    for child in direct:
        if isinstance(child, pikepdf.Dictionary | pikepdf.Array) and not child.is_indirect:
            if isinstance(child, pikepdf.Dictionary):
                yield child
            yield from _nested(child, depth=depth + 1)


def is_signature_dictionary(value: object) -> bool:
    """Tell whether a PDF object is a signature dictionary by its own entries."""
    return isinstance(value, pikepdf.Dictionary) and "/ByteRange" in value and "/Contents" in value


def field_name(field: pikepdf.Object) -> str:
    """Return the fully qualified name. Source: ISO 32000-2 §12.7.4.2."""
    parts: list[str] = []
    node: pikepdf.Object | None = field
    for _ in range(MAX_FIELD_DEPTH):
        if not isinstance(node, pikepdf.Dictionary):
            break
        if isinstance(node.get("/T"), pikepdf.String):
            parts.append(str(node["/T"]))
        node = node.get("/Parent")
    return ".".join(reversed(parts))


def _read_signature(
    pdf: pikepdf.Pdf, data: PdfBytes, *, value: pikepdf.Object, field: pikepdf.Object | None
) -> FoundSignature:
    name = field_name(field) if field is not None else ""
    if not isinstance(value, pikepdf.Dictionary):
        return replace(_unreadable(), field=name)
    sub_filter = name_of(value.get("/SubFilter"))
    is_timestamp = sub_filter == "/ETSI.RFC3161" or value.get("/Type") == pikepdf.Name("/DocTimeStamp")
    byte_range = _integers(value.get("/ByteRange"))
    contents = _string(value.get("/Contents"))
    problem, gap = _check_byte_range(data, byte_range)
    if problem is None and not pdf.is_encrypted and gap.rstrip(b"\0") != contents.rstrip(b"\0"):
        problem = ByteRangeProblem.NOT_AROUND_CONTENTS
    permissions, is_certification, locks = read_restrictions(value, field)
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


def _check_byte_range(data: PdfBytes, byte_range: tuple[int, ...]) -> tuple[ByteRangeProblem | None, bytes]:
    """Return what is wrong, and the bytes written in the gap (decoded)."""
    if not byte_range:
        return ByteRangeProblem.MISSING, b""
    if not _is_well_formed(byte_range):
        return ByteRangeProblem.MALFORMED, b""
    _, first_end, second_start, second_length = byte_range
    if second_start + second_length > len(data):
        return ByteRangeProblem.OUTSIDE_FILE, b""
    gap = _hexadecimal(data[first_end:second_start])
    if gap is None:
        return ByteRangeProblem.NOT_AROUND_CONTENTS, b""
    end = second_start + second_length
    if not is_whole_revision(data[max(0, end - TRAILER_WINDOW_BYTES) : end]):
        return ByteRangeProblem.NOT_WHOLE_REVISION, gap
    return None, gap


def _hexadecimal(spelled: bytes) -> bytes | None:
    digits = spelled[1:-1].translate(None, _WHITE_SPACE)
    is_string = len(spelled) > 1 and spelled[:1] == b"<" and spelled[-1:] == b">"
    try:
        return unhexlify(digits + b"0" * (len(digits) % 2)) if is_string else None
    except ValueError:
        return None


def _is_well_formed(byte_range: tuple[int, ...]) -> bool:
    return (
        len(byte_range) == _BYTE_RANGE_LENGTH
        and byte_range[0] == 0
        and min(byte_range) >= 0
        and byte_range[1] < byte_range[2]
    )


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
