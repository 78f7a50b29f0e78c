"""Certificates on real MongoDB, and everybody around it: citizen, doctor, other services."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
from fastapi import FastAPI

from contracts.documents import Holder
from contracts.envelope import Data
from contracts.identity import ClinicAttached, ClinicChanged, StaffChanged
from contracts.topics import aggregate_of
from services.certificates.app import build
from services.certificates.applications.domain.application import Application
from services.certificates.applications.store.applications import ApplicationStore
from services.certificates.catalogue.domain.catalogue import Catalogue
from services.certificates.known.store import KnownStore
from services.certificates.settings import Settings
from services.chassis.foundation.clock import in_milliseconds
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.chassis.work.transactions import Transactions
from tests.support.service import Collector, Tokens, an_event, deliver, keyed, running
from tests.support.services.certificates.builders import (
    ANNA,
    CLINIC,
    EXAMINED,
    FILLED,
    ORLOVA,
    TESTS,
)
from tests.support.services.certificates.events import (
    Json,
    accepted,
    clinic,
    profile,
    sealed,
    signer,
    staff,
)
from tests.support.tools.encryption import SECRET

CONSENT = {"consent": True, "consent_version": "2026-09"}


@dataclass
class Clock:
    """Real time, moved as a test likes."""

    ahead: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        """Now, in whole milliseconds."""
        return in_milliseconds(datetime.now(UTC) + self.ahead)


@dataclass
class Office:
    """The running service and the tools of a test."""

    app: FastAPI
    http: httpx2.AsyncClient
    tokens: Tokens
    clock: Clock
    enrolling: bool = True
    _seq: dict[str, int] = field(default_factory=dict)

    @property
    def transactions(self) -> Transactions:
        """Of the service."""
        return find(self.app, Runtime).transactions

    @property
    def applications(self) -> ApplicationStore:
        """What the service keeps of applications."""
        return ApplicationStore(find(self.app, Runtime).mongo.db)

    @property
    def known(self) -> KnownStore:
        """What the service knows of others."""
        return KnownStore(find(self.app, Runtime).mongo.db)

    async def kept(self, application_id: str) -> Application:
        """An application as it is stored."""
        return await self.applications.get(None, application_id, owner=None)

    def citizen(self, subject: str = ANNA.account_id, **claims: Any) -> dict[str, str]:
        """Headers of a citizen."""
        return self.tokens.headers(subject, "citizen", **claims)

    def doctor(self, subject: str = ORLOVA.account_id) -> dict[str, str]:
        """Headers of a doctor."""
        return self.tokens.headers(subject, "doctor")

    async def hear(self, data: Data, aggregate_id: str) -> str:
        """Deliver an event of another system; returns the outcome."""
        self._seq[aggregate_id] = self._seq.get(aggregate_id, 0) + 1
        event = an_event(data, aggregate_id=aggregate_id, seq=self._seq[aggregate_id])
        outcome = await deliver(self.app, event)
        if self.enrolling and isinstance(data, StaffChanged | ClinicChanged):
            await self.enrol(data)
        return outcome

    async def enrol(self, told: StaffChanged | ClinicChanged) -> None:
        """Who is told of for the first time has a key already."""
        of_clinic = isinstance(told, ClinicChanged)
        holder = Holder.ORGANISATION if of_clinic else Holder.DOCTOR
        can = signer(holder, aggregate_of(told))
        if can.signer_id not in self._seq:
            assert await self.hear(can, can.signer_id) == "handled"

    async def know_people(self) -> None:
        """Anna is confirmed and attached to a clinic; Orlova and Petrov are doctors there."""
        await self.hear(profile(), ANNA.account_id)
        await self.know_clinic()

    async def know_clinic(self) -> None:
        """Anna is attached to a clinic with two doctors."""
        await self.hear(clinic(), CLINIC.id)
        await self.attach(CLINIC.id)
        await self.hear(staff(ORLOVA.account_id, ORLOVA.full_name), ORLOVA.account_id)
        await self.hear(staff("doctor-petrov", "Петров Пётр Петрович"), "doctor-petrov")

    async def attach(self, clinic_id: str, account_id: str = ANNA.account_id) -> None:
        """A citizen is attached to this clinic."""
        attached = ClinicAttached(account_id=account_id, clinic_id=clinic_id)
        assert await self.hear(attached, account_id) == "handled"

    async def accept(self, *file_ids: str, owner: str = ANNA.account_id) -> None:
        """The documents service accepted these scans."""
        for file_id in file_ids:
            assert await self.hear(accepted(file_id, owner), file_id) == "handled"

    async def draft(self, *requirements: str, delivery: str = "account") -> Json:
        """A filled-in draft with these documents."""
        opened = await self.http.post(
            "/v1/applications", json={"type": "086u"}, headers=self.citizen() | keyed()
        )
        assert opened.status_code == 201, opened.text
        await self.accept(*(f"file-{code}" for code in requirements))
        return await self.edit(
            opened.json(),
            {
                "fields": dict(FILLED),
                "delivery": delivery,
                "attachments": [
                    {"requirement": code, "file_id": f"file-{code}"} for code in requirements
                ],
            },
        )

    async def edit(self, draft: Json, changes: Json) -> Json:
        """The draft changed."""
        answer = await self.http.patch(
            f"/v1/applications/{draft['id']}", json=changes, headers=self.citizen() | match(draft)
        )
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def agreed(self, draft: Mapping[str, Any], by: str = ANNA.account_id) -> Json:
        """The consent, and this person's act for exactly this draft (C12)."""
        return {**CONSENT, "act": self.tokens.act(by, draft["digest"], at=self.clock())}

    async def submitted(self, *requirements: str, delivery: str = "account") -> Json:
        """A submitted application; complete unless told otherwise."""
        draft = await self.draft(*(requirements or ("policy", *TESTS)), delivery=delivery)
        return await self.hand_in(draft)

    async def hand_in(self, draft: Json) -> Json:
        """The draft submitted."""
        answer = await self.http.post(
            f"/v1/applications/{draft['id']}/submission",
            json=self.agreed(draft),
            headers=self.citizen() | match(draft),
        )
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def decide(
        self, application_id: str, verb: str, body: Json | None = None, **who: str
    ) -> httpx2.Response:
        """A doctor's verb; where it needs the doctor's act of signing, with one."""
        path, headers = f"/v1/reviews/{application_id}/{verb}", self.doctor(**who)
        answer = await self.http.post(path, json=body, headers=headers)
        if verb != "approval" or answer.json().get("code") != "signing-act-required":
            return answer
        act = self.tokens.act(who.get("subject", ORLOVA.account_id), answer.json()["digest"])
        return await self.http.post(path, json={**(body or {}), "act": act}, headers=headers)

    async def approved(self, delivery: str = "account") -> Json:
        """An approved application."""
        application = await self.submitted(delivery=delivery)
        assert (await self.decide(application["id"], "claim")).status_code == 200
        answer = await self.decide(application["id"], "approval", self.examined())
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def examined(self) -> Json:
        """What the doctor writes today."""
        today = find(self.app, Catalogue).calendar.day_of(self.clock())
        return {**EXAMINED, "exam_date": today.isoformat()}

    async def issued(self, delivery: str = "account") -> Json:
        """An issued application."""
        application = await self.approved(delivery)
        assert await self.hear(sealed(application), "doc-1") == "handled"
        return await self.read(application["id"])

    async def read(self, application_id: str) -> Json:
        """The citizen's view."""
        answer = await self.http.get(f"/v1/applications/{application_id}", headers=self.citizen())
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found


def match(application: Mapping[str, Any]) -> dict[str, str]:
    """The If-Match header of what was read."""
    return {"If-Match": f'"{application["revision"]}"'}


async def twice(office: Office, data: Data) -> list[str]:
    """The outcomes of one event delivered two times."""
    event = an_event(data, aggregate_id=aggregate_of(data), seq=50)
    return [await deliver(office.app, event) for _ in range(2)]


@asynccontextmanager
async def office(
    platform: Platform, database: str, tokens: Tokens, **over: Any
) -> AsyncIterator[Office]:
    """The service on a fresh database. `over`: settings, and the seams of `build` by name."""
    clock = Clock()
    seams = {name: over.pop(name) for name in ("draw", "patience", "acquirer") if name in over}
    secrets = dict.fromkeys(Settings.OWN_SECRETS, SECRET)
    settings = Settings(platform=platform, database=database, **{**secrets, **over})
    app = build(settings, fetch_keys=tokens.fetch, publisher=Collector(), now=clock, **seams)
    async with running(app) as http:
        await find(app, Runtime).tokens.refresh()
        yield Office(app, http, tokens, clock)
