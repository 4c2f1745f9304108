"""PDF date strings ↔ aware datetimes. Source: ISO 32000-2 §7.9.4."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from vnsign.policy.plausible_times import is_plausible

_DATE = re.compile(
    r"(?:D:)?(?P<year>\d{4})(?P<month>\d{2})?(?P<day>\d{2})?(?P<hour>\d{2})?(?P<minute>\d{2})?(?P<second>\d{2})?"
    r"(?P<sign>[Z+-])?(?P<offset_hours>\d{2})?'?(?P<offset_minutes>\d{2})?'?"
)


def parse_pdf_date(text: str) -> datetime | None:
    """Return the moment a PDF date string names, aware; None if it is not one, or none that can be meant.

    Without an offset the relation to UTC is unknown (ISO 32000-2 §7.9.4); UTC is taken.
    """
    match = _DATE.match(text.strip())
    if match is None:
        return None
    part = match.groupdict()
    offset = timedelta(hours=int(part["offset_hours"] or 0), minutes=int(part["offset_minutes"] or 0))
    try:
        zone = timezone(-offset if part["sign"] == "-" else offset) if part["sign"] in {"+", "-"} else UTC
        moment = datetime(
            int(part["year"]),
            int(part["month"] or 1),
            int(part["day"] or 1),
            int(part["hour"] or 0),
            int(part["minute"] or 0),
            int(part["second"] or 0),
            tzinfo=zone,
        )
    except ValueError:
        return None
    return moment if is_plausible(moment) else None


def pdf_date(moment: datetime) -> str:
    """Return an aware moment as a PDF date string, with its own offset."""
    offset = moment.strftime("%z")
    return f"{moment:D:%Y%m%d%H%M%S}{offset[:3]}'{offset[3:5]}'"
