"""Who acts for whom: each service hears it from identity, and keeps a copy of its own (I11, I12).

Here is what a right is worth; `http.door` is where a request that acts for another is let in by it.
The representative's name is identity's alone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, IndexModel

from contracts.envelope import Data
from contracts.rights import RightEnded, RightGranted, RightKind, Scope
from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.foundation.errors import ForbiddenError
from services.chassis.work.aggregates import Records
from services.chassis.work.inbox import Incoming
from services.chassis.work.transactions import Transaction, Transactions

INDEXES: Indexes = {"rights": [IndexModel([("subject_id", ASCENDING)], name="of_subject")]}
COPY = "right"
"""What events about a right keep, for their order."""


class RightEndedError(ForbiddenError):
    """The right was withdrawn, or its time is over."""

    code = "right-ended"
    title = "Полномочия прекращены"
    detail = "Ваши полномочия действовать за другого прекращены. Войдите от своего имени."


class RightNotCoveringError(ForbiddenError):
    """The right is in force, and is not for this."""

    code = "right-not-covering"
    title = "Полномочия этого не охватывают"
    detail = "Ваших полномочий не хватает, чтобы сделать это за другого."


@dataclass(frozen=True)
class Right:
    """A right as identity told of it last; one that has ended covers nothing."""

    id: str
    representative_id: str
    subject_id: str
    subject_name: str
    kind: RightKind
    scopes: tuple[Scope, ...] = ()
    certificate_types: tuple[str, ...] = ()
    until: datetime | None = None
    ended: bool = False

    def in_force(self, now: datetime) -> bool:
        """Whether it has neither ended nor expired: its own end may be heard of later."""
        return not self.ended and (self.until is None or now < self.until)

    def covers(self, *scopes: Scope) -> bool:
        """Whether all of these are among what may be done for the other, a natural person.

        A legal entity is no patient, and holds no certificate.
        """
        return self.kind is not RightKind.ORGANISATION and set(scopes) <= set(self.scopes)

    def represents(self, *scopes: Scope) -> bool:
        """Whether all of these may be done for a legal entity."""
        return self.kind is RightKind.ORGANISATION and set(scopes) <= set(self.scopes)

    def covers_type(self, certificate_type: str) -> bool:
        """Whether certificates of this type may be dealt with."""
        return not self.certificate_types or certificate_type in self.certificate_types


class Rights(Records[Right]):
    """The collection `rights`."""

    def __init__(self, db: Database) -> None:
        super().__init__(db["rights"], Mapper(Right))

    async def of_subject(
        self, tx: Transaction | None, subject_id: str, now: datetime, *scopes: Scope
    ) -> list[Right]:
        """The rights in force by which others may do this for a person: never many."""
        found = await self.every(tx, {"subject_id": subject_id})
        return [right for right in found if right.in_force(now) and right.covers(*scopes)]


def right_of(data: RightGranted | RightEnded) -> Right:
    """The right as this event leaves it."""
    granted = data if isinstance(data, RightGranted) else None
    return Right(
        id=data.right_id,
        representative_id=data.representative_id,
        subject_id=data.subject_id,
        subject_name=data.pii.subject_name,
        kind=data.kind,
        scopes=granted.scopes if granted else (),
        certificate_types=granted.certificate_types if granted else (),
        until=granted.until if granted else None,
        ended=granted is None,
    )


def handlers(
    transactions: Transactions, rights: Rights
) -> Mapping[type[Data], Callable[[Incoming[Any]], Awaitable[None]]]:
    """Event type → what to do with it. An older event changes nothing after a newer one."""

    async def heard(incoming: Incoming[RightGranted | RightEnded]) -> None:
        right = right_of(incoming.data)

        async def work(tx: Transaction) -> None:
            await rights.put(tx, right)

        await transactions.run(work, cause=incoming.latest(COPY))

    return {RightGranted: heard, RightEnded: heard}
