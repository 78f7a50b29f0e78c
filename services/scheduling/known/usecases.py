"""Keeps what was said of clinics, doctors and uploads; the coming slots follow the first two."""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.chassis.foundation import clock
from services.chassis.work.transactions import Cause, Transaction
from services.scheduling.deps import Deps
from services.scheduling.known.domain import FOLLOW, WATCH, Clinic, Doctor, File, followed
from services.scheduling.known.store import Known


@dataclass(frozen=True)
class Copies:
    """One method per thing that is copied. The order of what is heard is the inbox's matter."""

    deps: Deps
    known: Known

    async def keep_clinic(self, clinic: Clinic, *, cause: Cause) -> None:
        """Keep the newest of a clinic."""

        async def work(tx: Transaction) -> None:
            await self.known.clinics.put(tx, clinic)
            await tx.set_timer(FOLLOW, followed(clinic_id=clinic.id), clock.now())
            await tx.set_timer(WATCH, clinic.id, clock.now())

        await self.deps.transactions.run(work, cause=cause)

    async def keep_doctor(self, doctor: Doctor, *, cause: Cause) -> None:
        """Keep the newest of a doctor; of staff who never received nothing is kept.

        What patients said of them stays.
        """

        async def work(tx: Transaction) -> None:
            before = await self.known.doctors.find(tx, doctor.id)
            if doctor.receives or before is not None:
                rated = (before.stars, before.reviews) if before else (0, 0)
                kept = replace(doctor, stars=rated[0], reviews=rated[1])
                await self.known.doctors.put(tx, kept)
                await tx.set_timer(FOLLOW, followed(doctor_id=doctor.id), clock.now())

        await self.deps.transactions.run(work, cause=cause)

    async def keep_file(self, file: File, *, cause: Cause) -> None:
        """Keep that an upload is this person's."""

        async def work(tx: Transaction) -> None:
            await self.known.files.put(tx, file)

        await self.deps.transactions.run(work, cause=cause)
