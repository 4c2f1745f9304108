"""JSON that people write, as records: what does not fit is named by its field, in English and in Vietnamese.

Invariants:
    - A field that the record does not have is refused: a slip of the pen (``secercy``) must not pass for nothing.
    - So is one that stands twice in one object: whoever reads the file sees the first, JSON's readers take the last.
    - The mark that Windows' editors put before a text (BOM) is no part of it.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from docflow.errors import ErrorCode, UsageError

#: msgspec's own words, and what they are in Vietnamese; a group stands where its number does.
_WORDS: Sequence[tuple[re.Pattern[str], str]] = tuple(
    (re.compile(english, re.DOTALL), vietnamese)
    for english, vietnamese in (
        (r"Object missing required field `(.*)`", "thiếu trường {0}"),
        (r"Object contains unknown field `(.*)`", "không có trường {0}"),
        (r"Object contains field `(.*)` twice", "trường {0} được ghi hai lần"),
        (r"Expected `(.*)`, got `(.*)`", "cần kiểu {0}, không phải {1}"),
        (r"Invalid enum value (.*)", "giá trị {0} không có trong danh mục"),
        (r"Invalid RFC3339 encoded (?:date|datetime|time)", "ngày hoặc giờ không đúng dạng"),
        (r"JSON is malformed: .*\((byte \d+)\)", "không phải JSON đúng dạng ({0})"),
        (r"Input data was truncated", "JSON chưa kết thúc"),
    )
)


def read_json(
    data: bytes,
    kind: Any,  # noqa: ANN401 - any type
    *,
    what: str,
    vi: str,
    spell: Callable[[Any], object] = lambda value: value,
) -> Any:  # noqa: ANN401 - of any type
    """Return what JSON says as a record.

    Args:
        kind: The record's type.
        what: What stands before the reason in an error, e.g. the file's name; ``vi`` the same in Vietnamese.
        spell: From what people write to what the record holds, before it is read.

    Raises:
        UsageError: ``BAD_ARGUMENT``; no JSON, a field that is missing, unknown, there twice or of another type.
    """
    try:
        data = data.removeprefix(codecs.BOM_UTF8)
        given = msgspec.json.decode(data)
        json.loads(data, object_pairs_hook=_refuse_twice)
        return convert_json(spell(given), kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as exc:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"{what}: {exc}",
            vi=f"{vi}: {_vietnamese(exc)}.",
            way_out="see docs/howto/run-an-office.md for what the file holds",
        ) from exc


def convert_json(given: Any, kind: Any, *, at: str = "$") -> Any:  # noqa: ANN401 - any JSON, of any kind
    """Return decoded JSON as a record.

    Args:
        at: Where it stands in the whole, for the error.

    Raises:
        msgspec.ValidationError: It does not fit, or has a field that the record does not have.
    """
    found = msgspec.convert(given, kind)
    _refuse_unknown(given, msgspec.to_builtins(found, enc_hook=str), at=at)
    return found


def _refuse_twice(pairs: Sequence[tuple[str, object]]) -> None:
    names = [name for name, _ in pairs]
    twice = next((name for name in names if names.count(name) > 1), None) if len(set(names)) < len(names) else None
    if twice is not None:
        raise msgspec.ValidationError(f"Object contains field `{twice}` twice")


def _refuse_unknown(given: Any, known: Any, *, at: str) -> None:  # noqa: ANN401 - any JSON
    """Compare what was written with what was understood, field by field."""
    if isinstance(given, Mapping) and isinstance(known, Mapping):
        for name, value in given.items():
            if name not in known:
                raise msgspec.ValidationError(f"Object contains unknown field `{name}` - at `{at}`")
            _refuse_unknown(value, known[name], at=f"{at}.{name}")
    elif isinstance(given, list) and isinstance(known, list | tuple):
        for index, (one, other) in enumerate(zip(given, known, strict=False)):
            _refuse_unknown(one, other, at=f"{at}[{index}]")


def _vietnamese(exc: Exception) -> str:
    match exc:
        case UnicodeDecodeError():
            return "không phải văn bản UTF-8"
        case RecursionError():
            return "lồng nhau quá sâu"
    said, _, place = str(exc).partition(" - at `")
    field = place.removesuffix("`").removeprefix("$").removeprefix(".")
    told = next(
        (words.format(*found.groups()) for english, words in _WORDS if (found := english.fullmatch(said))),
        "giá trị không hợp lệ",
    )
    return f"{told} (tại {field})" if field else told
