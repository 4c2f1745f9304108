"""Days on the command line."""

from __future__ import annotations

from datetime import date, datetime

import click

DAY = click.DateTime(["%Y-%m-%d", "%d/%m/%Y"])
"""What an option that names a day takes."""


def day_of(moment: datetime | None) -> date | None:
    """Return the day that such an option named."""
    return moment.date() if moment else None
