"""O4: the status page: fed by readiness, edited by operators, honest about what is not known."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from contracts.topics import SERVICES
from deploy import ROOT
from services.chassis.foundation.settings import Platform
from tests.support.tools.ops import Clock, Service, Watching, watching

INCIDENT: dict[str, Any] = {
    "kind": "incident",
    "title": "Не приходят <b>SMS</b>",
    "components": ["notifications"],
    "text": "Разбираемся с оператором связи.",
    "stage": "investigating",
}


@pytest.fixture
async def services() -> AsyncIterator[dict[str, Service]]:
    """All five."""
    found = {name: Service() for name in SERVICES}
    for service in found.values():
        await service.start()
    yield found
    for service in found.values():
        await service.stop()


def urls(services: dict[str, Service]) -> dict[str, list[str]]:
    """Where they are."""
    return {name: [service.url] for name, service in services.items()}


async def write(
    ops: Watching, path: str, body: Any, role: str = "sre", **headers: str
) -> httpx2.Response:
    """One change by an operator."""
    method = "PATCH" if path.count("/") == 4 else "POST"
    sent = ops.tokens.headers(f"{role}-1", role) | {
        k.replace("_", "-"): v for k, v in headers.items()
    }
    return await ops.client.request(method, path, json=body, headers=sent)


async def test_before_the_first_look_it_does_not_guess(tmp_path: Path) -> None:
    async with watching(tmp_path, {"identity": ["http://127.0.0.1:9"]}) as ops:
        found = await ops.status()
        assert (found["state"], found["checked_at"]) == ("unknown", None)
        page = (await ops.get("/status")).text
        assert "Проверяем, как работают услуги" in page
        assert "Наблюдение только что началось" in page


async def test_all_is_well_since_it_is_watched(
    tmp_path: Path, services: dict[str, Service]
) -> None:
    async with watching(tmp_path, urls(services)) as ops:
        await ops.rounds()
        found = await ops.status()
        assert (found["state"], found["headline"]) == ("works", "Всё работает")
        assert not found["components"]["entrance"]["changed"]
        answer = await ops.get("/status")
        assert answer.headers["cache-control"] == "public, max-age=5"
        assert answer.headers["content-language"] == "ru"
        for path in ("/status", "/status.json"):  # how machines watch
            assert (await ops.client.head(path)).status_code == 200
        assert answer.text.count("наблюдаем с <time") == 5
        assert ">12:00</time>" in answer.text


async def test_one_missed_look_is_no_outage_two_are(
    tmp_path: Path, services: dict[str, Service]
) -> None:
    async with watching(tmp_path, urls(services)) as ops:
        await ops.rounds(20)
        await services["scheduling"].stop()
        await ops.rounds()
        assert (await ops.status())["state"] == "works"
        await services["scheduling"].start()
        await ops.rounds()
        await services["scheduling"].stop()
        await ops.rounds(2)
        found = await ops.status()
        appointments = found["components"]["appointments"]
        assert (appointments["state"], appointments["changed"]) == ("down", True)
        assert appointments["since"] == "2026-11-21T09:01:55Z"  # the first of the two
        assert found["headline"] == "Часть услуг не работает"
        page = (await ops.get("/status")).text
        assert "Не работает" in page
        assert "с <time" in page
        await services["scheduling"].start()
        await ops.rounds(2)
        assert (await ops.status())["components"]["appointments"]["state"] == "works"


async def test_kafka_away_is_told_as_a_delay(tmp_path: Path, services: dict[str, Service]) -> None:
    async with watching(tmp_path, urls(services)) as ops:
        services["notifier"].ready = {"status": "degraded", "checks": {"kafka": False}}
        await ops.rounds(2)
        notifications = (await ops.status())["components"]["notifications"]
        assert notifications["label"] == "Работает с перебоями"
        assert "с задержкой" in notifications["reasons"][0]


async def test_it_is_shown_while_everything_is_away(
    tmp_path: Path, services: dict[str, Service]
) -> None:
    async with watching(tmp_path, urls(services)) as ops:
        for service in services.values():
            await service.stop()
        await ops.rounds(2)
        answer = await ops.get("/status")
        assert answer.status_code == 200
        assert "Услуги не работают" in answer.text


async def test_a_stopped_collector_is_told(tmp_path: Path, services: dict[str, Service]) -> None:
    async with watching(tmp_path, urls(services)) as ops:
        await ops.rounds()
        ops.clock.now += 60
        found = await ops.status()
        assert (found["state"], found["stale"]) == ("unknown", True)
        assert "Сведения устарели" in (await ops.get("/status")).text


async def test_states_and_notices_survive_a_restart(
    tmp_path: Path, services: dict[str, Service]
) -> None:
    clock = Clock()
    async with watching(tmp_path, urls(services), clock=clock) as ops:
        await ops.rounds()
        await services["documents"].stop()
        await ops.rounds(2)
        await write(ops, "/ops/api/notices", INCIDENT, Idempotency_Key="a")
        before = await ops.status()
    clock.now += 30
    async with watching(tmp_path, urls(services), clock=clock) as ops:
        await ops.rounds()
        after = await ops.status()
        assert after["components"]["documents"] == before["components"]["documents"]
        assert after["current"] == before["current"]
        assert after["watching_since"] == before["watching_since"]
    clock.now += 3600
    async with watching(tmp_path, urls(services), clock=clock) as ops:
        await ops.rounds(2)
        later = await ops.status()  # nobody watched for an hour: what was, is not claimed
        assert later["watching_since"] > before["watching_since"]
        assert not later["components"]["documents"]["changed"]


async def test_a_notice_from_its_beginning_to_its_end(
    tmp_path: Path, services: dict[str, Service]
) -> None:
    async with watching(tmp_path, urls(services)) as ops:
        await ops.rounds()
        made = await write(ops, "/ops/api/notices", INCIDENT, Idempotency_Key="k1")
        assert made.status_code == 201, made.text
        again = await write(ops, "/ops/api/notices", INCIDENT, Idempotency_Key="k1")
        assert again.json() == made.json()
        other = await write(
            ops, "/ops/api/notices", INCIDENT | {"title": "Другое"}, Idempotency_Key="k1"
        )
        assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
        found = await ops.status()
        assert found["components"]["notifications"]["state"] == "impaired"  # the operator knows
        page = (await ops.get("/status")).text
        assert "Не приходят &lt;b&gt;SMS&lt;/b&gt;" in page
        assert "выясняем причину" in page

        path = f"/ops/api/notices/{made.json()['id']}"
        ops.clock.now += 60
        mended = await write(ops, path, {"title": "Не приходят SMS"}, If_Match='"1"')
        assert (mended.status_code, mended.json()["version"]) == (200, 2)
        update = {"stage": "fixed", "text": "Оператор связи восстановил канал."}
        stale = await write(ops, f"{path}/updates", update, If_Match='"1"')
        assert (stale.status_code, stale.json()["code"]) == (412, "changed-meanwhile")
        closed = await write(ops, f"{path}/updates", update, If_Match='"2"')
        assert closed.status_code == 201, closed.text
        late = await write(ops, f"{path}/updates", update, If_Match='"3"')
        assert (late.status_code, late.json()["code"]) == (409, "notice-closed")
        await ops.rounds()
        found = await ops.status()
        assert found["state"] == "works"
        assert [n["title"] for n in found["past"]] == ["Не приходят SMS"]
        assert [u["stage"] for u in found["past"][0]["updates"]] == ["fixed", "investigating"]
        assert "sre-1" not in (await ops.get("/status.json")).text  # who wrote is not public
        ops.clock.now += 8 * 86400
        assert (await ops.status())["past"] == []

        deeds = (await ops.get("/ops/api/journal", "support")).json()["items"]
        assert [(d["subject"], d["action"]) for d in deeds] == [
            ("sre-1", "updated"),
            ("sre-1", "edited"),
            ("sre-1", "opened"),
        ]


async def test_planned_works_are_announced_and_hurt_only_while_they_run(
    tmp_path: Path, services: dict[str, Service]
) -> None:
    works = INCIDENT | {
        "kind": "works",
        "title": "Обновление",
        "stage": "planned",
        "planned_from": "2026-11-22T01:00:00+03:00",
        "planned_to": "2026-11-22T03:00:00+03:00",
    }
    async with watching(tmp_path, urls(services)) as ops:
        await ops.rounds()
        made = await write(ops, "/ops/api/notices", works, "support", Idempotency_Key="w")
        found = await ops.status()
        assert (found["state"], [n["title"] for n in found["planned"]]) == ("works", ["Обновление"])
        page = (await ops.get("/status")).text
        assert "22 ноября, 01:00</time> до <time" in page
        assert ">03:00</time>" in page  # the same day is not said twice
        path = f"/ops/api/notices/{made.json()['id']}/updates"
        await write(ops, path, {"stage": "running", "text": "Начали."}, If_Match='"1"')
        found = await ops.status()
        assert (found["state"], found["planned"], len(found["current"])) == ("impaired", [], 1)


async def test_refusals_name_everything_at_once_in_russian(tmp_path: Path) -> None:
    async with watching(tmp_path, {"identity": ["http://127.0.0.1:9"]}) as ops:
        refused = await write(ops, "/ops/api/notices", {"kind": "works"}, Idempotency_Key="x")
        assert refused.status_code == 422
        assert refused.headers["content-type"] == "application/problem+json"
        wrong = {e["pointer"] for e in refused.json()["errors"]}
        assert wrong == {
            *("/title", "/text", "/components", "/stage", "/planned_from", "/planned_to"),
        }
        assert (await write(ops, "/ops/api/notices", INCIDENT)).status_code == 400
        unknown = await write(ops, "/ops/api/notices/none", {"title": "x"}, If_Match='"1"')
        assert (unknown.status_code, unknown.json()["code"]) == (404, "notice-not-found")
        without = await write(ops, "/ops/api/notices/none", {"title": "x"})
        assert without.status_code == 428
        large = await write(
            ops, "/ops/api/notices", {"text": "x" * 70_000}, Idempotency_Key="large"
        )
        assert large.status_code == 413


@pytest.mark.parametrize("role", ["citizen", "doctor", "registrar"])
async def test_only_operators_write(tmp_path: Path, role: str) -> None:
    async with watching(tmp_path, {"identity": ["http://127.0.0.1:9"]}) as ops:
        refused = await write(ops, "/ops/api/notices", INCIDENT, role, Idempotency_Key="x")
        assert refused.status_code == 403
        assert (await ops.get("/ops/api/notices", role)).status_code == 403
        assert (await ops.get("/ops/api/journal")).status_code == 401
        assert (await ops.status())["current"] == []


def test_what_identity_is_asked_is_a_route_of_its_own() -> None:
    """Beside its keys; the stand-in of the next test has it by that name."""
    paths = json.loads((ROOT / "docs/openapi/identity.json").read_text(encoding="utf-8"))["paths"]
    assert "get" in paths["/v1/account"]
    assert "get" in paths[urlsplit(Platform().auth_jwks_url).path]


async def test_a_blocked_editor_writes_nothing_whatever_the_token_says(
    tmp_path: Path, services: dict[str, Service]
) -> None:
    identity = services["identity"]
    async with watching(tmp_path, urls(services), identity=identity.url) as ops:
        made = await write(ops, "/ops/api/notices", INCIDENT, "sre", Idempotency_Key="x")
        assert made.status_code == 201, made.text
        path = f"/ops/api/notices/{made.json()['id']}"
        update = {"stage": "fixed", "text": "Готово."}
        for status, expected in ((403, "account-blocked"), (401, "unauthenticated")):
            identity.account = status
            for answer in (
                await write(ops, "/ops/api/notices", INCIDENT, "sre", Idempotency_Key="y"),
                await write(ops, path, {"title": "Другое"}, "support", If_Match='"1"'),
                await write(ops, f"{path}/updates", update, "administrator", If_Match='"1"'),
            ):
                assert (answer.status_code, answer.json()["code"]) == (status, expected)
        await identity.stop()  # then nobody is blocked, and somebody has to say that it is down
        said = await write(ops, f"{path}/updates", update, "sre", If_Match='"1"')
        assert said.status_code == 201, said.text


async def test_a_file_that_cannot_be_written_does_not_stop_the_page(
    tmp_path: Path, services: dict[str, Service]
) -> None:
    async with watching(tmp_path, urls(services)) as ops:
        with sqlite3.connect(tmp_path / "ops.sqlite3") as db:
            db.execute("DROP TABLE changes")
            db.execute("DROP TABLE watching")
        await ops.rounds(2)
        assert (await ops.status())["state"] == "works"


async def test_a_notice_that_cannot_be_kept_is_refused_for_now(tmp_path: Path) -> None:
    """A full disk is nobody's mistake: 503, and nothing of it is half there."""
    async with watching(tmp_path, {"identity": ["http://127.0.0.1:9"]}) as ops:
        with sqlite3.connect(tmp_path / "ops.sqlite3") as db:
            db.execute("ALTER TABLE journal RENAME TO elsewhere")
        refused = await write(ops, "/ops/api/notices", INCIDENT, "sre", Idempotency_Key="x")
        assert refused.status_code == 503
        assert refused.json()["code"] == "temporarily-unavailable"
        assert refused.headers["Retry-After"]
        with sqlite3.connect(tmp_path / "ops.sqlite3") as db:
            db.execute("ALTER TABLE elsewhere RENAME TO journal")
        assert (await ops.status())["current"] == []
        taken = await write(ops, "/ops/api/notices", INCIDENT, "sre", Idempotency_Key="x")
        assert taken.status_code == 201
