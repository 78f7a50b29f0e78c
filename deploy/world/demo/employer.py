"""Applying again after an application that came to nothing, and an employer's bulk (C46, C48)."""

from __future__ import annotations

import asyncio
import random
from typing import Any

from deploy.world.demo.citizen import Citizen
from deploy.world.demo.gateway import DemoFailedError, Gateway, RefusedError
from deploy.world.demo.steps import Steps, require

_TRIES = 200


async def apply_again(citizen: Citizen, steps: Steps, first: dict[str, Any]) -> None:
    """The application after one that was taken back, with its answers and files."""
    steps.part("Повторное заявление")
    again = {"type": first["type"], "follows": first["id"]}
    with steps.step("черновик с данными и файлами первого") as notes:
        draft = await citizen.gateway.post("certificates", "/applications", again, once=True)
        require(draft["fields"] == first["fields"], "other answers than those of the first")
        require(len(draft["attachments"]) == len(first["attachments"]), "files are missing")
        notes.append(f"после № {draft['follows']['tracking_number']}")
    with steps.step("второе повторное не начать"):
        await _refused(citizen.gateway, again, "already-followed")
    with steps.step("подано, номера обоих – в истории") as notes:
        later = await citizen.submit(draft)
        require(first["tracking_number"] in later["history"][0]["reason"], "no link to the first")
        notes.append(f"№ {later['tracking_number']}")
    with steps.step("найдено в «Моих заявках» по номеру с опиской"):
        number = later["tracking_number"]
        wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
        found = await citizen.gateway.get("certificates", "/applications", number=wrong)
        require([a["id"] for a in found["items"]] == [later["id"]], f"found: {found}")
    await citizen.gateway.post("certificates", f"/applications/{later['id']}/withdrawal")


async def prepared_by_employer(citizen: Citizen, steps: Steps) -> None:
    """The citizen heads a legal entity, which prepares an application for them as its employee."""
    steps.part("Работодатель готовит заявления")
    with steps.step("организация подтверждена реестром"):
        employer = await citizen.act_for(await _organisation(citizen))
    rows = [_row(citizen, "0001"), {**_row(citizen, "0002"), "snils": "000-000-000 00"}]
    with steps.step("ответ на каждую строку пакета") as notes:
        sent = await employer.post(
            "certificates", "/bulks?key=demo", {"applications": rows}, once=True
        )
        good, bad = await _worked_off(employer, sent["id"])
        require(good["state"] == "prepared", f"the row is {good}")
        require([e["code"] for e in bad["errors"]] == ["employee-unknown"], f"the row is {bad}")
        notes.append(f"{good['state_label']}; {bad['errors'][0]['code']}")
    with steps.step("работник узнал и отказался, работодатель видит только это"):
        await citizen.phone.wait_for("подготовлено заявление")
        path = f"/applications/{good['application_id']}"
        draft = await citizen.gateway.get("certificates", path)
        require(bool(draft["prepared_by"]), "the draft does not say who prepared it")
        await citizen.gateway.post("certificates", f"{path}/withdrawal")
        good, _ = await _worked_off(employer, sent["id"])
        require(good["state"] == "declined", f"the row is {good}")


async def _refused(gateway: Gateway, body: dict[str, Any], code: str) -> None:
    try:
        await gateway.post("certificates", "/applications", body, once=True)
    except RefusedError as refused:
        require(refused.code == code, f"refused with {refused.code}")
    else:
        require(False, f"not refused with {code}")


async def _organisation(citizen: Citizen) -> str:
    """A legal entity of its own for each play: numbers are one's alone."""
    ask, numbers = citizen.gateway, _numbers(random.Random())
    named = await ask.post(
        "identity", "/organisations", {"name": "ООО «Ветер»", **numbers}, once=True
    )
    path = f"/organisations/{named['organisation_id']}"
    for _ in range(_TRIES):
        found = await ask.get("identity", path)
        if found["state"] != "checking":
            require(found["state"] == "confirmed", f"the organisation is {found['state']}")
            return str(named["organisation_id"])
        await asyncio.sleep(0.05)
    message = "the register did not answer about the organisation"
    raise DemoFailedError(message)


def _numbers(rng: random.Random) -> dict[str, str]:
    ogrn = f"102{rng.randrange(10**9):09d}"
    inn = f"77{rng.randrange(10**7):07d}"
    weights = (2, 4, 10, 3, 5, 9, 4, 6, 8)
    check = sum(w * int(d) for w, d in zip(weights, inn, strict=True)) % 11 % 10
    return {"ogrn": f"{ogrn}{int(ogrn) % 11 % 10}", "inn": f"{inn}{check}"}


def _row(citizen: Citizen, key: str) -> dict[str, Any]:
    profile = citizen.person.profile
    names = ("snils", "last_name", "first_name", "middle_name", "birth_date")
    said = {name: profile[name] for name in names}
    return {
        "key": key,
        **said,
        "type": "health",
        "purpose": "employment",
        "workplace": "ООО «Ветер»",
    }


async def _worked_off(employer: Gateway, bulk_id: str) -> list[dict[str, Any]]:
    """The rows of the bulk, when all are answered."""
    for _ in range(_TRIES):
        found = await employer.get("certificates", f"/bulks/{bulk_id}")
        if found["progress"] != "working":
            rows = await employer.get("certificates", f"/bulks/{bulk_id}/rows")
            return list(rows["items"])
        await asyncio.sleep(0.05)
    message = "the bulk is not worked off"
    raise DemoFailedError(message)
