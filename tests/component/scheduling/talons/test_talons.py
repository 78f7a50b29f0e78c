"""Checking a talon: by number without login, at the desk, and on the page of the QR code."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from typing import Any
from urllib.parse import quote

import pytest

from tests.support.services.scheduling import Desk


async def _booked(desk: Desk) -> tuple[dict[str, str], dict[str, Any]]:
    who = await desk.citizen()
    return who, await desk.booked(who, (await desk.late_slot(clinic_id="clinic-1"))["id"])


async def _public(desk: Desk, number: str) -> dict[str, Any]:
    found: dict[str, Any] = (await desk.http.get(f"/v1/public/talons/{number}")).json()
    return found


async def test_a_valid_talon(desk: Desk) -> None:
    """A6, A8: no login; a masked name; neither doctor nor specialty."""
    _, booked = await _booked(desk)
    seen = await _public(desk, booked["talon"]["number"])
    assert (seen["state"], seen["patient"]) == ("valid", "С*** А*** С***")
    assert seen["starts_at"] == booked["visit"]["starts_at"]
    text = str(seen)
    assert "Соколова" not in text
    assert booked["visit"]["doctor_name"] not in text
    assert booked["visit"]["specialty"] not in text


async def test_a_number_may_be_typed_as_people_do(desk: Desk) -> None:
    _, booked = await _booked(desk)
    number = booked["talon"]["number"]
    for typed in (number.replace("-", ""), number.replace("-", " "), f" {number} "):
        assert (await _public(desk, typed))["state"] == "valid"


async def test_unknown_void_past_and_mistyped_are_told_apart(desk: Desk) -> None:
    """A8, A9, d5, e26."""
    unknown = await _public(desk, "1234-5678-9018")
    assert unknown["state"] == "unknown"
    assert "недействительной" in unknown["label"]
    wrong = await desk.http.get("/v1/public/talons/1234-5678-9012")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "talon-number-invalid")
    assert wrong.json()["errors"][0]["pointer"] == "/path/number"
    who, booked = await _booked(desk)
    number = booked["talon"]["number"]
    now = desk.clock.now
    desk.clock.now = datetime.fromisoformat(booked["visit"]["ends_at"])
    assert (await _public(desk, number))["state"] == "past"
    desk.clock.now = now
    await desk.cancel(who, booked["id"])
    assert (await _public(desk, number))["state"] == "void"


async def test_the_desk_sees_who_comes(desk: Desk) -> None:
    """A8: the registrar of that clinic only; another clinic's desk sees what everybody does."""
    who, booked = await _booked(desk)
    path = f"/v1/desk/talons/{booked['talon']['number']}"
    here = desk.tokens.headers("registrar-1", "registrar", clinic_id="clinic-1")
    seen = (await desk.http.get(path, headers=here)).json()
    assert seen["here"]
    assert seen["patient_name"] == "Соколова Анна Сергеевна"
    assert seen["visit"] == booked["visit"]
    elsewhere = desk.tokens.headers("registrar-2", "registrar", clinic_id="clinic-2")
    other = (await desk.http.get(path, headers=elsewhere)).json()
    assert not other["here"]
    assert (other["patient_name"], other["visit"]) == (None, None)
    missing = await desk.http.get("/v1/desk/talons/1234-5678-9018", headers=here)
    assert missing.json()["talon"]["state"] == "unknown"
    assert (await desk.http.get(path, headers=who)).status_code == 403
    assert (await desk.http.get(path)).status_code == 401


async def test_the_page_of_the_qr_code(desk: Desk) -> None:
    """A6, A8, d5: a page for people, in Russian, without scripts, nothing from elsewhere."""
    who, booked = await _booked(desk)
    path = booked["talon"]["check_url"].removeprefix("http://127.0.0.1:8080")
    answer = await desk.http.get(path)
    assert answer.status_code == 200
    page = answer.text
    assert "Талон действителен" in page
    assert "С*** А*** С***" in page
    assert "Соколова" not in page
    assert "<script" not in page
    assert "//" not in page.replace("<!doctype html>", "")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    style = page.split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy, "the browser applies no other style"
    assert answer.headers["cache-control"] == "no-store"
    await desk.cancel(who, booked["id"])
    assert "Талон недействителен: запись отменена" in (await desk.http.get(path)).text


async def test_the_page_answers_every_question(desk: Desk) -> None:
    form = await desk.http.get("/talon")
    assert form.status_code == 200
    assert "<form" in form.text
    unknown = await desk.http.get("/talon", params={"number": "1234 5678 9018"})
    assert unknown.status_code == 404
    assert "Такого талона нет" in unknown.text
    wrong = await desk.http.get("/talon/<b>1")
    assert wrong.status_code == 422
    assert "введён с ошибкой" in wrong.text
    assert "&lt;b&gt;1" in wrong.text
    assert "<b>1" not in wrong.text


@pytest.mark.parametrize(
    "pasted", ["Номер записи {}", "{}.", "https://example.ru/talon/{}", "\u202a{}\u202c", "№{}"]
)
async def test_a_number_is_found_in_what_is_pasted(desk: Desk, pasted: str) -> None:
    """A8: by machine, at the desk, in the form and as a path."""
    here = desk.tokens.headers("registrar-1", "registrar", clinic_id="clinic-1")
    for number in ("1234-5678-9018", "1234‑5678‑9018", "1234—5678—9018"):
        typed = pasted.format(number)
        path = quote(typed, safe="")
        assert (await _public(desk, path))["number"] == "1234-5678-9018"
        seen = await desk.http.get(f"/v1/desk/talons/{path}", headers=here)
        assert seen.json()["talon"]["number"] == "1234-5678-9018"
        for page in (
            await desk.http.get("/talon", params={"number": typed}),
            await desk.http.get(f"/talon/{path}"),
        ):
            assert page.status_code == 404
            assert "1234-5678-9018" in page.text


async def test_o5_who_asks_without_end_is_told_to_wait(desk: Desk) -> None:
    """By machine a problem, in a browser a Russian page; both say when to come back."""
    for _ in range(300):
        told = await desk.http.get("/v1/public/talons/1234-5678-9018")
        if told.status_code == 429:
            break
    assert (told.status_code, told.json()["code"]) == (429, "too-many-requests")
    assert int(told.headers["Retry-After"]) > 0
    page = await desk.http.get("/talon/1234-5678-9018")
    assert page.status_code == 429
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert int(page.headers["Retry-After"]) > 0
    assert "Слишком много запросов" in page.text
    assert (await desk.http.get("/talon")).status_code == 200  # the form asks nothing
