"""One way to write a value as bytes: JSON as RFC 8785 has it, for the values that leaves hold.

Invariants:
    - Equal values give equal bytes; :func:`parse_canonical` takes only what :func:`encode_canonical` gives.
    - Only objects with ASCII keys, arrays, strings, integers within ±(2^53-1), true, false and null: no fractions.

Source: RFC 8785; docs/spec/audit-log.md §2.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeAlias

import msgspec

from docflow.errors import ErrorCode, InputError

Json: TypeAlias = "Mapping[str, Json] | Sequence[Json] | str | int | bool | None"
"""A value that has a canonical form."""

MAX_INTEGER = 2**53 - 1
"""RFC 7493 §2.2: integers beyond it are read differently by different programs."""

_WITHOUT_LIMIT = frozenset({str, bool, type(None)})
"""What has a canonical form whatever its value is."""

_ENCODER = msgspec.json.Encoder(order="sorted")


def encode_canonical(value: Json) -> bytes:
    """Return the canonical bytes of a value.

    Raises:
        InputError: ``MALFORMED_INPUT``; the value holds a fraction, an integer beyond ±(2^53-1), a non-ASCII key or a
            lone surrogate.
    Source: RFC 8785 §3.2.
    """
    try:
        _check(value)
        return _ENCODER.encode(value)
    except (UnicodeEncodeError, RecursionError, TypeError, OverflowError) as exc:
        raise _malformed(str(exc)) from exc


def parse_canonical(data: bytes) -> Json:
    """Parse canonical bytes.

    Raises:
        InputError: ``MALFORMED_INPUT``; not JSON, or not in the canonical form.
    Source: RFC 8785 §3.2.
    """
    try:
        value: Json = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise _malformed(str(exc)) from exc
    if encode_canonical(value) != data:
        raise _malformed("not in canonical form")
    return value


def _check(value: object) -> None:
    items: Collection[Any]
    if isinstance(value, dict):
        # Sorting by bytes and by UTF-16 units (RFC 8785 §3.2.3) agree for ASCII keys.
        if not "".join(value).isascii():  # a key that is no text raises TypeError
            raise _malformed("key not ASCII")
        items = value.values()
    elif isinstance(value, list | tuple):
        items = value
    else:
        _check_scalar(value)
        return
    # Most are texts: where all are, nothing is looked at one by one.
    if _WITHOUT_LIMIT.issuperset(map(type, items)):
        return
    for item in items:
        kind = type(item)
        if kind is int:
            if not -MAX_INTEGER <= item <= MAX_INTEGER:
                raise _malformed("integer beyond 2^53-1")
        elif kind not in _WITHOUT_LIMIT:
            _check(item)


def _check_scalar(value: object) -> None:
    match value:
        case None | bool() | str():
            return
        case int():
            if not -MAX_INTEGER <= value <= MAX_INTEGER:
                raise _malformed("integer beyond 2^53-1")
        case _:
            raise _malformed(f"no canonical form for {type(value).__name__}")


def _malformed(reason: str) -> InputError:
    return InputError(
        ErrorCode.MALFORMED_INPUT,
        f"not canonical JSON: {reason[:200]}",
        vi="Dữ liệu nhật ký không đúng dạng JSON chuẩn.",
    )
