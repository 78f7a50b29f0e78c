"""`make run` as its user meets it: ready, refuses to start twice, mends itself, leaves nothing."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx2
import psutil
import pytest

from contracts.topics import SERVICES
from deploy import ROOT
from deploy.stacks.embedded.ports import free_port_set
from deploy.stacks.embedded.process import Child, python
from deploy.stacks.embedded.settings import Ports, inherited_environment
from tests.support.eventually import eventually
from tests.support.stack import PlatformStack

_ALL = {"mongo", "s3", "kafka", "sinks", "acquirer", "tsa", *SERVICES, "partners", "ops", "gateway"}


@pytest.fixture(scope="module")
def stack() -> Iterator[PlatformStack]:
    with PlatformStack.start() as stack:
        yield stack


@pytest.fixture
def client(stack: PlatformStack) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=stack.url) as client:
        yield client


def _second(directory: Path, ports: Ports, *arguments: str) -> tuple[int | None, str]:
    named = {Ports.setting(name): str(port) for name, port in ports.model_dump().items()}
    child = Child(
        "second",
        python("deploy.stacks.embedded", *arguments),
        env=inherited_environment() | named | {"RUN_DIR": str(directory), "KAFKA": "memory"},
        cwd=ROOT,
    )
    child.start()
    assert child.wait(60)
    return child.returncode, "\n".join(child.tail())


def _serves(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/readyz").status_code == 200
    except httpx2.TransportError:
        return False


def test_everything_is_up_and_the_table_says_so(stack: PlatformStack) -> None:
    assert set(stack.state["pids"]) == _ALL
    assert all(psutil.pid_exists(pid) for pid in stack.state["pids"].values())
    said = (stack.directory / "stack.out").read_text()
    assert f"ready in {stack.state['ready_seconds']:.1f} s" in said
    for word in (f"{stack.url}/inbox", "sokolova", "orlova", "belov", "kim", "NOT survive"):
        assert word in said, word
    assert "\x1b" not in said


def test_the_gateway_leads_to_every_service_and_not_to_its_operators_routes(
    client: httpx2.Client,
) -> None:
    for name in SERVICES:
        assert client.get(f"/api/{name}/docs").status_code == 200
        document = client.get(f"/api/{name}/openapi.json").json()
        assert document["servers"][0]["url"] == f"/api/{name}"
        for hidden in ("metrics", "healthz", "readyz", "v1/../metrics", "%6detrics"):
            answer = client.get(f"/api/{name}/{hidden}")
            assert answer.status_code == 404, hidden
            assert answer.headers["content-type"].startswith("application/problem+json")


def test_the_pages_of_the_portal_answer_in_russian(client: httpx2.Client) -> None:
    for path in ("/", "/contracts/", "/inbox"):
        page = client.get(path)
        assert page.status_code == 200, path
        assert 'lang="ru"' in page.text, path
    assert client.get("/contracts/asyncapi.json").json()["asyncapi"].startswith("3.")
    assert client.get("/contracts/topics.py").status_code == 404
    missing = client.get("/no-such-page", headers={"Accept": "text/html,*/*;q=0.8"})
    assert missing.status_code == 404
    assert 'lang="ru"' in missing.text
    assert client.get("/no-such-page").json()["title"] == "Не найдено"  # a program, no browser
    typed = client.get("/verify", params={"number": "AB-1"}, follow_redirects=True)
    assert typed.status_code < 500
    assert 'lang="ru"' in typed.text


def test_started_twice_is_refused_clearly(stack: PlatformStack) -> None:
    status, said = _second(stack.directory, free_port_set())
    assert status == 1
    assert "already running" in said
    assert str(stack.state["pid"]) in said


def test_ports_of_others_are_named_with_their_settings(
    stack: PlatformStack, tmp_path: Path
) -> None:
    status, said = _second(tmp_path, stack.ports)
    assert status == 1
    for name in ("gateway", "mongo", "identity"):
        assert f"{Ports.setting(name)}=" in said
    assert not (tmp_path / "stack.json").exists()


async def test_one_that_dies_is_started_again(stack: PlatformStack, client: httpx2.Client) -> None:
    dead = stack.pid("sinks")
    stack.kill("sinks")
    await eventually(lambda: stack.pid("sinks") not in {dead, None}, within=30)
    assert client.get("/inbox/api/stats").status_code == 200
    assert stack.state["restarts"]["sinks"] == 1


async def test_services_start_again_with_a_broker_that_forgot(stack: PlatformStack) -> None:
    before = {name: stack.pid(name) for name in SERVICES}
    stack.kill("kafka")
    await eventually(
        lambda: all(stack.state["restarts"][name] >= 1 for name in SERVICES), within=60
    )
    await eventually(lambda: all(stack.pid(name) != before[name] for name in SERVICES), within=60)
    for name in SERVICES:
        await eventually(lambda: _serves(stack.service_url(name)), within=60)  # noqa: B023 - awaited here


async def test_stopped_while_starting_leaves_nothing(tmp_path: Path) -> None:
    stack = PlatformStack.start(data_dir=tmp_path, wait=False)
    log = tmp_path / "logs" / "mongo.log"
    await eventually(lambda: log.exists() and log.stat().st_size > 0, within=30)
    children = psutil.Process(stack.process.pid).children(recursive=True)
    assert children
    stack.process.signal(signal.SIGINT)
    assert stack.process.wait(15)
    assert stack.process.returncode == 0
    await eventually(lambda: not any(child.is_running() for child in children))


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    child = Child(
        "wrong",
        python("deploy.stacks.embedded"),
        env=inherited_environment() | {"KAFKA": "rabbit", "RUN_DIR": str(tmp_path)},
        cwd=ROOT,
    )
    child.start()
    assert child.wait(30)
    assert child.returncode == 1
    assert "KAFKA" in "\n".join(child.tail())
    assert "rabbit" in "\n".join(child.tail())


def test_a_fresh_start_empties_the_data_and_keeps_the_caches(tmp_path: Path) -> None:
    data, cache = tmp_path / "data", tmp_path / "cache"
    for directory in (data, cache):
        directory.mkdir()
        (directory / "marker").touch()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        # Ends at its ports, after the data: a whole start would show nothing more.
        ports = free_port_set().model_copy(update={"gateway": taken.getsockname()[1]})
        named = {Ports.setting(name): str(port) for name, port in ports.model_dump().items()}
        child = Child(
            "fresh",
            python("deploy.stacks.embedded"),
            env=inherited_environment() | named | {"RUN_DIR": str(tmp_path), "FRESH": "1"},
            cwd=ROOT,
        )
        child.start()
        assert child.wait(30)
    assert not (data / "marker").exists()
    assert (cache / "marker").exists()


def test_replicas_on_the_broker_in_memory_are_refused(tmp_path: Path) -> None:
    """It lets one member into a group: the second replica would hear nothing."""
    named = {Ports.setting(n): str(p) for n, p in free_port_set().model_dump().items()}
    env = {"RUN_DIR": str(tmp_path), "KAFKA": "memory", "REPLICAS": "2"}
    child = Child(
        "doubled",
        python("deploy.stacks.embedded"),
        env=inherited_environment() | named | env,
        cwd=ROOT,
    )
    child.start()
    assert child.wait(30)
    assert child.returncode == 1
    said = "\n".join(child.tail())
    assert "REPLICAS=2 needs Apache Kafka" in said
    assert "one member" in said
