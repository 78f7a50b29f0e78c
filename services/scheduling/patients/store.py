"""The collection `patients`: confirmed citizens as identity told of them, with their agendas.

A store of its own, not an aggregate's: several of identity's events and every booking write their
own part of a citizen's document. Two bookings of one citizen both write it, so they cannot pass
each other.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any

from services.chassis.database.client import Database, Document, Indexes
from services.chassis.foundation.errors import (
    AccountBlockedError,
    ForbiddenError,
    NotConfirmedError,
)
from services.chassis.work.transactions import Transaction
from services.scheduling.patients.domain import (
    Engagement,
    Held,
    Holds,
    Known,
    Miss,
    Papers,
    Patient,
    Tally,
    TemporaryPolicy,
)
from services.scheduling.timetable.domain import Visit

_PAPERS = tuple(field.name for field in fields(Papers))  # a newer replica may have stored more
INDEXES: Indexes = {"patients": []}


class Patients:
    """Who may come, and when they are taken."""

    def __init__(self, db: Database) -> None:
        self._patients = db["patients"]

    async def remember(self, tx: Transaction, account_id: str, papers: Papers) -> None:
        """Keep the newest papers of a citizen; the agenda stays."""
        said = {"full_name": papers.full_name, "papers": _stored(papers)}
        await self._note(tx, account_id, {**said, "rejected": False, "reasons": []})

    async def reject(self, tx: Transaction, account_id: str, reasons: Sequence[str]) -> None:
        """Keep that the registry does not agree, and why."""
        await self._note(tx, account_id, {"rejected": True, "reasons": list(reasons)})

    async def note(self, tx: Transaction, account_id: str, *, blocked: bool) -> None:
        """Keep that an account was closed, or opened again."""
        await self._note(tx, account_id, {"blocked": blocked})

    async def _note(self, tx: Transaction, account_id: str, facts: Mapping[str, Any]) -> None:
        change = {"$set": facts, "$setOnInsert": {"agenda": []}}
        await tx.update(self._patients, account_id, change, upsert=True)

    async def heard_of(self, account_id: str) -> bool:
        """Whether a booking of this citizen can be decided: confirmed, or blocked before that.

        The same as `may_book` decides, in one look.
        """
        query = {"_id": account_id, "$or": [{"full_name": {"$exists": True}}, {"blocked": True}]}
        return await self._patients.find_one(query, {"_id": 1}) is not None

    async def blocked(self, account_id: str) -> bool:
        """Whether an account is closed: a citizen's, or that of a member of staff."""
        query = {"_id": account_id, "blocked": True}
        return await self._patients.find_one(query, {"_id": 1}) is not None

    async def not_confirmed(self, citizen_id: str) -> ForbiddenError:
        """What somebody is told whose token says that they are not confirmed (e22–e24, e34)."""
        known = await self.get(None, citizen_id)
        if known is not None and known.blocked:
            return AccountBlockedError()
        return known.not_confirmed if known is not None else NotConfirmedError()

    async def get(self, tx: Transaction | None, citizen_id: str) -> Known | None:
        """What events have told of a citizen, and their agenda."""
        query = {"_id": citizen_id}
        found = await (tx.find_one(self._patients, query) if tx else self._patients.find_one(query))
        return None if found is None else _known(found)

    def asked(self, tx: Transaction, citizen_id: str) -> Callable[[], Awaitable[Known | None]]:
        """The same, asked for together with whatever is read next; waits for the answer."""
        found = tx.ask(self._patients, {"_id": citizen_id})

        async def answer() -> Known | None:
            document = await found()
            return None if document is None else _known(document)

        return answer

    async def these(self, tx: Transaction, citizen_ids: Collection[str]) -> dict[str, Known]:
        """The same of several, by id."""
        query = {"_id": {"$in": sorted(citizen_ids)}}
        return {d["_id"]: _known(d) for d in await tx.find(self._patients, query)}

    async def engage(self, tx: Transaction, patient: Patient) -> None:
        """Keep the agenda of a patient who was read here, and how often they booked."""
        agenda = [vars(entry) for entry in patient.agenda]
        kept = {"agenda": agenda, "tally": patient.tally and vars(patient.tally)}
        await tx.update(self._patients, patient.id, {"$set": kept})

    async def hold(self, tx: Transaction, patient: Patient) -> None:
        """Keep what a patient who was read here holds, and how often of late."""
        standing = [vars(held) for held in patient.holds.standing]
        kept = {**vars(patient.holds), "standing": standing}
        await tx.update(self._patients, patient.id, {"$set": {"holds": kept}})

    async def release(self, tx: Transaction, citizen_id: str, hold_id: str) -> None:
        """A patient does not hold that any more."""
        change = {"$pull": {"holds.standing": {"hold_id": hold_id}}}
        await tx.update(self._patients, citizen_id, change)

    async def disengage(self, tx: Transaction, citizen_id: str, appointment_id: str) -> None:
        """Take a visit out of the agenda."""
        change = {"$pull": {"agenda": {"appointment_id": appointment_id}}}
        await tx.update(self._patients, citizen_id, change)

    async def keep_misses(self, tx: Transaction, citizen_id: str, misses: Sequence[Miss]) -> None:
        """Keep which visits a citizen missed, those that still count."""
        kept = {"misses": [vars(miss) for miss in misses]}
        await tx.update(self._patients, citizen_id, {"$set": kept})

    async def shift(
        self, tx: Transaction, citizen_id: str, appointment_id: str, visit: Visit
    ) -> None:
        """A visit in the agenda is at another time."""
        await self.disengage(tx, citizen_id, appointment_id)
        entry = vars(Engagement(appointment_id, visit.starts_at, visit.ends_at))
        await tx.update(self._patients, citizen_id, {"$push": {"agenda": entry}})


def _known(found: Document) -> Known:
    tally, papers = found.get("tally"), found.get("papers")
    return Known(
        found["_id"],
        found.get("full_name"),
        tuple(Engagement(**e) for e in found["agenda"]),
        Tally(**tally) if tally else None,
        _papers(papers) if papers else None,
        tuple(Miss(**m) for m in found.get("misses", ())),
        rejected=found.get("rejected", False),
        blocked=found.get("blocked", False),
        reasons=tuple(found.get("reasons", ())),
        holds=_holds(holds) if (holds := found.get("holds")) else Holds(),
    )


def _holds(stored: Mapping[str, Any]) -> Holds:
    return Holds(**{**stored, "standing": tuple(Held(**held) for held in stored["standing"])})


def _stored(papers: Papers) -> dict[str, Any]:
    temporary = papers.temporary_policy
    return {
        **vars(papers),
        "birth_date": papers.birth_date.isoformat(),
        "known": list(papers.known),
        "temporary_policy": (
            {"number": temporary.number, "valid_until": temporary.valid_until.isoformat()}
            if temporary
            else None
        ),
    }


def _papers(stored: Mapping[str, Any]) -> Papers:
    temporary = stored["temporary_policy"]
    known = {name: stored[name] for name in _PAPERS if name in stored}
    return Papers(
        **{
            **known,
            "birth_date": date.fromisoformat(stored["birth_date"]),
            "known": tuple(stored["known"]),
            "temporary_policy": (
                TemporaryPolicy(temporary["number"], date.fromisoformat(temporary["valid_until"]))
                if temporary
                else None
            ),
        }
    )
