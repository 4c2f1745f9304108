"""OCSP answers from the record, some of them signed before anybody asks.

Invariants:
    - An answer signed ahead is given only while the record says of its certificate what it said then (looked up in the
      database at each request; a backup put back is another record), while its responder is still the one in office,
      and in the first half of its life.
    - An answer that carries a nonce is signed for its request and not kept.
    - Nothing is signed ahead for serial numbers that were never issued: a stranger must not be able to fill the memory.

What it does not do: it opens no transaction (the caller's is used) and chooses no responder.

Source: RFC 6960 §2.5 (answers signed ahead), §4.2; RFC 5019 §2.2.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from vnsign.authority.database.status_rows import KnownStatus, read_statuses, read_unexpired
from vnsign.pki.ocsp_answers import SHA1_OID, SHA256_OID, OcspResponder
from vnsign.pki.ocsp_requests import AskedCertificate, OcspError, OcspQuery

#: An answer takes about a kilobyte.
MAX_KEPT = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Who answers, and how the record stood when that was looked up.

    Attributes:
        issuer: Whose certificates it speaks of, as in the record.
        responder: A new object whenever certificate or settings change.
        head: Number and hash of the newest journal entry: the same head, the same record. The number alone would not
            do: after a backup was put back, other acts get the same numbers.
    """

    issuer: str
    responder: OcspResponder
    head: tuple[int, bytes]


@dataclass(slots=True)
class _Kept:
    answer: bytes
    status: KnownStatus
    made_at: datetime
    responder: OcspResponder
    #: Head of the journal that the status was last looked up under.
    known_at: tuple[int, bytes]


class OcspAnswers:
    """Answers and those kept of them. Safe for threads."""

    def __init__(self, *, max_kept: int = MAX_KEPT) -> None:
        self._max_kept = max_kept
        self._kept: OrderedDict[tuple[str, bytes], _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def answer(self, connection: Connection, query: OcspQuery | OcspError, *, office: Office, now: datetime) -> bytes:
        """Answer a request, DER.

        Raises:
            ValueError: (or KeyError, OverflowError) the record is damaged.
        """
        responder = office.responder
        if isinstance(query, OcspError):
            return responder.respond(query, {}, at=now)
        can_be_kept = len(query.certificates) == 1 and not responder.echoes(query)
        if can_be_kept:
            kept = self._find(connection, query.certificates[0], office=office, now=now)
            if kept is not None:
                return kept
        known = read_statuses(connection, office.issuer, responder.serials(query))
        answer = responder.respond(query, {serial: status.statement for serial, status in known.items()}, at=now)
        if can_be_kept and known and responder.is_asked(query.certificates[0]):
            self._keep(query.certificates[0].cert_id, *known.values(), answer=answer, office=office, now=now)
        return answer

    def presign(self, connection: Connection, *, office: Office, now: datetime) -> int:
        """Sign answers for every certificate that has not ended, by the CertIDs clients write; return how many.

        Raises:
            ValueError: (or KeyError, OverflowError) the record is damaged.
        """
        responder = office.responder
        known = read_unexpired(connection, office.issuer, now=int(now.timestamp()), limit=self._max_kept // 2)
        for status in known:
            for hash_oid in (SHA1_OID, SHA256_OID):
                query = responder.query_for(status.serial, hash_oid=hash_oid)
                answer = responder.respond(query, {status.serial: status.statement}, at=now)
                self._keep(query.certificates[0].cert_id, status, answer=answer, office=office, now=now)
        return 2 * len(known)

    def _find(self, connection: Connection, asked: AskedCertificate, *, office: Office, now: datetime) -> bytes | None:
        with self._lock:
            kept = self._kept.get((office.issuer, asked.cert_id))
        if kept is None or kept.responder is not office.responder or not _is_fresh(kept, now):
            return None
        if kept.known_at != office.head:
            serial = kept.status.serial
            if read_statuses(connection, office.issuer, (serial,)).get(serial) != kept.status:
                return None
            kept.known_at = office.head
        return kept.answer

    def _keep(self, cert_id: bytes, status: KnownStatus, *, answer: bytes, office: Office, now: datetime) -> None:
        kept = _Kept(answer, status, now, office.responder, office.head)
        with self._lock:
            self._kept[office.issuer, cert_id] = kept
            self._kept.move_to_end((office.issuer, cert_id))
            while len(self._kept) > self._max_kept:
                self._kept.popitem(last=False)


def _is_fresh(kept: _Kept, now: datetime) -> bool:
    life = kept.responder.next_update(kept.made_at) - kept.made_at
    return timedelta(0) <= now - kept.made_at < life / 2
