"""Rights granted and ended, in the transaction of whoever decides it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.chassis.work.transactions import Transaction
from services.identity.accounts.domain import (
    ADULT,
    Account,
    Person,
    Profile,
    ProfileState,
    reaches,
)
from services.identity.accounts.store import Accounts
from services.identity.deps import Deps
from services.identity.profiles import events as profile_events
from services.identity.representations import events
from services.identity.representations.domain import Entry, Representation, State, united
from services.identity.representations.errors import AnotherPersonError
from services.identity.representations.store import Representations

END = "end-representation"
"""The timer of its last day."""
WITHDRAWN = "withdrawn"
"""The reason of an end that one of its sides wanted."""


@dataclass(frozen=True)
class Rights:
    """Keeps what was decided, tells of it, and sees to its end."""

    deps: Deps
    accounts: Accounts
    store: Representations
    readers: profile_events.Readers

    async def grant(
        self, tx: Transaction, asked: Representation, subject_id: str, entry: Entry
    ) -> Representation:
        """It is in force from now on, until the time that it has."""
        after = asked.granted(subject_id, entry, until=asked.until)
        if after.until is not None:
            await tx.set_timer(END, after.id, after.until)
        return await self.store.save(tx, after, events.granted(after))

    async def grant_child(
        self, tx: Transaction, asked: Representation, entry: Entry
    ) -> Representation:
        """The child is a person of the platform from now on, and is represented until 18 (d12).

        Raises:
            AnotherPersonError: the child's numbers are somebody else's.
        """
        child = asked.child
        if child is None:
            message = f"representation {asked.id} names no child"
            raise ValueError(message)
        subject = await self._person_of(tx, child)
        until = reaches(child.birth_date, ADULT)
        return await self.grant(tx, replace(asked, until=until), subject.id, entry)

    async def refuse(
        self, tx: Transaction, asked: Representation, reason: str, entry: Entry, *fields: str
    ) -> Representation:
        """It is not granted; its representative is told."""
        after = asked.refused(reason, entry, mismatches=fields)
        return await self.store.save(tx, after, events.refused(after))

    async def end(
        self, tx: Transaction, right: Representation, reason: str, entry: Entry
    ) -> Representation:
        """It is over. Of what was never in force nobody else has heard."""
        after = right.ended(reason, entry)
        facts = [events.ended(after)] if right.state is State.ACTIVE else []
        await tx.cancel_timer(END, right.id)
        return await self.store.save(tx, after, *facts)

    async def _person_of(self, tx: Transaction, child: Person) -> Account:
        """The account of a child: it has no login, and one is enough for all representatives."""
        for field in ("snils", "birth_certificate"):
            value = getattr(child, field)
            found = await self.accounts.confirmed_with(tx, field, value) if value else None
            if found is not None and found.profile is not None:
                return await self._united(tx, found, found.profile, child)
        account = Account(
            id=self.deps.new_id(),
            created_at=self.deps.now(),
            logins=(),
            profile=Profile(child, ProfileState.CONFIRMED, submission=1),
        )
        facts = profile_events.confirmed(account, child, self.readers)
        return await self.accounts.add(tx, account, *facts)

    async def _united(
        self, tx: Transaction, account: Account, profile: Profile, child: Person
    ) -> Account:
        person = united(profile.person, child)
        if person is None:
            raise AnotherPersonError
        if person == profile.person:
            return account
        after = replace(account, profile=replace(profile, person=person))
        facts = profile_events.confirmed(after, person, self.readers)
        return await self.accounts.save(tx, after, *facts)
