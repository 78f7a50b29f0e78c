"""Templates: data in, words out. Sandboxed Jinja, every name must be defined, HTML escaped.

A template is written once: its text becomes the plain letter and, by the layout, the HTML one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from jinja2 import StrictUndefined
from jinja2 import Template as Compiled
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.notifier.domain import wording
from services.notifier.domain.addressing import Channel
from services.notifier.domain.message import Content, Kind

SMS_LONGEST = 134
"""Two parts of 67 UCS-2 characters: what a Cyrillic message may cost at most."""


@dataclass(frozen=True)
class Template:
    """One version of what an event is told with (N11). Parts are Jinja sources."""

    name: str
    version: int
    kind: Kind
    title: str
    sms: str
    push: str
    text: str
    action: str
    link: str

    @property
    def id(self) -> str:
        """Name and version, as the journal has them."""
        return f"{self.name}.v{self.version}"


@dataclass(frozen=True)
class Layout:
    """The frame of a letter: plain and HTML."""

    plain: str
    html: str


@dataclass(frozen=True)
class Rendered:
    """What to send and which template it came from."""

    content: Content
    kind: Kind
    template: str


class Renderer:
    """The newest version of every template, compiled at start: a broken one stops the start."""

    def __init__(
        self,
        templates: Iterable[Template],
        layout: Layout,
        words: Mapping[str, Mapping[str, str]],
        *,
        portal: str,
        timezone: str,
    ) -> None:
        """Take the address of the portal for links, and the time zone of dates without a place."""
        plain = self._environment(words, portal, timezone, escape=False)
        self._layout_plain = plain.from_string(layout.plain)
        self._layout_html = self._environment(words, portal, timezone, escape=True).from_string(
            layout.html
        )
        self._newest: dict[str, tuple[Template, dict[str, Compiled]]] = {}
        for template in sorted(templates, key=lambda t: t.version):
            parts = {
                part: plain.from_string(getattr(template, part))
                for part in ("title", "sms", "push", "text", "action", "link")
            }
            self._newest[template.name] = (template, parts)

    @property
    def names(self) -> frozenset[str]:
        """The templates there are."""
        return frozenset(self._newest)

    def render(
        self, name: str, channel: Channel, context: Mapping[str, Any], *, salutation: str
    ) -> Rendered:
        """The message for one channel.

        Raises:
            KeyError: no such template.
            jinja2.UndefinedError: the template uses what the context does not have.
        """
        template, parts = self._newest[name]
        said = {part: compiled.render(context) for part, compiled in parts.items()}
        frame = {
            "title": _line(said["title"]),
            "action": _line(said["action"]),
            "link": said["link"].strip(),
        }
        html = None
        if channel is Channel.EMAIL:
            letter = {**frame, "salutation": salutation, "paragraphs": _paragraphs(said["text"])}
            text = self._layout_plain.render(letter).strip() + "\n"
            html = self._layout_html.render(letter)
        elif channel is Channel.SMS:
            link = frame["link"]
            text = f"{_line(said['sms'])} {link}".strip()
        else:
            text = _line(said["push"])
        return Rendered(Content(**frame, text=text, html=html), template.kind, template.id)

    @staticmethod
    def _environment(
        words: Mapping[str, Mapping[str, str]], portal: str, timezone: str, *, escape: bool
    ) -> ImmutableSandboxedEnvironment:
        env = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=escape)
        env.filters |= {
            "day": lambda value, zone=timezone: wording.day(value, zone),
            "short_day": lambda value, zone=timezone: wording.short_day(value, zone),
            "weekday": lambda value, zone=timezone: wording.weekday(value, zone),
            "clock": lambda value, zone=timezone: wording.clock(value, zone),
            "plural": wording.plural,
        } | {name: partial(wording.named, words=table) for name, table in words.items()}
        env.globals["portal"] = portal.rstrip("/")
        return env


def _line(text: str) -> str:
    """One line: a subject with a line break in it would be a header injection."""
    return " ".join(text.split())


def _paragraphs(text: str) -> list[str]:
    return [_line(part) for part in re.split(r"\n\s*\n", text) if part.strip()]
