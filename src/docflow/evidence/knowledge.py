"""What is known about a document at one addressee: a set that only grows.

Invariants:
    - :func:`learn` is commutative, associative and idempotent: order and repetition of receipts cannot matter.
    - Late good news beats an early silence.

Source: docs/spec/receipts.md §4.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from docflow.model import IncomingState, ReceiptKind

_STAGES = (
    (ReceiptKind.TAKE_BACK_AGREED, IncomingState.TAKEN_BACK),
    (ReceiptKind.REFUSED, IncomingState.REFUSED),
    (ReceiptKind.COMPLETED, IncomingState.COMPLETED),
    (ReceiptKind.PROCESSING, IncomingState.PROCESSING),
    (ReceiptKind.ASSIGNED, IncomingState.ASSIGNED),
    (ReceiptKind.REGISTERED, IncomingState.REGISTERED),
    (ReceiptKind.ARRIVED, IncomingState.ARRIVED),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What receipts prove about one document at one addressee.

    Attributes:
        document_id: edXML ``DocumentId``.
        addressee: Agency code.
        facts: Kinds of the receipts there are.
        gave_up: The sender stopped sending without an answer.
        processing_at, completed_at: When the addressee said so last, as its receipts say; None if it never did.
    """

    document_id: str
    addressee: str
    facts: frozenset[ReceiptKind] = frozenset()
    gave_up: bool = False
    processing_at: datetime | None = None
    completed_at: datetime | None = None

    @property
    def stage(self) -> IncomingState | None:
        """The furthest state that a receipt proves, or None if none came.

        What was completed and is said to be processed later lost its answer: it is processed again.
        """
        left = self.facts - {ReceiptKind.COMPLETED} if self._is_reopened else self.facts
        return next((stage for kind, stage in _STAGES if kind in left), None)

    @property
    def _is_reopened(self) -> bool:
        said = (self.completed_at, self.processing_at)
        return said[0] is not None and said[1] is not None and said[0] < said[1]

    @property
    def is_silent(self) -> bool:
        """Whether the sender gave up and nothing came after all."""
        return self.gave_up and not self.facts


def learn(one: Knowledge, other: Knowledge) -> Knowledge:
    """Return what both together know of the same document at the same addressee."""
    return replace(
        one,
        facts=one.facts | other.facts,
        gave_up=one.gave_up or other.gave_up,
        processing_at=find_last((one.processing_at, other.processing_at)),
        completed_at=find_last((one.completed_at, other.completed_at)),
    )


def find_last(times: Iterable[datetime | None]) -> datetime | None:
    """Return the last of some times, or None if there is none."""
    return max((time for time in times if time is not None), default=None)
