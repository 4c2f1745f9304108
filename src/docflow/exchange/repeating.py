"""When a parcel is sent, sent again, and given up.

Invariants:
    - A parcel that was answered, or that expects no answer, is sent once for each time somebody asks for it.
    - The pauses grow and are bounded; after the deadline comes silence, which a late answer still ends.
    - A document that was never handed over is not silence: it is tried until somebody else brings it, or recalls it.

Source: docs/spec/receipts.md §5; at-least-once delivery, so that one effect is left to the receiver's inbox.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from docflow.ports import ParcelKind, ParcelRow


class Attempt(StrEnum):
    """What to do with a parcel whose time has come."""

    SEND = "send"
    GIVE_UP = "give_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResendPolicy:
    """How patient an agency is.

    Attributes:
        first_pause: After the first attempt; doubled after each further one.
        longest_pause: No pause is longer.
        deadline: Counted from when the parcel was made, of a document from when it was handed over first; then nothing
            is sent any more.
    """

    first_pause: timedelta = timedelta(minutes=5)
    longest_pause: timedelta = timedelta(hours=4)
    deadline: timedelta = timedelta(days=3)


def plan_attempt(parcel: ParcelRow, policy: ResendPolicy, *, now: datetime) -> Attempt:
    """Return whether a parcel that is due is sent or given up."""
    begins = parcel.sent_at if parcel.kind is ParcelKind.DOCUMENT else parcel.created_at
    is_over = begins is not None and now > begins + policy.deadline
    return Attempt.GIVE_UP if is_over and parcel.attempts > 0 and _expects_answer(parcel) else Attempt.SEND


def schedule_next(parcel: ParcelRow, policy: ResendPolicy, *, now: datetime) -> datetime | None:
    """Return when a parcel that was just sent is due again, or None."""
    if not _expects_answer(parcel):
        return None
    # Beyond 2^20 every pause is the longest one; the shift stays small for any number of attempts.
    pause = policy.first_pause * (1 << min(parcel.attempts, 20))
    return now + min(pause, policy.longest_pause)


def _expects_answer(parcel: ParcelRow) -> bool:
    return parcel.kind is not ParcelKind.RECEIPT and parcel.answered_by is None and parcel.gave_up_at is None
