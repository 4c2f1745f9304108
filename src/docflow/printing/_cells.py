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
    at = 0
    while True:
        room = _room(word, at, width=width, measure=measure)
        if at + room >= len(word):
            return [*parts, word[at:]]
        joint = max(word.rfind(joint, at, at + room) for joint in _JOINTS)
        end = joint + 1 if joint >= at else at + room
        parts.append(word[at:end])
        at = end


def _room(word: str, at: int, *, width: float, measure: Measure) -> int:
    """Return how many letters from a place on fit, at least one; a word of any length is looked at by the line."""
    fits, room = 1, 2
    while at + fits < len(word) and measure(word[at : at + room]) <= width:
        fits, room = room, 2 * room
    too_many = min(room, len(word) - at + 1)
    while fits + 1 < too_many:
        middle = (fits + too_many) // 2
        if measure(word[at : at + middle]) <= width:
            fits = middle
        else:
            too_many = middle
    return fits
