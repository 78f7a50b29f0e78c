"""What the notifier hears: each event becomes a notice with its template's name and its facts.

Personal data of an event never reaches a template, except the citizen's own contacts and name.
"""

from __future__ import annotations

from dataclasses import replace
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
    CodePii,
    CodeRequestedV2,
    ContactsChanged,
    ProfileConfirmedV2,
    ProfileRejected,
)
from contracts.scheduling import AppointmentBooked, AppointmentCancelled, TalonIssued
from services.chassis.foundation.encryption import Encryption
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming
from services.notifier.delivery.domain.code import Code
from services.notifier.delivery.domain.message import Notice
from services.notifier.delivery.usecases import Sending
from services.notifier.recipients.domain import Address, Channel, Contacts
from services.notifier.usecases import UseCases

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
_CalledOff = AppointmentCancelled | CertificateRevoked


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


def _code(incoming: Incoming[CodeRequestedV2], pii: CodePii) -> Code:
    data = incoming.data
    channel = Channel(data.channel)
    to = {Channel.SMS: pii.phone, Channel.EMAIL: pii.email}.get(channel)
    return Code(
        id=incoming.event.id,
        citizen_id=data.account_id,
        address=Address(channel, to or ""),
        purpose=data.purpose,
        expires_at=data.expires_at,
        value=pii.code,
    )


async def _send_code(
    sending: Sending, incoming: Incoming[CodeRequestedV2], encryption: Encryption
) -> None:
    """Send it, unless it is for nobody: a decoy of identity, made so that no time tells it."""
    pii = encryption.decrypt(incoming.data.pii.jwe, CodePii)
    if pii.phone or pii.email:
        await sending.send_code(_code(incoming, pii), cause=incoming.cause)


def _citizen(data: Any) -> str:
    found: str = data.account_id if isinstance(data, ProfileRejected) else data.citizen_id
    return found


def _subject(data: _CalledOff) -> str:
    return data.appointment_id if isinstance(data, AppointmentCancelled) else data.certificate_id


def handlers(use: UseCases, codes: Encryption) -> Handlers:
    """The handlers by event type: exactly those that the registry gives to the notifier.

    `codes` decrypts one-time codes.
    """
    planning, sending = use.planning, use.sending

    async def account(incoming: Incoming[_Account]) -> None:
        data = incoming.data
        await planning.account_changed(
            _contacts(data),
            incoming.cause.position,
            replace(_notice(incoming, data.account_id), also=_former(data)),
            cause=incoming.cause,
        )

    async def code_requested(incoming: Incoming[CodeRequestedV2]) -> None:
        await _send_code(sending, incoming, codes)

    async def certificate_issued(incoming: Incoming[CertificateIssued]) -> None:
        data = incoming.data
        await planning.certificate_issued(
            _notice(incoming, data.citizen_id, about=data.certificate_id),
            certificate_id=data.certificate_id,
            valid_until=data.valid_until,
            cause=incoming.cause,
        )

    async def booked(incoming: Incoming[AppointmentBooked]) -> None:
        data = incoming.data
        await planning.visit_booked(
            _notice(incoming, data.citizen_id, about=data.appointment_id),
            appointment_id=data.appointment_id,
            starts_at=data.visit.starts_at,
            cause=incoming.cause,
        )

    async def talon(incoming: Incoming[TalonIssued]) -> None:
        data = incoming.data
        await planning.talon_issued(
            _notice(incoming, data.citizen_id, about=data.appointment_id),
            appointment_id=data.appointment_id,
            cause=incoming.cause,
        )

    async def called_off(incoming: Incoming[_CalledOff]) -> None:
        data = incoming.data
        await planning.called_off(
            _notice(incoming, data.citizen_id), subject_id=_subject(data), cause=incoming.cause
        )

    async def tell(incoming: Incoming[Any]) -> None:
        await planning.notify(_notice(incoming, _citizen(incoming.data)), cause=incoming.cause)

    return {
        AccountRegistered: account,
        ProfileConfirmedV2: account,
        ContactsChanged: account,
        CodeRequestedV2: code_requested,
        ProfileRejected: tell,
        CertificateIssued: certificate_issued,
        CertificateRevoked: called_off,
        AppointmentBooked: booked,
        AppointmentCancelled: called_off,
        ApplicationSubmitted: tell,
        ReviewStarted: tell,
        DocumentsRequested: tell,
        ApplicationRefused: tell,
        ApplicationWithdrawn: tell,
        TalonIssued: talon,
    }
