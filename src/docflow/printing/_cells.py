"""The text of a cell broken into lines.

Invariants:
    - No character but white space between words is lost, and no line is wider than the cell, unless one letter is.
    - A number and symbol that is too long for a line is broken after a stroke or hyphen, if one stands in it.
"""

from __future__ import annotations

from collections.abc import Callable

Measure = Callable[[str], float]
"""Width of a text in points."""

_JOINTS = "/-"
"""What parts the groups of a symbol."""


def break_text(text: str, *, width: float, measure: Measure) -> list[str]:
    """Break a text at its white space, and a word that is too long for a line within it."""
    lines: list[str] = []
    current = ""
    for word in text.split():
        candidate = f"{current} {word}" if current else word
        if measure(candidate) <= width:
            current = candidate
            continue
        if current:
            lines.append(current)
        *whole, current = _cut_word(word, width=width, measure=measure)
        lines += whole
    return [*lines, current] if current else lines


def _cut_word(word: str, *, width: float, measure: Measure) -> list[str]:
    parts: list[str] = []
    while measure(word) > width and len(word) > 1:
        room = next((size for size in range(len(word) - 1, 1, -1) if measure(word[:size]) <= width), 1)
        end = max(word.rfind(joint, 0, room) for joint in _JOINTS) + 1 or room
        parts.append(word[:end])
        word = word[end:]
    return [*parts, word]
