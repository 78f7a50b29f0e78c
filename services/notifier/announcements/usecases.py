"""From an event to messages: one per address, or a notice that waits for the contacts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from services.chassis.work.inbox import EventPosition
from services.chassis.work.timers import Due
from services.chassis.work.transactions import Cause, Transaction
from services.notifier.announcements.domain import (
    WAIT_FOR_CONTACTS,
    WAIT_FOR_TALON,
    Notice,
    expiry_warning_at,
    visit_reminder_at,
)
from services.notifier.announcements.store import Notices, Told
from services.notifier.delivery.actions import Queue
from services.notifier.delivery.domain.message import Message, written
from services.notifier.delivery.metrics import DeliveryMetrics
from services.notifier.delivery.store import CalledOff
from services.notifier.deps import Deps
from services.notifier.recipients.domain import (
    Address,
    Contacts,
    Device,
    Recipient,
    addresses,
    learn,
    nowhere,
    replaced,
)
from services.notifier.recipients.store import Devices, Recipients
from services.notifier.templates.domain.content import Channel
from services.notifier.templates.domain.rendering import Renderer, Telling

WAIT = "contacts-wait"
LATER = "notice"
TALON_WAIT = "talon-wait"


@dataclass(frozen=True)
class Announcements:
    """Decides what is to be told, to whom and when."""

    deps: Deps
    notices: Notices
    told: Told
    recipients: Recipients
    devices: Devices
    queue: Queue
    called_off_subjects: CalledOff
    renderer: Renderer
    metrics: DeliveryMetrics

    async def notify(self, notice: Notice, *, cause: Cause) -> None:
        """Tell a citizen something."""

        async def work(tx: Transaction) -> None:
            await self._tell(tx, notice)

        await self.deps.transactions.run(work, cause=cause)

    async def visit_booked(
        self, notice: Notice, *, appointment_id: str, starts_at: datetime, cause: Cause
    ) -> None:
        """Wait for the talon, to tell of both at once, and remember to remind of the visit (N12).

        It does not wait for long: the visit stands, whatever becomes of its talon.
        """

        async def work(tx: Transaction) -> None:
            if await self.called_off_subjects.has(tx, appointment_id):
                return
            waits = {"notice": notice.in_a_timer()}
            await tx.set_timer(TALON_WAIT, appointment_id, self.deps.now() + WAIT_FOR_TALON, waits)
            at = visit_reminder_at(starts_at, self.deps.now())
            if at:
                later = notice.in_a_timer(template="appointment-reminder")
                payload = {"notice": later, "until": starts_at}
                await tx.set_timer(LATER, appointment_id, at, payload)

        await self.deps.transactions.run(work, cause=cause)

    async def talon_issued(self, notice: Notice, *, appointment_id: str, cause: Cause) -> None:
        """Tell of the visit with its talon (A6); nobody hears of it twice."""

        async def work(tx: Transaction) -> None:
            await tx.cancel_timer(TALON_WAIT, appointment_id)
            await self._tell_of_visit(tx, appointment_id, notice, talon_ready=True)

        await self.deps.transactions.run(work, cause=cause)

    async def talon_late(self, due: Due) -> None:
        """Tell of a visit whose talon did not come in time."""
        notice = Notice.from_timer(due.payload["notice"], self.deps.now())

        async def work(tx: Transaction) -> None:
            await self._tell_of_visit(tx, due.key, notice, talon_ready=False)

        await self.deps.transactions.run(work, cause=due)

    async def called_off(self, notice: Notice, *, subject_id: str, cause: Cause) -> None:
        """Tell of a cancelled visit or a revoked certificate, and nothing else of it any more."""

        async def work(tx: Transaction) -> None:
            await self._tell(tx, notice)
            for kind in (LATER, TALON_WAIT):
                await tx.cancel_timer(kind, subject_id)
            await self.called_off_subjects.add(tx, subject_id, self.deps.now())

        await self.deps.transactions.run(work, cause=cause)

    async def certificate_issued(
        self, notice: Notice, *, certificate_id: str, valid_until: date, cause: Cause
    ) -> None:
        """Tell that a certificate is ready, and remember to warn before it ends (N3)."""

        async def work(tx: Transaction) -> None:
            at = expiry_warning_at(valid_until, self.deps.settings.timezone, self.deps.now())
            if at and await self.called_off_subjects.has(tx, certificate_id):
                at = None
            await self._tell(tx, notice)
            if at:
                later = notice.in_a_timer(template="certificate-expiring")
                await tx.set_timer(LATER, certificate_id, at, {"notice": later, "until": None})

        await self.deps.transactions.run(work, cause=cause)

    async def account_changed(
        self, contacts: Contacts, position: EventPosition, notice: Notice, *, cause: Cause
    ) -> None:
        """Learn a citizen's contacts, tell them, and send what waited for the contacts.

        Addresses that the change took away hear of it as well: the account may have been stolen.
        """

        async def work(tx: Transaction) -> None:
            before, devices = await self._known(tx, notice.citizen_id)
            after = learn(before, contacts, position)
            reachable = bool(addresses(after))
            waiting = await self.notices.waiting(tx, notice.citizen_id) if reachable else []
            await self.recipients.save(tx, after)
            also = (*notice.also, *replaced(before, after))
            await self._tell_them(tx, replace(notice, also=also), after, devices)
            for late in waiting:
                await self.notices.drop(tx, late)
                await tx.cancel_timer(WAIT, late.id)
                await self._tell_them(tx, late, after, devices)

        await self.deps.transactions.run(work, cause=cause)

    async def tell_later(self, due: Due) -> None:
        """A notice whose time has come; one whose time has passed meanwhile is pointless."""
        until: datetime | None = due.payload["until"]
        notice = Notice.from_timer(due.payload["notice"], self.deps.now())

        async def work(tx: Transaction) -> None:
            if until is None or self.deps.now() < until:
                await self._tell(tx, notice)

        await self.deps.transactions.run(work, cause=due)

    async def stop_waiting(self, due: Due) -> None:
        """A citizen's contacts never came: the journal says that this one reached nobody."""

        async def work(tx: Transaction) -> Message | None:
            notice = await self.notices.find(tx, due.key)
            if notice is None:
                return None
            recipient = await self.recipients.get(tx, notice.citizen_id)
            await self.notices.drop(tx, notice)
            telling = self._telling(notice, recipient)
            lost = self._write(notice, telling, nowhere(Channel.SMS))
            return await self.queue.abandon(tx, lost, "no-contacts", self.deps.now())

        self.metrics.ended(await self.deps.transactions.run(work, cause=due))

    async def _tell_of_visit(
        self, tx: Transaction, appointment_id: str, notice: Notice, *, talon_ready: bool
    ) -> None:
        """Once for booking and talon together, and not of a visit that was called off."""
        if await self.called_off_subjects.has(tx, appointment_id):
            return
        if not await self.told.first_time(tx, f"booked:{appointment_id}", self.deps.now()):
            return
        context = {**notice.context, "talon_ready": talon_ready}
        await self._tell(tx, replace(notice, id=f"booked:{appointment_id}", context=context))

    async def _tell(self, tx: Transaction, notice: Notice) -> None:
        await self._tell_them(tx, notice, *await self._known(tx, notice.citizen_id))

    async def _known(
        self, tx: Transaction, citizen_id: str
    ) -> tuple[Recipient, tuple[Device, ...]]:
        recipient = await self.recipients.get(tx, citizen_id)
        return recipient, await self.devices.of_citizen(tx, citizen_id)

    async def _tell_them(
        self, tx: Transaction, notice: Notice, recipient: Recipient, devices: tuple[Device, ...]
    ) -> None:
        found = dict.fromkeys((*addresses(recipient, devices), *notice.also))
        if not found:
            # so that contacts that arrive at this moment conflict, and neither misses the other
            await self.recipients.hold(tx, notice.citizen_id)
            await self.notices.add_all(tx, [notice])
            await tx.set_timer(WAIT, notice.id, self.deps.now() + WAIT_FOR_CONTACTS)
            return
        telling = self._telling(notice, recipient)
        await self.queue.put(tx, [self._write(notice, telling, address) for address in found])

    def _telling(self, notice: Notice, recipient: Recipient) -> Telling:
        salutation = recipient.salutation
        return self.renderer.telling(notice.template, notice.context, salutation=salutation)

    def _write(self, notice: Notice, telling: Telling, address: Address) -> Message:
        return written(
            telling.by(address.channel),
            address,
            notice_id=notice.id,
            citizen_id=notice.citizen_id,
            cause_id=notice.cause_id,
            about=notice.about,
            now=self.deps.now(),
        )
