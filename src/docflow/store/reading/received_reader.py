"""Whose certificates stood behind the signatures on files that other agencies sent.

What it does not do: it reads no certificate; what is told of one was kept with the signature.
"""

from __future__ import annotations

import sqlalchemy as sa

from docflow.model import FileVerdict, ReceivedCertificate
from docflow.store.engines.places import OfficeDatabase
from docflow.store.mapping import rows
from docflow.store.tables import INCOMING_DOCUMENT, RECEIVED_SIGNATURE

_TOLD = tuple(
    RECEIVED_SIGNATURE.c[name]
    for name in ("certificate", "signer", "organization", "unit", "issuer", "serial", "valid_from", "valid_until")
)


class ReceivedReader:
    """Reads what was found in received files; :class:`docflow.store.reader.StoreReader` completes it."""

    _database: OfficeDatabase
    _agency: str

    def list_received_certificates(self) -> tuple[ReceivedCertificate, ...]:
        """Return each certificate behind a signature that passed, the one on the most documents first."""
        signature, document = RECEIVED_SIGNATURE.c, INCOMING_DOCUMENT.c
        documents = sa.func.count(sa.distinct(signature.incoming_id)).label("documents")
        joined = RECEIVED_SIGNATURE.join(
            INCOMING_DOCUMENT, sa.and_(document.agency == signature.agency, document.id == signature.incoming_id)
        )
        query = (
            sa.select(
                *_TOLD,
                documents,
                sa.func.min(document.arrived_at).label("first_arrived_at"),
                sa.func.max(document.arrived_at).label("last_arrived_at"),
            )
            .select_from(joined)
            .where(signature.agency == self._agency)
            .where(signature.verdict == FileVerdict.VALID.value, signature.certificate != "")
            .group_by(*_TOLD)
            .order_by(documents.desc(), signature.certificate)
        )
        with self._database.reading() as connection:
            return tuple(rows.read_record(ReceivedCertificate, row) for row in connection.execute(query).mappings())
