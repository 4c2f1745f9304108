"""What the increments after a signature did, if they are of the kinds that every e-office appends.

Evidence, document timestamps without a look, text fields filled for the first time, prepared signature fields signed:
recognised by what each revision wrote, without a general reader. What is not recognised raises
:class:`~vnsign.pdf.reading.plain.syntax.NotPlain` and is compared as any other file
(:mod:`vnsign.pdf.comparing.changes`).

Invariants:
    - What is returned is what :func:`vnsign.pdf.comparing.changes.compare_pair` finds, in its order, and nothing in
      it is odd; the appended bytes and the spelling of their objects hold no oddity either; and
      :func:`vnsign.pdf.comparing.plain.is_plain` would say that no second opinion is needed.
    - Every object of the signed revision that was written again has a role here, differs in what the role needs and in
      nothing else (so it has no other), and was written again once.
    - Nothing that was signed refers to a number that came later. Of what was written again, only catalog, pages and
      fields may be referred to from elsewhere: all that is compared elsewhere by role.

What it does not do: weigh changes.

Source: ISO 32000-2 §7.5.6, §12.5.2, §12.7.4, §12.7.5, §12.8.4.3.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from vnsign.errors import InputError
from vnsign.pdf.comparing.change_kinds import Change, ChangeKind
from vnsign.pdf.comparing.field_values import cut_text
from vnsign.pdf.comparing.increments.drawn import drawn_from
from vnsign.pdf.comparing.increments.form import (
    Entries,
    FlatField,
    are_alike_but,
    check_box,
    is_same,
    look_of,
    number_of,
    numbers_in,
    signed_contents,
)
from vnsign.pdf.comparing.increments.history import History
from vnsign.pdf.comparing.increments.text_look import LookReader
from vnsign.pdf.comparing.page_tree import INHERITABLE
from vnsign.pdf.reading.fields import SIGNATURE_FIELD_KEYS
from vnsign.pdf.reading.opened import OpenedPdf
from vnsign.pdf.reading.pages import only_sets_harmless_flags
from vnsign.pdf.reading.plain.structure import text_of
from vnsign.pdf.reading.plain.syntax import HexString, NotPlain, Reference, Value

_TIMESTAMP = "/ETSI.RFC3161"
#: What a document timestamp's field needs, and no look.
_TIMESTAMP_FIELD_KEYS = frozenset({"/F", "/FT", "/P", "/Rect", "/Subtype", "/T", "/Type", "/V"})
_STORE, _FIELDS, _ANNOTATIONS = frozenset({"/DSS"}), frozenset({"/Fields"}), frozenset({"/Annots"})
_FILLED_KEYS, _SIGNED_KEYS = frozenset({"/V", "/AP"}), frozenset({"/V", "/AP", "/F"})
_STORE_ARRAYS = ("/Certs", "/CRLs", "/OCSPs")
_STORE_KEYS = frozenset({"/Type", *_STORE_ARRAYS})
_BYTE_RANGE_LENGTH = 4


def changes_of_increments(file: OpenedPdf, end: int) -> tuple[Change, ...] | None:
    """Return every change since ``end``, None if one is not of the kinds that are recognised here.

    Args:
        file: The whole file.
        end: Where a signed revision ends.
    """
    history = file.remember("history", lambda: _history_of(file))
    if history is None:
        return None
    try:
        drawn = file.remember("drawn", lambda: _drawn_from(history))
        return None if drawn is None else tuple(_Increments(history, end, drawn=drawn).run())
    except (InputError, TypeError, ValueError, KeyError, ArithmeticError):
        # not plain to see, or not what it should be: the other way says what it is
        return None


def _history_of(file: OpenedPdf) -> History | None:
    if file.plain is None:
        return None
    try:
        return History(file.plain)
    except NotPlain:
        return None


def _drawn_from(history: History) -> frozenset[int] | None:
    try:
        return drawn_from(history)
    except NotPlain:
        return None


class _Increments:
    def __init__(self, history: History, end: int, *, drawn: frozenset[int]) -> None:
        self.history = history
        self.revisions = history.pdf.revisions_until(end)
        self.end = end
        self.old, self.new = history.state(self.revisions), history.state()
        self.written = history.written_since(self.revisions)
        self.rewritten = self.written & self.old.objects.keys()
        self.looks = LookReader(history, old=self.old, new=self.new, written=self.written)
        self.drawn = drawn
        self.explained: set[int] = set()
        self.added_fields: set[int] = set()

    def run(self) -> Iterator[Change]:
        """Yield the changes in the order in which the general comparison finds them."""
        if self.rewritten & self.history.written_twice_since(self.revisions):
            raise NotPlain
        if self.history.are_referred_to_before(self.written - self.rewritten, self.end):
            raise NotPlain
        if not self.drawn.isdisjoint(self.rewritten):
            raise NotPlain  # it has another role besides
        trailers = [self.history.pdf.revisions[at].trailer for at in (self.revisions - 1, -1)]
        if not is_same(*(trailer.get("/Info") for trailer in trailers)):
            raise NotPlain
        yield from self._store()
        yield from self._fields()
        self._pages()
        if self.explained != self.rewritten:
            raise NotPlain

    def _came(self, value: Value | None) -> Entries:
        """Return the dictionary that came later, to which a reference leads."""
        number = number_of(value)
        if number not in self.written or number in self.rewritten:
            raise NotPlain
        return self.new.dictionary(number)

    # ------------------------------------------------------------------ the security store

    def _store(self) -> Iterator[Change]:
        root = self.new.root
        before, after = self.old.dictionary(root), self.new.dictionary(root)
        place = after.get("/DSS")
        if root in self.rewritten:
            if "/DSS" in before or not are_alike_but(before, after, _STORE):
                raise NotPlain
            _ = self._evidence(self._came(place))
            self.explained.add(root)
        elif isinstance(place, Reference) and place.number in self.rewritten:
            self._check_growth(place.number)
            self.explained.add(place.number)
        else:
            return
        yield Change(kind=ChangeKind.SECURITY_STORE, where="/DSS", object_id=(root, 0))

    def _check_growth(self, number: int) -> None:
        """A store that gains entries, each of an object that came with it."""
        had, has = (self._evidence(state.dictionary(number)) for state in (self.old, self.new))
        for before, after in zip(had, has, strict=True):
            if after[: len(before)] != before or not self.old.objects.keys().isdisjoint(after[len(before) :]):
                raise NotPlain
        if had == has:
            raise NotPlain
        self.history.check_only_reference(number, holder=self.new.root, revisions=self.revisions)

    def _evidence(self, store: Entries) -> list[list[int]]:
        """Return the object numbers of certificates, lists and answers, each of a stream."""
        if not _STORE_KEYS.issuperset(store) or store.get("/Type", "/DSS") != "/DSS":
            raise NotPlain
        found = [numbers_in(store.get(key)) for key in _STORE_ARRAYS]
        for number in (number for numbers in found for number in numbers):
            item = self.new.objects.get(number)
            if item is None or item.stream is None:
                raise NotPlain
        return found

    # ------------------------------------------------------------------ the form and its fields

    def _fields(self) -> Iterator[Change]:
        self._form()
        before, after = self.history.fields(self.revisions), self.history.fields()
        for name, old in before.items():
            if old.number in self.rewritten:
                new = after[name]
                if new.number != old.number:
                    raise NotPlain  # two fields that change places move to each other's pages
                self.explained.add(old.number)
                yield self._signed(old, new) if old.entries.get("/FT") == "/Sig" else self._filled(old, new)
        for name, new in after.items():
            if name not in before:
                yield self._timestamped(new)

    def _form(self) -> None:
        """A form written again for fields that came, at the end of its list."""
        root = self.new.root
        place = self.old.dictionary(root).get("/AcroForm")
        if not isinstance(place, Reference) or place.number not in self.rewritten:
            return
        old, new = self.old.dictionary(place.number), self.new.dictionary(place.number)
        before, after = numbers_in(old.get("/Fields")), numbers_in(new.get("/Fields"))
        if not are_alike_but(old, new, _FIELDS) or after[: len(before)] != before or len(after) == len(before):
            raise NotPlain
        self.history.check_only_reference(place.number, holder=root, revisions=self.revisions)
        self.explained.add(place.number)

    def _filled(self, old: FlatField, new: FlatField) -> Change:
        before, after = old.entries, new.entries
        value = after.get("/V")
        if before.get("/FT") != "/Tx" or before.get("/V", b"") != b"" or not isinstance(value, bytes):
            raise NotPlain
        if not are_alike_but(before, after, _FILLED_KEYS) or "/MK" in before or type(before.get("/F", 0)) is not int:
            raise NotPlain
        text = text_of(value)
        if not text or self.looks.shown_text(after) != text:
            raise NotPlain
        return self._change(ChangeKind.FIELD_FILLED, new, {"before": "", "after": cut_text(text)})

    def _signed(self, old: FlatField, new: FlatField) -> Change:
        before, after = old.entries, new.entries
        if "/V" in before or not are_alike_but(before, after, _SIGNED_KEYS):
            raise NotPlain
        if not SIGNATURE_FIELD_KEYS.issuperset(after) or after.get("/Subtype") != "/Widget":
            raise NotPlain
        flags = before.get("/F", 0), after.get("/F", 0)
        if not only_sets_harmless_flags(*flags):
            raise NotPlain
        left, bottom, right, top = check_box(after.get("/Rect"))
        if "/AP" in after:
            look_of(self.new, after)
            if left == right or bottom == top:
                raise NotPlain
        self._check_own_signature(self._came(after.get("/V")))
        return self._change(ChangeKind.FIELD_SIGNED, new, {})

    def _check_own_signature(self, value: Entries) -> None:
        """A signature made since, and of no other field: it vouches for the look."""
        contents, ranges = _signature(value)
        if value.get("/SubFilter") == _TIMESTAMP or sum(ranges[2:]) <= self.end:
            raise NotPlain
        if self._contents.count(contents.rstrip(b"\0")) != 1:
            raise NotPlain

    @cached_property
    def _contents(self) -> list[bytes]:
        return list(signed_contents(self.new, self.history.fields().values()))

    def _timestamped(self, new: FlatField) -> Change:
        """A field that came with a document timestamp, and shows nothing."""
        entries = new.entries
        if new.number in self.old.objects or not _TIMESTAMP_FIELD_KEYS.issuperset(entries):
            raise NotPlain
        if entries.get("/FT") != "/Sig" or entries.get("/Subtype") != "/Widget":
            raise NotPlain
        check_box(entries.get("/Rect"))
        value = self._came(entries.get("/V"))
        _signature(value)
        if value.get("/SubFilter") != _TIMESTAMP:
            raise NotPlain
        self.added_fields.add(new.number)
        return self._change(ChangeKind.DOCUMENT_TIMESTAMP, new, {})

    def _change(self, kind: ChangeKind, field: FlatField, values: dict[str, str]) -> Change:
        return Change(
            kind=kind,
            field=field.name,
            where=f"field {field.name}",
            page=self._pages_of_annotations.get(field.number),
            object_id=(field.number, 0),
            values=values,
        )

    # ------------------------------------------------------------------ pages

    @cached_property
    def _pages_of_annotations(self) -> dict[int, int]:
        found: dict[int, int] = {}
        for page, number in enumerate(self.new.pages, 1):
            listed = self.new.follow(self.new.dictionary(number).get("/Annots"))
            for item in listed if isinstance(listed, list) else ():
                if isinstance(item, Reference):
                    found[item.number] = page
        return found

    def _pages(self) -> None:
        """Pages that list the widgets of fields that came, after all that they listed; nodes above have no role."""
        for number in self.new.pages:
            if number in self.rewritten:
                self._check_page(number)
                self.explained.add(number)

    def _check_page(self, number: int) -> None:
        old, new = self.old.dictionary(number), self.new.dictionary(number)
        before, after = numbers_in(old.get("/Annots")), numbers_in(new.get("/Annots"))
        if not are_alike_but(old, new, _ANNOTATIONS) or after[: len(before)] != before or len(after) == len(before):
            raise NotPlain
        if not self.added_fields.issuperset(after[len(before) :]):
            raise NotPlain
        item = self.new.objects[number]
        for key in INHERITABLE:
            value = new.get(key)
            is_lost = isinstance(value, Reference) and value.number not in self.new.objects
            # an entry that leads to nothing hides the inherited one from some readers
            if is_lost or (value is None and self.new.data.find(key.encode(), item.start, item.end) >= 0):
                raise NotPlain


def _signature(value: Entries) -> tuple[bytes, list[int]]:
    contents, ranges = value.get("/Contents"), value.get("/ByteRange")
    if not isinstance(contents, HexString) or not isinstance(ranges, list) or len(ranges) != _BYTE_RANGE_LENGTH:
        raise NotPlain
    numbers = [number for number in ranges if type(number) is int]
    if len(numbers) != len(ranges):
        raise NotPlain
    return contents, numbers
