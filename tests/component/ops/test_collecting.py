"""O1: the watcher asks real services over HTTP, sees them come and go, and keeps what they said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.tools.ops import NOON, Service, watching


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    """One that serves."""
    found = Service()
    await found.start()
    yield found
    await found.stop()


@pytest.fixture
async def other() -> AsyncIterator[Service]:
    """Another one."""
    found = Service()
    await found.start()
    yield found
    await found.stop()


def of(overview: dict[str, Any], name: str) -> dict[str, Any]:
    """One service of the strip."""
    found: dict[str, Any] = next(s for s in overview["services"] if s["name"] == name)
    return found


async def test_a_replica_that_goes_away_is_seen_in_the_strip_and_in_the_graphs(
    tmp_path: Path, service: Service, other: Service
) -> None:
    async with watching(tmp_path, {"identity": [service.url, other.url]}) as ops:
        await ops.rounds(2)
        seen = of((await ops.get("/ops/api/overview", "sre")).json(), "identity")
        assert (seen["condition"], seen["serving"], seen["total"]) == ("ready", 2, 2)
        assert seen["versions"] == ["9.9.9"]
        await other.stop()
        await ops.rounds()
        seen = of((await ops.get("/ops/api/overview", "sre")).json(), "identity")
        assert (seen["condition"], seen["serving"], seen["total"]) == ("ready", 1, 2)
        assert {r["condition"] for r in seen["replicas"]} == {"ready", "away"}
        found = (await ops.get("/ops/api/tabs/flow/points", "sre")).json()
        assert found["panels"][1] == {"identity": [2, 2, 1], "ops": [1, 1, 1]}


async def test_a_rate_is_computed_from_what_was_said(tmp_path: Path, service: Service) -> None:
    async with watching(tmp_path, {"identity": [service.url]}) as ops:
        for _ in range(24):
            service.requests.labels("/v1/x").inc(50)
            await ops.rounds()
        found = (await ops.get("/ops/api/tabs/flow/points", "sre")).json()
        assert found["panels"][0]["identity"][-1] == pytest.approx(10, rel=0.1)


async def test_only_new_steps_are_told(tmp_path: Path, service: Service) -> None:
    async with watching(tmp_path, {"identity": [service.url]}) as ops:
        await ops.rounds(3)
        first = (await ops.get("/ops/api/tabs/flow/points", "sre")).json()
        assert first["times"] == [NOON + 5, NOON + 10, NOON + 15]
        await ops.rounds()
        more = await ops.get("/ops/api/tabs/flow/points", "sre", after=first["times"][-1])
        assert more.json()["times"] == [NOON + 20]
        assert more.json()["panels"][1] == {"identity": [1], "ops": [1]}


async def test_a_service_that_hangs_does_not_hold_up_the_others(
    tmp_path: Path, service: Service, other: Service
) -> None:
    service.slow = 60.0
    async with watching(tmp_path, {"identity": [service.url], "notifier": [other.url]}) as ops:
        ops.app.state.rounds._collector.ask_seconds = 2.0
        await ops.rounds()
        overview = (await ops.get("/ops/api/overview", "sre")).json()
        assert of(overview, "identity")["condition"] == "away"
        assert of(overview, "notifier")["condition"] == "ready"


async def test_metrics_that_cannot_be_read_count_as_missed(
    tmp_path: Path, service: Service
) -> None:
    service.text = "http_requests_total{ 1 2 3\n"
    async with watching(tmp_path, {"identity": [service.url]}) as ops:
        await ops.rounds()
        found = (await ops.get("/ops/api/tabs/flow/points", "sre")).json()
        assert found["panels"][1] == {"identity": [0], "ops": [1]}
        overview = (await ops.get("/ops/api/overview", "sre")).json()
        assert of(overview, "identity")["condition"] == "ready"


async def test_a_replica_that_left_its_name_is_missed_for_a_while(
    tmp_path: Path, service: Service
) -> None:
    """In containers a dead replica's address disappears with it: it must not just vanish."""
    addresses = ["127.0.0.1"]

    async def resolve(_: str, __: int) -> list[str]:
        return addresses

    targets = {"identity": [f"http://identity:{service.port}"]}
    async with watching(tmp_path, targets, resolve=resolve) as ops:
        await ops.rounds()
        await service.stop()
        addresses.clear()
        await ops.rounds()
        seen = of((await ops.get("/ops/api/overview", "sre")).json(), "identity")
        assert (seen["serving"], seen["total"]) == (0, 1)
        await ops.rounds(30)
        seen = of((await ops.get("/ops/api/overview", "sre")).json(), "identity")
        assert (seen["condition"], seen["total"]) == ("away", 0)


@pytest.mark.parametrize("role", ["citizen", "doctor", "registrar", "support"])
async def test_the_graphs_are_for_sre_and_administrators(tmp_path: Path, role: str) -> None:
    async with watching(tmp_path, {"identity": ["http://127.0.0.1:9"]}) as ops:
        for path in ("/ops/api/overview", "/ops/api/tabs", "/ops/api/tabs/flow/points"):
            assert (await ops.get(path)).status_code == 401
            refused = await ops.get(path, role)
            assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
            assert refused.headers["content-type"] == "application/problem+json"
            for watcher in ("sre", "administrator"):
                assert (await ops.get(path, watcher)).status_code == 200
        assert (await ops.get("/ops/api/tabs/nothing/points", "sre")).status_code == 404
        assert (await ops.get("/ops/assets/../app.py")).status_code == 404


async def test_who_works_at_one_clinic_sees_and_says_nothing_of_the_platform(
    tmp_path: Path,
) -> None:
    """K9: a clinic's administrator gives these roles, at that clinic."""
    async with watching(tmp_path, {"identity": ["http://127.0.0.1:9"]}) as ops:
        for role in ("administrator", "support"):
            headers = ops.tokens.headers("chief", role, clinic_id="clinic-1")
            for path in ("/ops/api/overview", "/ops/api/notices", "/ops/api/journal"):
                refused = await ops.client.get(path, headers=headers)
                assert refused.status_code == 403
            said = await ops.client.post("/ops/api/notices", json={}, headers=headers)
            assert (said.status_code, said.json()["code"]) == (403, "forbidden")


async def test_the_page_itself_needs_nothing(tmp_path: Path) -> None:
    async with watching(tmp_path, {"identity": ["http://127.0.0.1:9"]}) as ops:
        page = await ops.get("/ops")
        assert page.status_code == 200
        assert "default-src 'self'" in page.headers["content-security-policy"]
        for name in ("main.js", "ops.css", "vendor/uPlot.iife.min.js"):
            asset = await ops.get(f"/ops/assets/{name}")
            assert asset.status_code == 200
            assert asset.headers["Cache-Control"] == "no-cache", "half of an older version"
            etag = {"If-None-Match": asset.headers["ETag"]}
            assert (await ops.client.get(f"/ops/assets/{name}", headers=etag)).status_code == 304
        assert (await ops.get("/healthz")).json() == {"status": "ok"}
        assert (await ops.get("/readyz")).status_code == 200
