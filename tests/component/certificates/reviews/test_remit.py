"""Whose an application is: its clinic's and specialty's; and what a doctor who leaves had of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from contracts.certificates import ApplicationSubmitted, CertificateIssued, ReviewEnded
from contracts.envelope import Data
from contracts.identity import AccountBlocked, StaffRole
from contracts.topics import aggregate_of
from services.chassis.foundation.settings import Platform
from tests.support.eventually import eventually
from tests.support.service import Tokens, keyed, outbox_events
from tests.support.services.certificates.builders import CLINIC, ORLOVA, TESTS
from tests.support.services.certificates.events import Json, clinic, sealed, staff, unsealable
from tests.support.services.certificates.office import CONSENT, Office, match
from tests.support.services.certificates.office import office as certificates

ELSEWHERE = replace(CLINIC, id="clinic-2", number="7", name="Поликлиника на Невском")
FOREIGN, SURGEON = "doctor-foreign", "doctor-surgeon"
VERBS = (
    "claim",
    "release",
    "approval",
    "refusal",
    "document-request",
    "preview",
    "findings",
    "results",
)
REFUSAL = {"reason_code": "contraindications", "reason": "Противопоказания"}
BODIES: dict[str, Json] = {
    "approval": {},
    "preview": {},
    "results": {"file_id": "file-1", "title": "ЭКГ"},
    "findings": {"examination": "surgeon", "fields": {}},
    "refusal": REFUSAL,
    "document-request": {"missing": []},
}


async def _others(office: Office) -> None:
    """A therapist at another clinic, and a surgeon at Anna's."""
    await office.hear(clinic(ELSEWHERE), ELSEWHERE.id)
    await office.hear(DOCTOR, FOREIGN)
    await office.hear(staff(SURGEON, "Резов Олег", specialties=["surgeon"]), SURGEON)


async def _listed(office: Office, doctor: str, state: str = "waiting") -> list[str]:
    answer = await office.http.get(
        "/v1/reviews", params={"state": state}, headers=office.doctor(doctor)
    )
    assert answer.status_code == 200, answer.text
    return [item["application_id"] for item in answer.json()["items"]]


async def _open(office: Office, **body: str) -> tuple[int, Json]:
    answer = await office.http.post(
        "/v1/applications", json={"type": "086u", **body}, headers=office.citizen() | keyed()
    )
    return answer.status_code, answer.json()


async def test_k6_a_doctor_of_another_clinic_or_specialty_sees_and_decides_nothing(
    office: Office,
) -> None:
    await _others(office)
    application = await office.submitted()
    (told,) = await outbox_events(office.app, ApplicationSubmitted)
    assert (told.data.clinic_id, told.data.clinic_name) == (CLINIC.id, CLINIC.name)
    assert await _listed(office, ORLOVA.account_id) == [application["id"]]
    refusals = {
        FOREIGN: (404, "not-found"),
        SURGEON: (403, "specialty-not-deciding"),
    }
    for claimed in (False, True):
        for doctor, refusal in refusals.items():
            assert await _listed(office, doctor) == []
            path = f"/v1/reviews/{application['id']}"
            answers = [await office.http.get(path, headers=office.doctor(doctor))]
            for verb in VERBS:
                body = BODIES.get(verb)
                answers.append(await office.decide(application["id"], verb, body, subject=doctor))
            assert {(a.status_code, a.json()["code"]) for a in answers} == {refusal}
        if not claimed:
            assert (await office.decide(application["id"], "claim")).status_code == 200


async def test_k6_a_doctor_of_two_clinics_has_one_queue_that_says_whose_each_is(
    office: Office,
) -> None:
    await office.hear(clinic(ELSEWHERE), ELSEWHERE.id)
    both = staff(ORLOVA.account_id, ORLOVA.full_name, clinics=[CLINIC.id, ELSEWHERE.id])
    await office.hear(both, ORLOVA.account_id)
    here = await office.submitted()
    draft = await office.edit(await office.draft("policy", *TESTS), {"clinic_id": ELSEWHERE.id})
    path = f"/v1/applications/{draft['id']}/submission"
    agreed, headers = office.agreed(draft), office.citizen() | match(draft)
    assert (await office.http.post(path, json=agreed, headers=headers)).status_code == 200
    queue, pages, cursor = [], 0, None
    while pages == 0 or cursor:
        params = {"limit": 1} | ({"cursor": cursor} if cursor else {})
        answer = await office.http.get("/v1/reviews", params=params, headers=office.doctor())
        queue += [(i["application_id"], i["clinic_name"]) for i in answer.json()["items"]]
        pages, cursor = pages + 1, answer.json()["next_cursor"]
    assert pages == 2
    assert dict(queue) == {here["id"]: CLINIC.name, draft["id"]: ELSEWHERE.name}
    assert await _listed(office, "doctor-petrov") == [here["id"]]


async def test_k6_a_draft_is_at_the_citizens_clinic_or_at_the_one_that_is_chosen(
    office: Office,
) -> None:
    await _others(office)
    status, draft = await _open(office)
    assert (status, draft["clinic_id"], draft["clinic_name"]) == (201, CLINIC.id, CLINIC.name)
    changed = await office.edit(draft, {"clinic_id": ELSEWHERE.id})
    assert changed["clinic_name"] == ELSEWHERE.name
    status, chosen = await _open(office, clinic_id=ELSEWHERE.id)
    assert (status, chosen["clinic_id"]) == (201, ELSEWHERE.id)


PAST = date(2026, 1, 1)
DOCTOR = staff(FOREIGN, "Чужова Ольга", clinics=[ELSEWHERE.id])


@pytest.mark.parametrize(
    ("heard", "code"),
    [
        ((DOCTOR,), "unknown-clinic"),
        ((clinic(ELSEWHERE, closed_on=PAST), DOCTOR), "clinic-closed"),
        ((clinic(replace(ELSEWHERE, licensed_until=PAST)), DOCTOR), "clinic-unlicensed"),
        ((clinic(ELSEWHERE),), "clinic-without-doctor"),
    ],
)
async def test_k6_a_clinic_that_cannot_decide_is_refused_when_it_is_chosen(
    platform: Platform, database: str, tokens: Tokens, heard: tuple[Data, ...], code: str
) -> None:
    """And a citizen who is attached to one chooses another before submission."""
    async with certificates(platform, database, tokens, patience=timedelta(0)) as office:
        await office.know_people()
        for event in heard:
            assert await office.hear(event, aggregate_of(event)) == "handled"
        status, refused = await _open(office, clinic_id=ELSEWHERE.id)
        assert (status, [e["code"] for e in refused["errors"]]) == (422, [code])
        assert refused["errors"][0]["pointer"] == "/clinic_id"
        await office.attach(ELSEWHERE.id)
        draft = await office.draft("policy", *TESTS)
        assert (draft["clinic_id"], [p["code"] for p in draft["problems"]]) == (None, ["required"])
        path = f"/v1/applications/{draft['id']}"
        for method, address, body, wrong in (
            ("PATCH", path, {"clinic_id": ELSEWHERE.id}, ["/clinic_id"]),
            ("POST", f"{path}/submission", CONSENT, ["/clinic_id", "/act"]),  # e1: all at once
        ):
            answer = await office.http.request(
                method, address, json=body, headers=office.citizen() | match(draft)
            )
            assert answer.status_code == 422
            assert [e["pointer"] for e in answer.json()["errors"]] == wrong
        assert (await office.edit(draft, {"clinic_id": CLINIC.id}))["problems"] == []


async def test_k6_a_clinic_that_closed_since_is_named_in_the_draft_and_issues_nothing(
    office: Office,
) -> None:
    draft, waiting = await office.draft("policy", *TESTS), await office.submitted()
    assert (await office.decide(waiting["id"], "claim")).status_code == 200
    await office.hear(clinic(closed_on=PAST), CLINIC.id)
    assert [p["code"] for p in (await office.read(draft["id"]))["problems"]] == ["clinic-closed"]
    approval = await office.decide(waiting["id"], "approval", office.examined())
    assert (approval.status_code, approval.json()["code"]) == (409, "clinic-cannot-issue")
    assert (await office.decide(waiting["id"], "refusal", REFUSAL)).status_code == 200


async def test_k6_a_certificate_keeps_its_clinic_as_it_was_at_issue(office: Office) -> None:
    application = await office.issued()
    await office.hear(
        clinic(name="Поликлиника имени Боткина", address="г. Москва, пер. Новый, д. 1"), CLINIC.id
    )
    (told,) = await outbox_events(office.app, CertificateIssued)
    assert (told.data.clinic_id, told.data.clinic_name) == (CLINIC.id, CLINIC.name)
    number = application["certificate"]["number"]
    public = (await office.http.get(f"/v1/public/certificates/{number}")).json()
    assert public["clinic"] == {
        "number": CLINIC.number,
        "name": CLINIC.name,
        "organisation": CLINIC.organisation,
        "address": CLINIC.address,
        "ogrn": CLINIC.ogrn,
        "inn": CLINIC.inn,
        "licence": CLINIC.licence,
    }
    page = (await office.http.get(f"/verify/{number}")).text
    assert CLINIC.address in page
    assert CLINIC.licence in page
    (mine,) = (await office.http.get("/v1/certificates", headers=office.citizen())).json()["items"]
    assert mine["clinic"] == public["clinic"]


LEAVING: dict[str, Data] = {
    "dismissed": staff(ORLOVA.account_id, ORLOVA.full_name, active=False),
    "moved": staff(ORLOVA.account_id, ORLOVA.full_name, clinics=[ELSEWHERE.id]),
    "another specialty": staff(ORLOVA.account_id, ORLOVA.full_name, specialties=["surgeon"]),
    "no doctor now": staff(ORLOVA.account_id, ORLOVA.full_name, role=StaffRole.REGISTRAR),
    "blocked": AccountBlocked(account_id=ORLOVA.account_id, blocked_at=datetime.now(UTC)),
}


@pytest.mark.parametrize("how", LEAVING)
async def test_k9_what_a_doctor_held_goes_back_to_the_queue_when_they_leave(
    platform: Platform, database: str, tokens: Tokens, how: str
) -> None:
    """In pieces; what they decided stays, and its owner reads why the claim ended."""
    most = {"claims_per_doctor": 30, "applications_per_citizen": 40, "drafts_per_day": 40}
    async with certificates(platform, database, tokens, **most) as office:
        await office.know_people()
        decided = await office.approved()
        held = [await office.submitted() for _ in range(25)]
        for application in held:
            assert (await office.decide(application["id"], "claim")).status_code == 200
        assert await office.hear(LEAVING[how], ORLOVA.account_id) == "handled"

        async def all_back() -> bool:
            states = [(await office.kept(a["id"])).state for a in held]
            return set(states) == {"submitted"}

        await eventually(all_back)
        ended = [event.aggregateid for event in await outbox_events(office.app, ReviewEnded)]
        assert sorted(ended) == sorted([decided["id"], *(a["id"] for a in held)])
        last = (await office.read(held[0]["id"]))["history"][-1]
        assert (last["move"], last["who"]) == ("take-back", "system")
        assert last["reason"]
        assert (await office.kept(decided["id"])).state == "approved"
        petrov = "doctor-petrov"
        answer = await office.decide(held[0]["id"], "claim", subject=petrov)
        assert answer.status_code == 200
        late = await office.decide(held[1]["id"], "claim")
        assert late.status_code in {403, 404}


async def test_k9_a_claim_at_the_moment_of_a_dismissal_does_not_outlive_it(office: Office) -> None:
    for n in range(5):
        application = await office.submitted()
        gone = staff(ORLOVA.account_id, ORLOVA.full_name, active=False)
        await asyncio.gather(
            office.decide(application["id"], "claim"), office.hear(gone, ORLOVA.account_id)
        )

        async def free(id_: str = application["id"]) -> bool:
            return (await office.kept(id_)).claim is None

        await eventually(free)
        back = staff(ORLOVA.account_id, ORLOVA.full_name)
        assert await office.hear(back, ORLOVA.account_id) == "handled", n


async def test_k9_what_cannot_be_sealed_goes_to_the_queue_when_its_doctor_has_left(
    office: Office,
) -> None:
    application = await office.approved()
    gone = staff(ORLOVA.account_id, ORLOVA.full_name, active=False)
    await office.hear(gone, ORLOVA.account_id)
    assert await office.hear(unsealable(application), "doc-1") == "handled"
    assert (await office.read(application["id"]))["state"] == "submitted"
    assert await _listed(office, "doctor-petrov") == [application["id"]]


async def test_c36_a_doctor_who_left_and_a_foreign_administrator_revoke_nothing(
    office: Office,
) -> None:
    application = await office.issued()
    moved = staff(ORLOVA.account_id, ORLOVA.full_name, clinics=[ELSEWHERE.id])
    await office.hear(moved, ORLOVA.account_id)
    path = f"/v1/certificates/{application['certificate']['id']}/revocation"
    body = {"reason_code": "issued-by-mistake", "reason": "Выдана по ошибке"}
    admin = office.tokens.headers
    for headers in (office.doctor(), admin("a", "administrator", clinic_id=ELSEWHERE.id)):
        refused = await office.http.post(path, json=body, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "certificate-not-yours")
    own = admin("a", "administrator", clinic_id=CLINIC.id)
    assert (await office.http.post(path, json=body, headers=own)).status_code == 200


async def test_k6_applications_from_before_belong_to_the_former_clinic_if_one_is_named(
    platform: Platform, database: str, tokens: Tokens
) -> None:
    for former, seen in ((None, False), (CLINIC.id, True)):
        name = f"{database}_{former or 'none'}"
        async with certificates(platform, name, tokens, former_clinic=former) as office:
            await office.know_people()
            application = await office.submitted()
            await office.applications.collection.update_one(
                {"_id": application["id"]}, {"$unset": {"clinic": ""}}
            )
            assert (await _listed(office, ORLOVA.account_id) == [application["id"]]) is seen
            claim = await office.decide(application["id"], "claim")
            assert claim.status_code == (200 if seen else 404)
            if not seen:
                continue
            assert await _listed(office, ORLOVA.account_id, "mine") == [application["id"]]
            done = await office.decide(application["id"], "approval", office.examined())
            assert await office.hear(sealed(done.json()), "doc-1") == "handled"
            number = done.json()["certificate"]["number"]
            public = (await office.http.get(f"/v1/public/certificates/{number}")).json()
            assert public["clinic"]["number"] == CLINIC.number
