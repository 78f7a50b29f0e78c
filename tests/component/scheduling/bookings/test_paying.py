"""What is named before a visit is booked: a threat to life, and a price (A22, A41, e35)."""

from __future__ import annotations

import httpx2

from contracts.visits import VisitReported
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.service import an_event, deliver, outbox_events
from tests.support.services.scheduling import CLINIC, Desk
from tests.support.tools.encryption import decrypted

PRICE = 250_000
RULES = {"rules": [{"specialty": "cardiologist", "price_kopecks": PRICE}]}


async def _paid(desk: Desk, *insurance: str) -> str:
    """The clinic takes these programmes alone; a slot of its cardiologist."""
    boss = desk.tokens.headers("registrar-1", "registrar", clinic_id="clinic-1")
    path = "/v1/clinics/clinic-1/reception"
    kept = await desk.http.put(path, json=RULES, headers={**boss, "If-Match": "*"})
    assert kept.status_code == 200, kept.text
    clinic = CLINIC.model_copy(update={"insurance": insurance})
    await deliver(desk.app, an_event(clinic, aggregate_id=clinic.clinic_id, seq=2))
    slot: str = (await desk.late_slot(doctor_id="doctor-lebedeva"))["id"]
    return slot


async def test_a_price_is_agreed_to_before_the_visit_is_booked_a41(desk: Desk) -> None:
    slot, who = await _paid(desk, "ДМС «Согласие»"), await desk.citizen()
    for said in ({}, {"agreed_price_kopecks": 1}, {"insurance": "ДМС «Другая»"}):
        refused = await desk.book(who, slot, **said)
        assert (refused.status_code, refused.json()["code"]) == (409, "price-not-agreed")
        assert refused.json()["price_kopecks"] == PRICE
        assert "2500 ₽" in refused.json()["detail"]
    booked = await desk.book(who, slot, agreed_price_kopecks=PRICE)
    assert (booked.status_code, booked.json()["price_kopecks"]) == (201, PRICE), booked.text


async def test_who_has_a_policy_that_the_clinic_takes_pays_nothing_a41(desk: Desk) -> None:
    slot = await _paid(desk, "ОМС", "ДМС «Согласие»")
    booked = await desk.book(await desk.citizen(), slot)
    assert (booked.status_code, booked.json()["price_kopecks"]) == (201, None), booked.text
    without = await desk.citizen("citizen-2", oms=None)
    other = (await desk.late_slot(doctor_id="doctor-lebedeva"))["id"]
    assert (await desk.book(without, other)).json()["code"] == "price-not-agreed"
    claimed = await desk.book(without, other, insurance="омс")
    assert (claimed.status_code, claimed.json()["errors"][0]["code"]) == (422, "no-policy")
    insured = await desk.book(without, other, insurance="ДМС «Согласие»")
    assert (insured.status_code, insured.json()["price_kopecks"]) == (201, None), insured.text
    told = (await outbox_events(desk.app, VisitReported))[-1]
    assert decrypted(told.data).insurance == "ДМС «Согласие»"


async def test_one_moves_at_the_price_that_was_agreed_to_and_not_past_one_a14_a41(
    desk: Desk,
) -> None:
    slot, who = await _paid(desk, "ДМС «Согласие»"), await desk.citizen()
    insured = await desk.booked(who, slot, insurance="ДМС «Согласие»")
    paying = await desk.citizen("citizen-2")
    other = (await desk.late_slot(doctor_id="doctor-lebedeva"))["id"]
    agreed = await desk.booked(paying, other, agreed_price_kopecks=PRICE)

    async def moves(citizen: dict[str, str], appointment_id: str) -> httpx2.Response:
        to = {"slot_id": (await desk.late_slot(doctor_id="doctor-lebedeva"))["id"]}
        path = f"/v1/appointments/{appointment_id}/transfer"
        return await desk.http.post(path, json=to, headers=citizen)

    for citizen, visit, price in ((who, insured, None), (paying, agreed, PRICE)):
        moved = await moves(citizen, visit["id"])
        assert (moved.status_code, moved.json()["price_kopecks"]) == (200, price), moved.text
    clinic = CLINIC.model_copy(update={"insurance": ("ДМС «Другая»",)})
    await deliver(desk.app, an_event(clinic, aggregate_id=clinic.clinic_id, seq=3))
    refused = await moves(who, insured["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "book-anew")
    assert "2500 ₽" in refused.json()["detail"]
    clinic = CLINIC.model_copy(update={"insurance": ("ОМС",)})
    await deliver(desk.app, an_event(clinic, aggregate_id=clinic.clinic_id, seq=4))
    free = await moves(paying, agreed["id"])
    assert (free.status_code, free.json()["price_kopecks"]) == (200, None), free.text


async def test_with_a_red_flag_nothing_is_booked_e35(desk: Desk) -> None:
    who, slot = await desk.citizen(), (await desk.late_slot())["id"]
    unasked = await desk.book(who, slot, red_flags=None)
    assert (unasked.status_code, unasked.json()["errors"][0]["pointer"]) == (422, "/red_flags")
    for said in ({"symptoms": "Сильная боль в груди"}, {"red_flags": ["chest-pain"]}):
        refused = await desk.book(who, slot, **said)
        assert (refused.status_code, refused.json()["code"]) == (409, "life-threatening")
        assert refused.json()["call"] == ["103", "112"]
        assert refused.json()["departments"][0]["open_now"]
    assert await find(desk.app, Runtime).mongo.db["appointments"].count_documents({}) == 0
    assert (await desk.book(who, slot, symptoms="Нет боли в груди, кашель")).status_code == 201
