"""Times on the command line."""

from __future__ import annotations

from datetime import datetime

import click

from vnsign.policy.plausible_times import is_plausible
from vnsign.verification.messages import LAW_TIME


class Moment(click.ParamType[datetime]):
    """An ISO 8601 time; without an offset it is Vietnamese time."""

    name = "TIME"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the time, aware."""
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not an ISO 8601 time, such as 2026-01-31T17:00:00+07:00", param, ctx)
        if not is_plausible(moment):
            self.fail(f"{value!r} is no time at which anything could be judged", param, ctx)
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=LAW_TIME)
