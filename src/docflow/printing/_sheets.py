"""The pages of a PDF drawn anew, each on a sheet that holds nothing else: what remains when a PDF is printed.

Invariants:
    - Each sheet is as large as its page is seen: crop box, rotation and user unit are obeyed. One too small for what
      stands at its margin is enlarged downwards, and nothing of the page is covered.
    - Nothing of a page reaches beyond its own drawing: what is put on a sheet afterwards lies on top, where it was put.
    - Annotations are drawn where they would be printed, and are none any more. No field, no signature, no action, no
      script, no attached file and no metadata is left: a print is no electronic original.
    - What several pages have in common is there once: a print is hardly larger than what is printed.
    - The bytes read stay as they were.

What it does not do: it draws no annotation that brings no appearance, and unpacks no image and no font.

Source: ISO 32000-2 §7.7.3.3, §8.10, §12.5.5, §14.11.2.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import pikepdf
from pikepdf import Array, Dictionary, Name

from docflow.errors import DocflowError
from docflow.printing._residues import rebuild_layers, strip_residues
from docflow.printing._strange import bad_pdf, find_inherited

_A4 = (0.0, 0.0, 595.28, 841.89)
_LEAST_SIDE, _LARGEST_SIDE, _FARTHEST = 1.0, 14_400.0, 1e7
"""In points: a smaller page is taken for A4, a larger one is made smaller; no reader draws farther away."""
_MAX_CONTENT_BYTES = 256 * 1024 * 1024
"""Of what the pages draw, together."""
_MAX_STREAMS = 10_000
_MAX_ANNOTATIONS = 20_000
_IS_PRINTED, _IS_NOT_PRINTED = 4, 3
"""Flags of an annotation: Print; Invisible and Hidden (ISO 32000-2 §12.5.3)."""
_QUARTER, _FULL = 90, 360
_RESOURCES = ("/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/XObject", "/Font", "/ProcSet", "/Properties")

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One page: how large it is seen, in points, and how it is drawn.

    Attributes:
        page: The new page; nothing is drawn on it yet.
    """

    width: float
    height: float
    page: pikepdf.Dictionary
    _drawing: bytes
    _forms: tuple[tuple[str, pikepdf.Object], ...]

    @property
    def forms(self) -> tuple[pikepdf.Object, ...]:
        """The drawings of the page and of its annotations."""
        return tuple(form for _, form in self._forms)

    def lay_out(
        self,
        pdf: pikepdf.Pdf,
        *,
        lift: tuple[float, float] = (0, 0),
        size: tuple[float, float] | None = None,
        top: pikepdf.Object | None = None,
    ) -> None:
        """Draw the page on a sheet of its own size or another, moved right and up, and something on top of it."""
        named = dict(self._forms) if top is None else {**dict(self._forms), "/Top": top}
        content = b"q 1 0 0 1 %s cm\n%sQ\n" % (_numbers(lift), self._drawing)
        content += b"" if top is None else b"q /Top Do Q\n"
        size = size or (self.width, self.height)
        self.page["/MediaBox"] = Array([0, 0, round(size[0], 3), round(size[1], 3)])
        self.page["/Resources"] = Dictionary(XObject=Dictionary(named))
        self.page["/Contents"] = pdf.make_stream(content)


@dataclass(slots=True)
class _Budget:
    """What all pages together may still take."""

    content_bytes: int = _MAX_CONTENT_BYTES
    streams: int = _MAX_STREAMS
    annotations: int = _MAX_ANNOTATIONS
    seen: dict[object, pikepdf.Object] = field(default_factory=dict)

    def spend(self, what: str, amount: int) -> None:
        """Take something off, or refuse the file."""
        left = getattr(self, what) - amount
        if left < 0:
            raise bad_pdf(f"its pages hold too much ({what})", vi="nội dung các trang quá lớn")
        setattr(self, what, left)


def take_pages(pdf: pikepdf.Pdf) -> list[Sheet]:
    """Take the pages of an open PDF apart; what else it holds is left out when it is saved.

    Raises:
        InputError: ``MALFORMED_INPUT``; a page that cannot be read, or too much on them together.
    """
    budget = _Budget()
    try:
        sheets = [_take(pdf, page.obj, budget) for page in pdf.pages]
        _replace_root(pdf, [sheet.page for sheet in sheets])
        strip_residues([pdf.Root, *(form for sheet in sheets for form in sheet.forms)])
    except DocflowError:
        raise
    except Exception as exc:  # boundary: the library reports damage in several unrelated classes
        raise bad_pdf("a page is damaged", vi="có trang hỏng") from exc
    return sheets


def _take(pdf: pikepdf.Pdf, page: pikepdf.Object, budget: _Budget) -> Sheet:
    box = _visible(page)
    turned = _rotation(page)
    left, bottom, right, top = box
    sides = (right - left, top - bottom) if turned % 180 == 0 else (top - bottom, right - left)
    scale = min(_unit(page), _LARGEST_SIDE / max(sides))
    forms = [("/Page", _page_form(pdf, page, box=box, budget=budget))]
    drawing = [b"q /Page Do Q\n"]
    for number, (form, content) in enumerate(_annotations(page, turned, budget)):
        forms.append((f"/A{number}", form))
        drawing.append(content.replace(b"/Drawn", b"/A%d" % number))
    matrix = _matrix(box, turned=turned, scale=scale)
    if "/Annots" in page:
        del page["/Annots"]  # of the old page, which is left out: the library would count fields that nobody has
    return Sheet(
        width=sides[0] * scale,
        height=sides[1] * scale,
        page=pdf.make_indirect(Dictionary(Type=Name.Page)),
        _drawing=b"q %s cm\n%sQ\n" % (_numbers(matrix), b"".join(drawing)),
        _forms=tuple(forms),
    )


# ---- what is seen of a page


def _visible(page: pikepdf.Object) -> Box:
    """Return the crop box within the media box; where there is none that can be meant, A4."""
    media = _box(find_inherited(page, "/MediaBox")) or _A4
    crop = _box(find_inherited(page, "/CropBox")) or media
    both = (max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3]))
    return both if _is_box(both) else media


def _box(found: object) -> Box | None:
    if not isinstance(found, Array) or len(found) != len(_A4):
        return None
    x1, y1, x2, y2 = (_number(found[at]) for at in range(len(_A4)))
    if x1 is None or y1 is None or x2 is None or y2 is None:
        return None
    box = (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
    return box if _is_box(box) else None


def _is_box(box: Box) -> bool:
    is_large = min(box[2] - box[0], box[3] - box[1]) >= _LEAST_SIDE
    return is_large and max(map(abs, box)) <= _FARTHEST


def _number(found: object) -> float | None:
    try:
        value = float(found)  # type: ignore[arg-type]  # whatever stands there
    except (TypeError, ValueError, OverflowError):
        return None
    return value if math.isfinite(value) else None


def _rotation(page: pikepdf.Object) -> int:
    turned = _number(find_inherited(page, "/Rotate")) or 0.0
    return int(turned) % _FULL if turned % _QUARTER == 0 else 0


def _unit(page: pikepdf.Object) -> float:
    unit = _number(page.get("/UserUnit"))
    return unit if unit is not None and _LEAST_SIDE <= unit <= _LARGEST_SIDE else 1.0


def _matrix(box: Box, *, turned: int, scale: float) -> tuple[float, ...]:
    """Return what turns a page's own coordinates into those of its sheet."""
    left, bottom, right, top = (scale * edge for edge in box)
    s = scale
    return {
        90: (0, -s, s, 0, -bottom, right),
        180: (-s, 0, 0, -s, right, top),
        270: (0, s, -s, 0, top, -left),
    }.get(turned, (s, 0, 0, s, -left, -bottom))


# ---- what is drawn


def _page_form(pdf: pikepdf.Pdf, page: pikepdf.Object, *, box: Box, budget: _Budget) -> pikepdf.Object:
    """Return the drawing of a page; pages that draw the same, with the same resources, have one."""
    streams = _streams(page)
    found = find_inherited(page, "/Resources")
    resources = found if isinstance(found, Dictionary) else Dictionary()
    group = page.get("/Group")
    budget.spend("streams", len(streams) + 1)
    key = (tuple(stream.objgen for stream in streams), _identify(resources), _identify(group), box)
    known = budget.seen.get(key)
    if known is not None:
        return known
    form = _content(pdf, streams, budget)
    form["/Type"], form["/Subtype"] = Name.XObject, Name.Form
    form["/BBox"] = Array([round(edge, 4) for edge in box])
    form["/Resources"] = Dictionary({key: resources[key] for key in _RESOURCES if key in resources})
    if isinstance(group, Dictionary):
        form["/Group"] = group
    budget.seen[key] = form
    return form


def _identify(found: object) -> object:
    """Return what tells an object from every other: its number, or what stands there."""
    if not isinstance(found, Dictionary):
        return None
    return found.objgen if found.is_indirect else bytes(found.unparse())


def _streams(page: pikepdf.Object) -> list[pikepdf.Stream]:
    found = page.get("/Contents")
    parts: list[object] = list(found) if isinstance(found, Array) else [found]
    return [part for part in parts if isinstance(part, pikepdf.Stream)]


def _content(pdf: pikepdf.Pdf, streams: Sequence[pikepdf.Stream], budget: _Budget) -> pikepdf.Object:
    """Return what a page draws as a new stream: one as it is packed, several unpacked and joined."""
    if len(streams) != 1:
        return pdf.make_stream(b"\n".join(_unpack(stream, budget) for stream in streams))
    (stream,) = streams
    data = stream.read_raw_bytes()
    budget.spend("content_bytes", len(data))
    form = pdf.make_stream(data)
    for key in ("/Filter", "/DecodeParms"):
        if key in stream:
            form[key] = stream[key]
    return form


def _unpack(stream: pikepdf.Object, budget: _Budget) -> bytes:
    data = stream.read_bytes()
    budget.spend("content_bytes", len(data))
    return bytes(data)


def _annotations(page: pikepdf.Object, turned: int, budget: _Budget) -> list[tuple[pikepdf.Object, bytes]]:
    """Return the looks of the annotations that are printed, and how each is drawn under the name ``/Drawn``."""
    found = page.get("/Annots")
    drawn: list[tuple[pikepdf.Object, bytes]] = []
    for annotation in found if isinstance(found, Array) else ():
        budget.spend("annotations", 1)
        if not isinstance(annotation, Dictionary) or annotation.get("/Subtype") == Name.Popup:
            continue
        helper = pikepdf.Annotation(annotation)
        look = helper.get_appearance_stream(Name.N)
        if not isinstance(look, pikepdf.Stream):
            continue
        content = helper.get_page_content_for_appearance(Name.Drawn, turned, _IS_PRINTED, _IS_NOT_PRINTED)
        if content:
            look["/Type"], look["/Subtype"] = Name.XObject, Name.Form
            if "/OC" in annotation and "/OC" not in look:
                look["/OC"] = annotation["/OC"]
            drawn.append((look, content))
    return drawn


def _replace_root(pdf: pikepdf.Pdf, pages: Sequence[pikepdf.Dictionary]) -> None:
    """Let the file hold these pages and nothing else, but which layers are shown."""
    layers = rebuild_layers(pdf.Root.get("/OCProperties"))
    tree = pdf.make_indirect(Dictionary(Type=Name.Pages, Kids=Array(pages), Count=len(pages)))
    for page in pages:
        page["/Parent"] = tree
    root = Dictionary(Type=Name.Catalog, Pages=tree)
    if layers is not None:
        root["/OCProperties"] = layers
    pdf.trailer["/Root"] = pdf.make_indirect(root)
    for key in set(pdf.trailer.keys()) - {"/Root", "/ID"}:
        del pdf.trailer[key]
    pdf.trailer["/Size"] = 0  # the library writes what is right, but only if something stands there


def _numbers(values: Sequence[float]) -> bytes:
    return " ".join(f"{value:.5f}".rstrip("0").rstrip(".") for value in values).encode()
