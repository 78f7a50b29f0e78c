"""The gateway's routes: what is not named cannot be reached."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from contracts.topics import SERVICES
from deploy import ROOT
from deploy.gateway.caddyfile import PARTS, Upstreams, caddyfile
from deploy.gateway.metrics import EVERY
from deploy.stacks.embedded.platform import upstreams
from deploy.stacks.embedded.servers.s3 import installed
from deploy.stacks.embedded.settings import Ports


def _text(to: Upstreams) -> str:
    return caddyfile(
        to,
        port=8080,
        bind="127.0.0.1",
        metrics_port=2020,
        metrics_bind="127.0.0.1",
        storage=Path("/data with space"),
        root=ROOT,
        trust=Path("/pki"),
        buckets=("uploads", "sealed"),
    )


_TEXT = _text(upstreams(Ports()))
_TWO = Upstreams({name: (f"{name}-1:8000", f"{name}-2:8000") for name in PARTS})
_NAMED = Upstreams({name: (f"{name}:8000",) for name in PARTS}, by_name=True)


def _adapted(text: str, directory: Path) -> Any:
    """The configuration as Caddy itself understands it."""
    config = directory / "Caddyfile"
    config.write_text(text, encoding="utf-8")
    caddy = installed("caddy")
    assert caddy is not None
    command = [caddy, "adapt", "--config", str(config), "--adapter", "caddyfile"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(answer.stdout)


def _proxies(text: str, directory: Path) -> list[dict[str, Any]]:
    """Every reverse proxy of the configuration."""
    found: list[dict[str, Any]] = []

    def look(node: Any) -> None:
        if isinstance(node, dict):
            if node.get("handler") == "reverse_proxy":
                found.append(node)
            for value in node.values():
                look(value)
        elif isinstance(node, list):
            for value in node:
                look(value)

    look(_adapted(text, directory))
    return found


def test_every_service_has_its_route() -> None:
    for name in SERVICES:
        assert f"handle_path /api/{name}/*" in _TEXT
        assert f"reverse_proxy 127.0.0.1:{getattr(Ports(), name)}" in _TEXT


def test_operators_routes_are_not_public() -> None:
    """The gateway's own metrics have a listener of their own."""
    public, _, inner = _TEXT.partition(":2020 {")
    for path in ("/metrics", "/healthz", "/readyz"):
        assert path not in public
    assert "bind 127.0.0.1" in inner
    assert "reverse_proxy" not in inner
    assert "file_server" not in inner


def test_every_request_is_counted_once_and_by_nothing_that_a_stranger_can_make_up(
    tmp_path: Path,
) -> None:
    """O1: the first route has no condition and the name that panels ask for; no host is a label."""
    http = _adapted(_TEXT, tmp_path)["apps"]["http"]
    (routes,) = (s["routes"] for s in http["servers"].values() if s["listen"][0].endswith(":8080"))
    first, *others = routes
    assert "match" not in first
    assert first["handle"][0]["handler"] == EVERY
    assert not any(route["handle"][0]["handler"] == EVERY for route in others)
    assert http["metrics"] == {}


@pytest.mark.parametrize("to", [_TWO, _NAMED], ids=["addresses", "a name"])
def test_only_what_changes_nothing_is_sent_to_a_second_replica(
    to: Upstreams, tmp_path: Path
) -> None:
    """X6: a request that reached a replica is repeated by its sender, not by the gateway."""
    proxies = _proxies(_text(to), tmp_path)
    assert (
        len(proxies) == len(SERVICES) + 7
    )  # verify, talon, buckets, inbox, pay, the demo's CA, ops
    for proxy in proxies:
        balancing = proxy["load_balancing"]
        assert balancing["retry_match"] == [{"method": ["GET", "HEAD"]}]
        assert balancing["try_duration"] > 0
        assert proxy["health_checks"]["passive"]["fail_duration"] > 0


def test_replicas_are_found_by_name(tmp_path: Path) -> None:
    proxies = _proxies(_text(_NAMED), tmp_path)
    assert {proxy["dynamic_upstreams"]["name"] for proxy in proxies} == set(PARTS)
    assert not any("upstreams" in proxy for proxy in proxies)


def test_one_replica_is_not_waited_for(tmp_path: Path) -> None:
    assert not any("load_balancing" in proxy for proxy in _proxies(_TEXT, tmp_path))


def test_an_answer_that_nobody_gave_says_when_to_come_back() -> None:
    """O5: 502, 503 and 504 of the gateway itself carry Retry-After."""
    assert "header @away Retry-After" in _TEXT


def test_nothing_but_the_loopback_interface_and_no_administration() -> None:
    assert "bind 127.0.0.1" in _TEXT
    assert "admin off" in _TEXT
    assert 'file_system "/data with space"' in _TEXT


def test_the_pages_load_nothing_from_elsewhere() -> None:
    for directory in ("deploy/gateway/site", "deploy/world/sinks/page"):
        for page in (ROOT / directory).glob("*.html"):
            text = page.read_text(encoding="utf-8")
            assert "http://" not in text.replace("http://www.w3.org", ""), page
            assert "https://" not in text, page
            assert '<html lang="ru">' in text, page
            assert 'name="viewport"' in text, page
