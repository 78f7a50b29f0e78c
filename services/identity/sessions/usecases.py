"""Login: password, then a code, then tokens (I3, I5); refresh and revocation (I18)."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from services.chassis.foundation.errors import AccountBlockedError, UnauthenticatedError
from services.chassis.work.transactions import Transaction
from services.identity.codes.actions.codes import Codes
from services.identity.deps import Pair, World
from services.identity.domain import (
    Account,
    Caller,
    Challenge,
    Purpose,
    RefreshToken,
    RefreshVerdict,
    Verdict,
    contact_of,
    digest_of_token,
    login_of,
    successor_of,
)
from services.identity.errors import WrongCredentialsError
from services.identity.metrics import LOGIN_REFUSALS, PASSWORD_WRONG, REFRESHES
from services.identity.passwords.actions import PasswordTries
from services.identity.tokens.usecases import Opened, Signing

log = structlog.get_logger(__name__)

_PURPOSE = Purpose.LOGIN


@dataclass(frozen=True)
class Sessions:
    """No token without the second factor (e6)."""

    world: World
    codes: Codes
    passwords: PasswordTries
    signing: Signing

    async def begin(self, login: str, password: str, caller: Caller) -> Challenge:
        """The password is right: a code goes to the proved contact.

        To a login that strangers guess at the answer is the same for every password.

        Raises:
            WrongCredentialsError: unknown login or wrong password, no difference.
            LoginLockedError: too many bad tries (also for logins that do not exist).
            TooManyPasswordsError: too many of this network, over all logins.
            TooManyCodesError: the destination has got enough.
        """
        logins = self.world.metrics.logins
        try:
            made = await self._begin(login, password, caller)
        except tuple(LOGIN_REFUSALS) as refusal:
            logins.labels(LOGIN_REFUSALS[type(refusal)]).inc()
            raise
        logins.labels(PASSWORD_WRONG if made.decoy else "code-sent").inc()
        return made

    async def _begin(self, login: str, password: str, caller: Caller) -> Challenge:
        w, name = self.world, login_of(login)
        account = await w.store.accounts.by_login(name)
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

        return await self.codes.deliver(work)

    async def resend(self, session_id: str, caller: Caller) -> Challenge:
        """Another code (e7)."""
        return await self.codes.resend(session_id, _PURPOSE, caller.asker(None))

    async def confirm(self, session_id: str, code: str, caller: Caller) -> Pair:
        """The code is right: logged in.

        Raises:
            NotFoundError: no such login.
            WrongCodeError, CodeExpiredError, CodeExhaustedError, CodeUsedError: refused (e6).
            AccountBlockedError: an administrator closed the account.
        """
        w = self.world
        await self.codes.admit(session_id, _PURPOSE)

        async def work(tx: Transaction) -> tuple[Challenge, Verdict, Account | None, Opened | None]:
            asked, verdict = await self.codes.answer(tx, session_id, _PURPOSE, code)
            if verdict is not Verdict.ACCEPTED or asked.account_id is None:
                return asked, verdict, None, None
            account = await self.codes.holder(tx, asked)
            if account.blocked:  # said only to who has both factors
                raise AccountBlockedError
            return asked, verdict, account, await self.signing.open(tx, account)

        asked, verdict, account, opened = await w.transactions.run(work)
        await self.codes.settle(asked, verdict)
        if account is None or opened is None:
            raise UnauthenticatedError
        w.metrics.logins.labels("done").inc()
        return await self.signing.first_pair(account, opened, caller)

    async def refresh(self, refresh_token: str) -> Pair:
        """New tokens for a refresh token; the same one again within the grace gets the same.

        One that was exchanged earlier ends the whole login.

        Raises:
            UnauthenticatedError: unknown, expired, revoked or used before.
            AccountBlockedError: an administrator closed the account.
        """
        w, successor = self.world, successor_of(self.world.secret, refresh_token)

        async def work(tx: Transaction) -> tuple[RefreshVerdict, str | None, Account | None]:
            found = await w.store.refresh_tokens.get(
                digest_of_token(refresh_token), session=tx.session
            )
            if found is None:
                return RefreshVerdict.DEAD, None, None
            verdict = await self._exchange(tx, found, successor)
            if verdict in (RefreshVerdict.REUSED, RefreshVerdict.DEAD):
                return verdict, found.account_id, None
            account = await w.store.accounts.get(found.account_id, session=tx.session)
            if account is not None and account.blocked:  # by a hair before this exchange
                raise AccountBlockedError
            return verdict, found.account_id, account

        verdict, whose, account = await w.transactions.run(work)
        w.metrics.refreshes.labels(REFRESHES[verdict]).inc()
        if verdict is RefreshVerdict.REUSED:
            log.warning("a refresh token came a second time", account_id=whose)
        if account is None:
            raise UnauthenticatedError
        return await self.signing.pair(account, successor)

    async def _exchange(
        self, tx: Transaction, found: RefreshToken, successor: str
    ) -> RefreshVerdict:
        w = self.world
        tokens, now = w.store.refresh_tokens, w.now()
        verdict = found.verdict(now, w.rules.refresh_grace)
        if verdict is RefreshVerdict.REUSED:
            await tokens.revoke_family(found.family, now, session=tx.session)
        if verdict is RefreshVerdict.GOOD:
            for token in found.rotated(digest_of_token(successor), now):
                await tokens.put(token, session=tx.session)
        return verdict

    async def revoke(self, refresh_token: str) -> None:
        """Log out. An unknown token is as good as revoked (RFC 7009)."""
        w, digest = self.world, digest_of_token(refresh_token)

        async def work(tx: Transaction) -> None:
            found = await w.store.refresh_tokens.get(digest, session=tx.session)
            if found is not None:
                await w.store.refresh_tokens.revoke_family(
                    found.family, w.now(), session=tx.session
                )

        await w.transactions.run(work)
