"""Passwords that are tried: five an asker, so many a network and a login (I5, e9); new ones.

A login that strangers guess at is not closed: from then on every answer is the same «a code was
sent», and the code goes only to who gave the right password. Guessing tells nothing any more, and
the owner gets in with the second factor.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from services.chassis.work.transactions import Transaction
from services.identity.accounts.domain import Account
from services.identity.accounts.store import Credentials
from services.identity.acts.actions import SigningEnds
from services.identity.callers.domain import Asker
from services.identity.callers.store import Counters, Hit
from services.identity.codes.actions import Codes
from services.identity.deps import Deps
from services.identity.passwords.domain import require_good_password
from services.identity.passwords.errors import (
    LoginLockedError,
    PasswordMustChangeError,
    SamePasswordError,
    TooManyPasswordsError,
    WrongCredentialsError,
)
from services.identity.passwords.gateways import PasswordHashes
from services.identity.tokens.actions import Logins

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Proof:
    """An account whose password was given, and the hash that it was checked with."""

    account: Account
    password_hash: str = field(repr=False)


@dataclass(frozen=True)
class Attempt:
    """What came of a password; `blind`: whether it was right must not be told."""

    proof: Proof | None
    blind: bool


@dataclass(frozen=True)
class PasswordTries:
    """Counts every try before the password is looked at: of many at once, five are answered."""

    deps: Deps
    credentials: Credentials
    counters: Counters
    hashes: PasswordHashes

    async def prove(
        self, account: Account | None, login: str, password: str, asker: Asker
    ) -> Proof:
        """The account, if this is its password.

        Raises:
            WrongCredentialsError: no account or another password, no difference.
            LoginLockedError: too many bad tries.
            AccidentError: too many passwords are being checked already (e9).
        """
        attempt = await self.attempt(account, login, password, asker)
        if attempt.proof is None:
            raise WrongCredentialsError
        return attempt.proof

    async def attempt(
        self, account: Account | None, login: str, password: str, asker: Asker
    ) -> Attempt:
        """Look at a password.

        It counts by the login as typed (in its normal form), never by the account: a lock that
        two logins share would tell that they are one person's.

        Raises:
            LoginLockedError: too many bad tries of this asker (also for an unknown login).
            TooManyPasswordsError: this network tried too many, over all logins.
            AccidentError: too many passwords are being checked already (e9).
        """
        self.hashes.admit()
        own = self._of_asker(login, asker)
        settings = self.deps.settings
        lock_for = timedelta(seconds=settings.lock_seconds)
        hit = await self.counters.hit(own, limit=settings.lock_after, window=lock_for, extend=True)
        if not hit.allowed:
            raise LoginLockedError(hit.until, self.deps.now())
        shared, blind = await self._count_shared(login, asker)
        stored = await self.credentials.password_hash(account.id if account else "")
        right = await self.hashes.verify(stored, password)
        if account is None or stored is None or not right:
            return Attempt(None, blind)
        if not blind:  # else the count that starts anew would tell
            await self.counters.clear(own)
            for key in shared:
                await self.counters.refund(key, 1)
        return Attempt(Proof(account, stored), blind)

    async def _count_shared(self, login: str, asker: Asker) -> tuple[list[str], bool]:
        """Count it for the network and for the login; whether this login is guessed at.

        Known devices of the account count together, by the same number as strangers, under a
        name of their own: no login that a stranger types is theirs.
        """
        if asker.fleet is not None:
            key = self.counters.key("passwords-of", f"{login}|{asker.fleet}")
            return [key], not (await self._count_for(key)).allowed
        network = self.counters.key("passwords-from", asker.network)
        limit = self.deps.settings.passwords_per_network
        hit = await self.counters.hit(network, limit=limit, window=_HOUR)
        if not hit.allowed:
            raise TooManyPasswordsError(hit.wait)
        key = self.counters.key("passwords-for", login)
        return [network, key], not (await self._count_for(key)).allowed

    async def _count_for(self, key: str) -> Hit:
        limit = self.deps.settings.passwords_per_day
        return await self.counters.hit(key, limit=limit, window=_DAY)

    async def still_proved(self, tx: Transaction, proof: Proof | None) -> bool:
        """See in the transaction that the password is still the one that was checked.

        Without a proof it does the same work, and the answer is no.
        """
        if proof is None:  # an account of its own that is not there: decoys wait for nobody
            return await self.credentials.hold_password(tx, self.deps.new_id(), "")
        account_id, stored = proof.account.id, proof.password_hash
        return await self.credentials.hold_password(tx, account_id, stored)

    async def unlock(self, asker: Asker, *logins: str) -> None:
        """Forget the bad tries of this asker: who proved a contact set a new password."""
        for login in logins:
            await self.counters.clear(self._of_asker(login, asker))

    def _of_asker(self, login: str, asker: Asker) -> str:
        return self.counters.key("login", f"{login}|{asker.key}")


@dataclass(frozen=True)
class Chosen:
    """A new password that keeps the rules; `same`: it is the one that the account has."""

    hash: str = field(repr=False)
    same: bool
    pointer: str


@dataclass(frozen=True)
class NewPasswords:
    """A password that takes the place of another: what was open with the old one ends."""

    deps: Deps
    credentials: Credentials
    hashes: PasswordHashes
    codes: Codes
    logins: Logins
    signing: SigningEnds

    async def chosen(self, account_id: str | None, password: str, *, pointer: str) -> Chosen:
        """What somebody typed for a new password, before it is known whether they may.

        Whether it is the old one is told by `replace` only, to who proved to be the owner.

        Raises:
            InvalidInputError: it breaks the rules.
            AccidentError: too many passwords are being checked already (e9).
        """
        require_good_password(password, pointer=pointer)
        stored = await self.credentials.password_hash(account_id or "")
        same = await self.hashes.verify(stored, password)
        return Chosen(await self.hashes.hash(password), same, pointer)

    async def settle(self, tx: Transaction, account: Account, chosen: Chosen | None) -> None:
        """At a login: replace the password where a new one was chosen, or see that it may stay.

        Raises:
            PasswordMustChangeError: it is a temporary one, or staff's and stale (I8, e11).
            SamePasswordError: staff chose the one that they have.
        """
        if chosen is not None:
            await self.replace(tx, account, chosen)
        elif (stored := await self.credentials.password(tx, account.id)) is not None:
            days = self.deps.settings.staff_password_days
            if stored.temporary:
                raise PasswordMustChangeError(None)
            if account.staff and stored.is_stale(self.deps.now(), timedelta(days=days)):
                raise PasswordMustChangeError(days)

    async def replace(self, tx: Transaction, account: Account, chosen: Chosen) -> int:
        """The password is new; logins, codes, known devices and signing sessions end.

        Returns the epoch of devices that begins.

        Raises:
            SamePasswordError: staff chose the one that they have.
        """
        if chosen.same and account.staff:
            raise SamePasswordError(chosen.pointer)
        await self.signing.end(tx, account)
        now = self.deps.now()
        epoch = await self.credentials.set_password(tx, account.id, chosen.hash, now)
        await self.logins.end_all(tx, account.id)
        await self.codes.end_all(tx, account.id)
        return epoch
