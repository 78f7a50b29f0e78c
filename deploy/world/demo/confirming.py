"""How an application is confirmed: nothing is handed in without an act, or a signature (C12)."""

from __future__ import annotations

import random
from typing import Any

from deploy.world.demo.citizen import Citizen
from deploy.world.demo.gateway import RefusedError
from deploy.world.demo.person import new_person
from deploy.world.demo.signing import certified
from deploy.world.demo.steps import Steps, require


async def refused(citizen: Citizen, draft: dict[str, Any], **confirmation: str) -> None:
    """The draft is not handed in with this, and is as it was."""
    try:
        await citizen.hand_in(draft, **confirmation)
    except RefusedError as error:
        code = "signature-refused" if confirmation else "signing-act-required"
        require(error.code == code, f"refused with {error.code}")
    else:
        require(False, f"handed in with {sorted(confirmation)}")


async def apply_signed(
    citizen: Citizen, steps: Steps, kind: dict[str, Any], form: dict[str, Any]
) -> dict[str, Any]:
    """An application signed with a certificate of one's own, and taken back."""
    steps.part("Заявление, подписанное своим сертификатом")
    with steps.step("сертификат выдан удостоверяющим центром"):
        own = await certified(citizen.gateway, citizen.person)
    draft = await citizen.gateway.post("certificates", "/applications", kind, once=True)
    draft = await citizen.edit(draft, form)
    with steps.step("чужим сертификатом не подписать"):
        other = await certified(citizen.gateway, new_person(random.Random(0)))
        await refused(citizen, draft, signature=await citizen.signature(draft, other))
    with steps.step("подано с подписью CMS") as notes:
        signed = await citizen.hand_in(draft, signature=await citizen.signature(draft, own))
        require(signed["confirmation"]["method"] == "signature", "not by the signature")
        notes.append(f"сертификат {signed['confirmation']['reference'][:12]}…")
    path = f"/applications/{signed['id']}/withdrawal"
    withdrawn: dict[str, Any] = await citizen.gateway.post("certificates", path)
    return withdrawn
