"""Hot queries use their indexes; what is stored comes back; two writers of one version."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from services.certificates.applications.domain.application import Application
from services.certificates.applications.store.applications import Store
from services.chassis.foundation.errors import StaleVersionError
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.chassis.work.transactions import Transaction
from tests.support.certificate_office import Office
from tests.support.certificates import a_claimed, a_waiting, approve


def stages(plan: dict[str, Any]) -> set[str]:
    found = {plan["stage"]}
    for child in [plan.get("inputStage"), *plan.get("inputStages", [])]:
        if child:
            found |= stages(child)
    return found


HOT: list[tuple[str, dict[str, Any], list[tuple[str, int]]]] = [
    ("applications", {"citizen_id": "c"}, [("created_at", -1), ("_id", -1)]),
    ("applications", {"state": "submitted"}, [("clock.deadline_at", 1), ("_id", 1)]),
    ("applications", {"claim.doctor_id": "d"}, [("clock.deadline_at", 1), ("_id", 1)]),
    (
        "certificates",
        {"citizen_id": "c", "status": {"$in": ["issued", "revoked"]}},
        [("created_at", -1), ("_id", -1)],
    ),
    ("certificates", {"number": "n"}, []),
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
    store: Store = office.app.state.ledger.store
    full = replace(approve(a_claimed()), revision=1, paid_at=datetime(2026, 11, 18, 10, tzinfo=UTC))

    async def work(tx: Transaction) -> None:
        await store.save_application(full, expected=0, session=tx.session)

    await find(office.app, Runtime).transactions.run(work)
    assert await store.application(full.id) == full


async def test_of_two_writers_of_one_version_one_wins(office: Office) -> None:
    store: Store = office.app.state.ledger.store
    transactions = find(office.app, Runtime).transactions

    async def save(application: Application, expected: int) -> None:
        async def work(tx: Transaction) -> None:
            await store.save_application(application, expected=expected, session=tx.session)

        await transactions.run(work)

    await save(replace(a_waiting(), revision=1), 0)
    await save(replace(a_waiting(), revision=2), 1)
    with pytest.raises(StaleVersionError):
        await save(replace(a_waiting(), revision=2), 1)
