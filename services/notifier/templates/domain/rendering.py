"""Templates: data in, words out. HTML escaped; what all messages of a notice share is said once.

A template is written once: its text becomes the plain e-mail and, by the layout, the HTML one. What
a line prints must say something: a line with an empty value is left out as a whole, so that no
label stands alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import jinja2

from services.notifier.templates.domain import wording
from services.notifier.templates.domain.compiled import (
    CompiledTemplate,
    EmptyValueError,
    Template,
    compiled,
    environment,
    lines,
    paragraphs,
)
from services.notifier.templates.domain.content import Channel, Content, Kind
from services.notifier.templates.domain.sms import segments, shortest

_ABOUT = " Это сообщение о том, кого вы представляете: {}."


@dataclass(frozen=True)
class Layout:
    """The frame of an e-mail: plain and HTML."""

    plain: str
    html: str


@dataclass(frozen=True)
class Rendered:
    """What to send and which template it came from."""

    content: Content
    kind: Kind
    template: str


@dataclass(frozen=True)
class _Frame:
    """What stands around the texts of all templates."""

    site: str
    plain: jinja2.Template
    html: jinja2.Template


class Telling:
    """One notice in words, for each channel that is asked for."""

    def __init__(
        self,
        template: CompiledTemplate,
        frame: _Frame,
        values: Mapping[str, Any],
        salutation: str,
        ward: str | None = None,
    ) -> None:
        """`ward` is whom the reader represents, where the notice is about them."""
        self._ward = ward
        self._template = template
        self._frame = frame
        self._salutation = salutation
        self._context = template.context(values)
        self._told: dict[Channel, Rendered] = {}

    @property
    def channels(self) -> tuple[Channel, ...]:
        """By which it is told."""
        return self._template.template.channels

    def by(self, channel: Channel) -> Rendered:
        """The message for one channel; the same for each of its addresses.

        Raises:
            jinja2.UndefinedError: the template uses what the notice does not have.
            EmptyValueError: a title or a link, or every wording, lacks its value.
        """
        if channel not in self._told:
            title, action, link = self._headings
            say = {Channel.EMAIL: self._email, Channel.SMS: self._sms, Channel.PUSH: self._push}
            text, html = say[channel]()
            template = self._template.template
            self._told[channel] = Rendered(
                Content(title, text, action, link, html), template.kind, template.id
            )
        return self._told[channel]

    @cached_property
    def _headings(self) -> tuple[str, str, str]:
        parts = (self._template.title, self._template.action, self._template.link)
        title, action, link = (part(self._context) for part in parts)
        return title, action, link

    def _email(self) -> tuple[str, str | None]:
        title, action, link = self._headings
        values = {
            "title": title,
            "action": action,
            "link": link,
            "salutation": self._salutation + (_ABOUT.format(self._ward) if self._ward else ""),
            "paragraphs": list(paragraphs(self._template.text, self._context)),
        }
        plain = self._frame.plain.render(values).strip() + "\n"
        return plain, self._frame.html.render(values)

    def _sms(self) -> tuple[str, str | None]:
        short = self._template.short(self._context)
        tail = f" {self._frame.site}/{short}" if short else ""
        text = ""
        for said in lines(self._template.sms, self._context):
            text = f"{self._whose}{said}{tail}"
            if segments(text) == 1:
                break
        return _said(text), None

    def _push(self) -> tuple[str, str | None]:
        said = next(lines(self._template.push, self._context), "")
        return _said(said and f"{self._whose}{said}"), None

    @property
    def _whose(self) -> str:
        """A ward by the first name, which is all that an SMS has room for."""
        names = (self._ward or "").split()
        return f"{names[1] if len(names) > 1 else names[0]}: " if names else ""


def _said(text: str) -> str:
    """What was found to say: no wording says nothing."""
    if not text:
        raise EmptyValueError
    return text


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
        short_url: str = "",
    ) -> None:
        """Take the address of the portal for links, and the time zone of dates without a place.

        `short_url` stands before the short links of SMS; without one it is the portal's.
        """
        self._frame = _Frame(
            shortest(short_url or portal),
            environment().from_string(layout.plain),
            environment(escape=True).from_string(layout.html),
        )
        env = environment(must_say=True)
        env.filters |= _filters(words, timezone)
        env.globals["portal"] = portal.rstrip("/")
        newest = {t.name: t for t in sorted(templates, key=lambda t: t.version)}
        self._newest = {name: compiled(template, env) for name, template in newest.items()}

    @property
    def names(self) -> frozenset[str]:
        """The templates there are."""
        return frozenset(self._newest)

    def telling(
        self, name: str, values: Mapping[str, Any], *, salutation: str, ward: str | None = None
    ) -> Telling:
        """What a notice says, not yet said.

        Raises:
            KeyError: no such template.
        """
        return Telling(self._newest[name], self._frame, values, salutation, ward)

    def render(
        self, name: str, channel: Channel, values: Mapping[str, Any], *, salutation: str
    ) -> Rendered:
        """The message for one channel alone.

        Raises:
            KeyError: no such template.
            jinja2.UndefinedError: the template uses what the values do not have.
            EmptyValueError: a title or a link, or every wording, lacks its value.
        """
        return self.telling(name, values, salutation=salutation).by(channel)


def _filters(words: Mapping[str, Mapping[str, str]], timezone: str) -> dict[str, Any]:
    return {
        "day": lambda value, zone=timezone: wording.day(value, zone),
        "day_month": lambda value, zone=timezone: wording.day_month(value, zone),
        "in_figures": lambda value, zone=timezone: wording.in_figures(value, zone),
        "weekday": lambda value, zone=timezone: wording.weekday(value, zone),
        "clock": lambda value, zone=timezone: wording.clock(value, zone),
        "money": wording.money,
        "bare": wording.bare,
        "plural": wording.plural,
    } | {name: partial(wording.named, words=table) for name, table in words.items()}
