"""The first administrator, by a command on the server (K1, I8)."""

from __future__ import annotations

import asyncio
import re
import sys
from typing import Any

import pyotp
import pytest

from contracts.identity import StaffChanged
from deploy.stacks.embedded.settings import inherited_environment
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.identity.installation.api import asked
from tests.support.eventually import eventually
from tests.support.service import outbox_events
from tests.support.services.identity import PASSWORD, Identity, any_phone, bearer
from tests.support.tools.encryption import SECRET
from tests.support.tools.lines import abandoned_soon
from tests.support.tools.programs import program

NAME = ["--full-name", "Ким Елена Олеговна"]


async def _command(platform: Platform, database: str, *arguments: str) -> tuple[int, str, str]:
    """`python -m services.identity admin …` in a process of its own."""
    secret = SECRET.get_secret_value()
    own = {f"IDENTITY_{name}": secret for name in ("SECRET", "AUTHENTICATORS_SECRET")}
    own |= {
        f"IDENTITY_{name}_SECRET": secret for name in ("CODES", "PROFILES", "PAPERS", "PATIENTS")
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.identity", "admin", *arguments),
        env={
            **inherited_environment(),
            **own,
            "MONGO_URL": platform.mongo_url,
            "IDENTITY_DATABASE": database,
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


def _password(told: str) -> str:
    found = re.search(r"Временный пароль: +(\S+)", told)
    assert found, told
    return found[1]


async def _logged_in(identity: Identity, login: str, password: str) -> dict[str, Any]:
    begun = await identity.post("/sessions", {"login": login, "password": password})
    assert begun.status_code == 202, begun.text
    session_id = begun.json()["session_id"]
    answer: dict[str, str] = {"code": await identity.code(session_id)}
    path = f"/sessions/{session_id}/confirmation"
    refused = await identity.post(path, answer)
    assert refused.json()["code"] == "password-must-change"
    done = await identity.post(path, answer | {"new_password": PASSWORD})
    assert done.status_code == 200, done.text
    pair: dict[str, Any] = done.json()
    return pair


async def test_from_nothing_to_an_administrator_who_makes_staff_k1_i8(
    identity: Identity, platform: Platform, database: str
) -> None:
    """While the service runs: it hears of the account from the outbox, as of any other."""
    phone = any_phone()
    code, told, said = await _command(
        platform, database, *NAME, "--login", "Glavny", "--phone", phone
    )
    assert (code, said) == (0, "")
    password = _password(told)
    assert (told.count(password), password in str(await _stored(identity))) == (1, False)
    (fact,) = await outbox_events(identity.app, StaffChanged)
    assert [(p.role, p.clinic_id) for p in fact.data.posts] == [("administrator", None)]

    pair = await _logged_in(identity, "glavny", password)
    assert pair["roles"] == ["administrator"]
    staff = await identity.client.get("/v1/staff", headers=bearer(pair))
    assert staff.status_code == 200
    assert (await identity.logged_in(phone))["account_id"] == pair["account_id"]


async def _stored(identity: Identity) -> list[Any]:
    db = find(identity.app, Runtime).mongo.db
    return [d for name in ("accounts", "credentials") async for d in db[name].find()]


async def test_where_no_messages_go_out_an_app_shows_the_code_k1_d11(
    identity: Identity, capsys: pytest.CaptureFixture[str]
) -> None:
    phone = any_phone()
    assert await asked(identity.app, [*NAME, "--phone", phone, "--authenticator"]) == 0
    told = capsys.readouterr().out
    uri = next(word for word in told.split() if word.startswith("otpauth://"))
    app = pyotp.parse_uri(uri)
    assert isinstance(app, pyotp.TOTP)
    begun = await identity.post("/sessions", {"login": phone, "password": _password(told)})
    assert begun.json()["channel"] == "totp"
    path = f"/sessions/{begun.json()['session_id']}/confirmation"
    answer = {"code": app.at(identity.clock()), "new_password": PASSWORD}
    assert (await identity.post(path, answer)).status_code == 200


async def test_killed_before_its_commit_it_leaves_nothing_k1(
    identity: Identity, platform: Platform, database: str
) -> None:
    """The next command makes the administrator, as soon as MongoDB has let the dead one go."""
    mongo = find(identity.app, Runtime).mongo
    async with abandoned_soon(mongo, seconds=3):
        async with program(
            *(sys.executable, "-m", "tests.support.victims.installation"),
            *(platform.mongo_url, database),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        ) as victim:
            assert victim.stdout is not None
            assert await victim.stdout.readline() == b"inside\n"
            victim.kill()

        async def made() -> bool:
            code, _, _ = await _command(platform, database, *NAME, "--phone", any_phone())
            return code == 0

        assert await eventually(made, within=30)
    assert len(await outbox_events(identity.app, StaffChanged)) == 1


async def test_of_commands_at_the_same_moment_one_makes_an_administrator_k1(
    identity: Identity, platform: Platform, database: str
) -> None:
    answers = await asyncio.gather(
        *(_command(platform, database, *NAME, "--phone", any_phone()) for _ in range(3))
    )
    assert sorted(code for code, _, _ in answers) == [0, 1, 1], answers
    assert all("уже есть" in said for code, _, said in answers if code)
    again = await _command(platform, database, *NAME, "--email", "late@example.org")
    assert (again[0], "уже есть" in again[2]) == (1, True)
    assert len(await outbox_events(identity.app, StaffChanged)) == 1


async def test_an_installation_with_an_administrator_has_its_first_k1(
    identity: Identity, administrator: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert administrator["roles"] == ["administrator"]
    assert await asked(identity.app, [*NAME, "--phone", any_phone()]) == 1
    assert "Администратор платформы уже есть" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--full-name", "Ким Елена Олеговна"], "--phone: Нужен телефон или e-mail"),
        (["--full-name", "Kим 12", "--phone", "+79161234567"], "--full-name:"),
        ([*NAME, "--phone", "123"], "--phone: "),
        ([*NAME, "--phone", "+74951234567"], "--phone: Нужен номер мобильного"),
    ],
)
async def test_what_cannot_be_is_named_by_its_option_k1(
    identity: Identity, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert await asked(identity.app, arguments) == 1
    assert said in capsys.readouterr().err


async def test_without_a_database_it_says_so_k1(database: str) -> None:
    away = Platform(
        mongo_url="mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=300&directConnection=true"
    )
    code, told, said = await _command(away, database, *NAME, "--phone", any_phone())
    assert (code, told) == (2, "")
    assert "База данных не отвечает" in said
