"""How often codes are sent, and how many answers are looked at, for each who asks (I4, I17).

Tries are counted before they are looked at, so that of many at once no more than the limit are.
Nothing that a stranger does is counted against the owner: see `callers.domain`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from services.identity.callers.domain import Asker
from services.identity.callers.store import Counters
from services.identity.codes.domain import DIGITS, LONG_DIGITS, Challenge, Purpose, Verdict
from services.identity.codes.errors import (
    LongerCodeNeededError,
    TooManyCodesAskedError,
    TooManyCodesError,
    TooManyGuessesError,
)
from services.identity.settings import Settings

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class CodeLimits:
    """Codes sent and codes tried. Whether a contact has an account changes nothing here."""

    settings: Settings
    counters: Counters

    async def count_sent(self, purpose: Purpose, asker: Asker, *typed: str) -> str:
        """Count one code for what was typed, all of it together, and who typed it.

        The answer goes into the challenge: codes sent again count for the same.

        Raises:
            TooManyCodesError: it has got enough for this hour, or strangers asked enough today.
            TooManyCodesAskedError: this network (or account) had enough sent, to whomever.
        """
        counter = self._sent(purpose, "|".join((*typed, asker.key)))
        await self.count_again(counter, purpose, asker, *typed)
        return counter

    async def count_again(self, counter: str, purpose: Purpose, asker: Asker, *typed: str) -> None:
        """Count one more code of the same challenge.

        Raises:
            TooManyCodesError, TooManyCodesAskedError: as above.
        """
        settings = self.settings
        if asker.fleet is not None and await self._of_the_fleet(purpose, asker.fleet):
            await self._count(counter, settings.codes_per_hour, _HOUR)
            return
        if purpose is not Purpose.LOGIN:  # who logs in has given the right password
            await self._count_from("network", asker.network, settings.codes_from_network, _HOUR)
            await self._count_from("site", asker.site, settings.codes_from_site, _DAY)
        await self._count(counter, settings.codes_per_hour, _HOUR)
        for contact in typed:  # made-up e-mails beside one phone are many sets and one phone
            near = self.counters.key(f"site-{purpose}", f"{contact}|{asker.site}")
            await self._count(near, settings.codes_per_site, _DAY)
            all_of_them = self.counters.key(f"sent-{purpose}", contact)
            await self._count(all_of_them, settings.codes_per_day, _DAY)

    async def _of_the_fleet(self, purpose: Purpose, fleet: str) -> bool:
        """Count it for all known devices of an account; beyond the limit they are strangers."""
        limit = self.settings.codes_per_site
        key = self.counters.key(f"codes-of-{purpose}", fleet)
        hit = await self.counters.hit(key, limit=limit, window=_DAY)
        return hit.allowed

    async def _count_from(self, what: str, where: str, limit: int, window: timedelta) -> None:
        """Count it for who asks, over all purposes and contacts."""
        key = self.counters.key(f"codes-from-{what}", where)
        hit = await self.counters.hit(key, limit=limit, window=window)
        if not hit.allowed:
            raise TooManyCodesAskedError(hit.wait)

    async def _count(self, key: str, limit: int, window: timedelta) -> None:
        hit = await self.counters.hit(key, limit=limit, window=window)
        if not hit.allowed:
            raise TooManyCodesError(hit.wait)

    async def digits(self, asked: Challenge) -> int:
        """How long the next code of this challenge is: longer once its contact is guessed at."""
        if asked.by_app and not asked.blind:
            return DIGITS
        limit = self.settings.guesses_per_day
        spent = await self.counters.spent(self._guesses(asked), limit=limit)
        return LONG_DIGITS if spent else DIGITS

    async def count_guess(self, asked: Challenge) -> None:
        """Count an answer to an open challenge, before it is looked at.

        Raises:
            LongerCodeNeededError: so many were wrong today that a short code is no answer any more.
            TooManyGuessesError: the same, and an app shows no longer ones.
        """
        limit = self.settings.guesses_per_day
        hit = await self.counters.hit(self._guesses(asked), limit=limit, window=_DAY)
        if hit.allowed or asked.digits == LONG_DIGITS:
            return
        if asked.by_app and not asked.blind:
            raise TooManyGuessesError(hit.wait)
        raise LongerCodeNeededError

    async def settle(self, asked: Challenge, verdict: Verdict) -> None:
        """Who answers right meant no harm with the wrong tries before: they are taken back."""
        if verdict is Verdict.ACCEPTED:
            tries = self.settings.code_tries - asked.tries_left + 1
            await self.counters.refund(self._guesses(asked), tries)

    async def forgive(self, asker: Asker, *logins: str) -> None:
        """Forget the codes of logins that this asker had sent with the old password."""
        for login in logins:
            await self.counters.clear(self._sent(Purpose.LOGIN, f"{login}|{asker.key}"))

    def _sent(self, purpose: Purpose, about: str) -> str:
        return self.counters.key(f"codes-{purpose}", about)

    def _guesses(self, asked: Challenge) -> str:
        # Known devices are counted together. Decoys are limited alike, yet count apart.
        whose = "guesses-of" if asked.fleet else "guesses"
        what = f"{whose}-{asked.purpose}" + ("-decoy" if asked.decoy else "")
        return self.counters.key(what, asked.fleet or asked.contact.address)
