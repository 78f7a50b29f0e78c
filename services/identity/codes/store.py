"""Challenges: one-time codes as HMACs, forgotten an hour after their beginning.

`put` replaces without comparing versions: it runs in the transaction that read the challenge, and a
snapshot makes two writers of one document conflict, so no two tries are counted as one.
"""

from __future__ import annotations

from typing import Any

from pymongo import ASCENDING, IndexModel

from services.chassis.database.client import Database, Document, Indexes, Session
from services.identity.domain import DIGITS, Challenge, Channel, Contact, Purpose

INDEXES: Indexes = {
    "challenges": [
        IndexModel([("forget_at", ASCENDING)], expireAfterSeconds=0),
        IndexModel([("account_id", ASCENDING)], name="account"),
    ],
}
_OF_AN_ACCOUNT = [p.value for p in (Purpose.LOGIN, Purpose.RECOVERY, Purpose.CONTACT)]


class Challenges:
    """The collection `challenges`."""

    def __init__(self, db: Database) -> None:
        """Keep the collection."""
        self._collection = db["challenges"]

    async def get(
        self, challenge_id: str, purpose: Purpose, *, session: Session | None = None
    ) -> Challenge | None:
        """The challenge with this id, if it is one of this purpose."""
        found = await self._collection.find_one(
            {"_id": challenge_id, "purpose": purpose.value}, session=session
        )
        return _from_document(found) if found else None

    async def put(self, challenge: Challenge, *, session: Session) -> None:
        """The challenge as it is now."""
        await self._collection.replace_one(
            {"_id": challenge.id}, _to_document(challenge), upsert=True, session=session
        )

    async def end_all(self, account_id: str, *, session: Session) -> None:
        """No open question about this account can be answered any more.

        Whoever answers one at the same moment writes the same document: one of the two waits.
        """
        await self._collection.delete_many(
            {"account_id": account_id, "purpose": {"$in": _OF_AN_ACCOUNT}, "used": False},
            session=session,
        )


def _to_document(challenge: Challenge) -> dict[str, Any]:
    return {
        "_id": challenge.id,
        "purpose": challenge.purpose.value,
        **_from_contact(challenge.contact),
        "account_id": challenge.account_id,
        "digest": challenge.digest,
        "sent": challenge.sent,
        "tries_left": challenge.tries_left,
        "expires_at": challenge.expires_at,
        "resend_at": challenge.resend_at,
        "forget_at": challenge.forget_at,
        "used": challenge.used,
        "decoy": challenge.decoy,
        "counter": challenge.counter,
        "device": challenge.device,
        "fleet": challenge.fleet,
        "digits": challenge.digits,
        "shown": _from_contact(challenge.shown) if challenge.shown else None,
    }


def _from_document(d: Document) -> Challenge:
    return Challenge(
        id=d["_id"],
        purpose=Purpose(d["purpose"]),
        contact=_to_contact(d),
        account_id=d["account_id"],
        digest=d["digest"],
        sent=d["sent"],
        tries_left=d["tries_left"],
        expires_at=d["expires_at"],
        resend_at=d["resend_at"],
        forget_at=d["forget_at"],
        used=d["used"],
        decoy=d["decoy"],
        counter=d["counter"],
        device=d.get("device"),
        fleet=d.get("fleet"),
        digits=d.get("digits", DIGITS),
        shown=_to_contact(d["shown"]) if d.get("shown") else None,
    )


def _from_contact(contact: Contact) -> dict[str, Any]:
    return {"channel": contact.channel.value, "address": contact.address}


def _to_contact(d: Document) -> Contact:
    return Contact(Channel(d["channel"]), d["address"])
