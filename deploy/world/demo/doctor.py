"""What the doctor does: logs in, looks at a certificate before it is signed, signs for it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from deploy.world.demo.citizen import confirm, log_in
from deploy.world.demo.gateway import CODE, DemoFailedError, Gateway, Phone, RefusedError

ACCOUNTS = Path(__file__).with_name("accounts.json")
REGION = Path(__file__).with_name("region.json")


class Doctor:
    """A doctor with a phone: whoever approves confirms the signature by a code (K5)."""

    def __init__(self, gateway: Gateway, account: Mapping[str, Any] | None = None) -> None:
        """The first doctor of the demo's accounts, unless it is somebody else."""
        accounts = json.loads(ACCOUNTS.read_text())["accounts"]
        self._account = account or next(a for a in accounts if a["role"] == "doctor")
        self.gateway = gateway
        self.phone = Phone(gateway, self._account["phone"])

    async def log_in(self) -> None:
        """Password, then a second code."""
        await log_in(self.gateway, self.phone, self._account["phone"], self._account["password"])

    async def claim(self, application_id: str) -> None:
        """Take it from the queue."""
        await self.gateway.post("certificates", f"/reviews/{application_id}/claim")

    async def find(
        self, application_id: str, examination: str, said: dict[str, str]
    ) -> dict[str, Any]:
        """Write down what was found at an examination (C21)."""
        path = f"/reviews/{application_id}/findings"
        body = {"examination": examination, "fields": said}
        found: dict[str, Any] = await self.gateway.post("certificates", path, body)
        return found

    async def upload(self, name: str, content: bytes) -> str:
        """A result, a PDF, to be attached."""
        answer = await self.gateway.call(
            "POST",
            "documents",
            "/files",
            once=True,
            files={"file": (name, content, "application/pdf")},
            data={"purpose": "result"},
        )
        return str(answer.json()["file_id"])

    async def attach(self, application_id: str, file_id: str, requirement: str) -> dict[str, Any]:
        """A result of this doctor's; the news of a fresh upload may be a moment behind."""
        path, body = (
            f"/reviews/{application_id}/results",
            {"file_id": file_id, "requirement": requirement},
        )
        for _ in range(100):
            try:
                found: dict[str, Any] = await self.gateway.post("certificates", path, body)
            except RefusedError as refused:
                if {e["code"] for e in refused.problem.get("errors", ())} != {"file-not-ready"}:
                    raise
                await asyncio.sleep(0.05)
            else:
                return found
        message = "certificates did not hear of the result"
        raise DemoFailedError(message)

    async def preview(self, application_id: str, findings: dict[str, Any]) -> dict[str, Any]:
        """The certificate as it would be printed: where it is, and its digest."""
        path = f"/reviews/{application_id}/preview"
        found: dict[str, Any] = await self.gateway.post("certificates", path, findings)
        return found

    async def see(self, preview_id: str) -> bytes:
        """The file of a preview, without signatures: rendered a moment after it was asked for."""
        for _ in range(200):
            try:
                link = await self.gateway.post("documents", f"/previews/{preview_id}/links")
            except RefusedError as refused:
                if refused.code not in {
                    "preview-not-ready",
                    "not-found",
                }:  # the order is on its way
                    raise
                await asyncio.sleep(0.05)
            else:
                return (await self.gateway.caller().page(link["url"])).content
        message = f"the preview {preview_id} is not there"
        raise DemoFailedError(message)

    async def sign(self, digest: str) -> str:
        """The doctor's own act for the document of this digest."""
        return await confirm(self.gateway, self.phone, digest)

    async def open_session(self) -> str:
        """An act for everything that is approved in the next minutes."""
        await self.phone.skip()
        asked = await self.gateway.post("identity", "/signing-sessions")
        code = (await self.phone.wait_for(CODE))[1]
        path = f"/signing-sessions/{asked['session_id']}/confirmation"
        return str((await self.gateway.post("identity", path, {"code": code}))["act"])

    async def approve(self, application_id: str, findings: dict[str, Any], act: str) -> None:
        """Approve what the act is for."""
        path = f"/reviews/{application_id}/approval"
        await self.gateway.post("certificates", path, {**findings, "act": act})


def able(specialties: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """The doctors of one of these specialties who may log in.

    Raises:
        DemoFailedError: there is none.
    """
    wanted = {specialty["code"] for specialty in specialties}
    staff = json.loads(REGION.read_text(encoding="utf-8"))["staff"]
    found = {s["id"] for s in staff if wanted & {*s.get("practice", {}).get("specialties", ())}}
    accounts = json.loads(ACCOUNTS.read_text(encoding="utf-8"))["accounts"]
    if there := [account for account in accounts if account["id"] in found]:
        return there
    message = f"nobody of {sorted(wanted)} plays"
    raise DemoFailedError(message)
