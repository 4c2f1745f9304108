"""Between the model and the rows of the tables, both ways.

Invariants:
    - ``read_document(write_document(x)) == x``.

What it does not do: it runs no statement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from enum import Enum
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import sqlalchemy as sa

from docflow.audit import encode_canonical, format_time, parse_canonical
from docflow.errors import DocflowError, ErrorCode, InputError
from docflow.model import (
    Addressee,
    Agency,
    Competence,
    Document,
    DocumentState,
    DocumentType,
    Draft,
    Link,
    RegisterKey,
    Secrecy,
    SeriesRule,
    SignatureVerdict,
    Urgency,
    parse_agency_code,
    parse_series,
    restore_draft,
)
from docflow.ports import EntryKind, LoggedRow, RegisterCounter, RegisterEntry
from docflow.store import drafting_tables  # noqa: F401 - adds its tables to METADATA
from docflow.store.tables import METADATA, Proof

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_Record = TypeVar("_Record")

# str(): SQLAlchemy's names are a subclass of str, which has no canonical form.
_LOGGED: dict[sa.Table, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    table: (
        str(table.name),
        tuple(str(c.name) for c in table.columns if c.primary_key),
        tuple(str(c.name) for c in table.columns if not c.primary_key and c.info["proof"] is Proof.ROWS),
    )
    for table in METADATA.sorted_tables
}

_PARTICULARS: Mapping[str, Any] = {
    "competence": Competence | None,
    "due_date": date | None,
    "appointed_at": datetime | None,
    "language": str,
    "page_count": int | None,
    "links": tuple[Link, ...],
}
"""Fields of a draft that stand in ``document.particulars``, with their types."""
_DEFAULTS = {field.name: field.default for field in fields(Draft) if field.name in _PARTICULARS}

_NOTHING = "{}"
"""Particulars that all stand at their defaults."""
_DRAFT_COLUMNS = (
    "type",
    "series",
    "subject",
    "signer_name",
    "signer_position",
    "addressees",
    "unit",
    "urgency",
    "copies",
    "archive_receiver",
    "note",
    "particulars",
)

_STATES = {item.value: item for item in DocumentState}
_TYPES = {item.value: item for item in DocumentType}
_URGENCIES = {item.value: item for item in Urgency}
_VERDICTS = {item.value: item for item in SignatureVerdict}

_ADDRESSEES = msgspec.json.Decoder(list[tuple[str | None, str]])

Row = dict[str, Any]
"""Column values as the driver takes them."""


def logged_row(table: sa.Table, row: Mapping[str, Any]) -> LoggedRow:
    """Return what the audit leaf says of a row: key columns and every other evidence column proved by rows."""
    name, keys, values = _LOGGED[table]
    return LoggedRow(table=name, key={key: row[key] for key in keys}, values={value: row[value] for value in values})


def write_agency(agency: Agency, *, vkey: str) -> Row:
    """Return the row of an agency."""
    return {
        "code": agency.code.text,
        "name": agency.name,
        "abbreviation": agency.abbreviation,
        "place": agency.place,
        "series": agency.series.value,
        "vkey": vkey,
    }


def read_agency(row: Mapping[Any, Any]) -> Agency:
    """Return the agency of a row.

    Raises:
        InputError: ``EVIDENCE_BROKEN``; the row holds values docflow never writes.
    """
    try:
        return Agency(
            code=parse_agency_code(row["code"]),
            name=row["name"],
            abbreviation=row["abbreviation"],
            place=row["place"],
            series=SeriesRule(row["series"]),
        )
    except (DocflowError, ValueError) as exc:
        raise _broken("agency", exc) from exc


def write_record(record: DataclassInstance) -> Row:
    """Return the row of a record whose fields are named as the columns of its table."""
    return {name: _plain(getattr(record, name)) for name in _names_of(type(record))}


@cache
def _names_of(kind: type[DataclassInstance]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def read_record(kind: type[_Record], row: Mapping[Any, Any]) -> _Record:
    """Return the record of a row.

    Raises:
        InputError: ``EVIDENCE_BROKEN``; the row holds values docflow never writes.
    """
    try:
        # str(): SQLAlchemy names columns by a subclass of str, which msgspec does not take.
        return msgspec.convert({str(name): value for name, value in row.items()}, kind)
    except msgspec.ValidationError as exc:
        raise _broken(kind.__name__, exc) from exc


def write_draft(draft: Draft) -> Row:
    """Return the columns of a document's row in which its draft stands."""
    return {
        "type": draft.type.value,
        "series": draft.series.text,
        "subject": draft.subject,
        "signer_name": draft.signer_name,
        "signer_position": draft.signer_position,
        "addressees": _write_addressees(draft.addressees),
        "unit": draft.unit,
        "urgency": draft.urgency.value,
        "copies": draft.copies,
        "archive_receiver": draft.archive_receiver,
        "note": draft.note,
        "particulars": write_particulars(draft),
    }


def write_document(document: Document, *, draft: Row | None = None) -> Row:
    """Return the row of a document.

    Args:
        draft: The columns of its draft, or a row in which they stand, if they are known already.
    """
    said = write_draft(document.draft) if draft is None else {name: draft[name] for name in _DRAFT_COLUMNS}
    return {
        **said,
        "id": document.id,
        "agency": document.agency,
        "state": document.state.value,
        "drafted_at": format_time(document.drafted_at),
        "drafted_by": document.drafted_by,
        "draft_pdf": document.draft_pdf,
        "approved_at": _time(document.approved_at),
        "approved_by": document.approved_by,
        "leader_pdf": document.leader_pdf,
        "leader_signed_at": _time(document.leader_signed_at),
        "leader_verdict": document.leader_verdict.value if document.leader_verdict else None,
        "register": document.register,
        "year": document.year,
        "number": document.number,
        "version": document.version,
        "remark_count": document.remark_count,
        "attachment_count": document.attachment_count,
        "replaced_by": document.replaced_by,
        "symbol": document.symbol,
        "issued_on": document.issued_on.isoformat() if document.issued_on else None,
        "sealed_pdf": document.sealed_pdf,
        "sealed_at": _time(document.sealed_at),
        "seal_verdict": document.seal_verdict.value if document.seal_verdict else None,
    }


def read_document(row: Mapping[Any, Any]) -> Document:
    """Return the document of a row.

    Raises:
        InputError: ``EVIDENCE_BROKEN``; the row holds values docflow never writes.
    """
    try:
        return Document(
            id=row["id"],
            agency=row["agency"],
            state=_STATES[row["state"]],
            draft=_read_draft(row),
            drafted_at=datetime.fromisoformat(row["drafted_at"]),
            drafted_by=row["drafted_by"],
            draft_pdf=row["draft_pdf"],
            approved_at=_read_time(row["approved_at"]),
            approved_by=row["approved_by"],
            leader_pdf=row["leader_pdf"],
            leader_signed_at=_read_time(row["leader_signed_at"]),
            leader_verdict=_VERDICTS[row["leader_verdict"]] if row["leader_verdict"] else None,
            register=row["register"],
            year=row["year"],
            number=row["number"],
            symbol=row["symbol"],
            issued_on=date.fromisoformat(row["issued_on"]) if row["issued_on"] else None,
            sealed_pdf=row["sealed_pdf"],
            sealed_at=_read_time(row["sealed_at"]),
            seal_verdict=_VERDICTS[row["seal_verdict"]] if row["seal_verdict"] else None,
            version=row["version"],
            remark_count=row["remark_count"],
            attachment_count=row["attachment_count"],
            replaced_by=row["replaced_by"],
        )
    except (DocflowError, msgspec.ValidationError, ValueError, TypeError, KeyError) as exc:
        raise _broken("document", exc) from exc


def write_entry(entry: RegisterEntry) -> Row:
    """Return the row of a register's line."""
    return {
        "agency": entry.key.agency,
        "register": entry.key.register,
        "year": entry.key.year,
        "number": entry.number,
        "suffix": entry.suffix,
        "kind": entry.kind.value,
        "document_id": entry.document_id,
        "symbol": entry.symbol,
        "issued_on": entry.issued_on.isoformat(),
        "reason": entry.reason,
        "permission": entry.permission,
    }


def read_entry(row: Mapping[Any, Any]) -> RegisterEntry:
    """Return the line of a row.

    Raises:
        InputError: ``EVIDENCE_BROKEN``; the row holds values docflow never writes.
    """
    try:
        return RegisterEntry(
            key=RegisterKey(agency=row["agency"], register=row["register"], year=row["year"]),
            number=row["number"],
            suffix=row["suffix"],
            kind=EntryKind(row["kind"]),
            document_id=row["document_id"],
            symbol=row["symbol"],
            issued_on=date.fromisoformat(row["issued_on"]),
            reason=row["reason"],
            permission=row["permission"],
        )
    except ValueError as exc:
        raise _broken("register_entry", exc) from exc


def read_counter(key: RegisterKey, row: Mapping[str, Any] | None) -> RegisterCounter:
    """Return the head of a register; without a row the register begins.

    Raises:
        InputError: ``EVIDENCE_BROKEN``; the row holds values docflow never writes.
    """
    if row is None:
        return RegisterCounter(key=key)
    try:
        return RegisterCounter(
            key=key,
            last_number=row["last_number"],
            last_date=date.fromisoformat(row["last_date"]),
            last_leaf_hash=row["last_leaf_hash"],
        )
    except ValueError as exc:
        raise _broken("register_counter", exc) from exc


def _read_draft(row: Mapping[Any, Any]) -> Draft:
    return restore_draft(
        {
            **_read_particulars(row["particulars"]),
            "type": _TYPES[row["type"]],
            "series": parse_series(row["series"]),
            "subject": row["subject"],
            "signer_name": row["signer_name"],
            "signer_position": row["signer_position"],
            "addressees": _read_addressees(row["addressees"]),
            "unit": row["unit"],
            "urgency": _URGENCIES[row["urgency"]],
            "secrecy": Secrecy.KHONG_MAT,
            "copies": row["copies"],
            "archive_receiver": row["archive_receiver"],
            "note": row["note"],
        }
    )


def write_particulars(draft: Draft) -> str:
    """Return what a draft says beside its columns, as canonical JSON; what it leaves at its default is left out."""
    said = {name: getattr(draft, name) for name in _PARTICULARS}
    plain = {name: msgspec.to_builtins(value) for name, value in said.items() if value != _DEFAULTS[name]}
    return encode_canonical(plain).decode() if plain else _NOTHING


def _read_particulars(text: str) -> Mapping[str, Any]:
    if text == _NOTHING:
        return _DEFAULTS
    said = parse_canonical(text.encode())
    if not isinstance(said, dict):
        raise TypeError("particulars")
    return {**_DEFAULTS, **{name: msgspec.convert(value, _PARTICULARS[name]) for name, value in said.items()}}


@lru_cache(maxsize=1024)
def _read_addressees(text: str) -> tuple[Addressee, ...]:
    return tuple(
        Addressee(name=name, code=parse_agency_code(code) if code else None) for code, name in _ADDRESSEES.decode(text)
    )


@lru_cache(maxsize=1024)
def _write_addressees(addressees: tuple[Addressee, ...]) -> str:
    return encode_canonical([[item.code.text if item.code else None, item.name] for item in addressees]).decode()


def _plain(value: object) -> object:
    match value:
        case datetime():
            return format_time(value)
        case date():
            return value.isoformat()
        case Enum():
            return value.value
        case _:
            return value


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else format_time(moment)


def _read_time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _broken(table: str, exc: Exception) -> InputError:
    return InputError(
        ErrorCode.EVIDENCE_BROKEN,
        f"a row of table {table} holds what docflow never writes: {exc}",
        vi=f"Bảng {table} có dữ liệu đã bị sửa.",
        way_out="run docflow audit verify",
    )
