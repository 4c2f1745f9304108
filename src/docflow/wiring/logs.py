"""An office seen from outside: its log verified, a proof checked; no key is needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from docflow.audit import LogReport, parse_opening, parse_proof, parse_vkey, verify_opened_leaf, verify_proof
from docflow.ports import LoggedRow
from docflow.store import open_to_read
from docflow.wiring.arguments import checked


@checked
def verify_log(
    place: Path | str,
    *,
    checkpoint: str | None = None,
    vkey: str | None = None,
    home: Path | str | None = None,
    tick: Callable[[str, int, int | None], object] | None = None,
) -> LogReport:
    """Verify an office without opening it for work: no key is needed, and nothing is written where it lies.

    Memory does not grow with the office. What must be kept of each row, some 100 bytes whenever a leaf wrote it and 100
    for what is there, goes to a file without a name in the folder for temporary files (docs/adr/0082).

    Args:
        place: Folder of the database, or the address of a PostgreSQL database.
        home: Folder of files and ``log.vkey``, which says whose log it is; by default the folder of the database.
        checkpoint: A signed checkpoint kept elsewhere; the log must contain it.
        vkey: The log's verifier key from a source that the office cannot change; ``log.vkey`` of the folder if None.
        tick: Told now and then what is looked at (``leaves``, ``rows``, ``rows compared``, ``files``), how many are
            done, and of how many, if that is known.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``; there is no readable store, or the folder for temporary files is full.
        InputError: ``MALFORMED_INPUT``; the verifier key is malformed.
    """
    with open_to_read(place, home=home, is_verifying=True) as reader:
        return reader.verify(checkpoint=checkpoint, vkey=parse_vkey(vkey) if vkey else None, tick=tick)


@checked
def read_checkpoint(place: Path | str, *, home: Path | str | None = None) -> str:
    """Return the newest signed checkpoint of an office, or an empty text.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``.
    """
    with open_to_read(place, home=home) as reader:
        return reader.last_checkpoint()


@checked
def read_proof(place: Path | str, document_id: str, *, home: Path | str | None = None) -> str:
    """Return the inclusion proof of a document in an office; see :meth:`Office.inclusion_proof`.

    Raises:
        StoreUnavailable: ``STORE_UNUSABLE``.
        UsageError: ``NOT_FOUND``.
    """
    with open_to_read(place, home=home) as reader:
        return reader.prove_document(document_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenEvent:
    """What a proof proves: an event, and the signed tree in which it stands.

    Attributes:
        time: RFC 3339 in +07:00, as logged.
        rows: The rows that the event wrote.
    """

    origin: str
    index: int
    size: int
    type: str
    time: str
    actor: str
    agency: str
    subject: str
    rows: tuple[LoggedRow, ...]


@checked
def check_proof(text: str, *, vkey: str) -> ProvenEvent:
    """Check a proof that :func:`read_proof` made, offline.

    Does not check: that the log was not turned back since, nor that the key is the agency's (see the spec, §7).

    Args:
        vkey: The log's verifier key, from a source that is trusted.

    Raises:
        InputError: ``EVIDENCE_BROKEN`` if it proves nothing; ``MALFORMED_INPUT``.
    Source: c2sp.org/tlog-proof; docs/spec/audit-log.md §5.
    """
    proof = parse_proof(text)
    leaf = parse_opening(proof.extra or b"")
    checkpoint = verify_proof(proof, leaf.hash, key=parse_vkey(vkey))
    opened = verify_opened_leaf(leaf.data, salt=leaf.salt, payload=leaf.payload)
    return ProvenEvent(
        origin=checkpoint.origin,
        index=proof.index,
        size=checkpoint.size,
        type=opened.type,
        time=opened.time,
        actor=opened.actor,
        agency=opened.agency,
        subject=opened.subject,
        rows=opened.rows,
    )
