"""The simulated acquirer beside the service: one is the other's outside, over HTTP in memory.

Callbacks go out when a test says so, or a person's poll of the order finds it first.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
from fastapi import FastAPI
from pydantic import SecretStr

from deploy.world.acquirer.app import build
from deploy.world.acquirer.book import Book
from deploy.world.acquirer.callbacks import Callbacks
from deploy.world.acquirer.desk import Desk
from deploy.world.acquirer.lines import CALLBACK, HEADER, signed
from deploy.world.acquirer.settings import AcquirerSettings
from services.certificates.payments.gateways.http import HttpAcquirer
from services.chassis.foundation.settings import Platform
from services.chassis.telemetry.metrics import Metrics
from tests.support.service import Tokens
from tests.support.services.certificates.events import Json
from tests.support.services.certificates.office import Office, office

SECRET = "the-secret-of-the-acquirers-line"
ACCEPT = {"Accept": "application/json"}


class Line(httpx2.AsyncBaseTransport):
    """The line to the acquirer; `away`: nobody answers; `deaf`: it acts, and its answer is lost."""

    def __init__(self, app: FastAPI) -> None:
        self._to = httpx2.ASGITransport(app=app)
        self.away = self.deaf = False

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """One request."""
        if self.away:
            raise httpx2.ConnectError(str(request.url))
        answer = await self._to.handle_async_request(request)
        if self.deaf:
            raise httpx2.ReadTimeout(str(request.url))
        return answer


@dataclass
class Bank:
    """The acquirer, and the people at its page."""

    desk: Desk
    http: httpx2.AsyncClient
    office: Office
    line: Line

    async def do(self, pay_url: str, deed: str = "payment", **query: Any) -> Json:
        """What a person does on the page."""
        path = httpx2.URL(pay_url).path
        answer = await self.http.post(f"{path}/{deed}", params=query, headers=ACCEPT)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def tell(self) -> None:
        """Call back what the service has not heard of."""
        await self.desk.callbacks.tell()

    async def callback(self, body: bytes, at: float | None = None, **over: str) -> httpx2.Response:
        """A callback as somebody sends it: signed with the right secret unless told otherwise."""
        secret = over.get("secret", SECRET)
        header = over.get("signature", signed(secret, over.get("way", CALLBACK), body, at))
        headers = {HEADER: header, "Content-Type": "application/json"}
        return await self.office.http.post("/v1/payments/callbacks", content=body, headers=headers)

    async def pay_url(self, bill_id: str) -> str:
        """Where the citizen pays that bill."""
        path = f"/v1/bills/{bill_id}/payment"
        answer = await self.office.http.post(path, headers=self.office.citizen())
        assert answer.status_code == 200, answer.text
        return str(answer.json()["pay_url"])

    async def bill(self, bill_id: str) -> Json:
        """The bill as its citizen sees it."""
        answer = await self.office.http.get(f"/v1/bills/{bill_id}", headers=self.office.citizen())
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found


@asynccontextmanager
async def bank(
    platform: Platform, database: str, tokens: Tokens, folder: Path, **over: Any
) -> AsyncIterator[Bank]:
    """Service and acquirer, each other's outside. `over`: settings of the service."""
    settings = AcquirerSettings(
        data_dir=folder,
        secret=SecretStr(SECRET),
        public_url="http://bank",
        callback_url="http://service/v1/payments/callbacks",
        refund_seconds=0,
        retry_seconds=0,
    )
    app = build(settings)
    line = Line(app)
    client = httpx2.AsyncClient(transport=line)
    page = httpx2.ASGITransport(app=app)
    gateway = HttpAcquirer("http://bank", SECRET, Metrics(), client=client)
    defaults: dict[str, Any] = {
        "acquirer_url": "http://bank",
        "acquirer_secret": SECRET,
        "acquirer_poll": timedelta(hours=1),
    }
    async with (
        office(platform, database, tokens, acquirer=gateway, **{**defaults, **over}) as running,
        httpx2.AsyncClient(transport=page, base_url="http://bank") as people,
    ):
        await running.know_people()
        book: Book = app.state.desk.book
        app.state.desk = Desk(settings, book, Callbacks(book, settings, running.http))
        yield Bank(app.state.desk, people, running, line)
