"""A visit that moves or is off: told at once, in calendars too (A9, A16, A38, e27)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx2
from fastapi import FastAPI

from contracts.scheduling import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentConfirmed,
    CancelledBy,
    TalonIssued,
)
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.service import Tokens, deliver
from tests.support.services.notifier import (
    CITIZEN,
    MAIL,
    PHONE,
    ended,
    heard,
    register,
)
from tests.support.services.notifier.providers import Providers
from tests.support.services.notifier.visits import (
    BOOKED,
    CANCELLED,
    MOVED,
    about,
    moved,
    of_visits,
    timers_of,
)


def close(one: datetime, other: datetime) -> bool:
    return abs(one - other) < timedelta(seconds=1)


def unfolded(file: str) -> dict[str, str]:
    """The properties of a calendar file."""
    lines = file.replace("\r\n", "\n").replace("\n ", "").splitlines()
    return {name: value for name, _, value in (line.partition(":") for line in lines)}


async def test_a_moved_visit_is_told_at_once_and_reminded_of_at_its_new_time(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers, tokens: Tokens
) -> None:
    """K3: old and new time, the new talon; its sealing is told to nobody twice."""
    await register(app)
    await deliver(app, about(AppointmentBooked, "v"))
    await deliver(app, about(TalonIssued, "v"))
    starts = datetime.now(UTC) + timedelta(days=5)
    event = moved("v", starts=starts, former_talon_number="4821-0937-5526")
    assert await deliver(app, event) == "handled"
    assert await deliver(app, event) == "duplicate"
    await deliver(app, about(TalonIssued, "v"))
    await ended(client, tokens, CITIZEN, count=2, template=MOVED)
    (letter,) = [m for m in boxes.email.to(MAIL) if "перенес" in m.title]
    assert "Клиника перенесла приём" in letter.text
    assert "Прежний врач: Орлова Мария Викторовна" in letter.text
    assert "Талон 4821-0937-5526 больше не действует" in letter.text
    timers = find(app, Runtime).timers.collection
    (timer,) = await timers.find({"kind": "notice"}).to_list(None)
    assert abs(timer["due_at"] - (starts - timedelta(days=1))) < timedelta(seconds=1)
    assert sorted({t for t, _ in await of_visits(client, tokens)}) == [BOOKED, MOVED]


async def test_of_moves_in_any_order_the_newest_counts(
    app: FastAPI, client: httpx2.AsyncClient, tokens: Tokens
) -> None:
    """N8: a replayed dead letter; the booking comes last of all and sets no reminder of its own."""
    await register(app, phone=PHONE, email=None)
    newest = datetime.now(UTC) + timedelta(days=6)
    await deliver(app, moved("v", seq=6, starts=newest))
    await deliver(app, moved("v", seq=5, starts=newest - timedelta(days=2)))
    await deliver(app, about(AppointmentBooked, "v"))
    await ended(client, tokens, CITIZEN, count=1, template=MOVED)
    timers = find(app, Runtime).timers.collection
    (timer,) = await timers.find({"kind": {"$in": ["notice", "talon-wait"]}}).to_list(None)
    assert abs(timer["due_at"] - (newest - timedelta(days=1))) < timedelta(seconds=1)

    await deliver(app, about(AppointmentCancelled, "v"))
    await deliver(app, moved("v", seq=9, starts=newest))
    await ended(client, tokens, CITIZEN, count=1, template=CANCELLED)
    assert await of_visits(client, tokens) == [(CANCELLED, "sms"), (MOVED, "sms")]


async def test_e27_whom_a_clinic_cancels_is_led_to_other_times(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers, tokens: Tokens
) -> None:
    await register(app)
    off = about(AppointmentCancelled, "v").model_dump(mode="json")["data"]
    event = heard(
        AppointmentCancelled,
        aggregate="v",
        seq=3,
        **{**off, "cancelled_by": CancelledBy.CLINIC, "talon_number": "4821-0937-5526"},
    )
    assert await deliver(app, event) == "handled"
    await ended(client, tokens, CITIZEN, count=2, template=CANCELLED)
    (letter,) = [m for m in boxes.email.to(MAIL) if "отмен" in m.title]
    assert "Клиника отменила приём" in letter.text
    assert "/next/alternatives#4821-0937-5526" in letter.text
    (sms,) = [text for text in boxes.sms.texts if "Отмен" in text]
    assert sms.endswith("/l")


async def test_a16_a_pending_visit_that_moves_is_confirmed_and_reminded_of_later(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers, tokens: Tokens
) -> None:
    await register(app)
    await deliver(app, about(AppointmentBooked, "v", status="pending", needs=["clinic"]))
    starts = datetime.now(UTC) + timedelta(days=5)
    await deliver(
        app, moved("v", seq=2, starts=starts, reason_code="doctor-absent", status="pending")
    )
    await ended(client, tokens, CITIZEN, count=2, template=MOVED)
    letter = boxes.email.to(MAIL)[-1].text
    assert "Почему: врача в этот день не будет" in letter
    assert "Запись ещё ждёт подтверждения" in letter
    assert await timers_of(app, "v") == {}
    await deliver(app, about(AppointmentConfirmed, "v", starts=starts))
    await deliver(app, about(TalonIssued, "v", starts=starts))
    await ended(client, tokens, CITIZEN, count=2, template="appointment-confirmed.v2")
    assert close((await timers_of(app, "v"))["notice"], starts - timedelta(days=1))


async def test_a38_a_letter_of_a_visit_brings_it_into_the_calendar_and_out_again(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers, tokens: Tokens
) -> None:
    """One entry, whose number grows: booked, moved, cancelled. The journal keeps its hash."""
    await register(app)
    await deliver(app, about(AppointmentBooked, "v"))
    await deliver(app, about(TalonIssued, "v"))
    await ended(client, tokens, CITIZEN, count=2, template=BOOKED)
    await deliver(app, moved("v", starts=datetime(2026, 12, 31, 21, 30, tzinfo=UTC)))
    await ended(client, tokens, CITIZEN, count=2, template=MOVED)
    await deliver(app, about(AppointmentCancelled, "v"))
    await ended(client, tokens, CITIZEN, count=2, template=CANCELLED)
    files = [file for letter in boxes.email.to(MAIL) for file in letter.files]
    kinds = [(file.get_content_type(), file.get_filename()) for file in files]
    assert kinds == [("text/calendar", "visit.ics")] * 3
    entries = [unfolded(file.get_content()) for file in files]
    assert [entry["METHOD"] for entry in entries] == ["PUBLISH", "PUBLISH", "CANCEL"]
    assert [entry["STATUS"] for entry in entries] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert [entry["UID"] for entry in entries] == ["v"] * 3
    numbers = [int(entry["SEQUENCE"]) for entry in entries]
    assert numbers == sorted(set(numbers))
    assert entries[1]["DTSTART"] == "20261231T213000Z"
    assert entries[1]["LOCATION"].startswith("Городская поликлиника № 45\\, г. Москва")
    timers = find(app, Runtime).mongo.db["messages"]
    (kept,) = await timers.find({"template": BOOKED, "address.channel": "email"}).to_list(None)
    (file,) = kept["content"]["attachments"]
    assert file["content"] is None
    assert len(file["sha256"]) == 64
