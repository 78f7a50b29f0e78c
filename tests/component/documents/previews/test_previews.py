"""A doctor sees the certificate before signing it; nobody else does, and tomorrow nobody (K5)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx2

from contracts.orders import CertificatePii, EncryptedForm, PreviewOrdered, PrintedField
from deploy.world import verify_pdf
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.documents.previews.usecases import FORGET
from tests.support.eventually import eventually
from tests.support.service import an_event, deliver
from tests.support.services.documents import DOCTOR, FORM, DocumentsService
from tests.support.tools.encryption import jwe


def ordered(form: Sequence[PrintedField] = FORM) -> PreviewOrdered:
    said: dict[str, Any] = {
        "preview_id": secrets.token_hex(8),
        "application_id": secrets.token_hex(8),
        "doctor_id": DOCTOR.id,
        "certificate_type": "086u",
        "certificate_title": "Медицинская справка 086/у",
        "organisation_id": "clinic-1",
    }
    sealed = EncryptedForm(jwe=jwe(PreviewOrdered, CertificatePii(fields=tuple(form)), **said))
    return PreviewOrdered(**said, pii=sealed)


async def _ask(office: DocumentsService, preview_id: str, who: str, *roles: str) -> httpx2.Response:
    return await office.link(f"/v1/previews/{preview_id}", who, *(roles or ("doctor",)))


async def _ready(office: DocumentsService, order: PreviewOrdered) -> httpx2.Response:
    await deliver(office.app, an_event(order, aggregate_id=order.application_id, seq=4))

    async def made() -> httpx2.Response | None:
        answer = await _ask(office, order.preview_id, DOCTOR.id)
        waits = answer.status_code == 409 and answer.json()["code"] == "preview-not-ready"
        return None if waits or answer.status_code == 404 else answer

    return await eventually(made)


async def _fetch(office: DocumentsService, url: str) -> httpx2.Response:
    public = urlsplit(url)
    platform: Platform = find(office.app, Runtime).settings.platform
    async with httpx2.AsyncClient() as client:
        return await client.get(
            f"http://{platform.s3_endpoint}{public.path}?{public.query}",
            headers={"Host": public.netloc},
        )


async def test_k5_the_doctor_sees_what_would_be_printed_and_that_nobody_signed_it(
    office: DocumentsService,
) -> None:
    answer = await _ready(office, ordered())
    assert answer.status_code == 201
    pdf = (await _fetch(office, answer.json()["url"])).content
    text = verify_pdf.text(pdf)
    for printed in ("Соколова Анна Сергеевна", "Годна к обучению.", "БЕЗ ПОДПИСЕЙ"):
        assert printed in text
    assert b"/ByteRange" not in pdf
    assert verify_pdf.read_qr(pdf) == []
    assert verify_pdf.attachments(pdf) == {}


async def test_k5_a_preview_is_its_doctors_only(office: DocumentsService) -> None:
    order = ordered()
    await _ready(office, order)
    for who, roles in (("another", ("doctor",)), (DOCTOR.id, ("citizen",)), ("kim", ("support",))):
        assert (await _ask(office, order.preview_id, who, *roles)).status_code in {403, 404}


async def test_k5_what_cannot_be_printed_is_said_before_it_is_signed(
    office: DocumentsService,
) -> None:
    row = PrintedField(key="name", label="Имя", value="\U0001f9ec")
    answer = await _ready(office, ordered([row]))
    assert (answer.status_code, answer.json()["code"]) == (409, "preview-failed")
    assert "U+1F9EC" in answer.json()["detail"]


async def test_k5_a_preview_is_gone_after_a_day(office: DocumentsService) -> None:
    """Its link, its record and the PDF itself."""
    order = ordered()
    url = (await _ready(office, order)).json()["url"]
    database = find(office.app, Runtime).mongo.db
    stored = await database["previews"].find_one({"_id": order.preview_id})
    assert stored is not None
    assert stored["order"] is None  # what was printed is kept nowhere but in the PDF
    lasts = stored["expires_at"] - datetime.now(UTC)
    assert timedelta(hours=23) < lasts <= timedelta(days=1)
    long_ago = datetime.now(UTC) - timedelta(seconds=1)
    await database["previews"].update_one({}, {"$set": {"expires_at": long_ago}})
    assert (await _ask(office, order.preview_id, DOCTOR.id)).status_code == 404
    await database["timers"].update_one({"kind": FORGET}, {"$set": {"due_at": long_ago}})

    async def gone() -> bool:
        return (await _fetch(office, url)).status_code == 404

    await eventually(gone)
