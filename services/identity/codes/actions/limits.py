"""How often codes are sent, and how many answers are looked at, for each who asks (I4, I17).

Tries are counted before they are looked at, so that of many at once no more than the limit are.
Nothing that a stranger does is counted against the owner: see `domain.askers`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from services.identity.deps import World
from services.identity.domain import DIGITS, LONG_DIGITS, Asker, Challenge, Purpose, Verdict
from services.identity.errors import (
    LongerCodeNeededError,
    TooManyCodesAskedError,
    TooManyCodesError,
)

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class CodeLimits:
    """Codes sent and codes tried. Whether a contact has an account changes nothing here."""

    world: World

    async def count_sent(self, purpose: Purpose, asker: Asker, *typed: str) -> str:
        """Count one code for what was typed, all of it together, and who typed it.

        The answer goes into the challenge: codes sent again count for the same.

        Raises:
            TooManyCodesError: it has got enough for this hour, or strangers asked enough today.
            TooManyCodesAskedError: this network (or account) had enough sent, to whomever.
        """
        about = "|".join((*typed, asker.key))
        counter = self.world.counter_key(f"codes-{purpose}", about)
        await self.count_again(counter, purpose, asker, *typed)
        return counter

    async def count_again(self, counter: str, purpose: Purpose, asker: Asker, *typed: str) -> None:
        """Count one more code of the same challenge.

        Raises:
            TooManyCodesError: as above.
        """
        rules = self.world.rules
        if asker.fleet is not None and await self._of_the_fleet(purpose, asker.fleet):
            await self._count(counter, rules.codes_per_hour, _HOUR)
            return
        if purpose is not Purpose.LOGIN:  # who logs in has given the right password
            await self._count_from("network", asker.network, rules.codes_from_network, _HOUR)
            await self._count_from("site", asker.site, rules.codes_from_site, _DAY)
        await self._count(counter, rules.codes_per_hour, _HOUR)
        for contact in typed:  # made-up e-mails beside one phone are many sets and one phone
            near = self.world.counter_key(f"site-{purpose}", f"{contact}|{asker.site}")
            await self._count(near, rules.codes_per_site, _DAY)
            all_of_them = self.world.counter_key(f"sent-{purpose}", contact)
            await self._count(all_of_them, rules.codes_per_day, _DAY)

    async def _of_the_fleet(self, purpose: Purpose, fleet: str) -> bool:
        """Count it for all known devices of an account; beyond the limit they are strangers."""
        hit = await self.world.store.counters.hit(
            self.world.counter_key(f"codes-{purpose}", fleet),
            limit=self.world.rules.codes_per_site,
            window=_DAY,
            now=self.world.now(),
        )
        return hit.allowed

    async def _count_from(self, what: str, where: str, limit: int, window: timedelta) -> None:
        """Count it for who asks, over all purposes and contacts."""
        now, key = self.world.now(), self.world.counter_key(f"codes-from-{what}", where)
        hit = await self.world.store.counters.hit(key, limit=limit, window=window, now=now)
        if not hit.allowed:
            raise TooManyCodesAskedError(hit.until - now)

    async def _count(self, key: str, limit: int, window: timedelta) -> None:
        now = self.world.now()
        hit = await self.world.store.counters.hit(key, limit=limit, window=window, now=now)
        if not hit.allowed:
            raise TooManyCodesError(hit.until - now)

    async def digits(self, asked: Challenge) -> int:
        """How long the next code of this challenge is: longer once its contact is guessed at."""
        spent = await self.world.store.counters.spent(
            self._guesses(asked), limit=self.world.rules.guesses_per_day, now=self.world.now()
        )
        return DIGITS if spent is None else LONG_DIGITS

    async def count_guess(self, asked: Challenge) -> None:
        """Count an answer to an open challenge, before it is looked at.

        Raises:
            LongerCodeNeededError: so many were wrong today that a short code is no answer any more.
        """
        hit = await self.world.store.counters.hit(
            self._guesses(asked),
            limit=self.world.rules.guesses_per_day,
            window=_DAY,
            now=self.world.now(),
        )
        if not hit.allowed and asked.digits < LONG_DIGITS:
            raise LongerCodeNeededError

    async def settle(self, asked: Challenge, verdict: Verdict) -> None:
        """Who answers right meant no harm with the wrong tries before: they are taken back."""
        if verdict is Verdict.ACCEPTED:
            tries = self.world.rules.codes.tries - asked.tries_left + 1
            await self.world.store.counters.refund(self._guesses(asked), tries)

    async def forgive(self, asker: Asker, *logins: str) -> None:
        """Forget the codes of logins that this asker had sent with the old password."""
        for login in logins:
            about = f"{login}|{asker.key}"
            key = self.world.counter_key(f"codes-{Purpose.LOGIN}", about)
            await self.world.store.counters.clear(key)

    def _guesses(self, asked: Challenge) -> str:
        # Known devices are counted together. Decoys are limited alike, yet count apart.
        what = f"guesses-{asked.purpose}" + ("-decoy" if asked.decoy else "")
        return self.world.counter_key(what, asked.fleet or asked.contact.address)
