"""Words for searching: with their diacritics, and without.

Invariants:
    - The same text in NFC and in NFD gives the same words.
    - A word is letters and digits; everything else stands between words.
    - Both places of the tone mark that Vietnamese writers use give the same word: *hòa* and *hoà*, *thủy* and *thuỷ*.

What it does not do: it knows no stems and no synonyms; đ is folded to d, which no decomposition of Unicode does.

Source: Unicode TR #15 (normalization forms).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

MAX_WORD_CHARS = 100
"""What a longer word is cut to: no word of a language is longer, and databases have limits."""
MAX_WORDS_CHARS = 500_000
"""So many characters of different words a document is found under; PostgreSQL takes a megabyte."""

_WORD = re.compile(r"[^\W_]+")
_TONE_PLACES = {
    first + second: bare + marked
    for first, bare, marked, second in (
        *zip("òóỏõọ", "ooooo", "àáảãạ", "aaaaa", strict=True),
        *zip("òóỏõọ", "ooooo", "èéẻẽẹ", "eeeee", strict=True),
        *zip("ùúủũụ", "uuuuu", "ỳýỷỹỵ", "yyyyy", strict=True),
    )
}
_TONE = re.compile("|".join(_TONE_PLACES))
_BARRED = str.maketrans("đĐ", "dD")


def fold_word(word: str) -> str:
    """Return a word in small letters without diacritics: ``Quyết`` → ``quyet``."""
    bare = unicodedata.normalize("NFD", word.translate(_BARRED))
    return "".join(letter for letter in bare if not unicodedata.combining(letter)).lower()


def split_words(text: str) -> tuple[str, ...]:
    """Return the words of a text in small letters, in NFC, tone marks in one place, in order."""
    written = _TONE.sub(lambda found: _TONE_PLACES[found.group()], unicodedata.normalize("NFC", text).lower())
    return tuple(word[:MAX_WORD_CHARS] for word in _WORD.findall(written))


def words_to_find(text: str) -> str:
    """Return every word under which a text can be found: folded, and as it is where that differs; each once."""
    words = split_words(text)
    found = " ".join(sorted({fold_word(word) for word in words} | set(words)))
    return found if len(found) <= MAX_WORDS_CHARS else found[:MAX_WORDS_CHARS].rpartition(" ")[0]


def ask_for_words(text: str) -> tuple[tuple[str, bool], ...]:
    """Return the words that a text asks for, as :func:`words_to_find` has them, and whether each may end anyhow (*)."""
    found = []
    for part in text.split():
        words = split_words(part)
        found += [(word, part.endswith("*") and place == len(words)) for place, word in enumerate(words, start=1)]
    return tuple(found)


def holds_words(text: str, asked: Iterable[tuple[str, bool]]) -> bool:
    """Return whether all words asked for occur in a text; one without diacritics is found with any."""
    words = split_words(text)
    known = {*words, *map(fold_word, words)}
    return all(word in known or (is_open and any(one.startswith(word) for one in known)) for word, is_open in asked)


def normal_text(text: str) -> str:
    """Return a text in NFC, by which texts are compared."""
    return unicodedata.normalize("NFC", text)
