"""Asking again: the same request changes nothing, also for what may be done many times.

Invariants:
    - Without a key of the caller, what was done *last* and is asked again in the same words changes nothing; asked
      later, it is a new request.

What it does not do: it keeps nothing; the caller keeps the answer under the request's key.
"""

from __future__ import annotations

from collections.abc import Mapping

from docflow.audit import Json
from docflow.office.ledger import Request, find_answer, identify, make_request
from docflow.ports import UnitOfWork


def find_repeatable(
    unit: UnitOfWork, name: str, asked: Mapping[str, Json], *, acts: int, key: str | None
) -> Request | None:
    """Return the identity of a request that may come many times, or None if it was carried out already.

    Args:
        name: What is asked of what, e.g. ``H99/progress/den-…``.
        acts: How many acts were recorded of it so far.
        key: The caller's own idempotency key, or None.

    Raises:
        UsageError: ``IDEMPOTENCY_CONFLICT``; the caller's key was used for another request.
    """
    if key is not None:
        request = make_request(key, asked)
        return None if find_answer(unit, request) is not None else request
    last = identify(f"{name}/{acts - 1}", asked)
    stored = unit.find_answer(last.key)
    if stored is not None and stored.fingerprint == last.fingerprint:
        return None
    return identify(f"{name}/{acts}", asked)
