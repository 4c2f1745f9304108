"""The options by which a printout of data bears a mark; a print of a document has it always.

What it does not do: it records nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from docflow.cli.places import place_of
from docflow.cli.usage_words import misuse
from docflow.wiring import PrintMark, make_mark

_F = TypeVar("_F", bound=Callable[..., Any])


def marked(function: _F) -> _F:
    """Give a command the options ``--marked-for`` and ``--mark-text``; :func:`read_mark` takes their values."""
    text = click.option("--mark-text", default="", help="A line of your own in that mark.")
    person = click.option(
        "--marked-for", metavar="PERSON", help="Mark each page of a PDF: who printed it, when, from which system."
    )
    return person(text(function))


def read_mark(
    directory: Path, marked_for: str | None, mark_text: str, *, subject: str, is_pdf: bool
) -> PrintMark | None:
    """Return the mark that was asked for, or None.

    Raises:
        click.UsageError: A mark for what is no PDF, or words for a mark that nobody asked for.
    """
    if marked_for is None:
        if mark_text:
            raise misuse("--mark-text needs --marked-for", vi="Phải có --marked-for khi dùng --mark-text.")
        return None
    if not is_pdf:
        raise misuse("--marked-for needs --format pdf", vi="Chỉ bản in PDF (--format pdf) mới được đánh dấu.")
    return make_mark(
        place_of(directory, is_to_read=True),
        printed_by=marked_for,
        subject=subject,
        at=datetime.now(UTC),
        text=mark_text,
        home=directory,
    )
