"""Messages as people read them: every template with its event's facts, in every channel."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from html.parser import HTMLParser
from typing import Any

from services.notifier.announcements.consumers import TEMPLATE_OF
from services.notifier.recipients.domain import Channel
from services.notifier.templates.domain.rendering import Rendered, Renderer, Template
from services.notifier.templates.gateways import load_layout, load_templates, load_words
from tests.support.notices import heard

PORTAL = "https://zdorovie.gov-demo.ru"
"""A host of twenty letters, as a public service has."""
SALUTATION = "Здравствуйте, Анна!"
LATER = {"appointment-reminder": "appointment-booked", "certificate-expiring": "certificate-issued"}
EVENTS = {name: kind for kind, name in reversed(TEMPLATE_OF.items())}
NAMES = sorted({*EVENTS, *LATER})
# The examples of the contracts are older than the numbers that the services give.
_NUMBERS = {
    "tracking_number": "0417-3920-1183",
    "number": "26K7-Q2M9-X4RB",
    "talon_number": "4821-0937-5526",
}


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
    found: dict[str, Any] = data.model_dump(mode="json", exclude={"pii"})
    found["talon_ready"] = True
    found |= {key: number for key, number in _NUMBERS.items() if key in found}
    return found | changes


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
