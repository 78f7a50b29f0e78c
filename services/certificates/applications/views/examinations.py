"""The examinations of an application: which there are, who made them, what was found (C21).

The citizen reads what was found at them as well: it is theirs to know.
"""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from contracts.specialties import SPECIALTIES
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.parts import Finding
from services.certificates.applications.domain.states import DOCTOR_ACTIONS, Move
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.catalogue.domain.parts import Examination


class FindingView(BaseModel):
    """What a specialist wrote down: by name and position, when, the fields by name."""

    doctor: str
    position: str | None
    at: datetime
    fields: dict[str, str]

    @classmethod
    def of(cls, finding: Finding) -> Self:
        """From the domain."""
        return cls(
            doctor=finding.doctor_name,
            position=finding.doctor_position,
            at=finding.at,
            fields=dict(finding.values),
        )


class ExaminationView(BaseModel):
    """One examination that the type asks for."""

    code: str = Field(examples=["surgeon"])
    title: str
    specialties: list[str] = Field(description="Чьи врачи его проводят.", examples=[["Хирург"]])
    finding: FindingView | None

    @classmethod
    def of(cls, examination: Examination, application: Application) -> Self:
        """From the domain."""
        found = application.found(examination.code)
        return cls(
            code=examination.code,
            title=examination.title,
            specialties=[SPECIALTIES[code] for code in examination.specialties],
            finding=FindingView.of(found) if found else None,
        )


def doctor_actions(application: Application, kind: CertificateType) -> list[str]:
    """What can be done on a doctor's desk: nothing is approved before all examinations."""
    actions = DOCTOR_ACTIONS.get(application.state, [])
    if not kind.examinations or not application.may(Move.FIND):
        return actions
    unexamined = bool(application.unexamined(kind))
    return ["find", *(a for a in actions if not (unexamined and a == "approve"))]
