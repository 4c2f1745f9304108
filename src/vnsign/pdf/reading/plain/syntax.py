"""Objects in their plainest spelling → Python values.

Names are ``str`` with their slash, strings ``bytes``, references :class:`Reference`, arrays ``list``, dictionaries
``dict``, numbers ``int`` or ``Decimal``.

Invariants:
    - Only what every reader spells and reads in the same way: no ``#`` in names, no nested parentheses in strings, no
      entry that is null (an array may hold one), no key twice, no digits that a number or reference does not need.
      Anything else raises :class:`NotPlain`, and is read elsewhere. So the strict look at appended objects
      (:func:`vnsign.pdf.comparing.spelling.is_spelled`) finds nothing odd in what is read here.
    - Time grows with the number of bytes and with nothing else: no pattern here goes back over what it has matched.

What it does not do: resolve references, or read streams.

Source: ISO 32000-2 §7.2 (lexical conventions), §7.3 (objects).
"""

from __future__ import annotations

import re
from binascii import unhexlify
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from vnsign.errors import ErrorCode, InputError

WS = rb"[\x00\t\n\f\r ]"
_DELIMITED = rb"(?=[\x00\t\n\f\r ()<>\[\]/%]|\Z)"
_NAME = rb"/[!\"$&'*+,\-.0-9:;=?@A-Z\\^_`a-z|~]++" + _DELIMITED
_NUMBER = rb"[+-]?(?:\d{1,12}+(?:\.\d{0,30}+)?|\.\d{1,30}+)" + _DELIMITED
_REFERENCE = rb"[1-9]\d{0,9}+ (?:0|[1-9]\d{0,4}+) R" + _DELIMITED
_STRING = rb"\((?:[^()\\]++|\\[^\r\n])*+\)"
_KEYWORD = rb"(?:R|true|false|null)" + _DELIMITED
_COMMENT = rb"%[^\r\n]*+(?=[\r\n])"
_NUMBERS = rb"[\x00\t\n\f\r 0-9+\-.\[\]]++"
_WORDS = re.compile(rb"(?:" + rb"|".join((_NUMBERS, _NAME, rb"<<", rb">>", _STRING, _KEYWORD, _COMMENT)) + rb")*+")
_TOKEN = re.compile(
    # the widths of a font: one token for many numbers
    rb"(?:\d{1,9}+ ){8,}+|" + _NAME + rb"|" + _REFERENCE + rb"|" + _NUMBER + rb"|<<|>>|[\[\]]|" + _STRING + rb"|"
    rb"<[0-9A-Fa-f\x00\t\n\f\r ]*+>|(?<=[\x00\t\n\f\r ()<>\[\]])(?:true|false|null)"
    + _DELIMITED
    + rb"|"
    + _COMMENT
    + rb"|"
    # whatever is nothing of this is not passed over, nor taken for the number that it begins with
    rb"[0-9+\-.]++|[^\x00\t\n\f\r ]"
)
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|(.))", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"(": b"(", b")": b")", b"\\": b"\\"}
_BLANK = b"\x00\t\n\f\r "
_DIGITS = frozenset(b"+ - . 0 1 2 3 4 5 6 7 8 9".split())
_WORDS_OF_TRUTH = frozenset({b"true", b"false"})
_SLASH, _PERCENT, _SPACE = b"/% "
_LINE_END = re.compile(rb"[\r\n]")
_CONTENTS = re.compile(rb"/Contents" + WS + rb"*+<(?!<)")
#: Stands for long contents; a token that nothing else is, so that it is not mistaken for one within a string or remark.
_STAND_IN = b"}"
_LONG_BYTES = 512
#: The description of a font has some 1,200.
_KEPT_BYTES = 1536
_MAX_DEPTH = 32
_ONE_NUMBER, _FEW_DIGITS = re.compile(_NUMBER), 12
_HEX_DIGITS = b"0123456789abcdefABCDEF" + _BLANK


class NotPlain(InputError):
    """The bytes are not of the plainest kind: read them the long way. No caller of the package sees it."""

    def __init__(self) -> None:
        super().__init__(ErrorCode.MALFORMED_PDF, "the file is not of the plainest kind")


class Reference(NamedTuple):
    """An indirect reference."""

    number: int
    generation: int


class HexString(bytes):
    """A string written in hexadecimal, and where it stands in the file."""

    start: int
    end: int


#: What :func:`parse_object` returns.
Value = bool | int | Decimal | str | bytes | Reference | list["Value | None"] | dict[str, "Value"]


def parse_object(data: bytes, start: int, end: int) -> Value:
    """Return the one object in ``data[start:end]``.

    Raises:
        NotPlain: It is not spelled in the plainest way, or not one object.
    """
    spelled = data[start:end]
    if len(spelled) <= _KEPT_BYTES and b"/Contents" not in spelled:
        return _parse_kept(spelled)
    return _parse(spelled, start)


@lru_cache(maxsize=1024)
def _parse_kept(spelled: bytes) -> Value:
    """As :func:`parse_object`; documents of one office say the same in many objects. Nobody changes what it returns."""
    return _parse(spelled, 0)


def _parse(spelled: bytes, offset: int) -> Value:
    contents = None
    if (remark := spelled.rfind(b"%")) >= 0 and not _LINE_END.search(spelled, remark):
        raise NotPlain  # it may go on behind the end
    if len(spelled) > _LONG_BYTES and (found := _CONTENTS.search(spelled)) is not None:
        # ten thousand digits are looked at by other means, ten times as fast
        spelled, contents = _without_contents(spelled, found, offset)
    tokens = iter(_TOKEN.findall(spelled))
    value = _value(next(tokens, b""), tokens, depth=0) if contents is None else _with_contents(tokens, contents)
    if any(token[:1] != b"%" for token in tokens):
        raise NotPlain
    return value


def _with_contents(tokens: Iterator[bytes], contents: HexString) -> Value:
    """Return the dictionary whose own contents, and not those of a part of it, were taken out."""
    if next(tokens, b"") != b"<<":
        raise NotPlain
    value = _dictionary(tokens, depth=1, contents=contents)
    if value.get("/Contents") is not contents:
        raise NotPlain
    return value


def _without_contents(spelled: bytes, found: re.Match[bytes], offset: int) -> tuple[bytes, HexString]:
    if _STAND_IN in spelled:
        raise NotPlain
    begin, end = found.end() - 1, spelled.find(b">", found.end())
    contents = HexString(_hexadecimal(spelled[begin : end + 1]))
    contents.start, contents.end = offset + begin, offset + end + 1
    return spelled[:begin] + _STAND_IN + spelled[end + 1 :], contents


def _hexadecimal(token: bytes) -> bytes:
    try:
        return unhexlify(token[1:-1])  # as most are: without white space, and whole
    except ValueError:
        digits = token[1:-1].translate(None, _BLANK)
    try:
        return unhexlify(digits + b"0" * (len(digits) % 2))
    except ValueError as exc:
        raise NotPlain from exc


def _value(token: bytes, tokens: Iterator[bytes], *, depth: int) -> Value:
    """Return the value that begins with a token."""
    if token[-1:] == b"R" and token[:1] in _DIGITS:
        return _reference(token)
    if token == b"<<":
        if depth > _MAX_DEPTH:
            raise NotPlain
        return _dictionary(tokens, depth=depth + 1)
    if token == b"[":
        if depth > _MAX_DEPTH:
            raise NotPlain
        return _array(tokens, depth=depth + 1)
    return _scalar(token)


def _array(tokens: Iterator[bytes], *, depth: int) -> list[Value | None]:
    found: list[Value | None] = []
    for token in tokens:
        if token == b"]":
            return found
        if token[0] == _PERCENT:
            continue
        if token[-1] == _SPACE:
            found.extend(map(int, token.split()))
        elif token == b"null":
            found.append(None)
        else:
            found.append(_value(token, tokens, depth=depth))
    raise NotPlain


def _dictionary(tokens: Iterator[bytes], *, depth: int, contents: HexString | None = None) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for token in tokens:
        if token[0] != _SLASH or len(token) == 1:
            if token == b">>":
                return found
            if token[0] == _PERCENT:
                continue
            raise NotPlain
        key, value = token.decode("ascii"), next(tokens, b"")
        first = value[:1]
        if key in found or first == b"%":
            raise NotPlain
        if first == b"/" and len(value) > 1:
            found[key] = value.decode("ascii")
        elif first == _STAND_IN and key == "/Contents" and contents is not None:
            found[key] = contents
        else:
            found[key] = _value(value, tokens, depth=depth)
    raise NotPlain


@lru_cache(maxsize=4096)
def _reference(token: bytes) -> Reference:
    """Return a reference; a document uses the same ones again and again."""
    number, generation, _ = token.split(b" ")
    return Reference(int(number), int(generation))


def _scalar(token: bytes) -> Value:
    first = token[:1]
    if first == b"/" and len(token) > 1:
        return token.decode("ascii")
    if first in _DIGITS:
        return _number(token)
    if first == b"(":
        value = token[1:-1]
        if len(token) == 1 or b"\r" in value:
            raise NotPlain  # a line end within a string is read as another
        return _ESCAPE.sub(_unescape, value) if b"\\" in value else value
    if first == b"<" and len(token) > 1:
        return _hexadecimal(token)
    if token in _WORDS_OF_TRUTH:
        return token == b"true"
    raise NotPlain


def _number(token: bytes) -> int | Decimal:
    if len(token) > _FEW_DIGITS and _ONE_NUMBER.fullmatch(token) is None:
        raise NotPlain
    try:
        return Decimal(token.decode("ascii")) if b"." in token else int(token)
    except (ValueError, ArithmeticError) as exc:
        raise NotPlain from exc


def are_words(data: bytes, start: int, end: int) -> bool:
    """Tell whether ``data[start:end]`` is words and nothing else: every string and every comment ends within."""
    while True:
        found = _WORDS.match(data, start, end)
        start = start if found is None else found.end()
        if start == end:
            return True
        close = data.find(b">", start, end)
        if data[start : start + 1] != b"<" or close < 0 or data[start + 1 : close].translate(None, _HEX_DIGITS):
            return False
        start = close + 1


def _unescape(found: re.Match[bytes]) -> bytes:
    octal, other = found.groups()
    if octal is not None:
        code = int(octal, 8)
        if code > 255:  # noqa: PLR2004 — a byte
            raise NotPlain
        return bytes((code,))
    if other not in _ESCAPED:
        raise NotPlain
    return _ESCAPED[other]
