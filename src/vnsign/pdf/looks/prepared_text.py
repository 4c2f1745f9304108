"""A prepared text field read back: its font, size and box, and the one look that belongs to a value.

Filling uses it to write the look; verification uses it to rebuild the look from /V and compare bytes.

Source: ISO 32000-2 §12.7.4.3 (/DA, /Q); Table 228.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

import pikepdf

from vnsign.errors import ErrorCode, InputError
from vnsign.pdf.looks.appearance import Alignment, text_content
from vnsign.pdf.looks.typeface import Typeface, measure_typeface
from vnsign.pdf.opening import read_kept

_DEFAULT_APPEARANCE = re.compile(r"^/(?P<font>[A-Za-z0-9_.+-]+) (?P<size>\d+(?:\.\d+)?) Tf 0 g$")


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedText:
    """What it takes to write a value into a prepared field.

    Attributes:
        font: The Type0 font as it stands in the field's look.
        width: Of the look's BBox, in points.
    """

    typeface: Typeface
    font_name: str
    font: pikepdf.Object
    size: float
    width: float
    height: float
    alignment: Alignment

    def content(self, value: str) -> bytes:
        """Return the only content stream that is right for ``value``.

        Raises:
            UsageError: BAD_ARGUMENT if it does not fit or has a character the field was not prepared for.
        """
        return text_content(
            value,
            self.typeface,
            size=self.size,
            width=self.width,
            alignment=self.alignment,
            font_name=self.font_name,
        )


def read_prepared_text(field: pikepdf.Object) -> PreparedText:
    """Read a text field prepared by :func:`vnsign.pdf.writing.prepare.prepare_fields`.

    Raises:
        InputError: MALFORMED_PDF if it was prepared by something else.
    """
    match = _DEFAULT_APPEARANCE.match(str(field.get("/DA", "")))
    if match is None:
        raise InputError(
            ErrorCode.MALFORMED_PDF,
            f"the field {str(field.get('/T', ''))!r} was not prepared by vnsign (its /DA is of another form)",
            way_out="prepare the document with vnsign before it is signed",
        )
    name = match["font"]
    look = field.AP.N
    font = look.Resources.Font[f"/{name}"]
    program = read_kept(font.DescendantFonts[0].FontDescriptor.FontFile2)
    box = [float(v) for v in look.BBox]
    return PreparedText(
        typeface=_typeface(program),
        font_name=name,
        font=font,
        size=float(match["size"]),
        width=box[2] - box[0],
        height=box[3] - box[1],
        alignment=Alignment(int(field.get("/Q", 0))),
    )


@lru_cache(maxsize=64)
def _typeface(program: bytes) -> Typeface:
    from fontTools.ttLib import TTFont  # noqa: PLC0415 — see vnsign.pdf.looks.typeface

    font = TTFont(BytesIO(program), lazy=False)
    return measure_typeface(font, program)
