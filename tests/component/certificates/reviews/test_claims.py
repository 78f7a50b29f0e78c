"""Whoever may read the attachments: each claim is told when it begins and when it ends (C20)."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from contracts.certificates import ReviewEnded, ReviewStarted
from contracts.envelope import Data, Event
from contracts.orders import ApplicationApprovedV2, DocumentOrdered
from contracts.topics import topic_of
from services.chassis.foundation.settings import Platform
from tests.support.eventually import eventually
from tests.support.service import Tokens, outbox_events
from tests.support.services.certificates.builders import ANNA, ORLOVA
from tests.support.services.certificates.events import profile, sealed, staff, unsealable
from tests.support.services.certificates.office import Office
from tests.support.services.certificates.office import office as certificates

PETROV = "doctor-petrov"
REFUSAL = {"reason_code": "contraindications", "reason": "Противопоказания"}


async def told(office: Office, application_id: str) -> list[str]:
    """The names of all events of an application but its receipt's order; they have no gap."""
    events: list[Event[Any]] = []
    kinds: tuple[type[Data], ...] = (
        *topic_of(ReviewEnded).events,
        *topic_of(ApplicationApprovedV2).events,
    )
    for data in kinds:
        events += [
            e for e in await outbox_events(office.app, data) if e.aggregateid == application_id
        ]
    events.sort(key=lambda event: event.seq)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    told = [event for event in events if event.type != DocumentOrdered.TYPE]
    return [event.type.removeprefix("certificates.").rpartition(".")[0] for event in told]


async def ended_for(office: Office) -> list[str]:
    return [event.data.doctor_id for event in await outbox_events(office.app, ReviewEnded)]


@pytest.mark.parametrize(
    ("verb", "body", "events"),
    [
        ("release", None, ["review-ended"]),
        ("document-request", {"missing": ["ecg"]}, ["documents-requested", "review-ended"]),
        ("refusal", REFUSAL, ["application-refused", "review-ended"]),
        ("approval", None, ["application-approved", "review-ended"]),
    ],
)
async def test_c20_every_verb_that_ends_a_review_says_so_last(
    office: Office, verb: str, body: dict[str, object] | None, events: list[str]
) -> None:
    application = await office.submitted()
    await office.decide(application["id"], "claim")
    given = office.examined() if verb == "approval" else body
    answer = await office.decide(application["id"], verb, given)
    assert answer.status_code == 200, answer.text
    expected = ["application-submitted", "review-started", *events]
    assert await told(office, application["id"]) == expected
    assert await ended_for(office) == [ORLOVA.account_id]


async def test_c20_a_withdrawal_ends_the_review_and_only_where_there_was_one(
    office: Office,
) -> None:
    waiting, claimed = await office.submitted(), await office.submitted()
    await office.decide(claimed["id"], "claim")
    for application in (waiting, claimed):
        path = f"/v1/applications/{application['id']}/withdrawal"
        assert (await office.http.post(path, headers=office.citizen())).status_code == 200
    start = "application-submitted"
    assert await told(office, waiting["id"]) == [start, "application-withdrawn"]
    expected = [start, "review-started", "application-withdrawn", "review-ended"]
    assert await told(office, claimed["id"]) == expected
    assert await ended_for(office) == [ORLOVA.account_id]


async def test_c20_a_claim_that_lapses_has_ended_too(
    platform: Platform, database: str, tokens: Tokens
) -> None:
    lease = timedelta(milliseconds=200)
    async with certificates(platform, database, tokens, claim_lease=lease) as office:
        await office.know_people()
        application = await office.submitted()
        await office.decide(application["id"], "claim")
        await eventually(lambda: ended_for(office))
        expected = ["application-submitted", "review-started", "review-ended"]
        assert await told(office, application["id"]) == expected


async def test_c20_after_a_failed_sealing_the_doctor_has_it_again(office: Office) -> None:
    first = await office.approved()
    assert await office.hear(unsealable(first), "doc-1") == "handled"
    started = await outbox_events(office.app, ReviewStarted)
    assert [event.data.doctor_id for event in started] == [ORLOVA.account_id] * 2
    assert started[0].data.attachments == started[1].data.attachments
    again = (await office.decide(first["id"], "approval", office.examined())).json()
    assert await office.hear(sealed(again, "doc-2"), "doc-2") == "handled"
    attempt = ["review-started", "application-approved", "review-ended"]
    assert await told(office, first["id"]) == [
        "application-submitted",
        *attempt,
        *attempt,
        "certificate-issued",
    ]


async def test_c20_a_release_and_a_claim_race_and_the_order_has_no_gap(office: Office) -> None:
    """Whatever wins: each start has its end, and at most one doctor is left with it."""
    for _ in range(5):
        application = await office.submitted()
        await office.decide(application["id"], "claim")
        await asyncio.gather(
            office.decide(application["id"], "release"),
            office.decide(application["id"], "claim", subject=PETROV),
            office.decide(application["id"], "refusal", REFUSAL),
        )
        found = Counter(await told(office, application["id"]))
        claim = (await office.kept(application["id"])).claim
        assert found["review-started"] - found["review-ended"] == (claim is not None)


async def test_c20_a_doctor_who_is_the_applicant_under_another_account_is_refused(
    office: Office,
) -> None:
    """The same СНИЛС, however it is written."""
    await office.hear(profile(snils="08765430300"), ANNA.account_id)
    await office.hear(staff(ORLOVA.account_id, ORLOVA.full_name, "087-654-303 00"), "doctor-orlova")
    await office.hear(staff(PETROV, "Петров Пётр Петрович", "11223344595"), PETROV)
    application = await office.submitted()
    own = await office.decide(application["id"], "claim")
    assert (own.status_code, own.json()["code"]) == (403, "own-application")
    assert (await office.decide(application["id"], "claim", subject=PETROV)).status_code == 200


async def test_c20_a_doctor_without_a_snils_is_told_by_name(office: Office) -> None:
    namesake = f"{ANNA.last_name} {ANNA.first_name} {ANNA.middle_name}"
    await office.hear(staff(ORLOVA.account_id, namesake.upper()), ORLOVA.account_id)
    application = await office.submitted()
    own = await office.decide(application["id"], "claim")
    assert (own.status_code, own.json()["code"]) == (403, "own-application")
    assert (await office.decide(application["id"], "claim", subject=PETROV)).status_code == 200


@pytest.mark.parametrize("who", ["doctor", "administrator"])
async def test_c36_nobody_revokes_a_certificate_of_their_own(office: Office, who: str) -> None:
    application = await office.issued()
    namesake = f"{ANNA.last_name} {ANNA.first_name} {ANNA.middle_name}"
    await office.hear(staff(ORLOVA.account_id, namesake), ORLOVA.account_id)
    own = await office.http.post(
        f"/v1/certificates/{application['certificate']['id']}/revocation",
        json={"reason_code": "issued-by-mistake", "reason": "Выдана по ошибке"},
        headers=office.tokens.headers(ORLOVA.account_id, who),
    )
    assert (own.status_code, own.json()["code"]) == (403, "own-application")


@pytest.mark.parametrize("verb", ["approval", "refusal", "document-request"])
async def test_c20_who_the_doctor_is_may_become_known_after_the_claim(
    office: Office, verb: str
) -> None:
    """There is no order between topics: asked again at the decision."""
    await office.hear(profile(snils="08765430300"), ANNA.account_id)
    application = await office.submitted()
    assert (await office.decide(application["id"], "claim")).status_code == 200
    await office.hear(staff(ORLOVA.account_id, ORLOVA.full_name, "08765430300"), "doctor-orlova")
    bodies = {"approval": office.examined(), "refusal": REFUSAL}
    body = bodies.get(verb, {"missing": ["ecg"]})
    own = await office.decide(application["id"], verb, body)
    assert (own.status_code, own.json()["code"]) == (403, "own-application")
    assert (await office.decide(application["id"], "release")).status_code == 200
