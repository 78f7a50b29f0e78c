"""A citizen says which clinic they are attached to (K6)."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2

from contracts.identity import ClinicAttached
from tests.support.service import outbox_events
from tests.support.services.identity import Identity, bearer


async def _attach(identity: Identity, who: dict[str, Any], clinic_id: str) -> httpx2.Response:
    body = {"clinic_id": clinic_id}
    return await identity.client.put("/v1/attachment", json=body, headers=bearer(who))


async def test_a_citizen_is_attached_to_the_clinic_that_they_named_last(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    for clinic_id in ("clinic-1", "clinic-2", "clinic-3"):
        await identity.clinic(administrator, clinic_id)
    citizen = await identity.registered()
    mine = await identity.client.get("/v1/attachment", headers=bearer(citizen))
    assert mine.json()["clinic_id"] is None
    assert (await _attach(identity, citizen, "clinic-1")).status_code == 200
    moved = await _attach(identity, citizen, "clinic-2")
    assert (moved.status_code, moved.json()["clinic_id"]) == (200, "clinic-2")
    assert (await _attach(identity, citizen, "clinic-2")).json() == moved.json()
    mine = await identity.client.get("/v1/attachment", headers=bearer(citizen))
    assert mine.json() == moved.json()
    often = await _attach(identity, citizen, "clinic-3")
    assert (often.status_code, often.json()["code"]) == (429, "too-many-attachments")
    told = await outbox_events(identity.app, ClinicAttached)
    assert [(e.aggregateid, e.data.clinic_id) for e in told] == [
        (citizen["account_id"], "clinic-1"),
        (citizen["account_id"], "clinic-2"),
    ]


async def test_a_clinic_that_is_not_there_or_has_closed_is_refused(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    await identity.clinic(administrator)
    await identity.closed(administrator, "clinic-1")
    citizen = await identity.registered()
    for clinic_id, code in (("clinic-1", "clinic-closed"), ("clinic-9", "clinic-unknown")):
        refused = await _attach(identity, citizen, clinic_id)
        assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [
            ("/clinic_id", code)
        ]
    assert await outbox_events(identity.app, ClinicAttached) == []


async def test_staff_are_attached_to_none_and_the_same_at_once_is_told_once(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    await identity.clinic(administrator)
    assert (await _attach(identity, administrator, "clinic-1")).status_code == 403
    citizen = await identity.registered()
    answers = await asyncio.gather(*(_attach(identity, citizen, "clinic-1") for _ in range(4)))
    assert {a.status_code for a in answers} <= {200, 412}
    assert len(await outbox_events(identity.app, ClinicAttached)) == 1
