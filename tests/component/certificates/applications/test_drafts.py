"""Drafts and submission over HTTP: C4, C5, C6, C10, C17, e1, e4, e12."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import httpx2

from contracts.certificates import (
    ApplicationSubmitted,
    ApplicationWithdrawn,
    DocumentsRequested,
    DocumentsSupplied,
)
from services.chassis.foundation.settings import Platform
from tests.support.service import Tokens, keyed, outbox_events
from tests.support.services.certificates.builders import ANNA, TESTS
from tests.support.services.certificates.events import profile
from tests.support.services.certificates.office import CONSENT, Office, match
from tests.support.services.certificates.office import office as certificates

ROUTES = [
    ("GET", "/v1/applications"),
    ("POST", "/v1/applications"),
    ("GET", "/v1/applications/{id}"),
    ("PATCH", "/v1/applications/{id}"),
    ("GET", "/v1/applications/{id}/form"),
    ("POST", "/v1/applications/{id}/submission"),
    ("POST", "/v1/applications/{id}/documents"),
    ("POST", "/v1/applications/{id}/withdrawal"),
    ("GET", "/v1/certificates"),
    ("GET", "/v1/certificates/{id}"),
    ("GET", "/v1/reviews"),
    ("GET", "/v1/reviews/{id}"),
    ("POST", "/v1/reviews/{id}/claim"),
    ("POST", "/v1/reviews/{id}/release"),
    ("POST", "/v1/reviews/{id}/approval"),
    ("POST", "/v1/reviews/{id}/preview"),
    ("POST", "/v1/reviews/{id}/refusal"),
    ("POST", "/v1/reviews/{id}/document-request"),
    ("POST", "/v1/certificates/{id}/revocation"),
]
BODIES: dict[str, dict[str, object]] = {
    "/v1/applications": {"type": "086u"},
    "submission": CONSENT,
    "documents": {"attachments": [{"requirement": "ecg", "file_id": "f"}]},
    "approval": {"conclusion": "Годна"},
    "preview": {"conclusion": "Годна"},
    "refusal": {"reason_code": "contraindications", "reason": "Нельзя"},
    "document-request": {"missing": ["ecg"]},
    "revocation": {"reason_code": "mistake", "reason": "Ошибка"},
    "{id}": {"fields": {"workplace": "Чужая"}},
}


def body_of(path: str) -> dict[str, object] | None:
    return BODIES.get(path) or BODIES.get(path.rsplit("/", 1)[-1])


async def test_without_a_token_nothing_opens(office: Office) -> None:
    for method, path in ROUTES:
        answer = await office.http.request(method, path.format(id="x"), json=body_of(path))
        assert answer.status_code == 401, (method, path)


async def test_another_citizen_gets_nothing(office: Office) -> None:
    application = await office.issued()
    for method, path in (route for route in ROUTES if "{id}" in route[1]):
        of = application["certificate"]["id"] if "certificates" in path else application["id"]
        headers = office.citizen("citizen-boris") | match(application)
        answer = await office.http.request(
            method, path.format(id=of), json=body_of(path), headers=headers
        )
        assert answer.status_code in {403, 404}, (method, path)
        assert await office.read(application["id"]) == application


async def test_e12_an_unconfirmed_account_cannot_apply(office: Office) -> None:
    headers = office.citizen(level="registered") | keyed()
    answer = await office.http.post("/v1/applications", json={"type": "086u"}, headers=headers)
    assert answer.status_code == 403
    assert answer.json()["code"] == "account-not-confirmed"


async def test_c3_the_catalogue_is_open_and_searchable(office: Office) -> None:
    found = (await office.http.get("/v1/types", params={"query": "086/у"})).json()["items"]
    assert [kind["code"] for kind in found] == ["086u"]
    form = (await office.http.get("/v1/types/086u")).json()
    assert form["term"] == "3 раб. дн."
    assert {r["code"] for r in form["requirements"]} >= {"policy", *TESTS}
    assert (await office.http.get("/v1/types/none")).json()["code"] == "unknown-type"
    assert (await office.http.get("/v1/consent")).json()["version"] == "2026-09"


async def test_c5_a_draft_is_prefilled_and_the_same_key_opens_it_once(office: Office) -> None:
    headers = office.citizen() | keyed()
    first = await office.http.post("/v1/applications", json={"type": "086u"}, headers=headers)
    again = await office.http.post("/v1/applications", json={"type": "086u"}, headers=headers)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert first.json()["fields"]["first_name"] == "Анна"
    assert first.json()["problems"]
    listed = (await office.http.get("/v1/applications", headers=office.citizen())).json()["items"]
    assert [item["id"] for item in listed] == [first.json()["id"]]


async def test_an_unknown_type_is_a_wrong_field(office: Office) -> None:
    answer = await office.http.post(
        "/v1/applications", json={"type": "none"}, headers=office.citizen() | keyed()
    )
    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json()["errors"]] == ["/type"]


async def test_c4_a_draft_survives_and_an_edit_needs_the_version_it_edits(office: Office) -> None:
    draft = await office.draft("policy")
    path, who = f"/v1/applications/{draft['id']}", office.citizen()
    assert (await office.http.patch(path, json={}, headers=who)).status_code == 428
    read = await office.http.get(path, headers=who)
    assert read.json() == draft
    assert read.headers["etag"] == f'"{draft["revision"]}"'
    different = [{"fields": {"workplace": workplace}} for workplace in ("Другая", "Третья")]
    one, other = await asyncio.gather(
        *(office.http.patch(path, json=body, headers=who | match(draft)) for body in different)
    )
    assert sorted((one.status_code, other.status_code)) == [200, 412]


async def test_a_file_of_somebody_else_or_not_checked_yet_is_a_field_error(office: Office) -> None:
    await office.accept("file-of-boris", owner="citizen-boris")
    draft = await office.draft()
    answer = await office.http.patch(
        f"/v1/applications/{draft['id']}",
        json={
            "attachments": [
                {"requirement": "policy", "file_id": "file-of-boris"},
                {"requirement": "ecg", "file_id": "file-unknown"},
            ]
        },
        headers=office.citizen() | match(draft),
    )
    assert answer.status_code == 422
    assert [(e["pointer"], e["code"], e["detail"]) for e in answer.json()["errors"]] == [
        (f"/attachments/{n}/file_id", "file-not-ready", "Файл ещё проверяется или не найден.")
        for n in (0, 1)
    ]


async def test_c6_submission_names_every_error_at_once_and_loses_nothing(office: Office) -> None:
    draft = await office.edit(await office.draft(), {"fields": {"oms": "1", "purpose": None}})
    answer = await office.http.post(
        f"/v1/applications/{draft['id']}/submission",
        json={"consent": False, "consent_version": "2001-01"},
        headers=office.citizen() | match(draft),
    )
    assert answer.status_code == 422
    assert {e["pointer"] for e in answer.json()["errors"]} == {
        "/act",
        "/fields/oms",
        "/fields/purpose",
        "/attachments/policy",
        "/consent",
        "/consent_version",
    }
    assert await office.read(draft["id"]) == draft
    assert not await outbox_events(office.app, ApplicationSubmitted)


async def test_c10_missing_tests_are_asked_for_and_supplied(office: Office) -> None:
    """C17, e4: the clock is paused, then the deadline moves by the time that passed."""
    application = await office.submitted("policy", "ecg")
    assert application["state"] == "awaiting-documents"
    assert application["paused_at"]
    assert {m["code"] for m in application["missing"]} == {"blood-count", "biochemistry"}
    submitted, requested = [
        *await outbox_events(office.app, ApplicationSubmitted),
        *await outbox_events(office.app, DocumentsRequested),
    ]
    assert (submitted.seq, requested.seq) == (1, 2)
    assert requested.data.missing == ("Общий анализ крови", "Биохимический анализ крови")
    assert not (await office.http.get("/v1/reviews", headers=office.doctor())).json()["items"]

    office.clock.ahead = timedelta(days=10)
    await office.accept("late-1", "late-2")
    answer = await office.http.post(
        f"/v1/applications/{application['id']}/documents",
        json={
            "attachments": [
                {"requirement": "blood-count", "file_id": "late-1"},
                {"requirement": "biochemistry", "file_id": "late-2"},
            ]
        },
        headers=office.citizen(),
    )
    supplied = answer.json()
    assert supplied["state"] == "submitted"
    assert supplied["paused_at"] is None
    assert supplied["deadline_at"] > application["deadline_at"]
    (event,) = await outbox_events(office.app, DocumentsSupplied)
    assert event.seq == 4
    assert event.data.deadline_at.isoformat().replace("+00:00", "Z") == supplied["deadline_at"]


async def test_a_draft_goes_quietly_and_an_application_with_an_event(office: Office) -> None:
    draft = await office.draft()
    path = f"/v1/applications/{draft['id']}/withdrawal"
    assert (await office.http.post(path, headers=office.citizen())).json()["state"] == "withdrawn"
    assert not await outbox_events(office.app, ApplicationWithdrawn)
    application = await office.submitted()
    path = f"/v1/applications/{application['id']}/withdrawal"
    assert (await office.http.post(path, headers=office.citizen())).json()["state"] == "withdrawn"
    assert (await office.http.post(path, headers=office.citizen())).json()["code"] == (
        "illegal-transition"
    )
    (event,) = await outbox_events(office.app, ApplicationWithdrawn)
    assert event.seq == 3


async def test_c5_a_draft_opened_a_moment_before_the_profile_arrives_is_prefilled(
    office: Office,
) -> None:
    headers = office.citizen("citizen-boris") | keyed()
    opening = asyncio.create_task(
        office.http.post("/v1/applications", json={"type": "086u"}, headers=headers)
    )
    await asyncio.sleep(0)  # one turn of the loop, no time: the request begins first
    late = profile(account_id="citizen-boris")
    assert await office.hear(late, "citizen-boris") == "handled"
    assert (await opening).json()["fields"]["last_name"] == "Соколова"


async def test_a_profile_on_its_way_is_waited_for(
    platform: Platform, database: str, tokens: Tokens
) -> None:
    """Kafka is away: the draft opens empty, is kept, and goes out once the profile is known."""
    async with certificates(platform, database, tokens, patience=timedelta(0)) as office:
        await office.know_clinic()
        draft = await office.draft("policy", *TESTS)
        path = f"/v1/applications/{draft['id']}/submission"
        headers = office.citizen() | match(draft)
        early = await office.http.post(path, json=CONSENT, headers=headers)
        assert (early.status_code, early.json()["code"]) == (503, "profile-not-received")
        assert early.headers["retry-after"] == "2"
        await office.hear(profile(), ANNA.account_id)
        draft = await office.edit(draft, {"fields": {"oms": ANNA.oms, "validity_months": "6"}})
        agreed, headers = office.agreed(draft), office.citizen() | match(draft)
        done = await office.http.post(path, json=agreed, headers=headers)
        assert done.status_code == 200, done.text
        assert done.json()["fields"]["last_name"] == "Соколова"


async def test_whose_it_is_and_which_version_is_looked_at_before_anything_is_waited_for(
    platform: Platform, database: str, tokens: Tokens
) -> None:
    """A stranger and a stale page are refused at once, whatever is on its way."""
    async with certificates(platform, database, tokens, patience=timedelta(hours=1)) as office:
        await office.know_people()
        draft = await office.draft("policy", *TESTS)
        path, stranger = f"/v1/applications/{draft['id']}", office.citizen("citizen-boris")
        body = {"attachments": [{"requirement": "ecg", "file_id": "on-its-way"}]}
        supply = office.http.post(f"{path}/documents", json=body, headers=stranger)
        edits = [
            office.http.patch(path, json=body, headers=headers)
            for headers in (stranger | match(draft), office.citizen() | {"If-Match": '"99"'})
        ]
        submissions = [
            office.http.post(f"{path}/submission", json=CONSENT, headers=stranger | match(draft))
        ]
        async with asyncio.timeout(20):
            answers = await asyncio.gather(supply, *edits, *submissions)
        assert [answer.status_code for answer in answers] == [404, 404, 412, 404]


async def test_c13_a_number_that_exists_is_drawn_again(
    platform: Platform, database: str, tokens: Tokens
) -> None:
    draws = iter([7, 7, 7, 8])
    async with certificates(platform, database, tokens, draw=lambda _: next(draws)) as office:
        await office.know_people()
        one, other = await office.submitted(), await office.submitted()
        assert one["tracking_number"] != other["tracking_number"]
    assert not list(draws)


async def test_pages_of_applications_are_complete_and_in_order(office: Office) -> None:
    ids = [(await office.draft())["id"] for _ in range(5)]
    seen: list[str] = []
    cursor: str | None = None
    while True:
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (
            await office.http.get("/v1/applications", params=params, headers=office.citizen())
        ).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == ids[::-1]
    bad = await office.http.get(
        "/v1/applications", params={"cursor": "nonsense"}, headers=office.citizen()
    )
    assert bad.status_code == 422


async def test_c4_nobody_piles_up_drafts_in_a_race_too(
    platform: Platform, database: str, tokens: Tokens
) -> None:
    async with certificates(platform, database, tokens, drafts_per_citizen=3) as office:
        await office.know_people()

        async def another() -> httpx2.Response:
            return await office.http.post(
                "/v1/applications", json={"type": "086u"}, headers=office.citizen() | keyed()
            )

        answers = await asyncio.gather(*(another() for _ in range(8)))
        assert Counter(a.status_code for a in answers) == {201: 3, 409: 5}
        assert {a.json()["code"] for a in answers if a.status_code == 409} == {"too-many-drafts"}
        opened = next(a.json() for a in answers if a.status_code == 201)
        gone = f"/v1/applications/{opened['id']}/withdrawal"
        assert (await office.http.post(gone, headers=office.citizen())).status_code == 200
        assert (await another()).status_code == 201


async def test_c4_nobody_piles_up_withdrawn_drafts_in_a_race_too(
    platform: Platform, database: str, tokens: Tokens
) -> None:
    async with certificates(platform, database, tokens, drafts_per_day=4) as office:
        await office.know_people()

        async def another(**key: str) -> httpx2.Response:
            headers = office.citizen() | keyed() | key
            return await office.http.post(
                "/v1/applications", json={"type": "086u"}, headers=headers
            )

        key = keyed()
        first, again = await another(**key), await another(**key)
        assert first.json() == again.json()  # an answer is no draft
        gone = f"/v1/applications/{first.json()['id']}/withdrawal"
        assert (await office.http.post(gone, headers=office.citizen())).status_code == 200
        answers = await asyncio.gather(*(another() for _ in range(6)))
        assert Counter(a.status_code for a in answers) == {201: 3, 429: 3}
        refused = next(a for a in answers if a.status_code == 429)
        assert refused.json()["code"] == "too-many-drafts-today"
        assert int(refused.headers["retry-after"]) > 0


async def test_c13_nobody_piles_up_applications(
    platform: Platform, database: str, tokens: Tokens
) -> None:
    async with certificates(platform, database, tokens, applications_per_citizen=2) as office:
        await office.know_people()
        first, _ = await office.submitted(), await office.submitted()
        draft = await office.draft("policy", *TESTS)
        path = f"/v1/applications/{draft['id']}/submission"
        headers = office.citizen() | match(draft)
        refused = await office.http.post(path, json=CONSENT, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (409, "too-many-applications")
        gone = f"/v1/applications/{first['id']}/withdrawal"
        assert (await office.http.post(gone, headers=office.citizen())).status_code == 200
        agreed = office.agreed(draft)
        assert (await office.http.post(path, json=agreed, headers=headers)).status_code == 200
