"""Writes the fields that the recipe needs into a PDF before anyone signs it.

Number and date are known only after the leader has signed; writing them as page content or annotations would
break his signature. So revision 0 holds text fields for them, each with an (empty) look of its own and the font
it will be filled with, and the signature fields at their final rectangles.

What it does not do: touch a PDF that already has a signature (that would break it), or find where fields belong.

Source: TT 01/2019/TT-BNV Điều 11.1 (number and date after the first signature); ISO 32000-2 §12.7, Table 237 (/Lock).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from vnsign.errors import ErrorCode, InputError, UsageError
from vnsign.pdf.fonts import FontStyle, bundled_font
from vnsign.pdf.geometry import Box
from vnsign.pdf.looks.appearance import Alignment
from vnsign.pdf.looks.font_embedding import type0_font
from vnsign.pdf.looks.typeface import Typeface, cut_typeface
from vnsign.pdf.opening import open_pdf
from vnsign.pdf.reading.fields import read_form
from vnsign.pdf.writing.updating import translated

_VIETNAMESE = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵđ"
#: Every character that a number, a symbol or a date line may need. Embedding them costs about 10 kB a face.
FIELD_CHARACTERS = "".join(map(chr, range(0x20, 0x7F))) + "–’“”" + _VIETNAMESE + _VIETNAMESE.upper()

_PRINT_FLAG = 4
_SIGNATURES_EXIST_APPEND_ONLY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFieldSpec:
    """A text field to be filled after the first signature.

    The field's height is taken from the font, so that the baseline lies exactly at ``baseline``.

    Attributes:
        name: Field name, e.g. ``so``.
        label: What a screen reader says (/TU).
        page: Page index.
        x: Left edge in points.
        baseline: Baseline of the text in points from the bottom of the page.
        width: In points.
        size: Font size in points.
        style: Face of the bundled font; ignored when ``font`` is given.
        font: TrueType file to use instead (a real Times New Roman, say).
        characters: Every character the value may hold.
    """

    name: str
    label: str
    page: int
    x: float
    baseline: float
    width: float
    size: float
    style: FontStyle = FontStyle.REGULAR
    font: bytes | None = None
    alignment: Alignment = Alignment.LEFT
    characters: str = FIELD_CHARACTERS


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureFieldSpec:
    """A signature field at its final rectangle.

    Attributes:
        locks: Names of fields this signature closes for ever (/Lock Include, P 1); empty for none.
    """

    name: str
    label: str
    box: Box
    locks: tuple[str, ...] = ()


def prepare_fields(
    pdf: bytes, *, text_fields: Sequence[TextFieldSpec], signature_fields: Sequence[SignatureFieldSpec]
) -> bytes:
    """Return ``pdf`` rewritten as one revision that holds the given fields.

    Raises:
        InputError: NOT_A_PDF, MALFORMED_PDF, ENCRYPTED_PDF, or SIGNING_FORBIDDEN if it already has a form with
            these names or any signature.
        UsageError: BAD_ARGUMENT for a page that does not exist or a repeated name.
    """
    names = [f.name for f in text_fields] + [f.name for f in signature_fields]
    if len(set(names)) != len(names):
        raise UsageError(ErrorCode.BAD_ARGUMENT, f"field names repeat: {', '.join(names)}")
    with open_pdf(pdf) as document, translated("preparing the PDF"):
        if document.is_encrypted:
            raise InputError(
                ErrorCode.ENCRYPTED_PDF,
                "the PDF is encrypted; writing it anew would lift its restrictions",
                way_out="ask its author for an open copy",
            )
        _Preparation(document).add(text_fields, signature_fields, names=names)
        out = BytesIO()
        document.save(
            out, min_version="1.7", deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable
        )
    return out.getvalue()


class _Preparation:
    def __init__(self, document: pikepdf.Pdf) -> None:
        self.document = document
        self.fonts: dict[str, pikepdf.Object] = {}
        self.names: dict[bytes, str] = {}

    def add(
        self,
        text_fields: Sequence[TextFieldSpec],
        signature_fields: Sequence[SignatureFieldSpec],
        *,
        names: Sequence[str],
    ) -> None:
        form = self._form(names)
        for spec in text_fields:
            form.Fields.append(self._widget(spec.page, self._text_field(spec)))
        for signature in signature_fields:
            form.Fields.append(self._widget(signature.box.page, self._signature_field(signature)))
        form.SigFlags = _SIGNATURES_EXIST_APPEND_ONLY
        form.DR = Dictionary(Font=Dictionary({f"/{name}": font for name, font in self.fonts.items()}))

    def _form(self, names: Sequence[str]) -> pikepdf.Object:
        root = self.document.Root
        if "/AcroForm" not in root:
            root.AcroForm = self.document.make_indirect(Dictionary(Fields=Array()))
        form = root.AcroForm
        if not isinstance(form, Dictionary) or not isinstance(form.get("/Fields", Array()), Array):
            raise InputError(
                ErrorCode.MALFORMED_PDF,
                "the form of the PDF is damaged",
                way_out="export the PDF again with another program",
            )
        if "/Fields" not in form:
            form.Fields = Array()
        for name, field in read_form(self.document).fields.items():
            if field.type == "/Sig" and field.value is not None:
                raise InputError(
                    ErrorCode.SIGNING_FORBIDDEN,
                    "the PDF is already signed; preparing it would break that signature",
                    way_out="prepare the document before anyone signs",
                )
            if name in names:
                raise InputError(ErrorCode.SIGNING_FORBIDDEN, f"the PDF already has a field named {name}")
        if "/NeedAppearances" in form:
            del form.NeedAppearances
        return form

    def _widget(self, page: int, field: pikepdf.Object) -> pikepdf.Object:
        if not 0 <= page < len(self.document.pages):
            raise UsageError(
                ErrorCode.BAD_ARGUMENT, f"page {page + 1} does not exist ({len(self.document.pages)} pages)"
            )
        target = self.document.pages[page]
        field.P = target.obj
        if "/Annots" not in target:
            target.Annots = Array()
        target.Annots.append(field)
        return field

    def _text_field(self, spec: TextFieldSpec) -> pikepdf.Object:
        program = spec.font if spec.font is not None else bundled_font(spec.style).read_bytes()
        typeface = cut_typeface(program, spec.characters)
        name = self._embed(typeface)
        bottom = spec.baseline + typeface.descent * spec.size / 1000
        height = (typeface.ascent - typeface.descent) * spec.size / 1000
        box = Box(page=spec.page, x=spec.x, y=bottom, width=spec.width, height=height)
        left, low, right, high = box.rectangle
        look = Stream(
            self.document,
            b"/Tx BMC\nEMC\n",
            Type=Name.XObject,
            Subtype=Name.Form,
            BBox=Array([0, 0, round(right - left, 2), round(high - low, 2)]),
            Resources=Dictionary(Font=Dictionary({f"/{name}": self.fonts[name]})),
        )
        return self.document.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Widget,
                FT=Name.Tx,
                T=String(spec.name),
                TU=String(spec.label),
                F=_PRINT_FLAG,
                Rect=Array(box.rectangle),
                DA=String(f"/{name} {spec.size:g} Tf 0 g"),
                Q=int(spec.alignment),
                AP=Dictionary(N=self.document.make_indirect(look)),
            )
        )

    def _signature_field(self, spec: SignatureFieldSpec) -> pikepdf.Object:
        field = Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Sig,
            T=String(spec.name),
            TU=String(spec.label),
            F=_PRINT_FLAG,
            Rect=Array(spec.box.rectangle),
        )
        if spec.locks:
            field.Lock = self.document.make_indirect(
                Dictionary(
                    Type=Name.SigFieldLock,
                    Action=Name.Include,
                    Fields=Array([String(n) for n in spec.locks]),
                    P=1,
                )
            )
        return self.document.make_indirect(field)

    def _embed(self, typeface: Typeface) -> str:
        """Embed a typeface once; return its resource name."""
        name = self.names.get(typeface.program)
        if name is None:
            name = self.names[typeface.program] = f"F{len(self.names)}"
            self.fonts[name] = type0_font(
                typeface,
                add=self.document.make_indirect,
                stream=lambda data, entries: self.document.make_indirect(Stream(self.document, data, entries)),
            )
        return name
