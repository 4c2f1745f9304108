"""Values are what annotations say, or the caller is told which one is not.

Invariants:
    - A value is never shown: it may be the content of a document.
    - Times have a zone, a day is no time, texts can be written down, no truth value is a number.

What it does not do: convert anything; look at more than the first hundred members of a sequence; say that an argument
is missing or unknown, which Python does with a TypeError.

Source: docs/adr/0028.
"""

from __future__ import annotations

import functools
import math
import types
import typing
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from itertools import islice
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from docflow.errors import ErrorCode, UsageError

_C = TypeVar("_C", bound=type)
Test = Callable[[object], bool]
"""Whether a value is what an annotation says."""
_LOOKED_AT = 100


def checked_fields(kind: _C) -> _C:
    """Return a dataclass that says which of its fields is not what its annotation says, if making it fails for that.

    What is made in vain costs the look; what is made costs nothing, and is looked at where it is used
    (:mod:`docflow.wiring.arguments`).
    """
    plain = vars(kind)["__init__"]

    @functools.wraps(plain)
    def make(self: object, *args: object, **kwargs: object) -> None:
        try:
            plain(self, *args, **kwargs)
        except (AttributeError, KeyError, TypeError) as exc:
            values = [*zip((field.name for field in fields(kind)), args, strict=False), *kwargs.items()]
            refusal = explain(kind.__name__, values, _hints_of(kind))
            if refusal is None:
                raise
            raise refusal from exc

    setattr(kind, "__init__", make)  # noqa: B010 — a type checker takes it for an override
    return kind


def explain(called: str, values: Iterable[tuple[str, object]], hints: Mapping[str, Any]) -> UsageError | None:
    """Return what is wrong with the first value that is not what its annotation says, or None if all are."""
    wrong = ((name, value, hints[name]) for name, value in values if not find_test(hints.get(name, Any))(value))
    found = next(wrong, None)
    if found is None:
        return None
    name, value, hint = _innermost(*found)
    if isinstance(value, datetime) and value.utcoffset() is None:
        what, what_vi = "is a time without a zone", "là thời điểm không có múi giờ"
    elif type(value) is str and not _is_text(value):
        what, what_vi = "holds bytes that are no text", "chứa byte không phải văn bản"
    else:
        what = f"is of the type {type(value).__name__}, and must be {_described(hint)}"
        what_vi = f"có kiểu {type(value).__name__}, không đúng kiểu"
    return UsageError(
        ErrorCode.BAD_ARGUMENT,
        f"{called}: {name} {what}",
        vi=f"Giá trị {name} của {called} {what_vi}.",
    )


def _innermost(name: str, value: object, hint: Any) -> tuple[str, object, Any]:  # noqa: ANN401 — any annotation
    """Go down to the part that is wrong, where it can be told."""
    kinds = get_args(hint) if get_origin(hint) in {Union, types.UnionType} else (hint,)
    for kind in kinds:
        if _is_plain_data(kind) and isinstance(value, kind):
            for part, part_hint in _hints_of(kind).items():
                if not find_test(part_hint)(getattr(value, part)):
                    return _innermost(f"{name}.{part}", getattr(value, part), part_hint)
        if get_origin(kind) is tuple and isinstance(value, tuple) and get_args(kind)[-1] is Ellipsis:
            for number, member in enumerate(value[:_LOOKED_AT]):
                if not find_test(get_args(kind)[0])(member):
                    return _innermost(f"{name}[{number}]", member, get_args(kind)[0])
    return name, value, hint


@functools.cache
def find_test(hint: Any) -> Test:  # noqa: ANN401 — one line for each kind of annotation
    """Return what tells whether a value is what an annotation says: the annotation is read once, not at each call."""
    origin, parameters = get_origin(hint), get_args(hint)
    if origin in {Union, types.UnionType}:
        return _union_test(parameters)
    if origin is Literal:
        return lambda value: value in parameters
    if origin is tuple:
        return _tuple_test(parameters)
    if origin is type:
        return lambda value: isinstance(value, type)
    if isinstance(origin, type):
        members_fit = _members_test(parameters if issubclass(origin, Iterable) else ())
        return lambda value: isinstance(value, origin) and not isinstance(value, str | bytes) and members_fit(value)
    return _plain_test(hint)


def _union_test(kinds: tuple[Any, ...]) -> Test:
    tests = tuple(map(find_test, kinds))
    if str in kinds and any(hasattr(kind, "__fspath__") for kind in kinds):
        # the name of a file may hold bytes that are no text
        return lambda value: isinstance(value, str) or any(test(value) for test in tests)
    if len(tests) == 2:  # noqa: PLR2004 — something or None, nearly always
        one, other = tests
        return lambda value: one(value) or other(value)
    return lambda value: any(test(value) for test in tests)


def _tuple_test(kinds: tuple[Any, ...]) -> Test:
    if kinds[-1:] == (Ellipsis,):
        members_fit = _members_test(kinds[:1])
        return lambda value: isinstance(value, tuple) and members_fit(value)
    tests = tuple(map(find_test, kinds))
    return lambda value: (
        isinstance(value, tuple)
        and len(value) == len(tests)
        and all(test(member) for test, member in zip(tests, value, strict=True))
    )


def _members_test(kinds: tuple[Any, ...]) -> Test:
    """Look into what can be looked into without using it up."""
    tests = tuple(map(find_test, kinds))

    def members_fit(value: object) -> bool:
        if isinstance(value, Mapping) and len(tests) == 2:  # noqa: PLR2004 — of keys and of values
            key_fits, value_fits = tests
            return all(key_fits(key) and value_fits(value[key]) for key in islice(value, _LOOKED_AT))
        if isinstance(value, Collection) and tests:
            return all(tests[0](member) for member in islice(value, _LOOKED_AT))
        return True

    return members_fit


def _plain_test(kind: Any) -> Test:  # noqa: ANN401, PLR0911 — one line for each kind
    if kind is Any or not isinstance(kind, type):  # what cannot be looked at is let pass
        return lambda value: kind is not None or value is None
    if kind is float:
        return lambda value: isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if kind is str:
        return _is_text
    if kind is int:
        return lambda value: isinstance(value, int) and not isinstance(value, bool)
    if kind is date:
        return lambda value: isinstance(value, date) and not isinstance(value, datetime)
    if kind is datetime:
        return lambda value: isinstance(value, datetime) and value.utcoffset() is not None
    if getattr(kind, "_is_protocol", False):
        methods = _methods(kind)
        return lambda value: all(callable(getattr(value, method, None)) for method in methods)
    if _is_plain_data(kind):
        return lambda value: (
            isinstance(value, kind) and all(test(getattr(value, part)) for part, test in _part_tests(kind))
        )
    return lambda value: isinstance(value, kind)


def _is_text(value: object) -> bool:
    # A text of a kind of the caller's own, unless it is one of a list of names, cannot be encoded.
    if not isinstance(value, str) or (type(value) is not str and not isinstance(value, Enum)):
        return False
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:  # what Python makes of bytes that are no text can be written nowhere
        return False
    return True


def _is_plain_data(kind: Any) -> bool:  # noqa: ANN401 — any annotation
    """Tell what is looked at inside: what callers write down."""
    return isinstance(kind, type) and is_dataclass(kind) and kind.__module__.startswith("docflow.model.")


@functools.cache
def _part_tests(kind: type) -> tuple[tuple[str, Test], ...]:
    return tuple((part, find_test(hint)) for part, hint in _hints_of(kind).items())


@functools.cache
def _hints_of(kind: Any) -> dict[str, Any]:  # noqa: ANN401 — any annotation
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


@functools.cache
def _methods(protocol: type) -> tuple[str, ...]:
    return tuple(
        name
        for base in protocol.__mro__
        if getattr(base, "_is_protocol", False)
        for name, member in vars(base).items()
        if not name.startswith("_") and callable(member)
    )


def _described(hint: Any) -> str:  # noqa: ANN401 — any annotation
    kinds = get_args(hint) if get_origin(hint) in {Union, types.UnionType} else (hint,)
    return " or ".join(dict.fromkeys(map(_named, kinds)))


def _named(kind: Any) -> str:  # noqa: ANN401 — any annotation
    if kind is types.NoneType:
        return "None"
    if get_origin(kind) is not None:
        return str(kind).replace("typing.", "").replace("collections.abc.", "")
    return str(getattr(kind, "__name__", kind))
