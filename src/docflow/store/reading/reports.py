"""What a report counts, read from the tables, or from the leaves of the log alone.

Invariants:
    - Both ways give the same rows unless somebody changed the tables behind docflow.
    - What is read from the log stands under a signed checkpoint that contains every leaf read.

What it does not do: it counts nothing (:mod:`docflow.office.reports`).

Source: docs/spec/audit-log.md §2, §4; docs/adr/0063.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa

from docflow.audit import Frontier, VerifierKey, append_leaf, commit_payload, root_of, verify_checkpoint
from docflow.errors import DocflowError, ErrorCode, InputError, UsageError
from docflow.model import law_date
from docflow.office import (
    REPORT_COLUMNS,
    ActFact,
    Report,
    ReportBy,
    ReportPeriod,
    ReportRow,
    build_report,
    gather_facts,
    is_account,
)
from docflow.store.reading import questions
from docflow.store.tables import AUDIT_CHECKPOINT, AUDIT_LEAF, METADATA, owner_column

_ROWS_AT_ONCE = 500
_Scalar = str | int | None


class _Row(msgspec.Struct):
    table: str
    key: dict[str, _Scalar]
    values: dict[str, _Scalar]


class _Head(msgspec.Struct):
    """What a report needs of every leaf; the rest of the payload is passed over."""

    type: str
    time: datetime
    actor: str
    agency: str


class _Event(_Head):
    rows: list[_Row]


_Leaf = TypeVar("_Leaf", bound=_Head)
_HEAD = msgspec.json.Decoder(_Head)
_EVENT = msgspec.json.Decoder(_Event)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportQuery:
    """What is asked for.

    Attributes:
        as_of: Leaves of the log; None for all, read from the tables.
        at: When what is not done is judged; None for the time of the last leaf.
    """

    period: ReportPeriod
    by: ReportBy = ReportBy.TOTAL
    as_of: int | None = None
    at: datetime | None = None


@dataclass(slots=True)
class _Read:
    """Rows by table, who did something, and where the log stood."""

    rows: dict[str, Iterable[ReportRow]]
    acts: set[ActFact] = field(default_factory=set)
    size: int = 0
    last: datetime | None = None

    def note(self, head: _Head) -> None:
        self.size += 1
        self.last = head.time
        if is_account(head.actor, event=head.type):
            self.acts.add(ActFact(on=law_date(head.time), actor=head.actor))


def read_report(connection: sa.Connection, agency: str, query: ReportQuery, *, vkey: VerifierKey) -> Report:
    """Return a report; the connection is in a read transaction.

    Raises:
        UsageError: ``NOT_FOUND``; the log has fewer leaves. ``BAD_ARGUMENT``; none, or a time without a zone.
        InputError: ``EVIDENCE_BROKEN``; leaves do not give the root that was signed, or a row was changed.
    """
    if query.at is not None and query.at.tzinfo is None:
        raise UsageError(ErrorCode.BAD_ARGUMENT, "a time needs its zone", vi="Thời điểm phải có múi giờ.")
    if query.as_of is None:
        read = _read_tables(connection, agency)
    else:
        read = _replay(connection, agency, size=query.as_of, vkey=vkey)
    if read.last is None:
        raise UsageError(ErrorCode.NOT_FOUND, "the log is empty", vi="Nhật ký chưa có mục nào.")
    known = questions.find_agency(connection, agency)
    at = query.at or read.last
    return build_report(
        gather_facts(read.rows, acts=read.acts, at=at, own=agency),
        agency=known[0].name if known else "",
        period=query.period,
        by=query.by,
        log_size=read.size,
        at=at,
    )


def verify_report(connection: sa.Connection, agency: str, report: Report, *, vkey: VerifierKey) -> Report:
    """Compute a report again from the leaves of the log alone, as of its size, and compare.

    Raises:
        InputError: ``EVIDENCE_BROKEN``; the log says something else, or was changed.
        UsageError: ``NOT_FOUND``; the log is shorter than it was.
    """
    query = ReportQuery(period=report.period, by=report.by, as_of=report.log_size, at=report.at)
    again = read_report(connection, agency, query, vkey=vkey)
    if again.digest != report.digest:
        raise InputError(
            ErrorCode.EVIDENCE_BROKEN,
            f"the log's first {report.log_size} leaves give other figures: {', '.join(_differences(report, again))}",
            vi="Số liệu của báo cáo không khớp với nhật ký.",
            way_out="run docflow audit verify",
        )
    return again


def _differences(one: Report, other: Report) -> list[str]:
    """Name what differs: figures of the total first, else the breakdown."""
    total, counted = asdict(one.total), asdict(other.total)
    named = [f"{name} {value} ≠ {counted[name]}" for name, value in total.items() if value != counted[name]]
    here, there = one.to_json(), other.to_json()
    return named or [name for name, value in here.items() if value != there[name]]


def _read_tables(connection: sa.Connection, agency: str) -> _Read:
    read = _Read({name: _columns(connection, agency, name) for name in REPORT_COLUMNS})
    query = (
        sa.select(AUDIT_LEAF.c.payload)
        .where(AUDIT_LEAF.c[owner_column(AUDIT_LEAF)] == agency)
        .order_by(AUDIT_LEAF.c.position)
    )
    for payload in _streamed(connection, query).scalars():
        read.note(_decode(_HEAD, payload))
    return read


def _columns(connection: sa.Connection, agency: str, name: str) -> list[ReportRow]:
    table = METADATA.tables[name]
    query = sa.select(*(table.c[column] for column in REPORT_COLUMNS[name])).where(
        table.c[owner_column(table)] == agency
    )
    return [{str(column): value for column, value in row.items()} for row in _streamed(connection, query).mappings()]


def _replay(connection: sa.Connection, agency: str, *, size: int, vkey: VerifierKey) -> _Read:
    """Return the rows as the first leaves wrote them, after their tree has the root of a signed checkpoint."""
    signed, note = _covering_checkpoint(connection, agency, size=size)
    rows: dict[str, dict[tuple[_Scalar, ...], ReportRow]] = {name: {} for name in REPORT_COLUMNS}
    read = _Read({})
    frontier = Frontier()
    query = (
        sa.select(AUDIT_LEAF.c.position, AUDIT_LEAF.c.salt, AUDIT_LEAF.c.payload)
        .where(AUDIT_LEAF.c[owner_column(AUDIT_LEAF)] == agency, AUDIT_LEAF.c.position < signed)
        .order_by(AUDIT_LEAF.c.position)
    )
    try:
        for leaf in _streamed(connection, query).mappings():
            frontier, _ = append_leaf(frontier, commit_payload(leaf["payload"], leaf["salt"]).hash)
            if leaf["position"] < size:
                event = _decode(_EVENT, leaf["payload"])
                read.note(event)
                _write_rows(rows, event)
        checkpoint = verify_checkpoint(note, vkey)
    except DocflowError as exc:
        raise _broken(exc.message) from exc
    if checkpoint.size != frontier.size or checkpoint.root != root_of(frontier):
        raise _broken(f"the leaves do not give the root that was signed over {checkpoint.size} of them")
    read.rows = {name: found.values() for name, found in rows.items()}
    return read


def _covering_checkpoint(connection: sa.Connection, agency: str, *, size: int) -> tuple[int, str]:
    """Return the smallest signed checkpoint that contains so many leaves: a group of documents shares one."""
    query = (
        sa.select(AUDIT_CHECKPOINT.c.size, AUDIT_CHECKPOINT.c.note)
        .where(AUDIT_CHECKPOINT.c[owner_column(AUDIT_CHECKPOINT)] == agency, AUDIT_CHECKPOINT.c.size >= size)
        .order_by(AUDIT_CHECKPOINT.c.size)
        .limit(1)
    )
    found = connection.execute(query).first() if size >= 1 else None
    if found is None:
        raise UsageError(
            ErrorCode.NOT_FOUND,
            f"the log has no {size} leaves",
            vi=f"Nhật ký không có {size} mục.",
            way_out="give a size from 1 to that of the newest checkpoint",
        )
    return found[0], found[1]


def _write_rows(rows: Mapping[str, dict[tuple[_Scalar, ...], ReportRow]], event: _Event) -> None:
    for row in event.rows:
        wanted = REPORT_COLUMNS.get(row.table)
        if wanted is not None:
            values = {**row.key, **row.values}
            # A column that came with a later schema is not in an older leaf.
            key = tuple(row.key.get(name) for name in _KEYS[row.table])
            rows[row.table][key] = {name: values.get(name) for name in wanted}


_KEYS = {
    name: tuple(column.name for column in METADATA.tables[name].primary_key.columns if column.name != "agency")
    for name in REPORT_COLUMNS
}


def _streamed(connection: sa.Connection, query: sa.Select[Any]) -> sa.Result[Any]:
    return connection.execute(query, execution_options={"yield_per": _ROWS_AT_ONCE})


def _decode(decoder: msgspec.json.Decoder[_Leaf], payload: bytes) -> _Leaf:
    try:
        return decoder.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError) as exc:
        raise _broken(f"a leaf is no event: {exc}") from exc


def _broken(reason: str) -> InputError:
    return InputError(
        ErrorCode.EVIDENCE_BROKEN,
        reason,
        vi="Nhật ký đã bị sửa, không lập được báo cáo từ nhật ký.",
        way_out="run docflow audit verify",
    )
