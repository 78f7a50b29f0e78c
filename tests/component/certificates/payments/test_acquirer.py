"""A bill paid at the acquirer (C18, X6): one charge, whatever repeats, comes late or dies."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.bills import BillExpired, BillPaid, BillRefunded, RefundOrdered
from contracts.certificates import ApplicationWithdrawn
from contracts.partners import PaymentReceived
from services.certificates.bills.actions import ORDER_TIMER, REFUND_TIMER
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.eventually import eventually
from tests.support.service import Tokens, outbox_events
from tests.support.services.certificates.bank import Bank
from tests.support.services.certificates.bank import bank as beside
from tests.support.services.certificates.events import Json, payment


async def billed(bank: Bank) -> Json:
    """The bill of a fresh application."""
    found: Json = (await bank.office.submitted())["bill"]
    return found


async def refunded(bank: Bank, bill_id: str) -> Json:
    """The bill once all its refunds are back."""

    async def back() -> Json | None:
        await bank.tell()
        bill = await bank.bill(bill_id)
        return bill if bill["refunds"] and all(r["refunded_at"] for r in bill["refunds"]) else None

    return await eventually(back)


async def test_c18_a_citizen_pays_on_the_acquirers_page(bank: Bank) -> None:
    """Asked for the page again it is the same page; told of twice the money counts once."""
    bill = await billed(bank)
    url = await bank.pay_url(bill["id"])
    assert await bank.pay_url(bill["id"]) == url
    assert len(bank.desk.book.orders) == 1
    order = await bank.do(url)
    for _ in range(2):
        again = await bank.callback(json.dumps({"order": order}).encode())
        assert again.status_code == 204, again.text
    await bank.tell()
    paid = await bank.bill(bill["id"])
    assert (paid["state"], paid["payment_id"]) == ("paid", order["payments"][0]["id"])
    assert paid["refunds"] == []
    (told,) = await outbox_events(bank.office.app, BillPaid)
    assert told.data.amount_kopecks == 125_000
    read = await bank.office.read(bill["application_id"])
    assert read["paid_at"] is not None
    refused = await bank.office.http.post(
        f"/v1/bills/{bill['id']}/payment", headers=bank.office.citizen()
    )
    assert refused.json()["code"] == "bill-not-payable"


async def test_x6_what_is_paid_twice_or_otherwise_goes_back_by_itself(bank: Bank) -> None:
    """Another amount pays nothing, a second payment is too much; each goes back once."""
    bill = await billed(bank)
    url = await bank.pay_url(bill["id"])
    await bank.do(url, kopecks=125_100)
    await bank.tell()
    assert (await bank.bill(bill["id"]))["state"] == "unpaid"
    await bank.do(await bank.pay_url(bill["id"]))
    await bank.do(url)
    await bank.tell()
    after = await refunded(bank, bill["id"])
    assert after["state"] == "paid"
    kept = sum(p.amount_kopecks for o in bank.desk.book.orders.values() for p in o.payments)
    gone = sum(r.amount_kopecks for r in bank.desk.book.refunds.values())
    assert kept - gone == 125_000
    assert [r["why"] for r in after["refunds"]] == ["other-amount", "paid-twice"]
    assert len(await outbox_events(bank.office.app, BillRefunded)) == 2


async def test_c18_a_decline_or_a_walk_away_can_be_tried_again(bank: Bank) -> None:
    bill = await billed(bank)
    for deed in ("decline", "leave"):
        await bank.do(await bank.pay_url(bill["id"]), deed)
        await bank.tell()
        assert (await bank.bill(bill["id"]))["state"] == "failed"
    await bank.do(await bank.pay_url(bill["id"]))
    await bank.tell()
    paid = await bank.bill(bill["id"])
    assert paid["state"] == "paid"
    assert [a["state"] for a in paid["attempts"]] == ["declined", "lapsed", "paid"]


async def test_c18_money_for_a_withdrawn_application_goes_back(bank: Bank) -> None:
    """Withdrawn while the page is open: what is paid then, and what was paid before."""
    for pays_first in (True, False):
        bill = await billed(bank)
        url = await bank.pay_url(bill["id"])
        if pays_first:
            await bank.do(url)
            await bank.tell()
        path = f"/v1/applications/{bill['application_id']}/withdrawal"
        gone = await bank.office.http.post(path, headers=bank.office.citizen())
        assert gone.status_code == 200
        if not pays_first:
            await bank.do(url)
            await bank.tell()
        after = await refunded(bank, bill["id"])
        assert after["state"] == ("refunded" if pays_first else "cancelled")
        assert [r["amount_kopecks"] for r in after["refunds"]] == [125_000]
    assert len(bank.desk.book.refunds) == 2
    assert len(await outbox_events(bank.office.app, ApplicationWithdrawn)) == 2
    assert await outbox_events(bank.office.app, RefundOrdered) == []  # not the treasury's business


async def test_d8_the_treasury_tells_of_the_acquirers_money_too(bank: Bank) -> None:
    """Before the callback or after it: one payment."""
    for treasury_first in (True, False):
        bill = await billed(bank)
        order = await bank.do(await bank.pay_url(bill["id"]))
        told: PaymentReceived = payment(
            {"id": bill["application_id"], "fee_kopecks": 125_000}, f"t-{treasury_first}"
        ).model_copy(update={"acquirer_payment_id": order["payments"][0]["id"]})
        if treasury_first:
            assert await bank.office.hear(told, bill["application_id"]) == "handled"
            await bank.tell()
        else:
            await bank.tell()
            assert await bank.office.hear(told, bill["application_id"]) == "handled"
        after = await bank.bill(bill["id"])
        assert (after["state"], after["refunds"]) == ("paid", [])


def _forged(order: Json) -> list[tuple[str, dict[str, Any]]]:
    body = json.dumps({"order": order}).encode()
    return [
        ("no signature", {"body": body, "signature": ""}),
        ("another secret", {"body": body, "secret": "another-secret-of-somebody"}),
        ("a request sent back", {"body": body, "way": "request"}),
        ("too old", {"body": body, "at": time.time() - 400}),
        ("from the future", {"body": body, "at": time.time() + 400}),
        ("no digest", {"body": body, "signature": "t=1,v1=ё"}),
    ]


async def test_x6_what_the_acquirer_did_not_sign_just_now_is_refused(bank: Bank) -> None:
    bill = await billed(bank)
    order = await bank.do(await bank.pay_url(bill["id"]))
    for what, said in _forged(order):
        if not said.get("signature", "").isascii():
            continue
        refused = await bank.callback(**said)
        assert refused.status_code == 401, what
        assert refused.json()["code"] in {"callback-forged", "callback-stale"}
    tampered = json.dumps({"order": order | {"payments": []}}).encode()
    assert (await bank.callback(tampered)).status_code == 204  # signed, and says less: no harm
    assert (await bank.bill(bill["id"]))["state"] == "unpaid"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"id": "unknown-1.1"}, 404),
        ({"id": "nothing"}, 404),
        ({"state": "strange"}, 422),
        ({"payments": [{"id": "p", "amount_kopecks": 0, "paid_at": "2026-11-18T09:00:00Z"}]}, 422),
        ({"payments": [{"id": "p", "amount_kopecks": 1, "paid_at": "1990-01-01T00:00:00Z"}]}, 409),
        (
            {
                "payments": [
                    {"id": "p", "amount_kopecks": 1, "paid_at": "0001-01-01T00:00:00+14:00"}
                ]
            },
            422,
        ),
        ({"payments": [{"id": "p", "amount_kopecks": 10**14, "paid_at": "NOW"}]}, 409),
    ],
)
async def test_c18_what_cannot_be_is_kept_for_a_person(
    bank: Bank, change: Json, status: int
) -> None:
    bill = await billed(bank)
    order = await bank.do(await bank.pay_url(bill["id"]))
    said = json.dumps({"order": order | change}).replace("NOW", order["payments"][0]["paid_at"])
    answer = await bank.callback(said.encode())
    assert answer.status_code == status, answer.text
    assert (await bank.bill(bill["id"]))["state"] == "unpaid"
    kept = find(bank.office.app, Runtime).mongo.db["strange_payments"]
    assert await kept.count_documents({}) == (1 if status in (404, 409) else 0)


async def test_x6_a_payment_of_another_bill_counts_for_none_but_its_own(bank: Bank) -> None:
    first, second = await billed(bank), await billed(bank)
    mine = await bank.do(await bank.pay_url(first["id"]))
    await bank.tell()
    other = await bank.do(await bank.pay_url(second["id"]), "decline")
    stolen = json.dumps({"order": other | {"payments": mine["payments"]}}).encode()
    answer = await bank.callback(stolen)
    assert (answer.status_code, answer.json()["code"]) == (409, "payment-unexpected")
    assert (await bank.bill(second["id"]))["state"] in {"unpaid", "failed"}


async def test_x6_all_at_once_is_one_charge(bank: Bank) -> None:
    """Ten ask for the page, ten callbacks of one payment, and the treasury beside them."""
    bill = await billed(bank)
    urls = await asyncio.gather(*(bank.pay_url(bill["id"]) for _ in range(10)))
    assert len(set(urls)) == 1
    order = await bank.do(urls[0])
    body = json.dumps({"order": order}).encode()
    told = payment({"id": bill["application_id"], "fee_kopecks": 125_000}, "t-1").model_copy(
        update={"acquirer_payment_id": order["payments"][0]["id"]}
    )
    answers = await asyncio.gather(
        *(bank.callback(body) for _ in range(10)),
        bank.office.hear(told, bill["application_id"]),
    )
    assert answers[-1] == "handled"
    assert len(bank.desk.book.orders) == 1
    after = await bank.bill(bill["id"])
    assert (after["state"], after["refunds"]) == ("paid", [])
    assert len(await outbox_events(bank.office.app, BillPaid)) == 1


async def test_c18_an_acquirer_that_is_away_charges_nothing(bank: Bank) -> None:
    """503 in words; where only its answer was lost, the same order is found again."""
    bill = await billed(bank)
    path, who = f"/v1/bills/{bill['id']}/payment", bank.office.citizen()
    bank.line.away = True
    away = await bank.office.http.post(path, headers=who)
    assert (away.status_code, away.json()["code"]) == (503, "acquirer-away")
    bank.line.away, bank.line.deaf = False, True
    assert (await bank.office.http.post(path, headers=who)).status_code == 503
    bank.line.deaf = False
    await bank.do(await bank.pay_url(bill["id"]))
    assert len(bank.desk.book.orders) == 1


async def test_c18_a_refund_outlives_an_acquirer_that_is_away(bank: Bank) -> None:
    """Asked again until it is back; an answer that was lost makes no second refund."""
    bill = await billed(bank)
    await bank.do(await bank.pay_url(bill["id"]))
    await bank.tell()
    bank.line.deaf = True
    path = f"/v1/applications/{bill['application_id']}/withdrawal"
    assert (await bank.office.http.post(path, headers=bank.office.citizen())).status_code == 200
    await eventually(lambda: bool(bank.desk.book.refunds))
    assert (await bank.bill(bill["id"]))["state"] == "refunding"
    bank.line.deaf = False
    after = await refunded(bank, bill["id"])
    assert after["state"] == "refunded"
    assert len(bank.desk.book.refunds) == 1


async def test_c18_where_no_callback_comes_the_acquirer_is_asked(
    platform: Platform, database: str, tokens: Tokens, tmp_path: Path
) -> None:
    soon = timedelta(milliseconds=300)
    async with beside(platform, database, tokens, tmp_path, acquirer_poll=soon) as bank:
        bill = await billed(bank)
        await bank.do(await bank.pay_url(bill["id"]))

        async def paid() -> bool:
            return bool((await bank.bill(bill["id"]))["state"] == "paid")

        await eventually(paid)


async def test_c18_strange_money_is_kept_for_a_person_where_it_is_only_asked_for(
    platform: Platform, database: str, tokens: Tokens, tmp_path: Path
) -> None:
    """No callback comes, the poll finds what cannot be: kept once, and nobody asks for ever."""
    soon = timedelta(milliseconds=300)
    async with beside(platform, database, tokens, tmp_path, acquirer_poll=soon) as bank:
        bill = await billed(bank)
        url = await bank.pay_url(bill["id"])
        await bank.do(url)
        (order_id,) = bank.desk.book.orders
        order = bank.desk.book.orders[order_id]
        (paid,) = order.payments
        strange = paid.model_copy(update={"paid_at": paid.paid_at - timedelta(days=400)})
        bank.desk.book.orders[order_id] = order.model_copy(update={"payments": [strange]})
        db = find(bank.office.app, Runtime).mongo.db

        async def kept() -> bool:
            return await db["strange_payments"].count_documents({}) == 1

        async def nobody_asks() -> bool:
            return await db["timers"].count_documents({"kind": ORDER_TIMER}) == 0

        await eventually(kept)
        await eventually(nobody_asks)
        assert (await bank.bill(bill["id"]))["payment_id"] is None


async def _refund_now(bank: Bank) -> None:
    timers = find(bank.office.app, Runtime).timers
    due = {"$set": {"due_at": datetime.now(UTC)}}
    await timers.collection.update_one({"kind": REFUND_TIMER}, due)
    timers.ring({REFUND_TIMER})


async def test_c18_a_bill_ends_and_a_new_one_is_asked_for(
    platform: Platform, database: str, tokens: Tokens, tmp_path: Path
) -> None:
    """Late money for the first goes back; the second is paid; two who ask get one bill."""
    soon = timedelta(seconds=2)
    async with beside(platform, database, tokens, tmp_path, bill_valid=soon) as bank:
        bill = await billed(bank)
        path = f"/v1/applications/{bill['application_id']}/bill"
        who = bank.office.citizen()
        same = await bank.office.http.post(path, headers=who)
        assert same.json()["id"] == bill["id"]
        url = await bank.pay_url(bill["id"])

        async def over() -> bool:
            return bool((await bank.bill(bill["id"]))["state"] == "expired")

        await eventually(over)
        assert len(await outbox_events(bank.office.app, BillExpired)) == 1
        order = await bank.do(url)
        bank.office.clock.ahead = timedelta(minutes=4)  # late by more than clocks may differ
        order["payments"][0]["paid_at"] = (bank.office.clock() - timedelta(minutes=1)).isoformat()
        assert (await bank.callback(json.dumps({"order": order}).encode())).status_code == 204
        bank.office.clock.ahead = timedelta(0)
        await _refund_now(bank)  # its timer was set by the clock that was ahead
        asked = [bank.office.http.post(path, headers=who) for _ in range(3)]
        answers = await asyncio.gather(*asked)
        assert {answer.status_code for answer in answers} == {200}, [a.text for a in answers]
        fresh = {answer.json()["id"] for answer in answers}
        assert len(fresh) == 1
        (second,) = fresh
        assert second != bill["id"]
        await bank.do(await bank.pay_url(second))
        await bank.tell()
        assert (await bank.bill(second))["state"] == "paid"
        late = await refunded(bank, bill["id"])
        assert [r["why"] for r in late["refunds"]] == ["paid-late"]
        none = await bank.office.http.post(path, headers=who)
        assert (none.status_code, none.json()["code"]) == (409, "bill-not-needed")


async def test_d2_another_citizens_bill_is_not_found(bank: Bank) -> None:
    """Whatever is asked of it; nor has a doctor any business with it."""
    bill = await billed(bank)
    other = bank.office.citizen("citizen-other")
    for method, path in (("GET", ""), ("POST", "/payment")):
        answer = await bank.office.http.request(
            method, f"/v1/bills/{bill['id']}{path}", headers=other
        )
        assert (answer.status_code, answer.json()["code"]) == (404, "bill-not-found")
    doctor = await bank.office.http.get(f"/v1/bills/{bill['id']}", headers=bank.office.doctor())
    assert doctor.status_code == 403
    mine = await bank.office.http.get("/v1/bills", headers=bank.office.citizen())
    assert [b["id"] for b in mine.json()["items"]] == [bill["id"]]
