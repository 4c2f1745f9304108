"""The agency vouches for the key of its log.

What it does not do: it judges no signature. That the bytes are one over this statement is looked at where they come in
(:func:`docflow.signing.check_statement`); whether it is the agency's, whoever relies on the log finds out.

Source: docs/spec/audit-log.md §7.
"""

from __future__ import annotations

from docflow.model import Role
from docflow.office.desk import Desk
from docflow.office.keeping import storing
from docflow.office.ledger import check_actor, record_event
from docflow.office.rights import require_right
from docflow.ports import BlobRow, LogStatement, UnitOfWork

_EVENT = "log_vouched"


def build_log_statement(desk: Desk) -> bytes:
    """Return the text by which the agency vouches for its log key, to be signed with its service certificate.

    Source: docs/spec/audit-log.md §7.
    """
    lines = ("docflow log statement v1", desk.agency.code.text, desk.agency.name, str(desk.vkey))
    return "".join(f"{line}\n" for line in lines).encode()


def vouch_for_log(desk: Desk, cms: bytes, *, actor: str) -> None:
    """Keep the signed statement; doing it again with another signature changes nothing.

    Does not check: the bytes; see above.

    Raises:
        UsageError: ``FORBIDDEN``; the actor is no administrator. ``BAD_ARGUMENT``.
    Source: docs/spec/audit-log.md §7.
    """
    check_actor(actor)
    statement = build_log_statement(desk).decode()
    vkey, code = str(desk.vkey), desk.agency.code.text
    with storing(desk, cms) as name:
        blob = BlobRow(sha256=str(name), size=len(cms))

        def vouch(unit: UnitOfWork) -> None:
            require_right(unit, desk, actor, role=Role.ADMINISTRATOR, event=_EVENT, subject=code)
            if unit.find_statement(vkey) is not None:
                return
            unit.add_blob(blob)
            unit.add_statement(LogStatement(agency=code, vkey=vkey, statement=statement, cms_sha256=blob.sha256))
            record_event(
                unit,
                _EVENT,
                time=desk.clock.now(),
                actor=actor,
                agency=code,
                subject=code,
                randomness=desk.randomness,
            )

        desk.store.transact(vouch)
