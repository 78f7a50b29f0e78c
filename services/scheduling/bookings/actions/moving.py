"""A visit gets another slot in one step: it has the new one, or stays where it is (A14)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from services.chassis.work.transactions import Transaction
from services.scheduling.bookings import events
from services.scheduling.bookings.actions.following import followed
from services.scheduling.bookings.actions.taking import Taking, price_for
from services.scheduling.bookings.actions.waiting import awaited
from services.scheduling.bookings.domain.appointment import STANDING, Appointment
from services.scheduling.bookings.domain.booking import talon_number
from services.scheduling.bookings.domain.details import needs_of
from services.scheduling.bookings.domain.moving import Mover, check_as_said, check_fits, move
from services.scheduling.bookings.events import Change
from services.scheduling.known.domain import check_receives
from services.scheduling.patients.domain import assent_of, check_policy, may_book, shifted
from services.scheduling.timetable.domain import HoldEnd, check_bookable


@dataclass(frozen=True)
class Moving:
    """The new slot is taken and the old one let go together: of two who want one, one has it."""

    taking: Taking

    async def move(
        self,
        tx: Transaction,
        appointment_id: str,
        slot_id: str,
        mover: Mover,
        allowed: Callable[[Appointment], None],
        *,
        citizen_id: str | None = None,
    ) -> Appointment:
        """Move a visit, of this citizen if one is named, and tell of it.

        `allowed` refuses what this mover may not. A visit that is in that slot stays as it is: the
        same request again changes nothing. Everything is read together, in two rounds.

        Raises:
            AppointmentUnknownError: no such appointment of this citizen.
            SlotUnknownError, SlotTakenError, SlotHeldError, SlotPastError, DayClosedError: the slot
                cannot be had, and the visit stays where it is.
            OtherSpecialtyError, NotForApplicationError: it would be another visit.
            BookAnewError: see `check_as_said`.
            ClinicShutError, LicenceEndedError: the clinic receives nobody on that day (A3).
            OverlapError: another visit of this citizen is at that time.
            TooManyBookingsError: one moves no more often in a day than one may book.
            AccountBlockedError, NotConfirmedError: the citizen cannot book any more (I9).
        """
        of, now = self.taking, self.taking.deps.now()
        visit = of.appointments.asked(tx, appointment_id, owner=citizen_id)
        whose = of.patients.asked(tx, citizen_id) if citizen_id else None
        slot = await of.slots.get(tx, slot_id)
        patient = may_book(await whose()) if whose else None  # before it tells what it finds
        found = await visit()
        if found.slot_id == slot.id and found.status in STANDING:
            return found
        allowed(found)
        check_fits(found, slot)
        check_bookable(slot, now, found.citizen_id)
        whose = whose or of.patients.asked(tx, found.citizen_id)
        clinic = of.known.clinic_asked(tx, slot.clinic_id)
        reception = of.receptions.asked(tx, slot.clinic_id)
        await of.freeing.free(tx, found.slot_id, appointment_id=found.id)
        where = await clinic()
        check_receives(where, slot.day)
        asks, patient = await reception(), patient or may_book(await whose())
        rule = asks.rule(slot.specialty_code, slot.visit.kind, slot.doctor_id)
        price = price_for(found.insurance, rule, where, patient.papers, slot.day)
        if not mover.is_staff and found.application_id is None:
            check_policy(patient, asks, slot.day)
            check_as_said(found, slot, assent_of(patient, asks, slot.day), price)
        needs = needs_of(asks, rule, found.details, agreed=mover.is_clinic)
        per_day = None if mover.is_staff else of.deps.settings.bookings_per_day
        busier = shifted(patient, found.id, slot.visit, per_day=per_day, now=now)
        number = talon_number(of.new_talon())
        after = move(
            found,
            slot,
            mover,
            talon_number=number,
            needs=needs,
            now=now,
            price_kopecks=price,
        )
        await of.slots.take(tx, slot, found.id)
        await of.freeing.end(tx, replace(slot, appointment_id=found.id), HoldEnd.TAKEN)
        await of.patients.engage(tx, busier)
        fact = events.moved(
            found,
            after,
            by=mover.by,
            code=mover.code,
            check_url=of.check_url(number),
            actor_id=mover.actor_id,
        )
        told = of.for_clinic.reported(after, Change.MOVED, patient.papers, former=found)
        saved = await of.appointments.save(tx, after, fact, *events.of_files(after), told)
        await followed(tx, saved)
        await awaited(tx, saved)
        return saved
