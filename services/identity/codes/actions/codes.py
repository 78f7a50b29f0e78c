"""One-time codes: made, sent, sent again, answered (I4, e7).

A decoy is a challenge that no code opens. Everything is done for it that is done for another, up to
an event that goes to nobody: neither the answer nor its time tells that it is one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import structlog

from services.chassis.foundation.errors import NotFoundError
from services.chassis.work.transactions import Transaction
from services.identity import events
from services.identity.codes.actions.limits import CodeLimits
from services.identity.deps import World
from services.identity.domain import Account, Asker, Challenge, Contact, Purpose, Verdict, challenge
from services.identity.errors import (
    CodeExhaustedError,
    CodeExpiredError,
    CodeUsedError,
    WrongCodeError,
)

log = structlog.get_logger(__name__)

GONE = "Запрос кода не найден или устарел. Начните заново."


@dataclass(frozen=True)
class Codes:
    """What every purpose of a code shares. The code leaves in an event, and only there."""

    world: World
    limits: CodeLimits

    async def fresh(
        self,
        purpose: Purpose,
        contact: Contact,
        asker: Asker,
        *,
        counter: str,
        account_id: str | None = None,
        decoy: bool = False,
        shown: Contact | None = None,
    ) -> tuple[Challenge, str]:
        """A challenge and its first code."""
        made = challenge(
            self.world.new_id(),
            purpose,
            contact,
            now=self.world.now(),
            rules=self.world.rules.codes,
            account_id=account_id,
            decoy=decoy,
            counter=counter,
            device=asker.key if asker.fleet else None,
            fleet=asker.fleet,
            shown=shown,
        )
        return await self._renewed(made)

    async def _renewed(self, asked: Challenge) -> tuple[Challenge, str]:
        digits = await self.limits.digits(asked)
        code = self.world.new_code(digits)
        digest = self.world.digest(asked.id, code)
        return asked.renewed(digest, self.world.now(), self.world.rules.codes, digits), code

    async def send(self, tx: Transaction, made: Challenge, code: str) -> Challenge:
        """Keep the challenge and have its code delivered; a decoy's goes to nobody."""
        await self.world.store.challenges.put(made, session=tx.session)
        told = events.code_requested(made, code, self.world.encryptions.codes)
        tx.emit(made.id, made.sent, told)
        return made

    async def deliver(self, work: Callable[[Transaction], Awaitable[Challenge]]) -> Challenge:
        """Run a transaction that sends a code, and count the code after it."""
        made = await self.world.transactions.run(work)
        self.world.metrics.sent(made)
        return made

    async def resend(self, challenge_id: str, purpose: Purpose, asker: Asker) -> Challenge:
        """Another code for the same challenge (e7).

        Raises:
            NotFoundError: no such challenge.
            ResendTooEarlyError: the last code is a moment old.
            TooManyCodesError: the destination has got enough.
            CodeUsedError: it was answered already.
        """
        kept = await self.open(challenge_id, purpose, renewable=True)
        again, code = await self._renewed(kept)  # too early does not count
        if kept.device is not None:
            asker = replace(asker, key=kept.device, fleet=kept.fleet)
        typed = kept.destination.address
        await self.limits.count_again(kept.counter, purpose, asker, typed)

        async def work(tx: Transaction) -> Challenge:
            found = await self.world.store.challenges.get(challenge_id, purpose, session=tx.session)
            if found is None:
                raise NotFoundError(GONE)
            sent = found.renewed(
                again.digest, self.world.now(), self.world.rules.codes, again.digits
            )
            return await self.send(tx, sent, code)

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

    async def admit(self, challenge_id: str, purpose: Purpose) -> Challenge:
        """Count an answer, before it is looked at and before costly work is done for it.

        Raises:
            NotFoundError: no such challenge.
            CodeUsedError, CodeExpiredError, CodeExhaustedError: no answer can be right.
            LongerCodeNeededError: its contact is guessed at, and this code is a short one.
        """
        found = await self.open(challenge_id, purpose)
        await self.limits.count_guess(found)
        return found

    async def answer(
        self, tx: Transaction, challenge_id: str, purpose: Purpose, code: str
    ) -> tuple[Challenge, Verdict]:
        """Look at an admitted answer in the transaction. Whoever calls it settles after the commit.

        Raises:
            NotFoundError: no such challenge.
        """
        found = await self.world.store.challenges.get(challenge_id, purpose, session=tx.session)
        if found is None:
            raise NotFoundError(GONE)
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
        """Say what came of an answer; a right one takes the tries of its challenge back.

        Raises:
            RefusalError: the answer was not right.
        """
        self.world.metrics.checked(asked, verdict)
        await self.limits.settle(asked, verdict)
        if verdict is Verdict.WRONG and asked.tries_left <= 0:
            # said once a code; who guesses need not come once more
            whose = asked.account_id  # none yet in a registration
            log.warning("the tries of a code are used up", purpose=asked.purpose, account_id=whose)
        refuse(asked, verdict)


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
