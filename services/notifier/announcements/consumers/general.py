"""What is heard of accounts, applications, certificates, bills and rights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
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
from contracts.envelope import Data
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
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming
from services.chassis.work.rights import COPY, right_of
from services.notifier.announcements.consumers.notices import notice_of
from services.notifier.announcements.usecases import Announcements
from services.notifier.recipients.domain import Address, Contacts
from services.notifier.templates.domain.content import Channel

TEMPLATE_OF: Mapping[type[Data], str] = {
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
    StaffInvited: "staff-invited",
    SignerExpiryWarned: "signer-expiring",
    RightGranted: "right-granted",
    RightEnded: "right-ended",
    RightRefused: "right-refused",
    RightOffered: "right-offered",
    OrganisationConfirmed: "organisation-confirmed",
    OrganisationRejected: "organisation-rejected",
}
_notice = partial(notice_of, TEMPLATE_OF)
_Account = AccountRegistered | ProfileConfirmedV2 | ContactsChanged | StaffInvited
_TOLD: Mapping[type[Data], str] = {
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


def handlers(announcements: Announcements) -> Handlers:
    """Event type → what to do with it."""
    consumers = _Consumers(announcements)
    return {
        AccountRegistered: consumers.account,
        ProfileConfirmedV2: consumers.account,
        ContactsChanged: consumers.account,
        CertificateIssued: consumers.certificate_issued,
        CertificateRevoked: consumers.certificate_revoked,
        StaffInvited: consumers.account,
        SignerExpiryWarned: consumers.signer_expiring,
        ApplicationEscalated: consumers.application_escalated,
        RightGranted: consumers.right,
        RightEnded: consumers.right,
        RightOffered: consumers.right_offered,
        **dict.fromkeys(_TOLD, consumers.plain),
    }
