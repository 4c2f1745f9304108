"""Arguments of the front door are what their annotations say, or the caller is told which one is not.

Python checks no types, and an untyped caller who passes a path for the bytes of a file, or a time without a zone,
would otherwise get an error from somewhere inside. What is checked is the annotation itself, so that a page of
documentation, a type checker and this agree.

Invariants:
    - A value is never shown: it may be a passphrase.
    - Numbers are finite, times have a zone, texts can be written down.

What it does not do: convert anything, or look at more than the first hundred members of a sequence.
"""

from __future__ import annotations

import functools
import inspect
import math
import os
import re
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from itertools import islice
from typing import Any, ParamSpec, TypeVar, Union, Unpack, get_args, get_origin

from vnsign.adapters.clock import SystemClock
from vnsign.errors import ErrorCode, UsageError
from vnsign.ports import Clock

_P = ParamSpec("_P")
_R = TypeVar("_R")
_LOOKED_AT = 100
#: What Python makes of bytes that are no text; it can be written nowhere.
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


def checked(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Return ``function`` with its arguments checked against its annotations before anything else happens.

    An argument without an annotation that can be read here is let pass, and so is one too few or too many: Python says
    that itself.

    Raises:
        UsageError: BAD_ARGUMENT, by the function returned.
    """

    @functools.wraps(function)
    def checking(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        names, hints = _annotations(function)
        for name, value in (*zip(names, args, strict=False), *kwargs.items()):
            if name in hints:
                _require(name, value, hints[name])
            elif "**" in hints:
                raise UsageError(ErrorCode.BAD_ARGUMENT, f"there is no argument {name!r}")
        return function(*args, **kwargs)

    return checking


def now_of(clock: Clock | None) -> datetime:
    """Return the time that the caller's clock tells, or the system's, aware.

    Raises:
        UsageError: BAD_ARGUMENT: the clock tells no time, or one without a zone.
    """
    now = (clock or SystemClock()).now()
    return require_type("the time that the clock tells", now, datetime)


def require_type(name: str, value: _R, kind: type[_R]) -> _R:
    """Return ``value`` if it is of the type, and so is what it holds.

    Raises:
        UsageError: BAD_ARGUMENT.
    """
    _require(name, value, kind)
    return value


@functools.cache
def _annotations(function: Callable[..., object]) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Return the names of the parameters in order, and what each may be; ``**`` if the keywords are a closed set."""
    hints = typing.get_type_hints(function)
    parameters = inspect.signature(function).parameters.values()
    for parameter in parameters:
        if parameter.kind is parameter.VAR_KEYWORD and get_origin(hints.get(parameter.name)) is Unpack:
            (keywords,) = get_args(hints.pop(parameter.name))
            hints |= {**typing.get_type_hints(keywords), "**": keywords}
    return tuple(parameter.name for parameter in parameters), hints


def _require(name: str, value: object, hint: Any) -> None:  # noqa: ANN401 — an annotation can be anything
    if not _fits(value, hint):
        is_naive = isinstance(value, datetime) and value.tzinfo is None
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"{name} is a time without a zone"
            if is_naive
            else f"{name} holds bytes that are no text"
            if isinstance(value, str) and _LONE_SURROGATE.search(value)
            else f"{name} is of the type {type(value).__name__}, and must be {_described(hint)}",
            way_out="give an aware time, such as datetime.now(UTC)" if is_naive else None,
        )
    for part in _parts(value):
        hints = _hints_of(type(value))  # type: ignore[arg-type]  # a class can be hashed
        _require(f"{name}.{part}", getattr(value, part), hints.get(part, Any))
    if isinstance(value, list | tuple):
        for number, member in enumerate(islice(value, _LOOKED_AT)):
            if _parts(member):
                _require(f"{name}[{number}]", member, Any)


def _fits(value: object, hint: Any) -> bool:  # noqa: ANN401 — an annotation can be anything
    return _test_for(hint)(value)


_Test = Callable[[object], bool]


@functools.cache
def _test_for(hint: Any) -> _Test:  # noqa: ANN401 — one line for each kind of annotation
    """Return what tells whether a value is what an annotation says: the annotation is read once, not at each call."""
    origin, parameters = get_origin(hint), get_args(hint)
    if origin in {Union, types.UnionType}:
        return _union_test(parameters)
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
    if str in kinds and any(map(_is_path, kinds)):  # the name of a file may hold bytes that are no text
        return lambda value: isinstance(value, str) or any(test(value) for test in tests)
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


def _plain_test(kind: Any) -> _Test:  # noqa: ANN401 — any annotation
    if kind is Any or not isinstance(kind, type):  # what cannot be looked at is let pass
        return lambda value: kind is not None or value is None
    if kind is float:
        return lambda value: isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if kind is str:
        return lambda value: isinstance(value, str) and not _LONE_SURROGATE.search(value)
    if kind is int:
        return lambda value: isinstance(value, int) and not isinstance(value, bool)
    if getattr(kind, "_is_protocol", False):
        methods = _methods(kind)
        # a time has a method of the name that a source of timestamps has
        return lambda value: (
            not isinstance(value, datetime) and all(callable(getattr(value, method, None)) for method in methods)
        )
    return lambda value: isinstance(value, kind) and not (isinstance(value, datetime) and value.tzinfo is None)


def _is_path(kind: Any) -> bool:  # noqa: ANN401 — any annotation
    plain = get_origin(kind) or kind
    return isinstance(plain, type) and issubclass(plain, os.PathLike)


def _parts(value: object) -> tuple[str, ...]:
    """Return the names of what is looked at inside: plain data that callers write down, no keys and no trust."""
    return _parts_of(type(value))  # type: ignore[arg-type]  # a class can be hashed


@functools.cache
def _parts_of(kind: type) -> tuple[str, ...]:
    if not is_dataclass(kind) or not kind.__module__.startswith(
        ("vnsign.pdf.", "vnsign.signing.roles", "vnsign.batch.")
    ):
        return ()
    return tuple(field.name for field in fields(kind))


@functools.cache
def _hints_of(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


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
