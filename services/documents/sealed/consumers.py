"""Everything sealed documents hear: what is to be printed, and what does not count any more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from contracts.certificates import CertificateRevoked
from contracts.orders import (
    ApplicationApprovedV2,
    CertificatePii,
    DocumentOrdered,
    Paper,
    PrintedField,
)
from contracts.scheduling import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentConfirmed,
    AppointmentMoved,
    VisitStatus,
)
from contracts.signing import digest_of
from services.chassis.foundation.encryption import Encryption
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming
from services.documents.sealed.domain import (
    TALON_FORM,
    TALON_TITLE,
    Approved,
    Kind,
    Line,
    Order,
    Place,
    talon_lines,
)
from services.documents.sealed.events import issuer_of
from services.documents.sealed.usecases import Documents

_Visit: TypeAlias = AppointmentBooked | AppointmentConfirmed | AppointmentMoved
_PAPERS: Mapping[Paper, Kind] = {
    Paper.CERTIFICATE: Kind.CERTIFICATE,
    Paper.RECEIPT: Kind.RECEIPT,
}


def handlers(use: Documents, orders: Encryption) -> Handlers:
    """The handler of each event type; `orders` decrypts what is to be printed."""

    async def application_approved(incoming: Incoming[ApplicationApprovedV2]) -> None:
        data = incoming.data
        pii = orders.decrypt(data.pii.jwe, CertificatePii, about=data.bound_to)
        order = Order(
            form=data.certificate_type,
            title=data.certificate_title,
            lines=_lines(pii.fields),
            issued_on=data.issued_on,
            check_url=data.verify_url,
            doctor_id=data.doctor_id,
            organisation_id=data.organisation_id,
            issuer=issuer_of(data.issuer),
            approved=Approved(
                digest=digest_of(
                    data.application_id, data.certificate_type, data.organisation_id, pii.fields
                ),
                act=pii.act,
                at=incoming.event.time,
            ),
            valid_until=data.valid_until,
        )
        await use.queue(
            Kind.CERTIFICATE,
            data.application_id,
            data.citizen_id,
            data.number,
            order,
            cause=incoming.cause,
        )

    async def document_ordered(incoming: Incoming[DocumentOrdered]) -> None:
        data = incoming.data
        pii = orders.decrypt(data.pii.jwe, CertificatePii, about=data.bound_to)
        order = Order(
            form=data.form,
            title=data.title,
            lines=_lines(pii.fields),
            issued_on=data.issued_on,
            check_url=data.check_url,
            doctor_id=None,
            organisation_id=data.organisation_id,
            issuer=issuer_of(data.issuer),
            valid_until=data.valid_until,
        )
        await use.queue(
            _PAPERS[data.paper],
            data.application_id,
            data.citizen_id,
            data.number,
            order,
            cause=incoming.cause,
        )

    async def certificate_revoked(incoming: Incoming[CertificateRevoked]) -> None:
        data = incoming.data
        await use.make_void(
            Kind.CERTIFICATE,
            data.application_id,
            data.number,
            since=data.revoked_at,
            cause=incoming.cause,
        )

    return {
        ApplicationApprovedV2: application_approved,
        DocumentOrdered: document_ordered,
        CertificateRevoked: certificate_revoked,
        **_talons(use),
    }


def _talons(use: Documents) -> Handlers:
    """What happens to visits: a pending one has no talon yet (A10)."""

    async def talon(incoming: Incoming[Any], *, instead_of: str | None = None) -> None:
        data: _Visit = incoming.data
        await use.queue(
            Kind.TALON,
            data.appointment_id,
            data.citizen_id,
            data.talon_number,
            _talon(data, incoming.event.time),
            instead_of=instead_of,
            cause=incoming.cause,
        )

    async def appointment_confirmed(incoming: Incoming[AppointmentConfirmed]) -> None:
        await talon(incoming)

    async def appointment_booked(incoming: Incoming[AppointmentBooked]) -> None:
        if incoming.data.status is VisitStatus.CONFIRMED:
            await talon(incoming)

    async def appointment_moved(incoming: Incoming[AppointmentMoved]) -> None:
        if incoming.data.status is VisitStatus.CONFIRMED:
            await talon(incoming, instead_of=incoming.data.former_talon_number)
        else:
            await _void(use, incoming, incoming.data.former_talon_number)

    async def appointment_cancelled(incoming: Incoming[AppointmentCancelled]) -> None:
        await _void(use, incoming, incoming.data.talon_number)

    return {
        AppointmentBooked: appointment_booked,
        AppointmentConfirmed: appointment_confirmed,
        AppointmentMoved: appointment_moved,
        AppointmentCancelled: appointment_cancelled,
    }


async def _void(use: Documents, incoming: Incoming[Any], number: str) -> None:
    await use.make_void(
        Kind.TALON,
        incoming.data.appointment_id,
        number,
        since=incoming.event.time,
        cause=incoming.cause,
    )


def _lines(fields: Iterable[PrintedField]) -> tuple[Line, ...]:
    return tuple(Line(f.key, f.label, f.value) for f in fields)


def _talon(data: _Visit, told_at: datetime) -> Order:
    visit = data.visit
    clinic = Place(visit.clinic_number, visit.clinic_name, visit.clinic_address, visit.timezone)
    return Order(
        form=TALON_FORM,
        title=TALON_TITLE,
        lines=talon_lines(
            data.talon_number, data.pii.full_name, visit.specialty, visit.starts_at, clinic
        ),
        issued_on=told_at.date(),
        check_url=data.check_url,
        doctor_id=None,
        organisation_id=data.clinic_id,
        valid_until=visit.ends_at.date(),
    )
