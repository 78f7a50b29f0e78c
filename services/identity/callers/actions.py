"""The entrance: who calls and how often, and what somebody who was let in is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Header, Request

from services.chassis.foundation.errors import TooManyRequestsError
from services.chassis.http.facilities import find
from services.chassis.http.rates import network_of
from services.chassis.work.transactions import Transaction
from services.identity.accounts.domain import Account
from services.identity.accounts.store import Credentials
from services.identity.callers.domain import (
    DEVICE_KNOWN_FOR,
    Caller,
    KnownDevice,
    known_device,
    whole_seconds,
)
from services.identity.callers.store import Counters
from services.identity.deps import Deps
from services.identity.tokens.actions import Logins
from services.identity.tokens.views import TokenPair

_MINUTE = timedelta(minutes=1)
_SITE_BITS = 48  # what one provider's customer may have of IPv6


@dataclass(frozen=True)
class Callers:
    """Counts requests by network, and knows devices on which somebody logged in before."""

    deps: Deps
    counters: Counters
    credentials: Credentials

    async def admit(self, address: str, device_token: str | None) -> Caller:
        """Count one request (I17).

        Raises:
            TooManyRequestsError: too many of this network in this minute.
        """
        network = network_of(address)
        hit = await self.counters.hit(
            self.counters.key("address", network),
            limit=self.deps.settings.requests_per_minute,
            window=_MINUTE,
        )
        if not hit.allowed:
            raise TooManyRequestsError(whole_seconds(hit.wait))
        known = await self._known(device_token) if device_token else None
        return Caller(network, network_of(address, bits=_SITE_BITS), known, address)

    async def _known(self, token: str) -> KnownDevice | None:
        """The device that this token of ours makes known, unless its account has forgotten it."""
        device = known_device(self.deps.secret, token, self.deps.now())
        if device is None:
            return None
        epoch = await self.credentials.device_epoch(None, device.account_id)
        return device if device.epoch == epoch else None

    def device_token(self, account_id: str, epoch: int, caller: Caller) -> str:
        """What makes the device of this caller known to be the account owner's, or still known."""
        device = caller.device
        again = device is not None and device.account_id == account_id
        device_id = device.id if device is not None and again else self.deps.new_id()
        until = self.deps.now() + DEVICE_KNOWN_FOR
        return KnownDevice(account_id, device_id, until, epoch).token(self.deps.secret)


@dataclass(frozen=True)
class Entry:
    """Somebody whom a transaction logged in."""

    account: Account
    refresh_token: str
    device_epoch: int


@dataclass(frozen=True)
class Entrance:
    """Logs in, once whoever calls it is satisfied that it is the account's owner."""

    credentials: Credentials
    logins: Logins
    callers: Callers

    async def enter(self, tx: Transaction, account: Account) -> Entry:
        """Open a login. What is given for it waits until the transaction has committed."""
        token = await self.logins.open(tx, account.id)
        return Entry(account, token, await self.credentials.device_epoch(tx, account.id))

    async def tokens(self, entry: Entry, caller: Caller) -> TokenPair:
        """What the one who was logged in is given; the device is a known one from now on."""
        account = entry.account
        device = self.callers.device_token(account.id, entry.device_epoch, caller)
        return await self.logins.pair(account.holder, entry.refresh_token, device)


async def _admitted(
    request: Request,
    device_token: Annotated[
        str | None,
        Header(
            alias="Device-Token",
            max_length=300,
            description="Из ответа на вход с этого устройства. Ничего не открывает: попытки с него "
            "считаются отдельно от чужих.",
        ),
    ] = None,
) -> Caller:
    address = request.client.host if request.client else "unknown"
    return await find(request.app, Callers).admit(address, device_token)


Calling = Annotated[Caller, Depends(_admitted)]
