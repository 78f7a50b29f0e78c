"""Staff look for people (K7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.chassis.http.looks import Reach
from services.chassis.work.looks import Looks, Subject
from services.chassis.work.transactions import Transaction
from services.identity.accounts.actions import reading
from services.identity.accounts.domain import ACCOUNT, Account, Shown
from services.identity.accounts.store import Accounts
from services.identity.callers.store import Counters
from services.identity.deps import Deps
from services.identity.people.domain import Search, Wanted, wanted
from services.identity.people.errors import TooManySearchesError

MOST_FOUND = 10
_HOUR = timedelta(hours=1)


async def count_search(deps: Deps, counters: Counters, staff_id: str) -> None:
    """Count one person whom this member of staff looks for, or opens.

    Raises:
        TooManySearchesError: as many in an hour as one may.
    """
    limit = deps.settings.people_searches_per_hour
    hit = await counters.hit(counters.key("people", staff_id), limit=limit, window=_HOUR)
    if not hit.allowed:
        raise TooManySearchesError(hit.wait)


@dataclass(frozen=True)
class People:
    """Whose name and number the registry confirmed are found by them; a phone finds its owner."""

    deps: Deps
    accounts: Accounts
    counters: Counters
    looks: Looks

    async def find(self, search: Search, reach: Reach, why: str | None) -> Sequence[Account]:
        """The people whom this describes exactly; each has the look in the journal.

        Raises:
            InvalidInputError: names every wrong field; a reason is missing.
            TooManySearchesError: as many in an hour as one may; mistakes in the form are free.
            AccountBlockedError: the account of who asks is closed.
        """
        await reading(self.accounts, reach.who.subject)
        meant, why = wanted(search), reach.because(why)
        await count_search(self.deps, self.counters, reach.who.subject)
        found = await self._found(meant)
        subjects = [Subject(ACCOUNT, account.id, account.id) for account in found]

        async def work(tx: Transaction) -> None:
            await self.looks.record(tx, reach.at(None), Shown.FOUND, *subjects, why=why)

        if subjects:
            await self.deps.transactions.run(work)
        return found

    async def _found(self, meant: Wanted) -> Sequence[Account]:
        if meant.phone is not None:
            owner = await self.accounts.by_login(None, meant.phone)
            return [owner] if owner is not None and owner.staff is None else []
        if meant.snils is not None:
            return await self.accounts.confirmed_by_snils(meant.snils)
        if meant.name is None or meant.born is None:
            return []
        return await self.accounts.confirmed_by_name(meant.name, meant.born, limit=MOST_FOUND)
