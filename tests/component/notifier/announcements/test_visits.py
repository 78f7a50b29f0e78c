"""What is told of a visit: once with its talon, nothing once it is off (N1, A6, A10, A33)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from fastapi import FastAPI

from contracts.envelope import Data
from contracts.notifier import MessageAbandoned
from contracts.scheduling import (
    AppointmentAttended,
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentConfirmed,
    AppointmentMissed,
    AppointmentStalled,
    TalonIssued,
)
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.eventually import eventually
from tests.support.service import Collector, Tokens, deliver, keyed, running
from tests.support.services.notifier import (
    CITIZEN,
    DEVICE,
    MAIL,
    PHONE,
    ended,
    register,
)
from tests.support.services.notifier.providers import Providers
from tests.support.services.notifier.visits import (
    BOOKED,
    CANCELLED,
    about,
    due_now,
    none_left,
    of_visits,
    timers_of,
)

_A7 = (
    "Пациент: Соколова Анна Сергеевна\n",
    "Специальность: Терапевт\n",
    "в 9:30 по времени клиники\n",
    "Номер клиники: 45\n",
    "Адрес: г. Москва, ул. Садовая, д. 12\n",
    "Номер талона: ",
)
"""What a talon has (A7), in the letter, too (A38)."""


async def test_booking_and_talon_are_one_message_in_each_channel(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers, tokens: Tokens
) -> None:
    """N1: nothing is sent before the talon; then one SMS, one letter, one push tell of both."""
    answer = await client.post(
        "/v1/devices",
        json={"token": DEVICE, "platform": "android"},
        headers=tokens.headers(CITIZEN) | keyed(),
    )
    assert answer.status_code == 201
    await register(app)
    assert await deliver(app, about(AppointmentBooked, "v")) == "handled"
    assert await of_visits(client, tokens) == []
    talon = about(TalonIssued, "v")
    assert await deliver(app, talon) == "handled"
    assert await deliver(app, talon) == "duplicate"
    lines = await ended(client, tokens, CITIZEN, count=3, template=BOOKED)
    assert {line["channel"] for line in lines} == {"sms", "email", "push"}
    (letter,) = [m for m in boxes.email.to(MAIL) if "Вы записаны" in m.title]
    assert "Талон с QR-кодом готов" in letter.text
    for line in _A7:
        assert line in letter.text
    (sms,) = [text for text in boxes.sms.texts if "9:30" in text]
    assert "Городская поликлиника № 45" in sms
    await none_left(app, "talon-wait")


async def test_a_talon_that_does_not_come_delays_the_news_by_half_a_minute(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers, tokens: Tokens
) -> None:
    """N9: sealing failed; the citizen hears of the visit all the same, and once."""
    await register(app)
    await deliver(app, about(AppointmentBooked, "v"))
    timer = await find(app, Runtime).timers.collection.find_one({"kind": "talon-wait"})
    assert timer is not None
    assert timer["due_at"] <= datetime.now(UTC) + timedelta(seconds=30)
    await due_now(app, "talon-wait")
    await ended(client, tokens, CITIZEN, count=2, template=BOOKED)
    (letter,) = [m for m in boxes.email.to(MAIL) if "Вы записаны" in m.title]
    assert "Талон с QR-кодом готовится" in letter.text

    assert await deliver(app, about(TalonIssued, "v")) == "handled"  # it came late
    assert await of_visits(client, tokens) == [(BOOKED, "email"), (BOOKED, "sms")]


async def test_a_talon_before_its_booking_is_told_once(
    app: FastAPI, client: httpx2.AsyncClient, tokens: Tokens
) -> None:
    """N8: a replayed dead letter may turn the order round; the reminder is set all the same."""
    await register(app)
    await deliver(app, about(TalonIssued, "v"))
    await ended(client, tokens, CITIZEN, count=2, template=BOOKED)
    await deliver(app, about(AppointmentBooked, "v"))
    await due_now(app, "talon-wait")
    await none_left(app, "talon-wait")
    assert await of_visits(client, tokens) == [(BOOKED, "email"), (BOOKED, "sms")]
    assert await find(app, Runtime).timers.collection.count_documents({"kind": "notice"}) == 1


@pytest.mark.parametrize(
    "order",
    [
        (AppointmentBooked, AppointmentCancelled, TalonIssued),
        (AppointmentCancelled, AppointmentBooked, TalonIssued),
        (AppointmentCancelled, TalonIssued, AppointmentBooked),
    ],
    ids=lambda order: "-".join(kind.__name__ for kind in order),
)
async def test_a_cancelled_visit_sends_no_late_talon(
    app: FastAPI, client: httpx2.AsyncClient, tokens: Tokens, order: tuple[type[Data], ...]
) -> None:
    """Whatever comes first: only the cancelling is told, and nobody is reminded."""
    await register(app)
    for kind in order:
        assert await deliver(app, about(kind, "v")) == "handled"
    await ended(client, tokens, CITIZEN, count=2, template=CANCELLED)
    assert await of_visits(client, tokens) == [(CANCELLED, "email"), (CANCELLED, "sms")]
    left = {"kind": {"$in": ["talon-wait", "notice"]}}
    assert await find(app, Runtime).timers.collection.count_documents(left) == 0


async def test_you_are_booked_never_comes_after_cancelled(
    app: FastAPI,
    client: httpx2.AsyncClient,
    boxes: Providers,
    tokens: Tokens,
    collector: Collector,
) -> None:
    """The SMS centre was away: what waits for it is dropped with a reason when the visit is off."""
    await register(app, phone=PHONE, email=None)
    await ended(client, tokens, CITIZEN, count=1, template="account-registered.v2")
    boxes.sms.faults.append(503)
    await deliver(app, about(TalonIssued, "v"))
    await eventually(lambda: len(boxes.sms.attempts) == 2)
    await deliver(app, about(AppointmentCancelled, "v"))
    await ended(client, tokens, CITIZEN, count=1, template=CANCELLED)
    (line,) = await ended(client, tokens, CITIZEN, count=1, template=BOOKED)
    assert line["status"] == "abandoned"
    assert line["history"][-1]["code"] == "called-off"
    (told,) = [text for text in boxes.sms.texts if "9:30" in text]
    assert told.startswith("Отмен")
    (event,) = await eventually(lambda: collector.events(MessageAbandoned))
    assert event.data.reason_code == "called-off"


async def test_a_visit_whose_citizen_is_unknown_waits_and_is_told_once(
    app: FastAPI, client: httpx2.AsyncClient, tokens: Tokens
) -> None:
    """N9: contacts may come after booking and talon."""
    await deliver(app, about(AppointmentBooked, "v"))
    await deliver(app, about(TalonIssued, "v"))
    await register(app)
    await ended(client, tokens, CITIZEN, count=2, template=BOOKED)


async def test_a_stop_between_booking_and_talon_loses_nothing(
    make: Callable[..., FastAPI], boxes: Providers, tokens: Tokens
) -> None:
    """N9: the wait is a timer in the database, and another process ends it."""
    first = make()
    async with first.router.lifespan_context(first):
        await register(first)
        await deliver(first, about(AppointmentBooked, "v"))
    second = make()
    await due_now(second, "talon-wait")
    async with running(second) as client:
        await ended(client, tokens, CITIZEN, count=2, template=BOOKED)


async def test_a10_a11_a_pending_visit_is_told_with_what_is_missing_and_then_confirmed(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers, tokens: Tokens
) -> None:
    """Pending: what is missing, in words, no reminder. Confirmed: with its talon, reminders."""
    await register(app)
    pending = about(AppointmentBooked, "v", status="pending", needs=["referral", "clinic"])
    assert await deliver(app, pending) == "handled"
    await ended(client, tokens, CITIZEN, count=2, template="appointment-pending.v2")
    (letter,) = boxes.email.to(MAIL)[-1:]
    assert "Чего не хватает: скан направления, ответ клиники" in letter.text
    assert await timers_of(app, "v") == {}

    assert await deliver(app, about(AppointmentStalled, "v", needs=["referral"])) == "handled"
    await ended(client, tokens, CITIZEN, count=2, template="appointment-stalled.v2")  # A12
    assert "8-800-555-35-35" in boxes.email.to(MAIL)[-1].text

    assert await deliver(app, about(AppointmentConfirmed, "v")) == "handled"
    assert set(await timers_of(app, "v")) == {"notice", "visit-soon"}
    await deliver(app, about(TalonIssued, "v"))
    await ended(client, tokens, CITIZEN, count=2, template="appointment-confirmed.v2")
    assert "Талон с QR-кодом готов" in boxes.email.to(MAIL)[-1].text
    late = about(AppointmentStalled, "v")
    assert await deliver(app, late) == "handled"  # a replayed dead letter: it stands by now
    told = {template for template, _ in await of_visits(client, tokens)}
    assert told == {
        "appointment-pending.v2",
        "appointment-stalled.v2",
        "appointment-confirmed.v2",
    }


@pytest.mark.parametrize("kind", [AppointmentAttended, AppointmentMissed])
async def test_a33_a35_what_became_of_a_visit_is_told_and_nothing_more_of_it(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers, tokens: Tokens, kind: type[Data]
) -> None:
    """A review is asked for quietly; who missed a visit hears what that means. No reminder."""
    await register(app)
    await deliver(app, about(AppointmentBooked, "v"))
    assert await deliver(app, about(kind, "v")) == "handled"
    attended = kind is AppointmentAttended
    name = "appointment-attended.v2" if attended else "appointment-missed.v2"
    await ended(client, tokens, CITIZEN, count=1 if attended else 2, template=name)
    letter = boxes.email.to(MAIL)[-1].text
    assert ("Оставить отзыв" if attended else "Учтено неявок: 2") in letter
    assert attended or "Держать меньше записей сразу: до" in letter
    assert await timers_of(app, "v") == {}
