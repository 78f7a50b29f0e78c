"""What all use cases of identity work with, and the limit of requests (I17)."""

from __future__ import annotations

import hmac
import math
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.chassis.foundation.encryption import Encryption
from services.chassis.foundation.errors import FieldError, InvalidInputError, TooManyRequestsError
from services.chassis.work.transactions import Transactions
from services.identity.domain import (
    CodeRules,
    Contact,
    KeyRules,
    KnownDevice,
    can_get_codes,
    digest_of,
    known_device,
    password_errors,
)
from services.identity.gateways import Passwords, Signer
from services.identity.metrics import IdentityMetrics
from services.identity.store import Store

_MINUTE = timedelta(minutes=1)
_MOBILE_NEEDED = (
    "Нужен номер мобильного телефона страны, которую обслуживает система: на городские, "
    "бесплатные, платные и спутниковые номера код не придёт."
)


@dataclass(frozen=True)
class Pair:
    """What a login ends with."""

    account_id: str
    access_token: str
    refresh_token: str
    expires_in: int
    level: str
    roles: tuple[str, ...]
    device_token: str | None = None


@dataclass(frozen=True)
class Rules:
    """Numbers that settings decide."""

    codes: CodeRules = field(default_factory=CodeRules)
    keys: KeyRules = field(default_factory=KeyRules)
    codes_per_hour: int = 10
    codes_per_site: int = 60
    codes_per_day: int = 600
    codes_from_network: int = 60
    codes_from_site: int = 600
    guesses_per_day: int = 50
    phone_countries: tuple[str, ...] = ("RU",)
    profiles_per_day: int = 10
    requests_per_minute: int = 120
    lock_after: int = 5
    lock_for: timedelta = timedelta(minutes=15)
    passwords_per_network: int = 100
    passwords_per_day: int = 100
    refresh_lifetime: timedelta = timedelta(days=30)
    refresh_grace: timedelta = timedelta(seconds=10)


@dataclass(frozen=True)
class Encryptions:
    """What is told to one reader only: codes, profiles to be checked, confirmed papers."""

    codes: Encryption
    profiles: Encryption
    papers: Encryption


@dataclass(frozen=True)
class World:
    """Dependencies; the last four are seams for tests."""

    transactions: Transactions
    store: Store
    passwords: Passwords
    signer: Signer
    rules: Rules
    metrics: IdentityMetrics
    encryptions: Encryptions
    secret: bytes = field(repr=False)
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    new_code: Callable[[int], str]
    new_token: Callable[[], str]

    def digest(self, challenge_id: str, code: str) -> str:
        """What is stored of a code."""
        return digest_of(self.secret, challenge_id, code)

    async def known_device(self, token: str) -> KnownDevice | None:
        """The device that this token of ours makes known, unless its account has forgotten it."""
        device = known_device(self.secret, token, self.now())
        if device is None:
            return None
        epoch = await self.store.accounts.device_epoch(device.account_id)
        return device if device.epoch == epoch else None

    def counter_key(self, what: str, about: str) -> str:
        """The key of a counter: names nobody."""
        return f"{what}:{hmac.digest(self.secret, about.encode(), 'sha256').hex()}"

    async def admit(self, network: str) -> None:
        """Count one request from a network (I17).

        Raises:
            TooManyRequestsError: too many in this minute.
        """
        now = self.now()
        hit = await self.store.counters.hit(
            self.counter_key("address", network),
            limit=self.rules.requests_per_minute,
            window=_MINUTE,
            now=now,
        )
        if not hit.allowed:
            raise TooManyRequestsError(max(1, math.ceil((hit.until - now).total_seconds())))


def require_good_password(password: str) -> None:
    """Check a new password.

    Raises:
        InvalidInputError: too short, too long, too common.
    """
    errors = password_errors(password)
    if errors:
        raise InvalidInputError(errors)


def require_reachable(contact: Contact, countries: Collection[str]) -> None:
    """Check that a code can reach this contact.

    Raises:
        InvalidInputError: it is a phone that gets no SMS, or one of another country.
    """
    if not can_get_codes(contact, countries):
        raise InvalidInputError([FieldError("/phone", "phone-mobile", _MOBILE_NEEDED)])
