"""Ordinary messages: every channel, once, whatever happens on the way (N1, N2, N6, N8, N9)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from contracts.certificates import (
    ApplicationSubmitted,
    CertificateIssued,
    CertificateRevoked,
    DocumentsRequested,
)
from contracts.envelope import Event
from contracts.identity import AccountRegistered
from contracts.notifier import MessageAbandoned, MessageDelivered
from services.chassis.database.client import Document
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.chassis.telemetry.metrics import Metrics
from services.chassis.work.timers import Due
from services.notifier.app import build_providers
from services.notifier.delivery.domain.message import Outcome
from services.notifier.delivery.gateways import Outgoing, Provider
from services.notifier.settings import Settings
from services.notifier.templates.domain.content import Channel
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


async def connect(client: httpx2.AsyncClient, tokens: Tokens, token: str = DEVICE) -> str:
    answer = await client.post(
        "/v1/devices",
        json={"token": token, "platform": "android"},
        headers=tokens.headers(CITIZEN) | keyed(),
    )
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["id"]
    return found


async def settled(
    client: httpx2.AsyncClient, tokens: Tokens, count: int, template: str
) -> list[dict[str, Any]]:
    return await ended(client, tokens, CITIZEN, count=count, template=template)


async def test_one_event_becomes_sms_mail_and_push(
    app: FastAPI,
    client: httpx2.AsyncClient,
    boxes: Providers,
    tokens: Tokens,
    collector: Collector,
) -> None:
    """N1, N2, N4: a message per channel, in the journal, with action and link."""
    await connect(client, tokens)
    await register(app)
    event = heard(ApplicationSubmitted, citizen_id=CITIZEN)
    assert await deliver(app, event) == "handled"
    lines = await settled(client, tokens, 3, "application-submitted.v2")

    assert {line["channel"] for line in lines} == {"sms", "email", "push"}
    assert {line["status"] for line in lines} == {"delivered"}
    for line in lines:
        assert line["action"] == "Посмотреть заявление"
        assert str(line["link"]).endswith("/next/application#МЗ-2026-11-0000417-8")
        assert [s["status"] for s in line["history"]] == ["queued", "delivered"]
    assert {line["destination"] for line in lines} == {
        "+7 *** ***-**-42",
        "a***@example.org",
        "…anna",
    }
    (sms,) = [m for m in boxes.sms.to(PHONE) if "МЗ-2026-11-0000417-8" in m.text]
    assert sms.text == "Заявление МЗ-2026-11-0000417-8 принято: http://127.0.0.1:8080/a"
    (push,) = [m for m in boxes.push.to(DEVICE) if "МЗ-2026" in m.title]
    assert push.url.endswith("/next/application#МЗ-2026-11-0000417-8")
    (letter,) = [m for m in boxes.email.to(MAIL) if "МЗ-2026" in m.title]
    assert "Номер заявления: МЗ-2026-11-0000417-8" in letter.text
    assert '<html lang="ru">' in letter.html

    async def said() -> bool:
        events = [e for e in collector.events(MessageDelivered) if e.data.cause_id == event.id]
        return len(events) == 3 and {e.seq for e in events} == {1}

    await eventually(said)


async def test_the_same_event_twice_reaches_nobody_twice(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers, tokens: Tokens
) -> None:
    """N8."""
    await register(app, phone=PHONE, email=None)
    event = heard(ApplicationSubmitted, citizen_id=CITIZEN)
    assert await deliver(app, event) == "handled"
    assert await deliver(app, event) == "duplicate"
    await settled(client, tokens, 1, "application-submitted.v2")
    assert len([t for t in boxes.sms.texts if "МЗ-2026" in t]) == 1


async def test_messages_wait_for_contacts_that_come_later(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers, tokens: Tokens
) -> None:
    """N9, e7: there is no order between topics; nothing is lost."""
    await deliver(app, heard(ApplicationSubmitted, citizen_id=CITIZEN))
    await deliver(app, heard(DocumentsRequested, citizen_id=CITIZEN))
    assert await journal(client, tokens, CITIZEN) == []
    await register(app, phone=PHONE, email=None)
    await settled(client, tokens, 1, "application-submitted.v2")
    await settled(client, tokens, 1, "documents-requested.v2")
    assert len(boxes.sms.to(PHONE)) == 3
    assert (
        await find(app, Runtime).timers.collection.count_documents({"kind": "contacts-wait"}) == 0
    )


@pytest.mark.parametrize("_round", range(5))
async def test_contacts_and_event_at_the_same_moment_miss_each_other_never(
    app: FastAPI, client: httpx2.AsyncClient, tokens: Tokens, _round: int
) -> None:
    """N9: the race of the first events about a citizen, tried again as the consumer does."""
    first = heard(AccountRegistered, aggregate=CITIZEN, account_id=CITIZEN, pii={"email": None})
    others = [heard(ApplicationSubmitted, citizen_id=CITIZEN) for _ in range(6)]
    events = [*others[:3], first, *others[3:]]

    async def until_handled(event: object) -> None:
        async def once() -> bool:
            try:
                return await deliver(app, event) in {"handled", "duplicate"}  # type: ignore[arg-type] # an event of any type
            except Exception as error:
                raise AssertionError from error

        await eventually(once)

    await asyncio.gather(*(until_handled(e) for e in events))
    await settled(client, tokens, 6, "application-submitted.v2")


async def test_contacts_that_never_come_leave_a_line_in_the_journal(
    app: FastAPI, client: httpx2.AsyncClient, tokens: Tokens, collector: Collector
) -> None:
    """N6, N9: given up after a week, not silently."""
    await deliver(app, heard(ApplicationSubmitted, citizen_id=CITIZEN))
    timers = find(app, Runtime).timers.collection
    await timers.update_one({"kind": "contacts-wait"}, {"$set": {"due_at": datetime.now(UTC)}})
    (line,) = await settled(client, tokens, 1, "application-submitted.v2")
    assert line["status"] == "abandoned"
    event = await eventually(lambda: collector.events(MessageAbandoned))
    assert event[0].data.reason_code == "no-contacts"


async def test_a_busy_provider_is_asked_again(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers, tokens: Tokens
) -> None:
    """N6: 503, then an answer; the same idempotency key."""
    boxes.sms.faults.append(503)
    await register(app, phone=PHONE, email=None)
    (line,) = await settled(client, tokens, 1, "account-registered.v2")
    assert [(s["status"], s["code"]) for s in line["history"]] == [
        ("queued", None),
        ("retrying", "provider-busy"),
        ("delivered", None),
    ]
    assert len(boxes.sms.attempts) == 2
    assert len(set(boxes.sms.attempts)) == 1


async def test_an_answer_lost_on_the_way_makes_no_second_message(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers, tokens: Tokens
) -> None:
    """N8: the provider has it, we do not know; the key keeps it single, by HTTP and by SMTP."""
    boxes.sms.faults.append("lost-answer")
    boxes.email.faults.append("lost-answer")
    await register(app)
    lines = await settled(client, tokens, 2, "account-registered.v2")
    assert {line["status"] for line in lines} == {"delivered"}
    assert len(boxes.sms.attempts) == len(boxes.email.attempts) == 2
    assert len(boxes.sms.messages) == len(boxes.email.messages) == 1


async def test_a_device_that_is_gone_is_forgotten(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers, tokens: Tokens
) -> None:
    """410 from the push service."""
    await connect(client, tokens)
    boxes.push.faults.append(410)
    await register(app, phone=None, email=None)
    await settled(client, tokens, 1, "account-registered.v2")
    answer = await client.get("/v1/devices", headers=tokens.headers(CITIZEN))
    assert answer.json()["items"] == []


class _DiesAfterSending:
    """The real provider, behind a process that stops between the answer and its record."""

    def __init__(self, real: Provider) -> None:
        self._real = real
        self.sent = asyncio.Event()

    async def send(self, outgoing: Outgoing) -> Outcome:
        await self._real.send(outgoing)
        self.sent.set()
        await asyncio.Event().wait()
        raise AssertionError

    async def close(self) -> None:
        await self._real.close()


async def test_a_crash_between_sending_and_recording(
    make: Callable[..., FastAPI], boxes: Providers, tokens: Tokens, collector: Collector
) -> None:
    """N8, N9: the next process sends again under the same key; one message is kept, one event."""
    real = build_providers(Settings(**boxes.settings()), Metrics())
    dying = _DiesAfterSending(real[Channel.SMS])
    first = make(providers={**real, Channel.SMS: dying})
    async with first.router.lifespan_context(first):
        await register(first, phone=PHONE, email=None)
        async with asyncio.timeout(10):
            await dying.sent.wait()
    async with running(make()) as client:  # the first one has given its timer back
        (line,) = await settled(client, tokens, 1, "account-registered.v2")
        assert line["status"] == "delivered"
        assert len(boxes.sms.attempts) == 2
        assert len(boxes.sms.messages) == 1
        assert await eventually(lambda: len(collector.events(MessageDelivered)) == 1)


async def test_two_processes_with_the_same_message_record_it_once(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers, tokens: Tokens
) -> None:
    """Two writers race for one message: one end, one event, one message at the provider."""
    boxes.sms.faults.append(503)
    await register(app, phone=PHONE, email=None)
    runtime = find(app, Runtime)

    async def held() -> Document | None:
        now = datetime.now(UTC)
        found: Document | None = await runtime.timers.collection.find_one_and_update(
            {"kind": "send-sms", "attempts": 0, "due_at": {"$gt": now + timedelta(seconds=0.5)}},
            {"$set": {"due_at": now + timedelta(hours=1)}},
        )
        return found

    timer = await eventually(held)
    assert timer is not None
    due = Due(runtime.mongo, timer["kind"], timer["key"], timer["token"], {}, 1)
    send = runtime.spec.timer_handlers[timer["kind"]]
    results = await asyncio.gather(send(due), send(due), return_exceptions=True)
    assert sorted(type(r).__name__ for r in results) == ["AlreadyHandledError", "NoneType"]
    (line,) = await settled(client, tokens, 1, "account-registered.v2")
    assert line["status"] == "delivered"
    assert len(boxes.sms.messages) == 1


async def test_a_certificate_that_ends_is_warned_of(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers, tokens: Tokens
) -> None:
    """N3: expiry, 30 days before, at nine in the morning."""
    await register(app, phone=PHONE, email=None)
    ends = (datetime.now(UTC) + timedelta(days=100)).date()
    await deliver(app, heard(CertificateIssued, citizen_id=CITIZEN, valid_until=ends))
    timers = find(app, Runtime).timers.collection
    timer = await timers.find_one({"kind": "notice"})
    assert timer is not None
    assert timer["due_at"].date() == ends - timedelta(days=30)
    await timers.update_one({"_id": timer["_id"]}, {"$set": {"due_at": datetime.now(UTC)}})
    (line,) = await settled(client, tokens, 1, "certificate-expiring.v2")
    assert line["kind"] == "expiry"


async def test_a_revoked_certificate_is_told_of_and_not_warned_of(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers, tokens: Tokens
) -> None:
    """C36, N3: SMS, mail and push; its expiry is nobody's business now, whatever came first."""
    await connect(client, tokens)
    await register(app)
    ends = (datetime.now(UTC) + timedelta(days=100)).date()

    def issued(certificate: str) -> Event[Any]:
        facts: Any = {"certificate_id": certificate, "citizen_id": CITIZEN, "valid_until": ends}
        return heard(CertificateIssued, aggregate=certificate, seq=5, **facts)

    def revoked(certificate: str) -> Event[Any]:
        facts: Any = {"certificate_id": certificate, "citizen_id": CITIZEN}
        return heard(CertificateRevoked, aggregate=certificate, seq=6, **facts)

    again = revoked("off")
    for event in (issued("kept"), issued("off"), again, revoked("early"), issued("early")):
        assert await deliver(app, event) == "handled"
    assert await deliver(app, again) == "duplicate"
    timers = find(app, Runtime).timers.collection
    (timer,) = await timers.find({"kind": "notice"}).to_list(None)
    assert timer["key"] == "kept"
    lines = await settled(client, tokens, 6, "certificate-revoked.v2")
    assert {line["channel"] for line in lines} == {"sms", "email", "push"}
    assert {line["kind"] for line in lines} == {"status"}
    assert all(str(line["link"]).endswith(f"/verify/{again.data.number}") for line in lines)
    assert len([m for m in boxes.sms.to(PHONE) if "отозвана" in m.text]) == 2


async def test_a_slow_channel_does_not_hold_the_others_and_is_not_flooded(
    make: Callable[..., FastAPI], boxes: Providers, tokens: Tokens
) -> None:
    """Bounded concurrency per channel: mail is silent, SMS goes on."""
    boxes.email.always = "silence"
    app = make()
    async with running(app) as client:
        await register(app)
        for _ in range(30):
            await deliver(app, heard(ApplicationSubmitted, citizen_id=CITIZEN))
        await eventually(lambda: len(boxes.sms.messages) == 31)
        assert boxes.sms.most <= 16
        assert boxes.sms.connections <= 16
        assert not boxes.email.messages
        assert len(await journal(client, tokens, CITIZEN, limit=100)) == 62


async def test_while_a_provider_says_when_to_come_back_the_others_wait_without_a_try(
    make: Callable[..., FastAPI], boxes: Providers, tokens: Tokens
) -> None:
    """N6: what was not tried costs no try, and comes when the provider wants it; mail goes on."""
    boxes.sms.always, boxes.sms.retry_after = 429, 60
    app = make()
    async with running(app) as client:
        await register(app)
        for _ in range(40):
            await deliver(app, heard(ApplicationSubmitted, citizen_id=CITIZEN))
        await eventually(lambda: len(boxes.email.messages) == 41)
        timers = find(app, Runtime).timers.collection
        at = datetime.now(UTC) + timedelta(seconds=50)

        async def put_off() -> bool:
            waiting = {"kind": "send-sms", "state": "waiting", "due_at": {"$gt": at}, "attempts": 0}
            return bool(await timers.count_documents(waiting) == 41)

        await eventually(put_off)
        lines = await journal(client, tokens, CITIZEN, limit=100)
        statuses = Counter(line["status"] for line in lines if line["channel"] == "sms")
        assert len(boxes.sms.attempts) == statuses["retrying"] <= 16
        assert statuses["queued"] == 41 - statuses["retrying"]
