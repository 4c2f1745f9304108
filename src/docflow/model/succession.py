"""Codes live: from when to when an agency's code holds, and who came after it.

Invariants:
    - A closed code stays readable for ever; only what is still to be sent follows the successor.
    - Following successors ends: a cycle, or a chain beyond :data:`MAX_CHAIN`, is an error that names the codes.

What it does not do: it knows no list; the directory is the caller's to keep (provinces and communes merged in 2025).

Source: Quyết định 20/2020/QĐ-TTg Điều 4, 8; Quyết định 09/2025/QĐ-TTg Điều 2 (codes kept and codes closed).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from docflow.errors import ErrorCode, InputError, UsageError
from docflow.model.agencies import AgencyCode
from docflow.model.people import ALWAYS, Period

MAX_CHAIN = 64
"""Longer chains of successors are refused: nobody was merged that often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryEntry:
    """One code of the directory.

    Attributes:
        name: Name of the agency or unit.
        parent: Code of the agency it is a unit of, or None.
        term: Days on which the code is in use, in Asia/Ho_Chi_Minh.
        successors: Codes that took over when it was closed; several after a split, none after a dissolution.
        aliases: The same agency's code in another form that is still in circulation (000.00.00.H49 for H49).
    """

    code: AgencyCode
    name: str
    parent: AgencyCode | None = None
    term: Period = ALWAYS
    successors: tuple[AgencyCode, ...] = ()
    aliases: tuple[AgencyCode, ...] = ()


@dataclass(frozen=True, slots=True)
class Directory:
    """The codes an office knows; make it with :func:`build_directory`."""

    entries: Mapping[str, DirectoryEntry]

    def find(self, code: AgencyCode) -> DirectoryEntry | None:
        """Return the entry of a code or of one of its aliases, open or closed; None if it is not known."""
        return self.entries.get(code.text)

    def resolve(self, code: AgencyCode, *, on: date) -> AgencyCode:
        """Return the code under which an agency is reached on a day: its own while it holds, else its successor's.

        A code that the directory does not know is returned as it is: the directory may be shorter than the country.

        Raises:
            UsageError: ``CODE_CLOSED``; it was closed without a successor, split among several, or is not yet in use.
            InputError: ``MALFORMED_INPUT``; the successors run in a circle, or too long.
        Source: Quyết định 09/2025/QĐ-TTg Điều 2.
        """
        seen: list[str] = []
        while True:
            entry = self.find(code)
            if entry is None or entry.term.holds_on(on):
                return code if entry is None else entry.code
            if entry.code.text in seen or len(seen) >= MAX_CHAIN:
                chain = " → ".join([*seen[-5:], entry.code.text])
                raise InputError(
                    ErrorCode.MALFORMED_INPUT,
                    f"the successors of {seen[0]} run in a circle or too long: … {chain}",
                    vi=f"Danh bạ mã định danh bị vòng lặp tại {entry.code}.",
                    way_out="correct the directory",
                )
            seen.append(entry.code.text)
            if entry.term.until is None or entry.term.until >= on or len(entry.successors) != 1:
                raise _closed(entry, on=on)
            code = entry.successors[0]

    def predecessors(self, code: AgencyCode) -> tuple[AgencyCode, ...]:
        """Return every closed code whose chain of successors leads to a code, so that its old mail is found."""
        found: dict[str, AgencyCode] = {}
        waiting = [code.text]
        while waiting:
            target = waiting.pop()
            for entry in self.entries.values():
                if entry.code.text not in found and target in {item.text for item in entry.successors}:
                    found[entry.code.text] = entry.code
                    waiting.append(entry.code.text)
        return tuple(item for text, item in found.items() if text != code.text)


def build_directory(entries: Iterable[DirectoryEntry]) -> Directory:
    """Return a directory of entries.

    Raises:
        UsageError: ``ALREADY_EXISTS``; a code or alias stands for two agencies.
    """
    by_code: dict[str, DirectoryEntry] = {}
    for entry in entries:
        for code in (entry.code, *entry.aliases):
            if code.text in by_code:
                raise UsageError(
                    ErrorCode.ALREADY_EXISTS,
                    f"the code {code} stands twice in the directory",
                    vi=f"Mã định danh {code} bị trùng trong danh bạ.",
                )
            by_code[code.text] = entry
    return Directory(by_code)


def _closed(entry: DirectoryEntry, *, on: date) -> UsageError:
    several = ", ".join(item.text for item in entry.successors)
    return UsageError(
        ErrorCode.CODE_CLOSED,
        f"the code {entry.code} is not in use on {on}" + (f"; it was split among {several}" if several else ""),
        vi=f"Mã định danh {entry.code} không còn (hoặc chưa) sử dụng vào ngày {on:%d/%m/%Y}.",
        way_out=f"choose one of {several}" if several else "ask who took over its work",
    )
