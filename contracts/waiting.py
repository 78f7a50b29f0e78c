"""What scheduling says of those who wait for a visit: holds, the waitlist, requests to the desk."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from contracts.envelope import Data, Moment
from contracts.scheduling import Visit


class HoldExpiryWarned(Data):
    """A slot that is held while its citizen fills in the booking will be everybody's soon (A5)."""

    TYPE: ClassVar[str] = "scheduling.hold-expiry-warned.v1"
    hold_id: str
    citizen_id: str
    slot_id: str
    visit: Visit
    held_until: Moment


class SlotOffered(Data):
    """A slot is held for the first in line until `held_until`; a yes makes it a visit (A18)."""

    TYPE: ClassVar[str] = "scheduling.slot-offered.v1"
    wait_id: str
    citizen_id: str
    slot_id: str
    doctor_id: str
    clinic_id: str
    visit: Visit
    held_until: Moment


class OfferEnded(Data):
    """An offered slot is not held any more: nobody answered, or it is gone. The wait goes on."""

    TYPE: ClassVar[str] = "scheduling.offer-ended.v1"
    wait_id: str
    citizen_id: str
    slot_id: str
    visit: Visit
    reason_code: str


class WaitEndedBy(StrEnum):
    """Why somebody is not in line any more."""

    BOOKED = "booked"
    LEFT = "left"
    PAST = "past"
    UNANSWERED = "unanswered"


class WaitEnded(Data):
    """A citizen is not in line any more (A17); `visit_id` is the appointment that it became."""

    TYPE: ClassVar[str] = "scheduling.wait-ended.v1"
    wait_id: str
    citizen_id: str
    ended_by: WaitEndedBy
    visit_id: str | None = None


class DoctorRequested(Data):
    """A citizen asks a clinic's desk for a doctor (A19), on the `same_day` by `due_at` (A21)."""

    TYPE: ClassVar[str] = "scheduling.doctor-requested.v1"
    request_id: str
    citizen_id: str
    clinic_id: str
    specialty: str
    same_day: bool
    due_at: Moment


class RequestOutcome(StrEnum):
    """What the desk answered: a time, another clinic, or that there is none."""

    SLOT = "slot"
    OTHER_CLINIC = "other-clinic"
    DECLINED = "declined"


class RequestAnswered(Data):
    """The desk answered. A `slot` is held until `held_until`; the citizen's yes books it (A19).

    What the desk wrote is no part of it: the citizen reads that behind login.
    """

    TYPE: ClassVar[str] = "scheduling.request-answered.v1"
    request_id: str
    citizen_id: str
    clinic_id: str
    outcome: RequestOutcome
    slot_id: str | None = None
    visit: Visit | None = None
    held_until: Moment | None = None


class RequestEscalated(Data):
    """Nobody at the desk answered in time; support takes over (A21)."""

    TYPE: ClassVar[str] = "scheduling.request-escalated.v1"
    request_id: str
    citizen_id: str
    clinic_id: str
    specialty: str
    same_day: bool
    due_at: Moment
    hotline: str


class GuaranteeMissed(Data):
    """No slot within the state's limit for a specialty at a clinic; told once a day (X13).

    `guarantee` is `therapist` (24 h), `urgent` (2 h) or `specialist` (14 working days); `first_at`
    is the first free time there is.
    """

    TYPE: ClassVar[str] = "scheduling.guarantee-missed.v1"
    watch_id: str
    clinic_id: str
    specialty: str
    guarantee: str
    day: str
    limit_at: Moment
    first_at: Moment | None = None
