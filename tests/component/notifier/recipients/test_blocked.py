"""A token outlives a blocked account by minutes; its journal and its devices do not (I9)."""

from __future__ import annotations

import httpx2
from fastapi import FastAPI

from tests.support.doors import block, knock, unblock
from tests.support.service import Tokens


async def test_every_route_that_takes_a_token_refuses_the_blocked(
    app: FastAPI, client: httpx2.AsyncClient, tokens: Tokens
) -> None:
    assert await block(app, "anna") == "handled"
    refused = await knock(app, client, tokens, "anna")
    assert len(refused) >= 4
    for door, answer in refused.items():
        assert (answer.status_code, answer.json()["code"]) == (403, "account-blocked"), door

    assert await unblock(app, "anna") == "handled"
    for path in ("/v1/messages", "/v1/devices"):
        assert (await client.get(path, headers=tokens.headers("anna"))).status_code == 200
