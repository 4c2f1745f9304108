"""Millimetres on the command line, and the places they name."""

from __future__ import annotations

from pathlib import Path

import click

from vnsign.cli.usage_words import misuse
from vnsign.errors import ErrorCode, UsageError
from vnsign.pdf.finding.text_search import Between
from vnsign.pdf.writing.place import Place


class Millimetres(click.ParamType[tuple[float, ...]]):
    """Numbers in millimetres with commas between, ``120,45``."""

    def __init__(self, names: str) -> None:
        self.name = names
        self._count = names.count(",") + 1

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, ...]:
        """Return the numbers."""
        if isinstance(value, tuple):
            return value
        try:
            numbers = tuple(float(part) for part in str(value).split(","))
        except ValueError:
            numbers = ()
        if len(numbers) != self._count or not all(abs(number) < 1e5 for number in numbers):  # noqa: PLR2004 — 100 m
            self.fail(f"{value!r} is not {self.name}: {self._count} numbers in mm with commas between", param, ctx)
        return numbers


def place_from_options(
    *,
    page: int | None,
    at_mm: tuple[float, float] | None,
    size_mm: tuple[float, float] | None,
    position: str | None,
    name: str | None,
    occurrence: int | None,
) -> Place | Between | None:
    """Return the place that options tell, or None.

    Raises:
        click.UsageError: They contradict each other.
    """
    if (position is None) is not (name is None):
        raise misuse(
            "--find-position and --find-name go together", vi="--find-position và --find-name phải đi cùng nhau"
        )
    if position is None or name is None:
        return Place(page=page or 1, at_mm=at_mm, size_mm=size_mm) if at_mm is not None else None
    if at_mm is not None:
        raise misuse(
            "give --at, or --find-position and --find-name", vi="chỉ dùng --at, hoặc --find-position cùng --find-name"
        )
    return Between(position=position, name=name, page=page, occurrence=occurrence, size_mm=size_mm)


def require_new(path: Path, *, force: bool) -> None:
    """Refuse to replace a file unless asked to.

    Raises:
        UsageError: OUTPUT_EXISTS.
    """
    if path.exists() and not force:
        raise UsageError(
            ErrorCode.OUTPUT_EXISTS, f"{path} is there already", file=str(path), way_out="use --force to replace it"
        )
