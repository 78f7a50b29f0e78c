"""One-time codes: made, sent, sent again, answered (I4, I17, e7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from services.chassis.errors import NotFoundError
from services.chassis.transactions import Transaction
from services.identity import events
from services.identity.domain import Challenge, Contact, Purpose, Verdict, challenge
from services.identity.errors import (
    CodeExhaustedError,
    CodeExpiredError,
    CodeUsedError,
    TooManyCodesError,
    WrongCodeError,
)
from services.identity.usecases.world import World

_HOUR = timedelta(hours=1)
_GONE = "Запрос кода не найден или устарел. Начните заново."


@dataclass(frozen=True)
class Codes:
    """What every purpose of a code shares. The code leaves in an event, and only there."""

    world: World

    async def count(self, contact: Contact) -> None:
        """Count one code for this destination (I17).

        Raises:
            TooManyCodesError: it has got enough for this hour.
        """
        now = self.world.now()
        hit = await self.world.store.counters.hit(
            self.world.counter_key("codes", contact.address),
            limit=self.world.rules.codes_per_hour,
            window=_HOUR,
            now=now,
        )
        if not hit.allowed:
            raise TooManyCodesError(hit.until - now)

    def fresh(
        self,
        purpose: Purpose,
        contact: Contact,
        *,
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
        )
        return made, code

    async def send(self, tx: Transaction, made: Challenge, code: str) -> Challenge:
        """Keep the challenge and have its code delivered; a decoy is only kept."""
        await self.world.store.challenges.put(made, session=tx.session)
        if not made.decoy:
            tx.emit(made.id, made.sent, events.code_requested(made, code))
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
        await self.count(kept.contact)

        async def work(tx: Transaction) -> Challenge:
            found = await self.world.store.challenges.get(challenge_id, purpose, session=tx.session)
            if found is None:
                raise NotFoundError(_GONE)
            return await self.send(
                tx, found.renewed(digest, self.world.now(), self.world.rules.codes), code
            )

        return await self.world.transactions.run(work)

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
            raise NotFoundError(_GONE)
        closed = found.state(self.world.now())
        if closed is Verdict.USED or (closed is not None and not renewable):
            refuse(found, closed)
        return found

    async def answer(
        self, tx: Transaction, challenge_id: str, purpose: Purpose, code: str
    ) -> tuple[Challenge, Verdict]:
        """Count one try inside the transaction. Whoever calls it raises only after the commit."""
        found = await self.world.store.challenges.get(challenge_id, purpose, session=tx.session)
        if found is None:
            raise NotFoundError(_GONE)
        after, verdict = found.tried(self.world.digest(challenge_id, code), self.world.now())
        await self.world.store.challenges.put(after, session=tx.session)
        return after, verdict


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
