"""What is told to who waits for a visit: in time, once, or not at all (A5, A17–A21)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from contracts.envelope import Data
from contracts.waiting import (
    HoldExpiryWarned,
    OfferEnded,
    RequestAnswered,
    RequestEscalated,
    SlotOffered,
    WaitEnded,
)
from services.notifier.announcements.consumers import TEMPLATE_OF
from tests.support.service import Tokens, deliver, keyed
from tests.support.services.notifier import CITIZEN, DEVICE, ended, heard, journal, register
from tests.support.services.notifier.providers import Providers

SOON = timedelta(minutes=10)


async def reachable(app: FastAPI, client: httpx2.AsyncClient, tokens: Tokens) -> None:
    """By SMS, e-mail and push."""
    await register(app)
    answer = await client.post(
        "/v1/devices",
        json={"token": DEVICE, "platform": "android"},
        headers=tokens.headers(CITIZEN) | keyed(),
    )
    assert answer.status_code == 201


_ALL = {"sms", "push", "email"}
_NO_TIME = {"outcome": "declined", "visit": None, "held_until": None}


@pytest.mark.parametrize(
    ("news", "channels"),
    [
        ((HoldExpiryWarned, {"held_until": SOON}), {"sms", "push"}),
        ((SlotOffered, {"held_until": SOON}), _ALL),
        ((RequestAnswered, {"held_until": SOON}), _ALL),
        ((RequestAnswered, _NO_TIME), _ALL),
        ((RequestEscalated, {}), _ALL),
        ((OfferEnded, {}), {"push", "email"}),
        ((WaitEnded, {"ended_by": "past"}), _ALL),
        ((WaitEnded, {"ended_by": "unanswered"}), _ALL),
    ],
)
async def test_a17_to_a21_who_waits_is_told_once_by_what_is_quick_enough(
    app: FastAPI,
    client: httpx2.AsyncClient,
    tokens: Tokens,
    news: tuple[type[Data], dict[str, Any]],
    channels: set[str],
) -> None:
    kind, changes = news
    await reachable(app, client, tokens)
    now = datetime.now(UTC)
    given: dict[str, Any] = {
        key: now + value if isinstance(value, timedelta) else value
        for key, value in changes.items()
    }
    event = heard(kind, citizen_id=CITIZEN, **given)
    assert await deliver(app, event) == "handled"
    assert await deliver(app, event) == "duplicate"
    lines = await ended(
        client, tokens, CITIZEN, count=len(channels), template=f"{TEMPLATE_OF[kind]}.v2"
    )
    assert {line["channel"] for line in lines} == channels
    assert {line["status"] for line in lines} == {"delivered"}


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        (OfferEnded, {"reason_code": "declined"}),
        (WaitEnded, {"ended_by": "booked"}),
        (WaitEnded, {"ended_by": "left"}),
    ],
)
async def test_a17_nobody_is_told_what_they_did_themselves(
    app: FastAPI,
    client: httpx2.AsyncClient,
    tokens: Tokens,
    kind: type[Data],
    changes: dict[str, Any],
) -> None:
    await register(app)
    assert await deliver(app, heard(kind, citizen_id=CITIZEN, **changes)) == "handled"
    lines = await journal(client, tokens, CITIZEN, limit=100)
    assert {line["template"] for line in lines} == {"account-registered.v2"}


async def test_a18_an_offer_says_until_when_and_one_that_is_over_reaches_nobody(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers, tokens: Tokens
) -> None:
    """On the clinic's clock; its events came late: the journal says why nothing was sent."""
    await register(app)
    visit = heard(SlotOffered).data.visit.model_dump(mode="json") | {"timezone": "Asia/Vladivostok"}
    until = (datetime.now(UTC) + timedelta(days=1)).replace(hour=0, minute=15)
    await deliver(app, heard(SlotOffered, citizen_id=CITIZEN, visit=visit, held_until=until))
    await ended(client, tokens, CITIZEN, count=2, template="slot-offered.v2")
    assert [text for text in boxes.sms.texts if "тветьте до 10:15" in text]

    sent = len(boxes.sms.texts)
    past = datetime.now(UTC) - timedelta(seconds=1)
    await deliver(app, heard(HoldExpiryWarned, citizen_id=CITIZEN, held_until=past))
    (line,) = await ended(client, tokens, CITIZEN, count=1, template="hold-expiring.v2")
    assert (line["status"], line["history"][-1]["code"]) == ("abandoned", "too-late")
    assert len(boxes.sms.texts) == sent
