"""From an event to messages: one per address, or a notice that waits for the contacts.

Nothing is sent here: each message leaves a timer that is due at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from services.chassis.work.inbox import EventPosition
from services.chassis.work.timers import Due
from services.chassis.work.transactions import Cause, Transaction, Transactions
from services.notifier.announcements.domain import (
    WAIT_FOR_TALON,
    expiry_warning_at,
    visit_reminder_at,
)
from services.notifier.delivery import events
from services.notifier.delivery.domain import message as messages
from services.notifier.delivery.domain.message import WAIT_FOR_CONTACTS, Message, Notice
from services.notifier.delivery.metrics import NotifierMetrics
from services.notifier.delivery.store import Store
from services.notifier.recipients.domain import (
    Address,
    Channel,
    Contacts,
    Recipient,
    addresses,
    learn,
    replaced,
)
from services.notifier.recipients.usecases import utc_now
from services.notifier.templates.domain.rendering import Renderer

SEND = {channel: f"send-{channel}" for channel in Channel}
"""The timer that carries a message to its channel."""
WAIT = "contacts-wait"
LATER = "notice"
TALON_WAIT = "talon-wait"


@dataclass(frozen=True)
class Planning:
    """Decides what is to be sent."""

    transactions: Transactions
    store: Store
    renderer: Renderer
    timezone: str
    metrics: NotifierMetrics
    now: Callable[[], datetime] = utc_now

    async def notify(self, notice: Notice, *, cause: Cause) -> None:
        """Tell a citizen something."""

        async def work(tx: Transaction) -> None:
            await self._tell(tx, notice)

        await self.transactions.run(work, cause=cause)

    async def visit_booked(
        self, notice: Notice, *, appointment_id: str, starts_at: datetime, cause: Cause
    ) -> None:
        """Wait for the talon, to tell of both at once, and remember to remind of the visit (N12).

        It does not wait for long: the visit stands, whatever becomes of its talon.
        """

        async def work(tx: Transaction) -> None:
            if await self.store.is_called_off(appointment_id, tx.session):
                return
            waits = {"notice": _stored(notice)}
            await tx.set_timer(TALON_WAIT, appointment_id, self.now() + WAIT_FOR_TALON, waits)
            at = visit_reminder_at(starts_at, self.now())
            if at:
                later = _stored(notice, template="appointment-reminder")
                payload = {"notice": later, "until": starts_at}
                await tx.set_timer(LATER, appointment_id, at, payload)

        await self.transactions.run(work, cause=cause)

    async def talon_issued(self, notice: Notice, *, appointment_id: str, cause: Cause) -> None:
        """Tell of the visit with its talon (A6); nobody hears of it twice."""

        async def work(tx: Transaction) -> None:
            await tx.cancel_timer(TALON_WAIT, appointment_id)
            await self._tell_of_visit(tx, appointment_id, notice, talon_ready=True)

        await self.transactions.run(work, cause=cause)

    async def talon_late(self, due: Due) -> None:
        """Tell of a visit whose talon did not come in time."""
        notice = Notice(**due.payload["notice"], created_at=self.now())

        async def work(tx: Transaction) -> None:
            await self._tell_of_visit(tx, due.key, notice, talon_ready=False)

        await self.transactions.run(work, cause=due)

    async def called_off(self, notice: Notice, *, subject_id: str, cause: Cause) -> None:
        """Tell of a cancelled visit or a revoked certificate, and nothing else of it any more."""

        async def work(tx: Transaction) -> None:
            await self._tell(tx, notice)
            for kind in (LATER, TALON_WAIT):
                await tx.cancel_timer(kind, subject_id)
            await self.store.call_off(subject_id, self.now(), tx.session)

        await self.transactions.run(work, cause=cause)

    async def certificate_issued(
        self, notice: Notice, *, certificate_id: str, valid_until: date, cause: Cause
    ) -> None:
        """Tell that a certificate is ready, and remember to warn before it ends (N3)."""

        async def work(tx: Transaction) -> None:
            await self._tell(tx, notice)
            at = expiry_warning_at(valid_until, self.timezone, self.now())
            if at and not await self.store.is_called_off(certificate_id, tx.session):
                later = _stored(notice, template="certificate-expiring")
                await tx.set_timer(LATER, certificate_id, at, {"notice": later, "until": None})

        await self.transactions.run(work, cause=cause)

    async def account_changed(
        self, contacts: Contacts, position: EventPosition, notice: Notice, *, cause: Cause
    ) -> None:
        """Learn a citizen's contacts, tell them, and send what waited for the contacts.

        Addresses that the change took away hear of it as well: the account may have been stolen.
        """

        async def work(tx: Transaction) -> None:
            before = await self.store.recipient(notice.citizen_id, tx.session)
            after = learn(before, contacts, position)
            await self.store.save_recipient(after, tx.session)
            also = (*notice.also, *replaced(before, after))
            await self._tell(tx, replace(notice, also=also))
            if addresses(after):
                for waiting in await self.store.waiting(notice.citizen_id, tx.session):
                    await self._release(tx, waiting)

        await self.transactions.run(work, cause=cause)

    async def tell_later(self, due: Due) -> None:
        """A notice whose time has come; one whose time has passed meanwhile is pointless."""
        until: datetime | None = due.payload["until"]
        notice = Notice(**due.payload["notice"], created_at=self.now())

        async def work(tx: Transaction) -> None:
            if until is None or self.now() < until:
                await self._tell(tx, notice)

        await self.transactions.run(work, cause=due)

    async def stop_waiting(self, due: Due) -> None:
        """A citizen's contacts never came: the journal says that this one reached nobody."""

        async def work(tx: Transaction) -> Message | None:
            notice = await self.store.take_notice(due.key, tx.session)
            if notice is None:
                return None
            recipient = await self.store.recipient(notice.citizen_id, tx.session)
            nowhere = self._write(notice, recipient, Address(Channel.SMS, ""))
            lost = messages.abandoned(nowhere, "no-contacts", self.now())
            await self.store.add_messages([lost], tx.session)
            tx.emit(lost.id, lost.version, events.ended(lost))
            return lost

        ended = await self.transactions.run(work, cause=due)
        if ended is not None:
            self.metrics.ended(ended)

    async def _tell_of_visit(
        self, tx: Transaction, appointment_id: str, notice: Notice, *, talon_ready: bool
    ) -> None:
        """Once for booking and talon together, and not of a visit that was called off."""
        if await self.store.is_called_off(appointment_id, tx.session):
            return
        if not await self.store.first_time(f"booked:{appointment_id}", self.now(), tx.session):
            return
        context = {**notice.context, "talon_ready": talon_ready}
        await self._tell(tx, replace(notice, id=f"booked:{appointment_id}", context=context))

    async def _tell(self, tx: Transaction, notice: Notice) -> None:
        recipient = await self.store.recipient(notice.citizen_id, tx.session)
        devices = await self.store.devices(notice.citizen_id, tx.session)
        found = dict.fromkeys((*addresses(recipient, devices), *notice.also))
        if not found:
            await self.store.add_notice(notice, tx.session)
            await tx.set_timer(WAIT, notice.id, self.now() + WAIT_FOR_CONTACTS)
            return
        written = [self._write(notice, recipient, address) for address in found]
        await self.store.add_messages(written, tx.session)
        for message in written:
            await tx.set_timer(SEND[message.address.channel], message.id, message.created_at)

    async def _release(self, tx: Transaction, notice: Notice) -> None:
        await self.store.take_notice(notice.id, tx.session)
        await tx.cancel_timer(WAIT, notice.id)
        await self._tell(tx, notice)

    def _write(self, notice: Notice, recipient: Recipient, address: Address) -> Message:
        rendered = self.renderer.render(
            notice.template, address.channel, notice.context, salutation=recipient.salutation
        )
        return messages.written(
            notice,
            address,
            rendered.content,
            kind=rendered.kind,
            template=rendered.template,
            now=self.now(),
        )


def _stored(notice: Notice, *, template: str | None = None) -> dict[str, Any]:
    """A notice in a timer, as it is or with another template; its time is when the timer is due."""
    other = {"id": f"{notice.id}:{template}", "template": template} if template else {}
    kept = ("id", "citizen_id", "template", "cause_id", "about")
    return {key: getattr(notice, key) for key in kept} | {"context": dict(notice.context)} | other
