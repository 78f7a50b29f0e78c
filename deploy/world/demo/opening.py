"""`python -m deploy.world.demo.opening`: opens the demo as any region would be opened, once.

The first administrator by the command on the server, clinics, staff and timetables by an import,
first passwords by recoveries, keys by requests to the demo's authority, citizens by registration.
Everything goes through the doors that everybody has; what was done before is not done again.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from deploy.stacks.embedded.settings import Ports, StackSettings
from deploy.world.demo.citizen import Citizen, log_in
from deploy.world.demo.gateway import CODE, DemoFailedError, Gateway, Phone, RefusedError
from deploy.world.demo.imports import import_file
from deploy.world.demo.person import Person
from deploy.world.pki.desk import issue

T = TypeVar("T")
_HERE = Path(__file__).parent
ACCOUNTS, REGION = _HERE / "accounts.json", _HERE / "region.json"
_TEMPORARY = re.compile(r"пароль:\s+(\S+)")
_PATIENCE = 60.0
_NOT_HEARD_OF = frozenset({"not-practising", "clinic-not-open", "not-found", "clinic-unknown"})


@dataclass
class Opening:
    """Who plays, what is imported, and what is not done over HTTP."""

    gateway: Gateway
    pki: Path
    """The authority that certifies doctors and clinics."""
    accounts: list[dict[str, Any]]
    region: bytes
    admin: Callable[[list[str]], Awaitable[str | None]]
    """The command on the server: the temporary password; None: there is an administrator."""
    say: Callable[[str], None] = print

    async def play(self) -> None:
        """Open it, or the rest of it.

        Raises:
            DemoFailedError: a door refused.
        """
        started = time.monotonic()
        administrator = await self.administrator(self._of_role("administrator")[0])
        await self._region(administrator)
        staff = [a for a in self.accounts if a["role"] not in {"administrator", "citizen"}]
        await asyncio.gather(*(self._accept(account) for account in staff))
        await asyncio.gather(
            self._clinics_keys(administrator),
            *(self._doctors_key(account) for account in self._of_role("doctor")),
            *(self._citizen(account) for account in self._of_role("citizen")),
        )
        self.say(f"the demo is open ({time.monotonic() - started:.1f} s)")

    def _of_role(self, role: str) -> list[dict[str, Any]]:
        return [account for account in self.accounts if account["role"] == role]

    async def administrator(self, account: Mapping[str, Any]) -> Gateway:
        """Who opens: made by the command, with a password that changes at the first login."""
        arguments = ["--full-name", _name(account), "--login", account["login"]]
        arguments += ["--phone", account["phone"], "--email", account["email"]]
        temporary = await self.admin(arguments)
        caller = self.gateway.caller()
        if temporary is None:  # an opening that was broken off made them
            await self._recover(account)
            await self.log_in(caller, account)
            return caller
        phone = Phone(caller, account["phone"])
        await phone.skip()
        login = {"login": account["login"], "password": temporary}
        session = await caller.post("identity", "/sessions", login)
        answer = {"code": (await phone.wait_for(CODE))[1], "new_password": account["password"]}
        address = f"/sessions/{session['session_id']}/confirmation"
        caller.hold(await caller.post("identity", address, answer))
        self.say(f"the first administrator: {account['login']}")
        return caller

    async def _region(self, administrator: Gateway) -> None:
        for report in await import_file(administrator, self.region):
            for line in report.lines():
                self.say(line)
            if not report.applied:
                message = f"{report.door} refused the import"
                raise DemoFailedError(message)

    async def _accept(self, account: Mapping[str, Any]) -> None:
        """The invitation is answered: the first password is set by a recovery."""
        await self._recover(account)
        self.say(f"{account['login']} has accepted the invitation")

    async def _recover(self, account: Mapping[str, Any]) -> None:
        caller = self.gateway.caller()
        phone = Phone(caller, account["phone"])
        await phone.skip()
        contacts = {"phone": account["phone"], "email": account["email"]}
        recovery = await caller.post("identity", "/recoveries", contacts)
        answer = {"code": (await phone.wait_for(CODE))[1], "password": account["password"]}
        address = f"/recoveries/{recovery['recovery_id']}/confirmation"
        await caller.post("identity", address, answer)

    async def log_in(self, caller: Gateway, account: Mapping[str, Any]) -> None:
        """As one of the people."""
        phone = Phone(caller, account["phone"])
        await log_in(caller, phone, account["phone"], account["password"])

    async def _doctors_key(self, account: Mapping[str, Any]) -> None:
        caller = self.gateway.caller()
        await self.log_in(caller, account)
        await self._certify(caller, "/signers/me")
        self.say(f"{account['login']} can sign")

    async def _clinics_keys(self, administrator: Gateway) -> None:
        clinics = json.loads(self.region)["clinics"]
        for clinic in clinics:
            await self._certify(administrator, f"/clinics/{clinic['id']}/signer")
        self.say(f"{len(clinics)} clinics can seal")

    async def _certify(self, caller: Gateway, signer: str) -> None:
        """A key is asked for, its request brought to the authority, the certificate brought back.

        Documents may still have to hear of whom it is for.
        """

        async def request() -> dict[str, Any]:
            made: dict[str, Any] = await caller.post(
                "documents", f"{signer}/requests", {}, once=True
            )
            return made

        made = await _when_heard(request)
        certificate = issue(self.pki, made["request"]["request"].encode())
        await caller.call("PUT", "documents", f"{signer}/certificate", content=certificate)

    async def _citizen(self, account: Mapping[str, Any]) -> None:
        """Registered by the phone, confirmed by the registry, attached to a clinic."""
        citizen = Citizen(self.gateway.caller(), _person(account))
        try:
            await citizen.register()
        except RefusedError as refused:
            if refused.code != "account-exists":
                raise
        await citizen.log_in()
        known = await citizen.gateway.get("identity", "/account")
        if known["email"] is None:
            await citizen.prove_email()
        if known["level"] != "confirmed":
            await citizen.fill_profile()
        attachment = {"clinic_id": account["attached_to"]}
        await citizen.gateway.call("PUT", "identity", "/attachment", json=attachment)
        self.say(f"{account['phone']} is a confirmed citizen")


async def first_administrator(
    arguments: list[str], env: Mapping[str, str] | None = None
) -> str | None:
    """The temporary password of the first administrator; None: there is one already.

    The command runs with the settings of identity: those of this process, or `env`.

    Raises:
        DemoFailedError: the command fails.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.identity", "admin", *arguments),
        env=env,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said = (await process.communicate())[0].decode()
    found = _TEMPORARY.search(said)
    if process.returncode == 0 and found:
        return found[1]
    if process.returncode == 1:
        return None
    raise DemoFailedError(said)


async def _when_heard(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask until the service has heard of whom it is about."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            return await ask()
        except RefusedError as refused:
            if refused.code not in _NOT_HEARD_OF or time.monotonic() > deadline:
                raise
        await asyncio.sleep(0.2)


def _name(account: Mapping[str, Any]) -> str:
    return " ".join(account["name"][part] for part in ("last", "first", "middle"))


def _person(account: Mapping[str, Any]) -> Person:
    name = {f"{part}_name": value for part, value in account["name"].items()}
    fields = ("category", "birth_date", "snils", "inn", "oms", "passport")
    profile = name | {field: account[field] for field in fields}
    return Person(account["phone"], account["email"], account["password"], profile)


async def main() -> int:
    """The command line; 0 when the demo is open, now or since before."""
    settings = StackSettings()
    parser = argparse.ArgumentParser(prog="python -m deploy.world.demo.opening")
    parser.add_argument("--gateway", default=f"http://127.0.0.1:{Ports().gateway}")
    parser.add_argument("--pki", type=Path, default=settings.run_dir / "data" / "pki")
    parser.add_argument("--opened", type=Path, help="a file that says that it was done")
    given = parser.parse_args()
    if given.opened and given.opened.exists():
        print("the demo is open since before")
        return 0
    gateway = Gateway(given.gateway)
    try:
        accounts = json.loads(ACCOUNTS.read_text())["accounts"]
        await Opening(gateway, given.pki, accounts, REGION.read_bytes(), first_administrator).play()
    except DemoFailedError as failure:
        print(f"the demo could not be opened: {failure}", file=sys.stderr)
        return 1
    finally:
        await gateway.close()
    if given.opened:
        given.opened.parent.mkdir(parents=True, exist_ok=True)
        given.opened.touch()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
