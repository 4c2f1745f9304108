"""Forges PDFs as an attacker would: real increments written by hand, no library that means well in between."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

import pikepdf

ObjectBytes = Mapping[int, bytes]


def append_increment(pdf: bytes, objects: ObjectBytes, *, root: int | None = None) -> bytes:
    """Append an incremental update with a classic cross-reference table.

    Args:
        pdf: A PDF whose objects all have generation 0.
        objects: Object number to its body (what stands between ``obj`` and ``endobj``).
        root: Number of another catalog; None keeps it.
    """
    with pikepdf.open(BytesIO(pdf)) as old:
        catalog = root or old.Root.objgen[0]
        size = max(*(number for number, _ in old.get_xref_table()), *objects) + 1
        info = old.trailer.get("/Info")
        identifier = old.trailer["/ID"].unparse() if "/ID" in old.trailer else b"[<00><00>]"
    previous = int(pdf[pdf.rindex(b"startxref") + 9 :].split()[0])
    out = bytearray(pdf if pdf.endswith(b"\n") else pdf + b"\n")
    table = b""
    for number, body in sorted(objects.items()):
        table += b"%d 1\n%010d 00000 n \n" % (number, len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    extra = b" /Info %d 0 R" % info.objgen[0] if info is not None and info.is_indirect else b""
    out += b"xref\n" + table
    out += b"trailer\n<< /Size %d /Root %d 0 R /Prev %d /ID %s%s >>\n" % (size, catalog, previous, identifier, extra)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def next_number(pdf: bytes) -> int:
    """Return the first object number that is free."""
    with pikepdf.open(BytesIO(pdf)) as document:
        return max(number for number, _ in document.get_xref_table()) + 1


def number_of_field(pdf: bytes, name: str) -> int:
    """Return the object number of a field."""
    with pikepdf.open(BytesIO(pdf)) as document:
        return next(f.objgen[0] for f in document.Root.AcroForm.Fields if str(f.T) == name)


def number_of_look(pdf: bytes, name: str) -> int:
    """Return the object number of a field's normal appearance stream."""
    with pikepdf.open(BytesIO(pdf)) as document:
        return next(f.AP.N.objgen[0] for f in document.Root.AcroForm.Fields if str(f.T) == name)


def number_of_page(pdf: bytes) -> int:
    """Return the object number of the first page."""
    with pikepdf.open(BytesIO(pdf)) as document:
        return document.pages[0].obj.objgen[0]


def number_of_catalog(pdf: bytes) -> int:
    """Return the object number of the catalog."""
    with pikepdf.open(BytesIO(pdf)) as document:
        return document.Root.objgen[0]


def body_of(pdf: bytes, number: int, **changes: bytes | None) -> bytes:
    """Return an object's body with entries set (raw PDF syntax) or, with None, removed; ``AP`` stands for ``/AP``."""
    with pikepdf.open(BytesIO(pdf)) as document:
        item = document.get_object(number, 0)
        direct = item.stream_dict if isinstance(item, pikepdf.Stream) else item
        entries = {key: _spelled(direct, key) for key in direct.keys()}  # noqa: SIM118 — a PDF dictionary
        data = item.read_raw_bytes() if isinstance(item, pikepdf.Stream) else None
    for name, value in changes.items():
        if value is None:
            entries.pop(f"/{name}", None)
        else:
            entries[f"/{name}"] = value
    if data is not None:
        entries["/Length"] = b"%d" % len(data)
    spelled = b"<< " + b" ".join(key.encode() + b" " + value for key, value in entries.items()) + b" >>"
    return spelled if data is None else spelled + b"\nstream\n" + data + b"\nendstream"


def body_entry(pdf: bytes, number: int, key: str) -> bytes:
    """Return one entry of an object as it is spelled."""
    with pikepdf.open(BytesIO(pdf)) as document:
        return _spelled(document.get_object(number, 0), key)


def _spelled(dictionary: pikepdf.Object, key: str) -> bytes:
    raw: object = dictionary.get_raw(key)
    if isinstance(raw, pikepdf.Object):
        return raw.unparse()
    return str(raw).lower().encode()


def stream(data: bytes, entries: bytes = b"") -> bytes:
    """Return the body of a stream object."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), entries, data)


def look(pdf: bytes, field: str, content: bytes, *, entries: bytes = b"") -> bytes:
    """Return the body of an appearance stream for a field: its old box and fonts, new content."""
    with pikepdf.open(BytesIO(pdf)) as document:
        old = next(f.AP.N for f in document.Root.AcroForm.Fields if str(f.T) == field)
        box, resources = old.BBox.unparse(), old.Resources.unparse(resolved=True)
    return stream(content, b"/Type /XObject /Subtype /Form /BBox %s /Resources %s %s" % (box, resources, entries))


def text_of_look(pdf: bytes, field: str) -> bytes:
    """Return the content of a field's appearance stream."""
    with pikepdf.open(BytesIO(pdf)) as document:
        return next(f.AP.N.read_bytes() for f in document.Root.AcroForm.Fields if str(f.T) == field)
