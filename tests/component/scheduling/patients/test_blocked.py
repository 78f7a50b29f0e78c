"""A token outlives a blocked account by minutes; nothing that asks for a token does (I9)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from contracts.identity import AccountBlocked, AccountUnblocked
from tests.support.service import an_event, deliver, keyed
from tests.support.services.scheduling import Desk

_ROLES = ("citizen", "registrar", "support")


def _behind_the_door(desk: Desk) -> Iterator[tuple[str, str]]:
    for path, operations in desk.app.openapi()["paths"].items():
        for method, operation in operations.items():
            if "security" in operation:
                yield method.upper(), path


async def _block(desk: Desk, account_id: str) -> None:
    data = AccountBlocked(account_id=account_id, blocked_at=datetime.now(UTC))
    assert await deliver(desk.app, an_event(data, aggregate_id=account_id)) == "handled"


async def test_every_route_that_takes_a_token_refuses_the_blocked(desk: Desk) -> None:
    """Those of staff, those of citizens, and those that somebody will add."""
    booked = await desk.booked(await desk.citizen(), (await desk.late_slot())["id"])
    free = await desk.late_slot()
    await _block(desk, "account-1")
    who = desk.tokens.headers("account-1", *_ROLES, clinic_id=booked["clinic_id"])
    given = {"appointment_id": booked["id"], "number": booked["talon"]["number"]}
    doors = list(_behind_the_door(desk))
    assert len(doors) >= 6
    for method, path in doors:
        booking = (method, path) == ("POST", "/v1/appointments")
        refused = await desk.http.request(
            method,
            path.format(**given),
            headers=who | keyed(),
            json={"slot_id": free["id"]} if booking else None,
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
    await _block(desk, "staff-1")
    assert (await desk.http.request(method, path, headers=who)).status_code == 403
    opened = an_event(AccountUnblocked(account_id="staff-1"), aggregate_id="staff-1", seq=2)
    assert await deliver(desk.app, opened) == "handled"
    assert (await desk.http.request(method, path, headers=who)).status_code == 200
