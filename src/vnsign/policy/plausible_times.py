"""Times that can be meant: whoever writes the year 1 or 9999 wants to see a program fail.

A datetime near either end cannot be moved to another zone, nor can days be added to it.
"""

from __future__ import annotations

from datetime import datetime

FIRST_YEAR, LAST_YEAR = 1900, 9000


def is_plausible(moment: datetime) -> bool:
    """Tell whether a time of signing, stamping or judging can be meant."""
    return FIRST_YEAR <= moment.year <= LAST_YEAR
