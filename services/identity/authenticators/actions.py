"""An authenticator's code is asked for where the account has one, in place of a sent one (d11)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import BaseModel

from services.chassis.foundation.encryption import Encryption
from services.chassis.work.transactions import Transaction
from services.identity.authenticators.domain import Authenticator, accepted_step
from services.identity.authenticators.store import AuthenticatorStore
from services.identity.deps import Deps


class _Secret(BaseModel):
    secret: str


@dataclass(frozen=True)
class Authenticators:
    """Secrets are encrypted under a key of the settings: the database alone makes no code."""

    deps: Deps
    store: AuthenticatorStore
    encryption: Encryption

    async def has(self, account_id: str | None) -> bool:
        """Whether this account has one."""
        return await self.store.find(None, account_id or "") is not None

    async def accept(self, tx: Transaction, account_id: str | None, code: str) -> bool:
        """Whether this is its code, for the first time; it is used with the transaction."""
        found = await self.store.find(tx, account_id or "")
        if found is None:
            return False
        step = self.step(found.account_id, found.secret, code, after=found.step)
        if step is None:
            return False
        await self.store.put(tx, replace(found, step=step))
        return True

    def step(self, account_id: str, secret: str, code: str, *, after: int = 0) -> int | None:
        """The step whose code this is, of an encrypted secret."""
        plain = self.encryption.decrypt(secret, _Secret, about=[account_id]).secret
        return accepted_step(plain, code, self.deps.now(), after=after)

    def encrypted(self, account_id: str, secret: str) -> str:
        """A secret as it is stored."""
        return self.encryption.encrypt(_Secret(secret=secret), about=[account_id])

    async def connect(
        self, tx: Transaction, account_id: str, secret: str, step: int, now: datetime
    ) -> Authenticator:
        """The account has this one from now on; the code that proved it is used."""
        made = Authenticator(account_id, secret, now, step)
        await self.store.put(tx, made)
        await self.store.end_enrolment(tx, account_id)
        return made
