"""The same act many times: one transaction for a chunk, its rows written together.

Invariants:
    - One that fails loses nothing of any other; what is told as done is committed.
    - If the database itself fails, the whole chunk is not on record, and the error leaves.

What it does not do: it decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from vnsign.authority.database.ledger import Ledger
from vnsign.authority.database.page import Page
from vnsign.authority.database.store import AuthorityStore
from vnsign.errors import VnsignError

#: A chunk is on disk in one go; others wait for the lock as long.
CHUNK = 64

_T = TypeVar("_T")
_R = TypeVar("_R")
_C = TypeVar("_C")


def run_many(
    store: AuthorityStore,
    items: Iterable[_T],
    *,
    prepare: Callable[[Page, Sequence[_T]], _C],
    verb: Callable[[Ledger, _T, _C], _R],
) -> Iterator[tuple[_T, _R | VnsignError]]:
    """Yield each item with what ``verb`` returned for it, or the error, once that is on record.

    Args:
        prepare: Reads, under the lock, what a whole chunk needs: nobody else changes it meanwhile.
        verb: The act.
    """
    waiting = iter(items)
    while chunk := list(islice(waiting, CHUNK)):
        outcomes: list[tuple[_T, _R | VnsignError]] = []
        with store.writing() as connection:
            page = Page(connection)
            context = prepare(page, chunk)
            for item in chunk:
                try:
                    with page.act():
                        ledger = Ledger(connection, page=page)
                        done = verb(ledger, item, context)
                        ledger.check_told()
                except VnsignError as exc:
                    outcomes.append((item, exc))
                else:
                    outcomes.append((item, done))
            page.write()
        yield from outcomes
