"""Group commit: pieces of work that wait at the same time share one durable commit.

A commit costs a disk flush, whatever it holds. Who comes first carries out everything that waits, in the order in which
it came, and commits once; the others are answered after that commit, each with its own result or its own error.

Invariants:
    - Nobody is answered before what he did is on the disk.
    - A piece that raises leaves nothing and takes no other with it.
    - If the shared transaction fails, every piece is tried in a transaction of its own.

What it does not do: it starts no thread; alone, a piece is a transaction as it always was.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from queue import SimpleQueue
from typing import Any

import msgspec

from docflow.errors import ErrorCode, StoreUnavailable
from docflow.ports import Piece
from docflow.store.engines.errors import TryAgain
from docflow.store.writing.unit import SqlUnitOfWork

MAX_GROUP = 1024
"""Pieces that share a commit at most: what waits longer is not answered sooner by a larger group."""

MAX_TRIES = 5
"""How often a transaction that the server undid in favour of another one is tried."""

SIBLING_PAUSE_S = 0.0002
"""How long a leader lets others hand in first, if the group before held several."""

RunTogether = Callable[[Sequence["Ticket"]], None]


class Ticket(msgspec.Struct, eq=False):
    """A piece of work with its result or its error, once it is done; ``called`` wakes the thread that waits for it."""

    piece: Piece[Any]
    called: SimpleQueue[None] | None = None
    result: Any = None
    error: Exception | None = None
    is_done: bool = False

    def fail(self, error: Exception) -> None:
        """Be done with an error."""
        self.error = error
        self.is_done = True

    def settle(self) -> Any:  # noqa: ANN401 - what the work returned
        """Return the result, or raise the error."""
        if self.error is not None:
            raise self.error
        return self.result


class GroupCommit:
    """Lets threads share commits; ``run`` carries out tickets in one transaction and commits it."""

    def __init__(self, run: RunTogether, *, tries: int = MAX_TRIES) -> None:
        self._run = run
        self._tries = tries
        self._waiting: deque[Ticket] = deque()
        self._leader: Ticket | None = None
        self._had_siblings = False
        self._door = threading.Lock()
        """Held for a moment: who waits, who leads."""
        self._turn = threading.Lock()
        """Held while a group is carried out."""

    def transact(self, piece: Piece[Any]) -> Any:  # noqa: ANN401 - what the work returns
        """Carry out one piece of work, together with whatever else waits."""
        called: SimpleQueue[None] = SimpleQueue()
        ticket = Ticket(piece, called)
        try:
            with self._door:
                self._waiting.append(ticket)
                if self._leader is None:
                    self._leader = ticket
            if self._leader is not ticket:
                # Called once, when it is done or is to lead. Were all to queue for one lock only to hear that they are
                # done, the next leader would come before they could hand in what they want next.
                called.get()
            if not ticket.is_done:
                self._lead()
        finally:
            self._leave(ticket)
        return ticket.settle()

    def transact_many(self, pieces: Iterable[Piece[Any]]) -> list[Any]:
        """Carry out many pieces of work, as many at once as share a commit; each gives its result or its error."""
        done: list[Any] = []
        waiting = iter(pieces)
        with self._turn:
            while group := [Ticket(piece) for piece in islice(waiting, MAX_GROUP)]:
                self._settle(group)
                # Tickets are let go of: of thousands, each with its work, the garbage collector would make rounds.
                done += (ticket.result if ticket.error is None else ticket.error for ticket in group)
        return done

    def _lead(self) -> None:
        group: list[Ticket] = []
        try:
            with self._turn:
                if self._had_siblings:
                    # Those just answered are about to hand in what they want next: else he would go alone.
                    time.sleep(SIBLING_PAUSE_S)
                with self._door:
                    while self._waiting and len(group) < MAX_GROUP:
                        group.append(self._waiting.popleft())
                self._had_siblings = len(group) > 1
                self._settle(group)
        finally:
            for ticket in group:
                _call(ticket)

    def _leave(self, ticket: Ticket) -> None:
        """Let the first of those that wait lead next; one that was interrupted takes back what he handed in."""
        with self._door:
            if not ticket.is_done and ticket in self._waiting:
                self._waiting.remove(ticket)
            if self._leader is ticket:
                self._leader = self._waiting[0] if self._waiting else None
                if self._leader is not None:
                    _call(self._leader)

    def _settle(self, group: Sequence[Ticket]) -> None:
        try:
            if len(group) == 1 or not self._try_together(group):
                for ticket in group:
                    self._alone(ticket)
        finally:
            for ticket in group:
                if not ticket.is_done:
                    ticket.fail(_interrupted())

    def _try_together(self, group: Sequence[Ticket]) -> bool:
        try:
            self._run(group)
        except StoreUnavailable:
            for ticket in group:
                ticket.result = ticket.error = None
            return False
        for ticket in group:
            ticket.is_done = True
        return True

    def _alone(self, ticket: Ticket) -> None:
        for attempt in range(self._tries):
            try:
                self._run([ticket])
            except TryAgain as exc:
                if attempt + 1 == self._tries:
                    ticket.fail(exc)
            except Exception as exc:  # noqa: BLE001 - handed to whoever waits for it
                ticket.fail(exc)
                return
            else:
                ticket.is_done = True
                return


def _call(ticket: Ticket) -> None:
    if ticket.called is not None:
        ticket.called.put(None)


def _interrupted() -> StoreUnavailable:
    return StoreUnavailable(
        ErrorCode.STORE_UNUSABLE,
        "the process was interrupted while it wrote; whether it took effect is unknown",
        vi="Tiến trình bị ngắt khi đang ghi.",
        way_out="repeat the same call: what was done is not done twice",
    )


def run_pieces(unit: SqlUnitOfWork, tickets: Sequence[Ticket]) -> None:
    """Carry out tickets on one unit of work; a piece that raises is undone alone, the database's failures are not.

    Raises:
        StoreUnavailable: The database failed.
    """
    if len(tickets) == 1:
        piece = tickets[0].piece
        if piece.document is not None and piece.answer is not None:
            unit.prefetch_one(piece.document, piece.answer)
        tickets[0].result = piece.run(unit)
        return
    unit.prefetch(
        documents=[ticket.piece.document for ticket in tickets if ticket.piece.document is not None],
        answers=[ticket.piece.answer for ticket in tickets if ticket.piece.answer is not None],
    )
    for ticket in tickets:
        try:
            ticket.result = unit.attempt(ticket.piece.run)
        except StoreUnavailable:
            raise
        except Exception as exc:  # noqa: BLE001 - handed to whoever waits for it
            ticket.error = exc
