"""Devices over HTTP: a citizen's own, and nobody else's."""

from __future__ import annotations

import asyncio

import httpx2
import pytest
from fastapi import FastAPI

from contracts.identity import AccountRegistered
from tests.support.eventually import eventually
from tests.support.service import Tokens, deliver, keyed
from tests.support.services.notifier import heard, journal
from tests.support.services.notifier.providers import Providers

DEVICE = {"token": "device-of-anna", "platform": "ios"}
SECRET = "what-only-this-application-knows"


async def connect(
    client: httpx2.AsyncClient, tokens: Tokens, who: str, **body: str
) -> httpx2.Response:
    return await client.post(
        "/v1/devices", json=DEVICE | body, headers=tokens.headers(who) | keyed()
    )


async def test_devices_are_connected_listed_and_disconnected(
    client: httpx2.AsyncClient, tokens: Tokens
) -> None:
    answer = await connect(client, tokens, "anna")
    assert answer.status_code == 201
    device = answer.json()
    assert device["token_ending"] == "anna"
    assert "device-of-anna" not in answer.text
    listed = await client.get("/v1/devices", headers=tokens.headers("anna"))
    assert listed.json()["items"] == [device]
    gone = await client.delete(f"/v1/devices/{device['id']}", headers=tokens.headers("anna"))
    assert gone.status_code == 204
    again = await client.delete(f"/v1/devices/{device['id']}", headers=tokens.headers("anna"))
    assert (again.status_code, again.json()["code"]) == (404, "device-not-found")


async def test_the_same_key_gets_the_same_answer(
    client: httpx2.AsyncClient, tokens: Tokens
) -> None:
    headers = tokens.headers("anna") | keyed()
    first = await client.post("/v1/devices", json=DEVICE, headers=headers)
    second = await client.post("/v1/devices", json=DEVICE, headers=headers)
    assert second.json() == first.json()
    assert second.headers["Idempotent-Replayed"] == "true"


async def test_a_token_stays_with_who_registered_it(
    client: httpx2.AsyncClient, tokens: Tokens
) -> None:
    """Whoever learns a push token cannot take it away, with no secret or with a guess."""
    await connect(client, tokens, "anna", secret=SECRET)
    await connect(client, tokens, "vera", token="device-of-vera")
    for body in ({}, {"secret": "a-secret-that-was-guessed"}, {"token": "device-of-vera"}):
        refused = await connect(client, tokens, "boris", **body)
        assert (refused.status_code, refused.json()["code"]) == (409, "device-taken")
    for secret in ({}, {"secret": SECRET}):  # no secret was given when it was registered
        refused = await connect(client, tokens, "boris", token="device-of-vera", **secret)
        assert refused.status_code == 409
    for who in ("anna", "vera"):
        listed = await client.get("/v1/devices", headers=tokens.headers(who))
        assert len(listed.json()["items"]) == 1


async def test_a_disconnected_device_is_free(client: httpx2.AsyncClient, tokens: Tokens) -> None:
    device = (await connect(client, tokens, "anna")).json()
    await client.delete(f"/v1/devices/{device['id']}", headers=tokens.headers("anna"))

    assert (await connect(client, tokens, "boris")).status_code == 201


async def test_a_secret_given_later_counts(client: httpx2.AsyncClient, tokens: Tokens) -> None:
    first = (await connect(client, tokens, "anna")).json()
    again = await connect(client, tokens, "anna", secret=SECRET)
    assert again.json()["id"] == first["id"]

    assert (await connect(client, tokens, "boris", secret=SECRET)).status_code == 201


async def test_a_device_that_proves_itself_is_its_last_owners(
    app: FastAPI, client: httpx2.AsyncClient, tokens: Tokens, boxes: Providers
) -> None:
    """A phone handed on shows nothing of its former owner."""
    device = (await connect(client, tokens, "anna", secret=SECRET)).json()
    assert (await connect(client, tokens, "boris", secret=SECRET)).status_code == 201
    listed = await client.get("/v1/devices", headers=tokens.headers("anna"))
    assert listed.json()["items"] == []
    refused = await client.delete(f"/v1/devices/{device['id']}", headers=tokens.headers("anna"))
    assert refused.status_code == 404
    for who in ("anna", "boris"):
        contacts = {"phone": None, "email": f"{who}@example.org"}
        event = heard(AccountRegistered, aggregate=who, account_id=who, pii=contacts)
        await deliver(app, event)
    await eventually(lambda: len(boxes.email.messages) == 2 and boxes.push.messages)
    assert len(await journal(client, tokens, "anna")) == 1
    assert len(await journal(client, tokens, "boris")) == 2


async def test_many_register_one_device_at_once(client: httpx2.AsyncClient, tokens: Tokens) -> None:
    """Many writers race: one owns it, the others are refused."""
    people = [f"citizen-{n}" for n in range(8)]
    answers = await asyncio.gather(*(connect(client, tokens, who) for who in people))
    assert sorted(a.status_code for a in answers) == [201] + [409] * 7
    owners = [
        who
        for who in people
        if (await client.get("/v1/devices", headers=tokens.headers(who))).json()["items"]
    ]
    assert len(owners) == 1


async def test_there_is_an_end_to_devices(client: httpx2.AsyncClient, tokens: Tokens) -> None:
    for number in range(10):
        await connect(client, tokens, "anna", token=f"device-{number}")
    answer = await connect(client, tokens, "anna", token="device-more")
    assert (answer.status_code, answer.json()["code"]) == (409, "too-many-devices")


async def test_many_devices_at_once_are_no_more_than_may_be(
    client: httpx2.AsyncClient, tokens: Tokens
) -> None:
    """Thirty writers race for ten places."""
    answers = await asyncio.gather(
        *(connect(client, tokens, "anna", token=f"device-{n}") for n in range(30))
    )
    assert sorted(a.status_code for a in answers) == [201] * 10 + [409] * 20
    listed = await client.get("/v1/devices", headers=tokens.headers("anna"))
    assert len(listed.json()["items"]) == 10


async def test_all_wrong_fields_are_named_at_once(
    client: httpx2.AsyncClient, tokens: Tokens
) -> None:
    """C6's rule for every form."""
    answer = await connect(client, tokens, "anna", token="коротк", platform="fridge")
    assert answer.status_code == 422
    assert {e["pointer"] for e in answer.json()["errors"]} == {"/token", "/platform"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/messages"),
        ("GET", "/v1/devices"),
        ("POST", "/v1/devices"),
        ("DELETE", "/v1/devices/x"),
    ],
)
async def test_who_is_not_logged_in_gets_nothing(
    client: httpx2.AsyncClient, tokens: Tokens, method: str, path: str
) -> None:
    """401 without a token, 403 for staff."""
    body = {"json": DEVICE} if method == "POST" else {}
    nobody = await client.request(method, path, headers=keyed(), **body)  # type: ignore[arg-type] # a JSON body or none
    assert nobody.status_code == 401
    staff = await client.request(
        method,
        path,
        headers=tokens.headers("doc", "doctor") | keyed(),
        **body,  # type: ignore[arg-type] # as above
    )
    assert staff.status_code == 403
