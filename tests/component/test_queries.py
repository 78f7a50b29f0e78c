"""Whatever stands in a query or a path, a GET is answered without a server error (O5, X5).

The routes are taken from each service's own OpenAPI document, so a new list is asked, too.
"""

from __future__ import annotations

import base64
import importlib
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from fastapi import FastAPI

from contracts.topics import SERVICES
from services.chassis.database.pages import moment_cursor
from services.chassis.foundation.dates import parse_moment
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.service import Tokens, running


def _word(position: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")


_LAST = parse_moment("2199-12-31T23:59:59.999999+00:00")
_FIRST = parse_moment("1900-01-01T00:00:00+00:00")
assert _LAST is not None
assert _FIRST is not None
HOSTILE = (
    *("0", "-1", "1", "9" * 30, "1e400", "nan", "", " ", "\x00", "\ud7ff", "%", "{}", "$gt"),
    "a" * 600,
    *("0001-01-01", "9999-12-31", "1900-01-01", "2199-12-31", "2026-W48-5", "19900101"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
    _word(["9999-12-31T23:59:59-14:00", "a"]),
    _word(["0001-01-01T00:00:00+14:00", "a"]),
    _word(["2026-11-27T10:00:00", "a"]),
    _word(["2026-11-27T10:00:00+00:00", {"$gt": ""}]),
    _word([{"$gt": ""}]),
    _word([1e308, "a"]),
    _word([None]),
    moment_cursor(_FIRST, "!"),
    moment_cursor(_LAST, "~"),
)  # fmt: skip


def _questions(app: FastAPI) -> Iterator[tuple[str, dict[str, str]]]:
    """Each GET of the document with a hostile value in one place, and in all places at once."""
    for template, operations in app.openapi()["paths"].items():
        if "get" not in operations:
            continue
        parameters: list[dict[str, Any]] = operations["get"].get("parameters", [])
        asked = [p["name"] for p in parameters if p["in"] == "query"]
        for value in HOSTILE:
            path = template
            for parameter in parameters:
                if parameter["in"] == "path":
                    path = path.replace(f"{{{parameter['name']}}}", quote(value or "-", safe=""))
            if path != template or not asked:
                yield path, {}
            yield from ((path, {name: value}) for name in asked)
            if len(asked) > 1:
                yield path, dict.fromkeys(asked, value)


@pytest.mark.parametrize("name", SERVICES)
async def test_no_query_is_a_server_error(
    name: str, platform: Platform, database: str, tokens: Tokens
) -> None:
    platform = platform.model_copy(update={"public_checks_per_minute": 100_000})
    settings = importlib.import_module(f"services.{name}.settings").Settings(
        platform=platform, database=database, demo=True
    )
    app: FastAPI = importlib.import_module(f"services.{name}.app").build(
        settings, fetch_keys=tokens.fetch
    )
    roles = ("citizen", "doctor", "support", "administrator", "registrar")
    statuses: dict[int, int] = {}
    async with running(app, raise_bugs=False) as client:
        await find(app, Runtime).tokens.refresh()
        headers = tokens.headers("anna", *roles)
        for path, query in _questions(app):
            answer = await client.get(path, params=query, headers=headers)
            assert answer.status_code < 500, (path, query, answer.text)
            statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
        await _bounds(name, client)
    assert statuses[422] > 10, "values are refused, not ignored"


async def _bounds(name: str, client: httpx2.AsyncClient) -> None:
    """What the issue names: open to strangers, and taken for a date."""
    if name != "scheduling":
        return
    for query in ("from=0001-01-01", "to=9999-12-31", "to=0", "from=2026-11-27T00:00:00"):
        refused = await client.get(f"/v1/slots?{query}")
        assert refused.status_code == 422, query
        assert refused.json()["errors"][0]["code"] == "date-parsing"
    assert (await client.get("/v1/slots?from=1900-01-01&to=2199-12-31")).status_code == 200
