"""Confirmed is a booking where a clinic asks for it, or no number says who it is (A30, e21)."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest

from contracts.scheduling import AppointmentBooked
from deploy.world.demo.signing import OwnKey
from deploy.world.pki.desk import issue
from services.chassis.foundation import clock
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.sealing import DemoPki
from tests.support.service import Tokens, keyed, outbox_events
from tests.support.services.scheduling import Desk, scheduling
from tests.support.services.waiting import answer_offer, joined, wish

SNILS = "11223344595"


async def _asks(desk: Desk, assent: str) -> None:
    """A clinic asks for this."""
    receptions = find(desk.app, Runtime).mongo.db["receptions"]
    await receptions.replace_one({"_id": "clinic-1"}, {"assent": assent}, upsert=True)


async def test_who_has_no_number_books_with_a_code_e21(desk: Desk) -> None:
    """Neither a policy nor a СНИЛС: a passport and a code are enough, no visit to the desk."""
    who, slot = await desk.citizen(oms=None, snils=None), await desk.late_slot()
    refused = await desk.book(who, slot["id"])
    assert (refused.status_code, refused.json()["code"]) == (403, "confirmation-needed")
    assert refused.json()["assent"] == "code"
    assert "/v1/acts" in refused.json()["detail"]
    assert await outbox_events(desk.app, AppointmentBooked) == []

    digest, now = refused.json()["digest"], desk.clock()
    anothers = desk.tokens.act("citizen-2", digest, at=now)
    for act, code in ((anothers, "act-of-another"), ("чужое", "act-unreadable")):
        wrong = await desk.book(who, slot["id"], act=act)
        assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (403, code)
    act = desk.tokens.act("citizen-1", digest, at=now)
    done = await desk.book(who, slot["id"], act=act)
    assert done.status_code == 201, done.text
    kept = find(desk.app, Runtime).mongo.db["appointments"]
    stored = await kept.find_one({"_id": done.json()["id"]})
    assert stored is not None
    assert stored["confirmed"]["method"] == "sms"


async def test_a_temporary_number_spares_the_code_a25(desk: Desk) -> None:
    policy = {"number": "123456789", "valid_until": "2038-04-01"}
    who = await desk.citizen(oms=None, snils=None, temporary_policy=policy)
    assert (await desk.book(who, (await desk.late_slot())["id"])).status_code == 201


async def test_a_clinic_asks_everybody_for_a_code_a30(desk: Desk) -> None:
    who, slot = await desk.citizen(), await desk.late_slot(clinic_id="clinic-1")
    await _asks(desk, "code")
    refused = await desk.book(who, slot["id"])
    assert refused.json()["code"] == "confirmation-needed"
    act = desk.tokens.act("citizen-1", refused.json()["digest"], at=desk.clock())
    assert (await desk.book(who, slot["id"], act=act)).status_code == 201


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The authority that both sides know."""
    return DemoPki.make(tmp_path_factory.mktemp("pki")).directory


def _own(pki: Path, snils: str) -> OwnKey:
    own = OwnKey("Соколова Анна Сергеевна", snils)
    own.hold(issue(pki, own.request()))
    return own


async def test_a_clinic_asks_for_a_signature_a30(
    platform: Platform, database: str, tokens: Tokens, pki: Path
) -> None:
    """A code does not do, nor another's certificate; the form is what the refusal says."""
    today = {"now": clock.now}  # certificates of the demo's authority are of today
    async with scheduling(platform, database, tokens, seams=today, trusted_cas=pki) as desk:
        who = await desk.citizen()
        await _asks(desk, "signature")
        slot = (await desk.free(clinic_id="clinic-1"))[-1]
        refused = (await desk.book(who, slot["id"])).json()
        assert (refused["code"], refused["assent"]) == ("confirmation-needed", "signature")
        act = desk.tokens.act("citizen-1", refused["digest"], at=clock.now())
        assert (await desk.book(who, slot["id"], act=act)).json()["code"] == "confirmation-needed"

        def signature(snils: str) -> str:
            return b64encode(_own(pki, snils).sign(refused["form"].encode())).decode()

        wrong = await desk.book(who, slot["id"], signature=signature("08765430200"))
        assert (wrong.status_code, wrong.json()["code"]) == (403, "signature-refused")
        both = await desk.book(who, slot["id"], signature="AA==", act=act)
        assert (both.status_code, both.json()["errors"][0]["code"]) == (422, "one-of")
        done = await desk.book(who, slot["id"], signature=signature(SNILS))
        assert done.status_code == 201, done.text


async def test_an_offer_is_accepted_with_a_code_too_a30_a18(desk: Desk) -> None:
    """A refused yes leaves the offer; the digest is that of the offered visit."""
    holder, slot = await desk.citizen("holder"), await desk.late_slot(clinic_id="clinic-1")
    visit = await desk.booked(holder, slot["id"])
    who = await desk.citizen(oms=None, snils=None)
    said = {"reason": "first", "symptoms": "Кашель", "red_flags": []}
    place = await joined(desk, who, wish(slot, details=said, preliminary=True))
    assert (await desk.cancel(holder, visit["id"])).status_code == 200

    refused = await answer_offer(desk, who, place, "acceptance")
    assert (refused.status_code, refused.json()["code"]) == (403, "confirmation-needed")
    act = desk.tokens.act("citizen-1", refused.json()["digest"], at=desk.clock())
    done = await desk.http.post(
        f"/v1/waits/{place}/acceptance", json={"act": act}, headers={**who, **keyed()}
    )
    assert done.status_code == 201, done.text
