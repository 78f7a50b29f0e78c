"""From an event to messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from services.chassis.work.inbox import EventPosition
from services.chassis.work.rights import Right
from services.chassis.work.timers import Due
from services.chassis.work.transactions import Cause, Transaction
from services.notifier.announcements.actions import LATER, SOON, WAIT, Teller
from services.notifier.announcements.domain import Notice, expiry_warning_at
from services.notifier.announcements.usecases.visits import TALON_WAIT
from services.notifier.delivery.domain.message import Message
from services.notifier.delivery.metrics import DeliveryMetrics
from services.notifier.delivery.store import CalledOff
from services.notifier.deps import Deps
from services.notifier.recipients.domain import (
    Address,
    Contacts,
    addresses,
    learn,
    nowhere,
    replaced,
)
from services.notifier.templates.domain.content import Channel


@dataclass(frozen=True)
class Announcements:
    """Decides what is to be told, to whom and when."""

    deps: Deps
    teller: Teller
    called_off_subjects: CalledOff
    metrics: DeliveryMetrics

    async def notify(self, notice: Notice, *, cause: Cause) -> None:
        """Tell a citizen something."""

        async def work(tx: Transaction) -> None:
            await self.teller.tell(tx, notice)

        await self.deps.transactions.run(work, cause=cause)

    async def notify_each(self, notices: Sequence[Notice], *, cause: Cause) -> None:
        """Tell several people the same."""

        async def work(tx: Transaction) -> None:
            for notice in notices:
                await self.teller.tell(tx, replace(notice, id=f"{notice.id}:{notice.citizen_id}"))

        await self.deps.transactions.run(work, cause=cause)

    async def right_changed(
        self, right: Right, one: Notice, other: Notice, *, cause: Cause
    ) -> None:
        """Keep who acts for whom, and tell both sides.

        The other one only where they can be reached, and elsewhere. What waited for a child's
        contacts goes to who represents it from now on.
        """

        async def work(tx: Transaction) -> None:
            told = addresses(*await self.teller.known(tx, one.citizen_id))
            recipient, devices = await self.teller.known(tx, other.citizen_id)
            await self.teller.rights.put(tx, right)
            await self.teller.tell(tx, one)
            if set(addresses(recipient, devices)) - set(told):
                second = replace(other, id=f"{other.id}:{other.citizen_id}")
                await self.teller.tell_them(tx, second, recipient, devices)
            if not right.ended and not addresses(recipient, devices):
                await self.teller.tell_waiting(tx, right.subject_id)

        await self.deps.transactions.run(work, cause=cause)

    async def called_off(self, notice: Notice, *, subject_id: str, cause: Cause) -> None:
        """Tell of a visit that is off or over, or a revoked certificate, and nothing more of it."""

        async def work(tx: Transaction) -> None:
            await self.teller.tell(tx, notice)
            for kind in (LATER, SOON, TALON_WAIT):
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
            await self.teller.tell(tx, notice)
            if at:
                later = notice.in_a_timer(template="certificate-expiring")
                await tx.set_timer(LATER, certificate_id, at, {"notice": later, "until": None})

        await self.deps.transactions.run(work, cause=cause)

    async def ward_confirmed(
        self, citizen_id: str, contacts: Contacts, position: EventPosition, *, cause: Cause
    ) -> None:
        """Learn how somebody without contacts is called: a child, whose right is told apart."""

        async def work(tx: Transaction) -> None:
            before, _ = await self.teller.known(tx, citizen_id)
            await self.teller.recipients.save(tx, learn(before, contacts, position))

        await self.deps.transactions.run(work, cause=cause)

    async def account_changed(
        self, contacts: Contacts, position: EventPosition, notice: Notice, *, cause: Cause
    ) -> None:
        """Learn a citizen's contacts, tell them, and send what waited for the contacts.

        Addresses that the change took away hear of it as well: the account may have been stolen.
        """

        async def work(tx: Transaction) -> None:
            before, devices = await self.teller.known(tx, notice.citizen_id)
            after = learn(before, contacts, position)
            reachable = bool(addresses(after))
            waiting = await self.teller.notices.waiting(tx, notice.citizen_id) if reachable else []
            await self.teller.recipients.save(tx, after)
            also = (*notice.also, *replaced(before, after))
            await self.teller.tell_them(tx, replace(notice, also=also), after, devices)
            for late in waiting:
                await self.teller.notices.drop(tx, late)
                await tx.cancel_timer(WAIT, late.id)
                await self.teller.tell_them(tx, late, after, devices)

        await self.deps.transactions.run(work, cause=cause)

    async def mail(self, notice: Notice, *, cause: Cause) -> None:
        """Send what somebody asked for to their own address; the journal says if there is none."""

        async def work(tx: Transaction) -> Message | None:
            recipient = await self.teller.recipients.get(tx, notice.citizen_id)
            telling = self.teller.telling(notice, recipient)
            to = recipient.contacts.email
            if to is None:
                lost = self.teller.write(notice, telling, nowhere(Channel.EMAIL))
                return await self.teller.queue.abandon(tx, lost, "no-email", self.deps.now())
            letter = self.teller.write(notice, telling, Address(Channel.EMAIL, to))
            await self.teller.queue.put(tx, [letter])
            return None

        self.metrics.ended(await self.deps.transactions.run(work, cause=cause))

    async def tell_later(self, due: Due) -> None:
        """A notice whose time has come; one whose time has passed meanwhile is pointless."""
        until: datetime | None = due.payload["until"]
        notice = Notice.from_timer(due.payload["notice"], self.deps.now())

        async def work(tx: Transaction) -> None:
            if until is None or self.deps.now() < until:
                await self.teller.tell(tx, replace(notice, until=until))

        await self.deps.transactions.run(work, cause=due)

    async def stop_waiting(self, due: Due) -> None:
        """A citizen's contacts never came: the journal says that this one reached nobody."""

        async def work(tx: Transaction) -> Message | None:
            notice = await self.teller.notices.find(tx, due.key)
            if notice is None:
                return None
            recipient = await self.teller.recipients.get(tx, notice.citizen_id)
            await self.teller.notices.drop(tx, notice)
            telling = self.teller.telling(notice, recipient)
            lost = self.teller.write(notice, telling, nowhere(telling.channels[0]))
            return await self.teller.queue.abandon(tx, lost, "no-contacts", self.deps.now())

        self.metrics.ended(await self.deps.transactions.run(work, cause=due))
