"""What announcements hear: each event becomes a notice with its template's name and its facts.

Personal data of an event never reaches a template, except the citizen's own contacts and name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from contracts.certificates import (
    ApplicationRefused,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    CertificateIssued,
    CertificateRevoked,
    DocumentsRequested,
    ReviewStarted,
)
from contracts.envelope import Data
from contracts.identity import (
    AccountRegistered,
    ContactsChanged,
    ProfileConfirmedV2,
    ProfileRejected,
)
from contracts.scheduling import AppointmentBooked, AppointmentCancelled, TalonIssued
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming
from services.notifier.announcements.domain import Notice
from services.notifier.announcements.usecases import Announcements
from services.notifier.recipients.domain import Address, Contacts
from services.notifier.templates.domain.content import Channel

TEMPLATE_OF: dict[type[Data], str] = {
    AccountRegistered: "account-registered",
    ProfileConfirmedV2: "profile-confirmed",
    ProfileRejected: "profile-rejected",
    ContactsChanged: "contacts-changed",
    ApplicationSubmitted: "application-submitted",
    ReviewStarted: "review-started",
    DocumentsRequested: "documents-requested",
    CertificateIssued: "certificate-issued",
    CertificateRevoked: "certificate-revoked",
    ApplicationRefused: "application-refused",
    ApplicationWithdrawn: "application-withdrawn",
    AppointmentBooked: "appointment-booked",
    AppointmentCancelled: "appointment-cancelled",
    TalonIssued: "appointment-booked",
}
_Account = AccountRegistered | ProfileConfirmedV2 | ContactsChanged
_OfApplication = (
    ApplicationSubmitted
    | ReviewStarted
    | DocumentsRequested
    | ApplicationRefused
    | ApplicationWithdrawn
)


@dataclass(frozen=True)
class _Consumers:
    announcements: Announcements

    async def account(self, incoming: Incoming[_Account]) -> None:
        data = incoming.data
        await self.announcements.account_changed(
            _contacts(data),
            incoming.cause.position,
            replace(_notice(incoming, data.account_id), also=_former(data)),
            cause=incoming.cause,
        )

    async def profile_rejected(self, incoming: Incoming[ProfileRejected]) -> None:
        notice = _notice(incoming, incoming.data.account_id)
        await self.announcements.notify(notice, cause=incoming.cause)

    async def application(self, incoming: Incoming[_OfApplication]) -> None:
        notice = _notice(incoming, incoming.data.citizen_id)
        await self.announcements.notify(notice, cause=incoming.cause)

    async def certificate_issued(self, incoming: Incoming[CertificateIssued]) -> None:
        data = incoming.data
        await self.announcements.certificate_issued(
            _notice(incoming, data.citizen_id, about=data.certificate_id),
            certificate_id=data.certificate_id,
            valid_until=data.valid_until,
            cause=incoming.cause,
        )

    async def certificate_revoked(self, incoming: Incoming[CertificateRevoked]) -> None:
        data = incoming.data
        await self.announcements.called_off(
            _notice(incoming, data.citizen_id),
            subject_id=data.certificate_id,
            cause=incoming.cause,
        )

    async def appointment_booked(self, incoming: Incoming[AppointmentBooked]) -> None:
        data = incoming.data
        await self.announcements.visit_booked(
            _notice(incoming, data.citizen_id, about=data.appointment_id),
            appointment_id=data.appointment_id,
            starts_at=data.visit.starts_at,
            cause=incoming.cause,
        )

    async def talon_issued(self, incoming: Incoming[TalonIssued]) -> None:
        data = incoming.data
        await self.announcements.talon_issued(
            _notice(incoming, data.citizen_id, about=data.appointment_id),
            appointment_id=data.appointment_id,
            cause=incoming.cause,
        )

    async def appointment_cancelled(self, incoming: Incoming[AppointmentCancelled]) -> None:
        data = incoming.data
        await self.announcements.called_off(
            _notice(incoming, data.citizen_id),
            subject_id=data.appointment_id,
            cause=incoming.cause,
        )


def _notice(incoming: Incoming[Any], citizen_id: str, *, about: str | None = None) -> Notice:
    return Notice(
        id=incoming.event.id,
        citizen_id=citizen_id,
        template=TEMPLATE_OF[type(incoming.data)],
        context=incoming.data.model_dump(mode="json", exclude={"pii"}),
        cause_id=incoming.event.id,
        created_at=incoming.event.time,
        about=about,
    )


def _contacts(data: _Account) -> Contacts:
    if isinstance(data, ProfileConfirmedV2):
        person = data.pii
        return Contacts(person.phone, person.email, person.first_name, person.middle_name)
    return Contacts(data.pii.phone, data.pii.email)


def _former(data: _Account) -> tuple[Address, ...]:
    """Addresses that a change replaced: for staff nobody but the event knows them."""
    if not isinstance(data, ContactsChanged):
        return ()
    found = ((Channel.SMS, data.pii.former_phone), (Channel.EMAIL, data.pii.former_email))
    return tuple(Address(channel, to) for channel, to in found if to)


def handlers(announcements: Announcements) -> Handlers:
    """Event type → what to do with it."""
    consumers = _Consumers(announcements)
    return {
        AccountRegistered: consumers.account,
        ProfileConfirmedV2: consumers.account,
        ContactsChanged: consumers.account,
        ProfileRejected: consumers.profile_rejected,
        ApplicationSubmitted: consumers.application,
        ReviewStarted: consumers.application,
        DocumentsRequested: consumers.application,
        ApplicationRefused: consumers.application,
        ApplicationWithdrawn: consumers.application,
        CertificateIssued: consumers.certificate_issued,
        CertificateRevoked: consumers.certificate_revoked,
        AppointmentBooked: consumers.appointment_booked,
        TalonIssued: consumers.talon_issued,
        AppointmentCancelled: consumers.appointment_cancelled,
    }
