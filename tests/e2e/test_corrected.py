"""A name that is not the passport's: refused with its reason, corrected at the desk, booked."""

from __future__ import annotations

import json
import random

from deploy.world.demo.citizen import Citizen, log_in
from deploy.world.demo.doctor import ACCOUNTS
from deploy.world.demo.gateway import Gateway, Phone, RefusedError
from deploy.world.demo.person import new_person
from deploy.world.demo.scenario import SAID
from tests.support.eventually import eventually


async def _registrar(gateway: Gateway) -> Gateway:
    """The desk's own caller."""
    accounts = json.loads(ACCOUNTS.read_text())["accounts"]
    belov = next(a for a in accounts if a["role"] == "registrar")
    desk = gateway.caller()
    await log_in(desk, Phone(desk, belov["phone"]), belov["phone"], belov["password"])
    return desk


async def test_the_desk_corrects_a_name_and_booking_works_a29_e23(gateway: Gateway) -> None:
    """Identity, the registry, scheduling and the notifier, each with its part."""
    citizen = Citizen(gateway.caller(), new_person(random.Random(23)))
    await citizen.register()
    await citizen.log_in()
    typed = citizen.person.profile | {"last_name": "Переименова"}
    version = (await citizen.gateway.call("GET", "identity", "/profile")).headers["ETag"]
    headers = {"If-Match": version}
    await citizen.gateway.call("PUT", "identity", "/profile", json=typed, headers=headers)
    await citizen.phone.wait_for("не подтвержд")
    slot = (await gateway.get("scheduling", "/slots", limit=100))["items"][-1]
    wish = {"slot_id": slot["id"], **SAID}

    async def refused() -> str | None:
        try:
            await citizen.gateway.post("scheduling", "/appointments", wish, once=True)
        except RefusedError as error:
            return str(error.code)
        return None

    async def says_why() -> bool:
        return await refused() == "name-mismatch"

    assert await eventually(says_why)
    desk = await _registrar(gateway)
    found = await desk.post("identity", "/people/searches", {"phone": citizen.person.phone})
    (person,) = found["items"]
    path = f"/people/{person['account_id']}"
    why = {"reason": "Пришла с паспортом: фамилия не та."}
    opened = await desk.call("POST", "identity", f"{path}/profile", json=why)
    assert [reason["code"] for reason in opened.json()["reasons"]] == ["name-mismatch"]
    correction = {
        "last_name": "Светлова",
        "document": {"kind": "Паспорт", "number": "4521 123456"},
    }
    headers = {"If-Match": opened.headers["ETag"]}
    await desk.call("POST", "identity", f"{path}/corrections", json=correction, headers=headers)

    await citizen.phone.wait_for("Личность подтвержд")
    await citizen.gateway.renew()
    booked = await citizen.gateway.post("scheduling", "/appointments", wish, once=True)
    assert booked["slot_id"] == slot["id"]
    looks = (await citizen.gateway.get("identity", "/looks"))["items"]
    assert [look["occasion"] for look in looks] == ["corrected", "profile", "found"]
