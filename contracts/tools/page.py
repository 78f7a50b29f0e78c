"""The contracts as one page for a person: topics, who says and who hears what, every event.

Made from the same data as the AsyncAPI document, so neither can say more than the other. Plain HTML
with its style inside; it runs no script and loads nothing. Links to schemas and examples are
relative to where the gateway serves it (`/contracts/`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from contracts.envelope import CONTENT_TYPE, Data
from contracts.tools.compatibility import PLAINTEXT
from contracts.tools.glossary import ATTRIBUTES, EVENTS, SYSTEMS, Words
from contracts.tools.snapshots import Schema, example_of, schema_of
from contracts.topics import TOPICS
from contracts.topics.model import Topic

TEMPLATES = Path(__file__).parent / "templates"
TYPES = {
    "string": "строка",
    "integer": "целое число",
    "number": "число",
    "boolean": "да / нет",
    "object": "объект",
    "date": "дата",
    "date-time": "дата и время",
    "time": "время суток",
}


@dataclass(frozen=True)
class Row:
    """One line of a field table."""

    path: str
    kind: str
    values: tuple[str, ...]
    required: bool
    personal: bool
    about: str
    example: str | None


@dataclass(frozen=True)
class Card:
    """One event as the page shows it."""

    type: str
    name: str
    words: Words
    consumers: tuple[str, ...]
    rows: tuple[Row, ...]
    example: str


@dataclass(frozen=True)
class Section:
    """One topic as the page shows it."""

    topic: Topic
    owner: Words
    cards: tuple[Card, ...]

    @property
    def retention(self) -> str:
        """How long records are kept, in words."""
        kept = self.topic.retention
        return f"{kept.days} дней" if kept.days else f"{kept.seconds // 60} минут"


def page() -> str:
    """The page.

    Raises:
        ContractError: an event has no example or no words.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    sections = [
        Section(t, SYSTEMS[t.producer], tuple(_card(t, event) for event in t.events))
        for t in TOPICS
    ]
    envelope = schema_of(TOPICS[0].events[0])
    return environment.get_template("index.html").render(
        sections=sections,
        systems=SYSTEMS,
        attributes=[
            (name, about, name in envelope["required"]) for name, about in ATTRIBUTES.items()
        ],
        content_type=CONTENT_TYPE,
    )


def _card(topic: Topic, event: type[Data]) -> Card:
    example = example_of(event.TYPE)
    data = schema_of(event)["properties"]["data"]
    return Card(
        type=event.TYPE,
        name=event.__name__,
        words=EVENTS[event.__name__],
        consumers=tuple(
            SYSTEMS[consumer].title for consumer, heard in topic.consumers.items() if event in heard
        ),
        rows=tuple(_rows(data, example["data"], "")),
        example=json.dumps(example, ensure_ascii=False, indent=2),
    )


def _rows(schema: Schema, example: Any, prefix: str) -> Iterator[Row]:
    for name, node in schema["properties"].items():
        path = f"{prefix}{name}"
        shown = example.get(name)
        inner = node.get("items", node)
        nested = "properties" in inner
        yield Row(
            path=path,
            kind=_kind(node),
            values=tuple(inner.get("enum", ())),
            required=name in schema.get("required", ()),
            personal=path.partition(".")[0] == "pii",
            about=node["description"],
            example=None if nested or shown is None else json.dumps(shown, ensure_ascii=False),
        )
        if nested:
            sample = shown[0] if "items" in node and shown else shown
            yield from _rows(inner, sample or {}, f"{path}[]." if "items" in node else f"{path}.")
        if PLAINTEXT in node:
            yield from _rows(node[PLAINTEXT], {}, f"{path}.jwe → ")


def _kind(node: Schema) -> str:
    if "items" in node:
        return f"список: {_kind(node['items'])}"
    return TYPES[node["format"] if "format" in node else node["type"]]
