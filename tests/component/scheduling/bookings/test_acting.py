"""Booking for a child: by a right that identity told of, and not a moment longer (A34, I12)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from contracts.identity import AccountBlocked
from contracts.rights import RightKind, Scope
from contracts.scheduling import AppointmentBooked, AppointmentCancelled
from tests.support.service import an_event, deliver, keyed, outbox_events
from tests.support.services.scheduling import Desk
from tests.support.tools.rights import RIGHT, acting, ended, granted

PARENT, CHILD = "citizen-1", "ward-1"


async def _a_child(desk: Desk, **right: Any) -> dict[str, str]:
    """A child that scheduling knows, and the headers of its parent acting for it."""
    await desk.citizen(CHILD, last="Соколов", first="Пётр", middle="Ильич")
    assert await deliver(desk.app, granted(PARENT, CHILD, **right)) == "handled"
    return acting(desk.tokens, PARENT, CHILD)


async def test_a_parent_books_and_cancels_for_a_child_a34_i12(desk: Desk) -> None:
    """The journal of the visit says who did it, and the clinic hears it."""
    who = await _a_child(desk)
    slot = await desk.late_slot()
    booked = await desk.booked(who, slot["id"])
    (line,) = booked["history"]
    assert (line["by"], line["actor_id"]) == ("representative", PARENT)
    (event,) = await outbox_events(desk.app, AppointmentBooked)
    assert (event.data.citizen_id, event.data.actor_id) == (CHILD, PARENT)
    assert event.data.pii.full_name == "Соколов Пётр Ильич"
    assert (await desk.read(who, booked))["id"] == booked["id"]

    # it is the child's, not the parent's
    assert (await desk.http.get("/v1/appointments", headers=await desk.citizen(PARENT))).json()[
        "items"
    ] == []
    assert (await desk.cancel(who, booked["id"])).status_code == 200
    (off,) = await outbox_events(desk.app, AppointmentCancelled)
    assert (off.data.cancelled_by, off.data.actor_id) == ("citizen", PARENT)
    last = (await desk.read(who, booked))["history"][-1]
    assert (last["by"], last["actor_id"]) == ("representative", PARENT)


async def test_an_ended_right_opens_nothing_whatever_the_token_says_i12(desk: Desk) -> None:
    who = await _a_child(desk)
    slot = await desk.late_slot()
    booked = await desk.booked(who, slot["id"])
    assert await deliver(desk.app, ended(PARENT, CHILD)) == "handled"
    for answer in (
        await desk.book(who, (await desk.late_slot())["id"]),
        await desk.cancel(who, booked["id"]),
        await desk.http.get("/v1/appointments", headers=who),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "right-ended")
    # what was granted before its end comes late: nothing changes
    assert await deliver(desk.app, granted(PARENT, CHILD)) == "duplicate"
    assert (await desk.cancel(who, booked["id"])).status_code == 403


async def test_a_right_expires_by_itself_i12(desk: Desk) -> None:
    """d12: whatever becomes of the event that says so."""
    who = await _a_child(desk, until=desk.clock.now + timedelta(days=1))
    assert (await desk.http.get("/v1/appointments", headers=who)).status_code == 200
    desk.clock.now += timedelta(days=1)
    answer = await desk.http.get("/v1/appointments", headers=who)
    assert (answer.status_code, answer.json()["code"]) == (403, "right-ended")


@pytest.mark.parametrize(
    "right",
    [
        {"scopes": (Scope.CERTIFICATES,)},
        {"kind": RightKind.ORGANISATION},
        {"subject": "ward-2"},
        {"representative": "citizen-2"},
    ],
    ids=str,
)
async def test_a_right_covers_what_it_says_i11(desk: Desk, right: dict[str, Any]) -> None:
    whose = {"representative": PARENT, "subject": CHILD} | {
        k: v for k, v in right.items() if k in ("representative", "subject")
    }
    more = {k: v for k, v in right.items() if k not in whose}
    await desk.citizen(CHILD)
    await deliver(desk.app, granted(whose["representative"], whose["subject"], **more))
    slot = await desk.late_slot()
    answer = await desk.book(acting(desk.tokens, PARENT, CHILD), slot["id"])
    assert (answer.status_code, answer.json()["code"]) == (403, "right-not-covering")


async def test_a_right_that_is_not_here_yet_is_no_refusal_i12(desk: Desk) -> None:
    await desk.citizen(CHILD)
    slot = await desk.late_slot()
    who = acting(desk.tokens, PARENT, CHILD)
    early = await desk.book(who, slot["id"])
    assert (early.status_code, early.json()["code"]) == (503, "right-not-received")
    assert early.headers["Retry-After"]
    await deliver(desk.app, granted(PARENT, CHILD))
    assert (await desk.book(who, slot["id"])).status_code == 201


async def test_a_token_that_names_no_right_acts_for_nobody_i12(desk: Desk) -> None:
    await _a_child(desk)
    who = acting(desk.tokens, PARENT, CHILD, right_id=None)
    answer = await desk.http.get("/v1/appointments", headers=who)
    assert (answer.status_code, answer.json()["code"]) == (403, "right-not-covering")


@pytest.mark.parametrize("blocked", [PARENT, CHILD])
async def test_neither_acts_once_blocked_i9(desk: Desk, blocked: str) -> None:
    who = await _a_child(desk)
    said = AccountBlocked(account_id=blocked, blocked_at=desk.clock.now)
    await deliver(desk.app, an_event(said, aggregate_id=blocked, seq=9))
    answer = await desk.http.get("/v1/appointments", headers=who)
    assert (answer.status_code, answer.json()["code"]) == (403, "account-blocked")
    slot = await desk.late_slot()
    assert (await desk.book(who, slot["id"])).json()["code"] == "account-blocked"


async def test_one_key_for_two_children_is_two_requests_i12(desk: Desk) -> None:
    who = await _a_child(desk)
    await desk.citizen("ward-2", first="Мария")
    await deliver(desk.app, granted(PARENT, "ward-2", right="right-2"))
    other = acting(desk.tokens, PARENT, "ward-2", right_id="right-2")
    key, slot = keyed(), await desk.late_slot()
    first = await desk.book(who, slot["id"], key)
    assert first.status_code == 201
    assert (await desk.book(who, slot["id"], key)).json() == first.json()
    assert (await desk.book(other, slot["id"], key)).json()["code"] == "slot-taken"


async def test_staff_routes_are_for_nobody_who_acts_for_another_i12(desk: Desk) -> None:
    await _a_child(desk)
    token = desk.tokens.headers(CHILD, "support", actor=PARENT, right_id=RIGHT)
    answer = await desk.http.post("/v1/desk/appointments/x/cancellation", headers=token)
    assert (answer.status_code, answer.json()["code"]) == (403, "only-for-oneself")
