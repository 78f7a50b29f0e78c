"""The journal over HTTP: in pages, newest first, its owner's alone (N2)."""

from __future__ import annotations

import httpx2
import pytest
from fastapi import FastAPI

from contracts.certificates import ApplicationSubmitted
from contracts.identity import AccountRegistered
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.service import Tokens, deliver
from tests.support.services.notifier import heard, journal


async def test_the_journal_is_paged_newest_first_and_only_its_owners(
    app: FastAPI, client: httpx2.AsyncClient, tokens: Tokens
) -> None:
    """N2."""
    for who, phone in (("anna", "+79000000001"), ("boris", "+79000000002")):
        await deliver(
            app,
            heard(
                AccountRegistered,
                aggregate=who,
                account_id=who,
                pii={"phone": phone, "email": None},
            ),
        )
    for number in range(5):
        event = heard(ApplicationSubmitted, citizen_id="anna", tracking_number=f"N-{number}")
        await deliver(app, event)
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(3):
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        answer = await client.get("/v1/messages", headers=tokens.headers("anna"), params=query)
        seen += [item["title"] for item in answer.json()["items"]]
        cursor = answer.json().get("next_cursor")
    assert cursor is None
    assert seen == [f"Заявление N-{n} принято" for n in (4, 3, 2, 1, 0)] + ["Регистрация завершена"]
    assert [m["title"] for m in await journal(client, tokens, "boris")] == ["Регистрация завершена"]
    assert await journal(client, tokens, "vera") == []


@pytest.mark.parametrize("cursor", ["nonsense", "WzEsMl0", "WyJhIiwiYiJd"])
async def test_a_forged_cursor_is_refused(
    client: httpx2.AsyncClient, tokens: Tokens, cursor: str
) -> None:
    answer = await client.get(
        "/v1/messages", headers=tokens.headers("anna"), params={"cursor": cursor}
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/query/cursor"


async def test_the_journal_and_the_senders_never_scan(
    app: FastAPI, client: httpx2.AsyncClient
) -> None:
    """Hot queries have an index for filter and sort."""
    db = find(app, Runtime).mongo.db
    plans = [
        await db["messages"]
        .find({"citizen_id": "a"})
        .sort([("created_at", -1), ("_id", -1)])
        .explain(),
        await db["notices"]
        .find({"citizen_id": "a"})
        .sort([("created_at", 1), ("_id", 1)])
        .explain(),
        await db["devices"]
        .find({"citizen_id": "a"})
        .sort([("registered_at", 1), ("_id", 1)])
        .explain(),
    ]
    for plan in plans:
        text = str(plan["queryPlanner"]["winningPlan"])
        assert "IXSCAN" in text
        assert "COLLSCAN" not in text
        assert "'stage': 'SORT'" not in text
