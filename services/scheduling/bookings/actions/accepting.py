"""A yes to a slot that is held for a citizen: one way for offers and requests (A18, A19)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeAlias, TypeVar

from services.chassis.database.idempotency import Once
from services.chassis.telemetry.metrics import TRY_AGAIN, counting
from services.chassis.work.transactions import Transaction
from services.scheduling.bookings.actions.taking import Taking, new_talon
from services.scheduling.bookings.domain.details import Wish
from services.scheduling.bookings.gateways import Proofs
from services.scheduling.bookings.metrics import BOOKED, BOOKING_REFUSALS, BookingMetrics
from services.sealing.own import NOTHING, Evidence

T = TypeVar("T")
Wished: TypeAlias = Callable[[Transaction | None], Awaitable[Wish]]
"""Which slot is held, and what was said of the visit; refuses where nothing is held (any more)."""


@dataclass(frozen=True)
class Accepting:
    """Books what is held; `changed` is told that a slot is not free any more."""

    taking: Taking
    proofs: Proofs
    metrics: BookingMetrics
    changed: Callable[[], None]

    async def accept(
        self,
        wished: Wished,
        evidence: Evidence,
        then: Callable[[Transaction], Awaitable[T]],
        *,
        once: Once | None = None,
    ) -> T:
        """Make it a visit, with what came as a confirmation (A30, e21); `then` reads what is told.

        Raises:
            What `wished` and `Bookings.book` refuse: the hold stands while it lasts.
        """
        proof = None
        if evidence != NOTHING:
            proof = (await self.proofs.of(await wished(None), evidence)).proof

        async def work(tx: Transaction) -> T:
            await self.taking.take(tx, replace(await wished(tx), proof=proof))
            return await then(tx)

        run = self.taking.deps.transactions.run
        with counting(self.metrics.bookings, BOOKED, BOOKING_REFUSALS, passing=TRY_AGAIN):
            accepted = await new_talon(lambda: run(work, once=once))
        self.changed()
        return accepted
