"""The figures of a report: what is counted, by what it is broken down, and the digest that says it again.

Invariants:
    - A figure that the office cannot know is None ("không có số liệu"), never 0.
    - The same facts, query and size of the log give the same digest.

What it does not do: it reads nothing; what each figure means stands in docs/reference/figures.md.

Source: Nghị định 30/2020/NĐ-CP Phụ lục VI Phần I (báo cáo văn bản đi, đến); Quyết định 28/2018/QĐ-TTg Điều 11.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum

from docflow.audit import Json, encode_canonical, format_time
from docflow.model import OnTimeRate, count_on_time
from docflow.office.reports.facts import ActFact, CertificateFact, IncomingFact, OutgoingFact, ReportFacts
from docflow.office.reports.periods import ReportPeriod


class ReportBy(StrEnum):
    """By what a report is broken down below its total; the value is stable and named in commands."""

    TOTAL = "total"
    UNIT = "unit"
    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def vi(self) -> str:
        """The heading of the first column."""
        return _HEADINGS[self]


_HEADINGS = {
    ReportBy.TOTAL: "",
    ReportBy.UNIT: "Đơn vị",
    ReportBy.DAY: "Ngày",
    ReportBy.MONTH: "Tháng",
    ReportBy.QUARTER: "Quý",
    ReportBy.YEAR: "Năm",
}
_PARTS: Mapping[ReportBy, Callable[[date], str]] = {
    ReportBy.DAY: date.isoformat,
    ReportBy.MONTH: lambda day: f"{day:%Y-%m}",
    ReportBy.QUARTER: lambda day: f"{day:%Y}-Q{(day.month + 2) // 3}",
    ReportBy.YEAR: lambda day: f"{day:%Y}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFigures:
    """The figures of one line.

    Attributes:
        documents_in, documents_out: Registered, and issued, in the period.
        interconnected_in, interconnected_out: Of them those that came, or left, over the exchange.
        electronic_out: Of those issued the ones that left to every addressee electronically.
        handled: How those registered in the period stand to their deadlines.
        certificates: Different ones behind the agency's own signatures in the period, as far as a verifier told; None
            if none ever did. By unit: the unit that drafted what was signed.
        certificates_of_people: Of them those of the people who signed; the others are the agency's.
        accounts: People who hold a role now; None if no role was ever recorded, and in a breakdown.
        active_accounts: People named by the log in the period; None in a breakdown by unit.
    """

    documents_in: int
    documents_out: int
    interconnected_in: int
    interconnected_out: int
    electronic_out: int
    handled: OnTimeRate
    certificates: int | None
    certificates_of_people: int | None
    accounts: int | None
    active_accounts: int | None

    @property
    def electronic_per_mille(self) -> int | None:
        """Share of documents issued fully electronically, in thousandths, rounded down; None if none was issued."""
        return self.electronic_out * 1000 // self.documents_out if self.documents_out else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """One unit, or one part of the period; ``name`` is empty for the total and for what names no unit."""

    name: str
    figures: ReportFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report.

    Attributes:
        log_size: Leaves of the audit log that it was computed at: :meth:`docflow.Office.verify_report` does it again.
        at: When what is not done was judged; aware.
        lines: The breakdown, by name; empty for a total alone.
    """

    agency: str
    period: ReportPeriod
    by: ReportBy
    log_size: int
    at: datetime
    total: ReportFigures
    lines: tuple[ReportLine, ...]

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of what the report says.

        Source: docs/reference/figures.md (the bytes that are hashed).
        """
        return hashlib.sha256(encode_canonical(self.to_json())).hexdigest()

    def to_json(self) -> dict[str, Json]:
        """Return what the report says, without its digest."""
        return {
            "agency": self.agency,
            "period": self.period.text,
            "from": self.period.first.isoformat(),
            "to": self.period.last.isoformat(),
            "by": self.by.value,
            "log_size": self.log_size,
            "at": format_time(self.at),
            "total": asdict(self.total),
            "lines": [{"name": line.name, **asdict(line.figures)} for line in self.lines],
        }


def build_report(
    facts: ReportFacts, *, agency: str, period: ReportPeriod, by: ReportBy, log_size: int, at: datetime
) -> Report:
    """Count the facts that lie in a period."""
    documents_in = [fact for fact in facts.incoming if period.has(fact.on)]
    documents_out = [fact for fact in facts.outgoing if period.has(fact.on)]
    acts = [fact for fact in facts.acts if period.has(fact.on)]
    used = None if facts.certificates is None else [fact for fact in facts.certificates if period.has(fact.on)]
    lines = [
        ReportLine(
            name=name,
            figures=_count(
                came,
                left,
                actors=None if by is ReportBy.UNIT else done,
                used=_of_part(used, name, by=by),
            ),
        )
        for name, (came, left, done) in _divide(documents_in, documents_out, acts, used=used or (), by=by)
    ]
    return Report(
        agency=agency,
        period=period,
        by=by,
        log_size=log_size,
        at=at,
        total=_count(documents_in, documents_out, actors=acts, accounts=facts.accounts, used=used),
        lines=tuple(lines),
    )


_Parts = tuple[list[IncomingFact], list[OutgoingFact], list[ActFact]]


def _divide(
    documents_in: Iterable[IncomingFact],
    documents_out: Iterable[OutgoingFact],
    acts: Iterable[ActFact],
    *,
    used: Iterable[CertificateFact],
    by: ReportBy,
) -> Iterator[tuple[str, _Parts]]:
    if by is ReportBy.TOTAL:
        return
    groups: dict[str, _Parts] = {}
    for incoming in documents_in:
        groups.setdefault(_name(incoming, by), ([], [], []))[0].append(incoming)
    for outgoing in documents_out:
        groups.setdefault(_name(outgoing, by), ([], [], []))[1].append(outgoing)
    for certificate in used:
        groups.setdefault(_name(certificate, by), ([], [], []))
    if by is not ReportBy.UNIT:
        for act in acts:
            groups.setdefault(_PARTS[by](act.on), ([], [], []))[2].append(act)
    yield from sorted(groups.items())


def _name(fact: IncomingFact | OutgoingFact | CertificateFact, by: ReportBy) -> str:
    return fact.unit if by is ReportBy.UNIT else _PARTS[by](fact.on)


def _of_part(used: list[CertificateFact] | None, name: str, *, by: ReportBy) -> list[CertificateFact] | None:
    """Return the certificates of a part of the period, or of a unit."""
    return None if used is None else [fact for fact in used if _name(fact, by) == name]


def _count(
    documents_in: list[IncomingFact],
    documents_out: list[OutgoingFact],
    *,
    actors: list[ActFact] | None,
    used: list[CertificateFact] | None,
    accounts: int | None = None,
) -> ReportFigures:
    return ReportFigures(
        documents_in=len(documents_in),
        documents_out=len(documents_out),
        interconnected_in=sum(fact.is_interconnected for fact in documents_in),
        interconnected_out=sum(fact.is_interconnected for fact in documents_out),
        electronic_out=sum(fact.is_electronic for fact in documents_out),
        handled=count_on_time(fact.punctuality for fact in documents_in if fact.punctuality is not None),
        certificates=None if used is None else len({fact.sha256 for fact in used}),
        certificates_of_people=None if used is None else len({fact.sha256 for fact in used if fact.is_personal}),
        accounts=accounts,
        active_accounts=None if actors is None else len({act.actor for act in actors}),
    )
