"""Everything signers hear: who works where as what, and which clinics there are."""

from __future__ import annotations

from contracts.identity import ClinicChanged, StaffChanged
from contracts.roles import Role
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming
from services.documents.signers.domain.people import Clinic, Member, Post
from services.documents.signers.usecases.copies import Copies


def handlers(use: Copies) -> Handlers:
    """The handler of each event type."""

    async def staff_changed(incoming: Incoming[StaffChanged]) -> None:
        data, pii = incoming.data, incoming.data.pii
        member = Member(
            id=data.account_id,
            active=data.active,
            posts=tuple(Post(Role(p.role.value), p.clinic_id) for p in data.posts),
            full_name=pii.full_name,
            position=pii.position,
            snils=pii.snils,
        )
        await use.keep_member(member, cause=incoming.latest("staff"))

    async def clinic_changed(incoming: Incoming[ClinicChanged]) -> None:
        data = incoming.data
        clinic = Clinic(
            id=data.clinic_id,
            number=data.number,
            name=data.name,
            organisation=data.organisation,
            address=data.address,
            ogrn=data.ogrn,
            inn=data.inn,
            licence=data.licence.number,
            closed_on=data.closed_on,
        )
        await use.keep_clinic(clinic, cause=incoming.latest("clinic"))

    return {StaffChanged: staff_changed, ClinicChanged: clinic_changed}
