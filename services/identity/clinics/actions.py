"""Clinics put there, in the transaction of whoever does it: an administrator or an import."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from services.chassis.foundation.errors import FieldError, ForbiddenError
from services.chassis.work.transactions import Transaction
from services.identity.accounts.domain import Powers
from services.identity.clinics import events
from services.identity.clinics.domain import Clinic, Details
from services.identity.clinics.errors import ClinicClosedError, ClinicNotFoundError
from services.identity.clinics.store import ClinicStore
from services.identity.deps import Deps


class Put(NamedTuple):
    """A clinic as it is now, and whether anything had to be done for that."""

    clinic: Clinic
    changed: bool


@dataclass(frozen=True)
class ClinicEntry:
    """Enters what was checked, and tells of what is different."""

    deps: Deps
    clinics: ClinicStore

    async def put(self, tx: Transaction, clinic_id: str, details: Details, powers: Powers) -> Put:
        """Make it, or change what is different: a row of an import.

        Raises:
            ForbiddenError: there is none, and only the platform's administrator makes one.
            ClinicNotFoundError: it is not in these powers.
            ClinicNumberTakenError: its legal entity has one of its number.
        """
        found = await self.clinics.find(tx, clinic_id)
        if found is None and powers.everywhere:
            return Put(await self.add(tx, clinic_id, details), changed=True)
        if not powers.over(clinic_id):
            raise ClinicNotFoundError
        if found is None:
            raise ForbiddenError
        after = await self.change(tx, found, details)
        return Put(after, changed=after is not found)

    async def wrong(self, tx: Transaction, clinic_id: str, pointer: str) -> FieldError | None:
        """Why nobody can come to work at this clinic or be attached to it; None: they can."""
        clinic = await self.clinics.find(tx, clinic_id)
        if clinic is None:
            return FieldError(pointer, "clinic-unknown", "Такой клиники нет.")
        try:
            clinic.require_working(self.deps.now())
        except ClinicClosedError as refusal:
            return FieldError(pointer, refusal.code, refusal.detail)
        return None

    async def add(self, tx: Transaction, clinic_id: str, details: Details) -> Clinic:
        """A new clinic.

        Raises:
            ClinicExistsError, ClinicNumberTakenError: there is one already.
        """
        clinic = Clinic(clinic_id, details, self.deps.now())
        return await self.clinics.add(tx, clinic, events.clinic_changed(clinic))

    async def change(self, tx: Transaction, found: Clinic, details: Details) -> Clinic:
        """What was entered in place of what was known; where that is the same, nothing happens.

        Raises:
            ClinicNumberTakenError: another one of the legal entity has this number.
        """
        if found.details == details:
            return found
        after = replace(found, details=details)
        return await self.clinics.save(tx, after, events.clinic_changed(after))
