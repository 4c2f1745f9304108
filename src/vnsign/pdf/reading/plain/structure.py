"""The signatures and the security store of a file of the plainest kind.

Invariants:
    - What is returned equals what :func:`vnsign.pdf.reading.structure.structure_of` finds in the same file, field by
      field; wherever that is not plain to see, :class:`~vnsign.pdf.reading.plain.syntax.NotPlain` is raised.
    - Every ``/ByteRange`` in the file belongs to a signature that one field holds, and stands around its /Contents.

What it does not do: verify or judge anything.

Source: ISO 32000-2 §12.7.5.5, §12.8.1, §12.8.4.3.
"""

from __future__ import annotations

import re

import pikepdf

from vnsign.pdf.dates import parse_pdf_date
from vnsign.pdf.reading.plain.layout import PlainPdf
from vnsign.pdf.reading.plain.reader import PlainReader, state_of
from vnsign.pdf.reading.plain.syntax import HexString, NotPlain, Reference, Value
from vnsign.pdf.reading.restrictions import MAX_FIELD_DEPTH, FieldLock, LockAction
from vnsign.pdf.reading.security_store import SecurityStore
from vnsign.pdf.reading.signature_dictionaries import (
    TRAILER_WINDOW_BYTES,
    FoundSignature,
    PdfStructure,
    SignatureKind,
    is_whole_revision,
    ordered,
)

_VALUE = re.compile(rb"/V(?=[\x00\t\n\f\r ()<>\[\]/%])")
_BYTE_RANGE = b"/ByteRange"
_STORE_ARRAYS = ("/Certs", "/CRLs", "/OCSPs")
_SIGNATURE_KEYS = frozenset(
    {
        *("/Type", "/Filter", "/SubFilter", "/Contents", "/ByteRange", "/M", "/Name", "/Reason", "/Location"),
        *("/ContactInfo", "/Reference", "/Prop_Build", "/Prop_AuthTime", "/Prop_AuthType", "/R"),
    }
)


def read_plain_structure(pdf: PlainPdf) -> PdfStructure:
    """Find everything in a plain PDF that verification needs.

    Raises:
        NotPlain: Something about its signatures is not plain to see.
    """
    reader = state_of(pdf)
    _ = reader.pages  # a file whose pages need repair is read elsewhere
    signatures = _find_signatures(reader)
    # one that was written over, or is spoken of where no object is, is looked for elsewhere
    spoken_of = sum(pdf.data.find(_BYTE_RANGE, o.start, o.end) >= 0 for o in pdf.every_object())
    if spoken_of != len(signatures) or (not signatures and _BYTE_RANGE in pdf.data):
        raise NotPlain
    return PdfStructure(signatures=ordered(signatures), store=_read_store(reader, pdf.root), warnings=())


def _find_signatures(reader: PlainReader) -> list[FoundSignature]:
    data, held, written = reader.data, dict[int, FoundSignature](), set[int]()
    for number, item in sorted(reader.objects.items()):
        if item.stream is not None:
            continue
        if data.find(_BYTE_RANGE, item.start, item.end) >= 0:
            written.add(number)
        elif _VALUE.search(data, item.start, item.end) is not None:
            field = item.value(data)
            if not isinstance(field, dict):
                raise NotPlain
            value = field.get("/V")
            if isinstance(value, dict):
                raise NotPlain
            signature = reader.follow(value)
            if not isinstance(signature, dict):
                if (field.get("/FT") == "/Sig" and value is not None) or "/FT" not in field:
                    raise NotPlain
                continue
            if not isinstance(value, Reference) or value.number in held or field.get("/FT") != "/Sig":
                raise NotPlain
            held[value.number] = _read_signature(reader, value.number, value=signature, field=field)
    if held.keys() != written:
        raise NotPlain
    return list(held.values())


def _read_signature(
    reader: PlainReader, number: int, *, value: dict[str, Value], field: dict[str, Value]
) -> FoundSignature:
    contents, byte_range = value.get("/Contents"), value.get("/ByteRange")
    if not _SIGNATURE_KEYS.issuperset(value) or not isinstance(contents, HexString):
        raise NotPlain
    if not isinstance(byte_range, list) or len(byte_range) != 4:  # noqa: PLR2004 — two pieces
        raise NotPlain
    zero, first_end, second_start, second_length = (n if type(n) is int else -1 for n in byte_range)
    end = second_start + second_length
    is_around = zero == 0 and (first_end, second_start) == (contents.start, contents.end)
    if not is_around or second_length < 0 or end > len(reader.data) or not _ends_revision(reader.data, end):
        raise NotPlain
    kind, sub_filter = value.get("/Type"), value.get("/SubFilter")
    moment = value.get("/M", b"")
    if not isinstance(sub_filter, str) or not isinstance(kind, str) or not isinstance(moment, bytes):
        raise NotPlain
    is_timestamp = sub_filter == "/ETSI.RFC3161" or kind == "/DocTimeStamp"
    permissions, is_certification, locks = _restrictions(reader, value, field)
    return FoundSignature(
        field=_name_of(reader, field),
        object_id=(number, 0),
        kind=SignatureKind.DOCUMENT_TIMESTAMP if is_timestamp else SignatureKind.SIGNATURE,
        sub_filter=sub_filter,
        problem=None,
        byte_range=(zero, first_end, second_start, second_length),
        contents=bytes(contents),
        certificates=(),
        claimed_time=parse_pdf_date(moment.decode("latin-1")),
        permissions=permissions,
        is_certification=is_certification,
        locks=locks,
    )


def _ends_revision(data: bytes, end: int) -> bool:
    return is_whole_revision(data[max(0, end - TRAILER_WINDOW_BYTES) : end])


def text_of(value: Value | None) -> str:
    """Return a text string. Source: ISO 32000-2 §7.9.2."""
    if not isinstance(value, bytes):
        raise NotPlain
    return value.decode("ascii") if value.isascii() and value.isalnum() else str(pikepdf.String(bytes(value)))


def _name_of(reader: PlainReader, field: dict[str, Value]) -> str:
    parts: list[str] = []
    node: Value | None = field
    for _ in range(MAX_FIELD_DEPTH):
        if not isinstance(node, dict):
            break
        if "/T" in node:
            parts.append(text_of(node["/T"]))
        node = reader.follow(node.get("/Parent"))
    return ".".join(reversed(parts))


# ---------------------------------------------------------------- what a signature allows


def _restrictions(
    reader: PlainReader, value: dict[str, Value], field: dict[str, Value]
) -> tuple[int | None, bool, tuple[FieldLock, ...]]:
    """As :func:`vnsign.pdf.reading.restrictions.read_restrictions`."""
    levels: list[int] = []
    locks: list[FieldLock] = []
    is_certification = False
    references = reader.follow(value.get("/Reference", []))
    if not isinstance(references, list) or ("/Parent" in field and "/Lock" not in field):
        raise NotPlain
    for each in references:
        reference = reader.follow(each)
        if not isinstance(reference, dict):
            raise NotPlain
        parameters = reader.follow(reference.get("/TransformParams"))
        match reference.get("/TransformMethod"):
            case "/DocMDP":
                is_certification = True
                levels.append(_permission(parameters))
            case "/FieldMDP":
                locks.append(_lock(parameters))
            case _:
                raise NotPlain
    own = reader.follow(field.get("/Lock"))
    if own is not None:
        locks.append(_lock(own))
        if isinstance(own, dict) and "/P" in own:
            levels.append(_permission(own))
    return (min(levels) if levels else None), is_certification, tuple(locks)


def _permission(parameters: Value | None) -> int:
    level = parameters.get("/P", 2) if isinstance(parameters, dict) else None
    if type(level) is not int or level not in {1, 2, 3}:
        raise NotPlain
    return level


def _lock(parameters: Value | None) -> FieldLock:
    if not isinstance(parameters, dict):
        raise NotPlain
    action, fields = parameters.get("/Action"), parameters.get("/Fields", [])
    if not isinstance(action, str) or action[1:] not in set(LockAction) or not isinstance(fields, list):
        raise NotPlain
    return FieldLock(action=LockAction(action[1:]), fields=tuple(text_of(name) for name in fields))


# ---------------------------------------------------------------- the security store


def _read_store(reader: PlainReader, root: int) -> SecurityStore:
    """As :func:`vnsign.pdf.reading.security_store.read_store`; one with entries for each signature is read there."""
    store = reader.follow(reader.dictionary(root).get("/DSS"))
    if store is None:
        return SecurityStore()
    if not isinstance(store, dict) or "/VRI" in store:
        raise NotPlain
    certificates, crls, ocsps = (_streams(reader, store.get(key, [])) for key in _STORE_ARRAYS)
    return SecurityStore(certificates=certificates, crls=crls, ocsps=ocsps)


def _streams(reader: PlainReader, value: Value) -> tuple[bytes, ...]:
    array = reader.follow(value)
    if not isinstance(array, list):
        raise NotPlain
    read: dict[Value, bytes] = {}
    for item in array:
        if not isinstance(item, Reference):
            raise NotPlain
        if item not in read:
            read[item] = reader.stream(item)
    return tuple(read[item] for item in array if isinstance(item, Reference))
