"""Who is asked to represent a legal entity accepts it (I11)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.chassis.foundation.dates import today
from services.chassis.work.transactions import Transaction
from services.identity.accounts.actions import acting, reading
from services.identity.accounts.store import Accounts
from services.identity.deps import Deps
from services.identity.organisations.errors import OfferNotFoundError
from services.identity.representations.actions import Rights
from services.identity.representations.domain import (
    Entry,
    Kind,
    Party,
    Representation,
    State,
    Step,
    may_ask,
)
from services.identity.representations.store import Representations


@dataclass(frozen=True)
class Offers:
    """What whoever is asked to represent an organisation sees, and says yes to."""

    deps: Deps
    accounts: Accounts
    representations: Representations
    rights: Rights

    async def mine(self, account_id: str) -> list[Representation]:
        """What waits for this account's answer, by its number and its proved contacts.

        Raises:
            AccountBlockedError: an administrator closed the account.
        """
        account = await reading(self.accounts, account_id)
        return await self.representations.offered_to((account.id, *account.logins))

    async def accept(self, account_id: str, right_id: str) -> Representation:
        """Represent the organisation from now on, until the day that was offered.

        Raises:
            OfferNotFoundError: there is none for this account, or its time is over.
            NotConfirmedError, UnderageRepresentativeError: they cannot represent anybody.
            AlreadyRepresentsError: they do already.
            AccountBlockedError: an administrator closed the account.
        """

        async def work(tx: Transaction) -> Representation:
            account = await acting(tx, self.accounts, account_id)
            right, now = await self.representations.find(tx, right_id), self.deps.now()
            if right is None or right.offer is None or right.state is not State.OFFERED:
                raise OfferNotFoundError
            mine = right.offer.to in (account.id, *account.logins)
            if not mine or right.offer.expires_at <= now:
                raise OfferNotFoundError
            person = may_ask(account, Kind.ORGANISATION, None, today(self.deps.now()))
            accepted = replace(
                right, representative_id=account.id, representative_name=person.full_name
            )
            entry = Entry(now, Step.GRANTED, Party.REPRESENTATIVE, account.id)
            return await self.rights.grant(tx, accepted, right.subject_id or "", entry)

        return await self.deps.transactions.run(work)
