"""The waitlist over HTTP on real MongoDB: a freed slot is held for the first in line (A17, A18)."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from contracts.identity import AccountBlocked
from contracts.scheduling import AppointmentBooked
from contracts.waiting import OfferEnded, SlotOffered, WaitEnded
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.work.transactions import Transaction
from services.scheduling.hours.usecases import Hours
from services.scheduling.timetable.actions import HOLD
from services.scheduling.timetable.domain import ClosedDay
from services.scheduling.waitlist.domain import PAST, Sought, Wait
from services.scheduling.waitlist.store import Waits
from tests.support.service import Tokens, an_event, deliver, keyed, outbox_events
from tests.support.services.scheduling import SAID, Desk, scheduling, slots_made
from tests.support.services.waiting import (
    answer_offer,
    database_of,
    held_for,
    hold_runs_out,
    join,
    joined,
    rung,
    slot_of,
    waits_of,
    wish,
)


async def _taken(desk: Desk) -> tuple[dict[str, str], dict[str, Any], dict[str, Any]]:
    """Who has a slot, their appointment, and the slot."""
    who = await desk.citizen("holder")
    slot = await desk.late_slot(doctor_id="doctor-orlova")
    return who, await desk.booked(who, slot["id"]), slot


async def test_a_freed_slot_is_held_for_the_first_in_line_and_a_yes_books_it(desk: Desk) -> None:
    """A17, A18, A37, X2: nobody else sees it, and what was said when joining is in the visit."""
    holder, visit, slot = await _taken(desk)
    first, second = await desk.citizen("first"), await desk.citizen("second")
    details = {"reason": "repeat", "symptoms": "Кашель третью неделю", "red_flags": []}
    one = await joined(desk, first, wish(slot, details=details, preliminary=True))
    two = await joined(desk, second, wish(slot))
    assert [w["ahead"] for w in await waits_of(desk, second)] == [1]
    assert (await desk.cancel(holder, visit["id"])).status_code == 200

    (offered,) = await outbox_events(desk.app, SlotOffered)
    assert (offered.aggregateid, offered.data.citizen_id) == (one, "first")
    assert offered.data.held_until - desk.clock() == timedelta(minutes=15)
    assert slot["id"] not in {s["id"] for s in await desk.free(doctor_id="doctor-orlova")}
    (mine,) = await waits_of(desk, first)
    assert (mine["state"], mine["offer"]["seconds_left"]) == ("offered", 900)
    assert mine["offer"]["visit"] == slot["visit"]
    refused = await desk.book(second, slot["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "slot-held")
    other = await answer_offer(desk, second, two, "acceptance")
    assert (other.status_code, other.json()["code"]) == (409, "no-offer")
    assert (await answer_offer(desk, second, one, "acceptance")).status_code == 404

    key = {**first, **keyed()}
    answers = [await desk.http.post(f"/v1/waits/{one}/acceptance", headers=key) for _ in range(2)]
    assert [a.status_code for a in answers] == [201, 201], answers[0].text
    assert answers[0].json() == answers[1].json()
    booked = await database_of(desk)["appointments"].find_one(
        {"_id": answers[0].json()["appointment_id"]}
    )
    assert booked is not None
    assert (booked["slot_id"], booked["details"]["symptoms"]) == (slot["id"], details["symptoms"])
    (ended,) = await outbox_events(desk.app, WaitEnded)
    assert (ended.data.ended_by, ended.data.visit_id) == ("booked", booked["_id"])
    (mine,) = await waits_of(desk, first)
    assert (mine["state"], mine["appointment_id"], mine["ahead"]) == ("ended", booked["_id"], None)
    assert [w["ahead"] for w in await waits_of(desk, second)] == [0]


async def test_fifty_wait_and_are_offered_the_slot_in_the_order_of_joining(desk: Desk) -> None:
    """A18, X2: each once; who said no is not asked again; after the last it is everybody's."""
    holder, visit, slot = await _taken(desk)
    people = [f"citizen-{n:02}" for n in range(50)]
    ids = {name: await joined(desk, await desk.citizen(name), wish(slot)) for name in people}
    await desk.cancel(holder, visit["id"])
    asked = list[str | None]()
    for name in people:
        asked.append(await held_for(desk, slot["id"]))
        answer = await answer_offer(desk, await desk.citizen(name), ids[name], "refusal")
        assert answer.status_code == 200, answer.text
        assert answer.json()["state"] == "waiting"
    assert asked == people
    assert slot["id"] in {s["id"] for s in await desk.free(doctor_id="doctor-orlova")}
    events = await outbox_events(desk.app, SlotOffered)
    assert [event.data.citizen_id for event in events] == people
    # taken and freed again, it goes to nobody who had their turn
    again = await desk.booked(holder, slot["id"])
    await desk.cancel(holder, again["id"])
    assert (await slot_of(desk, slot["id"]))["free"]


async def test_an_offer_that_runs_out_goes_to_the_next_and_three_of_them_end_a_wait(
    desk: Desk,
) -> None:
    """A18: the place in line stays; a timer that comes twice changes nothing."""
    holder = await desk.citizen("holder")
    slots = (await desk.free(doctor_id="doctor-orlova", **{"from": "2038-03-04"}))[:3]
    visits = [await desk.booked(holder, slot["id"]) for slot in slots]
    first, second = await desk.citizen("first"), await desk.citizen("second")
    day = {"time_to": slots[2]["visit"]["ends_at"][11:16]}
    one = await joined(desk, first, wish(slots[0], **day))
    await joined(desk, second, wish(slots[0], **day))
    for n, (slot, visit) in enumerate(zip(slots, visits, strict=True)):
        await desk.cancel(holder, visit["id"])
        assert await held_for(desk, slot["id"]) == "first", n
        await hold_runs_out(desk, slot["id"])
        assert await held_for(desk, slot["id"]) == "second"
        before = await slot_of(desk, slot["id"])
        await rung(desk, HOLD, slot["id"])  # before its time
        assert await slot_of(desk, slot["id"]) == before
        (mine,) = [w for w in await waits_of(desk, second) if w["offer"]]
        assert (await answer_offer(desk, second, mine["id"], "refusal")).status_code == 200
    (ended,) = await outbox_events(desk.app, WaitEnded)
    assert (ended.data.wait_id, ended.data.ended_by) == (one, "unanswered")
    told = await outbox_events(desk.app, OfferEnded)
    assert [(e.data.citizen_id, e.data.reason_code) for e in told] == [("first", "run-out")] * 2


async def test_who_cannot_book_now_is_passed_over_and_keeps_the_place(desk: Desk) -> None:
    """A18, A32: another visit at that time, or a blocked account, stops nobody behind."""
    holder, visit, slot = await _taken(desk)
    busy, closed, free = [await desk.citizen(n) for n in ("busy", "closed", "free")]
    for who in (busy, closed, free):
        await joined(desk, who, wish(slot))
    here = slot["visit"]["starts_at"]
    same_time = [
        found
        for doctor in ("doctor-safin", "doctor-kuznetsov", "doctor-egorov", "doctor-gromov")
        for found in await desk.free(doctor_id=doctor, **{"from": here[:10], "to": here[:10]})
        if found["visit"]["starts_at"] <= here < found["visit"]["ends_at"]
    ]
    await desk.booked(busy, same_time[0]["id"])
    await deliver(desk.app, _blocked("closed"))
    await desk.cancel(holder, visit["id"])
    assert await held_for(desk, slot["id"]) == "free"
    assert [w["state"] for w in await waits_of(desk, busy)] == ["waiting"]


def _blocked(account_id: str) -> Any:
    fact = AccountBlocked(account_id=account_id, blocked_at=datetime.now(UTC))
    return an_event(fact, aggregate_id=account_id)


async def test_a_blocked_account_gives_its_offer_to_the_next(desk: Desk) -> None:
    """A18, I9."""
    holder, visit, slot = await _taken(desk)
    for name in ("first", "second"):
        await joined(desk, await desk.citizen(name), wish(slot))
    await desk.cancel(holder, visit["id"])
    await deliver(desk.app, _blocked("first"))
    assert await held_for(desk, slot["id"]) == "second"


async def test_where_there_is_time_nobody_waits(desk: Desk) -> None:
    """A17, e28: the answer names it; what cannot come, or is asked twice, is refused in words."""
    who = await desk.citizen()
    slot = await desk.late_slot(doctor_id="doctor-orlova")
    answer = await join(desk, who, wish(slot))
    assert (answer.status_code, answer.json()["code"]) == (409, "there-is-time")
    assert answer.json()["slot_ids"] == [slot["id"]]
    await desk.booked(await desk.citizen("holder"), slot["id"])
    await joined(desk, who, wish(slot))
    cases: list[tuple[dict[str, Any], int, str]] = [
        ({}, 409, "waiting-already"),
        ({"to": "2038-02-20", "from": "2038-02-20"}, 422, "days-past"),
        ({"to": "2038-12-20"}, 422, "days-too-far"),
        ({"doctor_id": "nobody"}, 404, "doctor-not-found"),
        ({"specialty": "therapist"}, 422, "one-of"),
        ({"doctor_id": None, "specialty": "therapist"}, 422, "with-specialty"),
        ({"kind": "dance"}, 422, "visit-kind"),
        ({"details": {"symptoms": "Кашель"}}, 422, "missing"),
        (
            {"details": {"symptoms": "Острая боль в груди", "red_flags": []}},
            409,
            "life-threatening",
        ),
        ({"details": {}, "preliminary": True}, 422, "missing"),
        ({"details": {"reason": "first"}, "preliminary": True}, 422, "missing"),
    ]
    for over, status, code in cases:
        refused = await join(desk, who, wish(slot, **over))
        problem = refused.json()
        codes = {problem["code"], *(e["code"] for e in problem.get("errors", []))}
        assert (refused.status_code, code in codes) == (status, True), (over, problem)


async def test_of_a_specialty_at_several_clinics_and_no_more_than_five(desk: Desk) -> None:
    """A17: joining at the same moment does not pass the limit."""
    who = await desk.citizen()
    holiday = {"from": "2038-03-08", "to": "2038-03-08"}
    clinics = ["clinic-1", "clinic-2"]
    doctors = ("orlova", "orlova", "lebedeva", "kuznetsov", "safin", "egorov")
    answers = await asyncio.gather(
        join(desk, who, {"specialty": "therapist", "clinic_ids": clinics} | holiday),
        *(join(desk, who, {"doctor_id": f"doctor-{name}"} | holiday) for name in doctors),
    )
    codes = Counter(a.json().get("code", a.status_code) for a in answers)
    assert codes[201] == 5, codes
    assert codes["waiting-already"] + codes["too-many-waits"] == 2, codes


async def test_leaving_gives_the_offer_to_the_next_and_the_last_day_ends_a_wait(
    desk: Desk,
) -> None:
    """A17, A18."""
    holder, visit, slot = await _taken(desk)
    first, second = await desk.citizen("first"), await desk.citizen("second")
    one, two = await joined(desk, first, wish(slot)), await joined(desk, second, wish(slot))
    await desk.cancel(holder, visit["id"])
    assert (await answer_offer(desk, first, one, "departure")).json()["ended_by"] == "left"
    assert await held_for(desk, slot["id"]) == "second"
    again = await answer_offer(desk, first, one, "departure")
    assert (again.status_code, again.json()["code"]) == (409, "wait-ended")
    timer = await database_of(desk)["timers"].find_one({"kind": PAST, "key": two})
    assert timer is not None
    starts = datetime.fromisoformat(slot["visit"]["starts_at"])
    assert timer["due_at"] > starts
    assert await database_of(desk)["timers"].find_one({"kind": PAST, "key": one}) is None


async def test_two_replicas_free_slots_and_nobody_has_two_offers_of_one_wait(
    desk: Desk, platform: Platform, database: str, tokens: Tokens
) -> None:
    """A18, X1: four slots, three who wait: three offers, and one slot for everybody."""
    slots = (await desk.free(doctor_id="doctor-orlova", **{"from": "2038-03-04"}))[:4]
    visits = []
    for n, slot in enumerate(slots):
        who = await desk.citizen(f"holder-{n}")
        visits.append((who, await desk.booked(who, slot["id"])))
    window = {"time_to": slots[-1]["visit"]["ends_at"][11:16]}
    for n in range(3):
        await joined(
            desk, await desk.citizen(f"citizen-{n}"), wish(slots[0], details=SAID, **window)
        )
    async with scheduling(platform, database, tokens, region=False) as other:
        await asyncio.gather(
            *((desk, other)[n % 2].cancel(who, v["id"]) for n, (who, v) in enumerate(visits))
        )
        holds = [await held_for(desk, slot["id"]) for slot in slots]
        assert Counter(holds) == {"citizen-0": 1, "citizen-1": 1, "citizen-2": 1, None: 1}
        assert len(await outbox_events(desk.app, SlotOffered)) == 3
        # a yes at both replicas at once is one visit
        name = next(name for name in holds if name)
        who = desk.tokens.headers(name)
        (mine,) = await waits_of(desk, who)
        answers = await asyncio.gather(
            *(answer_offer(d, who, mine["id"], "acceptance") for d in (desk, other))
        )
        assert sorted(a.status_code for a in answers) == [201, 409]
        booked = [e for e in await outbox_events(desk.app, AppointmentBooked)
                  if e.data.citizen_id == name]  # fmt: skip
        assert len(booked) == 1


async def test_an_offered_slot_that_is_gone_is_told_and_the_place_stays(desk: Desk) -> None:
    """A18, A14: the clinic closes the day; what is made again is offered again."""
    holder, visit, slot = await _taken(desk)
    who = await desk.citizen("first")
    await joined(desk, who, wish(slot))
    await desk.cancel(holder, visit["id"])
    day = datetime.fromisoformat(slot["visit"]["starts_at"]).date()
    await _closed(desk, day, closed=True)
    (told,) = await outbox_events(desk.app, OfferEnded)
    assert (told.data.citizen_id, told.data.reason_code) == ("first", "slot-gone")
    (mine,) = await waits_of(desk, who)
    assert (mine["state"], mine["missed"]) == ("waiting", 0)
    await _closed(desk, day, closed=False)
    assert await held_for(desk, slot["id"]) == "first"
    assert len(await outbox_events(desk.app, SlotOffered)) == 2


async def _closed(desk: Desk, day: date, *, closed: bool) -> None:
    """The clinic says of a day whether it works, and its slots are made anew."""
    making = find(desk.app, Hours).making

    async def work(tx: Transaction) -> None:
        await making.calendar.days.put(tx, ClosedDay(day, "Авария", "clinic-1", closed))
        await making.begin(tx, ["doctor-orlova@clinic-1"])

    await making.deps.transactions.run(work)
    await slots_made(desk.app)


async def test_a_thousand_who_wait_cost_a_cancellation_nothing_that_is_felt(desk: Desk) -> None:
    """X2: a freed slot is held for the first in line in the same transaction, far below 1 s."""
    holder, visit, slot = await _taken(desk)
    await desk.citizen("first")
    day = datetime.fromisoformat(slot["visit"]["starts_at"]).date()
    sought = Sought(day, day, doctor_id="doctor-orlova")
    nobody = replace(sought, begins=(0, 1))  # of the same doctor and day, at another time
    mapper, now = Waits(database_of(desk)).mapper, desk.clock()
    await database_of(desk)["waits"].insert_many(
        mapper.document(Wait(f"w-{n:04}", f"nobody-{n}", nobody, now, nobody.keys))
        for n in range(900)
    )
    last = Wait("w-last", "first", sought, now + timedelta(seconds=1), sought.keys)
    await database_of(desk)["waits"].insert_one(mapper.document(last))
    begun = time.perf_counter()
    assert (await desk.cancel(holder, visit["id"])).status_code == 200
    print(f"cancelled past 900 who wait in {time.perf_counter() - begun:.3f} s")
    assert await held_for(desk, slot["id"]) == "first"
