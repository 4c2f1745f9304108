"""A life as a table: drawn and refused the same way for every kind of thing that has one.

Invariants:
    - Diagram and page hold exactly the rows of the table.

What it does not do: guards and effects are names here; docflow.office carries them out.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from docflow.errors import ErrorCode, UsageError
from docflow.model.states import Role


class Named(Protocol):
    """A state or an event: a stable value, and what an official reads."""

    @property
    def value(self) -> str:
        """What is stored."""

    @property
    def vi(self) -> str:
        """What an official reads."""


class LifeRow(Protocol):
    """One row of a table of life; a kind of thing may say more in its rows."""

    @property
    def event(self) -> StrEnum:
        """What happens."""

    @property
    def guard(self) -> StrEnum:
        """What must hold before it."""

    @property
    def source(self) -> StrEnum | None:
        """The state before; None: it does not exist yet."""

    @property
    def target(self) -> StrEnum:
        """The state after."""

    @property
    def effects(self) -> tuple[StrEnum, ...]:
        """What is written, in order."""

    @property
    def evidence(self) -> str:
        """Type of the audit leaf it leaves."""

    @property
    def role(self) -> Role:
        """Who may do it."""

    @property
    def clause(self) -> str:
        """What demands it."""


def draw_life(
    table: Sequence[LifeRow], *, title: str, source: str, more: str = "", extra: dict[str, Sequence[str]] | None = None
) -> str:
    """Return a table and its diagram as a Markdown page.

    Args:
        source: Where the table stands in the code.
        more: A sentence after the first.
        extra: Further columns by name, one text a row, placed after the effects.
    """
    arrows = [f"    {row.source or '[*]'} --> {row.target}: {row.event} [{row.guard}]" for row in table]
    left = {row.source for row in table if row.source is not row.target}
    ends = dict.fromkeys(row.target for row in table if row.target not in left)
    arrows += [f"    {state} --> [*]" for state in ends]
    columns = extra or {}
    rows = [
        f"| `{row.event}` | `{row.guard}` | {f'`{row.source}`' if row.source else '–'} | `{row.target}` "
        f"| {', '.join(f'`{effect}`' for effect in row.effects)} "
        + "".join(f"| {texts[number]} " for texts in columns.values())
        + f"| `{row.evidence}` | {row.role.vi} | {row.clause} |"
        for number, row in enumerate(table)
    ]
    heads = ["event", "guard", "from", "to", "effects", *columns, "evidence (audit leaf)", "who", "clause"]
    return "\n".join(
        [
            f"# {title}",
            "",
            f"Generated from `{source}`; do not edit by hand.{f' {more}' if more else ''}",
            "",
            "```mermaid",
            "stateDiagram-v2",
            *arrows,
            "```",
            "",
            f"| {' | '.join(heads)} |",
            "|" + "---|" * len(heads),
            *rows,
            "",
        ]
    )


def refuse_step(event: Named, state: Named | None, *, what: str, vi: str, page: str) -> UsageError:
    """Return the error of an event for which a table has no row."""
    here = state.value if state else "not here yet"
    return UsageError(
        ErrorCode.WRONG_STATE,
        f"cannot {event.value} {what} that is {here}",
        vi=f"Không thể thực hiện bước “{event.vi}” khi {vi} đang ở trạng thái “{state.vi if state else 'chưa có'}”.",
        way_out=f"follow docs/reference/{page}",
    )
