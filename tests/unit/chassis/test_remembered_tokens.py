"""A token that was verified is remembered, for as long as it and its key are good."""

from __future__ import annotations

from typing import Any

import pytest

from services.chassis.foundation.errors import UnauthenticatedError
from services.chassis.http.auth import TokenVerifier
from tests.support.service import Tokens

AUDIENCE = "moe-zdorovie"


async def test_a_known_token_is_forgotten_with_its_key() -> None:
    """A revoked key takes the tokens with it that it signed, also those verified before."""
    tokens = Tokens()
    published: list[dict[str, Any]] = [await tokens.fetch()]

    async def fetch() -> dict[str, Any]:
        return published[-1]

    verifier = TokenVerifier(fetch, issuer=tokens.issuer, audience=AUDIENCE)
    await verifier.refresh()
    token = tokens.token("citizen-1")
    first = await verifier.principal(token)
    assert await verifier.principal(token) is first
    published.append(await Tokens().fetch())
    await verifier.refresh()
    with pytest.raises(UnauthenticatedError):
        await verifier.principal(token)


@pytest.mark.parametrize("forged", ["not.a.token", ""])
async def test_a_known_token_is_not_forgotten_for_a_strangers_sake(forged: str) -> None:
    """A token that is none has the key set fetched anew; where it is the same, nothing is lost."""
    tokens, fetched = Tokens(), 0

    async def fetch() -> dict[str, Any]:
        nonlocal fetched
        fetched += 1
        return await tokens.fetch()

    verifier = TokenVerifier(fetch, issuer=tokens.issuer, audience=AUDIENCE)
    await verifier.refresh()
    token = tokens.token("citizen-1")
    first = await verifier.principal(token)
    with pytest.raises(UnauthenticatedError):
        await verifier.principal(forged)
    assert fetched == 2
    assert await verifier.principal(token) is first


async def test_a_known_token_expires() -> None:
    """What is remembered is not asked for a token whose time is over."""
    tokens = Tokens()
    verifier = TokenVerifier(tokens.fetch, issuer=tokens.issuer, audience=AUDIENCE)
    await verifier.refresh()
    over = tokens.token("citizen-1", expires_in=-10)  # within the leeway
    first = await verifier.principal(over)
    assert await verifier.principal(over) == first
    assert await verifier.principal(over) is not first
    with pytest.raises(UnauthenticatedError):
        await verifier.principal(tokens.token("citizen-1", expires_in=-60))


async def test_so_many_are_known_and_no_more() -> None:
    """The oldest one goes, which expires first, and not all of them at once."""
    tokens = Tokens()
    verifier = TokenVerifier(tokens.fetch, issuer=tokens.issuer, audience=AUDIENCE, remembered=3)
    await verifier.refresh()
    several = [tokens.token(f"citizen-{n}") for n in range(4)]
    first = [await verifier.principal(token) for token in several]
    again = [await verifier.principal(token) for token in reversed(several)]
    assert [new is old for new, old in zip(again, reversed(first), strict=True)] == [
        True,
        True,
        True,
        False,
    ]
    assert await verifier.principal(several[0]) is again[-1]
