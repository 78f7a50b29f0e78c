"""The notifier for tests: events from the contracts' examples, its journal, and its letters."""

from __future__ import annotations

import json
import secrets
from base64 import b64encode
from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx2
from fastapi import FastAPI

from contracts.documents import MailingRequested
from contracts.envelope import Data, Event
from contracts.identity import AccountRegistered
from contracts.topics import topic_of
from services.notifier.announcements.consumers import TEMPLATE_OF, facts_of
from services.notifier.templates.domain.compiled import Template
from services.notifier.templates.domain.content import Channel
from services.notifier.templates.domain.rendering import Rendered, Renderer
from services.notifier.templates.gateways import load_layout, load_templates, load_words
from tests.support.eventually import eventually
from tests.support.service import Tokens, deliver
from tests.support.tools.encryption import encrypted

PORTAL = "https://zdorovie.gov-demo.ru"
"""A host of twenty letters, as a public service has."""
CITIZEN, PHONE, MAIL, DEVICE = "acc-1", "+79000000042", "anna@example.org", "device-of-anna"
SALUTATION = "Здравствуйте, Анна!"
LATER = {
    "appointment-pending": "appointment-booked",
    "appointment-reminder": "appointment-booked",
    "appointment-soon": "appointment-booked",
    "certificate-expiring": "certificate-issued",
    "late-application": "application-escalated",
}
EVENTS = {name: kind for kind, name in reversed(TEMPLATE_OF.items())}
NAMES = sorted({*EVENTS, *LATER})
# The examples of the contracts are older than the numbers that the services give.
_NUMBERS = {
    "tracking_number": "0417-3920-1183",
    "number": "26K7-Q2M9-X4RB",
    "talon_number": "4821-0937-5526",
}


_CODE = {"phone": "+79990000001", "email": "sokolova@zdorovie.example", "code": "402917"}
_MAILED = {"content": b64encode(b"%PDF-1.7 a talon").decode()}
_EXAMPLES = Path(__file__).parents[4] / "contracts" / "examples"


def heard(
    kind: type[Data],
    *,
    aggregate: str | None = None,
    seq: int = 1,
    time: datetime | None = None,
    pii: dict[str, Any] | None = None,
    **changes: Any,
) -> Event[Any]:
    """The contract's example of this event, as a fresh one with these changes."""
    raw = json.loads((_EXAMPLES / f"{kind.TYPE}.json").read_text(encoding="utf-8"))
    raw["data"] |= json.loads(json.dumps(changes, default=lambda at: at.isoformat()))
    key = next(name for name in topic_of(kind).key.split(" | ") if name in raw["data"])
    if key not in changes:
        raw["data"][key] = aggregate or secrets.token_hex(8)
    raw |= {
        "id": secrets.token_hex(12),
        "aggregateid": raw["data"][key],
        "seq": seq,
        "time": (time or datetime.now(UTC)).isoformat(),
    }
    if kind.PLAIN is not None:
        plain = kind.PLAIN.model_validate(pii or (_MAILED if kind is MailingRequested else _CODE))
        raw["data"]["pii"] = encrypted(kind, plain, **raw["data"]).model_dump()
    elif pii is not None:
        raw["data"]["pii"] = raw["data"].get("pii", {}) | pii
    return Event[kind].from_json(json.dumps(raw).encode())  # type: ignore[valid-type] # the class is chosen at run time


async def register(app: FastAPI, *, seq: int = 1, **pii: str | None) -> None:
    """The citizen of these tests registers, with these contacts or the usual ones."""
    contacts = pii or {"phone": PHONE, "email": MAIL}
    event = heard(AccountRegistered, aggregate=CITIZEN, seq=seq, account_id=CITIZEN, pii=contacts)
    assert await deliver(app, event) == "handled"


async def journal(
    client: httpx2.AsyncClient, tokens: Tokens, citizen: str, **query: Any
) -> list[dict[str, Any]]:
    """A citizen's journal, newest first, as the API answers it."""
    answer = await client.get("/v1/messages", headers=tokens.headers(citizen), params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def ended(
    client: httpx2.AsyncClient, tokens: Tokens, citizen: str, *, count: int, template: str
) -> list[dict[str, Any]]:
    """The citizen's messages of this template, once so many of them have come to their end."""

    async def check() -> list[dict[str, Any]] | None:
        items = [m for m in await journal(client, tokens, citizen) if m["template"] == template]
        over = [m for m in items if m["status"] in {"delivered", "abandoned"}]
        return over if len(over) == count else None

    return await eventually(check) or []


@cache
def renderer(*more: Template, portal: str = PORTAL, short_url: str = "") -> Renderer:
    """The service's own, with these templates as well."""
    return Renderer(
        (*load_templates(), *more),
        load_layout(),
        load_words(),
        portal=portal,
        timezone="Europe/Moscow",
        short_url=short_url,
    )


def facts(name: str, **changes: Any) -> dict[str, Any]:
    """What the template gets: the contract's example with numbers as they are given out."""
    data = heard(EVENTS[LATER.get(name, name)]).data
    found = facts_of(data)
    found["talon_ready"] = True
    if name == "appointment-pending":
        found["needs"] = ["clinic", "referral"]
    found |= {key: number for key, number in _NUMBERS.items() if key in found}
    return found | changes


def told_by(channel: Channel) -> list[str]:
    """The templates that are told by this channel: not all news is worth an SMS."""
    channels = {t.name: t.channels for t in load_templates()}
    return [name for name in NAMES if channel in channels[name]]


def having(context: Mapping[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """The same facts with another value at `path`."""
    found = deepcopy(dict(context))
    place = found
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return found


def said(name: str, channel: Channel, **changes: Any) -> Rendered:
    """The message for one channel."""
    return renderer().render(name, channel, facts(name, **changes), salutation=SALUTATION)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.lines, self.links = [""], list[str]()
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in {"head", "style"}
        self.links += [value or "" for name, value in attrs if name == "href"]
        if tag == "br":
            self.lines.append("")

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in {"head", "style"}
        if tag in {"p", "h1", "div"}:
            self.lines.append("")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.lines[-1] += data


def seen(html: str) -> tuple[list[str], list[str]]:
    """The lines that a reader of the page sees, and where its links lead."""
    page = _Page()
    page.feed(html)
    return [line.strip() for line in page.lines if line.strip()], page.links
