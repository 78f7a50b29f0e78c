"""A token outlives a rejected profile and a blocked account; what it opens does not (I9)."""

from __future__ import annotations

import httpx2

from contracts.envelope import Data
from contracts.identity import ProfileRejected
from tests.support.doors import block, knock, unblock
from tests.support.service import an_event, deliver, keyed
from tests.support.services.certificates.builders import ANNA, ORLOVA
from tests.support.services.certificates.events import Json, profile
from tests.support.services.certificates.office import CONSENT, Office, match

_REJECTED = ProfileRejected(account_id=ANNA.account_id, mismatches=("snils",))


async def _hear(office: Office, data: Data, account_id: str, seq: int) -> str:
    return await deliver(office.app, an_event(data, aggregate_id=account_id, seq=seq))


async def _everything(office: Office, draft: Json) -> list[httpx2.Response]:
    """Each way in which a citizen can go on applying."""
    citizen, path = office.citizen(), f"/v1/applications/{draft['id']}"
    fresh = {"type": "086u"}
    given = {"attachments": [{"requirement": "policy", "file_id": "file-policy"}]}
    return [
        await office.http.post("/v1/applications", json=fresh, headers=citizen | keyed()),
        await office.http.patch(path, json={"fields": {}}, headers=citizen | match(draft)),
        await office.http.post(f"{path}/submission", json=CONSENT, headers=citizen | match(draft)),
        await office.http.post(f"{path}/documents", json=given, headers=citizen),
    ]


async def test_a_rejected_profile_applies_no_more_whatever_the_token_says_i9(
    office: Office,
) -> None:
    draft = await office.draft()
    assert await _hear(office, _REJECTED, ANNA.account_id, 7) == "handled"
    for refused in await _everything(office, draft):
        assert (refused.status_code, refused.json()["code"]) == (403, "account-not-confirmed")
    assert (await office.read(draft["id"]))["state"] == "draft"

    assert await _hear(office, profile(), ANNA.account_id, 8) == "handled"
    again = await office.http.post(
        "/v1/applications", json={"type": "086u"}, headers=office.citizen() | keyed()
    )
    assert again.status_code == 201


async def test_a_rejection_that_a_confirmation_overtook_changes_nothing(office: Office) -> None:
    await _hear(office, profile(), ANNA.account_id, 9)
    assert await _hear(office, _REJECTED, ANNA.account_id, 8) == "duplicate"

    await office.submitted()


async def test_a_blocked_citizen_applies_no_more_and_may_withdraw(office: Office) -> None:
    waiting, draft = await office.submitted(), await office.draft()
    await block(office.app, ANNA.account_id, seq=7)
    for refused in await _everything(office, draft):
        assert (refused.status_code, refused.json()["code"]) == (403, "account-blocked")
    await _hear(office, profile(), ANNA.account_id, 8)  # confirmed anew, and blocked still
    assert (await _everything(office, draft))[0].status_code == 403
    withdrawn = await office.http.post(
        f"/v1/applications/{waiting['id']}/withdrawal", headers=office.citizen()
    )
    assert withdrawn.status_code == 200

    await unblock(office.app, ANNA.account_id, seq=9)
    assert (await _everything(office, draft))[0].status_code == 201


async def test_a_blocked_doctor_decides_nothing(office: Office) -> None:
    held, waiting = await office.submitted(), await office.submitted()
    assert (await office.decide(held["id"], "claim")).status_code == 200
    await block(office.app, ORLOVA.account_id, seq=7)

    reason = {"reason_code": "tests-outdated", "reason": "Анализы устарели."}
    asked = {"missing": ["policy"]}
    for application, verb, body in (
        (waiting, "claim", None),
        (held, "approval", office.examined()),
        (held, "refusal", reason),
        (held, "document-request", asked),
    ):
        refused = await office.decide(application["id"], verb, body)
        assert (refused.status_code, refused.json()["code"]) == (403, "account-blocked")
    assert (await office.decide(waiting["id"], "claim", subject="doctor-petrov")).status_code == 200


async def test_every_route_that_takes_a_token_refuses_the_blocked_but_withdrawing(
    office: Office,
) -> None:
    """Those of citizens, those of staff, and those that somebody will add."""
    await block(office.app, ANNA.account_id, seq=7)
    said = await knock(office.app, office.http, office.tokens, ANNA.account_id)
    withdrawing = said.pop(("POST", "/v1/applications/{application_id}/withdrawal"))
    assert withdrawing.status_code == 404
    assert len(said) >= 15
    for door, answer in said.items():
        assert (answer.status_code, answer.json()["code"]) == (403, "account-blocked"), door
