"""What every form of a report is made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from vnsign.report import DocumentReport
from vnsign.verification.messages import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One document as it is shown.

    Attributes:
        unmet: What the caller required and the document does not have, as the caller wrote it.
        met: What the caller required and the document has.
    """

    report: DocumentReport
    unmet: tuple[str, ...] = ()
    met: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What holds for all documents of a report.

    Attributes:
        at: Validation time, aware.
        language: Of what is written for people.
        version: Of this package.
        policy: Name of the validation policy, empty if none was named.
    """

    at: datetime
    language: Language = Language.VI
    version: str = ""
    policy: str = ""


def as_items(reports: Iterable[DocumentReport]) -> Iterator[Item]:
    """Yield reports as items without requirements."""
    return (Item(report=report) for report in reports)
