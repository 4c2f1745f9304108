"""The clock of the machine must not turn back: what happened later is not recorded as earlier.

Source: Nghị định 30/2020/NĐ-CP Điều 15, 22 (numbers in order of time); Quyết định 28/2018/QĐ-TTg Điều 14 khoản 4.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from docflow.errors import ErrorCode, UsageError
from docflow.model import LAW_TIME_ZONE

TOLERANCE = timedelta(seconds=2)
"""Machines that share a database differ by so much even with synchronised clocks."""


def refuse_turned_back(now: datetime, *, last: datetime | None) -> None:
    """Refuse a time that lies before what was recorded last.

    Raises:
        UsageError: ``CLOCK_TURNED_BACK``.
    """
    if last is not None and now < last - TOLERANCE:
        here, there = (moment.astimezone(LAW_TIME_ZONE) for moment in (now, last))
        raise UsageError(
            ErrorCode.CLOCK_TURNED_BACK,
            f"the clock says {here:%Y-%m-%d %H:%M:%S}, but {there:%Y-%m-%d %H:%M:%S} is recorded already",
            vi=f"Đồng hồ máy chạy lùi: đang là {here:%H:%M:%S %d/%m/%Y}, đã ghi đến {there:%H:%M:%S %d/%m/%Y}.",
            way_out="set the clock right, then repeat the same call; nothing was written",
        )
