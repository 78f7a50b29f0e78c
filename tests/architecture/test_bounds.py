"""Everything a caller may send has a bound in the OpenAPI documents, and so in its model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from deploy import ROOT

Json = dict[str, Any]
DOCUMENTS = sorted((ROOT / "docs" / "openapi").glob("*.json"))
_SHORT_BY_FORMAT = {"date", "date-time", "uuid", "binary"}  # a file's bytes are bounded apart


def is_open(schema: Json) -> bool:
    """Whether a caller may send as much of this as they like."""
    match schema.get("type"):
        case "string":
            bounded = bool(schema.keys() & {"maxLength", "enum", "const"})
            return not bounded and schema.get("format") not in _SHORT_BY_FORMAT
        case "array":
            return "maxItems" not in schema
        case "object":
            return "additionalProperties" in schema and not (
                schema["additionalProperties"] is False or "maxProperties" in schema
            )
    return False


def parts_of(document: Json, schema: Json) -> Iterator[tuple[str, Json]]:
    """What a schema is made of."""
    if "$ref" in schema:
        found: Json = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        yield "", found
    for word in ("anyOf", "oneOf", "allOf"):
        yield from (("", choice) for choice in schema.get(word, []))
    yield from ((f".{name}", part) for name, part in schema.get("properties", {}).items())
    if "items" in schema:
        yield "[]", schema["items"]
    if isinstance(schema.get("additionalProperties"), dict):
        yield " keys", {"type": "string"} | schema.get("propertyNames", {})
        yield " values", schema["additionalProperties"]


def without_bound(document: Json, schema: Json, where: str, seen: frozenset[str]) -> Iterator[str]:
    """The places in a schema where a caller may send as much as they like."""
    reference = schema.get("$ref", "")
    if reference in seen:
        return
    if is_open(schema):
        yield f"{where}: {schema['type']}"
    for suffix, part in parts_of(document, schema):
        yield from without_bound(document, part, where + suffix, seen | {reference} - {""})


def all_without_bound(document: Json) -> list[str]:
    """Parameters and bodies of all operations."""
    found: list[str] = []
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if not isinstance(operation, dict):
                continue
            at = f"{method} {path}"
            for asked in operation.get("parameters", []):
                where = f"{at} {asked['in']} {asked['name']}"
                found += without_bound(document, asked["schema"], where, frozenset())
            for content in operation.get("requestBody", {}).get("content", {}).values():
                found += without_bound(document, content["schema"], f"{at} body", frozenset())
    return found


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_whatever_a_caller_may_send_has_a_bound(path: Any) -> None:
    assert all_without_bound(json.loads(path.read_bytes())) == []


def test_five_services_are_looked_at_and_what_has_no_bound_is_found() -> None:
    assert len(DOCUMENTS) == 5
    text = {"type": "string"}
    body = {
        "type": "object",
        "properties": {
            "why": {"anyOf": [text, {"type": "null"}]},
            "when": {"type": "string", "format": "date"},
            "many": {"type": "array", "items": {"type": "string", "maxLength": 5}},
            "map": {"type": "object", "additionalProperties": text, "maxProperties": 3},
        },
    }
    operation = {"requestBody": {"content": {"application/json": {"schema": body}}}}
    assert all_without_bound({"paths": {"/x": {"post": operation}}}) == [
        "post /x body.why: string",
        "post /x body.many: array",
        "post /x body.map keys: string",
        "post /x body.map values: string",
    ]
