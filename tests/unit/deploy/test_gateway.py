"""The gateway's routes: what is not named cannot be reached."""

from __future__ import annotations

from pathlib import Path

from contracts.topics import SERVICES
from deploy.embedded.settings import ROOT, Ports
from deploy.gateway.caddyfile import caddyfile

_TEXT = caddyfile(
    Ports(),
    bind="127.0.0.1",
    storage=Path("/data with space"),
    root=ROOT,
    trust=Path("/pki"),
    buckets=("uploads", "sealed"),
)


def test_every_service_has_its_route() -> None:
    for name in SERVICES:
        assert f"handle_path /api/{name}/*" in _TEXT
        assert f"reverse_proxy 127.0.0.1:{getattr(Ports(), name)}" in _TEXT


def test_operators_routes_are_not_public() -> None:
    for path in ("/metrics", "/healthz", "/readyz"):
        assert path not in _TEXT


def test_nothing_but_the_loopback_interface_and_no_administration() -> None:
    assert "bind 127.0.0.1" in _TEXT
    assert "admin off" in _TEXT
    assert 'file_system "/data with space"' in _TEXT


def test_the_pages_load_nothing_from_elsewhere() -> None:
    for directory in ("deploy/gateway/site", "deploy/sinks/page"):
        for page in (ROOT / directory).glob("*.html"):
            text = page.read_text(encoding="utf-8")
            assert "http://" not in text.replace("http://www.w3.org", ""), page
            assert "https://" not in text, page
            assert '<html lang="ru">' in text, page
            assert 'name="viewport"' in text, page
