"""A registrar corrects a person's data (A29); support gives a temporary number (A25).

Nobody does either for themselves, and the person finds every step in their journal (K7).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from services.chassis.foundation.dates import today
from services.chassis.foundation.encryption import Encryption
from services.chassis.http.etags import Expected
from services.chassis.work.looks import Looker, Looks, Subject
from services.chassis.work.transactions import Fact, Transaction, new_event_id
from services.identity.accounts.actions import acting, reading
from services.identity.accounts.domain import ACCOUNT, Account, Shown, same_person
from services.identity.accounts.errors import AccountNotFoundError
from services.identity.accounts.events import patient_confirmed
from services.identity.accounts.store import Accounts
from services.identity.callers.store import Counters
from services.identity.deps import Deps
from services.identity.people import events
from services.identity.people.domain import CorrectionForm, PolicyForm, corrected, insured
from services.identity.people.errors import LookFirstError, OwnDataError
from services.identity.people.usecases.searching import count_search
from services.identity.profiles import events as profile_events
from services.identity.profiles.domain import asked, submitted
from services.identity.profiles.errors import TooManyProfilesError

_DAY = timedelta(days=1)
_LOOKED = timedelta(hours=1)
"""How long after a look, which has its reason, the data may be corrected."""


async def _other(tx: Transaction, accounts: Accounts, account_id: str, by: Looker) -> Account:
    """The account of a person who is not the member of staff, both of them open.

    Raises:
        AccountNotFoundError: no such person.
        OwnDataError: it is, or may be, the same person.
        AccountBlockedError: an administrator closed one of the accounts.
    """
    found = await accounts.find(tx, account_id)  # before `acting` writes
    staff = await acting(tx, accounts, by.id)
    if found is None or found.staff is not None:
        raise AccountNotFoundError
    if same_person(staff, found):
        raise OwnDataError
    found.require_open()
    return found


@dataclass(frozen=True)
class Corrections:
    """The registry is asked anew: until it agrees, the person is not confirmed."""

    deps: Deps
    accounts: Accounts
    counters: Counters
    looks: Looks
    for_registry: Encryption

    async def look(self, account_id: str, reason: str, by: Looker) -> Account:
        """What a registrar compares with the papers; the look and its reason are in the journal.

        Raises:
            TooManySearchesError: searches and looks are counted together.
            AccountNotFoundError: no such person.
            OwnDataError: it is the registrar.
            AccountBlockedError: an administrator closed an account.
        """
        await reading(self.accounts, by.id)
        await count_search(self.deps, self.counters, by.id)

        async def work(tx: Transaction) -> Account:
            found = await _other(tx, self.accounts, account_id, by)
            await self._record(tx, account_id, by, Shown.PROFILE, reason)
            return found

        return await self.deps.transactions.run(work)

    async def correct(
        self, account_id: str, expected: Expected, form: CorrectionForm, by: Looker
    ) -> Account:
        """Take what the papers say; without a change the registry is asked again.

        Raises:
            AccountNotFoundError, OwnDataError, AccountBlockedError: as above.
            LookFirstError: the registrar has not opened the profile within the hour.
            StaleVersionError: the account is not at an expected revision any more.
            NothingToCorrectError, InvalidInputError: as `corrected` says.
            TooManyProfilesError: the registry was asked often enough today.
        """

        async def work(tx: Transaction) -> Account:
            account = await _other(tx, self.accounts, account_id, by)
            since = self.deps.now() - _LOOKED
            if not await self.looks.looked(tx, account_id, by.id, Shown.PROFILE, since=since):
                raise LookFirstError
            expected.check(account.revision)
            correction = corrected(account, form, today(self.deps.now()))
            account, profile = submitted(account, correction.form)
            told = profile_events.profile_submitted(account_id, profile, self.for_registry)
            fact = Fact(new_event_id(), told)
            saved = await self.accounts.save(tx, asked(account, profile, fact.event_id), fact)
            await self._record(tx, account_id, by, Shown.CORRECTED, correction.said)
            await self._count(tx, account_id)
            return saved

        return await self.deps.transactions.run(work)

    async def _record(
        self, tx: Transaction, account_id: str, by: Looker, occasion: Shown, why: str | None = None
    ) -> None:
        subject = Subject(ACCOUNT, account_id, account_id)
        await self.looks.record(tx, by, occasion, subject, why=why)

    async def _count(self, tx: Transaction, account_id: str) -> None:
        """Apart from the person's own tries: who has used those up comes to the desk."""
        limit = self.deps.settings.profiles_per_day
        key = self.counters.key("corrections", account_id)
        hit = await self.counters.hit_in(tx, key, limit=limit, window=_DAY)
        if not hit.allowed:
            raise TooManyProfilesError(hit.wait)


@dataclass(frozen=True)
class Insurance:
    """A number for who has no policy; it ends by itself."""

    deps: Deps
    accounts: Accounts
    looks: Looks
    for_scheduling: Encryption

    async def activate(self, account_id: str, form: PolicyForm, reason: str, by: Looker) -> Account:
        """The number counts from now on; the person is told.

        Raises:
            AccountNotFoundError: no such person.
            OwnDataError: it is the operator.
            AccountBlockedError: an administrator closed an account.
            InvalidInputError, PersonNotConfirmedError, PolicyKnownError: as `insured` says.
        """
        now, longest = self.deps.now(), timedelta(days=self.deps.settings.temporary_policy_days)

        async def work(tx: Transaction) -> Account:
            account = await _other(tx, self.accounts, account_id, by)
            after = insured(account, form, longest=longest, now=now, by=by.id, reason=reason)
            if after is account:
                return account
            facts = (
                events.policy_activated(after),
                *patient_confirmed(after, self.for_scheduling),
            )
            saved = await self.accounts.save(tx, after, *facts)
            subject = Subject(ACCOUNT, account_id, account_id)
            await self.looks.record(tx, by, Shown.INSURED, subject, why=reason)
            return saved

        return await self.deps.transactions.run(work)
