"""Templates from files: `<name>.v<N>.toml`, the layouts and the words, read once at start."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from contracts.specialties import SPECIALTIES
from services.notifier.templates.domain.compiled import Template
from services.notifier.templates.domain.content import Kind
from services.notifier.templates.domain.rendering import Layout

DIRECTORY = Path(__file__).with_name("texts")
_NAME = re.compile(r"(?P<name>[a-z]+(?:-[a-z]+)*)\.v(?P<version>[1-9][0-9]*)\.toml")
_PARTS = frozenset({"kind", "title", "sms", "push", "text", "action", "link", "short"})
_WORDINGS = ("sms", "push")


class BrokenTemplateError(Exception):
    """A template file is not one; the service does not start with it."""


def load_templates(directory: Path = DIRECTORY) -> tuple[Template, ...]:
    """Every version of every template.

    Raises:
        BrokenTemplateError: a file lacks a part, or has one that nobody knows.
    """
    found = []
    for file in sorted(directory.glob("*.v*.toml")):
        name = _NAME.fullmatch(file.name)
        parts = tomllib.loads(file.read_text(encoding="utf-8"))
        if name is None or parts.keys() != _PARTS:
            message = f"{file.name}: {sorted(_PARTS ^ parts.keys())}"
            raise BrokenTemplateError(message)
        for part in _WORDINGS:
            if not isinstance(parts[part], list):
                message = f"{file.name}: {part} is no list of wordings"
                raise BrokenTemplateError(message)
            parts[part] = tuple(parts[part])
        kind = Kind(parts.pop("kind"))
        template = Template(name["name"], int(name["version"]), kind, **parts)
        if not template.channels:
            message = f"{file.name}: says nothing"
            raise BrokenTemplateError(message)
        found.append(template)
    return tuple(found)


def load_layout(directory: Path = DIRECTORY) -> Layout:
    """The frame of e-mails."""
    return Layout(
        plain=(directory / "layout.txt").read_text(encoding="utf-8"),
        html=(directory / "layout.html").read_text(encoding="utf-8"),
    )


def load_words(directory: Path = DIRECTORY) -> Mapping[str, Mapping[str, str]]:
    """The Russian names of codes, by table."""
    words = tomllib.loads((directory / "words.toml").read_text(encoding="utf-8"))
    return words | {"specialties": SPECIALTIES}
