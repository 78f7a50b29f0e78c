"""No label carries personal data or unbounded values (O2), whatever a service is asked.

Each service is asked everything that a stranger can think of, with personal data wherever there is
room for a word: in paths, queries, headers, bodies, methods, and in records of Kafka. Afterwards
every label is one that the metric declares, with a value that the declaration allows.
"""

from __future__ import annotations

import importlib
import json
import secrets

import httpx2
import pytest
from fastapi import FastAPI

from contracts.envelope import HEADER_TYPE
from contracts.topics import SERVICES, heard_by
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.service import Tokens, as_record, asked
from tests.support.tools.labels import routes_of, unbounded
from tests.support.tools.measured import measure, scans_while_measuring

PERSONAL = ("Соколова", "+79161234567", "112-233-445 95", "anna@example.org", "4521 123456")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "PROPFIND", "SOKOLOVA")


def _filled(template: str) -> str:
    """A path of this template with a person's data in every place."""
    parts = [
        f"{secrets.choice(PERSONAL)} {secrets.token_hex(4)}" if "{" in part else part
        for part in template.split("/")
    ]
    return "/".join(parts)


async def _ask_everything(app: FastAPI, client: httpx2.AsyncClient, tokens: Tokens) -> None:
    paths = [_filled(template) for template in routes_of(app) if template.startswith("/")]
    paths += [f"/{person}/{secrets.token_hex(8)}" for person in PERSONAL]
    roles = ("citizen", "doctor", "support", "administrator", "registrar")
    for path in paths:
        for method in METHODS:
            headers = tokens.headers(secrets.token_hex(8), *roles) | {
                "Idempotency-Key": secrets.token_hex(8),
                "If-Match": '"1"',
                "X-Request-Id": "sokolova-anna-1990",
            }
            body = {"phone": PERSONAL[1], "login": PERSONAL[3], "type": PERSONAL[0]}
            await client.request(
                method, path, params={"q": PERSONAL[2]}, json=body, headers=headers
            )


async def _hear_anything(name: str, runtime: Runtime) -> None:
    for topic in heard_by(name):
        for kind in ("sokolova.anna.v1", secrets.token_hex(8), "identity.profile-confirmed.v9"):
            body = json.dumps({"type": kind, "data": {"pii": PERSONAL}}).encode()
            for headers in ([(HEADER_TYPE, kind.encode())], [], [(HEADER_TYPE, b"\xff")]):
                record = as_record(value=body, headers=headers, topic=topic)
                await runtime.dispatcher.settle(record, last_try=True)


@pytest.mark.parametrize("name", SERVICES)
async def test_no_label_is_personal_or_unbounded(
    name: str, platform: Platform, database: str, tokens: Tokens
) -> None:
    """O2, X14."""
    async with asked(name, platform, database, tokens) as (app, client):
        await _ask_everything(app, client, tokens)
        await _hear_anything(name, find(app, Runtime))
        await measure(app)
        text = (await client.get("/metrics")).text
        assert unbounded(app, text) == []
        assert not [person for person in PERSONAL if person in text]
        assert 'method="OTHER"' in text
        assert 'route="unmatched"' in text
        assert 'type="unknown"' in text
        assert 'route="/v1/' in text


@pytest.mark.parametrize("name", SERVICES)
async def test_no_measure_reads_a_collection_without_an_index(
    name: str, platform: Platform, database: str, tokens: Tokens
) -> None:
    """O2: measuring must not become the load that it measures."""
    async with asked(name, platform, database, tokens) as (app, _):
        assert await scans_while_measuring(app) == []


def test_the_check_sees_a_label_that_is_not_declared() -> None:
    """The meta-check, broken once: a path as a route, a person as a level."""
    module = importlib.import_module("services.identity.settings")
    app: FastAPI = importlib.import_module("services.identity.app").build(
        module.Settings(demo=True)
    )
    metrics = find(app, Runtime).metrics
    metrics.answered("GET", "/v1/people/anna", 200, 0.1)
    metrics.requests.labels("SOKOLOVA", "unmatched", "200").inc()
    metrics.gauge("strange", "Nobody bounded it.", level=("a",)).labels("Соколова").set(1)
    wrong = "\n".join(unbounded(app, metrics.render().decode()))
    assert "route='/v1/people/anna'" in wrong
    assert "method='SOKOLOVA'" in wrong
    assert "level='Соколова'" in wrong
