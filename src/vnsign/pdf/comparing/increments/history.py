"""A plain file as a history: which revision wrote what, and who refers to whom.

Invariants:
    - Each revision's table names only what that revision wrote, so the newest of several objects stands last; each
      trailer after the first is spelled as :mod:`vnsign.pdf.comparing.appended` wants it.
    - Nothing but the objects looks like one: not in strings, and not in streams that came after the first revision.
    - Every object is parsed: one that does not end where it should goes on, for some readers, in what was appended.
      None is only a reference.
    - Every reference is spelled ``n 0 R``.
    So the strict look at appended bytes (:mod:`~vnsign.pdf.comparing.appended`, :mod:`~vnsign.pdf.comparing.spelling`)
    finds nothing odd in such a file.

What it does not do: judge. Anything else raises :class:`~vnsign.pdf.reading.plain.syntax.NotPlain`.

Source: ISO 32000-2 §7.3.10, §7.5.4, §7.5.5, §7.5.6.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from vnsign.pdf.comparing.appended import LINEARIZED_WINDOW_BYTES
from vnsign.pdf.comparing.increments.form import FlatField, flat_fields
from vnsign.pdf.comparing.spelling import without_strings
from vnsign.pdf.reading.plain.layout import Object, PlainPdf
from vnsign.pdf.reading.plain.reader import PlainReader, state_of
from vnsign.pdf.reading.plain.syntax import NotPlain, Reference

_WORD = b"obj"
_WORDS_PER_OBJECT = 2
_PREVIOUS = re.compile(rb"/Prev[\x00\t\n\f\r ]+\d{1,12}(?![\d.])")
_MAX_TRAILER_BYTES = 20_000
_BLANKS, _DIGITS, _ZERO = frozenset(b"\x00\t\n\f\r "), frozenset(b"0123456789"), ord("0")
_USUAL = b" 0 "
_MAX_DIGITS = 10


class History:
    """One plain file, looked at strictly once for all its signatures."""

    def __init__(self, pdf: PlainPdf) -> None:
        """Look.

        Raises:
            NotPlain: Readers may disagree about what some revision wrote, or it is not plain to see that they do not.
        """
        self.pdf = pdf
        if b"/Linearized" in pdf.data[:LINEARIZED_WINDOW_BYTES] or pdf.revision_ends() is None:
            raise NotPlain
        start = 0
        for revision in pdf.revisions:
            if min(revision.offsets.values(), default=start) < start:
                raise NotPlain  # it points at what another wrote
            start = revision.end
        for revision in pdf.revisions[1:]:
            _check_trailer(pdf.data[slice(*revision.spelled)])
        self._check_words()
        if any(isinstance(item.value(pdf.data), Reference) for item in pdf.every_object()):
            raise NotPlain
        self._fields: dict[int, Mapping[str, FlatField]] = {}
        #: Of every reference its place and its number.
        self._places, self._numbers = _references_in(pdf.data)

    def _check_words(self) -> None:
        """Nothing looks like an object where none is."""
        data, first = self.pdf.data, self.pdf.revisions[0]
        in_first = sum(1 for item in self.pdf.every_object() if item.start < first.end)
        appended = len(self.pdf.every_object()) - in_first
        if data.count(_WORD, first.end) != _WORDS_PER_OBJECT * appended:
            raise NotPlain
        if data.count(_WORD, 0, first.end) == _WORDS_PER_OBJECT * in_first:
            return
        # in a picture of the document as it was first signed it is nothing
        in_streams = sum(data.count(_WORD, *item.stream) for item in self._objects_until(first.end) if item.stream)
        if data.count(_WORD, 0, first.end) != _WORDS_PER_OBJECT * in_first + in_streams:
            raise NotPlain

    def _objects_until(self, end: int) -> Iterator[Object]:
        return (item for item in self.pdf.every_object() if item.start < end)

    def state(self, revisions: int | None = None) -> PlainReader:
        """Return the file as it stood after so many revisions, None is all."""
        return state_of(self.pdf, revisions)

    def fields(self, revisions: int | None = None) -> Mapping[str, FlatField]:
        """Return the form's fields after so many revisions, None is all.

        Raises:
            NotPlain: See :func:`~vnsign.pdf.comparing.increments.form.flat_fields`.
        """
        count = len(self.pdf.revisions) if revisions is None else revisions
        if count not in self._fields:
            self._fields[count] = flat_fields(self.state(count))
        return self._fields[count]

    def written_since(self, revisions: int) -> frozenset[int]:
        """Return the numbers of all objects that came, or were written again, after so many revisions."""
        return frozenset(number for revision in self.pdf.revisions[revisions:] for number in revision.offsets)

    def written_twice_since(self, revisions: int) -> frozenset[int]:
        """Return the numbers of objects that more than one of the revisions after so many writes."""
        once, twice = set[int](), set[int]()
        for revision in self.pdf.revisions[revisions:]:
            twice |= once & revision.offsets.keys()
            once |= revision.offsets.keys()
        return frozenset(twice)

    def reach(self, number: int, *, state: PlainReader, known: AbstractSet[int] = frozenset()) -> frozenset[int]:
        """Return the numbers of an object and of all that it leads to, in one state of the file.

        Args:
            number: Of the object.
            state: After some revision.
            known: Objects whose own reach is known already.

        Raises:
            NotPlain: A reference leads to nothing.
        """
        pending, seen = [number], {number}
        while pending:
            item = state.objects.get(pending.pop())
            if item is None:
                raise NotPlain
            first, last = bisect_left(self._places, item.start), bisect_left(self._places, item.end)
            found = set(self._numbers[first:last]) - seen - known
            seen |= found
            pending.extend(found)
        return frozenset(seen)

    def are_referred_to_before(self, numbers: AbstractSet[int], end: int) -> bool:
        """Tell whether a reference to one of some objects stands before a place."""
        return not numbers.isdisjoint(self._numbers[: bisect_left(self._places, end)])

    def check_only_reference(self, number: int, *, holder: int, revisions: int) -> None:
        """See to it that of the objects as they stood only ``holder`` refers to ``number``, and does so once.

        Raises:
            NotPlain: It is not so.
        """
        state, end = self.state(revisions), self.pdf.revisions[revisions - 1].end
        count = 0
        for place, found in zip(self._places, self._numbers, strict=True):
            if place >= end:
                break
            if found != number:
                continue
            item = self.pdf.object_at(place)
            if item is not None and state.objects.get(item.number) is not item:
                continue  # written over since
            if item is None or item.number != holder:
                raise NotPlain
            count += 1
        if count != 1:
            raise NotPlain


def _check_trailer(spelled: bytes) -> None:
    """No more than a reader needs that looks for words in it; an identifier may hold any bytes."""
    words = without_strings(spelled) if b"(" in spelled else spelled
    if words is None or b"%" in words or len(spelled) > _MAX_TRAILER_BYTES:
        raise NotPlain
    if words.count(b"/Prev") != 1 or _PREVIOUS.search(words) is None:
        raise NotPlain


def _references_in(data: bytes) -> tuple[list[int], list[int]]:
    """Return places and numbers of references, wherever something looks like one.

    Raises:
        NotPlain: One is spelled in another way than ``n 0 R``.
    """
    places: list[int] = []
    numbers: list[int] = []
    find = data.find
    at = find(b"R")
    while at >= 0:
        # "0 0 RG" strokes in black
        if data[at - 1] in _BLANKS and not data[at + 1 : at + 2].isalnum():
            number = _referred_to(data, at)
            if number is not None:
                places.append(at)
                numbers.append(number)
        at = find(b"R", at + 1)
    return places, numbers


def _referred_to(data: bytes, at: int) -> int | None:
    """Return the number of the reference that ends with the letter at ``at``, None if there is none.

    Raises:
        NotPlain: It is spelled in another way than ``n 0 R``.
    """
    if data[at - 3 : at] != _USUAL:
        if _is_unusual_reference(data, at):
            raise NotPlain
        return None
    end = start = at - 3
    while data[start - 1] in _DIGITS:
        start -= 1
    if not 0 < end - start <= _MAX_DIGITS or data[start] == _ZERO:
        raise NotPlain
    return int(data[start:end])


def _is_unusual_reference(data: bytes, at: int) -> bool:
    """Tell whether two numbers stand before the letter, however far away."""
    generation = _skip_back(data, at, _BLANKS)
    second = _skip_back(data, generation, _DIGITS)
    first = _skip_back(data, second, _BLANKS)
    return second < generation and 0 < first < second and data[first - 1] in _DIGITS


def _skip_back(data: bytes, at: int, letters: frozenset[int]) -> int:
    while at > 0 and data[at - 1] in letters:
        at -= 1
    return at
