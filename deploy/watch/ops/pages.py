"""Pages and files: `/status` for citizens, `/ops` for people on call, health for the stack."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.staticfiles import StaticFiles

from deploy.watch.ops.deps import Running
from deploy.watch.ops.status import StatusView

router = APIRouter(include_in_schema=False)

PAGE = Path(__file__).parent / "page"
_MOSCOW = ZoneInfo("Europe/Moscow")
_MONTHS = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip
_FRESH = {"Cache-Control": "no-cache"}
_SHORT = {"Cache-Control": "public, max-age=5", "Content-Language": "ru"}
_POLICY = (
    "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; form-action 'self'; "
    "base-uri 'none'; object-src 'none'"
)


class Assets(StaticFiles):
    """Scripts and styles; asked for anew each time, so that no page runs with an older half."""

    def file_response(self, *args: Any, **more: Any) -> Response:
        """The file, never from a cache."""
        answer = super().file_response(*args, **more)
        answer.headers.update(_FRESH)
        return answer


def moscow(moment: datetime, now: datetime) -> str:
    """«14:05» today, «20 ноября, 14:05» on another day; Moscow time."""
    local, today = moment.astimezone(_MOSCOW), now.astimezone(_MOSCOW)
    clock = f"{local:%H:%M}"
    if local.date() == today.date():
        return clock
    year = f" {local.year}" if local.year != today.year else ""
    return f"{local.day} {_MONTHS[local.month - 1]}{year}, {clock}"


_pages = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_pages.filters["moscow"] = moscow


@router.get("/status")
async def status(ops: Running) -> HTMLResponse:
    """What works, since when, what is being done. Needs no login and no script (O4)."""
    now = ops.now()
    html = _pages.get_template("status.html").render(view=ops.board.view(now), now=now)
    return HTMLResponse(html, headers=_SHORT | {"Content-Security-Policy": _POLICY})


@router.get("/status.json")
async def status_json(ops: Running, response: Response) -> StatusView:
    """The same for machines; 200 also when nothing works."""
    response.headers.update(_SHORT)
    return ops.board.view(ops.now())


@router.get("/ops")
async def dashboards() -> FileResponse:
    """The dashboards; the page itself holds no data, its API asks for a token."""
    headers = _FRESH | {"Content-Security-Policy": _POLICY}
    return FileResponse(PAGE / "index.html", headers=headers)


@router.get("/ops/")
async def dashboards_with_slash() -> RedirectResponse:
    """One address for one page."""
    return RedirectResponse("/ops", status_code=308)


@router.get("/healthz")
async def alive() -> dict[str, str]:
    """It serves. Whom it watches is not its own health."""
    return {"status": "ok"}


@router.get("/metrics")
async def metrics(ops: Running) -> Response:
    """What it measures itself; on its own port, not through the gateway."""
    return Response(ops.metrics.render(), media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get("/readyz")
async def ready(ops: Running) -> dict[str, object]:
    """The same: without keys it still shows `/status`."""
    return {"status": "ready", "checks": {"keys": ops.tokens.ready}}
