"""Events for the notifier, from the examples of the contracts, and reading its journal."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2

from contracts.envelope import Data, Event
from contracts.topics import topic_of
from tests.support.eventually import eventually
from tests.support.service import Tokens
from tests.support.tools.encryption import encrypted

_CODE = {"phone": "+79990000001", "email": "sokolova@zdorovie.example", "code": "402917"}
_EXAMPLES = Path(__file__).parents[2] / "contracts" / "examples"


def heard(
    kind: type[Data],
    *,
    aggregate: str | None = None,
    seq: int = 1,
    time: datetime | None = None,
    pii: dict[str, Any] | None = None,
    **changes: Any,
) -> Event[Any]:
    """The contract's example of this event, as a fresh one with these changes."""
    raw = json.loads((_EXAMPLES / f"{kind.TYPE}.json").read_text(encoding="utf-8"))
    raw["data"] |= json.loads(json.dumps(changes, default=lambda at: at.isoformat()))
    key = next(name for name in topic_of(kind).key.split(" | ") if name in raw["data"])
    if key not in changes:
        raw["data"][key] = aggregate or secrets.token_hex(8)
    raw |= {
        "id": secrets.token_hex(12),
        "aggregateid": raw["data"][key],
        "seq": seq,
        "time": (time or datetime.now(UTC)).isoformat(),
    }
    if kind.PLAIN is not None:
        plain = kind.PLAIN.model_validate(pii or _CODE)
        raw["data"]["pii"] = encrypted(kind, plain).model_dump()
    elif pii is not None:
        raw["data"]["pii"] = raw["data"].get("pii", {}) | pii
    return Event[kind].from_json(json.dumps(raw).encode())  # type: ignore[valid-type] # the class is chosen at run time


async def journal(
    client: httpx2.AsyncClient, tokens: Tokens, citizen: str, **query: Any
) -> list[dict[str, Any]]:
    """A citizen's journal, newest first, as the API answers it."""
    answer = await client.get("/v1/messages", headers=tokens.headers(citizen), params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def ended(
    client: httpx2.AsyncClient, tokens: Tokens, citizen: str, *, count: int, template: str
) -> list[dict[str, Any]]:
    """The citizen's messages of this template, once so many of them have come to their end."""

    async def check() -> list[dict[str, Any]] | None:
        items = [m for m in await journal(client, tokens, citizen) if m["template"] == template]
        over = [m for m in items if m["status"] in {"delivered", "abandoned"}]
        return over if len(over) == count else None

    return await eventually(check) or []
