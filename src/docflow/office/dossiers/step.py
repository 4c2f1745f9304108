"""One step of a dossier's life: what was asked, and what guards and effects see of it.

What it does not do: it decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from docflow.model import DossierEvent, DossierPlan, DossierStep, WorkingCalendar
from docflow.ports import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierMove:
    """One event for one dossier.

    Attributes:
        plan: What it begins with, for its opening only.
        hours: Working hours by which it is extended.
        step: Position of the step that ends, as the caller saw it.
    """

    event: DossierEvent
    dossier_id: str
    actor: str
    at: datetime
    text: str = ""
    plan: DossierPlan | None = None
    hours: int = 0
    step: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierWork:
    """What guards and effects see."""

    unit: UnitOfWork
    move: DossierMove
    steps: Sequence[DossierStep]
    calendar: WorkingCalendar
