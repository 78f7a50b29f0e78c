"""How often one caller may ask: token buckets in memory, and what routes depend on.

They protect the others from one caller, they do not sell quotas: each replica counts for itself,
so two replicas let twice as much through, which is still far below what hurts. What must hold
exactly (codes, guesses, locks) is counted in the database, by identity.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache

from fastapi import Request

from services.chassis.foundation.errors import TooManyRequestsError
from services.chassis.http.facilities import find

_REMEMBERED = 20_000  # callers: about 4 MB
_ADDRESSES = 4096  # whose network is known without asking again
_NETWORK_BITS = 64  # of an IPv6 address: the rest is one household's own to choose


class Rate:
    """So many a minute for each key, all of them at once if need be; the longest unseen goes."""

    def __init__(
        self,
        per_minute: int,
        *,
        remembered: int = _REMEMBERED,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = float(per_minute)
        self._per_second = per_minute / 60
        self._remembered = remembered
        self._now = now
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        """How many keys are remembered."""
        return len(self._buckets)

    def acquire(self, key: str) -> None:
        """Count one.

        Raises:
            TooManyRequestsError: its minute is used up; says when the next one is free.
        """
        now = self._now()
        tokens, at = self._buckets.pop(key, (self._most, now))
        tokens = min(self._most, tokens + (now - at) * self._per_second)
        allowed = tokens >= 1
        self._buckets[key] = (tokens - 1 if allowed else tokens, now)
        if len(self._buckets) > self._remembered:
            self._buckets.popitem(last=False)
        if not allowed:
            raise TooManyRequestsError(max(1, math.ceil((1 - tokens) / self._per_second)))


class Rates:
    """The rates of one running service."""

    def __init__(self, *, public_checks: int, creations: int, refused: Callable[[], None]) -> None:
        self._public_checks = Rate(public_checks)
        self._creations = Rate(creations)
        self._refused = refused

    def public_check(self, address: str) -> None:
        """Count one question without login.

        Raises:
            TooManyRequestsError: too many from this network address.
        """
        self._take(self._public_checks, network_of(address))

    def creation(self, subject: str) -> None:
        """Count one creating request of somebody who is logged in.

        Raises:
            TooManyRequestsError: too many of this person.
        """
        self._take(self._creations, subject)

    def _take(self, rate: Rate, key: str) -> None:
        try:
            rate.acquire(key)
        except TooManyRequestsError:
            self._refused()
            raise


@lru_cache(_ADDRESSES)
def network_of(address: str, *, bits: int = _NETWORK_BITS) -> str:
    """What counts as one caller: an IPv4 address, or the network of an IPv6 one (/64).

    Every limit per address counts by this. What is no address comes back as it is.
    """
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv6Address):
        if known.ipv4_mapped is not None:
            return str(known.ipv4_mapped)
        return str(ipaddress.ip_network((known, bits), strict=False))
    return address


async def public_check(request: Request) -> None:
    """Dependency of public checks: so many a minute for each network address.

    Raises:
        TooManyRequestsError: too many of them.
    """
    client = request.scope["client"]
    find(request.app, Rates).public_check(client[0] if client else "unknown")
