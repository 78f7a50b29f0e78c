"""From a message to its provider: once for codes, until it is there or hopeless for the rest.

An ordinary message: attempt, then record, then the timer is gone; a crash in between makes another
attempt under the same idempotency key. A code: recorded as begun first, then attempted. Whatever an
adapter raises counts as an attempt: no message is without an end.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from services.chassis.foundation.errors import StaleVersionError
from services.chassis.foundation.faults import redacted
from services.chassis.foundation.tasks import raise_if_cancelled
from services.chassis.work.timers import Due
from services.chassis.work.transactions import Cause, Transaction, Transactions
from services.notifier.delivery import events
from services.notifier.delivery.domain import code as codes
from services.notifier.delivery.domain import message as messages
from services.notifier.delivery.domain.code import Code
from services.notifier.delivery.domain.message import Content, Message, Notice, Outcome, Verdict
from services.notifier.delivery.gateways import Outgoing, Providers
from services.notifier.delivery.metrics import NotifierMetrics
from services.notifier.delivery.store import Store
from services.notifier.recipients.domain import Channel, device_id
from services.notifier.recipients.usecases import utc_now
from services.notifier.templates.domain.rendering import Rendered, Renderer

log = structlog.get_logger(__name__)

CODE_OUTCOME = "code-outcome"
CODES_AT_ONCE = 64
"""Attempts of codes that run at a time, for each channel: a stuck one holds up no other."""
_GRACE = timedelta(minutes=1)
_FAREWELL_SECONDS = 1.2
_CANCEL_SECONDS = 0.2


def _places_of_codes() -> Mapping[Channel, asyncio.Semaphore]:
    return {channel: asyncio.Semaphore(CODES_AT_ONCE) for channel in Channel}


@dataclass(frozen=True)
class Sending:
    """Carries messages out. `pause` waits between tries of a code that certainly was not sent."""

    transactions: Transactions
    store: Store
    renderer: Renderer
    providers: Providers
    metrics: NotifierMetrics
    now: Callable[[], datetime] = utc_now
    spread: Callable[[], float] = random.random
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    _codes: set[asyncio.Task[None]] = field(default_factory=set)
    _places: Mapping[Channel, asyncio.Semaphore] = field(default_factory=_places_of_codes)

    async def send(self, due: Due) -> None:
        """One attempt of an ordinary message; its timer comes again while there is hope (N6)."""
        message = await self.store.message(due.key)
        outcome: Outcome | None = None
        if message is not None and not message.final:
            outcome = await self._attempt_if_wanted(message)

        async def work(tx: Transaction) -> Message | None:
            fresh = await self.store.message(due.key, tx.session)
            if outcome is None or fresh is None or fresh.final:
                return None
            after = messages.after_attempt(fresh, outcome, self.now(), spread=self.spread())
            await self._record(tx, fresh, after)
            if after.next_try_at is not None:
                await tx.set_timer(due.kind, after.id, after.next_try_at)
            if outcome.address_gone:
                await self._forget_device(tx, after)
            return after

        self._count(await self.transactions.run(work, cause=due))

    async def send_code(self, code: Code, *, cause: Cause) -> None:
        """Send a one-time code at once, past everything that waits; never twice.

        Begun is committed before the provider is asked: whoever finds it begun leaves it alone.
        """
        now = self.now()
        masked = self._code_message(code, now)
        hopeless = _why_hopeless(code, now)

        async def work(tx: Transaction) -> Message:
            if hopeless:
                over = messages.abandoned(masked, hopeless, now)
                tx.emit(over.id, over.version, events.ended(over))
                await self.store.add_messages([over], tx.session)
                return over
            begun = messages.sending_once(masked, now)
            await self.store.add_messages([begun], tx.session)
            await tx.set_timer(CODE_OUTCOME, begun.id, code.expires_at + _GRACE)
            return begun

        begun = await self.transactions.run(work, cause=cause)
        self._count(begun)
        if not begun.final:
            task = asyncio.create_task(self._carry(code, begun))
            self._codes.add(task)
            task.add_done_callback(self._codes.discard)

    async def settle_code(self, due: Due) -> None:
        """A code whose end nobody recorded (the process died): its outcome stays unknown."""

        async def work(tx: Transaction) -> Message | None:
            message = await self.store.message(due.key, tx.session)
            if message is None or message.final:
                return None
            over = messages.abandoned(message, "outcome-unknown", self.now())
            await self._record(tx, message, over)
            return over

        self._count(await self.transactions.run(work, cause=due))

    async def finish(self) -> None:
        """At stop: give the codes on their way a moment."""
        if self._codes:
            await asyncio.wait(set(self._codes), timeout=_FAREWELL_SECONDS)
        left = set(self._codes)
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=_CANCEL_SECONDS)

    async def _carry(self, code: Code, begun: Message) -> None:
        try:
            outcome = await self._try_code(code, begun)
        except Exception as error:  # the name only: a trace could show the code
            log.error("a code could not be sent", error=type(error).__name__)  # noqa: TRY400 - see above
            outcome = Outcome(Verdict.UNKNOWN, "outcome-unknown")

        async def work(tx: Transaction) -> Message:
            now = self.now()
            if outcome is None:
                over = messages.abandoned(begun, "code-expired", now)
            else:
                over = messages.after_only_attempt(begun, outcome, now)
            await self._record(tx, begun, over)
            await tx.cancel_timer(CODE_OUTCOME, begun.id)
            return over

        try:
            self._count(await self.transactions.run(work))
        except StaleVersionError:
            log.info("the code's outcome came too late to be recorded", message_id=begun.id)
        except Exception as error:  # its timer settles it
            log.warning(
                "a code's outcome was not recorded", message_id=begun.id, error=redacted(error)
            )

    async def _try_code(self, code: Code, begun: Message) -> Outcome | None:
        """What came of the last attempt; None when the code expired before there was any.

        A place among the attempts is held for the attempt alone, not for the pauses between; how
        long the code is good for is looked at when the place is there.
        """
        outcome: Outcome | None = None
        attempt = 0
        while True:
            async with self._places[begun.address.channel]:
                now = self.now()
                if code.expired(now):
                    return outcome
                secret = self._rendered(code, now, secret=True).content
                outcome = await self._attempt(begun, secret)
            pause = max(codes.pause_before(attempt), outcome.retry_after or timedelta())
            hopeful = outcome.verdict is Verdict.NOT_TAKEN
            if not hopeful or code.expired(self.now() + pause):
                return outcome
            raise_if_cancelled()
            await self.pause(pause.total_seconds())
            attempt += 1

    async def _attempt_if_wanted(self, message: Message) -> Outcome:
        """«You are booked» must not come after «cancelled», however long a provider was away."""
        if message.about and await self.store.is_called_off(message.about):
            return Outcome(Verdict.REFUSED, "called-off")
        return await self._attempt(message, message.content)

    async def _attempt(self, message: Message, content: Content) -> Outcome:
        provider = self.providers[message.address.channel]
        try:
            return await provider.send(Outgoing(message.id, message.address.to, content))
        except Exception as error:  # a bug of an adapter counts as an attempt: all tries must end
            log.error("a provider's adapter failed", error=type(error).__name__)  # noqa: TRY400 - a trace could show a code
            return Outcome(Verdict.UNKNOWN, "provider-error")

    async def _record(self, tx: Transaction, before: Message, after: Message) -> None:
        await self.store.save_message(after, was=before.revision, session=tx.session)
        if after.final:
            tx.emit(after.id, after.version, events.ended(after))

    def _count(self, message: Message | None) -> None:
        """Count a message that has come to its end, once that is committed."""
        if message is not None and message.final:
            self.metrics.ended(message)

    async def _forget_device(self, tx: Transaction, message: Message) -> None:
        if message.address.channel is Channel.PUSH and message.citizen_id:
            gone = device_id(message.address.to)
            await self.store.remove_device(message.citizen_id, gone, tx.session)

    def _rendered(self, code: Code, now: datetime, *, secret: bool) -> Rendered:
        return self.renderer.render(
            codes.TEMPLATE,
            code.address.channel,
            code.context(now, secret=secret),
            salutation="Здравствуйте!",
        )

    def _code_message(self, code: Code, now: datetime) -> Message:
        rendered = self._rendered(code, now, secret=False)
        notice = Notice(code.id, code.citizen_id or "", codes.TEMPLATE, {}, code.id, now)
        return messages.written(
            notice,
            code.address,
            rendered.content,
            kind=rendered.kind,
            template=rendered.template,
            now=now,
        )


def _why_hopeless(code: Code, now: datetime) -> str | None:
    if not code.address.to:
        return "no-contacts"
    return "code-expired" if code.expired(now) else None
