"""Whatever stands in a body, a request is answered without a server error (O5).

Bodies are drawn from each service's own OpenAPI document, so a new route is asked, too: some as the
document wants them, some with one value bent out of shape, some that are no JSON at all.
"""

from __future__ import annotations

import importlib
import json
import random
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, seed, settings

from contracts.topics import SERVICES
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.service import Tokens, running
from tests.support.tools.schemas import BENT, allowed

_EXAMPLES = 12
_SEAMS: Mapping[str, Mapping[str, Any]] = {"certificates": {"patience": timedelta(0)}}
"""Nothing is on its way here: what is not known is waited for in vain."""
_WRITES = ("post", "put", "patch", "delete")
_ROLES = ("citizen", "doctor", "support", "administrator", "registrar", "sre")
_NO_JSON = (b"", b"{", b"\xff\xfe", b"[" * 5000, b'{"a":1,"a":2}', b"NaN", b"null", b'"x"')


def _drawn(schema: Mapping[str, Any], parts: Mapping[str, Any]) -> list[Any]:
    """Some values that the schema allows, the same ones each time."""
    found: list[Any] = []

    @seed(11)
    @settings(
        max_examples=_EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(allowed(schema, parts))
    def draw(value: Any) -> None:
        found.append(value)

    draw()
    return found


def _bent(value: Any, chance: random.Random) -> Any:
    """The same with one value, somewhere, that nobody would send."""
    if isinstance(value, dict) and value and chance.random() < 0.8:
        key = chance.choice(sorted(value))
        return {**value, key: _bent(value[key], chance)}
    if isinstance(value, list) and value and chance.random() < 0.5:
        return [_bent(value[0], chance), *value[1:]]
    return chance.choice(BENT)


def _bodies(
    schema: Mapping[str, Any], parts: Mapping[str, Any], chance: random.Random
) -> Iterator[bytes]:
    for value in _drawn(schema, parts):
        yield json.dumps(value).encode()
        yield json.dumps(_bent(value, chance)).encode()
    yield from _NO_JSON


def _requests(app: FastAPI) -> Iterator[tuple[str, str, str, list[bytes]]]:
    document = app.openapi()
    parts: dict[str, Any] = document.get("components", {}).get("schemas", {})
    chance = random.Random(11)
    for path, operations in sorted(document["paths"].items()):
        for method in sorted(set(operations) & set(_WRITES)):
            content = operations[method].get("requestBody", {}).get("content", {})
            for kind, body in content.items() or [("", {})]:
                spoken = kind == "application/json"
                drawn = [*_bodies(body["schema"], parts, chance)] if spoken else [*_NO_JSON]
                yield method, path, kind, drawn


@pytest.mark.parametrize("name", SERVICES)
async def test_no_body_is_a_server_error(
    name: str, platform: Platform, database: str, tokens: Tokens
) -> None:
    configured = importlib.import_module(f"services.{name}.settings").Settings(
        platform=platform, database=database, demo=True
    )
    app: FastAPI = importlib.import_module(f"services.{name}.app").build(
        configured, fetch_keys=tokens.fetch, **_SEAMS.get(name, {})
    )
    statuses: dict[int, int] = {}
    async with running(app, raise_bugs=False) as client:
        await find(app, Runtime).tokens.refresh()
        headers = tokens.headers("anna", *_ROLES) | {"If-Match": '"0"'}
        for number, (method, path, kind, bodies) in enumerate(_requests(app)):
            at = path.replace("{", "").replace("}", "")  # ids that nothing has
            for count, body in enumerate(bodies):
                once = {"Idempotency-Key": f"{number}-{count}", "Content-Type": kind}
                answer = await client.request(
                    method, at, content=body, headers=headers | {k: v for k, v in once.items() if v}
                )
                assert answer.status_code < 500, (method, path, body[:300], answer.text)
                statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
    assert statuses[422] > 20, "bodies are refused, not ignored"
