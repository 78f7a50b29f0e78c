"""Seeing a doctor: moved in one step, given away to who waited, seen at the desk, reviewed."""

from __future__ import annotations

import asyncio
import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from deploy.world.demo.citizen import Citizen, log_in
from deploy.world.demo.doctor import ACCOUNTS, Doctor
from deploy.world.demo.gateway import Gateway, Phone, RefusedError
from deploy.world.demo.person import new_person
from deploy.world.demo.steps import Steps, require

_LATER = timedelta(hours=26)
"""From when on a citizen may still cancel and move, with time to play."""
_MINUTE = timedelta(minutes=1)


class Seeing:
    """One citizen's visit, until somebody else has its time."""

    def __init__(
        self,
        stranger: Gateway,
        steps: Steps,
        citizen: Citizen,
        *,
        clinic_id: str,
        said: dict[str, Any],
        seed: int | None = None,
    ) -> None:
        """`said` is what a first visit asks of its patient."""
        self.stranger = stranger
        self.steps = steps
        self.citizen = citizen
        self.clinic_id = clinic_id
        self.next = Citizen(stranger.caller(), new_person(random.Random(seed)))
        self._said = said
        self._visit: dict[str, Any] = {}

    async def play(self) -> None:
        """Play it.

        Raises:
            DemoFailedError: something is not as it should be.
        """
        self.steps.part("Запись: перенос, лист ожидания, регистратура")
        await self.urgent()
        await self.book_and_move()
        await self.send_talon()
        await self.give_away()
        await self.at_the_desk()
        await self.ask_the_desk()

    async def urgent(self) -> None:
        """A threat to life books nothing: it leads to 103 or 112, and to urgent care (A22, A40)."""
        with self.steps.step("опасный признак: вместо записи – 103 и неотложная помощь") as notes:
            flags = await self.stranger.get("scheduling", "/red-flags")
            (slot,) = await self._late_slots(1)
            said = self._said | {"red_flags": [flags["items"][0]["code"]]}
            wish = {"slot_id": slot["id"], **said}
            try:
                await self.citizen.gateway.post("scheduling", "/appointments", wish, once=True)
            except RefusedError as refused:
                require(refused.code == "life-threatening", f"refused with {refused.code}")
                require("103" in refused.problem["call"], f"whom to call: {refused.problem}")
                notes.append(f"отделений рядом: {len(refused.problem['departments'])}")
            else:
                require(False, "a threat to life was booked")

    async def book_and_move(self) -> None:
        """Another time in one step: the old talon leads to the new one (A9, A14)."""
        citizen, steps = self.citizen, self.steps
        with steps.step("время придержано, пока заполняется запись: другой его не видит") as notes:
            first, second = await self._late_slots(2)
            wish = {"slot_id": first["id"]}
            held = await citizen.gateway.post("scheduling", "/holds", wish, once=True)
            require(held["state"] == "held", held["state_label"])
            free = {slot["id"] for slot in await self._late_slots(2)}
            require(first["id"] not in free, "a slot that is held is shown as free")
            notes.append(f"осталось {held['seconds_left']} с")
        with steps.step("запись, в письме – файл для календаря") as notes:
            await citizen.mailbox.skip()
            before = await citizen.gateway.post(
                "scheduling", "/appointments", {"slot_id": first["id"], **self._said}, once=True
            )
            files = await citizen.mailbox.files_of("Вы записаны")
            require(files == ["visit.ics"], f"the letter has {files}")
            notes.append(before["talon"]["number"])
        with steps.step("перенос одним шагом: прежний талон указывает на новый") as notes:
            path = f"/appointments/{before['id']}/transfer"
            self._visit = await citizen.gateway.post("scheduling", path, {"slot_id": second["id"]})
            number = self._visit["talon"]["number"]
            old = before["talon"]["number"]
            talon = await self.stranger.get("scheduling", f"/public/talons/{old}")
            require(
                (talon["state"], talon["replaced_by"]) == ("void", number),
                f"the old talon says {talon}",
            )
            await citizen.phone.wait_for(r"[Пп]ерен")
            require(await citizen.mailbox.files_of("перенес") == ["visit.ics"], "no calendar file")
            notes.append(f"{old} → {number}")

    async def send_talon(self) -> None:
        """The sealed PDF to one's own proved address, as it is asked for (A38)."""
        with self.steps.step("талон прислан на свою почту по просьбе") as notes:
            document_id = await self._sealed_talon()
            mailing = f"/documents/{document_id}/mailing"
            await self.citizen.gateway.post("documents", mailing, once=True)
            files = await self.citizen.mailbox.files_of("Вы попросили прислать талон")
            require(files == [f"talon-{self._visit['talon']['number']}.pdf"], f"sent: {files}")
            notes.append(files[0])

    async def give_away(self) -> None:
        """The next in line is offered the time as soon as it is free, and says yes (A17, A18)."""
        citizen, after, steps = self.citizen, self.next, self.steps
        starts = datetime.fromisoformat(self._visit["visit"]["starts_at"])
        with steps.step("второй человек встаёт в лист ожидания на это время"):
            await after.register()
            await after.log_in()
            await after.fill_profile()
            sought = {
                "doctor_id": self._visit["doctor_id"],
                "from": f"{starts:%Y-%m-%d}",
                "to": f"{starts:%Y-%m-%d}",
                "time_from": f"{starts:%H:%M}",
                "time_to": f"{starts + _MINUTE:%H:%M}",
                "details": self._said,
            }
            wait = await after.gateway.post("scheduling", "/waits", sought, once=True)
            require(wait["state"] == "waiting", wait["state_label"])
        with steps.step("первый отменяет – время сразу предложено второму по SMS") as notes:
            cancellation = f"/appointments/{self._visit['id']}/cancellation"
            await citizen.gateway.post("scheduling", cancellation)
            told = await after.phone.wait_for(r"тветьте до (\d+:\d\d)")
            files = await citizen.mailbox.files_of("отмен")
            require(files == ["visit.ics"], "nothing takes it out of the calendar")
            notes.append(f"до {told[1]}")
        with steps.step("второй соглашается и записан"):
            path = f"/waits/{wait['id']}/acceptance"
            booked = await after.gateway.post("scheduling", path, once=True)
            require(booked["ended_by"] == "booked", f"not booked: {booked['state_label']}")
            await after.phone.wait_for(r"Вы записаны|Запись \d")
            address = f"/appointments/{booked['appointment_id']}"
            self._visit = await after.gateway.get("scheduling", address)

    async def at_the_desk(self) -> None:
        """The clinic's day has the visit; its talon is for that day (A8)."""
        with self.steps.step("регистратура видит запись в списке дня и проверяет талон") as notes:
            desk = await registrar(self.stranger, self.clinic_id)
            day = datetime.fromisoformat(self._visit["visit"]["starts_at"]).date()
            path = f"/desk/clinics/{self.clinic_id}/visits"
            there = await desk.get("scheduling", path, day=f"{day}", limit=100)
            ids = {visit["appointment_id"] for visit in there["items"]}
            require(self._visit["id"] in ids, "the day list lacks the visit")
            number = self._visit["talon"]["number"]
            talon = await desk.get("scheduling", f"/desk/talons/{number}")
            require(talon["check"] == "wrong-day", f"the desk says {talon['check_label']}")
            notes.append(f"записей на {day:%d.%m}: {len(ids)}; {talon['check_label'].lower()}")

    async def ask_the_desk(self) -> None:
        """«Запросить врача» where nobody has time today: the desk answers, by a person (A19)."""
        with self.steps.step(
            "запрос врача на сегодня: регистратура отвечает, SMS об этом"
        ) as notes:
            request = await self._request()
            if request is None:
                notes.append("время сегодня есть, запрашивать незачем")
                return
            desk = await registrar(self.stranger, self.clinic_id)
            said = {"comment": "Сегодня врача нет, позвоните завтра с утра."}
            await desk.post("scheduling", f"/desk/requests/{request['id']}/answer", said)
            await self.next.phone.wait_for("Регистратура не нашла времени")
            path = f"/requests/{request['id']}"
            answered = await self.next.gateway.get("scheduling", path)
            notes.append(answered["state_label"].lower())

    async def _request(self) -> dict[str, Any] | None:
        """For the first specialty without free time today; None: each has some."""
        today = datetime.now(ZoneInfo(self._visit["visit"]["timezone"])).date()
        for specialty in ("cardiologist", "ophthalmologist", "therapist"):
            asked: dict[str, Any] = {"clinic_id": self.clinic_id, "specialty": specialty}
            asked |= {"until": f"{today}", "details": self._said}
            try:
                made = await self.next.gateway.post("scheduling", "/requests", asked, once=True)
            except RefusedError as refused:
                require(refused.code == "there-is-time", f"refused with {refused.code}")
            else:
                return dict(made)
        return None

    async def _late_slots(self, count: int) -> list[dict[str, Any]]:
        """Free slots of one doctor that may still be cancelled."""
        cursor: str | None = None
        found: dict[str, list[dict[str, Any]]] = {}
        while True:
            params = {"specialty": "therapist", "clinic_id": self.clinic_id, "limit": 100}
            params |= {"cursor": cursor} if cursor else {}
            page = await self.citizen.gateway.get("scheduling", "/slots", **params)
            for slot in page["items"]:
                if datetime.fromisoformat(slot["visit"]["starts_at"]) < datetime.now(UTC) + _LATER:
                    continue
                of_doctor = found.setdefault(slot["doctor_id"], [])
                of_doctor.append(slot)
                if len(of_doctor) == count:
                    return of_doctor
            cursor = page["next_cursor"]
            require(cursor, "no doctor has enough free time later than a day from now")

    async def _sealed_talon(self) -> str:
        path = f"/appointments/{self._visit['id']}"
        for _ in range(200):
            talon = (await self.citizen.gateway.get("scheduling", path))["talon"]
            if talon["document_id"]:
                return str(talon["document_id"])
            await asyncio.sleep(0.05)
        require(False, "the new talon was not sealed")
        return ""


async def registrar(stranger: Gateway, clinic_id: str) -> Gateway:
    """Somebody of this clinic's desk, logged in."""
    accounts = json.loads(ACCOUNTS.read_text(encoding="utf-8"))["accounts"]
    account = next(a for a in accounts if a["role"] == "registrar" and a["clinic_id"] == clinic_id)
    caller = stranger.caller()
    phone = Phone(caller, account["phone"])
    await log_in(caller, phone, account["phone"], account["password"])
    return caller


async def attended_and_reviewed(
    steps: Steps, citizen: Citizen, doctor: Doctor, appointment: dict[str, Any]
) -> None:
    """The doctor says that the visit took place; its patient reviews it, once (A33, A35)."""
    with steps.step("приём отмечен, пациент оставляет отзыв") as notes:
        mark = f"/desk/appointments/{appointment['id']}/mark"
        await doctor.gateway.post("scheduling", mark, {"mark": "attended"})
        await citizen.device.wait_for("Как прошёл приём")
        review = f"/appointments/{appointment['id']}/review"
        answer = await citizen.gateway.call("PUT", "scheduling", review, json={"stars": 5})
        require(answer.json()["stars"] == 5, f"the review is {answer.json()}")  # noqa: PLR2004 - as it was given
        notes.append("5 из 5")
