"""Health, metrics, version and API pages: what operators and clients find at every service.

Kafka away is *degraded*, not dead: the API goes on working and the outbox keeps the events.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.staticfiles import StaticFiles

# Swagger UI sets styles on its elements and draws its icons from data addresses.
_POLICY = (
    "default-src 'none'; connect-src 'self'; script-src 'self' 'sha256-{script}'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Assets(StaticFiles):
    """The scripts and styles of the API page: the same for everybody."""

    def file_response(self, *args: Any, **more: Any) -> Response:
        """See `StaticFiles`."""
        answer = super().file_response(*args, **more)
        answer.headers["Cache-Control"] = "public, max-age=3600"
        return answer


def _version() -> str:
    try:
        return version("moe-zdorovie")
    except PackageNotFoundError:
        return "0.1.0"


VERSION = _version()


@dataclass(frozen=True)
class Health:
    """What the operators' routes ask of a running service."""

    name: str
    ping: Callable[[], Awaitable[object]]
    """Returns where MongoDB answers, and raises or hangs where it does not."""
    consuming: Callable[[], bool]
    keys: Callable[[], bool]
    started: Callable[[], bool]
    shedding: Callable[[], bool]
    render: Callable[[], bytes]
    """The metrics in the Prometheus text format."""


def router(health: Health) -> APIRouter:
    """The operators' routes; the gateway does not lead to them."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/healthz")
    async def alive() -> dict[str, str]:
        return {"status": "ok"}

    @routes.get("/readyz")
    async def ready() -> JSONResponse:
        checks = {
            "mongo": await _answers(health.ping()),
            "kafka": health.consuming(),
            "keys": health.keys(),
        }
        # Shedding is told but stays ready: a balancer that took every shedding replica out would
        # send its load to the next one, until none is left. Refusing a share *is* serving.
        serving = checks["mongo"] and health.started()
        status = "ready" if all(checks.values()) else "degraded" if serving else "unready"
        answer = {"status": status, "shedding": health.shedding(), "checks": checks}
        if not serving:
            return JSONResponse(answer, 503, headers={"Retry-After": "5"})
        return JSONResponse(answer)

    @routes.get("/metrics")
    async def metrics() -> Response:
        return Response(health.render(), media_type="text/plain; version=0.0.4; charset=utf-8")

    @routes.get("/version")
    async def which() -> dict[str, str]:
        return {"service": health.name, "version": VERSION}

    return routes


async def _answers(ping: Awaitable[object]) -> bool:
    try:
        async with asyncio.timeout(2):
            await ping
    except Exception:
        return False
    return True


def install_docs(app: FastAPI, title: str) -> None:
    """Serve the API page from the installed bundle: nothing is loaded from elsewhere."""
    # The package is only taken for the Swagger UI that it carries: its app class is not used.
    bundle = Path(str(distribution("fastapi-offline").locate_file("fastapi_offline/static")))
    app.mount("/docs/assets", Assets(directory=bundle), name="docs-assets")
    # relative addresses: right behind the gateway and without it
    page = get_swagger_ui_html(
        openapi_url="openapi.json",
        title=title,
        swagger_js_url="docs/assets/swagger-ui-bundle.js",
        swagger_css_url="docs/assets/swagger-ui.css",
        swagger_favicon_url="docs/assets/favicon.png",
    )
    policy = _POLICY.format(script=_inline_script(bytes(page.body)))

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(page.body, headers={"Content-Security-Policy": policy})


def _inline_script(page: bytes) -> str:
    """The hash by which a policy knows the page's own script."""
    (script,) = re.findall(rb"<script>(.*?)</script>", page, re.DOTALL)
    return base64.b64encode(hashlib.sha256(script).digest()).decode()
