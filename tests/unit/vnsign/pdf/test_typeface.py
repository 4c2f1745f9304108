"""The bundled font has every Vietnamese letter, and a cut font knows just what it was cut for."""

from __future__ import annotations

import pytest

from vnsign.errors import ErrorCode, UsageError
from vnsign.pdf.fonts import FontStyle, bundled_font
from vnsign.pdf.looks.typeface import cut_typeface, to_unicode
from vnsign.pdf.writing.prepare import FIELD_CHARACTERS


@pytest.mark.parametrize("style", FontStyle)
def test_every_face_has_every_character_a_field_may_need(style: FontStyle) -> None:
    """Liberation 1.07 lacks Ủ ố ệ ư; the bundled 2.1 must not."""
    typeface = cut_typeface(bundled_font(style).read_bytes(), FIELD_CHARACTERS)

    assert set(FIELD_CHARACTERS) <= set(typeface.glyphs)
    assert len({typeface.glyphs[c] for c in "ỦốệưĐđ"}) == 6
    assert 0 not in {typeface.glyphs[c] for c in FIELD_CHARACTERS}


def test_a_character_the_font_was_not_cut_for_is_refused_by_name() -> None:
    """A box with a question mark on an official document is worse than an error."""
    typeface = cut_typeface(bundled_font().read_bytes(), "0123456789/")

    with pytest.raises(UsageError, match="U\\+0110") as refused:
        typeface.encode("15/QĐ".replace("Q", ""))

    assert refused.value.code is ErrorCode.BAD_ARGUMENT


def test_widths_are_those_of_times_new_roman() -> None:
    """Liberation Serif is its metric twin: a digit is half an em."""
    typeface = cut_typeface(bundled_font().read_bytes(), "0123456789/")

    assert typeface.width("15", 13) == pytest.approx(13.0)


def test_bytes_that_are_no_font_are_refused() -> None:
    """Any bytes give a font or our error."""
    with pytest.raises(UsageError) as refused:
        cut_typeface(b"not a font", "abc")

    assert refused.value.code is ErrorCode.BAD_ARGUMENT


def test_to_unicode_maps_every_glyph_back() -> None:
    """What is shown can be searched and copied."""
    typeface = cut_typeface(bundled_font().read_bytes(), "Ủ15")

    mapping = to_unicode(typeface).decode()

    assert all(f"<{typeface.glyphs[c]:04X}> <{ord(c):04X}>" in mapping for c in "Ủ15")
