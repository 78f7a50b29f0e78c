"""Applications in MongoDB. What a citizen asks for is found by its owner, in the query."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, IndexModel

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.deadlines import RUNNING, ApplicationCounts
from services.certificates.applications.domain.groups import Wanted
from services.certificates.applications.domain.parts import Filed
from services.certificates.applications.domain.states import State
from services.certificates.applications.errors import UnknownApplicationError
from services.certificates.applications.store.counts import counted
from services.chassis.database.client import Database, Document, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.database.pages import Page, Sort
from services.chassis.work.aggregates import Aggregates
from services.chassis.work.transactions import Transaction

BY_DEADLINE = Sort("clock.deadline_at")
_NEWEST = Sort("created_at", descending=True)
_MISSED = "escalation.step"
_FILED = tuple(field.name for field in fields(Filed))


def _once(field: str) -> IndexModel:
    """One application has it, of those that have any."""
    return IndexModel(field, unique=True, partialFilterExpression={field: {"$type": "string"}})


INDEXES: Indexes = {
    "applications": [
        IndexModel([("citizen_id", ASCENDING), *_NEWEST.keys], name="of_citizen"),
        IndexModel(
            [("citizen_id", ASCENDING), ("state", ASCENDING), *_NEWEST.keys],
            name="of_citizen_by_state",
        ),
        IndexModel(
            [("citizen_id", ASCENDING), ("type_code", ASCENDING), *_NEWEST.keys],
            name="of_citizen_by_type",
        ),
        IndexModel([("state", ASCENDING), *BY_DEADLINE.keys], name="queue"),
        IndexModel(
            [
                ("clinic.id", ASCENDING),
                ("waits_for", ASCENDING),
                *BY_DEADLINE.keys,
            ],
            name="queue_of_specialty",
            partialFilterExpression={"state": State.SUBMITTED.value},
        ),
        IndexModel(
            [
                ("clinic.id", ASCENDING),
                ("waits_for", ASCENDING),
                ("type_code", ASCENDING),
                *BY_DEADLINE.keys,
            ],
            name="queue_of_type",
            partialFilterExpression={"state": State.SUBMITTED.value},
        ),
        IndexModel(
            [("clinic.id", ASCENDING), ("state", ASCENDING), *BY_DEADLINE.keys],
            name="late",
            partialFilterExpression={_MISSED: {"$exists": True}},
        ),
        IndexModel(
            [("claim.doctor_id", ASCENDING), *BY_DEADLINE.keys],
            name="claimed",
            partialFilterExpression={"claim.doctor_id": {"$exists": True}},
        ),
        IndexModel(
            [("consent.at", ASCENDING)],
            name="waiting",
            partialFilterExpression={"state": State.SUBMITTED.value},
        ),
        # a number leads to one application, an answer of another system counts for one
        *map(_once, ("tracking_number", "payment_id", "postal_number")),
    ]
}


class _Mapper(Mapper[Application]):
    """What exists after filing lies beside the rest in a document: `clock.deadline_at`."""

    def document(self, value: Application) -> dict[str, Any]:
        document = super().document(value)
        return document | (document.pop("filed") or dict.fromkeys(_FILED))

    def value(self, document: Document) -> Application:
        filed = {name: document.get(name) for name in _FILED}
        return super().value({**document, "filed": filed if filed["tracking_number"] else None})


class ApplicationStore(Aggregates[Application]):
    """The collection `applications`. A value that only one may have leaves as `DuplicateError`."""

    def __init__(self, db: Database) -> None:
        super().__init__(
            db["applications"],
            _Mapper(Application),
            not_found=UnknownApplicationError,
            owner="citizen_id",
        )

    async def of_citizen(
        self, citizen_id: str, wanted: Wanted, *, after: str | None, limit: int
    ) -> Page[Application]:
        """Those of a citizen's applications that are looked for, newest first (C56)."""
        query: dict[str, Any] = {"citizen_id": citizen_id}
        if wanted.states is not None:
            query["state"] = {"$in": [state.value for state in wanted.states]}
        if wanted.type_code is not None:
            query["type_code"] = wanted.type_code
        if wanted.numbers is not None:
            query["tracking_number"] = {"$in": list(wanted.numbers), "$type": "string"}
        return await self.page(query, _NEWEST, after=after, limit=limit)

    async def last_own(self, tx: Transaction, citizen_id: str) -> Application | None:
        """What the citizen began last, not what others prepared for them."""
        return await self.first(tx, {"citizen_id": citizen_id, "prepared_by": None}, _NEWEST)

    async def prepared_for(self, tx: Transaction, citizen_id: str) -> list[Application]:
        """The drafts that legal entities prepared and this citizen has not answered (C48)."""
        query = {"citizen_id": citizen_id, "state": State.DRAFT.value, "prepared_by": {"$ne": None}}
        return await self.every(tx, query, limit=100)

    async def at_clinics(
        self, citizen_id: str, clinics: Collection[str | None] | None, *, limit: int
    ) -> list[Application]:
        """What a citizen filed at these clinics (None: at all), newest first."""
        query: dict[str, Any] = {"citizen_id": citizen_id, "tracking_number": {"$type": "string"}}
        here = {} if clinics is None else {"clinic.id": {"$in": list(clinics)}}
        return await self.every(None, query | here, _NEWEST, limit)

    async def late(
        self,
        clinics: Collection[str | None] | None,
        now: datetime,
        *,
        after: str | None,
        limit: int,
    ) -> Page[Application]:
        """What is late at these clinics (None: at all), and told to be; the longest first."""
        query: dict[str, Any] = {
            "state": {"$in": [state.value for state in RUNNING]},
            "clock.deadline_at": {"$lt": now},
            _MISSED: {"$exists": True},
        }
        here = {} if clinics is None else {"clinic.id": {"$in": list(clinics)}}
        return await self.page(query | here, BY_DEADLINE, after=after, limit=limit)

    async def of_number(self, tracking_number: str) -> Application | None:
        """The application of that number."""
        query = {"tracking_number": {"$eq": tracking_number, "$type": "string"}}
        return await self.first(None, query)

    async def counted(self, now: datetime) -> ApplicationCounts:
        """How they stand, for the gauges."""
        return await counted(self.collection, now)

    async def how_many(self, tx: Transaction, citizen_id: str, states: Iterable[State]) -> int:
        """How many applications of this citizen are in one of these states.

        Drafts that others prepared do not count: the citizen did not ask for them (C48).
        """
        among = {"$in": [state.value for state in states]}
        others = {"state": State.DRAFT.value, "prepared_by": {"$ne": None}}
        query = {"citizen_id": citizen_id, "state": among, "$nor": [others]}
        return await tx.count(self.collection, query)
