"""K10: a file is taken row by row, all of it or nothing, once or many times."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.eventually import eventually
from tests.support.service import Collector, Tokens, keyed, running
from tests.support.tools import importer
from tests.support.tools.importer import workbook

Json = dict[str, Any]


@dataclass
class Door:
    """A client of the importing service, as an administrator of the platform or of clinics."""

    app: FastAPI
    client: httpx2.AsyncClient
    tokens: Tokens

    def headers(self, who: str = "kim", **claims: Any) -> dict[str, str]:
        return self.tokens.headers(who, "administrator", **claims)

    async def send(self, content: bytes | Json, *, query: str = "", **claims: Any) -> Json:
        """Send a file; its import when it is over."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        headers = self.headers(**claims)
        sent = await self.client.post(
            f"/v1/imports{query}", content=body, headers=headers | keyed()
        )
        assert sent.status_code == 201, sent.text
        import_id = sent.json()["id"]

        async def over() -> Json | None:
            found: Json = (
                await self.client.get(f"/v1/imports/{import_id}", headers=headers)
            ).json()
            return found if found["state"] in {"applied", "refused"} else None

        return await eventually(over, within=100.0, every=0.1)

    async def rows(self, found: Json, outcome: str = "") -> list[Json]:
        """All rows of the report."""
        rows: list[Json] = []
        params: dict[str, Any] = {"limit": 500} | ({"outcome": outcome} if outcome else {})
        while True:
            address = f"/v1/imports/{found['id']}/rows"
            page = (await self.client.get(address, params=params, headers=self.headers())).json()
            rows += page["items"]
            if page["next_cursor"] is None:
                return rows
            params["cursor"] = page["next_cursor"]

    async def things(self, **query: Any) -> int:
        return await find(self.app, Runtime).mongo.db["things"].count_documents(query)


@asynccontextmanager
async def opened(platform: Platform, database: str, tokens: Tokens) -> AsyncIterator[Door]:
    app = importer.build(platform, database, fetch_keys=tokens.fetch, publisher=Collector())
    async with running(app) as client:
        yield Door(app, client, tokens)


@pytest.fixture
async def door(platform: Platform, database: str, tokens: Tokens) -> AsyncIterator[Door]:
    async with opened(platform, database, tokens) as found:
        yield found


def _staff(count: int) -> list[Json]:
    return [
        {"id": f"s{n}", "clinic_id": f"c{n % 3}", "phone": f"7999{n:07d}"} for n in range(count)
    ]


_CLINICS = [{"id": f"c{n}", "name": f"Клиника {n}"} for n in range(3)]


async def test_a_file_is_applied_and_the_same_again_changes_nothing(door: Door) -> None:
    """Staff stands before clinics in the file and is applied after them; others' tables pass."""
    file: Json = {
        "about": "…",
        "staff": _staff(700),
        "clinics": deepcopy(_CLINICS),
        "timetables": [{"x": 1}],
    }
    first = await door.send(file)
    assert (first["state"], first["rows"]) == ("applied", 703)
    assert first["counts"] == {"clinics": {"added": 3}, "staff": {"added": 700}}
    again = await door.send(file)
    assert again["counts"] == {"clinics": {"unchanged": 3}, "staff": {"unchanged": 700}}
    assert await door.things(times=1) == 703
    file["clinics"][1]["name"] = "Другое имя"
    changed = await door.send(file)
    assert changed["counts"]["clinics"] == {"unchanged": 2, "changed": 1}
    (row,) = await door.rows(changed, "changed")
    assert (row["table"], row["key"], row["pointer"]) == ("clinics", "c1", "/clinics/1")


async def test_50_000_rows_with_three_bad_ones_name_the_three_and_apply_nothing(
    door: Door,
) -> None:
    rows = _staff(50_000)
    rows[17]["phone"] = "12"
    rows[30_000]["clinic_id"] = "nowhere"
    rows[49_999]["phone"] = rows[5]["phone"]
    found = await door.send({"clinics": _CLINICS, "staff": rows})
    assert (found["state"], found["refused"], found["rows"]) == ("refused", 3, 50_003)
    refused = await door.rows(found, "refused")
    named = {(row["pointer"], row["errors"][0]["code"]) for row in refused}
    assert named == {
        ("/staff/17", "string-pattern-mismatch"),
        ("/staff/30000", "unknown"),
        ("/staff/49999", "twice-in-file"),
    }
    assert await door.things() == 0


async def test_a_workbook_is_read_with_russian_titles_and_says_sheet_and_line(door: Door) -> None:
    book = workbook(
        {
            "Клиники": [["Код", "Название"], ["c1", "Первая"], [None, None], ["c2", "Вторая"]],
            "Сотрудники": [["Телефон", "код", "КЛИНИКА"], [79990000001, "s1", "c2"], ["8", "s2"]],
        }
    )
    found = await door.send(book)
    (row,) = await door.rows(found, "refused")
    assert row["place"] == "лист «Сотрудники», строка 3"
    assert {error["pointer"] for error in row["errors"]} == {"/phone", "/clinic_id"}
    assert {row["outcome"] for row in await door.rows(found)} == {"added", "refused"}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1251"])
async def test_a_csv_file_is_one_table(door: Door, encoding: str) -> None:
    content = "Код;Название\r\nc1;«Клиника; №1»\r\nc2;Вторая\r\n".replace("«", '"').replace(
        "»", '"'
    )
    found = await door.send(content.encode(encoding), query="?table=clinics")
    assert found["counts"] == {"clinics": {"added": 2}}


def _bomb() -> bytes:
    content = io.BytesIO()
    with (
        zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as entry,
    ):
        for _ in range(600):
            entry.write(b" " * (1 << 20))
    return content.getvalue()


_WIDE = workbook({"clinics": [[f"c{n}" for n in range(100)]]})


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "import-json"),
        (b"\xff\xfe\x00", "import-kind"),
        (b'{"clinics": {}}', "import-shape"),
        (b'{"doctors": [{}]}', "import-unknown-table"),
        (b"PK\x03\x04 no archive", "import-xlsx"),
        (workbook({"clinics": [["Код", "Цвет"]]}), "import-unknown-column"),
        (_WIDE, "import-too-many-columns"),
        (b'{"clinics": [' + b"1," * 200_001 + b"1]}", "import-too-many-rows"),
    ],
)
async def test_what_is_no_file_of_ours_is_refused_as_a_whole(
    door: Door, content: bytes, code: str
) -> None:
    found = await door.send(content)
    assert (found["state"], found["problem"]["code"]) == ("refused", code)


async def test_a_bomb_is_not_unpacked(door: Door) -> None:
    found = await door.send(_bomb())
    assert found["problem"]["code"] == "import-too-large-unpacked"


async def test_an_administrator_of_a_clinic_imports_that_clinic_only(door: Door) -> None:
    """K10: rows of another clinic are refused, and another's import is not there."""
    file = {"clinics": _CLINICS}
    found = await door.send(file, who="boss", clinic_ids=["c0", "c1"])
    (row,) = await door.rows(found, "refused")
    assert (row["key"], row["errors"][0]["code"]) == ("c2", "foreign")
    foreign = door.headers("other", clinic_id="c0")
    for path in ("", "/rows"):
        answer = await door.client.get(f"/v1/imports/{found['id']}{path}", headers=foreign)
        assert (answer.status_code, answer.json()["code"]) == (404, "import-not-found")
    assert (await door.client.get("/v1/imports", headers=foreign)).json()["items"] == []
    everybody = (await door.client.get("/v1/imports", headers=door.headers())).json()["items"]
    assert [one["id"] for one in everybody] == [found["id"]]


async def test_who_may_not_import_is_refused(door: Door) -> None:
    for who in ("doctor", "registrar", "citizen"):
        headers = door.tokens.headers("x", who) | keyed()
        answer = await door.client.post("/v1/imports", content=b"{}", headers=headers)
        assert answer.status_code == 403
    blocked = await door.client.post(
        "/v1/imports", content=b"{}", headers=door.headers("blocked") | keyed()
    )
    assert (blocked.status_code, blocked.json()["code"]) == (403, "account-blocked")
    assert await door.things() == 0
    nothing = await door.client.post("/v1/imports", headers=door.headers() | keyed())
    assert (nothing.status_code, nothing.json()["code"]) == (422, "import-empty")
    large = await door.client.post(
        "/v1/imports", content=b"x" * (32 << 20) + b"x", headers=door.headers() | keyed()
    )
    assert large.status_code == 413


async def test_what_only_the_write_can_tell_is_refused_alone(door: Door) -> None:
    """The world may have gone on since the check: the neighbours of such a row are applied."""
    await door.send({"clinics": _CLINICS})
    more = [{"id": f"x{n}", "name": f"Другая {n}"} for n in range(5)]
    found = await door.send({"clinics": [*more, {"id": "late", "name": "Клиника 1"}]})
    assert found["state"] == "applied"
    assert found["counts"] == {"clinics": {"added": 5, "refused": 1}}
    (row,) = await door.rows(found, "refused")
    assert (row["key"], row["errors"][0]["code"]) == ("late", "taken")


async def test_the_same_key_is_one_import(door: Door) -> None:
    headers = door.headers() | keyed()
    answers = [
        await door.client.post("/v1/imports", content=b'{"clinics": []}', headers=headers)
        for _ in range(2)
    ]
    assert answers[0].json()["id"] == answers[1].json()["id"]


async def test_what_a_process_left_the_next_one_goes_on_with(
    platform: Platform, database: str, tokens: Tokens
) -> None:
    """Each row is applied once, by whichever of them; the report can be read all the while."""
    first = importer.build(platform, database, fetch_keys=tokens.fetch, publisher=Collector())
    body = json.dumps({"clinics": _CLINICS, "staff": _staff(3_000)}).encode()
    async with first.router.lifespan_context(first):
        transport = httpx2.ASGITransport(app=first)
        async with httpx2.AsyncClient(transport=transport, base_url="http://service") as client:
            headers = tokens.headers("kim", "administrator")
            sent = await client.post("/v1/imports", content=body, headers=headers | keyed())
            things = find(first, Runtime).mongo.db["things"]

            async def begun() -> bool:
                return await things.count_documents({}) > 200

            await eventually(begun)
    async with opened(platform, database, tokens) as door:
        assert await door.things() < 3_003

        async def applied() -> Json | None:
            answer = await door.client.get(f"/v1/imports/{sent.json()['id']}", headers=headers)
            found: Json = answer.json()
            return found if found["state"] == "applied" else None

        found = await eventually(applied, within=100.0)
        assert found["counts"] == {"clinics": {"added": 3}, "staff": {"added": 3_000}}
        assert await door.things(times=1) == 3_003
