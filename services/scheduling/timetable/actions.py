"""Which days are closed: asked for by whoever makes slots, inside their own transactions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.chassis.work.transactions import Transaction
from services.scheduling.timetable.domain import ClosedDay
from services.scheduling.timetable.gateways import public_holidays
from services.scheduling.timetable.store import ClosedDays


def holidays_between(since: date, until: date) -> dict[date, str]:
    """Public holidays from `since` to `until`, both included."""
    years = range(since.year, until.year + 1)
    found = {day: name for year in years for day, name in public_holidays(year).items()}
    return {day: found[day] for day in sorted(found) if since <= day <= until}


@dataclass(frozen=True)
class Calendar:
    """Public holidays, and what clinics say of their own days (A24)."""

    days: ClosedDays

    async def closed(
        self, tx: Transaction | None, clinic_id: str, since: date, until: date
    ) -> dict[date, str]:
        """Why a clinic does not work on some of these days."""
        found = holidays_between(since, until)
        for said in await self.days.of_clinic(tx, clinic_id, since, until):
            if said.closed:
                found[said.day] = said.reason
            else:
                found.pop(said.day, None)
        return found

    async def shown(
        self, clinic_ids: Sequence[str], since: date, until: date
    ) -> Sequence[ClosedDay]:
        """What a search tells: holidays for everybody, or the days of the clinics asked for."""
        if not clinic_ids:
            return [ClosedDay(day, name) for day, name in holidays_between(since, until).items()]
        found = [
            ClosedDay(day, reason, clinic_id)
            for clinic_id in clinic_ids
            for day, reason in (await self.closed(None, clinic_id, since, until)).items()
        ]
        return sorted(found, key=lambda closed: closed.day)
