"""Every type of the catalogue, played to its end: filled in as the catalogue says (C2).

Nothing is known here of a type but what `GET /types/{code}` tells everybody: fields, documents,
examinations, who decides and whether by video. So a type that an administrator adds is played too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from deploy.world.demo.citizen import Citizen
from deploy.world.demo.doctor import Doctor, able
from deploy.world.demo.forms import filled, met
from deploy.world.demo.gateway import DemoFailedError, Gateway
from deploy.world.demo.papers import policy_scan
from deploy.world.demo.steps import Steps, require
from deploy.world.demo.video import SOON, VideoVisit

_TRIES = 600
_PAUSE = 0.05
NOT_PLAYED = frozenset({"086u"})
"""The scenario's own."""


class EveryType:
    """One citizen who needs everything, and the doctors of one clinic."""

    def __init__(
        self, gateway: Gateway, steps: Steps, citizen: Citizen, *, clinic_id: str = "clinic-1"
    ) -> None:
        self.gateway = gateway
        self.steps = steps
        self.citizen = citizen
        self.clinic_id = clinic_id
        self._doctors: dict[str, tuple[Doctor, str]] = {}
        self._scan: str | None = None

    async def play(self, *, visits: bool = True) -> list[str]:
        """The codes of what was issued; without `visits` nothing that waits for one by video.

        The visits are booked first and held last: the others are played while they draw near.

        Raises:
            DemoFailedError: one was not.
        """
        kinds = await self.kinds()
        ahead = [await self.arrange(kind) for kind in kinds if kind["video_visit"] and visits]
        self.steps.part("Все виды справок")
        issued = []
        for kind in (kind for kind in kinds if not kind["video_visit"]):
            with self.steps.step(kind["title"]) as notes:
                application = await self.apply(kind)
                if kind["source"]["code"] == "doctor":
                    await self._decide(kind, application["id"])
                notes.append((await self.issued(application["id"]))["certificate"]["number"])
            issued.append(kind["code"])
        for visit in ahead:
            await visit.hold()
            application = await self.issued(visit.application_id)
            issued.append(application["type"])
        return issued

    async def kinds(self) -> list[dict[str, Any]]:
        """What is played, each as the catalogue tells it."""
        found = (await self.gateway.get("certificates", "/types"))["items"]
        codes = [item["code"] for item in found if item["code"] not in NOT_PLAYED]
        return [await self.gateway.get("certificates", f"/types/{code}") for code in codes]

    async def arrange(self, kind: dict[str, Any], ahead: timedelta = SOON) -> VideoVisit:
        """An application for this is paid for, and has a visit no sooner than `ahead`."""
        self.steps.part(f"{kind['title']}: оплата и видеоприём")
        with self.steps.step("заявление подано") as notes:
            application = await self.apply(kind)
            notes.append(application["state_label"])
        visit = VideoVisit(self.gateway, self.steps, self.citizen, kind, application)
        await visit.arrange(able(kind["deciders"]), ahead)
        return visit

    async def apply(self, kind: dict[str, Any]) -> dict[str, Any]:
        """An application for this, filled in and submitted."""
        opened = await self.citizen.gateway.post(
            "certificates", "/applications", {"type": kind["code"]}, once=True
        )
        fields = filled(kind["fields"], opened["fields"])
        values = opened["fields"] | fields
        files = [
            {"requirement": r["code"], "file_id": await self._scanned()}
            for r in kind["requirements"]
            if r["need"] != "request" and r["exemption"] is None and met(r["when"], values)
        ]
        change = {"clinic_id": self.clinic_id, "fields": fields, "attachments": files}
        draft = await self.citizen.edit(opened, change)
        require(not draft["problems"], f"{kind['code']}: {draft['problems']}")
        return await self.citizen.submit(draft)

    async def _scanned(self) -> str:
        if self._scan is None:
            person = self.citizen.person
            scan = policy_scan(person.full_name, person.profile["oms"])
            uploaded = await self.citizen.upload("документ.jpg", scan, "image/jpeg")
            self._scan = str(uploaded["file_id"])
        return self._scan

    async def _decide(self, kind: dict[str, Any], application_id: str) -> None:
        """Whoever has to examines, then one of those who decide approves."""
        for examination in kind["examinations"]:
            doctor, _ = await self._doctor(examination["specialties"])
            await doctor.claim(application_id)
            finding = {"examination": examination["code"], "fields": filled(examination["fields"])}
            path = f"/reviews/{application_id}/findings"
            await doctor.gateway.post("certificates", path, finding)
        doctor, session = await self._doctor(kind["deciders"])
        await doctor.claim(application_id)
        await doctor.approve(application_id, filled(kind["doctor_fields"]), session)

    async def _doctor(self, specialties: Sequence[Mapping[str, str]]) -> tuple[Doctor, str]:
        """A doctor of one of these specialties who may log in, with a session of signing."""
        account = able(specialties)[0]
        if account["id"] not in self._doctors:
            doctor = Doctor(self.gateway.caller(), account)
            await doctor.log_in()
            self._doctors[account["id"]] = (doctor, await doctor.open_session())
        return self._doctors[account["id"]]

    async def issued(self, application_id: str) -> dict[str, Any]:
        """The application, once its certificate is there.

        Raises:
            DemoFailedError: it does not come.
        """
        path = f"/applications/{application_id}"
        found: dict[str, Any] = {}
        for _ in range(_TRIES):
            found = await self.citizen.gateway.get("certificates", path)
            if found["state"] == "issued":
                return found
            await asyncio.sleep(_PAUSE)
        last = found["history"][-1]
        message = f"the application is still {found['state']}: {last['label']}, {last['reason']}"
        raise DemoFailedError(message)
