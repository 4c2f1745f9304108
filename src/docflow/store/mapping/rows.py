"""Between the model and the rows of the tables, both ways.

Invariants:
    - ``read_document(write_document(x)) == x``.

What it does not do: it runs no statement.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from itertools import compress
from operator import is_not
from typing import Any, TypeAlias, TypeVar, get_args, get_type_hints

import msgspec
from msgspec.structs import asdict, astuple

from docflow.audit import encode_canonical, format_time, parse_canonical
from docflow.errors import DocflowError, ErrorCode, InputError
from docflow.model import (
    Addressee,
    Agency,
    Competence,
    Document,
    DocumentType,
    Draft,
    Link,
    RegisterKey,
    Secrecy,
    SeriesRule,
    Urgency,
    parse_agency_code,
    parse_series,
    restore_draft,
)
from docflow.ports import EntryKind, RegisterCounter, RegisterEntry

_Record = TypeVar("_Record")

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
_TYPES = {item.value: item for item in DocumentType}
_URGENCIES = {item.value: item for item in Urgency}

_ADDRESSEES = msgspec.json.Decoder(list[tuple[str | None, str]])

Row = dict[str, Any]
"""Column values as the driver takes them."""

_Fields: TypeAlias = "tuple[tuple[str, Callable[[Any], object] | None], ...]"
_FIELDS: dict[type, _Fields] = {}
"""What :func:`_read_fields` found, by kind of record."""


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


def write_record(record: Any) -> Row:  # noqa: ANN401 - a record of any kind
    """Return the row of a record whose fields are named as the columns of its table."""
    kind = type(record)
    is_struct = issubclass(kind, msgspec.Struct)
    row = asdict(record) if is_struct else {name: getattr(record, name) for name, _ in _fields_of(kind)}
    for name, plain in _fields_of(kind):
        if plain is not None and row[name] is not None:
            row[name] = plain(row[name])
    return row


def write_change(record: msgspec.Struct, *, known: msgspec.Struct, row: Row) -> tuple[Row, tuple[str, ...]]:
    """Return the row of a record that was changed, and the columns in which it differs.

    Args:
        known: The record before it.
        row: The row of ``known``.
    """
    after, changed = dict(row), []
    now = astuple(record)
    differs = map(is_not, now, astuple(known))
    for (name, plain), value in compress(zip(_fields_of(type(record)), now, strict=True), differs):
        written = plain(value) if plain is not None and value is not None else value
        # A draft stands in several columns: write_draft.
        if name in row and written != row[name]:
            after[name] = written
            changed.append(name)
    return after, tuple(changed)


def _fields_of(kind: type) -> _Fields:
    """Return the fields of a kind of record, each with what makes its values plain where they are not."""
    known = _FIELDS.get(kind)
    if known is None:
        known = _FIELDS[kind] = _read_fields(kind)
    return known


def _read_fields(kind: Any) -> _Fields:  # noqa: ANN401 - a kind of record
    names = getattr(kind, "__struct_fields__", None) or tuple(field.name for field in fields(kind))
    hints = get_type_hints(kind)
    return tuple((name, _plain_form(hints[name])) for name in names)


def _plain_form(hint: object) -> Callable[[Any], object] | None:
    kinds = get_args(hint) or (hint,)
    # A StrEnum is text itself; the way to its ``value`` is written in Python.
    for kind, plain in ((datetime, format_time), (date, date.isoformat), (StrEnum, str.__str__)):
        if any(isinstance(item, type) and issubclass(item, kind) for item in kinds):
            return plain
    return None


def read_record(kind: type[_Record], row: Mapping[Any, Any]) -> _Record:
    """Return the record of a row.

    Raises:
        InputError: ``EVIDENCE_BROKEN``; the row holds values docflow never writes.
    """
    # str(): SQLAlchemy names columns by a subclass of str, which msgspec does not take.
    return read_plain(kind, {str(name): value for name, value in row.items()})


def read_plain(kind: type[_Record], row: Row) -> _Record:
    """Return the record of a row whose columns are named by plain text, as a prepared statement gives it.

    Raises:
        InputError: ``EVIDENCE_BROKEN``; the row holds values docflow never writes.
    """
    try:
        return msgspec.convert(row, kind)
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


def write_document(document: Document) -> Row:
    """Return the row of a document."""
    row = write_record(document)
    del row["draft"]
    return {**row, **write_draft(document.draft)}


def write_document_change(document: Document, *, known: Document, row: Row) -> tuple[Row, tuple[str, ...]]:
    """Return the row of a document that was changed, and the columns in which it differs; see :func:`write_change`."""
    after, changed = write_change(document, known=known, row=row)
    if document.draft is not known.draft:
        said = write_draft(document.draft)
        changed += tuple(name for name, value in said.items() if value != row[name])
        after.update(said)
    return after, changed


def read_document(row: Mapping[Any, Any]) -> Document:
    """Return the document of a row.

    Raises:
        InputError: ``EVIDENCE_BROKEN``; the row holds values docflow never writes.
    """
    try:
        plain = row if isinstance(row, dict) else {str(name): value for name, value in row.items()}
        return msgspec.convert({**plain, "draft": _read_draft(plain)}, Document)
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
            line_above=row.get("line_above"),
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


def _broken(table: str, exc: Exception) -> InputError:
    return InputError(
        ErrorCode.EVIDENCE_BROKEN,
        f"a row of table {table} holds what docflow never writes: {exc}",
        vi=f"Bảng {table} có dữ liệu đã bị sửa.",
        way_out="run docflow audit verify",
    )
