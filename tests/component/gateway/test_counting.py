"""O1: what is answered at the door is counted there, also when nobody behind it was reached."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from deploy.gateway.metrics import DECLARED, NAME
from deploy.watch.observability.alerts import ALERTS
from deploy.watch.observability.panels import tab
from deploy.watch.observability.scrapes import Scrapes, declared
from deploy.watch.ops.points import row_of
from tests.support.eventually import eventually
from tests.support.tools.gateway import Door, door
from tests.support.tools.ops import Service, watching

_AWAY = "/api/scheduling/v1/clinics"
_UNKNOWN = "/api/identity/v1/nothing"


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    """It answers 404 to what it does not know."""
    found = Service()
    await found.start()
    yield found
    await found.stop()


async def said(to: Door) -> str:
    """What the gateway tells of itself."""
    async with httpx2.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"{to.metrics_url}/metrics")
        assert (await client.get(to.metrics_url)).status_code == 404
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain"), "the same for all readers"
    return answer.text


async def ask(to: Door, paths: list[str]) -> None:
    """One after another."""
    async with httpx2.AsyncClient(base_url=to.url, trust_env=False) as client:
        for path in paths:
            await client.get(path)


async def test_who_was_not_reached_is_counted_and_wakes_somebody(
    tmp_path: Path, service: Service
) -> None:
    """The service saw none of these requests: only the gateway can tell."""
    scrapes = Scrapes()
    with door(tmp_path, {"identity": service.port}) as gateway:
        await ask(gateway, [_AWAY, _UNKNOWN, "/"])  # a series is there from its first use
        scrapes.add(1010, NAME, "g", await said(gateway))
        await ask(gateway, [_AWAY] * 30 + [_UNKNOWN] * 20 + ["/"] * 40 + ["/contracts"] * 10)
        text = await said(gateway)
        scrapes.add(1120, NAME, "g", text)
    rows = {panel.key: row_of(panel, scrapes, 1120) for panel in tab("flow").panels}
    # Extrapolated to the window. 301 is a new series: its first requests are those before it.
    answers = {"2xx": 40 / 110, "4xx": 20 / 110, "5xx": 30 / 110}
    assert rows["gateway-answers"] == pytest.approx(answers, rel=0.1)
    assert rows["gateway-errors"]["5xx"] == pytest.approx(30 / 90, rel=0.05)
    assert rows["gateway-failures"] == pytest.approx({"502": 30 / 110}, rel=0.1)
    assert rows["gateway-latency-p95"]["шлюз"] < 1
    assert rows["gateway-in-flight"] == {"шлюз": 0}
    errors = next(alert for alert in ALERTS if alert.name == "GatewayErrors")
    assert list(errors.condition.at(scrapes, 1120)) == [(("service", NAME),)]
    kinds = declared(text)
    assert {row.name: kinds.get(row.name) for row in DECLARED} == {r.name: r.kind for r in DECLARED}


async def test_a_stranger_makes_no_new_labels(tmp_path: Path, service: Service) -> None:
    """Hosts, paths and methods that nobody has are not kept: memory is not a caller's to fill."""
    with door(tmp_path, {"identity": service.port}) as gateway:
        async with httpx2.AsyncClient(base_url=gateway.url, trust_env=False) as client:
            for number in range(60):
                made_up = {"Host": f"host{number}.example", "X-Forwarded-For": f"10.0.0.{number}"}
                path = ("", "/api/x", "/api/identity/v1", "/verify", "/uploads")[number % 5]
                method = ("GET", f"WORD{number}")[number % 2]
                await client.request(method, f"{path}/made-up-{number}", headers=made_up)
        text = await said(gateway)
    for known in ("made-up", "host", "WORD", "10.0.0."):
        assert known not in text.replace("127.0.0.1", ""), known
    told = dict(DECLARED[0].labels)["method"]
    assert isinstance(told, tuple)
    assert set(re.findall(r'method="(\w+)"', text)) <= set(told)
    assert "OTHER" in text


async def test_the_watcher_sees_the_gateway_go_and_no_health_depends_on_it(
    tmp_path: Path, service: Service
) -> None:
    with door(tmp_path / "door", {"identity": service.port}) as gateway:
        targets, measured = {"identity": [service.url]}, f"{NAME}={gateway.metrics_url}"
        async with watching(tmp_path, targets, measured=measured) as ops:
            await ops.rounds(2)
            gateway.gateway.kill()
            await ops.rounds()
            points = (await ops.get("/ops/api/tabs/flow/points", "sre")).json()
            assert points["panels"][1][NAME] == [1, 1, 0]
            overview = (await ops.get("/ops/api/overview", "sre")).json()
            assert [s["name"] for s in overview["services"]] == ["identity"], "no service of ours"
            assert (await ops.status())["components"]["entrance"]["state"] != "down"


async def test_its_log_says_who_was_not_reached_and_nothing_of_who_asked(tmp_path: Path) -> None:
    """What the runbook of GatewayErrors has people read."""
    with door(tmp_path, {}) as gateway:
        async with httpx2.AsyncClient(base_url=gateway.url, trust_env=False) as client:
            asked = await client.get(f"{_AWAY}?name=Петрова", headers={"X-Secret": "s3cret"})
            assert asked.status_code == 502
            await client.get("/not-there")
        await eventually(lambda: "dial tcp" in "\n".join(gateway.gateway.tail()))
        (line,) = (line for line in gateway.gateway.tail() if "handled request" in line)
    for said_of_it in (f'"uri": "{_AWAY}"', '"status": 502', "dial tcp 127.0.0.1:"):
        assert said_of_it in line
    for hidden in ("name=", "s3cret", "remote_ip", "client_ip", "X-Secret"):
        assert hidden not in line
