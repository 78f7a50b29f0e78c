"""Recipients, devices, messages and waiting notices in MongoDB."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.chassis.database.client import Database, Document, Indexes, Session
from services.chassis.foundation.errors import StaleVersionError
from services.chassis.work.inbox import EventPosition
from services.notifier.delivery.domain.message import Content, Kind, Message, Notice, Status, Step
from services.notifier.recipients.domain import (
    Address,
    Channel,
    Contacts,
    Device,
    DevicePlatform,
    Recipient,
)

_OFF_KEPT = timedelta(days=120)
INDEXES: Indexes = {
    "recipients": [],
    "devices": [IndexModel([("citizen_id", ASCENDING), ("registered_at", ASCENDING)])],
    "messages": [
        IndexModel([("citizen_id", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)])
    ],
    "notices": [IndexModel([("citizen_id", ASCENDING), ("created_at", ASCENDING)])],
    "called_off": [IndexModel("at", expireAfterSeconds=int(_OFF_KEPT.total_seconds()))],
    "told": [IndexModel("at", expireAfterSeconds=int(_OFF_KEPT.total_seconds()))],
}


@dataclass(frozen=True)
class Store:
    """Queries named by intent. Whatever is a citizen's is found by its owner."""

    db: Database

    async def recipient(self, citizen_id: str, session: Session | None = None) -> Recipient:
        """The copy of a citizen's contacts; an empty one when nothing has been heard yet."""
        found = await self.db["recipients"].find_one({"_id": citizen_id}, session=session)
        if found is None:
            return Recipient(citizen_id)
        position = EventPosition(
            found["seq"], found.get("partition", ""), found.get("offset"), found.get("time")
        )
        return Recipient(citizen_id, Contacts(**found["contacts"]), position)

    async def save_recipient(self, recipient: Recipient, session: Session) -> None:
        """Keep the copy."""
        await self.db["recipients"].update_one(
            {"_id": recipient.citizen_id},
            {"$set": {"contacts": asdict(recipient.contacts), **vars(recipient.position)}},
            upsert=True,
            session=session,
        )

    async def hold_devices(self, citizen_id: str, session: Session) -> None:
        """Whoever else changes this citizen's devices before the end of the transaction waits.

        It writes: two who only count would both find the last place free.
        """
        await self.db["recipients"].update_one(
            {"_id": citizen_id},
            {"$inc": {"devices_held": 1}, "$setOnInsert": {"contacts": {}, "seq": 0}},
            upsert=True,
            session=session,
        )

    async def devices(self, citizen_id: str, session: Session | None = None) -> tuple[Device, ...]:
        """A citizen's devices, oldest first."""
        cursor = self.db["devices"].find({"citizen_id": citizen_id}, session=session)
        return tuple([_device(d) async for d in cursor.sort("registered_at", ASCENDING)])

    async def device(self, device_id: str, session: Session) -> Device | None:
        """A device, whoever has it now."""
        found = await self.db["devices"].find_one({"_id": device_id}, session=session)
        return _device(found) if found else None

    async def save_device(self, device: Device, session: Session) -> None:
        """Keep a device as it is now."""
        await self.db["devices"].replace_one(
            {"_id": device.id},
            {
                "citizen_id": device.citizen_id,
                "token": device.token,
                "platform": device.platform,
                "registered_at": device.registered_at,
                "proof": device.proof,
            },
            upsert=True,
            session=session,
        )

    async def remove_device(self, citizen_id: str, device_id: str, session: Session) -> bool:
        """Drop a device of this citizen. False if there is none."""
        gone = await self.db["devices"].delete_one(
            {"_id": device_id, "citizen_id": citizen_id}, session=session
        )
        return gone.deleted_count == 1

    async def add_messages(self, messages: Sequence[Message], session: Session) -> None:
        """Keep new messages."""
        await self.db["messages"].insert_many([_as_document(m) for m in messages], session=session)

    async def message(self, message_id: str, session: Session | None = None) -> Message | None:
        """A message by its id, for sending."""
        found = await self.db["messages"].find_one({"_id": message_id}, session=session)
        return _message(found) if found else None

    async def save_message(self, message: Message, *, was: int, session: Session) -> None:
        """Keep a message that was read at revision `was`.

        Raises:
            StaleVersionError: somebody else changed it in between.
        """
        saved = await self.db["messages"].replace_one(
            {"_id": message.id, "revision": was},
            _as_document(message),
            session=session,
        )
        if saved.matched_count == 0:
            raise StaleVersionError

    async def journal(
        self, citizen_id: str, *, before: tuple[datetime, str] | None, limit: int
    ) -> list[Message]:
        """A citizen's messages, newest first (N2)."""
        query: dict[str, Any] = {"citizen_id": citizen_id}
        if before is not None:
            at, message_id = before
            query["$or"] = [
                {"created_at": {"$lt": at}},
                {"created_at": at, "_id": {"$lt": message_id}},
            ]
        cursor = self.db["messages"].find(query).sort([("created_at", -1), ("_id", -1)])
        return [_message(d) async for d in cursor.limit(limit)]

    async def add_notice(self, notice: Notice, session: Session) -> None:
        """Keep a notice whose citizen cannot be reached yet.

        The recipient is touched, so that contacts arriving at this moment conflict with it and are
        tried again: neither can miss the other.
        """
        await self.db["recipients"].update_one(
            {"_id": notice.citizen_id},
            {"$inc": {"waiting": 1}, "$setOnInsert": {"contacts": {}, "seq": 0}},
            upsert=True,
            session=session,
        )
        await self.db["notices"].insert_one(
            {
                "_id": notice.id,
                "citizen_id": notice.citizen_id,
                "template": notice.template,
                "context": dict(notice.context),
                "cause_id": notice.cause_id,
                "created_at": notice.created_at,
                "also": [asdict(a) for a in notice.also],
                "about": notice.about,
            },
            session=session,
        )

    async def take_notice(self, notice_id: str, session: Session) -> Notice | None:
        """A waiting notice, which waits no longer."""
        found = await self.db["notices"].find_one_and_delete({"_id": notice_id}, session=session)
        return _notice(found) if found else None

    async def waiting(self, citizen_id: str, session: Session | None = None) -> list[Notice]:
        """The notices that wait for a citizen's contacts, oldest first."""
        cursor = self.db["notices"].find({"citizen_id": citizen_id}, session=session)
        return [_notice(d) async for d in cursor.sort("created_at", ASCENDING)]

    async def call_off(self, subject_id: str, now: datetime, session: Session) -> None:
        """Remember that nobody is to be told more of this."""
        await self.db["called_off"].update_one(
            {"_id": subject_id}, {"$set": {"at": now}}, upsert=True, session=session
        )

    async def is_called_off(self, subject_id: str, session: Session | None = None) -> bool:
        """Whether it was called off, even by an event that came too early."""
        found = await self.db["called_off"].find_one({"_id": subject_id}, session=session)
        return found is not None

    async def first_time(self, what: str, now: datetime, session: Session) -> bool:
        """Whether this was not told before; from now on it was."""
        found = await self.db["told"].update_one(
            {"_id": what}, {"$setOnInsert": {"at": now}}, upsert=True, session=session
        )
        return found.upserted_id is not None


def _device(found: Document) -> Device:
    return Device(
        found["_id"],
        found["citizen_id"],
        found["token"],
        DevicePlatform(found["platform"]),
        found["registered_at"],
        found.get("proof"),
    )


def _notice(found: Document) -> Notice:
    return Notice(
        id=found["_id"],
        citizen_id=found["citizen_id"],
        template=found["template"],
        context=found["context"],
        cause_id=found["cause_id"],
        created_at=found["created_at"],
        also=tuple(Address(Channel(a["channel"]), a["to"]) for a in found["also"]),
        about=found.get("about"),
    )


def _as_document(message: Message) -> dict[str, Any]:
    document = asdict(message)
    document["_id"] = document.pop("id")
    document["content_sha256"] = message.content.sha256
    return document


def _message(found: Document) -> Message:
    fields = {k: v for k, v in found.items() if k not in {"_id", "content_sha256"}}
    address = found["address"]
    return Message(
        **fields
        | {
            "id": found["_id"],
            "address": Address(Channel(address["channel"]), address["to"]),
            "kind": Kind(found["kind"]),
            "status": Status(found["status"]),
            "content": Content(**found["content"]),
            "history": tuple(
                Step(s["at"], Status(s["status"]), s["code"]) for s in found["history"]
            ),
        }
    )
