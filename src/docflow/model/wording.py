"""Which texts may stand in a register: one form, one line, nothing that hides or reorders what is read.

Invariants:
    - A text that passes is in NFC: two texts that look alike to an official compare equal.
    - It holds no control character, no mark that turns the direction of reading, no invisible character.

What it does not do: it changes no text that is recorded; whoever typed it hears what is wrong. A text that a peer sent
stays as it came, and is shown by :func:`make_visible`.

Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần II (lengths); TCVN 6909:2001; Unicode UAX #15 (NFC), UTR #36 §2.7.
"""

from __future__ import annotations

import unicodedata

from docflow.errors import ErrorCode, UsageError

_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks of direction: Vietnamese is read from left to right, and needs none."""
_UNSEEN = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff\u2028\u2029")
"""Characters without width, and the two separators that end a line unseen."""
_NO_BREAKS: frozenset[str] = frozenset()
_LINES = frozenset("\n")
_REFUSED_CATEGORIES = frozenset({"Cc", "Cs", "Co", "Cn"})
"""Controls (NUL too), halves of surrogate pairs, private and unassigned characters."""


_NAMED_CATEGORIES = _REFUSED_CATEGORIES | {"Cf", "Zl", "Zp"}
_LIKE = {0x2011: "-", 0x00A0: " ", 0x202F: " ", 0x09: " ", 0x0A: "\n", 0x0D: " "}
"""What differs only in where a line may end, and white space: shown as its like."""


class Legible(dict[int, str]):
    """For :meth:`str.translate`: what cannot be seen is named, as ``[U+200B]``; each character is looked at once.

    Args:
        drawn: The characters for which there are glyphs; every other one is named too. None: there are glyphs for all.
    """

    def __init__(self, drawn: frozenset[int] | None = None) -> None:
        super().__init__(_LIKE)
        self._drawn = drawn

    def __missing__(self, code: int) -> str:
        """Return what is shown for a character."""
        is_lacking = self._drawn is not None and code not in self._drawn
        self[code] = f"[U+{code:04X}]" if is_lacking or is_unseen(chr(code)) else chr(code)
        return self[code]


_VISIBLE = Legible()


def is_unseen(character: str) -> bool:
    """Return whether a character cannot be seen, or turns the direction of what can."""
    return unicodedata.category(character) in _NAMED_CATEGORIES


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
    # Everything that is refused is unprintable: of most texts no character needs to be looked at by itself.
    for char in () if text.isprintable() else text:
        if char in breaks:
            continue
        if char in _TURNING or char in _UNSEEN or unicodedata.category(char) in _REFUSED_CATEGORIES:
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


def _refused(message: str, *, vi: str, way_out: str | None = None) -> UsageError:
    return UsageError(ErrorCode.BAD_ARGUMENT, message, vi=vi, way_out=way_out)
