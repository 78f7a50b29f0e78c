"""The keys that sign access tokens: made at the first start, rotated, published (I18)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from services.chassis.work.timers import Due
from services.chassis.work.transactions import Transaction
from services.identity.deps import Deps
from services.identity.tokens.actions import Logins
from services.identity.tokens.domain import KeyRules, next_rotation, retired
from services.identity.tokens.gateways import key_set, new_key
from services.identity.tokens.store import Keys

ROTATE = "rotate-keys"


@dataclass(frozen=True)
class SigningKeys:
    """One key signs; older ones stay published while tokens of theirs live."""

    deps: Deps
    keys: Keys
    logins: Logins

    @property
    def rules(self) -> KeyRules:
        """How long a key signs."""
        return KeyRules(signs_for=timedelta(days=self.deps.settings.key_rotation_days))

    async def key_set(self) -> dict[str, Any]:
        """The JWKS document (the seam `fetch_keys` of our own verifier, and the public route)."""
        return key_set(await self.keys.all())

    async def prepare(self) -> None:
        """See that there is a key and that its rotation is planned. Runs at every start."""

        async def work(tx: Transaction) -> None:
            keys = await self.keys.all(tx)
            if not keys:
                keys = [new_key(self.deps.now())]
                await self.keys.add(tx, keys[0])
            await tx.set_timer(ROTATE, "signing", next_rotation(keys, self.rules))

        await self.deps.transactions.run(work)

    async def rotate(self, due: Due) -> None:
        """A new key signs; older ones stay published until no token of theirs lives."""
        fresh = new_key(self.deps.now())

        async def work(tx: Transaction) -> None:
            keys = [*await self.keys.all(tx), fresh]
            await self.keys.add(tx, fresh)
            await self.keys.remove(tx, retired(keys, self.deps.now(), self.rules))
            await tx.set_timer(ROTATE, "signing", next_rotation(keys, self.rules))

        await self.deps.transactions.run(work, cause=due)
        self.logins.forget_key()
