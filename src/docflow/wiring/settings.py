"""What an office is opened with beside its folder, read from a file of settings: trust, people, agency codes.

Invariants:
    - A field that docflow does not know is refused: a slip of the pen must not leave signatures unchecked.

What it does not do: it holds no secret, and no rule that the log does not record in its effects.

Source: docs/adr/0079.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec

from docflow.errors import ErrorCode, UsageError
from docflow.model import Directory, DirectoryEntry, Period, Staff, build_directory, parse_agency_code
from docflow.ports import Verifier
from docflow.signing import load_verifier
from docflow.wiring.arguments import checked
from docflow.wiring.typed_json import read_json

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
    staff: Staff | None = None
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
    except OSError as exc:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"{path}: no settings of an office: {exc}",
            vi=f"Không đọc được tệp cấu hình văn phòng {path}.",
            way_out="see docs/howto/run-an-office.md for what the file holds",
        ) from exc
    given: _File = read_json(
        data, _File, what=f"{path}: no settings of an office", vi=f"Tệp {path} không phải cấu hình của văn phòng"
    )
    trust = path.parent / given.trust if given.trust is not None and is_verifying else None
    return OfficeSettings(
        verifier=None if trust is None else load_verifier(trust, is_online=given.is_online),
        staff=given.staff,
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
