"""What a check of a talon answers. Times are on the clinic's clock."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from services.chassis.foundation.masks import masked_name
from services.scheduling.deps import VisitView
from services.scheduling.talons.domain import Check, DeskCheck
from services.scheduling.talons.usecases import TalonCheck

CHECK_LABELS = {
    Check.VALID: "Талон действителен",
    Check.PENDING: "Запись ещё не подтверждена, талон пока не действует",
    Check.PAST: "Время приёма прошло",
    Check.VOID: "Талон недействителен: запись отменена",
    Check.UNKNOWN: "Такого талона нет: запись считается недействительной",
}


DESK_LABELS = {
    DeskCheck.VALID: "Талон действителен",
    DeskCheck.WRONG_DAY: "Талон на другой день",
    DeskCheck.WRONG_CLINIC: "Талон в другую клинику",
    DeskCheck.PENDING: "Запись ещё не подтверждена",
    DeskCheck.PAST: "Время приёма прошло",
    DeskCheck.VOID: "Талон недействителен",
    DeskCheck.UNKNOWN: "Такого талона нет: запись считается недействительной",
}
_MOVED = "Талон недействителен: приём перенесён, действует новый талон"


class PublicTalon(BaseModel):
    """What anybody who has the number is told: no doctor, no specialty, a masked name."""

    number: str
    state: Check
    label: str
    patient: str | None = Field(default=None, examples=["С*** А*** С***"])
    starts_at: datetime | None = None
    clinic_name: str | None = None
    clinic_address: str | None = None
    replaced_by: str | None = Field(
        default=None, description="The talon that counts now: the visit was moved (d5)."
    )

    @classmethod
    def of(cls, found: TalonCheck) -> PublicTalon:
        """What anybody learns of a talon by its number."""
        said = cls(number=found.number, state=found.check, label=CHECK_LABELS[found.check])
        if found.appointment is None:
            return said
        visit = found.appointment.visit
        return said.model_copy(
            update={
                "label": _MOVED if found.replaced_by else said.label,
                "replaced_by": found.replaced_by,
                "patient": masked_name(found.appointment.patient_name),
                "starts_at": visit.local(visit.starts_at),
                "clinic_name": visit.clinic_name,
                "clinic_address": visit.clinic_address,
            }
        )


class DeskTalon(BaseModel):
    """What the desk of the clinic is told (A8). Another clinic's desk gets the public part only."""

    talon: PublicTalon
    check: DeskCheck
    check_label: str = Field(examples=["Талон на другой день"])
    here: bool = Field(description="Whether the visit is in the registrar's own clinic.")
    patient_name: str | None = None
    appointment_id: str | None = None
    visit: VisitView | None = None
    clinic_comment: str | None = None
