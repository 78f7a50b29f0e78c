"""What patients hear of identity: in any order, and whatever a token says (I9)."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from typing import Any

from contracts.envelope import Data, Event
from contracts.identity import (
    AccountBlocked,
    AccountUnblocked,
    ProfileRejected,
)
from contracts.patients import TemporaryPolicy
from contracts.scheduling import AppointmentBooked
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.service import an_event, deliver, outbox_events
from tests.support.services.scheduling import Desk, person


async def test_the_newest_name_is_printed(desk: Desk) -> None:
    """A7: an older profile that arrives late changes nothing; the agenda survives a new name."""
    who, booked = await desk.late_booking()

    def profile(seq: int, last: str) -> Event[Any]:
        return an_event(person("citizen-1", last), aggregate_id="citizen-1", seq=seq)

    newer, older = profile(5, "Орлова"), profile(4, "Белова")
    assert await deliver(desk.app, newer) == "handled"
    assert await deliver(desk.app, newer) == "duplicate"
    assert await deliver(desk.app, older) == "duplicate"
    overlap = [
        s
        for s in await desk.free(
            clinic_id="clinic-1", **{"from": booked["visit"]["starts_at"][:10]}
        )
        if s["visit"]["starts_at"] == booked["visit"]["starts_at"]
    ]
    assert (await desk.book(who, overlap[0]["id"])).json()["code"] == "appointments-overlap"
    free = await desk.free(doctor_id=booked["doctor_id"])
    await desk.booked(who, free[-1]["id"])
    last = (await outbox_events(desk.app, AppointmentBooked))[-1]
    assert last.data.pii.full_name == "Орлова Анна Сергеевна"


async def test_a_token_outlives_a_rejected_profile_and_a_block_and_no_booking_does(
    desk: Desk,
) -> None:
    """I9: refused by what was heard, whatever the token says; in any order of arrival."""
    who, booked = await desk.late_booking()
    name = "citizen-1"
    free = await desk.free(doctor_id=booked["doctor_id"])

    async def hear(data: Data, seq: int) -> str:
        return await deliver(desk.app, an_event(data, aggregate_id=name, seq=seq))

    async def tried() -> str:
        return str((await desk.book(who, free[-1]["id"])).json()["code"])

    confirmed = person(name)
    assert await hear(ProfileRejected(account_id=name, mismatches=("inn",)), 5) == "handled"
    assert await tried() == "account-not-confirmed"
    assert await hear(confirmed, 4) == "duplicate"
    assert await tried() == "account-not-confirmed"
    await hear(AccountBlocked(account_id=name, blocked_at=datetime.now(UTC)), 6)
    await hear(confirmed, 7)
    assert await tried() == "account-blocked"
    await hear(AccountUnblocked(account_id=name), 8)
    assert (await desk.book(who, free[-1]["id"])).status_code == 201


async def test_who_is_blocked_before_any_profile_is_told_so(desk: Desk) -> None:
    name = "citizen-unheard"
    data = AccountBlocked(account_id=name, blocked_at=datetime.now(UTC))
    assert await deliver(desk.app, an_event(data, aggregate_id=name)) == "handled"
    slot = await desk.late_slot()

    refused = await desk.book(desk.tokens.headers(name), slot["id"])
    assert refused.json()["code"] == "account-blocked"


async def test_who_was_rejected_first_is_waited_for(desk: Desk) -> None:
    """The confirmation that the token speaks of is on its way."""
    name = "citizen-again"
    rejected = ProfileRejected(account_id=name, mismatches=("inn",))
    assert await deliver(desk.app, an_event(rejected, aggregate_id=name)) == "handled"
    booking = asyncio.create_task(
        desk.book(desk.tokens.headers(name), (await desk.late_slot())["id"])
    )
    await asyncio.sleep(0.2)  # it waits: no event tells that it does
    confirmed = person(name)
    await deliver(desk.app, an_event(confirmed, aggregate_id=name, seq=2))
    assert (await booking).status_code == 201


async def test_who_was_rejected_is_told_why_and_books_once_it_is_right_e22_e23(desk: Desk) -> None:
    """A29: with a fresh token and with one that still says «confirmed»; the desk's help counts."""
    name = "citizen-1"
    confirmed, slot = await desk.citizen(name), await desk.late_slot()
    registered = desk.tokens.headers(name, level="registered")

    async def rejected(seq: int, *reasons: str) -> None:
        data = ProfileRejected(account_id=name, mismatches=("oms",), reasons=reasons)
        assert await deliver(desk.app, an_event(data, aggregate_id=name, seq=seq)) == "handled"

    for seq, reason in enumerate(("policy-expired", "name-mismatch"), start=2):
        await rejected(seq, reason)
        for who in (confirmed, registered):
            refused = await desk.book(who, slot["id"])
            assert (refused.status_code, refused.json()["code"]) == (403, reason)
    await rejected(4)
    assert (await desk.book(registered, slot["id"])).json()["code"] == "account-not-confirmed"
    corrected = person(name, "Белова")
    await deliver(desk.app, an_event(corrected, aggregate_id=name, seq=5))
    assert (await desk.book(confirmed, slot["id"])).status_code == 201


async def test_a_clinic_may_ask_for_a_policy_and_a_temporary_number_will_do_e21(
    desk: Desk,
) -> None:
    """A25: until its last day; the refusal names the ways."""
    slot = await desk.late_slot(clinic_id="clinic-1")
    receptions = find(desk.app, Runtime).mongo.db["receptions"]
    await receptions.insert_one({"_id": "clinic-1", "policy_required": True})
    who = await desk.citizen(oms=None)
    refused = await desk.book(who, slot["id"])
    assert (refused.status_code, refused.json()["code"]) == (403, "policy-required")
    assert "временный страховой номер" in refused.json()["detail"]

    temporary = TemporaryPolicy(number="123456789", valid_until=date(2038, 4, 1))
    helped = person("citizen-1", oms=None, temporary_policy=temporary)
    await deliver(desk.app, an_event(helped, aggregate_id="citizen-1", seq=2))
    assert (await desk.book(who, slot["id"])).status_code == 201
