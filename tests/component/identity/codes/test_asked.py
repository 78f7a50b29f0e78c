"""How many codes one network or one account has sent, to all contacts together (I17)."""

from __future__ import annotations

from services.chassis.foundation.settings import Platform
from tests.support.services.identity import PASSWORD, any_phone, bearer, identity_running

_HOME = "198.51.100.20"


async def test_one_address_does_not_have_codes_sent_to_thousands_i17(
    platform: Platform, database: str
) -> None:
    """Whatever they are asked for; other networks, and logins with the password, go on."""
    limits = {"codes_from_network": 6, "codes_from_site": 9}
    async with identity_running(platform, database, **limits) as identity:
        owner = identity.seen_from(_HOME)
        phone = any_phone()
        await owner.registered(phone)
        bomber = identity.seen_from("2001:db8:7:1::1")
        said = [
            await bomber.post("/registrations", {"channel": "sms", "phone": any_phone()})
            for _ in range(4)
        ] + [await bomber.post("/recoveries", {"phone": any_phone()}) for _ in range(4)]
        assert [a.status_code for a in said] == [202] * 6 + [429] * 2
        assert said[-1].json()["code"] == "too-many-codes-asked"
        assert 0 < int(said[-1].headers["Retry-After"]) <= 3600
        for _ in range(6):
            body = {"login": phone, "password": PASSWORD}
            assert (await bomber.post("/sessions", body)).is_success

        neighbours = [identity.seen_from(f"2001:db8:7:{n}::1") for n in range(2, 8)]
        body = {"channel": "sms", "phone": any_phone()}
        answers = [(await n.post("/registrations", body)).status_code for n in neighbours]
        assert answers == [202] * 3 + [429] * 3
        identity.clock.forward(hours=1)
        assert (await bomber.post("/recoveries", {"phone": phone})).status_code == 429
        identity.clock.forward(hours=24)
        assert (await bomber.post("/recoveries", {"phone": phone})).status_code == 202


async def test_a_code_that_is_sent_again_counts_for_its_network(
    platform: Platform, database: str
) -> None:
    async with identity_running(platform, database, codes_from_network=3) as identity:
        body = {"channel": "sms", "phone": any_phone()}
        started = (await identity.post("/registrations", body)).json()
        said = []
        for _ in range(3):
            identity.clock.forward(seconds=61)
            path = f"/registrations/{started['registration_id']}/code"
            said.append((await identity.post(path, None)).status_code)
        assert said == [202, 202, 429]


async def test_an_account_does_not_have_codes_sent_to_thousands(
    platform: Platform, database: str
) -> None:
    async with identity_running(platform, database, codes_from_network=3) as identity:
        pair = await identity.registered()
        bodies = [{"channel": "sms", "phone": any_phone(), "password": PASSWORD} for _ in range(4)]
        said = [
            (await identity.seen_from(f"203.0.113.{n}").post("/contacts", body, bearer(pair)))
            for n, body in enumerate(bodies)
        ]
        assert [a.status_code for a in said] == [202] * 3 + [429]
