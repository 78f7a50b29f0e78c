"""A certificate after a video visit: paid first, met by video, approved right after (C19, n9)."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from deploy.world.demo.citizen import Citizen, log_in
from deploy.world.demo.doctor import ACCOUNTS, REGION, Doctor
from deploy.world.demo.forms import filled
from deploy.world.demo.gateway import DemoFailedError, Gateway, Phone
from deploy.world.demo.seeing import attended_and_reviewed
from deploy.world.demo.steps import Steps, require

SOON = timedelta(seconds=30)
"""What a payment takes at least to become a visit, on a busy machine."""
_MINUTE, _LASTS, _LATER = timedelta(minutes=1), timedelta(minutes=5), 15
_LATE, _BOOKED = 60.0, 30.0
"""Seconds, on a busy machine."""
_PAUSE = 0.1


class VideoVisit:
    """The visit of one application, from its payment to the doctor's decision."""

    def __init__(
        self,
        gateway: Gateway,
        steps: Steps,
        citizen: Citizen,
        kind: dict[str, Any],
        application: dict[str, Any],
    ) -> None:
        self.gateway = gateway
        self.steps = steps
        self.citizen = citizen
        self.application_id: str = application["id"]
        self.appointment: dict[str, Any] = {}
        self._kind = kind
        self._bill: str = application["bill"]["id"]
        regions = json.loads(REGION.read_text(encoding="utf-8"))["clinics"]
        self._clinic = next(c for c in regions if c["id"] == application["clinic_id"])
        accounts = json.loads(ACCOUNTS.read_text(encoding="utf-8"))["accounts"]
        self._accounts = {a["id"]: a for a in accounts}

    @property
    def begins(self) -> datetime:
        """When, on the clinic's clock."""
        return datetime.fromisoformat(self.appointment["visit"]["starts_at"])

    async def arrange(self, doctors: Sequence[dict[str, Any]], ahead: timedelta = SOON) -> None:
        """One of these doctors gets an hour for it, it is paid for, and books itself.

        Raises:
            DemoFailedError: it does not.
        """
        with self.steps.step("регистратор добавил врачу время видеоприёма") as notes:
            offered = await self._hours(doctors, ahead)
            notes.append(f"{offered:%d.%m %H:%M}")
        with self.steps.step("счёт оплачен на странице банка") as notes:
            paid = await self.citizen.pay(self._bill)
            notes.append(f"{paid['amount_kopecks'] // 100} ₽")
        with self.steps.step("видеоприём назначен сам, SMS и push о нём") as notes:
            visit = await self._until("visit", within=_BOOKED)
            path = f"/appointments/{visit['appointment_id']}"
            self.appointment = await self.citizen.gateway.get("scheduling", path)
            require(self.begins <= offered, f"at {self.begins}, not {offered}")
            inboxes = (self.citizen.phone, self.citizen.device)
            at = rf"\b{self.begins.hour}:{self.begins:%M}"  # as messages say it: «9:05»
            await asyncio.gather(*(i.wait_for(at) for i in inboxes))
            notes.append(f"{self.begins:%d.%m %H:%M}, {self.appointment['visit']['doctor_name']}")

    async def enter(self) -> Doctor:
        """Both enter its room, and nobody else; the doctor, who is logged in then."""
        doctor = Doctor(self.gateway.caller(), self._accounts[self.appointment["doctor_id"]])
        with self.steps.step("пациент и врач вошли в видеокомнату, посторонний – нет"):
            await doctor.log_in()
            path = f"/appointments/{self.appointment['id']}/room"
            rooms = []
            for guest, role in ((self.citizen.gateway, "участник"), (doctor.gateway, "ведёт")):
                url = (await guest.get("scheduling", path))["url"]
                page = await self.gateway.page(url)
                require(page.is_success and role in page.text, f"not let in: {page.status_code}")
                rooms.append(url.partition("?")[0])
            require(len(set(rooms)) == 1, f"each in a room of their own: {rooms}")
            page = await self.gateway.page(rooms[0])
            require(not page.is_success, "somebody without a token was let in")
        return doctor

    async def hold(self) -> None:
        """Wait for it, find the application on the doctor's desk, approve it."""
        self.steps.part(f"Видеоприём в {self.begins:%H:%M}: ждём {self._left():.0f} с")
        doctor = await self.enter()
        with self.steps.step("приём начался, заявление на столе этого врача"):
            await asyncio.sleep(self._left())
            await self._until("claimed_until", within=_LATE)
            mine = await doctor.gateway.get("certificates", "/reviews", state="mine", limit=100)
            ids = {item["application_id"] for item in mine["items"]}
            require(self.application_id in ids, f"not on the desk: {ids}")
        with self.steps.step("одобрено сразу после приёма"):
            found = filled(self._kind["doctor_fields"])
            preview = await doctor.preview(self.application_id, found)
            act = await doctor.sign(preview["digest"])
            await doctor.approve(self.application_id, found, act)
        await attended_and_reviewed(self.steps, self.citizen, doctor, self.appointment)

    def _left(self) -> float:
        """Seconds until it begins."""
        return max(0.0, (self.begins - datetime.now(UTC)).total_seconds())

    async def _hours(self, doctors: Sequence[dict[str, Any]], ahead: timedelta) -> datetime:
        """The first minute at which one of them is not busy with other visits."""
        registrar = await self._registrar()
        zone = ZoneInfo(self._clinic["timezone"])
        now = datetime.now(UTC) + ahead + _MINUTE
        first = now.replace(second=0, microsecond=0).astimezone(zone)
        for n in range(_LATER):
            begins = first + n * _MINUTE
            await self._open(registrar, begins.date())
            for doctor in doctors:
                effect = await self._add(registrar, doctor["id"], begins, dry_run=True)
                if effect["slots_made"] and not effect["slots_removed"] + effect["visits_affected"]:
                    await self._add(registrar, doctor["id"], begins)
                    await self._offered(doctor["id"], begins)
                    return begins
        message = f"none of {[doctor['id'] for doctor in doctors]} has time for a video visit"
        raise DemoFailedError(message)

    async def _registrar(self) -> Gateway:
        account = next(
            a
            for a in self._accounts.values()
            if a["role"] == "registrar" and a["clinic_id"] == self._clinic["id"]
        )
        caller = self.gateway.caller()
        phone = Phone(caller, account["phone"])
        await log_in(caller, phone, account["phone"], account["password"])
        return caller

    async def _open(self, registrar: Gateway, day: date) -> None:
        """On a public holiday somebody is on duty all the same."""
        path = f"/clinics/{self._clinic['id']}/closed-days"
        said = await registrar.get("scheduling", path, **{"from": f"{day}", "to": f"{day}"})
        if any(one["closed"] for one in said["items"]):
            body = {"closed": False, "reason": "Дежурный видеоприём"}
            await registrar.post("scheduling", f"{path}/{day}", body)

    async def _add(
        self, registrar: Gateway, doctor_id: str, begins: datetime, *, dry_run: bool = False
    ) -> dict[str, Any]:
        """An hour beside the doctor's usual ones; what it does, or would do."""
        stretch = {
            "begins": f"{begins:%H:%M}",
            "ends": f"{begins + _LASTS:%H:%M}",
            "room": self._clinic["rooms"][0]["number"],
            "kind": "video",
            "minutes": _LASTS // _MINUTE,
        }
        body = {"day": f"{begins:%Y-%m-%d}", "extra": True, "stretches": [stretch]}
        path = f"/clinics/{self._clinic['id']}/doctors/{doctor_id}/timetable/exceptions"
        asked = {"dry_run": "true"} if dry_run else {}
        found: dict[str, Any] = await registrar.post("scheduling", path, body, params=asked)
        return found

    async def _offered(self, doctor_id: str, begins: datetime) -> None:
        """Slots are made a moment after the hours."""
        day = f"{begins:%Y-%m-%d}"
        asked = {"doctor_id": doctor_id, "kind": "video", "from": day, "to": day, "limit": 100}
        for _ in range(200):
            free = (await self.gateway.get("scheduling", "/slots", **asked))["items"]
            if any(datetime.fromisoformat(s["visit"]["starts_at"]) == begins for s in free):
                return
            await asyncio.sleep(_PAUSE)
        message = f"{doctor_id} has no free time at {begins}"
        raise DemoFailedError(message)

    async def _until(self, member: str, *, within: float) -> Any:
        """What the application has there, once it has something."""
        deadline = time.monotonic() + within
        while True:
            path = f"/applications/{self.application_id}"
            found = await self.citizen.gateway.get("certificates", path)
            if found[member]:
                return found[member]
            if time.monotonic() > deadline:
                message = f"no {member}: {found['state_label']}, {found['history'][-1]}"
                raise DemoFailedError(message)
            await asyncio.sleep(_PAUSE)
