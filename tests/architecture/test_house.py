"""What the code base promises about itself: the same house five times, and nobody goes round it."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from faststream.kafka.subscriber.usecase import LogicSubscriber

from contracts.topics import SERVICES, heard_by
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.kafka.subscriber import ACK_POLICY, build_broker
from services.chassis.runtime.service import Runtime

ROOT = Path(__file__).resolve().parents[2]
_LOADS = re.compile(r'(src|href)\s*=\s*["\'](https?:)?//|url\(["\'\s]*(https?:)?//|@import')


def built(name: str) -> FastAPI:
    """The service as `__main__` would build it (nothing is connected by building)."""
    settings = importlib.import_module(f"services.{name}.settings").Settings(demo=True)
    app: FastAPI = importlib.import_module(f"services.{name}.app").build(settings)
    return app


def sources(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    """Every Python file below these folders, parsed."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path, ast.parse(path.read_text())


def takes_everything(node: ast.AST) -> bool:
    """Whether it is `except:`, or names `Exception`, alone or among others."""
    if not isinstance(node, ast.ExceptHandler):
        return False
    named = {n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)} if node.type else None
    return named is None or not named.isdisjoint({"Exception", "BaseException"})


def test_one_loop_outlives_errors() -> None:
    """O5: an error may come in place of a cancellation; `tasks.repeat` looks, in every round."""
    found = [
        path.relative_to(ROOT).as_posix()
        for path, tree in sources("services", "deploy/watch/ops", "deploy/world/partners")
        for loop in ast.walk(tree)
        if isinstance(loop, ast.While) and any(map(takes_everything, ast.walk(loop)))
    ]
    assert found == ["services/chassis/foundation/tasks.py"]


@pytest.mark.parametrize("name", SERVICES)
async def test_running_apps_subscribe_to_exactly_what_the_registry_says(name: str) -> None:
    """E2: what is not in the registry is not heard, and what is there is."""
    runtime = find(built(name), Runtime)
    wanted = {data.TYPE for events in heard_by(name).values() for data in events}
    assert set(runtime.dispatcher.handlers) == wanted
    assert set(runtime.dispatcher.topics) == set(heard_by(name))
    broker = build_broker(Platform(), runtime.dispatcher)
    subscribers = list(broker.subscribers)
    assert len(subscribers) == (1 if wanted else 0)
    for subscriber in cast("list[LogicSubscriber[Any]]", subscribers):
        assert set(subscriber.topic_names) == set(heard_by(name))
        assert subscriber.group_id == name
        assert subscriber.ack_policy is ACK_POLICY


def test_nobody_goes_round_the_one_subscriber() -> None:
    """PITFALLS 1 and 2: a subscriber made elsewhere could have another acknowledgement policy."""
    callers = [
        path.relative_to(ROOT).as_posix()
        for path, tree in sources("services", "deploy")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "subscriber"
    ]
    assert callers == ["services/chassis/kafka/subscriber.py"]


def test_the_broker_is_called_from_the_relay_only() -> None:
    """STYLE: publish through the outbox only."""
    users = {
        path.relative_to(ROOT).as_posix()
        for path, tree in sources("services")
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id == "AIOKafkaProducer"
    }
    assert users == {"services/chassis/kafka/publisher.py"}


def test_domains_are_pure() -> None:
    """STYLE: no await, no clock, no ids made inside."""
    banned = {"now", "today", "token_hex", "uuid4", "time"}
    offences = []
    for name in SERVICES:
        folder = ROOT / "services" / name
        inner = sorted(folder.rglob("*.py"))
        paths = [p for p in inner if "domain" in (p.stem, *p.relative_to(folder).parts)]
        assert paths
        for path in paths:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Await | ast.AsyncFunctionDef):
                    offences.append(f"{path.name}:{node.lineno} awaits")
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Attribute)
                    and node.func.attr in banned
                    and isinstance(node.func.value, ast.Name)
                    and node.func.value.id
                    in {"datetime", "date", "time", "secrets", "uuid", "clock"}
                ):
                    offences.append(f"{path.name}:{node.lineno} {node.func.attr}()")
    assert offences == []


def test_motor_is_confined() -> None:
    """DESIGN: Motor lives in the chassis's mongo module; stores see aliases."""
    users = {
        path.relative_to(ROOT).as_posix()
        for path, tree in sources("services", "contracts", "deploy")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("motor")
    }
    assert users == {"services/chassis/database/client.py"}


def test_counts_end() -> None:
    """O2: a gauge that walks all there is takes longer every day (`database.counting`)."""
    callers = {
        path.relative_to(ROOT).as_posix()
        for path, tree in sources("services", "deploy")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "count_documents"
    }
    rooms = ("counting", "reads")  # the latter counts for rules, which name an account or a slot
    assert callers == {f"services/chassis/database/{room}.py" for room in rooms}


def test_modules_stay_readable() -> None:
    """DESIGN: a module that grows past about 250 lines becomes a package; 400 is the end."""
    long = [
        f"{path.relative_to(ROOT)}: {len(path.read_text().splitlines())}"
        for path, _ in sources("services", "contracts", "deploy", "tests/support")
        if len(path.read_text().splitlines()) > 400
    ]
    assert long == []


def test_nothing_is_loaded_from_elsewhere_at_run_time() -> None:
    """Pages load no CDN; `https://` in a page may only be a link of text, never src or href."""
    offences = [
        path.relative_to(ROOT).as_posix()
        for suffix in ("html", "css", "js", "j2")
        for folder in ("services", "deploy", "contracts")
        for path in (ROOT / folder).rglob(f"*.{suffix}")
        if _LOADS.search(path.read_text())
    ]
    assert offences == []


def test_imports_point_down() -> None:
    """import-linter over the whole house, exhaustive: an extra or a missing file fails too."""
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_the_readmes_example_and_commands_are_the_real_ones() -> None:
    readme = (ROOT / "README.md").read_text()
    assert (ROOT / "contracts/examples/consumer.py").read_text().rstrip() in readme
    targets = set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"make ([a-z]+)", readme)) <= targets


def _is_async(call: Any) -> bool:
    return inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(type(call).__call__)


@pytest.mark.parametrize("name", SERVICES)
def test_no_request_takes_a_detour_through_a_thread(name: str) -> None:
    """A synchronous dependency or route costs a thread hop on every request."""

    def calls(dependant: Dependant) -> Iterator[Any]:
        yield dependant.call
        for inner in dependant.dependencies:
            yield from calls(inner)

    routes = [c.original_route for c in iter_route_contexts(built(name).routes)]
    found = [(r.path, c) for r in routes if isinstance(r, APIRoute) for c in calls(r.dependant)]
    assert len(found) > 10
    slow = {f"{path}: {call}" for path, call in found if not _is_async(call)}
    assert slow == set()
