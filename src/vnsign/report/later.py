"""Parts of a report that are told when somebody asks for them: most callers want the verdict alone.

Invariants:
    - What is told does not hang on when it is asked for: it is made of frozen data.
    - Equality, ``dataclasses.replace``, pickling and rendering ask for everything, so nobody sees a difference.

What it does not do: put off a judgement. Only words about one are put off.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

_Report = TypeVar("_Report", bound="ToldLater")


class ToldLater:
    """A report of which parts may be told later; see :func:`told_later`."""

    __slots__ = ("_later",)

    if not TYPE_CHECKING:  # a type checker knows the parts

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 — of any part
            """Tell a part for the first time: nothing else comes here."""
            try:
                later = object.__getattribute__(self, "_later")
            except AttributeError:
                later = {}
            if name not in later:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            part = later[name]()
            object.__setattr__(self, name, part)
            return part


def told_later(report: _Report, **parts: Callable[[], object]) -> _Report:
    """Return a report that was just made, with parts (attributes) that are told when they are first asked for."""
    for name in parts:
        object.__delattr__(report, name)
    object.__setattr__(report, "_later", parts)
    return report
