"""A clinic's rules for visits: everybody reads them, its registrars and administrators write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from services.chassis.foundation.errors import DuplicateError, StaleVersionError
from services.chassis.http.auth import Principal
from services.chassis.work.transactions import Transaction
from services.scheduling.deps import Deps
from services.scheduling.known.actions import check_keeps
from services.scheduling.known.store import Known
from services.scheduling.reception.domain import Reception
from services.scheduling.reception.domain.form import ReceptionForm, checked
from services.scheduling.reception.store import Receptions


@dataclass(frozen=True)
class Receiving:
    """Keeps rules; `changed` is told when what searches show may be different."""

    deps: Deps
    known: Known
    receptions: Receptions
    changed: Callable[[], None]

    async def one(self, clinic_id: str) -> Reception:
        """The rules of a clinic; of revision 0 where it never wrote any.

        Raises:
            ClinicUnknownError: there is no such clinic.
        """
        await self.known.clinic(clinic_id)
        return await self.receptions.of(clinic_id)

    async def put(
        self, who: Principal, clinic_id: str, form: ReceptionForm, version: Callable[[int], None]
    ) -> Reception:
        """Have these rules in place of those before; visits that were booked stay as they are.

        Raises:
            NotYourClinicError: somebody else keeps the clinic's rules.
            ClinicUnknownError: there is no such clinic.
            InvalidInputError: names every wrong field.
            StaleVersionError: the caller has read another revision.
        """
        check_keeps(who, clinic_id)
        await self.known.clinic(clinic_id)
        there = await self.known.doctors_of(None, {r.doctor_id for r in form.rules if r.doctor_id})
        doctors = {id_: d.specialties for id_, d in there.items() if clinic_id in d.clinics}
        rules = checked(clinic_id, form, doctors)

        async def work(tx: Transaction) -> Reception:
            before = await self.receptions.find(tx, clinic_id)
            version(before.revision if before else 0)
            if before is None:
                return await self.receptions.add(tx, rules)
            after = replace(rules, version=before.version, revision=before.revision)
            return await self.receptions.save(tx, after)

        try:
            kept = await self.deps.transactions.run(work)
        except DuplicateError as error:  # two wrote the first rules
            raise StaleVersionError from error
        self.changed()
        return kept
