"""Demo accounts: once each, with the same events as accounts that people made themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from services.chassis.foundation.encryption import Encryption
from services.chassis.foundation.errors import DuplicateError
from services.chassis.work.transactions import Transaction
from services.identity.accounts.domain import Role
from services.identity.accounts.errors import ContactTakenError
from services.identity.accounts.store import Accounts, Credentials
from services.identity.demo.domain import confirmed_citizen
from services.identity.demo.gateways import DemoAccount
from services.identity.deps import Deps
from services.identity.passwords.gateways import PasswordHashes
from services.identity.profiles import events as profile_events
from services.identity.profiles.domain import checked
from services.identity.registration import events as registration_events
from services.identity.staff import events as staff_events
from services.identity.staff.domain import StaffForm, staff_account

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Demo:
    """Puts the people of a demo there."""

    deps: Deps
    accounts: Accounts
    credentials: Credentials
    hashes: PasswordHashes
    for_certificates: Encryption

    async def seed(self, entries: Sequence[DemoAccount]) -> None:
        """Add those that are not there yet. A restart, or a second replica, adds nothing.

        Raises:
            InvalidInputError: an account of the file breaks the rules for people.
        """
        for entry in entries:
            if await self.accounts.find(None, entry.id) is not None:
                continue
            hashed = await self.hashes.hash(entry.password)
            try:
                await self._add(entry, hashed)
            except (ContactTakenError, DuplicateError):
                log.info("demo account is there already", account_id=entry.id)

    async def _add(self, entry: DemoAccount, hashed: str) -> None:
        async def work(tx: Transaction) -> None:
            if entry.role is Role.CITIZEN:
                await self._add_citizen(tx, entry)
            else:
                account, employee = staff_account(entry.id, _staff_form(entry), self.deps.now())
                facts = staff_events.staff_registered(account, employee)
                await self.accounts.add(tx, account, *facts)
            await self.credentials.set_password(tx, entry.id, hashed, self.deps.now())

        await self.deps.transactions.run(work)

    async def _add_citizen(self, tx: Transaction, entry: DemoAccount) -> None:
        now = self.deps.now()
        form = checked(entry.form, now.date())
        account = confirmed_citizen(entry.id, form, now, login=entry.login)
        await self.accounts.add(
            tx,
            account,
            registration_events.account_registered(account),
            *profile_events.confirmed(account, form.person, self.for_certificates),
        )


def _staff_form(entry: DemoAccount) -> StaffForm:
    return StaffForm(
        role=entry.role,
        full_name=entry.full_name,
        phone=entry.phone,
        email=entry.email,
        position=entry.position,
        clinic_id=entry.clinic_id,
        snils=entry.snils,
        login=entry.login,
    )
