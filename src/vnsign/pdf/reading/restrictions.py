"""What a signature allows to be done after it: DocMDP, FieldMDP and the lock of its field.

Source: ISO 32000-2 §12.8.2 (transform methods), Tables 236, 257, 259.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pikepdf

from vnsign.pdf.reading.entries import entry_of

#: Fields nested deeper than this are a loop.
MAX_FIELD_DEPTH = 64


class LockAction(StrEnum):
    """Which fields a lock closes. Source: ISO 32000-2 Table 259."""

    ALL = "All"
    INCLUDE = "Include"
    EXCLUDE = "Exclude"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldLock:
    """A FieldMDP transform or a /Lock dictionary."""

    action: LockAction
    fields: tuple[str, ...]

    def closes(self, name: str) -> bool:
        """Tell whether the lock closes a field; naming a field closes those below it too."""
        named = any(name == field or name.startswith(field + ".") for field in self.fields)
        match self.action:
            case LockAction.ALL:
                return True
            case LockAction.INCLUDE:
                return named
            case LockAction.EXCLUDE:
                return not named


def read_restrictions(
    value: pikepdf.Object, field: pikepdf.Object | None
) -> tuple[int | None, bool, tuple[FieldLock, ...]]:
    """Return DocMDP /P in force by a signature (None if none), whether it certifies, and what it locks.

    Args:
        value: The signature dictionary.
        field: Its field, None if it has none.
    """
    levels: list[int] = []
    locks: list[FieldLock] = []
    is_certification = False
    references = entry_of(value, "/Reference")
    for reference in references if isinstance(references, pikepdf.Array) else ():
        if not isinstance(reference, pikepdf.Dictionary):
            continue
        parameters = reference.get("/TransformParams")
        method = name_of(reference.get("/TransformMethod"))
        if method == "/DocMDP":
            is_certification = True
            levels.append(_permission(parameters))
        elif method == "/FieldMDP":
            locks.append(_lock(parameters))
    own_lock = inherited(field, "/Lock") if field is not None else None
    if isinstance(own_lock, pikepdf.Dictionary):
        locks.append(_lock(own_lock))
        if "/P" in own_lock:
            levels.append(_permission(own_lock))
    return (min(levels) if levels else None), is_certification, tuple(locks)


def _permission(parameters: pikepdf.Object | None) -> int:
    """ISO 32000-2 Table 257: 1 to 3, 2 by default; what cannot be read counts as the strictest."""
    if not isinstance(parameters, pikepdf.Dictionary):
        return 2
    value = parameters.get("/P", 2)
    return int(value) if isinstance(value, int) and int(value) in {1, 2, 3} else 1


def _lock(parameters: pikepdf.Object | None) -> FieldLock:
    if not isinstance(parameters, pikepdf.Dictionary):
        return FieldLock(action=LockAction.ALL, fields=())
    try:
        action = LockAction(name_of(parameters.get("/Action")).removeprefix("/"))
    except ValueError:
        return FieldLock(action=LockAction.ALL, fields=())
    fields = parameters.get("/Fields")
    names = fields if isinstance(fields, pikepdf.Array) else ()
    return FieldLock(action=action, fields=tuple(str(name) for name in names if isinstance(name, pikepdf.String)))


def inherited(field: pikepdf.Object, key: str) -> pikepdf.Object | None:
    """Return a field's entry, its own or from a node above it. Source: ISO 32000-2 §12.7.4.1."""
    node: pikepdf.Object | None = field
    for _ in range(MAX_FIELD_DEPTH):
        if not isinstance(node, pikepdf.Dictionary):
            return None
        if key in node:
            return node[key]
        node = entry_of(node, "/Parent")
    return None


def name_of(value: object) -> str:
    """Return a PDF name with its slash, empty if it is none."""
    return str(value) if isinstance(value, pikepdf.Name) else ""
