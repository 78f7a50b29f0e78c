"""Who may move a visit, and where to (A14)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.scheduling.bookings.domain.appointment import (
    STANDING,
    Appointment,
    Canceller,
    Entry,
    Status,
    Step,
)
from services.scheduling.bookings.domain.booking import CancelRule
from services.scheduling.bookings.domain.details import Need
from services.scheduling.bookings.errors import (
    AlreadyCancelledError,
    BookAnewError,
    MoveTooLateError,
    NotForApplicationError,
    OtherSpecialtyError,
    VisitBegunError,
)
from services.scheduling.known.domain import specialty_of
from services.scheduling.reception.domain import Assent
from services.scheduling.timetable.domain import Slot
from services.sealing.own import SIGNATURE

_VIDEO = "video"


@dataclass(frozen=True)
class Mover:
    """Who moves a visit: a citizen or who represents them (`actor_id`), or staff for a caller."""

    by: Canceller
    hands: str
    actor_id: str | None = None
    note: str | None = None

    @property
    def code(self) -> str:
        """Why, to machines."""
        return f"{self.by.value}-request"

    @property
    def is_staff(self) -> bool:
        """Whether somebody does it for a caller (K8)."""
        return self.by is not Canceller.CITIZEN

    @property
    def is_clinic(self) -> bool:
        """Whether the clinic does it itself, whose word it has then (A10)."""
        return self.by is Canceller.CLINIC


def check_movable(found: Appointment, mover: Mover, rule: CancelRule, now: datetime) -> None:
    """Make sure that this person may still move it: the rule of cancelling (A13).

    Raises:
        AlreadyCancelledError: it is off.
        VisitBegunError: too late for anybody.
        MoveTooLateError: too late for the citizen alone.
    """
    visit = found.visit
    if found.cancelled is not None:
        raise AlreadyCancelledError(visit.local(found.cancelled.at))
    starts_at = visit.local(visit.starts_at)
    if visit.starts_at <= now or found.status not in STANDING:
        raise VisitBegunError(starts_at)
    if mover.by is Canceller.CITIZEN and now > rule.until(visit):
        hours = math.ceil(rule.before / timedelta(hours=1))
        raise MoveTooLateError(starts_at, hours, rule.hotline)


def check_fits(found: Appointment, slot: Slot) -> None:
    """Make sure that it would be the same visit there.

    Raises:
        OtherSpecialtyError: with a doctor of another specialty.
        NotForApplicationError: the application needs a video visit, of its clinic (C19).
    """
    if slot.specialty_code != specialty_of(found.visit.specialty):
        raise OtherSpecialtyError(found.visit.specialty)
    if found.application_id is not None and (
        slot.visit.kind != _VIDEO or slot.clinic_id != found.clinic_id
    ):
        raise NotForApplicationError


def check_as_said(found: Appointment, slot: Slot, assent: Assent, price: int | None) -> None:
    """Make sure that nothing is to be asked of the citizen there that the booking does not have.

    Raises:
        BookAnewError: a confirmation (A30), a price (A41), or a description of the visit (A26).
    """
    confirmed = found.confirmed
    if assent is not Assent.BOOKING and (
        confirmed is None
        or slot.clinic_id != found.clinic_id
        or (assent is Assent.SIGNATURE and confirmed.method != SIGNATURE)
    ):
        raise BookAnewError.to_confirm()
    if price is not None and price != found.price_kopecks:
        raise BookAnewError.to_pay(price)
    kind = slot.visit.kind
    if kind != found.visit.kind and found.details.faults(kind, found.details.files):
        raise BookAnewError.to_describe()


def move(
    found: Appointment,
    slot: Slot,
    mover: Mover,
    *,
    talon_number: str,
    needs: tuple[Need, ...],
    now: datetime,
    price_kopecks: int | None = None,
) -> Appointment:
    """It is in the new slot under a new talon, at its price; pending, where it needs something."""
    entry = Entry(now, Step.MOVED, mover.hands, mover.note, mover.actor_id)
    after = found.move(slot, talon_number, entry)
    if Need.CONSENT in found.needs and Need.CONSENT not in needs:
        needs = (*needs, Need.CONSENT)  # of the visit, wherever it is
    since = (found.pending_since or now) if needs else None
    status = Status.PENDING if needs else Status.CONFIRMED
    return replace(
        after, needs=needs, pending_since=since, status=status, price_kopecks=price_kopecks
    )
