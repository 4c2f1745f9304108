"""The machine's own clock and generator, behind the ports."""

from __future__ import annotations

import os
from datetime import UTC, datetime


class SystemClock:
    """The machine's clock; implements :class:`docflow.ports.Clock`."""

    def now(self) -> datetime:
        """Return the present time, aware UTC."""
        return datetime.now(tz=UTC)


class SystemRandomness:
    """The operating system's generator; implements :class:`docflow.ports.Randomness`."""

    def token(self, length: int) -> bytes:
        """Return ``length`` bytes from a cryptographic generator."""
        return os.urandom(length)
