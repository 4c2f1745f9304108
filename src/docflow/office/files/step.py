"""One step of a file's life: what was asked, and what guards and effects see of it.

What it does not do: it decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from docflow.model import Direction, FileEvent, OfficeTerms
from docflow.ports import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMove:
    """One event for one file.

    Attributes:
        text: The reason.
        document: The document added or taken out.
        receiver: Who takes it in the archive.
    """

    event: FileEvent
    file_code: str
    actor: str
    at: datetime
    text: str = ""
    document: tuple[Direction, str] | None = None
    receiver: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileWork:
    """What guards and effects see."""

    unit: UnitOfWork
    move: FileMove
    terms: OfficeTerms
