"""One state of a plain file: its objects, with references followed and streams decoded.

Source: ISO 32000-2 §7.3.8, §7.3.10.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from functools import cached_property

from vnsign.pdf.opening import MAX_STREAM_BYTES
from vnsign.pdf.reading.plain.layout import Object, PlainPdf
from vnsign.pdf.reading.plain.syntax import NotPlain, Reference, Value

_Objects = Mapping[int, Object]
#: A page's own, or of a node above it. Source: ISO 32000-2 Table 31.
_NEEDED_BY_PAGES = ("/MediaBox", "/Resources")


class PlainReader:
    """Objects of one state of a file, with their references followed."""

    def __init__(self, pdf: PlainPdf, objects: _Objects) -> None:
        self.data = pdf.data
        self.root = pdf.root
        self.objects = objects

    def dictionary(self, number: int) -> dict[str, Value]:
        """Return a dictionary that is no stream's.

        Raises:
            NotPlain: There is none of this number, or it is not spelled in the plainest way.
        """
        found = self.objects.get(number)
        value = None if found is None or found.stream is not None else found.value(self.data)
        if not isinstance(value, dict):
            raise NotPlain
        return value

    @cached_property
    def pages(self) -> tuple[int, ...]:
        """Object numbers of the pages, in a tree that needs no repair: others are refused or mended by other readers.

        Raises:
            NotPlain: It is not.
        """
        pages: list[int] = []
        seen: set[int] = set()
        catalog = self.dictionary(self.root)
        if catalog.get("/Type") != "/Catalog":
            raise NotPlain
        pending: list[tuple[Value | None, Reference | None, tuple[str, ...]]]
        pending = [(catalog.get("/Pages"), None, _NEEDED_BY_PAGES)]
        while pending:
            place, parent, lacking = pending.pop()
            if not isinstance(place, Reference) or place.generation or place.number in seen:
                raise NotPlain
            seen.add(place.number)
            node = self.dictionary(place.number)
            if node.get("/Parent") != parent:
                raise NotPlain
            lacking = tuple(key for key in lacking if key not in node)
            if "/Kids" in node:
                kids = node["/Kids"]
                if not isinstance(kids, list) or not kids or node.get("/Type") != "/Pages":
                    raise NotPlain
                pending.extend((kid, place, lacking) for kid in reversed(kids))
            elif lacking or node.get("/Type") != "/Page":
                raise NotPlain
            else:
                pages.append(place.number)
        return tuple(pages)

    def follow(self, value: Value | None) -> Value | None:
        """Return what a reference leads to, a stream not being anything here; anything else as it is."""
        if not isinstance(value, Reference):
            return value
        found = self.objects.get(value.number)
        if found is None or value.generation or found.stream is not None:
            raise NotPlain
        followed = found.value(self.data)
        if isinstance(followed, Reference):
            raise NotPlain
        return followed

    def stream(self, value: Value) -> bytes:
        """Return the decoded data of the stream that a reference leads to.

        Raises:
            NotPlain: It is no stream, or encoded in another way than plain deflate.
        """
        found = self.objects.get(value.number) if isinstance(value, Reference) else None
        if found is None or found.stream is None:
            raise NotPlain
        dictionary = found.value(self.data)
        raw = self.data[slice(*found.stream)]
        if not isinstance(dictionary, dict) or "/DecodeParms" in dictionary or "/F" in dictionary:
            raise NotPlain
        coding = dictionary.get("/Filter")
        if coding is None:
            return raw
        if coding != "/FlateDecode":
            raise NotPlain
        inflater = zlib.decompressobj()
        try:
            inflated = inflater.decompress(raw, MAX_STREAM_BYTES)
        except zlib.error as exc:
            raise NotPlain from exc
        if inflater.unconsumed_tail:
            raise NotPlain
        return inflated


def state_of(pdf: PlainPdf, revisions: int | None = None) -> PlainReader:
    """Return the file as it stands after so many revisions (None: after all), read once for everybody who asks."""
    count = len(pdf.revisions) if revisions is None else revisions
    if count not in pdf.states:
        pdf.states[count] = PlainReader(pdf, pdf.objects(count))
    state: PlainReader = pdf.states[count]
    return state


def has_plain_store(pdf: PlainPdf, end: int) -> bool:
    """Tell whether the revision that ends at ``end`` has a document security store.

    Raises:
        NotPlain: No revision ends there.
    """
    reader = state_of(pdf, pdf.revisions_until(end))
    return isinstance(reader.follow(reader.dictionary(pdf.root).get("/DSS")), dict)
