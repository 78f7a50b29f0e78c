"""Whom messages reach when contacts change, and addresses that reach nobody (N6, e7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx2
from fastapi import FastAPI

from contracts.certificates import ApplicationSubmitted
from contracts.identity import ContactsChanged, ProfileConfirmedV2
from contracts.notifier import MessageAbandoned
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.chassis.telemetry.metrics import Metrics
from services.notifier.app import build_providers
from services.notifier.delivery.domain.message import RETRY_DELAYS, Outcome
from services.notifier.delivery.gateways import Outgoing
from services.notifier.settings import Settings
from services.notifier.templates.domain.content import Channel
from tests.support.eventually import eventually
from tests.support.service import Collector, Tokens, deliver, running
from tests.support.services.notifier import (
    CITIZEN,
    MAIL,
    PHONE,
    ended,
    heard,
    journal,
    register,
)
from tests.support.services.notifier.providers import Providers


async def settled(
    client: httpx2.AsyncClient, tokens: Tokens, count: int, template: str
) -> list[dict[str, Any]]:
    return await ended(client, tokens, CITIZEN, count=count, template=template)


async def test_new_contacts_are_used_and_the_old_ones_are_told(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers, tokens: Tokens
) -> None:
    """e7: contacts are kept fresh; an older event does not bring the old ones back."""
    await register(app)
    changed = heard(
        ContactsChanged,
        aggregate=CITIZEN,
        seq=3,
        account_id=CITIZEN,
        pii={
            "phone": "+79000000077",
            "email": None,
            "former_phone": PHONE,
            "former_email": None,
        },
    )
    late = heard(
        ProfileConfirmedV2, aggregate=CITIZEN, seq=2, account_id=CITIZEN, pii={"phone": PHONE}
    )
    await deliver(app, changed)
    await deliver(app, late)
    await settled(client, tokens, 3, "contacts-changed.v2")
    assert any("онтакты изменены" in m.text for m in boxes.sms.to(PHONE))
    await deliver(app, heard(ApplicationSubmitted, citizen_id=CITIZEN))
    await settled(client, tokens, 2, "application-submitted.v2")
    assert not any("МЗ-2026" in m.text for m in boxes.sms.to(PHONE))
    assert any("МЗ-2026" in m.text for m in boxes.sms.to("+79000000077"))


async def test_the_replaced_contacts_hear_of_it_though_nobody_knew_them(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers, tokens: Tokens
) -> None:
    """e7: staff have no copy here; only the event names what a thief has replaced."""
    changed = heard(
        ContactsChanged,
        aggregate=CITIZEN,
        account_id=CITIZEN,
        pii={
            "phone": "+79000000077",
            "email": MAIL,
            "former_phone": PHONE,
            "former_email": "former@example.org",
        },
    )
    assert await deliver(app, changed) == "handled"
    lines = await settled(client, tokens, 4, "contacts-changed.v2")
    assert {line["status"] for line in lines} == {"delivered"}
    for told in (boxes.sms.to(PHONE), boxes.sms.to("+79000000077")):
        assert ["онтакты изменены" in m.text for m in told] == [True]
    for letters in (boxes.email.to("former@example.org"), boxes.email.to(MAIL)):
        assert [m.title for m in letters] == ["Контакты изменены"]
    (former,) = boxes.sms.to(PHONE)
    assert "+79000000077" not in former.text


async def test_a_mailbox_under_a_cyrillic_domain_is_reached(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers, tokens: Tokens
) -> None:
    """N1: «…@почта.рф» is an address like any other."""
    await register(app, phone=None, email="anna@почта.рф")
    (line,) = await settled(client, tokens, 1, "account-registered.v2")
    assert line["status"] == "delivered"
    assert len(boxes.email.to("anna@xn--80a1acny.xn--p1ai")) == 1


async def test_an_address_that_cannot_be_written_is_given_up_at_once(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers, tokens: Tokens
) -> None:
    """N6: nothing is tried for ever."""
    await register(app, phone=None, email="анна@example.org")
    (line,) = await settled(client, tokens, 1, "account-registered.v2")
    assert (line["status"], line["history"][-1]["code"]) == ("abandoned", "recipient-refused")
    assert boxes.email.connections == 0


class _Buggy:
    """An adapter with a bug: it raises what no adapter should."""

    async def send(self, outgoing: Outgoing) -> Outcome:
        raise UnicodeError(outgoing.to)

    async def close(self) -> None:
        """Nothing is open."""


async def test_a_bug_of_an_adapter_does_not_keep_a_message_from_its_end(
    make: Callable[..., FastAPI], boxes: Providers, tokens: Tokens, collector: Collector
) -> None:
    """N6: whatever an adapter raises is an attempt, and attempts are numbered."""
    real = build_providers(Settings(**boxes.settings()), Metrics())
    app = make(providers={**real, Channel.SMS: _Buggy()})
    async with running(app) as client:
        await register(app, phone=PHONE, email=None)

        async def retrying() -> dict[str, Any]:
            (line,) = await journal(client, tokens, CITIZEN)
            assert line["status"] == "retrying"
            return line

        line = await eventually(retrying)
        assert line["history"][-1]["code"] == "provider-error"
        db = find(app, Runtime).mongo.db
        await db["messages"].update_one({}, {"$set": {"attempts": len(RETRY_DELAYS)}})
        timers = find(app, Runtime).timers.collection
        await timers.update_one({"kind": "send-sms"}, {"$set": {"due_at": datetime.now(UTC)}})
        (line,) = await settled(client, tokens, 1, "account-registered.v2")
        assert line["status"] == "abandoned"
        (event,) = await eventually(lambda: collector.events(MessageAbandoned))
        assert event.data.reason_code == "provider-error"
        assert await timers.count_documents({"kind": "send-sms"}) == 0


async def test_a_number_that_does_not_exist_is_given_up_at_once(
    app: FastAPI,
    client: httpx2.AsyncClient,
    boxes: Providers,
    tokens: Tokens,
    collector: Collector,
) -> None:
    """N6: a permanent refusal is not tried again, and is said."""
    boxes.sms.faults.append(422)
    await register(app, phone=PHONE, email="nobody@example.org")
    lines = await settled(client, tokens, 2, "account-registered.v2")
    assert {line["status"] for line in lines} == {"abandoned"}
    assert len(boxes.sms.attempts) == 1
    await eventually(lambda: len(collector.events(MessageAbandoned)) == 2)
    found = collector.events(MessageAbandoned)
    assert {e.data.reason_code for e in found} == {"recipient-refused"}
