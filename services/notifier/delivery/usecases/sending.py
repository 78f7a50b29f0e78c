"""Ordinary messages: an attempt, its record, and then the timer is gone.

A crash in between makes another attempt under the same idempotency key.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from services.chassis.work.timers import Due, Timers
from services.chassis.work.transactions import Transaction
from services.notifier.delivery import events
from services.notifier.delivery.actions import SEND
from services.notifier.delivery.domain.message import Message, Outcome, Verdict, after_attempt
from services.notifier.delivery.gateways import Outgoing, Providers, attempt
from services.notifier.delivery.gateways.lanes import Lane, NoPlaceError
from services.notifier.delivery.metrics import DeliveryMetrics
from services.notifier.delivery.store import CalledOff, Messages
from services.notifier.deps import Deps
from services.notifier.recipients.domain import device_id
from services.notifier.recipients.store import Devices
from services.notifier.templates.domain.content import Channel


@dataclass(frozen=True)
class Sending:
    """Carries ordinary messages out, until they are there or hopeless (N6)."""

    deps: Deps
    messages: Messages
    called_off: CalledOff
    devices: Devices
    providers: Providers
    lanes: Mapping[Channel, Lane]
    metrics: DeliveryMetrics
    spread: Callable[[], float] = random.random

    async def send(self, due: Due) -> None:
        """One attempt; its timer comes again while there is hope."""
        message = await self.messages.find(None, due.key)
        if message is None or message.final:
            await self._forget(due)
            return
        try:
            outcome = await self._attempt_if_wanted(message)
        except NoPlaceError as error:
            await self._put_off(due, error.pause)
            return

        async def work(tx: Transaction) -> Message:
            # As it was read before: nobody changes it but who has its timer.
            after = after_attempt(message, outcome, self.deps.now(), spread=self.spread())
            if outcome.address_gone:
                await self._forget_device(tx, after)
            facts = [events.ended(after)] if after.final else []
            await self.messages.save(tx, after, *facts)
            if after.next_try_at is not None:
                await tx.set_timer(due.kind, after.id, after.next_try_at)
            return after

        self.metrics.ended(await self.deps.transactions.run(work, cause=due))

    async def measure(self, timers: Timers) -> None:
        """Set the gauges: each message that is still to be sent has its timer."""
        for channel in Channel:
            count = await timers.set_of(SEND[channel])
            self.metrics.waiting.labels(channel).set(count)

    async def _attempt_if_wanted(self, message: Message) -> Outcome:
        """«You are booked» must not come after «cancelled», however long a provider was away."""
        if message.about and await self.called_off.has(None, message.about):
            return Outcome(Verdict.REFUSED, "called-off")
        if message.too_late(self.deps.now()):
            return Outcome(Verdict.REFUSED, "too-late")
        channel = message.address.channel
        outgoing = Outgoing(message.id, message.address.to, message.content)
        async with self.lanes[channel].visit() as visit:
            visit.outcome = await attempt(self.providers[channel], outgoing)
            return visit.outcome

    async def _put_off(self, due: Due, pause: timedelta) -> None:
        """Later, and not all at the same moment; no try was made."""

        async def work(tx: Transaction) -> None:
            at = self.deps.now() + pause * (1 + self.spread())
            await tx.set_timer(due.kind, due.key, at)

        await self.deps.transactions.run(work, cause=due)

    async def _forget(self, due: Due) -> None:
        """There is nothing to send: the timer goes."""

        async def work(_: Transaction) -> None:
            return

        await self.deps.transactions.run(work, cause=due)

    async def _forget_device(self, tx: Transaction, message: Message) -> None:
        if message.address.channel is Channel.PUSH and message.citizen_id:
            gone = device_id(message.address.to)
            await self.devices.remove(tx, message.citizen_id, gone)
