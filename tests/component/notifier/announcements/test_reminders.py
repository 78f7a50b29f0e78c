"""A visit is reminded of a day and two hours before, as long as it stands (N12, A15)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx2
from fastapi import FastAPI

from contracts.scheduling import (
    AppointmentBooked,
    AppointmentCancelled,
    TalonIssued,
)
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.eventually import eventually
from tests.support.service import Tokens, deliver, running
from tests.support.services.notifier import (
    CITIZEN,
    PHONE,
    ended,
    journal,
    register,
)
from tests.support.services.notifier.providers import Providers
from tests.support.services.notifier.visits import (
    BOOKED,
    about,
    due_now,
    moved,
    none_left,
    of_visits,
    timers_of,
)


async def test_a_visit_is_reminded_of_and_a_cancelled_one_is_not(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers, tokens: Tokens
) -> None:
    """N12: a day before; cancelling takes the reminder away, whatever came first."""
    await register(app, phone=PHONE, email=None)
    starts = datetime.now(UTC) + timedelta(days=3)
    await deliver(app, about(AppointmentBooked, "kept", starts=starts))
    await deliver(app, about(AppointmentBooked, "off"))
    await deliver(app, about(AppointmentCancelled, "off"))
    await deliver(app, about(AppointmentCancelled, "early"))
    await deliver(app, about(AppointmentBooked, "early"))
    timers = find(app, Runtime).timers.collection
    (timer,) = await timers.find({"kind": "notice"}).to_list(None)
    assert timer["key"] == "kept"
    assert abs(timer["due_at"] - (starts - timedelta(days=1))) < timedelta(seconds=1)
    await due_now(app, "notice")
    await ended(client, tokens, CITIZEN, count=1, template="appointment-reminder.v2")
    assert len([t for t in boxes.sms.texts if t.startswith("Ждём")]) == 1


async def test_a_reminder_that_comes_too_late_is_not_sent(
    app: FastAPI, client: httpx2.AsyncClient, tokens: Tokens
) -> None:
    """N12: after an outage nobody is reminded of yesterday's visit."""
    await register(app, phone=PHONE, email=None)
    await deliver(app, about(AppointmentBooked, "v"))
    await deliver(app, about(TalonIssued, "v"))
    now = datetime.now(UTC)
    timers = find(app, Runtime).timers.collection
    await timers.update_one({"kind": "notice"}, {"$set": {"due_at": now, "payload.until": now}})
    await none_left(app, "notice")
    assert await of_visits(client, tokens) == [(BOOKED, "sms")]


async def test_a15_a_visit_of_today_is_reminded_of_once_two_hours_before(
    app: FastAPI, client: httpx2.AsyncClient, tokens: Tokens
) -> None:
    """Booked within the day; it moves to within two hours, and then to next week."""
    await register(app, phone=PHONE, email=None)
    now = datetime.now(UTC)
    await deliver(app, about(AppointmentBooked, "v", starts=now + timedelta(hours=23)))
    assert set(await timers_of(app, "v")) == {"visit-soon"}
    await deliver(app, moved("v", seq=5, starts=now + timedelta(minutes=90)))
    assert await timers_of(app, "v") == {}  # it is told of the move just now
    await deliver(app, moved("v", seq=6, starts=now + timedelta(days=7)))
    assert set(await timers_of(app, "v")) == {"notice", "visit-soon"}
    await due_now(app, "visit-soon")
    await none_left(app, "visit-soon")
    await ended(client, tokens, CITIZEN, count=1, template="appointment-soon.v2")


async def test_a15_a_reminder_that_waits_for_its_provider_is_not_sent_when_the_visit_began(
    make: Callable[..., FastAPI], boxes: Providers, tokens: Tokens
) -> None:
    """The SMS centre was away over the beginning: the journal says that it came too late."""
    clock = [datetime.now(UTC)]
    app = make(now=lambda: clock[0])
    async with running(app) as client:
        await register(app, phone=PHONE, email=None)
        await ended(client, tokens, CITIZEN, count=1, template="account-registered.v2")
        starts = clock[0] + timedelta(hours=10)
        await deliver(app, about(AppointmentBooked, "v", starts=starts))
        boxes.sms.faults.append(503)
        await due_now(app, "visit-soon")

        async def put_off() -> bool:
            lines = await journal(client, tokens, CITIZEN)
            return any(line["status"] == "retrying" for line in lines)

        await eventually(put_off)
        clock[0] = starts
        await due_now(app, "send-sms")
        lines = await ended(client, tokens, CITIZEN, count=1, template="appointment-soon.v2")
        assert [line["history"][-1]["code"] for line in lines] == ["too-late"]
    assert not [text for text in boxes.sms.texts if "Скоро" in text or "Сегодня" in text]
