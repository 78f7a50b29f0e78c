"""The profile of a citizen and what the state registry says of it (I2, I9, I13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from pymongo.errors import DuplicateKeyError

from contracts.envelope import Data
from services.chassis.foundation.errors import NotFoundError
from services.chassis.http.etags import Expected
from services.chassis.work.transactions import Cause, Transaction
from services.identity import events
from services.identity.accounts.actions import acting, reading
from services.identity.deps import World, require_reachable
from services.identity.domain import Account, Channel, Contact, Form, ProfileState, checked
from services.identity.errors import TooManyProfilesError
from services.identity.store import number_of_another

_MOSCOW = ZoneInfo("Europe/Moscow")
_DAY = timedelta(days=1)
_GONE = "Учётная запись не найдена."


@dataclass(frozen=True)
class Profiles:
    """Confirmed is only what the registry confirmed, and only as it was then."""

    world: World

    async def get(self, account_id: str) -> Account:
        """The account with its profile, for its owner.

        Raises:
            NotFoundError: no such account.
            AccountBlockedError: an administrator closed it.
        """
        return await reading(self.world.store, account_id)

    async def submit(self, account_id: str, expected: Expected, form: Form) -> Account:
        """Take a filled-in profile; the registry is asked.

        Asked without limit, it would tell a guesser field by field what is right. Only what is
        really asked counts, so it is counted in the transaction: mistakes in the form are free.

        Raises:
            InvalidInputError: names every wrong field.
            StaleVersionError: the account is not at an expected version any more.
            NotFoundError: no such account.
            AccountBlockedError: an administrator closed it.
            TooManyProfilesError: the registry was asked often enough today.
        """
        w = self.world
        filled = checked(form, w.now().astimezone(_MOSCOW).date())

        async def work(tx: Transaction) -> Account:
            account = await acting(tx, w.store, account_id)
            expected.check(account.version)
            if filled.phone and filled.phone not in account.logins:
                typed = Contact(Channel.SMS, filled.phone)
                require_reachable(typed, w.rules.phone_countries)
            after = account.submitted(filled)
            told = events.profile_submitted(after, w.encryptions.profiles)
            after = after.asked(tx.emit(after.id, after.version, told).id)
            await w.store.accounts.save(after, session=tx.session)
            await self._count(tx, account_id)
            return after

        return await w.transactions.run(work)

    async def _count(self, tx: Transaction, account_id: str) -> None:
        w, now = self.world, self.world.now()
        hit = await w.store.counters.hit(
            w.counter_key("profiles", account_id),
            limit=w.rules.profiles_per_day,
            window=_DAY,
            now=now,
            session=tx.session,
        )
        if not hit.allowed:
            raise TooManyProfilesError(hit.until - now)

    async def record_check(
        self,
        account_id: str,
        revision: int,
        *,
        question: str | None,
        matched: bool,
        mismatches: Sequence[str],
        cause: Cause,
    ) -> None:
        """The registry answered `question`, the event that asked it.

        An answer to an older revision is taken note of and ignored.

        A person who has a confirmed account gets no second one: the registry's yes is a no there.

        Raises:
            NotFoundError: the registry speaks of an account that we do not have.
            NotAskedError: it was not asked that.
            AlreadyHandledError: the same event again.
        """
        found = () if matched else tuple(mismatches)
        record = partial(self._record, account_id, revision, question, cause)
        try:
            await record(matched=matched, mismatches=found)
        except DuplicateKeyError as error:
            await record(matched=False, mismatches=(number_of_another(error),))

    async def _record(
        self,
        account_id: str,
        revision: int,
        question: str | None,
        cause: Cause,
        *,
        matched: bool,
        mismatches: Sequence[str],
    ) -> None:
        w = self.world

        async def work(tx: Transaction) -> None:
            account = await w.store.accounts.get(account_id, session=tx.session)
            if account is None:
                raise NotFoundError(_GONE)
            after = account.checked(
                revision, question=question, matched=matched, mismatches=mismatches
            )
            if after is None:
                return
            if after.profile_state is ProfileState.CONFIRMED:
                told: Sequence[Data] = events.confirmed(after, w.encryptions.papers)
            else:
                told = (events.profile_rejected(after),)
            await w.store.accounts.save(after, session=tx.session, facts=len(told))
            for seq, event in enumerate(told, start=account.version + 1):
                tx.emit(after.id, seq, event)

        await w.transactions.run(work, cause=cause)
