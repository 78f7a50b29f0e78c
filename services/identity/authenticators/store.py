"""Authenticators and those that are being connected, one for each account."""

from __future__ import annotations

from pymongo import ASCENDING, IndexModel

from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.work.aggregates import Records
from services.chassis.work.transactions import Transaction
from services.identity.authenticators.domain import Authenticator, Enrolment

INDEXES: Indexes = {
    "authenticators": [],
    "enrolments": [IndexModel([("forget_at", ASCENDING)], expireAfterSeconds=0)],
}


class AuthenticatorStore:
    """The collections `authenticators` and `enrolments`.

    `put` compares no versions: it runs in the transaction that read, and of two writers of one
    document one runs again, so that no code is used twice.
    """

    def __init__(self, db: Database) -> None:
        self._authenticators = Records(
            db["authenticators"], Mapper(Authenticator, key="account_id")
        )
        self._enrolments = Records(db["enrolments"], Mapper(Enrolment, key="account_id"))

    async def find(self, tx: Transaction | None, account_id: str) -> Authenticator | None:
        """The account's authenticator, where it has one."""
        return await self._authenticators.find(tx, account_id)

    async def put(self, tx: Transaction, authenticator: Authenticator) -> None:
        """The authenticator as it is now; nothing is being connected any more."""
        await self._authenticators.put(tx, authenticator)

    async def remove(self, tx: Transaction, account_id: str) -> None:
        """The account has none any more, and is connecting none."""
        await tx.delete(self._authenticators.collection, account_id)
        await self.end_enrolment(tx, account_id)

    async def enrolment(self, tx: Transaction, account_id: str) -> Enrolment | None:
        """The app that is being connected."""
        return await self._enrolments.find(tx, account_id)

    async def begin(self, tx: Transaction, enrolment: Enrolment) -> None:
        """Another app is being connected, in place of the last."""
        await self._enrolments.put(tx, enrolment)

    async def end_enrolment(self, tx: Transaction, account_id: str) -> None:
        """Nothing is being connected any more."""
        await tx.delete(self._enrolments.collection, account_id)
