"""One JSON Schema per event type: the whole envelope with its data, flat and self-contained.

The files in `schemas/` are what was promised to other systems; `compatibility` compares new ones
with them. A schema describes what a producer writes: an optional field is absent, never null.
Schemas use only words that JSON Schema 2020-12 and draft-07 share, so that the AsyncAPI document
can carry them as they are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contracts.envelope import Data, model_of
from contracts.tools.compatibility import PLAINTEXT
from contracts.tools.glossary import ATTRIBUTES, EVENTS, FIELDS
from contracts.topics import BY_TYPE, topic_of

ROOT = Path(__file__).parents[1]
SCHEMAS = ROOT / "schemas"
EXAMPLES = ROOT / "examples"
GENERATED = ROOT / "generated"

DIALECT = "https://json-schema.org/draft/2020-12/schema"

PYDANTIC_NOTES = frozenset({"$defs", "title", "description", "examples"})

Schema = dict[str, Any]


class ContractError(Exception):
    """A contract is written in a way that cannot be published."""


class NullableRequiredError(ContractError):
    """A required field may be null, but a producer leaves nulls out."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path}: required, yet it may be null; give it the default None")


class UntoldError(ContractError):
    """The glossary has no words for a name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: contracts/tools/glossary has no words for it")


class ExampleMissingError(ContractError):
    """An event type has no example."""

    def __init__(self, event_type: str) -> None:
        super().__init__(
            f"{event_type}: contracts/examples/{event_type}.json is missing; "
            "write one complete, realistic event"
        )


def render(document: Mapping[str, Any]) -> str:
    """JSON as all files here are written: readable, Cyrillic kept, a line feed at the end."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def schema_of(event: type[Data]) -> Schema:
    """The schema of one event type.

    Raises:
        ContractError: the model cannot be published as it is written.
    """
    raw = model_of(event).model_json_schema()
    body = _flat(raw, raw.get("$defs", {}), event.__name__, ATTRIBUTES)
    data = body["properties"]["data"]
    if event.__name__ not in EVENTS:
        raise UntoldError(event.__name__)
    data["description"] = EVENTS[event.__name__].sentence
    if event.PLAIN is not None:
        plain = event.PLAIN.model_json_schema()
        inside = _flat(plain, plain.get("$defs", {}), f"{event.__name__}.pii")
        data["properties"]["pii"][PLAINTEXT] = inside
    body["properties"]["type"] |= {"const": event.TYPE}
    body["properties"]["source"] |= {"const": f"/{topic_of(event).producer}"}
    return {
        "$schema": DIALECT,
        "$id": f"/contracts/schemas/{event.TYPE}.json",
        "title": event.__name__,
        "description": data["description"],
        **body,
    }


def all_schemas() -> dict[str, Schema]:
    """Event type → schema, for every type of the registry."""
    return {event_type: schema_of(event) for event_type, event in sorted(BY_TYPE.items())}


def committed() -> dict[str, Schema]:
    """Event type → the snapshot on disk."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(SCHEMAS.glob("*.json"))
    }


def example_of(event_type: str) -> dict[str, Any]:
    """The example of one event type.

    Raises:
        ExampleMissingError: nobody wrote one.
    """
    path = EXAMPLES / f"{event_type}.json"
    if not path.exists():
        raise ExampleMissingError(event_type)
    example: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return example


def _flat(node: Schema, defs: Schema, path: str, words: Mapping[str, str] = FIELDS) -> Schema:
    """The node without references, nulls and Pydantic's own titles and docstrings."""
    node = _resolved(node, defs)
    flat = {k: v for k, v in node.items() if k not in PYDANTIC_NOTES}
    if "items" in flat:
        flat["items"] = _flat(flat["items"], defs, f"{path}[]")
    if "properties" in flat:
        required = flat.get("required", [])
        flat["properties"] = {
            name: _field(name, sub, defs, f"{path}.{name}", words, required=name in required)
            for name, sub in flat["properties"].items()
        }
    return flat


def _resolved(node: Schema, defs: Schema) -> Schema:
    if "$ref" not in node:
        return node
    target: Schema = defs[node["$ref"].removeprefix("#/$defs/")]
    return target | {k: v for k, v in node.items() if k != "$ref"}


def _field(
    name: str,
    node: Schema,
    defs: Schema,
    path: str,
    words: Mapping[str, str],
    *,
    required: bool,
) -> Schema:
    variants = node.get("anyOf", [])
    if {"type": "null"} in variants:
        if required:
            raise NullableRequiredError(path)
        (node,) = (variant for variant in variants if variant != {"type": "null"})
    if name not in words:
        raise UntoldError(path)
    return {"description": words[name]} | _flat(node, defs, path)
