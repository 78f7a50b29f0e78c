"""What the routes of a clinic need, once it is clear that who asks keeps its timetables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path

from services.chassis.http.facilities import facility
from services.scheduling.changes.usecases import ClinicsHours, Planning, Told
from services.scheduling.deps import Scheduler
from services.scheduling.known.domain import Clinic

_Use = Annotated[ClinicsHours, Depends(facility(ClinicsHours))]
_Told = Annotated[Told, Depends(facility(Told))]
_Plan = Annotated[Planning, Depends(facility(Planning))]


@dataclass(frozen=True)
class At:
    """The clinic, who asks, and the use cases."""

    clinic: Clinic
    by: str
    use: ClinicsHours
    planning: Planning
    told: Told
    who: Scheduler


async def _at(
    clinic_id: Annotated[str, Path(max_length=128)],
    who: Scheduler,
    use: _Use,
    planning: _Plan,
    told: _Told,
) -> At:
    return At(await use.clinic(who, clinic_id), who.hands, use, planning, told, who)


Here = Annotated[At, Depends(_at)]
