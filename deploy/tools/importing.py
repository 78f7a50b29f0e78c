"""`make import FILE=…`: send a file of clinics, staff and timetables to a running platform.

Asks for login, password and the code that comes then, as a browser would; they are kept nowhere.
Prints what became of each table and of each refused row, and exits non-zero if anything is refused.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence
from getpass import getpass
from pathlib import Path

import httpx2

from deploy.stacks.embedded.settings import Ports
from deploy.world.demo.gateway import DemoFailedError, Gateway, RefusedError
from deploy.world.demo.imports import DOORS, import_file

_MUST_CHANGE = "password-must-change"


async def log_in(gateway: Gateway, ask: Callable[[str], str], secret: Callable[[str], str]) -> None:
    """Log in by hand: `ask` and `secret` are how a person answers.

    Raises:
        RefusedError: not this login, or not this code.
    """
    login = {"login": ask("Логин, телефон или e-mail: "), "password": secret("Пароль: ")}
    session = await gateway.post("identity", "/sessions", login)
    answer = {"code": ask(f"Код ({session['destination']}): ")}
    address = f"/sessions/{session['session_id']}/confirmation"
    try:
        tokens = await gateway.post("identity", address, answer)
    except RefusedError as refused:
        if refused.code != _MUST_CHANGE:
            raise
        print(refused.problem["detail"])
        answer["new_password"] = secret("Новый пароль: ")
        tokens = await gateway.post("identity", address, answer)
    gateway.hold(tokens)


async def run(arguments: argparse.Namespace) -> int:
    """Log in, send, report; the exit code."""
    content = arguments.file.read_bytes()
    gateway = Gateway(arguments.gateway)
    try:
        await log_in(gateway, input, getpass)
        reports = await import_file(
            gateway,
            content,
            table=arguments.table,
            doors=tuple(arguments.door or DOORS),
            say=lambda line: print(line, file=sys.stderr),
        )
    except DemoFailedError as failure:
        print(f"Отказано: {failure}", file=sys.stderr)
        return 1
    except httpx2.TransportError as error:
        print(f"Платформа не отвечает: {arguments.gateway} ({error!r})", file=sys.stderr)
        return 2
    finally:
        await gateway.close()
    for report in reports:
        print("\n".join(report.lines()))
    return 0 if all(report.applied for report in reports) else 1


def main(argv: Sequence[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="make import", description=__doc__)
    parser.add_argument("file", type=Path, help="JSON, XLSX or CSV")
    parser.add_argument("--table", help="the table of a CSV file: clinics, staff, timetables, …")
    parser.add_argument("--door", action="append", choices=DOORS, help="only this one")
    parser.add_argument("--gateway", default=f"http://127.0.0.1:{Ports().gateway}")
    arguments = parser.parse_args(argv)
    if not arguments.file.is_file():
        print(f"Нет такого файла: {arguments.file}", file=sys.stderr)
        return 2
    return asyncio.run(run(arguments))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
