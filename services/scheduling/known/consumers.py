"""What identity says of clinics and staff, and documents of uploads: contract → copy."""

from __future__ import annotations

from contracts.documents import FileAccepted
from contracts.identity import ClinicChanged, StaffChanged, StaffRole
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming
from services.scheduling.known.domain import (
    Clinic,
    Conference,
    Doctor,
    Emergency,
    File,
    OpeningHours,
    Permit,
    Place,
    Qualification,
    Room,
)
from services.scheduling.known.usecases import Copies


def handlers(use: Copies) -> Handlers:
    """The handler of each event type."""

    async def clinic_changed(incoming: Incoming[ClinicChanged]) -> None:
        await use.keep_clinic(_clinic(incoming.data), cause=incoming.latest("clinic"))

    async def staff_changed(incoming: Incoming[StaffChanged]) -> None:
        await use.keep_doctor(_doctor(incoming.data), cause=incoming.latest("doctor"))

    async def file_accepted(incoming: Incoming[FileAccepted]) -> None:
        file = File(incoming.data.file_id, incoming.data.owner_id)
        await use.keep_file(file, cause=incoming.cause)

    return {
        ClinicChanged: clinic_changed,
        StaffChanged: staff_changed,
        FileAccepted: file_accepted,
    }


def _clinic(data: ClinicChanged) -> Clinic:
    return Clinic(
        id=data.clinic_id,
        number=data.number,
        name=data.name,
        organisation=data.organisation,
        address=data.address,
        phone=data.phone,
        timezone=data.timezone,
        licence=Permit(**dict(data.licence)),
        accreditation=Permit(**dict(data.accreditation)) if data.accreditation else None,
        place=Place(**dict(data.place)) if data.place else None,
        opening_hours=tuple(OpeningHours(**dict(hours)) for hours in data.opening_hours),
        rooms=tuple(Room(**dict(room)) for room in data.rooms),
        insurance=data.insurance,
        closed_on=data.closed_on,
        emergency=Emergency(**dict(data.emergency)) if data.emergency else None,
    )


def _doctor(data: StaffChanged) -> Doctor:
    name, practice = data.pii.full_name, data.practice
    posts = [p.clinic_id for p in data.posts if p.role is StaffRole.DOCTOR and p.clinic_id]
    if not (data.active and posts and practice and practice.specialties):
        return Doctor(data.account_id, name, data.pii.position, (), (), 0)
    return Doctor(
        id=data.account_id,
        full_name=name,
        position=data.pii.position,
        clinics=tuple(dict.fromkeys(posts)),
        specialties=practice.specialties,
        practising_since=practice.practising_since,
        qualifications=tuple(Qualification(**dict(q)) for q in practice.qualifications),
        conferences=tuple(Conference(**dict(c)) for c in practice.conferences),
        photo=practice.photo,
    )
