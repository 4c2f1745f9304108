"""The verbs of dossiers; :class:`docflow.wiring.office.Office` completes them."""

from __future__ import annotations

from datetime import date

from docflow import office as use_cases
from docflow.model import (
    Dossier,
    DossierAct,
    DossierClocks,
    DossierEvent,
    DossierKind,
    DossierPlan,
    DossierState,
    DossierStep,
    OnTimeRate,
)
from docflow.office import Desk, DossierAsk
from docflow.store import OfficeStore
from docflow.wiring.arguments import checked_verbs


@checked_verbs
class DossierOffice:
    """What an office does with dossiers (hồ sơ công việc, hồ sơ một cửa liên thông), in the order of their life.

    Each verb is one transaction; what was done last and is asked again in the same words changes nothing. Every verb
    raises :class:`docflow.UsageError`: ``WRONG_STATE``, ``NOT_FOUND``, ``BAD_ARGUMENT``, ``CLOCK_TURNED_BACK``,
    ``IDEMPOTENCY_CONFLICT``; then nothing is written.
    """

    _store: OfficeStore
    _desk: Desk

    def open_dossier(
        self, plan: DossierPlan, *, dossier_id: str, actor: str, idempotency_key: str | None = None
    ) -> Dossier:
        """Open a dossier with its steps; see :func:`docflow.office.open_dossier`."""
        return use_cases.open_dossier(
            self._desk, plan, dossier_id=dossier_id, actor=actor, idempotency_key=idempotency_key
        )

    def start_dossier(self, dossier_id: str, *, actor: str, idempotency_key: str | None = None) -> Dossier:
        """Start the clock of the whole and that of the first step."""
        return self._move(DossierEvent.START, dossier_id, actor=actor, idempotency_key=idempotency_key)

    def pass_on(
        self, dossier_id: str, *, step: int, actor: str, note: str = "", idempotency_key: str | None = None
    ) -> Dossier:
        """End the running step and begin the next one, in another unit or agency perhaps.

        Args:
            step: Position of the step that ends, from 0, as the caller saw it: somebody else may have been faster.
        """
        return self._move(
            DossierEvent.HAND_ON, dossier_id, actor=actor, text=note, step=step, idempotency_key=idempotency_key
        )

    def send_back(
        self, dossier_id: str, *, step: int, actor: str, reason: str, idempotency_key: str | None = None
    ) -> Dossier:
        """End the running step and begin the one before it once more, with a reason; its clock begins anew.

        Args:
            step: Position of the step that ends, from 0, as the caller saw it.
        """
        return self._move(
            DossierEvent.SEND_BACK, dossier_id, actor=actor, text=reason, step=step, idempotency_key=idempotency_key
        )

    def pause_dossier(self, dossier_id: str, *, actor: str, reason: str, idempotency_key: str | None = None) -> Dossier:
        """Stop both clocks with a reason, e.g. while the citizen must add something."""
        return self._move(DossierEvent.PAUSE, dossier_id, actor=actor, text=reason, idempotency_key=idempotency_key)

    def resume_dossier(
        self, dossier_id: str, *, actor: str, note: str = "", idempotency_key: str | None = None
    ) -> Dossier:
        """Start both clocks again: the deadlines move by the working time of the pause."""
        return self._move(DossierEvent.RESUME, dossier_id, actor=actor, text=note, idempotency_key=idempotency_key)

    def extend_dossier(
        self, dossier_id: str, *, actor: str, hours: int, reason: str, idempotency_key: str | None = None
    ) -> Dossier:
        """Give the running step and the whole so many working hours more, with a reason."""
        return self._move(
            DossierEvent.EXTEND, dossier_id, actor=actor, text=reason, hours=hours, idempotency_key=idempotency_key
        )

    def finish_dossier(
        self, dossier_id: str, *, actor: str, result: str = "", idempotency_key: str | None = None
    ) -> Dossier:
        """End the last step, and with it the dossier."""
        return self._move(DossierEvent.FINISH, dossier_id, actor=actor, text=result, idempotency_key=idempotency_key)

    def cancel_dossier(
        self, dossier_id: str, *, actor: str, reason: str, idempotency_key: str | None = None
    ) -> Dossier:
        """Break a dossier off, with a reason; it has no deadline any more and spoils no rate."""
        return self._move(DossierEvent.CANCEL, dossier_id, actor=actor, text=reason, idempotency_key=idempotency_key)

    # ---- what is there

    def dossier(self, dossier_id: str) -> Dossier:
        """Return a dossier as it is now.

        Raises:
            UsageError: ``NOT_FOUND``.
        """
        return use_cases.find_dossier(self._store.find_record(Dossier, dossier_id), dossier_id)

    def dossiers(self, *, state: DossierState | None = None) -> tuple[Dossier, ...]:
        """Return all dossiers, or those in one state, by id."""
        where = {} if state is None else {"state": state.value}
        return self._store.list_records(Dossier, **where)

    def dossier_steps(self, dossier_id: str) -> tuple[DossierStep, ...]:
        """Return the steps of a dossier as planned."""
        return self._store.list_records(DossierStep, dossier_id=dossier_id)

    def dossier_acts(self, dossier_id: str) -> tuple[DossierAct, ...]:
        """Return everything that was done with a dossier, and what was said, in order."""
        return self._store.list_records(DossierAct, dossier_id=dossier_id)

    def dossier_clocks(self, dossier_id: str) -> DossierClocks:
        """Return how a dossier and each stay in a step stand to their deadlines now.

        Raises:
            UsageError: ``NOT_FOUND``.
        """
        return use_cases.read_dossier_clocks(self._desk, dossier_id)

    def on_time_rate(
        self, *, kind: DossierKind | None = None, since: date | None = None, until: date | None = None
    ) -> tuple[OnTimeRate, dict[str, OnTimeRate]]:
        """Return the on-time rate of dossiers, and of each unit's steps; see :func:`docflow.office.rate_on_time`."""
        return use_cases.rate_on_time(self._desk, kind=kind, since=since, until=until)

    def _move(
        self,
        event: DossierEvent,
        dossier_id: str,
        *,
        actor: str,
        text: str = "",
        hours: int = 0,
        step: int | None = None,
        idempotency_key: str | None = None,
    ) -> Dossier:
        ask = DossierAsk(
            event=event,
            dossier_id=dossier_id,
            actor=actor,
            text=text,
            hours=hours,
            step=step,
            idempotency_key=idempotency_key,
        )
        return use_cases.act_on_dossier(self._desk, ask)
