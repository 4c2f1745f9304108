"""The bar of a batch; a module of its own, because one document is signed sooner than this is loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text


class _Rate(ProgressColumn):
    """Documents a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f}/s" if task.speed else "")


class Bar:
    """A bar on standard error; lines are said above it."""

    def __init__(self, label: str, *, total: int | None) -> None:
        self._console = Console(stderr=True)
        self._label = label
        self._total = total

    def say(self, line: str) -> None:
        """Print a line above the bar, as it is."""
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    @contextmanager
    def moving(self) -> Iterator[Callable[[], None]]:
        """Show the bar; give the function that moves it on by one document."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
        with Progress(*columns, console=self._console) as progress:
            task = progress.add_task(self._label, total=self._total)
            yield lambda: progress.advance(task)
