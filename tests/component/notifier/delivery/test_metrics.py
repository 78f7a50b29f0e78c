"""What the notifier counts (O2): how messages end, how long they take, how many wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx2
from fastapi import FastAPI

from contracts.certificates import ApplicationSubmitted
from contracts.envelope import Event
from contracts.identity import CodeRequestedV2
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.eventually import eventually
from tests.support.service import deliver
from tests.support.services.notifier import CITIZEN, MAIL, PHONE, heard, register
from tests.support.services.notifier.providers import Providers
from tests.support.tools.flow import metric
from tests.support.tools.measured import gauge, measure
from tests.support.tools.runbooks import found_by
from tests.support.tools.spans import listening


def ended(app: FastAPI, channel: str, outcome: str) -> float:
    return metric(app, "messages_total", channel=channel, outcome=outcome)


async def test_each_channel_counts_what_its_provider_took(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers
) -> None:
    """O2: deliveries per channel and outcome, and how long they took."""
    await register(app)
    await deliver(app, heard(ApplicationSubmitted, citizen_id=CITIZEN))
    await eventually(lambda: ended(app, "sms", "delivered") == 2)  # the welcome, too
    await eventually(lambda: ended(app, "email", "delivered") == 2)
    for channel in ("sms", "email"):
        assert metric(app, "message_delivery_duration_seconds_count", channel=channel) == 2
        assert metric(app, "message_delivery_duration_seconds_sum", channel=channel) > 0
    assert metric(app, "messages_total") == 4
    assert await gauge(app, "messages_waiting") == 0


async def test_what_a_provider_refuses_is_abandoned(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers
) -> None:
    """O3: the runbook's search finds what the provider said, and which messages it was."""
    boxes.sms.always = 422
    with listening("notifier") as said:
        await register(app)
        await eventually(lambda: ended(app, "sms", "abandoned") == 1)
    assert ended(app, "sms", "delivered") == 0
    found = found_by("DeliveryDrop", said)
    (call,) = [line for line in found if line["event"] == "outside call"]
    assert (call["target"], call["reason"]) == ("sms", "recipient-refused")
    assert [line["ids"]["message_id"] for line in found if line["event"] == "event recorded"]
    assert metric(app, "message_delivery_duration_seconds_count", channel="sms") == 0


async def test_what_is_to_be_tried_again_waits(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers
) -> None:
    """O2: and falls back to 0 when the provider is there again."""
    boxes.sms.always = 503
    await register(app)
    await eventually(lambda: boxes.sms.attempts)

    async def waiting() -> bool:
        await measure(app)
        return metric(app, "messages_waiting", channel="sms") == 1

    await eventually(waiting)
    assert metric(app, "messages_total", channel="sms") == 0
    boxes.sms.always = None
    await eventually(lambda: ended(app, "sms", "delivered") == 1)
    assert await gauge(app, "messages_waiting", channel="sms") == 0


def code(*, minutes: float = 5) -> Event[CodeRequestedV2]:
    return heard(
        CodeRequestedV2,
        account_id=CITIZEN,
        channel="sms",
        expires_at=datetime.now(UTC) + timedelta(minutes=minutes),
        pii={"phone": PHONE, "email": MAIL, "code": "402917"},
    )


async def test_a_code_is_delivered_or_expired(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers
) -> None:
    """O2: a code that came too late is told apart from one that a provider refused."""
    await deliver(app, code())
    await eventually(lambda: ended(app, "sms", "delivered") == 1)
    await deliver(app, code(minutes=-1))
    await eventually(lambda: ended(app, "sms", "expired") == 1)
    assert ended(app, "sms", "abandoned") == 0


async def test_a_message_without_an_address_is_no_channels_fault(
    app: FastAPI, client: httpx2.AsyncClient
) -> None:
    """O2: contacts that never came must not look like a broken SMS centre."""
    await deliver(app, heard(ApplicationSubmitted, citizen_id=CITIZEN))
    timers = find(app, Runtime).timers.collection
    await timers.update_one({"kind": "contacts-wait"}, {"$set": {"due_at": datetime.now(UTC)}})
    await eventually(lambda: ended(app, "none", "abandoned") == 1)
    assert metric(app, "messages_total", channel="sms") == 0
