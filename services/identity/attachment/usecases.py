"""A citizen says which clinic they are attached to; applications without one are for it (K6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from services.chassis.foundation.errors import InvalidInputError
from services.chassis.work.transactions import Transaction
from services.identity.accounts.actions import changing, reading
from services.identity.accounts.domain import Account
from services.identity.accounts.store import Accounts
from services.identity.attachment import events
from services.identity.attachment.domain import attached
from services.identity.attachment.errors import TooManyAttachmentsError
from services.identity.callers.store import Counters
from services.identity.clinics.actions import ClinicEntry
from services.identity.clinics.domain import Clinic
from services.identity.deps import Deps

_YEAR = timedelta(days=365)


class Attached(NamedTuple):
    """A citizen, and the clinic that they are attached to."""

    account: Account
    clinic: Clinic | None


@dataclass(frozen=True)
class Attachments:
    """No clinic is asked whether it takes the citizen: which it must, the law says."""

    deps: Deps
    accounts: Accounts
    counters: Counters
    clinics: ClinicEntry

    async def get(self, account_id: str) -> Attached:
        """The citizen's clinic, if they have named one.

        Raises:
            AccountNotFoundError: no such account.
            AccountBlockedError: an administrator closed it.
        """
        account = await reading(self.accounts, account_id)
        found = account.attachment
        clinic = await self.clinics.clinics.find(None, found.clinic_id) if found else None
        return Attached(account, clinic)

    async def attach(self, account_id: str, clinic_id: str) -> Attached:
        """Attach the citizen to this clinic. Saying the same again changes and counts nothing.

        Raises:
            InvalidInputError: there is no such clinic, or it has closed.
            TooManyAttachmentsError: they changed clinics often enough this year.
            AccountNotFoundError: no such account.
            AccountBlockedError: an administrator closed it.
        """
        key = self.counters.key("attachments", account_id)
        limit = self.deps.settings.attachments_per_year

        async def work(tx: Transaction) -> Attached:
            account = await changing(tx, self.accounts, account_id)
            wrong = await self.clinics.wrong(tx, clinic_id, "/clinic_id")
            if wrong is not None:
                raise InvalidInputError([wrong])
            clinic = await self.clinics.clinics.find(tx, clinic_id)
            after = attached(account, clinic_id, self.deps.now())
            if after is account:
                return Attached(account, clinic)
            hit = await self.counters.hit_in(tx, key, limit=limit, window=_YEAR)
            if not hit.allowed:
                raise TooManyAttachmentsError(hit.wait)
            after = await self.accounts.save(tx, after, events.clinic_attached(after))
            return Attached(after, clinic)

        return await self.deps.transactions.run(work)
