"""What a later revision did to a PDF, named by what it means.

The two revisions are walked side by side by role (catalog, form, fields, pages, annotations); whatever has no role is
compared for exact equality. So everything that the trailer leads to is either equal or named here.

Invariants:
    - No difference is passed over: one that fits no known change is CATALOG_CHANGED, FORM_CHANGED, FIELD_CHANGED,
      ANNOTATION_CHANGED or PAGE_CHANGED, with the key that differs.

What it does not do: say which changes are allowed (:mod:`vnsign.verification.modifications`), or look at objects that
nothing leads to.

Source: ISO 32000-2 §7.5.6, §7.7.2 (catalog), §12.5 (annotations), §12.7 (forms), §12.8.2 (transform methods).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from itertools import islice

import pikepdf

from vnsign.pdf.comparing.annotation_changes import PagePair, compare_annotations
from vnsign.pdf.comparing.button_states import MAX_MARK_POINTS, only_draws_marks, states_kept, states_of_value
from vnsign.pdf.comparing.change_kinds import Change, ChangeKind
from vnsign.pdf.comparing.drawn_from import roles_drawn_from
from vnsign.pdf.comparing.field_looks import looks_of_value
from vnsign.pdf.comparing.field_values import is_blank, keys_of_choice, shortened
from vnsign.pdf.comparing.page_marks import new_budget
from vnsign.pdf.comparing.page_tree import MEANT_KEYS
from vnsign.pdf.comparing.revisions import RevisionPair, Side
from vnsign.pdf.comparing.signature_looks import SignatureLooks, drawn_of, is_document_timestamp
from vnsign.pdf.comparing.structure_tree import only_adds_widgets
from vnsign.pdf.opening import ObjectId
from vnsign.pdf.reading.fields import Field, Form
from vnsign.pdf.reading.pages import (
    annotations_of,
    area_of,
    count_pages,
    is_box,
    only_sets_harmless_flags,
    sides_of,
)
from vnsign.pdf.reading.structure import is_signature_dictionary

# Keys a signature's own act may set on the widget of an existing signature field. Source: ISO 32000-2 Tables 166, 192.
_SIGNED_WIDGET_KEYS = frozenset({"/V", "/AP", "/AS", "/M", "/MK"})
_FILLED_WIDGET_KEYS = frozenset({"/V", "/AP", "/M"})
_BUTTON_WIDGET_KEYS = frozenset({"/V", "/AS", "/M"})
_TREE_KEYS = frozenset({"/Kids", "/Parent"})
#: A place in the structure tree, which is compared by itself.
_STRUCTURE_KEYS = frozenset({"/StructParent"})
_READ_ONLY = 1
_DIRECT: ObjectId = (0, 0)
MAX_CHANGES = 5_000


def compare_revisions(old: pikepdf.Pdf, new: pikepdf.Pdf) -> tuple[Change, ...]:
    """Return every change from ``old`` to ``new``, two revisions of the same file.

    Raises:
        pikepdf.PdfError: An object cannot be read; the caller treats the comparison as not made.
        OverflowError: More than ``MAX_CHANGES`` changes: no person will read them; the same holds.
    """
    return compare_pair(RevisionPair(Side(old), Side(new)))


def compare_pair(pair: RevisionPair) -> tuple[Change, ...]:
    """As :func:`compare_revisions`."""
    comparison = _Comparison(pair)
    changes = tuple(islice(comparison.run(), MAX_CHANGES + 1))
    if len(changes) > MAX_CHANGES:
        raise OverflowError("too many changes")
    return tuple(comparison.placed(change) for change in changes)


class _Comparison:
    def __init__(self, pair: RevisionPair) -> None:
        self.pair = pair
        self.old_form: Form = pair.old_side.form
        self.new_form: Form = pair.new_side.form
        self.old_pages = pair.old_side.pages
        self.new_pages = pair.new_side.pages
        self.old_widgets = frozenset(self.old_form.widget_numbers())
        self.new_widgets = frozenset(self.new_form.widget_numbers())
        both = zip(self.old_pages, self.new_pages, strict=False)
        leaves = [(old, new) for old, new in both if "/Kids" not in old and old.objgen == new.objgen]
        budget = new_budget()
        self.page_pairs = [
            PagePair(pair=pair, number=number, old=old, new=new, budget=budget)
            for number, (old, new) in enumerate(leaves, start=1)
        ]
        self.signature_looks = SignatureLooks(pair, self.page_pairs)
        self._mark_judged()

    def _mark_judged(self) -> None:
        """Pages, fields and their widgets are compared by role; references to them are then not changes."""
        pages = {n.objgen for n in self.old_pages} & {n.objgen for n in self.new_pages}
        widgets = self.old_widgets & self.new_widgets
        annotations = {a.objgen for p in self.old_pages for a in annotations_of(p) if a.is_indirect} & {
            a.objgen for p in self.new_pages for a in annotations_of(p) if a.is_indirect
        }
        self.pair.judged = pages | widgets | annotations | ({self.pair.old.Root.objgen} & {self.pair.new.Root.objgen})

    def placed(self, change: Change) -> Change:
        """Return the change with the object and the page it concerns, as far as it is one's."""
        if change.object_id is not None or change.page is not None:
            return change
        if not change.field:
            return replace(change, object_id=_indirect(self.pair.new.Root)) if change.where.startswith("/") else change
        field = self.new_form.fields.get(change.field) or self.old_form.fields.get(change.field)
        if field is None:
            return change
        pages = (self._pages_of_widgets.get(widget.objgen) for widget in field.widgets if widget.is_indirect)
        return replace(change, object_id=_indirect(field.node), page=next(filter(None, pages), None))

    @cached_property
    def _pages_of_widgets(self) -> dict[ObjectId, int]:
        return {a.objgen: p.number for p in self.page_pairs for a in annotations_of(p.new) if a.is_indirect}

    def run(self) -> Iterator[Change]:
        yield from self._trailer()
        yield from self._catalog()
        yield from self._form()
        yield from self._pages()
        for number in roles_drawn_from(self.pair):
            # by its role, what came to it means nothing: but a page may draw it
            yield Change(
                kind=ChangeKind.PAGE_CHANGED, where="drawn from", object_id=number, values={"key": "drawn from"}
            )

    def _trailer(self) -> Iterator[Change]:
        old, new = self.pair.old.trailer, self.pair.new.trailer
        if not self.pair.equal(old.get("/Encrypt"), new.get("/Encrypt")):
            yield Change(kind=ChangeKind.ENCRYPTION_CHANGED, where="trailer")
        if not self.pair.equal(old.get("/Info"), new.get("/Info")):
            yield Change(kind=ChangeKind.METADATA, where="/Info")

    def _catalog(self) -> Iterator[Change]:
        old, new = self.pair.old.Root, self.pair.new.Root
        ignored = frozenset({"/AcroForm", "/Pages", "/Version"})
        for key in self.pair.different_keys(old, new, ignored=ignored):
            match key:
                case "/DSS":
                    yield Change(kind=ChangeKind.SECURITY_STORE, where="/DSS")
                case "/Metadata" | "/Extensions" | "/PieceInfo" | "/MarkInfo" | "/LastModified":
                    yield Change(kind=ChangeKind.METADATA, where=key)
                case "/StructTreeRoot" if only_adds_widgets(self.pair, old.get(key), new.get(key)):
                    yield Change(kind=ChangeKind.STRUCTURE_EXTENDED, where=key)
                case "/Names":
                    yield from self._names(old.get(key), new.get(key))
                case "/Perms" if self._only_names_a_signature(old.get(key), new.get(key)):
                    continue
                case _:
                    yield Change(kind=ChangeKind.CATALOG_CHANGED, where=key)

    def _names(self, old: object, new: object) -> Iterator[Change]:
        """Named looks are drawn by nothing but annotations that bring them; files, scripts and targets do more."""
        before = old if isinstance(old, pikepdf.Dictionary) else pikepdf.Dictionary()
        after = new if isinstance(new, pikepdf.Dictionary) else pikepdf.Dictionary()
        for key in self.pair.different_keys(before, after):
            kind = ChangeKind.METADATA if key == "/AP" else ChangeKind.CATALOG_CHANGED
            yield Change(kind=kind, where=f"/Names {key}")

    def _only_names_a_signature(self, old: object, new: object) -> bool:
        """A certification made later stands in /Perms too; usage rights may be given up. Source: §12.8.6."""
        before = old if isinstance(old, pikepdf.Dictionary) else pikepdf.Dictionary()
        after = new if isinstance(new, pikepdf.Dictionary) else pikepdf.Dictionary()
        values = [_number(f.value) for f in self.new_form.fields.values() if is_signature_dictionary(f.value)]
        for key in self.pair.different_keys(before, after):
            added = key == "/DocMDP" and key not in before and _number(after.get(key)) in values
            dropped = key in {"/UR", "/UR3"} and key not in after
            if not (added or dropped):
                return False
        return True

    # ------------------------------------------------------------------ form and fields

    def _form(self) -> Iterator[Change]:
        yield from self._form_dictionary()
        for name, old in self.old_form.fields.items():
            new = self.new_form.fields.get(name)
            if new is None:
                yield Change(kind=ChangeKind.FIELD_REMOVED, field=name, where=f"field {name}")
            elif self.pair.is_field_kept(old, new):
                continue
            elif old.type == "/Sig":
                yield from self._signature_field(old, new)
            else:
                yield from self._data_field(old, new)
        for name, new in self.new_form.fields.items():
            if name not in self.old_form.fields:
                yield self._added_field(new)

    def _form_dictionary(self) -> Iterator[Change]:
        old, new = self.old_form.dictionary, self.new_form.dictionary
        if old is None or new is None:
            if old is not None:
                yield Change(kind=ChangeKind.FORM_CHANGED, where="/AcroForm removed")
            elif new is not None and ("/XFA" in new or new.get("/NeedAppearances")):
                yield Change(kind=ChangeKind.FORM_CHANGED, where="/AcroForm")
            return
        for key in self.pair.different_keys(old, new, ignored=frozenset({"/Fields", "/SigFlags", "/DR"})):
            if key == "/NeedAppearances" and not old.get(key) and not new.get(key):
                continue  # said or not, looks are not made anew
            if key in {"/DA", "/Q"} and key not in old and not self._has_looks_made_by_viewers:
                # a default for fields that bring none; those that stood before have had their look without it
                continue
            yield Change(kind=ChangeKind.FORM_CHANGED, where=f"/AcroForm {key}")
        has_grown = self._has_looks_made_by_viewers and not self.pair.equal(old.get("/DR"), new.get("/DR"))
        if has_grown or not self._only_adds(old.get("/DR"), new.get("/DR"), depth=2):
            yield Change(kind=ChangeKind.FORM_CHANGED, where="/AcroForm /DR")
        if not self._same_intermediate_nodes():
            yield Change(kind=ChangeKind.FORM_CHANGED, where="/AcroForm /Fields")

    @cached_property
    def _has_looks_made_by_viewers(self) -> bool:
        """Whether a value that was signed is drawn anew by each viewer, with what the form hands to its fields."""
        form = self.old_form.dictionary
        if isinstance(form, pikepdf.Dictionary) and form.get("/NeedAppearances"):
            return True
        fields = (field for field in self.old_form.fields.values() if field.type in {"/Tx", "/Ch"})
        return any("/AP" not in widget for field in fields if not is_blank(field.value) for widget in field.widgets)

    def _only_adds(self, old: object, new: object, *, depth: int) -> bool:
        """Whether every entry of a resource dictionary is still what it was."""
        if old is None or self.pair.equal(old, new):
            return True
        if depth == 0 or not (isinstance(old, pikepdf.Dictionary) and isinstance(new, pikepdf.Dictionary)):
            return False
        return all(self._only_adds(old.get(key), new.get(key), depth=depth - 1) for key in old.keys())  # noqa: SIM118

    def _same_intermediate_nodes(self) -> bool:
        """Nodes above the fields hand their entries down: a change there changes fields."""
        if self.new_form.nodes.keys() - self.old_form.nodes.keys() and self._is_handed_more_down():
            return False
        return all(
            name in self.new_form.nodes
            and not self.pair.different_keys(node, self.new_form.nodes[name], ignored=_TREE_KEYS)
            for name, node in self.old_form.nodes.items()
        )

    def _is_handed_more_down(self) -> bool:
        """Whether a node came to stand above a field that stood before."""
        came = [node for name, node in self.new_form.nodes.items() if name not in self.old_form.nodes]
        below = {kid.objgen for node in came for kid in node.get("/Kids", ()) if isinstance(kid, pikepdf.Dictionary)}
        return not below.isdisjoint({field.node.objgen for field in self.old_form.fields.values()})

    def _added_field(self, new: Field) -> Change:
        where = f"field {new.name}"
        if new.type != "/Sig":
            return Change(kind=ChangeKind.FIELD_ADDED, field=new.name, where=where, values={"type": new.type})
        odd = self.signature_looks.oddity(new)
        if is_document_timestamp(new.value) and not odd:
            return Change(kind=ChangeKind.DOCUMENT_TIMESTAMP, field=new.name, where=where)
        is_visible = any(area_of(drawn) > 0 for drawn in drawn_of(new))
        values = {"visible": "yes" if is_visible else "no", **({"odd": odd} if odd else {})}
        return Change(kind=ChangeKind.SIGNATURE_FIELD_ADDED, field=new.name, where=where, values=values)

    def _signature_field(self, old: Field, new: Field) -> Iterator[Change]:
        where = f"field {old.name}"
        if old.value is not None:
            if new.value is None or not self.pair.equal(old.value, new.value):
                yield Change(kind=ChangeKind.SIGNATURE_CHANGED, field=old.name, where=where)
            yield from self._widgets(old, new, allowed=frozenset({"/V", "/AP"}))
            yield from self._looks_kept(old, new)
        elif new.value is None:
            yield from self._widgets(old, new, allowed=frozenset({"/AP"}))
            yield from self._looks_kept(old, new)
        else:
            odd = self.signature_looks.oddity(new)
            kind = ChangeKind.FIELD_SIGNED
            if is_document_timestamp(new.value) and not odd:
                kind = ChangeKind.DOCUMENT_TIMESTAMP
            yield Change(kind=kind, field=old.name, where=where, values={"odd": odd} if odd else {})
            yield from self._widgets(old, new, allowed=_SIGNED_WIDGET_KEYS)

    def _data_field(self, old: Field, new: Field) -> Iterator[Change]:
        is_button = old.type == "/Btn"
        keys = _BUTTON_WIDGET_KEYS if is_button else _FILLED_WIDGET_KEYS | keys_of_choice(new)
        yield from self._widgets(old, new, allowed=keys)
        if self.pair.equal(old.value, new.value):
            yield from self._looks_kept(old, new)
            if is_button:
                yield from states_kept(old, new)
            return
        where = f"field {old.name}"
        values = {"before": shortened(old.value), "after": shortened(new.value)}
        is_first = is_blank(old.value) or self.pair.equal(old.value, old.default)
        kind = ChangeKind.FIELD_FILLED if is_first else ChangeKind.FIELD_REFILLED
        if is_button and (odd := self._oddity_of_button(new)):
            values["odd"] = odd
        yield Change(kind=kind, field=old.name, where=where, values=values)
        yield from states_of_value(new) if is_button else looks_of_value(self.pair, old, new, lies_over=self._lies_over)

    def _oddity_of_button(self, new: Field) -> str:
        """A box to tick shows a mark beside the text; one that hides what was signed was prepared for that."""
        own = {widget.objgen for widget in new.widgets}
        for page in self.page_pairs:
            for widget in (a for a in annotations_of(page.new) if a.objgen in own):
                if max(sides_of(widget)) > MAX_MARK_POINTS:
                    return "larger than a mark"
                if page.hides_words(widget):
                    return "covers content"
        return ""

    def _lies_over(self, widget: pikepdf.Object) -> bool:
        """Whether a widget lies over content or another annotation; of one on no known page nobody knows."""
        page = self._pages_of_widgets.get(widget.objgen)
        return page is None or bool(self.page_pairs[page - 1].covers(widget))

    def _looks_kept(self, old: Field, new: Field) -> Iterator[Change]:
        for before, after in zip(old.widgets, new.widgets, strict=False):
            if not self.pair.equal(before.get("/AP"), after.get("/AP")):
                values = {"value": shortened(new.value)} if new.type != "/Sig" else {}
                where = f"field {old.name} /AP"
                yield Change(kind=ChangeKind.LOOK_CHANGED, field=old.name, where=where, values=values)

    def _widgets(self, old: Field, new: Field, *, allowed: frozenset[str]) -> Iterator[Change]:
        """Compare the field's own dictionary and those of its widgets, except for what filling or signing sets."""
        where = f"field {old.name}"
        if [w.objgen for w in old.widgets] != [w.objgen for w in new.widgets]:
            yield Change(kind=ChangeKind.FIELD_CHANGED, field=old.name, where=f"{where} widgets")
            return
        pairs = list(zip(old.widgets, new.widgets, strict=True))
        if old.node.objgen not in {w.objgen for w in old.widgets} or not old.node.is_indirect:
            pairs.append((old.node, new.node))
        for before, after in pairs:
            for key in self.pair.different_keys(before, after, ignored=allowed | _TREE_KEYS | _STRUCTURE_KEYS):
                is_signed = allowed is _SIGNED_WIDGET_KEYS
                if key == "/F" and only_sets_harmless_flags(before.get("/F", 0), after.get("/F", 0), prints=is_signed):
                    continue
                if key == "/Rect" and is_signed and is_box(after.get(key)) and area_of(after) <= 0:
                    continue  # PDFBox, for a signature that is not seen; oddity() sees that it shows nothing
                is_ticked = allowed is _BUTTON_WIDGET_KEYS and not self.pair.equal(old.value, new.value)
                if key == "/AP" and is_ticked and only_draws_marks(self.pair, before, after, lies_over=self._lies_over):
                    continue
                if key == "/Ff" and _only_locks(before.get("/Ff", 0), after.get("/Ff", 0)):
                    continue
                yield Change(kind=ChangeKind.FIELD_CHANGED, field=old.name, where=f"{where} {key}")

    # ------------------------------------------------------------------ pages and annotations

    def _pages(self) -> Iterator[Change]:
        before, after = [n.objgen for n in self.old_pages], [n.objgen for n in self.new_pages]
        if before != after:
            values = {"before": str(count_pages(self.old_pages)), "after": str(count_pages(self.new_pages))}
            yield Change(kind=ChangeKind.PAGES_ADDED_OR_REMOVED, where="page tree", values=values)
            return
        number = 0
        for old, new in zip(self.old_pages, self.new_pages, strict=True):
            is_page = "/Kids" not in old
            number += is_page
            where = f"page {number}" if is_page else "page tree"
            page = number if is_page else None
            if _entries(old.get("/Kids")) != _entries(new.get("/Kids")):
                # readers do not agree what an entry is that is no page: they count it, pass it over, or show it
                yield Change(kind=ChangeKind.PAGES_ADDED_OR_REMOVED, where=f"{where} /Kids", values={"key": "/Kids"})
            # annotations are compared one by one; pages do not inherit them, but some readers let them
            ignored = _TREE_KEYS | {"/Annots"} if is_page else _TREE_KEYS
            for key in self.pair.different_keys(old, new, ignored=ignored):
                # entries that ISO 32000 does not know, or that say nothing about what is drawn, draw nothing
                kind = ChangeKind.PAGE_CHANGED if key in MEANT_KEYS or key == "/Annots" else ChangeKind.METADATA
                values = {"key": key}
                yield Change(kind=kind, where=f"{where} {key}", page=page, object_id=new.objgen, values=values)
            if _number(old.get("/Parent")) != _number(new.get("/Parent")):
                yield Change(kind=ChangeKind.PAGE_CHANGED, where=f"{where} /Parent", values={"key": "/Parent"})
            if is_page:
                both = self.page_pairs[number - 1]
                yield from compare_annotations(both, widgets_before=self.old_widgets, widgets=self.new_widgets)


def _only_locks(before: object, after: object) -> bool:
    """A signature that locks fields makes them read-only."""
    if not isinstance(before, int) or not isinstance(after, int):
        return False
    return int(after) == int(before) | _READ_ONLY


def _indirect(item: pikepdf.Object) -> ObjectId | None:
    return item.objgen if item.is_indirect else None


def _number(value: object) -> ObjectId | None:
    return value.objgen if isinstance(value, pikepdf.Object) else None


def _entries(kids: object) -> list[object]:
    """What a node of the page tree lists, pages or not."""
    return [_number(kid) for kid in kids] if isinstance(kids, pikepdf.Array) else [kids is None]
