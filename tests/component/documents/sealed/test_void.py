"""What was revoked or cancelled is kept and says that it is void: d5, C36, A9."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import httpx2
import pytest

from contracts.documents import DocumentSealed
from contracts.envelope import Data
from contracts.scheduling import AppointmentConfirmed, VisitStatus
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.eventually import eventually
from tests.support.service import an_event, deliver, outbox_events
from tests.support.services.documents import (
    DocumentsService,
    approved,
    booked,
    cancelled,
    moved,
    revoked,
)


async def _said(office: DocumentsService, data: Data, aggregate_id: str, seq: int) -> str:
    return await deliver(office.app, an_event(data, aggregate_id=aggregate_id, seq=seq))


async def _sealed(office: DocumentsService) -> DocumentSealed:
    async def there() -> list[DocumentSealed]:
        return [e.data for e in await outbox_events(office.app, DocumentSealed)]

    (said,) = await eventually(there)
    return said


async def _pdf(office: DocumentsService, document_id: str, owner: str) -> bytes:
    answer = await office.link(f"/v1/documents/{document_id}", owner)
    assert answer.status_code == 201  # kept, never deleted
    public = urlsplit(answer.json()["url"])
    platform: Platform = find(office.app, Runtime).settings.platform
    async with httpx2.AsyncClient() as client:
        got = await client.get(
            f"http://{platform.s3_endpoint}{public.path}?{public.query}",
            headers={"Host": public.netloc},
        )
    return got.content


async def _checked(office: DocumentsService, pdf: bytes) -> dict[str, Any]:
    answer = await office.client.post("/v1/public/checks", content=pdf)
    found: dict[str, Any] = answer.json()
    assert found["sha256"] == hashlib.sha256(pdf).hexdigest()
    return found


async def test_d5_a_revoked_certificate_is_genuine_and_not_current(
    office: DocumentsService,
) -> None:
    """C36: the reason is a matter between doctor and citizen, so the public check names none."""
    order = approved("anna")
    await _said(office, order, order.application_id, 5)
    document_id = (await _sealed(office)).document_id
    pdf = await _pdf(office, document_id, "anna")
    before = await _checked(office, pdf)
    assert (before["genuine"], before["current"], before["void_at"]) == (True, True, None)
    event = an_event(revoked(order), aggregate_id=order.application_id, seq=7)
    assert await deliver(office.app, event) == "handled"
    assert await deliver(office.app, event) == "duplicate"
    after = await _checked(office, pdf)
    assert (after["genuine"], after["current"]) == (True, False)
    assert "Справка отозвана" in after["detail"]
    assert "Диагноз" not in str(after)
    assert after["void_at"] == "2026-11-22T09:00:00Z"
    (listed,) = (await office.get("/v1/documents", "anna")).json()["items"]
    one = (await office.get(f"/v1/documents/{document_id}", "anna")).json()
    for view in (listed, one):
        assert view["state"] == "sealed"
        assert view["void_at"] == "2026-11-22T09:00:00Z"
        assert "отозвана" in view["void_reason"]
    assert await _pdf(office, document_id, "anna") == pdf


async def test_a9_the_talon_of_a_cancelled_appointment_is_void(office: DocumentsService) -> None:
    visit, other = booked("anna", datetime.now(UTC) + timedelta(days=2)), booked("anna")
    await _said(office, visit, visit.appointment_id, 1)
    pdf = await _pdf(office, (await _sealed(office)).document_id, "anna")
    assert await _said(office, cancelled(other), other.appointment_id, 2) == "handled"
    assert (await _checked(office, pdf))["current"] is True  # another appointment's talon
    assert await _said(office, cancelled(visit), visit.appointment_id, 2) == "handled"
    after = await _checked(office, pdf)
    assert (after["genuine"], after["current"]) == (True, False)
    assert "отменена" in after["detail"]


@pytest.mark.parametrize(("days", "current"), [(-1, False), (0, True), (1, True)])
async def test_x3_a_certificate_past_its_last_day_is_genuine_and_not_current(
    office: DocumentsService, days: int, current: bool
) -> None:
    today = datetime.now(ZoneInfo("Europe/Moscow")).date()
    order = approved("anna", valid_until=today + timedelta(days=days))
    await _said(office, order, order.application_id, 5)
    found = await _checked(office, await _pdf(office, (await _sealed(office)).document_id, "anna"))
    assert (found["genuine"], found["current"]) == (True, current)
    assert ("истёк" in found["detail"]) is not current
    assert found["void_at"] is None  # nobody has revoked it


async def test_a_talon_of_yesterday_is_not_current(office: DocumentsService) -> None:
    visit = booked("anna", datetime.now(UTC) - timedelta(days=2))
    await _said(office, visit, visit.appointment_id, 1)
    found = await _checked(office, await _pdf(office, (await _sealed(office)).document_id, "anna"))
    assert (found["genuine"], found["current"]) == (True, False)


async def test_d5_what_is_sealed_late_is_void_from_its_beginning(office: DocumentsService) -> None:
    """Out of order: the end is heard before the document is even ordered."""
    visit = booked("anna")
    await _said(office, cancelled(visit), visit.appointment_id, 2)
    assert await _said(office, visit, visit.appointment_id, 1) == "handled"
    said = await _sealed(office)
    assert (await _checked(office, await _pdf(office, said.document_id, "anna")))[
        "current"
    ] is False
    (listed,) = (await office.get("/v1/documents", "anna")).json()["items"]
    assert listed["void_at"]


async def test_d5_a_certificate_with_another_number_is_another_one(
    office: DocumentsService,
) -> None:
    """A certificate issued anew for the same application is not touched by the old one's end."""
    order = approved("anna")
    other = order.model_copy(update={"number": "086-OTHER"})
    await _said(office, revoked(other), order.application_id, 6)
    await _said(office, order, order.application_id, 5)
    said = await _sealed(office)
    assert (await _checked(office, await _pdf(office, said.document_id, "anna")))["current"] is True


async def test_a9_a_moved_visit_has_a_new_talon_and_the_former_one_points_to_it(
    office: DocumentsService,
) -> None:
    """One new edition a move, whether it is heard once or twice; the former stays, void."""
    first = booked("anna", datetime.now(UTC) + timedelta(days=3))
    await _said(office, first, first.appointment_id, 1)
    former = await _sealed(office)
    event = an_event(moved(first, "A-2026-004513-5"), aggregate_id=first.appointment_id, seq=2)
    assert await deliver(office.app, event) == "handled"
    assert await deliver(office.app, event) == "duplicate"

    async def both() -> list[DocumentSealed] | None:
        found = [e.data for e in await outbox_events(office.app, DocumentSealed)]
        return found if len(found) == 2 else None

    newer = next(d for d in await eventually(both) if d.document_id != former.document_id)
    assert (newer.number, newer.reference_id) == ("A-2026-004513-5", first.appointment_id)
    void = await _checked(office, await _pdf(office, former.document_id, "anna"))
    assert (void["genuine"], void["current"]) == (True, False)
    fresh = await _checked(office, await _pdf(office, newer.document_id, "anna"))
    assert (fresh["genuine"], fresh["current"]) == (True, True)


async def test_a10_a_pending_visit_has_no_talon_before_it_is_confirmed(
    office: DocumentsService,
) -> None:
    visit = booked("anna").model_copy(update={"status": VisitStatus.PENDING})
    after = moved(visit, "A-2026-004513-5").model_copy(update={"status": VisitStatus.PENDING})
    assert await _said(office, visit, visit.appointment_id, 1) == "handled"
    assert await _said(office, after, visit.appointment_id, 2) == "handled"
    documents = find(office.app, Runtime).mongo.db["documents"]
    assert await documents.count_documents({}) == 0
    kept = after.model_dump(include=set(AppointmentConfirmed.model_fields))
    assert await _said(office, AppointmentConfirmed(**kept), visit.appointment_id, 3) == "handled"
    sealed = await _sealed(office)
    assert (sealed.number, sealed.reference_id) == (after.talon_number, visit.appointment_id)
