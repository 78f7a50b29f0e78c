"""Templates: data in, words out. Sandboxed Jinja, every name must be defined, HTML escaped.

A template is written once: its text becomes the plain e-mail and, by the layout, the HTML one. What
a line prints must say something: a line with an empty value is left out as a whole, so that no
label stands alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from jinja2 import StrictUndefined
from jinja2 import Template as Compiled
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.notifier.templates.domain import wording
from services.notifier.templates.domain.content import MASK, Channel, Content, Kind
from services.notifier.templates.domain.sms import segments, shortest


class EmptyValueError(Exception):
    """A value to be printed has no letter and no digit in it."""


@dataclass(frozen=True)
class Template:
    """One version of what an event is told with (N11). Parts are Jinja sources.

    `sms` and `push` are wordings, the best first; the last one has to fit whatever the values.
    `short` is the link of an SMS behind the site's name; without one an SMS has no link.
    """

    name: str
    version: int
    kind: Kind
    title: str
    sms: tuple[str, ...]
    push: tuple[str, ...]
    text: str
    action: str
    link: str
    short: str

    @property
    def id(self) -> str:
        """Name and version, as the journal has them."""
        return f"{self.name}.v{self.version}"


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
class _CompiledTemplate:
    """A template, compiled; its text as paragraphs of lines."""

    template: Template
    title: Compiled
    sms: tuple[Compiled, ...]
    push: tuple[Compiled, ...]
    text: tuple[tuple[Compiled, ...], ...]
    action: Compiled
    link: Compiled
    short: Compiled


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
        self._site = shortest(short_url or portal)
        self._layout_plain = _environment().from_string(layout.plain)
        self._layout_html = _environment(escape=True).from_string(layout.html)
        env = _environment(must_say=True)
        env.filters |= _filters(words, timezone)
        env.globals["portal"] = portal.rstrip("/")
        newest = {t.name: t for t in sorted(templates, key=lambda t: t.version)}
        self._newest = {name: _compiled(template, env) for name, template in newest.items()}

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
            EmptyValueError: a title or a link, or every wording, lacks its value.
        """
        compiled = self._newest[name]
        frame = {
            "title": _line(compiled.title.render(context)),
            "action": _line(compiled.action.render(context)),
            "link": compiled.link.render(context).strip(),
        }
        html = None
        if channel is Channel.EMAIL:
            paragraphs = list(_paragraphs(compiled.text, context))
            email = {**frame, "salutation": salutation, "paragraphs": paragraphs}
            text = self._layout_plain.render(email).strip() + "\n"
            html = self._layout_html.render(email)
        elif channel is Channel.SMS:
            short = compiled.short.render(context).strip()
            tail = f" {self._site}/{short}" if short else ""
            wordings = [f"{said}{tail}" for said in _wordings(compiled.sms, context)]
            text = next((one for one in wordings if segments(one) == 1), wordings[-1])
        else:
            text = _wordings(compiled.push, context)[0]
        template = compiled.template
        return Rendered(Content(**frame, text=text, html=html), template.kind, template.id)


def _environment(*, escape: bool = False, must_say: bool = False) -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=escape, finalize=_saying if must_say else None
    )


def _saying(value: object) -> object:
    said = "" if value is None else str(value)
    if said != MASK and not any(character.isalnum() for character in said):
        raise EmptyValueError
    return value


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


def _compiled(template: Template, env: ImmutableSandboxedEnvironment) -> _CompiledTemplate:
    paragraphs = re.split(r"\n\s*\n", template.text.strip())
    return _CompiledTemplate(
        template,
        title=env.from_string(template.title),
        sms=tuple(map(env.from_string, template.sms)),
        push=tuple(map(env.from_string, template.push)),
        text=tuple(tuple(map(env.from_string, p.splitlines())) for p in paragraphs),
        action=env.from_string(template.action),
        link=env.from_string(template.link),
        short=env.from_string(template.short),
    )


def _lines(sources: Sequence[Compiled], context: Mapping[str, Any]) -> Iterator[str]:
    """What can be said: a line that would print an empty value is none."""
    for source in sources:
        try:
            said = _line(source.render(context))
        except EmptyValueError:
            continue
        if said:
            yield said


def _paragraphs(
    sources: Sequence[Sequence[Compiled]], context: Mapping[str, Any]
) -> Iterator[list[str]]:
    for source in sources:
        if lines := list(_lines(source, context)):
            yield lines


def _wordings(sources: Sequence[Compiled], context: Mapping[str, Any]) -> list[str]:
    found = list(_lines(sources, context))
    if not found:
        raise EmptyValueError
    return found


def _line(text: str) -> str:
    """One line: a subject with a line break in it would be a header injection."""
    return re.sub(r"[^\S\u00a0]+", " ", text).strip()
