"""One-time codes: at once, on their own channel, at most once, and shown to nobody else (e7)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MethodType
from typing import cast

import httpx2
import pytest
from fastapi import FastAPI

from contracts.certificates import ApplicationSubmitted
from contracts.envelope import Event
from contracts.identity import AccountRegistered, CodeRequestedV2
from contracts.notifier import MessageAbandoned, MessageDelivered
from services.chassis.foundation import clock
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.chassis.telemetry.metrics import Metrics
from services.notifier.app import build_providers
from services.notifier.delivery.domain.message import Outcome, Verdict
from services.notifier.delivery.gateways import Outgoing, Provider
from services.notifier.delivery.usecases import Codes
from services.notifier.delivery.usecases.codes import CODE_OUTCOME, CODES_AT_ONCE
from services.notifier.settings import Settings
from services.notifier.templates.domain.content import Channel
from tests.support.eventually import eventually
from tests.support.service import Collector, Tokens, deliver, running
from tests.support.services.notifier import heard, journal
from tests.support.services.notifier.providers import Fault, Providers

CITIZEN, PHONE, MAIL, SECRET = "acc-1", "+79000000042", "anna@example.org", "402917"
TAKEN = Outcome(Verdict.ACCEPTED, "accepted", provider_id="p-1")
BUSY = Outcome(Verdict.NOT_TAKEN, "provider-busy")
PATIENCE = Outcome(Verdict.NOT_TAKEN, "provider-busy", retry_after=timedelta(minutes=1))


def code(
    *,
    channel: str = "sms",
    account: str | None = CITIZEN,
    minutes: float = 5,
    phone: str = PHONE,
) -> Event[CodeRequestedV2]:
    return heard(
        CodeRequestedV2,
        account_id=account,
        channel=channel,
        expires_at=datetime.now(UTC) + timedelta(minutes=minutes),
        pii={"phone": phone, "email": MAIL, "code": SECRET},
    )


async def abandoned(collector: Collector) -> str:
    found = await eventually(lambda: collector.events(MessageAbandoned))
    reason: str = found[0].data.reason_code
    return reason


@dataclass
class Line:
    """An SMS centre whose answers the test gives."""

    answer: Callable[[Outgoing], Awaitable[Outcome]]
    asked: list[Outgoing] = field(default_factory=list)

    async def send(self, outgoing: Outgoing) -> Outcome:
        self.asked.append(outgoing)
        return await self.answer(outgoing)

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class Clock:
    """The time, as far ahead as the test says."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return clock.now() + self.ahead


def with_line(boxes: Providers, line: Line) -> dict[Channel, Provider]:
    return {**build_providers(Settings(**boxes.settings()), Metrics()), Channel.SMS: line}


async def test_a_code_goes_out_on_its_channel_only(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers, collector: Collector
) -> None:
    """I1 needs it: by SMS for SMS, and the provider has the real code."""
    assert await deliver(app, code(account=None)) == "handled"
    await eventually(lambda: boxes.sms.messages)
    (sms,) = boxes.sms.to(PHONE)
    assert sms.text == ("402917 – код для входа. Никому не сообщайте. Действует 5 минут.")
    await eventually(lambda: collector.events(MessageDelivered))
    assert not boxes.email.attempts
    assert not boxes.push.attempts


async def test_a_code_by_mail(app: FastAPI, client: httpx2.AsyncClient, boxes: Providers) -> None:
    await deliver(app, code(channel="email"))
    await eventually(lambda: boxes.email.messages)
    (letter,) = boxes.email.to(MAIL)
    assert SECRET in letter.text
    assert SECRET in letter.html
    assert SECRET not in letter.title
    assert not boxes.sms.attempts


async def test_nothing_that_is_kept_or_logged_has_the_code(
    app: FastAPI,
    client: httpx2.AsyncClient,
    boxes: Providers,
    tokens: Tokens,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """The journal shows dots; no collection, no log line has the code, even when it fails."""
    boxes.sms.faults.extend([503, "lost-answer"])
    await deliver(app, code())

    async def over() -> bool:
        lines = await journal(client, tokens, CITIZEN)
        return bool(lines) and lines[0]["status"] == "abandoned"

    await eventually(over)
    (line,) = await journal(client, tokens, CITIZEN)
    assert "••••••" in line["text"]
    db = find(app, Runtime).mongo.db
    for name in await db.list_collection_names():
        assert SECRET not in str(await db[name].find().to_list(None)), name
    out, err = capfd.readouterr()
    assert SECRET not in out + err
    assert len(boxes.sms.attempts) == 2


@pytest.mark.parametrize("fault", ["lost-answer", "silence", 500])
async def test_an_unknown_outcome_is_the_end(
    app: FastAPI,
    client: httpx2.AsyncClient,
    boxes: Providers,
    collector: Collector,
    fault: Fault,
) -> None:
    """At most once: whoever does not know does not try again."""
    boxes.sms.faults.append(fault)
    await deliver(app, code())
    assert await abandoned(collector) == "outcome-unknown"
    assert len(boxes.sms.attempts) == 1


async def test_a_code_that_certainly_was_not_sent_is_tried_again(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers, collector: Collector
) -> None:
    """e7: busy is not sent."""
    boxes.sms.faults.extend([429, 503])
    await deliver(app, code())
    await eventually(lambda: collector.events(MessageDelivered))
    assert len(boxes.sms.attempts) == 3
    assert len(boxes.sms.messages) == 1


async def test_an_expired_code_is_not_sent(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers, collector: Collector
) -> None:
    await deliver(app, code(minutes=-1))
    assert await abandoned(collector) == "code-expired"
    assert not boxes.sms.attempts


async def test_a_busy_provider_is_not_asked_after_expiry(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers, collector: Collector
) -> None:
    boxes.sms.always = 503
    await deliver(app, code(minutes=0.02))
    assert await abandoned(collector) == "provider-busy"


async def test_the_same_request_twice_sends_one_code(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers, collector: Collector
) -> None:
    event = code()
    assert await deliver(app, event) == "handled"
    assert await deliver(app, event) == "duplicate"
    await eventually(lambda: collector.events(MessageDelivered))
    assert len(boxes.sms.attempts) == 1


async def test_a_code_without_an_address_is_said_to_be_lost(
    app: FastAPI, client: httpx2.AsyncClient, collector: Collector
) -> None:
    event = heard(
        CodeRequestedV2, channel="push", expires_at=datetime.now(UTC) + timedelta(hours=1)
    )
    assert await deliver(app, event) == "handled"
    assert await abandoned(collector) == "no-contacts"


async def test_a_process_that_dies_with_a_code_does_not_send_it_again(
    make: Callable[..., FastAPI], boxes: Providers, collector: Collector
) -> None:
    """At most once over a crash: the next process settles it as unknown."""
    boxes.sms.always = "silence"
    first = make()
    async with first.router.lifespan_context(first):
        await deliver(first, code())
        await eventually(lambda: boxes.sms.attempts)
        settle = cast("MethodType", find(first, Runtime).spec.timer_handlers[CODE_OUTCOME])
        for task in cast("Codes", settle.__self__)._running:
            task.cancel()
    second = make()
    timers = find(second, Runtime).timers.collection
    await timers.update_one({"kind": "code-outcome"}, {"$set": {"due_at": datetime.now(UTC)}})
    async with running(second):
        assert await abandoned(collector) == "outcome-unknown"
        assert len(boxes.sms.attempts) == 1


async def test_a_code_does_not_queue_behind_ordinary_messages(
    make: Callable[..., FastAPI], boxes: Providers
) -> None:
    """The SMS centre is silent and every ordinary sender waits for it: a code has its own way."""
    slow = "+79000000001"
    boxes.sms.silent_to.add(slow)
    app = make(provider_timeout=30)
    async with running(app):
        contacts = {"phone": slow, "email": None}
        await deliver(
            app, heard(AccountRegistered, aggregate=CITIZEN, account_id=CITIZEN, pii=contacts)
        )
        await asyncio.gather(
            *(deliver(app, heard(ApplicationSubmitted, citizen_id=CITIZEN)) for _ in range(40))
        )
        await eventually(lambda: boxes.sms.now == 16)
        await deliver(app, code())
        await eventually(lambda: boxes.sms.to(PHONE))
        assert boxes.sms.now == 16


async def test_an_outage_of_the_sms_centre_holds_up_no_code_by_mail(
    make: Callable[..., FastAPI], boxes: Providers
) -> None:
    """e7: each channel has places of its own, and all of one may be taken."""
    never = asyncio.Event()

    async def silent(_: Outgoing) -> Outcome:
        await never.wait()
        return TAKEN

    line = Line(silent)
    app = make(providers=with_line(boxes, line))
    async with running(app):
        await asyncio.gather(*(deliver(app, code()) for _ in range(CODES_AT_ONCE + 6)))
        await eventually(lambda: len(line.asked) == CODES_AT_ONCE)
        await deliver(app, code(channel="email"))
        await eventually(lambda: boxes.email.to(MAIL))
        assert len(line.asked) == CODES_AT_ONCE


async def test_codes_that_pause_between_tries_hold_up_no_other(
    make: Callable[..., FastAPI], boxes: Providers, collector: Collector
) -> None:
    """e7: a busy answer to many is no reason to make the next one wait."""
    busy = "+79000000001"

    async def choosy(outgoing: Outgoing) -> Outcome:
        return PATIENCE if outgoing.to == busy else TAKEN

    line = Line(choosy)
    app = make(providers=with_line(boxes, line))
    async with running(app):
        await asyncio.gather(*(deliver(app, code(phone=busy)) for _ in range(CODES_AT_ONCE + 6)))
        await eventually(lambda: len(line.asked) == CODES_AT_ONCE + 6)
        await deliver(app, code())
        (event,) = await eventually(lambda: collector.events(MessageDelivered))
        assert line.asked[-1].to == PHONE
        assert line.asked[-1].id == event.data.message_id


async def test_a_code_that_expired_while_it_waited_is_not_sent(
    make: Callable[..., FastAPI], boxes: Providers, tokens: Tokens, collector: Collector
) -> None:
    """e7: expiry is looked at before the attempt, not only when the event is heard."""
    again, clock = asyncio.Event(), Clock()

    async def slow(_: Outgoing) -> Outcome:
        await again.wait()
        return TAKEN

    line = Line(slow)
    app = make(providers=with_line(boxes, line), now=clock)
    async with running(app) as client:
        await asyncio.gather(*(deliver(app, code(account=None)) for _ in range(CODES_AT_ONCE)))
        await eventually(lambda: len(line.asked) == CODES_AT_ONCE)
        await deliver(app, code(phone="+79000000077"))
        (waiting,) = await journal(client, tokens, CITIZEN)
        assert waiting["status"] == "sending"
        clock.ahead = timedelta(minutes=6)
        again.set()
        assert await abandoned(collector) == "code-expired"
        assert "+79000000077" not in {o.to for o in line.asked}
        await eventually(lambda: len(collector.events(MessageDelivered)) == CODES_AT_ONCE)
        timers = find(app, Runtime).timers.collection
        assert await timers.count_documents({"kind": "code-outcome"}) == 0


async def test_every_try_says_how_long_the_code_is_still_good(
    make: Callable[..., FastAPI], boxes: Providers, collector: Collector
) -> None:
    """A code that was held up does not promise minutes that have passed."""
    clock = Clock()

    async def busy_at_first(_: Outgoing) -> Outcome:
        if len(line.asked) > 1:
            return TAKEN
        clock.ahead = timedelta(minutes=3)
        return BUSY

    line = Line(busy_at_first)
    app = make(providers=with_line(boxes, line), now=clock)
    async with running(app):
        await deliver(app, code())
        await eventually(lambda: collector.events(MessageDelivered))
    said = [o.content.text.rpartition("Действует ")[2] for o in line.asked]
    assert said == ["5 минут.", "2 минуты."]


async def test_a_stop_lets_a_code_on_its_way_arrive(
    make: Callable[..., FastAPI], boxes: Providers, tokens: Tokens
) -> None:
    """The providers are closed behind the codes, not beneath them."""
    real = build_providers(Settings(**boxes.settings()), Metrics())[Channel.SMS]

    class Slow(Line):
        async def close(self) -> None:
            await real.close()

    async def slowly(outgoing: Outgoing) -> Outcome:
        await asyncio.sleep(0.5)  # the provider is slow: the stop has to happen meanwhile
        return await real.send(outgoing)

    line = Slow(slowly)
    first = make(providers=with_line(boxes, line))
    async with first.router.lifespan_context(first):
        await deliver(first, code())
        await eventually(lambda: line.asked)
    assert len(boxes.sms.to(PHONE)) == 1
    async with running(make()) as client:
        (line_of_journal,) = await journal(client, tokens, CITIZEN)
        assert line_of_journal["status"] == "delivered"
