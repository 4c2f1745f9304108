"""Idempotency and evidence: the same for every use case.

Invariants:
    - A request that was answered is answered again with the same answer; another request under the caller's key is
      refused.
    - Under a name of docflow's own nobody is told of keys: another request there is a new one, and what it asks for
      decides (docs/adr/0085).
    - Whatever a use case wrote is in the leaf it leaves.

What it does not do: it begins and commits no transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

import msgspec
from msgspec.structs import replace

from docflow.audit import (
    SALT_BYTES,
    AuditEvent,
    Json,
    Leaf,
    RegisterLink,
    build_payload,
    commit_payload,
    encode_canonical,
    parse_canonical,
)
from docflow.errors import ErrorCode, InputError, UsageError
from docflow.model import CopyEvent, DocumentEvent, DossierAct, FileAct, IncomingAct, IncomingEvent, check_line
from docflow.office.clocks import is_correction_name, refuse_before_log
from docflow.ports import NewLeaf, Randomness, StoredAnswer, UnitOfWork

MAX_KEY_CHARS = 200
"""Longer idempotency keys are refused."""
_OWN_WORDS = frozenset(
    {"dossier", "file", "group", "print", "receive_by_hand", "reserve", "take_back"}
    | {event.value for kind in (DocumentEvent, IncomingEvent) for event in kind}
    | {f"copy_{event.value}" for event in CopyEvent}
)
"""What is asked, in the names that docflow gives to requests: agency, one of these, what it is asked of."""
ACTOR = "docflow"
"""Who acts when no person does; nobody may call himself so."""
MAX_ACTOR_CHARS = 200
"""Longer names of people are refused."""


def check_actor(actor: str) -> None:
    """Check the name of whoever is said to act, before anything is done or stored.

    Does not check: that the caller is that person.

    Raises:
        UsageError: ``BAD_ARGUMENT``; nobody can be called so, or it is how docflow calls itself: nobody is asked
            whether *it* may.
    """
    check_line(actor, limit=MAX_ACTOR_CHARS, what="actor", vi="Người thực hiện")
    if actor == ACTOR:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"{ACTOR!r} is what docflow calls itself in the log",
            vi=f"Tên {ACTOR!r} dành riêng cho hệ thống; hãy ghi tên người thực hiện.",
        )


class Request(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What makes a request the same request: its key and the SHA-256 of what was asked.

    Attributes:
        is_named: The key is a name that docflow made: the caller gave none.
    """

    key: str
    fingerprint: str
    is_named: bool = False


def make_request(key: str, asked: Mapping[str, Json]) -> Request:
    """Return the identity of a request under the caller's key.

    Raises:
        UsageError: ``BAD_ARGUMENT``; the key is empty or too long, or of the form in which docflow names requests
            without one: somebody else's act would find its name taken.
    """
    check_line(key, limit=MAX_KEY_CHARS, what="idempotency key", vi="Khóa chống lặp")
    if is_correction_name(key) or _is_own_name(key):
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"the idempotency key {key!r} is one that docflow uses itself",
            vi="Khóa chống lặp này dành riêng cho hệ thống.",
            way_out="choose another key",
        )
    return identify(key, asked)


def name_request(name: str, asked: Mapping[str, Json], *, actor: str, key: str | None) -> Request:
    """Return the identity of a request under the caller's key, or else under a name that docflow made.

    Under such a name the same words of two people are two requests: what the second one did would stand nowhere.

    Raises:
        UsageError: As :func:`make_request`.
    """
    if key is not None:
        return make_request(key, asked)
    return replace(identify(name, {**asked, "actor": actor}), is_named=True)


def _is_own_name(key: str) -> bool:
    """Return whether some agency's request without a key could be named so, e.g. ``H99/issue/…``."""
    match key.split("/", 2):
        case [agency, asked, _]:
            return bool(agency) and asked in _OWN_WORDS
        case _:
            return False


def identify(key: str, asked: Mapping[str, Json]) -> Request:
    """Return the identity of a request under a key that nobody outside can choose.

    Raises:
        UsageError: ``BAD_ARGUMENT``; something asked for cannot be recorded, e.g. a number beyond 2^53.
    """
    try:
        asked_bytes = encode_canonical(dict(asked))
    except InputError as exc:
        raise UsageError(
            ErrorCode.BAD_ARGUMENT,
            f"an argument cannot be recorded: {exc.message}",
            vi="Có số quá lớn hoặc giá trị không ghi được.",
            way_out="give the number that stands in the register or the list",
        ) from exc
    return Request(key=key, fingerprint=hashlib.sha256(asked_bytes).hexdigest())


def find_answer(unit: UnitOfWork, request: Request) -> Mapping[str, Json] | None:
    """Return what this request was answered before, or None if it is new.

    Raises:
        UsageError: ``IDEMPOTENCY_CONFLICT``; the caller's key was used for another request.
        InputError: ``EVIDENCE_BROKEN``; the answer is not one that docflow wrote.
    """
    stored = unit.find_answer(request.key)
    if stored is None:
        return None
    if stored.fingerprint != request.fingerprint:
        if request.is_named:
            return None
        raise UsageError(
            ErrorCode.IDEMPOTENCY_CONFLICT,
            f"the idempotency key {request.key!r} was used for another request",
            vi="Khóa chống lặp đã dùng cho một yêu cầu khác.",
            way_out="send exactly the same request again, or use a new key for a new request",
        )
    answer = parse_canonical(stored.answer.encode())
    if not isinstance(answer, dict):
        raise InputError(ErrorCode.EVIDENCE_BROKEN, "a stored answer was changed", vi="Dữ liệu trả lời đã bị sửa.")
    return answer


def keep_answer(unit: UnitOfWork, request: Request, answer: Mapping[str, Json]) -> None:
    """Keep the answer to a request, in the transaction that carries it out."""
    text = encode_canonical(dict(answer)).decode()
    unit.add_answer(StoredAnswer(key=request.key, fingerprint=request.fingerprint, answer=text))


def record_event(
    unit: UnitOfWork,
    event_type: str,
    *,
    time: datetime,
    actor: str,
    agency: str,
    subject: str,
    randomness: Randomness,
    link: RegisterLink | None = None,
    is_correction: bool = False,
) -> Leaf:
    """Leave the audit leaf of everything written since the last leaf; call it when all rows are written.

    Args:
        is_correction: The clock ran ahead and was set right: this leaf says so, and may be dated before the last one.

    Raises:
        UsageError: ``CLOCK_TURNED_BACK``; ``BAD_ARGUMENT``, nobody can be called so.
    Source: docs/spec/audit-log.md §2, §3.
    """
    check_line(actor, limit=MAX_ACTOR_CHARS, what="actor", vi="Người thực hiện")
    if not is_correction:
        refuse_before_log(time, last=unit.last_time())
    event = AuditEvent(
        type=event_type,
        time=time,
        actor=actor,
        agency=agency,
        subject=subject,
        rows=unit.rows_written(),
        link=link,
    )
    leaf = commit_payload(build_payload(event), randomness.token(SALT_BYTES))
    unit.add_leaf(
        NewLeaf(
            type=event_type,
            time=time,
            subject=subject,
            data=leaf.data,
            salt=leaf.salt,
            payload=leaf.payload,
            hash=leaf.hash,
        )
    )
    return leaf


def record_act(
    unit: UnitOfWork,
    act: DossierAct | FileAct | IncomingAct,
    event_type: str,
    *,
    subject: str,
    randomness: Randomness,
    link: RegisterLink | None = None,
) -> Leaf:
    """Write who did what when, and leave the leaf of it and of everything written for it."""
    unit.add_record(act)
    return record_event(
        unit,
        event_type,
        time=act.at,
        actor=act.actor,
        agency=act.agency,
        subject=subject,
        randomness=randomness,
        link=link,
    )
