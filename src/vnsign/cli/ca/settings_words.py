"""Settings of an authority as words: ``crl_lifetime=7d``, ``allow_hold=no``; driven by the fields of the record."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, get_type_hints

from vnsign.authority.settings import AuthoritySettings
from vnsign.errors import ErrorCode, UsageError

_UNITS: Mapping[str, timedelta] = {
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
}
_DURATION = re.compile(r"(\d{1,6})([dhms])")
_YES_NO = {"yes": True, "no": False}
_NONE = "none"

#: Names of all settings, for help.
NAMES = tuple(field.name for field in dataclasses.fields(AuthoritySettings))


def changed_settings(base: AuthoritySettings, words: Sequence[str]) -> AuthoritySettings:
    """Return ``base`` with each ``name=value`` of ``words``.

    Does not check: whether the values make sense together; the authority does.

    Raises:
        UsageError: ``BAD_ARGUMENT``: no such setting, or a value that cannot be read.
    """
    kinds = get_type_hints(AuthoritySettings)
    values: dict[str, Any] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals or name not in kinds:
            raise _bad(f"{word!r} sets nothing", f"write NAME=VALUE; names: {', '.join(NAMES)}")
        values[name] = _read(name, text.strip(), str(kinds[name]))
    return dataclasses.replace(base, **values)


def show_setting(value: object) -> str:
    """Return a value as it is written after the ``=``."""
    if value is None:
        return _NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, timedelta):
        unit = next((unit for unit, length in _UNITS.items() if not value % length), "s")
        return f"{value // _UNITS[unit]}{unit}"
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _read(name: str, text: str, kind: str) -> object:
    if text == _NONE and "None" in kind:
        return None
    if "timedelta" in kind:
        match = _DURATION.fullmatch(text)
        if match is None:
            raise _bad(f"{name}: {text!r} is no length of time", "write 7d, 12h, 30m or 60s")
        return int(match[1]) * _UNITS[match[2]]
    if "bool" in kind:
        if text not in _YES_NO:
            raise _bad(f"{name}: {text!r} is neither yes nor no", "write yes or no")
        return _YES_NO[text]
    if "int" in kind:
        if not re.fullmatch(r"\d{1,9}", text):
            raise _bad(f"{name}: {text!r} is no number", "write a whole number")
        return int(text)
    return tuple(part.strip() for part in text.split(",") if part.strip()) if "tuple" in kind else text


def _bad(message: str, way_out: str) -> UsageError:
    return UsageError(ErrorCode.BAD_ARGUMENT, message, way_out=way_out)
