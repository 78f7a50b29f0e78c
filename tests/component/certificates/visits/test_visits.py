"""After its payment 003-В/у waits for a video visit; its doctor decides after it (C19, n9)."""

from __future__ import annotations

from datetime import datetime, timedelta

from contracts.certificates import ReviewStarted, VideoVisitRequested
from contracts.partners import PaymentReceived
from contracts.scheduling import VideoVisitAwaited, VideoVisitBooked, VideoVisitCancelled
from tests.support.eventually import eventually
from tests.support.service import keyed, outbox_events
from tests.support.services.certificates.builders import ANNA, CLINIC, ORLOVA
from tests.support.services.certificates.events import Json
from tests.support.services.certificates.office import Office, match, twice

FORM = {
    "gender": "female",
    "passport": "4512345678",
    "registration_address": "г. Москва, ул. Донская, д. 5",
    "purpose": "renewal",
    "categories": "passenger",
}
FOUND = {"contraindications": "none", "conclusion": "Противопоказаний нет"}


async def _paid(office: Office) -> Json:
    """003-В/у of Anna's, handed in and paid for."""
    opened = await office.http.post(
        "/v1/applications", json={"type": "003vu"}, headers=office.citizen() | keyed()
    )
    assert opened.status_code == 201, opened.text
    await office.accept("file-passport", "file-policy")
    given = [{"requirement": r, "file_id": f"file-{r}"} for r in ("passport", "policy")]
    draft = await office.edit(opened.json(), {"fields": FORM, "attachments": given})
    done = await office.http.post(
        f"/v1/applications/{draft['id']}/submission",
        json=office.agreed(draft),
        headers=office.citizen() | match(draft),
    )
    assert (done.status_code, done.json()["state"]) == (200, "awaiting-payment"), done.text
    payment = PaymentReceived(
        application_id=draft["id"],
        payment_id="pay-1",
        amount_kopecks=170_000,
        paid_at=office.clock(),
    )
    assert await office.hear(payment, draft["id"]) == "handled"
    return await office.read(draft["id"])


def _booked(application: Json, starts_at: datetime, visit_id: str = "apt-1") -> VideoVisitBooked:
    return VideoVisitBooked(
        application_id=application["id"],
        citizen_id=ANNA.account_id,
        visit_id=visit_id,
        doctor_id=ORLOVA.account_id,
        clinic_id=CLINIC.id,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=15),
    )


async def _begun(office: Office, application: Json) -> None:
    async def there() -> bool:
        return bool((await office.read(application["id"]))["state"] == "in-review")

    assert await eventually(there, within=20)


async def test_a_visit_is_asked_for_noted_begun_and_decided_c19_n9(office: Office) -> None:
    application = await _paid(office)
    assert application["state"] == "awaiting-visit"
    (asked,) = await outbox_events(office.app, VideoVisitRequested)
    assert (asked.data.clinic_id, "therapist" in asked.data.specialties) == (CLINIC.id, True)
    assert (await office.decide(application["id"], "claim")).status_code == 409

    soon = office.clock() + timedelta(milliseconds=400)
    assert await twice(office, _booked(application, soon)) == ["handled", "duplicate"]
    seen = (await office.read(application["id"]))["visit"]
    assert (seen["appointment_id"], datetime.fromisoformat(seen["starts_at"])) == ("apt-1", soon)
    await _begun(office, application)
    (started,) = await outbox_events(office.app, ReviewStarted)
    assert started.data.doctor_id == ORLOVA.account_id
    found = {**FOUND, "exam_date": office.examined()["exam_date"]}
    approved = await office.decide(application["id"], "approval", found)
    assert approved.status_code == 200, approved.text
    assert approved.json()["state"] == "approved"


async def test_no_time_is_shown_and_a_visit_that_is_off_is_forgotten_c19(office: Office) -> None:
    application = await _paid(office)
    awaited = VideoVisitAwaited(
        application_id=application["id"],
        citizen_id=ANNA.account_id,
        clinic_id=CLINIC.id,
        specialties=("therapist",),
    )
    assert await office.hear(awaited, application["id"]) == "handled"
    assert (await office.read(application["id"]))["visit_sought_at"]
    late = office.clock() + timedelta(days=1)
    assert await office.hear(_booked(application, late), application["id"]) == "handled"
    seen = await office.read(application["id"])
    assert (seen["visit"]["appointment_id"], seen["visit_sought_at"]) == ("apt-1", None)
    off = VideoVisitCancelled(
        application_id=application["id"], citizen_id=ANNA.account_id, visit_id="apt-1"
    )
    assert await office.hear(off, application["id"]) == "handled"
    assert (await office.read(application["id"]))["visit"] is None


async def test_a_missed_visit_is_asked_for_again_c19(office: Office) -> None:
    application = await _paid(office)
    soon = office.clock() + timedelta(milliseconds=200)
    await office.hear(_booked(application, soon), application["id"])
    await _begun(office, application)
    other = await office.decide(application["id"], "missed-visit", subject="doctor-petrov")
    assert (other.status_code, other.json()["code"]) == (409, "no-video-visit")
    missed = await office.decide(application["id"], "missed-visit")
    assert (missed.status_code, missed.json()["state"]) == (200, "awaiting-visit"), missed.text
    assert len(await outbox_events(office.app, VideoVisitRequested)) == 2
    again = await office.decide(application["id"], "missed-visit")
    assert (again.status_code, again.json()["code"]) == (409, "illegal-transition")
