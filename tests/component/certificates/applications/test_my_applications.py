"""«Мои заявки» over HTTP, and applying again: C5, C46, C56."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from contracts.certificates import ApplicationSubmitted
from contracts.identity import Passport
from tests.support.service import keyed, outbox_events
from tests.support.services.certificates.builders import ANNA, TESTS
from tests.support.services.certificates.events import Json, profile
from tests.support.services.certificates.office import Office, match


async def mine(office: Office, **query: Any) -> Json:
    answer = await office.http.get("/v1/applications", params=query, headers=office.citizen())
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def ids(office: Office, **query: Any) -> list[str]:
    return [item["id"] for item in (await mine(office, **query))["items"]]


async def repeat(office: Office, first: Json, **body: Any) -> Any:
    return await office.http.post(
        "/v1/applications",
        json={"type": "086u", "follows": first["id"], **body},
        headers=office.citizen() | keyed(),
    )


async def submit(office: Office, draft: Json) -> Json:
    answer = await office.http.post(
        f"/v1/applications/{draft['id']}/submission",
        json=office.agreed(draft),
        headers=office.citizen() | match(draft),
    )
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def withdraw(office: Office, application: Json) -> Json:
    answer = await office.http.post(
        f"/v1/applications/{application['id']}/withdrawal", headers=office.citizen()
    )
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def test_c56_by_pile_type_and_number(office: Office) -> None:
    assert "каталога" in (await mine(office))["note"]
    waiting = await office.submitted("policy")
    active = await office.submitted()
    decided = await withdraw(office, await office.submitted())
    draft = await office.draft()
    assert await ids(office) == [x["id"] for x in (draft, decided, active, waiting)]
    for group, one in (
        ("drafts", draft),
        ("waiting", waiting),
        ("active", active),
        ("decided", decided),
    ):
        assert await ids(office, group=group) == [one["id"]]
    assert await ids(office, type="086u", group="active") == [active["id"]]
    none = await mine(office, type="health")
    assert (none["items"], bool(none["note"])) == ([], True)
    first = await mine(office, limit=1)
    assert first["next_cursor"]
    assert await ids(office, limit=3, cursor=first["next_cursor"]) == [
        x["id"] for x in (decided, active, waiting)
    ]


async def test_c56_a_number_is_found_with_spaces_and_a_slip_among_ones_own(office: Office) -> None:
    application = await office.submitted()
    number = application["tracking_number"]
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    for typed in (number, number.replace("-", " "), wrong, number[1:]):
        assert await ids(office, number=typed) == [application["id"]], typed
    assert "Проверьте" in (await mine(office, number="0000 0000 0001"))["note"]
    stranger = await office.http.get(
        "/v1/applications", params={"number": number}, headers=office.citizen("citizen-boris")
    )
    assert stranger.json()["items"] == []


async def test_c46_again_with_what_was_there_and_both_numbers(office: Office) -> None:
    going_on = await office.submitted()
    assert "reapply" not in going_on["actions"]
    assert (await repeat(office, going_on)).json()["code"] == "nothing-to-repeat"
    first = await withdraw(office, going_on)
    assert first["actions"] == ["reapply"]
    answer = await repeat(office, first)
    assert answer.status_code == 201, answer.text
    draft = answer.json()
    assert draft["fields"] == first["fields"]
    assert {a["requirement"] for a in draft["attachments"]} == {"policy", *TESTS}
    assert draft["follows"] == {
        "application_id": first["id"],
        "tracking_number": first["tracking_number"],
    }
    assert (await repeat(office, first)).json()["code"] == "already-followed"
    later = await submit(office, draft)
    assert first["tracking_number"] in later["history"][0]["reason"]
    told = (await office.read(first["id"]))["history"][-1]
    assert later["tracking_number"] in told["reason"]
    event = (await outbox_events(office.app, ApplicationSubmitted))[-1]
    assert event.data.follows == first["tracking_number"]


async def test_c46_a_draft_thrown_away_lets_one_try_again(office: Office) -> None:
    first = await withdraw(office, await office.submitted())
    draft = (await repeat(office, first)).json()
    await withdraw(office, draft)
    assert (await office.read(first["id"]))["followed_by"] is None
    assert (await repeat(office, first)).status_code == 201


async def test_c46_a_late_one_may_be_followed_and_another_certificate_is_no_repetition(
    office: Office,
) -> None:
    late = await office.submitted()
    office.clock.ahead = timedelta(days=30)
    assert "reapply" in (await office.read(late["id"]))["actions"]
    other = await repeat(office, late, type="health")
    assert other.json()["errors"][0]["pointer"] == "/follows"
    assert (await repeat(office, late)).status_code == 201


async def test_c46_two_at_once_begin_one(office: Office) -> None:

    first = await withdraw(office, await office.submitted())
    answers = await asyncio.gather(*(repeat(office, first) for _ in range(4)))
    assert sorted(a.status_code for a in answers) == [201, 409, 409, 409]


@pytest.mark.parametrize("field", ["workplace", "registration_address"])
async def test_c5_what_one_typed_last_is_offered(office: Office, field: str) -> None:
    last = await office.draft()
    opened = await office.http.post(
        "/v1/applications", json={"type": "086u"}, headers=office.citizen() | keyed()
    )
    assert opened.json()["fields"][field] == last["fields"][field]


async def test_c5_a_form_is_filled_from_everything_that_the_profile_knows(office: Office) -> None:
    more: dict[str, Any] = {
        "gender": "female",
        "registration_address": "г. Москва, ул. Донская, д. 5",
        "passport": Passport(series="4521", number="123456"),
    }
    assert await office.hear(profile(**more), ANNA.account_id) == "handled"
    opened = await office.http.post(
        "/v1/applications", json={"type": "003vu"}, headers=office.citizen() | keyed()
    )
    fields = opened.json()["fields"]
    assert fields["gender"] == "female"
    assert fields["registration_address"] == "г. Москва, ул. Донская, д. 5"
    assert fields["passport"] == "4521123456"
