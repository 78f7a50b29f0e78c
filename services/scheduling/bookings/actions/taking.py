"""A free slot becomes a visit here, whoever asks for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from services.chassis.foundation.errors import DuplicateError, FieldError, InvalidInputError
from services.chassis.work.transactions import Transaction
from services.scheduling.bookings import events
from services.scheduling.bookings.actions.rules import miss_rule
from services.scheduling.bookings.actions.waiting import awaited
from services.scheduling.bookings.domain.appointment import Appointment
from services.scheduling.bookings.domain.booking import book, talon_number
from services.scheduling.bookings.domain.confirmations import confirmed
from services.scheduling.bookings.domain.details import Wish, needs_of
from services.scheduling.bookings.errors import PriceNotAgreedError
from services.scheduling.bookings.events import Change, ClinicEvents
from services.scheduling.bookings.store import Appointments
from services.scheduling.deps import Deps
from services.scheduling.known.domain import Clinic, check_receives
from services.scheduling.known.store import Known
from services.scheduling.patients.domain import (
    Papers,
    Patient,
    assent_of,
    check_policy,
    engaged,
    may_book,
)
from services.scheduling.patients.store import Patients
from services.scheduling.reception.domain import MANDATORY, Assent, VisitRule, price_of
from services.scheduling.reception.store import Receptions
from services.scheduling.timetable.actions import Freeing
from services.scheduling.timetable.domain import HoldEnd, Slot, check_bookable
from services.scheduling.timetable.store import Slots

T = TypeVar("T")
_NO_POLICY = (
    "no-policy",
    "На день приёма у вас нет полиса ОМС: назовите другую программу или согласитесь с ценой.",
)
_TALON_NUMBERS = 4
"""How many are tried: with a hundred million talons, one in a thousand numbers is in use."""


async def new_talon(run: Callable[[], Awaitable[T]]) -> T:
    """Run what draws a talon's number, again where that is in use.

    Raises:
        DuplicateError: of something else, or time and again.
    """
    for left in reversed(range(_TALON_NUMBERS)):
        try:
            return await run()
        except DuplicateError as error:
            if error.field != "talon_number" or not left:
                raise
    raise AssertionError  # the last try returns or raises


def price_for(
    insurance: str | None,
    rule: VisitRule,
    clinic: Clinic | None,
    papers: Papers | None,
    day: date,
) -> int | None:
    """What the visit costs its patient, where neither this programme nor a policy pays (A41)."""
    has = [insurance] if insurance and insurance.casefold() != MANDATORY.casefold() else []
    if papers is None or papers.policy(day) is not None:
        has.append(MANDATORY)
    return price_of(rule, clinic.insurance if clinic else (), has)


def named_price(
    wish: Wish, rule: VisitRule, clinic: Clinic | None, papers: Papers | None, day: date
) -> int | None:
    """What is named to the patient as the price (A41).

    A programme beside the mandatory one is believed, and told to the clinic, which asks for it.

    Raises:
        InvalidInputError: the mandatory one is named by who has no policy of it.
    """
    claimed = wish.insurance is not None and wish.insurance.casefold() == MANDATORY.casefold()
    if claimed and papers is not None and papers.policy(day) is None:
        raise InvalidInputError([FieldError("/insurance", *_NO_POLICY)])
    return price_for(wish.insurance, rule, clinic, papers, day)


def agreed_price(
    wish: Wish, rule: VisitRule, clinic: Clinic | None, papers: Papers | None, day: date
) -> int | None:
    """What the visit costs its patient, who knows it (A41).

    Raises:
        PriceNotAgreedError: it costs something, and the citizen did not agree to that.
    """
    price = named_price(wish, rule, clinic, papers, day)
    if wish.of_citizen and price is not None and price != wish.agreed_price_kopecks:
        raise PriceNotAgreedError(price)
    return price


@dataclass(frozen=True)
class Taking:
    """One slot, one winner (A4, X1): who takes it is looked at where it is taken."""

    deps: Deps
    slots: Slots
    freeing: Freeing
    known: Known
    receptions: Receptions
    patients: Patients
    appointments: Appointments
    new_talon: Callable[[], int]
    check_url: Callable[[str], str]
    for_clinic: ClinicEvents

    async def take(self, tx: Transaction, wish: Wish) -> Appointment:
        """The appointment that a slot becomes; see `Bookings.book` for what is refused."""
        now, settings = self.deps.now(), self.deps.settings
        slot = await self.slots.get(tx, wish.slot_id)
        check_bookable(slot, now, wish.citizen_id, wish.hold_id)
        clinic = self.known.clinic_asked(tx, slot.clinic_id)
        reception = self.receptions.asked(tx, slot.clinic_id)
        patient = may_book(await self.patients.get(tx, wish.citizen_id))
        where = await clinic()
        check_receives(where, slot.day)
        asks = await reception()
        if wish.of_citizen:
            check_policy(patient, asks, slot.day)
        await self.check_details(tx, slot, wish)
        if wish.of_citizen:
            wish = await self._confirmed(tx, wish, patient, assent_of(patient, asks, slot.day))
        rule = asks.rule(slot.specialty_code, slot.visit.kind, slot.doctor_id)
        appointment_id, number = self.deps.new_id(), talon_number(self.new_talon())
        busier = engaged(
            patient,
            appointment_id,
            slot.visit,
            limit=None if wish.staff else settings.active_limit,
            per_day=None if wish.staff else settings.bookings_per_day,
            now=now,
            misses=miss_rule(settings) if wish.of_citizen else None,
        )
        booked = book(
            slot,
            patient,
            wish,
            appointment_id=appointment_id,
            talon_number=number,
            now=now,
            needs=needs_of(asks, rule, wish.details, agreed=wish.agreed),
            price_kopecks=agreed_price(wish, rule, where, patient.papers, slot.day),
        )
        await self.slots.take(tx, slot, appointment_id)
        await self.freeing.end(tx, replace(slot, appointment_id=appointment_id), HoldEnd.TAKEN)
        await self.patients.engage(tx, busier)
        fact = events.booked(booked, self.check_url(number))
        told = self.for_clinic.reported(booked, Change.BOOKED, patient.papers)
        added = await self.appointments.add(tx, booked, fact, *events.of_files(booked), told)
        await awaited(tx, added)
        return added

    async def check_details(self, tx: Transaction, slot: Slot, wish: Wish) -> None:
        """Hold what the citizen says against what such a visit needs (A26).

        Who books for a caller, or for an application, has nobody to ask.

        Raises:
            InvalidInputError: what is missing or wrong, all of it.
        """
        details, asked = wish.details, wish.of_citizen
        own = await self.known.files_of(tx, wish.citizen_id, details.files) if details.files else ()
        faults = details.faults(slot.visit.kind if asked else None, own)
        if faults:
            raise InvalidInputError(faults)

    async def _confirmed(
        self, tx: Transaction, wish: Wish, patient: Patient, assent: Assent
    ) -> Wish:
        """By whoever books; a signature is compared by their СНИЛС."""
        hands = patient
        if wish.actor_id is not None and wish.proof is not None:
            hands = may_book(await self.patients.get(tx, wish.actor_id))
        snils = hands.papers.snils if hands.papers else None
        return confirmed(wish, assent, snils=snils, now=self.deps.now())
