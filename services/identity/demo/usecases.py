"""Demo data: once each, with the same events as what people made themselves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from contracts.envelope import Data
from services.chassis.foundation.encryption import Encryption
from services.chassis.foundation.errors import DuplicateError
from services.chassis.work.transactions import Transaction
from services.identity.accounts.domain import Powers, Role
from services.identity.accounts.errors import AccountExistsError, ContactTakenError
from services.identity.accounts.store import Accounts, Credentials
from services.identity.attachment.domain import attached
from services.identity.attachment.events import clinic_attached
from services.identity.clinics.actions import ClinicEntry
from services.identity.clinics.domain import checked as checked_clinic
from services.identity.clinics.errors import ClinicExistsError
from services.identity.demo.domain import confirmed_citizen
from services.identity.demo.gateways import DemoAccount, DemoClinic, DemoFile, DemoStaff
from services.identity.deps import Deps
from services.identity.passwords.gateways import PasswordHashes
from services.identity.profiles import events as profile_events
from services.identity.profiles.domain import checked
from services.identity.registration import events as registration_events
from services.identity.staff.actions import StaffEntry
from services.identity.staff.domain import StaffForm
from services.identity.staff.domain import checked as checked_staff

log = structlog.get_logger(__name__)

_ALL = Powers(everywhere=True, clinics=frozenset())
_BY = "demo"


@dataclass(frozen=True)
class Demo:
    """Puts the clinics and people of a demo there."""

    deps: Deps
    accounts: Accounts
    credentials: Credentials
    hashes: PasswordHashes
    for_certificates: Encryption
    clinics: ClinicEntry
    staff: StaffEntry

    async def seed(self, demo: DemoFile) -> None:
        """Add what is not there yet. A restart, or a second replica, adds nothing.

        Raises:
            InvalidInputError: something in the file breaks the rules.
        """
        for clinic in demo.clinics:
            await self._once(clinic.id, self._clinic(clinic))
        for person in demo.staff:
            if await self.accounts.find(None, person.id) is None:
                await self._once(person.id, self._employee(person))
        for entry in demo.accounts:
            if await self.accounts.find(None, entry.id) is None:
                hashed = await self.hashes.hash(entry.password)
                await self._once(entry.id, self._account(entry, hashed))

    async def _once(self, id_: str, work: Callable[[Transaction], Awaitable[None]]) -> None:
        try:
            await self.deps.transactions.run(work)
        except (AccountExistsError, ClinicExistsError, ContactTakenError, DuplicateError):
            log.info("it is there already", id=id_)

    def _clinic(self, clinic: DemoClinic) -> Callable[[Transaction], Awaitable[None]]:
        details = checked_clinic(clinic.form)

        async def work(tx: Transaction) -> None:
            await self.clinics.put(tx, clinic.id, details, _ALL)

        return work

    def _employee(self, person: DemoStaff) -> Callable[[Transaction], Awaitable[None]]:
        async def work(tx: Transaction) -> None:
            await self._add_staff(tx, person.id, person.form)

        return work

    def _account(self, entry: DemoAccount, hashed: str) -> Callable[[Transaction], Awaitable[None]]:
        async def work(tx: Transaction) -> None:
            if entry.role is Role.CITIZEN:
                await self._add_citizen(tx, entry)
            else:
                await self._add_staff(tx, entry.id, entry.staff_form)
            await self.credentials.set_password(tx, entry.id, hashed, self.deps.now())

        return work

    async def _add_staff(self, tx: Transaction, account_id: str, form: StaffForm) -> None:
        entered = checked_staff(form, self.deps.now().date(), new=True)
        await self.staff.add(tx, account_id, entered, _ALL, _BY, invite=False)

    async def _add_citizen(self, tx: Transaction, entry: DemoAccount) -> None:
        now = self.deps.now()
        form = checked(entry.form, now.date())
        account = confirmed_citizen(entry.id, form, now, login=entry.login)
        facts: tuple[Data, ...] = (
            registration_events.account_registered(account),
            *profile_events.confirmed(account, form.person, self.for_certificates),
        )
        if entry.attached_to is not None:
            account = attached(account, entry.attached_to, now)
            facts = (*facts, clinic_attached(account))
        await self.accounts.add(tx, account, *facts)
