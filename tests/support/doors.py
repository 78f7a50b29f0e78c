"""Every route that takes a token, by the API's own description: those somebody will add, too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx2
from fastapi import FastAPI

from contracts.identity import AccountBlocked, AccountUnblocked
from tests.support.service import Tokens, an_event, deliver, keyed

_ROLES = ("citizen", "doctor", "registrar", "support", "administrator")


def doors(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Method and path of each."""
    for path, operations in app.openapi()["paths"].items():
        for method, operation in operations.items():
            if "security" in operation:
                yield method.upper(), path


async def block(app: FastAPI, account_id: str, *, seq: int = 1) -> str:
    """Let the service hear that an account was closed."""
    data = AccountBlocked(account_id=account_id, blocked_at=datetime.now(UTC))
    return await deliver(app, an_event(data, aggregate_id=account_id, seq=seq))


async def unblock(app: FastAPI, account_id: str, *, seq: int = 2) -> str:
    """Let the service hear that it was opened again."""
    data = AccountUnblocked(account_id=account_id)
    return await deliver(app, an_event(data, aggregate_id=account_id, seq=seq))


async def knock(
    app: FastAPI, client: httpx2.AsyncClient, tokens: Tokens, account_id: str, **claims: Any
) -> dict[tuple[str, str], httpx2.Response]:
    """What each door says to an account of every role, which asks for what is not there."""
    headers = tokens.headers(account_id, *_ROLES, **claims)
    return {
        (method, path): await client.request(
            method, re.sub(r"\{\w+\}", "none", path), headers=headers | keyed()
        )
        for method, path in doors(app)
    }
