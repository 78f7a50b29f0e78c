"""The chassis over HTTP on real MongoDB: idempotency, problems, health, tokens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from services.chassis.foundation.settings import Platform
from tests.support.service import Collector, Tokens, keyed, running
from tests.support.tools import counter


async def test_the_same_key_gives_the_stored_answer(
    platform: Platform, database: str, tokens: Tokens, collector: Collector
) -> None:
    app = counter.build(platform, database, fetch_keys=tokens.fetch, publisher=collector)
    async with running(app) as client:
        headers = tokens.headers("anna") | keyed()
        first = await client.post("/v1/counts/a", headers=headers, json={"x": 1})
        again = await client.post("/v1/counts/a", headers=headers, json={"x": 1})
        assert first.status_code == again.status_code == 201
        assert first.json() == again.json() == {"key": "a", "count": 1}
        assert again.headers["Idempotent-Replayed"] == "true"
        other = await client.post("/v1/counts/a", headers=headers, json={"x": 2})
        assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
        somebody = await client.post(
            "/v1/counts/a", headers={**headers, **tokens.headers("boris")}, json={"x": 1}
        )
        assert somebody.json()["count"] == 2


async def test_concurrent_twins_have_one_effect_and_one_answer(
    platform: Platform, database: str, tokens: Tokens, collector: Collector
) -> None:
    app = counter.build(platform, database, fetch_keys=tokens.fetch, publisher=collector)
    async with running(app) as client:
        headers = tokens.headers("anna") | keyed()
        answers = await asyncio.gather(
            *(client.post("/v1/counts/a", headers=headers) for _ in range(20))
        )
        assert {a.status_code for a in answers} == {201}
        assert {a.json()["count"] for a in answers} == {1}
        assert await app.state.counter.counts() == {"a": 1}


async def test_problems_are_russian_and_carry_a_trace_id(
    platform: Platform, database: str, tokens: Tokens, collector: Collector
) -> None:
    """I14: every error has a code and an id to quote."""
    app = counter.build(platform, database, fetch_keys=tokens.fetch, publisher=collector)
    async with running(app) as client:
        nobody = await client.post("/v1/counts/a")
        assert nobody.status_code == 401
        assert nobody.headers["content-type"] == "application/problem+json"
        assert nobody.json()["trace_id"] == nobody.headers["x-request-id"]
        missing = await client.post("/v1/counts/a", headers=tokens.headers("anna"))
        assert (missing.status_code, missing.json()["code"]) == (400, "idempotency-key-missing")
        nowhere = await client.get("/v1/nowhere")
        assert (nowhere.status_code, nowhere.json()["code"]) == (404, "not-found")
        large = await client.post("/v1/counts/a", content=b"x" * (1 << 20) + b"x")
        assert (large.status_code, large.json()["code"]) == (413, "body-too-large")

        async def chunks() -> AsyncIterator[bytes]:
            for _ in range(20):
                yield b"x" * 100_000

        grown = await client.post(
            "/v1/counts/a", content=chunks(), headers=tokens.headers("anna") | keyed()
        )
        assert grown.status_code == 413


async def test_expired_and_foreign_tokens_are_refused(
    platform: Platform, database: str, tokens: Tokens, collector: Collector
) -> None:
    """I18: tokens are verified offline against the key set."""
    app = counter.build(platform, database, fetch_keys=tokens.fetch, publisher=collector)
    async with running(app) as client:
        for headers in (
            tokens.headers("anna", expires_in=-60),
            Tokens().headers("anna"),
            Tokens(tokens.key, issuer="someone-else").headers("anna"),
            {"Authorization": "Bearer x.y.z"},
            {"Authorization": "Basic abc"},
        ):
            answer = await client.post("/v1/counts/a", headers=headers | keyed())
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


async def test_health_metrics_and_pages(
    platform: Platform, database: str, tokens: Tokens, collector: Collector
) -> None:
    """O2: Kafka away is degraded, not dead; API pages load nothing from elsewhere."""
    away = platform.model_copy(update={"kafka_bootstrap": "127.0.0.1:1"})
    app = counter.build(away, database, fetch_keys=tokens.fetch, publisher=collector)
    async with running(app) as client:
        assert (await client.get("/healthz")).json() == {"status": "ok"}
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
        await client.post("/v1/counts/a", headers=tokens.headers("anna") | keyed())
        metrics = (await client.get("/metrics")).text
        assert (
            'http_requests_total{method="POST",route="/v1/counts/{key}",status="201"} 1.0'
            in metrics
        )
        assert (await client.get("/version")).json()["service"] == "identity"
        page = (await client.get("/docs")).text
        assert "https://" not in page
        assert (await client.get("/docs/assets/swagger-ui-bundle.js")).status_code == 200
        assert (await client.get("/openapi.json")).json()["info"]["title"] == "Counter"
