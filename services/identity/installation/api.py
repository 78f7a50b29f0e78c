"""`python -m services.identity admin …`: asked on the server, straight to the database.

Needs MongoDB alone; whatever runs beside it hears of the new account from the outbox.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence

from fastapi import FastAPI

from services.chassis.foundation.errors import InvalidInputError, RefusalError
from services.chassis.foundation.faults import is_accident, redacted
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.chassis.telemetry.logging import configure
from services.identity.installation.usecases import FirstAdministrator, Made
from services.identity.staff.domain import StaffForm

COMMAND = "admin"
_SECONDS = 60
_DONE = """\
Первый администратор заведён.

  Войти:             {logins}
  Временный пароль:  {password}

Пароль показан один раз. При первом входе система спросит код ({factor}) и новый пароль.
Если пароль потерян, задайте новый через восстановление доступа (POST /v1/recoveries)."""
_APP = """

Добавьте в приложение-аутентификатор (показано один раз):

  {uri}"""


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=f"python -m services.identity {COMMAND}",
        description="Завести первого администратора установки. Нужен телефон или e-mail.",
    )
    parser.add_argument("--full-name", required=True, help="фамилия, имя и отчество")
    parser.add_argument("--login", help="имя для входа, кроме телефона и e-mail")
    parser.add_argument("--phone", help="мобильный телефон: туда приходят коды")
    parser.add_argument("--email", help="e-mail: туда приходят коды, если нет телефона")
    parser.add_argument(
        "--authenticator",
        action="store_true",
        help="коды показывает приложение: сообщения ещё не отправляются",
    )
    return parser.parse_args(argv)


async def admin(app: FastAPI, argv: Sequence[str]) -> int:
    """The command as a program of its own; its exit code."""
    runtime = find(app, Runtime)
    configure(runtime.name, fmt="console", level="ERROR")
    try:
        return await asked(app, argv)
    finally:
        await runtime.close()


async def asked(app: FastAPI, argv: Sequence[str]) -> int:
    """Make the first administrator and print the temporary password; the exit code."""
    given = _arguments(argv)
    form = StaffForm(
        full_name=given.full_name, login=given.login, phone=given.phone, email=given.email
    )
    try:
        async with asyncio.timeout(_SECONDS):
            await find(app, Runtime).ensure()
            made = await find(app, FirstAdministrator).make(form, app=given.authenticator)
    except RefusalError as refusal:
        _say_no(refusal)
        return 1
    except Exception as error:
        if not is_accident(error):
            raise
        print(f"База данных не отвечает: {redacted(error)}", file=sys.stderr)  # noqa: T201 - a command's output
        return 2
    print(_told(made))  # noqa: T201 - a command's output
    return 0


def _say_no(refusal: RefusalError) -> None:
    print(refusal.detail, file=sys.stderr)  # noqa: T201 - a command's output
    if isinstance(refusal, InvalidInputError):
        for error in refusal.errors:
            option = error.pointer.removeprefix("/").replace("_", "-")
            print(f"  --{option}: {error.detail}", file=sys.stderr)  # noqa: T201 - as above


def _told(made: Made) -> str:
    account = made.account
    factor = "из приложения" if made.app else f"придёт на {account.code_contact.address}"
    done = _DONE.format(logins=", ".join(account.logins), password=made.password, factor=factor)
    return done + (_APP.format(uri=made.app) if made.app else "")
