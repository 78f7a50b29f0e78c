"""A certificate for a minor is applied for by who represents them (I12, d12, e33)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx2
import pytest

from contracts.certificates import ApplicationSubmitted, ApplicationWithdrawn
from contracts.rights import RightKind, Scope
from services.chassis.foundation.dates import birthday, today
from tests.support.service import deliver, keyed, outbox_events
from tests.support.services.certificates.builders import ANNA, CLINIC, FILLED, TESTS
from tests.support.services.certificates.events import profile, staff
from tests.support.services.certificates.office import CONSENT, Office, match
from tests.support.tools.rights import acting, ended, granted

PARENT, CHILD = ANNA.account_id, "ward-1"
NEEDED = ("policy", *TESTS)


async def _a_child(office: Office, *, years: int = 10, **right: Any) -> dict[str, str]:
    """A child that certificates knows, and the headers of its parent acting for it."""
    born = birthday(today(office.clock()), -years)
    assert await office.hear(profile("Соколов", None, CHILD, birth_date=born), CHILD) == "handled"
    await office.attach(CLINIC.id, CHILD)
    assert await deliver(office.app, granted(PARENT, CHILD, **right)) == "handled"
    return acting(office.tokens, PARENT, CHILD)


async def _opened(office: Office, who: dict[str, str]) -> httpx2.Response:
    return await office.http.post("/v1/applications", json={"type": "086u"}, headers=who | keyed())


async def _submitted(office: Office, who: dict[str, str]) -> dict[str, Any]:
    """An application of the child's, handed in."""
    opened = await _opened(office, who)
    assert opened.status_code == 201, opened.text
    path = f"/v1/applications/{opened.json()['id']}"
    await office.accept(*(f"child-{code}" for code in NEEDED), owner=CHILD)
    given = [{"requirement": code, "file_id": f"child-{code}"} for code in NEEDED]
    changes = {"fields": dict(FILLED), "attachments": given}
    edited = await office.http.patch(path, json=changes, headers=who | match(opened.json()))
    assert edited.status_code == 200, edited.text
    agreed = office.agreed(edited.json(), by=PARENT)
    done = await office.http.post(
        f"{path}/submission", json=agreed, headers=who | match(edited.json())
    )
    assert done.status_code == 200, done.text
    found: dict[str, Any] = done.json()
    return found


async def test_a_parent_applies_and_a_doctor_approves_i12(office: Office) -> None:
    who = await _a_child(office)
    application = await _submitted(office, who)
    assert application["fields"]["last_name"] == "Соколов"
    (line,) = application["history"]
    assert (line["who"], line["actor_id"]) == ("representative", PARENT)
    (event,) = await outbox_events(office.app, ApplicationSubmitted)
    assert (event.data.citizen_id, event.data.actor_id) == (CHILD, PARENT)

    # it is the child's: the parent's own list is empty
    mine = await office.http.get("/v1/applications", headers=office.citizen())
    assert mine.json()["items"] == []
    assert (await office.decide(application["id"], "claim")).status_code == 200
    done = await office.decide(application["id"], "approval", office.examined())
    assert done.status_code == 200, done.text
    seen = await office.http.get(f"/v1/applications/{application['id']}", headers=who)
    assert seen.json()["state"] == "approved"


async def test_a_parent_takes_it_back_i12(office: Office) -> None:
    who = await _a_child(office)
    application = await _submitted(office, who)
    done = await office.http.post(f"/v1/applications/{application['id']}/withdrawal", headers=who)
    assert done.status_code == 200, done.text
    (event,) = await outbox_events(office.app, ApplicationWithdrawn)
    assert event.data.actor_id == PARENT


async def test_an_ended_right_applies_for_nobody_i12(office: Office) -> None:
    who = await _a_child(office)
    draft = (await _opened(office, who)).json()
    assert await deliver(office.app, ended(PARENT, CHILD)) == "handled"
    path = f"/v1/applications/{draft['id']}"
    for answer in (
        await _opened(office, who),
        await office.http.get("/v1/applications", headers=who),
        await office.http.patch(path, json={"fields": {}}, headers=who | match(draft)),
        await office.http.post(f"{path}/submission", json=CONSENT, headers=who | match(draft)),
        await office.http.post(f"{path}/documents", json={"fields": {}}, headers=who),
        await office.http.post(f"{path}/withdrawal", headers=who),
        await office.http.get("/v1/certificates", headers=who),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "right-ended")


@pytest.mark.parametrize(
    "right",
    [
        {"types": ("health",)},
        {"scopes": (Scope.APPOINTMENTS,)},
        {"kind": RightKind.ORGANISATION},
    ],
    ids=str,
)
async def test_a_right_covers_the_types_that_it_names_i11(
    office: Office, right: dict[str, Any]
) -> None:
    answer = await _opened(office, await _a_child(office, **right))
    assert (answer.status_code, answer.json()["code"]) == (403, "right-not-covering")


async def test_a_minor_is_told_who_applies_d12_e33(office: Office) -> None:
    """From 14 to 18 they look for themselves, and do not apply."""
    born = birthday(today(office.clock()), -15)
    await office.hear(profile("Соколов", None, CHILD, birth_date=born), CHILD)
    alone = await _opened(office, office.citizen(CHILD))
    assert (alone.status_code, alone.json()["code"]) == (403, "minor-needs-representative")
    assert "регистратур" in alone.json()["detail"]
    await deliver(office.app, granted(PARENT, CHILD))
    told = await _opened(office, office.citizen(CHILD))
    assert (told.status_code, told.json()["code"]) == (403, "representative-applies")
    list_ = await office.http.get("/v1/applications", headers=office.citizen(CHILD))
    assert list_.status_code == 200


async def test_on_the_birthday_one_applies_alone_d12(office: Office) -> None:
    who = await _a_child(office, years=18)
    assert (await _opened(office, office.citizen(CHILD))).status_code == 201
    assert who


async def test_a_right_ends_by_the_clock_d12(office: Office) -> None:
    who = await _a_child(office, until=office.clock() + timedelta(days=1))
    assert (await _opened(office, who)).status_code == 201
    office.clock.ahead += timedelta(days=1)
    assert (await _opened(office, who)).json()["code"] == "right-ended"


async def test_no_doctor_decides_about_their_own_child_c20(office: Office) -> None:
    """Also under another account: the parent and the doctor have one СНИЛС."""
    await office.hear(profile(snils="11223344595"), PARENT)
    await office.hear(staff("doctor-mother", "Другая Фамилия", "11223344595"), "doctor-mother")
    application = await _submitted(office, await _a_child(office))
    refused = await office.decide(application["id"], "claim", subject="doctor-mother")
    assert (refused.status_code, refused.json()["code"]) == (403, "own-application")
