"""Login: password, then a code, then tokens (I3, I5); refresh and revocation (I18)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog

from services.chassis.foundation.errors import UnauthenticatedError
from services.chassis.work.transactions import Transaction
from services.identity.accounts.domain import Account, contact_of, login_of
from services.identity.accounts.store import Accounts
from services.identity.acts.actions import SigningEnds
from services.identity.callers.actions import Entrance, Entry
from services.identity.callers.domain import Caller
from services.identity.codes.actions import Codes
from services.identity.codes.domain import Challenge, Purpose, Reply, Verdict
from services.identity.deps import Deps
from services.identity.passwords.actions import Chosen, NewPasswords, PasswordTries
from services.identity.passwords.domain import require_good_password
from services.identity.passwords.errors import (
    PasswordMustChangeError,
    SamePasswordError,
    WrongCredentialsError,
)
from services.identity.sessions.metrics import (
    PASSWORD_WRONG,
    REFRESHES,
    RefreshMetrics,
    SessionMetrics,
)
from services.identity.tokens.actions import Logins
from services.identity.tokens.domain import (
    RefreshToken,
    RefreshVerdict,
    digest_of_token,
    successor_of,
)
from services.identity.tokens.store import RefreshTokens
from services.identity.tokens.views import TokenPair

log = structlog.get_logger(__name__)

_PURPOSE = Purpose.LOGIN
_NEW_PASSWORD = "/new_password"  # noqa: S105 - where one is in the body


@dataclass(frozen=True)
class Sessions:
    """No token without the second factor (e6)."""

    deps: Deps
    accounts: Accounts
    codes: Codes
    passwords: PasswordTries
    new_passwords: NewPasswords
    entrance: Entrance
    metrics: SessionMetrics

    async def begin(self, login: str, password: str, caller: Caller) -> Challenge:
        """The password is right: a code goes to the proved contact.

        To a login that strangers guess at the answer is the same for every password.

        Raises:
            WrongCredentialsError: unknown login or wrong password, no difference.
            LoginLockedError: too many bad tries (also for logins that do not exist).
            TooManyPasswordsError: too many of this network, over all logins.
            TooManyCodesError: the destination has got enough.
        """
        with self.metrics.refusals():
            made = await self._begin(login, password, caller)
        self.metrics.logins.labels(PASSWORD_WRONG if made.decoy else "code-sent").inc()
        return made

    async def _begin(self, login: str, password: str, caller: Caller) -> Challenge:
        name = login_of(login)
        account = await self.accounts.by_login(None, name)
        asker = caller.asker(account.id if account else None)
        attempt = await self.passwords.attempt(account, name, password, asker)
        proof, shown = attempt.proof, contact_of(name) if attempt.blind else None
        contact = proof.account.code_contact if proof else shown
        if contact is None or (attempt.blind and shown is None):
            raise WrongCredentialsError
        counter = await self.codes.limits.count_sent(_PURPOSE, asker, name)
        made, code = await self.codes.fresh(
            _PURPOSE,
            contact,
            asker,
            counter=counter,
            account_id=proof.account.id if proof else None,
            decoy=proof is None,
            shown=shown,
        )

        async def work(tx: Transaction) -> Challenge:
            held = await self.passwords.still_proved(tx, proof)
            if proof is not None and not held:
                raise WrongCredentialsError
            return await self.codes.send(tx, made, code)

        return self.codes.sent(await self.deps.transactions.run(work))

    async def resend(self, session_id: str, caller: Caller) -> Challenge:
        """Another code (e7)."""
        work = await self.codes.renewal(session_id, _PURPOSE, caller.asker(None))
        return self.codes.sent(await self.deps.transactions.run(work))

    async def confirm(
        self, session_id: str, code: str, caller: Caller, *, new_password: str | None = None
    ) -> TokenPair:
        """The code is right: logged in, with the new password from now on where one is given.

        Raises:
            PasswordMustChangeError: a new one must be given; the code is not spent (I8, e11).
            InvalidInputError: the new one breaks the rules, or is the old one (neither is it here).
            ChallengeNotFoundError: no such login.
            WrongCodeError, CodeExpiredError, CodeExhaustedError, CodeUsedError: refused (e6).
            AccountBlockedError, DismissedError: an administrator closed the account.
        """
        with self.metrics.refusals():
            pair = await self._confirm(session_id, code, caller, new_password)
        self.metrics.logins.labels("done").inc()
        return pair

    async def _confirm(
        self, session_id: str, code: str, caller: Caller, new_password: str | None
    ) -> TokenPair:
        if new_password is not None:
            require_good_password(new_password, pointer=_NEW_PASSWORD)
        asked = await self.codes.admit(session_id, _PURPOSE)
        chosen = await self._chosen(asked, new_password)

        async def work(tx: Transaction) -> tuple[Reply, Entry | None]:
            reply = await self.codes.answer(tx, session_id, _PURPOSE, code)
            if not reply.accepted:
                return reply, None
            account = await self.codes.holder(tx, reply.challenge)
            account.require_open()  # said only to who has both factors
            await self.new_passwords.settle(tx, account, chosen)
            return reply, await self.entrance.enter(tx, account)

        try:
            reply, entry = await self.deps.transactions.run(work)
        except (PasswordMustChangeError, SamePasswordError):
            await self.codes.limits.settle(asked, Verdict.ACCEPTED)  # it was no guess
            raise
        await self.codes.settle(reply)
        if entry is None:
            raise UnauthenticatedError
        return await self.entrance.tokens(entry, caller)

    async def _chosen(self, asked: Challenge, new_password: str | None) -> Chosen | None:
        if new_password is None:
            return None
        whose = asked.account_id
        return await self.new_passwords.chosen(whose, new_password, pointer=_NEW_PASSWORD)


@dataclass(frozen=True)
class Refreshing:
    """Refresh tokens: exchanged, and revoked at a logout."""

    deps: Deps
    accounts: Accounts
    refresh_tokens: RefreshTokens
    logins: Logins
    signing: SigningEnds
    metrics: RefreshMetrics

    async def refresh(self, refresh_token: str) -> TokenPair:
        """New tokens for a refresh token; the same one again within the grace gets the same.

        One that was exchanged earlier ends the whole login.

        Raises:
            UnauthenticatedError: unknown, expired, revoked or used before.
            AccountBlockedError, DismissedError: an administrator closed the account.
        """
        successor = successor_of(self.deps.secret, refresh_token)

        async def work(tx: Transaction) -> tuple[RefreshVerdict, str | None, Account | None]:
            found = await self.refresh_tokens.find(tx, digest_of_token(refresh_token))
            if found is None:
                return RefreshVerdict.DEAD, None, None
            verdict = await self._exchange(tx, found, successor)
            if verdict in (RefreshVerdict.REUSED, RefreshVerdict.DEAD):
                return verdict, found.account_id, None
            account = await self.accounts.find(tx, found.account_id)
            if account is not None:
                account.require_open()  # it was closed by a hair before this exchange
            return verdict, found.account_id, account

        verdict, whose, account = await self.deps.transactions.run(work)
        self.metrics.refreshes.labels(REFRESHES[verdict]).inc()
        if verdict is RefreshVerdict.REUSED:
            log.warning("a refresh token came a second time", account_id=whose)
        if account is None:
            raise UnauthenticatedError
        return await self.logins.pair(account.holder, successor)

    async def _exchange(
        self, tx: Transaction, found: RefreshToken, successor: str
    ) -> RefreshVerdict:
        now = self.deps.now()
        grace = timedelta(seconds=self.deps.settings.refresh_grace_seconds)
        verdict = found.verdict(now, grace)
        if verdict is RefreshVerdict.REUSED:
            await self.refresh_tokens.revoke_family(tx, found.family, now)
        if verdict is RefreshVerdict.GOOD:
            for token in found.rotated(digest_of_token(successor), now):
                await self.refresh_tokens.put(tx, token)
        return verdict

    async def revoke(self, refresh_token: str) -> None:
        """Log out; a signing session ends as well.

        An unknown token is as good as revoked (RFC 7009).
        """

        async def work(tx: Transaction) -> None:
            found = await self.refresh_tokens.find(tx, digest_of_token(refresh_token))
            if found is None:
                return
            account = await self.accounts.find(tx, found.account_id)
            if account is not None:
                await self.signing.end(tx, account)
            await self.refresh_tokens.revoke_family(tx, found.family, self.deps.now())

        await self.deps.transactions.run(work)
