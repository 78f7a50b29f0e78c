"""Puts the demo's timetables there; what is there already stays."""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.foundation.errors import DuplicateError
from services.chassis.work.transactions import Transaction
from services.scheduling.demo.gateways import read_demo
from services.scheduling.deps import Deps
from services.scheduling.hours.actions import Making


@dataclass(frozen=True)
class Demo:
    """Until the demo's import does it."""

    deps: Deps
    making: Making

    async def seed(self) -> None:
        """Clinics and doctors that identity has not told of, and timetables that are missing."""
        clinics, doctors, timetables = read_demo()
        known, kept = self.making.known, self.making.timetables

        async def work(tx: Transaction) -> None:
            there = [await known.clinics.find(tx, clinic.id) for clinic in clinics]
            people = await known.doctors_of(tx, [doctor.id for doctor in doctors])
            hours = [await kept.find(tx, timetable.id) for timetable in timetables]
            missing = [t for t, found in zip(timetables, hours, strict=True) if found is None]
            for clinic, found in zip(clinics, there, strict=True):
                if found is None:
                    await known.clinics.put(tx, clinic)
            for doctor in doctors:
                if doctor.id not in people:
                    await known.doctors.put(tx, doctor)
            await kept.add_all(tx, missing)
            await self.making.begin(tx, [timetable.id for timetable in missing])

        try:
            await self.deps.transactions.run(work)
        except DuplicateError:  # another replica does it
            return
