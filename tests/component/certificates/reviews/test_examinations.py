"""Several specialists over HTTP: the queue of each, findings, the decision at last (C20, C21)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest_asyncio

from contracts.certificates import ReviewEnded
from contracts.orders import ApplicationApprovedV2
from contracts.signing import digest_of
from services.certificates.catalogue.domain.catalogue import Catalogue
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from tests.support.service import Tokens, outbox_events
from tests.support.services.certificates.builders import ORLOVA
from tests.support.services.certificates.events import Json, staff
from tests.support.services.certificates.office import Office
from tests.support.services.certificates.office import office as certificates
from tests.support.services.certificates.several import CONCLUDED, catalogue_of_several, says
from tests.support.tools.encryption import decrypted

ME, SURGEON, NEUROLOGIST = ORLOVA.account_id, "doctor-surgeon", "doctor-neurologist"
DOCTORS = {"surgeon": SURGEON, "neurologist": NEUROLOGIST, "therapist": ME}


@pytest_asyncio.fixture(name="several")
async def _several(
    platform: Platform, database: str, tokens: Tokens, tmp_path: Path
) -> AsyncIterator[Office]:
    where = catalogue_of_several(tmp_path)
    async with certificates(platform, database, tokens, catalogue=where) as running:
        await running.know_people()
        for code in ("surgeon", "neurologist"):
            told = staff(DOCTORS[code], f"{code.title()} Олег", specialties=[code])
            await running.hear(told, DOCTORS[code])
        yield running


async def _queue(office: Office, doctor: str) -> list[tuple[str, list[str]]]:
    answer = await office.http.get("/v1/reviews", headers=office.doctor(doctor))
    return [(i["application_id"], i["examinations"]) for i in answer.json()["items"]]


async def _find(office: Office, id_: str, code: str, text: str = "Здорова") -> Json:
    doctor = DOCTORS[code]
    assert (await office.decide(id_, "claim", subject=doctor)).status_code == 200
    body = {"examination": code, "fields": says(code, text)}
    answer = await office.decide(id_, "findings", body, subject=doctor)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def _concluded(office: Office) -> Json:
    today = find(office.app, Catalogue).calendar.day_of(office.clock())
    return {**CONCLUDED, "exam_date": today.isoformat()}


async def test_c21_an_application_goes_through_the_queues_of_its_specialists(
    several: Office,
) -> None:
    id_ = (await several.submitted())["id"]
    for doctor in DOCTORS.values():
        assert await _queue(several, doctor) == [(id_, ["Хирург", "Невролог", "Терапевт"])]
    after = await _find(several, id_, "surgeon", "Грыжи нет")
    assert (after["state"], after["claimed_until"]) == ("submitted", None)
    assert await _queue(several, SURGEON) == []
    assert await _queue(several, NEUROLOGIST) == [(id_, ["Невролог", "Терапевт"])]
    assert [e.data.doctor_id for e in await outbox_events(several.app, ReviewEnded)] == [SURGEON]
    await _find(several, id_, "neurologist")
    last = await _find(several, id_, "therapist")
    assert (last["state"], last["actions"][:2]) == ("in-review", ["find", "approve"])

    done = await several.decide(id_, "approval", _concluded(several))
    assert done.status_code == 200, done.text
    (told,) = await outbox_events(several.app, ApplicationApprovedV2)
    form = decrypted(told.data)
    (row,) = [f for f in form.fields if f.key == "surgeon"]
    assert row.value.startswith("Грыжи нет; Surgeon Олег, ")
    assert form.act is not None
    assert digest_of(id_, "086u", told.data.organisation_id, form.fields)

    mine = await several.read(id_)
    assert [(e["code"], e["finding"]["doctor"]) for e in mine["examinations"]] == [
        ("surgeon", "Surgeon Олег"),
        ("neurologist", "Neurologist Олег"),
        ("therapist", ORLOVA.full_name),
    ]
    assert mine["examinations"][0]["finding"]["fields"] == says("surgeon", "Грыжи нет")
    looks = await several.http.get(f"/v1/applications/{id_}/reads", headers=several.citizen())
    assert Counter(i["occasion"] for i in looks.json()["items"])["examined"] == 3


async def test_c21_what_is_missing_or_not_yours_is_said_and_nothing_changes(
    several: Office,
) -> None:
    id_ = (await several.submitted())["id"]
    finding = {"examination": "surgeon", "fields": says("surgeon")}
    not_held = await several.decide(id_, "findings", finding, subject=SURGEON)
    assert (not_held.status_code, not_held.json()["code"]) == (403, "review-not-yours")
    await several.decide(id_, "claim")
    for verb, body, code in (
        ("findings", finding, "examination-not-yours"),
        ("approval", _concluded(several), "examinations-missing"),
        ("preview", _concluded(several), "examinations-missing"),
    ):
        refused = await several.decide(id_, verb, body)
        assert refused.json()["code"] == code
    await several.decide(id_, "release")
    assert (await several.decide(id_, "claim", subject=SURGEON)).status_code == 200
    for verb, body, code in (
        ("approval", _concluded(several), "specialty-not-deciding"),
        (
            "refusal",
            {"reason_code": "contraindications", "reason": "Нельзя"},
            "specialty-not-deciding",
        ),
    ):
        refused = await several.decide(id_, verb, body, subject=SURGEON)
        assert (refused.status_code, refused.json()["code"]) == (403, code)
    assert (await several.kept(id_)).findings == ()


async def test_k9_a_colleague_examines_in_the_place_of_who_has_left(several: Office) -> None:
    id_ = (await several.submitted())["id"]
    await _find(several, id_, "surgeon")
    await several.hear(staff("colleague", "Шовный Пётр", specialties=["surgeon"]), "colleague")
    early = await several.decide(id_, "claim", subject="colleague")
    assert (early.status_code, early.json()["code"]) == (409, "review-waits-for-others")
    gone = staff(SURGEON, "Surgeon Олег", specialties=["surgeon"], active=False)
    await several.hear(gone, SURGEON)
    assert (await several.decide(id_, "claim", subject="colleague")).status_code == 200
    body = {"examination": "surgeon", "fields": says("surgeon", "Грыжа")}
    done = await several.decide(id_, "findings", body, subject="colleague")
    assert done.status_code == 200, done.text
    assert [f.doctor_name for f in (await several.kept(id_)).findings] == ["Шовный Пётр"]


async def test_c21_two_specialists_at_once_are_one_after_the_other(several: Office) -> None:
    for _ in range(5):
        id_ = (await several.submitted())["id"]
        claims = await asyncio.gather(
            *(several.decide(id_, "claim", subject=d) for d in (SURGEON, NEUROLOGIST))
        )
        assert Counter(a.status_code for a in claims) == {200: 1, 409: 1}
        first, then = (
            ("surgeon", "neurologist")
            if claims[0].status_code == 200
            else ("neurologist", "surgeon")
        )
        body = {"examination": first, "fields": says(first)}
        answers = await asyncio.gather(
            *(several.decide(id_, "findings", body, subject=DOCTORS[first]) for _ in range(2))
        )
        assert 200 in {a.status_code for a in answers}
        await _find(several, id_, then)
        kept = await several.kept(id_)
        assert sorted(f.examination for f in kept.findings) == ["neurologist", "surgeon"]
        assert kept.waits_for == ("therapist",)
        await several.decide(id_, "claim")
        await several.decide(
            id_, "refusal", {"reason_code": "in-person-needed", "reason": "Нужен осмотр"}
        )


async def test_c20_a_doctor_sees_what_is_late_or_of_a_type_or_specialty_and_how_much(
    several: Office,
) -> None:
    several.clock.ahead = timedelta(days=-30)
    late = (await several.submitted())["id"]
    several.clock.ahead = timedelta(0)
    soon, held = (await several.submitted())["id"], (await several.submitted())["id"]
    both = staff(ME, ORLOVA.full_name, specialties=["therapist", "surgeon"])
    await several.hear(both, ME)
    assert (await several.decide(held, "claim")).status_code == 200
    answer = await several.http.get("/v1/reviews/counts", headers=several.doctor())
    assert answer.json() == {"waiting": 2, "late": 1, "mine": 1}
    for query, found in (
        ({}, [late, soon]),
        ({"late": "true"}, [late]),
        ({"type": "086u"}, [late, soon]),
        ({"type": "health"}, []),
        ({"specialty": "surgeon"}, [late, soon]),
        ({"specialty": "neurologist"}, []),
        ({"type": "086u", "specialty": "therapist", "late": "true"}, [late]),
        ({"state": "mine"}, [held]),
        ({"state": "mine", "late": "true"}, []),
    ):
        listed = await several.http.get("/v1/reviews", params=query, headers=several.doctor())
        assert [i["application_id"] for i in listed.json()["items"]] == found, query
    other = await several.http.get("/v1/reviews/counts", headers=several.doctor("doctor-nobody"))
    assert other.json() == {"waiting": 0, "late": 0, "mine": 0}
