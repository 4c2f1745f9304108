"""The interactive form of a PDF as a table of fields.

Source: ISO 32000-2 §12.7.3 (form), §12.7.4 (fields, inheritance, names).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pikepdf

from vnsign.errors import ErrorCode, InputError
from vnsign.pdf.opening import ObjectId, open_pdf
from vnsign.pdf.reading.entries import entry_of

_INHERITED = ("/FT", "/V", "/DV")
#: What a signature field and its widget need. No action (/A, /AA), no text of its own (/Contents, /RC), no layer (/OC).
SIGNATURE_FIELD_KEYS = frozenset(
    {
        *("/Type", "/Subtype", "/FT", "/T", "/TU", "/TM", "/V", "/F", "/Ff", "/Rect", "/P", "/Kids", "/Parent"),
        *(
            "/Lock",
            "/SV",
            "/AP",
            "/AS",
            "/MK",
            "/BS",
            "/Border",
            "/DA",
            "/DR",
            "/Q",
            "/H",
            "/M",
            "/NM",
            "/StructParent",
        ),
    }
)
_TURNED_ONLY = frozenset({"/R"})
_MAX_NODES = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One terminal field; its value is read when somebody asks for it.

    Attributes:
        node: The field's dictionary.
        widgets: Its widget annotations; the node itself when merged with its only one.
        inherited: What the nodes above it hand down.
    """

    name: str
    node: pikepdf.Object
    widgets: tuple[pikepdf.Object, ...]
    inherited: Mapping[str, object]

    @property
    def type(self) -> str:
        """/FT, own or inherited, e.g. ``/Tx``; empty if it has none."""
        found = self._entry("/FT")
        return str(found) if isinstance(found, pikepdf.Name) else ""

    @property
    def value(self) -> object:
        """/V, own or inherited."""
        return self._entry("/V")

    @property
    def default(self) -> object:
        """/DV, own or inherited."""
        return self._entry("/DV")

    def _entry(self, key: str) -> object:
        own = entry_of(self.node, key)
        return self.inherited.get(key) if own is None else own


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The form: fields by fully qualified name, and the nodes above them."""

    dictionary: pikepdf.Object | None
    fields: Mapping[str, Field]
    nodes: Mapping[str, pikepdf.Object]

    def widget_numbers(self) -> Iterator[ObjectId]:
        """Yield the object numbers of every field's node and widgets."""
        for field in self.fields.values():
            if field.node.is_indirect:
                yield field.node.objgen
            for widget in field.widgets:
                if widget.is_indirect:
                    yield widget.objgen


def read_form(pdf: pikepdf.Pdf) -> Form:
    """Read the form; a field name that occurs twice is told apart by its object number.

    Raises:
        InputError: MALFORMED_PDF if it has more nodes than any form: nothing is left out in silence.
    """
    dictionary = pdf.Root.get("/AcroForm")
    if not isinstance(dictionary, pikepdf.Dictionary):
        return Form(dictionary=None, fields={}, nodes={})
    fields: dict[str, Field] = {}
    nodes: dict[str, pikepdf.Object] = {}
    seen: set[ObjectId] = set()
    pending: list[tuple[pikepdf.Object, str, Mapping[str, object]]] = [
        (kid, "", {}) for kid in reversed(_kids(dictionary, "/Fields"))
    ]
    count = 0
    while pending:
        count += 1
        if count > _MAX_NODES:
            raise InputError(ErrorCode.MALFORMED_PDF, f"the form has more than {_MAX_NODES:,} fields")
        node, parent_name, inherited = pending.pop()
        if node.is_indirect:
            if node.objgen in seen:
                continue
            seen.add(node.objgen)
        name = _qualified(parent_name, node)
        children = [kid for kid in _kids(node, "/Kids") if "/T" in kid]
        if children:
            nodes[_unique(name, node, nodes)] = node
            handed_down = {**inherited, **{key: node[key] for key in _INHERITED if key in node}}
            pending.extend((kid, name, handed_down) for kid in reversed(children))
        else:
            key = _unique(name, node, fields)
            widgets = tuple(_kids(node, "/Kids")) or (node,)
            fields[key] = Field(name=key, node=node, widgets=widgets, inherited=inherited)
    return Form(dictionary=dictionary, fields=fields, nodes=nodes)


def more_than_signature_field(dictionary: pikepdf.Object) -> str:
    """Return what a signature field's dictionary holds that no signature field needs, empty if nothing.

    A viewer draws an annotation by its /Subtype, whatever field it also is, and runs its actions.

    Source: ISO 32000-2 §12.5.6.1, §12.6.3, Tables 166, 191, 226, 235.
    """
    if "/Subtype" in dictionary and dictionary["/Subtype"] != pikepdf.Name("/Widget"):
        return "/Subtype"
    return min(set(dictionary.keys()) - SIGNATURE_FIELD_KEYS, default="")


def is_painted(widget: pikepdf.Object) -> bool:
    """Tell whether viewers have something to draw: an appearance, or colours and a caption to make one from."""
    characteristics = entry_of(widget, "/MK")
    if "/AP" in widget and not _is_blank_look(widget["/AP"]):
        return True
    return isinstance(characteristics, pikepdf.Dictionary) and not set(characteristics.keys()) <= _TURNED_ONLY


def _is_blank_look(looks: object) -> bool:
    """One look, and nothing in it."""
    if not isinstance(looks, pikepdf.Dictionary) or set(looks.keys()) != {"/N"}:
        return False
    normal = looks["/N"]
    return isinstance(normal, pikepdf.Stream) and "/Filter" not in normal and not normal.read_raw_bytes().strip()


def _qualified(parent: str, node: pikepdf.Object) -> str:
    own = node.get("/T")
    if not isinstance(own, pikepdf.String):
        return parent
    return f"{parent}.{own}" if parent else str(own)


def _unique(name: str, node: pikepdf.Object, taken: Mapping[str, object]) -> str:
    return name if name not in taken else f"{name}#{node.objgen[0]}"


def _kids(node: pikepdf.Object, key: str) -> list[pikepdf.Object]:
    kids = entry_of(node, key)
    return [k for k in kids if isinstance(k, pikepdf.Dictionary)] if isinstance(kids, pikepdf.Array) else []


def read_text_value(pdf: bytes, name: str) -> str | None:
    """Return the value of a text field, empty if it has none; None if there is no such field.

    Raises:
        InputError: NOT_A_PDF, MALFORMED_PDF, ENCRYPTED_PDF.
    """
    with open_pdf(pdf) as document:
        field = read_form(document).fields.get(name)
        if field is None or field.type != "/Tx":
            return None
        return str(field.value) if isinstance(field.value, pikepdf.String) else ""
