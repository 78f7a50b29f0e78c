"""Recipients and their devices: everything is found by its owner."""

from __future__ import annotations

from dataclasses import asdict

from pymongo import ASCENDING, IndexModel

from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.database.pages import Sort
from services.chassis.work.aggregates import Records
from services.chassis.work.inbox import EventPosition
from services.chassis.work.transactions import Transaction
from services.notifier.recipients.domain import Contacts, Device, Recipient

_OLDEST = Sort("registered_at")
INDEXES: Indexes = {
    "recipients": [],
    "devices": [IndexModel([("citizen_id", ASCENDING), *_OLDEST.keys])],
}


class Recipients:
    """Copies of contacts. Updated in place: whoever must not be passed by touches the document."""

    def __init__(self, db: Database) -> None:
        self._recipients = db["recipients"]

    async def get(self, tx: Transaction, citizen_id: str) -> Recipient:
        """The copy of a citizen's contacts; an empty one when nothing has been heard yet."""
        found = await tx.find_one(self._recipients, {"_id": citizen_id})
        if found is None:
            return Recipient(citizen_id)
        position = EventPosition(
            found["seq"], found.get("partition", ""), found.get("offset"), found.get("time")
        )
        return Recipient(citizen_id, Contacts(**found["contacts"]), position)

    async def save(self, tx: Transaction, recipient: Recipient) -> None:
        """Keep the copy."""
        copy = {"contacts": asdict(recipient.contacts), **vars(recipient.position)}
        await tx.update(self._recipients, recipient.citizen_id, {"$set": copy}, upsert=True)

    async def hold(self, tx: Transaction, citizen_id: str) -> None:
        """Whoever else writes or holds this recipient before the end of the transaction conflicts.

        It writes: of two who only look neither sees what the other one does.
        """
        held = {"$inc": {"held": 1}, "$setOnInsert": {"contacts": {}, "seq": 0}}
        await tx.update(self._recipients, citizen_id, held, upsert=True)


class Devices(Records[Device]):
    """Devices that show push messages."""

    def __init__(self, db: Database) -> None:
        super().__init__(db["devices"], Mapper(Device), owner="citizen_id")

    async def of_citizen(self, tx: Transaction | None, citizen_id: str) -> tuple[Device, ...]:
        """A citizen's devices, oldest first."""
        return tuple(await self.every(tx, {"citizen_id": citizen_id}, _OLDEST))

    async def remove(self, tx: Transaction, citizen_id: str, device_id: str) -> bool:
        """Drop a device of this citizen. False if there is none."""
        if await self.find(tx, device_id, owner=citizen_id) is None:
            return False
        await tx.delete(self.collection, device_id)
        return True
