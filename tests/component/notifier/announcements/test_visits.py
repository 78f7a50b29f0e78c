"""What is told of a visit: once with its talon, a reminder, nothing once it is off (N1, N12)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from contracts.envelope import Data, Event
from contracts.notifier import MessageAbandoned
from contracts.scheduling import (
    AppointmentAttended,
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentConfirmed,
    AppointmentMissed,
    AppointmentMoved,
    AppointmentStalled,
    CancelledBy,
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
    heard,
    journal,
    register,
)
from tests.support.services.notifier.providers import Providers

_A7 = (
    "Пациент: Соколова Анна Сергеевна\n",
    "Специальность: Терапевт\n",
    "в 9:30 по времени клиники\n",
    "Номер клиники: 45\n",
    "Адрес: г. Москва, ул. Садовая, д. 12\n",
    "Номер талона: ",
)
"""What a talon has (A7), in the letter, too (A38)."""
BOOKED, CANCELLED = "appointment-booked.v2", "appointment-cancelled.v2"
MOVED = "appointment-moved.v2"


_ORDER = (
    AppointmentBooked,
    AppointmentStalled,
    AppointmentConfirmed,
    TalonIssued,
    AppointmentMoved,
    AppointmentAttended,
    AppointmentMissed,
    AppointmentCancelled,
)


def about(
    kind: type[Data], visit: str, *, starts: datetime | None = None, **changes: Any
) -> Event[Any]:
    """An event of this visit: in three days at 9:30 in Moscow unless said."""
    at = heard(AppointmentBooked).data.visit.model_dump(mode="json")
    # a fixed hour: 10:30 is a character longer, and what is left of the clinic's name one shorter
    usual = (datetime.now(UTC) + timedelta(days=3)).replace(hour=6, minute=30)
    at["starts_at"] = (starts or usual).isoformat()
    if kind is AppointmentBooked:  # the contract's example is a pending one
        changes = {"status": "confirmed", "needs": []} | changes
    return heard(
        kind,
        aggregate=visit,
        seq=_ORDER.index(kind) + 1,
        appointment_id=visit,
        citizen_id=CITIZEN,
        visit=at,
        **changes,
    )


async def due_now(app: FastAPI, kind: str) -> None:
    """The timers of this kind need not wait any longer."""
    timers = find(app, Runtime).timers.collection
    changed = await timers.update_many({"kind": kind}, {"$set": {"due_at": datetime.now(UTC)}})
    assert changed.modified_count > 0


async def none_left(app: FastAPI, kind: str) -> None:
    async def gone() -> bool:
        left: int = await find(app, Runtime).timers.collection.count_documents({"kind": kind})
        return left == 0

    await eventually(gone)


async def of_visits(client: httpx2.AsyncClient, tokens: Tokens) -> list[tuple[str, str]]:
    """Template and channel of everything told of visits."""
    lines = await journal(client, tokens, CITIZEN, limit=100)
    return sorted(
        (line["template"], line["channel"])
        for line in lines
        if line["template"].startswith("appointment-")
    )


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


def moved(visit: str, *, seq: int = 5, starts: datetime, **changes: Any) -> Event[Any]:
    """The visit is at another time, with another talon."""
    at = heard(AppointmentMoved).data.visit.model_dump(mode="json") | {
        "starts_at": starts.isoformat()
    }
    return heard(
        AppointmentMoved,
        aggregate=visit,
        seq=seq,
        appointment_id=visit,
        citizen_id=CITIZEN,
        visit=at,
        **changes,
    )


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


async def timers_of(app: FastAPI, visit: str) -> dict[str, datetime]:
    """When this visit is reminded of, by timer."""
    timers = find(app, Runtime).timers.collection
    found = await timers.find({"key": visit, "kind": {"$in": ["notice", "visit-soon"]}}).to_list(
        None
    )
    return {timer["kind"]: timer["due_at"] for timer in found}


def close(one: datetime, other: datetime) -> bool:
    return abs(one - other) < timedelta(seconds=1)


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
            newest = (await journal(client, tokens, CITIZEN))[0]
            return bool(newest["status"] == "retrying")

        await eventually(put_off)
        clock[0] = starts
        await due_now(app, "send-sms")
        lines = await ended(client, tokens, CITIZEN, count=1, template="appointment-soon.v2")
        assert [line["history"][-1]["code"] for line in lines] == ["too-late"]
    assert not [text for text in boxes.sms.texts if "Скоро" in text or "Сегодня" in text]


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


def unfolded(file: str) -> dict[str, str]:
    """The properties of a calendar file."""
    lines = file.replace("\r\n", "\n").replace("\n ", "").splitlines()
    return {name: value for name, _, value in (line.partition(":") for line in lines)}
