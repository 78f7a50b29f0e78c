"""Jinja sources, compiled: sandboxed, every name defined, what is the same each time said once.

What a line prints must say something: one with an empty value raises, whoever renders it decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from jinja2 import StrictUndefined
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.notifier.templates.domain.content import MASK, Channel, Kind

Part: TypeAlias = Callable[[Context], str]
"""One source; any context of its environment will do."""
_SPACE = re.compile(r"[^\S\u00a0]+")


class EmptyValueError(Exception):
    """A value to be printed has no letter and no digit in it."""


@dataclass(frozen=True)
class Template:
    """One version of what an event is told with (N11). Parts are Jinja sources.

    `sms` and `push` are wordings, the best first; the last one has to fit whatever the values.
    Without one, or without a `text`, it is not told by that channel.
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

    @property
    def channels(self) -> tuple[Channel, ...]:
        """By which it is told."""
        words = {
            Channel.SMS: self.sms,
            Channel.EMAIL: self.text.strip(),
            Channel.PUSH: self.push,
        }
        return tuple(channel for channel, said in words.items() if said)


@dataclass(frozen=True)
class CompiledTemplate:
    """A template, compiled; its text as paragraphs of lines. Every part is one line."""

    template: Template
    title: Part
    sms: tuple[Part, ...]
    push: tuple[Part, ...]
    text: tuple[tuple[Part, ...], ...]
    action: Part
    link: Part
    short: Part
    context: Callable[[Mapping[str, Any]], Context]
    """The values of one notice, for all parts."""


def environment(*, escape: bool = False, must_say: bool = False) -> ImmutableSandboxedEnvironment:
    """`must_say`: a value that is printed must say something."""
    return ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=escape, finalize=_saying if must_say else None
    )


def _saying(value: object) -> object:
    said = "" if value is None else str(value)
    if said != MASK and not any(character.isalnum() for character in said):
        raise EmptyValueError
    return value


def compiled(template: Template, env: ImmutableSandboxedEnvironment) -> CompiledTemplate:
    """The template in this environment.

    Raises:
        jinja2.TemplateError: a source is none.
    """
    part = partial(_part, env=env)
    paragraphs = re.split(r"\n\s*\n", template.text.strip())
    blank = env.from_string("")
    return CompiledTemplate(
        template,
        title=part(template.title),
        sms=tuple(map(part, template.sms)),
        push=tuple(map(part, template.push)),
        text=tuple(tuple(map(part, paragraph.splitlines())) for paragraph in paragraphs),
        action=part(template.action),
        link=part(template.link),
        short=part(template.short),
        context=lambda values: blank.new_context(dict(values)),
    )


def _part(source: str, env: ImmutableSandboxedEnvironment) -> Part:
    template = env.from_string(source)
    if "{" not in source:
        said = _line(template.render())
        return lambda _: said
    return lambda context: _line("".join(template.root_render_func(context)))


def _line(text: str) -> str:
    """One line: a subject with a line break in it would be a header injection."""
    return _SPACE.sub(" ", text).strip()


def lines(parts: Sequence[Part], context: Context) -> Iterator[str]:
    """What can be said: a line that would print an empty value is none."""
    for part in parts:
        try:
            said = part(context)
        except EmptyValueError:
            continue
        if said:
            yield said


def paragraphs(parts: Sequence[Sequence[Part]], context: Context) -> Iterator[list[str]]:
    """The paragraphs that say something."""
    for paragraph in parts:
        if said := list(lines(paragraph, context)):
            yield said
