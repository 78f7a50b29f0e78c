"""What the citizen does: registers, gets confirmed, applies, books."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from typing import Any
from urllib.parse import urlsplit

from deploy.world.demo.gateway import CODE, DemoFailedError, Gateway, Phone, RefusedError
from deploy.world.demo.person import Person
from deploy.world.demo.signing import OwnKey

_FILE_NOT_HEARD_OF = "file-not-ready"
_TRIES = 100


class Citizen:
    """A person with a phone, a mailbox and the portal."""

    def __init__(self, gateway: Gateway, person: Person) -> None:
        self.gateway = gateway
        self.person = person
        self.phone = Phone(gateway, person.phone)
        self.mailbox = Phone(gateway, person.email)
        self.device = Phone(gateway, f"demo-device-{person.phone[1:]}")
        self.account_id = ""
        self._tags: dict[str, str] = {}

    async def register(self) -> None:
        """Prove the phone by a code, set a password (I1)."""
        await self.phone.skip()
        asked = await self.gateway.post(
            "identity", "/registrations", {"channel": "sms", "phone": self.person.phone}
        )
        code = (await self.phone.wait_for(CODE))[1]
        tokens = await self.gateway.post(
            "identity",
            f"/registrations/{asked['registration_id']}/confirmation",
            {"code": code, "password": self.person.password},
        )
        self.gateway.hold(tokens)

    async def log_in(self) -> None:
        """Password, then a second code (I3)."""
        await log_in(self.gateway, self.phone, self.person.phone, self.person.password)
        self.account_id = (await self.gateway.get("identity", "/account"))["account_id"]

    async def prove_email(self) -> None:
        """Prove the mailbox by a code: medical messages go to proved contacts only (I16)."""
        await self.mailbox.skip()
        change = await self.gateway.post(
            "identity",
            "/contacts",
            {"channel": "email", "email": self.person.email, "password": self.person.password},
        )
        code = (await self.mailbox.wait_for(CODE))[1]
        confirmation = f"/contacts/{change['change_id']}/confirmation"
        await self.gateway.post("identity", confirmation, {"code": code})

    async def add_device(self) -> None:
        """Let this phone get push messages."""
        device = {"token": self.device.address, "platform": "web"}
        await self.gateway.post("notifier", "/devices", device, once=True)

    async def fill_profile(self) -> None:
        """Send the profile and wait until the state registry confirmed it (I2, I13)."""
        version = (await self.gateway.call("GET", "identity", "/profile")).headers["ETag"]
        await self.gateway.call(
            "PUT",
            "identity",
            "/profile",
            json=self.person.profile,
            headers={"If-Match": version},
        )
        await self.phone.wait_for("подтвержд")
        await self.gateway.renew()

    async def represent(self, child: dict[str, Any]) -> dict[str, Any]:
        """Add a child, and wait until the registry confirmed it (I12)."""
        asked = await self.gateway.post("identity", "/representations", child, once=True)
        for _ in range(_TRIES):
            address = f"/representations/{asked['right_id']}"
            right: dict[str, Any] = await self.gateway.get("identity", address)
            if right["state"] != "checking":
                return right
            await asyncio.sleep(0.05)
        message = "the registry did not answer about the child"
        raise DemoFailedError(message)

    async def act_for(self, subject_id: str) -> Gateway:
        """A caller who acts for somebody whom this citizen represents (I12)."""
        given = await self.gateway.post("identity", "/tokens/acting", {"for": subject_id})
        return self.gateway.caller().hold(given | {"refresh_token": None})

    async def upload(self, name: str, content: bytes, media_type: str) -> dict[str, Any]:
        """Upload a scan (C7)."""
        answer = await self.gateway.call(
            "POST",
            "documents",
            "/files",
            once=True,
            files={"file": (name, content, media_type)},
            data={"purpose": "attachment"},
        )
        found: dict[str, Any] = answer.json()
        return found

    async def edit(self, application: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
        """Save a part of the draft (C4). The copy of a fresh upload may be a moment behind."""
        for _ in range(_TRIES):
            try:
                return await self._change("PATCH", application["id"], "", change)
            except RefusedError as refused:
                codes = {e["code"] for e in refused.problem.get("errors", ())}
                if not codes or codes != {_FILE_NOT_HEARD_OF}:
                    raise
                await asyncio.sleep(0.05)
        message = "certificates did not hear of the uploaded files"
        raise DemoFailedError(message)

    async def pay(self, bill_id: str) -> dict[str, Any]:
        """Pay a bill on the acquirer's page, as in a browser; the bill once it is paid (C18)."""
        begun = await self.gateway.post("certificates", f"/bills/{bill_id}/payment")
        page = await self.gateway.page(f"{urlsplit(begun['pay_url']).path}/payment", b"")
        if "Оплачено" not in page.text:
            message = f"the acquirer did not take the payment: {page.status_code}"
            raise DemoFailedError(message)
        for _ in range(_TRIES):
            bill: dict[str, Any] = await self.gateway.get("certificates", f"/bills/{bill_id}")
            if bill["state"] == "paid":
                return bill
            await asyncio.sleep(0.1)
        message = f"the acquirer's callback did not come: {bill['state_label']}"
        raise DemoFailedError(message)

    async def submit(self, application: dict[str, Any]) -> dict[str, Any]:
        """Give consent, confirm the application by a code and send it (C11, C12, C13)."""
        draft = await self.gateway.get("certificates", f"/applications/{application['id']}")
        return await self.hand_in(draft, act=await self.confirm(draft["digest"]))

    async def confirm(self, digest: str) -> str:
        """An act for what has this digest, by a code from the phone (C12)."""
        return await confirm(self.gateway, self.phone, digest)

    async def signature(self, application: dict[str, Any], own: OwnKey) -> str:
        """A signature over exactly what the form is now (C12)."""
        path = f"/applications/{application['id']}/form"
        form = (await self.gateway.call("GET", "certificates", path)).content
        return b64encode(own.sign(form)).decode()

    async def hand_in(self, application: dict[str, Any], **confirmation: str) -> dict[str, Any]:
        """Send it with the consent and a confirmation: an `act` or a `signature`."""
        consent = await self.gateway.get("certificates", "/consent")
        agreement = {"consent": True, "consent_version": consent["version"], **confirmation}
        return await self._change("POST", application["id"], "/submission", agreement)

    async def _change(
        self, method: str, application_id: str, verb: str, body: dict[str, Any]
    ) -> dict[str, Any]:
        """Change the version that was read, named by the tag that came with it, to the letter."""
        address = f"/applications/{application_id}"
        tag = self._tags.pop(application_id, None)  # after a refusal it is read anew
        if tag is None:
            tag = (await self.gateway.call("GET", "certificates", address)).headers["ETag"]
        changed = await self.gateway.call(
            method, "certificates", address + verb, json=body, headers={"If-Match": tag}
        )
        self._tags[application_id] = changed.headers["ETag"]
        found: dict[str, Any] = changed.json()
        return found


async def log_in(gateway: Gateway, phone: Phone, login: str, password: str) -> None:
    """Log in as anybody: password, then the code from the phone."""
    await phone.skip()
    session = await gateway.post("identity", "/sessions", {"login": login, "password": password})
    code = (await phone.wait_for(CODE))[1]
    confirmation = f"/sessions/{session['session_id']}/confirmation"
    gateway.hold(await gateway.post("identity", confirmation, {"code": code}))


async def confirm(gateway: Gateway, phone: Phone, digest: str) -> str:
    """One's own act for what has this digest: the code comes to the phone."""
    await phone.skip()
    asked = await gateway.post("identity", "/acts", {"digest": digest})
    code = (await phone.wait_for(CODE))[1]
    path = f"/acts/{asked['act_id']}/confirmation"
    return str((await gateway.post("identity", path, {"code": code}))["act"])


async def download(gateway: Gateway, document_id: str) -> bytes:
    """A sealed document by its short-lived signed address (D1)."""
    link = await gateway.post("documents", f"/documents/{document_id}/links")
    page = await gateway.caller().page(link["url"])
    if page.status_code != 200:  # noqa: PLR2004 - the one good answer
        message = f"the signed address answered {page.status_code}: {page.text[:200]}"
        raise DemoFailedError(message)
    return page.content
