"""The one error of a message that cannot be read."""

from __future__ import annotations

from docflow.errors import ErrorCode, InputError


def malformed(message: str, *, vi: str) -> InputError:
    """Return the error for bytes that are no message; ``vi`` is one sentence for the official."""
    return InputError(ErrorCode.MALFORMED_INPUT, message, vi=vi)
