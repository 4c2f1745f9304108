"""One increment in the making: objects changed and added, written after the last byte of a PDF.

The file is read by qpdf (in C++, only where asked); what is written is built here, byte by byte, and holds what was
asked for and nothing else: no metadata, no dates, no name of this program.

Invariants:
    - Not a byte of the PDF is touched; the increment begins after its last one.
    - New objects have numbers that the file never used.
    - What refers to an object that neither the file nor the increment holds is never written.

What it does not do: judge whether an increment breaks an earlier signature (see vnsign.wiring.second_look).

Source: ISO 32000-2 §7.5.6 (incremental updates), §12.8.1 (ByteRange), Table 22 (permission bits).
"""

from __future__ import annotations

import copy
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Object, Stream

from vnsign.errors import ErrorCode, InputError, UsageError, VnsignError
from vnsign.pdf.opening import ObjectId, silence_reader, warnings_of, without_stream_name
from vnsign.pdf.reading.pages import page_nodes
from vnsign.pdf.source import AppendedSource, PdfSource, hash_of
from vnsign.pdf.writing import cross_reference
from vnsign.pdf.writing.cross_reference import SECTION_KEYS, Ending, read_ending
from vnsign.pdf.writing.encryption import ObjectCipher

#: Numbers that a trailer reserves beyond the objects there are; more is a lie that would cost memory.
_MAX_UNUSED_NUMBERS = 100_000
_REFERENCE = re.compile(rb"(?<!\d)(\d{1,10}) \d{1,5} R\b")
_REPAIRED = re.compile(r"reconstruct|damaged|can't find startxref", re.IGNORECASE)
_BYTE_RANGE_DIGITS = 12
_BYTE_RANGE_ROOM = len("[0   ]") + 3 * _BYTE_RANGE_DIGITS
#: What the PDF library lets out on odd files.
_FOREIGN_ERRORS = (
    pikepdf.PdfError,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    NotImplementedError,
    ArithmeticError,
    RuntimeError,
)


@contextmanager
def translated(action: str) -> Iterator[None]:
    """Turn whatever the PDF library lets out into our error; ours pass through.

    Raises:
        InputError: MALFORMED_PDF.
    """
    try:
        yield
    except VnsignError:
        raise
    except _FOREIGN_ERRORS as exc:
        detail = str(exc) or type(exc).__name__
        raise InputError(
            ErrorCode.MALFORMED_PDF, f"{action} failed: {detail}", way_out="export the PDF again with another program"
        ) from exc


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A PDF that waits for its CMS.

    Attributes:
        base: The PDF before.
        increment: What follows it, the gap filled with zeros.
        digest: Over everything but the gap, by the hash asked for.
        start: Where in the increment the first hex digit of the gap stands.
        room_bytes: How many bytes of CMS fit.
    """

    base: PdfSource
    increment: bytes
    digest: bytes
    start: int
    room_bytes: int

    def filled(self, cms: bytes) -> AppendedSource:
        """Return the signed PDF; ``cms`` must fit."""
        end = self.start + 2 * len(cms)
        parts = (self.increment[: self.start], cms.hex().encode("ascii"), self.increment[end:])
        return AppendedSource(self.base, b"".join(parts))


class PdfUpdate:
    """An open PDF and what is to be appended to it.

    Attributes:
        pdf: The file, read lazily; changing its objects is not enough, they must be named to :meth:`touch`.
    """

    def __init__(self, source: PdfSource, pdf: pikepdf.Pdf, ending: Ending) -> None:
        self.source = source
        self.pdf = pdf
        self._ending = ending
        self._cipher = ObjectCipher(pdf) if pdf.is_encrypted else None
        self._written: dict[ObjectId, Object] = {}
        self._size = int(pdf.trailer["/Size"])
        self._first_new = 0
        self._first_unknown = 0

    @property
    def root(self) -> Object:
        """Return the document catalog."""
        return self.pdf.Root

    def touch(self, changed: Object) -> None:
        """Write ``changed`` again; a direct object cannot be, its owner must be named."""
        number = changed.objgen
        if number == (0, 0) or (number not in self._written and self._first_new and number[0] >= self._first_new):
            raise InputError(
                ErrorCode.MALFORMED_PDF,
                "an object of the PDF stands where readers do not agree on it",
                way_out="export the PDF again with another program",
            )
        self._written[number] = changed

    def add(self, value: Object) -> Object:
        """Give a new object a number of its own and return its reference."""
        self._reserve()
        known = value if value.is_indirect else self.pdf.make_indirect(value)
        self._written[known.objgen] = known
        return known

    def stream(self, data: bytes, entries: Dictionary) -> Object:
        """Add a stream; ``data`` is written as it is, so name its filter in ``entries``."""
        self._reserve()
        return self.add(Stream(self.pdf, data, entries))

    def page(self, index: int) -> Object:
        """Return a page's dictionary.

        Raises:
            UsageError: BAD_ARGUMENT if there is no such page.
        """
        self._reserve()
        with translated("reading the page"):
            # not pdf.pages: it gives inherited attributes to every page, as new objects that the file does not have
            pages = [node for node in page_nodes(self.pdf) if "/Kids" not in node]
            if not 0 <= index < len(pages):
                raise UsageError(ErrorCode.BAD_ARGUMENT, f"page {index + 1} does not exist ({len(pages)} pages)")
            return pages[index]

    def append_to(self, owner: Object, key: str, item: Object) -> None:
        """Append to an array entry, which is made if absent; whatever owns the array is written again."""
        array = owner.get(key)
        if not isinstance(array, Array):
            owner[key] = Array([item])
            self.touch(owner)
            return
        array.append(item)
        self.touch(array if array.is_indirect else owner)

    def finish(self) -> AppendedSource:
        """Return the PDF with the increment appended."""
        increment, _ = self._increment(gap=None, room_bytes=0)
        return AppendedSource(self.source, increment)

    def finish_with_gap(self, signature: Object, *, room_bytes: int, hash_name: str) -> Gap:
        """Return the increment with /ByteRange and an empty /Contents added to the dictionary ``signature``."""
        increment, gap_end = self._increment(gap=signature.objgen, room_bytes=room_bytes)
        opening = gap_end - 2 * room_bytes - len(b"<>")
        before, total = self.source.size + opening, self.source.size + len(increment)
        after = self.source.size + gap_end
        spelled = b"[0 %d %d %d]" % (before, after, total - after)
        mark = increment.rindex(b"/ByteRange ", 0, opening) + len(b"/ByteRange ")
        ready = b"".join((increment[:mark], spelled.ljust(_BYTE_RANGE_ROOM), increment[mark + _BYTE_RANGE_ROOM :]))
        digest = hash_of(self.source, hash_name)
        digest.update(ready[:opening])
        digest.update(ready[gap_end:])
        return Gap(base=self.source, increment=ready, digest=digest.digest(), start=opening + 1, room_bytes=room_bytes)

    def _reserve(self) -> None:
        """Make sure that new numbers lie beyond every number the file ever spoke of."""
        if self._first_new:
            return
        number = self.pdf.make_indirect(Dictionary()).objgen[0]
        self._first_unknown = number
        if self._size - number > _MAX_UNUSED_NUMBERS:
            raise InputError(ErrorCode.MALFORMED_PDF, f"the PDF claims to have {self._size:,} objects")
        while number + 1 < self._size:
            number = self.pdf.make_indirect(Dictionary()).objgen[0]
        self._first_new = number + 1

    def _increment(self, *, gap: ObjectId | None, room_bytes: int) -> tuple[bytes, int]:
        """Return the increment and, if there is a gap, where it ends."""
        self._reserve()
        parts = [] if self._ending.ends_line else [b"\n"]
        position = self.source.size + sum(map(len, parts))
        offsets: dict[ObjectId, int] = {}
        gap_end = 0
        for number, value in self._written.items():
            body = self._body(number, value)
            if number == gap:
                body = body[: -len(b">>")] + b"/ByteRange " + b" " * _BYTE_RANGE_ROOM
                body += b" /Contents <" + b"0" * (2 * room_bytes) + b">"
                gap_end = position - self.source.size + len(b"%d %d obj\n" % number) + len(body)
                body += b" >>"
            offsets[number] = position
            parts.append(b"%d %d obj\n%s\nendobj\n" % (*number, body))
            position += len(parts[-1])
        parts.append(self._section(offsets, b"".join(parts), at=position))
        return b"".join(parts), gap_end

    def _body(self, number: ObjectId, value: Object) -> bytes:
        if isinstance(value, Stream):
            data = value.read_raw_bytes()
            entries: Object = value.stream_dict
            if self._cipher is not None:
                entries, data = self._cipher.encrypted(entries, number), self._cipher.stream_data(data, number)
            entries = copy.copy(entries)
            entries["/Length"] = len(data)
            body = self._spelled(entries) + b"\nstream\n"
            return body + data + b"\nendstream"
        return self._spelled(self._cipher.encrypted(value, number) if self._cipher is not None else value)

    def _spelled(self, value: Object) -> bytes:
        spelled = value.unparse(resolved=True)
        for match in _REFERENCE.finditer(spelled):
            number = int(match.group(1))
            if number >= self._first_unknown and (number, 0) not in self._written:
                raise InputError(
                    ErrorCode.MALFORMED_PDF,
                    f"the PDF refers to object {number}, which it does not have",
                    way_out="export the PDF again with another program",
                )
        return spelled

    def _section(self, offsets: dict[ObjectId, int], written: bytes, *, at: int) -> bytes:
        trailer = copy.copy(self.pdf.trailer)
        ids = trailer.get("/ID")
        new_id = hashlib.sha256(written).digest()[:16]
        first_id = bytes(ids[0]) if isinstance(ids, Array) and len(ids) else new_id
        for key in SECTION_KEYS.intersection(trailer.keys()):
            del trailer[key]
        size = max([self._first_new, *(number + 1 for number, _ in self._written)])
        trailer["/Size"] = size + self._ending.is_stream
        trailer["/Prev"] = self._ending.previous
        trailer["/ID"] = Array([pikepdf.String(first_id), pikepdf.String(new_id)])
        spelled = trailer.unparse(resolved=True)
        if self._ending.is_stream:
            return cross_reference.stream(offsets, spelled, at=at, number=size)
        return cross_reference.table(offsets, spelled, at=at)


@contextmanager
def open_for_update(source: PdfSource) -> Iterator[PdfUpdate]:
    """Open a PDF to append to it.

    Raises:
        InputError: NOT_A_PDF, MALFORMED_PDF, ENCRYPTED_PDF, or SIGNING_FORBIDDEN by its permission bits.
    """
    silence_reader()
    ending = read_ending(source)
    with source.open() as stream:
        try:
            # attributes pushed to pages would be objects that the file does not have
            pdf = pikepdf.open(stream, suppress_warnings=True, inherit_page_attributes=False)
        except pikepdf.PasswordError as exc:
            raise InputError(ErrorCode.ENCRYPTED_PDF, "the PDF needs a password", way_out="decrypt it first") from exc
        except Exception as exc:  # boundary: the PDF library reports damage in several unrelated classes
            reason = without_stream_name(str(exc))
            if "unsupported encryption" in reason:
                raise InputError(
                    ErrorCode.ENCRYPTED_PDF, "the PDF is encrypted for certificates", way_out="decrypt it first"
                ) from exc
            raise InputError(
                ErrorCode.MALFORMED_PDF,
                f"the PDF is damaged and cannot be read: {reason}",
                way_out="export the PDF again with another program",
            ) from exc
        with pdf:
            with translated("reading the PDF"):
                _require_whole(pdf)
                _require_permission(pdf)
                update = PdfUpdate(source, pdf, ending)
            yield update


def _require_whole(pdf: pikepdf.Pdf) -> None:
    if not isinstance(pdf.Root.get("/Pages"), Dictionary):
        raise InputError(ErrorCode.MALFORMED_PDF, "the PDF has no pages")
    repaired = next((w for w in sorted(warnings_of(pdf)) if _REPAIRED.search(w)), None)
    if repaired is not None:
        raise InputError(
            ErrorCode.MALFORMED_PDF,
            f"the PDF is damaged: {repaired}",
            way_out="export the PDF again with another program",
        )


def require_field_permission(pdf: pikepdf.Pdf) -> None:
    """Refuse a new form field where the owner allows only to fill in those there are.

    Raises:
        InputError: SIGNING_FORBIDDEN.

    Source: ISO 32000-2 Table 22, bit 6: fields are created only if bit 4 is set too.
    """
    if not pdf.is_encrypted or pdf.owner_password_matched:
        return
    if not (pdf.allow.modify_other and pdf.allow.modify_annotation):
        raise InputError(
            ErrorCode.SIGNING_FORBIDDEN,
            "the PDF's permissions allow to fill in and sign its own fields only, not a new one",
            way_out="name one of its empty signature fields, or ask its author for an open copy",
        )


def _require_permission(pdf: pikepdf.Pdf) -> None:
    """Table 22: bit 4 modify, bit 6 annotate and fill in, bit 9 fill in. One of them must be granted to sign."""
    if not pdf.is_encrypted or pdf.owner_password_matched:
        return
    allowed = pdf.allow
    if not (allowed.modify_other or allowed.modify_annotation or allowed.modify_form):
        raise InputError(
            ErrorCode.SIGNING_FORBIDDEN,
            "the PDF's permissions forbid signing",
            way_out="ask its author for an open copy",
        )
