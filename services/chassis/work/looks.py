"""The journal of looks: who was shown whose data, when and why, for the person whose they are (K7).

A line is written in the transaction of what the answer tells, so nobody is shown anything without
one. Lines are only added. `http.looks` is where their owner reads them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING, IndexModel

from contracts.roles import Role
from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.database.pages import Page, Sort
from services.chassis.work.aggregates import Records
from services.chassis.work.transactions import Transaction

_NEWEST = Sort("at", descending=True)
INDEXES: Indexes = {
    "looks": [
        IndexModel([("owner_id", ASCENDING), *_NEWEST.keys], name="of_owner"),
        IndexModel([("subject_id", ASCENDING), *_NEWEST.keys], name="of_subject"),
    ]
}


@dataclass(frozen=True)
class Looker:
    """Who looks, as their token says then; `clinic_id` is where they hold the role."""

    id: str
    role: Role
    name: str | None = None
    position: str | None = None
    clinic_id: str | None = None


@dataclass(frozen=True)
class Subject:
    """What was shown: its kind, its id, and whose it is."""

    kind: str
    id: str
    owner_id: str


@dataclass(frozen=True)
class Look:
    """One line. `occasion` is a code of the service's own."""

    id: str
    owner_id: str
    subject: str
    subject_id: str
    occasion: str
    by: Looker
    at: datetime
    why: str | None = None


Names = Callable[[Collection[str]], Awaitable[Mapping[str, str]]]
"""How the clinics of these ids are called, as far as the service knows."""


class Looks(Records[Look]):
    """The collection `looks`; `labels` are the service's occasions in words."""

    def __init__(
        self,
        db: Database,
        labels: Mapping[str, str],
        *,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
        clinics: Names | None = None,
    ) -> None:
        super().__init__(db["looks"], Mapper(Look), owner="owner_id")
        self.labels = labels
        self._clinics = clinics
        self._now = now
        self._new_id = new_id

    async def record(
        self,
        tx: Transaction,
        by: Looker,
        occasion: str,
        *subjects: Subject,
        why: str | None = None,
    ) -> None:
        """Write down that somebody is shown these."""
        lines = [
            Look(self._new_id(), s.owner_id, s.kind, s.id, str(occasion), by, self._now(), why)
            for s in subjects
        ]
        if lines:
            await self.add_all(tx, lines)

    async def looked(
        self, tx: Transaction, subject_id: str, reader_id: str, occasion: str, *, since: datetime
    ) -> bool:
        """Whether this reader was shown that on such an occasion since then."""
        query = {"subject_id": subject_id, "at": {"$gte": since}}
        mine = {"by.id": reader_id, "occasion": str(occasion)}
        return await self.first(tx, {**query, **mine}) is not None

    async def clinics_of(self, looks: Iterable[Look]) -> Mapping[str, str]:
        """How the clinics are called where these looked."""
        ids = {look.by.clinic_id for look in looks if look.by.clinic_id}
        return await self._clinics(ids) if ids and self._clinics else {}

    async def of_owner(self, owner_id: str, *, after: str | None, limit: int) -> Page[Look]:
        """Everything of this person that was shown, newest first."""
        return await self.page({"owner_id": owner_id}, _NEWEST, after=after, limit=limit)

    async def of_subject(
        self, subject_id: str, owner_id: str, *, after: str | None, limit: int
    ) -> Page[Look]:
        """Who was shown one thing of this person, newest first."""
        query = {"subject_id": subject_id, "owner_id": owner_id}
        return await self.page(query, _NEWEST, after=after, limit=limit)
