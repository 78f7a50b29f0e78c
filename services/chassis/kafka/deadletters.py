"""Dead letters: records that could not be handled, kept as they came, until a person decides.

Kept in the consumer's own database (not in a Kafka topic), so that they can be listed, shown,
replayed and discarded, and outlive the broker. Replay goes through the running service's handlers
and its inbox.

    python -m services.chassis.kafka.deadletters SERVICE list|show ID|replay ID…|discard ID…
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from aiokafka import ConsumerRecord
from pymongo import ASCENDING, IndexModel, ReturnDocument

from contracts.envelope import MAX_BYTES
from services.chassis.database.client import Document, Mongo
from services.chassis.database.counting import counted
from services.chassis.foundation.settings import Platform

RETENTION = timedelta(days=90)  # of what a person has dealt with: it may hold personal data
INDEXES = {
    "dead_letters": [
        IndexModel([("state", ASCENDING), ("first_seen_at", ASCENDING)]),
        IndexModel([("settled_at", ASCENDING)], expireAfterSeconds=int(RETENTION.total_seconds())),
    ]
}
_MOST_HEADERS = 16
_BEGINNING = 1024
_LARGEST = MAX_BYTES + 16 * _BEGINNING
"""An event with its key and headers."""
OPEN, REPLAYING, REPLAYED, DISCARDED = "open", "replaying", "replayed", "discarded"


class DeadLetters:
    """The collection `dead_letters` of one service."""

    def __init__(self, mongo: Mongo) -> None:
        self.collection = mongo.db["dead_letters"]

    async def keep(
        self,
        consumer: str,
        record: ConsumerRecord[Any, Any],
        *,
        reason: str,
        error: str,
        whole: bool = True,
    ) -> str:
        """Keep a record with its bytes, headers and place; keeping it twice is keeping it once.

        `reason` is its class: unparseable, misplaced, refused, bug. Of what is larger than any
        event with its headers, and of what is not asked for `whole`, only the beginning is kept,
        and it cannot be replayed: whoever may write to a topic could fill every reader's disk.
        Returns the dead letter's id.
        """
        place = f"{consumer}|{record.topic}|{record.partition}|{record.offset}|{record.timestamp}|"
        letter_id = sha256(place.encode() + (record.value or b"")).hexdigest()[:24]
        size = _size(record)
        cut = not whole or size > _LARGEST
        headers = record.headers[:_MOST_HEADERS] if cut else record.headers
        await self.collection.update_one(
            {"_id": letter_id},
            {
                "$setOnInsert": {
                    "consumer": consumer,
                    "topic": record.topic,
                    "partition": record.partition,
                    "offset": record.offset,
                    "timestamp": record.timestamp,
                    "key": _kept(record.key, cut=cut),
                    "value": _kept(record.value, cut=cut),
                    "size": size,
                    "cut": cut,
                    "headers": [
                        [k[:_BEGINNING] if cut else k, _kept(v, cut=cut)] for k, v in headers
                    ],
                    "first_seen_at": datetime.now(UTC),
                },
                "$set": {"reason": reason, "error": error[:2000], "state": OPEN},
                "$inc": {"tries": 1},
            },
            upsert=True,
        )
        return letter_id

    async def open_count(self) -> int:
        """How many wait for a person."""
        return await counted(self.collection, {"state": OPEN})

    async def next_replay(self) -> tuple[str, ConsumerRecord[Any, Any]] | None:
        """Take one letter that somebody asked to replay."""
        found = await self.collection.find_one_and_update(
            {"state": REPLAYING, "$or": [{"lease": None}, {"lease": {"$lt": _stale()}}]},
            {"$set": {"lease": datetime.now(UTC)}},
            sort=[("first_seen_at", ASCENDING)],
            return_document=ReturnDocument.AFTER,
        )
        return None if found is None else (found["_id"], _record(found))

    async def settle(self, letter_id: str, state: str) -> None:
        """Say what became of a letter (a failed replay has been kept anew, as open)."""
        await self.collection.update_one(
            {"_id": letter_id, "state": REPLAYING},
            {"$set": {"state": state, "settled_at": datetime.now(UTC), "lease": None}},
        )

    async def ask(self, letter_ids: Sequence[str], state: str) -> int:
        """Mark open letters for replay, or discard them; returns how many were open."""
        settled = datetime.now(UTC) if state == DISCARDED else None
        whole = {"cut": {"$ne": True}} if state == REPLAYING else {}
        done = await self.collection.update_many(
            {"_id": {"$in": list(letter_ids)}, "state": OPEN, **whole},
            {"$set": {"state": state, "settled_at": settled, "lease": None}},
        )
        return done.modified_count


def _size(record: ConsumerRecord[Any, Any]) -> int:
    headers = sum(len(k) + len(v or b"") for k, v in record.headers)
    return len(record.key or b"") + len(record.value or b"") + headers


def _kept(raw: bytes | None, *, cut: bool) -> bytes | None:
    return raw if raw is None or not cut else raw[:_BEGINNING]


def _stale() -> datetime:
    return datetime.fromtimestamp(datetime.now(UTC).timestamp() - 60, UTC)


def _record(letter: Document) -> ConsumerRecord[Any, Any]:
    return ConsumerRecord(
        topic=letter["topic"],
        partition=letter["partition"],
        offset=letter["offset"],
        timestamp=letter["timestamp"],
        timestamp_type=0,
        key=letter["key"],
        value=letter["value"],
        checksum=None,
        serialized_key_size=len(letter["key"] or b""),
        serialized_value_size=len(letter["value"] or b""),
        headers=tuple((k, v) for k, v in letter["headers"]),
    )


def _shown(raw: bytes | None) -> str:
    if raw is None:
        return "(null)"
    try:
        return bytes(raw).decode()
    except UnicodeDecodeError:
        return "base64:" + base64.b64encode(raw).decode()


async def _list(letters: DeadLetters, state: str) -> None:
    cursor = letters.collection.find({"state": state}).sort("first_seen_at", ASCENDING)
    count = 0
    async for d in cursor:
        count += 1
        print(  # noqa: T201 - a command's output
            f"{d['_id']}  {d['first_seen_at']:%Y-%m-%d %H:%M:%S}  {d['topic']}[{d['partition']}]"
            f"@{d['offset']}  {d['reason']}  tries={d['tries']}  {d['error'][:80]}"
        )
    print(f"{count} {state}")  # noqa: T201 - a command's output


async def _show(letters: DeadLetters, letter_id: str) -> int:
    d = await letters.collection.find_one({"_id": letter_id})
    if d is None:
        print(f"no dead letter {letter_id}", file=sys.stderr)  # noqa: T201 - a command's output
        return 1
    for name in ("state", "reason", "error", "topic", "partition", "offset", "first_seen_at"):
        print(f"{name}: {d[name]}")  # noqa: T201 - a command's output
    print(f"key: {_shown(d['key'])}")  # noqa: T201 - a command's output
    for k, v in d["headers"]:
        print(f"header {k}: {_shown(v)}")  # noqa: T201 - a command's output
    if d.get("cut"):
        print(f"{d['size']} bytes, kept is the beginning")  # noqa: T201 - as above
    print(_shown(d["value"]))  # noqa: T201 - a command's output
    return 0


async def main(argv: Sequence[str], *, platform: Platform | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="deadletters", description="Dead letters of a service.")
    parser.add_argument("service", help="whose (its database name)")
    sub = parser.add_subparsers(dest="verb", required=True)
    listing = sub.add_parser("list", help="what waits for a person")
    listing.add_argument("--state", default=OPEN, choices=[OPEN, REPLAYING, REPLAYED, DISCARDED])
    sub.add_parser("show", help="one letter, whole").add_argument("id")
    for verb, text in (("replay", "handle again"), ("discard", "keep, but do not handle")):
        sub.add_parser(verb, help=text).add_argument("id", nargs="+")
    args = parser.parse_args(argv)
    mongo = Mongo((platform or Platform()).mongo_url, args.service)
    letters = DeadLetters(mongo)
    try:
        if args.verb == "list":
            await _list(letters, args.state)
            return 0
        if args.verb == "show":
            return await _show(letters, args.id)
        done = await letters.ask(args.id, REPLAYING if args.verb == "replay" else DISCARDED)
        print(f"{args.verb}: {done} of {len(args.id)}")  # noqa: T201 - a command's output
        return 0 if done == len(args.id) else 1
    finally:
        mongo.close()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
