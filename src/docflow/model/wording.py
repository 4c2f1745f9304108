"""Which texts may stand in a register: one form, one line, nothing that hides or reorders what is read.

Invariants:
    - A text that passes is in NFC: two texts that look alike to an official compare equal.
    - It holds no control character, no mark that turns the direction of reading, no invisible character but spaces.

What it does not do: it changes no text that is recorded; whoever typed it hears what is wrong. A text that a peer sent
stays as it came, and is shown by :func:`make_visible`.

Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần II (lengths); TCVN 6909:2001; Unicode UAX #15 (NFC), UTR #36 §2.7,
UAX #44 (Default_Ignorable_Code_Point).
"""

from __future__ import annotations

import re
import unicodedata

from docflow.errors import ErrorCode, UsageError

_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Controls (NUL too), marks of direction, joiners and tags, halves of surrogate pairs, private and unassigned
characters, and the two separators that end a line unseen. Vietnamese is read from left to right: it needs no mark."""
_FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef"
"""The other characters that programs draw as nothing (Default_Ignorable_Code_Point)."""
_BLANKS = "\u2800\ufffc\U00013441\U00013442\U0001d159"
"""Drawn as an empty square: a pattern of Braille without dots, a place for an object, blanks of other scripts."""
_STRANGE_SPACES = "\u1680\u2000-\u200a\u205f\u3000"
"""Spaces of other widths. U+00A0 and U+202F, which keep a line together, come with texts from Word and may stand."""
_UNSEEN = re.compile(f"[{_FILLERS}{_BLANKS}]")
_UNSEEN_OR_STRANGE = re.compile(f"[{_FILLERS}{_BLANKS}{_STRANGE_SPACES}]")
_NO_BREAKS: frozenset[str] = frozenset()
_LINES = frozenset("\n")
_LIKE = {0x2011: "-", 0x00A0: " ", 0x202F: " ", 0x09: " ", 0x0A: "\n", 0x0D: " "}
"""What differs only in where a line may end, and white space: shown as its like."""


_REMEMBERED = 10_000
"""Characters; strangers who send every one of Unicode shall not fill the memory."""


class Legible(dict[int, str]):
    """For :meth:`str.translate`: what cannot be seen is named, as ``[U+200B]``; most are looked at once.

    Args:
        drawn: The characters for which there are glyphs; every other one is named too. None: there are glyphs for all.
    """

    def __init__(self, drawn: frozenset[int] | None = None) -> None:
        super().__init__(_LIKE)
        self._drawn = drawn

    def __missing__(self, code: int) -> str:
        """Return what is shown for a character."""
        is_lacking = self._drawn is not None and code not in self._drawn
        shown = f"[U+{code:04X}]" if is_lacking or is_unseen(chr(code)) else chr(code)
        if len(self) < _REMEMBERED:
            self[code] = shown
        return shown


_VISIBLE = Legible()


def is_unseen(character: str) -> bool:
    """Return whether a character cannot be seen, or turns the direction of what can."""
    return unicodedata.category(character) in _UNSEEN_CATEGORIES or _UNSEEN.match(character) is not None


def make_visible(text: str) -> str:
    """Return a text to be shown, in NFC; a character that cannot be seen is named, as ``[U+200B]``.

    What was recorded stays as it came, whoever wrote it: it must not keep the rest from being read, nor move the cursor
    of a terminal.
    """
    return unicodedata.normalize("NFC", text).translate(_VISIBLE)


def check_line(text: str, *, limit: int, what: str, vi: str, is_optional: bool = False) -> None:
    """Check a text of one line: 1 to ``limit`` characters, or also none if it is optional.

    Raises:
        UsageError: ``BAD_ARGUMENT``.
    """
    _check(text, limit=limit, what=what, vi=vi, is_optional=is_optional, breaks=_NO_BREAKS)


def check_prose(text: str, *, limit: int, what: str, vi: str, is_optional: bool = False) -> None:
    """Check a text that may have several lines, such as an opinion; as :func:`check_line` otherwise.

    Raises:
        UsageError: ``BAD_ARGUMENT``.
    """
    _check(text, limit=limit, what=what, vi=vi, is_optional=is_optional, breaks=_LINES)


def _check(text: str, *, limit: int, what: str, vi: str, is_optional: bool, breaks: frozenset[str]) -> None:
    if not isinstance(text, str):  # a caller without types
        raise _refused(f"the {what} must be text", vi=f"{vi} phải là chữ.")
    if len(text) > limit or (not is_optional and not text.strip()):
        raise _refused(f"the {what} must have 1 to {limit} characters", vi=f"{vi} phải có từ 1 đến {limit} ký tự.")
    # Of most texts no character needs to be looked at by itself.
    for char in () if _is_plain(text) else text:
        if char in breaks:
            continue
        if _UNSEEN_OR_STRANGE.match(char) or unicodedata.category(char) in _UNSEEN_CATEGORIES:
            raise _refused(
                f"the {what} must not hold the character U+{ord(char):04X}",
                vi=f"{vi} có ký tự không được phép (U+{ord(char):04X}).",
                way_out="type the text anew; such characters come with text copied from elsewhere",
            )
    if not unicodedata.is_normalized("NFC", text):
        raise _refused(
            f"the {what} is not in NFC",
            vi=f"{vi} phải dùng chữ Việt Unicode dựng sẵn.",
            way_out='normalise it first: unicodedata.normalize("NFC", text)',
        )


def _is_plain(text: str) -> bool:
    return text.isprintable() and (text.isascii() or _UNSEEN_OR_STRANGE.search(text) is None)


def _refused(message: str, *, vi: str, way_out: str | None = None) -> UsageError:
    return UsageError(ErrorCode.BAD_ARGUMENT, message, vi=vi, way_out=way_out)
