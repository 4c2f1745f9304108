"""Lines of text as the look of a signature field."""

from __future__ import annotations

import unicodedata

import pytest

from vnsign.errors import ErrorCode, UsageError
from vnsign.pdf.fonts import FontStyle, bundled_font
from vnsign.pdf.looks.appearance import Alignment
from vnsign.pdf.looks.text_look import TextLook

TEXT = "Số: 15/QĐ-UBND"


def test_one_text_gives_one_content_stream() -> None:
    """Black, size 10, in the resource /F0, at the same place every time."""
    look = TextLook(lines=(TEXT,))

    content = look.content(width=100, height=12, rotation=0)

    assert content == TextLook(lines=(TEXT,)).content(width=100, height=12, rotation=0)
    assert b"0 g\n/F0 10 Tf\n" in content
    assert content.count(b" Tj\n") == 1


def test_decomposed_letters_are_composed() -> None:
    """A text in NFD looks as in NFC: the font has composed letters."""
    decomposed = TextLook(lines=(unicodedata.normalize("NFD", TEXT),))

    assert decomposed.content(width=100, height=12, rotation=0) == TextLook(lines=(TEXT,)).content(
        width=100, height=12, rotation=0
    )


def test_lines_stand_below_each_other_on_their_side() -> None:
    """Right aligned: the shorter line begins further right; left aligned: both begin at the edge."""

    def starts(alignment: Alignment) -> list[float]:
        content = TextLook(lines=("dài hơn", "ngắn"), alignment=alignment).content(width=100, height=30, rotation=0)
        return [float(line.split()[4]) for line in content.decode().splitlines() if line.endswith(" Tm")]

    left, right = starts(Alignment.LEFT), starts(Alignment.RIGHT)

    assert left == [0, 0]
    assert 0 < right[0] < right[1] < 100


@pytest.mark.parametrize(
    ("rotation", "matrix"),
    [(0, b"1 0 0 1 0 0"), (90, b"0 1 -1 0 12 0"), (180, b"-1 0 0 -1 12 100"), (270, b"0 -1 1 0 0 100")],
)
def test_text_is_turned_with_the_page(rotation: int, matrix: bytes) -> None:
    """The box of a turned page is turned; the text stays upright as seen."""
    assert TextLook(lines=("a",)).content(width=12, height=100, rotation=rotation).startswith(b"q\n" + matrix + b" cm")


def test_a_font_of_ones_own_is_embedded() -> None:
    """A real Times New Roman, say; here another face of the bundled family."""
    bold = TextLook(lines=(TEXT,), font=bundled_font(FontStyle.BOLD).read_bytes())

    assert bold.typeface().name == "VNSIGN+LiberationSerif-Bold"
    assert bold.size_mm[0] > TextLook(lines=(TEXT,)).size_mm[0]


@pytest.mark.parametrize("lines", [("漢",), ("a\nb",)])
def test_a_character_that_the_font_lacks_is_refused(lines: tuple[str, ...]) -> None:
    """An empty box is never drawn."""
    with pytest.raises(UsageError) as refused:
        TextLook(lines=lines).content(width=100, height=12, rotation=0)

    assert refused.value.code is ErrorCode.BAD_ARGUMENT
