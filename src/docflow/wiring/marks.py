"""No verb that records something takes a text that bears a mark of secrecy.

Invariants:
    - Every text of every argument is looked at before the verb begins, so that nothing of a secret is stored; a field
      that is added to an argument is looked at without a line here.
    - A verb that names its actor records something; the others record no text of a caller's.

What it does not do: look into files.

Source: Quyết định 28/2018/QĐ-TTg Điều 1 khoản 2; Nghị định 26/2020/NĐ-CP Điều 4; docs/adr/0057.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import ParamSpec, TypeVar

from docflow.model import refuse_marked

_P = ParamSpec("_P")
_R = TypeVar("_R")

LET_PASS: Mapping[str, str] = {
    "refuse.reason": "a document is refused because it is secret, and its sender is told so",
    "record_access.access": "an access is looked at when it is made, so that one keeps no other out",
    "record_accesses.accesses": "the same",
}
"""Arguments that may bear a mark, and why."""


def without_marks(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Return ``function``; if it names an actor, with every text looked at before anything else happens.

    Raises:
        UsageError: ``SECRET_DOCUMENT``, by the function returned.
    """
    names = tuple(inspect.signature(function).parameters)
    if "actor" not in names:
        return function

    @functools.wraps(function)
    def looking(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        for name, value in (*zip(names, args, strict=False), *kwargs.items()):
            if f"{function.__name__}.{name}" not in LET_PASS:
                refuse_marked(value, name=name)
        return function(*args, **kwargs)

    return looking
