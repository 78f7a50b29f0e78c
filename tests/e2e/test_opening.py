"""K1–K6, K10: an installation without a demo is opened by people who have a browser and curl.

An administrator by the command, two clinics in two time zones by a file, keys by requests to an
outside authority; then a certificate of one clinic, and a visit at the other. Nothing is seeded.
"""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from deploy.stacks.embedded.settings import StackSettings
from deploy.tools.admin import environment
from deploy.world.demo.doctor import Doctor
from deploy.world.demo.gateway import Gateway, RefusedError
from deploy.world.demo.imports import import_file
from deploy.world.demo.opening import Opening, first_administrator
from deploy.world.demo.person import snils
from deploy.world.demo.scenario import SAID, Scenario
from deploy.world.demo.steps import Steps
from deploy.world.pki import ensure_pki
from tests.support.services.identity import CLINIC
from tests.support.stack import PlatformStack

Json = dict[str, Any]
WEST, EAST = "clinic-west", "clinic-east"
_TRUST = ("root.pem", "root-crl.pem", "issuing.pem", "crl.pem")


def _account(number: int, role: str, last: str, first: str, middle: str) -> Json:
    return {
        "id": f"person-{number}",
        "role": role,
        "login": f"person{number}",
        "password": f"Открытие-клиники-{number}",
        "phone": f"+7999555000{number}",
        "email": f"person{number}@zdorovie.example",
        "name": {"last": last, "first": first, "middle": middle},
    }


HEAD = _account(1, "administrator", "Ясная", "Вера", "Ильинична")
DOCTOR = _account(2, "doctor", "Западов", "Пётр", "Львович")
OTHER = _account(3, "doctor", "Востокова", "Анна", "Юрьевна")
BOSS = _account(4, "clinic administrator", "Дальний", "Олег", "Петрович")


def _staff(account: Json, clinic_id: str, role: str, seed: int) -> Json:
    doctor = {"practice": {"specialties": ["therapist"], "practising_since": 2009}}
    return {
        **{name: account[name] for name in ("id", "login", "phone", "email")},
        "full_name": " ".join(account["name"].values()),
        "position": "врач-терапевт" if role == "doctor" else "главный врач",
        "snils": snils(random.Random(seed)),
        "posts": [{"role": role, "clinic_id": clinic_id}],
    } | (doctor if role == "doctor" else {})


def _region() -> bytes:
    east = {"id": EAST, "number": "2", "name": "Приморская поликлиника № 2",
            "organisation": "ГБУЗ «Приморская поликлиника № 2»",
            "timezone": "Asia/Vladivostok"}  # fmt: skip
    hours = {"hours": "пн–вс 08:00–20:00", "room": "214", "minutes": 30}
    region = {
        "timetables": [
            {"doctor_id": DOCTOR["id"], "clinic_id": WEST, **hours},
            {"doctor_id": OTHER["id"], "clinic_id": EAST, **hours},
        ],
        "staff": [
            _staff(DOCTOR, WEST, "doctor", 1),
            _staff(OTHER, EAST, "doctor", 2),
            _staff(BOSS, EAST, "administrator", 3),
        ],
        "clinics": [CLINIC | {"id": WEST}, CLINIC | east],
    }
    return json.dumps(region).encode()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority that the installation knows by files only."""
    directory = tmp_path_factory.mktemp("authority")
    ensure_pki(directory, (), public_url="http://ca.example")
    return directory


@pytest.fixture(scope="module")
def installation(
    authority: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PlatformStack]:
    """The platform as `make run DEMO=false` starts it, and what it is to trust."""
    trust = tmp_path_factory.mktemp("trust")
    with PlatformStack.chosen(env={"DEMO": "false", "PKI_DIR": str(trust)}) as stack:
        stamps = stack.directory / "data" / "pki"  # who stamps the time is an authority of its own
        for name in _TRUST:
            both = (authority / name).read_bytes() + (stamps / name).read_bytes()
            (trust / name).write_bytes(both)
        yield stack


@pytest.fixture
async def gateway(installation: PlatformStack) -> AsyncIterator[Gateway]:
    found = Gateway(installation.url)
    yield found
    await found.close()


async def _refused(caller: Gateway, method: str, service: str, path: str, **request: Any) -> None:
    with pytest.raises(RefusedError) as refused:
        await caller.call(method, service, path, once=method == "POST", **request)
    assert refused.value.status in {403, 404}, refused.value


@pytest.mark.timeout(300)
async def test_an_installation_is_opened_to_its_first_certificate_and_visit(
    installation: PlatformStack, gateway: Gateway, authority: Path
) -> None:
    env = environment(installation.state, StackSettings(run_dir=installation.directory))
    people = [HEAD, DOCTOR, OTHER, BOSS]
    admin = partial(first_administrator, env=env)
    opening = Opening(gateway, authority, people, _region(), admin, lambda _: None)
    await opening.play()
    assert await admin(["--full-name", "Иной Иван", "--phone", "+79995550009"]) is None

    journey = Scenario(gateway, Steps(quiet=True), seed=8, clinic_id=WEST)
    journey.doctor = Doctor(gateway.caller(), DOCTOR)
    citizen = journey.citizen
    await journey.become_confirmed()
    await citizen.gateway.call("PUT", "identity", "/attachment", json={"clinic_id": WEST})
    await journey.apply()
    application = f"/reviews/{journey.outcome.application['id']}"

    other = Doctor(gateway.caller(), OTHER)
    await other.log_in()
    await _refused(other.gateway, "POST", "certificates", f"{application}/claim")
    await journey.review()
    await journey.receive()
    certificate = (await citizen.gateway.get("certificates", "/certificates"))["items"][0]
    public = await gateway.get("certificates", f"/public/certificates/{certificate['number']}")
    assert CLINIC["organisation"] in json.dumps(public, ensure_ascii=False)

    (slot, *_) = (await citizen.gateway.get("scheduling", "/slots", clinic_id=EAST))["items"]
    booked = await citizen.gateway.post(
        "scheduling", "/appointments", {"slot_id": slot["id"], **SAID}, once=True
    )
    assert booked["visit"]["starts_at"].endswith("+10:00"), "the clock of the clinic"
    assert booked["visit"]["clinic_name"] == "Приморская поликлиника № 2"
    await citizen.mailbox.wait_for("Талон с QR-кодом готов")

    await _foreign_attempts(gateway, opening, other.gateway, booked["id"])


async def _foreign_attempts(
    gateway: Gateway, opening: Opening, doctor: Gateway, appointment_id: str
) -> None:
    """What each of them may do is theirs alone: another clinic's, another person's is not there."""
    boss = gateway.caller()
    await opening.log_in(boss, BOSS)
    clinic = CLINIC | {"name": "Захвачена"}
    match = {"If-Match": "*"}
    await _refused(boss, "PUT", "identity", f"/clinics/{WEST}", json=clinic, headers=match)
    await _refused(boss, "POST", "identity", f"/staff/{DOCTOR['id']}/dismissal",
                   json={"reason": "чужой"})  # fmt: skip
    await _refused(boss, "POST", "documents", f"/clinics/{WEST}/signer/requests", json={})
    await _refused(boss, "GET", "scheduling", f"/clinics/{WEST}/timetables")
    (report,) = await import_file(boss, _region())
    assert report.found["state"] == "refused"
    assert any(row["key"] == WEST for row in report.refused)
    await _refused(doctor, "POST", "identity", "/imports", content=b"{}")
    await _refused(doctor, "POST", "identity", "/clinics", json=CLINIC)
    stranger = Scenario(gateway, Steps(quiet=True), seed=9)
    await stranger.become_confirmed()
    await _refused(stranger.citizen.gateway, "GET", "scheduling", f"/appointments/{appointment_id}")
    await _refused(stranger.citizen.gateway, "GET", "identity", f"/staff/{DOCTOR['id']}")
