"""Login: password, then a code, then tokens (I3, I5); refresh and revocation (I18)."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from services.chassis.errors import UnauthenticatedError
from services.chassis.metrics import counting
from services.chassis.transactions import Transaction
from services.identity.domain import (
    Account,
    Challenge,
    Purpose,
    RefreshToken,
    RefreshVerdict,
    Verdict,
    digest_of_token,
    login_of,
    successor_of,
)
from services.identity.metrics import LOGIN_REFUSALS, REFRESHES
from services.identity.usecases.codes import Codes
from services.identity.usecases.signing import Signing
from services.identity.usecases.world import Pair, World

log = structlog.get_logger(__name__)

_PURPOSE = Purpose.LOGIN


@dataclass(frozen=True)
class Sessions:
    """No token without the second factor (e6)."""

    world: World
    codes: Codes
    signing: Signing

    async def begin(self, login: str, password: str) -> Challenge:
        """The password is right: a code goes to the proved contact.

        Raises:
            WrongCredentialsError: unknown login or wrong password, no difference.
            LoginLockedError: too many bad tries (also for logins that do not exist).
            TooManyCodesError: the destination has got enough.
        """
        with counting(self.world.metrics.logins, "code-sent", LOGIN_REFUSALS):
            return await self._begin(login, password)

    async def _begin(self, login: str, password: str) -> Challenge:
        w = self.world
        name = login_of(login)
        found = await w.store.accounts.by_login(name)
        proof = await w.proved_by_password(found, name, password)
        account, contact = proof.account, proof.account.code_contact
        counter = await self.codes.count(_PURPOSE, contact)
        made, code = self.codes.fresh(_PURPOSE, contact, counter=counter, account_id=account.id)

        async def work(tx: Transaction) -> Challenge:
            await w.still_proved(tx, proof)
            return await self.codes.send(tx, made, code)

        return await self.codes.deliver(work)

    async def resend(self, session_id: str) -> Challenge:
        """Another code (e7)."""
        return await self.codes.resend(session_id, _PURPOSE)

    async def confirm(self, session_id: str, code: str) -> Pair:
        """The code is right: logged in.

        Raises:
            NotFoundError: no such login.
            WrongCodeError, CodeExpiredError, CodeExhaustedError, CodeUsedError: refused (e6).
        """
        w = self.world

        async def work(tx: Transaction) -> tuple[Challenge, Verdict, Account | None, str]:
            asked, verdict = await self.codes.answer(tx, session_id, _PURPOSE, code)
            if verdict is not Verdict.ACCEPTED or asked.account_id is None:
                return asked, verdict, None, ""
            account = await self.codes.holder(tx, asked)
            return asked, verdict, account, await self.signing.open(tx, account)

        asked, verdict, account, token = await w.transactions.run(work)
        await self.codes.settle(asked, verdict)
        if account is None:
            raise UnauthenticatedError
        w.metrics.logins.labels("done").inc()
        return await self.signing.pair(account, token)

    async def refresh(self, refresh_token: str) -> Pair:
        """New tokens for a refresh token; the same one again within the grace gets the same.

        One that was exchanged earlier ends the whole login.

        Raises:
            UnauthenticatedError: unknown, expired, revoked or used before.
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
