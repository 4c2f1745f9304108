"""Words for searching."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docflow.model import words_to_find
from docflow.model.folding import MAX_WORD_CHARS, MAX_WORDS_CHARS, ask_for_words, fold_word, holds_words, split_words


@pytest.mark.parametrize(
    ("word", "folded"),
    [
        ("Quyết", "quyet"),
        ("Đường", "duong"),
        ("đ", "d"),
        ("NGHỊ", "nghi"),
        ("Ủy", "uy"),
        ("ưỡng", "uong"),
        ("15", "15"),
    ],
)
def test_a_word_loses_its_diacritics(word: str, folded: str) -> None:
    """Also đ, which Unicode does not decompose."""
    assert fold_word(word) == folded
    assert fold_word(unicodedata.normalize("NFD", word)) == folded


def test_a_symbol_is_its_parts() -> None:
    """Strokes and hyphens stand between words."""
    assert split_words("15/QĐ-UBND") == ("15", "qđ", "ubnd")
    assert words_to_find("15/QĐ-UBND") == "15 qd qđ ubnd"


@given(st.text(max_size=80))
def test_both_forms_of_unicode_give_the_same_words(text: str) -> None:
    """A document from a Mac is found from Windows."""
    once = unicodedata.normalize("NFC", text)
    assert words_to_find(unicodedata.normalize("NFD", once)) == words_to_find(once)
    assert "  " not in words_to_find(text)


def test_what_no_database_takes_is_cut() -> None:
    """A word without end, and a document with more words than an index entry holds."""
    assert split_words("a" * 500) == ("a" * MAX_WORD_CHARS,)
    many = words_to_find(" ".join(f"word{number}" for number in range(100_000)))
    assert len(many) <= MAX_WORDS_CHARS
    assert not many.endswith(" ")


@given(st.text(), st.text())
def test_a_text_holds_the_words_that_it_is_found_under(text: str, asked: str) -> None:
    """The filter that looks at one field agrees with the index over all of them."""
    known = set(words_to_find(text).split())
    words = ask_for_words(asked)
    expected = all(word in known or (is_open and any(one.startswith(word) for one in known)) for word, is_open in words)
    assert holds_words(text, words) is expected
    assert holds_words(text, ask_for_words(text))
