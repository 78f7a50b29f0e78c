"""A person's second factor for one document, or a signer's for a session (K5, C12).

Who signs what is decided by whoever takes the act; here is only seen that it is really this
person. Who acts for another types the code themselves: the act is theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog

from services.chassis.http.acts import Act, ActKind, ActMethod
from services.chassis.http.auth import Principal
from services.chassis.work.transactions import Transaction
from services.identity.accounts.actions import acting, changing, reading
from services.identity.accounts.domain import Account, Role
from services.identity.accounts.store import Accounts
from services.identity.acts.actions import SigningEnds
from services.identity.acts.domain import SESSION, SigningSession
from services.identity.acts.errors import NoSignerError, SessionNotFoundError
from services.identity.acts.store import SigningSessions
from services.identity.callers.domain import Caller
from services.identity.codes.actions import Codes
from services.identity.codes.domain import Challenge, Purpose, Reply
from services.identity.codes.errors import ChallengeNotFoundError
from services.identity.deps import Deps
from services.identity.tokens.actions import Logins

log = structlog.get_logger(__name__)

_PURPOSE = Purpose.SIGNING
_SIGNERS = frozenset({Role.DOCTOR.value, Role.ADMINISTRATOR.value})
_PEOPLE = _SIGNERS | {Role.CITIZEN.value}


@dataclass(frozen=True)
class Signed:
    """An act, and the token that carries it."""

    act: Act
    token: str


@dataclass(frozen=True)
class Signing:
    """No act without a fresh second factor. An access token alone gives none."""

    deps: Deps
    accounts: Accounts
    codes: Codes
    sessions: SigningSessions
    ends: SigningEnds
    logins: Logins

    async def ask(self, who: Principal, about: str, caller: Caller) -> Challenge:
        """Ask for the second factor; `about` is the document's digest, or `SESSION`.

        Raises:
            AccountBlockedError: an administrator closed the account.
            NoSignerError: nobody who gives such an act, or a session not with their own hands.
            TooManyCodesError, TooManyCodesAskedError: enough were sent.
        """
        account = _signer(await reading(self.accounts, who.hands), who, session=about == SESSION)
        asker = caller.logged_in(account.id)
        contact, counter = account.code_contact, ""
        if not await self.codes.authenticators.has(account.id):  # else none is sent
            counter = await self.codes.limits.count_sent(_PURPOSE, asker, contact.address)
        made, code = await self.codes.fresh(
            _PURPOSE, contact, asker, counter=counter, account_id=account.id, about=about
        )

        async def work(tx: Transaction) -> Challenge:
            await acting(tx, self.accounts, account.id)
            return await self.codes.send(tx, made, code)

        return self.codes.sent(await self.deps.transactions.run(work))

    async def resend(self, who: Principal, challenge_id: str, caller: Caller) -> Challenge:
        """Another code (e7)."""
        await self._own(who, challenge_id)
        work = await self.codes.renewal(challenge_id, _PURPOSE, caller.logged_in(who.hands))
        return self.codes.sent(await self.deps.transactions.run(work))

    async def confirm(
        self, who: Principal, challenge_id: str, code: str, caller: Caller, *, session: bool
    ) -> Signed:
        """The code is right: the act. Of sessions the newest one stands, the others end.

        Raises:
            ChallengeNotFoundError: no such question, or somebody else's, or for the other kind.
            WrongCodeError, CodeExpiredError, CodeExhaustedError, CodeUsedError: not this code.
            AccountBlockedError: an administrator closed the account.
            NoSignerError: not a signer any more.
        """
        asked = await self._own(who, challenge_id)
        if (asked.about == SESSION) is not session:
            raise ChallengeNotFoundError
        await self.codes.admit(challenge_id, _PURPOSE)

        async def work(tx: Transaction) -> tuple[Reply, Act | None]:
            account = await changing(tx, self.accounts, who.hands)
            account = _signer(account, who, session=session)
            reply = await self.codes.answer(tx, challenge_id, _PURPOSE, code)
            if not reply.accepted:
                return reply, None
            act = self._act(reply.challenge, caller)
            if session:
                await self._open(tx, account, act)
            else:
                await acting(tx, self.accounts, account.id)  # a blocking comes before or after
            return reply, act

        reply, act = await self.deps.transactions.run(work)
        await self.codes.settle(reply)
        if act is None:
            raise ChallengeNotFoundError
        log.info("an act was given", account_id=act.subject, act_id=act.id, kind=act.kind.value)
        return Signed(act, await self.logins.signed(act))

    def _act(self, asked: Challenge, caller: Caller) -> Act:
        now, settings = self.deps.now(), self.deps.settings
        session = asked.about == SESSION
        lifetime = settings.signing_session_seconds if session else settings.act_seconds
        return Act(
            id=asked.id,
            subject=asked.account_id or "",
            kind=ActKind.SESSION if session else ActKind.DOCUMENT,
            digest=None if session else asked.about,
            session_id=asked.id if session else None,
            method=ActMethod(asked.method.value),
            address=caller.address,
            at=now,
            expires_at=now + timedelta(seconds=lifetime),
        )

    async def _open(self, tx: Transaction, account: Account, act: Act) -> None:
        facts = await self.ends.ended(tx, account.id)
        await self.accounts.save(tx, account, *facts)
        await self.sessions.put(tx, SigningSession(act.id, account.id, act.at, act.expires_at))

    async def opened(self, who: Principal) -> list[SigningSession]:
        """The signer's sessions that are open now.

        Raises:
            AccountBlockedError: an administrator closed the account.
        """
        await reading(self.accounts, who.subject)
        now = self.deps.now()
        return [s for s in await self.sessions.of(None, who.subject) if s.is_open(now)]

    async def close(self, who: Principal, session_id: str) -> None:
        """The signer ends a session; the others hear of it.

        Raises:
            SessionNotFoundError: not a session of this signer, or not open any more.
            AccountBlockedError: an administrator closed the account.
        """

        async def work(tx: Transaction) -> None:
            account = await changing(tx, self.accounts, who.subject)
            facts = await self.ends.ended(tx, account.id)
            if session_id not in {fact.session_id for fact in facts}:
                raise SessionNotFoundError
            await self.accounts.save(tx, account, *facts)

        await self.deps.transactions.run(work)

    async def _own(self, who: Principal, challenge_id: str) -> Challenge:
        await reading(self.accounts, who.hands)
        asked = await self.codes.challenges.find(None, challenge_id, _PURPOSE)
        if asked is None or asked.account_id != who.hands:
            raise ChallengeNotFoundError
        return asked


def _signer(account: Account, who: Principal, *, session: bool) -> Account:
    allowed = _SIGNERS if session else _PEOPLE
    if (session and who.actor is not None) or not allowed & set(account.holder.roles):
        raise NoSignerError
    return account
