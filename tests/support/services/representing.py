"""People who represent others, in a running identity."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import httpx2

from contracts.envelope import Data
from contracts.partners import IdentityChecked, RepresentationChecked
from contracts.rights import RepresentationSubmitted
from services.identity.profiles.domain.checks import snils_check
from tests.support.service import an_event, deliver, keyed, outbox_events
from tests.support.services.identity import PROFILE, Identity, bearer

CHILD: dict[str, Any] = {
    "kind": "parent",
    "last_name": "Соколов",
    "first_name": "Пётр",
    "middle_name": "Ильич",
    "birth_date": "2020-02-29",
    "birth_certificate": "I-АЮ 123456",
}


def any_snils() -> str:
    """A right number that no other test uses."""
    nine = f"{secrets.randbelow(800_000_000) + 100_000_000}"
    return nine + snils_check(nine)


@dataclass
class Parent:
    """A citizen whom the registry confirmed, and their login."""

    identity: Identity
    pair: dict[str, Any]

    @property
    def id(self) -> str:
        """Their account."""
        return str(self.pair["account_id"])

    @property
    def headers(self) -> dict[str, str]:
        """Their Authorization header."""
        return bearer(self.pair)

    async def post(self, path: str, body: Any = None) -> httpx2.Response:
        """POST JSON as them."""
        return await self.identity.post(path, body, self.headers | keyed())

    async def get(self, path: str) -> httpx2.Response:
        """GET as them."""
        return await self.identity.client.get(f"/v1{path}", headers=self.headers)

    async def asks(self, **child: Any) -> dict[str, Any]:
        """They ask to represent a child."""
        asked = await self.post("/representations", CHILD | child)
        assert asked.status_code == 201, asked.text
        found: dict[str, Any] = asked.json()
        return found

    async def represents(self, **child: Any) -> dict[str, Any]:
        """They ask, and the registry says yes; the right as it is then."""
        asked = await self.asks(**child)
        assert await registry_says(self.identity, asked["right_id"]) == "handled"
        return await self.right(asked["right_id"])

    async def right(self, right_id: str) -> dict[str, Any]:
        """How it stands."""
        found: dict[str, Any] = (await self.get(f"/representations/{right_id}")).json()
        return found

    async def acting(self, subject_id: str) -> httpx2.Response:
        """They ask for a token."""
        return await self.post("/tokens/acting", {"for": subject_id})


async def a_parent(identity: Identity, **profile: Any) -> Parent:
    """A citizen who is confirmed."""
    pair = await identity.registered()
    got = await identity.client.get("/v1/profile", headers=bearer(pair))
    numbers = {"snils": any_snils(), "category": "resident", "inn": None}
    put = await identity.client.put(
        "/v1/profile",
        json=PROFILE | {"birth_date": "1990-04-18"} | numbers | profile,
        headers=bearer(pair) | {"If-Match": got.headers["ETag"]},
    )
    assert put.status_code == 200, put.text
    said = IdentityChecked(account_id=pair["account_id"], revision=1, matched=True)
    assert await deliver(identity.app, await identity.registry_answer(said)) == "handled"
    fresh = await identity.post("/tokens/refresh", {"refresh_token": pair["refresh_token"]})
    return Parent(identity, fresh.json())


async def registry_says(
    identity: Identity, right_id: str, *mismatches: str, question: str | None = None, seq: int = 1
) -> str:
    """The registry's answer to what it was asked about this right."""
    asked = [e.id for e in await outbox_events(identity.app, RepresentationSubmitted)
             if e.aggregateid == right_id]  # fmt: skip
    data = RepresentationChecked(right_id=right_id, matched=not mismatches, mismatches=mismatches)
    event = an_event(data, aggregate_id=right_id, seq=seq)
    cause = question or (asked[0] if asked else None)
    return await deliver(identity.app, event.model_copy(update={"causationid": cause}))


async def told(identity: Identity, kind: type[Data]) -> list[Any]:
    """What identity told of this kind."""
    return [event.data for event in await outbox_events(identity.app, kind)]


async def a_registrar(
    identity: Identity, full_name: str = "Белова Ольга Олеговна", snils: str | None = None
) -> dict[str, Any]:
    """A registrar of a clinic, logged in."""
    administrator = await identity.administrator()
    await identity.clinic(administrator)
    made = await identity.employed(
        administrator,
        full_name=full_name,
        snils=snils,
        position="регистратор",
        posts=[{"role": "registrar", "clinic_id": "clinic-1"}],
        practice=None,
    )
    return await identity.accepted(made)
