"""What the features above do to appointments inside their own transactions."""

from __future__ import annotations

from services.scheduling.bookings.actions.accepting import Accepting
from services.scheduling.bookings.actions.cancelling import Cancelling
from services.scheduling.bookings.actions.clinics import ClinicsChanges, Why
from services.scheduling.bookings.actions.following import FOLLOW_VISIT, followed
from services.scheduling.bookings.actions.marking import Marking
from services.scheduling.bookings.actions.moving import Moving
from services.scheduling.bookings.actions.rules import cancel_rule, miss_rule, pending_rule
from services.scheduling.bookings.actions.showing import SHOWN_LABELS, Showing, Shown
from services.scheduling.bookings.actions.taking import Taking, named_price, new_talon
from services.scheduling.bookings.actions.waiting import PENDING, Waiting, awaited

__all__ = [
    "FOLLOW_VISIT",
    "PENDING",
    "SHOWN_LABELS",
    "Accepting",
    "Cancelling",
    "ClinicsChanges",
    "Marking",
    "Moving",
    "Showing",
    "Shown",
    "Taking",
    "Waiting",
    "Why",
    "awaited",
    "cancel_rule",
    "followed",
    "miss_rule",
    "named_price",
    "new_talon",
    "pending_rule",
]
