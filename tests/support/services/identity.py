"""Identity in a test: a running service with a clock that can be moved, and its codes to read."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
from fastapi import FastAPI

from contracts.envelope import Event
from contracts.identity import CodeRequestedV2, ProfileSubmittedV2
from contracts.partners import IdentityChecked
from services.chassis.foundation.clock import in_milliseconds
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.chassis.work.transactions import Transaction
from services.identity.accounts.domain import Powers, Role
from services.identity.app import build
from services.identity.installation.usecases import FirstAdministrator
from services.identity.settings import Settings
from services.identity.staff.domain import PostForm, StaffForm, checked
from tests.support.service import Collector, an_event, keyed, outbox_events, running
from tests.support.tools.encryption import SECRET, decrypted

PASSWORD = "очень длинная фраза 7"
PROFILE: dict[str, Any] = {
    "category": "citizen",
    "last_name": "Соколова",
    "first_name": "Анна",
    "middle_name": "Сергеевна",
    "birth_date": "2007-04-18",
    "snils": "112-233-445 95",
    "inn": "500100732259",
    "oms": "7758890000000128",
    "passport": {"series": "45 21", "number": "123456"},
}

CLINIC: dict[str, Any] = {
    "number": "45",
    "name": "Городская поликлиника № 45",
    "organisation": "ГБУЗ «Городская поликлиника № 45»",
    "address": "г. Москва, ул. Садовая, д. 12",
    "phone": "+7 495 000-00-45",
    "timezone": "Europe/Moscow",
    "ogrn": "1027700000008",
    "inn": "7706000005",
    "licence": {"number": "Л041-01137-77/00000045", "issued_on": "2020-02-29"},
    "opening_hours": [{"weekday": 1, "begins": "08:00", "ends": "20:00"}],
    "rooms": [{"number": "214", "title": "Кабинет терапевта"}],
    "insurance": ["ОМС"],
}
DOCTOR: dict[str, Any] = {
    "full_name": "Орлова Мария Викторовна",
    "position": "врач-терапевт",
    "posts": [{"role": "doctor", "clinic_id": "clinic-1"}],
    "practice": {"specialties": ["therapist"], "practising_since": 2009},
}


@dataclass
class Clock:
    """The real time, moved forward by as much as a test says."""

    ahead: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        """Now, as the service sees it."""
        return in_milliseconds(datetime.now(UTC) + self.ahead)

    def forward(self, **much: float) -> None:
        """Time passes."""
        self.ahead += timedelta(**much)


def any_phone() -> str:
    """A mobile number that no other test uses."""
    return f"+7916{secrets.randbelow(10**7):07d}"


@dataclass
class Identity:
    """The running service as its callers see it, and what reaches their phones."""

    app: FastAPI
    client: httpx2.AsyncClient
    clock: Clock = field(default_factory=Clock)

    async def post(
        self, path: str, body: Any, headers: dict[str, str] | None = None
    ) -> httpx2.Response:
        """POST JSON."""
        return await self.client.post(f"/v1{path}", json=body, headers=headers)

    async def code(self, challenge_id: str) -> str:
        """The last code that was sent for a challenge."""
        sent = await self.codes(challenge_id)
        return str(sent[-1].pii.code)

    async def codes(self, challenge_id: str) -> list[Any]:
        """Every code that was sent to somebody for a challenge; a decoy's goes to nobody.

        `pii` is as the notifier reads it.
        """
        events = await outbox_events(self.app, CodeRequestedV2)
        sent = [e.data for e in events if e.data.code_id == challenge_id]
        read = [data.model_copy(update={"pii": decrypted(data)}) for data in sent]
        return [data for data in read if data.pii.phone or data.pii.email]

    async def registry_answer(self, data: IdentityChecked, seq: int = 1) -> Event[Any]:
        """The registry's answer to what it was asked about that revision, if it was."""
        asked = [
            event.id
            for event in await outbox_events(self.app, ProfileSubmittedV2)
            if (event.aggregateid, event.data.revision) == (data.account_id, data.revision)
        ]
        answer = an_event(data, aggregate_id=data.account_id, seq=seq)
        return answer.model_copy(update={"causationid": asked[0] if asked else None})

    def seen_from(self, address: str, device: str | None = None) -> Identity:
        """The same service for a caller at another address, on a device that has this token."""
        transport = httpx2.ASGITransport(app=self.app, client=(address, 40_000))
        headers = {"Device-Token": device} if device else None
        client = httpx2.AsyncClient(transport=transport, base_url="http://service", headers=headers)
        return Identity(self.app, client, self.clock)

    async def registered(self, phone: str | None = None, **contact: str) -> dict[str, Any]:
        """A new citizen, logged in."""
        body = {"channel": "sms", "phone": phone or any_phone()} | contact
        started = await self.post("/registrations", body)
        assert started.status_code == 202, started.text
        registration_id = started.json()["registration_id"]
        answer = {"code": await self.code(registration_id), "password": PASSWORD}
        done = await self.post(f"/registrations/{registration_id}/confirmation", answer)
        assert done.status_code == 201, done.text
        pair: dict[str, Any] = done.json()
        return pair

    async def logged_in(self, login: str, password: str = PASSWORD) -> dict[str, Any]:
        """The tokens of somebody who has an account."""
        started = await self.post("/sessions", {"login": login, "password": password})
        assert started.status_code == 202, started.text
        session_id = started.json()["session_id"]
        done = await self.post(
            f"/sessions/{session_id}/confirmation", {"code": await self.code(session_id)}
        )
        assert done.status_code == 200, done.text
        pair: dict[str, Any] = done.json()
        return pair

    async def administrator(self) -> dict[str, Any]:
        """An administrator of the platform, logged in: put there by the installation."""
        number = secrets.token_hex(4)
        phone = any_phone()
        form = StaffForm(
            full_name="Ким Елена Олеговна",
            phone=phone,
            email=f"kim-{number}@example.org",
            posts=(PostForm(Role.ADMINISTRATOR.value),),
        )
        first = find(self.app, FirstAdministrator)
        entered = checked(form, self.clock().date(), new=True)
        hashed = await first.hashes.hash(PASSWORD)
        everywhere = Powers(everywhere=True, clinics=frozenset())

        async def work(tx: Transaction) -> None:
            id_ = f"administrator-{number}"
            await first.staff.add(tx, id_, entered, everywhere, "installation", invite=False)
            await first.credentials.set_password(tx, id_, hashed, self.clock())

        await first.deps.transactions.run(work)
        return await self.logged_in(phone)

    async def clinic(self, who: dict[str, Any], clinic_id: str = "clinic-1", **over: Any) -> None:
        """A clinic of this id."""
        body = CLINIC | {"id": clinic_id, "number": clinic_id.rpartition("-")[2]} | over
        made = await self.post("/clinics", body, bearer(who) | keyed())
        assert made.status_code == 201, made.text

    async def closed(self, who: dict[str, Any], clinic_id: str) -> None:
        """This clinic closes today."""
        today = self.clock().astimezone(ZoneInfo(CLINIC["timezone"])).date()
        body = {"closed_on": today.isoformat(), "reason": "Капитальный ремонт."}
        done = await self.post(f"/clinics/{clinic_id}/closing", body, bearer(who))
        assert done.status_code == 200, done.text

    async def employed(self, who: dict[str, Any], **over: Any) -> dict[str, Any]:
        """A member of staff, made by an administrator; a doctor of `clinic-1` if nothing else."""
        body = DOCTOR | {"phone": any_phone()} | over
        made = await self.post("/staff", body, bearer(who) | keyed())
        assert made.status_code == 201, made.text
        found: dict[str, Any] = made.json()
        return found

    async def accepted(self, employee: dict[str, Any]) -> dict[str, Any]:
        """The tokens of a member of staff who has set the first password."""
        contacts = {name: employee[name] for name in ("phone", "email") if employee[name]}
        started = await self.post("/recoveries", contacts)
        recovery_id = started.json()["recovery_id"]
        answer = {"code": await self.code(recovery_id), "password": PASSWORD}
        done = await self.post(f"/recoveries/{recovery_id}/confirmation", answer)
        assert done.status_code == 204, done.text
        return await self.logged_in(employee["phone"] or employee["email"])

    async def administrator_of(self, who: dict[str, Any], *clinics: str) -> dict[str, Any]:
        """An administrator of these clinics, logged in."""
        posts = [{"role": "administrator", "clinic_id": clinic} for clinic in clinics]
        made = await self.employed(who, posts=posts, practice=None)
        return await self.accepted(made)

    async def proved(self, pair: dict[str, Any], **contact: str) -> dict[str, Any]:
        """The account after its owner has proved one more contact."""
        started = await self.post("/contacts", contact | {"password": PASSWORD}, bearer(pair))
        assert started.status_code == 202, started.text
        change_id = started.json()["change_id"]
        answer = {"code": await self.code(change_id)}
        done = await self.post(f"/contacts/{change_id}/confirmation", answer, bearer(pair))
        assert done.status_code == 200, done.text
        account: dict[str, Any] = done.json()
        return account


def bearer(pair: dict[str, Any]) -> dict[str, str]:
    """The Authorization header of a login."""
    return {"Authorization": f"Bearer {pair['access_token']}"}


@asynccontextmanager
async def identity_running(
    platform: Platform, database: str, **settings: Any
) -> AsyncIterator[Identity]:
    """Identity on real MongoDB, with cheap passwords; it verifies tokens with its own keys."""
    clock = Clock()
    cheap: dict[str, Any] = {
        "password_memory_kib": 8,
        "password_time_cost": 1,
        "secret": "a secret for tests only",
        "requests_per_minute": 10_000,
        **dict.fromkeys(set(Settings.OWN_SECRETS) - {"secret"}, SECRET),
    }
    app = build(
        Settings(platform=platform, database=database, **(cheap | settings)),
        publisher=Collector(),
        now=clock,
    )
    async with running(app) as client:
        await find(app, Runtime).tokens.refresh()
        yield Identity(app, client, clock)
