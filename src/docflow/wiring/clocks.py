"""The caller's clock, held against what a time must be: it comes from outside, as any argument does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from docflow.errors import ErrorCode, UsageError
from docflow.ports import Clock

_FIRST_YEAR, _LAST_YEAR = 1900, 9000
"""Outside of these no clock is right, and deadlines and times of retention cannot be counted from it."""


@dataclass(frozen=True, slots=True)
class CheckedClock:
    """Implements :class:`docflow.ports.Clock`.

    Does not check: that the clock is right; see :mod:`docflow.office.clocks` for one that turns back.
    """

    clock: Clock

    def now(self) -> datetime:
        """Return the time.

        Raises:
            UsageError: ``BAD_ARGUMENT``; the clock gave something else, a time without a zone, or an absurd year.
        """
        moment: object = self.clock.now()
        if isinstance(moment, datetime) and moment.utcoffset() is not None and _is_sane(moment):
            return moment
        said = moment.isoformat() if isinstance(moment, datetime) else type(moment).__name__
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"the clock gives {said}, which is no aware time of the years {_FIRST_YEAR} to {_LAST_YEAR}",
            vi="Đồng hồ của hệ thống báo thời gian không hợp lệ.",
            way_out="set the clock right, or pass one that gives aware datetimes",
        )


def _is_sane(moment: datetime) -> bool:
    return _FIRST_YEAR <= moment.year <= _LAST_YEAR
