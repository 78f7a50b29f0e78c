"""Whom a message reaches: the copy of a citizen's contacts, their devices, masked addresses."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest

from services.chassis.foundation.masks import masked_email, masked_phone
from services.chassis.work.inbox import EventPosition
from services.notifier.templates.domain.content import Channel

DEVICES_LIMIT = 10
UNHEARD = EventPosition(0)


class DevicePlatform(StrEnum):
    """What a device runs."""

    ANDROID = "android"
    IOS = "ios"
    WEB = "web"


@dataclass(frozen=True)
class Address:
    """Where one message goes: a phone in E.164, a mail address, or a device's push token."""

    channel: Channel
    to: str

    @property
    def known(self) -> bool:
        """Whether it leads anywhere."""
        return bool(self.to)


def nowhere(channel: Channel) -> Address:
    """The address of a message that reaches nobody, and is kept to say so."""
    return Address(channel, "")


@dataclass(frozen=True)
class Device:
    """A device that shows push messages of its owner. A token belongs to one citizen at a time.

    `proof` is the hash of a secret that only the application on the device has; without one the
    token goes to nobody else until its owner disconnects the device.
    """

    id: str
    citizen_id: str
    token: str
    platform: DevicePlatform
    registered_at: datetime
    proof: str | None = field(default=None, repr=False)

    def goes_to(self, citizen_id: str, proof: str | None) -> bool:
        """Whether this citizen may have the device: it is theirs, or it proves itself."""
        if self.citizen_id == citizen_id:
            return True
        return self.proof is not None and proof is not None and compare_digest(self.proof, proof)


@dataclass(frozen=True)
class Contacts:
    """What one event says about a citizen's contacts and name; None says nothing."""

    phone: str | None = None
    email: str | None = None
    first_name: str | None = None
    middle_name: str | None = None


@dataclass(frozen=True)
class Recipient:
    """The notifier's copy of a citizen's contacts, and the account's event that it stems from."""

    citizen_id: str
    contacts: Contacts = Contacts()
    position: EventPosition = UNHEARD

    @property
    def salutation(self) -> str:
        """How an e-mail begins."""
        name = " ".join(filter(None, (self.contacts.first_name, self.contacts.middle_name)))
        return f"Здравствуйте, {name}!" if name else "Здравствуйте!"


def learn(recipient: Recipient, news: Contacts, position: EventPosition) -> Recipient:
    """The copy after an event of the account; one older than what is known changes nothing."""
    if not position.after(recipient.position):
        return recipient
    known = recipient.contacts
    return replace(
        recipient,
        position=position,
        contacts=Contacts(
            phone=news.phone or known.phone,
            email=news.email or known.email,
            first_name=news.first_name or known.first_name,
            middle_name=news.middle_name if news.first_name else known.middle_name,
        ),
    )


def addresses(recipient: Recipient, devices: tuple[Device, ...] = ()) -> tuple[Address, ...]:
    """Every address that the citizen has: phone, e-mail, each device (N1)."""
    contacts = recipient.contacts
    found = []
    if contacts.phone:
        found.append(Address(Channel.SMS, contacts.phone))
    if contacts.email:
        found.append(Address(Channel.EMAIL, contacts.email))
    found.extend(Address(Channel.PUSH, device.token) for device in devices)
    return tuple(found)


def replaced(before: Recipient, after: Recipient) -> tuple[Address, ...]:
    """Addresses that a change of contacts took away: they hear of the change, too."""
    kept = addresses(after)
    return tuple(a for a in addresses(before) if a not in kept)


def device_id(token: str) -> str:
    """The id of a device: the same token is the same device, whoever registers it."""
    return sha256(f"device:{token}".encode()).hexdigest()[:24]


def proof_of(secret: str) -> str:
    """What is stored of a device's secret. A plain hash: the secret is random."""
    return sha256(f"proof:{secret}".encode()).hexdigest()


def masked(address: Address) -> str:
    """An address as the journal shows it: enough to recognise, not enough to use."""
    if address.channel is Channel.EMAIL:
        return masked_email(address.to)
    if address.channel is Channel.SMS:
        return masked_phone(address.to)
    return f"…{address.to[-4:]}"
