"""What a second reader thinks of the revisions after a signature."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Opinion(StrEnum):
    """What the second reader thinks."""

    AGREED = "agreed"
    REFUSED = "refused"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondOpinion:
    """The opinion and, when refused, why."""

    verdict: Opinion
    reason: str = ""


NO_OPINION = SecondOpinion(verdict=Opinion.NONE)
