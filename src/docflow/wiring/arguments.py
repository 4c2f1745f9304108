"""Arguments of the front door are what their annotations say, or the caller is told which one is not.

Python checks no types: a text for a date, or a time without a zone, would end in a TypeError from somewhere inside.
What is checked is the annotation itself, so that a page of documentation, a type checker and this agree.

What it does not do: say that an argument is missing or unknown, which Python does with a TypeError. What a value must
be, :mod:`docflow.model.annotations` reads off the annotation.

Source: docs/adr/0028.
"""

from __future__ import annotations

import functools
import inspect
import types
import typing
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from docflow.model.annotations import Test, explain, find_test
from docflow.wiring.marks import without_marks

_P = ParamSpec("_P")
_R = TypeVar("_R")
_C = TypeVar("_C", bound=type)


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
    tests: tuple[Test, ...] = ()
    named: dict[str, Test] = {}

    @functools.wraps(function)
    def checking(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        nonlocal tests
        if not named:  # once for each function, when it is called first
            tests = _read(function, named)
        for test, value in zip(tests, args, strict=False):
            if not test(value):
                _refuse(function, args, kwargs)
        for name, value in kwargs.items():
            if name in named and not named[name](value):
                _refuse(function, args, kwargs)
        return function(*args, **kwargs)

    return checking


def _read(function: Callable[..., object], named: dict[str, Test]) -> tuple[Test, ...]:
    hints = typing.get_type_hints(function)
    names = tuple(inspect.signature(function).parameters)
    named |= {name: find_test(hints.get(name, Any)) for name in names}
    return tuple(named.values())


def _refuse(function: Callable[..., object], args: tuple[object, ...], kwargs: dict[str, object]) -> None:
    """Say which argument, or which part of it, is not what it must be."""
    values = [*zip(inspect.signature(function).parameters, args, strict=False), *kwargs.items()]
    refusal = explain(function.__name__, values, typing.get_type_hints(function))
    if refusal is not None:
        raise refusal
