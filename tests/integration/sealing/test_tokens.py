"""Keys in a PKCS#11 token sign as keys in memory do, and a token may be pulled out (K5)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from services.documents.signers.gateways.requests import signed_by
from services.sealing import Token
from services.sealing.errors import KeyAwayError
from tests.support.tools.softhsm import SoftHsm


@pytest.fixture
def hsm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SoftHsm:
    return SoftHsm.made(tmp_path, monkeypatch.setenv)


@pytest.fixture
async def token(hsm: SoftHsm) -> AsyncIterator[Token]:
    token = hsm.token()
    yield token
    await token.close()


@pytest.mark.parametrize("bits", [None, 2048], ids=["p256", "rsa2048"])
async def test_k5_a_token_makes_a_key_and_signs_with_it(token: Token, bits: int | None) -> None:
    public = await token.make(b"one", rsa_bits=bits)
    assert isinstance(public, rsa.RSAPublicKey if bits else ec.EllipticCurvePublicKey)
    messages = [f"message {n}".encode() for n in range(20)]
    signatures = await asyncio.gather(*(token.sign(b"one", public, m) for m in messages))
    assert all(signed_by(public, s, m) for s, m in zip(signatures, messages, strict=True))
    assert not signed_by(public, signatures[0], messages[1])
    assert await token.find(public) == b"one"


async def test_k5_a_key_of_nobody_is_not_found_and_a_destroyed_one_signs_no_more(
    token: Token,
) -> None:
    stranger = ec.generate_private_key(ec.SECP256R1()).public_key()
    assert await token.find(stranger) is None
    public = await token.make(b"one")
    await token.destroy(b"one")
    await token.destroy(b"one")  # again is the same
    assert await token.find(public) is None
    with pytest.raises(KeyAwayError):
        await token.sign(b"one", public, b"message")


async def test_k5_a_token_that_is_pulled_out_is_waited_for(hsm: SoftHsm, token: Token) -> None:
    public = await token.make(b"one")
    hsm.pull_out()
    with pytest.raises(KeyAwayError):
        await token.sign(b"one", public, b"message")
    with pytest.raises(KeyAwayError):  # it is looked for anew, and still away
        await token.sign(b"one", public, b"message")
    hsm.plug_in()
    assert signed_by(public, await token.sign(b"one", public, b"message"), b"message")


async def test_k5_a_wrong_pin_or_label_or_library_is_no_bug(hsm: SoftHsm) -> None:
    for wrong in (
        Token(hsm.module, "another", "1234"),
        Token(hsm.module, "zdorovie", "4321"),
        Token(hsm.directory / "nothing.so", "zdorovie", "1234"),
    ):
        with pytest.raises(KeyAwayError):
            await wrong.make(b"one")
        await wrong.close()
