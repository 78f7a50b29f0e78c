"""A medical examination: one specialist after the other, what is ordered, a result (C21)."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

from deploy.world.demo.citizen import Citizen
from deploy.world.demo.doctor import ACCOUNTS, Doctor
from deploy.world.demo.gateway import DemoFailedError, Gateway, RefusedError
from deploy.world.demo.papers import policy_scan, test_results
from deploy.world.demo.steps import Steps, require

_EXAMINED_BY = {
    "morozova": ("neurology", {"neurologist": "без особенностей"}),
    "safin": ("ophthalmology", {"ophthalmologist": "острота зрения 1,0 / 1,0"}),
    "gromov": ("otorhinolaryngology", {"ent": "шёпотная речь 6 м"}),
}
_FORM = {
    "gender": "female",
    "purpose": "preliminary",
    "workplace": "АО «Завод»",
    "position": "Крановщик",
    "factors": "Шум, работа на высоте",
}
_GIVEN = ("referral", "blood-count", "ecg", "xray")


async def examine(
    stranger: Gateway, steps: Steps, citizen: Citizen, decider: Doctor, clinic_id: str
) -> None:
    """From the application to the paper; `decider` is logged in."""
    steps.part("Медицинский осмотр: несколько специалистов")
    with steps.step("заявление подано") as notes:
        application = await _apply(citizen, clinic_id)
        notes.append(f"номер {application['tracking_number']}")
    id_ = application["id"]
    for login, (code, said) in _EXAMINED_BY.items():
        with steps.step(f"осмотр записан: {code}") as notes:
            specialist = Doctor(stranger.caller(), _account(login))
            await specialist.log_in()
            await specialist.claim(id_)
            seen = await specialist.find(id_, code, said)
            require(seen["state"] == "submitted", f"after {code}: {seen['state']}")
            missing = [e["title"] for e in seen["examinations"] if e["finding"] is None]
            notes.append("ещё нужны: " + (", ".join(missing) or "решение"))
    await decider.claim(id_)
    with steps.step("назначено исследование сверх перечня, результат приложил врач"):
        await _order_and_attach(decider, citizen, id_)
    with steps.step("решение врача, справка выдана") as notes:
        await decider.claim(id_)
        await _acknowledge(decider, id_)
        found = {
            "exam_date": datetime.now(UTC).date().isoformat(),
            "contraindications": "не выявлены",
            "conclusion": "Годна к работе крановщиком",
        }
        preview = await decider.preview(id_, found)
        await decider.approve(id_, found, await decider.sign(preview["digest"]))
        notes.append(f"№ {await _issued(citizen, id_)}")


def _account(login: str) -> dict[str, Any]:
    accounts: list[dict[str, Any]] = json.loads(ACCOUNTS.read_text())["accounts"]
    return next(a for a in accounts if a.get("login") == login)


async def _apply(citizen: Citizen, clinic_id: str) -> dict[str, Any]:
    name, oms = citizen.person.full_name, citizen.person.profile["oms"]
    policy = await citizen.upload("полис.jpg", policy_scan(name, oms), "image/jpeg")
    tests = await citizen.upload("анализы.pdf", test_results(name), "application/pdf")
    draft = await citizen.gateway.post(
        "certificates", "/applications", {"type": "medical-exam"}, once=True
    )
    given = [{"requirement": code, "file_id": tests["file_id"]} for code in _GIVEN]
    given.append({"requirement": "policy", "file_id": policy["file_id"]})
    form = {"clinic_id": clinic_id, "fields": _FORM, "attachments": given}
    return await citizen.submit(await citizen.edit(draft, form))


async def _order_and_attach(doctor: Doctor, citizen: Citizen, id_: str) -> None:
    ordered = {"examinations": [{"title": "Аудиометрия", "comment": "В день осмотра."}]}
    asked = await doctor.gateway.post("certificates", f"/reviews/{id_}/document-request", ordered)
    (wanted,) = asked["missing"]
    file_id = await doctor.upload("аудиограмма.pdf", test_results(citizen.person.full_name))
    seen = await doctor.attach(id_, file_id, wanted["code"])
    require(seen["state"] == "submitted", f"after the result: {seen['state']}")
    for _ in range(100):  # the right to read follows by an event
        try:
            await citizen.gateway.post("documents", f"/files/{file_id}/links")
        except RefusedError:
            await asyncio.sleep(0.05)
        else:
            return
    message = "the citizen may not read the result"
    raise DemoFailedError(message)


async def _acknowledge(doctor: Doctor, id_: str) -> None:
    """The hospital's record may differ from the profile: the doctor has looked (C24)."""
    for _ in range(100):
        record = await doctor.gateway.get("certificates", f"/reviews/{id_}/record")
        if record["answered_at"]:
            break
        await asyncio.sleep(0.05)
    if record["differences"]:
        await doctor.gateway.post("certificates", f"/reviews/{id_}/record/acknowledgement")


async def _issued(citizen: Citizen, id_: str) -> str:
    for _ in range(200):
        now = await citizen.gateway.get("certificates", f"/applications/{id_}")
        if now["state"] == "issued":
            return str(now["certificate"]["number"])
        await asyncio.sleep(0.05)
    message = f"not issued: {now['state']}"
    raise DemoFailedError(message)
