"""The promise to the citizen, whole, over the gateway: what `make demo` plays and checks."""

from __future__ import annotations

import asyncio
import collections
import json
import random
from typing import Any

import pytest

from contracts.scheduling import AppointmentBooked
from deploy.world.demo.citizen import Citizen, download
from deploy.world.demo.gateway import Gateway, RefusedError
from deploy.world.demo.person import new_person
from deploy.world.demo.scenario import SAID, Scenario
from deploy.world.demo.steps import Steps
from services.chassis.foundation.settings import Platform
from tests.support.eventually import eventually
from tests.support.stack import PlatformStack
from tests.support.tools.kafka import read_all


async def confirmed_citizen(gateway: Gateway, seed: int) -> Citizen:
    """Somebody new, registered, logged in and confirmed."""
    citizen = Citizen(gateway.caller(), new_person(random.Random(seed)))
    await citizen.register()
    await citizen.log_in()
    await citizen.fill_profile()
    return citizen


async def test_from_a_form_to_a_sealed_certificate_and_a_talon(gateway: Gateway) -> None:
    """C1, C4–C8, C11, C13–C15, C20, C25–C34, D1–D3, N1–N4, A4, A6, A7, A13, I1–I3, I13, I18, X5.

    `Scenario.play` raises where anything is off: signatures, timestamps, PDF/A, QR, public check.
    """
    journey = Scenario(gateway, Steps(quiet=True), seed=1)
    outcome = await journey.play()
    assert outcome.certificate.startswith(b"%PDF-")
    assert outcome.talon.startswith(b"%PDF-")
    for service in ("certificates", "documents"):  # K7: who saw it is named, with the clinic
        looks = await journey.citizen.gateway.get(service, "/looks", limit=100)
        doctors = {(look["name"], look["clinic"]) for look in looks["items"] if look["position"]}
        assert ("Орлова Мария Викторовна", "Городская поликлиника № 45") in doctors
        assert {clinic for _, clinic in doctors} == {"Городская поликлиника № 45"}
        specialists = {name for name, _ in doctors if name != "Орлова Мария Викторовна"}
        assert len(specialists) == (3 if service == "certificates" else 0)  # C21: they opened none


async def test_two_hundred_clients_race_for_one_slot(
    gateway: Gateway, everything: PlatformStack
) -> None:
    """A4, X1: one winner, 199 clear refusals, one event, one talon."""
    citizens = await asyncio.gather(*(confirmed_citizen(gateway, 100 + n) for n in range(10)))
    found = await gateway.get("scheduling", "/slots", specialty="therapist", limit=100)
    slot = found["items"][-1]["id"]

    async def try_it(citizen: Citizen) -> str:
        try:
            booked = await citizen.gateway.post(
                "scheduling", "/appointments", {"slot_id": slot, **SAID}, once=True
            )
        except RefusedError as refused:
            return refused.code
        return str(booked["talon"]["number"])

    answers = collections.Counter(
        await asyncio.gather(*(try_it(citizen) for citizen in citizens for _ in range(20)))
    )
    assert answers.pop("slot-taken") == 199
    ((_, winners),) = answers.items()
    assert winners == 1
    lists = [await c.gateway.get("scheduling", "/appointments") for c in citizens]
    assert sorted(len(mine["items"]) for mine in lists) == [0] * 9 + [1]
    winner = next(c for c, mine in zip(citizens, lists, strict=True) if mine["items"])
    await winner.phone.wait_for(r"Вы записаны|Запись \d")
    kafka = Platform(kafka_bootstrap=everything.env()["KAFKA_BOOTSTRAP"])
    told = [json.loads(value) for value in await read_all(kafka, "scheduling.events")]
    of_slot = {e["id"]: e["type"] for e in told if e["data"].get("slot_id") == slot}
    assert list(of_slot.values()) == [AppointmentBooked.TYPE]
    journal = await winner.gateway.get("notifier", "/messages", limit=100)
    sent = collections.Counter((m["template"], m["channel"]) for m in journal["items"])
    assert sent["appointment-booked.v2", "sms"] == 1


@pytest.mark.timeout(240)
async def test_services_killed_in_the_middle_lose_and_double_nothing(
    gateway: Gateway, everything: PlatformStack
) -> None:
    """X6, N8, N9: one certificate and one message per channel, whatever dies."""
    journey = Scenario(gateway, Steps(quiet=True), seed=3)
    await journey.become_confirmed()
    await journey.apply()
    await journey.review()
    for name in ("documents", "notifier", "certificates"):
        everything.kill(name)
    citizen = journey.citizen
    await asyncio.gather(
        *(
            inbox.wait_for("готова", within=120)
            for inbox in (citizen.phone, citizen.mailbox, citizen.device)
        )
    )
    mine = await eventually(
        lambda: _answers(citizen.gateway, "certificates", "/certificates"), within=60
    )
    assert len(mine["items"]) == 1
    pdf = await download(citizen.gateway, mine["items"][0]["document_id"])
    assert pdf.startswith(b"%PDF-")
    documents = await citizen.gateway.get("documents", "/documents")
    kinds = sorted(d["kind"] for d in documents["items"])
    assert kinds == ["certificate", "receipt"], "each once"
    journal = await eventually(
        lambda: _answers(citizen.gateway, "notifier", "/messages", limit=100), within=60
    )
    ready = collections.Counter(
        m["channel"] for m in journal["items"] if m["template"].startswith("certificate-issued")
    )
    assert ready == {"sms": 1, "email": 1, "push": 1}


async def _answers(gateway: Gateway, service: str, path: str, **params: object) -> Any:
    """The answer, or None while the service is coming back."""
    try:
        return await gateway.get(service, path, **params)
    except RefusedError as refused:
        if refused.status < 500:
            raise
        return None


async def test_a_wrong_code_and_a_wrong_password_are_refused(gateway: Gateway) -> None:
    """I3, I4, e5, e6: clear refusals with stable codes; the right ones still work."""
    citizen = await confirmed_citizen(gateway, 6)
    person = citizen.person
    with pytest.raises(RefusedError) as wrong:
        await gateway.caller().post(
            "identity", "/sessions", {"login": person.phone, "password": "not-the-password"}
        )
    assert wrong.value.status == 401
    again = gateway.caller()
    await citizen.phone.skip()
    session = await again.post(
        "identity", "/sessions", {"login": person.phone, "password": person.password}
    )
    confirmation = f"/sessions/{session['session_id']}/confirmation"
    with pytest.raises(RefusedError) as code:
        await again.post("identity", confirmation, {"code": "000000"})
    assert (code.value.status, code.value.code) == (422, "wrong-code")
    right = (await citizen.phone.wait_for(r"\b(\d{6})\b"))[1]
    tokens = await again.post("identity", confirmation, {"code": right})
    assert tokens["level"] == "confirmed"
