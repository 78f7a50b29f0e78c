"""What a citizen reads of bookings: what one would need, what was said last, what was done."""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.database.pages import Page
from services.chassis.foundation.errors import InvalidInputError
from services.scheduling.bookings.actions import Taking, miss_rule, named_price
from services.scheduling.bookings.domain.appointment import Appointment
from services.scheduling.bookings.domain.confirmations import form_of
from services.scheduling.bookings.domain.details import Details, Wish, needs_of
from services.scheduling.bookings.domain.own import Action, Examination, Preview, last_said
from services.scheduling.known.domain import check_receives, specialty_of
from services.scheduling.patients.domain import assent_of, check_policy, engaged, may_book
from services.scheduling.reception.domain import Reception
from services.scheduling.timetable.domain import check_bookable
from services.scheduling.timetable.errors import SlotUnknownError
from services.scheduling.timetable.store import SlotQuery

_RECENT = 20
"""Of so many visits the last booked one is looked for."""

_OFFERED = 5
"""So many free slots are shown of each examination."""


@dataclass(frozen=True)
class OwnBookings:
    """Changes nothing; what would be refused is refused here, too, before anything is confirmed."""

    taking: Taking

    async def preview(self, wish: Wish) -> Preview:
        """What booking this would need, cost and mean; nothing is held.

        Raises:
            Whatever `Bookings.book` does, but for a confirmation and a price that are missing.
        """
        of, now, settings = self.taking, self.taking.deps.now(), self.taking.deps.settings
        slot = await of.slots.find(None, wish.slot_id)
        if slot is None:
            raise SlotUnknownError
        check_bookable(slot, now, wish.citizen_id)
        clinic = await of.known.clinics.find(None, slot.clinic_id)
        check_receives(clinic, slot.day)
        patient = may_book(await of.patients.get(None, wish.citizen_id))
        found = await of.receptions.find(None, slot.clinic_id)
        asks = Reception(slot.clinic_id) if found is None else found
        check_policy(patient, asks, slot.day)
        own = await of.known.files_of(None, wish.citizen_id, wish.details.files)
        if faults := wish.details.faults(slot.visit.kind, own):
            raise InvalidInputError(faults)
        engaged(
            patient,
            slot.id,
            slot.visit,
            limit=settings.active_limit,
            per_day=settings.bookings_per_day,
            now=now,
            misses=miss_rule(settings),
        )
        rule = asks.rule(slot.specialty_code, slot.visit.kind, slot.doctor_id)
        return Preview(
            slot=slot,
            assent=assent_of(patient, asks, slot.day),
            form=form_of(wish),
            needs=needs_of(asks, rule, wish.details),
            rule=rule,
            price_kopecks=named_price(wish, rule, clinic, patient.papers, slot.day),
        )

    async def said_before(self, citizen_id: str) -> tuple[Appointment, Details] | None:
        """The booking before, and what of it is offered at the next (A42)."""
        recent = await self.taking.appointments.at_clinics(citizen_id, None, limit=_RECENT)
        last = last_said(recent)
        if last is None:
            return None
        files = last.details.file_ids
        own = await self.taking.known.files_of(None, citizen_id, files) if files else ()
        return last, last.details.again(own)

    async def tests(self, citizen_id: str, appointment_id: str) -> list[Examination]:
        """Time for what the clinic's rule has come first, the same day before the visit (A39).

        Raises:
            AppointmentUnknownError: not there, or not theirs.
        """
        of, now = self.taking, self.taking.deps.now()
        found = await of.appointments.get(None, appointment_id, owner=citizen_id)
        visit, day = found.visit, found.visit.local(found.visit.starts_at).date()
        asks = await of.receptions.of(found.clinic_id)
        rule = asks.rule(specialty_of(visit.specialty), visit.kind, found.doctor_id)
        examinations = []
        for test in rule.tests:
            query = SlotQuery(
                now,
                specialty=test,
                clinic_id=found.clinic_id,
                since=day,
                until=day,
                before=visit.starts_at,
            )
            page = await of.slots.free(query, 2 * _OFFERED, visit.starts_at)
            over = [s for s in page.items if s.visit.ends_at <= visit.starts_at]
            examinations.append(Examination(test, tuple(over[:_OFFERED])))
        return examinations

    async def actions(self, citizen_id: str, *, after: str | None, limit: int) -> Page[Action]:
        """All that was done about their visits, the latest first (A31)."""
        return await self.taking.appointments.actions_of(citizen_id, after=after, limit=limit)
