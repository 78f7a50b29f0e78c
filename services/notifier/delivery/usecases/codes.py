"""One-time codes: at once, past everything that waits, and never twice.

Recorded as begun first, then attempted: whoever finds one begun leaves it alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from services.chassis.foundation.errors import StaleVersionError
from services.chassis.foundation.faults import redacted
from services.chassis.foundation.tasks import raise_if_cancelled
from services.chassis.work.timers import Due
from services.chassis.work.transactions import Cause, Transaction
from services.notifier.delivery import events
from services.notifier.delivery.domain import code as codes
from services.notifier.delivery.domain import message as messages
from services.notifier.delivery.domain.code import Code
from services.notifier.delivery.domain.message import Message, Outcome, Verdict
from services.notifier.delivery.gateways import Outgoing, Providers, attempt
from services.notifier.delivery.metrics import DeliveryMetrics
from services.notifier.delivery.store import Messages
from services.notifier.deps import Deps
from services.notifier.templates.domain.content import Channel
from services.notifier.templates.domain.rendering import Rendered, Renderer

log = structlog.get_logger(__name__)

CODE_OUTCOME = "code-outcome"
CODES_AT_ONCE = 64
"""Attempts of codes that run at a time, for each channel: a stuck one holds up no other."""
_GRACE = timedelta(minutes=1)
_FAREWELL_SECONDS = 1.2
_CANCEL_SECONDS = 0.2


def _new_permits() -> Mapping[Channel, asyncio.Semaphore]:
    return {channel: asyncio.Semaphore(CODES_AT_ONCE) for channel in Channel}


@dataclass(frozen=True)
class Codes:
    """Carries codes out. `pause` waits between tries of one that certainly was not sent."""

    deps: Deps
    messages: Messages
    renderer: Renderer
    providers: Providers
    metrics: DeliveryMetrics
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    _running: set[asyncio.Task[None]] = field(default_factory=set)
    _permits: Mapping[Channel, asyncio.Semaphore] = field(default_factory=_new_permits)

    async def send(self, code: Code, *, cause: Cause) -> None:
        """Send a code; begun is committed before the provider is asked."""
        now = self.deps.now()
        masked = self._masked(code, now)
        hopeless = _why_hopeless(code, now)

        async def work(tx: Transaction) -> Message:
            if hopeless:
                over = messages.abandoned(masked, hopeless, now)
                return await self.messages.add(tx, over, events.ended(over))
            begun = messages.sending_once(masked, now)
            await tx.set_timer(CODE_OUTCOME, begun.id, code.expires_at + _GRACE)
            return await self.messages.add(tx, begun)

        begun = await self.deps.transactions.run(work, cause=cause)
        self.metrics.ended(begun)
        if not begun.final:
            task = asyncio.create_task(self._carry(code, begun))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def settle(self, due: Due) -> None:
        """A code whose end nobody recorded (the process died): its outcome stays unknown."""

        async def work(tx: Transaction) -> Message | None:
            message = await self.messages.find(tx, due.key)
            if message is None or message.final:
                return None
            return await self._end(tx, message, "outcome-unknown")

        self.metrics.ended(await self.deps.transactions.run(work, cause=due))

    async def finish(self) -> None:
        """At stop: give the codes on their way a moment."""
        if self._running:
            await asyncio.wait(set(self._running), timeout=_FAREWELL_SECONDS)
        left = set(self._running)
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=_CANCEL_SECONDS)

    async def _carry(self, code: Code, begun: Message) -> None:
        try:
            outcome = await self._try(code, begun)
        except Exception as error:  # the name only: a trace could show the code
            log.error("a code could not be sent", error=type(error).__name__)  # noqa: TRY400 - see above
            outcome = Outcome(Verdict.UNKNOWN, "outcome-unknown")

        async def work(tx: Transaction) -> Message:
            await tx.cancel_timer(CODE_OUTCOME, begun.id)
            if outcome is None:
                return await self._end(tx, begun, "code-expired")
            over = messages.after_only_attempt(begun, outcome, self.deps.now())
            return await self.messages.save(tx, over, events.ended(over))

        try:
            self.metrics.ended(await self.deps.transactions.run(work))
        except StaleVersionError:
            log.info("the code's outcome came too late to be recorded", message_id=begun.id)
        except Exception as error:  # its timer settles it
            log.warning(
                "a code's outcome was not recorded", message_id=begun.id, error=redacted(error)
            )

    async def _end(self, tx: Transaction, message: Message, code: str) -> Message:
        over = messages.abandoned(message, code, self.deps.now())
        return await self.messages.save(tx, over, events.ended(over))

    async def _try(self, code: Code, begun: Message) -> Outcome | None:
        """What came of the last attempt; None when the code expired before there was any.

        A permit is held for the attempt alone, not for the pauses between; how long the code is
        good for is looked at when the permit is there.
        """
        outcome: Outcome | None = None
        tried = 0
        while True:
            async with self._permits[begun.address.channel]:
                now = self.deps.now()
                if code.expired(now):
                    return outcome
                secret = self._rendered(code, now, secret=True).content
                outgoing = Outgoing(begun.id, begun.address.to, secret)
                outcome = await attempt(self.providers[begun.address.channel], outgoing)
            pause = max(codes.pause_before(tried), outcome.retry_after or timedelta())
            hopeful = outcome.verdict is Verdict.NOT_TAKEN
            if not hopeful or code.expired(self.deps.now() + pause):
                return outcome
            raise_if_cancelled()
            await self.pause(pause.total_seconds())
            tried += 1

    def _rendered(self, code: Code, now: datetime, *, secret: bool) -> Rendered:
        return self.renderer.render(
            codes.TEMPLATE,
            code.address.channel,
            code.context(now, secret=secret),
            salutation="Здравствуйте!",
        )

    def _masked(self, code: Code, now: datetime) -> Message:
        """The message as it is stored."""
        return messages.written(
            self._rendered(code, now, secret=False),
            code.address,
            notice_id=code.id,
            citizen_id=code.citizen_id,
            cause_id=code.id,
            about=None,
            now=now,
        )


def _why_hopeless(code: Code, now: datetime) -> str | None:
    if not code.address.known:
        return "no-contacts"
    return "code-expired" if code.expired(now) else None
