"""What announcements hear: each event becomes a notice with its template's name and its facts.

Personal data of an event never reaches a template, except the citizen's own contacts and name, and
the names of the two whom a right is about.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from contracts.bills import (
    BillExpired,
    BillIssued,
    BillPaid,
    BillRefunded,
    ExemptionRejected,
)
from contracts.certificates import (
    ApplicationEscalated,
    ApplicationPrepared,
    ApplicationRefused,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    CertificateIssued,
    CertificateRevoked,
    DeadlineMissed,
    DocumentsRequested,
    EscalationStep,
    ResultAttached,
    ReviewStarted,
)
from contracts.documents import SignerExpiryWarned
from contracts.envelope import Data, Pii
from contracts.identity import (
    AccountRegistered,
    ContactsChanged,
    ProfileConfirmedV2,
    ProfileRejected,
    StaffInvited,
)
from contracts.patients import TemporaryPolicyActivated
from contracts.rights import (
    OrganisationConfirmed,
    OrganisationRejected,
    RightEnded,
    RightGranted,
    RightOffered,
    RightRefused,
)
from contracts.scheduling import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentMoved,
    TalonIssued,
)
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming
from services.chassis.work.rights import COPY, right_of
from services.notifier.announcements.domain import Notice
from services.notifier.announcements.usecases import Announcements, Visits
from services.notifier.recipients.domain import Address, Contacts
from services.notifier.templates.domain.content import Channel

TEMPLATE_OF: dict[type[Data], str] = {
    AccountRegistered: "account-registered",
    ProfileConfirmedV2: "profile-confirmed",
    ProfileRejected: "profile-rejected",
    TemporaryPolicyActivated: "temporary-policy-activated",
    ContactsChanged: "contacts-changed",
    ApplicationPrepared: "application-prepared",
    ApplicationSubmitted: "application-submitted",
    ReviewStarted: "review-started",
    ResultAttached: "result-attached",
    DocumentsRequested: "documents-requested",
    CertificateIssued: "certificate-issued",
    CertificateRevoked: "certificate-revoked",
    ApplicationRefused: "application-refused",
    ApplicationWithdrawn: "application-withdrawn",
    DeadlineMissed: "deadline-missed",
    ApplicationEscalated: "application-escalated",
    ExemptionRejected: "exemption-rejected",
    BillIssued: "bill-issued",
    BillPaid: "bill-paid",
    BillExpired: "bill-expired",
    BillRefunded: "bill-refunded",
    AppointmentBooked: "appointment-booked",
    AppointmentMoved: "appointment-moved",
    AppointmentCancelled: "appointment-cancelled",
    TalonIssued: "appointment-booked",
    StaffInvited: "staff-invited",
    SignerExpiryWarned: "signer-expiring",
    RightGranted: "right-granted",
    RightEnded: "right-ended",
    RightRefused: "right-refused",
    RightOffered: "right-offered",
    OrganisationConfirmed: "organisation-confirmed",
    OrganisationRejected: "organisation-rejected",
}
_Account = AccountRegistered | ProfileConfirmedV2 | ContactsChanged | StaffInvited
_NAMES = {"representative_name", "subject_name"}
_TOLD: dict[type[Data], str] = {
    ProfileRejected: "account_id",
    TemporaryPolicyActivated: "account_id",
    ApplicationPrepared: "citizen_id",
    ApplicationSubmitted: "citizen_id",
    ReviewStarted: "citizen_id",
    ResultAttached: "citizen_id",
    DocumentsRequested: "citizen_id",
    ApplicationRefused: "citizen_id",
    ApplicationWithdrawn: "citizen_id",
    DeadlineMissed: "citizen_id",
    ExemptionRejected: "citizen_id",
    BillIssued: "citizen_id",
    BillPaid: "citizen_id",
    BillExpired: "citizen_id",
    BillRefunded: "citizen_id",
    RightRefused: "representative_id",
    OrganisationConfirmed: "head_id",
    OrganisationRejected: "head_id",
}
"""Of what is told to one person, and changes nothing: the field that names them."""


@dataclass(frozen=True)
class _Consumers:
    announcements: Announcements
    visits: Visits

    async def account(self, incoming: Incoming[_Account]) -> None:
        data = incoming.data
        if isinstance(data, ProfileConfirmedV2) and not (data.pii.phone or data.pii.email):
            await self.announcements.ward_confirmed(
                data.account_id, _contacts(data), incoming.cause.position, cause=incoming.cause
            )
            return
        await self.announcements.account_changed(
            _contacts(data),
            incoming.cause.position,
            replace(_notice(incoming, data.account_id), also=_former(data)),
            cause=incoming.cause,
        )

    async def plain(self, incoming: Incoming[Any]) -> None:
        account_id = getattr(incoming.data, _TOLD[type(incoming.data)])
        await self.announcements.notify(_notice(incoming, account_id), cause=incoming.cause)

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
        await self.visits.visit_booked(
            _notice(incoming, data.citizen_id, about=data.appointment_id),
            appointment_id=data.appointment_id,
            starts_at=data.visit.starts_at,
            cause=incoming.cause,
        )

    async def talon_issued(self, incoming: Incoming[TalonIssued]) -> None:
        data = incoming.data
        await self.visits.talon_issued(
            _notice(incoming, data.citizen_id, about=data.appointment_id),
            appointment_id=data.appointment_id,
            cause=incoming.cause,
        )

    async def appointment_moved(self, incoming: Incoming[AppointmentMoved]) -> None:
        data = incoming.data
        await self.visits.visit_moved(
            _notice(incoming, data.citizen_id, about=data.appointment_id),
            appointment_id=data.appointment_id,
            starts_at=data.visit.starts_at,
            seq=incoming.event.seq,
            cause=incoming.cause,
        )

    async def appointment_cancelled(self, incoming: Incoming[AppointmentCancelled]) -> None:
        data = incoming.data
        await self.announcements.called_off(
            _notice(incoming, data.citizen_id),
            subject_id=data.appointment_id,
            cause=incoming.cause,
        )

    async def application_escalated(self, incoming: Incoming[ApplicationEscalated]) -> None:
        """To its citizen, and to the office that is turned to, where it can be written to."""
        data = incoming.data
        notices = [_notice(incoming, data.citizen_id)]
        if data.office.email and data.step is not EscalationStep.REAPPLY:
            office = Address(Channel.EMAIL, data.office.email)
            told = replace(notices[0], citizen_id=f"office-{data.step}", also=(office,))
            notices.append(replace(told, template="late-application"))
        await self.announcements.notify_each(notices, cause=incoming.cause)

    async def signer_expiring(self, incoming: Incoming[SignerExpiryWarned]) -> None:
        notices = [_notice(incoming, account_id) for account_id in incoming.data.tell]
        await self.announcements.notify_each(notices, cause=incoming.cause)

    async def right(self, incoming: Incoming[RightGranted | RightEnded]) -> None:
        """Both sides; the other one has no contacts where it is a child or an organisation."""
        data = incoming.data
        await self.announcements.right_changed(
            right_of(data),
            _notice(incoming, data.representative_id),
            _notice(incoming, data.subject_id),
            cause=incoming.latest(COPY),
        )

    async def right_offered(self, incoming: Incoming[RightOffered]) -> None:
        """To the contact that the head typed, whoever has it: maybe nobody with an account."""
        data = incoming.data
        notice = replace(
            _notice(incoming, data.right_id), also=_addresses(data.pii.phone, data.pii.email)
        )
        await self.announcements.notify(notice, cause=incoming.cause)


def _notice(incoming: Incoming[Any], citizen_id: str, *, about: str | None = None) -> Notice:
    return Notice(
        id=incoming.event.id,
        citizen_id=citizen_id,
        template=TEMPLATE_OF[type(incoming.data)],
        context=facts_of(incoming.data),
        cause_id=incoming.event.id,
        created_at=incoming.event.time,
        about=about,
    )


def facts_of(data: Data) -> dict[str, Any]:
    """What a template may use; of personal data only how the two of a right are called."""
    found = data.model_dump(mode="json", exclude={"pii"})
    return found | getattr(data, "pii", Pii()).model_dump(include=_NAMES)


def _contacts(data: _Account) -> Contacts:
    if isinstance(data, ProfileConfirmedV2):
        person = data.pii
        return Contacts(person.phone, person.email, person.first_name, person.middle_name)
    return Contacts(data.pii.phone, data.pii.email)


def _former(data: _Account) -> tuple[Address, ...]:
    """Addresses that a change replaced: for staff nobody but the event knows them."""
    if not isinstance(data, ContactsChanged):
        return ()
    return _addresses(data.pii.former_phone, data.pii.former_email)


def _addresses(phone: str | None, email: str | None) -> tuple[Address, ...]:
    found = ((Channel.SMS, phone), (Channel.EMAIL, email))
    return tuple(Address(channel, to) for channel, to in found if to)


def handlers(announcements: Announcements, visits: Visits) -> Handlers:
    """Event type → what to do with it."""
    consumers = _Consumers(announcements, visits)
    return {
        AccountRegistered: consumers.account,
        ProfileConfirmedV2: consumers.account,
        ContactsChanged: consumers.account,
        CertificateIssued: consumers.certificate_issued,
        CertificateRevoked: consumers.certificate_revoked,
        AppointmentBooked: consumers.appointment_booked,
        TalonIssued: consumers.talon_issued,
        AppointmentMoved: consumers.appointment_moved,
        AppointmentCancelled: consumers.appointment_cancelled,
        StaffInvited: consumers.account,
        SignerExpiryWarned: consumers.signer_expiring,
        ApplicationEscalated: consumers.application_escalated,
        RightGranted: consumers.right,
        RightEnded: consumers.right,
        RightOffered: consumers.right_offered,
        **dict.fromkeys(_TOLD, consumers.plain),
    }
