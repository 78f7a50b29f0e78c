"""Certificates without a doctor: by the register of vaccinations, by the hospital's record.

What register and hospital know of whom is in `deploy/world/partners/records.json`.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.world import verify_pdf
from deploy.world.demo.checks import check_public, check_sealed
from deploy.world.demo.citizen import Citizen, download
from deploy.world.demo.gateway import DemoFailedError, Gateway
from deploy.world.demo.papers import policy_scan, test_results
from deploy.world.demo.steps import Steps, require

_WITHIN = 300.0
"""n10: five minutes."""
_PERIOD = timedelta(days=365)


async def play_automatic(
    citizen: Citizen, stranger: Gateway, steps: Steps, clinic_id: str
) -> dict[str, bytes]:
    """Both, to the sealed file; by type.

    Raises:
        DemoFailedError: something is not as it should be.
    """
    name, oms = citizen.person.full_name, citizen.person.profile["oms"]
    results = await citizen.upload("анализы.pdf", test_results(name), "application/pdf")
    scan = await citizen.upload("полис.jpg", policy_scan(name, oms), "image/jpeg")
    today = datetime.now(UTC).date()
    period = {"period_from": f"{today - _PERIOD}", "period_to": f"{today}"}
    steps.part("Справки без врача")
    vaccination = {
        "clinic_id": clinic_id,
        "fields": {"gender": "female", "purpose": "school", "registration_address": "Москва, 1"},
        "attachments": [{"requirement": "lab-results", "file_id": results["file_id"]}],
    }
    extract = {
        "clinic_id": clinic_id,
        "fields": {"gender": "female", "purpose": "treatment", **period},
        "attachments": [
            {"requirement": code, "file_id": scan["file_id"]} for code in ("policy", "identity")
        ],
    }
    made = {}
    for code, form, printed in (
        ("vaccination", vaccination, "Подтверждено официальным реестром"),
        ("card-extract", extract, "Общий анализ крови"),
    ):
        with steps.step(f"{code}: подано, проверено и выдано само") as notes:
            began = time.monotonic()
            certificate = await _issued(citizen, code, form)
            notes.append(f"№ {certificate['number']}, {time.monotonic() - began:.1f} с")
        pdf = await download(citizen.gateway, certificate["document_id"])
        text = await asyncio.to_thread(verify_pdf.text, pdf)
        require(printed in " ".join(text.split()), f"{code} does not say «{printed}»")
        require("Врач:" not in text, f"{code} names a doctor")
        await check_sealed(stranger, steps, pdf, code, signatures=1)
        await check_public(
            stranger, steps, pdf, number=certificate["number"], person=citizen.person
        )
        made[code] = pdf
    return made


async def _issued(citizen: Citizen, code: str, form: dict[str, Any]) -> dict[str, Any]:
    """The certificate of an application that nobody but the platform touched."""
    draft = await citizen.gateway.post("certificates", "/applications", {"type": code}, once=True)
    draft = await citizen.edit(draft, form)
    require(bool(draft["digest"]), f"{code} is not ready: {draft['problems']}")
    application = await citizen.submit(draft)
    deadline = time.monotonic() + _WITHIN
    while time.monotonic() < deadline:
        application = await citizen.gateway.get(
            "certificates", f"/applications/{application['id']}"
        )
        if application["state"] == "issued":
            path = f"/certificates/{application['certificate']['id']}"
            certificate: dict[str, Any] = await citizen.gateway.get("certificates", path)
            return certificate
        require(
            application["state"] in {"checking", "approved"},
            f"{code} is {application['state']}: {application['history'][-1]['reason']}",
        )
        await asyncio.sleep(0.2)
    message = f"{code} was not issued within {_WITHIN:g} s"
    raise DemoFailedError(message)
