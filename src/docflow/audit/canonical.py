"""One way to write a value as bytes: JSON as RFC 8785 has it, for the values that leaves hold.

Invariants:
    - Equal values give equal bytes; :func:`parse_canonical` takes only what :func:`encode_canonical` gives.
    - Only objects with ASCII keys, arrays, strings, integers within ±(2^53-1), true, false and null: no fractions.

Source: RFC 8785; docs/spec/audit-log.md §2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeAlias

import msgspec

from docflow.errors import ErrorCode, InputError

Json: TypeAlias = "Mapping[str, Json] | Sequence[Json] | str | int | bool | None"
"""A value that has a canonical form."""

MAX_INTEGER = 2**53 - 1
"""RFC 7493 §2.2: integers beyond it are read differently by different programs."""

PlainInteger: TypeAlias = Annotated[int, msgspec.Meta(ge=-MAX_INTEGER, le=MAX_INTEGER)]
"""An integer that has a canonical form, as a member of a :class:`msgspec.Struct`."""

_WITHOUT_LIMIT = frozenset({str, bool, type(None)})
"""What has a canonical form whatever its value is."""

_NESTED = (dict, list, tuple)

_ENCODER = msgspec.json.Encoder(order="sorted")
_IN_ORDER = msgspec.json.Encoder()


def encode_canonical(value: Json) -> bytes:
    """Return the canonical bytes of a value.

    Raises:
        InputError: ``MALFORMED_INPUT``; the value holds a fraction, an integer beyond ±(2^53-1), a non-ASCII key or a
            lone surrogate.
    Source: RFC 8785 §3.2.
    """
    try:
        data = _ENCODER.encode(value)
        _check(value)
        return data
    except (UnicodeEncodeError, RecursionError, TypeError, OverflowError) as exc:
        raise _malformed(str(exc)) from exc


def encode_checked(value: Mapping[str, object], kind: type[msgspec.Struct]) -> bytes:
    """Return the canonical bytes of an object whose members and their types are known: ``kind`` says them.

    Args:
        kind: Members in alphabetical order, of text, :data:`PlainInteger`, None, :class:`~docflow.ports.WrittenRow`
            or such structs only.

    Raises:
        InputError: ``MALFORMED_INPUT``; as :func:`encode_canonical`, or another member.
    """
    try:
        return _IN_ORDER.encode(msgspec.convert(value, kind))
    except (UnicodeEncodeError, msgspec.ValidationError) as exc:
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
    """Look through a value that was encoded, so that it holds itself nowhere."""
    left: list[Any] = [value if isinstance(value, _NESTED) else (value,)]
    while left:
        part = left.pop()
        if isinstance(part, dict):
            # Sorting by bytes and by UTF-16 units (RFC 8785 §3.2.3) agree for ASCII keys.
            if not "".join(part).isascii():  # a key that is no text raises TypeError
                raise _malformed("key not ASCII")
            part = part.values()
        # Most are texts: where all are, nothing is looked at one by one.
        kinds = set(map(type, part))
        if kinds <= _WITHOUT_LIMIT:
            continue
        for kind in kinds - _WITHOUT_LIMIT:
            if issubclass(kind, int):
                if [item for item in part if type(item) is kind and not -MAX_INTEGER <= item <= MAX_INTEGER]:
                    raise _malformed("integer beyond 2^53-1")
            elif issubclass(kind, _NESTED):
                left += [item for item in part if type(item) is kind]
            elif not issubclass(kind, str):
                raise _malformed(f"no canonical form for {kind.__name__}")


def _malformed(reason: str) -> InputError:
    return InputError(
        ErrorCode.MALFORMED_INPUT,
        f"not canonical JSON: {reason[:200]}",
        vi="Dữ liệu nhật ký không đúng dạng JSON chuẩn.",
    )
