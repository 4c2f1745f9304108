"""The levels a caller can ask for.

Source: ETSI EN 319 142-1 §6.
"""

from __future__ import annotations

from enum import StrEnum

from vnsign.errors import ErrorCode, UsageError


class TargetLevel(StrEnum):
    """What to reach; never silently less.

    B-B claims its time, B-T proves it with a time-stamp token, B-LT adds the certificates and the evidence of their
    status, so that the file can be judged offline and after they lapse, B-LTA seals all of it with a document
    timestamp, which can be renewed for as long as the file is kept.
    """

    B_B = "B-B"
    B_T = "B-T"
    B_LT = "B-LT"
    B_LTA = "B-LTA"

    @property
    def has_evidence(self) -> bool:
        """Whether the evidence of status is part of the level."""
        return self in {TargetLevel.B_LT, TargetLevel.B_LTA}


def target_level(level: TargetLevel | str) -> TargetLevel:
    """Return the level that a caller named.

    Raises:
        UsageError: BAD_ARGUMENT.
    """
    try:
        return TargetLevel(level)
    except ValueError:
        allowed = ", ".join(TargetLevel)
        raise UsageError(
            ErrorCode.BAD_ARGUMENT, f"there is no level {level!r}", way_out=f"use one of {allowed}"
        ) from None
