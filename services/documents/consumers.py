"""Everything documents hears: contract → use case."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from contracts.certificates import (
    ApplicationApprovedV2,
    CertificatePii,
    CertificateRevoked,
    ReviewEnded,
    ReviewStarted,
)
from contracts.scheduling import AppointmentBooked, AppointmentCancelled, Visit
from services.chassis.foundation.encryption import Encryption
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming
from services.documents.sealed.domain import Kind, Line, Order
from services.documents.usecases import UseCases

TALON_TITLE = "Талон на приём к врачу"


def handlers(use: UseCases, orders: Encryption) -> Handlers:
    """The handler of each event type; `orders` decrypts what is to be printed."""

    async def review_started(incoming: Incoming[ReviewStarted]) -> None:
        data = incoming.data
        await use.files.start_review(
            data.application_id,
            data.citizen_id,
            data.doctor_id,
            data.attachments,
            cause=incoming.latest("grants"),
        )

    async def review_ended(incoming: Incoming[ReviewEnded]) -> None:
        await use.files.end_review(incoming.data.application_id, cause=incoming.latest("grants"))

    async def application_approved(incoming: Incoming[ApplicationApprovedV2]) -> None:
        data = incoming.data
        pii = orders.decrypt(data.pii.jwe, CertificatePii)
        order = Order(
            form=data.certificate_type,
            title=data.certificate_title,
            lines=tuple(Line(f.key, f.label, f.value) for f in pii.fields),
            issued_on=data.issued_on,
            check_url=data.verify_url,
            doctor_id=data.doctor_id,
            valid_until=data.valid_until,
        )
        await use.documents.queue(
            Kind.CERTIFICATE,
            data.application_id,
            data.citizen_id,
            data.number,
            order,
            cause=incoming.cause,
        )

    async def appointment_booked(incoming: Incoming[AppointmentBooked]) -> None:
        data = incoming.data
        order = Order(
            form="talon",
            title=TALON_TITLE,
            lines=talon_lines(data),
            issued_on=incoming.event.time.date(),
            check_url=data.check_url,
            doctor_id=None,
            valid_until=data.visit.ends_at.date(),
        )
        await use.documents.queue(
            Kind.TALON,
            data.appointment_id,
            data.citizen_id,
            data.talon_number,
            order,
            cause=incoming.cause,
        )

    async def certificate_revoked(incoming: Incoming[CertificateRevoked]) -> None:
        data = incoming.data
        await use.documents.make_void(
            Kind.CERTIFICATE,
            data.application_id,
            data.number,
            since=data.revoked_at,
            cause=incoming.cause,
        )

    async def appointment_cancelled(incoming: Incoming[AppointmentCancelled]) -> None:
        data = incoming.data
        await use.documents.make_void(
            Kind.TALON,
            data.appointment_id,
            data.talon_number,
            since=incoming.event.time,
            cause=incoming.cause,
        )

    return {
        ReviewStarted: review_started,
        ReviewEnded: review_ended,
        ApplicationApprovedV2: application_approved,
        CertificateRevoked: certificate_revoked,
        AppointmentBooked: appointment_booked,
        AppointmentCancelled: appointment_cancelled,
    }


def talon_lines(data: AppointmentBooked) -> tuple[Line, ...]:
    """Exactly the five things of A7, in the words of the clinic's own time zone.

    The clinic's name comes once more, for the head of the talon: where the patient has to go.
    """
    visit = data.visit
    name = visit.clinic_name
    if visit.clinic_number not in name:  # A7 asks for the number: most names carry it
        name = f"{name} (№ {visit.clinic_number})"
    clinic = f"{name}, {visit.clinic_address}"
    return (
        Line("clinic_name", "Поликлиника", name),
        Line("patient", "Пациент", data.pii.full_name),
        Line("specialty", "Специальность врача", visit.specialty),
        Line("time", "Дата и время приёма", _spoken_time(visit)),
        Line("clinic", "Поликлиника и адрес", clinic),
        Line("id", "Номер записи", data.talon_number),
    )


def _spoken_time(visit: Visit) -> str:
    local = visit.starts_at.astimezone(ZoneInfo(visit.timezone))
    return format_datetime(local, "d MMMM y 'г.', HH:mm", locale="ru")
