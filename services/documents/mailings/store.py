"""Collections of mailings: `mailings`, and `addressees`, a copy of who has an e-mail address."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.work.aggregates import Aggregates, Records
from services.chassis.work.transactions import Transaction
from services.documents.mailings.domain import Addressee, Mailing

INDEXES: Indexes = {"mailings": [], "addressees": []}


class Mailings(Aggregates[Mailing]):
    """What was asked for, for ever."""

    def __init__(self, db: Database) -> None:
        super().__init__(db["mailings"], Mapper(Mailing), not_found=LookupError, owner="owner_id")


class Addressees(Records[Addressee]):
    """Accounts, and whether one can be written to. An address is replaced, never taken away."""

    def __init__(self, db: Database) -> None:
        super().__init__(db["addressees"], Mapper(Addressee))

    async def note(self, tx: Transaction, account_id: str, *, reachable: bool) -> None:
        """Keep what was heard; that there is an address stays true, in whichever order."""
        change = {"$set": {"reachable": True}} if reachable else {}
        first = {} if reachable else {"$setOnInsert": {"reachable": False}}
        await tx.update(self.collection, account_id, change | first, upsert=True)

    async def these(self, ids: Collection[str]) -> Mapping[str, Addressee]:
        """Those of these accounts that were heard of."""
        found = await self.every(None, {"_id": {"$in": sorted(ids)}})
        return {addressee.id: addressee for addressee in found}
