"""Password hashes, their threads and the end of their queue (e9)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from services.chassis.foundation.errors import AccidentError
from services.identity.passwords.gateways import PasswordHashes


@pytest.fixture
async def hashes() -> AsyncIterator[PasswordHashes]:
    made = PasswordHashes(memory_kib=8, time_cost=1, parallelism=1, workers=1, queue=2)
    yield made
    await made.close()


async def test_a_hash_is_argon2id_with_its_own_salt(hashes: PasswordHashes) -> None:
    one, two = await hashes.hash("длинная фраза"), await hashes.hash("длинная фраза")
    assert one.startswith("$argon2id$")
    assert one != two
    assert await hashes.verify(one, "длинная фраза")
    assert not await hashes.verify(one, "другая фраза")


async def test_the_same_password_from_another_keyboard_is_the_same(
    hashes: PasswordHashes,
) -> None:
    composed, decomposed = "й" * 10 + "12345", "и\u0306" * 10 + "12345"
    assert await hashes.verify(await hashes.hash(composed), decomposed)


async def test_nobody_has_no_password(hashes: PasswordHashes) -> None:
    assert not await hashes.verify(None, "nobody has this password")
    assert not await hashes.verify("not a hash", "x")


async def test_more_than_the_queue_holds_are_told_to_come_back_e9(
    hashes: PasswordHashes,
) -> None:
    results = await asyncio.gather(
        *(hashes.hash(f"пароль номер {i}") for i in range(10)), return_exceptions=True
    )
    refused = [r for r in results if isinstance(r, AccidentError)]
    assert len(refused) == 7
    assert (await hashes.hash("снова можно")).startswith("$argon2id$")
