"""Hot queries use their indexes; what is stored comes back; two writers of one version."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from services.certificates.applications.domain.application import Application
from services.certificates.reviews.store import Remit, Wish
from services.chassis.foundation.errors import StaleVersionError
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.chassis.work.transactions import Transaction
from tests.support.services.certificates.builders import (
    a_claimed,
    a_draft,
    a_waiting,
    approve,
)
from tests.support.services.certificates.office import Office


def stages(plan: dict[str, Any]) -> set[str]:
    found = {plan["stage"]}
    for child in [plan.get("inputStage"), *plan.get("inputStages", [])]:
        if child:
            found |= stages(child)
    return found


LATE = datetime(2026, 11, 18, 10, tzinfo=UTC)
MINE = Remit(("c1", "c2"), ("086u", "health"), ("surgeon", "therapist"))
MISSED = {
    "state": {"$in": ["awaiting-visit", "checking", "submitted", "in-review", "approved"]},
    "clock.deadline_at": {"$lt": datetime(2026, 11, 27, tzinfo=UTC)},
    "escalation.step": {"$exists": True},
}
HOT: list[tuple[str, dict[str, Any], list[tuple[str, int]]]] = [
    ("applications", {"citizen_id": "c"}, [("created_at", -1), ("_id", -1)]),
    (
        "applications",
        {"citizen_id": "c", "state": {"$in": ["issued", "refused", "withdrawn"]}},
        [("created_at", -1), ("_id", -1)],
    ),
    ("applications", {"citizen_id": "c", "type_code": "t"}, [("created_at", -1), ("_id", -1)]),
    ("applications", {"tracking_number": {"$in": ["a", "b"], "$type": "string"}}, []),
    ("applications", {"state": "submitted"}, [("clock.deadline_at", 1), ("_id", 1)]),
    (
        "applications",
        {"state": "submitted"} | Remit(("c1", "c2", None), ("086u", "health")).query,
        [("clock.deadline_at", 1), ("_id", 1)],
    ),
    (
        "applications",
        {"claim.doctor_id": "d"} | Remit(("c1",), ("086u",)).query,
        [("clock.deadline_at", 1), ("_id", 1)],
    ),
    *(
        ("applications", wish.among(MINE.queued), [("clock.deadline_at", 1), ("_id", 1)])
        for wish in (
            Wish(),
            Wish("086u"),
            Wish(late_at=LATE),
            Wish("086u", late_at=LATE),
        )
    ),
    ("applications", MISSED, [("clock.deadline_at", 1), ("_id", 1)]),
    (
        "applications",
        MISSED | {"clinic.id": {"$in": ["c1", "c2", None]}},
        [("clock.deadline_at", 1), ("_id", 1)],
    ),
    ("staff", {"doctor_at": "c1", "specialties": {"$in": ["therapist"]}}, []),
    ("applications", {"claim.doctor_id": "d"}, [("clock.deadline_at", 1), ("_id", 1)]),
    (
        "certificates",
        {"citizen_id": "c", "status": {"$in": ["issued", "revoked"]}},
        [("created_at", -1), ("_id", -1)],
    ),
    ("certificates", {"number": "n"}, []),
    ("people", {"snils": "s"}, []),
    ("bulks", {"organisation_id": "o"}, [("created_at", -1), ("_id", -1)]),
    ("bulk_rows", {"bulk_id": "b"}, [("position", 1), ("_id", 1)]),
    ("bulk_rows", {"bulk_id": "b", "outcome": "waiting"}, [("position", 1), ("_id", 1)]),
]


async def test_every_hot_query_has_an_index_for_filter_and_sort(office: Office) -> None:
    db = find(office.app, Runtime).mongo.db
    for collection, query, order in HOT:
        found = db[collection].find(query)
        plan = await (found.sort(order) if order else found).explain()
        used = stages(plan["queryPlanner"]["winningPlan"])
        assert "IXSCAN" in used, query
        assert not used & {"COLLSCAN", "SORT"}, query


async def test_an_application_comes_back_as_it_was(office: Office) -> None:
    """A draft, and one that has everything; a number, consent and deadline lie beside the rest."""
    paid = replace(approve(a_claimed()), paid_at=datetime(2026, 11, 18, 10, tzinfo=UTC))
    for written in (a_draft(), replace(paid, id="app-2")):
        kept = await office.transactions.run(partial(_add, office, written))
        assert await office.applications.get(None, written.id, owner=None) == kept
        assert kept == replace(written, revision=1)
    document = await office.applications.collection.find_one({"_id": "app-2"})
    assert document is not None
    assert document["tracking_number"] == paid.registered.tracking_number
    assert document["clock"]["deadline_at"] == paid.registered.clock.deadline_at


async def _add(office: Office, application: Application, tx: Transaction) -> Application:
    return await office.applications.add(tx, application)


async def test_of_two_writers_of_one_version_one_wins(office: Office) -> None:
    store, transactions = office.applications, office.transactions
    read = await transactions.run(partial(_add, office, a_waiting()))

    async def change(tx: Transaction) -> Application:
        return await store.save(tx, read)

    await transactions.run(change)
    with pytest.raises(StaleVersionError):
        await transactions.run(change)
