"""What the treasury says over Kafka: a bill paid once, and money that goes back (C18, d8, X6)."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest

from contracts.bills import (
    BillIssued,
    BillPaid,
    BillRefunded,
    ExemptionRejected,
    RefundOrdered,
)
from contracts.partners import PaymentRefunded
from contracts.topics import aggregate_of
from services.chassis.foundation.clock import in_milliseconds
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.service import outbox_events
from tests.support.services.certificates.builders import TESTS
from tests.support.services.certificates.events import accepted, payment
from tests.support.services.certificates.office import Office


async def test_d8_a_payment_is_in_the_history(office: Office) -> None:
    """C18: the fee in full, once; the same payment told by another event changes nothing."""
    application = await office.submitted()
    assert application["bill"]["state"] == "unpaid"
    assert application["bill"]["actions"] == ["pay"]
    (issued,) = await outbox_events(office.app, BillIssued)
    assert issued.data.bill_number == application["bill"]["number"]
    paid = payment(application)
    for _ in range(2):
        assert await office.hear(paid, application["id"]) == "handled"
    read = await office.read(application["id"])
    assert read["state"] == "submitted"
    assert [entry["label"] for entry in read["history"]][1:] == ["Оплата получена"]
    assert datetime.fromisoformat(read["paid_at"]) == in_milliseconds(paid.paid_at)
    assert (read["bill"]["state"], read["bill"]["payment_id"]) == ("paid", "pay-1")
    assert len(await outbox_events(office.app, BillPaid)) == 1


@pytest.mark.parametrize("amount", [-5, 0, 10**30])
async def test_c18_an_amount_that_cannot_be_is_kept_for_a_person(
    office: Office, amount: int
) -> None:
    application = await office.submitted()
    wrong = payment(application).model_copy(update={"amount_kopecks": amount})
    assert await office.hear(wrong, application["id"]) == "dead-letter"
    assert (await office.read(application["id"]))["paid_at"] is None


@pytest.mark.parametrize("amount", [1, 124_999, 125_001, 250_000])
async def test_c18_another_amount_goes_back_by_itself(office: Office, amount: int) -> None:
    """It pays nothing; the treasury is told to return it, once, and the citizen that it did."""
    application = await office.submitted()
    wrong = payment(application).model_copy(update={"amount_kopecks": amount})
    for _ in range(2):
        assert await office.hear(wrong, application["id"]) == "handled"
    (ordered,) = await outbox_events(office.app, RefundOrdered)
    assert (ordered.data.amount_kopecks, ordered.data.reason) == (amount, "other-amount")
    back = PaymentRefunded(
        application_id=application["id"],
        refund_id=ordered.data.refund_id,
        amount_kopecks=amount,
        refunded_at=wrong.paid_at,
    )
    for _ in range(2):
        assert await office.hear(back, application["id"]) == "handled"
    (refunded,) = await outbox_events(office.app, BillRefunded)
    assert refunded.data.amount_kopecks == amount
    read = await office.read(application["id"])
    assert (read["paid_at"], read["bill"]["state"]) == (None, "unpaid")
    assert read["bill"]["refunds"][0]["refunded_at"] is not None
    more = back.model_copy(update={"amount_kopecks": amount + 1})
    assert await office.hear(more, application["id"]) == "dead-letter"


async def test_c18_what_is_too_much_goes_back_and_a_draft_has_no_bill(office: Office) -> None:
    """A second payment, and one for a withdrawn application; for a draft nobody can have paid."""
    draft = await office.draft("policy")
    assert await office.hear(payment(draft), draft["id"]) == "dead-letter"
    application = await office.submitted()
    for number in (1, 2):
        paid = payment(application, f"pay-{number}")
        assert await office.hear(paid, application["id"]) == "handled"
    other = await office.submitted()
    gone = await office.http.post(
        f"/v1/applications/{other['id']}/withdrawal", headers=office.citizen()
    )
    assert gone.status_code == 200, gone.text
    assert gone.json()["bill"]["state"] == "cancelled"
    assert await office.hear(payment(other, "pay-3"), other["id"]) == "handled"
    ordered = await outbox_events(office.app, RefundOrdered)
    assert [(o.data.payment_id, o.data.reason) for o in ordered] == [
        ("pay-2", "paid-twice"),
        ("pay-3", "paid-late"),
    ]
    assert (await office.read(application["id"]))["bill"]["state"] == "paid"


@pytest.mark.parametrize("end", ["withdrawal", "refusal"])
async def test_c18_what_was_paid_goes_back_when_nothing_is_issued(office: Office, end: str) -> None:
    """By the type's rule, in the transaction of the refusal or the withdrawal."""
    application = await office.submitted()
    assert await office.hear(payment(application), application["id"]) == "handled"
    if end == "withdrawal":
        path = f"/v1/applications/{application['id']}/withdrawal"
        ended = await office.http.post(path, headers=office.citizen())
    else:
        await office.decide(application["id"], "claim")
        body = {"reason_code": "tests-outdated", "reason": "Анализы сданы слишком давно."}
        ended = await office.decide(application["id"], "refusal", body)
    assert ended.status_code == 200, ended.text
    bill = (await office.read(application["id"]))["bill"]
    assert bill["state"] == "refunding"
    assert [r["amount_kopecks"] for r in bill["refunds"]] == [125_000]
    assert len(await outbox_events(office.app, RefundOrdered)) == 1


async def test_c18_one_payment_pays_one_application(office: Office) -> None:
    """Told of a second one, also at the same moment, it waits for a person."""
    issued = [await office.issued(delivery="post") for _ in range(3)]
    told = [payment(application) for application in issued]
    heard = await asyncio.gather(*(office.hear(data, aggregate_of(data)) for data in told))
    assert sorted(heard) == ["dead-letter", "dead-letter", "handled"]
    kept = [(await office.read(application["id"]))["paid_at"] for application in issued]
    assert len([value for value in kept if value is not None]) == 1
    letters = find(office.app, Runtime).dispatcher.letters.collection
    assert {d["reason"] async for d in letters.find({})} == {"refused"}


async def test_c18_without_an_acquirer_it_is_said_so(office: Office) -> None:
    """An honest refusal, and the number that a bank takes; nobody calls back here."""
    bill = (await office.submitted())["bill"]
    answer = await office.http.post(f"/v1/bills/{bill['id']}/payment", headers=office.citizen())
    assert (answer.status_code, answer.json()["code"]) == (409, "payment-not-set-up")
    called = await office.http.post("/v1/payments/callbacks", json={})
    assert called.json()["code"] == "payment-not-set-up"


async def test_c18_an_exemption_is_proved_or_paid_for(office: Office) -> None:
    """d8: with proof nothing is due; the doctor who sees that it is none has a bill made, once."""
    draft = await office.draft("policy", *TESTS)
    draft = await office.edit(draft, {"exemption": "disability"})
    assert draft["fee_kopecks"] == 0
    assert [p["pointer"] for p in draft["problems"]] == ["/attachments/disability-proof"]
    await office.accept("file-proof")
    proof = {"requirement": "disability-proof", "file_id": "file-proof"}
    draft = await office.edit(draft, {"attachments": [proof]})
    application = await office.hand_in(draft)
    assert application["bill"] is None
    reason = {"reason": "Срок удостоверения истёк."}
    early = await office.decide(application["id"], "exemption-rejection", reason)
    assert early.status_code in {403, 409}
    await office.decide(application["id"], "claim")
    rejected = await office.decide(application["id"], "exemption-rejection", reason)
    assert rejected.status_code == 200, rejected.text
    read = await office.read(application["id"])
    assert (read["state"], read["bill"]["amount_kopecks"]) == ("in-review", 125_000)
    again = await office.decide(application["id"], "exemption-rejection", reason)
    assert (again.status_code, again.json()["code"]) == (409, "no-exemption")
    (told,) = await outbox_events(office.app, ExemptionRejected)
    assert told.data.amount_kopecks == 125_000
    assert await office.hear(payment(read), application["id"]) == "handled"
    assert (await office.read(application["id"]))["bill"]["state"] == "paid"


async def test_c16_express_that_was_paid_goes_back_though_the_exemption_was_rejected(
    office: Office,
) -> None:
    """The fee is owed then, and express is paid for: each has a bill of its own."""
    draft = await office.draft("policy", *TESTS)
    await office.accept("file-proof")
    proof = {"requirement": "disability-proof", "file_id": "file-proof"}
    said = {"exemption": "disability", "express": True, "attachments": [proof]}
    application = await office.hand_in(await office.edit(draft, said))
    express = payment(application).model_copy(update={"amount_kopecks": 80_000})
    assert await office.hear(express, application["id"]) == "handled"
    await office.decide(application["id"], "claim")
    await office.decide(application["id"], "exemption-rejection", {"reason": "Срок истёк."})
    await office.decide(application["id"], "document-request", {"missing": ["ecg"]})
    assert await office.hear(accepted("file-poor", dpi=100), "file-poor") == "handled"
    poor = {"attachments": [{"requirement": "ecg", "file_id": "file-poor"}]}
    path = f"/v1/applications/{application['id']}/documents"
    supplied = await office.http.post(path, json=poor, headers=office.citizen())
    assert supplied.json()["sla_class"] == "extra-check", supplied.text
    (back,) = await outbox_events(office.app, RefundOrdered)
    assert (back.data.amount_kopecks, back.data.reason) == (80_000, "express-lost")
    read = await office.read(application["id"])
    assert (read["bill"]["state"], read["bill"]["amount_kopecks"]) == ("unpaid", 125_000)
