"""One-time codes: made, sent, sent again, answered (I4, e7). The transactions are the callers'.

A decoy is a challenge that no code opens. Everything is done for it that is done for another, up to
an event that goes to nobody: neither the answer nor its time tells that it is one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from services.chassis.foundation.encryption import Encryption
from services.chassis.work.transactions import Transaction
from services.identity.accounts.domain import Account, Contact
from services.identity.accounts.store import Accounts
from services.identity.authenticators.actions import Authenticators
from services.identity.callers.domain import Asker
from services.identity.codes import events
from services.identity.codes.actions.limits import CodeLimits
from services.identity.codes.domain import (
    LONG_DIGITS,
    Challenge,
    CodeRules,
    Purpose,
    Reply,
    Verdict,
    challenge,
    digest_of,
)
from services.identity.codes.errors import (
    ChallengeNotFoundError,
    CodeExhaustedError,
    CodeExpiredError,
    CodeUsedError,
    WrongCodeError,
)
from services.identity.codes.metrics import CodeMetrics
from services.identity.codes.store import Challenges
from services.identity.deps import Deps

log = structlog.get_logger(__name__)

_BY_APP = frozenset({Purpose.LOGIN, Purpose.SIGNING})
"""A lost app must not keep its owner from recovering the account, nor from a new contact."""
Send = Callable[[Transaction], Awaitable[Challenge]]


@dataclass(frozen=True)
class Codes:
    """What every purpose of a code shares. The code leaves in an event, and only there."""

    deps: Deps
    challenges: Challenges
    accounts: Accounts
    limits: CodeLimits
    authenticators: Authenticators
    encryption: Encryption
    metrics: CodeMetrics

    @property
    def rules(self) -> CodeRules:
        """How long a code lives, how often it may be tried and sent again."""
        settings = self.deps.settings
        return CodeRules(
            lifetime=timedelta(seconds=settings.code_lifetime_seconds),
            tries=settings.code_tries,
            resend_after=timedelta(seconds=settings.resend_seconds),
        )

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
        about: str | None = None,
    ) -> tuple[Challenge, str]:
        """A challenge and its first code; where the account's app shows one, it is nobody's."""
        by_app = purpose in _BY_APP and await self.authenticators.has(account_id)
        made = challenge(
            self.deps.new_id(),
            purpose,
            contact,
            now=self.deps.now(),
            rules=self.rules,
            account_id=account_id,
            decoy=decoy,
            counter=counter,
            device=asker.key if asker.fleet else None,
            fleet=asker.fleet,
            shown=shown,
            about=about,
            by_app=by_app,
        )
        return await self._renewed(made)

    async def _renewed(self, asked: Challenge) -> tuple[Challenge, str]:
        digits = await self.limits.digits(asked)
        if asked.by_app and digits == LONG_DIGITS:  # an app shows none so long: nothing opens it
            asked = replace(asked, decoy=True)
        code = self.deps.new_code(digits)
        digest = digest_of(self.deps.secret, asked.id, code)
        return asked.renewed(digest, self.deps.now(), self.rules, digits), code

    async def send(self, tx: Transaction, made: Challenge, code: str) -> Challenge:
        """Keep the challenge and have its code delivered; a decoy's goes to nobody."""
        await self.challenges.put(tx, made)
        if not made.by_app or made.blind:
            tx.emit(made.id, made.sent, events.code_requested(made, code, self.encryption))
        return made

    def sent(self, made: Challenge) -> Challenge:
        """Count a code whose transaction has committed."""
        self.metrics.sent(made)
        return made

    async def renewal(self, challenge_id: str, purpose: Purpose, asker: Asker) -> Send:
        """What sends another code for the same challenge, in a transaction (e7).

        Raises:
            ChallengeNotFoundError: no such challenge.
            ResendTooEarlyError: the last code is a moment old.
            TooManyCodesError, TooManyCodesAskedError: enough were sent.
            CodeUsedError: it was answered already.
        """
        kept = await self.open(challenge_id, purpose, renewable=True)
        again, code = await self._renewed(kept)  # too early does not count
        if kept.device is not None:
            asker = replace(asker, key=kept.device, fleet=kept.fleet)
        if kept.counter:
            typed = kept.destination.address
            await self.limits.count_again(kept.counter, purpose, asker, typed)

        async def work(tx: Transaction) -> Challenge:
            found = await self._get(tx, challenge_id, purpose)
            sent = found.renewed(again.digest, self.deps.now(), self.rules, again.digits)
            return await self.send(tx, replace(sent, decoy=again.decoy), code)

        return work

    async def open(
        self, challenge_id: str, purpose: Purpose, *, renewable: bool = False
    ) -> Challenge:
        """A challenge that can still be answered (or, if `renewable`, get another code).

        Raises:
            ChallengeNotFoundError: no such challenge.
            CodeUsedError, CodeExpiredError, CodeExhaustedError: no answer can be right.
        """
        found = await self._get(None, challenge_id, purpose)
        if found.forget_at <= self.deps.now():
            raise ChallengeNotFoundError
        closed = found.state(self.deps.now())
        if closed is Verdict.USED or (closed is not None and not renewable):
            if not renewable:
                self.metrics.checked(found, closed)
            refuse(found, closed)
        return found

    async def _get(self, tx: Transaction | None, challenge_id: str, purpose: Purpose) -> Challenge:
        found = await self.challenges.find(tx, challenge_id, purpose)
        if found is None:
            raise ChallengeNotFoundError
        return found

    async def admit(self, challenge_id: str, purpose: Purpose) -> Challenge:
        """Count an answer, before it is looked at and before costly work is done for it.

        Raises:
            ChallengeNotFoundError: no such challenge.
            CodeUsedError, CodeExpiredError, CodeExhaustedError: no answer can be right.
            LongerCodeNeededError: its contact is guessed at, and this code is a short one.
            TooManyGuessesError: its account's authenticator is guessed at.
        """
        found = await self.open(challenge_id, purpose)
        await self.limits.count_guess(found)
        return found

    async def answer(
        self, tx: Transaction, challenge_id: str, purpose: Purpose, code: str
    ) -> Reply:
        """Look at an admitted answer in the transaction. Whoever calls it settles after the commit.

        Raises:
            ChallengeNotFoundError: no such challenge.
        """
        found = await self._get(tx, challenge_id, purpose)
        now = self.deps.now()
        if found.by_app:
            open_ = found.state(now) is None and not found.decoy
            right = open_ and await self.authenticators.accept(tx, found.account_id, code)
            after, verdict = found.answered(now, right=right)
        else:
            after, verdict = found.tried(digest_of(self.deps.secret, challenge_id, code), now)
        await self.challenges.put(tx, after)
        return Reply(after, verdict)

    async def end_all(self, tx: Transaction, account_id: str) -> None:
        """No code that was asked for opens this account any more."""
        await self.challenges.end_all(tx, account_id)

    async def holder(self, tx: Transaction, asked: Challenge) -> Account:
        """Whose account an accepted code opens.

        Raises:
            ChallengeNotFoundError: nobody's, or its contact has been replaced since.
        """
        if asked.account_id is not None:
            account = await self.accounts.find(tx, asked.account_id)
            if account is not None and asked.contact.address in account.logins:
                return account
        raise ChallengeNotFoundError

    async def settle(self, reply: Reply) -> None:
        """Say what came of an answer; a right one takes the tries of its challenge back.

        Raises:
            RefusalError: the answer was not right.
        """
        asked, verdict = reply.challenge, reply.verdict
        self.metrics.checked(asked, verdict)
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
