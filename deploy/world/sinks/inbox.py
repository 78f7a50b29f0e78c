"""What arrived, for people (`/inbox`) and for programs (`/inbox/api/…`)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from deploy.world.sinks.messages import Channel, Sinks, sinks_of

router = APIRouter()

_PAGE = Path(__file__).parent / "page"
_LONGEST_WAIT = 25.0
_FRESH = {"Cache-Control": "no-cache"}
_Theirs = Annotated[Sinks, Depends(sinks_of)]


class FaultBody(BaseModel):
    """Which requests to refuse next; for e-mail `status` is an SMTP reply code, such as 451."""

    channel: Channel
    next: int = Field(ge=0, le=1000)
    status: int = Field(ge=400, le=599)


@router.get("/inbox/api/messages")
async def read(
    sinks: _Theirs,
    to: Annotated[list[str] | None, Query(description="Recipients; everybody when absent.")] = None,
    since: Annotated[int, Query(ge=0, description="The cursor of the page before.")] = 0,
    wait: Annotated[float, Query(ge=0, le=_LONGEST_WAIT, description="Seconds to wait.")] = 0,
) -> dict[str, Any]:
    """Messages younger than `since`, the oldest first; waits for one when there is none."""
    found = await sinks.messages.wait_after(since, set(to or ()), wait)
    inner = {"cursor", "provider_id"}
    return {
        "items": [message.model_dump(mode="json", exclude=inner) for message in found],
        "cursor": found[-1].cursor if found else since,
    }


@router.get("/inbox/api/stats")
async def stats(sinks: _Theirs) -> dict[str, dict[str, int]]:
    """Kept messages and suppressed duplicates, by channel."""
    return sinks.messages.stats()


@router.post("/inbox/api/faults", status_code=204)
async def fail(body: FaultBody, sinks: _Theirs) -> Response:
    """Refuse the next requests of a channel."""
    sinks.faults.set(body.channel, body.next, body.status)
    return Response(status_code=204)


@router.get("/inbox/api/people")
async def people(sinks: _Theirs) -> dict[str, Any]:
    """Whose messages can be looked at: the demo accounts, and whoever else was written to."""
    known = _demo_people(sinks.settings.demo_file)
    theirs = {address for person in known for address in person["addresses"]}
    others = [address for address in sinks.messages.recipients() if address not in theirs]
    return {"people": known, "others": others}


@router.api_route("/inbox", methods=["GET", "HEAD"])
@router.api_route("/inbox/", methods=["GET", "HEAD"])
async def page() -> FileResponse:
    """The page."""
    return FileResponse(_PAGE / "index.html", headers=_FRESH)


@router.get("/inbox/style.css")
async def style() -> FileResponse:
    """Its style."""
    return FileResponse(_PAGE / "style.css", headers=_FRESH)


@router.get("/inbox/inbox.js")
async def script() -> FileResponse:
    """Its script."""
    return FileResponse(_PAGE / "inbox.js", headers=_FRESH)


@router.get("/healthz")
async def health() -> dict[str, str]:
    """Alive, and SMTP listens: both start together."""
    return {"status": "ok"}


def _demo_people(file: Path | None) -> list[dict[str, Any]]:
    if file is None or not file.exists():
        return []
    accounts = json.loads(file.read_text(encoding="utf-8"))["accounts"]
    kinds = ("phone", "email", "device")
    return [
        {
            "name": f"{account['name']['first']} {account['name']['last']}",
            "role": account["role"],
            "addresses": [account[kind] for kind in kinds if account.get(kind)],
        }
        for account in accounts
    ]
