"""Arguments of the front door are what their annotations say, or the caller is told which one is not.

Python checks no types: a text for a date, or a time without a zone, would end in a TypeError from somewhere inside.
What is checked is the annotation itself, so that a page of documentation, a type checker and this agree.

Invariants:
    - A value is never shown: it may be the content of a document.
    - Times have a zone, a day is no time, texts can be written down, no truth value is a number.

What it does not do: convert anything; look at more than the first hundred members of a sequence; say that an argument
is missing or unknown, which Python does with a TypeError.

Source: docs/adr/0028.
"""

from __future__ import annotations

import functools
import inspect
import math
import os
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, Literal, ParamSpec, TypeVar, Union, get_args, get_origin

from docflow.errors import ErrorCode, UsageError
from docflow.wiring.marks import without_marks

_P = ParamSpec("_P")
_R = TypeVar("_R")
_C = TypeVar("_C", bound=type)
_Test = Callable[[object], bool]
_LOOKED_AT = 100


def checked_verbs(kind: _C) -> _C:
    """Return the class, each public method and class method of its own as :func:`checked` makes it.

    A method that records something takes no mark of secrecy either; see :mod:`docflow.wiring.marks`.
    """
    for name, member in tuple(vars(kind).items()):
        if name.startswith("_"):
            continue
        if isinstance(member, types.FunctionType):
            setattr(kind, name, checked(without_marks(member)))
        elif isinstance(member, classmethod):
            setattr(kind, name, classmethod(checked(without_marks(member.__func__))))
    return kind


def checked(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Return ``function`` with its arguments checked against its annotations before anything else happens.

    Raises:
        UsageError: BAD_ARGUMENT, by the function returned.
    """
    tests: tuple[_Test, ...] = ()
    named: dict[str, _Test] = {}

    @functools.wraps(function)
    def checking(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        nonlocal tests
        if not named:  # once for each function, when it is called first
            tests = _read(function, named)
        for test, value in zip(tests, args, strict=False):
            if not test(value):
                raise _refusal(function, args, kwargs)
        for name, value in kwargs.items():
            if name in named and not named[name](value):
                raise _refusal(function, args, kwargs)
        return function(*args, **kwargs)

    return checking


def _read(function: Callable[..., object], named: dict[str, _Test]) -> tuple[_Test, ...]:
    hints = typing.get_type_hints(function)
    names = tuple(inspect.signature(function).parameters)
    named |= {name: _test_for(hints.get(name, Any)) for name in names}
    return tuple(named.values())


def _refusal(function: Callable[..., object], args: tuple[object, ...], kwargs: dict[str, object]) -> UsageError:
    """Say which argument, or which part of it, is not what it must be."""
    hints = typing.get_type_hints(function)
    values = [*zip(inspect.signature(function).parameters, args, strict=False), *kwargs.items()]
    name, value, hint = next(
        _innermost(name, value, hints[name]) for name, value in values if not _test_for(hints.get(name, Any))(value)
    )
    if isinstance(value, datetime) and value.utcoffset() is None:
        what, what_vi = "is a time without a zone", "là thời điểm không có múi giờ"
    elif isinstance(value, str) and not _is_text(value):
        what, what_vi = "holds bytes that are no text", "chứa byte không phải văn bản"
    else:
        what = f"is of the type {type(value).__name__}, and must be {_described(hint)}"
        what_vi = f"có kiểu {type(value).__name__}, không đúng kiểu"
    return UsageError(
        ErrorCode.BAD_ARGUMENT,
        f"{function.__name__}: {name} {what}",
        vi=f"Giá trị {name} của {function.__name__} {what_vi}.",
    )


def _innermost(name: str, value: object, hint: Any) -> tuple[str, object, Any]:  # noqa: ANN401 — any annotation
    """Go down to the part that is wrong, where it can be told."""
    kinds = get_args(hint) if get_origin(hint) in {Union, types.UnionType} else (hint,)
    for kind in kinds:
        if _is_plain_data(kind) and isinstance(value, kind):
            for part, part_hint in _hints_of(kind).items():
                if not _test_for(part_hint)(getattr(value, part)):
                    return _innermost(f"{name}.{part}", getattr(value, part), part_hint)
        if get_origin(kind) is tuple and isinstance(value, tuple) and get_args(kind)[-1] is Ellipsis:
            for number, member in enumerate(value[:_LOOKED_AT]):
                if not _test_for(get_args(kind)[0])(member):
                    return _innermost(f"{name}[{number}]", member, get_args(kind)[0])
    return name, value, hint


@functools.cache
def _test_for(hint: Any) -> _Test:  # noqa: ANN401 — one line for each kind of annotation
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


def _union_test(kinds: tuple[Any, ...]) -> _Test:
    tests = tuple(map(_test_for, kinds))
    if str in kinds and any(isinstance(kind, type) and issubclass(kind, os.PathLike) for kind in kinds):
        # the name of a file may hold bytes that are no text
        return lambda value: isinstance(value, str) or any(test(value) for test in tests)
    if len(tests) == 2:  # noqa: PLR2004 — something or None, nearly always
        one, other = tests
        return lambda value: one(value) or other(value)
    return lambda value: any(test(value) for test in tests)


def _tuple_test(kinds: tuple[Any, ...]) -> _Test:
    if kinds[-1:] == (Ellipsis,):
        members_fit = _members_test(kinds[:1])
        return lambda value: isinstance(value, tuple) and members_fit(value)
    tests = tuple(map(_test_for, kinds))
    return lambda value: (
        isinstance(value, tuple)
        and len(value) == len(tests)
        and all(test(member) for test, member in zip(tests, value, strict=True))
    )


def _members_test(kinds: tuple[Any, ...]) -> _Test:
    """Look into what can be looked into without using it up."""
    tests = tuple(map(_test_for, kinds))

    def members_fit(value: object) -> bool:
        if isinstance(value, Mapping) and len(tests) == 2:  # noqa: PLR2004 — of keys and of values
            key_fits, value_fits = tests
            return all(key_fits(key) and value_fits(value[key]) for key in islice(value, _LOOKED_AT))
        if isinstance(value, list | tuple) and tests:
            return all(tests[0](member) for member in islice(value, _LOOKED_AT))
        return True

    return members_fit


def _plain_test(kind: Any) -> _Test:  # noqa: ANN401, PLR0911 — one line for each kind
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
    if not isinstance(value, str):
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
def _part_tests(kind: type) -> tuple[tuple[str, _Test], ...]:
    return tuple((part, _test_for(hint)) for part, hint in _hints_of(kind).items())


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
