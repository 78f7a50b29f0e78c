"""What every use case of scheduling is given, and what all routes share. Knows no feature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.roles import Role
from services.chassis.http.auth import Principal
from services.chassis.http.door import admitted, represented
from services.chassis.work.transactions import Transactions
from services.scheduling.settings import Settings
from services.sealing.detached import MOST_BYTES
from services.sealing.own import Evidence


@dataclass(frozen=True)
class Deps:
    """What use cases stand on. Clock and ids are arguments of the rules, and seams of tests."""

    transactions: Transactions
    settings: Settings
    now: Callable[[], datetime]
    new_id: Callable[[], str]


Citizen = Annotated[Principal, Depends(admitted(Role.CITIZEN, acting=True))]
"""A citizen, or who acts for one (I12)."""
Registrar = Annotated[Principal, Depends(admitted(Role.REGISTRAR))]
Scheduler = Annotated[Principal, Depends(admitted(Role.ADMINISTRATOR, Role.REGISTRAR))]
"""Who keeps the timetables of a clinic, or an administrator of the platform."""
Support = Annotated[Principal, Depends(admitted(Role.SUPPORT))]
ConfirmedCitizen = Annotated[Principal, Depends(represented(Role.CITIZEN, confirmed=True))]
"""For booking, which looks at the standing in its transaction."""
AdmittedCitizen = Annotated[Principal, Depends(admitted(Role.CITIZEN, confirmed=True, acting=True))]
"""A confirmed citizen, or who acts for one."""
Limit = Annotated[int, Field(ge=1, le=100, description="How many at most.")]


class Body(BaseModel):
    """A request body: an unknown field is an error, not a silence."""

    model_config = ConfigDict(extra="forbid")


class Confirming(Body):
    """What is confirmed by a code or a signature where that is asked for (A30, e21)."""

    act: Annotated[str, StringConstraints(max_length=4096)] | None = Field(
        default=None,
        description="Ответ на `POST /api/identity/v1/acts/{id}/confirmation` для `digest` из "
        "отказа `confirmation-needed`.",
    )
    signature: Annotated[str, StringConstraints(max_length=2 * MOST_BYTES)] | None = Field(
        default=None,
        description="Отсоединённая подпись CMS (PKCS#7, DER) в base64, сделанная своим "
        "сертификатом под `form` из отказа `confirmation-needed` (UTF-8).",
    )

    @property
    def evidence(self) -> Evidence:
        """What came.

        Raises:
            InvalidInputError: both, or no base64.
        """
        return Evidence.of(self.act, self.signature)


class VisitView(BaseModel):
    """When, where, to whom."""

    model_config = ConfigDict(from_attributes=True)

    doctor_name: str
    specialty: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    room: str
    clinic_number: str
    clinic_name: str
    clinic_address: str
    kind: str | None = Field(
        default=None, examples=["first"], description="What the visit is for; null: not told."
    )
