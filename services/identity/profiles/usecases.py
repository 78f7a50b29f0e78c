"""The profile of a citizen and what the state registry says of it (I2, I9, I13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from contracts.envelope import Data
from services.chassis.foundation.dates import age, today
from services.chassis.foundation.encryption import Encryption
from services.chassis.foundation.errors import DuplicateError
from services.chassis.http.etags import Expected
from services.chassis.work.transactions import Cause, Fact, Transaction, new_event_id
from services.identity.accounts.actions import changing, reading
from services.identity.accounts.domain import (
    OWN_ACCOUNT,
    Account,
    Channel,
    Contact,
    ProfileState,
    require_reachable,
)
from services.identity.accounts.store import Accounts
from services.identity.callers.store import Counters
from services.identity.deps import Deps
from services.identity.profiles import events
from services.identity.profiles.domain import Form, answered, asked, checked, submitted
from services.identity.profiles.errors import (
    MinorNeedsRepresentativeError,
    TooManyProfilesError,
)

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class RegistryAnswer:
    """What the registry said of an account's profile, and to which `question` (an event)."""

    account_id: str
    submission: int
    question: str | None
    matched: bool
    mismatches: Sequence[str] = ()
    reasons: Sequence[str] = ()


@dataclass(frozen=True)
class Profiles:
    """Confirmed is only what the registry confirmed, and only as it was then."""

    deps: Deps
    accounts: Accounts
    counters: Counters
    for_registry: Encryption
    readers: events.Readers

    @property
    def today(self) -> date:
        """The day by which a temporary policy counts."""
        return today(self.deps.now())

    async def get(self, account_id: str) -> Account:
        """The account with its profile, for its owner.

        Raises:
            AccountNotFoundError: no such account.
            AccountBlockedError: an administrator closed it.
        """
        return await reading(self.accounts, account_id)

    async def submit(self, account_id: str, expected: Expected, form: Form) -> Account:
        """Take a filled-in profile; the registry is asked.

        Asked without limit, it would tell a guesser field by field what is right. Only what is
        really asked counts, so it is counted in the transaction: mistakes in the form are free.

        Raises:
            InvalidInputError: names every wrong field.
            StaleVersionError: the account is not at an expected revision any more.
            AccountNotFoundError: no such account.
            AccountBlockedError: an administrator closed it.
            TooManyProfilesError: the registry was asked often enough today.
            MinorNeedsRepresentativeError: whose profile it is, is younger than 14 (d12).
        """
        day = today(self.deps.now())
        filled = checked(form, day)
        if age(filled.person.birth_date, day) < OWN_ACCOUNT:
            raise MinorNeedsRepresentativeError

        async def work(tx: Transaction) -> Account:
            account = await changing(tx, self.accounts, account_id)
            expected.check(account.revision)
            if filled.phone and filled.phone not in account.logins:
                typed = Contact(Channel.SMS, filled.phone)
                require_reachable(typed, self.deps.settings.phone_countries)
            account, profile = submitted(account, filled)
            told = events.profile_submitted(account_id, profile, self.for_registry)
            fact = Fact(new_event_id(), told)
            after = asked(account, profile, fact.event_id)
            after = await self.accounts.save(tx, after, fact)
            await self._count(tx, account_id)
            return after

        return await self.deps.transactions.run(work)

    async def _count(self, tx: Transaction, account_id: str) -> None:
        limit = self.deps.settings.profiles_per_day
        key = self.counters.key("profiles", account_id)
        hit = await self.counters.hit_in(tx, key, limit=limit, window=_DAY)
        if not hit.allowed:
            raise TooManyProfilesError(hit.wait)

    async def record(self, answer: RegistryAnswer, cause: Cause) -> None:
        """Take the registry's answer.

        One to an older submission is taken note of and ignored. A person who has a confirmed
        account gets no second one: the registry's yes is a no there.

        Raises:
            AccountNotFoundError: the registry speaks of an account that we do not have.
            NotAskedError: it was not asked that.
            AlreadyHandledError: the same event again.
        """
        try:
            await self._record(answer, cause)
        except DuplicateError as error:
            number = (error.field,)
            taken = replace(answer, matched=False, mismatches=number, reasons=())
            await self._record(taken, cause)

    async def _record(self, answer: RegistryAnswer, cause: Cause) -> None:
        async def work(tx: Transaction) -> None:
            account = await self.accounts.get(tx, answer.account_id)
            profile = answered(
                account.profile,
                answer.submission,
                question=answer.question,
                matched=answer.matched,
                mismatches=answer.mismatches,
                reasons=answer.reasons,
            )
            if profile is None:
                return
            after = replace(account, profile=profile)
            facts: tuple[Data, ...]
            if profile.state is ProfileState.CONFIRMED:
                facts = events.confirmed(after, profile.person, self.readers)
            else:
                facts = (events.profile_rejected(account.id, profile),)
            await self.accounts.save(tx, after, *facts)

        await self.deps.transactions.run(work, cause=cause)
