"""What an office is opened with beside its folder, read from a file of settings: trust, people, agency codes.

Invariants:
    - A field that docflow does not know is refused: a slip of the pen must not leave signatures unchecked.

What it does not do: it holds no secret, and no rule that the log does not record in its effects.

Source: docs/adr/0079.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from docflow.errors import ErrorCode, UsageError
from docflow.model import Directory, DirectoryEntry, Period, Staff, build_directory, parse_agency_code
from docflow.ports import Verifier
from docflow.signing import load_verifier
from docflow.wiring.arguments import checked

MAX_SETTINGS_BYTES = 10_000_000
"""Every commune of the country with its predecessors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeSettings:
    """What the file says; each is an argument of :meth:`docflow.Office.open`.

    Attributes:
        verifier: Judges the signatures of the agency's own documents; None: they are recorded as not checked.
        staff: Who may sign for whom, on which days; None: nobody is asked.
        codes: Agency codes with their successors; None: each code is taken as it stands.
    """

    verifier: Verifier | None = None
    staff: Staff | None = None
    codes: Directory | None = None


class _Code(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One code, as people write it: :class:`docflow.model.DirectoryEntry` with its codes as texts."""

    code: str
    name: str
    parent: str | None = None
    since: date | None = None
    until: date | None = None
    successors: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


class _File(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The file; paths are relative to the folder that it lies in."""

    trust: str | None = None
    is_online: bool = True
    staff: Any = None
    codes: tuple[_Code, ...] | None = None


@checked
def read_settings(path: Path | str, *, is_verifying: bool = True) -> OfficeSettings:
    """Return what a JSON file of settings says.

    Args:
        is_verifying: Load the trust folder too; whoever only reads an office needs none.

    Raises:
        UsageError: ``BAD_ARGUMENT``; no such file, no such field, a term that ends before it begins, a delegation
            without end, no usable trust folder. ``ALREADY_EXISTS``; a code stands twice.
        InputError: ``MALFORMED_INPUT``; no agency code.
    Source: docs/howto/run-an-office.md.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_SETTINGS_BYTES + 1)
        given = msgspec.json.decode(data, type=_File)
        staff = None if given.staff is None else msgspec.convert(given.staff, Staff)
        if staff is not None:
            _refuse_unknown(given.staff, msgspec.to_builtins(staff), where="staff")
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as exc:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"{path}: no settings of an office: {exc}",
            vi=f"Tệp {path} không phải cấu hình của văn phòng.",
            way_out="see docs/howto/run-an-office.md for what the file holds",
        ) from exc
    trust = path.parent / given.trust if given.trust is not None and is_verifying else None
    return OfficeSettings(
        verifier=None if trust is None else load_verifier(trust, is_online=given.is_online),
        staff=staff,
        codes=None if given.codes is None else build_directory(map(_entry, given.codes)),
    )


def _entry(given: _Code) -> DirectoryEntry:
    return DirectoryEntry(
        code=parse_agency_code(given.code),
        name=given.name,
        parent=None if given.parent is None else parse_agency_code(given.parent),
        term=Period(since=given.since, until=given.until),
        successors=tuple(map(parse_agency_code, given.successors)),
        aliases=tuple(map(parse_agency_code, given.aliases)),
    )


def _refuse_unknown(given: Any, known: Any, *, where: str) -> None:  # noqa: ANN401 - any JSON
    """Compare what was written with what was understood, field by field."""
    if isinstance(given, Mapping) and isinstance(known, Mapping):
        for name, value in given.items():
            if name not in known:
                raise msgspec.ValidationError(f"unknown field `{name}` - at `{where}`")
            _refuse_unknown(value, known[name], where=f"{where}.{name}")
    elif isinstance(given, list) and isinstance(known, list | tuple) and given and isinstance(given[0], Mapping):
        for index, (one, other) in enumerate(zip(given, known, strict=True)):
            _refuse_unknown(one, other, where=f"{where}[{index}]")
