"""The clinic says no to a pending visit, and the patient hears of it (A10)."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest_asyncio

from contracts.scheduling import AppointmentCancelled
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.scheduling.reception.domain import Reception
from services.scheduling.reception.store import Receptions
from tests.support.service import outbox_events
from tests.support.services.scheduling import Desk

Json = dict[str, Any]


@pytest_asyncio.fixture
async def waiting(desk: Desk) -> tuple[dict[str, str], Json]:
    """A visit of a clinic that accepts each itself."""
    runtime = find(desk.app, Runtime)
    receptions = Receptions(runtime.mongo.db)
    await runtime.transactions.run(
        lambda tx: receptions.put(tx, Reception("clinic-1", accepts=True))
    )
    who = await desk.citizen()
    booked = await desk.booked(who, (await desk.late_slot(clinic_id="clinic-1"))["id"])
    assert booked["status"] == "pending"
    return who, booked


def _registrar(desk: Desk, clinic_id: str = "clinic-1") -> dict[str, str]:
    return desk.tokens.headers("registrar-1", "registrar", name="Ким Елена", clinic_id=clinic_id)


async def _answer(
    desk: Desk, who: dict[str, str], booked: Json, what: str, comment: str
) -> httpx2.Response:
    path = f"/v1/desk/appointments/{booked['id']}/{what}"
    return await desk.http.post(path, json={"comment": comment}, headers=who)


async def test_a_no(desk: Desk, waiting: tuple[dict[str, str], Json]) -> None:
    who, booked = waiting
    done = await _answer(desk, _registrar(desk), booked, "rejection", "Аппарат в ремонте.")
    assert done.json()["status"] == "cancelled"
    (off,) = await outbox_events(desk.app, AppointmentCancelled)
    assert off.data.reason_code == "clinic-rejected"
    found = await desk.read(who, booked)
    assert (found["clinic_comment"], found["history"][-1]["by"]) == ("Аппарат в ремонте.", "clinic")
    again = await _answer(desk, _registrar(desk), booked, "rejection", "Аппарат в ремонте.")
    assert (again.status_code, again.json()["code"]) == (409, "not-pending")
    other = await _answer(desk, _registrar(desk, "clinic-2"), booked, "rejection", "Не к нам.")
    assert other.status_code == 404
    lines = (await desk.http.get("/v1/looks", headers=who)).json()["items"]
    assert [line["occasion"] for line in lines] == ["rejected-by-clinic"]
