"""Records that are kept as they are: which kind stands in which table, found, listed and written the same way.

What it does not do: it begins and commits nothing; :class:`docflow.store.writing.unit.SqlUnitOfWork` completes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

import sqlalchemy as sa

from docflow.model import (
    AccessEntry,
    CaseFile,
    Destruction,
    Dossier,
    DossierAct,
    DossierStep,
    FileAct,
    FiledDocument,
    FileListApproval,
    IncomingAct,
    IncomingReplacement,
    IncomingTask,
    ReceivedFileCheck,
    ReceivedSignature,
    StepVisit,
)
from docflow.model.groups import DocumentGroup, GroupAct, GroupMember, GroupReader
from docflow.ports import ParcelRow, SignerCertificate
from docflow.store.engines.prepared import Prepared
from docflow.store.mapping import rows
from docflow.store.tables import (
    ACCESS_ENTRY,
    CASE_FILE,
    DESTRUCTION,
    DOCUMENT_GROUP,
    DOSSIER,
    DOSSIER_ACT,
    DOSSIER_STEP,
    DOSSIER_VISIT,
    FILE_ACT,
    FILE_LIST_APPROVAL,
    FILED_DOCUMENT,
    GROUP_ACT,
    GROUP_MEMBER,
    GROUP_READER,
    INCOMING_ACT,
    INCOMING_REPLACEMENT,
    INCOMING_TASK,
    METADATA,
    PARCEL,
    RECEIVED_FILE_CHECK,
    RECEIVED_SIGNATURE,
    SIGNER_CERTIFICATE,
    owner_column,
)
from docflow.store.writing.writer import RowWriter, owned

_R = TypeVar("_R")

RECORDS: Mapping[type, sa.Table] = {
    AccessEntry: ACCESS_ENTRY,
    CaseFile: CASE_FILE,
    Destruction: DESTRUCTION,
    DocumentGroup: DOCUMENT_GROUP,
    Dossier: DOSSIER,
    DossierAct: DOSSIER_ACT,
    DossierStep: DOSSIER_STEP,
    FileAct: FILE_ACT,
    FiledDocument: FILED_DOCUMENT,
    FileListApproval: FILE_LIST_APPROVAL,
    GroupAct: GROUP_ACT,
    GroupMember: GROUP_MEMBER,
    GroupReader: GROUP_READER,
    IncomingAct: INCOMING_ACT,
    IncomingReplacement: INCOMING_REPLACEMENT,
    IncomingTask: INCOMING_TASK,
    ParcelRow: PARCEL,
    ReceivedFileCheck: RECEIVED_FILE_CHECK,
    ReceivedSignature: RECEIVED_SIGNATURE,
    SignerCertificate: SIGNER_CERTIFICATE,
    StepVisit: DOSSIER_VISIT,
}
"""Table by kind of record."""


@cache
def select_records(name: str, names: tuple[str, ...], nulls: tuple[str, ...] = ()) -> Prepared:
    """Return the statement that lists the rows of one agency in a table whose columns ``names`` have given values."""
    table = METADATA.tables[name]
    query = sa.select(table).where(owned(table), *(table.c[name] == sa.bindparam(name) for name in names))
    return Prepared(query.where(*(table.c[name].is_(None) for name in nulls)).order_by(*table.primary_key.columns))


def split_where(where: Mapping[str, str | int | None]) -> tuple[tuple[str, ...], tuple[str, ...], dict[str, Any]]:
    """Return the columns compared, those that must be empty, and the values to compare with."""
    given = {name: value for name, value in where.items() if value is not None}
    return tuple(sorted(given)), tuple(sorted(set(where) - set(given))), given


def key_of(kind: type, key: Sequence[str | int]) -> dict[str, str | int]:
    """Return the key columns of a record by name, the agency left out."""
    table = RECORDS[kind]
    names = [column.name for column in table.primary_key.columns if column.name != owner_column(table)]
    return dict(zip(names, key, strict=True))


class RecordUnit(RowWriter):
    """Implements :class:`docflow.ports.RecordWriter`."""

    def find_record(self, kind: type[_R], *key: str | int) -> _R | None:
        """Return the record with a key, the agency left out of it, or None."""
        return self._find(RECORDS[kind], kind, *key)

    def list_records(self, kind: type[_R], /, **where: str | int | None) -> Sequence[_R]:
        """Return the records whose columns have the values given, in the order of their keys."""
        names, nulls, given = split_where(where)
        return tuple(
            rows.read_plain(kind, row) for row in self._all(select_records(RECORDS[kind].name, names, nulls), **given)
        )

    def add_record(self, record: object) -> None:
        """Add a record."""
        self._insert(RECORDS[type(record)], rows.write_record(record))

    def change_record(self, record: object) -> None:
        """Replace the record with the same key."""
        self._update(RECORDS[type(record)], rows.write_record(record))
