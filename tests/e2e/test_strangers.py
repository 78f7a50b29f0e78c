"""D2: another citizen gets 404 or 403 on every route that leads to somebody's thing.

The routes are those of the OpenAPI documents: one that this test has no thing for fails it.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from contracts.topics import SERVICES
from deploy import ROOT
from deploy.world.demo.citizen import Citizen
from deploy.world.demo.gateway import Gateway
from deploy.world.demo.person import new_child, new_person
from deploy.world.demo.scenario import Scenario
from deploy.world.demo.steps import Steps

_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
# Without a token: what has a public number, and what a code opens that only one received.
OPEN = frozenset({
    "/v1/types/{code}",
    "/v1/clinics/{clinic_id}",
    "/v1/clinics/{clinic_id}/reception",
    "/v1/doctors/{doctor_id}",
    "/v1/doctors/{doctor_id}/alternatives",
    "/v1/doctors/{doctor_id}/reviews",
    "/v1/public/applications/{number}",
    "/v1/public/certificates/{number}",
    "/v1/public/talons/{number}",
    "/v1/registrations/{registration_id}/code",
    "/v1/registrations/{registration_id}/confirmation",
    "/v1/recoveries/{recovery_id}/code",
    "/v1/recoveries/{recovery_id}/confirmation",
    "/v1/sessions/{session_id}/code",
    "/v1/sessions/{session_id}/confirmation",
})  # fmt: skip
# A request that its owner could make: what is refused is the person, not the form.
BODIES: Mapping[tuple[str, str], Any] = {
    ("POST", "/v1/acts/{act_id}/confirmation"): {"code": "000000"},
    ("PATCH", "/v1/applications/{application_id}"): {"fields": {"workplace": "Школа № 57"}},
    ("POST", "/v1/applications/{application_id}/documents"): {"fields": {}},
    ("POST", "/v1/applications/{application_id}/submission"): {
        "consent": True,
        "consent_version": "2026-09",
    },
    ("POST", "/v1/appointments/{appointment_id}/cancellation"): {"reason": "планы"},
    ("POST", "/v1/appointments/{appointment_id}/documents"): {"consent": True},
    ("PUT", "/v1/appointments/{appointment_id}/review"): {"stars": 1},
    ("POST", "/v1/appointments/{appointment_id}/problems"): {"text": "чужой адрес"},
    ("POST", "/v1/appointments/{appointment_id}/transfer"): {"slot_id": "another"},
    ("POST", "/v1/contacts/{change_id}/confirmation"): {"code": "000000"},
    ("POST", "/v1/reviews/{application_id}/exemption-rejection"): {"reason": "нет льготы"},
    ("POST", "/v1/organisations/{organisation_id}/representatives"): {
        "contact": "+79160000000",
        "until": "2027-11-30",
    },
    ("POST", "/v1/people/{account_id}/corrections"): {"oms": ""},
    ("POST", "/v1/people/{account_id}/profile"): {"reason": "из любопытства"},
    ("POST", "/v1/people/{account_id}/temporary-policy"): {"reason": "чат"},
    ("POST", "/v1/representations/{right_id}/confirmation"): {"papers": "паспорт"},
    ("POST", "/v1/representations/{right_id}/refusal"): {"reason": "нет записи"},
}
ORGANISATION = {"name": "ООО «Ветер»", "ogrn": "1027700132195", "inn": "7707083893"}
_NOT_YOURS = frozenset({403, 404})
_OF_STAFF = (
    *("session_id", "import_id", "absence_id", "preview_id", "bulk_id"),
    *("review_id", "problem_id"),
)
_OFFICES = frozenset({"clinic_id", "doctor_id", "code", "version"})
"""Things with a name that everybody may see, and that few may touch."""
_MADE_TO_BE_SHOWN = frozenset({"sex", "citizenship", "birth_date"})


@dataclass(frozen=True)
class Route:
    """One operation of a service that wants a token."""

    service: str
    method: str
    path: str

    @property
    def leads_to(self) -> tuple[str, ...]:
        """The names of the ids in its path."""
        return tuple(re.findall(r"{(\w+)", self.path))

    def address(self, things: Mapping[str, str]) -> str:
        """With the owner's ids in it."""
        return f"/api/{self.service}{self.path.format_map(things)}"


_MESSAGES = Route("notifier", "GET", "/v1/messages")


def routes() -> Iterator[Route]:
    """Every operation that wants a token; of the others only the open ones have an id."""
    for service in SERVICES:
        document = json.loads((ROOT / "docs/openapi" / f"{service}.json").read_text())
        for path, operations in document["paths"].items():
            for method in sorted(operations.keys() & {m.lower() for m in _METHODS}):
                if operations[method].get("security"):
                    yield Route(service, method.upper(), path)
                else:
                    assert "{" not in path or path in OPEN, f"{path}: whose is it?"


@pytest.mark.timeout(240)
async def test_nobody_reaches_another_persons_things(gateway: Gateway) -> None:
    owner, things = await _with_everything(gateway)
    stranger = Citizen(gateway.caller(), new_person(random.Random(5)))
    await stranger.register()
    await stranger.log_in()
    await stranger.fill_profile()
    personal = _personal(owner)
    before = await _lists(owner.gateway)
    assert any(value in text for text in before.values() for value in personal)
    known = [route for route in routes() if route.leads_to]
    names = {name for route in known for name in route.leads_to}
    assert names == things.keys(), "a thing without its owner"
    for route in known:
        for caller, expected in ((stranger.gateway, _NOT_YOURS), (gateway.caller(), {401})):
            answer = await _ask(caller, route, things)
            assert answer.status_code in expected, (route, answer.status_code, answer.text)
            assert not [value for value in personal if value in answer.text], route
    seen = await _lists(stranger.gateway)
    theirs = {*personal, *(id_ for name, id_ in things.items() if name not in _OFFICES)}
    assert not [(r, value) for r, text in seen.items() for value in theirs if value in text]
    before.pop(_MESSAGES)  # they go on arriving by themselves
    assert (await _lists(owner.gateway)).items() >= before.items()


async def _with_everything(gateway: Gateway) -> tuple[Citizen, dict[str, str]]:
    """A citizen who has one of each thing, and their ids by the names that paths give them."""
    journey = Scenario(gateway, Steps(quiet=True), seed=4)
    await journey.become_confirmed()
    await journey.apply()
    await journey.review()
    await journey.receive()
    await journey.book()
    owner = journey.citizen
    ask = owner.gateway
    change = {"channel": "email", "email": f"new.{owner.person.email}"}
    certificate = (await ask.get("certificates", "/certificates"))["items"][0]
    waited = await _waited(journey)
    return owner, {
        # a citizen has none of these
        **dict.fromkeys(_OF_STAFF, "of-staff"),
        "act_id": (await ask.post("identity", "/acts", {"digest": "ab" * 32}))["act_id"],
        "day": "2030-01-10",
        "code": "086u",
        "version": "1",
        "account_id": owner.account_id,
        "application_id": journey.outcome.application["id"],
        "bill_id": (await ask.get("certificates", "/bills"))["items"][0]["id"],
        "appointment_id": journey.outcome.appointment["id"],
        "certificate_id": certificate["id"],
        "clinic_id": "clinic-1",
        "change_id": (
            await ask.post("identity", "/contacts", change | {"password": owner.person.password})
        )["change_id"],
        "doctor_id": "doctor-orlova",
        "device_id": (await ask.get("notifier", "/devices"))["items"][0]["id"],
        "document_id": certificate["document_id"],
        "file_id": (await ask.get("documents", "/files"))["items"][0]["file_id"],
        "number": journey.outcome.talon_number,
        "organisation_id": (await ask.post("identity", "/organisations", ORGANISATION, once=True))[
            "organisation_id"
        ],
        **waited,
        "right_id": (await owner.represent(new_child(random.Random(6))))["right_id"],
    }


async def _waited(journey: Scenario) -> dict[str, str]:
    """A place in line for a day without visits, a request for who has no hours, and a hold."""
    ask = journey.citizen.gateway
    today = datetime.now(UTC).date()
    sunday = (today + timedelta(days=7 - today.weekday() + 6)).isoformat()
    wait = {"doctor_id": "doctor-orlova", "from": sunday, "to": sunday}
    request = {"clinic_id": "clinic-1", "doctor_id": "doctor-morozova", "until": sunday}
    later = {"doctor_id": "doctor-orlova", "from": (today + timedelta(days=6)).isoformat()}
    slot = (await ask.get("scheduling", "/slots", **later))["items"][0]
    return {
        name: (await ask.post("scheduling", path, body, once=True))["id"]
        for name, path, body in (
            ("wait_id", "/waits", wait),
            ("request_id", "/requests", request),
            ("hold_id", "/holds", {"slot_id": slot["id"]}),
        )
    }


def _personal(owner: Citizen) -> set[str]:
    """What is said of this person and of nobody else."""
    person = owner.person
    words = {str(v) for k, v in person.profile.items() if k not in _MADE_TO_BE_SHOWN}
    return {w for w in words if w.isdecimal() and len(w) > 9} | {person.phone, person.email}


async def _ask(caller: Gateway, route: Route, things: Mapping[str, str]) -> httpx2.Response:
    headers = {"If-Match": '"1"', "Idempotency-Key": f"stranger-{route.path}"[:60]}
    if caller._token:
        headers["Authorization"] = f"Bearer {caller._token}"
    return await caller._client.request(
        route.method,
        route.address(things),
        headers=headers,
        json=BODIES.get((route.method, route.path)),
    )


async def _lists(caller: Gateway) -> dict[Route, str]:
    """What every GET without an id shows this caller."""
    answers = {
        route: await _ask(caller, route, {})
        for route in routes()
        if route.method == "GET" and not route.leads_to
    }
    return {
        route: re.sub(r'"seconds_left":\d+', "", answer.text)  # they pass by themselves
        for route, answer in answers.items()
        if answer.is_success
    }
