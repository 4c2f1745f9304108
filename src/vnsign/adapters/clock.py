"""The computer's clock."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """Implements :class:`vnsign.ports.Clock`. Does not check that the computer's clock is right."""

    def now(self) -> datetime:
        """Return the present time, aware UTC."""
        return datetime.now(UTC)
