"""Credentials, apart from accounts: hashes of passwords, the epoch of devices."""

from __future__ import annotations

from datetime import datetime

from services.chassis.database.client import Database
from services.chassis.foundation.errors import DuplicateError
from services.chassis.work.transactions import Transaction
from services.identity.accounts.domain import (
    StoredPassword,
)


class Credentials:
    """The collection `credentials`: updated in place, since nothing is told of them."""

    def __init__(self, db: Database) -> None:
        self._credentials = db["credentials"]

    async def password_hash(self, account_id: str) -> str | None:
        """The hash of the account's password, where it has one."""
        found = await self._credentials.find_one({"_id": account_id})
        return str(found["hash"]) if found else None

    async def password(self, tx: Transaction, account_id: str) -> StoredPassword | None:
        """The account's password, where it has one."""
        found = await tx.find_one(self._credentials, {"_id": account_id})
        if found is None:
            return None
        return StoredPassword(found["hash"], found["set_at"], found.get("temporary", False))

    async def hold_password(self, tx: Transaction, account_id: str, password_hash: str) -> bool:
        """Whether this is still the hash of the account's password, until the transaction ends.

        It writes, so that a change of the password at the same moment conflicts: reading alone
        would let both commit.
        """
        found = await tx.find_one(self._credentials, {"_id": account_id})
        await tx.update(self._credentials, account_id, {"$inc": {"held": 1}})
        return found is not None and found["hash"] == password_hash

    async def set_password(
        self,
        tx: Transaction,
        account_id: str,
        password_hash: str,
        now: datetime,
        *,
        temporary: bool = False,
    ) -> int:
        """The account's password from now on; no device is a known one any more.

        Returns the epoch of devices that begins.
        """
        epoch = await self.device_epoch(tx, account_id) + 1
        await tx.replace(
            self._credentials,
            {"_id": account_id},
            {
                "_id": account_id,
                "hash": password_hash,
                "set_at": now,
                "temporary": temporary,
                "device_epoch": epoch,
            },
            duplicate=DuplicateError,
        )
        return epoch

    async def forget_devices(self, tx: Transaction, account_id: str) -> None:
        """No device of this account is a known one any more."""
        await tx.update(self._credentials, account_id, {"$inc": {"device_epoch": 1}})

    async def device_epoch(self, tx: Transaction | None, account_id: str) -> int:
        """What the tokens of this account's devices must say: it grows when all of them end.

        Asked in the transaction of a login: read later, a login with the old password could make
        a device known for the new one.
        """
        query = {"_id": account_id}
        if tx is None:
            found = await self._credentials.find_one(query)
        else:
            found = await tx.find_one(self._credentials, query)
        return int(found.get("device_epoch", 0)) if found else 0
