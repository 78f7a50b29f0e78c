"""Nothing is found in the record that a doctor would have read (C16, n14)."""

from __future__ import annotations

from datetime import datetime

import pytest

from contracts.bills import BillIssued, RefundOrdered
from contracts.records import RecordRequested
from tests.support.service import outbox_events
from tests.support.services.certificates.events import Json, payment
from tests.support.services.certificates.office import Office
from tests.support.services.certificates.records import (
    answer,
    apply_for,
    questions,
    record_answers,
)

FIELDS = {
    "gender": "female",
    "purpose": "sport",
    "workplace": "ДЮСШ № 3",
    "allergens": "нет",
}


async def _lacking(office: Office, application: Json) -> Json:
    """The hospital has nothing; told twice it changes nothing more."""
    (question,) = await questions(office, RecordRequested)
    (said,) = record_answers(question, (), found=False)
    for seq in (1, 2):
        assert await answer(office, said, question, seq=seq) == "handled"
    return await office.read(application["id"])


async def test_n14_no_history_takes_the_longer_check(office: Office) -> None:
    application = await apply_for(office, "allergy", FIELDS, "policy", "allergy-tests")
    assert (application["state"], application["sla_class"]) == ("submitted", "standard")
    read = await _lacking(office, application)
    assert (read["state"], read["sla_class"]) == ("submitted", "extra-check")
    assert [reason["code"] for reason in read["sla_reasons"]] == ["no-history"]
    deadlines = [datetime.fromisoformat(a["deadline_at"]) for a in (application, read)]
    assert deadlines[0] < deadlines[1]
    assert [h["move"] for h in read["history"]].count("slow") == 1


@pytest.mark.parametrize("paid", [True, False])
async def test_n12_express_without_history_costs_nothing(office: Office, *, paid: bool) -> None:
    """What was paid goes back; what was not is not asked for, and the application goes on."""
    application = await apply_for(
        office, "allergy", FIELDS, "policy", "allergy-tests", express=True
    )
    assert (application["state"], application["sla_class"]) == ("awaiting-payment", "express")
    if paid:
        price = {"amount_kopecks": application["fee_kopecks"]}
        money = payment(application).model_copy(update=price)
        assert await office.hear(money, application["id"]) == "handled"
    read = await _lacking(office, application)
    assert (read["state"], read["sla_class"]) == ("submitted", "extra-check")
    codes = [reason["code"] for reason in read["sla_reasons"]]
    assert codes == ["express-lost", "no-history"]
    back = [(e.data.amount_kopecks, e.data.reason) for e in
            await outbox_events(office.app, RefundOrdered)]  # fmt: skip
    assert back == ([(50000, "express-lost")] if paid else [])
    assert len(await outbox_events(office.app, BillIssued)) == 1
    assert read["bill"] is None or read["bill"]["state"] != "unpaid"
