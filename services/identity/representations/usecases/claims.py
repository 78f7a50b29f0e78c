"""A parent or guardian asks; the registry, or a registrar who saw the papers, decides (I12)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar

from services.chassis.database.idempotency import Once
from services.chassis.foundation.dates import today
from services.chassis.foundation.encryption import Encryption
from services.chassis.foundation.errors import DuplicateError
from services.chassis.work.looks import Looker, Looks, Subject
from services.chassis.work.transactions import Cause, Fact, Transaction, new_event_id
from services.identity.accounts.actions import acting, reading
from services.identity.accounts.domain import ACCOUNT, Account, Shown, same_person
from services.identity.accounts.store import Accounts
from services.identity.callers.store import Counters
from services.identity.deps import Deps
from services.identity.profiles.errors import NotAskedError
from services.identity.representations import events
from services.identity.representations.actions import Rights
from services.identity.representations.domain import (
    ClaimForm,
    Entry,
    Party,
    Representation,
    Scope,
    State,
    Step,
    claimed,
    may_ask,
)
from services.identity.representations.errors import (
    AlreadyRepresentsError,
    AnotherPersonError,
    OwnRepresentationError,
    RepresentationNotFoundError,
    RepresentativeClosedError,
    TooManyClaimsError,
    TooManyWardsError,
)
from services.identity.representations.store import Representations

T = TypeVar("T")
_DAY = timedelta(days=1)
REGISTRY_DISAGREES, PAPERS_DISAGREE = "registry-disagrees", "papers-disagree"


@dataclass(frozen=True)
class RegistryAnswer:
    """What the registry said of a representation, and to which `question` (an event)."""

    right_id: str
    question: str | None
    matched: bool
    mismatches: tuple[str, ...] = ()


@dataclass(frozen=True)
class Claims:
    """Nobody represents a child because they say so."""

    deps: Deps
    accounts: Accounts
    counters: Counters
    store: Representations
    rights: Rights
    looks: Looks
    for_registry: Encryption

    async def ask(
        self, account_id: str, form: ClaimForm, *, once: Once | None = None
    ) -> Representation:
        """Ask to represent a child; the registry is asked.

        Raises:
            InvalidInputError: names every wrong field.
            NotConfirmedError, UnderageRepresentativeError: who asks cannot represent anybody.
            TooManyWardsError, TooManyClaimsError: they have, or asked for, enough.
            AccountBlockedError: an administrator closed the account.
        """
        now = self.deps.now()
        kind, child = claimed(form, today(now))
        right_id, settings = self.deps.new_id(), self.deps.settings

        async def work(tx: Transaction) -> Representation:
            account = await acting(tx, self.accounts, account_id)
            held = await self.store.open_of(tx, account_id, settings.wards_limit)
            person = may_ask(account, kind, child, today(now))
            if held >= settings.wards_limit:
                raise TooManyWardsError(settings.wards_limit)
            asked = Representation(
                id=right_id,
                kind=kind,
                state=State.CHECKING,
                subject_name=child.full_name,
                scopes=tuple(Scope),
                created_at=now,
                history=(Entry(now, Step.ASKED, Party.REPRESENTATIVE, account_id),),
                representative_id=account_id,
                representative_name=person.full_name,
                child=child,
            )
            told = events.submitted(asked, child, person, self.for_registry)
            fact = Fact(new_event_id(), told)
            asked = await self.store.add(tx, replace(asked, question=fact.event_id), fact)
            await self._count(tx, account_id)
            return asked

        return await self.deps.transactions.run(work, once=once)

    async def answered(self, answer: RegistryAnswer, *, cause: Cause) -> None:
        """Take the registry's answer; what was decided meanwhile stays.

        Raises:
            RepresentationNotFoundError: it speaks of one that we do not have.
            NotAskedError: it was not asked that.
        """

        async def work(tx: Transaction) -> None:
            asked = await self._asked(tx, answer)
            if asked.state is not State.CHECKING:
                return
            if not answer.matched:
                entry = self._entry(Step.REFUSED, Party.REGISTRY)
                await self.rights.refuse(tx, asked, REGISTRY_DISAGREES, entry, *answer.mismatches)
                return
            await self._representative(tx, asked)
            await self.rights.grant_child(tx, asked, self._entry(Step.GRANTED, Party.REGISTRY))

        try:
            await self._racing(work, cause)
        except (AlreadyRepresentsError, AnotherPersonError, RepresentativeClosedError) as error:
            code = error.code

            async def refuse(tx: Transaction) -> None:
                asked = await self._asked(tx, answer)
                entry = self._entry(Step.REFUSED, Party.REGISTRY)
                await self.rights.refuse(tx, asked, code, entry)

            await self.deps.transactions.run(refuse, cause=cause)

    async def look(self, right_id: str, by: Looker) -> Representation:
        """What a registrar compares with the papers; the look is in the journal (K7).

        Raises:
            RepresentationNotFoundError: there is none that papers could decide.
            AccountBlockedError: the registrar is blocked.
        """
        await reading(self.accounts, by.id)

        async def work(tx: Transaction) -> Representation:
            found = await self._with_papers(tx, right_id)
            whose = found.representative_id or ""
            await self.looks.record(tx, by, Shown.CLAIM, Subject(ACCOUNT, whose, whose))
            return found

        return await self.deps.transactions.run(work)

    async def confirm(self, right_id: str, by: Looker, seen: str) -> Representation:
        """The registrar saw the papers: the right is in force, also where the registry disagreed.

        Raises:
            RepresentationNotFoundError: there is none that papers could decide.
            OwnRepresentationError: it is the registrar's own.
            DecidedError: it is in force, or over.
            AlreadyRepresentsError, AnotherPersonError, RepresentativeClosedError: it cannot be.
        """

        async def work(tx: Transaction) -> Representation:
            asked = await self._for_registrar(tx, right_id, by)
            entry = self._entry(Step.GRANTED, Party.REGISTRAR, by, seen)
            return await self.rights.grant_child(tx, asked, entry)

        return await self._racing(work)

    async def refuse(self, right_id: str, by: Looker, why: str) -> Representation:
        """The papers do not say so.

        Raises:
            RepresentationNotFoundError, OwnRepresentationError, DecidedError: as above.
        """

        async def work(tx: Transaction) -> Representation:
            asked = await self._for_registrar(tx, right_id, by)
            entry = self._entry(Step.REFUSED, Party.REGISTRAR, by, why)
            return await self.rights.refuse(tx, asked, PAPERS_DISAGREE, entry)

        return await self.deps.transactions.run(work)

    async def _asked(self, tx: Transaction, answer: RegistryAnswer) -> Representation:
        asked = await self.store.get(tx, answer.right_id, owner=None)
        if asked.question is None or answer.question != asked.question:
            raise NotAskedError
        return asked

    async def _with_papers(self, tx: Transaction, right_id: str) -> Representation:
        found = await self.store.get(tx, right_id, owner=None)
        if found.child is None:
            raise RepresentationNotFoundError
        return found

    async def _representative(self, tx: Transaction, asked: Representation) -> Account:
        account = await self.accounts.get(tx, asked.representative_id or "")
        if account.blocked:
            raise RepresentativeClosedError
        return account

    async def _for_registrar(self, tx: Transaction, right_id: str, by: Looker) -> Representation:
        registrar = await acting(tx, self.accounts, by.id)
        asked = await self._with_papers(tx, right_id)
        representative = await self._representative(tx, asked)
        if same_person(registrar, representative):
            raise OwnRepresentationError
        return asked

    async def _racing(
        self, work: Callable[[Transaction], Awaitable[T]], cause: Cause | None = None
    ) -> T:
        """Two representatives of one child: the second finds the person that the first one made."""
        try:
            return await self.deps.transactions.run(work, cause=cause)
        except DuplicateError:
            pass
        try:
            return await self.deps.transactions.run(work, cause=cause)
        except DuplicateError as error:
            raise AnotherPersonError from error

    def _entry(
        self, step: Step, party: Party, by: Looker | None = None, note: str | None = None
    ) -> Entry:
        now = self.deps.now()
        return Entry(now, step, party, by.id, note, by.clinic_id) if by else Entry(now, step, party)

    async def _count(self, tx: Transaction, account_id: str) -> None:
        """Asked without limit, the registry would tell a guesser what is right."""
        limit = self.deps.settings.claims_per_day
        key = self.counters.key("claims", account_id)
        hit = await self.counters.hit_in(tx, key, limit=limit, window=_DAY)
        if not hit.allowed:
            raise TooManyClaimsError(hit.wait)
