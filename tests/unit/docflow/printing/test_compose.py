"""What the bytes of a set document hold, and which documents are refused."""

from __future__ import annotations

import io
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Literal

import pikepdf
import pypdf
import pytest
from fontTools import subset
from fontTools.ttLib import TTFont
from hypothesis import example, given
from hypothesis import strategies as st

from docflow.errors import DocflowError, ErrorCode, UsageError
from docflow.model.layout import FontFace
from docflow.printing import compose_document
from tests.support import REPOSITORY
from tests.unit.docflow.printing.page_reader import MM, read_pages
from tests.unit.docflow.printing.samples import DECISION, FONTS, LETTER, compose, paragraphs

_VOWELS = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵ"
_IN_ASCII = replace(
    LETTER,
    agency="SO A",
    managing_agency=None,
    symbol="SA",
    place="An",
    subject="xin y",
    body=paragraphs("Xin y."),
    positions=("TRUONG",),
    signer_name="An",
    recipients=("Nhu",),
    addressees=(),
    salutation="Gui",
)
VIETNAMESE = _VOWELS + "bcdđghklmnpqrstvx"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_every_vietnamese_letter_can_be_copied_out(form: Literal["NFC", "NFD"]) -> None:
    """All letters, small and capital, come out of the PDF as NFC, also from a text typed as NFD."""
    letters = VIETNAMESE + VIETNAMESE.upper()
    words = " ".join(letters[index : index + 6] for index in range(0, len(letters), 6))
    composed = compose(LETTER, body=paragraphs(unicodedata.normalize(form, words)))
    found = "".join(glyph.text for page in read_pages(composed.pdf) for glyph in page.glyphs)
    assert words.replace(" ", "") in found


def test_only_the_given_fonts_are_used_and_embedded() -> None:
    """Every font is a subset of Liberation Serif with its file and its ToUnicode table in the PDF."""
    with pikepdf.open(io.BytesIO(compose(DECISION).pdf)) as pdf:
        fonts = [font for page in pdf.pages for font in page.Resources.Font.values()]
        assert len(fonts) == 4
        for font in fonts:
            assert "LiberationSerif" in str(font.BaseFont)
            assert "/ToUnicode" in font
            assert "/FontFile2" in font.FontDescriptor


def test_only_the_letters_used_are_embedded() -> None:
    """A page with four faces is a file of less than 60 kB, not one that carries all of ASCII four times."""
    assert len(compose(DECISION).pdf) < 60_000


def test_the_file_says_what_it_is() -> None:
    """Title, author, subject, language and the creation date given, in its time zone."""
    drafted_at = datetime(2026, 1, 5, 8, 30, tzinfo=timezone(timedelta(hours=7)))
    reader = pypdf.PdfReader(io.BytesIO(compose(DECISION, drafted_at=drafted_at).pdf))
    assert reader.metadata is not None
    assert reader.metadata.title == "QUYẾT ĐỊNH: Về việc thành lập Tổ giúp việc"
    assert reader.metadata.author == "SỞ KHOA HỌC VÀ CÔNG NGHỆ"
    assert reader.metadata.creation_date == drafted_at
    assert str(reader.root_object["/Lang"]) == "vi-VN"
    assert "/AcroForm" not in reader.root_object


@pytest.mark.slow
def test_same_document_gives_same_bytes_in_another_process() -> None:
    """No clock, no randomness: another process sets the same bytes."""
    code = (
        "import sys; from tests.unit.docflow.printing.samples import DECISION, compose;"
        "sys.stdout.buffer.write(compose(DECISION).pdf)"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=REPOSITORY).stdout
    assert other == compose(DECISION).pdf


def test_another_document_in_between_changes_nothing() -> None:
    """Fonts are shared in the process, their subsets are not."""
    first = compose(DECISION).pdf
    compose(LETTER, body=paragraphs(VIETNAMESE))
    assert compose(DECISION).pdf == first
    assert compose(DECISION, signer_name="Trần Thị Khác").pdf != first


@pytest.fixture
def restless_threads() -> Iterator[None]:
    """Make Python change threads as often as it can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.slow
@pytest.mark.usefixtures("restless_threads")
def test_threads_do_not_mix_up_their_documents() -> None:
    """Documents set in six threads at once have the bytes they have when set one after the other."""
    documents = [
        replace(DECISION, signer_name=f"Trần Thị {letter}", body=paragraphs(*[f"{letter} & {count}"] * 25))
        for count, letter in enumerate("ăâđêôơưẵẫỡựệỷỳ" * 4, start=1)
    ]
    one_by_one = [compose(document).pdf for document in documents]
    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(lambda document: compose(document).pdf, documents)) == one_by_one


def test_markup_characters_are_text() -> None:
    """Angle brackets and ampersands are printed, not obeyed."""
    text = "Điều kiện a < b & c > d; <b>không đậm</b> <para> &amp;"
    composed = compose(DECISION, body=paragraphs(text), subject=text, recipients=(text,))
    found = "".join(glyph.text for glyph in read_pages(composed.pdf)[0].glyphs)
    assert found.count("".join(text.split())) == 3


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("tài liệu \u4e2d", "U+4E2D CJK UNIFIED IDEOGRAPH-4E2D"),
        ("số \U0001f600", "U+1F600 GRINNING FACE"),
        ("đảo \u202engược", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("ẩn \u200bgiữa", "U+200B ZERO WIDTH SPACE"),
        ("ô\tô", "U+0009"),
        ("\ud800", "U+D800"),
    ],
)
@pytest.mark.parametrize("field", ["subject", "agency", "signer_name", "symbol", "place"])
def test_character_that_cannot_be_seen_is_named(field: str, text: str, name: str) -> None:
    """A character without a glyph, or without a visible one, is refused by its name."""
    with pytest.raises(UsageError, match=name.replace("+", r"\+")) as refused:
        compose(DECISION, **{field: text})
    assert refused.value.code is ErrorCode.BAD_ARGUMENT


@pytest.mark.parametrize(
    ("face", "lacking"),
    [(FontFace.BOLD, "Ộ"), (FontFace.BOLD_ITALIC, "ơ"), (FontFace.REGULAR, "7"), (FontFace.ITALIC, "ă")],
)
def test_font_that_lacks_a_letter_of_the_layout_is_refused(tmp_path: Path, face: FontFace, lacking: str) -> None:
    """Letters of Quốc hiệu, and of a number and date that come later, must be there though no text uses them."""
    font = TTFont(getattr(FONTS, face.value))
    cutter = subset.Subsetter()
    cutter.populate(unicodes=[code for code in font.getBestCmap() if chr(code) != lacking])
    cutter.subset(font)
    font.save(tmp_path / "lacking.ttf")
    fonts = replace(FONTS, **{face.value: tmp_path / "lacking.ttf"})
    with pytest.raises(UsageError, match=f"no glyph for U\\+{ord(lacking):04X}"):
        compose_document(_IN_ASCII, fonts=fonts)


@pytest.mark.parametrize("content", [None, b"", b"not a font", b"\x00\x01\x00\x00" + b"\xff" * 60])
def test_unusable_font_file_is_our_error(tmp_path: Path, content: bytes | None) -> None:
    """A missing file, an empty file and bytes that are no font give our error with the file's name."""
    path = tmp_path / "broken.ttf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=r"broken\.ttf"):
        compose_document(DECISION, fonts=replace(FONTS, italic=path))


@pytest.mark.parametrize("place", range(0, 380_000, 20_011))
@pytest.mark.parametrize("damage", ["cut", "flipped"])
def test_damaged_font_file_is_our_error(tmp_path: Path, damage: str, place: int) -> None:
    """A font cut off anywhere, or with one byte changed, gives our error and never a page with wrong letters."""
    data = FONTS.regular.read_bytes()
    path = tmp_path / "damaged.ttf"
    path.write_bytes(
        data[:place] if damage == "cut" else data[:place] + bytes([data[place] ^ 0x41]) + data[place + 1 :]
    )
    with pytest.raises(UsageError, match=r"damaged\.ttf"):
        compose_document(DECISION, fonts=replace(FONTS, regular=path))


@pytest.mark.parametrize(
    "changes",
    [
        {"agency": " "},
        {"managing_agency": ""},
        {"symbol": ""},
        {"place": ""},
        {"type_name": ""},
        {"subject": "\n"},
        {"signer_name": ""},
        {"body": ()},
        {"body": paragraphs("Một.", "")},
        {"positions": ()},
        {"positions": ("TM. ỦY BAN NHÂN DÂN", "")},
        {"recipients": ()},
        {"recipients": ("Như trên", "  ")},
        {"addressees": ("",)},
        {"salutation": ""},
        {"subject": "x" * 501},
        {"agency": "X" * 201},
        {"positions": ("X" * 201,)},
        {"type_name": "X" * 201},
        {"body": paragraphs("x" * 50_001)},
        {"recipients": ("x" * 50_001, "Lưu: VT")},
        {"symbol": "QĐ-" + "X" * 40},
        {"place": "Thành phố " + "Rất Dài " * 10},
        {"type_name": "\n".join("X" * 40)},
        {"subject": "x\n" * 250},
        {"drafted_at": datetime(2026, 1, 5, tzinfo=UTC).replace(tzinfo=None)},
    ],
    ids=lambda changes: "".join(f"{field}={value!r:.60}" for field, value in changes.items()),
)
def test_incomplete_or_impossible_document_is_refused(changes: dict[str, Any]) -> None:
    """An empty cell, a text too long for its cell, a time without a zone: refused with a Vietnamese sentence."""
    with pytest.raises(UsageError) as refused:
        compose(DECISION, **changes)
    assert refused.value.code is ErrorCode.BAD_ARGUMENT
    assert refused.value.vi


@pytest.mark.parametrize("seal", [0.0, 9.9, 60.1, -36.0, float("nan")])
def test_impossible_seal_is_refused(seal: float) -> None:
    """A diameter that no seal has is a slip of units."""
    with pytest.raises(UsageError, match="seal"):
        compose_document(DECISION, fonts=FONTS, seal_diameter_mm=seal)


@pytest.mark.parametrize("size", [(0.0, 22.0), (45.0, 81.0), (float("nan"), 22.0)])
def test_impossible_signature_image_is_refused(size: tuple[float, float]) -> None:
    """A signature image of no size, or larger than its column, is a slip of units."""
    with pytest.raises(UsageError, match="signature"):
        compose_document(DECISION, fonts=FONTS, signature_size_mm=size)


_TEXT = st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=60) | st.text(
    alphabet=st.sampled_from(VIETNAMESE + " \n-<>&;/.,0123456789\u00a0"), min_size=1, max_size=400
)


@given(text=_TEXT)
@example(text="\u00a0")
@example(text="x" * 400)
@example(text="a\n" * 200)
@example(text="e\u0301\u0323")
def test_any_text_is_printed_whole_or_refused(text: str) -> None:
    """Whatever the text: every letter of it comes out of the PDF, inside the margins, or our error."""
    try:
        composed = compose(DECISION, body=paragraphs(text), recipients=(text, "Lưu: VT"))
    except DocflowError:
        return
    glyphs = [glyph for page in read_pages(composed.pdf) for glyph in page.glyphs]
    assert "".join(glyph.text for glyph in glyphs).count("".join(unicodedata.normalize("NFC", text).split())) >= 2
    assert max(glyph.right for glyph in glyphs) < (210 - 15 + 1) * MM
