"""The demo accounts of deploy/world/demo/accounts.json, and what a demo may not change."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from contracts.identity import (
    AccountRegistered,
    ClinicAttached,
    ClinicChanged,
    ProfileConfirmedV2,
    StaffChanged,
)
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.identity.demo.gateways import read_demo_file
from services.identity.demo.usecases import Demo
from services.identity.settings import Settings
from tests.support.service import outbox_events
from tests.support.services.identity import PASSWORD, any_phone, bearer, identity_running

_FILE = Path(__file__).resolve().parents[4] / "deploy" / "world" / "demo" / "accounts.json"


async def test_demo_people_log_in_by_every_name_of_theirs(
    platform: Platform, database: str
) -> None:
    async with identity_running(platform, database, demo=True, demo_file=_FILE) as identity:
        for entry in read_demo_file(_FILE).accounts:
            for login in (entry.login, entry.phone, entry.email.upper()):
                assert login
                pair = await identity.logged_in(login, entry.password)
                assert pair["account_id"] == entry.id
                assert pair["roles"] == [entry.role]
                expected = "confirmed" if entry.role == "citizen" else "registered"
                assert pair["level"] == expected


async def test_a_restart_adds_nothing(platform: Platform, database: str) -> None:
    async with identity_running(platform, database, demo=True, demo_file=_FILE) as identity:
        demo = read_demo_file(_FILE)
        await find(identity.app, Demo).seed(demo)
        await find(identity.app, Demo).seed(demo)

        citizens = [a.id for a in demo.accounts if a.role == "citizen"]
        # an SRE has no business with other services: they are not told
        staff = [a for a in demo.accounts if a.role not in {"citizen", "sre"}]
        registered = await outbox_events(identity.app, AccountRegistered)
        confirmed = await outbox_events(identity.app, ProfileConfirmedV2)
        assert [e.aggregateid for e in registered] == citizens
        assert [(e.aggregateid, e.seq) for e in confirmed] == [(c, 2) for c in citizens]
        for event in confirmed:  # demo contacts count as proved
            assert event.data.pii.phone
            assert event.data.pii.email
        [attached] = await outbox_events(identity.app, ClinicAttached)
        assert (attached.aggregateid, attached.data.clinic_id) == (citizens[0], "clinic-1")
        clinics = await outbox_events(identity.app, ClinicChanged)
        assert [e.aggregateid for e in clinics] == ["clinic-1", "clinic-2", "clinic-3"]
        said = await outbox_events(identity.app, StaffChanged)
        people = {e.aggregateid: e.data for e in said}
        assert list(people) == [*(p.id for p in demo.staff), *(a.id for a in staff)]
        told = [people[a.id].pii.snils for a in staff]
        assert told == ["".join(filter(str.isdigit, a.snils or "")) for a in staff]
        assert all(told)
        doctors = [data for data in people.values() if data.practice]
        assert len(doctors) == 11
        assert {post.clinic_id for data in doctors for post in data.posts} == {
            event.aggregateid for event in clinics
        }


def test_the_public_secret_is_refused_outside_a_demo() -> None:
    with pytest.raises(ValidationError, match="IDENTITY_SECRET"):
        Settings()
    with pytest.raises(ValidationError, match="IDENTITY_CODES_SECRET"):
        Settings(secret=SecretStr("a secret for tests only"))


def test_a_demo_changes_no_limit() -> None:
    """Its wide ones are the stack's (`deploy.stacks.demo_limits`)."""
    own = SecretStr("a-secret-for-tests-only")
    strict = Settings.model_validate(dict.fromkeys(Settings.OWN_SECRETS, own))
    secrets = {"demo", *Settings.OWN_SECRETS}
    assert Settings(demo=True).model_dump(exclude=secrets) == strict.model_dump(exclude=secrets)


async def test_the_demo_proves_an_email_right_after_the_login_i16(
    platform: Platform, database: str
) -> None:
    async with identity_running(platform, database, resend_seconds=3) as identity:
        phone = any_phone()
        await identity.registered(phone)
        pair = await identity.logged_in(phone)
        body = {"channel": "email", "email": "demo@zdorovie.example", "password": PASSWORD}
        started = await identity.post("/contacts", body, bearer(pair))
        assert started.status_code == 202, started.text
        change_id = started.json()["change_id"]
        identity.clock.forward(seconds=3)
        again = await identity.post(f"/contacts/{change_id}/code", None, bearer(pair))
        assert again.status_code == 202, again.text
        done = await identity.post(
            f"/contacts/{change_id}/confirmation",
            {"code": await identity.code(change_id)},
            bearer(pair),
        )
        assert done.json()["logins"] == ["demo@zdorovie.example", phone]
