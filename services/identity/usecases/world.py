"""What all use cases of identity work with, and how they count tries (I5, I17, e9)."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.chassis.errors import InvalidInputError, TooManyRequestsError
from services.chassis.transactions import Transaction, Transactions
from services.identity.domain import (
    Account,
    CodeRules,
    KeyRules,
    digest_of,
    password_errors,
)
from services.identity.errors import (
    LoginLockedError,
    WrongCredentialsError,
)
from services.identity.gateways import Passwords, Signer
from services.identity.metrics import IdentityMetrics
from services.identity.store import Store

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Pair:
    """What a login ends with."""

    account_id: str
    access_token: str
    refresh_token: str
    expires_in: int
    level: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Proof:
    """An account whose password was given, and the hash that it was checked with."""

    account: Account
    password_hash: str = field(repr=False)


@dataclass(frozen=True)
class Rules:
    """Numbers that settings decide."""

    codes: CodeRules = field(default_factory=CodeRules)
    keys: KeyRules = field(default_factory=KeyRules)
    codes_per_hour: int = 10
    guesses_per_day: int = 50
    profiles_per_day: int = 10
    requests_per_minute: int = 120
    lock_after: int = 5
    lock_for: timedelta = timedelta(minutes=15)
    refresh_lifetime: timedelta = timedelta(days=30)
    refresh_grace: timedelta = timedelta(seconds=10)


@dataclass(frozen=True)
class World:
    """Dependencies; the last four are seams for tests."""

    transactions: Transactions
    store: Store
    passwords: Passwords
    signer: Signer
    rules: Rules
    metrics: IdentityMetrics
    secret: bytes = field(repr=False)
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    new_code: Callable[[], str]
    new_token: Callable[[], str]

    def digest(self, challenge_id: str, code: str) -> str:
        """What is stored of a code."""
        return digest_of(self.secret, challenge_id, code)

    def counter_key(self, what: str, about: str) -> str:
        """The key of a counter: names nobody."""
        return f"{what}:{hmac.digest(self.secret, about.encode(), 'sha256').hex()}"

    async def admit(self, address: str) -> None:
        """Count one request from a network address (I17).

        Raises:
            TooManyRequestsError: too many in this minute.
        """
        now = self.now()
        hit = await self.store.counters.hit(
            self.counter_key("address", address),
            limit=self.rules.requests_per_minute,
            window=_MINUTE,
            now=now,
        )
        if not hit.allowed:
            raise TooManyRequestsError(max(1, int((hit.until - now).total_seconds())))

    async def proved_by_password(self, account: Account | None, login: str, password: str) -> Proof:
        """The account, if this is its password. The try counts towards the lock (I5).

        It counts by the login as typed (in its normal form), never by the account: a lock that
        two logins share would tell that they are one person's.

        Raises:
            WrongCredentialsError: no account or another password, no difference.
            LoginLockedError: too many bad tries (also for a login that does not exist).
            AccidentError: too many passwords are being checked already (e9).
        """
        now = self.now()
        self.passwords.admit()
        # The try is counted before the password is looked at: of many at once, five are answered.
        key = self.counter_key("login", login)
        hit = await self.store.counters.hit(
            key, limit=self.rules.lock_after, window=self.rules.lock_for, now=now, extend=True
        )
        if not hit.allowed:
            raise LoginLockedError(hit.until, now)
        stored = await self.store.accounts.password_hash(account.id) if account else None
        right = await self.passwords.verify(stored, password)
        if account is None or stored is None or not right:
            raise WrongCredentialsError
        await self.store.counters.clear(key)
        return Proof(account, stored)

    async def still_proved(self, tx: Transaction, proof: Proof) -> None:
        """See in the transaction that the password is still the one that was checked.

        Raises:
            WrongCredentialsError: it was changed meanwhile.
        """
        hold = self.store.accounts.hold_password
        if not await hold(proof.account.id, proof.password_hash, session=tx.session):
            raise WrongCredentialsError


def require_good_password(password: str) -> None:
    """Check a new password.

    Raises:
        InvalidInputError: too short, too long, too common.
    """
    errors = password_errors(password)
    if errors:
        raise InvalidInputError(errors)
