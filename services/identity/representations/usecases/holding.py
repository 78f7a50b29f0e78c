"""What representatives and those whom they represent see of it, and how it ends."""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.database.pages import Page
from services.chassis.foundation.dates import age, today
from services.chassis.work.timers import Due
from services.chassis.work.transactions import Transaction
from services.identity.accounts.actions import acting, reading
from services.identity.accounts.domain import OWN_ACCOUNT, Account
from services.identity.accounts.store import Accounts
from services.identity.deps import Deps
from services.identity.profiles.errors import MinorNeedsRepresentativeError
from services.identity.representations.actions import WITHDRAWN, Rights
from services.identity.representations.domain import (
    Entry,
    Kind,
    Party,
    Representation,
    State,
    Step,
)
from services.identity.representations.errors import RepresentationNotFoundError
from services.identity.representations.store import Representations

OF_AGE, EXPIRED = "of-age", "expired"


@dataclass(frozen=True)
class Holding:
    """A right is seen and ended by its two sides; time ends the rest."""

    deps: Deps
    accounts: Accounts
    store: Representations
    rights: Rights

    async def mine(self, account_id: str, *, after: str | None, limit: int) -> Page[Representation]:
        """Whom this account represents, or asked to, newest first.

        Raises:
            AccountBlockedError: an administrator closed the account.
        """
        await reading(self.accounts, account_id)
        return await self.store.of_representative(account_id, after=after, limit=limit)

    async def of_me(
        self, account_id: str, *, after: str | None, limit: int
    ) -> Page[Representation]:
        """Who represents this account, newest first.

        Raises:
            AccountBlockedError: an administrator closed the account.
        """
        await reading(self.accounts, account_id)
        return await self.store.of_subject(account_id, after=after, limit=limit)

    async def one(self, account_id: str, right_id: str) -> Representation:
        """One of those that this account represents, or is represented by.

        Raises:
            RepresentationNotFoundError: there is none of theirs.
            AccountBlockedError: an administrator closed the account.
        """
        await reading(self.accounts, account_id)
        return _theirs(await self.store.get(None, right_id, owner=None), account_id)

    async def withdraw(self, account_id: str, right_id: str) -> Representation:
        """End it, by the representative or by who is represented (from 14 on).

        Raises:
            RepresentationNotFoundError: there is none of theirs.
            NotInForceError: it is over.
            MinorNeedsRepresentativeError: who is represented is too young for that.
            AccountBlockedError: an administrator closed the account.
        """

        async def work(tx: Transaction) -> Representation:
            account = await acting(tx, self.accounts, account_id)
            right = _theirs(await self.store.get(tx, right_id, owner=None), account_id)
            party = Party.REPRESENTATIVE
            if account_id == right.subject_id:
                self._old_enough(account)
                party = Party.SUBJECT
            entry = Entry(self.deps.now(), Step.ENDED, party, account_id)
            return await self.rights.end(tx, right, WITHDRAWN, entry)

        return await self.deps.transactions.run(work)

    def _old_enough(self, account: Account) -> None:
        person = account.profile.person if account.profile else None
        if person is None or age(person.birth_date, today(self.deps.now())) < OWN_ACCOUNT:
            raise MinorNeedsRepresentativeError

    async def run_out(self, due: Due) -> None:
        """Its time is over: who is 18 acts for themselves (d12), a power of attorney has its day.

        An offer that nobody accepted in time is taken back.
        """

        async def work(tx: Transaction) -> None:
            right = await self.store.find(tx, due.key)
            if right is None or right.state not in (State.ACTIVE, State.OFFERED):
                return
            reason = EXPIRED if right.kind is Kind.ORGANISATION else OF_AGE
            entry = Entry(self.deps.now(), Step.ENDED, Party.SYSTEM)
            await self.rights.end(tx, right, reason, entry)

        await self.deps.transactions.run(work, cause=due)


def _theirs(found: Representation, account_id: str) -> Representation:
    if account_id not in (found.representative_id, found.subject_id):
        raise RepresentationNotFoundError
    return found
