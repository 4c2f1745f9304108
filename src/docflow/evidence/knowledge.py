"""What is known about a document at one addressee: a set that only grows.

Invariants:
    - :func:`learn` is commutative, associative and idempotent: order and repetition of receipts cannot matter.
    - Late good news beats an early silence.

Source: docs/spec/receipts.md §4.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

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
    """

    document_id: str
    addressee: str
    facts: frozenset[ReceiptKind] = frozenset()
    gave_up: bool = False

    @property
    def stage(self) -> IncomingState | None:
        """The furthest state that a receipt proves, or None if none came."""
        return next((stage for kind, stage in _STAGES if kind in self.facts), None)

    @property
    def is_silent(self) -> bool:
        """Whether the sender gave up and nothing came after all."""
        return self.gave_up and not self.facts


def learn(one: Knowledge, other: Knowledge) -> Knowledge:
    """Return what both together know of the same document at the same addressee."""
    return replace(one, facts=one.facts | other.facts, gave_up=one.gave_up or other.gave_up)
