"""How a mark of secrecy is told from words about secrets, however either is written.

A text is folded (one form of letters, nothing invisible, look-alikes of other scripts and of old fonts as the letters
they show) and cut where people set a mark apart: at brackets, quotes, colons, dashes, strokes, full stops, stars, and
beside a degree of urgency. A mark is then

1. a degree (mật, tối mật, tuyệt mật) that is a whole piece, by itself or after "độ" or "tài liệu";
2. what its label names ("độ mật Tối mật"), and a label whose value is not clearly "not secret" ("Độ mật: A");
3. a degree at the beginning, before "V/v", "về việc", a type of document or a number; tối mật, tuyệt mật before
   whatever it is;
4. where not all is in capitals: TỐI MẬT and TUYỆT MẬT anywhere, and MẬT that no other word in capitals stands beside.

Invariants:
    - Words that name several degrees ("tối mật, tuyệt mật"), or the secrets of one ("bí mật nhà nước độ Mật"), speak
      about secrets.
    - A spelling that is other words too (mat: mặt, mất) is a mark only where it stands for itself, or before "ve viec".

What it does not do: find a degree that runs on with the words around it (``Kế hoạch Mật năm 2026``, ``KẾ HOẠCH PHÒNG
THỦ MẬT``), as people and places of that name are written; or secrecy in other words ("không phổ biến").

Source: Nghị định 30/2020/NĐ-CP Phụ lục I mục IV ô 10a (TUYỆT MẬT, TỐI MẬT, MẬT); docs/adr/0057.
"""

from __future__ import annotations

import re
import unicodedata

from docflow.model.types import DocumentType
from docflow.model.wording import is_unseen

_OPEN = frozenset({"", "0", "khong", "khongmat", "thuong", "binhthuong", "none", "normal"})
"""Folded values of a field for secrecy that say: not secret."""

# Letters of a script without case stand for the degrees in a folded text: two syllables, in capitals or not; one, in
# capitals, with a capital, without; spellings that are other words too.
_HIGH_UPPER, _HIGH, _UPPER, _TITLE, _LOW, _BARE_HIGH_UPPER, _BARE_HIGH, _BARE = "ꀀꀁꀂꀃꀄꀅꀆꀇ"
_ANY = "[ꀀ-ꀇ]"
_SURE = "[ꀀ-ꀄ]"
_STANDS_OUT = f"[{_HIGH_UPPER}{_UPPER}{_TITLE}]"

_LOOK_ALIKE = dict(
    zip(
        map(ord, "АВЕКМНОРСТУХІаеомрсухітΑΒΕΗΙΚΜΝΟΡΤΥΧοτ"),
        "ABEKMHOPCTYXIaeompcyxitABEHIKMNOPTYXot",
        strict=True,
    )
)
"""Cyrillic and Greek letters that look like Latin ones."""
_TELLING = frozenset("\u0300\u0301\u0302\u0303\u0306\u0308\u0309\u031b\u0323")
"""Marks on letters that tell words apart; others, such as lines through or under them, are decoration."""


_REMEMBERED = 10_000
"""Letters; strangers who send every one of Unicode shall not fill the memory."""


class _Bare(dict[int, str]):
    """For :meth:`str.translate`, of a decomposed text: what a letter shows, or nothing; most are looked at once."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        is_decoration = unicodedata.category(char) == "Mn" and char not in _TELLING
        is_kept = char.isspace() or not (is_decoration or is_unseen(char) or _HIGH_UPPER <= char <= _BARE)
        shown = _LOOK_ALIKE.get(code, char) if is_kept else ""
        if len(self) < _REMEMBERED:
            self[code] = shown
        return shown


_BARE_LETTERS = _Bare()
_ORDINARY = re.compile(r"[\n\x20-\x7e\u00c0-\u01b0\u1ea0-\u1ef9–—“”‘’…]*")
"""Texts of these are folded as they stand."""
_HINT = re.compile(r"m[\W_]?(?:[aâạậë]|aä)[\W_]?t|secret|confidential")
"""In every mark, in small letters."""

_RUN = re.compile(r"([^\w\s])\1{2,}")
_SPACED = re.compile(r"(?<![^\W_])[^\W\d_](?:[ .·_-][^\W\d_]){2,}(?![^\W_])")
"""Single letters with something between: M Ậ T, T.Ố.I M.Ậ.T."""
_BETWEEN_LETTERS = re.compile(r"[ .·_-]")
_EXTENSION = re.compile(r"\.[a-z][a-z0-9]{1,4}\s*\Z", re.IGNORECASE)
_ON_SUBJECT = re.compile(r"(?<!\w)v\s*[/.]\s*v(?!\w)[.:]?", re.IGNORECASE)

# Tối, tuyệt and mật with all their marks, some, or none; and as the fonts before Unicode wrote them (MËT, MAÄT).
_FIRST = r"(?:t(?:[oôóốè]|oá)i|tuy(?:[eêẹệö]|eä)t)[\s._-]*"
_FULL, _PLAIN = r"m(?:ậ|â|ë|aä)t", r"m[aạ]t"
_DEGREE = re.compile(
    rf"(?<![^\W_])(?:(?P<high>{_FIRST}{_FULL})(?!\s+(?:độ|ong|mã|khẩu)\b)|(?P<bare_high>{_FIRST}{_PLAIN}|top\s+secret)"
    rf"|(?P<one>{_FULL})|(?P<bare>{_PLAIN}|secret|confidential))(?![^\W_])",
    re.IGNORECASE,
)

_LABEL = rf"(?<!\w)(?:(?:mức|cấp)\s+)?độ\s+[{_UPPER}{_TITLE}{_LOW}](?:\s+(?:của\s+)?(?:văn bản|tài liệu|hồ sơ))?\s*"
_LABELLED = re.compile(
    rf"{_LABEL}(?:[:=–—-]|là)?[\s\W]*{_ANY}|(?<!\w)do\s+{_BARE}\s*[:=]?\s*{_ANY}",
    re.IGNORECASE,
)
_FIELD = re.compile(rf"(?:\A|[;,.(\[|–—-])\s*{_LABEL}[:=]([^;,.()\[\]|]*)", re.IGNORECASE)
"""A label where a piece begins, and the value behind it."""

_OF_DEGREE = re.compile(rf"nhà nước(?:\s+thuộc)?\s+(?:độ|mức)\s+{_ANY}", re.IGNORECASE)
_SEVERAL = re.compile(rf"(?<=[\w:]\s)(?:{_ANY}\s*(?:,|/|và|hoặc|hay)\s*(?:(?:độ|mức)\s+)?)+{_ANY}", re.IGNORECASE)
_ABOUT = "x"
"""Stands for words about secrets."""

_URGENT = re.compile(
    r"(?<!\w)(?:thượng\s+khẩn|h(?:ỏa|oả)\s+tốc(?:\s+hẹn\s+giờ)?|khẩn(?!\s+(?:cấp|trương|thiết|nguyện|cầu|hoang)))(?!\w)",
    re.IGNORECASE,
)
_APART = re.compile(r"[^\w\s,.&'’+%-]+|\s-+\s*|-+\s|(?<=\w{3})\.(?=\s|\Z)|(?<=[ꀀ-ꀇ])\.|\A-|-(?=[ꀀꀂ]\Z)|-\Z")
_NUMBER = re.compile(r"[^\w]*(?:(?:\d{1,3}|[a-zđ]|[IVX]{1,4})\s*\.)?\W*")
"""What numbers a piece, or stands before it: 1., a., IV."""
_WHOLE = re.compile(
    rf"(?:(?:(?:mức|cấp)\s+)?độ\s+[ꀀ-ꀃꀅꀆ]|{_ANY}"
    rf"|(?:tài liệu|văn bản|công văn|hồ sơ|bản|loại|mức|cấp|dấu)\s+{_STANDS_OUT})\W*",
    re.IGNORECASE,
)
_THING = re.compile(rf"(?:tài liệu|văn bản|công văn|hồ sơ)\s+(?:độ\s+)?{_SURE}", re.IGNORECASE)
_THING_APART = re.compile(rf"[(\[{{<«“\"*]\s*{_THING.pattern}\s*[)\]}}>»”\"*]", re.IGNORECASE)
"""A document that is called secret, in brackets."""

_TYPES = "|".join(sorted({kind.vi.lower() for kind in DocumentType}))
_PLAIN_TYPES = "|".join(sorted({kind.value.replace("_", r"\W+") for kind in DocumentType if "giay" not in kind.value}))
_BEGINS = rf"(?:{{0}}\W*(?:về\s+việc|{_TYPES}|số\W*\d|kính\s+gửi)(?!\w)|{_UPPER}\W*\d|{{1}})"
_BEGINNING = re.compile(
    _BEGINS.format(_SURE, f"[{_HIGH_UPPER}{_HIGH}]")
    + rf"|{_ANY}\W*ve\s+viec(?!\w)|[{_BARE}{_BARE_HIGH}{_BARE_HIGH_UPPER}]\W*về\s+việc"
    + rf"|[{_BARE_HIGH}{_BARE_HIGH_UPPER}]\W*(?:{_PLAIN_TYPES})",
    re.IGNORECASE,
)
_BEGINNING_LATER = re.compile(_BEGINS.format(_STANDS_OUT, _HIGH_UPPER), re.IGNORECASE)
_BEFORE_NAMES = frozenset(
    {"ông", "bà", "anh", "chị", "cô", "chú", "bác", "em", "họ", "tên", "xã", "thôn", "ấp", "bản", "làng", "xóm", "cầu"}
    | {"suối", "sông", "núi", "đền", "chùa", "chợ", "phố", "hồ"}
)


def bears_mark(text: str, *, is_name: bool = False) -> bool:
    """Return whether a text bears a mark of secrecy.

    Args:
        is_name: It names somebody, who may be called Mật: that word by itself is no mark then, "(Mật)" still is.
    """
    if _ORDINARY.fullmatch(text) and not _HINT.search(text.lower()):
        return False
    return any(_is_marked(line, is_name=is_name) for line in _fold(text).splitlines() if _HINT.search(line.lower()))


def is_open_value(value: str) -> bool:
    """Return whether the value of a field for secrecy says that a document is not secret; unknown words do not."""
    decomposed = unicodedata.normalize("NFD", value.lower().replace("đ", "d"))
    return "".join(char for char in decomposed if char.isalnum()) in _OPEN


def _fold(text: str) -> str:
    """Return the letters that a text shows, in one form."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKD", text).translate(_BARE_LETTERS))


def _is_marked(line: str, *, is_name: bool) -> bool:
    line = _RUN.sub(r"\1\1", " ".join(line.split()))
    line = _SPACED.sub(lambda run: _BETWEEN_LETTERS.sub("", run[0]), line).replace("_", " ")
    line = _ON_SUBJECT.sub(lambda found: "VỀ VIỆC" if found[0].isupper() else "về việc", line)
    line = _DEGREE.sub(_name_degree, line)
    line = _OF_DEGREE.sub(_ABOUT, _SEVERAL.sub(_ABOUT, _EXTENSION.sub("", line)))
    if _LABELLED.search(line) or any(not is_open_value(field[1]) for field in _FIELD.finditer(line)):
        return True
    line = _URGENT.sub("|", line)
    pieces = [piece[_NUMBER.match(piece).end() :].strip() for piece in _APART.split(line)]  # type: ignore[union-attr]
    pieces = [piece for piece in pieces if piece]
    if is_name and line.strip(" .") in {_UPPER, _TITLE, _LOW}:
        return False
    if _THING.fullmatch(line.strip(" .")) or _THING_APART.search(line):
        return True
    return any(_is_set_apart(piece, is_first=number == 0, is_name=is_name) for number, piece in enumerate(pieces)) or (
        any(map(str.islower, line)) and _stands_out(line, is_name=is_name)
    )


def _name_degree(found: re.Match[str]) -> str:
    word = found[0]
    if found["high"] or found["bare_high"]:
        uppers = (_HIGH_UPPER, _HIGH) if found["high"] else (_BARE_HIGH_UPPER, _BARE_HIGH)
        return uppers[0] if word.isupper() else uppers[1]
    if found["bare"]:
        return _BARE
    if word[1:].islower():
        return _TITLE if word[0].isupper() else _LOW
    return _UPPER


def _is_set_apart(piece: str, *, is_first: bool, is_name: bool) -> bool:
    if _WHOLE.fullmatch(piece):
        return True
    beginning = _BEGINNING if is_first else _BEGINNING_LATER
    if beginning.match(piece):
        return True
    parts = [part.strip() for part in piece.split(",")]
    telling = f"{_HIGH_UPPER}{_HIGH}{_UPPER}" if is_name else f"{_HIGH_UPPER}{_HIGH}{_UPPER}{_TITLE}"
    return any(
        _WHOLE.fullmatch(part) and any(char in telling for char in part)
        for number, part in enumerate(parts)
        if not (is_first and number == 0 and _TITLE in part)
    )


def _stands_out(line: str, *, is_name: bool) -> bool:
    """Return whether a degree in capitals stands in a line that is not all in capitals."""
    if _HIGH_UPPER in line or _BARE_HIGH_UPPER in line:
        return True
    words = line.split()
    for number, word in enumerate(words):
        if is_name or _UPPER not in word:
            continue
        before, after = words[number - 1] if number else "", words[number + 1] if number + 1 < len(words) else ""
        is_named = before.lower() in _BEFORE_NAMES or _is_capital(before)
        if not is_named and (not _is_capital(after) or after == "VỀ"):
            return True
    return False


def _is_capital(word: str) -> bool:
    return len(word) > 1 and word.isalpha() and word.isupper()
