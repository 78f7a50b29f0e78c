"""Nobody learns from the time of an answer who is registered: both ways do the same work (I14).

Compared are the commands to MongoDB, what is written, and the passwords that are hashed; a clock
would only measure the machine.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.identity.registration.usecases import Registration
from tests.support.services.identity import PASSWORD, Identity, any_phone, bearer, identity_running
from tests.support.tools.commands import Commands, listen

_BAD = "не тот пароль 12345"
_NEW = "другая длинная фраза 8"
_EMAIL = "anna@example.org"
# the relay, which runs beside every request, and what it does for an event of either kind
_BESIDE = ("find outbox", "update outbox", "aggregate outbox", "count outbox")
_OWN = {
    "accounts",
    "challenges",
    "counters",
    "credentials",
    "outbox",
    "refresh_tokens",
}


@pytest.fixture
async def watched(platform: Platform, database: str) -> AsyncIterator[tuple[Identity, Commands]]:
    """Identity, and the commands that it sends."""
    commands = listen(database)
    async with identity_running(platform, database) as identity:
        yield identity, commands


async def _work(
    watched: tuple[Identity, Commands], ask: Callable[[], Awaitable[object]]
) -> tuple[list[str], list[str]]:
    """The commands on identity's own collections, and the passwords hashed, of one request."""
    identity, commands = watched
    hashes: Any = find(identity.app, Registration).hashes
    hashed: list[str] = []
    counted = hashes._in_thread  # the one door to argon2

    async def in_thread(work: Callable[..., Any], *args: str) -> Any:
        hashed.append(work.__name__)
        return await counted(work, *args)

    hashes._in_thread = in_thread
    try:
        with commands.listening(left_out=_BESIDE) as seen:
            await ask()
    finally:
        hashes._in_thread = counted
    return [said for said in seen if said.split()[1] in _OWN], hashed


@pytest.mark.parametrize(
    "wrong",
    [
        {"phone": None},
        {"phone": "+79160000000", "email": _EMAIL},
        {"email": "made.up@example.org"},
        {"phone": "+79160000000", "email": "made.up@example.org"},
    ],
    ids=["email only", "another phone", "another email", "nobody"],
)
async def test_recovery_of_an_account_and_of_nobody(
    watched: tuple[Identity, Commands], wrong: dict[str, str | None]
) -> None:
    identity, _ = watched
    phone = any_phone()
    pair = await identity.registered(phone)
    await identity.proved(pair, channel="email", email=_EMAIL)
    both = {"phone": phone, "email": _EMAIL}
    near = {k: v for k, v in (both | wrong).items() if v}
    asked: dict[str, str] = {}

    async def begin(name: str, body: dict[str, str]) -> None:
        answer = await identity.post("/recoveries", body)
        asked[name] = answer.json()["recovery_id"]

    right = await _work(watched, lambda: begin("right", both))
    decoy = await _work(watched, lambda: begin("decoy", near))
    if len(near) == len(both):
        assert right == decoy
    else:  # one contact typed is one looked up and counted, whoever has it
        nobody = await _work(watched, lambda: begin("nobody", {"email": "x@example.org"}))
        assert decoy == nobody
    assert "insert outbox" in right[0]

    async def guess(name: str) -> None:
        body = {"code": "000000", "password": _NEW}
        await identity.post(f"/recoveries/{asked[name]}/confirmation", body)

    assert await _work(watched, lambda: guess("right")) == await _work(
        watched, lambda: guess("decoy")
    )
    identity.clock.forward(seconds=61)

    async def again(name: str) -> None:
        await identity.post(f"/recoveries/{asked[name]}/code", None)

    assert await _work(watched, lambda: again("right")) == await _work(
        watched, lambda: again("decoy")
    )


async def test_login_with_a_wrong_password_and_of_nobody(
    watched: tuple[Identity, Commands],
) -> None:
    identity, _ = watched
    phone = any_phone()
    await identity.registered(phone)

    async def login(name: str) -> None:
        await identity.post("/sessions", {"login": name, "password": _BAD})

    known = await _work(watched, lambda: login(phone))
    assert known == await _work(watched, lambda: login(any_phone()))
    assert known == await _work(watched, lambda: login("nobody@example.org"))
    assert known[1] == ["_matches"]


async def test_login_with_any_password_where_many_guessed(
    platform: Platform, database: str
) -> None:
    commands = listen(database)
    async with identity_running(platform, database, passwords_per_day=1) as identity:
        phone = any_phone()
        await identity.registered(phone)
        watched = (identity, commands)

        async def login(password: str) -> None:
            await identity.post("/sessions", {"login": phone, "password": password})

        await login(_BAD)
        right = await _work(watched, lambda: login(PASSWORD))
        assert right == await _work(watched, lambda: login(_BAD))


async def test_registration_of_a_known_and_of_a_new_contact(
    watched: tuple[Identity, Commands],
) -> None:
    identity, _ = watched
    phone = any_phone()
    await identity.registered(phone)
    asked: list[str] = []

    async def begin(number: str) -> None:
        answer = await identity.post("/registrations", {"channel": "sms", "phone": number})
        asked.append(answer.json()["registration_id"])

    known = await _work(watched, lambda: begin(phone))
    assert known == await _work(watched, lambda: begin(any_phone()))

    async def guess(registration_id: str) -> None:
        body = {"code": "000000", "password": _NEW}
        await identity.post(f"/registrations/{registration_id}/confirmation", body)

    assert await _work(watched, lambda: guess(asked[0])) == await _work(
        watched, lambda: guess(asked[1])
    )


async def test_a_change_to_somebody_elses_contact_and_to_a_free_one(
    watched: tuple[Identity, Commands],
) -> None:
    identity, _ = watched
    taken = any_phone()
    await identity.registered(taken)
    pair = await identity.registered()

    async def change(phone: str) -> None:
        body = {"channel": "sms", "phone": phone, "password": PASSWORD}
        answer = await identity.post("/contacts", body, bearer(pair))
        assert answer.status_code == 202

    assert await _work(watched, lambda: change(taken)) == await _work(
        watched, lambda: change(any_phone())
    )
