"""Mail in flight follows the successor: where an agency is reached now, and under which codes it may be meant.

Source: Quyết định 09/2025/QĐ-TTg Điều 2; Quyết định 20/2020/QĐ-TTg Điều 4.
"""

from __future__ import annotations

from datetime import datetime

from docflow.model import law_date, parse_agency_code
from docflow.office.desk import Desk


def reach(desk: Desk, code: str, *, at: datetime) -> str:
    """Return the code under which an agency is reached at a time; without a directory its own.

    Raises:
        UsageError: ``CODE_CLOSED``; nobody, or nobody known, took over.
        InputError: ``MALFORMED_INPUT``; the directory runs in a circle.
    """
    if desk.directory is None:
        return code
    return desk.directory.resolve(parse_agency_code(code), on=law_date(at)).text


def names_of(desk: Desk, code: str) -> frozenset[str]:
    """Return every code that means an agency: its own, its aliases, those it took over."""
    if desk.directory is None:
        return frozenset({code})
    parsed = parse_agency_code(code)
    codes = (parsed, *desk.directory.predecessors(parsed))
    entries = [entry for entry in map(desk.directory.find, codes) if entry is not None]
    aliases = {alias.text for entry in entries for alias in (entry.code, *entry.aliases)}
    return frozenset({item.text for item in codes} | aliases)
