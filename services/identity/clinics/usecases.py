"""Clinics, entered, changed and closed by administrators (K2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.chassis.database.idempotency import Once
from services.chassis.database.pages import Page
from services.chassis.foundation.errors import ForbiddenError
from services.chassis.http.etags import Expected
from services.chassis.work.transactions import Transaction
from services.identity.accounts.actions import acting
from services.identity.accounts.store import Accounts
from services.identity.clinics import events
from services.identity.clinics.actions import ClinicEntry
from services.identity.clinics.domain import (
    Clinic,
    ClinicForm,
    Closure,
    checked,
    closed,
    reopened,
)
from services.identity.clinics.errors import ClinicNotFoundError
from services.identity.clinics.store import ClinicStore
from services.identity.deps import Deps


@dataclass(frozen=True)
class Clinics:
    """The platform's administrator makes and closes clinics; a clinic's own changes its data."""

    deps: Deps
    accounts: Accounts
    clinics: ClinicStore
    entry: ClinicEntry

    async def make(
        self, clinic_id: str | None, form: ClinicForm, by: str, *, once: Once | None = None
    ) -> Clinic:
        """A new clinic, under an id of ours or the caller's.

        Raises:
            InvalidInputError: names every wrong field.
            ForbiddenError: not by an administrator of the platform.
            ClinicExistsError, ClinicNumberTakenError: there is one already.
            AccountBlockedError: the administrator is blocked.
        """
        details, id_ = checked(form), clinic_id or self.deps.new_id()

        async def work(tx: Transaction) -> Clinic:
            await self._whole_platform(tx, by)
            return await self.entry.add(tx, id_, details)

        return await self.deps.transactions.run(work, once=once)

    async def change(self, clinic_id: str, expected: Expected, form: ClinicForm, by: str) -> Clinic:
        """Enter everything of a clinic anew; what is the same is told to nobody.

        Raises:
            InvalidInputError: names every wrong field.
            ClinicNotFoundError: there is none, or it is not this administrator's.
            StaleVersionError: the clinic is not at an expected revision any more.
            ClinicNumberTakenError: another one of the legal entity has this number.
            AccountBlockedError: the administrator is blocked.
        """
        details = checked(form)

        async def work(tx: Transaction) -> Clinic:
            found = await self.clinics.find(tx, clinic_id)
            administrator = await acting(tx, self.accounts, by)
            if found is None or not administrator.powers.over(clinic_id):
                raise ClinicNotFoundError
            expected.check(found.revision)
            return await self.entry.change(tx, found, details)

        return await self.deps.transactions.run(work)

    async def close(self, clinic_id: str, on: date, reason: str, by: str) -> Clinic:
        """Settle the first day on which the clinic works no more.

        Raises:
            ClinicNotFoundError: there is none.
            ForbiddenError: not by an administrator of the platform.
            ClinicClosedError: that is settled already.
            InvalidInputError: the day has passed.
            AccountBlockedError: the administrator is blocked.
        """

        async def work(tx: Transaction) -> Clinic:
            found = await self.clinics.find(tx, clinic_id)
            await self._whole_platform(tx, by)
            if found is None:
                raise ClinicNotFoundError
            after = closed(found, Closure(on, reason, self.deps.now(), by))
            return await self.clinics.save(tx, after, events.clinic_changed(after))

        return await self.deps.transactions.run(work)

    async def reopen(self, clinic_id: str, by: str) -> Clinic:
        """Take the closing back.

        Raises:
            ClinicNotFoundError: there is none.
            ForbiddenError: not by an administrator of the platform.
            ClinicOpenError: there is no closing.
            AccountBlockedError: the administrator is blocked.
        """

        async def work(tx: Transaction) -> Clinic:
            found = await self.clinics.find(tx, clinic_id)
            await self._whole_platform(tx, by)
            if found is None:
                raise ClinicNotFoundError
            after = reopened(found)
            return await self.clinics.save(tx, after, events.clinic_changed(after))

        return await self.deps.transactions.run(work)

    async def get(self, clinic_id: str) -> Clinic:
        """One clinic, for everybody.

        Raises:
            ClinicNotFoundError: there is none.
        """
        return await self.clinics.get(None, clinic_id)

    async def page(self, number: str | None, after: str | None, limit: int) -> Page[Clinic]:
        """Clinics, for everybody; also those that have closed."""
        return await self.clinics.page(number, after, limit)

    async def _whole_platform(self, tx: Transaction, by: str) -> None:
        administrator = await acting(tx, self.accounts, by)
        if not administrator.powers.everywhere:
            raise ForbiddenError
