"""What the treasury says over Kafka: the fee, once (C18, d8)."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest

from contracts.topics import aggregate_of
from services.chassis.foundation.clock import in_milliseconds
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.services.certificates.events import payment
from tests.support.services.certificates.office import Office


async def test_d8_a_payment_is_in_the_history(office: Office) -> None:
    """C18: the fee in full, once; the same payment told by another event changes nothing."""
    application = await office.submitted()
    paid = payment(application)
    for _ in range(2):
        assert await office.hear(paid, application["id"]) == "handled"
    read = await office.read(application["id"])
    assert read["state"] == "submitted"
    assert [entry["label"] for entry in read["history"]][1:] == ["Оплата получена"]
    assert datetime.fromisoformat(read["paid_at"]) == in_milliseconds(paid.paid_at)


@pytest.mark.parametrize("amount", [1, -5, 0, 124_999, 125_001, 250_000, 10**30])
async def test_c18_another_amount_is_kept_for_a_person(office: Office, amount: int) -> None:
    application = await office.submitted()
    wrong = payment(application).model_copy(update={"amount_kopecks": amount})
    assert await office.hear(wrong, application["id"]) == "dead-letter"
    assert (await office.read(application["id"]))["paid_at"] is None


async def test_c18_a_payment_counts_for_what_is_to_be_paid_and_once(office: Office) -> None:
    """Drafts, withdrawn applications and a second payment wait for a person."""
    draft = await office.draft("policy")
    assert await office.hear(payment(draft), draft["id"]) == "dead-letter"
    application = await office.submitted()
    assert await office.hear(payment(application), application["id"]) == "handled"
    second = payment(application, "pay-2")
    assert await office.hear(second, application["id"]) == "dead-letter"
    other = await office.submitted()
    gone = await office.http.post(
        f"/v1/applications/{other['id']}/withdrawal", headers=office.citizen()
    )
    assert gone.status_code == 200, gone.text
    assert await office.hear(payment(other, "pay-3"), other["id"]) == "dead-letter"
    letters = find(office.app, Runtime).dispatcher.letters.collection
    reasons = [d["reason"] async for d in letters.find({})]
    assert reasons == ["refused"] * 3


async def test_c18_one_payment_pays_one_application(
    office: Office,
) -> None:
    """Told of a second one, also at the same moment, it waits for a person."""
    issued = [await office.issued(delivery="post") for _ in range(3)]
    told = [payment(application) for application in issued]
    heard = await asyncio.gather(*(office.hear(data, aggregate_of(data)) for data in told))
    assert sorted(heard) == ["dead-letter", "dead-letter", "handled"]
    kept = [(await office.read(application["id"]))["paid_at"] for application in issued]
    assert len([value for value in kept if value is not None]) == 1
    letters = find(office.app, Runtime).dispatcher.letters.collection
    assert {d["reason"] async for d in letters.find({})} == {"refused"}
