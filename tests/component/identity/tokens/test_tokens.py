"""Tokens for other services: JWKS, refresh, revocation, rotation of keys (I18)."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from contracts.roles import Role
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.eventually import eventually
from tests.support.services.identity import Identity, bearer, identity_running


@dataclass(frozen=True)
class _Seen:
    header: dict[str, Any]
    claims: dict[str, Any]


def _bytes(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _as_outsider(token: str, jwks: dict[str, Any]) -> _Seen:
    """Read the token by RFC 7515 and 7518 alone, without a JOSE library."""
    head, body, signature = token.split(".")
    header = json.loads(_bytes(head))
    (key,) = [k for k in jwks["keys"] if k["kid"] == header["kid"]]
    x, y = (int.from_bytes(_bytes(key[c])) for c in ("x", "y"))
    public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    raw = _bytes(signature)
    r, s = int.from_bytes(raw[:32]), int.from_bytes(raw[32:])
    public.verify(encode_dss_signature(r, s), f"{head}.{body}".encode(), ec.ECDSA(SHA256()))
    return _Seen(header, json.loads(_bytes(body)))


async def _refresh(identity: Identity, token: str) -> Any:
    return await identity.post("/tokens/refresh", {"refresh_token": token})


async def test_an_outsider_verifies_our_tokens_i18(identity: Identity) -> None:
    pair = await identity.registered()
    jwks = (await identity.client.get("/v1/jwks.json")).json()

    seen = _as_outsider(pair["access_token"], jwks)
    claims = seen.claims
    assert (claims["iss"], claims["aud"]) == ("moe-zdorovie", "moe-zdorovie")
    assert claims["sub"] == pair["account_id"]
    assert claims["roles"] == ["citizen"]
    assert claims["level"] == "registered"
    assert claims["exp"] - claims["iat"] == pair["expires_in"] == 600
    assert claims["jti"]
    assert seen.header["alg"] == "ES256"
    assert not {"d", "p", "q"} & set(jwks["keys"][0])


async def test_the_chassis_verifies_our_tokens_i18(identity: Identity) -> None:
    pair = await identity.registered()

    principal = await find(identity.app, Runtime).tokens.principal(pair["access_token"])
    assert principal.subject == pair["account_id"]
    assert principal.roles == frozenset({Role.CITIZEN})
    assert not principal.confirmed


async def test_a_refresh_token_is_good_once(identity: Identity) -> None:
    first = await identity.registered()
    second = await _refresh(identity, first["refresh_token"])

    assert second.status_code == 200
    assert second.headers["Cache-Control"] == "no-store"
    assert second.json()["refresh_token"] != first["refresh_token"]
    third = await _refresh(identity, second.json()["refresh_token"])
    assert third.status_code == 200
    identity.clock.forward(seconds=11)
    stolen = await _refresh(identity, first["refresh_token"])
    assert (stolen.status_code, stolen.json()["code"]) == (401, "unauthenticated")
    after = await _refresh(identity, third.json()["refresh_token"])
    assert after.status_code == 401


async def test_a_reused_token_ends_its_own_login_only(identity: Identity) -> None:
    first = await identity.registered()
    me = await identity.client.get("/v1/account", headers=bearer(first))
    other = await identity.logged_in(me.json()["phone"])
    await _refresh(identity, first["refresh_token"])
    identity.clock.forward(seconds=11)
    assert (await _refresh(identity, first["refresh_token"])).status_code == 401

    assert (await _refresh(identity, other["refresh_token"])).status_code == 200


async def test_tabs_that_refresh_at_the_same_moment_get_the_same_successor(
    identity: Identity,
) -> None:
    pair = await identity.registered()
    answers = await asyncio.gather(*(_refresh(identity, pair["refresh_token"]) for _ in range(8)))

    assert {a.status_code for a in answers} == {200}
    (successor,) = {a.json()["refresh_token"] for a in answers}
    assert (await _refresh(identity, successor)).status_code == 200


async def test_a_tab_that_is_two_exchanges_behind_still_follows_within_the_grace(
    identity: Identity,
) -> None:
    first = (await identity.registered())["refresh_token"]
    second = (await _refresh(identity, first)).json()["refresh_token"]
    third = (await _refresh(identity, second)).json()["refresh_token"]

    late = (await _refresh(identity, first)).json()["refresh_token"]
    assert late == second
    assert (await _refresh(identity, late)).json()["refresh_token"] == third


async def test_the_grace_can_be_none(platform: Platform, database: str) -> None:
    async with identity_running(platform, database, refresh_grace_seconds=0) as identity:
        token = (await identity.registered())["refresh_token"]
        successor = (await _refresh(identity, token)).json()["refresh_token"]

        assert (await _refresh(identity, token)).status_code == 401
        assert (await _refresh(identity, successor)).status_code == 401


async def test_a_thief_within_the_grace_and_the_owner_part_at_the_next_exchange(
    identity: Identity,
) -> None:
    """The grace forks nothing: both hold one token, and whoever is later ends the login."""
    token = (await identity.registered())["refresh_token"]
    owners, thiefs = [(await _refresh(identity, token)).json()["refresh_token"] for _ in range(2)]
    gained = (await _refresh(identity, thiefs)).json()["refresh_token"]
    identity.clock.forward(seconds=11)

    assert (await _refresh(identity, owners)).status_code == 401
    assert (await _refresh(identity, gained)).status_code == 401


async def test_logging_out_ends_the_grace(identity: Identity) -> None:
    token = (await identity.registered())["refresh_token"]
    successor = (await _refresh(identity, token)).json()["refresh_token"]
    await identity.post("/tokens/revocation", {"refresh_token": successor})

    assert (await _refresh(identity, token)).status_code == 401


async def test_refresh_tokens_are_stored_as_hashes_and_end_after_a_month(
    identity: Identity,
) -> None:
    pair = await identity.registered()
    kept = await find(identity.app, Runtime).mongo.db["refresh_tokens"].find_one()

    assert pair["refresh_token"] not in str(kept)
    identity.clock.forward(days=31)
    assert (await _refresh(identity, pair["refresh_token"])).status_code == 401


async def test_logging_out_ends_the_login_and_says_nothing_of_unknown_tokens(
    identity: Identity,
) -> None:
    pair = await identity.registered()
    for token in (pair["refresh_token"], pair["refresh_token"], "not a token of ours"):
        gone = await identity.post("/tokens/revocation", {"refresh_token": token})
        assert (gone.status_code, gone.content) == (204, b"")

    assert (await _refresh(identity, pair["refresh_token"])).status_code == 401


async def test_keys_rotate_with_an_overlap_i18(identity: Identity) -> None:
    runtime = find(identity.app, Runtime)
    old = await identity.registered()
    identity.clock.forward(days=30)
    # the timer itself is due by the real clock
    await runtime.timers.collection.update_one(
        {"kind": "rotate-keys"}, {"$set": {"due_at": identity.clock() - timedelta(days=31)}}
    )
    runtime.timers.ring({"rotate-keys"})

    async def keys() -> list[Any]:
        found: list[Any] = (await identity.client.get("/v1/jwks.json")).json()["keys"]
        return found if len(found) > 1 else []

    assert len(await eventually(keys)) == 2
    identity.clock.ahead = timedelta(0)
    fresh = await identity.registered()
    jwks = (await identity.client.get("/v1/jwks.json")).json()
    kids = {_as_outsider(p["access_token"], jwks).header["kid"] for p in (old, fresh)}
    assert len(kids) == 2
    # a verifier that knows only the old key looks again
    assert (await runtime.tokens.principal(fresh["access_token"])).subject == fresh["account_id"]


async def test_no_token_and_a_forged_one_open_nothing(identity: Identity) -> None:
    pair = await identity.registered()
    forged = pair["access_token"][:-6] + "AAAAAA"
    for headers in ({}, {"Authorization": f"Bearer {forged}"}, {"Authorization": "Basic eDp5"}):
        for path in ("/v1/account", "/v1/profile", "/v1/staff"):
            answer = await identity.client.get(path, headers=headers)
            assert answer.status_code == 401
            assert answer.headers["WWW-Authenticate"] == "Bearer"
