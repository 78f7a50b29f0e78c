"""Heads of legal entities name them, and offer to others to represent them (I11)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from services.chassis.database.idempotency import Once
from services.chassis.database.pages import Page
from services.chassis.foundation.dates import today
from services.chassis.foundation.encryption import Encryption
from services.chassis.foundation.errors import DuplicateError
from services.chassis.work.transactions import Cause, Fact, Transaction, new_event_id
from services.identity.accounts.actions import acting, reading
from services.identity.accounts.domain import Contact, contact_of
from services.identity.accounts.store import Accounts
from services.identity.callers.store import Counters
from services.identity.deps import Deps
from services.identity.organisations import events
from services.identity.organisations.domain import (
    OfferForm,
    Organisation,
    OrganisationForm,
    Standing,
    named,
    offered,
)
from services.identity.organisations.errors import (
    OrganisationNotConfirmedError,
    TooManyQuestionsError,
)
from services.identity.organisations.store import Organisations
from services.identity.profiles.errors import NotAskedError
from services.identity.representations import events as right_events
from services.identity.representations.actions import END, WITHDRAWN, Rights
from services.identity.representations.domain import (
    Entry,
    Kind,
    Party,
    Representation,
    Scope,
    State,
    Step,
    may_ask,
)
from services.identity.representations.errors import RepresentationNotFoundError
from services.identity.representations.store import Representations

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class RegisterAnswer:
    """What the register disagrees with, if with anything, and to which `question` (an event)."""

    organisation_id: str
    question: str | None
    mismatches: tuple[str, ...] = ()


@dataclass(frozen=True)
class Heads:
    """What the head of an organisation does. Nobody is one because they say so."""

    deps: Deps
    accounts: Accounts
    counters: Counters
    store: Organisations
    representations: Representations
    rights: Rights
    for_registry: Encryption

    async def name(
        self, head_id: str, form: OrganisationForm, *, once: Once | None = None
    ) -> Organisation:
        """Name an organisation as its head; the register is asked.

        Raises:
            InvalidInputError: names every wrong field.
            NotConfirmedError, UnderageRepresentativeError: who asks cannot be a head.
            TooManyQuestionsError: the register was asked often enough today.
            AccountBlockedError: an administrator closed the account.
        """
        now = self.deps.now()
        asked = named(form, organisation_id=self.deps.new_id(), head_id=head_id, now=now)

        async def work(tx: Transaction) -> Organisation:
            head = await acting(tx, self.accounts, head_id)
            person = may_ask(head, Kind.ORGANISATION, None, today(now))
            fact = Fact(new_event_id(), events.submitted(asked, person, self.for_registry))
            kept = await self.store.add(tx, replace(asked, question=fact.event_id), fact)
            await self._count(tx, "organisations", head_id, self.deps.settings.claims_per_day)
            return kept

        return await self.deps.transactions.run(work, once=once)

    async def answered(self, answer: RegisterAnswer, *, cause: Cause) -> None:
        """Take the register's answer. An organisation has one head: a second one's yes is a no.

        Raises:
            OrganisationNotFoundError: it speaks of one that we do not have.
            NotAskedError: it was not asked that.
        """
        try:
            await self._answered(answer, cause)
        except DuplicateError:
            await self._answered(replace(answer, mismatches=("ogrn",)), cause)

    async def _answered(self, answer: RegisterAnswer, cause: Cause) -> None:
        async def work(tx: Transaction) -> None:
            asked = await self.store.get(tx, answer.organisation_id, owner=None)
            if asked.question is None or answer.question != asked.question:
                raise NotAskedError
            if asked.state is not Standing.CHECKING:
                return
            after = asked.answered(answer.mismatches)
            if after.state is Standing.REJECTED:
                await self.store.save(tx, after, events.rejected(after))
                return
            await self.store.save(tx, after, events.confirmed(after))
            await self._let_head_act(tx, after)

        await self.deps.transactions.run(work, cause=cause)

    async def _let_head_act(self, tx: Transaction, organisation: Organisation) -> None:
        """The head acts for the organisation without a power of attorney."""
        now = self.deps.now()
        head = await self.accounts.get(tx, organisation.head_id)
        right = Representation(
            id=self.deps.new_id(),
            kind=Kind.ORGANISATION,
            state=State.ACTIVE,
            subject_name=organisation.name,
            scopes=(Scope.CERTIFICATES,),
            created_at=now,
            history=(Entry(now, Step.GRANTED, Party.REGISTRY),),
            representative_id=head.id,
            representative_name=head.profile.person.full_name if head.profile else None,
            subject_id=organisation.id,
        )
        await self.representations.add(tx, right, right_events.granted(right))

    async def mine(self, head_id: str, *, after: str | None, limit: int) -> Page[Organisation]:
        """The organisations that this account named, newest first.

        Raises:
            AccountBlockedError: an administrator closed the account.
        """
        await reading(self.accounts, head_id)
        return await self.store.of_head(head_id, after=after, limit=limit)

    async def one(self, head_id: str, organisation_id: str) -> Organisation:
        """One of them.

        Raises:
            OrganisationNotFoundError: it is not theirs.
            AccountBlockedError: an administrator closed the account.
        """
        await reading(self.accounts, head_id)
        return await self.store.get(None, organisation_id, owner=head_id)

    async def representatives(
        self, head_id: str, organisation_id: str, *, after: str | None, limit: int
    ) -> Page[Representation]:
        """Who represents the organisation, or was asked to, newest first.

        Raises:
            OrganisationNotFoundError, AccountBlockedError: as above.
        """
        await self.one(head_id, organisation_id)
        return await self.representations.of_subject(organisation_id, after=after, limit=limit)

    async def offer(
        self, head_id: str, organisation_id: str, form: OfferForm, *, once: Once | None = None
    ) -> Representation:
        """Ask somebody to represent the organisation. Whether they have an account is not told.

        Raises:
            InvalidInputError: names every wrong field.
            OrganisationNotFoundError: it is not theirs.
            OrganisationNotConfirmedError: the register has not agreed with it.
            TooManyQuestionsError: enough was offered today.
            AccountBlockedError: an administrator closed the account.
        """
        now, right_id = self.deps.now(), self.deps.new_id()

        async def work(tx: Transaction) -> Representation:
            await acting(tx, self.accounts, head_id)
            organisation = await self.store.get(tx, organisation_id, owner=head_id)
            if organisation.state is not Standing.CONFIRMED:
                raise OrganisationNotConfirmedError
            right = offered(form, organisation, right_id=right_id, now=now)
            assert right.offer is not None  # noqa: S101 - for the types: it was offered
            contacts = await self._contacts(tx, right.offer.to)
            await tx.set_timer(END, right.id, right.offer.expires_at)
            kept = await self.representations.add(tx, right, events.offered(right, *contacts))
            await self._count(tx, "offers", head_id, self.deps.settings.offers_per_day)
            return kept

        return await self.deps.transactions.run(work, once=once)

    async def withdraw(self, head_id: str, organisation_id: str, right_id: str) -> Representation:
        """End what a representative may do, or take an offer back.

        Raises:
            OrganisationNotFoundError, RepresentationNotFoundError: it is not theirs.
            NotInForceError: it is over.
            AccountBlockedError: an administrator closed the account.
        """

        async def work(tx: Transaction) -> Representation:
            await acting(tx, self.accounts, head_id)
            organisation = await self.store.get(tx, organisation_id, owner=head_id)
            right = await self.representations.find(tx, right_id)
            if right is None or right.subject_id != organisation.id:
                raise RepresentationNotFoundError
            entry = Entry(self.deps.now(), Step.ENDED, Party.SUBJECT, head_id)
            return await self.rights.end(tx, right, WITHDRAWN, entry)

        return await self.deps.transactions.run(work)

    async def _contacts(self, tx: Transaction, to: str) -> tuple[Contact, ...]:
        """Where the offer goes: as typed, or to what the owner of the account has proved."""
        typed = contact_of(to)
        if typed is not None:
            return (typed,)
        account = await self.accounts.find(tx, to)
        proved = (account.proved_phone, account.proved_email) if account else ()
        return tuple(contact for text in proved if text and (contact := contact_of(text)))

    async def _count(self, tx: Transaction, what: str, account_id: str, limit: int) -> None:
        key = self.counters.key(what, account_id)
        hit = await self.counters.hit_in(tx, key, limit=limit, window=_DAY)
        if not hit.allowed:
            raise TooManyQuestionsError(hit.wait)
