"""A token outlives a blocked account by minutes; nothing that asks for a token does (I9)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.doors import block, doors, unblock
from tests.support.service import keyed
from tests.support.services.scheduling import Desk

_ROLES = ("citizen", "registrar", "support", "administrator")


async def test_every_route_that_takes_a_token_refuses_the_blocked(desk: Desk) -> None:
    """Those of staff, those of citizens, and those that somebody will add."""
    booked = await desk.booked(await desk.citizen(), (await desk.late_slot())["id"])
    free = await desk.late_slot()
    assert await block(desk.app, "account-1") == "handled"
    who = desk.tokens.headers("account-1", *_ROLES, clinic_id=booked["clinic_id"])
    given = {
        "appointment_id": booked["id"],
        "number": booked["talon"]["number"],
        "clinic_id": booked["clinic_id"],
        "doctor_id": booked["doctor_id"],
        "day": "2038-03-04",
        **dict.fromkeys(
            (
                *("absence_id", "change_id", "import_id", "wait_id", "review_id", "hold_id"),
                *("request_id", "problem_id"),
            ),
            "any",
        ),
    }
    visit = "/v1/appointments/{appointment_id}"
    bodies: dict[tuple[str, str], Any] = {
        ("POST", "/v1/appointments"): {"slot_id": free["id"]},
        ("POST", f"{visit}/transfer"): {"slot_id": free["id"]},
        ("POST", "/v1/holds"): {"slot_id": free["id"]},
        ("POST", f"{visit}/documents"): {"consent": True},
    }
    found = list(doors(desk.app))
    assert len(found) >= 6
    for method, path in found:
        refused = await desk.http.request(
            method,
            path.format(**given),
            headers=who | keyed(),
            json=bodies.get((method, path)),
        )
        assert (refused.status_code, refused.json()["code"]) == (403, "account-blocked"), path
        assert "Соколова" not in refused.text


@pytest.mark.parametrize("staff", ["support", "registrar"])
async def test_who_is_opened_again_goes_on_with_the_same_token(desk: Desk, staff: str) -> None:
    booked = await desk.booked(await desk.citizen(), (await desk.late_slot())["id"])
    who = desk.tokens.headers("staff-1", staff, clinic_id=booked["clinic_id"])
    method, path = {
        "support": ("POST", f"/v1/desk/appointments/{booked['id']}/cancellation"),
        "registrar": ("GET", f"/v1/desk/talons/{booked['talon']['number']}"),
    }[staff]
    await block(desk.app, "staff-1")
    assert (await desk.http.request(method, path, headers=who)).status_code == 403
    assert await unblock(desk.app, "staff-1") == "handled"
    assert (await desk.http.request(method, path, headers=who)).status_code == 200
