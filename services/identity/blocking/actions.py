"""What ends with an account that is closed, whoever closes it and why."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.envelope import Data
from services.chassis.work.transactions import Transaction
from services.identity.accounts.store import Credentials
from services.identity.acts.actions import SigningEnds
from services.identity.codes.actions import Codes
from services.identity.tokens.actions import Logins


@dataclass(frozen=True)
class Ending:
    """Logins, open codes, known devices, signing sessions: nothing is left to act with."""

    credentials: Credentials
    codes: Codes
    logins: Logins
    signing: SigningEnds

    async def end_all(self, tx: Transaction, account_id: str) -> tuple[Data, ...]:
        """All of them end with the transaction; what is to be told with the account's change."""
        told = await self.signing.ended(tx, account_id)
        await self.logins.end_all(tx, account_id)
        await self.codes.end_all(tx, account_id)
        await self.credentials.forget_devices(tx, account_id)
        return told
