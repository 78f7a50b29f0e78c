"""Every type of the catalogue, played to its end: filled in as the catalogue says (C2).

Nothing is known here of a type but what `GET /types/{code}` tells everybody: fields, documents,
examinations and who decides. So a type that an administrator adds is played as well.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from deploy.world.demo.citizen import Citizen
from deploy.world.demo.doctor import ACCOUNTS, Doctor
from deploy.world.demo.gateway import DemoFailedError, Gateway
from deploy.world.demo.papers import policy_scan
from deploy.world.demo.steps import Steps, require

_REGION = Path(__file__).with_name("region.json")
_SINCE = timedelta(days=300)
_PATTERNED = {"diagnosis_code": "J45.0", "passport": "4521123456"}
_TRIES = 600
_PAUSE = 0.05
NOT_PLAYED = frozenset({"086u", "003vu"})
"""The first is the scenario's own; the second waits for a visit at its hour."""


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
        self._scan = ""

    async def play(self) -> list[str]:
        """The codes of what was issued.

        Raises:
            DemoFailedError: one was not.
        """
        self.steps.part("Все виды справок")
        found = (await self.gateway.get("certificates", "/types"))["items"]
        codes = [item["code"] for item in found if item["code"] not in NOT_PLAYED]
        person = self.citizen.person
        scan = policy_scan(person.full_name, person.profile["oms"])
        uploaded = await self.citizen.upload("документ.jpg", scan, "image/jpeg")
        self._scan = uploaded["file_id"]
        for code in codes:
            kind = await self.gateway.get("certificates", f"/types/{code}")
            with self.steps.step(kind["title"]) as notes:
                issued = await self._issue(kind)
                notes.append(issued["certificate"]["number"])
        return codes

    async def _issue(self, kind: dict[str, Any]) -> dict[str, Any]:
        opened = await self.citizen.gateway.post(
            "certificates", "/applications", {"type": kind["code"]}, once=True
        )
        fields = filled(kind["fields"], opened["fields"])
        values = opened["fields"] | fields
        files = [
            {"requirement": r["code"], "file_id": self._scan}
            for r in kind["requirements"]
            if r["need"] != "request" and r["exemption"] is None and _met(r["when"], values)
        ]
        change = {"clinic_id": self.clinic_id, "fields": fields, "attachments": files}
        draft = await self.citizen.edit(opened, change)
        require(not draft["problems"], f"{kind['code']}: {draft['problems']}")
        application = await self.citizen.submit(draft)
        if kind["source"]["code"] == "doctor":
            await self._decide(kind, application["id"])
        return await self._issued(application["id"])

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
        wanted = {specialty["code"] for specialty in specialties}
        staff = json.loads(_REGION.read_text(encoding="utf-8"))["staff"]
        able = {s["id"] for s in staff if wanted & {*s.get("practice", {}).get("specialties", ())}}
        accounts = json.loads(ACCOUNTS.read_text(encoding="utf-8"))["accounts"]
        account = next((a for a in accounts if a["id"] in able), None)
        if account is None:
            message = f"nobody of {sorted(wanted)} plays"
            raise DemoFailedError(message)
        if account["id"] not in self._doctors:
            doctor = Doctor(self.gateway.caller(), account)
            await doctor.log_in()
            self._doctors[account["id"]] = (doctor, await doctor.open_session())
        return self._doctors[account["id"]]

    async def _issued(self, application_id: str) -> dict[str, Any]:
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


def filled(fields: Sequence[dict[str, Any]], known: Mapping[str, str] | None = None) -> Any:
    """Something for every field that has to be filled in and is not yet, by the form alone."""
    values = dict(known or {})
    made: dict[str, str] = {}
    for field in fields:
        name = field["name"]
        if field["required"] and not values.get(name) and _met(field["when"], values):
            made[name] = values[name] = _value(field)
    return made


def _value(field: dict[str, Any]) -> str:
    if field["kind"] == "choice":
        return str(field["options"][0]["code"])
    if field["kind"] == "date":
        today = datetime.now(UTC).date()
        return (today - _SINCE if field["name"].endswith("_from") else today).isoformat()
    return _PATTERNED.get(field["name"], "без особенностей")


def _met(condition: dict[str, Any] | None, values: Mapping[str, str]) -> bool:
    return condition is None or values.get(condition["field"]) in condition["among"]
