"""K10: clinics, rooms and staff out of a file, by the rules of who enters them by hand."""

from __future__ import annotations

import json
from typing import Any

from contracts.identity import ClinicChanged, StaffChanged, StaffInvited
from tests.support.eventually import eventually
from tests.support.service import keyed, outbox_events
from tests.support.services.identity import CLINIC, DOCTOR, Identity, bearer
from tests.support.tools.importer import workbook

Json = dict[str, Any]


async def send(identity: Identity, who: Json, file: Json | bytes) -> Json:
    """Send a file; its import when it is over, with the refused rows."""
    content = file if isinstance(file, bytes) else json.dumps(file).encode()
    headers = bearer(who)
    sent = await identity.client.post("/v1/imports", content=content, headers=headers | keyed())
    assert sent.status_code == 201, sent.text
    address = f"/v1/imports/{sent.json()['id']}"

    async def over() -> Json | None:
        found: Json = (await identity.client.get(address, headers=headers)).json()
        return found if found["state"] in {"applied", "refused"} else None

    found = await eventually(over)
    rows = await identity.client.get(f"{address}/rows?outcome=refused", headers=headers)
    return found | {"errors": {r["key"]: r["errors"] for r in rows.json()["items"]}}


def region(clinics: int = 2, staff: int = 3) -> Json:
    """A file of so many clinics and doctors."""
    return {
        "clinics": [
            CLINIC | {"id": f"clinic-{n}", "number": str(n), "rooms": []} for n in range(clinics)
        ],
        "rooms": [
            {"clinic_id": f"clinic-{n}", "number": number}
            for n in range(clinics)
            for number in ("214", "215")
        ],
        "staff": [
            DOCTOR
            | {
                "id": f"doctor-{n}",
                "email": f"doctor-{n}@example.org",
                "posts": [{"role": "doctor", "clinic_id": f"clinic-{n % clinics}"}],
            }
            for n in range(staff)
        ],
    }


async def test_a_file_opens_clinics_and_the_same_again_changes_nothing(
    identity: Identity, administrator: Json
) -> None:
    file = region()
    file["clinics"] = [{k: v for k, v in row.items() if k != "rooms"} for row in file["clinics"]]
    first = await send(identity, administrator, file)
    assert first["counts"] == {
        "clinics": {"added": 2},
        "rooms": {"added": 4},
        "staff": {"added": 3},
    }, first
    told = await outbox_events(identity.app, ClinicChanged)
    assert {room.number for room in told[-1].data.rooms} == {"214", "215"}
    assert len(told) == 4, "made, and their rooms at once"
    invited = {event.aggregateid for event in await outbox_events(identity.app, StaffInvited)}
    assert invited == {"doctor-0", "doctor-1", "doctor-2"}
    again = await send(identity, administrator, file)
    assert again["counts"] == {
        "clinics": {"unchanged": 2},
        "rooms": {"unchanged": 4},
        "staff": {"unchanged": 3},
    }
    file["staff"][1]["posts"] = [{"role": "doctor", "clinic_id": "clinic-0"}]
    moved = await send(identity, administrator, file)
    assert moved["counts"]["staff"] == {"unchanged": 2, "changed": 1}
    assert len(await outbox_events(identity.app, ClinicChanged)) == 4
    last = (await outbox_events(identity.app, StaffChanged))[-1]
    assert (last.aggregateid, last.data.posts[0].clinic_id) == ("doctor-1", "clinic-0")


async def test_all_that_is_wrong_is_told_and_nothing_is_applied(
    identity: Identity, administrator: Json
) -> None:
    """Numbers with their check digits, a clinic that is nowhere, a contact of another's."""
    await identity.clinic(administrator, "clinic-9", number="1")
    support = {"posts": [{"role": "support"}], "practice": None}
    await identity.employed(administrator, phone="+79160000001", **support)
    file = region(staff=5)
    file["clinics"][0] |= {"ogrn": "1027700000009", "timezone": "Moscow"}
    file["staff"][0]["posts"][0]["clinic_id"] = "clinic-7"
    file["staff"][1]["phone"] = "8 916 000-00-01"
    file["staff"][2] |= {"snils": "112-233-445 00", "practice": None}
    file["staff"][3]["email"] = "doctor-4@example.org"
    found = await send(identity, administrator, file)
    codes = {key: {e["code"] for e in errors} for key, errors in found["errors"].items()}
    assert codes == {
        "clinic-0": {"ogrn-check-digits", "timezone-unknown"},
        "clinic-1": {"clinic-number-taken"},
        "doctor-0": {"clinic-unknown"},
        "doctor-1": {"contact-taken"},
        "doctor-2": {"snils-check-digits", "missing"},
        "doctor-4": {"twice-in-file"},
    }
    assert (await identity.client.get("/v1/clinics/clinic-0")).status_code == 404


async def test_a_sheet_is_written_as_people_write_it(
    identity: Identity, administrator: Json
) -> None:
    titles = [
        *("Код", "Номер", "Название", "Юридическое лицо", "Адрес", "Телефон", "Часовой пояс"),
        *("ОГРН", "ИНН", "Лицензия", "Лицензия выдана", "Часы работы", "Страхование"),
        *("Регион", "E-mail", "Неотложная помощь", "Неотложная круглосуточно"),
    ]
    clinic = [
        *("clinic-1", 45, CLINIC["name"], CLINIC["organisation"], CLINIC["address"]),
        *("84950000045", "Asia/Yekaterinburg", 1027700000008, 7706000005, "Л041", "10.01.2020"),
        *("пн–пт 08:00–20:00; сб 09:00–15:00", "ОМС; ДМС «Согласие»"),
        *("ru-sve", "spravki@gp45.example.org", "84950000145", "да"),
    ]
    people: list[list[Any]] = [
        ["Код", "ФИО", "Должность", "E-mail", "Роли", "Специальности", "Работает с года",
         "Сертификаты"],
        ["d-1", "Орлова Мария Викторовна", "врач-терапевт", "orlova@example.org",
         "врач: clinic-1; администратор: clinic-1", "Терапевт; кардиолог", 2009,
         "Т-1, терапевт, 2020-01-10"],
    ]  # fmt: skip
    rooms: list[list[Any]] = [["Клиника", "Кабинет", "Название"], ["clinic-1", 214, "Терапевт"]]
    book = workbook({"Клиники": [titles, clinic], "Кабинеты": rooms, "Сотрудники": people})
    found = await send(identity, administrator, book)
    assert found["state"] == "applied", found
    clinic_now = (await identity.client.get("/v1/clinics/clinic-1")).json()
    assert len(clinic_now["opening_hours"]) == 6
    assert clinic_now["insurance"] == ["ОМС", "ДМС «Согласие»"]
    assert (clinic_now["region"], clinic_now["region_title"]) == ("RU-SVE", "Свердловская область")
    assert clinic_now["email"] == "spravki@gp45.example.org"
    assert clinic_now["emergency"] == {"phone": "+74950000145", "round_the_clock": True}
    headers = bearer(administrator)
    person = (await identity.client.get("/v1/staff/d-1", headers=headers)).json()
    assert [post["role"] for post in person["posts"]] == ["doctor", "administrator"]
    assert person["practice"]["specialties"] == ["therapist", "cardiologist"]
    assert (await send(identity, administrator, book))["counts"] == {
        "clinics": {"unchanged": 1},
        "rooms": {"unchanged": 1},
        "staff": {"unchanged": 1},
    }


async def test_an_administrator_of_a_clinic_imports_what_they_may_enter(
    identity: Identity, administrator: Json
) -> None:
    """Rows of another clinic, a new clinic, and posts of the platform are refused."""
    await send(identity, administrator, region())
    boss = await identity.administrator_of(administrator, "clinic-1")
    file = region(clinics=3, staff=4)
    file["staff"][3] |= {"posts": [{"role": "administrator"}], "practice": None}
    found = await send(identity, boss, file)
    assert {key: errors[0]["code"] for key, errors in found["errors"].items() if key} == {
        "clinic-0": "not-found",
        "clinic-2": "not-found",
        "doctor-0": "not-found",
        "doctor-2": "not-found",
        "doctor-3": "foreign-post",
    }
    own = {"rooms": [{"clinic_id": "clinic-1", "number": "216"}]}
    assert (await send(identity, boss, own))["counts"] == {"rooms": {"added": 1}}


async def test_what_staff_changed_themselves_stays(identity: Identity, administrator: Json) -> None:
    """Their contacts are theirs as soon as they have a password; the file still says the old."""
    file = region(staff=1)
    await send(identity, administrator, file)
    person = {"phone": None, "email": "doctor-0@example.org"}
    await identity.accepted(person)
    file["staff"][0] |= {"email": "another@example.org", "position": "главный врач"}
    changed = await send(identity, administrator, file)
    assert changed["counts"]["staff"] == {"changed": 1}
    assert await identity.logged_in("doctor-0@example.org")
