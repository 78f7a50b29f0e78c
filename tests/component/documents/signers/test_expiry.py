"""Who is told when a certificate ends, and what is measured of it: e38, I15."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from contracts.documents import Holder, SignerExpiryWarned
from contracts.identity import StaffRole
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.documents.signers.usecases.enrolment import EXPIRY
from tests.support.eventually import eventually
from tests.support.service import outbox_events
from tests.support.services.documents import DOCTOR, DocumentsService
from tests.support.services.signers import Enrolling, clinic, hears, staff
from tests.support.tools.flow import metric


async def _warned(office: DocumentsService) -> list[SignerExpiryWarned]:
    return [event.data for event in await outbox_events(office.app, SignerExpiryWarned)]


async def test_e38_the_owner_and_the_clinics_administrators_are_told_once(
    office: DocumentsService, pki: Path
) -> None:
    """A certificate that comes with ten days left is late for two warnings: the last is told."""
    boss = staff("kim", role=StaffRole.ADMINISTRATOR)
    gone = staff("gone", role=StaffRole.ADMINISTRATOR, active=False)
    other = staff("other", role=StaffRole.ADMINISTRATOR, clinics=("clinic-2",))
    await hears(office.app, staff(), clinic(), boss, gone, other)
    await Enrolling(office, pki).enrolled(days=10)
    (said,) = await eventually(lambda: _warned(office))
    assert (said.holder, said.holder_id) == (Holder.DOCTOR, DOCTOR.id)
    assert said.days_left in {9, 10}
    assert said.tell == (DOCTOR.id, "kim")
    timers = find(office.app, Runtime).timers.collection
    (timer,) = await timers.find({"kind": EXPIRY}).to_list(None)
    assert timer["due_at"] == said.valid_until - timedelta(days=3)
    past = {"$set": {"due_at": datetime.now(UTC), "state": "waiting"}}
    await timers.update_one({"kind": EXPIRY}, past)  # too early: nothing new to tell
    await eventually(
        lambda: timers.find_one({"kind": EXPIRY, "due_at": said.valid_until - timedelta(days=3)})
    )
    assert len(await _warned(office)) == 1
    assert metric(office.app, "signer_expiry_warnings_total", before="14") == 1


async def test_e38_a_clinics_end_is_told_to_who_runs_the_platform_where_nobody_runs_the_clinic(
    office: DocumentsService, pki: Path
) -> None:
    everywhere = staff("root", role=StaffRole.ADMINISTRATOR, clinics=(None,))
    await hears(office.app, clinic(), everywhere)
    await Enrolling.of_clinic(office, pki).enrolled(days=2)
    (said,) = await eventually(lambda: _warned(office))
    assert (said.holder, said.tell) == (Holder.ORGANISATION, ("root",))


async def test_e38_a_new_certificate_is_warned_of_in_its_own_time(
    office: DocumentsService, pki: Path
) -> None:
    await hears(office.app, staff(), clinic())
    doctor = Enrolling(office, pki)
    await doctor.enrolled(days=10)
    await eventually(lambda: _warned(office))
    shown = await doctor.enrolled()
    timers = find(office.app, Runtime).timers.collection
    (timer,) = await timers.find({"kind": EXPIRY}).to_list(None)
    until = datetime.fromisoformat(shown["certificate"]["valid_until"])
    assert timer["due_at"] == until - timedelta(days=30)
    await doctor.revoke()
    assert await timers.count_documents({"kind": EXPIRY}) == 0


async def test_i15_the_first_end_of_each_kind_is_measured(
    office: DocumentsService, pki: Path
) -> None:
    """By an index, whatever the number of signers; who was dismissed is no reason for an alert."""
    await hears(office.app, staff(), clinic())
    await Enrolling(office, pki).enrolled(days=10)

    async def left() -> float:
        await office.documents.measure_ends()
        name = "signing_certificate_remaining_seconds"
        return metric(office.app, name, holder="doctor") / 86400

    assert 9 < await left() < 10.1
    await hears(office.app, staff(active=False), seq=2)
    assert await left() > 100
