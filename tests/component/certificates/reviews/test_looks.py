"""A doctor's look at an application is in its owner's journal; nobody holds the whole queue."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from services.chassis.foundation.settings import Platform
from tests.support.service import Tokens
from tests.support.services.certificates.builders import ORLOVA
from tests.support.services.certificates.events import Json
from tests.support.services.certificates.office import Office
from tests.support.services.certificates.office import office as certificates


async def _journal(office: Office, application: Json, **query: Any) -> Json:
    answer = await office.http.get(
        f"/v1/applications/{application['id']}/reads", headers=office.citizen(), params=query
    )
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def _occasions(office: Office, application: Json) -> list[str]:
    return [line["occasion"] for line in (await _journal(office, application))["items"]]


async def _read(office: Office, application: Json, doctor: str = ORLOVA.account_id) -> int:
    answer = await office.http.get(
        f"/v1/reviews/{application['id']}", headers=office.doctor(doctor)
    )
    return answer.status_code


async def test_every_answer_that_shows_an_application_is_in_the_journal(office: Office) -> None:
    application = await office.submitted()
    assert await _occasions(office, application) == []
    await office.decide(application["id"], "claim")
    await office.decide(application["id"], "claim")  # again: shown again
    assert await _read(office, application) == 200
    await office.decide(application["id"], "release")
    await office.decide(application["id"], "claim")
    await office.decide(application["id"], "approval", office.examined())
    assert await _read(office, application) == 200

    told = ["read", "approved", "claimed", "released", "read", "read", "claimed"]
    assert await _occasions(office, application) == told
    line = (await _journal(office, application))["items"][0]
    assert (line["name"], line["position"]) == (ORLOVA.full_name, "врач-терапевт")
    assert (line["role_title"], line["clinic"]) == ("врач", "Городская поликлиника № 45")
    assert line["label"] == "Открыто для чтения"


async def test_refusals_and_requests_show_it_too(office: Office) -> None:
    refused, asked = await office.submitted(), await office.submitted()
    for application in (refused, asked):
        await office.decide(application["id"], "claim")
    reason = {"reason_code": "tests-outdated", "reason": "Анализы устарели."}
    await office.decide(refused["id"], "refusal", reason)
    await office.decide(asked["id"], "document-request", {"missing": ["policy"]})

    assert await _occasions(office, refused) == ["refused", "claimed"]
    assert await _occasions(office, asked) == ["documents-requested", "claimed"]


async def test_who_was_shown_nothing_is_not_in_the_journal(office: Office) -> None:
    """Another doctor's try is refused; the lists of the queue show nothing of the person."""
    application = await office.submitted()
    await office.decide(application["id"], "claim")
    assert await _read(office, application, "doctor-petrov") == 403
    assert (
        await office.decide(application["id"], "claim", subject="doctor-petrov")
    ).status_code == 409
    for shelf in ("waiting", "mine"):
        listed = await office.http.get(
            "/v1/reviews", headers=office.doctor(), params={"state": shelf}
        )
        assert "fields" not in listed.text

    assert await _occasions(office, application) == ["claimed"]


async def test_the_journal_is_its_owners_and_paged(office: Office) -> None:
    application = await office.submitted()
    await office.decide(application["id"], "claim")
    for _ in range(4):
        await _read(office, application)
    path = f"/v1/applications/{application['id']}/reads"
    assert (await office.http.get(path, headers=office.citizen("somebody"))).status_code == 404
    assert (await office.http.get(path, headers=office.doctor())).status_code == 403
    assert (await office.http.get(path)).status_code == 401

    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = await _journal(office, application, **query)
        seen += [line["occasion"] for line in page["items"]]
        cursor = page["next_cursor"]
    assert seen == ["read"] * 4 + ["claimed"]


async def test_a_look_is_written_or_nothing_is_shown(office: Office) -> None:
    """Many at once: as many lines as answers."""
    application = await office.submitted()
    await office.decide(application["id"], "claim")
    answers = await asyncio.gather(*(_read(office, application) for _ in range(10)))

    assert answers == [200] * 10
    assert Counter(await _occasions(office, application)) == {"read": 10, "claimed": 1}


async def test_a_doctor_holds_no_more_than_may_be_in_a_race_too(
    platform: Platform, database: str, tokens: Tokens
) -> None:
    async with certificates(platform, database, tokens, claims_per_doctor=3) as office:
        await office.know_people()
        waiting = [await office.submitted() for _ in range(8)]
        answers = await asyncio.gather(*(office.decide(a["id"], "claim") for a in waiting))
        assert Counter(a.status_code for a in answers) == {200: 3, 409: 5}
        assert {a.json()["code"] for a in answers if a.status_code == 409} == {"too-many-claims"}

        held, free = (
            waiting[answers.index(next(a for a in answers if a.status_code == 200))],
            next(w for w, a in zip(waiting, answers, strict=True) if a.status_code == 409),
        )
        again = await office.decide(held["id"], "claim")
        assert again.status_code == 200, "what one holds already is no new claim"
        assert (
            await office.decide(free["id"], "claim", subject="doctor-petrov")
        ).status_code == 200
        await office.decide(held["id"], "release")
        assert (await office.decide(held["id"], "claim")).status_code == 200
