"""A notice becomes messages: one per address, or it waits for the contacts."""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.work.rights import Rights
from services.chassis.work.transactions import Transaction
from services.notifier.announcements.domain import WAIT_FOR_CONTACTS, Notice, for_calendars
from services.notifier.announcements.store import Notices
from services.notifier.delivery.actions import Queue
from services.notifier.delivery.domain.message import Message, written
from services.notifier.deps import Deps
from services.notifier.recipients.domain import Address, Device, Recipient, addresses
from services.notifier.recipients.store import Devices, Recipients
from services.notifier.templates.domain.content import Channel
from services.notifier.templates.domain.rendering import Renderer, Telling

WAIT = "contacts-wait"
LATER = "notice"
SOON = "visit-soon"
"""The second reminder of a visit. Its key is the visit, as that of the first."""


@dataclass(frozen=True)
class Teller:
    """Tells, in the transaction of whoever decides what and when."""

    deps: Deps
    notices: Notices
    recipients: Recipients
    devices: Devices
    queue: Queue
    renderer: Renderer
    rights: Rights

    async def tell(self, tx: Transaction, notice: Notice) -> None:
        """Tell a citizen, or wait for their contacts."""
        await self.tell_them(tx, notice, *await self.known(tx, notice.citizen_id))

    async def known(self, tx: Transaction, citizen_id: str) -> tuple[Recipient, tuple[Device, ...]]:
        """What is known of a citizen's contacts and devices."""
        recipient = await self.recipients.get(tx, citizen_id)
        return recipient, await self.devices.of_citizen(tx, citizen_id)

    async def tell_them(
        self, tx: Transaction, notice: Notice, recipient: Recipient, devices: tuple[Device, ...]
    ) -> None:
        """Tell whoever is known so far; of who has no contacts, those who represent them (I12).

        By the channels that the template has words for: not all news is worth an SMS.
        """
        found = dict.fromkeys((*addresses(recipient, devices), *notice.also))
        if not found and notice.ward is None:
            now = self.deps.now()
            rights = await self.rights.of_subject(tx, notice.citizen_id, now)
            for right in rights:
                other = notice.to_representative(right.representative_id, right.subject_name)
                await self.tell(tx, other)
            if rights:
                return
        if not found:
            # so that contacts that arrive at this moment conflict, and neither misses the other
            await self.recipients.hold(tx, notice.citizen_id)
            await self.notices.add_all(tx, [notice])
            await tx.set_timer(WAIT, notice.id, self.deps.now() + WAIT_FOR_CONTACTS)
            return
        telling = self.telling(notice, recipient)
        spoken = [address for address in found if address.channel in telling.channels]
        await self.queue.put(tx, [self.write(notice, telling, address) for address in spoken])

    def telling(self, notice: Notice, recipient: Recipient) -> Telling:
        """What the notice says to this recipient."""
        return self.renderer.telling(
            notice.template, notice.context, salutation=recipient.salutation, ward=notice.ward
        )

    async def tell_waiting(self, tx: Transaction, citizen_id: str) -> None:
        """What waited for the contacts of a citizen finds those who represent them."""
        recipient, devices = await self.known(tx, citizen_id)
        for late in await self.notices.waiting(tx, citizen_id):
            await self.notices.drop(tx, late)
            await tx.cancel_timer(WAIT, late.id)
            await self.tell_them(tx, late, recipient, devices)

    def write(self, notice: Notice, telling: Telling, address: Address) -> Message:
        """The message to one address; a letter has its files."""
        settings = self.deps.settings
        files = notice.files or for_calendars(
            notice, settings.platform.public_url, settings.mail_from
        )
        return written(
            telling.by(address.channel),
            address,
            notice_id=notice.id,
            citizen_id=notice.citizen_id,
            cause_id=notice.cause_id,
            about=notice.about,
            until=notice.until,
            attachments=files if address.channel is Channel.EMAIL else (),
            now=self.deps.now(),
        )
