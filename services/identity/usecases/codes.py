"""One-time codes: made, sent, sent again, answered (I4, I17, e7)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from services.chassis.errors import NotFoundError
from services.chassis.transactions import Transaction
from services.identity import events
from services.identity.domain import Account, Challenge, Contact, Purpose, Verdict, challenge
from services.identity.errors import (
    CodeExhaustedError,
    CodeExpiredError,
    CodeUsedError,
    TooManyCodesError,
    TooManyGuessesError,
    WrongCodeError,
)
from services.identity.usecases.world import World

log = structlog.get_logger(__name__)

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
GONE = "Запрос кода не найден или устарел. Начните заново."


@dataclass(frozen=True)
class Codes:
    """What every purpose of a code shares. The code leaves in an event, and only there."""

    world: World

    async def count(self, purpose: Purpose, *typed: Contact) -> str:
        """Count one code for what was typed, all of it together (I17).

        Nobody uses up the codes of another purpose, nor those of a phone and an e-mail by knowing
        the phone alone. The answer goes into the challenge: codes sent again count for the same.

        Raises:
            TooManyCodesError: it has got enough for this hour.
        """
        about = "|".join(contact.address for contact in typed)
        counter = self.world.counter_key(f"codes-{purpose}", about)
        await self._count(counter)
        return counter

    async def _count(self, counter: str) -> None:
        now = self.world.now()
        hit = await self.world.store.counters.hit(
            counter,
            limit=self.world.rules.codes_per_hour,
            window=_HOUR,
            now=now,
        )
        if not hit.allowed:
            raise TooManyCodesError(hit.until - now)

    async def spared(self, made: Challenge) -> Challenge:
        """The challenge, or a decoy in its place once its destination has got enough codes.

        For recovery: whoever knows a phone can type any e-mail with it, and each pair counts for
        itself. A refusal here would tell that the account is there, so none is given.
        """
        if made.decoy or made.purpose is not Purpose.RECOVERY:
            return made
        hit = await self.world.store.counters.hit(
            self.world.counter_key(f"sent-{made.purpose}", made.contact.address),
            limit=self.world.rules.codes_per_hour,
            window=_HOUR,
            now=self.world.now(),
        )
        return made if hit.allowed else replace(made, decoy=True)

    def fresh(
        self,
        purpose: Purpose,
        contact: Contact,
        *,
        counter: str,
        account_id: str | None = None,
        decoy: bool = False,
    ) -> tuple[Challenge, str]:
        """A challenge and its code."""
        challenge_id, code = self.world.new_id(), self.world.new_code()
        digest = self.world.digest(challenge_id, code)
        made = challenge(
            challenge_id,
            purpose,
            contact,
            digest,
            now=self.world.now(),
            rules=self.world.rules.codes,
            account_id=account_id,
            decoy=decoy,
            counter=counter,
        )
        return made, code

    async def send(self, tx: Transaction, made: Challenge, code: str) -> Challenge:
        """Keep the challenge and have its code delivered; a decoy is only kept."""
        await self.world.store.challenges.put(made, session=tx.session)
        if not made.decoy:
            tx.emit(made.id, made.sent, events.code_requested(made, code))
        return made

    async def deliver(self, work: Callable[[Transaction], Awaitable[Challenge]]) -> Challenge:
        """Run a transaction that sends a code, and count the code after it."""
        made = await self.world.transactions.run(work)
        self.world.metrics.sent(made)
        return made

    async def resend(self, challenge_id: str, purpose: Purpose) -> Challenge:
        """Another code for the same challenge (e7).

        Raises:
            NotFoundError: no such challenge.
            ResendTooEarlyError: the last code is a moment old.
            TooManyCodesError: the destination has got enough.
            CodeUsedError: it was answered already.
        """
        kept = await self.open(challenge_id, purpose, renewable=True)
        code = self.world.new_code()
        digest = self.world.digest(challenge_id, code)
        kept.renewed(digest, self.world.now(), self.world.rules.codes)  # too early does not count
        await self._count(kept.counter)
        decoy = (await self.spared(kept)).decoy

        async def work(tx: Transaction) -> Challenge:
            found = await self.world.store.challenges.get(challenge_id, purpose, session=tx.session)
            if found is None:
                raise NotFoundError(GONE)
            again = found.renewed(digest, self.world.now(), self.world.rules.codes)
            return await self.send(tx, replace(again, decoy=found.decoy or decoy), code)

        return await self.deliver(work)

    async def open(
        self, challenge_id: str, purpose: Purpose, *, renewable: bool = False
    ) -> Challenge:
        """A challenge that can still be answered (or, if `renewable`, get another code).

        Raises:
            NotFoundError: no such challenge.
            CodeUsedError, CodeExpiredError, CodeExhaustedError: no answer can be right.
        """
        found = await self.world.store.challenges.get(challenge_id, purpose)
        if found is None or found.forget_at <= self.world.now():
            raise NotFoundError(GONE)
        closed = found.state(self.world.now())
        if closed is Verdict.USED or (closed is not None and not renewable):
            if not renewable:
                self.world.metrics.checked(found, closed)
            refuse(found, closed)
        return found

    async def answer(
        self, tx: Transaction, challenge_id: str, purpose: Purpose, code: str
    ) -> tuple[Challenge, Verdict]:
        """Count one try inside the transaction. Whoever calls it settles after the commit.

        Raises:
            NotFoundError: no such challenge.
            TooManyGuessesError: too many wrong answers for its contact today, right or not.
        """
        found = await self.world.store.challenges.get(challenge_id, purpose, session=tx.session)
        if found is None:
            raise NotFoundError(GONE)
        now = self.world.now()
        limit = self.world.rules.guesses_per_day
        until = await self.world.store.counters.spent(self._guesses(found), limit=limit, now=now)
        if until is not None:
            raise TooManyGuessesError(until - now)
        after, verdict = found.tried(self.world.digest(challenge_id, code), self.world.now())
        await self.world.store.challenges.put(after, session=tx.session)
        return after, verdict

    async def holder(self, tx: Transaction, asked: Challenge) -> Account:
        """Whose account an accepted code opens.

        Raises:
            NotFoundError: nobody's, or the code went to a contact that has been replaced since.
        """
        if asked.account_id is not None:
            account = await self.world.store.accounts.get(asked.account_id, session=tx.session)
            if account is not None and asked.contact.address in account.logins:
                return account
        raise NotFoundError(GONE)

    async def settle(self, asked: Challenge, verdict: Verdict) -> None:
        """Count a wrong answer, forget the wrong ones after a right one, say what came of it.

        Raises:
            RefusalError: the answer was not right.
        """
        self.world.metrics.checked(asked, verdict)
        counters, key = self.world.store.counters, self._guesses(asked)
        if verdict is Verdict.ACCEPTED:
            await counters.clear(key)
        if verdict is Verdict.WRONG:
            if asked.tries_left <= 0:  # said once a code; who guesses need not come once more
                whose = asked.account_id  # none yet in a registration
                log.warning(
                    "the tries of a code are used up", purpose=asked.purpose, account_id=whose
                )
            limit, now = self.world.rules.guesses_per_day, self.world.now()
            await counters.hit(key, limit=limit, window=_DAY, now=now)
        refuse(asked, verdict)

    async def forgive(self, account: Account) -> None:
        """Forget codes and wrong answers of logins: they were asked for with the old password."""
        w, address = self.world, account.code_contact.address
        for what in (f"codes-{Purpose.LOGIN}", f"guesses-{Purpose.LOGIN}"):
            await w.store.counters.clear(w.counter_key(what, address))

    def _guesses(self, asked: Challenge) -> str:
        # Decoys are limited alike, yet count apart: they must not lock out who has the contact.
        what = f"guesses-{asked.purpose}" + ("-decoy" if asked.decoy else "")
        return self.world.counter_key(what, asked.contact.address)


def refuse(asked: Challenge, verdict: Verdict) -> None:
    """Raise what a verdict means, unless it is a right answer.

    Raises:
        RefusalError: the named one.
    """
    if verdict is Verdict.WRONG:
        raise WrongCodeError(asked.tries_left)
    if verdict is Verdict.EXPIRED:
        raise CodeExpiredError
    if verdict is Verdict.EXHAUSTED:
        raise CodeExhaustedError
    if verdict is Verdict.USED:
        raise CodeUsedError
